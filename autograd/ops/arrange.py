"""Functions that arrange elements anew: flip, roll, repeat, join and split, windows.

Padding has a room of its own, `autograd.ops.padding`; so have diagonals and triangles, `autograd.ops.diagonals`.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.multilinear import linear
from autograd.op import Op, case, composite, present
from autograd.ops.elementwise import VIEW
from autograd.ops.indexing import plain_index
from autograd.ops.shape import concatenate, join, split, unstack


def _total(g: Array, axis: Any) -> Array:
    """Sum, in float32 what is float16."""
    return np.sum(g.astype(np.float32) if g.dtype == np.float16 else g, axis=axis)


# Turned and shifted


def _rollaxis_a(g: Array, axis: int, start: int) -> Array:
    """Put the axis back where it was."""
    axis %= g.ndim
    start = start + g.ndim if start < 0 else start
    return np.moveaxis(g, start - 1 if axis < start else start, axis)


flip = linear(
    lambda m, axis=None: np.flip(m, axis), name="flip", numpy=(np.flip,), moves=True,
    m=lambda g, axis: np.flip(g, axis), note=VIEW,
    cases=[case((2, 3)), case((2, 3), axis=-1), case((2, 3, 2), axis=(0, -1)), case(()), case((0, 2), axis=0)],
)  # fmt: skip
fliplr = linear(
    lambda m: np.fliplr(m), name="fliplr", numpy=(np.fliplr,), moves=True, m=lambda g: np.fliplr(g), note=VIEW,
    cases=[case((2, 3)), case((2, 3, 2)), case((2, 0))],
)  # fmt: skip
flipud = linear(
    lambda m: np.flipud(m), name="flipud", numpy=(np.flipud,), moves=True, m=lambda g: np.flipud(g), note=VIEW,
    cases=[case((2, 3)), case((3,)), case((0, 2))],
)  # fmt: skip
roll = linear(
    lambda a, shift, axis=None: np.roll(a, plain_index(shift), axis), name="roll", numpy=(np.roll,), moves=True,
    a=lambda g, shift, axis: np.roll(g, np.negative(plain_index(shift)), axis),
    cases=[case((2, 3), shift=2), case((2, 3), shift=-1, axis=0), case((2, 3), shift=(1, 4), axis=(0, -1)),
           case((5,), shift=(1, 2), axis=0), case((2, 3), shift=np.array([1, 1]), axis=(1, 1)), case((), shift=1),
           case((0, 2), shift=1, axis=0), case((2, 3), shift=2, axis=(0, 1))],
)  # fmt: skip
rollaxis = linear(
    lambda a, axis, start=0: np.rollaxis(a, axis, start), name="rollaxis", numpy=(np.rollaxis,), moves=True,
    a=_rollaxis_a, note=VIEW,
    cases=[case((2, 3, 4), axis=2), case((2, 3, 4), axis=0, start=3), case((2, 3, 4), axis=-1, start=-2),
           case((2, 3, 4), axis=1, start=2), case((2, 3, 4), axis=0, start=-1)],
)  # fmt: skip
rot90 = linear(
    lambda m, k=1, axes=(0, 1): np.rot90(m, k, axes), name="rot90", numpy=(np.rot90,), moves=True,
    m=lambda g, k, axes: np.rot90(g, -k, axes), note=VIEW,
    cases=[case((2, 3)), case((2, 3), k=2), case((2, 3), k=-1), case((2, 3, 4), k=3, axes=(2, 0)), case((2, 3), k=4),
           case((2, 3, 2), k=5, axes=(-1, 1))],
)  # fmt: skip
matrix_transpose = linear(
    lambda x: np.matrix_transpose(x), name="matrix_transpose", numpy=(np.matrix_transpose, np.linalg.matrix_transpose),
    moves=True, x=lambda g: np.matrix_transpose(g), note=VIEW, cases=[case((2, 3)), case((2, 3, 1)), case((0, 2, 3))],
)  # fmt: skip

# Repeated


def _tile_A(g: Array, A_shape: tuple[int, ...], reps: Any) -> Array:
    """Sum over the copies."""
    reps = tuple(reps) if np.iterable(reps) else (reps,)
    ndim = max(len(reps), len(A_shape))
    shape = (1,) * (ndim - len(A_shape)) + A_shape
    counts = (1,) * (ndim - len(reps)) + tuple(int(n) for n in reps)
    pairs = [n for pair in zip(counts, shape, strict=True) for n in pair]
    return np.reshape(_total(np.reshape(g, pairs), tuple(range(0, 2 * ndim, 2))), A_shape)


def _repeat_a(g: Array, a_shape: tuple[int, ...], repeats: Any, axis: Any) -> Array:
    """Sum over what an element was repeated to."""
    counts = np.asarray(plain_index(repeats))
    shape = (math.prod(a_shape),) if axis is None or not a_shape else a_shape
    axis = 0 if axis is None else axis % len(shape)
    if counts.size == 1:
        times = int(counts.reshape(()))
        parts = np.reshape(g, (*shape[: axis + 1], times, *shape[axis + 1 :]))
        if axis + 1 == len(shape) and g.dtype != np.float16:
            # Many short sums one beside the other are a product.
            return np.reshape(np.matmul(parts, np.ones(times, g.dtype)), a_shape)
        return np.reshape(_total(parts, axis + 1), a_shape)
    return np.reshape(segment_sum(g, repeats=counts, axis=axis), a_shape)


def _segment_sum(x: Array, repeats: Array, axis: int) -> Array:
    """Sum runs of so many elements along an axis: a run of none is 0."""
    wide = x.astype(np.float32) if x.dtype == np.float16 else x
    out = np.zeros_like(wide, shape=(*x.shape[:axis], len(repeats), *x.shape[axis + 1 :]))
    some = repeats > 0
    if some.any():
        starts = (np.cumsum(repeats) - repeats)[some]
        out[(slice(None),) * axis + (some,)] = np.add.reduceat(wide, starts, axis=axis, dtype=wide.dtype)
    return out.astype(x.dtype)


def _resize_a(g: Array, a_shape: tuple[int, ...]) -> Array:
    """Sum over the rounds in which the elements were used."""
    size, used = math.prod(a_shape), math.prod(g.shape)
    if size == 0 or used == 0:
        return np.zeros_like(g, shape=a_shape)
    flat = np.reshape(g, -1)
    rounds, rest = divmod(used, size)
    if rounds == 0:
        return np.reshape(np.concatenate([flat, np.zeros_like(flat, shape=size - used)]), a_shape)
    ct = _total(np.reshape(flat[: rounds * size], (rounds, size)), 0) if rounds > 1 else flat[:size]
    if rest:
        ct = np.concatenate([ct[:rest] + flat[rounds * size :], ct[rest:]])
    return np.reshape(ct, a_shape)


tile = linear(
    lambda A, reps: np.tile(A, reps), name="tile", numpy=(np.tile,), moves=True, A=_tile_A,
    cases=[case((2, 3), reps=2), case((2, 3), reps=(2, 1, 3)), case((3,), reps=(2, 2)), case((), reps=(2,)),
           case((2, 3), reps=(0, 2)), case((2, 0), reps=2), case((2, 3), reps=()), case((2,), reps=np.array([3]))],
)  # fmt: skip
segment_sum: Op = linear(
    _segment_sum, name="segment_sum", x=lambda g, repeats, axis: np.repeat(g, repeats, axis),
    cases=[case((6,), repeats=np.array([2, 0, 4]), axis=0), case((2, 3), repeats=np.array([0, 3, 0]), axis=1),
           case((0,), repeats=np.array([0, 0]), axis=0)],
)  # fmt: skip
#: Of counts that differ.
COUNTED = "with an array of counts the gradient sums runs of unequal length, which takes far longer than copying them"
repeat = linear(
    lambda a, repeats, axis=None: np.repeat(a, plain_index(repeats), axis), name="repeat", numpy=(np.repeat,),
    moves=True, a=_repeat_a, note=COUNTED,
    cases=[case((2, 3), repeats=2), case((2, 3), repeats=3, axis=0), case((2, 3), repeats=[2, 0, 3], axis=-1),
           case((3,), repeats=np.array([0, 1, 2])), case((2, 3), repeats=[2], axis=1), case((2, 3), repeats=0),
           case((2, 2), repeats=(0, 0), axis=0), case((), repeats=3),
           case((), repeats=3, axis=0), case((2, 2), repeats=[0, 1, 2, 0])],
)  # fmt: skip
resize = linear(
    lambda a, new_shape: np.resize(a, new_shape), name="resize", numpy=(np.resize,), moves=True, a=_resize_a,
    cases=[case((2, 3), new_shape=(4, 4)), case((2, 3), new_shape=2), case((2, 3), new_shape=(12,)),
           case((0,), new_shape=(2, 2)), case((3,), new_shape=(0, 2)), case((), new_shape=3)],
)  # fmt: skip

# Joined


def _of_each(make: Any, arrays: tuple[Any, ...]) -> Any:
    """Apply to one array, or to each of several: then a tuple."""
    made = tuple(make(x if hasattr(x, "ndim") else np.asarray(x)) for x in arrays)
    return made[0] if len(made) == 1 else made


@composite(np.atleast_1d, bitwise=True, cases=[case(()), case((2, 3)), case((), (2,))])
def atleast_1d(*arys: Any) -> Any:
    """Give at least one axis."""
    return _of_each(lambda x: x if x.ndim else np.reshape(x, 1), arys)


@composite(np.atleast_2d, bitwise=True, cases=[case(()), case((3,)), case((2, 3)), case((2,), (1, 2, 3))])
def atleast_2d(*arys: Any) -> Any:
    """Give at least two axes: what has fewer becomes a row."""
    return _of_each(lambda x: x if x.ndim > 1 else np.reshape(x, (1, -1)), arys)


@composite(np.atleast_3d, bitwise=True, cases=[case(()), case((3,)), case((2, 3)), case((2, 1, 3), (2,))])
def atleast_3d(*arys: Any) -> Any:
    """Give at least three axes: a vector lies along the second, a matrix along the first two."""
    shapes: Any = {0: lambda x: (1, 1, 1), 1: lambda x: (1, *x.shape, 1), 2: lambda x: (*x.shape, 1)}
    return _of_each(lambda x: x if x.ndim > 2 else np.reshape(x, shapes[x.ndim](x)), arys)


def _each(make: Any, tup: Any) -> list[Any]:
    return [make(x) for x in (unstack(tup) if isinstance(tup, Shell) else tup)]


@composite(np.hstack, bitwise=True, cases=[
    case([(2,), (3,)]), case([(2, 1), (2, 2)]), case([(), ()]), case((2, 2)), case([(2,), (1,)], dtype=np.complex128),
])  # fmt: skip
def _hstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Join along the second axis, vectors along the first."""
    parts = _each(atleast_1d, tup)
    return join(concatenate, parts, 0 if parts and parts[0].ndim == 1 else 1, dtype, casting)


@composite(np.vstack, *present(np, "row_stack"), bitwise=True, cases=[
    case([(3,), (3,)]), case([(2, 1), (1, 1)]), case([(), ()]), case((2, 3)), case([(2,), (1, 2)], dtype=np.complex128),
])  # fmt: skip
def _vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Join along the first axis, each vector as a row."""
    return join(concatenate, _each(atleast_2d, tup), 0, dtype, casting)


@composite(np.dstack, bitwise=True, cases=[case([(3,), (3,)]), case([(2, 1), (2, 1, 3)]), case([(), ()])])
def _dstack(tup: Any) -> Any:
    """Join along the third axis, vectors and matrices as of depth 1."""
    return concatenate(*_each(atleast_3d, tup), axis=2)


@composite(np.column_stack, bitwise=True, cases=[case([(3,), (3,)]), case([(2, 2), (2,)]), case([(), ()])])
def _column_stack(tup: Any) -> Any:
    """Join along the second axis, each vector as a column."""
    return concatenate(*_each(lambda x: x if np.ndim(x) > 1 else np.reshape(x, (-1, 1)), tup), axis=1)


@composite(
    np.block, cases=[case([(2,), (3,)]), case([(2, 2), (2, 1)]), case((2, 3)), case([(), (2,), (1, 1)])],
    note="NumPy copies once; here each level of lists is joined by itself, and taken apart again",
)  # fmt: skip
def _block(arrays: Any) -> Any:
    """Join the innermost lists along the last axis, the lists of these along the one before, and so on."""

    def measure(part: Any) -> tuple[int, int]:
        if not isinstance(part, list):
            return 0, np.ndim(part)
        below = [measure(item) for item in part]
        return 1 + max(depth for depth, _ in below), max(ndim for _, ndim in below)

    depth, ndim = measure(arrays)
    ndim = max(depth, ndim)

    def build(part: Any, axis: int) -> Any:
        if isinstance(part, list):
            return concatenate(*[build(item, axis + 1) for item in part], axis=axis)
        return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))

    return build(arrays, -depth)


@composite(np.append, bitwise=True, cases=[
    case((2, 3), (2,)), case((2, 3), (1, 3), axis=0), case((2, 3), (2, 1), axis=-1), case((), ()),
])  # fmt: skip
def _append(arr: Any, values: Any, axis: Any = None) -> Any:
    return concatenate(arr, values, axis=axis)


@composite(np.broadcast_arrays, bitwise=True, cases=[case((2, 1), (3,)), case((), (2, 2), (1, 2)), case((2,))])
def _broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """Broadcast each to the shape of all."""
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(np.broadcast_to(x, shape) if np.shape(x) != shape else x for x in args)


# Split


@composite(np.hsplit, bitwise=True, note=VIEW, cases=[
    case((4,), indices_or_sections=2), case((2, 4), indices_or_sections=[1, 3]), case((2, 6, 1), indices_or_sections=3),
])  # fmt: skip
def _hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut along the second axis, a vector along its first: into parts of equal size, or at indices."""
    if ary.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


@composite(np.vsplit, bitwise=True, note=VIEW, cases=[
    case((4, 2), indices_or_sections=2), case((4, 1), indices_or_sections=[3]),
])  # fmt: skip
def _vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut along the first axis, into parts of equal size, or at indices."""
    if ary.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, 0)


@composite(np.dsplit, bitwise=True, note=VIEW, cases=[
    case((1, 2, 4), indices_or_sections=2), case((1, 1, 3), indices_or_sections=[1]),
])  # fmt: skip
def _dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut along the third axis, into parts of equal size, or at indices."""
    if ary.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, 2)


def _unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """Take all layers along the axis."""
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    return unstack(x, axis)


for _function in present(np, "unstack"):
    UNSTACKED = [case((2, 3)), case((2, 3), axis=-1), case((10, 1)), case((0, 2))]
    composite(_function, bitwise=True, note=VIEW, cases=UNSTACKED)(_unstack)

# Windows


def _overlap_add(windows: Array, shape: tuple[int, ...], window_shape: Any, axis: Any) -> Array:
    """Add windows up where they overlap: for each place in a window all windows at once."""
    window = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    axes = [a % len(shape) for a in (range(len(shape)) if axis is None else axis if np.iterable(axis) else (axis,))]
    result = np.zeros_like(windows, shape=shape, dtype=np.float32 if windows.dtype == np.float16 else None)
    counts = windows.shape[: len(shape)]
    if math.prod(counts[a] for a in axes) < math.prod(window) and len(set(axes)) == len(axes):
        # Fewer windows than places: each window by itself.
        for start in itertools.product(*[range(counts[a]) for a in axes]):
            at: list[Any] = [slice(None)] * len(shape)
            here: list[Any] = [slice(None)] * len(shape)
            for a, first, size in zip(axes, start, window, strict=True):
                at[a], here[a] = first, slice(first, first + size)
            result[tuple(here)] += np.moveaxis(windows[tuple(at)], range(len(shape) - len(axes), len(shape)), axes)
        return result.astype(windows.dtype)
    for place in itertools.product(*map(range, window)):
        starts = [0] * len(shape)
        for first, a in zip(place, axes, strict=True):
            starts[a] += first
        result[tuple(map(slice, starts, map(sum, zip(starts, counts, strict=True))))] += windows[(..., *place)]
    return result.astype(windows.dtype)


overlap_add: Op = linear(
    _overlap_add, name="overlap_add", moves=True,
    windows=lambda g, window_shape, axis: np.lib.stride_tricks.sliding_window_view(g, window_shape, axis),
    cases=[case((3, 2), shape=(4,), window_shape=2, axis=None),
           case((2, 1, 3), shape=(2, 3), window_shape=(3,), axis=-1),
           case((2, 2, 2), shape=(2, 3), window_shape=(2,), axis=-1)],
)  # fmt: skip
sliding_window_view = linear(
    lambda x, window_shape, axis=None: np.lib.stride_tricks.sliding_window_view(x, window_shape, axis),
    name="sliding_window_view", numpy=(np.lib.stride_tricks.sliding_window_view,), moves=True,
    x=lambda g, x_shape, window_shape, axis: overlap_add(g, shape=x_shape, window_shape=window_shape, axis=axis),
    cases=[case((4,), window_shape=2), case((3, 4), window_shape=(2, 3)), case((2, 4), window_shape=3, axis=-1),
           case((2, 4, 2), window_shape=(2, 3), axis=(0, 1)), case((4,), window_shape=(2, 2), axis=(0, 0)),
           case((3, 2, 4), window_shape=(4, 3), axis=(2, 0)), case((2, 3), window_shape=1, axis=0),
           case((0, 3), window_shape=2, axis=1), case((2, 5), window_shape=(2, 4), axis=(-2, -1))],
)  # fmt: skip
