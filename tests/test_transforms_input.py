"""What the transforms say of what they cannot do, each by name; and what they give besides."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import (
    deriv,
    elementwise_grad,
    grad,
    hessian,
    hessian_tensor_product,
    holomorphic_grad,
    hvp,
    jacobian,
    jacobian_vector_product,
    jvp,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_vjp,
    tensor_jacobian_product,
    value_and_grad,
    vjp,
)


@dataclass
class One:
    """A tree with one leaf."""

    value: Any


def several(x: Any, *a: Any, y: Any = 1.0) -> Any:
    return x * y + a[0] * 0 + a[1] * 7


def constant(x: Any) -> Any:
    return np.float64(3.0)


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (lambda: grad(3), "What is differentiated is a function; met 3. Write grad\\(f\\)\\(x\\)"),
        (
            lambda: grad(np.sin, 5)(1.0),
            "argnum=5, but sin was called with 1 positional arguments. Positions are 0 to 0",
        ),
        (lambda: grad(lambda x: x)(x=1.0), "Choose one of them by its name, argnum='x'"),
        (lambda: grad(np.sin)(), "Give it the argument"),
        (lambda: grad(np.sin, (0, 0))(1.0), "names an argument of sin twice; leave one of them out"),
        (lambda: grad(np.sin, None), "met None. Write argnum=0, argnum='x', or argnum=\\(0, 1\\)"),
        (lambda: grad(np.sin, ()), "met an empty sequence. Write argnum=0"),
        (lambda: grad(several, "y")(2.0, 3.0, 5.0), "argnum='y', but several was called without it.*Give it: y="),
        (lambda: grad(several, "a")(2.0, 3.0, 5.0), "argnum='a', but several takes several arguments there"),
        (lambda: grad(several, "z")(2.0, 3.0, 5.0), "several has no such parameter; it has x, y"),
        (lambda: grad(One)(3.0), "a function that returns a scalar; One returned One"),
        (
            lambda: grad(lambda p: p["w"])({"w": 1.0, "b": None}),
            "at None \\(in its argument at \\['b'\\]\\), which is neither",
        ),
        (lambda: grad(lambda p: p[0])([1.0, "text"]), "at 'text' \\(in its argument at \\[1\\]\\), which is neither"),
        (lambda: grad(np.sin)(np.array(["a"])), "met dtype <U1"),
        (lambda: hvp(np.sin)(2.0), "What is made of sin takes its arguments and then the vector; it was called with 1"),
        (lambda: tensor_jacobian_product(np.sin)(), "takes its arguments and then the tensor; it was called with 0"),
        (
            lambda: hvp(np.multiply, (0, 1))(2.0, 3.0, 1.0),
            "multiply is differentiated in 2 arguments: the vector is a tuple",
        ),
        (lambda: make_jvp(np.multiply, (0, 1))(2.0, 3.0)((1.0,)), "the tangent is a tuple with a part for each; met"),
        (lambda: vjp(np.sin, 1.0)[1](None), "A cotangent is None, where the output is an array"),
        (lambda: jvp(np.sin, (1.0,), (None,)), "A tangent is None, where the primal is an array"),
        (lambda: hvp(lambda x: [x, x])(1.0, 1.0), "a function that returns a scalar"),
    ],
)
def test_said_by_name(run: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        run()


def test_a_tensor_that_does_not_fit_the_output() -> None:
    with pytest.raises(ValueError, match=r"The tensor has shape \(2,\), and what sin returns \(3,\)"):
        tensor_jacobian_product(np.sin)(np.ones(3), np.ones(2))
    found = tensor_jacobian_product(lambda x: np.outer(x, x), 0)(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    np.testing.assert_array_equal(found, [[4.0, 1.0], [2.0, 5.0]])


@pytest.mark.parametrize(
    "run",
    [
        lambda: grad(constant)(2.0),
        lambda: value_and_grad(constant)(2.0)[1],
        lambda: jacobian(constant)(2.0),
        lambda: hessian(constant)(2.0),
        lambda: elementwise_grad(constant)(2.0),
        lambda: deriv(constant)(2.0),
        lambda: make_vjp(constant)(2.0)[0](1.0),
        lambda: make_jvp(constant)(2.0)(1.0)[1],
        lambda: make_ggnvp(constant)(2.0)(1.0),
        lambda: make_hvp(constant)(2.0)[0](1.0),
        lambda: hvp(constant)(2.0, 1.0),
        lambda: tensor_jacobian_product(constant)(2.0, 1.0),
        lambda: jacobian_vector_product(constant)(2.0, 1.0),
        lambda: autograd.multigrad_dict(constant)(2.0)["x"],
    ],
)
def test_an_output_that_does_not_depend_on_the_argument(run: Any) -> None:
    """Zeros, and a warning at the line of the user's that names the function."""
    with pytest.warns(UserWarning, match="What constant returned does not depend on") as caught:
        assert run() == 0
    assert all(warning.filename == __file__ for warning in caught)


def test_a_second_derivative_of_zero_is_no_news() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hvp(lambda x: 3 * x)(2.0, 1.0) == 0
        assert hessian(lambda x: 3 * x)(2.0) == 0
        assert vjp(lambda: 3.0)[0] == 3.0
        assert vjp(constant, 2.0)[1](1.0)[0] == 0 and jvp(constant, (2.0,), (1.0,))[1] == 0


def with_aux(x: Any) -> Any:
    return np.sum(x**3), {"twice": 2 * x, "name": "aux"}


X = np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (lambda: grad(with_aux, has_aux=True)(X), 3 * X**2),
        (lambda: elementwise_grad(with_aux, has_aux=True)(X), 3 * X**2),
        (lambda: deriv(with_aux, has_aux=True)(X), np.sum(3 * X**2)),
        (lambda: jacobian(with_aux, has_aux=True)(X), 3 * X**2),
        (lambda: hessian(with_aux, has_aux=True)(X), np.diag(6 * X)),
        (lambda: hvp(with_aux, has_aux=True)(X, X), 6 * X**2),
        (lambda: hessian_tensor_product(with_aux, has_aux=True)(X, X), 6 * X**2),
        (lambda: jacobian_vector_product(with_aux, has_aux=True)(X, X), np.sum(3 * X**3)),
        (lambda: tensor_jacobian_product(with_aux, has_aux=True)(X, 2.0), 6 * X**2),
        (lambda: vjp(with_aux, X, has_aux=True)[::2], np.sum(X**3)),
        (lambda: jvp(with_aux, (X,), (X,), has_aux=True)[1:], np.sum(3 * X**3)),
        (lambda: make_vjp(with_aux, has_aux=True)(X)[1:], np.sum(X**3)),
        (lambda: make_jvp(with_aux, has_aux=True)(X)(X)[1:], np.sum(3 * X**3)),
        (lambda: make_hvp(with_aux, has_aux=True)(X)[1:], 3 * X**2),
    ],
)
def test_aux_comes_last_as_plain_arrays(run: Any, expected: Any) -> None:
    found, aux = run()
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert type(aux["twice"]) is np.ndarray and aux["name"] == "aux"
    np.testing.assert_array_equal(aux["twice"], 2 * X)


def test_aux_of_a_holomorphic_function() -> None:
    assert holomorphic_grad(lambda z: (z * z, 5), has_aux=True)(1j) == (2j, 5)


def test_aux_that_is_differentiated_from_outside() -> None:
    """What is returned besides stays on the tape of an outer differentiation."""

    def outer(x: Any) -> Any:
        found, aux = grad(lambda y: (y**2, y * x), has_aux=True)(x)
        return found + aux

    assert grad(outer)(3.0) == 2.0 + 2 * 3.0
