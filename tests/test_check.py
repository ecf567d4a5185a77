"""The checker is fed wrong rules that it must catch, right ones that must pass, and checks that prove nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, no_grad
from autograd.extend import bilinear, elementwise, linear, op, reduction

X = np.array([0.3, -0.7, 1.1])
M = np.array([[0.3, -0.7, 1.1], [0.5, 0.9, -0.2]])

# Private functions: declaring an op of NumPy's own would replace it.


def constant(x: Any) -> Any:
    """Take a value off the tape, as a rule must not."""
    return x.detach() if isinstance(x, Tensor) else x


def sine(rule: Callable[..., Any]) -> Any:
    return elementwise(lambda x: np.sin(x), name="sine", x=rule)


def scaled(x_rule: Callable[..., Any], y_rule: Callable[..., Any]) -> Any:
    return elementwise(lambda x, y: x * y, name="scaled", x=x_rule, y=y_rule)


def cubed(vjp: Callable[..., Any], jvp: Callable[..., Any]) -> Any:
    return op(lambda x: x**3, name="cubed", vjp={"x": vjp}, jvp={"x": jvp})


def only_once(x: Any) -> Any:
    """Spoil one element of an array."""
    return np.where(np.arange(x.size).reshape(x.shape) == 4, 1.001, 1.0)


def into_input(g: Any, x: Any) -> Any:
    x *= 1.0
    return g * np.cos(x)


def into_cotangent(g: Any, x: Any) -> Any:
    g *= np.cos(x)
    return g


def rough(g: Any, x: Any) -> Any:
    """Give a difference quotient in float32: good to one digit."""
    h = np.float32(1e-6)
    return g * ((np.sin(x + h) - np.sin(x)) / h)


def with_nan(g: Any, x: Any) -> Any:
    with np.errstate(invalid="ignore"):
        return g * np.cos(x) + 0 * np.log(np.where(x < 0, -1.0, 1.0))


#: A wrong rule, where it is called, and in which order and mode it must be caught.
WRONG: dict[str, tuple[Any, Any, str]] = {
    "the sign": (sine(lambda g, x: -g * np.cos(x)), X, "order 1, rev"),
    "a factor": (sine(lambda g, x: 2 * g * np.cos(x)), X, "order 1, rev"),
    "one part in a million": (sine(lambda g, x: g * np.cos(x) * (1 + 1e-6)), X, "order 1, rev"),
    "a missing inner factor": (elementwise(lambda x: np.sin(3 * x), name="inner", x=lambda g, x: g * np.cos(3 * x)), X,
                               "order 1, rev"),
    "one element of many": (elementwise(lambda x: x * 2, name="spoilt", x=lambda g, x: g * 2 * only_once(x)), M,
                            "order 1, rev"),
    "zero": (sine(lambda g, x: 0 * g), X, "order 1, rev"),
    "one of two arguments": (scaled(lambda g, y: g * y, lambda g, x: g + 0 * x), (X, X + 1), "order 1, rev"),
    "swapped arguments": (scaled(lambda g, x: g * x, lambda g, y: g * y), (X, X + 1), "order 1, rev"),
    "not un-broadcast, but averaged": (
        scaled(lambda g, y: g * y, lambda g, x: np.mean(g * x, axis=0)), (M, X), "order 1, rev"),
    "NaN at one element": (sine(with_nan), X, "order 1, rev"),
    "infinite": (sine(lambda g, x: g * np.inf), X, "order 1, rev"),
    "wrong at second order": (sine(lambda g, x: g * np.cos(constant(x))), X, "order 2"),
    "wrong in the cotangent": (sine(lambda g, x: constant(g) * np.cos(x)), X, "order 2"),
    "wrong in forward mode": (cubed(lambda g, x: g * 3 * x**2, lambda g, x: g * 2 * x**2), X, "order 1, fwd"),
    "wrong in reverse mode": (cubed(lambda g, x: g * 2 * x**2, lambda g, x: g * 3 * x**2), X, "order 1, rev"),
    "wrong at second order, forward": (
        cubed(lambda g, x: g * 3 * x**2, lambda g, x: g * 3 * constant(x) ** 2), X, "order 2"),
    "a transpose that is none": (
        linear(lambda x: x[::-1] * np.arange(3.0), name="turn", x=lambda g: g * np.arange(3.0)), X, "order 1, rev"),
    "a function that is not linear": (linear(lambda x: x * x, name="not_linear", x=lambda g, x: 2 * g * x), X,
                                      "order 1, fwd"),
    "a bilinear rule": (bilinear(lambda a, b: a @ b, name="product", a=lambda g, b: g @ b.T, b=lambda g, a: -a.T @ g),
                        (M[:, :2], M), "order 1, rev"),
    "a reduction without its count": (
        reduction(lambda x, axis=None, keepdims=False: np.mean(x, axis=axis, keepdims=keepdims), name="average",
                  x=lambda g: g), M, "order 1, rev"),
    "conjugate": (elementwise(lambda z: z * z, name="squared", z=lambda g, z: g * 2 * np.conj(z)), X + 1j,
                  "order 1, rev"),
    "only the real part": (elementwise(lambda z: z * z, name="squared", z=lambda g, z: g * 2 * np.real(z)), X + 1j,
                           "order 1, rev"),
    "rough in float32": (sine(rough), X.astype(np.float32), "order 1, rev"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_caught(name: str) -> None:
    fun, args, where = WRONG[name]
    with pytest.raises(AssertionError, match=rf"^check_grads of .+, {where}.*: \d+ of \d+ elements differ"):
        check_grads(fun, args)


@pytest.mark.parametrize("rule", [into_input, into_cotangent])
def test_a_rule_that_writes_into_what_it_was_given_is_caught(rule: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="read-only"):
        check_grads(sine(rule), X)


def test_a_rule_of_the_wrong_shape_or_dtype_is_caught() -> None:
    with pytest.raises(ValueError, match=r"returned a cotangent of shape \(2,\) for an input of shape \(3,\)"):
        check_grads(sine(lambda g, x: (g * np.cos(x))[:2]), X)
    with pytest.raises(AssertionError, match="3 of 3 elements differ"):
        check_grads(sine(lambda g, x: (g * np.cos(x)).astype(np.float32)), X)


def test_a_function_that_writes_into_its_argument_is_caught() -> None:
    def fun(x: Any) -> Any:
        if not isinstance(x, Tensor):
            x += 1
        return x * 2

    with pytest.raises(ValueError, match="read-only"):
        check_grads(fun, X)


def test_what_is_wrong_at_second_order_only_passes_at_first() -> None:
    check_grads(WRONG["wrong at second order"][0], X, order=1)
    check_grads(WRONG["wrong in forward mode"][0], X, modes=("rev",), order=1)
    check_grads(WRONG["wrong in reverse mode"][0], X, modes=("fwd",), order=1)


def test_what_is_wrong_at_third_order_only_passes_at_second() -> None:
    inner = sine(lambda g, x: g * np.cos(constant(x)))
    twice = sine(lambda g, x: g * inner(x + np.pi / 2))
    check_grads(twice, X, order=2)
    with pytest.raises(AssertionError, match="order 3"):
        check_grads(twice, X, order=3)


def test_a_function_that_leaves_the_tape_is_caught() -> None:
    def fun(x: Any) -> Any:
        with no_grad():
            c = np.sin(x)
        return c * x

    with pytest.raises(AssertionError, match="elements differ"):
        check_grads(fun, X)


# Right rules

RIGHT: dict[str, tuple[Any, Any]] = {
    "sine": (np.sin, X),
    "a product": (lambda x, y: x * y, (X, X + 1)),
    "broadcast": (lambda x, y: np.exp(x) / (2 + y * y), (M, X)),
    "0-d": (np.tanh, 0.3),
    "a matrix product": (lambda a, b: np.tanh(a @ b), (M, M.T)),
    "a tree in, a tree out": (lambda p: {"s": np.sum(p["w"] ** 2), "t": (p["b"][0] * 2,)}, {"w": M, "b": [X]}),
    "an integer beside": (lambda x, n: x**n, (X + 2, 3)),
    "an index beside": (lambda x, i: x[i] * x, (X, np.array([2, 0, 0]))),
    "an output of integers beside": (lambda x: (np.sin(x), np.argmax(x)), X),
    "writing": (lambda x: written(x), X),
    "a derivative": (lambda x: grad(lambda x: np.sum(x**4))(x), X),
    "large and small": (lambda x: x * np.array([1e6, 1.0, 1e3]), X),
}  # fmt: skip


def written(x: Any) -> Any:
    y = x * x
    y[0] = np.sin(y[1]) * y[2]
    return y


@pytest.mark.parametrize("name", RIGHT)
def test_right_derivatives_pass(name: str) -> None:
    fun, args = RIGHT[name]
    check_grads(fun, args)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128])
def test_every_dtype(dtype: Any) -> None:
    x = X.astype(dtype) + (np.array([0.2j, 0.1j, -0.3j], dtype) if np.dtype(dtype).kind == "c" else 0)
    check_grads(lambda x: np.exp(x) * x, x)
    check_grads(lambda x, y: x / y, (x, np.conj(x) + np.asarray(2, dtype)))
    with pytest.raises(AssertionError, match="elements differ"):
        check_grads(elementwise(lambda x: np.exp(x), name="wrong", x=lambda g, ans: g * (ans + 1)), x)


def test_real_functions_of_complex_arguments() -> None:
    z = X + 1j * X[::-1]
    check_grads(lambda z: np.real(z * np.conj(z)), z)
    check_grads(lambda z: np.abs(z), z)
    check_grads(lambda z, x: np.real(z) * x + np.imag(z), (z, X))


def test_third_order_and_one_mode() -> None:
    check_grads(lambda x: np.sin(x) * x, X, order=3)
    check_grads(lambda x: np.sin(x) * x, X, order=3, modes=["fwd"])


def test_the_arguments_stay_as_they_are() -> None:
    x = X.copy()
    check_grads(np.sin, x)
    np.testing.assert_array_equal(x, X)
    assert x.flags.writeable


def test_a_large_argument_is_sampled() -> None:
    calls = []

    def fun(x: Any) -> Any:
        calls.append(1)
        return np.sum(x * x)

    check_grads(fun, np.linspace(1, 2, 5000), order=1)
    assert len(calls) < 6 * 200 + 20


def test_the_seed_decides() -> None:
    drawn: list[Any] = []

    def fun(x: Any) -> Any:
        drawn.append(np.array(x.data if isinstance(x, Tensor) else x))
        return x * x

    def points(seed: int) -> list[Any]:
        drawn.clear()
        check_grads(fun, X, seed=seed, modes=("fwd",), order=1)
        return list(drawn)

    one, two, other = points(0), points(0), points(1)
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# Checks that prove nothing


@pytest.mark.parametrize(
    ("fun", "args"),
    [(lambda x: x * 0, X), (np.floor, X), (lambda x: np.sum(x) * 1e-30, X), (lambda x: np.where(x > 5, x, 0.0), X),
     (lambda x, y: (x + y) * 0, (X, X))],
)  # fmt: skip
def test_a_vacuous_check_is_a_failure(fun: Any, args: Any) -> None:
    with pytest.raises(
        AssertionError, match=r"vacuous, in argument 0.* the largest derivative expected is .*choose a point"
    ):
        check_grads(fun, args)


def test_nothing_to_compare_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="there is no element to compare"):
        check_grads(np.sin, np.ones(0))


@pytest.mark.parametrize(("fun", "args"), [(np.abs, [0.0, 1.0]), (lambda x: np.maximum(x, 0), [-1.0, 0.0]),
                                           (lambda x: np.where(x > 0, x, 2 * x), [0.0])])  # fmt: skip
def test_a_kink_is_a_failure_if_asked(fun: Any, args: Any) -> None:
    with pytest.raises(AssertionError, match=r"1 of \d elements is a kink, with kinks='fail'\n  kink at index \("):
        check_grads(fun, np.array(args), kinks="fail")


def test_a_point_where_the_function_is_not_finite_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="elements differ"), np.errstate(all="ignore"):
        check_grads(np.log, np.array([0.0, 1.0]))


# The report


def test_the_report_ranks_the_worst_elements() -> None:
    factors = np.array([[1.0, 1.5, 1.0, 1.01], [1.0, 1.0, 3.0, 1.1]])
    fun = elementwise(lambda x: x * x, name="uneven", x=lambda g, x: g * 2 * x * factors)
    with pytest.raises(AssertionError) as failure:
        check_grads(fun, np.arange(1.0, 9.0).reshape(2, 4), order=1)
    title, head, *lines = str(failure.value).splitlines()
    assert re.fullmatch(r"check_grads of .*uneven.*, order 1, rev: 4 of 8 elements differ", title)
    assert re.split(r"\s{2,}", head.strip()) == ["where", "index", "by the tape", "by differences", "relative error"]
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines]
    assert [row[1] for row in rows[:4]] == ["(1, 2)", "(0, 1)", "(1, 3)", "(0, 3)"]
    for (where, index, found, expected, relative), excess in zip(rows, [2.0, 0.5, 0.1, 0.01], strict=False):
        assert where == "argument 0" and index.startswith("(")
        # Both values as printed, to ten digits.
        assert float(found) / float(expected) == pytest.approx(1 + excess, rel=1e-8)
        assert float(relative) == pytest.approx(excess, rel=1e-2)


def test_the_report_names_the_argument_and_the_output() -> None:
    second = scaled(lambda g, y: g * y, lambda g, x: 2 * g * x)
    with pytest.raises(AssertionError, match=r"argument 1 "):
        check_grads(second, (X, X + 1))
    with pytest.raises(AssertionError, match=r"fwd: .*\n.*\n +output 1 "):
        check_grads(lambda x: (x * 2, WRONG["wrong in forward mode"][0](x)), X, modes=("fwd",))


def test_the_report_shows_at_most_five() -> None:
    with pytest.raises(AssertionError) as failure:
        check_grads(sine(lambda g, x: -g * np.cos(x)), np.linspace(0.1, 1.2, 50))
    assert len(str(failure.value).splitlines()) == 2 + 5
    assert "50 of 50" in str(failure.value)


def test_a_failure_at_second_order_says_over_what() -> None:
    with pytest.raises(AssertionError, match=r"order 2, (rev|fwd) over (rev|fwd): "):
        check_grads(WRONG["wrong at second order"][0], X)


# Arguments of the checker, and what declaring leaves behind


def test_tolerance_and_step() -> None:
    slightly = sine(lambda g, x: g * np.cos(x) * (1 + 1e-5))
    check_grads(slightly, X, tolerance=1e-3)
    with pytest.raises(AssertionError, match="elements differ"):
        check_grads(slightly, X)
    check_grads(np.abs, np.array([1e-3, 1.0]), step=1e-4, order=1)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: check_grads(np.sin, X, modes=("rev", "sideways")), ValueError, "'rev' and 'fwd', got 'sideways'"),
        (lambda: check_grads(np.square, np.arange(3)), ValueError, "no argument holds floats"),
        (lambda: check_grads(np.argmax, X), ValueError, "argmax returned nothing that can be differentiated"),
        (lambda: check_grads(lambda x: [], X), ValueError, "returned nothing that can be differentiated"),
    ],
)
def test_what_cannot_be_checked(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call()


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: sine(lambda g, y: g), "sine: a rule asks for 'y'; there is x, ans"),
        (lambda: sine(lambda x, g: g), "sine: a rule's first parameter is g"),
        (lambda: elementwise(lambda x: x, inputs=("x",), name="f", y=lambda g: g), "for 'y', which is not an input"),
        (lambda: elementwise(lambda x: x, name="f", sample={"y": None}, x=lambda g: g), "f: a sample is given for 'y'"),
        (lambda: op(lambda x: x, vjp={"x": lambda g: g}, jvp={}), "rules for the same inputs are wanted"),
        (lambda: reduction(lambda x, axis=None, keepdims=False: x, name="f", y=lambda g: g), "the one rule x="),
        (lambda: reduction(lambda x: x, name="f", x=lambda g: g), "takes axis and keepdims"),
        (lambda: bilinear(lambda a: a, name="f", a=lambda g: g), "has two inputs"),
    ],
)
def test_a_wrong_declaration_fails_at_once(call: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        call()


def test_declaring_a_private_function_changes_no_op_of_numpys() -> None:
    x = Tensor(X, requires_grad=True)
    before = np.sin(x).entry.op
    sine(lambda g, x: 0 * g)
    elementwise(lambda x: np.sin(x), name="sin", x=lambda g, x: 0 * g)
    linear(lambda x: np.cumsum(x) + 0, name="cumsum", x=lambda g: 0 * g)
    assert np.sin(x).entry.op is before
    np.testing.assert_array_equal(grad(np.sin)(0.0), 1.0)
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.cumsum(x)))(X), [3.0, 2.0, 1.0])
