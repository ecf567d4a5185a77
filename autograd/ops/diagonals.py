"""Functions of diagonals and triangles: read them, build matrices of them, sum them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.multilinear import linear
from autograd.op import Op, case, composite
from autograd.ops.elementwise import VIEW


def _undiagonal(x: Array, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Array:
    """Put what stands along the last axis on a diagonal of zeros."""
    result = np.zeros_like(x, shape=shape)
    i = np.arange(x.shape[-1])
    np.moveaxis(result, (axis1, axis2), (-2, -1))[..., i + max(-offset, 0), i + max(offset, 0)] = x
    return result


def _diag_v(g: Array, v_shape: tuple[int, ...], k: int) -> Array:
    """Read the diagonal that was written, or write the one that was read."""
    return np.diagonal(g, k) if len(v_shape) == 1 else undiagonal(g, shape=v_shape, offset=k, axis1=0, axis2=1)


def _trace_a(g: Array, a_shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Array:
    """Give each element of the diagonal the cotangent of the sum."""
    rows, columns = a_shape[axis1], a_shape[axis2]
    length = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    along = np.broadcast_to(g[..., None], (*g.shape, length))
    return undiagonal(along, shape=a_shape, offset=offset, axis1=axis1, axis2=axis2)


undiagonal: Op = linear(
    _undiagonal, name="undiagonal", moves=True,
    x=lambda g, offset, axis1, axis2: np.diagonal(g, offset, axis1, axis2),
    cases=[case((2,), shape=(2, 3), offset=0, axis1=0, axis2=1),
           case((3, 1), shape=(2, 3, 2), offset=-1, axis1=-1, axis2=0)],
)  # fmt: skip
diagonal = linear(
    lambda a, offset=0, axis1=0, axis2=1: np.diagonal(a, offset, axis1, axis2), name="diagonal", numpy=(np.diagonal,),
    moves=True, note=VIEW,
    a=lambda g, a_shape, offset, axis1, axis2: undiagonal(g, shape=a_shape, offset=offset, axis1=axis1, axis2=axis2),
    cases=[case((3, 3)), case((2, 3), offset=1), case((3, 2), offset=-2), case((2, 3, 4), axis1=-1, axis2=0),
           case((2, 3, 3), offset=-1, axis1=1, axis2=2), case((2, 2), offset=5), case((0, 2))],
)  # fmt: skip
diag = linear(
    lambda v, k=0: np.diag(v, k), name="diag", numpy=(np.diag,), moves=True, v=_diag_v,
    cases=[case((3,)), case((2,), k=-1), case((2,), k=2), case((3, 2)), case((2, 3), k=1), case((2, 2), k=-3),
           case((0,))],
)  # fmt: skip
diagflat = linear(
    lambda v, k=0: np.diagflat(v, k), name="diagflat", numpy=(np.diagflat,), moves=True,
    v=lambda g, v_shape, k: np.reshape(np.diagonal(g, k), v_shape),
    cases=[case((2, 2)), case((3,), k=1), case((2,), k=-2), case(())],
)  # fmt: skip
#: Why the gradient of a trace costs more than six times the value.
DIAGONAL = "the value reads the diagonal, the gradient is an array"

trace = linear(
    lambda a, offset=0, axis1=0, axis2=1: np.trace(a, offset, axis1, axis2), name="trace", numpy=(np.trace,),
    note=DIAGONAL,
    a=_trace_a,
    cases=[case((3, 3)), case((2, 3), offset=1), case((3, 2), offset=-2), case((2, 3, 4), axis1=-1, axis2=0),
           case((2, 3, 3), offset=-1, axis1=1, axis2=2), case((2, 2), offset=5), case((0, 2))],
)  # fmt: skip


@composite(np.trace, cases=[case((3, 3), dtype=np.complex128), case((2, 3, 3), axis1=1, axis2=2, dtype=np.complex128)])
def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    return trace(a if dtype is None else a.astype(dtype), offset=offset, axis1=axis1, axis2=axis2)


@composite(np.linalg.trace, bitwise=True, note=DIAGONAL, cases=[
    case((3, 3)), case((2, 3, 4), offset=1), case((2, 2), dtype=complex),
])  # fmt: skip
def _linalg_trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return np.trace(x, offset=offset, axis1=-2, axis2=-1, dtype=dtype)


@composite(np.linalg.diagonal, bitwise=True, note=VIEW, cases=[
    case((3, 3)), case((2, 3, 4), offset=1), case((3, 2), offset=-1),
])  # fmt: skip
def _linalg_diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return diagonal(x, offset=offset, axis1=-2, axis2=-1)


def _lower(m_shape: tuple[int, ...], k: int) -> Array:
    """Tell what tril keeps; a vector stands for a square of itself."""
    return np.tri(m_shape[-2] if len(m_shape) > 1 else m_shape[0], m_shape[-1], k=k, dtype=bool)


# What a triangle drops is never looked at, as with `where`.
TRIANGLES = [case((3, 3)), case((2, 3), k=1), case((2, 3, 2), k=-1), case((3,)), case((0, 2)), case((2, 2), k=5)]
tril = linear(
    lambda m, k=0: np.tril(m, k), name="tril", numpy=(np.tril,), moves=True, m=lambda g, m_shape, k: np.tril(g, k),
    mask={"m": _lower}, cases=TRIANGLES,
)  # fmt: skip
triu = linear(
    lambda m, k=0: np.triu(m, k), name="triu", numpy=(np.triu,), moves=True, m=lambda g, m_shape, k: np.triu(g, k),
    mask={"m": lambda m_shape, k: np.logical_not(_lower(m_shape, k - 1))}, cases=TRIANGLES,
)  # fmt: skip
