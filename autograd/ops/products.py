"""Products that sum over shared axes: dot, matmul, tensordot, einsum, outer.

Each is linear in each operand, so a rule is the transpose: the product of the cotangent with the other operands, over
the axes that they alone have. No conjugate is taken. The rarer products stand in `autograd.ops.contractions`.
"""

from __future__ import annotations

import math
import operator
import string
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from autograd.entry import Array, Rule
from autograd.multilinear import bilinear, linear
from autograd.op import Fn, Op, case, composite, constants, saver
from autograd.record import register


def _mT(a: Array) -> Array:
    """Transpose the last two axes."""
    return np.swapaxes(a, -1, -2)


def _matmul_a(g: Array, b: Array) -> Array:
    """Take ∂(a b) back to a: g bᵀ, with vectors as columns or rows."""
    if b.ndim == 1:
        return g[..., None] * b
    if g.ndim < b.ndim:
        return np.matmul(b, g[..., None])[..., 0]
    return np.matmul(g, _mT(b))


def _matmul_b(g: Array, a: Array, b_shape: tuple[int, ...]) -> Array:
    """Take ∂(a b) back to b: aᵀ g, with vectors as columns or rows."""
    if a.ndim == 1:
        return a * g if len(b_shape) == 1 else a[:, None] * g[..., None, :]
    if len(b_shape) == 1:
        return np.matmul(_mT(a), g[..., None])[..., 0]
    if len(b_shape) == 2 and a.ndim > 2:
        # One product over all of the batch, not a product each and a sum.
        rows = math.prod(a.shape[:-1])
        return np.matmul(np.reshape(a, (rows, a.shape[-1])).T, np.reshape(g, (rows, g.shape[-1])))
    return np.matmul(_mT(a), g)


def _dot_a(g: Array, b: Array, a_shape: tuple[int, ...]) -> Array:
    """Take ∂dot(a, b) back to a: contract g with b over b's free axes."""
    if not a_shape or np.ndim(b) == 0:
        return g * b
    if len(a_shape) < 3 and b.ndim < 3:
        return _matmul_a(g, b)
    free = [axis for axis in range(b.ndim) if axis != b.ndim - 2]
    return np.tensordot(g, b, (list(range(g.ndim - len(free), g.ndim)), free)) if b.ndim > 1 else g[..., None] * b


def _dot_b(g: Array, a: Array, b_shape: tuple[int, ...]) -> Array:
    """Take ∂dot(a, b) back to b: contract g with a over a's free axes, and put b's contracted axis in its place."""
    if np.ndim(a) == 0 or not b_shape:
        return g * a
    if a.ndim < 3 and len(b_shape) < 3:
        return _matmul_b(g, a, b_shape)
    free = list(range(a.ndim - 1))
    ct = np.tensordot(a, g, (free, free))
    return ct if len(b_shape) < 2 else np.moveaxis(ct, 0, len(b_shape) - 2)


def _dot(a: Any, b: Any) -> Any:
    """As `np.dot`: not by that name, which nnfs.init() replaces process-wide."""
    return a.dot(b) if hasattr(a, "dot") else np.asarray(a).dot(b)


def _free(ndim: int, over: list[int]) -> list[int]:
    """Name the axes that are not summed over."""
    return [axis for axis in range(ndim) if axis not in over]


def _summed(a_ndim: int, b_ndim: int, axes: Any) -> tuple[list[int], list[int]]:
    """Read tensordot's `axes`: which axes of a, and which of b, are summed over.

    Examples
    --------
    >>> _summed(3, 2, 1), _summed(3, 2, ([0, -1], [1, 0]))
    (([2], [0]), ([0, 2], [1, 0]))
    """
    if not hasattr(axes, "__iter__"):
        return list(range(a_ndim - axes, a_ndim)), list(range(axes))
    over_a, over_b = (list(axis) if hasattr(axis, "__iter__") else [axis] for axis in axes)
    return [axis % a_ndim for axis in over_a], [axis % b_ndim for axis in over_b]


def _in_place(ct: Array, axes: list[int]) -> Array:
    """Transpose so that the axes of `ct`, which are these of an operand, stand where they do in it."""
    return np.transpose(ct, [axes.index(axis) for axis in range(len(axes))])


def _tensordot_a(g: Array, b: Array, a_shape: tuple[int, ...], axes: Any) -> Array:
    """Take ∂(a ⋅ b) back to a: g with b over the axes that only b has."""
    over_a, over_b = _summed(len(a_shape), np.ndim(b), axes)
    free = _free(np.ndim(b), over_b)
    ct = np.tensordot(g, b, (list(range(g.ndim - len(free), g.ndim)), free))
    return _in_place(ct, _free(len(a_shape), over_a) + [over_a[over_b.index(axis)] for axis in sorted(over_b)])


def _tensordot_b(g: Array, a: Array, b_shape: tuple[int, ...], axes: Any) -> Array:
    """Take ∂(a ⋅ b) back to b: a with g over the axes that only a has."""
    over_a, over_b = _summed(np.ndim(a), len(b_shape), axes)
    free = _free(np.ndim(a), over_a)
    ct = np.tensordot(a, g, (free, list(range(len(free)))))
    return _in_place(ct, [over_b[over_a.index(axis)] for axis in sorted(over_a)] + _free(len(b_shape), over_b))


matmul = bilinear(
    np.matmul, numpy=(np.linalg.matmul,), a=_matmul_a, b=_matmul_b,
    cases=[case((2, 3), (3, 4)), case((3,), (3,)), case((3,), (3, 2)), case((2, 3), (3,)), case((2, 2, 3), (3, 4)),
           case((2, 2, 3), (2, 3, 2)), case((3,), (2, 3, 2)), case((2, 2, 3), (3,)), case((1, 2, 3), (2, 3, 2)),
           case((2, 0), (0, 3)), case((2, 3), (2, 3, 2)), case((2, 2, 0), (0, 3)), case((0, 2, 3), (3, 2)),
           case((0,), (0,)), case((0, 3), (3, 2)), case((2, 1, 2, 3), (3, 3, 2))],
)  # fmt: skip
dot = bilinear(
    _dot, name="dot", numpy=(np.dot,), a=_dot_a, b=_dot_b,
    cases=[case((2, 3), (3, 4)), case((3,), (3,)), case((2, 3), (3,)), case((3,), (3, 2)), case((), (2, 3)),
           case((2, 3), ()), case((2, 2, 3), (3,)), case((2, 3), (2, 3, 2)), case((2, 2, 3), (2, 3, 2)),
           case((), ()), case((2, 0), (0, 3)), case((0,), (0,)), case((3,), (2, 3, 2)), case((2, 2, 0), (2, 0, 3))],
)  # fmt: skip
tensordot = bilinear(
    lambda a, b, axes=2: np.tensordot(a, b, axes), name="tensordot", numpy=(np.tensordot, np.linalg.tensordot),
    a=_tensordot_a, b=_tensordot_b,
    cases=[case((2, 3), (2, 3)), case((2, 3), (3, 4), axes=1), case((2, 3), (2,), axes=0), case((), (2,), axes=0),
           case((2, 3, 4), (4, 3, 2), axes=([1, 0], [1, 2])), case((2, 3, 4), (4, 3, 2), axes=([-3, 2], [-1, 0])),
           case((2, 3), (2, 3), axes=(0, 0)), case((3, 2, 3), (2, 3), axes=([1, 2], (0, 1))),
           case((2, 0), (0, 3), axes=1), case((2, 3, 2), (2, 2, 3), axes=[(2, 1, 0), (1, 2, 0)])],
)  # fmt: skip
outer = bilinear(
    lambda a, b: np.outer(a, b), name="outer", numpy=(np.outer,),
    a=lambda g, b, a_shape: np.reshape(np.matmul(g, np.reshape(b, -1)), a_shape),
    b=lambda g, a, b_shape: np.reshape(np.matmul(np.reshape(a, -1), g), b_shape),
    cases=[case((2,), (3,)), case((2, 2), (3,)), case((), (2,)), case((), ()), case((0,), (2,)), case((1, 2), (2, 1))],
)  # fmt: skip


def with_axes(product: Any) -> Fn:
    """Make what a ufunc of vectors or matrices computes with its keywords `axes`, `axis` and `keepdims`."""

    def body(x1: Any, x2: Any, axes: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
        named = axes if axes is not None else [axis, axis] if axis is not None else [(), ()]
        one, two, *out = ((at,) if not hasattr(at, "__iter__") else tuple(at) for at in named)
        ans = product(_moved(x1, one, _last(one)), _moved(x2, two, _last(two)))
        if keepdims:
            ans = ans[..., None]
            out = out or [(-1 if axis is None else axis,)]
        return _moved(ans, _last(out[0]), out[0]) if out else ans

    return body


def _moved(x: Any, source: tuple[int, ...], destination: tuple[int, ...]) -> Any:
    """Move axes, unless they are there: a view costs a copy at the end."""
    return x if source == destination else np.moveaxis(x, source, destination)


def _last(axes: tuple[int, ...]) -> tuple[int, ...]:
    """Name as many axes, the last ones."""
    return tuple(range(-len(axes), 0))


composite(
    np.matmul, bitwise=True,
    cases=[case((2, 3, 4), (2, 4, 3), axes=[(1, 0), (0, -1), (2, 0)]), case((3, 2), (3,), axes=[(1, 0), (0,), 0]),
           case((3, 2), (3, 4, 2), axes=[(1, 0), (0, 1), (0, 2)]), case((3,), (2, 2, 3), axes=[0, (2, 0), (1,)]),
           case((3,), (3,), axes=[(0,), (0,), ()])],
)(with_axes(np.matmul))  # fmt: skip

# In the order in which NumPy reads numbered labels
LETTERS = string.ascii_uppercase + string.ascii_lowercase


def _explicit_subscripts(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """Write einsum subscripts out: no ellipsis, and the output given.

    Examples
    --------
    >>> _explicit_subscripts("...ij,jk", [3, 2])
    (['Aij', 'jk'], 'Aik')
    """
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims):
        raise ValueError(f"einsum: {subscripts!r} has {len(terms)} terms for {len(ndims)} operands")
    spare = [letter for letter in LETTERS if letter not in text]
    widths = [ndim - len(term.replace("...", "")) for term, ndim in zip(terms, ndims, strict=True) if "..." in term]
    dots = "".join(spare[: max(widths, default=0)])
    written = []
    for term, ndim in zip(terms, ndims, strict=True):
        width = ndim - len(term.replace("...", ""))
        if width < 0 or (width and "..." not in term):
            raise ValueError(f"einsum: the term {term!r} of {subscripts!r} does not fit an operand with {ndim} axes")
        written.append(term.replace("...", dots[len(dots) - width :]))
    if arrow:
        return written, right.replace("...", dots)
    letters = "".join(written)
    once = sorted({letter for letter in letters if letters.count(letter) == 1 and letter not in dots})
    return written, dots + "".join(once)


@lru_cache(maxsize=1024)
def _transposed(subscripts: str, shapes: tuple[tuple[int, ...], ...], i: int) -> tuple[Any, ...]:
    """Write the einsum that takes a cotangent back to the i-th operand.

    Returns
    -------
    equation, optimize, spread, full : str, bool, tuple, tuple
        The einsum of `g` and the others; whether it is worth to look for the best order, and for BLAS; how its result
        is indexed so that it broadcasts to the shape `full`, which has each of the operand's letters once.
    term, unique, whole : str, str, tuple
        The operand's letters, once each, and the shape in which each stands as often as it does.
    """
    terms, output = _explicit_subscripts(subscripts, [len(shape) for shape in shapes])
    others = [terms[j] for j in range(len(terms)) if j != i]
    term, shape = terms[i], shapes[i]
    unique = "".join(dict.fromkeys(term))
    reachable = set(output).union(*others)
    found = "".join(letter for letter in unique if letter in reachable)
    # A letter may stand for a length of 1 in one operand that is repeated along another's.
    sizes: dict[str, int] = {}
    for letters, lengths in zip(terms, shapes, strict=True):
        for letter, length in zip(letters, lengths, strict=True):
            sizes[letter] = length if sizes.get(letter, 1) == 1 else sizes[letter]
    own = dict(zip(term, shape, strict=True))
    # What the operand alone has was summed; what the others have at length 1 was repeated for it.
    full = tuple(sizes[letter] if letter in found else own[letter] for letter in unique)
    spread = tuple(slice(None) if letter in found else None for letter in unique)
    whole = tuple(full[unique.index(letter)] for letter in term)
    equation = ",".join([output, *others]) + "->" + found
    optimize = bool(others) and math.prod(sizes.values()) > _WORTH_A_PLAN
    return equation, optimize, spread, full, term, unique, whole


#: From how many products on NumPy's search for an order takes less time than it saves.
_WORTH_A_PLAN = 10_000


def _einsum_rule(i: int, count: int) -> Rule:
    """Make the rule of the i-th operand: the einsum of the others with `g` in place of the output.

    An index that the operand alone has was summed: its cotangent is repeated along it. One that the operand has twice
    read a diagonal: its cotangent is put back there.
    """
    others = [j for j in range(count) if j != i]

    def pull(g: Array, subscripts: str, shapes: Any, options: Any, *operands: Array) -> Array:
        equation, optimize, spread, full, term, unique, whole = _transposed(subscripts, shapes, i)
        ct = np.einsum(equation, g, *operands, optimize=optimize)
        if ct.shape != full:
            ct = np.broadcast_to(ct[spread], full)
        return ct if unique == term else on_diagonal(ct, term=term, shape=whole)

    def push(t: Array, subscripts: str, shapes: Any, options: Any, *operands: Array) -> Array:
        return np.einsum(subscripts, *operands[:i], t, *operands[i:], **options)

    names = ("subscripts", "shapes", "options", *(f"operand {j}" for j in others))
    sources = (None, None, None, *others)
    return Rule(i, names, sources, pull, push, saver(names, sources, ()))


def _on_diagonal(x: Array, term: str, shape: tuple[int, ...]) -> Array:
    """Write x along the diagonals that a term of einsum with repeated letters reads, and zeros elsewhere."""
    whole = np.zeros_like(x, shape=shape)
    # Of one operand einsum gives a view.
    np.einsum(f"{term}->{''.join(dict.fromkeys(term))}", whole)[...] = x
    return whole


on_diagonal = linear(
    _on_diagonal, name="on_diagonal", x=lambda g, term: np.einsum(f"{term}->{''.join(dict.fromkeys(term))}", g),
    cases=[case((3,), term="ii", shape=(3, 3)), case((2, 3), term="iji", shape=(2, 3, 2)),
           case((2, 3), term="jiijj", shape=(2, 3, 3, 2, 2)), case((0,), term="ii", shape=(0, 0))],
)  # fmt: skip

SUBSCRIPTS = [
    case((2, 3), (3, 4), subscripts="ij,jk->ik"), case((2, 3), (3, 4), subscripts="ij,jk"),
    case((3, 3), subscripts="ii"), case((3, 3), subscripts="ii->i"), case((2, 3), subscripts="ij->"),
    case((2, 3), subscripts="ij->ji"), case((2, 3), (4,), subscripts="ij,k->ik"), case((2, 3), subscripts="ba"),
    case((3, 3), (3,), subscripts="ii,i->i"), case((2, 3, 3), subscripts="ijj->i"), case((), (2,), subscripts=",i->i"),
    case((2, 2, 3), (3, 2), subscripts="...ij,jk->...ik"), case((2, 3), (2, 2, 3), subscripts="...j,...j->..."),
    case((2, 2, 3), (3, 2), subscripts="...ij, jk"), case((2, 3), (3,), subscripts="...,..."),
    case((2,), (3,), (2, 3), subscripts="i,j,ij->"), case((2, 1), (2, 3), subscripts="ij,ij->ij"),
    case((2, 1), (3, 2), subscripts="ij,jk->ik"), case((1, 1), (3,), subscripts="ii,i->i"),
    case((2, 0), (0, 3), subscripts="ij,jk->ik"), case((3,), (3,), (3,), subscripts="i,i,i->i"),
    case((2, 3, 2), (2, 4, 2), subscripts="bij,jkb->bik"), case((2, 3, 3), subscripts="...ii->...i"),
]  # fmt: skip
einsum = Op(
    lambda *operands, subscripts="", options=MappingProxyType({}): np.einsum(subscripts, *operands, **options),
    "bilinear", ("operands",), (), "einsum", None, SUBSCRIPTS,
)  # fmt: skip
einsum.rule_at = _einsum_rule
register(einsum)


OPTIMIZED = [
    case((2, 3), (3, 4), (4, 2), (2,), subscripts="ij,jk,kl,l->i", optimize=True),
    case((2, 2, 3), (2, 3, 2), subscripts="bij,bjk->bik", optimize="optimal"),
    case((2, 1), (2, 3), subscripts="ij,ij->ij", optimize=True),
    case((2, 3), (3, 4), subscripts="ij,jk->ik", optimize=["einsum_path", (0, 1)], order="F"),
    case((2, 3), (3, 4), subscripts="ij,jk->ik", dtype=np.complex128),
]  # fmt: skip


@composite(
    np.einsum, bitwise=True, cases=[*SUBSCRIPTS, *OPTIMIZED],
    note="of a diagonal the value is a view of its input, the gradient an array",
)  # fmt: skip
def _np_einsum(*operands: Any, out: Any = None, **options: Any) -> Any:
    """Sum the products over the labels that the output lacks; back, g stands in place of an operand."""
    subscripts, *arrays = operands if isinstance(operands[0], str) else _from_lists(operands)
    return einsum(*arrays, subscripts=subscripts, options=options)


def _from_lists(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Write the form einsum(a, [0, 1], b, [1, 2], [0, 2]) as a string."""
    pairs, last = (operands[:-1], operands[-1]) if len(operands) % 2 else (operands, None)

    def letters(labels: Any) -> str:
        return "".join("..." if label is Ellipsis else _letter(operator.index(label)) for label in labels)

    text = ",".join(letters(labels) for labels in pairs[1::2])
    return (text if last is None else f"{text}->{letters(last)}", *pairs[::2])


def _letter(label: int) -> str:
    if not 0 <= label < len(LETTERS):
        raise ValueError(f"einsum: the label {label} is not one of 0 to {len(LETTERS) - 1}")
    return LETTERS[label]


constants[np.einsum_path] = "a plan for einsum"
