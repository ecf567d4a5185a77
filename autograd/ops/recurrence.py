"""Running results along an axis: what a ufunc's `accumulate` means, in linear time.

Where each step depends on the one before, derivatives obey a linear recurrence, y[j] = a[j] y[j-1] + b[j]. It is an op
of its own here, computed by halving, and its derivatives are recurrences again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import op
from autograd.multilinear import linear
from autograd.op import Fn, Op, Real, case, methods, ufuncs
from autograd.ops.indexing import scatter
from autograd.ops.reduction import cast, wide

# The linear recurrence
#: From so many elements a step on, steps one after the other are quicker than halving; so are few steps.
_BROAD, _SHORT = 256, 16


def _recurrence(a: Array, b: Array, axis: int = -1, reverse: bool = False) -> Array:
    """Solve y[j] = a[j] y[j-1] + b[j] along an axis, or in reverse with y[j+1]; the first a does not matter."""
    back = slice(None, None, -1 if reverse else 1)
    a, b = (np.moveaxis(wide(x), axis, 0)[back] for x in (a, b))
    if b.size == 0:
        return np.moveaxis(b, 0, axis)
    rows = len(b), b.size // len(b)
    factors, terms = np.reshape(a, rows), np.reshape(b, rows)
    with np.errstate(all="ignore"):
        y = _solve(factors, terms)
        # Where halving multiplies coefficients that overflow, steps may not: 0 is not NaN there.
        if not np.all(np.isfinite(y)) and np.all(np.isfinite(terms)) and np.all(np.isfinite(factors[1:])):
            y = _one_by_one(factors, terms)
    return np.moveaxis(np.reshape(y, b.shape)[back], 0, axis)


def _solve(a: Array, b: Array) -> Array:
    """Solve it along the first axis: for every second element by the same on half as many, then for those between."""
    n = len(b)
    y = np.empty(b.shape, np.result_type(a, b))
    if n <= _SHORT or b.size >= _BROAD * n:
        y[0] = b[0]
        for j in range(1, n):
            np.multiply(a[j], y[j - 1], out=y[j])
            y[j] += b[j]
        return y
    even, odd = slice(0, n - n % 2, 2), slice(1, None, 2)
    half = a[odd] * b[even]
    half += b[odd]
    y[odd] = solved = _solve(a[odd] * a[even], half)
    y[0] = b[0]
    np.multiply(a[2::2], solved[: (n - 1) // 2], out=y[2::2])
    y[2::2] += b[2::2]
    return y


def _one_by_one(a: Array, b: Array) -> Array:
    """Solve it along the first axis in Python's numbers."""
    y = np.empty(b.shape, np.result_type(a, b))
    for column in range(b.shape[1]):
        last: Any = 0.0
        found: list[Any] = []
        for factor, term in zip(a[:, column].tolist(), b[:, column].tolist(), strict=True):
            last = factor * last + term if found else term
            found.append(last)
        y[:, column] = found
    return y


def shifted(x: Array, axis: int, by: int, fill: float = 0) -> Array:
    """Move elements one on (`by` 1) or one back (-1) along an axis; what is pushed out is lost."""
    before = (slice(None),) * (axis % x.ndim)
    blank = np.full_like(x[(*before, slice(0, 1))], fill)
    parts = [blank, x[(*before, slice(None, -1))]] if by > 0 else [x[(*before, slice(1, None))], blank]
    return np.concatenate(parts, axis=axis)


def _recurrence_b(g: Array, a: Array, axis: int, reverse: bool) -> Array:
    """c[j] = g[j] + a[j+1] c[j+1]: the recurrence the other way round."""
    return recurrence(shifted(a, axis, 1 if reverse else -1), g, axis=axis, reverse=not reverse)


def _recurrence_a(g: Array, a: Array, ans: Array, axis: int, reverse: bool) -> Array:
    """c[j] y[j-1], with the c of the rule of b."""
    return _recurrence_b(g, a, axis, reverse) * shifted(ans, axis, -1 if reverse else 1)


recurrence: Op = op(
    _recurrence, name="recurrence", inputs=("a", "b"),
    vjp={"a": _recurrence_a, "b": _recurrence_b},
    jvp={"a": lambda g, a, ans, axis, reverse: recurrence(
             a, g * shifted(ans, axis, -1 if reverse else 1), axis=axis, reverse=reverse),
         "b": lambda g, a, axis, reverse: recurrence(a, g, axis=axis, reverse=reverse)},
    cases=[case((4,), (4,)), case((3, 2), (3, 2), axis=0), case((2, 3), (2, 3), axis=-1, reverse=True),
           case((25,), (25,)), case((2, 20), (2, 20), reverse=True), case((0, 2), (0, 2), axis=0), case((1,), (1,))],
)  # fmt: skip


# Sums over segments that follow each other and leave nothing out; the transpose repeats, and the reverse.
segment_sums: Op = linear(
    lambda x, begins, axis=0: np.add.reduceat(x, begins, axis=axis), name="segment_sums", inputs=("x",),
    x=lambda g, x_shape, begins, axis: repeats(g, sizes=np.diff(begins, append=x_shape[axis]), axis=axis),
    cases=[case((5,), begins=np.array([0, 1, 3])), case((2, 4), begins=np.array([0, 2]), axis=-1)],
)  # fmt: skip
repeats: Op = linear(
    lambda x, sizes, axis=0: np.repeat(x, sizes, axis=axis), name="repeats", inputs=("x",),
    x=lambda g, sizes, axis: segment_sums(wide(g), begins=np.cumsum(sizes) - sizes, axis=axis),
    cases=[case((3,), sizes=np.array([1, 2, 2])), case((2, 2), sizes=np.array([2, 3]), axis=-1)],
)  # fmt: skip


# Running results: what has been arrived at after each element
def _partial(ufunc: Any, i: int, x: Array, y: Array, ans: Array) -> Array:
    """∂ufunc(x, y) by its i-th argument, from the ufunc's own rule."""
    rule = ufuncs[ufunc].rules[i]
    if rule is None:
        return np.zeros_like(ans)
    saved = rule.save((x, y), ans, {})
    one = np.ones_like(ans)
    return rule.pull(one) if not rule.arity else rule.pull(one, saved) if rule.arity == 1 else rule.pull(one, *saved)


def _steps(x: Array, ans: Array, ufunc: Any, axis: int) -> tuple[Array, Array]:
    """Give for each element ∂/∂(what was arrived at before it) and ∂/∂(itself); to the first, itself is all."""
    before = (slice(None),) * (axis % x.ndim)
    first, later, sooner = (*before, slice(0, 1)), (*before, slice(1, None)), (*before, slice(None, -1))
    args = (ans[sooner], x[later], ans[later])
    one = np.ones_like(x[first])
    by_last, by_own = (_partial(ufunc, i, *args) for i in (0, 1))
    return np.concatenate([0 * one, by_last], axis=axis), np.concatenate([one, by_own], axis=axis)


def _running_vjp(g: Array, x: Array, ans: Array, ufunc: Any, axis: int) -> Array:
    """c[j] ∂ans[j]/∂x[j] with c[j] = g[j] + ∂ans[j+1]/∂ans[j] c[j+1]."""
    by_last, by_own = _steps(x, ans, ufunc, axis)
    return by_own * recurrence(shifted(by_last, axis, -1), g, axis=axis, reverse=True)


def _running_jvp(g: Array, x: Array, ans: Array, ufunc: Any, axis: int) -> Array:
    """t[j] = ∂ans[j]/∂ans[j-1] t[j-1] + ∂ans[j]/∂x[j] g[j]."""
    by_last, by_own = _steps(x, ans, ufunc, axis)
    return recurrence(by_last, by_own * g, axis=axis)


running = op(
    lambda x, ufunc, axis=0: ufunc.accumulate(x, axis=axis), name="running", inputs=("x",),
    vjp={"x": _running_vjp}, jvp={"x": _running_jvp}, sample={"x": Real(0.5, 2.0)},
    cases=[case((5,), ufunc=np.divide), case((3, 2), ufunc=np.subtract), case((2, 3), ufunc=np.power, axis=-1),
           case((1,), ufunc=np.divide), case((2, 0), ufunc=np.subtract, axis=1)],
)  # fmt: skip


def _plateaus(x: Array, ans: Array, axis: int, dtype: Any) -> tuple[Array, Array, Array]:
    """Tell of a running extreme where it stays, which elements it is equal to, and how many of these are so far."""
    before = (slice(None),) * (axis % x.ndim)
    stays = ans[(*before, slice(1, None))] == ans[(*before, slice(None, -1))]
    stays = np.concatenate([np.zeros_like(x[(*before, slice(0, 1))], dtype=bool), stays], axis=axis)
    ties, stays = (x == ans).astype(dtype), stays.astype(dtype)
    return stays, ties, np.maximum(recurrence(stays, ties, axis=axis), 1)


def _stretches(x: Array, ans: Array, axis: int) -> Array | None:
    """Tell where a running extreme is a new one, the axis last; None if another element is ever equal to it."""
    if isinstance(x, Shell):
        return None
    x, ans = np.moveaxis(x, axis, -1), np.moveaxis(ans, axis, -1)
    new = np.full(ans.shape, True)
    np.not_equal(ans[..., 1:], ans[..., :-1], out=new[..., 1:])
    return new if np.array_equal(new, x == ans) else None


def _extremes_vjp(g: Array, x: Array, ans: Array, axis: int) -> Array:
    """Share each g[k] evenly among the elements up to k that are equal to the extreme of these."""
    if (new := _stretches(x, ans, axis)) is not None:
        sums = segment_sums(np.reshape(np.moveaxis(wide(g), axis, -1), -1), begins=np.flatnonzero(new))
        return np.moveaxis(scatter(sums, index=new, shape=new.shape), -1, axis)
    stays, ties, count = _plateaus(x, ans, axis, np.result_type(g.real.dtype, np.float32))
    return ties * recurrence(shifted(stays, axis, -1), g / count, axis=axis, reverse=True)


def _extremes_jvp(g: Array, x: Array, ans: Array, axis: int) -> Array:
    """Take the mean tangent of the elements so far that are equal to the extreme of these."""
    if (new := _stretches(x, ans, axis)) is not None:
        taken = repeats(np.moveaxis(g, axis, -1)[new], sizes=np.diff(np.flatnonzero(new), append=new.size))
        return np.moveaxis(np.reshape(taken, new.shape), -1, axis)
    stays, ties, count = _plateaus(x, ans, axis, np.result_type(g.real.dtype, np.float32))
    return recurrence(stays, ties * g, axis=axis) / count


def _running_extreme(ufunc: Any) -> Op:
    """Declare a running extreme: ties share, as in a reduction."""

    def fn(x: Array, axis: int = 0) -> Array:
        extremes: Array = ufunc.accumulate(x, axis=axis)
        return extremes

    return op(
        fn, inputs=("x",), name=f"{ufunc.__name__}.accumulate",
        vjp={"x": _extremes_vjp}, jvp={"x": _extremes_jvp}, sample={"x": Real(distinct=True)},
        cases=[case((5,)), case((3, 2)), case((2, 4), axis=-1), case((0, 2)), case((1, 1), axis=1)],
    )  # fmt: skip


running_max = _running_extreme(np.maximum)
running_min = _running_extreme(np.minimum)
running_fmax = _running_extreme(np.fmax)
running_fmin = _running_extreme(np.fmin)


def _accumulate(ufunc: Any) -> Fn:
    """Make `ufunc.accumulate`."""
    op = _EXTREMES.get(ufunc)
    if op is not None:
        return lambda array, axis=0, dtype=None, out=None: op(cast(array, dtype), axis=axis)
    return lambda array, axis=0, dtype=None, out=None: running(cast(array, dtype), ufunc=ufunc, axis=axis)


_EXTREMES: dict[Any, Op] = {
    np.maximum: running_max, np.minimum: running_min, np.fmax: running_fmax, np.fmin: running_fmin
}  # fmt: skip
_STEPWISE = (np.divide, np.power, np.float_power, np.logaddexp, np.logaddexp2, np.hypot, np.arctan2)
methods.update({(ufunc, "accumulate"): _accumulate(ufunc) for ufunc in (*_EXTREMES, *_STEPWISE)})
