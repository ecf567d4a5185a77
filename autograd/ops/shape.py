"""Functions that move elements about: reshape, transpose, broadcast, join and split; and the cast to another type.

Each only moves, so its transpose moves back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd.entry import Abstract, Array, Shell
from autograd.multilinear import linear
from autograd.op import case, composite, present
from autograd.ops import elementwise as ew
from autograd.ops.elementwise import VIEW
from autograd.record import joins


def _reshape(a: Array, shape: Any, order: Any = "C") -> Array:
    if order not in ("C", "F"):
        raise ValueError(f"order={order!r} depends on how the memory lies; write order='C' or order='F'")
    return np.reshape(a, shape, order=order)


def _untranspose(g: Array, axes: Any) -> Array:
    """Permute back: by the inverse permutation."""
    if axes is None:
        return np.transpose(g)
    inverse = [0] * len(axes)
    for i, axis in enumerate(axes):
        inverse[axis] = i
    return np.transpose(g, inverse)


#: The last concatenation whose parts were asked for: its edges come one after another, and share the tuple of shapes.
_last: tuple[Any, Any, list[int]] = (None, None, [])


def _starts(shapes: Any, axis: Any) -> list[int]:
    """Tell where each part of a concatenation begins."""
    global _last
    known, along, starts = _last
    if known is not shapes or along != axis:
        starts = [0]
        for shape in shapes:
            starts.append(starts[-1] + (math.prod(shape) if axis is None else shape[axis]))
        _last = (shapes, axis, starts)
    return starts


def _part(g: Array, i: int, shapes: Any, axis: Any) -> Array:
    """Cut the i-th part back out of a concatenation."""
    starts = _starts(shapes, axis)
    if axis is None:
        return np.reshape(g[starts[i] : starts[i + 1]], shapes[i])
    before = (slice(None),) * (axis % len(shapes[i]))
    return g[(*before, slice(starts[i], starts[i + 1]))]


def _layer(g: Array, i: int, axis: int) -> Array:
    """Take the i-th layer of a stack."""
    return g[(slice(None),) * (axis % g.ndim) + (i,)]


reshape = linear(
    _reshape, name="reshape", moves=True, note=VIEW,
    a=lambda g, a_shape, order: np.reshape(g, a_shape, order=order),
    cases=[case((2, 3), shape=(3, 2)), case((2, 3), shape=-1), case((2, 3), shape=(3, -1), order="F"),
           case((), shape=(1,)), case((0, 3), shape=(3, 0))],
)  # fmt: skip
# What np.reshape(x, shape) is; its other forms are composed below.
_reshape_c = linear(
    lambda a, shape: np.reshape(a, shape), name="reshape", numpy=(np.reshape,), moves=True,
    a=lambda g, a_shape: np.reshape(g, a_shape),
    cases=[case((2, 3), shape=(3, 2)), case((2, 3), shape=-1), case((), shape=(1,)), case((0, 3), shape=(3, 0))],
)  # fmt: skip
transpose = linear(
    lambda a, axes=None: np.transpose(a, axes), name="transpose", numpy=(np.transpose,), moves=True, a=_untranspose,
    note=VIEW,
    cases=[case((2, 3)), case((2, 3, 4), axes=(2, 0, 1)), case((2, 3, 4), axes=(-1, 0, 1)), case(())],
)  # fmt: skip
swapaxes = linear(
    lambda a, axis1, axis2: np.swapaxes(a, axis1, axis2), name="swapaxes", numpy=(np.swapaxes,), moves=True,
    a=lambda g, axis1, axis2: np.swapaxes(g, axis1, axis2), note=VIEW,
    cases=[case((2, 3, 4), axis1=0, axis2=-1)],
)  # fmt: skip
moveaxis = linear(
    lambda a, source, destination: np.moveaxis(a, source, destination), name="moveaxis", numpy=(np.moveaxis,),
    moves=True, a=lambda g, source, destination: np.moveaxis(g, destination, source), note=VIEW,
    cases=[case((2, 3, 4), source=0, destination=-1), case((2, 3, 4), source=(0, 1), destination=(2, 0))],
)  # fmt: skip
expand_dims = linear(
    lambda a, axis: np.expand_dims(a, axis), name="expand_dims", numpy=(np.expand_dims,), moves=True,
    a=lambda g, a_shape: np.reshape(g, a_shape),
    cases=[case((2, 3), axis=1), case((2, 3), axis=(0, -1)), case((), axis=0)],
)  # fmt: skip
squeeze = linear(
    lambda a, axis=None: np.squeeze(a, axis), name="squeeze", numpy=(np.squeeze,), moves=True,
    a=lambda g, a_shape: np.reshape(g, a_shape),
    cases=[case((2, 1, 3, 1)), case((2, 1, 3, 1), axis=1), case((1, 1))],
)  # fmt: skip
# Its transpose, of cotangents as of masks, is the un-broadcasting that every edge does.
broadcast_to = linear(
    lambda array, shape: np.broadcast_to(array, shape), name="broadcast_to", numpy=(np.broadcast_to,),
    moves=True, array=lambda g: g,
    cases=[case((3,), shape=(2, 3)), case((2, 1), shape=(2, 3)), case((), shape=(2, 2)), case((1, 3), shape=(0, 3))],
)  # fmt: skip
concatenate = linear(
    lambda *arrays, axis=0: np.concatenate(arrays, axis=axis), inputs=("arrays",), name="concatenate", moves=True,
    arrays=_part,
    cases=[case((2, 3), (1, 3)), case((2, 3), (2, 1), (2, 0), axis=-1), case((2,), (3, 1), axis=None)],
)  # fmt: skip
stack = linear(
    lambda *arrays, axis=0: np.stack(arrays, axis=axis), inputs=("arrays",), name="stack", moves=True,
    arrays=_layer,
    cases=[case((2, 3), (2, 3)), case((2, 3), (2, 3), (2, 3), axis=-1), case((), ())],
)  # fmt: skip


@composite(np.reshape, bitwise=True, cases=[
    case((2, 3), shape=(3, 2), order="F"), case((2, 3), shape=(3, 2), order="A"), case((2, 3), shape=6, copy=True),
    case((2, 3), shape=(-1, 2), copy=None),
] if present(np, "astype") else [case((2, 3), shape=(3, 2), order="A")])  # fmt: skip
def _np_reshape(a: Any, shape: Any = None, order: Any = "C", *, newshape: Any = None, copy: Any = None) -> Any:
    shape = newshape if shape is None else shape
    if copy is not None:
        # NumPy says where a copy that is forbidden is needed.
        np.reshape(a._value, shape, order=order, copy=copy)
    return reshape(a, shape, order=_in_memory(a, order) if order == "A" else order)


@composite(np.ravel, bitwise=True, cases=[
    case((2, 3)), case((2, 3), order="F"), case((2, 3, 2), order="A"), case((2, 3, 2), order="K"), case(()),
    case((2, 0), order="K"), case((3, 1, 2), order="K"),
])  # fmt: skip
def _np_ravel(a: Any, order: Any = "C") -> Any:
    """Reshape to one axis, reading in the given order."""
    if order in ("A", "K"):
        order = _in_memory(a, order)
    return reshape(a, -1, order=order) if isinstance(order, str) else reshape(transpose(a, axes=order), -1)


def _in_memory(a: Any, order: str) -> Any:
    """Tell in which order "A" or "K" reads: "C", "F", or along which axes, the slowest first."""
    data = a._value if isinstance(a, Shell) else a
    flags = data.flags
    if flags.c_contiguous or order == "A":
        return "F" if flags.fnc else "C"
    if flags.f_contiguous:
        return "F"
    # As NumPy's iterator sorts the axes: by insertion, the last first, where a stride of 0 says nothing of the order.
    axes: list[int] = []
    steps = [abs(step) if size != 1 else 0 for step, size in zip(data.strides, data.shape, strict=True)]
    for axis in reversed(range(data.ndim)):
        at = len(axes)
        for i in reversed(range(len(axes))):
            if steps[axes[i]] and steps[axis]:
                if steps[axes[i]] <= steps[axis]:
                    break
                at = i
        axes.insert(at, axis)
    return tuple(reversed(axes))


def _np_astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """Cast x to dtype."""
    dtype = np.dtype(dtype)
    return x if dtype == x.dtype and not copy else ew.astype.call(x, dtype=dtype)


for _function in present(np, "astype"):
    composite(_function, bitwise=True, cases=[case((2, 3), dtype=np.complex128)])(_np_astype)


def join(op: Any, arrays: Any, axis: Any, dtype: Any, casting: Any) -> Any:
    """Concatenate or stack, cast to a dtype as NumPy does: each part, if the casting rule has it."""
    if isinstance(arrays, Shell):
        arrays = unstack(arrays)
    elif dtype is not None:
        arrays = [x if hasattr(x, "dtype") else np.asarray(x) for x in arrays]
        for x in arrays:
            if not np.can_cast(x.dtype, dtype, casting or "same_kind"):
                raise TypeError(f"{op.name}: cannot cast from {x.dtype} to {np.dtype(dtype)} by the rule {casting!r}")
        arrays = [x.astype(dtype) for x in arrays]
    return op(*arrays, axis=axis)


@composite(np.concatenate, bitwise=True, cases=[
    case([(2, 3), (1, 3)]), case([(2, 3), (2, 1), (2, 0)], axis=-1), case([(2,), (3, 1), ()], axis=None),
    case([(2, 3), (1, 3)], dtype=np.complex128), case([(2,)]), case((3, 2)),
])  # fmt: skip
def _np_concatenate(arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = None) -> Any:
    """Join along an axis; with axis=None each is flattened first."""
    return join(concatenate, arrays, axis, dtype, casting)


@composite(np.stack, bitwise=True, cases=[
    case([(2, 3), (2, 3)]), case([(2, 3), (2, 3), (2, 3)], axis=-1), case([(), ()]), case([(2, 0), (2, 0)], axis=1),
    case([(2,), (2,)], dtype=np.complex128), case((3, 2), axis=1),
])  # fmt: skip
def _np_stack(arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = None) -> Any:
    """Join along a new axis."""
    return join(stack, arrays, axis, dtype, casting)


#: Up to so many parts each is cut out of the whole by itself.
_FEW = 8


def cut(a: Any, edges: Sequence[int], axis: int) -> list[Any]:
    """Cut an array into the parts between each edge and the next; the first is 0.

    Many parts are cut out of halves of halves: the gradient of each has the size of what it was cut out of, and so
    that of all takes time in n log n rather than n times the number of parts.
    """
    before = (slice(None),) * axis
    count = len(edges) - 1
    if count <= _FEW or any(start > stop for start, stop in pairwise(edges)):
        return [a[(*before, slice(start, stop))] for start, stop in pairwise(edges)]
    middle = count // 2
    between, last = edges[middle], edges[-1]
    low, high = a[(*before, slice(0, between))], a[(*before, slice(between, last))]
    return [*cut(low, edges[: middle + 1], axis), *cut(high, [edge - between for edge in edges[middle:]], axis)]


def unstack(a: Any, axis: int = 0) -> tuple[Any, ...]:
    """Take all layers along an axis."""
    axis %= a.ndim
    before = (slice(None),) * axis
    edges = list(range(0, a.shape[axis], _FEW))
    blocks = cut(a, [*edges, a.shape[axis]], axis) if edges else []
    return tuple([block[(*before, i)] for block in blocks for i in range(block.shape[axis])])


@composite(np.array_split, bitwise=True, note=VIEW, cases=[
    case((5, 2), indices_or_sections=3), case((2, 3), indices_or_sections=(1,), axis=1),
    case((7,), indices_or_sections=[2, 2, -1, 9]), case((10, 1), indices_or_sections=10),
    case((2, 12), indices_or_sections=11, axis=-1),
])  # fmt: skip
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut into parts: so many of nearly equal size, or at indices."""
    size = ary.shape[axis]
    if np.ndim(indices_or_sections) == 0:
        sections = int(indices_or_sections)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        each, extras = divmod(size, sections)
        cuts = [i * each + min(i, extras) for i in range(1, sections)]
    else:
        # As a slice counts a negative index, or one beyond the end.
        cuts = [int(at) for at in indices_or_sections]
        cuts = [min(at, size) if at >= 0 else max(at + size, 0) for at in cuts]
    return cut(ary, [0, *cuts, size], axis % ary.ndim)


@composite(np.split, bitwise=True, note=VIEW, cases=[
    case((4, 2), indices_or_sections=2), case((2, 6), indices_or_sections=3, axis=-1),
    case((0, 2), indices_or_sections=2),
    case((6,), indices_or_sections=np.array([2, 5])), case((2, 3), indices_or_sections=[2, 1], axis=1),
    case((12,), indices_or_sections=12),
])  # fmt: skip
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut into parts of equal size, or at indices."""
    size = ary.shape[axis]
    if np.ndim(indices_or_sections) == 0 and (indices_or_sections <= 0 or size % indices_or_sections):
        raise ValueError(f"split: {size} elements along axis {axis} make no {indices_or_sections} equal parts")
    parts: list[Any] = array_split(ary, indices_or_sections, axis)
    return parts


@joins
def assemble(object: Any, dtype: Any = None) -> Any:
    """Build one array of nested lists of Tensors, arrays and numbers, as `np.array` does; plain if no Tensor is in it.

    Raises
    ------
    ValueError
        NumPy's own, if the lists are ragged.
    """
    parts: list[Any] = []
    value = np.array(_collect(object, parts), dtype=dtype)
    if not any(isinstance(part, Shell) for part in parts):
        return value
    if isinstance(object, Shell):
        whole = object.copy()  # type: ignore[attr-defined]
    elif all(np.shape(part) == np.shape(parts[0]) for part in parts):
        whole = np.reshape(stack(*parts), value.shape)
    else:
        whole = np.reshape(concatenate(*parts, axis=None), value.shape)
    return whole if whole.dtype == value.dtype else ew.astype.call(whole, dtype=value.dtype)


def _collect(object: Any, parts: list[Any]) -> Any:
    """List what stands in nested lists, in order, and give the same lists with the Tensors' data."""
    if isinstance(object, (list, tuple)):
        return [_collect(item, parts) for item in object]
    parts.append(object)
    value = object._value if isinstance(object, Shell) else object
    # Of what has no value while a program is recorded, shape and dtype are what is asked.
    return np.zeros(value.shape, value.dtype) if isinstance(value, Abstract) else value
