"""Running sums, products and extremes, differences and integrals along an axis, and ufunc methods that mean these."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import op
from autograd.multilinear import linear
from autograd.op import Op, Real, case, composite, present, ufunc_method
from autograd.ops import fold as fold
from autograd.ops.elementwise import PASS
from autograd.ops.recurrence import recurrence, shifted
from autograd.ops.reduction import LEFT_OUT, cast, is_normal, wide


# Running sums and products
def _cumsum_a(g: Array, a_shape: tuple[int, ...], axis: Any) -> Array:
    """Sum from each element to the end."""
    axis = 0 if axis is None else axis
    back = (slice(None),) * (axis % g.ndim) + (slice(None, None, -1),)
    return np.reshape(np.cumsum(wide(g)[back], axis=axis)[back], a_shape)


def _flat(a: Array, axis: Any) -> tuple[Array, int]:
    """Make one row of an array where no axis is given, or there is none."""
    return (np.reshape(a, -1), 0) if axis is None or not a.ndim else (a, axis)


def _cumprod_vjp(g: Array, a: Array, ans: Array, axis: Any) -> Array:
    """∂/∂a[j] = ans[j-1] c[j], with c[j] = g[j] + a[j+1] c[j+1]: exact at zeros, as nothing is divided.

    Where no product is 0 or infinite it is the sum of g[k] ans[k] / a[j] over k ≥ j.
    """
    row, along = _flat(a, axis)
    if not isinstance(a, Shell) and is_normal(ans):
        with np.errstate(over="ignore", invalid="ignore"):
            quick = _cumsum_a(wide(g) * ans, row.shape, along) / row
        if np.all(np.isfinite(quick)):
            return np.reshape(quick, a.shape)
    sums = recurrence(shifted(row, along, -1), g, axis=along, reverse=True)
    return np.reshape(sums * shifted(ans, along, 1, fill=1), a.shape)


def _cumprod_jvp(g: Array, a: Array, ans: Array, axis: Any) -> Array:
    """t[j] = a[j] t[j-1] + ans[j-1] g[j]."""
    row, along = _flat(a, axis)
    return recurrence(row, np.reshape(g, row.shape) * shifted(ans, along, 1, fill=1), axis=along)


_ALONG = [
    case((5,)), case((2, 3)), case((2, 3), axis=0), case((2, 3, 2), axis=-2), case(()), case((), axis=0),
    case((0, 2), axis=0), case((2, 0), axis=0), case((1,), axis=-1), case((0,)),
]  # fmt: skip
cumsum = linear(
    lambda a, axis=None: np.cumsum(a, axis=axis), name="cumsum", numpy=(np.cumsum,), a=_cumsum_a, cases=_ALONG,
)  # fmt: skip
cumprod = op(
    lambda a, axis=None: np.cumprod(a, axis=axis), name="cumprod", numpy=(np.cumprod,), inputs=("a",),
    vjp={"a": _cumprod_vjp}, jvp={"a": _cumprod_jvp}, cases=[*_ALONG, case((40,)), case((20, 2), axis=0)],
)  # fmt: skip

_TYPED = [case((2, 3), axis=1, dtype=np.complex128), case((3,), dtype=np.complex128)]


@composite(np.cumsum, cases=_TYPED)
def _np_cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return cumsum(cast(a, dtype), axis=axis)


@composite(np.cumprod, cases=_TYPED)
def _np_cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return cumprod(cast(a, dtype), axis=axis)


@ufunc_method(np.add, "accumulate")
def _add_accumulate(array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    return cumsum(cast(array, dtype), axis=axis)


@ufunc_method(np.subtract, "accumulate")
def _subtract_accumulate(array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    x = cast(array, dtype)
    first = _between(x, 0, 1, axis)
    return first + first - cumsum(x, axis=axis)


@ufunc_method(np.multiply, "accumulate")
def _multiply_accumulate(array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    return cumprod(cast(array, dtype), axis=axis)


_CUMULATIVE = [
    case((5,)), case((2, 3), axis=0), case((2, 3), axis=-1, include_initial=True), case((3,), include_initial=True),
    case((0, 2), axis=0, include_initial=True), case((2, 3), axis=1, dtype=np.complex128), case((1,), axis=-1),
    case((2, 3)), case(()), case((), include_initial=True),
]  # fmt: skip


def _cumulative(running: Any, x: Any, axis: Any, dtype: Any, start: float, include_initial: bool) -> Any:
    row, along = _flat(cast(x, dtype), axis)
    results = running(row, axis=along)
    if not include_initial:
        return results
    shape = tuple(1 if i == along % row.ndim else size for i, size in enumerate(row.shape))
    return np.concatenate([np.full(shape, start, results.dtype), results], axis=along)


for f in present(np, "cumulative_sum"):

    @composite(f, cases=_CUMULATIVE)
    def _np_cumulative_sum(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
    ) -> Any:
        """Give ans[j] = Σ x[i] over i ≤ j; with include_initial a 0 stands before."""
        return _cumulative(cumsum, x, axis, dtype, 0, include_initial)


for f in present(np, "cumulative_prod"):

    @composite(f, cases=_CUMULATIVE)
    def _np_cumulative_prod(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
    ) -> Any:
        """Give ans[j] = Π x[i] over i ≤ j; with include_initial a 1 stands before."""
        return _cumulative(cumprod, x, axis, dtype, 1, include_initial)


@composite(np.nancumsum, cases=[*_ALONG, *_TYPED])
def _np_nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return cumsum(cast(np.where(np.isnan(a), 0, a), dtype), axis=axis)


@composite(np.nancumprod, cases=[*_ALONG, *_TYPED])
def _np_nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return cumprod(cast(np.where(np.isnan(a), 1, a), dtype), axis=axis)


# Differences
def _undiff(g: Array, a_shape: tuple[int, ...], n: int, axis: int) -> Array:
    """Take differences of the differences' cotangent, 0 on either side of it, with the sign of (-1)^n."""
    if n == 0 or g.size == 0:
        return g if n == 0 else np.zeros_like(g, shape=a_shape)
    if n == 1 and not isinstance(g, Shell):
        ct = np.empty_like(g, shape=a_shape)
        into, given = np.moveaxis(ct, axis, 0), np.moveaxis(g, axis, 0)
        into[0], into[-1] = -given[0], given[-1]
        np.subtract(given[:-1], given[1:], out=into[1:-1])
        return ct
    blank = np.zeros_like(g, shape=tuple(n if i == axis % g.ndim else size for i, size in enumerate(g.shape)))
    padded = np.concatenate([blank, wide(g), blank], axis=axis)
    return np.diff(padded, n=n, axis=axis) * (-1) ** n


diff = linear(
    lambda a, n=1, axis=-1: np.diff(a, n=n, axis=axis), name="diff", numpy=(np.diff,), a=_undiff,
    cases=[case((5,)), case((5,), n=2), case((3, 4), axis=0), case((3, 4), n=3), case((3, 4), n=4, axis=0),
           case((2, 3), n=0), case((1,)), case((0, 2)), case((2, 0)), case((2, 4, 2), n=2, axis=-2)],
)  # fmt: skip


@composite(
    np.diff, inputs=("a", "prepend", "append"),
    cases=[case((5,), ()), case((5,), (), ()), case((5,), (3,), (2,)), case((3, 4), (3, 1), axis=1, n=2),
           case((3, 4), (), (2, 4), axis=0), case((3, 4), (2, 4), axis=0, n=2), case((2,), (), (), n=3),
           case((0,), ()), case((3, 4), (2, 4), (), axis=-2)],
)  # fmt: skip
def _np_diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = LEFT_OUT, append: Any = LEFT_OUT) -> Any:
    a = cast(a, None)
    shape = tuple(1 if i == axis % a.ndim else size for i, size in enumerate(a.shape))
    before, after = (
        [] if x is LEFT_OUT else [x if np.ndim(x) else np.broadcast_to(x, shape)] for x in (prepend, append)
    )
    return diff(np.concatenate([*before, a, *after], axis=axis), n=n, axis=axis)


@composite(
    np.ediff1d, inputs=("ary", "to_end", "to_begin"), note=PASS,
    cases=[case((5,)), case((2, 3)), case((4,), (2,)), case((4,), (), (2, 2)), case((1,), (1,)), case((0,)), case(())],
)  # fmt: skip
def _np_ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Give ary[i+1] - ary[i] of the flattened ary, between to_begin and to_end."""
    parts = [diff(np.reshape(cast(ary, None), -1))]
    if to_begin is not None:
        parts.insert(0, np.reshape(cast(to_begin, None), -1))
    if to_end is not None:
        parts.append(np.reshape(cast(to_end, None), -1))
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


def _between(x: Any, start: int, stop: Any, axis: int) -> Any:
    """Take a slice along an axis."""
    return x[(slice(None),) * (axis % x.ndim) + (slice(start, stop),)]


def _unslope(x: Array, axis: int = -1, edge_order: int = 1) -> Array:
    """Transpose differences in unit steps: each row of coefficients becomes a column."""
    g = np.moveaxis(wide(x), axis, 0)
    result = np.zeros_like(g)
    half = 0.5 * g[1:-1]
    result[2:] += half
    result[:-2] -= half
    for row, step in ((0, 1), (-1, -1)):
        weights = (-1, 1) if edge_order == 1 else (-1.5, 2, -0.5)
        for k, weight in enumerate(weights):
            result[row + k * step] += step * weight * g[row]
    return np.moveaxis(result, 0, axis).astype(x.dtype, copy=False)


_SLOPES = [
    case((5,)), case((2,)), case((3, 4), axis=0), case((2, 3, 2), axis=-2, edge_order=2), case((4,), edge_order=2)
]  # fmt: skip
slopes: Op = linear(
    lambda x, axis=-1, edge_order=1: np.gradient(x, axis=axis, edge_order=edge_order), name="slopes",
    x=lambda g, axis, edge_order: unslopes(g, axis=axis, edge_order=edge_order), cases=_SLOPES,
)  # fmt: skip
unslopes: Op = linear(
    _unslope, name="unslopes", x=lambda g, axis, edge_order: slopes(g, axis=axis, edge_order=edge_order), cases=_SLOPES,
)  # fmt: skip


def _slope(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    """Take second-order differences along one axis, at coordinates or in steps of the same length.

    Inside, by the parabola through three neighbours (Fornberg 1988); at the ends by the line or the parabola there.
    """
    if np.ndim(h) == 0:
        return slopes(f, axis=axis, edge_order=edge_order) / h
    n = f.shape[axis]
    steps = np.reshape(np.diff(h), tuple(-1 if i == axis % f.ndim else 1 for i in range(f.ndim)))
    lines = diff(f, axis=axis) / steps
    one, two = _between(steps, 0, -1, axis), _between(steps, 1, None, axis)
    left, right = _between(lines, 0, -1, axis), _between(lines, 1, None, axis)
    inside = (two * left + one * right) / (one + two)
    if edge_order == 1:
        first, last = _between(lines, 0, 1, axis), _between(lines, n - 2, None, axis)
    else:
        bend = (right - left) / (one + two)
        first = _between(left - one * bend, 0, 1, axis)
        last = _between(right + two * bend, n - 3, None, axis)
    return np.concatenate([first, inside, last], axis=axis)


@composite(
    np.gradient, sample={"f": Real(), "h": Real(0.5, 1.5)},
    cases=[case((5,)), case((3, 4)), case((3, 4), axis=0), case((3, 4), axis=(-1, 0)), case((5,), ()),
           case((3, 4), ()), case((3, 4), (), ()), case((2, 3), (), axis=-1), case((5,), edge_order=2),
           case((3, 4), (), (), edge_order=2), case((2,)), case((3, 1, 4), axis=(0, 2)), case((1,)), case(())],
)  # fmt: skip
def _np_gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Take slopes: of the parabola through three neighbours, at the ends of the line or parabola there."""
    f = cast(f, None)
    axes = tuple(range(f.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    spacings = varargs or (1.0,)
    if len(spacings) == 1:
        spacings = spacings * len(axes)
    found = [_slope(f, h, along, edge_order) for h, along in zip(spacings, axes, strict=True)]
    return found[0] if len(axes) == 1 else tuple(found)


# Integrals
@composite(
    *present(np, "trapezoid", "trapz"), sample={"y": Real(), "x": Real()},
    cases=[case((5,)), case((3, 4)), case((3, 4), axis=0), case((3, 4), dx=0.5), case((5,), (5,)), case((3, 4), (4,)),
           case((3, 4), (3,), axis=0), case((3, 4), (3, 4)), case((2, 3, 4), (3, 4)), case((1,)),
           case((2, 3, 4), (2, 3, 1), axis=1),
           case((0,)), case((2, 0)), case((1,), (1,)), case((3, 4), dx=np.array([1.0, 2.0, 0.5]))],
)  # fmt: skip
def _np_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Compute Σ (y_i + y_{i+1}) (x_{i+1} - x_i) / 2."""
    y = cast(y, None)
    if x is None and np.ndim(dx) == 0:
        ends = (_between(y, 0, 1, axis) + _between(y, y.shape[axis] - 1, None, axis)) / 2 if y.shape[axis] else 0
        return (np.sum(y, axis=axis) - np.sum(ends, axis=axis if y.shape[axis] else None)) * dx
    if x is None:
        steps = dx
    elif np.ndim(x) == 1:
        steps = np.reshape(np.diff(x), tuple(-1 if i == axis % y.ndim else 1 for i in range(y.ndim)))
    else:
        steps = np.diff(x, axis=axis)
    return np.sum(steps * (_between(y, 1, None, axis) + _between(y, 0, -1, axis)), axis=axis) / 2
