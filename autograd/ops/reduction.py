"""Functions that reduce over axes: sums, means, extremes, products, spread.

In a rule `g` and `ans` have the reduced axes kept at length 1, and `count` elements went into each; what the rule
returns is broadcast to the input's shape.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.families import kept_shape, reduction
from autograd.op import Real
from autograd.ops.elementwise import conj


def _ties(g: Array, x: Array, ans: Array, axis: Any) -> Array:
    """Share `g` evenly among the elements equal to the extreme."""
    ties = x == ans
    # In float16 a count ends at 2048.
    return g * ties / np.add.reduce(ties, axis=axis, keepdims=True, dtype=np.result_type(g.dtype, np.float32))


def _product_of_others(x: Array, axis: Any) -> Array:
    """For each element the product of all others along `axis`: exact with any number of zeros, and no division.

    A balanced tree of products is built upwards; downwards each node hands its left child what stands to the right,
    and the reverse. O(n) work in O(log n) array operations, all differentiable.
    """
    if x.size == 0:
        return x
    kept = kept_shape(x.shape, axis)
    reduced = [i for i, (size, one) in enumerate(zip(x.shape, kept, strict=True)) if size != one or size == 1]
    rest = [i for i in range(len(x.shape)) if i not in reduced]
    order = rest + reduced
    moved = np.transpose(x, order)
    level = np.reshape(moved, (*[x.shape[i] for i in rest], math.prod(x.shape[i] for i in reduced)))
    levels = []
    while level.shape[-1] > 1:
        if level.shape[-1] % 2:
            level = np.concatenate([level, np.ones_like(level[..., :1])], axis=-1)
        levels.append(level)
        level = level[..., ::2] * level[..., 1::2]
    others = np.ones_like(level)
    for level in reversed(levels):
        others = others[..., : level.shape[-1] // 2]
        pair = np.stack([others * level[..., 1::2], others * level[..., ::2]], axis=-1)
        others = np.reshape(pair, level.shape)
    flat = others[..., : math.prod(x.shape[i] for i in reduced)]
    inverse = [order.index(i) for i in range(len(order))]
    return np.transpose(np.reshape(flat, moved.shape), inverse)


def _var(g: Array, x: Array, axis: Any, ddof: Any, count: int) -> Array:
    """∂var/∂x = 2 (x - mean) / (n - ddof)."""
    return g * (2 / ((count - ddof) or math.nan)) * conj(x - np.mean(x, axis=axis, keepdims=True))


def _std(g: Array, x: Array, ans: Array, axis: Any, ddof: Any, count: int) -> Array:
    """∂std/∂x = (x - mean) / ((n - ddof) std), and 0 where all are equal: the mean of equal numbers may be rounded."""
    first = x[tuple(slice(1) if one != size else slice(None) for one, size in zip(ans.shape, x.shape, strict=True))]
    equal = np.logical_and.reduce(x == first, axis=axis, keepdims=True)
    centred = conj(x - np.mean(x, axis=axis, keepdims=True)) * np.logical_not(equal)
    return g * centred / (((count - ddof) or math.nan) * (ans + (ans == 0)))


def _mean_x(g: Array, count: int) -> Array:
    """∂mean/∂x = 1 / n; in float16 an n above 65504 would be infinite."""
    return (g.astype(np.float32) if g.dtype == np.float16 else g) / max(count, 1)


def _mean(x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    """As `np.mean`, which computes the same in double the time where arrays are small."""
    if x.dtype.kind not in "fc" or x.dtype == np.float16 or x.size == 0:
        return np.mean(x, axis=axis, keepdims=keepdims)
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)
    return total / (x.size // total.size)


DISTINCT = {"x": Real(distinct=True)}

sum = reduction(
    lambda x, axis=None, keepdims=False: np.add.reduce(x, axis=axis, keepdims=keepdims),
    name="sum", numpy=(np.sum,), x=lambda g: g,
)  # fmt: skip
mean = reduction(
    _mean, name="mean", numpy=(np.mean,), x=_mean_x,
)  # fmt: skip
max_ = reduction(
    lambda x, axis=None, keepdims=False: np.maximum.reduce(x, axis=axis, keepdims=keepdims),
    name="max", numpy=(np.max, np.amax), x=_ties, sample=DISTINCT,
)  # fmt: skip
min_ = reduction(
    lambda x, axis=None, keepdims=False: np.minimum.reduce(x, axis=axis, keepdims=keepdims),
    name="min", numpy=(np.min, np.amin), x=_ties, sample=DISTINCT,
)  # fmt: skip
prod = reduction(
    lambda x, axis=None, keepdims=False: np.multiply.reduce(x, axis=axis, keepdims=keepdims),
    name="prod", numpy=(np.prod,), x=lambda g, x, axis: g * _product_of_others(x, axis),
)  # fmt: skip
var = reduction(
    lambda x, axis=None, ddof=0, keepdims=False: np.var(x, axis=axis, ddof=ddof, keepdims=keepdims),
    name="var", numpy=(np.var,), x=_var, sample=DISTINCT,
)  # fmt: skip
std = reduction(
    lambda x, axis=None, ddof=0, keepdims=False: np.std(x, axis=axis, ddof=ddof, keepdims=keepdims),
    name="std", numpy=(np.std,), x=_std, sample=DISTINCT,
)  # fmt: skip

#: What `ufunc.reduce` means on a Tensor.
REDUCE = {np.add: sum, np.multiply: prod, np.maximum: max_, np.minimum: min_}
