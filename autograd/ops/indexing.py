"""Functions that read and write by index.

Reading is linear; its transpose, `scatter`, adds at the index (a repeated index accumulates). Writing, `put`, makes a
new array: Tensors are values. Where an index repeats in a write, the last one wins, and only it receives the gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import linear
from autograd.op import Op, case, composite


def plain_index(index: Any) -> Any:
    """Take the Tensors out of an index: integers and booleans have no derivative.

    Raises
    ------
    TypeError
        For a Tensor of floats, with the cast to write.
    """
    if isinstance(index, tuple):
        return tuple([plain_index(i) for i in index])
    if isinstance(index, Shell):
        data = index._data
        if data.dtype.kind not in "biu":
            raise TypeError(f"An index is integer or boolean, met a Tensor of {data.dtype}; write t.astype(int)")
        return data
    if index is None or index is Ellipsis or isinstance(index, (int, slice)) or hasattr(index, "dtype"):
        return index
    array = np.asarray(index)
    return array.astype(int) if array.size == 0 else array


def _repeats(index: Any) -> bool:
    """Tell whether an index can name an element twice: only integer arrays can."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(hasattr(part, "dtype") and part.dtype.kind in "iu" and part.ndim > 0 for part in parts)


def _chosen(index: Any, a_shape: tuple[int, ...]) -> Array | None:
    """Tell what a boolean array chose: as with `where`, what it did not choose is never looked at."""
    parts = index if isinstance(index, tuple) else (index,)
    if not any(hasattr(part, "dtype") and part.dtype == bool and part.ndim for part in parts):
        return None
    chosen = np.full(a_shape, False)
    chosen[index] = True
    return chosen


def _scatter(a: Array, index: Any, shape: tuple[int, ...]) -> Array:
    if not _repeats(index):
        result = np.zeros_like(a, shape=shape)
        result[index] = a
        return result
    # Sums of float16 are accumulated in float32.
    result = np.zeros_like(a, shape=shape, dtype=np.float32 if a.dtype == np.float16 else None)
    np.add.at(result, index, a)
    return result if result.dtype == a.dtype else result.astype(a.dtype)


def _put(a: Array, values: Any, index: Any) -> Array:
    result = np.copy(a)
    result[index] = values
    return result


def _put_a(g: Array, index: Any, a_shape: tuple[int, ...]) -> Array:
    """Give what was overwritten nothing."""
    return put(g, g.dtype.type(0), index=index)


def _kept(index: Any, a_shape: tuple[int, ...]) -> Array:
    """Tell what was not overwritten: below, what is there is never looked at elsewhere."""
    kept = np.full(a_shape, True)
    kept[index] = False
    return kept


def _put_values(g: Array, index: Any, values_shape: tuple[int, ...]) -> Array:
    """Give each written value the cotangent of the place it was written to, if it was not overwritten."""
    ct = g[index]
    if _repeats(index):
        order = np.arange(ct.size).reshape(ct.shape)
        last = np.zeros(g.shape, dtype=order.dtype)
        last[index] = order
        ct = ct * (last[index] == order)
    extra = len(values_shape) - ct.ndim
    # NumPy drops leading axes of length 1 from what it writes.
    return np.reshape(ct, (1,) * extra + ct.shape) if extra > 0 else ct


READS = [
    ((3, 4), 1), ((3, 4), slice(None, None, -2)), ((3, 4), (slice(1, None), -1)), ((3, 4), (Ellipsis, None, 0)),
    ((3, 4), np.array([0, 2, 0])), ((3, 4), (np.array([0, 2, 0]), np.array([1, 1, 1]))),
    ((3, 4), (np.array([[0], [1]]), slice(0, 2))),
    ((3,), np.array([True, False, True])), ((3, 4), (slice(None), np.array([True, False, True, True]))),
    ((3, 4), np.array([2, 2])), ((0, 3), slice(None)), ((), ()), ((3,), np.array([], dtype=int)),
]  # fmt: skip


def _selected(shape: tuple[int, ...], index: Any) -> tuple[int, ...]:
    return tuple(np.empty(shape)[index].shape)


getitem = linear(
    lambda a, index: a[index], name="getitem", moves=True, mask={"a": _chosen},
    a=lambda g, index, a_shape: scatter(g, index=index, shape=a_shape),
    cases=[case(shape, index=index) for shape, index in READS],
)  # fmt: skip
scatter: Op = linear(
    _scatter, name="scatter", moves=True, a=lambda g, index: g[index],
    cases=[case(_selected(shape, index), index=index, shape=shape) for shape, index in READS],
)  # fmt: skip
put = linear(
    _put, name="put", a=_put_a, values=_put_values, mask={"a": _kept},
    cases=[case(shape, _selected(shape, index), index=index) for shape, index in READS]
    + [case((3, 4), (), index=1), case((3, 4), (4,), index=slice(0, 2)), case((3,), (1, 2), index=slice(0, 2))],
)  # fmt: skip


@composite(np.take)
def _np_take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    flat = np.reshape(a, -1) if axis is None else a
    axis = 0 if axis is None else axis
    indices = np.asarray(plain_index(indices))
    size = flat.shape[axis]
    if mode == "wrap":
        indices = indices % size
    elif mode == "clip":
        indices = np.clip(indices, 0, size - 1)
    return flat[(slice(None),) * (axis % flat.ndim) + (indices,)]


@composite(np.take_along_axis)
def _np_take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    indices = np.asarray(plain_index(indices))
    if axis is None:
        return np.reshape(arr, -1)[indices]
    if indices.ndim != arr.ndim:
        raise ValueError(f"take_along_axis: indices {indices.shape} and array {arr.shape} must have the same ndim")
    axis = axis % arr.ndim
    index = []
    for i, size in enumerate(arr.shape):
        along = (1,) * i + (-1,) + (1,) * (arr.ndim - i - 1)
        index.append(indices if i == axis else np.arange(size).reshape(along))
    return arr[tuple(index)]
