"""`debug` looks at what ops give: what is found, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bad_numbers import NEGATIVE, caught, here, leaf

from autograd import Tensor, debug, grad


def test_the_first_nan_is_told_with_op_line_shapes_and_values() -> None:
    x = leaf(NEGATIVE)
    error = caught(lambda: np.log(x * 2) + 1)
    assert (error.op, error.what, error.kind, error.index, error.count) == ("log", "output", "NaN", (1,), 1)
    assert (error.file, error.line, error.walked, error.came_in) == (__file__, here(-2), None, None)
    (operand,) = error.operands
    assert (operand.name, operand.shape, operand.dtype) == ("x", (3,), "float64")
    assert (operand.index, operand.value) == ((1,), -4.0)
    assert str(error).splitlines() == [
        "log gave NaN at index (1,).",
        f"  recorded at {__file__}:{here(-8)}",
        "  x: shape (3,) float64, at (1,): -4.0",
    ]
    assert isinstance(error, FloatingPointError)


@pytest.mark.parametrize(
    ("run", "name"),
    [
        (lambda x: x - np.inf + np.inf, "add"),
        (lambda x: np.inf - x - np.inf, "subtract"),
        (lambda x: x**0.5, "sqrt"),
        (lambda x: x**0.3, "power"),
        (lambda x: 0 / (x - 1), "divide"),
        (lambda x: (np.inf * x).sum(), "sum"),
        (lambda x: np.dot(x, np.full(3, np.inf)), "dot"),
        (lambda x: np.arccos(x), "arccos"),
        (lambda x: np.concatenate([x, [np.nan]]), "concatenate"),
        (lambda x: np.where(x > 0, x, np.nan), "where"),
        (lambda x: np.average(x, weights=[np.inf, 1, 1]), "average"),
        (lambda x: np.linalg.norm(x * np.nan), "multiply"),
        (lambda x: np.add.reduce(x, initial=np.nan), "add"),
    ],
)
@pytest.mark.parametrize("tracked", [True, False])
def test_in_whatever_form_an_op_is_called(run: Callable[[Any], Any], name: str, tracked: bool) -> None:
    x = Tensor(NEGATIVE, requires_grad=tracked)
    error = caught(lambda: run(x))
    assert error.op.startswith(name) and error.file == __file__


def test_item_assignment_and_out() -> None:
    def assign() -> None:
        y = leaf() * 1
        y[1] = np.nan

    assert caught(assign).op == "put"
    target = Tensor(np.zeros(3))
    assert caught(lambda: np.log(leaf(NEGATIVE), out=target)).op == "log"


def test_values_are_those_that_met_at_the_index() -> None:
    x, y = leaf(np.arange(6.0).reshape(2, 3)), leaf([[1.0], [0.0]])
    error = caught(lambda: np.power(x - 4.5, y + 0.5))
    assert error.index == (0, 0) and error.count == 5
    assert [(o.name, o.index, o.value) for o in error.operands] == [("x", (0, 0), -4.5), ("y", (0, 0), 1.5)]
    # Where elements are mixed no one is named, but what is infinite.
    error = caught(lambda: np.matmul(np.array([[1.0, 1.0]]), leaf([[np.inf, 1.0], [-np.inf, 2.0]])))
    assert [(o.index, o.value) for o in error.operands] == [(None, None), ((0, 0), np.inf)]


def test_infinities_only_if_asked() -> None:
    zero = leaf([1.0, 0.0])
    with debug(), np.errstate(divide="ignore"):
        assert np.log(zero).data[1] == -np.inf
    error = caught(lambda: np.log(zero), inf=True)
    assert (error.kind, error.index) == ("inf", (1,)) and "log gave inf at index (1,)" in str(error)
    assert caught(lambda: np.log(-zero), inf=True).kind == "NaN"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64, np.complex128])
def test_every_floating_type(dtype: Any) -> None:
    x = leaf(np.array([0, np.nan], dtype))
    assert caught(lambda: x * 2).operands[0].dtype == np.dtype(dtype).name


def test_integers_and_the_empty_pass() -> None:
    with debug(inf=True):
        assert (Tensor([1, 2]) * 2).data.tolist() == [2, 4]
        assert np.exp(leaf(np.zeros((0, 3)))).shape == (0, 3)


# What was bad before


@pytest.mark.parametrize(
    ("run", "name", "origin"),
    [
        (lambda: leaf([np.nan, 1.0]) * 2, "x", "a leaf"),
        (lambda: Tensor([np.nan, 1.0]) * 2, "x", "a constant Tensor"),
        (lambda: leaf() + np.array([1.0, np.nan, 1.0]), "y", "a plain array or number"),
        (lambda: np.nan * leaf(), "x", "a plain array or number"),
        (lambda: grad(lambda x: x * 2)(np.nan), "x", "an argument of the function that is differentiated"),
    ],
)
def test_a_nan_that_was_in_the_inputs_is_named_as_such(run: Callable[[], Any], name: str, origin: str) -> None:
    error = caught(run)
    assert error.came_in is not None and (error.came_in.name, error.came_in.origin) == (name, origin)
    assert f"It came in with {name}, {origin}." in str(error)


def test_a_nan_from_before_the_block_has_no_line() -> None:
    with np.errstate(invalid="ignore"):
        y = np.log(leaf(NEGATIVE))
    error = caught(lambda: y * 2)
    assert error.came_in.origin == "the result of log, recorded outside of debug()"


def test_functions_that_pass_over_nan_pass() -> None:
    x = leaf([1.0, np.nan, 3.0])
    with debug():
        np.nanmean(x).backward()
        np.where(np.isnan(x.data), 0.0, x).sum().backward()
    np.testing.assert_array_equal(x.grad, [1.5, 0.0, 1.5])


def test_what_is_singular_and_masked_inside_passes() -> None:
    x = leaf([0.0, 1.0])
    with debug(), np.errstate(divide="ignore"):
        np.where(x.data > 0, np.log(x), 0.0).sum().backward()
        assert grad(np.linalg.norm)(np.zeros(3)).tolist() == [0, 0, 0]
        assert grad(grad(lambda x: np.hypot(x, 0.0 * x)))(0.0) == 0
    assert x.grad.tolist() == [0, 1]
