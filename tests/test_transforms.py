"""grad, value_and_grad, vjp, jvp: arguments and trees, nesting, who is differentiated, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, no_grad, value_and_grad, vjp

A = np.array([1.0, 2.0, 3.0])


def same(found: Any, expected: Any) -> None:
    """Demand the plain array expected, of its shape and dtype: no Tensor, no NumPy scalar."""
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, np.asarray(expected), strict=True)


def close(found: Any, expected: Any) -> None:
    assert type(found) is np.ndarray
    # A hundred roundings.
    np.testing.assert_allclose(found, expected, rtol=100 * np.finfo(float).eps, atol=1e-15)


class Params(NamedTuple):
    """A tree of a user's own."""

    w: Any
    b: Any


# Arguments and trees


def product(x: Any, y: Any, scale: float = 1.0) -> Any:
    """Multiply and add up."""
    return scale * np.sum(x * x * y)


def test_argnum() -> None:
    y = A[::-1].copy()
    same(grad(product)(A, y), 2 * A * y)
    same(grad(product, 1)(A, y), A * A)
    same(grad(product, argnum=-1)(A, y), A * A)
    both = grad(product, (0, 1))(A, y)
    assert type(both) is tuple
    same(both[0], 2 * A * y)
    same(both[1], A * A)
    turned = grad(product, [1, 0])(A, y)
    same(turned[0], A * A)
    (only,) = grad(product, (1,))(A, y)
    same(only, A * A)
    same(grad(product)(A, y, scale=2.0), 4 * A * y)
    same(grad(product, 2)(A, y, 1.0), np.sum(A * A * y))


@pytest.mark.parametrize("argnum", [2, -3, (0, 2)])
def test_an_argnum_that_is_not_there(argnum: Any) -> None:
    with pytest.raises(TypeError, match=r"argnum=(2|-3), but product was called with 2 positional arguments"):
        grad(product, argnum)(A, A)
    with pytest.raises(TypeError, match="argnum=0, but product was called with 0 positional"):
        grad(product)(x=A, y=A)


def test_value_and_grad() -> None:
    value, gradient = value_and_grad(product)(A, A)
    same(value, 36.0)
    same(gradient, 2 * A * A)
    value, (_, second) = value_and_grad(product, (0, 1))(A, A)
    same(value, 36.0)
    same(second, A * A)


def test_numbers_arrays_and_tensors_go_in_and_arrays_come_out() -> None:
    for x in (2.0, np.float64(2.0), np.array(2.0), Tensor(2.0)):
        same(grad(lambda x: x**3)(x), 12.0)
    same(grad(lambda x: x**3)(np.float32(2.0)), np.float32(12.0))
    same(grad(lambda x: x[1] ** 3)([1.0, 2.0])[1], 12.0)
    same(grad(lambda x: (x * np.conj(x)).real)(1 + 2j), 2 - 4j)


def test_trees() -> None:
    tree = {"a": [A, (2.0,)], "b": Params(np.float32([1.0]), [])}

    def fun(p: Any) -> Any:
        assert type(p["b"]) is Params and type(p["a"]) is list
        return np.sum(p["a"][0]) * p["a"][1][0] + np.sum(p["b"].w) ** 2

    found = grad(fun)(tree)
    assert list(found) == ["a", "b"] and type(found["a"]) is list and type(found["a"][1]) is tuple
    assert type(found["b"]) is Params and found["b"].b == []
    same(found["a"][0], np.full(3, 2.0))
    same(found["a"][1][0], 6.0)
    same(found["b"].w, np.float32([2.0]))


def test_trees_of_outputs() -> None:
    def fun(x: Any) -> Any:
        return {"s": np.sum(x), "t": (x, [x * 2, 5.0]), "p": Params(x[0], None or 1)}

    out, pullback = vjp(fun, A)
    same(out["s"], 6.0)
    same(out["t"][0], A)
    same(out["t"][1][1], 5.0)
    assert type(out["p"]) is Params
    like = {"s": 1.0, "t": (A, [np.ones(3), 0.0]), "p": Params(10.0, np.array(0))}
    (found,) = pullback(like)
    same(found, 1 + A + 2 + np.array([10.0, 0, 0]))
    _, tangent = jvp(fun, (A,), (np.ones(3),))
    same(tangent["s"], 3.0)
    same(tangent["t"][0], np.ones(3))
    same(tangent["t"][1][0], np.full(3, 2.0))
    same(tangent["t"][1][1], 0.0)
    same(tangent["p"].w, 1.0)


def test_several_arguments() -> None:
    out, pullback = vjp(lambda x, p: x * p["w"], A, {"w": 2.0})
    same(out, 2 * A)
    x_ct, p_ct = pullback(np.ones(3))
    same(x_ct, np.full(3, 2.0))
    same(p_ct["w"], 6.0)
    out, tangent = jvp(lambda x, p: x * p["w"], (A, {"w": 2.0}), (np.zeros(3), {"w": 1.0}))
    same(tangent, A)
    same(jvp(lambda x, y: x * y, [2.0, 3.0], [1.0, 1.0])[1], 5.0)


def test_no_arguments_needed() -> None:
    out, pullback = vjp(lambda: 3.0)
    same(out, 3.0)
    assert pullback(1.0) == ()


def test_a_derived_function_is_named_after_its_own() -> None:
    assert grad(product).__name__ == "grad(product)"
    assert value_and_grad(product).__name__ == "value_and_grad(product)"
    assert grad(product).__doc__ == product.__doc__
    assert grad(np.tanh).__name__ == "grad(tanh)"


# Nesting


@pytest.mark.parametrize("x", [-0.7, 0.0, 0.3, 2.0])
def test_three_times_tanh(x: float) -> None:
    t = math.tanh(x)
    s = 1 - t * t
    close(grad(np.tanh)(x), s)
    close(grad(grad(np.tanh))(x), -2 * t * s)
    close(grad(grad(grad(np.tanh)))(x), s * (6 * t * t - 2))


def forwards(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make the derivative by forward mode."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


def by_pullback(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make the derivative by a pullback."""
    return lambda x: vjp(f, x)[1](1.0)[0]


MODES = [grad, forwards, by_pullback]


@pytest.mark.parametrize("one", MODES)
@pytest.mark.parametrize("two", MODES)
@pytest.mark.parametrize("three", MODES)
def test_any_mode_over_any_other(one: Any, two: Any, three: Any) -> None:
    def f(x: Any) -> Any:
        return np.exp(2 * x) * x

    x = 0.5
    e = math.exp(2 * x)
    close(one(f)(x), e * (2 * x + 1))
    close(two(one(f))(x), e * (4 * x + 4))
    close(three(two(one(f)))(x), e * (8 * x + 12))


@pytest.mark.filterwarnings("ignore:What .* does not depend on")
@pytest.mark.parametrize("outer", MODES)
@pytest.mark.parametrize("inner", MODES)
def test_perturbations_are_not_confused(outer: Any, inner: Any) -> None:
    same(outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0), 1.0)
    same(outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0), 6.0)
    same(outer(lambda x: inner(lambda y: x * x)(2.0) + x)(3.0), 1.0)
    same(outer(lambda x: inner(lambda y: x * y * y)(x))(3.0), 12.0)
    same(outer(lambda x: inner(lambda y: inner(lambda z: x * y * z * z)(y))(x))(2.0), 16.0)
    same(outer(lambda x: inner(lambda x: x * x)(x) * x)(3.0), 12.0)


@pytest.mark.parametrize("outer", MODES)
@pytest.mark.parametrize("inner", MODES)
def test_the_inner_point_stays_in_what_the_outer_walk_meets(outer: Any, inner: Any) -> None:
    """The inner rule keeps its own variable: it must not make the outer result a Tensor, or change it."""
    close(outer(lambda x: inner(lambda y: x**y)(2.0))(3.0), 6 * math.log(3) + 3)
    close(outer(lambda x: inner(lambda y: np.sin(x * y))(2.0))(0.5), math.cos(1.0) - math.sin(1.0))
    close(outer(lambda x: inner(lambda y: y * y * x)(1.5) + inner(lambda y: np.exp(y) * x)(0.0))(2.0), 4.0)


def test_gradient_of_a_gradient_with_respect_to_another_argument() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.sum(x**2 * y**3)

    x, y = A, A[::-1].copy()
    found = grad(lambda y: np.sum(grad(f)(x, y)))(y)
    close(found, 6 * x * y**2)
    found = grad(lambda x: np.sum(grad(f, 1)(x, y)))(x)
    close(found, 6 * x * y**2)


def test_a_hessian_vector_product_both_ways() -> None:
    rng = np.random.default_rng(0)
    m = rng.standard_normal((3, 3))
    v = rng.standard_normal(3)

    def f(x: Any) -> Any:
        return 0.5 * x @ m @ x + np.sum(x**3)

    expected = 0.5 * (m + m.T) @ v + 6 * A * v
    for found in (
        jvp(grad(f), (A,), (v,))[1],
        grad(lambda x: grad(f)(x) @ v)(A),
        grad(lambda x: jvp(f, (x,), (v,))[1])(A),
        vjp(grad(f), A)[1](v)[0],
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_derivative_in_the_cotangent_and_in_the_tangent() -> None:
    """A pullback is linear in its cotangent, and differentiates with respect to it."""
    close(grad(lambda g: np.sum(vjp(np.sin, A)[1](g)[0]))(np.ones(3)), np.cos(A))
    close(grad(lambda t: np.sum(jvp(np.sin, (A,), (t,))[1]))(np.ones(3)), np.cos(A))
    _, pullback = vjp(np.sin, A)
    close(grad(lambda g: np.sum(pullback(g)[0]))(np.ones(3)), np.cos(A))


# Tensors from outside


def test_a_closure_over_a_leaf_is_differentiated_through() -> None:
    w = Tensor(3.0, requires_grad=True)
    found = grad(lambda x: w * x * x)(2.0)
    assert isinstance(found, Tensor) and found.item() == 12.0
    found.backward()
    same(w.grad, 4.0)


def test_a_leaf_given_as_the_argument_is_differentiated_through() -> None:
    w = Tensor(3.0, requires_grad=True)
    found = grad(lambda x: x**3)(w)
    assert found.item() == 27.0
    found.backward()
    same(w.grad, 18.0)


def test_a_gradient_penalty() -> None:
    w = Tensor(A.copy(), requires_grad=True)
    value, slope = value_and_grad(lambda x: np.sum(np.tanh(w * x)))(np.ones(3))
    (value + np.sum(slope**2)).backward()
    t = np.tanh(A)
    s = 1 - t * t
    np.testing.assert_allclose(w.grad, s + 2 * (A * s) * (s - 2 * A * t * s), rtol=1e-13)


def test_a_closure_over_a_constant_tensor_gives_arrays() -> None:
    c = Tensor(3.0)
    same(grad(lambda x: c * x)(2.0), 3.0)
    same(value_and_grad(lambda x: c * x)(2.0)[0], 6.0)


def test_a_leaf_made_inside_is_not_the_argument() -> None:
    def f(x: Any) -> Any:
        w = Tensor(2.0, requires_grad=True)
        (w * w).backward()
        return x * w.grad

    same(grad(f)(3.0), 4.0)


def test_a_leaf_that_the_result_does_not_depend_on_changes_nothing() -> None:
    w = Tensor(3.0, requires_grad=True)

    def f(x: Any) -> Any:
        w * 2
        return x * w.detach()

    same(grad(f)(2.0), 3.0)
    assert w.grad is None


def test_backward_inside_a_transform() -> None:
    w = Tensor(3.0, requires_grad=True)
    same(grad(lambda x: x * x)(2.0), 4.0)
    (w * 2).backward()
    same(w.grad, 2.0)


# no_grad


def test_no_grad_outside_does_not_stop_a_transform() -> None:
    with no_grad():
        same(grad(lambda x: x**3)(2.0), 12.0)
        same(grad(grad(lambda x: x**3))(2.0), 12.0)
        same(jvp(np.square, (3.0,), (1.0,))[1], 6.0)
        _, pullback = vjp(np.square, 3.0)
        same(pullback(1.0)[0], 6.0)


def test_no_grad_outside_keeps_leaves_outside() -> None:
    w = Tensor(3.0, requires_grad=True)
    with no_grad():
        same(grad(lambda x: w * x)(2.0), 3.0)
        same(grad(lambda x: x**2)(w), 6.0)
    assert (w * 1).requires_grad


@pytest.mark.filterwarnings("ignore:What .* does not depend on")
def test_no_grad_inside_makes_constants() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            c = x * x
        return c * x

    same(grad(f)(3.0), 9.0)
    same(jvp(f, (3.0,), (1.0,))[1], 9.0)
    same(grad(grad(f))(3.0), 0.0)
    same(grad(lambda x: no_grad()(np.sin)(x))(1.0), 0.0)
    same(grad(lambda x: x * x.detach())(3.0), 3.0)
