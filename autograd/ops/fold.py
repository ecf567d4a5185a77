"""What a ufunc's `reduce` means with all its keywords, and its `reduceat`, in linear time.

Where each element contributes with a weight that the result tells (an extreme, a logaddexp, a hypot), the transpose
repeats and weighs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import op, reduction
from autograd.op import Fn, Op, Real, case, methods, ufunc_method
from autograd.ops.indexing import plain_index
from autograd.ops.recurrence import recurrence, repeats, running, segment_sums, shifted
from autograd.ops.reduction import (
    LEFT_OUT,
    cast,
    extreme,
    fmax_with,
    fmin_with,
    is_normal,
    max_,
    max_with,
    min_,
    min_with,
    only,
    prod_of,
    share,
    sum_of,
    wide,
)


# Results to which each element contributes with a weight
def _weights(ufunc: Any, x: Array, ans: Array, total: Fn) -> Array:
    """∂ans/∂x of an extreme, a logaddexp or a hypot; `total` sums what counts for the same `ans`.

    Equal extremes share, and so do equal infinities; nothing has a part in what is -inf, nor in a hypot of 0.
    """
    if ufunc in (np.maximum, np.minimum, np.fmax, np.fmin):
        ties = x == ans
        return ties / np.maximum(total(ties), 1)
    endless = np.isinf(ans)
    ties = np.logical_and((np.abs(x) if ufunc is np.hypot else x) == ans, ans == math.inf)
    part = ties / np.maximum(total(ties), 1)
    if ufunc is np.hypot:
        return np.where(endless, part * np.sign(x), x / np.where((ans == 0) | endless, 1, ans))
    below = np.where(endless, 0, x) - np.where(endless, 0, ans)
    return np.where(endless, part, np.exp(below) if ufunc is np.logaddexp else np.exp2(below))


def _folded(ufunc: Any, sample: Real) -> Op:
    """Declare `ufunc.reduce` over any axes."""

    def weigh(g: Array, x: Array, ans: Array, axis: Any) -> Array:
        """Give each element its part: an equal one at ties and infinities, exp(x - ans), or x / ans."""
        dtype = np.result_type(x.dtype, np.float32)
        return g * _weights(ufunc, x, ans, lambda ties: np.add.reduce(ties, axis=axis, keepdims=True, dtype=dtype))

    return reduction(
        lambda x, axis=None, keepdims=False: ufunc.reduce(x, axis=axis, keepdims=keepdims),
        name=f"{ufunc.__name__}.reduce", x=share if ufunc in (np.fmax, np.fmin) else weigh, sample={"x": sample},
    )  # fmt: skip


fmax_reduce = _folded(np.fmax, Real(distinct=True))
fmin_reduce = _folded(np.fmin, Real(distinct=True))
logaddexp_reduce = _folded(np.logaddexp, Real())
logaddexp2_reduce = _folded(np.logaddexp2, Real())
hypot_reduce = _folded(np.hypot, Real(avoid=(0.0,)))


def _reduce(body: Fn) -> Fn:
    """Give a function `ufunc.reduce`'s signature: on a ufunc the default axis is 0."""
    return lambda array, axis=0, dtype=None, out=None, **options: body(cast(array, dtype), axis=axis, **options)


def _reduce_by(ufunc: Any, plain: Op, neutral: float) -> Fn:
    """Make `ufunc.reduce` where what is passed over can be replaced by what does nothing."""

    def body(x: Any, axis: Any, keepdims: Any = False, initial: Any = LEFT_OUT, where: Any = True) -> Any:
        total = plain(only(x, where, neutral), axis=axis, keepdims=keepdims)
        return total if initial is LEFT_OUT or initial is None else ufunc(initial, total)

    return _reduce(body)


def _reduce_in_order(ufunc: Any, neutral: float) -> Fn:
    """Make `ufunc.reduce` of what is not commutative, along one axis: the last of the running results."""

    def body(x: Any, axis: Any, keepdims: Any = False, initial: Any = LEFT_OUT, where: Any = True) -> Any:
        axes = (axis if isinstance(axis, tuple) else (axis,)) if axis is not None else tuple(range(x.ndim))
        start = None if initial is LEFT_OUT else initial
        if not axes or not x.ndim:
            return x if start is None else ufunc(start, x)
        before = (slice(None),) * (axes[0] % x.ndim)
        x = only(x, where, neutral)
        if start is not None:
            shape = tuple(1 if i == axes[0] % x.ndim else size for i, size in enumerate(x.shape))
            x = np.concatenate([np.full(shape, start, x.dtype), x], axis=axes[0])
        return running(x, ufunc=ufunc, axis=axes[0])[(*before, slice(-1, None) if keepdims else -1)]

    return _reduce(body)


methods[np.add, "reduce"] = _reduce(sum_of)
methods[np.multiply, "reduce"] = _reduce(prod_of)
methods[np.maximum, "reduce"] = _reduce(extreme(max_with, max_))
methods[np.minimum, "reduce"] = _reduce(extreme(min_with, min_))
methods[np.fmax, "reduce"] = _reduce(extreme(fmax_with, fmax_reduce))
methods[np.fmin, "reduce"] = _reduce(extreme(fmin_with, fmin_reduce))
methods[np.logaddexp, "reduce"] = _reduce_by(np.logaddexp, logaddexp_reduce, -math.inf)
methods[np.logaddexp2, "reduce"] = _reduce_by(np.logaddexp2, logaddexp2_reduce, -math.inf)
methods[np.hypot, "reduce"] = _reduce_by(np.hypot, hypot_reduce, 0)
methods[np.divide, "reduce"] = _reduce_in_order(np.divide, 1)
methods[np.float_power, "reduce"] = _reduce_in_order(np.float_power, 1)


@ufunc_method(np.subtract, "reduce")
def _subtract_reduce(
    array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = LEFT_OUT,
    where: Any = True,
) -> Any:  # fmt: skip
    x = cast(array, dtype)
    total = sum_of(x, axis=axis, keepdims=keepdims, where=where)
    if initial is not LEFT_OUT and initial is not None:
        return initial - total
    if not x.ndim or axis == ():
        return x
    along = 0 if axis is None else axis[0] if isinstance(axis, tuple) else axis
    before = (slice(None),) * (along % x.ndim)
    first = x[(*before, slice(0, 1) if keepdims else 0)]
    return first + first - total


# Between indices
def _sizes(begins: Array, size: int) -> Array:
    return np.diff(begins, append=size)


def _segment_weights(x: Array, ans: Array, ufunc: Any, begins: Array, axis: int) -> Array:
    sizes, dtype = _sizes(begins, x.shape[axis]), np.result_type(x.dtype, np.float32)

    def total(ties: Array) -> Array:
        return repeats(segment_sums(ties.astype(dtype), begins=begins, axis=axis), sizes=sizes, axis=axis)

    return _weights(ufunc, x, repeats(ans, sizes=sizes, axis=axis), total)


def _segments_vjp(g: Array, x: Array, ans: Array, ufunc: Any, begins: Array, axis: int) -> Array:
    """Give each element its part of its segment's cotangent, as in a reduction."""
    spread = repeats(g, sizes=_sizes(begins, x.shape[axis]), axis=axis)
    return spread * _segment_weights(x, ans, ufunc, begins, axis)


def _segments_jvp(g: Array, x: Array, ans: Array, ufunc: Any, begins: Array, axis: int) -> Array:
    """Sum the tangents with their weights."""
    return segment_sums(g * _segment_weights(x, ans, ufunc, begins, axis), begins=begins, axis=axis)


segments = op(
    lambda x, ufunc, begins, axis=0: ufunc.reduceat(x, begins, axis=axis), name="segments", inputs=("x",),
    vjp={"x": _segments_vjp}, jvp={"x": _segments_jvp}, sample={"x": Real(distinct=True)},
    cases=[case((5,), ufunc=np.maximum, begins=np.array([0, 1, 3])),
           case((4, 2), ufunc=np.logaddexp, begins=np.array([0, 2])),
           case((2, 4), ufunc=np.minimum, begins=np.array([0, 3]), axis=-1)],
)  # fmt: skip


def _joined(array: Any, indices: Any, axis: int, dtype: Any) -> tuple[Any, Array]:
    """Lay the segments of `reduceat` side by side, and tell where each begins.

    One goes from its index to the next; where the next is not greater, it has one element.
    """
    x = cast(array, dtype)
    starts = np.asarray(plain_index(indices)).astype(int)
    before = (slice(None),) * (axis % x.ndim)
    sizes = np.maximum(np.diff(starts, append=x.shape[axis]), 1)
    begins = np.cumsum(sizes) - sizes
    if starts.size and np.all(starts[1:] > starts[:-1]):
        return x[(*before, slice(int(starts[0]), None))], begins
    return x[(*before, np.repeat(starts - begins, sizes) + np.arange(sizes.sum()))], begins


def _reduceat(ufunc: Any) -> Fn:
    """Make `ufunc.reduceat` of what gives each element a weight."""

    def body(array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        x, begins = _joined(array, indices, axis, dtype)
        return segments(x, ufunc=ufunc, begins=begins, axis=axis)

    return body


_WEIGHED = (np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2, np.hypot)
methods.update({(ufunc, "reduceat"): _reduceat(ufunc) for ufunc in _WEIGHED})


@ufunc_method(np.add, "reduceat")
def _add_reduceat(array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    x, begins = _joined(array, indices, axis, dtype)
    return segment_sums(x, begins=begins, axis=axis)


@ufunc_method(np.subtract, "reduceat")
def _subtract_reduceat(array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    x, begins = _joined(array, indices, axis, dtype)
    firsts = x[(*(slice(None),) * (axis % x.ndim), begins)]
    return firsts + firsts - segment_sums(x, begins=begins, axis=axis)


def _segment_others(x: Array, begins: Array, axis: int) -> Array:
    """For each element the product of all others of its segment: what stands to its left, times that to its right.

    Arrays without zeros are divided instead, where no product over- or underflows.
    """
    x = wide(x)
    if not isinstance(x, Shell):
        with np.errstate(all="ignore"):
            whole = np.multiply.reduceat(x, begins, axis=axis)
        if is_normal(whole):
            return np.repeat(whole, _sizes(begins, x.shape[axis]), axis=axis) / x
    new = np.full(x.shape, False)
    new[(*(slice(None),) * (axis % x.ndim), begins)] = True
    ends = shifted(new, axis, -1, fill=True)
    left = recurrence(np.where(new, 0, shifted(x, axis, 1)), new.astype(x.dtype), axis=axis)
    right = recurrence(np.where(ends, 0, shifted(x, axis, -1)), ends.astype(x.dtype), axis=axis, reverse=True)
    return left * right


segment_products = op(
    lambda x, begins, axis=0: np.multiply.reduceat(x, begins, axis=axis), name="segment_products", inputs=("x",),
    vjp={"x": lambda g, x, begins, axis: repeats(g, sizes=_sizes(begins, x.shape[axis]), axis=axis)
         * _segment_others(x, begins, axis)},
    jvp={"x": lambda g, x, begins, axis: segment_sums(g * _segment_others(x, begins, axis), begins=begins, axis=axis)},
    cases=[case((5,), begins=np.array([0, 1, 3])), case((2, 4), begins=np.array([0, 2]), axis=-1)],
)  # fmt: skip


@ufunc_method(np.multiply, "reduceat")
def _multiply_reduceat(array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    x, begins = _joined(array, indices, axis, dtype)
    return segment_products(x, begins=begins, axis=axis)
