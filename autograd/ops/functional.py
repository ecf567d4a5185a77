"""Functions that call a function of the user's along axes or by pieces.

The function is given Tensors, so that it is differentiated as if it were written in the place of the call; it may close
over Tensors too. What it is not called on contributes exactly 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.entry import Shell
from autograd.op import case, composite
from autograd.ops.indexing import plain_index, put
from autograd.ops.shape import assemble, stack, unstack

_numpy: Any = np


@composite(np.apply_along_axis, bitwise=True, inputs=("arr",), note="each vector's steps are recorded", cases=[
    case((2, 3), func1d=lambda v: v[0] + 2 * v[-1], axis=0), case((2, 3), func1d=lambda v: v[::-1] * v, axis=-1),
    case((2, 3, 2), func1d=lambda v: v[:, None] * v, axis=1), case((3,), func1d=lambda v, n: v**n, axis=0, n=2),
    case((2, 3), func1d=lambda v: [v[0], v[1] * 2, 3.0], axis=1), case((2, 0), func1d=np.sum, axis=1),
    case((20, 2), func1d=lambda v: v * v[0], axis=1), case((0, 3), func1d=np.sum, axis=1),
])  # fmt: skip
def _apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """Call func1d on each vector along the axis, and put what it gives in place of that axis."""
    axis = _numpy.lib.array_utils.normalize_axis_index(axis, arr.ndim)
    view = np.moveaxis(arr, axis, -1)
    *outer, size = view.shape
    if 0 in outer:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results: list[Any] = []
    for vector in unstack(np.reshape(view, (math.prod(outer), size))):
        found = func1d(vector, *args, **kwargs)
        found = found if hasattr(found, "dtype") else assemble(found)
        if results and found.dtype != results[0].dtype:
            found = found.astype(results[0].dtype)
        results.append(found if not results else np.broadcast_to(found, results[0].shape))
    shape = results[0].shape
    joined = np.reshape(stack(*results), (*outer, *shape))
    # What the function made of an axis stands where that was.
    return np.moveaxis(joined, range(len(outer), joined.ndim), range(axis, axis + len(shape)))


@composite(np.apply_over_axes, bitwise=True, inputs=("a",), cases=[
    case((2, 3), func=np.sum, axes=0), case((2, 3, 2), func=np.sum, axes=(0, -1)), case((2, 3), func=np.sum, axes=()),
    case((2, 3), func=lambda x, axis: np.sum(x * x, axis=axis, keepdims=True), axes=1),
    case((2, 3), func=np.mean, axes=[1, 0]),
])  # fmt: skip
def _apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """Call func(a, axis) for one axis after another, each time on what the last call gave."""
    value, ndim = a, a.ndim
    for axis in np.atleast_1d(axes).tolist():
        axis = axis + ndim if axis < 0 else axis
        found = func(value, axis)
        value = found if found.ndim == value.ndim else np.expand_dims(found, axis)
        if value.ndim != ndim:
            raise ValueError("function is not returning an array of the correct shape")
    return value


_POINTS = np.array([[True, False, True], [False, False, True]])


@composite(np.piecewise, bitwise=True, inputs=("x",), cases=[
    case((2, 3), condlist=[_POINTS, ~_POINTS], funclist=[lambda v: v * v, lambda v: 1 / (v + 3)]),
    case((2, 3), condlist=[_POINTS], funclist=[np.sin, 2.0]), case((2, 3), condlist=[_POINTS], funclist=[0.0, 1.0]),
    case((3,), condlist=_POINTS, funclist=[1.0, np.exp, np.cos]), case((), condlist=[True], funclist=[np.sin, 0]),
    case((3,), condlist=[True, False, True], funclist=[lambda v: v * 3]),
    case((3,), condlist=_POINTS, funclist=[lambda v, n, more: v**n + more, 0.0], n=3, more=1.0),
    case((), condlist=[False, True], funclist=[np.sin, np.cos]),
    case((2, 0), condlist=[np.ones((2, 0), bool)], funclist=[np.sin]),
    case((2, 3), condlist=[_POINTS], funclist=[1.0, 2.0, 3.0]),
])  # fmt: skip
def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Write funclist[i](x[condlist[i]]) where condlist[i] holds, in order; a number is written as it is."""
    if isinstance(condlist, Shell):
        condlist = plain_index(condlist)
    if np.isscalar(condlist) or (not isinstance(condlist[0], (list, np.ndarray, Shell)) and x.ndim):
        condlist = [condlist]
    conditions = [np.asarray(plain_index(condition), dtype=bool) for condition in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.logical_or.reduce(conditions))
    elif len(funclist) != len(conditions):
        n = len(conditions)
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    # Zeros that stay connected: what is given for them later is written over them.
    y = put.call(x, x.dtype.type(0), index=Ellipsis)
    for condition, function in zip(conditions, funclist, strict=True):
        if not callable(function):
            y[condition] = function
            continue
        chosen = x[condition]
        if chosen.size:
            y[condition] = function(chosen, *args, **kw)
    return y
