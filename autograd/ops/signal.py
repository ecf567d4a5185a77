"""Convolution, correlation, interpolation.

The gradient of a convolution is one itself, of the same cost.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import op
from autograd.multilinear import bilinear
from autograd.op import Real, case, composite
from autograd.ops.elementwise import conj
from autograd.ops.order import array, plain
from autograd.ops.statistics import look_up

_NUMBERED = {0: "valid", 1: "same", 2: "full"}


def convolved_back(g: Array, other: Array, shape: tuple[int, ...], mode: Any) -> Array:
    """Take ∂(a * v) back to the argument of this shape: g correlated with the other."""
    other = np.reshape(other, -1)
    n, m = shape[0] if shape else 1, other.shape[0]
    mode = _NUMBERED.get(mode, mode)
    if mode == "same":
        # What was cut off a full convolution: NumPy keeps the middle, of two the later.
        least, most = min(n, m), max(n, m)
        start = least - 1 - least // 2
        blank = np.zeros_like(g, shape=(n + m - 1,))
        g = np.concatenate([blank[:start], g, blank[start + most :]])
    if mode == "valid" and n < m:
        ct = np.convolve(other, g[::-1], "valid")[::-1]
    else:
        ct = np.convolve(g, other[::-1], "full" if mode == "valid" else "valid")
    return np.reshape(ct, shape)


MODES = [
    case((4,), (2,)), case((2,), (5,)), case((4,), (3,), mode="same"), case((2,), (5,), mode="same"),
    case((4,), (4,), mode="same"), case((5,), (2,), mode="valid"), case((2,), (4,), mode="valid"),
    case((3,), (3,), mode="valid"), case((), (3,), mode="full"), case((3,), (), mode="same"), case((0,), (2,)),
]  # fmt: skip

convolve = bilinear(
    lambda a, v, mode="full": np.convolve(a, v, mode),
    name="convolve", numpy=(np.convolve,), cases=MODES,
    a=lambda g, v, a_shape, mode: convolved_back(g, v, a_shape, mode),
    v=lambda g, a, v_shape, mode: convolved_back(g, a, v_shape, mode),
)  # fmt: skip


def _turned(v: Array) -> Array:
    """Give v* backwards: a correlation with v is the convolution with it."""
    return conj(np.reshape(v, -1))[::-1]


def _shorter(a_shape: Any, v_shape: Any) -> bool:
    """Tell whether the first is the shorter: NumPy then correlates the other way round and turns the result."""
    return (a_shape[0] if a_shape else 1) < (v_shape[0] if v_shape else 1)


def _correlate_a(g: Array, v: Array, a_shape: Any, v_shape: Any, mode: Any) -> Array:
    """Take ∂Σ a_{n+k} v_n* back to a: g convolved with v*."""
    if _shorter(a_shape, v_shape):
        return np.reshape(_turned(convolved_back(_turned(g), v, a_shape or (1,), mode)), a_shape)
    return convolved_back(g, _turned(v), a_shape, mode)


def _correlate_v(g: Array, a: Array, a_shape: Any, v_shape: Any, mode: Any) -> Array:
    """Take ∂Σ a_{n+k} v_n* back to v: g correlated with a, conjugated."""
    if _shorter(a_shape, v_shape):
        return convolved_back(_turned(g), _turned(a), v_shape, mode)
    return np.reshape(_turned(convolved_back(g, a, v_shape or (1,), mode)), v_shape)


correlate = op(
    lambda a, v, mode="valid": np.correlate(a, v, mode),
    name="correlate", numpy=(np.correlate,), cases=[*MODES, case((4,), (3,), mode="full")],
    vjp={"a": _correlate_a, "v": _correlate_v},
    jvp={"a": lambda g, v, mode: np.correlate(g, v, mode), "v": lambda g, a, mode: np.correlate(a, g, mode)},
)  # fmt: skip


def _interp(x: Any, xp: Any, fp: Any) -> Array:
    """On the line of the interval; at an inner node the slope of least norm, at the ends that of the one inside."""
    at, nodes, values = plain(x), plain(xp), plain(fp)
    count = len(nodes)
    right = np.maximum(np.searchsorted(nodes, at, side="right") - 1, 0)
    if count == 1:
        return look_up(fp, index=right)
    width = np.diff(nodes)
    slopes = np.diff(values) / np.where(width > 0, width, np.inf)
    index = np.minimum(right, count - 2)
    node = (at == nodes[right]) & (right > 0) & (right < count - 1)
    flat = np.full(node.shape, False)
    if np.any(node):
        before = np.maximum(index - 1, 0)
        flat = node & (slopes[before] * slopes[index] < 0)
        smaller = np.abs(slopes[before]) < np.abs(slopes[index])
        index = np.where(node & smaller & (width[before] > 0), before, index)
    slope = (fp[1:] - fp[:-1]) / np.where(width > 0, xp[1:] - xp[:-1], np.inf)
    steep = look_up(slope, index=index)
    # What does not move need not be added: the value is NumPy's own.
    fixed = not isinstance(slope, Shell)
    line = x * steep if fixed else look_up(fp, index=index) + (x - look_up(xp, index=index)) * steep
    outside = (at < nodes[0]) | (at > nodes[-1])
    if np.any(flat | outside):
        return np.where(flat | outside, look_up(fp, index=right), line)
    return line


#: A curve has increasing nodes: those drawn are put in order by the period. A short interval would make steep lines.
ON_A_RING = {"x": Real(0.0, 16.0, distinct=True), "xp": Real(0.0, 16.0, distinct=True)}


@composite(
    np.interp, sample=ON_A_RING,
    cases=[case((4,), (3,), (3,), period=20.0), case((), (2,), (2,), period=-20), case((2, 2), (1,), (1,), period=24),
           case((3,), (1,), (1,))],
    note="at a node the slope of least norm, at the ends that of the interval inside; also in left and right",
)  # fmt: skip
def _np_interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Give fp_i + (x - xp_i) (fp_{i+1} - fp_i) / (xp_{i+1} - xp_i) where xp_i ≤ x ≤ xp_{i+1}."""
    x, xp, fp = array(x), array(xp), array(fp)
    if period is not None:
        # Then NumPy drops an imaginary part, with a warning.
        x, xp = np.real(x), np.real(xp)
    if fp.dtype.kind == "c":
        # Each part is a curve with its own slopes.
        ends = [(None if e is None else np.real(e), None if e is None else np.imag(e)) for e in (left, right)]
        real = _np_interp(x, xp, np.real(fp), ends[0][0], ends[1][0], period)
        return real + 1j * _np_interp(x, xp, np.imag(fp), ends[0][1], ends[1][1], period)
    if period is not None:
        period = abs(period)
        x, xp = x % period, xp % period
        order = np.argsort(xp)
        xp, fp = look_up(xp, index=order), look_up(fp, index=order)
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = np.concatenate([fp[-1:], fp, fp[:1]])
        left = right = None
    line = _interp(x, xp, fp)
    line = line if left is None else np.where(x < xp[0], left, line)
    return line if right is None else np.where(x > xp[-1], right, line)
