"""Jacobians, Hessians and their products: against closed forms, over trees, nested, compiled, in threads."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, compile, grad, jacobian, vjp
from autograd.tree import flatten, leaves_like

RNG = np.random.default_rng(0)
A = RNG.standard_normal((4, 3))
X = RNG.standard_normal(3)


def close(found: Any, expected: Any, rtol: float = 1e-10) -> None:
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-12, strict=True)


def f(x: Any) -> Any:
    return np.tanh(A @ x)


def scalar(x: Any) -> Any:
    return np.sum(np.exp(x) * x[::-1]) + x[0] ** 3


def slopes(x: Any) -> Any:
    return (1 - np.tanh(A @ x) ** 2)[:, None] * A


def curvature(x: Any, h: float = 1e-5) -> Any:
    g = grad(scalar)
    return np.stack([(g(x + h * e) - g(x - h * e)) / (2 * h) for e in np.eye(x.size)])


# Jacobians


@pytest.mark.parametrize("mode", [None, "reverse", "forward"])
def test_a_jacobian_in_each_mode(mode: str | None) -> None:
    close(jacobian(f, mode=mode)(X), slopes(X))
    close(compile(jacobian(f, mode=mode))(X), slopes(X))
    wide = jacobian(lambda x: x[:, None] * x[None, :], mode=mode)(X)
    eye = np.eye(3)
    close(wide, eye[:, None, :] * X[None, :, None] + X[:, None, None] * eye[None, :, :])


def test_the_mode_is_what_needs_fewer_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd import jacobians

    taken: list[str] = []
    for name in ("_by_rows", "_by_columns"):
        whole = getattr(jacobians, name)
        monkeypatch.setattr(jacobians, name, lambda run, n=name, w=whole: (taken.append(n), w(run))[1])
    jacobian(f)(X)
    jacobian(lambda x: A[:2] @ x)(X)
    assert taken == ["_by_columns", "_by_rows"]


class Pair(NamedTuple):
    """A tree."""

    w: Any
    b: Any


@dataclass(frozen=True)
class Layer:
    """A tree with a leaf that is no number."""

    w: Any
    b: Any
    name: str = "layer"


def test_jacobians_over_trees() -> None:
    def fn(p: Any) -> Any:
        return {"y": A @ p.w + p.b, "s": np.sum(p.w)}

    for tree in (Pair(X, np.ones(4)),):
        found = jacobian(fn)(tree)
        close(found["y"].w, A)
        close(found["y"].b, np.eye(4))
        close(found["s"].w, np.ones(3))
        close(found["s"].b, np.zeros(4))


def test_dataclasses_are_trees() -> None:
    @dataclass(frozen=True)
    class Weights:
        w: Any
        b: Any

    found = grad(lambda p: np.sum(p.w**2) * p.b)(Weights(X, 2.0))
    close(found.w, 4 * X)
    close(found.b, np.sum(X**2))
    leaves, rebuild = flatten(Layer([1, 2], 3))
    assert leaves == [1, 2, 3, "layer"] and rebuild([4, 5, 6, "l"]) == Layer([4, 5], 6, "l")
    assert leaves_like(Layer(0, 0), Layer(1, 2)) == [1, 2, "layer"]
    assert leaves_like(Layer(0, 0), {"w": 1, "b": 2}) is None and leaves_like(Layer(0, 0), 1) is None


def test_arguments_by_position_by_name_and_several() -> None:
    def g(x: Any, y: Any, *, z: Any = 1.0) -> Any:
        return x * y**2 * z**3

    assert grad(g, "y")(2.0, 3.0) == 12.0
    assert grad(g, "z")(2.0, 3.0, z=2.0) == 2 * 9 * 12
    assert grad(g, ("x", "z"))(2.0, y=3.0, z=1.0) == (9.0, 54.0)
    assert grad(g, (0, "y"))(2.0, 3.0) == (9.0, 12.0)
    close(jacobian(lambda x, w: w @ x, "w")(X, A[:1]).shape, np.array((1, 1, 3)))
    found = jacobian(lambda x, w: w @ x, (0, "w"))(X, A)
    close(found[0], A)
    assert found[1].shape == (4, 4, 3)


@pytest.mark.parametrize(
    ("argnum", "message"),
    [
        (3, "argnum=3, but g was called with 2 positional arguments"),
        (-3, "argnum=-3"),
        ("q", "argnum='q', but g has no such parameter; it has x, y, z"),
        ("z", "argnum='z', but g was called without it"),
        ((0, "x"), "twice"),
        ((), "names no argument"),
        (1.5, "a position, a name, or several"),
        (True, "a position, a name, or several"),
    ],
)
def test_arguments_that_are_not_there(argnum: Any, message: str) -> None:
    def g(x: Any, y: Any, z: Any = 1.0) -> Any:
        return x * y * z

    for transform in (grad, jacobian, ag.hessian, ag.elementwise_grad):
        with pytest.raises(TypeError, match=message):
            transform(g, argnum)(2.0, 3.0)


def test_what_is_not_differentiated_goes_along() -> None:
    def fn(x: Any) -> Any:
        return np.sum(x**2), {"double": x * 2, "note": "seen"}

    gradient, aux = grad(fn, has_aux=True)(X)
    close(gradient, 2 * X)
    close(aux["double"], 2 * X)
    assert aux["note"] == "seen" and type(aux["double"]) is np.ndarray
    (value, _), again = ag.value_and_grad(fn, has_aux=True)(X)
    close(value, np.sum(X**2))
    close(again, 2 * X)
    close(ag.grad_and_aux(fn)(X)[0], 2 * X)
    close(jacobian(lambda x: (f(x), "aux"), has_aux=True)(X)[0], slopes(X))
    nested = grad(lambda x: np.sum(grad(fn, has_aux=True)(x)[1]["double"] ** 2))(X)
    close(nested, 8 * X)
    with pytest.raises(TypeError, match=r"With has_aux=True <lambda> has to return a pair"):
        grad(lambda x: np.sum(x), has_aux=True)(X)


def test_modes_have_two_names() -> None:
    with pytest.raises(ValueError, match="'reverse', 'forward' or None; met 'back'"):
        jacobian(f, mode="back")


# Second order


def test_hessians_and_their_products() -> None:
    expected, v = curvature(X), RNG.standard_normal(3)
    close(ag.hessian(scalar)(X), expected, 1e-8)
    close(compile(ag.hessian(scalar))(X), expected, 1e-8)
    close(ag.hvp(scalar)(X, v), expected @ v, 1e-8)
    close(compile(ag.hvp(scalar))(X, v), expected @ v, 1e-8)
    close(ag.hessian_tensor_product(scalar)(X, v), expected @ v, 1e-8)
    product, gradient = ag.make_hvp(scalar)(X)
    close(gradient, grad(scalar)(X))
    close(product(v), expected @ v, 1e-8)
    of_vector = ag.hessian(f)(X)
    assert of_vector.shape == (4, 3, 3)
    close(of_vector, jacobian(jacobian(f))(X))


def test_products_with_jacobians() -> None:
    v, g = RNG.standard_normal(3), RNG.standard_normal(4)
    close(ag.tensor_jacobian_product(f)(X, g), g @ slopes(X))
    close(ag.vector_jacobian_product(f)(X, g), g @ slopes(X))
    close(ag.jacobian_vector_product(f)(X, v), slopes(X) @ v)
    pullback, value = ag.make_vjp(f)(X)
    close(pullback(g), g @ slopes(X))
    close(value, f(X))
    value, tangent = ag.make_jvp(f)(X)(v)
    close(tangent, slopes(X) @ v)
    close(ag.make_ggnvp(f)(X)(v), slopes(X).T @ slopes(X) @ v)
    close(ag.make_ggnvp(f, lambda y: np.sum(np.exp(y)))(X)(v), slopes(X).T @ (np.exp(f(X)) * (slopes(X) @ v)))
    both = ag.hvp(lambda x, y: np.sum(x * x * y), (0, 1))(X, X, (v, v))
    close(both[0], 2 * X * v + 2 * X * v)
    close(both[1], 2 * X * v)


def test_elementwise_derivatives() -> None:
    close(ag.elementwise_grad(np.tanh)(X), 1 - np.tanh(X) ** 2)
    close(ag.egrad(ag.egrad(np.sin))(X), -np.sin(X))
    close(ag.deriv(lambda t: np.stack([t, t**2]))(3.0), np.array([1.0, 6.0]))
    with pytest.raises(TypeError, match="elementwise_grad needs real outputs"):
        ag.elementwise_grad(lambda x: x * 1j)(X)
    close(ag.holomorphic_grad(np.exp)(1 + 2j), np.asarray(np.exp(1 + 2j)))
    with pytest.raises(TypeError, match="holomorphic_grad of exp needs a complex argument"):
        ag.holomorphic_grad(np.exp)(1.0)
    assert ag.multigrad_dict(lambda x, y=3.0: x * y)(2.0) == {"x": 3.0, "y": 2.0}


# Nesting


def test_reverse_over_reverse_to_order_4() -> None:
    fn, expected = np.sin, [np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin]
    for order in range(4):
        fn = grad(fn)
        close(fn(0.7), np.asarray(expected[order](0.7)))
    fn = np.exp
    for _ in range(4):
        fn = ag.deriv(fn)
    close(fn(0.5), np.asarray(np.exp(0.5)))


def test_perturbations_are_kept_apart() -> None:
    close(ag.deriv(lambda x: x * ag.deriv(lambda y: x + y)(1.0))(1.0), np.asarray(1.0))
    close(jacobian(lambda x: x * jacobian(lambda y: x * y**2)(x))(2.0), np.asarray(24.0))
    close(jacobian(lambda w: grad(lambda x: np.sum(w * x**2))(X))(X), np.diag(2 * X))


def test_closures_over_outer_variables() -> None:
    def outer(w: Any) -> Any:
        def inner(x: Any) -> Any:
            return np.sum(np.sin(w * x))

        return np.sum(ag.hessian(inner)(X) ** 2)

    g = grad(outer)(X)
    h = 1e-6
    for i in range(3):
        e = np.eye(3)[i] * h
        np.testing.assert_allclose(g[i], (outer(X + e) - outer(X - e)) / (2 * h), rtol=1e-6)


def test_gradients_in_eight_threads() -> None:
    wrong: list[int] = []

    def work(i: int) -> None:
        x = np.random.default_rng(i).standard_normal(3)
        for _ in range(30):
            if not np.allclose(ag.hessian(scalar)(x), curvature(x), rtol=1e-6) or not np.allclose(
                jacobian(f)(x), slopes(x)
            ):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_exception_in_the_middle_leaves_nothing_behind() -> None:
    def broken(x: Any) -> Any:
        raise RuntimeError("in the middle")

    for transform in (grad, jacobian, ag.hessian, ag.elementwise_grad, ag.hvp):
        with pytest.raises(RuntimeError, match="in the middle"):
            transform(broken)(X, X) if transform is ag.hvp else transform(broken)(X)
    assert (Tensor(1.0, requires_grad=True) * 2).requires_grad
    close(grad(np.sum)(X), np.ones(3))


def test_hvp_costs_a_few_gradients() -> None:
    """Counted in entries that are recorded, not in time: forward over reverse goes once through each."""
    calls: list[int] = []

    def counted(x: Any) -> Any:
        calls.append(1)
        return scalar(x)

    ag.hvp(counted)(X, X)
    assert len(calls) == 1
    pullbacks = vjp(f, X)[1]
    close(pullbacks(np.ones(4))[0], np.ones(4) @ slopes(X))
