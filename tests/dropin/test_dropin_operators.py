"""The derivative operators under HIPS autograd's names, and the checker of gradients."""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.core import make_jvp, make_vjp
from autograd.test_util import check_equivalent, check_grads, combo_check, nd
from autograd.wrap_util import unary_to_nary
from faces import A, X, close

import autograd
from autograd.dropin import differential_operators as operators
from autograd.extend import (
    defvjp,
    primitive,
)

pytestmark = pytest.mark.usefixtures("seeded")

# The derivative operators


def test_jacobian_and_hessian() -> None:
    close(autograd.jacobian(lambda x: A @ x)(X), A)
    close(autograd.jacobian(lambda x: anp.array([x, x**2]))(3.0), [1.0, 6.0])
    close(autograd.hessian(lambda x: x @ A @ x)(X), A + A.T)


def test_products() -> None:
    def f(x: Any) -> Any:
        return np.sin(A @ x)

    J = np.cos(A @ X)[:, None] * A
    v = np.array([1.0, -2.0, 0.5])
    close(autograd.vector_jacobian_product(f)(X, v), v @ J)
    close(autograd.tensor_jacobian_product(f)(X, v), v @ J)
    close(autograd.jacobian_vector_product(f)(X, v), J @ v)
    close(autograd.make_jvp(f)(X)(v)[1], J @ v)
    close(autograd.make_jvp_reversemode(f)(X)(v), J @ v)
    pullback, value = autograd.make_vjp(f)(X)
    close(value, f(X))
    close(pullback(v), v @ J)
    close(autograd.make_ggnvp(f)(X)(v), J.T @ J @ v)


def test_hessian_products() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.sin(x))

    v = np.array([1.0, -2.0, 0.5])
    for product in (autograd.hessian_vector_product, autograd.hessian_tensor_product):
        close(product(f)(X, v), -np.sin(X) * v)
    close(autograd.make_hvp(f)(X)[0](v), -np.sin(X) * v)


def test_elementwise_grad_deriv_and_holomorphic_grad() -> None:
    close(autograd.elementwise_grad(np.tanh)(X), 1 - np.tanh(X) ** 2)
    close(autograd.deriv(np.tanh)(0.5), 1 - np.tanh(0.5) ** 2)
    close(autograd.holomorphic_grad(lambda z: z**2)(1.0 + 2.0j), 2.0 + 4.0j)
    with pytest.raises(TypeError, match="real outputs"):
        autograd.elementwise_grad(lambda x: x * 1j)(X)
    with pytest.raises(TypeError, match="needs a complex argument"):
        autograd.holomorphic_grad(lambda z: z * (1 + 2j))(1.0)


def test_grads_by_name_and_with_a_second_output() -> None:
    def f(a: Any, b: Any, *rest: Any, c: Any = 3.0) -> Any:
        return a * b * c + sum(rest)

    assert autograd.grad_named(f, "b")(2.0, 5.0) == 6.0
    found = autograd.multigrad_dict(f)(2.0, 5.0)
    assert {key: value for key, value in found.items() if key != "rest"} == {"a": 15.0, "b": 6.0, "c": 10.0}
    gradient, aux = autograd.grad_and_aux(lambda x: (np.sum(x**2), {"x": x * 2}))(X)
    close(gradient, 2 * X)
    close(aux["x"], 2 * X)


def test_checkpoint_is_the_function() -> None:
    f = autograd.checkpoint(lambda x, y: np.sin(x * y))
    check_grads(f, (0, 1))(X, 2.0)


def test_an_output_that_does_not_depend_on_the_input_warns() -> None:
    with pytest.warns(UserWarning, match="Output seems independent of input"):
        pullback, value = make_vjp(lambda x: 1.0, X)
    assert value == 1.0
    close(pullback(1.0), np.zeros(3))
    with pytest.warns(UserWarning, match="independent"):
        assert make_jvp(lambda x: True, X)(X) == (True, False)


def test_argnum_of_unary_to_nary() -> None:
    close(operators.jacobian(lambda x, y: x * y, argnum=1)(2.0, X), 2 * np.eye(3))
    made = operators.make_jvp_reversemode(lambda x, y: x * y, argnum=1)
    assert made.__name__ == "make_jvp_reversemode_of_<lambda>_wrt_argnum_1"
    close(made(2.0, X)(X), 2 * X)
    with pytest.raises(TypeError, match="argnum"):
        unary_to_nary(lambda f, x: f(x))(abs, "x")


# The checker of gradients


def test_the_checker_catches_a_wrong_rule() -> None:
    f = primitive(lambda x: x * 2.0)
    f.__name__ = "foo"
    defvjp(f, lambda ans, x: lambda g: g * 2.001)
    with pytest.raises(AssertionError, match=r"\(VJP\) check of foo failed"):
        check_grads(f, modes=["rev"])(1.0)
    combo_check(np.sum, [0])([X, A], axis=[None, 0])
    close(nd(lambda x, y: np.sum(x * y), X, 2.0)[0] / 2, np.ones(3))
    with pytest.raises(AssertionError, match="VSpace mismatch"):
        check_equivalent(X, 1.0)


def test_an_unknown_mode_is_named() -> None:
    with pytest.raises(AssertionError, match="met 'x'"):
        check_grads(np.sin, modes=["x"])(1.0)
