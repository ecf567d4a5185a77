"""By which method the checker differentiates, how exact that is, and that it says so."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, relu
from autograd.differences import EPS, STEP, Line, one_sided, rounding
from autograd.extend import elementwise

F4, F8 = np.float32, np.float64
RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((4, 5)), RNG.standard_normal((5, 3))
W, B = RNG.standard_normal((5, 3)).astype(F4), RNG.standard_normal(3).astype(F4)
POSITIVE = np.abs(X) + 0.3


def times(factor: Any) -> Any:
    """Give the identity, with a rule that multiplies by a factor."""
    return elementwise(lambda x: x * 1, name="times", x=lambda g: g * factor)


def methods(report: Any) -> set[str]:
    return {row.method for row in report.rows}


# The complex step

ANALYTIC: dict[str, tuple[Any, Any]] = {
    "a network": (lambda x, y: np.tanh(x @ y), (X, Y)),
    "a loss": (lambda x, y: np.mean(np.log(np.sum(np.exp(x @ y), axis=1)) - (x @ y)[:, 0]), (X, Y)),
    "powers and roots": (lambda x: np.sqrt(x) * x**1.7 / (1 + x**3), POSITIVE),
    "trigonometry": (lambda x: np.sin(x) * np.arctan(x) + np.cos(2 * x), X),
    "a polynomial": (lambda x: ((2 * x - 1) * x + 3) * x, X),
    "moves": (lambda x: np.concatenate([x[::-1], x.T.reshape(4, 5)]) * np.arange(5.0), X),
    "0-d and a number": (lambda x, y: x * np.exp(y), (0.3, -1.2)),
    "a branch": (lambda x: np.where(x > 0, np.sin(x), x**2), X),
    "a solution": (lambda x: np.linalg.solve(x[:, :4] + 4 * np.eye(4), x[:, 4]), X),
    "large and small": (lambda x: x * np.exp(np.linspace(-20, 20, 5)), X),
}


@pytest.mark.parametrize("name", ANALYTIC)
def test_analytic_functions_are_proven_to_rounding(name: str) -> None:
    fun, args = ANALYTIC[name]
    report = check_grads(fun, args)
    assert methods(report) == {"complex step"}
    assert all(row.error is not None and row.error <= 1e-13 for row in report.rows)
    assert {(row.order, row.mode) for row in report.rows} == {
        (1, "rev"), (1, "fwd"), (2, "rev over rev"), (2, "fwd over rev"), (2, "rev over fwd"), (2, "fwd over fwd"),
    }  # fmt: skip


@pytest.mark.parametrize("factor", [1 + 1e-6, 1 + 1e-10, 1 + 1e-12])
@pytest.mark.parametrize("mode", ["rev", "fwd"])
def test_a_rule_wrong_by_very_little_is_caught(factor: float, mode: str) -> None:
    with pytest.raises(AssertionError, match=r"by complex step, order 1, (rev|fwd): \d+ of \d+ elements differ"):
        check_grads(lambda x, y: times(factor)(np.tanh(x @ y)), (X, Y), modes=(mode,))


def test_a_rule_wrong_by_very_little_at_one_element_is_caught() -> None:
    spoilt = 1 + 1e-10 * (np.arange(20).reshape(4, 5) == 7)
    with pytest.raises(AssertionError, match=r"1 of 20 elements differ\n.*\n +argument 0 +\(1, 2\)"):
        check_grads(lambda x: times(spoilt)(np.sin(x)), X)


def test_a_rule_wrong_by_very_little_at_second_order_is_caught() -> None:
    cosine = elementwise(lambda x: np.cos(x), name="cosine", x=lambda g, x: -g * np.sin(x) * (1 + 1e-10))
    sine = elementwise(lambda x: np.sin(x), name="sine", x=lambda g, x: g * cosine(x))
    check_grads(sine, X, order=1)
    with pytest.raises(AssertionError, match=r"by complex step, order 2, rev over rev: \d+ of \d+ elements differ"):
        check_grads(sine, X)


def test_a_complex_step_takes_one_evaluation_an_element() -> None:
    calls = []

    def fun(x: Any, y: Any) -> Any:
        calls.append(1)
        return np.tanh(x @ y)

    check_grads(fun, (X, Y), order=1)
    assert len(calls) <= 35 + 30


# Where it does not hold

NOT_ANALYTIC: dict[str, tuple[Any, Any]] = {
    "abs": (lambda x: np.abs(x) * np.sin(x), POSITIVE),
    "abs inside": (lambda x: np.exp(np.abs(x - 3)) + x, POSITIVE),
    "a norm": (lambda x: np.linalg.norm(x, axis=1), X),
    "a variance": (lambda x: np.var(x, axis=0), X),
    "a real part": (lambda x: np.real(x) * x, X),
    "a conjugate": (lambda x: np.conj(x) * x, X),
    "takes no complex numbers": (np.cbrt, POSITIVE),
    "casts to float": (lambda x: np.sin(x.astype(F8)) * x, X),
    "asks for a float": (lambda x: x * (float(np.max(x.data if isinstance(x, Tensor) else x)) > 0), X),
    "does other things with complex numbers": (lambda x: x**3 if x.dtype.kind == "c" else x**2, POSITIVE),
    "has fewer outputs for complex numbers": (lambda x: x[:2] ** 2 if x.dtype.kind == "c" else x**2, POSITIVE),
}


@pytest.mark.parametrize("name", NOT_ANALYTIC)
def test_central_differences_stand_in(name: str) -> None:
    fun, args = NOT_ANALYTIC[name]
    first = [row for row in check_grads(fun, args).rows if row.order == 1]
    assert {row.method for row in first} == {"central differences"}
    assert all(row.error is not None and row.error <= 1.5e-8 for row in first)
    with pytest.raises(AssertionError, match=r"by central differences, order 1, rev: \d+ of \d+ elements differ"):
        check_grads(lambda x: times(1 + 1e-6)(fun(x)), args)


def test_complex_arguments_and_outputs_take_central_differences() -> None:
    assert methods(check_grads(lambda z: z * z, X[0] + 1j)) == {"central differences"}
    assert methods(check_grads(lambda x: np.exp(1j * x), X[0])) == {"central differences"}


@pytest.mark.parametrize("part", [1e-3, 1e-7, 1e-9, 1e-11])
def test_a_small_part_that_is_not_analytic_does_no_harm(part: float) -> None:
    def fun(x: Any) -> Any:
        return np.sin(x) + part * np.abs(x)

    check_grads(fun, X)
    with pytest.raises(AssertionError, match="elements differ"):
        check_grads(lambda x: times(1 + 1e-6)(fun(x)), X)


def test_one_argument_that_is_not_analytic_leaves_the_other_alone() -> None:
    report = check_grads(lambda x, y: np.sin(x) * np.abs(y), (X, POSITIVE), modes=("rev",), order=1)
    assert [(row.method, row.elements) for row in report.rows] == [("complex step", 20), ("central differences", 20)]
    with pytest.raises(
        AssertionError, match="by complex step and central differences, order 1, rev: 40 of 40 elements differ"
    ):
        check_grads(lambda x, y: times(1.1)(np.sin(x) * np.abs(y)), (X, POSITIVE))


def test_what_both_the_tape_and_a_complex_step_miss_is_caught() -> None:
    """A rule that is 0 where a complex step is 0 too, beside terms a million times as large."""
    nothing = elementwise(lambda x: np.abs(x), name="nothing", x=lambda g, x: 0 * g)
    weights = np.array([1e6, 1.0, 1e3, 1.0, 1e6])
    check_grads(lambda x: np.sum(weights * np.sin(x) + np.abs(x) * x), POSITIVE)
    with pytest.raises(AssertionError, match="elements differ"):
        check_grads(lambda x: np.sum(weights * np.sin(x) + nothing(x)), POSITIVE)


def test_digits_lost_to_conditioning_are_no_error() -> None:
    """Cramer's rule for a matrix with determinant 1e-5 loses five digits, the tape's not as a complex step's."""

    def solve(a: Any, b: Any) -> Any:
        det = a[0] * a[3] - a[1] * a[2]
        return (a[3] * b[0] - a[1] * b[1]) / det, (a[0] * b[1] - a[2] * b[0]) / det

    report = check_grads(solve, (np.array([1.0, 0.7, 0.7, 0.49001]), np.array([0.3, 1.1])))
    assert "complex step" in methods(report)


# Narrow floats

NARROW: dict[str, Any] = {
    "a layer": lambda x: np.tanh(x.astype(F4) @ W + B),
    "a cast at the end": lambda x: np.exp(np.sin(x)).astype(F4),
    "float64 again at the end": lambda x: np.tanh(x.astype(F4) @ W + B).astype(F8),
    "float32 beside float64": lambda x: np.tanh(x.astype(F4) @ W + B).astype(F8) + np.sin(x @ Y),
    "a sum of both": lambda x: np.sum(np.tanh(x.astype(F4) @ W + B).astype(F8)) + np.sum(x**2),
    "a loss": lambda x: np.mean(np.log(np.sum(np.exp(x.astype(F4) @ W), axis=1)) - (x.astype(F4) @ W)[:, 0]),
    "with kinks near by": lambda x: relu(x.astype(F4) @ W + B) ** 2,
    "far from 0": lambda x: np.sum((x.astype(F4) @ W + 30) ** 2, axis=1),
}


@pytest.mark.parametrize("given", [F4, F8])
@pytest.mark.parametrize("name", NARROW)
def test_functions_that_compute_in_float32(name: str, given: Any) -> None:
    fun = NARROW[name]
    report = check_grads(fun, X.astype(given))
    assert "complex step" not in {row.method for row in report.rows if row.order == 1}
    for mode in ("rev", "fwd"):
        with pytest.raises(AssertionError, match=r"order 1, .* elements differ"):
            check_grads(lambda x: times(F4(1.01))(fun(x)), X.astype(given), modes=(mode,))


@pytest.mark.parametrize("name", ANALYTIC)
def test_float32_arguments_of_functions_that_take_any(name: str) -> None:
    fun, args = ANALYTIC[name]
    narrow = tuple(np.asarray(arg, F4) for arg in (args if isinstance(args, tuple) else (args,)))
    report = check_grads(fun, narrow)
    assert methods(report) == {"complex step"}
    with pytest.raises(AssertionError, match="elements differ"):
        check_grads(lambda *x: times(1.001)(fun(*x)), narrow)


def test_float16() -> None:
    narrow = X.astype(np.float16)
    check_grads(lambda x: np.sin(x) * x, narrow)
    check_grads(lambda x: np.sin(x.astype(np.float16)), X)
    for args in (narrow, X):
        with pytest.raises(AssertionError, match="elements differ"):
            check_grads(lambda x: times(1.2)(np.sin(x.astype(np.float16))), args)


def test_the_rounding_of_a_function_is_found_in_its_values() -> None:
    def line(fun: Any, x: float) -> Line:
        # Not in units of a power of two: those fall on float32's own grid.
        return Line(lambda d: np.atleast_1d(fun(x + 0.7 * d)).astype(float), np.atleast_1d(fun(x)).astype(float), STEP)

    for x in (0.3, 1.7, -2.9):
        assert rounding(line(np.sin, x))[1] == EPS
        for narrow in (lambda v: np.sin(F4(v)), lambda v: F4(np.exp(v)), lambda v: np.float64(F4(v) * F4(3)) + v):
            noise, grain = rounding(line(narrow, x))
            assert 1e-11 < noise[0] < 1e-6 and 1e-11 < grain < 1e-6
    assert 1e-5 < rounding(line(lambda v: np.sin(np.float16(v)), 0.3))[1] < 1e-2
    for kink in (np.abs, np.sign, lambda v: np.maximum(v, 1e-4), lambda v: np.where(v > 0, v**2, 1)):
        assert rounding(line(kink, 0.0))[1] == EPS


# Differences


def powers(*coefficients: float) -> Line:
    polynomial = np.polynomial.Polynomial(coefficients)
    return Line(lambda d: np.atleast_1d(polynomial(d)), np.atleast_1d(coefficients[0]), STEP)


def test_central_differences_are_of_sixth_order_and_see_a_kink_in_the_even_part() -> None:
    line = powers(2.0, 3.0, 1.0, -4.0, 2.0, 5.0, -1.0)
    slope, gap = line.central()
    np.testing.assert_allclose(slope, [3.0], rtol=1e-12)
    # Of the even powers the sixth is the first to show, with h^5.
    np.testing.assert_allclose(gap, [0.0], atol=20 * EPS / STEP + 40 * STEP**5)
    bent = Line(lambda d: np.array([np.sin(d) + 2 * abs(d)]), np.zeros(1), STEP)
    np.testing.assert_allclose(np.ravel(bent.central()), [1.0, 4.0], rtol=1e-11)
    np.testing.assert_allclose(np.ravel(bent.pair(STEP)), [-1.0, 3.0], rtol=1e-11)


def test_a_circle_and_a_complex_step_give_the_slope_of_an_analytic_function() -> None:
    line = Line(lambda d: np.array([np.exp(d) * np.sin(d + 1)]), np.sin([1.0]), STEP)
    expected = np.sin(1) + np.cos(1)
    np.testing.assert_allclose(line.complex_step()[0], expected, rtol=4 * EPS)
    np.testing.assert_allclose(line.on_circle(0.1), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("fun", "kinds", "slopes"),
    [
        (np.sin, ("slope", "slope"), (1.0, 1.0)),
        (lambda d: np.where(d > 0, np.sin(d), 3 * d), ("slope", "slope"), (3.0, 1.0)),
        (lambda d: np.where(d > 1e-5, 7.0, d), ("slope", "slope"), (1.0, 1.0)),
        (lambda d: np.where(d > 0, d + 2, d), ("slope", "jump"), (1.0, 2.0)),
        (lambda d: np.where(d < 0, d - 2, d), ("jump", "slope"), (2.0, 1.0)),
        (np.sqrt, ("undefined", "infinite"), (np.nan, np.inf)),
        (lambda d: -np.sqrt(np.abs(d)), ("infinite", "infinite"), (np.inf, -np.inf)),
        (lambda d: d * np.log(np.abs(d) + (d == 0)), ("infinite", "infinite"), (-np.inf, -np.inf)),
        (lambda d: d * np.sin(1 / (d + (d == 0))), ("unclear", "unclear"), (np.nan, np.nan)),
    ],
)
def test_what_a_function_does_on_either_side(fun: Any, kinds: Any, slopes: Any) -> None:
    with np.errstate(all="ignore"):
        point = one_sided(Line(lambda d: np.atleast_1d(fun(d)), np.zeros(1), STEP), 0, EPS, 1e-8)
    assert (point.below.kind, point.above.kind) == kinds
    np.testing.assert_allclose([point.below.slope, point.above.slope], slopes, rtol=1e-6)


# The report


def test_the_report_is_a_table() -> None:
    report = check_grads(lambda x, y: np.sin(x) * np.abs(y), (X, POSITIVE), order=1)
    # How small the error of differences is, is chance.
    assert re.sub(r"<1e-1[0-3]", "<1e-1?", str(report)).splitlines() == [
        "check_grads of <lambda>",
        "  order  mode  method               elements   error",
        "  1      rev   complex step               20  <1e-14",
        "  1      rev   central differences        20  <1e-1?",
        "  1      fwd   central differences        20  <1e-1?",
    ]
    assert report.name == "<lambda>" and report.kinks == () and report.notes == ()
    assert repr(report) == "<Report: <lambda>, 60 elements>"
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.rows = ()  # type: ignore[misc]


def test_the_report_counts_what_was_drawn() -> None:
    report = check_grads(lambda x: np.sum(x * x), np.linspace(1, 2, 5000), order=1)
    assert [(row.mode, row.elements) for row in report.rows] == [("rev", 200), ("fwd", 1)]


def test_tolerance_holds_for_every_method() -> None:
    for fun in (np.sin, lambda x: np.abs(x) * x):
        off = lambda x, fun=fun: times(1 + 1e-4)(fun(x))  # noqa: E731
        check_grads(off, POSITIVE, tolerance=1e-3)
        with pytest.raises(AssertionError, match="elements differ"):
            check_grads(off, POSITIVE, tolerance=1e-5)
