"""Functions that read and write by index.

Reading is linear; its transpose, `scatter`, adds at the index (a repeated index accumulates). Writing, `put`, makes a
new array: Tensors are values. Where an index repeats in a write, the last one wins, and only it receives the gradient.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.multilinear import linear
from autograd.op import Op, case, composite

_BOUNDS = (int, type(None))


def plain_index(index: Any) -> Any:
    """Take the Tensors out of an index: integers and booleans have no derivative.

    Raises
    ------
    TypeError
        For a Tensor of floats, with the cast to write.
    """
    if isinstance(index, tuple):
        # A tuple within is a sequence like any other.
        return tuple([plain_index(list(i) if isinstance(i, tuple) else i) for i in index])
    if isinstance(index, Shell):
        data = index._value
        if data.dtype.kind not in "biu":
            raise TypeError(f"An index is integer or boolean, met a Tensor of {data.dtype}; write t.astype(int)")
        return data
    if isinstance(index, slice):
        bounds = (index.start, index.stop, index.step)
        # What is no Python number a program would take for an array.
        if all(type(i) in _BOUNDS for i in bounds):
            return index
        return slice(*[None if i is None else operator.index(i) for i in bounds])
    if index is None or index is Ellipsis or isinstance(index, int) or hasattr(index, "dtype"):
        return index
    array = np.asarray(_plain_items(index))
    if array.ndim == 0 and array.dtype.kind not in "biu":
        raise IndexError(f"An index is a whole number, a slice, ... , None, or an array of them, met {index!r}")
    return array.astype(int) if array.size == 0 else array


def _plain_items(items: Any) -> Any:
    """Take the Tensors out of the lists that make an index array."""
    if isinstance(items, (list, tuple)):
        return [_plain_items(i) for i in items]
    return plain_index(items) if isinstance(items, Shell) else items


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
    if a.size < _SMALL:
        result = np.zeros_like(a, shape=shape, dtype=np.float32 if a.dtype == np.float16 else None)
        np.add.at(result, index, a)
        return result if result.dtype == a.dtype else result.astype(a.dtype)
    wide = a.astype(np.float32) if a.dtype == np.float16 else a
    axis = _lone_axis(index, shape) if wide.size >= _LARGE else None
    if axis is not None and math.prod(shape) >= _LONG * shape[axis]:
        result = _add_rows(wide, index[axis] if isinstance(index, tuple) else index, axis, shape)
    else:
        # NumPy adds fast where there is one axis, and one index array of its own type.
        result = np.zeros_like(wide, shape=shape, order="C")
        np.add.at(result.reshape(-1), _flat(index, shape), wide.reshape(-1))
    return result if result.dtype == a.dtype else result.astype(a.dtype)


def _add_at(total: Array, g: Array, index: Any, shape: tuple[int, ...], *_: Any) -> None:
    """Add what `_scatter` gives to an array in place."""
    if _repeats(index):
        total += _scatter(g, index, shape)
    else:
        total[index] += g


def _flat(index: Any, shape: tuple[int, ...]) -> Array:
    """Give the places that an index names, counted through the whole array."""
    parts = index if isinstance(index, tuple) else (index,)
    if len(parts) != len(shape) or not all(hasattr(part, "dtype") and part.dtype.kind in "iu" for part in parts):
        return np.reshape(np.arange(math.prod(shape)).reshape(shape)[index], -1)
    if len(shape) == 1:
        return np.reshape(parts[0], -1)
    place: Any = 0
    for part, size in zip(parts, shape, strict=True):
        place = place * size + (part + (part < 0) * size)
    return np.reshape(place, -1)


#: Up to here no rearrangement pays; from there on, with as much for each index, rows are added as a whole.
_SMALL, _LARGE, _LONG = 2**9, 2**16, 32
#: A row named more often is added up by itself.
_ROUNDS = 32


def _lone_axis(index: Any, shape: tuple[int, ...]) -> int | None:
    """Tell along which axis the index takes, if it is one integer array among whole axes."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [axis for axis, part in enumerate(parts) if hasattr(part, "dtype") and part.dtype.kind in "iu"]
    rest = [part for axis, part in enumerate(parts) if axis not in arrays]
    whole = all(isinstance(part, slice) and part == slice(None) for part in rest)
    return arrays[0] if whole and len(arrays) == 1 and len(shape) > 1 else None


def _add_rows(a: Array, index: Array, axis: int, shape: tuple[int, ...]) -> Array:
    """Add layers at an index along an axis: first write all, then add those that a later one wrote over, in rounds."""
    size = shape[axis]
    a = np.moveaxis(a, range(axis, axis + index.ndim), range(index.ndim))
    a = np.reshape(a, (-1, *shape[:axis], *shape[axis + 1 :]))
    rows = np.reshape(index + (index < 0) * size, -1)
    result = np.empty_like(a, shape=(size, *a.shape[1:]), order="C")
    result[rows] = a
    missed = np.full(size, True)
    missed[rows] = False
    result[missed] = 0
    order = np.argsort(rows, kind="stable")
    first = np.flatnonzero(np.diff(rows[order], prepend=-1))
    counts = np.diff(first, append=rows.size)
    for n in range(min(counts.max(initial=1), _ROUNDS) - 1):
        now = order[first[(counts > n + 1) & (counts <= _ROUNDS)] + n]
        result[rows[now]] += a[now]
    for start, count in zip(first[counts > _ROUNDS], counts[counts > _ROUNDS], strict=True):
        now = order[start : start + count]
        result[rows[now[0]]] = np.add.reduce(a[now], axis=0)
    return np.moveaxis(result, 0, axis) if axis else result


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
    ((2, 3, 2), (np.array([1, 1, 0]), slice(None), np.array([0, 0, 1]))), ((2, 3, 2), (slice(None), np.array([2, 2]))),
    ((2, 3), (Ellipsis, np.array([[0, -1], [0, 2]]))), ((2, 3), np.array([[True, False, True], [False, False, True]])),
    ((2, 3), (np.array(1), np.array([0, 0]))), ((2, 3), True), ((3,), (None, np.array([1, 1]), None)),
    ((2, 3, 2), (np.array([[True, False, True], [False, False, True]]), np.array([1, 1, 0]))),
]  # fmt: skip


def _selected(shape: tuple[int, ...], index: Any) -> tuple[int, ...]:
    return tuple(np.empty(shape)[index].shape)


getitem = linear(
    lambda a, index: a[index], name="getitem", moves=True, mask={"a": _chosen},
    a=lambda g, index, a_shape: scatter(g, index=index, shape=a_shape),
    cases=[case(shape, index=index) for shape, index in READS],
)  # fmt: skip
getitem.rules[0].add = _add_at
scatter: Op = linear(
    _scatter, name="scatter", moves=True, a=lambda g, index: g[index],
    cases=[case(_selected(shape, index), index=index, shape=shape) for shape, index in READS],
)  # fmt: skip
put = linear(
    _put, name="put", a=_put_a, values=_put_values, mask={"a": _kept},
    note="with integers in the index the gradient finds what was written last by writing positions",
    cases=[case(shape, _selected(shape, index), index=index) for shape, index in READS]
    + [case((3, 4), (), index=1), case((3, 4), (4,), index=slice(0, 2)), case((3,), (1, 2), index=slice(0, 2)),
       case((3,), (1, 1, 2), index=slice(0, 2))],
)  # fmt: skip


INDICES = np.array([[2, 0, 2], [-1, 1, 0]])


def _take(a: Array, indices: Any, axis: Any = None, mode: str = "raise") -> Array:
    return np.take(a, _plain_indices(indices), axis, mode=mode)  # type: ignore[call-overload]


def _plain_indices(indices: Any) -> Any:
    return plain_index(indices) if hasattr(indices, "dtype") else _plain_items(indices)


def _take_a(g: Array, a_shape: tuple[int, ...], indices: Any, axis: Any, mode: str) -> Array:
    """Add at the indices."""
    shape = (math.prod(a_shape),) if axis is None or not a_shape else a_shape
    axis = 0 if axis is None else axis % len(shape)
    places = np.asarray(_plain_indices(indices), dtype=np.intp)
    if mode == "wrap":
        places = places % max(shape[axis], 1)
    elif mode == "clip":
        places = np.clip(places, 0, shape[axis] - 1)
    return np.reshape(scatter(g, index=(slice(None),) * axis + (places,), shape=shape), a_shape)


INDICES = np.array([[2, 0, 2], [-1, 1, 0]])
take = linear(
    _take, name="take", numpy=(np.take,), moves=True, a=_take_a,
    cases=[
        case((3, 4), indices=INDICES), case((3, 4), indices=INDICES, axis=0), case((2, 3, 2), indices=[1, 1], axis=-2),
        case((3, 4), indices=np.array([5, -7, 2]), axis=1, mode="wrap"), case((3,), indices=(5, -7, 2), mode="clip"),
        case((3, 4), indices=-1, axis=1), case((), indices=0), case((3, 0), indices=[1], axis=0),
        case((), indices=[0, 0], axis=0),
        case((3, 4), indices=[], axis=1), case((4,), indices=[True, False]),
    ],
)  # fmt: skip


@composite(np.take_along_axis, bitwise=True, inputs=("arr",), cases=[
    case((3, 4), indices=np.array([[2, 0, 2, 1], [-1, 1, 0, 0]]), axis=0),
    case((3,), indices=np.array([1, 1]), axis=-1),
    case((3, 4), indices=np.array([[3], [0], [-2]]), axis=1), case((2, 3), indices=np.array([5, 0, 0]), axis=None),
    case((2, 3, 2), indices=np.array([[[1, 0]]]), axis=1), case((0, 3), indices=np.zeros((0, 2), int), axis=1),
])  # fmt: skip
def _np_take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    return np.reshape(arr, -1)[plain_index(indices)] if axis is None else arr[along_axis(arr, indices, axis)]


def along_axis(arr: Any, indices: Any, axis: int) -> tuple[Any, ...]:
    """Make the index that reads or writes at an array of indices along one axis."""
    indices = np.asarray(plain_index(indices))
    if indices.dtype.kind not in "iu":
        raise IndexError(f"indices along an axis are an array of integers, met dtype {indices.dtype}")
    if indices.ndim != arr.ndim:
        raise ValueError(f"indices {indices.shape} and array {arr.shape} along an axis must have the same ndim")
    index: list[Any] = []
    for i, size in enumerate(arr.shape):
        along = (1,) * i + (-1,) + (1,) * (arr.ndim - i - 1)
        index.append(indices if i == axis % arr.ndim else np.arange(size).reshape(along))
    return tuple(index)
