"""Hooks where differentiations are nested: each is of one walk, and all modes agree on what is found with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, hvp, jvp, make_hvp, value_and_grad, vjp


def leaf(data: float) -> Tensor:
    return Tensor(data, requires_grad=True)


def test_under_second_order_a_hook_is_the_inner_walks_alone() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        h = x * x
        h.register_hook(seen.append)
        return np.sin(h)

    x = 0.7
    assert grad(grad(f))(x) == pytest.approx(2 * np.cos(x * x) - 4 * x * x * np.sin(x * x))
    assert len(seen) == 1 and isinstance(seen[0], Tensor)
    assert seen[0].item() == pytest.approx(np.cos(x * x))


def doubled(x: Any) -> Any:
    y = x * x
    y.register_hook(lambda g: 2 * g)
    return y * y


def clipped_below(x: Any) -> Any:
    y = np.exp(x)
    y.register_hook(lambda g: np.clip(g, 0, 9.0) * g)
    x.register_hook(lambda g: g * 3.0)
    return y * y * x


def of_eigh(x: Any) -> Any:
    w, v = np.linalg.eigh(np.array([[2.0, 1.0], [1.0, 3.0]]) * x + np.diag([1.0, 0.0]) * np.sin(x))
    w.register_hook(lambda g: g * np.array([1.0, 3.0]))
    v.register_hook(lambda g: g * 2.0)
    return np.sum(w * w * w) + np.sum(v[0] * v[0] * w)


def of_split(x: Any) -> Any:
    first, last = np.split(np.exp(np.stack([x, 2 * x])), 2)
    last.register_hook(lambda g: g * g)
    return np.sum(first * first * last * last)


def with_a_gradient_inside(x: Any) -> Any:
    inner = grad(lambda z: doubled(z) * np.sin(x))(x)
    inner.register_hook(lambda g: g * 5.0)
    return inner * inner


def of_an_outer_variable(x: Any) -> Any:
    c = np.exp(x)
    c.register_hook(lambda g: g * 7.0)

    def inner(z: Any) -> Any:
        unseen = np.sin(z)
        h = unseen * c
        h.register_hook(lambda g: g * g)
        return h * h

    return grad(inner)(0.6)


@pytest.mark.parametrize("f", [doubled, clipped_below, of_eigh, of_split, with_a_gradient_inside, of_an_outer_variable])
def test_all_modes_give_the_derivative_of_the_hooked_gradient(f: Any) -> None:
    g, x, step = grad(f), 0.9, 1e-5
    expected = (g(x + step) - g(x - step)) / (2 * step)
    found = {
        "reverse over reverse": grad(g)(x),
        "forward over reverse": jvp(g, (x,), (1.0,))[1],
        "pullback": vjp(g, x)[1](1.0)[0],
        "hessian": hessian(f)(x),
        "hvp": hvp(f)(x, 1.0),
        "make_hvp": make_hvp(f)(x)[0](1.0),
    }
    for mode, value in found.items():
        np.testing.assert_allclose(value, expected, rtol=1e-7, err_msg=mode)
    third = (grad(g)(x + step) - grad(g)(x - step)) / (2 * step)
    np.testing.assert_allclose(grad(grad(g))(x), third, rtol=1e-6)


def test_a_number_by_hand() -> None:
    g = grad(doubled)
    assert grad(g)(1.5) == jvp(g, (1.5,), (1.0,))[1] == hessian(doubled)(1.5) == 54


def test_a_value_that_a_transform_returned_is_differentiated_as_it_is() -> None:
    # The hook is that of the inner differentiation: d(x^4)/dx = 32 at 2, and d(8 x^3)/dx = 96.
    assert grad(lambda x: value_and_grad(doubled)(x)[0])(2.0) == 32
    assert grad(lambda x: value_and_grad(doubled)(x)[1])(2.0) == 96
    # Registered on it where it was returned, it is the outer one's.
    seen: list[Any] = []

    def outer(x: Any) -> Any:
        value = vjp(lambda z: z * z, x)[0]
        value.register_hook(lambda g: seen.append(float(g)))
        return value * 3.0

    assert grad(outer)(2.0) == 12 and seen == [3.0]


def test_backward_to_a_leaf_passes_the_hooks_of_a_function_that_was_differentiated() -> None:
    w, seen = leaf(3.0), []

    def f(x: Any) -> Any:
        h = w * x * x
        h.register_hook(lambda g: seen.append(g))
        return h * h

    slope = grad(f)(2.0)
    assert len(seen) == 1
    slope.backward()
    # 4 w^2 x^3 by w.
    assert len(seen) == 1 and w.grad == 8 * 3 * 8


def test_a_chain_with_a_hook_on_each_link_takes_time_in_proportion() -> None:
    calls = []

    def f(x: Any) -> Any:
        for _ in range(3000):
            x = x * 1.0
            x.register_hook(lambda g: calls.append(1))
        return x

    assert grad(grad(lambda x: f(x) * x))(2.0) == 2 and len(calls) == 3000


def test_what_a_hook_computes_is_itself_differentiated() -> None:
    def slope(x: Any) -> Any:
        def f(y: Any) -> Any:
            h = y * y
            h.register_hook(lambda g: g * x)
            return h * 3.0

        return grad(f)(2.0 * x)

    # The hook makes of 6 y at y = 2 x the product 12 x^2.
    assert slope(5.0) == 300 and grad(slope)(5.0) == 120


def test_the_second_derivative_of_what_a_hook_returns() -> None:
    def f(x: Any) -> Any:
        h = np.log(x)
        h.register_hook(lambda g: g * 3)
        return h * 2.0

    # First 6 / x.
    assert grad(grad(f))(2.0) == pytest.approx(-6 / 4)


def test_a_leaf_outside_is_hooked_where_its_own_walk_arrives() -> None:
    w, seen = leaf(3.0), []
    w.register_hook(lambda g: seen.append(float(g)))
    slope = grad(lambda x: w * x * x)(2.0)
    assert seen == []
    slope.backward()
    assert seen == [4.0] and w.grad == 4
