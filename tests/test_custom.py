"""Functions with a derivative of their own: by hand, recomputed, by differences; at any order, in both modes."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from autograd import (
    Tensor,
    check_grads,
    checkpoint,
    compile,
    custom_jvp,
    custom_vjp,
    grad,
    hessian,
    jacobian,
    jvp,
    numerical,
    stop_gradient,
    vjp,
)

X = np.random.default_rng(1).standard_normal(4)


def close(found: Any, expected: Any, rtol: float = 1e-10) -> None:
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-12)


def tripled() -> Any:
    """Make sin with three times its derivative."""

    @custom_vjp
    def fn(x: Any) -> Any:
        return np.sin(x)

    fn.defvjp(lambda x: (np.sin(x), np.cos(x)), lambda kept, g: (3 * g * kept,))
    return fn


def test_cotangents_by_hand() -> None:
    fn = tripled()
    close(fn(X), np.sin(X))
    close(grad(lambda x: np.sum(fn(x)))(X), 3 * np.cos(X))
    close(compile(grad(lambda x: np.sum(fn(x))))(X), 3 * np.cos(X))
    close(jvp(fn, (X,), (X,))[1], 3 * np.cos(X) * X)
    close(hessian(lambda x: np.sum(fn(x)))(X), np.diag(-3 * np.sin(X)))
    close(grad(grad(grad(fn)))(0.3), -3 * np.cos(0.3))
    t = Tensor(X, requires_grad=True)
    fn(t).sum().backward()
    close(t.grad, 3 * np.cos(X))
    assert fn.__name__ == "fn" and repr(fn) == "<custom_vjp of fn>"


def test_trees_and_arguments_that_have_none() -> None:
    @custom_vjp
    def fn(p: Any, n: Any, *, scale: float = 1.0) -> Any:
        return {"y": p["w"] * n * scale, "z": p["b"][0]}

    def fwd(p: Any, n: Any, *, scale: float = 1.0) -> Any:
        return fn.fun(p, n, scale=scale), (n, scale)

    fn.defvjp(fwd, lambda kept, g: ({"w": g["y"] * kept[0] * kept[1], "b": [None]}, None))
    found = grad(lambda p: np.sum(fn(p, np.arange(4), scale=2.0)["y"]))({"w": X, "b": [1.0]})
    close(found["w"], 2.0 * np.arange(4))
    close(found["b"][0], 0.0)


@pytest.mark.parametrize(
    ("bwd", "error", "message"),
    [
        (lambda kept, g: (g, g), ValueError, "a tuple with a cotangent for each of its 1 arguments; it returned 2"),
        (lambda kept, g: g, ValueError, "for each of its 1 arguments"),
        (
            lambda kept, g: (g[:2],),
            ValueError,
            r"0 a cotangent of shape \(2,\); the argument has shape \(4,\)",
        ),
        (
            lambda kept, g: (g * 1j,),
            TypeError,
            r"complex128; the argument has float64: write .astype\(np.float64\)",
        ),
        (lambda kept, g: ([g, g],), ValueError, "a tree of another structure"),
    ],
)
def test_cotangents_that_do_not_fit(bwd: Any, error: type[Exception], message: str) -> None:
    @custom_vjp
    def fn(x: Any) -> Any:
        return x * 2

    fn.defvjp(lambda x: (x * 2, None), bwd)
    with pytest.raises(error, match=message):
        grad(lambda x: np.sum(fn(x)))(X)


def test_rules_that_are_missing_or_are_none() -> None:
    for kind in (custom_vjp, custom_jvp):
        with pytest.raises(TypeError, match=f"{kind.__name__} takes a function; met 3"):
            kind(3)
        fn = kind(np.sin)
        with pytest.raises(TypeError, match="sin has no rule yet"):
            grad(fn)(1.0)
    with pytest.raises(TypeError, match="defvjp takes two functions"):
        custom_vjp(np.sin).defvjp(np.sin, 3)
    with pytest.raises(TypeError, match="defjvp takes a function"):
        custom_jvp(np.sin).defjvp(3)
    broken = custom_vjp(np.sin)
    broken.defvjp(lambda x: x, lambda kept, g: (g,))
    with pytest.raises(TypeError, match=r"fwd of sin has to return a pair"):
        grad(broken)(1.0)


def test_tangents_by_hand() -> None:
    @custom_jvp
    def fn(x: Any, y: Any) -> Any:
        return x * y

    fn.defjvp(lambda primals, tangents: (fn(*primals), 5 * (tangents[0] * primals[1] + tangents[1] * primals[0])))
    close(jvp(fn, (2.0, 3.0), (1.0, 0.0))[1], 15.0)
    close(np.array(grad(fn, (0, 1))(2.0, 3.0)), np.array([15.0, 10.0]))
    close(compile(grad(fn))(np.asarray(2.0), np.asarray(3.0)), 15.0)
    close(grad(grad(fn), 1)(2.0, 3.0), 5.0)
    wrong = custom_jvp(lambda x: x * 2)
    wrong.defjvp(lambda primals, tangents: (primals[0], tangents[0][:2]))
    with pytest.raises(ValueError, match=r"a tangent of shape \(2,\); the value has shape \(4,\)"):
        jvp(wrong, (X,), (X,))
    wrong.defjvp(lambda primals, tangents: primals[0])
    with pytest.raises(TypeError, match="has to return a pair"):
        jvp(wrong, (X,), (X,))


def test_what_is_recomputed_is_what_it_was() -> None:
    def block(x: Any, w: Any) -> Any:
        return np.tanh(x * w) + x

    kept = checkpoint(block)
    for order in (1, 2):
        check_grads(lambda x, w: np.sum(kept(x, w) ** 2), (X, X + 1), order=order)
    close(compile(grad(lambda x: np.sum(kept(kept(x, X), X))))(X), grad(lambda x: np.sum(block(block(x, X), X)))(X))
    w = Tensor(X, requires_grad=True)
    with pytest.raises(TypeError, match="reads a tracked Tensor that is not among its arguments"):
        grad(lambda x: np.sum(checkpoint(lambda y: y * w)(x)))(X)


def test_a_chain_in_parts_keeps_the_square_root() -> None:
    n, part = 256, 16
    x = np.linspace(0.1, 0.9, 4000)

    def steps(x: Any, count: int) -> Any:
        for _ in range(count):
            x = np.sin(x)
        return x

    def peak(fn: Any) -> int:
        tracemalloc.start()
        try:
            grad(fn)(x)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    whole = peak(lambda x: np.sum(steps(x, n)))

    def in_parts(x: Any) -> Any:
        segment = checkpoint(lambda x: steps(x, part))
        for _ in range(n // part):
            x = segment(x)
        return np.sum(x)

    close(grad(in_parts)(x), grad(lambda x: np.sum(steps(x, n)))(x))
    assert peak(in_parts) < whole / 4


def test_gradients_by_differences() -> None:
    calls: list[int] = []

    def black_box(x: Any, y: Any) -> Any:
        calls.append(1)
        assert type(x) is not Tensor
        return np.sum(np.asarray(x) ** 3) * float(y)

    fn = numerical(black_box)
    close(grad(fn)(X, 2.0), 6 * X**2, 1e-6)
    # Two quotients for each element, which agree.
    assert len(calls) == 1 + 4 * 4
    close(jvp(fn, (X, 2.0), (np.ones(4), 0.0))[1], np.sum(6 * X**2), 1e-6)
    assert "by differences" in repr(fn) and "four calls or more for each element" in repr(fn)
    with pytest.raises(TypeError, match="by differences: it cannot be differentiated again"):
        grad(lambda x: np.sum(grad(fn)(x, 2.0)))(X)
    with pytest.raises(TypeError, match="numerical takes real arguments"):
        grad(lambda z: np.real(numerical(np.sum)(z)))(X + 0j)


def test_stopped_gradients() -> None:
    close(grad(lambda x: np.sum(stop_gradient({"a": x * x})["a"] * x))(X), X * X)
    close(compile(grad(lambda x: np.sum(stop_gradient(x) * x)))(X), X)
    assert stop_gradient(X) is X
    close(vjp(lambda x: [x, stop_gradient(x)], X)[1]([X, X])[0], X)


def test_trees_are_matched_by_key() -> None:
    @custom_vjp
    def fn(p: Any) -> Any:
        return p["a"] * 2 + p["b"] * 3

    fn.defvjp(lambda p: (fn.fun(p), None), lambda kept, g: ({"b": 3 * g, "a": 2 * g},))
    found = grad(fn)({"a": 1.0, "b": 1.0})
    assert found == {"a": 2.0, "b": 3.0}
    fn.defvjp(lambda p: (fn.fun(p), None), lambda kept, g: ([2 * g, 3 * g],))
    with pytest.raises(ValueError, match="for argument 0 a tree of another structure"):
        grad(fn)({"a": 1.0, "b": 1.0})

    @custom_jvp
    def pair(x: Any) -> Any:
        return {"a": x, "b": 10 * x}

    pair.defjvp(lambda p, t: (pair.fun(*p), {"b": 10 * t[0], "a": t[0]}))
    assert jvp(pair, (1.0,), (1.0,))[1] == {"a": 1.0, "b": 10.0}
    pair.defjvp(lambda p, t: (pair.fun(*p), [t[0], 10 * t[0]]))
    with pytest.raises(ValueError, match="a tangent of another structure than its value"):
        jvp(pair, (1.0,), (1.0,))


def _by_vjp(x: Any) -> Any:
    fn = custom_vjp(lambda y: y * x)
    fn.defvjp(lambda y: (y * x, x), lambda kept, g: (g * kept,))
    return fn(x)


def _kept_alone(x: Any) -> Any:
    fn = custom_vjp(lambda y: y)
    fn.defvjp(lambda y: (y, x), lambda kept, g: (g * kept,))
    return fn(x)


def _in_the_rule(x: Any) -> Any:
    fn = custom_vjp(lambda y: y)
    fn.defvjp(lambda y: (y, None), lambda kept, g: (g * x,))
    return fn(x)


def _by_jvp(x: Any) -> Any:
    fn = custom_jvp(lambda y: y * x)
    fn.defjvp(lambda p, t: (p[0] * x, t[0] * x))
    return fn(x)


def _in_the_jvp_rule(x: Any) -> Any:
    fn = custom_jvp(lambda y: y)
    fn.defjvp(lambda p, t: (p[0], t[0] * x))
    return fn(x)


@pytest.mark.parametrize(
    "fun",
    [_by_vjp, _kept_alone, _in_the_rule, _by_jvp, _in_the_jvp_rule, lambda x: numerical(lambda y: x * y)(x)],
)
def test_what_is_tracked_and_no_argument_is_refused(fun: Any) -> None:
    with pytest.raises(TypeError, match="reads a tracked Tensor that is not among its arguments"):
        grad(fun)(3.0)


def test_tracked_keywords_are_refused() -> None:
    fn = custom_vjp(lambda y, s=1.0: y * s)
    fn.defvjp(lambda y, s=1.0: (y * s, s), lambda s, g: (g * s,))
    close(grad(lambda x: fn(x, s=2.0))(3.0), 2.0)
    for made in (fn, checkpoint(lambda y, s: y * s), numerical(lambda y, s: y * s)):
        with pytest.raises(TypeError, match="in its positional arguments only; s is on the tape"):
            grad(lambda x, made=made: made(x, s=x))(3.0)


def test_a_rule_that_is_not_linear_has_no_forward_mode() -> None:
    fn = custom_vjp(lambda x: x)
    fn.defvjp(lambda x: (x, None), lambda kept, g: (np.clip(g, -1, 1),))

    def twice(x: Any) -> Any:
        return np.array([10.0, 10.0]) * fn(x)

    close(jacobian(twice, mode="reverse")(np.array(1.0)), [1.0, 1.0])
    with pytest.raises(TypeError, match="is not linear in the cotangent, so it has no forward mode"):
        jacobian(twice)(np.array(1.0))


def test_tangents_have_the_values_dtype() -> None:
    x = np.ones(2, np.float32)
    fn = custom_jvp(lambda x: x * x)
    fn.defjvp(lambda p, t: (p[0] * p[0], 2 * p[0] * t[0] * np.float64(2)))
    for found in (jvp(fn, (x,), (x,))[1], grad(lambda x: np.sum(fn(x)))(x)):
        np.testing.assert_array_equal(found, np.full(2, 4, np.float32), strict=True)
    fn.defjvp(lambda p, t: (p[0] * p[0], 1j * t[0]))
    with pytest.raises(TypeError, match=r"a tangent of dtype complex.*the value has float32"):
        jvp(fn, (x,), (x,))
    fn.defjvp(lambda p, t: (p[0] * p[0], None))
    assert not jvp(fn, (x,), (x,))[1].any()


def test_methods() -> None:
    class Model:
        scale = 2.0

        @checkpoint
        def forward(self, x: Any) -> Any:
            return np.sin(x) * self.scale

    close(grad(Model().forward)(0.0), 2.0)
    assert Model.forward(Model(), 0.0) == 0.0
