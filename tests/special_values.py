"""Gradients at the edges, written by hand: one row a case of the conventions, for the tests that read the table.

`grad` is the derivative of the sum of what `fun` returns, one for each argument in `at`; `second` that of the sum of
`grad`. Nothing here is derived from the declarations, or both would be wrong together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import relu

INF = math.inf


@dataclass(frozen=True)
class Special:
    """One row. Where NumPy itself warns at the point (log of 0), `warns` says so: the walks must not warn even then."""

    case: str
    fun: Callable[..., Any]
    at: tuple[Any, ...]
    grad: tuple[Any, ...]
    second: tuple[Any, ...] | None = None
    #: Whether forward mode gives the same: not where the rule is about a cotangent of 0.
    forward: bool = True
    warns: bool = False
    #: Whether the derivative itself is infinite: then the walk says so, as NumPy does.
    infinite: bool = False


def row(case: str, fun: Callable[..., Any], at: Any, grad: Any, second: Any = None, **options: bool) -> Special:
    """Write a row: tuples for several arguments, and anything that makes an array for one."""

    def several(values: Any) -> tuple[Any, ...]:
        values = values if isinstance(values, tuple) else (values,)
        return tuple(v if isinstance(v, np.ndarray) else np.array(v, dtype=float) for v in values)

    return Special(case, fun, several(at), several(grad), None if second is None else several(second), **options)


X = [-2.0, 0.0, 3.0]
TIES = (
    row("maximum, both sides at a tie", np.maximum, ([1.0, 2, 3], [3.0, 2, 1]), ([0, 0.5, 1], [1, 0.5, 0]), (0, 0)),
    row("minimum, both sides at a tie", np.minimum, ([1.0, 2, 3], [3.0, 2, 1]), ([1, 0.5, 0], [0, 0.5, 1]), (0, 0)),
    row("maximum(x, 0), half at 0", lambda x: np.maximum(x, 0), X, [0, 0.5, 1]),
    row("maximum(0, x), half at 0", lambda x: np.maximum(0, x), X, [0, 0.5, 1]),
    row("minimum(x, 0), half at 0", lambda x: np.minimum(x, 0.0), X, [1, 0.5, 0]),
    row("maximum of the same twice", lambda x: np.maximum(x, x), X, [1, 1, 1]),
    row("maximum at equal infinities", np.maximum, (INF, INF), (0.5, 0.5)),
    row("maximum at signed zeros", np.maximum, (-0.0, 0.0), (0.5, 0.5)),
    row("relu, 0 at 0", relu, X, [0, 0, 1], [0, 0, 0]),
    row("relu, 0 at -0", relu, -0.0, 0),
    row("max, ties share", np.max, [3.0, 1, 3, 2, 3], [1 / 3, 0, 1 / 3, 0, 1 / 3]),
    row("min, ties share", np.min, [1.0, 3, 1, 2], [0.5, 0, 0.5, 0]),
    row("max along an axis", lambda x: np.max(x, axis=1), [[1.0, 1], [2, 3]], [[0.5, 0.5], [0, 1]]),
    row("max over two axes", lambda x: np.max(x, axis=(0, 2)), np.ones((2, 1, 3)), np.full((2, 1, 3), 1 / 6)),
    row("max with keepdims", lambda x: x.max(axis=0, keepdims=True), [[2.0, 1], [2, 3]], [[0.5, 0], [0.5, 1]]),
    row("min of all -inf", np.min, [-INF, -INF], [0.5, 0.5]),
    row("clip at both bounds", lambda x: np.clip(x, -1, 2), [-2.0, -1, 0, 2, 3], [0, 1, 1, 1, 0]),
    row("clip with one bound", lambda x: np.clip(x, None, 2), [2.0, 3], [1, 0]),
    row("clip, the upper bound's own", lambda x, b: np.clip(x, None, b), ([1.0, 2, 3], 2.0), ([1, 1, 0], 1)),
    row("clip, the bounds' own", np.clip, ([0.0, 1, 2, 3, 4], 1.0, 3.0), ([0, 1, 1, 1, 0], 1, 1)),
)

KINKS = (
    row("abs at 0", np.abs, X, [-1, 0, 1], [0, 0, 0]),
    row("abs, the operator", abs, X, [-1, 0, 1]),
    row("sign", np.sign, X, [0, 0, 0], [0, 0, 0]),
    row("floor at an integer", np.floor, [1.0, 1.5], [0, 0]),
    row("ceil at an integer", np.ceil, [1.0, 1.5], [0, 0]),
    row("trunc at an integer", np.trunc, [-1.0, 0, 1.5], [0, 0, 0]),
    row("rint at a half", np.rint, [0.5, 1.5], [0, 0]),
    row("round at a half", np.round, [0.5, 1.5], [0, 0]),
    row("round to decimals", lambda x: np.round(x, 1), [0.25], [0]),
    row("floor_divide at a multiple", np.floor_divide, (4.0, 2.0), (0, 0)),
    row("remainder at a multiple", np.remainder, (4.0, 2.0), (1, -2)),
    row("piecewise constant beside a curve", lambda x: x * np.floor(x), [2.5], [2]),
    row("std of equal values", np.std, [2.0, 2, 2], [0, 0, 0], [0, 0, 0]),
    row("std of one value", np.std, [2.0], [0]),
    row("std of equal rows", lambda x: np.std(x, axis=1), [[1.0, 1], [1, 3]], [[0, 0], [-0.5, 0.5]]),
    row("var of equal values", np.var, [2.0, 2], [0, 0], [0, 0]),
)

ROOTS = (
    row("sqrt at 0", np.sqrt, [0.0, 4], [INF, 0.25], infinite=True),
    row("power 0.5 at 0", lambda x: x**0.5, [0.0, 4], [INF, 0.25], infinite=True),
    row("np.power 0.5 at 0", lambda x: np.power(x, 0.5), [0.0, 4], [INF, 0.25], infinite=True),
    row("sqrt at 0, nothing flows", lambda x: np.sqrt(x) * 0, [0.0, 4], [0, 0], forward=False),
    row("sqrt at 0, not chosen", lambda x: np.sqrt(x)[1], [0.0, 4], [0, 0.25], forward=False),
    row("sqrt at 0, relu above it", lambda x: relu(np.sqrt(x) - 1), [0.0, 4], [0, 0.25], forward=False),
)

POWERS = (
    row("x ** 0, int", lambda x: x**0, [0.0, 2], [0, 0], [0, 0]),
    row("x ** 0.0, float", lambda x: x**0.0, [0.0, 2], [0, 0], [0, 0]),
    row("x ** array of zeros", lambda x: x ** np.zeros(2), [0.0, 2], [0, 0], [0, 0]),
    row("x ** 0-d array", lambda x: x ** np.array(0.0), [0.0, 2], [0, 0], [0, 0]),
    row("x ** NumPy scalar", lambda x: x ** np.float64(0.0), [0.0, 2], [0, 0], [0, 0]),
    row("x ** integer array", lambda x: x ** np.array([0, 1, 2]), [0.0, 0, 0], [0, 1, 0], [0, 0, 2]),
    row("np.power(x, 0)", lambda x: np.power(x, 0), [0.0, 2], [0, 0], [0, 0]),
    row("x ** 1 at 0", lambda x: x**1, [0.0], [1], [0]),
    row("x ** 2 at 0", lambda x: x**2, [0.0], [0], [2]),
    row("x ** 3 at 0", lambda x: x**3, [0.0], [0], [0]),
    row("x ** 2 of negative x", lambda x: x**2, [-3.0], [-6], [2]),
    row("x ** 3.0 of negative x", lambda x: x**3.0, [-2.0], [12], [-12]),
    row("x ** -1", lambda x: x**-1, [2.0], [-0.25], [0.25]),
    row("x ** y at x = 0", lambda x, y: x**y, ([0.0, 0, 0], [0.0, 1, 2]), ([0, 1, 0], [0, 0, 0])),
    row("0 ** y", lambda y: 0.0**y, [0.0, 1, 2], [0, 0, 0], [0, 0, 0]),
    row("array of 0 ** y", lambda y: np.zeros(3) ** y, [0.0, 1, 2], [0, 0, 0]),
    row("1 ** y", lambda y: 1**y, [2.0], [0], [0]),
)

PRODUCTS = (
    row("prod, no zero", np.prod, [2.0, 3, 4], [12, 8, 6], [7, 6, 5]),
    row("prod, one zero", np.prod, [0.0, 3, 4], [12, 0, 0], [7, 4, 3]),
    row("prod, two zeros", np.prod, [0.0, 0, 4], [0, 0, 0], [4, 4, 0]),
    row("prod, three zeros", np.prod, [0.0, 0, 0], [0, 0, 0], [0, 0, 0]),
    row("prod, zeros in rows", lambda x: np.prod(x, axis=1), [[0.0, 3], [0, 0]], [[3, 0], [0, 0]], np.ones((2, 2))),
    row("prod of none", np.prod, np.ones(0), np.ones(0)),
    row("prod of one", np.prod, [0.0], [1], [0]),
)

#: A function, where it is taken, points of which only the last is, and derivatives there. Each becomes three rows.
SINGULAR: tuple[tuple[str, Callable[[Any], Any], Callable[[Any], Any], list[float], float, float], ...] = (
    ("log", np.log, lambda x: x > 0, [-1.0, 0, 2], 0.5, -0.25),
    ("log1p", np.log1p, lambda x: x > -1, [-2.0, -1, 1], 0.5, -0.25),
    ("sqrt", np.sqrt, lambda x: x > 0, [-1.0, 0, 4], 0.25, -1 / 32),
    ("1 / x", lambda x: 1 / x, lambda x: x > 0, [0.0, -0.0, 2], -0.25, 0.25),
    ("x / x", lambda x: x / x, lambda x: x > 0, [0.0, 2], 0, 0),
    ("reciprocal", np.reciprocal, lambda x: x > 0, [0.0, 2], -0.25, 0.25),
    ("x ** 0.5", lambda x: x**0.5, lambda x: x > 0, [-1.0, 0, 4], 0.25, -1 / 32),
    ("x ** -1.5", lambda x: x**-1.5, lambda x: x > 0, [-1.0, 0, 1], -1.5, 3.75),
    ("x ** x", lambda x: x**x, lambda x: x > 0, [-1.5, 0, 1], 1, 2),
    ("exp, overflow", np.exp, lambda x: x < 1, [1e3, INF, 0], 1, 1),
    ("exp of exp", lambda x: np.exp(np.exp(x)), lambda x: x < 1, [1e3, 0], math.e, 2 * math.e),
    ("expm1, overflow", np.expm1, lambda x: x < 1, [1e3, 0], 1, 1),
    ("square, overflow", lambda x: x * x, lambda x: x < 1, [1e200, INF, -1], -2, 2),
    ("exp of 1 / x", lambda x: np.exp(1 / x), lambda x: x > 0.5, [0.0, 1e-3, 1], -math.e, 3 * math.e),
    ("tanh of log", lambda x: np.tanh(np.log(x)), lambda x: x > 0, [0.0, -1, 1], 1, -1),
    ("sin of 1 / x", lambda x: np.sin(1 / x), lambda x: x > 0, [0.0, 1 / math.pi], math.pi**2, -2 * math.pi**3),
    ("log of log", lambda x: np.log(np.log(x)), lambda x: x > 1, [0.0, 1, -1, math.e], 1 / math.e, -2 / math.e**2),
    ("a chain", lambda x: np.log(np.exp(np.sqrt(x))), lambda x: x > 0, [-1.0, 0, 4], 0.25, -1 / 32),
    ("used twice", lambda x: (lambda h: h * h)(np.log(x)), lambda x: x > 0, [-1.0, 0, 1], 0, 2),
    ("behind a scaled x", lambda x: np.log(x * 3), lambda x: x > 0, [-1.0, 0, 2], 0.5, -0.25),
    ("through reshape", lambda x: np.reshape(np.log(np.reshape(np.sqrt(x), (-1, 1))), -1), lambda x: x > 0,
     [-1.0, 0, 1], 0.5, -0.5),
    ("through transpose", lambda x: np.log(np.sqrt(x)[None, :].T).ravel(), lambda x: x > 0, [-1.0, 0, 1], 0.5, -0.5),
    ("through swapaxes", lambda x: np.squeeze(np.swapaxes(np.log(np.sqrt(x))[None, :], 0, 1)), lambda x: x > 0,
     [-1.0, 0, 1], 0.5, -0.5),
    ("through moveaxis", lambda x: np.moveaxis(np.sqrt(np.expand_dims(x, 0)), 0, 1)[:, 0], lambda x: x > 0,
     [-1.0, 0, 4], 0.25, -1 / 32),
    ("through sum", lambda x: np.sum(np.log(x)[:, None] * np.array([0.5, 0.5]), axis=1), lambda x: x > 0,
     [-1.0, 0, 2], 0.5, -0.25),
    ("through mean", lambda x: np.mean(np.sqrt(x)[:, None] * np.ones(2), axis=1), lambda x: x > 0, [0.0, 4], 0.25,
     -1 / 32),
    ("through broadcast", lambda x: np.broadcast_to(np.log(x), (2, *x.shape))[0], lambda x: x > 0, [0.0, 2], 0.5,
     -0.25),
    ("through stack", lambda x: np.stack([x, np.log(x)])[1], lambda x: x > 0, [0.0, 2], 0.5, -0.25),
    ("through concatenate", lambda x: np.concatenate([x, np.log(x)])[x.size :], lambda x: x > 0, [0.0, 2], 0.5, -0.25),
    ("through a choice within", lambda x: np.log(np.stack([x, x])[0]), lambda x: x > 0, [0.0, 2], 0.5, -0.25),
    ("through indexing", lambda x: np.log(x[::-1])[::-1], lambda x: x > 0, [0.0, 2], 0.5, -0.25),
    ("through a cast", lambda x: np.log(x).astype(np.float64), lambda x: x > 0, [0.0, 2], 0.5, -0.25),
    ("through a norm", lambda x: np.sqrt(np.sum((x * np.ones((1, 1)).T) ** 2, axis=0)), lambda x: x > 0, [0.0, 2], 1,
     0),
)  # fmt: skip


def guarded(f: Callable[..., Any], taken: Callable[..., Any], other: Callable[..., Any], swap: bool = False) -> Any:
    """Make the function that is `f` where it may be, and `other` elsewhere."""
    if swap:
        return lambda x: np.where(np.logical_not(taken(x)), other(x), f(x))
    return lambda x: np.where(taken(x), f(x), other(x))


def _where() -> list[Special]:
    rows = []
    for name, f, taken, at, first, second in SINGULAR:
        off = [0.0] * (len(at) - 1)
        for note, other, slope, swap in (
            ("a constant beside", lambda x: 0.0, 0.0, False),
            ("x beside", lambda x: x, 1.0, False),
            ("in the second place", lambda x: 2 * x, 2.0, True),
        ):
            fun = guarded(f, taken, other, swap)
            grad = [slope] * len(off) + [first]
            rows.append(row(f"where, {name}, {note}", fun, at, grad, [*off, second], warns=True))
    return rows


def _two_uses(x: Any) -> Any:
    h = np.log(x)
    return np.where(x > 0, h, 0) + np.where(x > 1, h, 0)


def _nested(x: Any) -> Any:
    return np.where(x > 0, np.where(x > 1, np.log(x - 1), np.log(x)), 0)


def _beside_unmasked(x: Any) -> Any:
    h = x * 1
    return np.where(h > 0, np.log(h), 0) + h


WHERE = (
    *_where(),
    row("where, two uses of one branch", _two_uses, [0.0, 0.5, 2], [0, 2, 1], [0, -4, -0.5], warns=True),
    row("where, nested", _nested, [-1.0, 0, 0.5, 1, 3], [0, 0, 2, 1, 0.5], [0, 0, -4, -1, -0.25], warns=True),
    row("where, an unmasked path beside", _beside_unmasked, [-1.0, 0, 2], [1, 1, 1.5], [0, 0, -0.25], warns=True),
    row("where, condition broadcast", lambda x: np.where(np.array([[True], [False]]), np.log(x), 0), [2.0, 4],
        [0.5, 0.25], [-0.25, -0.0625]),
    row("where, branch broadcast, never taken", lambda x, y: np.where(y > 0, np.log(x), y), (0.0, [-1.0, -2]),
        (0, [1, 1]), warns=True),
    row("where, both branches", lambda x, y: np.where([True, False], x, y), ([1.0, 2], [3.0, 4]), ([1, 0], [0, 1])),
    row("where, empty", lambda x: np.where(x > 0, np.log(x), 0), np.ones((0, 2)), np.ones((0, 2))),
)  # fmt: skip

EXTREMES = (
    row("tanh, far out", np.tanh, [-1e4, -INF, 1e4, INF], [0, 0, 0, 0], [0, 0, 0, 0]),
    row("tanh, tiny", np.tanh, [1e-300], [1]),
    row("log1p, tiny", np.log1p, [1e-300, -1e-300, 0], [1, 1, 1], [-1, -1, -1]),
    row("log1p, huge", np.log1p, [1e300, INF], [1e-300, 0]),
    row("expm1, far out", np.expm1, [-1e4, -INF, 0, 1e-300], [0, 0, 1, 1], [0, 0, 1, 1]),
    row("exp, far out", np.exp, [-1e4, -INF], [0, 0], [0, 0]),
    row("logaddexp, huge", np.logaddexp, ([1e4, -1e4, 1e4, 1e300], [-1e4, 1e4, 1e4, -1e300]),
        ([1, 0, 0.5, 1], [0, 1, 0.5, 0])),
    row("logaddexp, one infinite", np.logaddexp, ([INF, 0, -INF, 0], [0, INF, 0, -INF]), ([1, 0, 0, 1], [0, 1, 1, 0])),
    row("logaddexp, both infinite", np.logaddexp, ([INF, -INF, INF], [INF, -INF, -INF]), ([0.5, 0, 1], [0.5, 0, 0])),
    row("logaddexp, second order", lambda x: np.logaddexp(x, 0), [0.0, 1e4, -1e4], [0.5, 1, 0], [0.25, 0, 0]),
    row("sigmoid by tanh", lambda x: 0.5 * (np.tanh(0.5 * x) + 1), [-1e4, 0, 1e4], [0, 0.25, 0], [0, 0, 0]),
    row("softplus, far out", lambda x: np.logaddexp(0, x), [-1e4, 0, 1e4], [0, 0.5, 1], [0, 0.25, 0]),
)  # fmt: skip


def logsumexp(x: Any) -> Any:
    """Sum exponentials along the last axis without overflow, as one writes it in NumPy."""
    m = np.max(x, axis=-1, keepdims=True)
    return np.log(np.sum(np.exp(x - m), axis=-1)) + m[..., 0]


def cross_entropy(z: Any, label: int = 0) -> Any:
    """Softmax and cross-entropy of one sample's logits."""
    return logsumexp(z) - z[..., label]


def softmax(z: Any) -> Any:
    """Softmax along the last axis, as one writes it in NumPy."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


COMPOSED = (
    row("logsumexp, equal", logsumexp, [1e4, 1e4], [0.5, 0.5], [0, 0]),
    row("logsumexp, apart", logsumexp, [1e4, -1e4, 0], [1, 0, 0], [0, 0, 0]),
    row("logsumexp, one -inf", logsumexp, [0.0, -INF], [1, 0], [0, 0]),
    row("cross-entropy, sure and right", cross_entropy, [1e4, -1e4], [0, 0], [0, 0]),
    row("cross-entropy, sure and wrong", cross_entropy, [-1e4, 1e4], [-1, 1], [0, 0]),
    row("cross-entropy, undecided", cross_entropy, [1e4, 1e4], [-0.5, 0.5]),
    row("cross-entropy, a batch", lambda z: np.mean(cross_entropy(z)), [[1e4, -1e4], [-1e4, 1e4]],
        [[0, 0], [-0.5, 0.5]]),
    row("softmax, far apart", lambda z: softmax(z)[0], [1e4, -1e4], [0, 0]),
    row("softmax, equal", lambda z: softmax(z)[0], [1e4, 1e4], [0.25, -0.25]),
)  # fmt: skip


def written(index: Any) -> Callable[..., Any]:
    """Make the function that writes `b` into a copy of `a` and weights the elements 1, 10, 100, ..."""

    def fun(a: Any, b: Any) -> Any:
        y = a * 1
        y[index] = b
        return y * 10.0 ** np.arange(y.size).reshape(y.shape)

    return fun


def written_with_itself(x: Any) -> Any:
    y = x * 1
    y[0] = y[1] * 2
    y[1] = y[0] * 3
    return y


INDEXING = (
    row("read, repeated index", lambda a: a[[0, 0, 1]] * np.array([1.0, 2, 4]), np.zeros(3), [3, 4, 0]),
    row("read, repeated pairs", lambda a: a[[0, 0], [1, 1]], np.zeros((2, 2)), [[0, 2], [0, 0]]),
    row("read, negative is the same", lambda a: a[[-1, 1]], np.zeros(2), [0, 2]),
    row("read, repeated in a Tensor's own take", lambda a: a.take([0, 0, 1]), np.zeros(3), [2, 1, 0]),
    row("take_along_axis, repeated", lambda a: np.take_along_axis(a, np.array([[0, 0, 0]]), 1), np.zeros((1, 2)),
        [[3, 0]]),
    row("read nothing", lambda a: a[np.zeros(2, bool)], np.zeros(2), [0, 0]),
    row("read, twice over", lambda a: a[[0, 0]][[1, 1]], np.zeros(2), [2, 0]),
    row("write, repeated index: the last wins", written([0, 0]), (np.zeros(2), np.ones(2)), ([0, 10], [0, 1])),
    row("write, repeated with broadcasting", written([0, 0]), (np.zeros(2), np.ones(())), ([0, 10], 1)),
    row("write, negative is the same", written([1, -1]), (np.zeros(2), np.ones(2)), ([1, 0], [0, 10])),
    row("write, repeated pairs", written(([0, 0], [1, 1])), (np.zeros((1, 2)), np.ones(2)), ([[1, 0]], [0, 10])),
    row("write a slice", written(slice(1, 3)), (np.zeros(3), np.ones(2)), ([1, 0, 0], [10, 100])),
    row("write by mask", written(np.array([True, False])), (np.zeros(2), np.ones(1)), ([0, 10], [1])),
    row("write over all", written(Ellipsis), (np.zeros(2), np.ones(())), ([0, 0], 11)),
    row("write nothing", written(slice(0, 0)), (np.zeros(2), np.ones(0)), ([1, 10], np.ones(0))),
    row("write of itself", written_with_itself, [1.0, 1], [0, 8]),
)  # fmt: skip

GRID = np.arange(6.0).reshape(2, 3)
SHAPES = (
    row("x * x", lambda x: x * x, [3.0], [6], [2]),
    row("x @ x", lambda x: x @ x, [3.0, 4], [6, 8], [2, 2]),
    row("x / x", lambda x: x / x, [3.0], [0], [0]),
    row("x - x", lambda x: x - x, [3.0], [0], [0]),
    row("concatenate of the same twice", lambda x: np.concatenate([x, x]) * np.array([1.0, 2]), [3.0], [3]),
    row("einsum of the same twice", lambda x: np.einsum("i,i->", x, x), [3.0, 4], [6, 8], [2, 2]),
    row("broadcast, both ways", lambda x, y: x * y, ([[1.0], [2]], [[3.0, 4, 5]]), ([[12], [12]], [[3, 3, 3]])),
    row("broadcast, leading axes", lambda x, y: x * y, ([1.0, 2], np.ones((3, 2))), ([3, 3], [[1, 2]] * 3)),
    row("broadcast, size 1 kept", lambda x, y: x + y, (np.ones((1, 1)), np.ones((2, 3))), ([[6]], np.ones((2, 3)))),
    row("broadcast, 0-d", lambda x, y: x * y, (2.0, [1.0, 2, 3]), (6, [2, 2, 2])),
    row("broadcast, 0-d by 0-d", lambda x, y: x * y, (2.0, 3.0), (3, 2)),
    row("broadcast, size 1 against size 0", lambda x, y: x * y, (np.ones((2, 1)), np.ones((1, 0))),
        (np.zeros((2, 1)), np.zeros((1, 0)))),
    row("broadcast, 0-d against size 0", lambda x, y: x * y, (2.0, np.ones(0)), (0, np.ones(0))),
    row("sum of nothing", np.sum, np.ones((2, 0)), np.ones((2, 0))),
    row("sum over an axis of none", lambda x: np.sum(x, axis=0), np.ones((0, 2)), np.ones((0, 2))),
    row("matmul over nothing", np.matmul, (np.ones((2, 0)), np.ones((0, 3))), (np.ones((2, 0)), np.ones((0, 3)))),
    row("sum of 0-d", np.sum, 2.0, 1),
    row("max of 0-d", np.max, 2.0, 1),
    row("reversed input", lambda x: x * GRID, GRID[::-1, ::-1], GRID),
    row("strided input", lambda x: x * x, GRID[:, ::2], 2 * GRID[:, ::2], [[2, 2], [2, 2]]),
    row("transposed input", lambda x: np.sum(x * GRID.T, axis=1), GRID.T, GRID.T),
    row("broadcast input", lambda x: x * x, np.broadcast_to(np.array([1.0, 2]), (2, 2)), [[2, 4]] * 2, [[2, 2]] * 2),
    row("Fortran-ordered input", lambda x: np.reshape(x, -1) * np.arange(6.0), np.asfortranarray(GRID), GRID),
    row("diagonal view", lambda x: x**3, np.diagonal(np.diag([1.0, 2])), [3, 12], [6, 12]),
)  # fmt: skip

REAL_ROWS = (
    *TIES, *KINKS, *ROOTS, *POWERS, *PRODUCTS, *WHERE, *EXTREMES, *COMPOSED, *INDEXING, *SHAPES
)  # fmt: skip

Z = 3 + 4j
#: Real-valued functions of a complex argument: a point, and ∂f/∂(Re z) - i ∂f/∂(Im z) there.
COMPLEX: tuple[tuple[str, Callable[[Any], Any], complex, complex], ...] = (
    ("sign at 0", lambda z: np.real(np.sign(z)), 0j, 0),
    ("sign at 0, imaginary part", lambda z: np.imag(np.sign(z)), 0j, 0),
    ("real", np.real, Z, 1),
    ("imag", np.imag, Z, -1j),
    ("real part of the conjugate", lambda z: np.real(np.conj(z)), Z, 1),
    ("imaginary part of the conjugate", lambda z: np.imag(np.conj(z)), Z, 1j),
    ("z conj(z)", lambda z: np.real(z * np.conj(z)), Z, 2 * Z.conjugate()),
    ("abs", np.abs, Z, Z.conjugate() / 5),
    ("abs at 0", np.abs, 0j, 0),
    ("abs squared", lambda z: np.abs(z) ** 2, Z, 2 * Z.conjugate()),
    ("real part of a square", lambda z: np.real(z * z), Z, 2 * Z),
    ("imaginary part of a square", lambda z: np.imag(z**2), Z, -2j * Z),
    ("real part of 1 / z", lambda z: np.real(1 / z), Z, -1 / Z**2),
    ("real part of a cube", lambda z: np.real(z**3), Z, 3 * Z**2),
    ("real part of exp", lambda z: np.real(np.exp(z)), 1j * math.pi, -1),
    ("real part of log", lambda z: np.real(np.log(z)), Z, 1 / Z),
    ("sum of parts", lambda z: np.real(z) * np.imag(z), Z, 4 - 3j),
    ("real times complex", lambda z: np.real((2 - 1j) * z), Z, 2 - 1j),
)

#: Sums of many float16: the count of terms is exact in float16, but adding ones in float16 stops at 2048.
MANY = 4096
HALVES: tuple[tuple[str, Callable[[Any], Any], Any, float], ...] = (
    ("broadcast along leading axes", lambda x: x + np.zeros((MANY, 2), np.float16), np.ones(2), MANY),
    ("broadcast along the last axis", lambda x: x + np.zeros((2, MANY), np.float16), np.ones((2, 1)), MANY),
    ("broadcast of 0-d", lambda x: x * np.ones(MANY, np.float16), np.ones(()), MANY),
    ("broadcast_to", lambda x: np.broadcast_to(x, (MANY, 2)), np.ones(2), MANY),
    ("read of a repeated index", lambda x: x[np.zeros(MANY, int)], np.ones(1), MANY),
    ("product with a matrix of ones", lambda x: np.ones((MANY, 2), np.float16) @ x, np.ones((2, 1)), MANY),
    ("max over a long axis, all tied", lambda x: np.max(x, axis=0), np.ones((MANY, 2)), 1 / MANY),
    ("mean of more than the largest float16", np.mean, np.ones(2**17), 2.0**-17),
)
