"""Slow references, written by hand: what each op computes, one element at a time, without NumPy's own.

They are not derived from the declarations, or both would be wrong together. `REFERENCES[name]` takes arrays and the
static parameters, and returns nested values that `np.array` takes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def each(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Apply a function of numbers to each element, with broadcasting written out."""

    def reference(*arrays: Any, **params: Any) -> Any:
        ndim = max(np.ndim(a) for a in arrays)
        padded = [(1,) * (ndim - np.ndim(a)) + np.shape(a) for a in arrays]
        shape = tuple(next((n for n in sizes if n != 1), 1) for sizes in zip(*padded, strict=True))
        result = np.empty(shape)
        for index in np.ndindex(*shape):
            picked = []
            for array, own in zip(arrays, padded, strict=True):
                at = tuple(i if n != 1 else 0 for i, n in zip(index, own, strict=True))
                picked.append(array[at[ndim - np.ndim(array) :]])
            result[index] = fn(*[p.item() for p in picked], **params)
        return result

    return reference


def over_axis(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Apply a function of a list of numbers along the reduced axes."""

    def reference(x: Any, axis: Any = None, keepdims: bool = False, **params: Any) -> Any:
        axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        reduced = {a % x.ndim for a in axes} if x.ndim else set()
        kept = [range(1) if i in reduced else range(n) for i, n in enumerate(x.shape)]
        result = np.empty([len(r) for r in kept])
        for index in itertools.product(*kept):
            ranges = [range(n) if i in reduced else [index[i]] for i, n in enumerate(x.shape)]
            result[index] = fn([x[at].item() for at in itertools.product(*ranges)], **params)
        if keepdims:
            return result
        return result.reshape([n for i, n in enumerate(x.shape) if i not in reduced])

    return reference


def variance(values: list[float], ddof: int = 0) -> float:
    """Mean squared distance from the mean."""
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / (len(values) - ddof)


def reshape(a: Any, shape: Any, order: str = "C") -> Any:
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    known = math.prod(n for n in shape if n != -1)
    shape = tuple(a.size // known if n == -1 else n for n in shape)

    def positions(dims: Sequence[int]) -> list[tuple[int, ...]]:
        if order == "C":
            return list(np.ndindex(*dims))
        return [index[::-1] for index in np.ndindex(*dims[::-1])]

    result = np.empty(shape)
    for to, of in zip(positions(shape), positions(a.shape), strict=True):
        result[to] = a[of]
    return result


def transpose(a: Any, axes: Any = None) -> Any:
    order = list(range(a.ndim))[::-1] if axes is None else [axis % a.ndim for axis in axes]
    result = np.empty([a.shape[axis] for axis in order])
    for index in np.ndindex(*result.shape):
        of = [0] * a.ndim
        for i, axis in zip(index, order, strict=True):
            of[axis] = i
        result[index] = a[tuple(of)]
    return result


def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    order = list(range(a.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(a, order)


def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    sources = [s % a.ndim for s in (source if isinstance(source, tuple) else (source,))]
    destinations = [d % a.ndim for d in (destination if isinstance(destination, tuple) else (destination,))]
    order = [axis for axis in range(a.ndim) if axis not in sources]
    for to, of in sorted(zip(destinations, sources, strict=True)):
        order.insert(to, of)
    return transpose(a, order)


def expand_dims(a: Any, axis: Any) -> Any:
    axes = axis if isinstance(axis, tuple) else (axis,)
    ndim = a.ndim + len(axes)
    new = {x % ndim for x in axes}
    sizes = iter(a.shape)
    return reshape(a, tuple(1 if i in new else next(sizes) for i in range(ndim)))


def squeeze(a: Any, axis: Any = None) -> Any:
    drop = {i for i, n in enumerate(a.shape) if n == 1} if axis is None else {axis % a.ndim}
    return reshape(a, tuple(n for i, n in enumerate(a.shape) if i not in drop))


def broadcast_to(array: Any, shape: tuple[int, ...]) -> Any:
    return each(lambda x, zero: x + zero)(array, np.zeros(shape))


def concatenate(*arrays: Any, axis: Any = 0) -> Any:
    if axis is None:
        return [a[index] for a in arrays for index in np.ndindex(*a.shape)]
    result = np.empty([sum(a.shape[i] for a in arrays) if i == axis % arrays[0].ndim else n
                       for i, n in enumerate(arrays[0].shape)])  # fmt: skip
    start = 0
    for a in arrays:
        for index in np.ndindex(*a.shape):
            at = list(index)
            at[axis] += start
            result[tuple(at)] = a[index]
        start += a.shape[axis]
    return result


def stack(*arrays: Any, axis: int = 0) -> Any:
    return concatenate(*[expand_dims(a, axis) for a in arrays], axis=axis % (arrays[0].ndim + 1))


def positions(shape: tuple[int, ...], index: Any) -> Any:
    """Give for each selected element its flat position in the array."""
    return np.arange(math.prod(shape)).reshape(shape)[index]


def getitem(a: Any, index: Any) -> Any:
    flat = [a[i] for i in np.ndindex(*a.shape)]
    where = positions(a.shape, index)
    result = np.empty(where.shape)
    for i in np.ndindex(*where.shape):
        result[i] = flat[where[i]]
    return result


def scatter(a: Any, index: Any, shape: tuple[int, ...]) -> Any:
    result = [0.0] * math.prod(shape)
    where = positions(shape, index)
    for i in np.ndindex(*where.shape):
        result[where[i]] += a[i]
    return np.array(result).reshape(shape)


def put(a: Any, values: Any, index: Any) -> Any:
    result = [a[i] for i in np.ndindex(*a.shape)]
    where = positions(a.shape, index)
    trimmed = values.reshape(values.shape[max(0, values.ndim - where.ndim) :])
    spread = broadcast_to(trimmed, where.shape)
    for i in np.ndindex(*where.shape):
        result[where[i]] = spread[i]
    return np.array(result).reshape(a.shape)


def einsum(*operands: Any, subscripts: str) -> Any:
    """Sum over every letter that the output has not; an ellipsis stands for letters of its own, to the right."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    dotted = [o.ndim - len(t.replace("...", "")) for o, t in zip(operands, terms, strict=True) if "..." in t]
    dots = "WXYZ"[: max(dotted, default=0)]
    full = []
    for term, operand in zip(terms, operands, strict=True):
        width = operand.ndim - len(term.replace("...", ""))
        full.append(term.replace("...", dots[len(dots) - width :]))
    letters = "".join(full)
    if not arrow:
        output = dots + "".join(sorted(c for c in set(letters) - set(dots) if letters.count(c) == 1))
    output = output.replace("...", dots)
    sizes: dict[str, int] = {}
    for term, operand in zip(full, operands, strict=True):
        for letter, n in zip(term, operand.shape, strict=True):
            sizes[letter] = n if n != 1 else sizes.get(letter, 1)
    result = np.zeros([sizes[c] for c in output])
    names = list(sizes)
    for values in itertools.product(*[range(sizes[c]) for c in names]):
        at = dict(zip(names, values, strict=True))
        product = 1.0
        for term, operand in zip(full, operands, strict=True):
            product *= operand[tuple(at[c] if n != 1 else 0 for c, n in zip(term, operand.shape, strict=True))]
        result[tuple(at[c] for c in output)] += product
    return result


def dot(a: Any, b: Any) -> Any:
    if a.ndim == 0 or b.ndim == 0:
        return each(lambda x, y: x * y)(a, b)
    letters = "abcdefgh"
    left = letters[: a.ndim - 1] + "z"
    free = letters[a.ndim - 1 : a.ndim - 1 + b.ndim - 1]
    right = "z" if b.ndim == 1 else free[:-1] + "z" + free[-1]
    return einsum(a, b, subscripts=f"{left},{right}->{left[:-1]}{free}")


def matmul(a: Any, b: Any) -> Any:
    left, right = "...ij" if a.ndim > 1 else "j", "...jk" if b.ndim > 1 else "j"
    output = ("..." if max(a.ndim, b.ndim) > 2 else "") + ("i" if a.ndim > 1 else "") + ("k" if b.ndim > 1 else "")
    if a.ndim <= 2 and b.ndim <= 2:
        left, right = left.replace("...", ""), right.replace("...", "")
    return einsum(a, b, subscripts=f"{left},{right}->{output}")


REFERENCES: dict[str, Callable[..., Any]] = {
    "add": each(lambda x, y: x + y),
    "subtract": each(lambda x, y: x - y),
    "multiply": each(lambda x, y: x * y),
    "divide": each(lambda x, y: x / y),
    "power": each(lambda x, y: x**y),
    "remainder": each(lambda x, y: x - y * math.floor(x / y)),
    "floor_divide": each(lambda x, y: math.floor(x / y)),
    "negative": each(lambda x: -x),
    "positive": each(lambda x: x),
    "square": each(lambda x: x * x),
    "reciprocal": each(lambda x: 1 / x),
    "absolute": each(lambda x: x if x > 0 else -x),
    "sqrt": each(math.sqrt),
    "exp": each(math.exp),
    "expm1": each(math.expm1),
    "log": each(math.log),
    "log1p": each(math.log1p),
    "logaddexp": each(lambda x, y: math.log(math.exp(x) + math.exp(y))),
    "sin": each(math.sin),
    "cos": each(math.cos),
    "tanh": each(math.tanh),
    "erf": each(math.erf),
    "sign": each(lambda x: (x > 0) - (x < 0)),
    "floor": each(math.floor),
    "ceil": each(math.ceil),
    "trunc": each(math.trunc),
    "rint": each(round),
    "round": each(round),
    "maximum": each(lambda x, y: x if x > y else y),
    "minimum": each(lambda x, y: x if x < y else y),
    "relu": each(lambda x: x if x > 0 else 0.0),
    "clip": each(lambda x, low, high: low if x < low else high if x > high else x),
    "where": each(lambda c, x, y: x if c else y),
    "real": each(lambda x: x),
    "imag": each(lambda x: 0.0),
    "conjugate": each(lambda x: x),
    "copy": lambda x, order="K": each(lambda x: x)(x),
    "astype": each(lambda x, dtype: x),
    "sum": over_axis(sum),
    "mean": over_axis(lambda values: sum(values) / len(values)),
    "max": over_axis(max),
    "min": over_axis(min),
    "prod": over_axis(math.prod),
    "var": over_axis(variance),
    "std": over_axis(lambda values, ddof=0: math.sqrt(variance(values, ddof))),
    "reshape": reshape,
    "transpose": transpose,
    "swapaxes": swapaxes,
    "moveaxis": moveaxis,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "broadcast_to": broadcast_to,
    "concatenate": concatenate,
    "stack": stack,
    "getitem": getitem,
    "scatter": scatter,
    "put": put,
    "einsum": einsum,
    "dot": dot,
    "matmul": matmul,
}
