"""Functions that move elements about: reshape, transpose, broadcast, join and split.

Each only moves, so its transpose moves back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.families import linear
from autograd.op import case, composite


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


def _part(g: Array, i: int, shapes: Any, axis: Any) -> Array:
    """Cut the i-th part back out of a concatenation."""
    if axis is None:
        start = sum(int(np.prod(shape)) for shape in shapes[:i])
        return np.reshape(g[start : start + int(np.prod(shapes[i]))], shapes[i])
    start = sum(shape[axis] for shape in shapes[:i])
    before = (slice(None),) * (axis % len(shapes[i]))
    return g[(*before, slice(start, start + shapes[i][axis]))]


def _layer(g: Array, i: int, axis: int) -> Array:
    """Take the i-th layer of a stack."""
    return g[(slice(None),) * (axis % g.ndim) + (i,)]


reshape = linear(
    _reshape, name="reshape", numpy=(np.reshape,), moves=True,
    a=lambda g, a_shape, order: np.reshape(g, a_shape, order=order),
    cases=[case((2, 3), shape=(3, 2)), case((2, 3), shape=-1), case((2, 3), shape=(3, -1), order="F"),
           case((), shape=(1,)), case((0, 3), shape=(3, 0))],
)  # fmt: skip
transpose = linear(
    lambda a, axes=None: np.transpose(a, axes), name="transpose", numpy=(np.transpose,), moves=True, a=_untranspose,
    cases=[case((2, 3)), case((2, 3, 4), axes=(2, 0, 1)), case((2, 3, 4), axes=(-1, 0, 1)), case(())],
)  # fmt: skip
swapaxes = linear(
    lambda a, axis1, axis2: np.swapaxes(a, axis1, axis2), name="swapaxes", numpy=(np.swapaxes,), moves=True,
    a=lambda g, axis1, axis2: np.swapaxes(g, axis1, axis2),
    cases=[case((2, 3, 4), axis1=0, axis2=-1)],
)  # fmt: skip
moveaxis = linear(
    lambda a, source, destination: np.moveaxis(a, source, destination), name="moveaxis", numpy=(np.moveaxis,),
    moves=True, a=lambda g, source, destination: np.moveaxis(g, destination, source),
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


@composite(np.concatenate)
def _np_concatenate(arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = None) -> Any:
    joined = concatenate(*arrays, axis=axis)
    return joined if dtype is None else joined.astype(dtype)


@composite(np.stack)
def _np_stack(arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = None) -> Any:
    joined = stack(*arrays, axis=axis)
    return joined if dtype is None else joined.astype(dtype)


@composite(np.ravel)
def _np_ravel(a: Any, order: str = "C") -> Any:
    return reshape(a, -1, order=order)


@composite(np.split)
def _np_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    size = ary.shape[axis]
    before = (slice(None),) * (axis % ary.ndim)
    if np.ndim(indices_or_sections) == 0:
        sections = int(indices_or_sections)
        if sections <= 0 or size % sections:
            raise ValueError(f"split: {size} elements along axis {axis} do not divide into {sections} equal parts")
        cuts = list(range(0, size, size // sections))[1:] if size else [0] * (sections - 1)
    else:
        cuts = [int(cut) for cut in indices_or_sections]
    starts, stops = [0, *cuts], [*cuts, size]
    return [ary[(*before, slice(start, stop))] for start, stop in zip(starts, stops, strict=True)]
