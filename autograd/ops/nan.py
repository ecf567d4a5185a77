"""Reductions that pass over NaN.

What is NaN gets the gradient 0, and its cotangent carries a mask: how it came to be NaN is never looked at. So does the
whole of a slice whose result is NaN because nothing else is in it. (`nancumsum` and `nancumprod` are in `scan`.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.families import add_masks, reduction
from autograd.op import Op, Real, composite, constants
from autograd.ops.elementwise import READ, conj
from autograd.ops.indexing import plain_index
from autograd.ops.reduction import (
    APART,
    DISTINCT,
    EXTREMES,
    LEFT_OUT,
    MEANS,
    SPREADS,
    SUMS,
    extreme,
    flag,
    fmax_with,
    fmin_with,
    mean_of,
    prod_of,
    product_of_others,
    root,
    share,
    sum_of,
    var_of,
    wide,
)

constants.update(dict.fromkeys((np.nanargmax, np.nanargmin), "a position or a count"))


def _nanprod(g: Array, x: Array, axis: Any) -> Array:
    """∂/∂x is the product of all others that are not NaN."""
    gone = np.isnan(x)
    return np.where(gone, 0, g * product_of_others(np.where(gone, 1, x), axis))


def _number(x: Array, axis: Any, dtype: Any) -> Array:
    """Count what is not NaN."""
    return np.add.reduce(np.logical_not(np.isnan(x)), axis=axis, keepdims=True, dtype=np.result_type(dtype, np.float32))


def _nanmean(g: Array, x: Array, axis: Any) -> Array:
    """∂mean/∂x = 1 / n, where n are not NaN."""
    return np.where(np.isnan(x), 0, wide(g) / np.maximum(_number(x, axis, g.dtype), 1))


def _centred(slope: Array, x: Array, axis: Any, count: Array) -> Array:
    """Multiply what is not NaN, less its mean, conjugated; give 0 for what is NaN."""
    gone = np.isnan(x)
    mean = np.sum(np.where(gone, 0, wide(x)), axis=axis, keepdims=True) / np.maximum(count, 1)
    return np.where(gone, 0, slope * conj(x - mean))


def _nanvar(g: Array, x: Array, axis: Any, ddof: Any) -> Array:
    """∂var/∂x = 2 (x - mean) / (n - ddof), and 0 where that is not positive."""
    count = _number(x, axis, g.dtype)
    free = count > ddof
    return _centred(np.where(free, 2 * wide(g) / np.where(free, count - ddof, 1), 0), x, axis, count)


def _nanstd(g: Array, x: Array, ans: Array, axis: Any, ddof: Any) -> Array:
    """∂std/∂x = (x - mean) / ((n - ddof) std), and 0 where all are equal or n - ddof is not positive."""
    if x.size == 0:
        return np.zeros_like(x)
    count = _number(x, axis, g.dtype)
    equal = np.fmax.reduce(x, axis=axis, keepdims=True) == np.fmin.reduce(x, axis=axis, keepdims=True)
    curved = (count > ddof) & np.logical_not(equal) & (ans != 0)
    slope = wide(g) / np.where(curved, count - ddof, 1) / np.where(curved, ans, 1)
    return _centred(np.where(curved, slope, 0), x, axis, count)


nansum = reduction(
    lambda x, axis=None, keepdims=False: np.nansum(x, axis=axis, keepdims=keepdims),
    name="nansum", numpy=(np.nansum,), x=lambda g, x: np.where(np.isnan(x), 0, g),
)  # fmt: skip
nanprod = reduction(
    lambda x, axis=None, keepdims=False: np.nanprod(x, axis=axis, keepdims=keepdims),
    name="nanprod", numpy=(np.nanprod,), x=_nanprod,
)  # fmt: skip
nanmean = reduction(
    lambda x, axis=None, keepdims=False: np.nanmean(x, axis=axis, keepdims=keepdims),
    name="nanmean", numpy=(np.nanmean,), x=_nanmean,
)  # fmt: skip
nanmax = reduction(
    lambda x, axis=None, keepdims=False: np.nanmax(x, axis=axis, keepdims=keepdims),
    name="nanmax", numpy=(np.nanmax,), x=share, sample=DISTINCT, note=READ,
)  # fmt: skip
nanmin = reduction(
    lambda x, axis=None, keepdims=False: np.nanmin(x, axis=axis, keepdims=keepdims),
    name="nanmin", numpy=(np.nanmin,), x=share, sample=DISTINCT, note=READ,
)  # fmt: skip
nanvar = reduction(
    lambda x, axis=None, ddof=0, keepdims=False: np.nanvar(x, axis=axis, ddof=ddof, keepdims=keepdims),
    name="nanvar", numpy=(np.nanvar,), x=_nanvar, sample=DISTINCT,
)  # fmt: skip
nanstd = reduction(
    lambda x, axis=None, ddof=0, keepdims=False: np.nanstd(x, axis=axis, ddof=ddof, keepdims=keepdims),
    name="nanstd", numpy=(np.nanstd,), x=_nanstd, sample=APART,
)  # fmt: skip


def _mask_nan(*ops: Op) -> None:
    """Let the cotangents of these carry where there is no NaN."""
    for op in ops:
        add_masks(op, {"x": lambda x_shape, axis, keepdims, x: np.logical_not(np.isnan(x))})


_mask_nan(nansum, nanprod, nanmean, nanmax, nanmin, nanvar, nanstd)


def _numbers(a: Any, where: Any) -> Any:
    """Tell which elements count: those that `where` names, less what is NaN."""
    here = np.logical_not(np.isnan(a))
    return here if where is True or where is LEFT_OUT else np.logical_and(here, plain_index(where))


@composite(np.nansum, inputs=("a", "initial"), cases=SUMS)
def _np_nansum(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, initial: Any = LEFT_OUT,
    where: Any = LEFT_OUT,
) -> Any:  # fmt: skip
    return sum_of(a, axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=_numbers(a, where))


@composite(np.nanprod, inputs=("a", "initial"), cases=SUMS)
def _np_nanprod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, initial: Any = LEFT_OUT,
    where: Any = LEFT_OUT,
) -> Any:  # fmt: skip
    return prod_of(a, axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=_numbers(a, where))


@composite(np.nanmean, cases=MEANS)
def _np_nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, *, where: Any = LEFT_OUT
) -> Any:
    return mean_of(a, axis=axis, dtype=dtype, keepdims=keepdims, where=_numbers(a, where))


@composite(np.nanvar, inputs=("a", "mean"), cases=SPREADS)
def _np_nanvar(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = LEFT_OUT, *,
    where: Any = LEFT_OUT, mean: Any = LEFT_OUT, correction: Any = LEFT_OUT,
) -> Any:  # fmt: skip
    ddof = ddof if correction is LEFT_OUT else correction
    options = {"axis": axis, "dtype": dtype, "ddof": ddof, "keepdims": keepdims, "mean": mean}
    here = _numbers(a, where)
    square = var_of(a, where=here, **options)
    keep: Any = flag(keepdims)
    fixed = np.add.reduce(here, axis=axis, keepdims=keep) <= ddof
    return np.where(fixed, 0, square)


@composite(np.nanstd, inputs=("a", "mean"), sample={"a": APART["x"]}, cases=SPREADS)
def _np_nanstd(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, **options: Any) -> Any:
    return root(_np_nanvar(a, axis=axis, dtype=dtype, ddof=ddof, **options))


_BESIDE = {"a": Real(distinct=True), "initial": Real(distinct=True)}
composite(np.nanmax, inputs=("a", "initial"), sample=_BESIDE, cases=EXTREMES)(extreme(fmax_with, nanmax))
composite(np.nanmin, inputs=("a", "initial"), sample=_BESIDE, cases=EXTREMES)(extreme(fmin_with, nanmin))
