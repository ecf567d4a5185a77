"""Functions that make arrays: of nested lists, of a Tensor's shape and type, and ranges whose ends are differentiated.

With `like=` a Tensor, what NumPy makes of plain numbers is a plain array, as `np.zeros_like` gives one.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autograd.entry import Shell, is_recording
from autograd.op import Real, case, composite
from autograd.ops.shape import assemble


def _plain(x: Any) -> Any:
    return x._value if isinstance(x, Shell) else x


#: NumPy as it is: what is passed on here fits no one of its overloads.
_numpy: Any = np

# Ranges


@composite(np.linspace, inputs=("start", "stop"), cases=[
    case((), (), num=5), case((2,), (2,), num=4, endpoint=False), case((), (3,), num=3, axis=-1),
    case((2, 1), (3,), num=2), case((), (), num=1), case((), (2,), num=0),
    case((2,), (), num=3, retstep=True), case((), (), num=1, retstep=True),
    case((), (), num=1, endpoint=False, retstep=True), case((), (), num=3, dtype=np.complex128), case((), ()),
    case((2, 3), (2, 3), num=4, axis=1),
])  # fmt: skip
def _linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, retstep: Any = False, dtype: Any = None, axis: int = 0,
    *, device: Any = None,
) -> Any:  # fmt: skip
    """Compute start + (stop - start) i / (num - 1); without the endpoint it is i / num."""
    num = operator.index(num)
    steps = num - 1 if endpoint else num
    ndim = max(np.ndim(start), np.ndim(stop))
    part = _parts(num, steps, ndim)
    delta = stop - start
    y = np.moveaxis(start + delta * part, 0, axis)
    return (y, delta / steps if steps > 0 else np.nan) if retstep else y


def _parts(num: int, steps: int, ndim: int) -> Any:
    """Tell how far on the way from start to stop each sample lies, along a new first axis."""
    return (np.arange(num) / max(steps, 1)).reshape((-1,) + (1,) * ndim)


@composite(np.logspace, inputs=("start", "stop", "base"), sample={"base": Real(1.5, 3.0)}, cases=[
    case((), (), num=5), case((2,), (2,), num=3, endpoint=False), case((), (), (), num=4), case((2,), (), (2,), num=3),
    case((), (), (2,), num=3, axis=-1), case((2, 1), (3,), (), num=2, axis=1), case((2, 1), (), (3,), num=2, axis=1),
    case((), (), num=1), case((), ()),
    case((), (), num=3, dtype=np.complex128),
])  # fmt: skip
def _logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """Compute base^y for y = linspace(start, stop, num)."""
    if np.ndim(base):
        ndim = max(map(np.ndim, (start, stop, base)))
        start, stop, base = (np.reshape(x, (1,) * (ndim - np.ndim(x)) + np.shape(x)) for x in (start, stop, base))
        base = np.expand_dims(base, axis)
    return np.power(base, np.linspace(start, stop, num=num, endpoint=endpoint, axis=axis))


@composite(np.geomspace, inputs=("start", "stop"), sample={"start": Real(0.5, 1.0), "stop": Real(2.0, 4.0)}, cases=[
    case((), (), num=5), case((2,), (2,), num=3, endpoint=False), case((), (3,), num=3, axis=-1), case((), (), num=1),
    case((2, 1), (3,), num=2), case((), (2,), num=0), case((), (), num=3, dtype=np.complex128), case((), ()),
])  # fmt: skip
def _geomspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, dtype: Any = None, axis: int = 0) -> Any:
    """Compute start (stop / start)^(i / (num - 1)); without the endpoint it is i / num."""
    num = operator.index(num)
    part = _parts(num, num - 1 if endpoint else num, max(np.ndim(start), np.ndim(stop)))
    return np.moveaxis(start * (stop / start) ** part, 0, axis)


@composite(np.meshgrid, bitwise=True, cases=[
    case((2,), (3,)), case((2,), (3,), indexing="ij"), case((2,), (3,), (1,), sparse=True), case((2,)),
    case((), (2, 2)),
    case((2,), (3,), copy=False), case((2,), (3,), copy=False, sparse=True), case((2,), (0,), (1,), indexing="ij"),
])  # fmt: skip
def _meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """Reshape each vector to lie along an axis of its own, and broadcast all; 'xy' swaps the first two axes."""
    n = len(xi)
    # NumPy says what is no indexing, and whether it gives a list or a tuple.
    kind = type(_numpy.meshgrid([0.0], copy=copy, sparse=sparse, indexing=indexing))
    along = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else range(n)
    grids = [np.reshape(x, (1,) * i + (-1,) + (1,) * (n - i - 1)) for i, x in zip(along, xi, strict=True)]
    if not sparse:
        shape = np.broadcast_shapes(*map(np.shape, grids))
        grids = [np.broadcast_to(x, shape) for x in grids]
    return kind(grids)


@composite(np.full_like, bitwise=True, cases=[
    case((2, 3), ()), case((2, 3), (3,)), case((2, 1), (), shape=(4, 2)), case((), (), dtype=np.complex128),
    case((0, 2), ()),
])  # fmt: skip
def _full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None,
    *, device: Any = None,
) -> Any:  # fmt: skip
    """Broadcast fill_value to the shape of a, in its dtype."""
    fill: Any = assemble(fill_value)
    if getattr(fill, "entry", None) is None or not is_recording():
        # As the other functions of a Tensor's shape and type.
        return _numpy.full_like(_plain(a), _plain(fill), dtype=dtype, order=order, subok=subok, shape=shape)
    dtype = np.dtype(a.dtype if dtype is None else dtype)
    return np.broadcast_to(fill if fill.dtype == dtype else fill.astype(dtype), np.shape(a) if shape is None else shape)
