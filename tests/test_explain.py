"""`explain` says why a Tensor has a gradient, or has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from bad_numbers import A, here, leaf

from autograd import Tensor, compile, debug, explain, grad, no_grad, stop_gradient


@pytest.fixture
def under_debug() -> Iterator[None]:
    with debug():
        yield


def test_explain_leaves() -> None:
    x = leaf()
    assert explain(x).startswith("A leaf (shape (3,), float64)") and "None has arrived yet" in explain(x)
    x.sum().backward()
    assert "It has one." in explain(x)


def test_explain_results() -> None:
    x, w = leaf(), leaf()
    y = np.exp(x) * w
    assert "the result of multiply. It depends on 2 leaves, where backward()" in explain(y)
    assert "t.register_hook(print)" in explain(y)
    z = y.sum()
    z.backward()
    assert "let go of its tape" in explain(z) and "retain_graph=True" in explain(z)
    assert "let go of the tape behind it, at sum" in explain(z * 2)


def test_explain_results_that_are_flat() -> None:
    x = leaf()
    assert "every way back leads through sign, floor," in explain(np.sign(x) + np.floor(x) * 2)
    assert "It depends on 1 leaf" in explain(np.sign(x) * x)
    # Of a complex number the sign turns.
    assert "It depends on 1 leaf" in explain(np.sign(leaf(1j)))


def test_explain_arguments() -> None:
    told: list[str] = []

    def f(x: Any) -> Any:
        told.extend([explain(x), explain(x * leaf())])
        return x * x

    grad(f)(2.0)
    assert told[0].startswith("The argument (shape (), float64) of a function that is being differentiated")
    assert "1 leaf, where backward() leaves gradients, and on 1 argument of functions being diff" in told[1]


def test_explain_under_no_grad() -> None:
    x = leaf()
    with no_grad():
        assert "Recording is off here (no_grad)" in explain(x)


@pytest.mark.usefixtures("under_debug")
def test_explain_says_what_took_it_off_the_tape_and_where() -> None:
    x = leaf()
    detached, cast, position, plain = x.detach(), x.astype(int), np.argsort(x), x.numpy()
    line = here(-1)
    with no_grad():
        silent = np.exp(x)
    assert f"taken off the tape by t.detach() at {__file__}:{line}." in explain(detached)
    assert f"made by astype of a Tensor on the tape: an integer has no derivative, at {__file__}:{line}" in explain(
        cast
    )
    assert f"made by argsort of a Tensor on the tape: a position or a count, at {__file__}:{line}" in explain(position)
    assert f"taken off the tape by t.numpy() at {__file__}:{line}" in explain(plain)
    assert f"computed by exp under no_grad at {__file__}:{line + 3}" in explain(silent)
    # And what was computed from these.
    assert f"t.detach() at {__file__}:{line}" in explain(np.exp(detached) * 2)
    assert f"under no_grad at {__file__}:{line + 3}" in explain(silent.sum())
    assert explain(x).startswith("A leaf")
    assert f"the result of exp at {__file__}:{here()}" in explain(np.exp(x))


def test_explain_tells_of_no_other_tensor_with_the_same_array() -> None:
    q = leaf()
    with debug():
        detached, plain = q.detach(), q.numpy()
    assert "taken off the tape by t.detach()" in explain(detached) and "t.numpy()" in explain(plain)
    for other in (Tensor(q.data), stop_gradient(q), q.detach(), q.data, q.numpy()):
        assert "at " + __file__ not in explain(other)
    # It is the same memory all the same.
    plain[0] = 7.0
    assert q.data[0] == detached.data[0] == 7.0


def test_explain_without_debug_says_what_it_may_be() -> None:
    x = leaf()
    assert "Run it under autograd.debug() to learn which" in explain(x.detach())
    assert "Write t.astype(float)" in explain(x.astype(int))
    assert explain(x > 2).startswith("A plain array (bool), and no Tensor")
    assert explain(3.0).startswith("A plain number (float64), and no Tensor")
    assert explain(x.numpy()).startswith("A plain array (float64)")


@pytest.mark.parametrize("what", ["text", None, [1.0], np.exp])
def test_explain_takes_what_may_have_been_a_tensor(what: Any) -> None:
    with pytest.raises(TypeError, match="explain takes a Tensor, an array or a number; met"):
        explain(what)


def test_explain_while_compiling() -> None:
    told: list[str] = []

    def f(x: Any) -> Any:
        told.append(explain(x))
        return x * 2

    compile(f)(A)
    assert told[0].startswith("A constant (shape (3,), float64) of a program that is being recorded")
