"""Every transform within a program, and of one: held to eager, on arguments and outsides that change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from agreement import agree, arguments, differ, summed

import autograd as ag
from autograd import compile, custom_jvp, custom_vjp, grad, hvp, jacobian, jvp, numerical, stop_gradient, vjp
from autograd.extend import bilinear, elementwise, linear, op, primitive, reduction

pytestmark = pytest.mark.usefixtures("each_backend")

Fn = Callable[..., Any]
#: What all functions here read from outside; the tests put other arrays in its place.
W = np.array([0.8, -1.1, 0.4])


# Functions to differentiate: each reads W


def scalar(x: Any) -> Any:
    return np.sum(np.sin(W * x) * x[::-1]) + x[0] ** 3


def vector(x: Any) -> Any:
    return np.tanh(W[:2, None] * x).sum(axis=0) * np.exp(x[1])


def curve(t: Any) -> Any:
    return np.stack([np.cos(t * W[0]), np.sin(t * W[1]), t**3 * W[2]])


def with_aux(x: Any) -> Any:
    return scalar(x), {"seen": x * W, "note": "aux"}


def several(x: Any, y: Any) -> Any:
    return np.sum(np.exp(W * x) * y**2)


def steps(x: Any) -> Any:
    return np.tanh(x * W) + x


@custom_vjp
def tripled(x: Any) -> Any:
    return np.sin(x * W)


tripled.defvjp(lambda x: (np.sin(x * W), x), lambda x, g: (3 * g * W * np.cos(x * W),))


@custom_jvp
def fivefold(x: Any) -> Any:
    return np.sin(x * W)


fivefold.defjvp(lambda primals, tangents: (fivefold(*primals), 5 * tangents[0] * W * np.cos(primals[0] * W)))


@numerical
def black_box(x: Any) -> Any:
    return np.asarray([float(v) ** 3 for v in x], x.dtype)


@numerical
def reading(x: Any) -> Any:
    return np.sin(x) * W


@primitive
def by_closures(x: Any) -> Any:
    return np.asarray([float(v) ** 2 for v in x], x.dtype)


ag.extend.defvjp(by_closures, lambda ans, x: lambda g: 2 * g * x)

softplus = elementwise(
    lambda x: np.log1p(np.exp(x)), name="softplus_here", x=lambda g, x: g / (1 + np.exp(-x))
)  # fmt: skip


def _squares(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sum(x * x, axis=axis, keepdims=keepdims)


squares = reduction(_squares, name="squares_here", x=lambda g, x: g * 2 * x)
reversed_ = linear(lambda x: x[::-1] * 2, name="reversed_here", x=lambda g: g[::-1] * 2)
product = bilinear(
    lambda a, b: a * b[::-1], name="product_here", a=lambda g, b: g * b[::-1], b=lambda g, a: (g * a)[::-1]
)
last = op(
    lambda x: x[-1] ** 2,
    name="last_here",
    vjp={"x": lambda g, x: np.where(np.arange(x.shape[0]) == x.shape[0] - 1, 2 * g * x, 0)},
    jvp={"x": lambda g, x: 2 * g[-1] * x[-1]},
)
polar = op(
    lambda x, y: (np.hypot(x, y), np.arctan2(y, x)),
    name="polar_here",
    outputs=("r", "phi"),
    vjp={
        "x": lambda g, x, y, r: (0 if g[0] is None else g[0] * x / r) - (0 if g[1] is None else g[1] * y / r**2),
        "y": lambda g, x, y, r: (0 if g[0] is None else g[0] * y / r) + (0 if g[1] is None else g[1] * x / r**2),
    },
    jvp={"x": lambda g, x, y, r: (g * x / r, -g * y / r**2), "y": lambda g, x, y, r: (g * y / r, g * x / r**2)},
)


def declared(x: Any) -> Any:
    r, phi = polar(x * W + 3, x)
    return squares(softplus(product(x * W, reversed_(x)))) + last(x * W) + np.sum(r * phi)


def applied(maker: Fn, part: Any = None) -> Fn:
    """Make the function of the argument and a vector that calls what `maker` makes: what it is of is out of sight."""

    def call(x: Any, v: Any) -> Any:
        made = maker(x)
        return made(v) if part is None else (made[part](v), made[1 - part])

    return call


def curvature(fn: Fn) -> Fn:
    """Make a function that closes over the variable of a transform around it."""
    return grad(lambda x: np.sum(grad(lambda y: np.sum(np.sin(x * y) * fn(y)))(x * W) * x))


def along(maker: Fn, fn: Fn) -> Fn:
    return lambda x, v: maker(fn, (x,), (v,))


#: Each transform, as a function of one array, or of an array and a vector like it.
OF_ONE: dict[str, Fn] = {
    "grad": grad(scalar),
    "value_and_grad": ag.value_and_grad(scalar),
    "elementwise_grad": ag.elementwise_grad(vector),
    "egrad": ag.egrad(ag.egrad(np.tanh)),
    "jacobian, reverse": jacobian(vector, mode="reverse"),
    "jacobian, forward": jacobian(vector, mode="forward"),
    "jacobian": jacobian(lambda x: {"v": vector(x), "s": scalar(x)}),
    "hessian": ag.hessian(scalar),
    "hessian of a vector": ag.hessian(vector),
    "has_aux": grad(with_aux, has_aux=True),
    "value_and_grad, has_aux": ag.value_and_grad(with_aux, has_aux=True),
    "jacobian, has_aux": jacobian(with_aux, has_aux=True),
    "hessian, has_aux": ag.hessian(with_aux, has_aux=True),
    "grad_and_aux": ag.grad_and_aux(with_aux),
    "aux is differentiated by what is around": grad(lambda x: np.sum(grad(with_aux, has_aux=True)(x)[1]["seen"] ** 3)),
    "grad of grad of grad": grad(summed(grad(summed(grad(scalar))))),
    "forward over reverse": lambda x: jvp(grad(scalar), (x,), (x,))[1],
    "reverse over forward": grad(lambda x: np.sum(jvp(vector, (x,), (x * W,))[1] ** 2)),
    "forward over forward": lambda x: jvp(lambda y: jvp(vector, (y,), (y,))[1], (x,), (x,)),
    "a closure over an outer variable": curvature(np.tanh),
    "checkpoint": grad(summed(ag.checkpoint(ag.checkpoint(steps)))),
    "checkpoint, second order": ag.hessian(summed(ag.checkpoint(steps))),
    "stop_gradient": grad(lambda x: np.sum(stop_gradient({"a": x * W})["a"] * x**2)),
    "custom_vjp": ag.value_and_grad(summed(tripled)),
    "custom_vjp, forward": lambda x: jvp(tripled, (x,), (x,)),
    "custom_vjp, second order": ag.hessian(summed(tripled)),
    "custom_jvp": ag.value_and_grad(summed(fivefold)),
    "custom_jvp, forward": lambda x: jvp(fivefold, (x,), (x,)),
    "custom_jvp, second order": ag.hessian(summed(fivefold)),
    "numerical": ag.value_and_grad(lambda x: np.sum(black_box(x * W) ** 2)),
    "numerical, reading what is outside": grad(lambda x: np.sum(reading(x) * x * W)),
    "numerical, forward": lambda x: jvp(black_box, (x,), (x,)),
    "a primitive": grad(lambda x: np.sum(by_closures(x * W) * x)),
    "declared ops": ag.value_and_grad(declared),
    "declared ops, second order": ag.hessian(declared),
}  # fmt: skip
OF_TWO: dict[str, Fn] = {
    "vjp": lambda x, v: vjp(vector, x)[1](v),
    "jvp": along(jvp, vector),
    "make_vjp": applied(ag.make_vjp(vector), 0),
    "make_jvp": applied(ag.make_jvp(vector)),
    "make_hvp": applied(ag.make_hvp(scalar), 0),
    "make_ggnvp": applied(ag.make_ggnvp(vector)),
    "make_ggnvp of a loss": applied(ag.make_ggnvp(vector, lambda y: np.sum(np.exp(W * y)))),
    "hvp": hvp(scalar),
    "hessian_tensor_product": ag.hessian_tensor_product(scalar),
    "tensor_jacobian_product": ag.tensor_jacobian_product(vector),
    "vector_jacobian_product": ag.vector_jacobian_product(vector),
    "jacobian_vector_product": ag.jacobian_vector_product(vector),
    "several arguments": ag.value_and_grad(several, (0, "y")),
    "hvp in several arguments": lambda x, v: hvp(several, (0, 1))(x, v, (v, x)),
    "multigrad_dict": ag.multigrad_dict(several),
    "the derivative in a cotangent": grad(lambda x, v: np.sum(vjp(vector, x)[1](v)[0] ** 2), 1),
    "the derivative in a tangent": grad(lambda x, v: np.sum(jvp(vector, (x,), (v,))[1] ** 2), 1),
}  # fmt: skip
ROWS: dict[str, tuple[Fn, int]] = {
    **{name: (fn, 1) for name, fn in OF_ONE.items()},
    **{name: (fn, 2) for name, fn in OF_TWO.items()},
}


def outside(monkeypatch: pytest.MonkeyPatch, array: Any) -> None:
    monkeypatch.setitem(globals(), "W", array)


# Within a program


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("name", ROWS)
def test_within_a_program(name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fn, count = ROWS[name]
    made = compile(fn)
    outside(monkeypatch, W.astype(dtype))
    results = []
    for seed, change in ((0, None), (1, None), (1, 1.5)):
        if change is not None:
            # A program reads what is outside anew: nothing is frozen, however deep in transforms it is read.
            outside(monkeypatch, W * dtype(change))
        args = arguments(seed, count, dtype)
        expected = fn(*args)
        agree(made(*args), expected)
        results.append(expected)
    reads_outside = name not in ("egrad", "numerical, forward")
    assert differ(results[0], results[1]) and differ(results[1], results[2]) == reads_outside
    assert len(made.programs) == 1


def test_derivatives_along_a_number() -> None:
    for fn in (ag.deriv(curve), ag.deriv(ag.deriv(curve)), jacobian(curve), grad(grad(grad(summed(curve))))):
        made = compile(fn)
        for t in (np.asarray(0.3), np.asarray(0.9)):
            agree(made(t), fn(t))
        assert len(made.programs) == 1 and differ(fn(np.asarray(0.3)), fn(np.asarray(0.9)))


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64])
def test_complex_numbers(dtype: Any) -> None:
    z = np.array([0.5 - 0.3j, 1.1 + 0.2j], dtype)
    for fn in (
        ag.holomorphic_grad(lambda z: np.sum(np.exp(z) * z)),
        grad(lambda z: np.sum(np.abs(z * z) ** 2)),
        jacobian(lambda z: z**2 * z[::-1]),
        lambda z: vjp(lambda z: np.sin(z), z)[1](z),
        lambda z: jvp(lambda z: np.conj(z) * z**2, (z,), (z,)),
    ):
        made = compile(fn)
        for x in (z, z[::-1].copy()):
            agree(made(x), fn(x))
        assert differ(fn(z), fn(z[::-1].copy()))
    with pytest.raises(TypeError, match="needs a complex argument"):
        compile(ag.holomorphic_grad(np.exp))(np.asarray(1.0))


# What is outside, seen through transforms


@pytest.mark.parametrize("transform", [grad, hvp, ag.make_hvp, ag.make_vjp, ag.make_jvp, ag.make_ggnvp, ag.hessian])
def test_a_number_outside_is_watched_through_every_transform(transform: Fn) -> None:
    scale = 2.0

    def fn(x: Any) -> Any:
        return np.sum(x**3) * scale

    of = transform(fn)

    def call(x: Any) -> Any:
        if transform is hvp:
            return of(x, x)
        made = of(x)
        vector = {ag.make_hvp: x, ag.make_vjp: np.ones_like(x[0]), ag.make_jvp: x, ag.make_ggnvp: x}.get(transform)
        return made if vector is None else made[0](vector) if isinstance(made, tuple) else made(vector)

    made, x = compile(call), np.array([1.0, 2.0])
    before = call(x)
    agree(made(x), before)
    scale = 3.0
    agree(made(x), call(x))
    assert differ(before, call(x)) and made.programs[-1].reason == "scale went from 2.0 to 3.0"


def test_another_rule_makes_another_program() -> None:
    fn = custom_vjp(lambda x: x * 2)
    fn.defvjp(lambda x: (x * 2, None), lambda kept, g: (g * 2,))
    made, x = compile(grad(summed(fn))), np.ones(2)
    agree(made(x), np.full(2, 2.0))
    fn.defvjp(lambda x: (x * 2, None), lambda kept, g: (g * 7,))
    agree(made(x), np.full(2, 7.0))
    assert len(made.programs) == 2


def test_another_compiled_function_in_the_place_of_one_makes_another_program() -> None:
    inner = compile(lambda x: x**2)
    outer, x = compile(lambda x: grad(summed(inner))(x)), np.ones(2)
    agree(outer(x), np.full(2, 2.0))
    inner = compile(lambda x: x**5)
    agree(outer(x), np.full(2, 5.0))


# Of a program


@pytest.mark.parametrize("name", ["grad", "hvp", "hessian", "jacobian", "jvp", "vjp", "make_ggnvp", "checkpoint"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
def test_of_a_program(name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    outside(monkeypatch, W.astype(dtype))
    transforms: dict[str, Fn] = {
        "grad": lambda s, f: lambda x, v: grad(s)(x),
        "hvp": lambda s, f: hvp(s),
        "hessian": lambda s, f: lambda x, v: ag.hessian(s)(x),
        "jacobian": lambda s, f: lambda x, v: (jacobian(f, mode="reverse")(x), jacobian(f, mode="forward")(x)),
        "jvp": lambda s, f: along(jvp, f),
        "vjp": lambda s, f: lambda x, v: vjp(f, x)[1](v),
        "make_ggnvp": lambda s, f: applied(ag.make_ggnvp(f)),
        "checkpoint": lambda s, f: lambda x, v: grad(summed(ag.checkpoint(f)))(x),
    }
    ours, eagers = transforms[name](compile(scalar), compile(vector)), transforms[name](scalar, vector)
    results = []
    for seed in (0, 1):
        args = arguments(seed, 2, dtype)
        results.append(eagers(*args))
        agree(ours(*args), results[-1])
    assert differ(*results)


tenfold = elementwise(lambda x: np.tanh(x), name="tenfold_here", x=lambda g: 10 * g)
sevenfold = primitive(lambda x: x**2)
ag.extend.defvjp(sevenfold, lambda ans, x: lambda g: 7 * g)

#: Functions whose derivative is not that of the calls which they make.
APART: dict[str, Fn] = {
    "stop_gradient": lambda x: x * stop_gradient(x),
    "detach": lambda x: x * ag.Tensor(x).detach(),
    "no_grad": lambda x: x * ag.no_grad()(np.sin)(x),
    "custom_vjp": tripled,
    "custom_jvp": fivefold,
    "numerical": lambda x: black_box(x) * x,
    "a primitive": sevenfold,
    "a primitive that looks at values": by_closures,
    "a declared op": lambda x: tenfold(x) * x,
    "relu at its kink": lambda x: ag.relu(x - x[0]) * x,
    "what looks at values": lambda x: np.interp(x, np.arange(4.0), np.arange(4.0) ** 2),
}


@pytest.mark.parametrize("name", APART)
def test_a_program_has_the_derivative_of_its_function(name: str) -> None:
    fn, (x, v) = APART[name], arguments(0, 2)
    transforms: list[Fn] = [
        lambda f: grad(lambda x: np.sum(f(x) ** 3))(x),
        lambda f: jvp(f, (x,), (v,))[1],
        lambda f: compile(grad(summed(compile(f))))(x),
    ]
    if name != "numerical":
        transforms.append(lambda f: hvp(lambda x: np.sum(f(x) ** 3))(x, v))
    for transform in transforms:
        made = compile(fn)
        made(x)
        agree(transform(made), transform(fn))


# Bad input, met while a program is recorded


def test_what_is_wrong_is_said_as_it_is_eagerly() -> None:
    x = np.ones(3)
    wrong = custom_vjp(lambda x: x * 2)
    wrong.defvjp(lambda x: (x * 2, None), lambda kept, g: (g[:2],))
    for fn, error, text in (
        (grad(vector), TypeError, "needs a function that returns a scalar; vector returned"),
        (grad(scalar, 2), TypeError, "argnum=2, but scalar was called with 1"),
        (grad(summed(wrong)), ValueError, r"0 a cotangent of shape \(2,\); the argument has shape \(3,\)"),
        (ag.hessian(summed(black_box)), TypeError, "by differences: it cannot be differentiated again"),
        (lambda x: jvp(vector, (x,), (x[:2],)), ValueError, r"tangent has shape \(2,\), the primal \(3,\)"),
        (jacobian(lambda x: (x, "text")), TypeError, "returned"),
    ):
        for call in (fn, compile(fn)):
            with pytest.raises(error, match=text):
                call(x)
    with pytest.raises(TypeError, match=r"int64.*x\.astype\(float\)"):
        compile(grad(scalar))(np.arange(3))
    with pytest.warns(UserWarning, match="does not depend on what it is differentiated in"):
        agree(compile(grad(lambda x: np.sum(W)))(x), np.zeros(3))


def test_lists_of_tensors_are_arrays_in_a_program() -> None:
    def fun(x: Any) -> Any:
        return ag.array([[x[0], x[1] ** 2], [1.0, x[0] * x[1]]])

    x = np.array([2.0, 3.0])
    np.testing.assert_allclose(compile(fun)(x), fun(x))
    found = compile(jacobian(fun))(x)
    np.testing.assert_allclose(found, jacobian(fun)(x))
