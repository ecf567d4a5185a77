"""Stacks of transforms, drawn: within a program, and around one, held to eager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import compile, custom_jvp, grad, hvp, jacobian, jvp, stop_gradient, vjp
from autograd.extend import elementwise

pytestmark = pytest.mark.usefixtures("each_backend")

Fn = Callable[..., Any]
W = np.array([0.8, -1.1, 0.4])
softplus = elementwise(lambda x: np.log1p(np.exp(x)), name="softplus_drawn", x=lambda g, x: g / (1 + np.exp(-x)))

#: From an elementwise function to another of the same kind.
OPERATORS: dict[str, Fn] = {
    "elementwise_grad": ag.elementwise_grad,
    "grad of the sum": lambda f: grad(lambda x: np.sum(f(x))),
    "pushed": lambda f: lambda x: jvp(f, (x,), (x,))[1],
    "pulled": lambda f: lambda x: vjp(f, x)[1](x)[0],
    "rows": lambda f: lambda x: np.sum(jacobian(f, mode="reverse")(x), axis=0),
    "columns": lambda f: lambda x: np.sum(jacobian(f, mode="forward")(x), axis=1),
    "hvp": lambda f: lambda x: hvp(lambda y: np.sum(f(y)))(x, x),
    "closure": lambda f: lambda x: grad(lambda y: np.sum(f(x * y) + f(x) * y))(x),
    "checkpoint": ag.checkpoint,
    "stopped": lambda f: lambda x: f(x) * stop_gradient(np.sin(x)),
    "compiled": compile,
    "doubled": lambda f: _doubled(f),
    "declared": lambda f: lambda x: f(softplus(x)),
    "outside": lambda f: lambda x: f(x * W),
}
BASES: dict[str, Fn] = {
    "tanh": np.tanh, "sin": np.sin, "bell": lambda x: np.exp(-x * x), "ratio": lambda x: x / (1 + x * x),
    "cube": lambda x: x**3, "sorted": np.sort, "running": np.cumsum, "mean": lambda x: x * np.mean(x * x),
}  # fmt: skip


def _doubled(f: Fn) -> Fn:
    """Give a function twice its derivative."""
    fn = custom_jvp(lambda x: f(x))
    fn.defjvp(lambda primals, tangents: (f(*primals), 2 * jvp(f, primals, tangents)[1]))
    return fn


def stacked(names: list[str], fn: Fn) -> Fn:
    for name in names:
        fn = OPERATORS[name](fn)
    return fn


STACKS = st.lists(st.sampled_from(sorted(OPERATORS)), min_size=1, max_size=3)
POINTS = st.lists(st.floats(-1.5, 1.5).map(lambda v: round(v, 3)), min_size=3, max_size=3, unique=True).map(np.array)


def close(found: Any, expected: Any) -> None:
    """Assert agreement as far as what cancels in three derivatives leaves."""
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, strict=True)


# Where something is stopped, nothing may be left to differentiate.
@pytest.mark.filterwarnings("ignore:What .* does not depend on")
@given(names=STACKS, base=st.sampled_from(sorted(BASES)), x=POINTS, y=POINTS)
def test_stacks_within_a_program(names: list[str], base: str, x: Any, y: Any) -> None:
    fn = stacked(names, BASES[base])
    made = compile(lambda x: fn(x))
    for point in (x, y):
        close(made(point), stacked(names, BASES[base])(point))


@pytest.mark.filterwarnings("ignore:What .* does not depend on")
@given(inner=STACKS, names=STACKS, base=st.sampled_from(sorted(BASES)), x=POINTS)
def test_stacks_around_a_program(inner: list[str], names: list[str], base: str, x: Any) -> None:
    fn = stacked(inner[:2], BASES[base])
    close(stacked(names[:2], compile(fn))(x), stacked(names[:2], fn)(x))


def test_the_stacks_are_not_all_zero() -> None:
    x, linear = np.array([0.3, -0.7, 1.1]), ("sorted", "running")
    for name in OPERATORS:
        for base, fn in BASES.items():
            value = stacked([name], fn)(x)
            assert np.any(np.abs(value) > 1e-3) or (name == "hvp" and base in linear), (name, base)
