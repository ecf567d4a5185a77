"""The checker at kinks: it finds them, says both slopes and what the tape gives, and passes or fails as asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import check_grads, relu
from autograd.extend import elementwise, op

INF, NAN = np.inf, np.nan


def hinge(at_zero: float, elsewhere: float = 1.0) -> Any:
    """Give max(x, 0) whose rule has a value of its own at the kink, and a factor elsewhere."""
    return elementwise(
        lambda x: np.where(x > 0, x, 0.0),
        name="hinge",
        x=lambda g, x: g * np.where(x == 0, at_zero, np.where(x > 0, elsewhere, 0.0)),
    )


#: A function, where, and the kinks: at which index, the slopes from below and above, and what the convention gives.
KINKS: dict[str, tuple[Any, Any, list[Any]]] = {
    "abs": (np.abs, [0.0, 1.0, -2.0], [((0,), -1, 1, 0)]),
    "abs, 0-d": (np.abs, 0.0, [((), -1, 1, 0)]),
    "relu": (relu, [-1.0, 0.0, 2.0], [((1,), 0, 1, 0)]),
    "maximum": (lambda x: np.maximum(x, 0), [-1.0, 0.0, 2.0], [((1,), 0, 1, 0.5)]),
    "minimum of two": (lambda x: np.minimum(x, [1.0, 5.0]), [1.0, 2.0], [((0,), 1, 0, 0.5)]),
    "max, with ties": (np.max, [3.0, 1.0, 3.0], [((0,), 0, 1, 0.5), ((2,), 0, 1, 0.5)]),
    "max along an axis": (
        lambda x: np.max(x, axis=1), [[1.0, 1.0], [2.0, 3.0]], [((0, 0), 0, 1, 0.5), ((0, 1), 0, 1, 0.5)]),
    "clip at its bounds": (
        lambda x: np.clip(x, -1, 2), [-2.0, -1.0, 0.0, 2.0, 3.0], [((1,), 0, 1, 1), ((3,), 1, 0, 1)]),
    "norm of nothing": (np.linalg.norm, [0.0, 0.0], [((0,), -1, 1, 0), ((1,), -1, 1, 0)]),
    "one of ten": (lambda x: np.abs(x) * np.arange(1.0, 11), np.arange(10.0) - 4, [((4,), -5, 5, 0)]),
    "a branch": (lambda x: np.where(x > 0, np.sin(x), 2 * x), [0.0, 1.0], [((0,), 2, 1, 2)]),
    "a small one": (lambda x: x + 1e-6 * np.abs(x), [0.0, 1.0], [((0,), 1 - 1e-6, 1 + 1e-6, 1)]),
    "inside a sum": (lambda x: np.sum(np.abs(x) * x[::-1]), [0.0, 3.0], [((0,), 0, 6, 3)]),
    "where the domain ends": (np.sqrt, [0.0, 4.0], [((0,), NAN, INF, INF)]),
    "where the domain ends, flat": (lambda x: x**1.5, [0.0, 4.0], [((0,), NAN, 0, 0)]),
    "an infinite slope": (np.cbrt, [0.0, 1.0], [((0,), INF, INF, INF)]),
    "within rounding of the point": (np.abs, [1e-13, 1.0], [((0,), -1, 1, 1)]),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("name", KINKS)
def test_a_kink_is_reported_with_both_slopes_and_the_convention(name: str) -> None:
    fun, at, expected = KINKS[name]
    report = check_grads(fun, np.array(at), modes=("rev",))
    found = [kink for kink in report.kinks if kink.order == 1]
    assert [kink.index for kink in found] == [index for index, *_ in expected]
    for kink, (_, below, above, tape) in zip(found, expected, strict=True):
        assert kink.mode == "rev" and kink.where == "argument 0" and kink.between
        # Of x^1.5 the slope at the smallest step, 2e-10, is still 2e-5.
        np.testing.assert_allclose([kink.below, kink.above], [below, above], rtol=1e-8, atol=3e-5)
        np.testing.assert_allclose(kink.tape, tape, rtol=1e-15)


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("name", KINKS)
def test_forward_mode_and_second_order_go_with_a_kink(name: str) -> None:
    fun, at, _ = KINKS[name]
    report = check_grads(fun, np.array(at))
    assert {kink.mode for kink in report.kinks if kink.order == 1} == {"rev", "fwd"}
    assert report.notes


def test_it_is_said_in_words() -> None:
    report = check_grads(relu, np.array([-1.0, 0.0, 2.0]), modes=("rev",))
    assert str(report.kinks[0]) == (
        "kink at index (1,) of argument 0: slope from below 0, from above 1, by the tape 0, between"
    )
    assert str(report).splitlines()[1:] == [
        "  order  mode          method                 elements   error",
        "  1      rev           complex step                  2  <1e-14",
        "  1      rev           one-sided differences         1       -",
        "  2      rev over rev  complex step                  5  <1e-14",
        "  order 1, rev: kink at index (1,) of argument 0: slope from below 0, from above 1, by the tape 0, between",
        "  order 2, rev over rev: left out 1, where at a kink the derivative below jumps",
    ]
    assert repr(report) == "<Report: relu, 8 elements, 1 kinks>"


# Pass or fail


@pytest.mark.parametrize("value", [0.0, 0.3, 0.5, 1.0])
def test_any_value_between_the_slopes_passes(value: float) -> None:
    report = check_grads(hinge(value), np.array([-1.0, 0.0, 2.0]))
    assert report.kinks[0].tape == value


@pytest.mark.parametrize("value", [-0.5, 1.001, 2.0, 1e300, INF])
def test_a_value_outside_fails(value: float) -> None:
    with pytest.raises(
        AssertionError,
        match=r"order 1, rev: 1 of 3 elements is a kink, and the tape is not between the slopes\n"
        r"  kink at index \(1,\) of argument 0: slope from below 0, from above 1, by the tape .*, not between$",
    ):
        check_grads(hinge(value), np.array([-1.0, 0.0, 2.0]))
    check_grads(hinge(value), np.array([-1.0, 0.0, 2.0]), kinks="pass")


@pytest.mark.parametrize("kinks", ["between", "fail", "pass"])
def test_nan_at_a_kink_fails_in_any_case(kinks: str) -> None:
    with pytest.raises(AssertionError, match=r"1 of 3 elements is a kink.*\n.*by the tape nan, not between"):
        check_grads(hinge(NAN), np.array([-1.0, 0.0, 2.0]), kinks=kinks)


@pytest.mark.parametrize("kinks", ["between", "fail", "pass"])
@pytest.mark.parametrize("mode", ["rev", "fwd"])
def test_what_is_wrong_elsewhere_is_caught_beside_a_kink(kinks: str, mode: str) -> None:
    with pytest.raises(AssertionError, match="1 of 3 elements differ"):
        check_grads(hinge(0.5, elsewhere=1 + 1e-6), np.array([-1.0, 0.0, 2.0]), kinks=kinks, modes=(mode,))


def test_the_option_is_one_of_three() -> None:
    with pytest.raises(ValueError, match="'between', 'fail' or 'pass', got 'ignore'"):
        check_grads(np.abs, 0.0, kinks="ignore")


def test_at_the_end_of_a_domain_the_one_slope_counts() -> None:
    def root(at_zero: float) -> Any:
        def rule(g: Any, x: Any) -> Any:
            return g * np.where(x == 0, at_zero, 0.5 / np.sqrt(x + (x == 0)))

        return elementwise(lambda x: np.sqrt(x), name="root", x=rule)

    check_grads(root(INF), np.array([0.0, 4.0]))
    for value in (0.0, 1e9, -INF):
        with pytest.raises(AssertionError, match=r"slope from below nan, from above inf, by the tape .*not between"):
            check_grads(root(value), np.array([0.0, 4.0]))


# No kink after all, and worse than a kink


@pytest.mark.parametrize("distance", [3e-3, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_kink_near_by_is_no_kink(distance: float, side: int) -> None:
    near = np.array([side * distance, 1.0])
    for fun in (np.abs, lambda x: np.where(x > 0, np.sin(x), 3 * x), lambda x: np.maximum(x, 0) * x[::-1] + x):
        assert not check_grads(fun, near, kinks="fail").kinks
    with pytest.raises(AssertionError, match="elements differ"):
        check_grads(hinge(0.5, elsewhere=1 + 1e-5), np.array([distance, -1.0]))


@pytest.mark.parametrize("distance", [0.1, 0.01, 1e-3, 1e-4])
def test_a_singularity_near_by_does_no_harm(distance: float) -> None:
    report = check_grads(lambda x: np.log(x) / np.sqrt(x), np.array([distance, 2.0]), kinks="fail")
    assert {row.method for row in report.rows} == {"complex step"}


def test_a_sharp_bend_is_no_kink() -> None:
    report = check_grads(lambda x: np.sqrt(x * x + 1e-12), np.array([0.0, 1e-6, 1.0]), kinks="fail")
    assert {row.method for row in report.rows} == {"complex step"}


@pytest.mark.parametrize("kinks", ["between", "fail", "pass"])
@pytest.mark.parametrize(
    ("fun", "at", "said"),
    [
        (lambda x: x + np.where(x > 0, 1.0, 0.0), 0.0, "jumps by 1 to above"),
        (lambda x: x + np.where(x >= 2, 0.5, 0.0), 2.0, "jumps by 0.5 from below"),
        (lambda x: x + 3 * np.sign(x), 0.0, "jumps by 3 from below, by 3 to above"),
        (lambda x: x + np.floor(x), 3.0, "jumps by 1 from below"),
        (lambda x: np.sum(np.where(x > 0, np.exp(x), 0) + x), 0.0, "jumps by 1 to above"),
    ],
)
def test_a_discontinuity_fails_in_any_case(fun: Any, at: float, said: str, kinks: str) -> None:
    with pytest.raises(AssertionError) as failure:
        check_grads(fun, np.array([5.5, at]), kinks=kinks)
    title, line = str(failure.value).splitlines()
    assert title.endswith("order 1, rev: the function is not continuous at 1 of 2 elements")
    assert line == f"  discontinuity at index (1,) of argument 0: the function {said}"


def test_a_function_without_any_slope_is_not_passed() -> None:
    def swings(x: Any) -> Any:
        return x * np.sin(1 / (x + (x == 0))) + x

    with np.errstate(all="ignore"), pytest.raises(AssertionError, match="1 of 2 elements differ"):
        check_grads(swings, np.array([0.0, 1.0]))


# Higher orders


def test_a_kink_of_the_derivative_is_met_at_second_order() -> None:
    report = check_grads(lambda x: relu(x) ** 2 / 2, np.array([-1.0, 0.0, 1.0]))
    assert {(kink.order, kink.mode) for kink in report.kinks} == {
        (2, f"{outer} over {inner}") for outer in ("rev", "fwd") for inner in ("rev", "fwd")
    }
    with pytest.raises(AssertionError, match=r"order 2, rev over rev: 1 of 6 elements is a kink, with kinks='fail'"):
        check_grads(lambda x: relu(x) ** 2 / 2, np.array([-1.0, 0.0, 1.0]), kinks="fail")


def test_a_rule_that_jumps_where_the_function_does_not_is_caught() -> None:
    """Right at the point and on one side of it: the first order cannot tell, and a kink would not explain it."""
    fun = elementwise(lambda x: np.sin(x), name="half_right", x=lambda g, x: g * np.cos(x) * np.where(x > 1, -1, 1))
    at = np.array([1.0, 2.0])[:1]
    check_grads(fun, at, order=1)
    with pytest.raises(
        AssertionError,
        match=r"order 2, rev over rev: the function is not continuous at 1 of 2 elements\n"
        r"  discontinuity at index \(0,\) of argument 0: the derivative of order 1 jumps by ",
    ):
        check_grads(fun, at)


def test_a_jump_is_excused_only_at_the_kink() -> None:
    """A kink at one element is no excuse for a derivative that jumps at another."""

    def rule(g: Any, x: Any) -> Any:
        return g * np.where(np.arange(2) == 0, np.sign(x), np.cos(x) * np.where(x > 1, -1, 1))

    fun = elementwise(lambda x: np.where(np.arange(2) == 0, np.abs(x), np.sin(x)), name="two", x=rule)
    with pytest.raises(AssertionError, match=r"discontinuity at index \(1,\) of argument 0: the derivative of order 1"):
        check_grads(fun, np.array([0.0, 1.0]))


@pytest.mark.parametrize("mode", ["rev", "fwd"])
def test_what_is_wrong_at_second_order_only_is_caught_beside_a_kink(mode: str) -> None:
    inner = elementwise(lambda x: np.sign(x) * np.cos(x), name="inner", x=lambda g, x: g * np.sign(x) * np.sin(x))
    fun = elementwise(lambda x: np.sin(np.abs(x)), name="outer", x=lambda g, x: g * inner(x))
    check_grads(fun, np.array([0.0, 1.0]), order=1)
    with pytest.raises(AssertionError, match=r"order 2, .*\d of \d elements differ"):
        check_grads(fun, np.array([0.0, 1.0]), modes=(mode,))


def test_third_order_and_no_order_above_an_infinite_derivative() -> None:
    assert len(check_grads(np.abs, np.array([0.0, 1.0]), order=3).kinks) == 2
    with np.errstate(divide="ignore"):
        report = check_grads(np.sqrt, np.array([0.0, 4.0]), modes=("rev",), order=3)
    assert report.notes == ("order 2, over rev: left out, for the derivative at index (0,) of argument 0 is infinite",)
    assert {row.order for row in report.rows} == {1}


def test_kinks_among_elements_that_are_not_drawn() -> None:
    report = check_grads(lambda x: np.abs(x) * x[0] + x, np.r_[1.0, np.zeros(210)])
    assert len([kink for kink in report.kinks if kink.mode == "rev"]) in (199, 200)
    assert "order 2, fwd over rev: left out 210, where at a kink the derivative below jumps" in report.notes


# Several outputs, several arguments, other dtypes


def test_outputs_with_conventions_of_their_own() -> None:
    """Each lies between; projected on cotangents of both signs, together they need not."""
    for seed in range(6):
        check_grads(lambda x: (relu(x), np.maximum(x, 0), np.abs(x)), np.array([0.0, 1.0]), seed=seed)
        check_grads(lambda x: relu(x[0]) - relu(x[1]) + np.maximum(x[2], 0), np.zeros(3), seed=seed)


def test_a_wrong_one_among_several_outputs_is_caught() -> None:
    bad: Callable[..., Any] = hinge(7.0)
    for mode in ("rev", "fwd"):
        with pytest.raises(AssertionError, match="not between"):
            check_grads(lambda x: (relu(x), bad(x), np.abs(x)), np.array([0.0, 1.0]), modes=(mode,))


def test_a_kink_that_the_function_does_not_have() -> None:
    """relu(x) - maximum(x, 0) is 0; by their conventions its derivative at 0 is not."""
    with pytest.raises(AssertionError, match=r"order 1, rev: 1 of 2 elements differ"):
        check_grads(lambda x: relu(x) - np.maximum(x, 0) + np.where(x > 0.5, x, 0), np.array([0.0, 1.0]))


def test_complex_arguments() -> None:
    report = check_grads(np.abs, np.array([0j, 1 + 1j]), modes=("rev",))
    assert [(kink.where, kink.below, kink.above, kink.tape) for kink in report.kinks] == [
        ("argument 0, real part", -1.0, 1.0, 0.0),
        ("argument 0, imaginary part", -1.0, 1.0, 0.0),
    ]
    report = check_grads(lambda z: np.abs(np.real(z)) + np.imag(z) ** 2, np.array([2j]), modes=("rev",))
    assert [kink.where for kink in report.kinks] == ["argument 0, real part"]
    wrong = op(
        lambda z: np.abs(np.real(z)) + np.imag(z) ** 2,
        name="one_part_wrong",
        vjp={"z": lambda g, z: g * (np.sign(np.real(z)) - 3j * np.imag(z))},
        jvp={"z": lambda g, z: np.real(g) * np.sign(np.real(z)) + 3 * np.imag(g) * np.imag(z)},
    )
    for mode in ("rev", "fwd"):
        with pytest.raises(AssertionError, match=r"elements differ|not between"):
            check_grads(wrong, np.array([2j]), modes=(mode,), order=1)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_floats(dtype: Any) -> None:
    at = np.array([-1.0, 0.0, 2.0], dtype)
    for fun in (relu, lambda x: np.abs(x) * 3, lambda x: np.maximum(x.astype(np.float32), 0)):
        report = check_grads(fun, at, modes=("rev",))
        assert [kink.index for kink in report.kinks] == [(1,)]
    inside = check_grads(lambda x: np.maximum(x.astype(np.float32), 0) * 2, at.astype(float), modes=("rev",))
    (kink,) = inside.kinks
    np.testing.assert_allclose([kink.below, kink.above, kink.tape], [0, 2, 1], atol=1e-4)
    with pytest.raises(AssertionError, match="not between"):
        check_grads(hinge(1.5), at)
