"""`debug` looks at walks: derivatives that are bad, and arrays that changed in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bad_numbers import A, caught, here, large, leaf, second, wrong

from autograd import Tape, debug, grad, jvp, vjp
from autograd.extend import op
from autograd.seals import Changed
from autograd.watch import NonFinite

# Derivatives


def test_a_cotangent() -> None:
    x = leaf()
    with debug():
        y = wrong(x * 2)
        line = here(-1)
        z = np.exp(y).sum()
        with pytest.raises(NonFinite) as found:
            z.backward()
        walked = here(-1)
    error = found.value
    assert (error.op, error.what, error.kind, error.index, error.count) == ("wrong", "cotangent", "NaN", (0,), 3)
    assert (error.line, error.walked) == (line, (__file__, walked))
    assert [(o.name, o.index) for o in error.operands] == [("g", (0,))]
    assert error.operands[0].value == np.exp(2.0)
    assert str(error).startswith("The gradient of wrong in x is NaN at index (0,), 3 in all.")
    assert x.grad is None


def test_a_cotangent_that_is_infinite() -> None:
    with np.errstate(divide="ignore"):
        large(leaf()).sum().backward()
    error = caught(lambda: large(leaf()).sum().backward(), inf=True)
    assert (error.op, error.kind) == ("large", "inf")


def test_infinities_that_meet() -> None:
    def run() -> None:
        x = leaf()
        with np.errstate(divide="ignore"):
            (large(x) - large(x)).sum().backward()

    error = caught(run)
    assert error.op == "large" and "in x, added to what had arrived there, is NaN" in str(error)


def test_a_tangent() -> None:
    error = caught(lambda: jvp(lambda x: wrong(x * 2), (A,), (A,)))
    assert (error.op, error.what, error.file) == ("wrong", "tangent", __file__)
    assert [(o.name, o.value) for o in error.operands] == [("the tangent of x", 2.0)]


@pytest.mark.parametrize(
    "run",
    [
        lambda: grad(grad(second))(3.0),
        lambda: jvp(grad(second), (3.0,), (1.0,)),
        lambda: grad(lambda x: jvp(second, (x,), (1.0,))[1])(3.0),
    ],
)
def test_a_derivative_of_second_order(run: Callable[[], Any]) -> None:
    with debug():
        assert grad(second)(3.0) == 6
    error = caught(run)
    assert error.op == "wrong" and error.what in ("cotangent", "tangent") and error.file == __file__
    assert "of second" in str(error).splitlines()[1]


def test_an_op_with_several_outputs() -> None:
    def back(g: Any, x: Any) -> Any:
        return sum(part for part in g if part is not None) * np.nan

    twice = op(
        lambda x: (x + 0.0, x * 2.0), name="twice", outputs=("a", "b"), vjp={"x": back},
        jvp={"x": lambda g, x: (g * np.nan, g * 2)},
    )  # fmt: skip
    assert caught(lambda: twice(leaf())[1].sum().backward()).op == "twice"
    assert caught(lambda: jvp(lambda x: twice(x)[0], (A,), (A,))).op == "twice"
    assert caught(lambda: twice(leaf([np.nan]))).op == "twice"


@pytest.mark.parametrize(
    ("run", "what"),
    [
        (lambda: (leaf() * 2).backward(np.array([1.0, np.nan, 1.0])), "cotangent"),
        (lambda: vjp(np.exp, A)[1](np.array([1.0, np.nan, 1.0])), "cotangent"),
        (lambda: jvp(np.exp, (A,), (np.array([1.0, np.nan, 1.0]),)), "tangent"),
    ],
)
def test_what_is_given_to_a_walk(run: Callable[[], Any], what: str) -> None:
    error = caught(run)
    assert (error.what, error.index) == (what, (1,)) and error.came_in is not None
    assert str(error).startswith(f"The {what} given for ")


@pytest.mark.parametrize("where", ["leaf", "result"])
def test_what_a_hook_returns(where: str) -> None:
    x = leaf()
    y = np.exp(x)
    (x if where == "leaf" else y).register_hook(lambda g: g * np.nan)
    error = caught(lambda: y.sum().backward())
    assert error.op == ("input" if where == "leaf" else "exp") and str(error).startswith("A hook on ")


# Arrays that change


def test_an_array_that_was_changed_in_between() -> None:
    x, y = leaf(), leaf()
    with debug():
        z = x * y
        line = here(-1)
        z = z.sum()
        x.data[1] = 7.0
        with pytest.raises(Changed) as found:
            z.backward()
        walked = here(-1)
    error = found.value
    assert (error.op, error.name) == ("multiply", "x")
    assert (error.recorded, error.walked) == ((__file__, line), (__file__, walked))
    assert f"recorded at {__file__}:{line}" in str(error) and f"walked from {__file__}:{walked}" in str(error)
    assert "assign a new array (x.data = v)" in str(error)


def test_an_output_that_was_changed_and_an_array_of_indices() -> None:
    index = np.array([0, 2])
    with debug():
        y = np.exp(leaf())
        y.data[0] = 0.0
        with pytest.raises(Changed, match="its output, which exp saved"):
            y.sum().backward()
        y = leaf()[index]
        index[0] = 1
        with pytest.raises(Changed, match="index, which getitem saved"):
            y.sum().backward()


def test_a_change_is_found_in_forward_mode_and_in_a_second_walk() -> None:
    c = A.copy()
    with debug():
        x = leaf()
        tape = Tape.of(x * c, x)
        tape.pushforward([A])
        tape.pullback([A])
        c[0] = 5.0
        for walk in (tape.pushforward, tape.pullback):
            with pytest.raises(Changed, match="y, which multiply saved"):
                walk([A])


def test_what_may_change_may() -> None:
    x, w = leaf(), leaf()
    with debug():
        for _ in range(3):
            loss = np.sum(np.tanh(x.detach() * w) ** 2)
            loss.backward()
            # After the walk, or what no rule reads.
            w.data -= 0.1 * w.grad
            w.grad = None
        y = x + w
        x.data[0] = 9.0
        y.sum().backward()
