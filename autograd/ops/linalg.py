"""Products: dot, matmul, einsum, and what is built of them."""

from __future__ import annotations

import math
import string
from typing import Any

import numpy as np

from autograd.entry import Array, Rule
from autograd.families import bilinear
from autograd.op import Op, case, composite, saver
from autograd.ops.indexing import scatter
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
        return np.matmul(np.reshape(a, (-1, a.shape[-1])).T, np.reshape(g, (-1, g.shape[-1])))
    return np.matmul(_mT(a), g)


def _dot_a(g: Array, b: Array, a_shape: tuple[int, ...]) -> Array:
    """Take ∂dot(a, b) back to a: contract g with b over b's free axes."""
    if len(a_shape) == 2 and np.ndim(b) == 2:
        return np.matmul(g, b.T)
    if not a_shape or np.ndim(b) == 0:
        return g * b
    if b.ndim == 1:
        return g[..., None] * b
    free = [axis for axis in range(b.ndim) if axis != b.ndim - 2]
    return np.tensordot(g, b, (list(range(g.ndim - len(free), g.ndim)), free))


def _dot_b(g: Array, a: Array, b_shape: tuple[int, ...]) -> Array:
    """Take ∂dot(a, b) back to b: contract g with a over a's free axes, and put b's contracted axis in its place."""
    if np.ndim(a) == 2 and len(b_shape) == 2:
        return np.matmul(a.T, g)
    if np.ndim(a) == 0 or not b_shape:
        return g * a
    free = list(range(a.ndim - 1))
    ct = np.tensordot(a, g, (free, free))
    return ct if len(b_shape) < 2 else np.moveaxis(ct, 0, len(b_shape) - 2)


matmul = bilinear(
    np.matmul, a=_matmul_a, b=_matmul_b,
    cases=[case((2, 3), (3, 4)), case((3,), (3,)), case((3,), (3, 2)), case((2, 3), (3,)), case((2, 2, 3), (3, 4)),
           case((2, 2, 3), (2, 3, 2)), case((3,), (2, 3, 2)), case((2, 2, 3), (3,)), case((1, 2, 3), (2, 3, 2)),
           case((2, 0), (0, 3)), case((2, 3), (2, 3, 2))],
)  # fmt: skip
# The method, not np.dot: that name is replaced process-wide by nnfs.init().
dot = bilinear(
    lambda a, b: a.dot(b) if np.ndim(a) and np.ndim(b) else a * b, name="dot", numpy=(np.dot,), a=_dot_a, b=_dot_b,
    cases=[case((2, 3), (3, 4)), case((3,), (3,)), case((2, 3), (3,)), case((3,), (3, 2)), case((), (2, 3)),
           case((2, 3), ()), case((2, 2, 3), (3,)), case((2, 3), (2, 3, 2)), case((2, 2, 3), (2, 3, 2)),
           case((), ()), case((2, 0), (0, 3))],
)  # fmt: skip

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


def _einsum_rule(i: int, count: int) -> Rule:
    """Make the rule of the i-th operand: the einsum of the others with `g` in place of the output.

    An index that the operand alone has was summed: its cotangent is repeated along it. One that the operand has twice
    read a diagonal: its cotangent is put back there.
    """
    others = [j for j in range(count) if j != i]

    def pull(g: Array, subscripts: str, shapes: Any, *operands: Array) -> Array:
        terms, output = _explicit_subscripts(subscripts, [len(shape) for shape in shapes])
        term, shape = terms[i], shapes[i]
        unique = "".join(dict.fromkeys(term))
        reachable = set(output).union(*(terms[j] for j in others))
        found = "".join(letter for letter in unique if letter in reachable)
        equation = ",".join([output, *(terms[j] for j in others)]) + "->" + found
        ct = np.einsum(equation, g, *operands)
        sizes = dict(zip(found, ct.shape, strict=True))
        # What the operand alone has was summed; what the others have at length 1 was repeated for it.
        full = tuple(n if (n := sizes.get(c, 1)) != 1 else shape[term.index(c)] for c in unique)
        if ct.shape != full:
            ct = np.broadcast_to(ct[tuple(slice(None) if c in found else None for c in unique)], full)
        if unique == term:
            return ct
        sizes = dict(zip(unique, ct.shape, strict=True))
        last = len(unique) - 1
        along = {
            letter: np.arange(size).reshape((-1,) + (1,) * (last - k))
            for k, (letter, size) in enumerate(zip(unique, ct.shape, strict=True))
        }
        return scatter(ct, index=tuple(along[letter] for letter in term), shape=tuple(along[n].size for n in term))

    def push(t: Array, subscripts: str, shapes: Any, *operands: Array) -> Array:
        return np.einsum(subscripts, *operands[:i], t, *operands[i:])

    names = ("subscripts", "shapes", *(f"operand {j}" for j in others))
    sources = (None, None, *others)
    return Rule(i, names, sources, pull, push, saver(names, sources, ()))


einsum = Op(
    lambda *operands, subscripts="": np.einsum(subscripts, *operands),
    "bilinear", ("operands",), (), "einsum", None,
    [case((2, 3), (3, 4), subscripts="ij,jk->ik"), case((2, 3), (3, 4), subscripts="ij,jk"),
     case((3, 3), subscripts="ii"), case((3, 3), subscripts="ii->i"), case((2, 3), subscripts="ij->"),
     case((2, 3), subscripts="ij->ji"), case((2, 3), (4,), subscripts="ij,k->ik"),
     case((3, 3), (3,), subscripts="ii,i->i"),
     case((2, 2, 3), (3, 2), subscripts="...ij,jk->...ik"), case((2, 3), (2, 2, 3), subscripts="...j,...j->..."),
     case((2,), (3,), (2, 3), subscripts="i,j,ij->"), case((2, 1), (2, 3), subscripts="ij,ij->ij"),
     case((2, 3, 3), subscripts="ijj->i"), case((), (2,), subscripts=",i->i")],
)  # fmt: skip
einsum.rule_at = _einsum_rule
register(einsum)


@composite(np.einsum)
def _np_einsum(*operands: Any, out: Any = None, optimize: Any = False, **rest: Any) -> Any:
    if rest:
        raise TypeError(f"einsum(..., {next(iter(rest))}=) does not differentiate; cast the operands with .astype")
    if not isinstance(operands[0], str):
        operands = _from_lists(operands)
    subscripts, *arrays = operands
    return einsum(*arrays, subscripts=subscripts)


def _from_lists(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Write the form einsum(a, [0, 1], b, [1, 2], [0, 2]) as a string."""
    pairs, last = (operands[:-1], operands[-1]) if len(operands) % 2 else (operands, None)

    def letters(labels: Any) -> str:
        return "".join("..." if label is Ellipsis else LETTERS[label] for label in labels)

    text = ",".join(letters(labels) for labels in pairs[1::2])
    return (text if last is None else f"{text}->{letters(last)}", *pairs[::2])


@composite(np.tensordot)
def _np_tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    a_ndim, b_ndim = np.ndim(a), np.ndim(b)
    if np.ndim(axes) == 0:
        over_a, over_b = list(range(a_ndim - axes, a_ndim)), list(range(axes))
    else:
        over_a, over_b = ([axis] if np.ndim(axis) == 0 else list(axis) for axis in axes)
    over_a, over_b = [axis % a_ndim for axis in over_a], [axis % b_ndim for axis in over_b]
    a_shape, b_shape = np.shape(a), np.shape(b)
    if [a_shape[axis] for axis in over_a] != [b_shape[axis] for axis in over_b]:
        raise ValueError(f"tensordot: shapes {a_shape} and {b_shape} do not match over axes {over_a} and {over_b}")
    free_a = [axis for axis in range(a_ndim) if axis not in over_a]
    free_b = [axis for axis in range(b_ndim) if axis not in over_b]
    inner = math.prod(a_shape[axis] for axis in over_a)
    rows, columns = [a_shape[axis] for axis in free_a], [b_shape[axis] for axis in free_b]
    left = np.reshape(np.transpose(a, free_a + over_a), (math.prod(rows), inner))
    right = np.reshape(np.transpose(b, over_b + free_b), (inner, math.prod(columns)))
    return np.reshape(np.matmul(left, right), (*rows, *columns))


@composite(np.outer)
def _np_outer(a: Any, b: Any, out: Any = None) -> Any:
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))
