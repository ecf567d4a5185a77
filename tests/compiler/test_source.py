"""The readable source: it runs by itself, gives the same numbers, and has the user's names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special

import autograd
from autograd import compile, derive, grad, jvp, value_and_grad
from autograd.tree import flatten

pytestmark = pytest.mark.usefixtures("each_backend")

RNG = np.random.default_rng(0)


def executed(source: str, *arrays: Any) -> Any:
    """Run a source by itself."""
    space: dict[str, Any] = {}
    exec(source, space)
    function = [thing for thing in space.values() if getattr(thing, "__module__", "") is None or callable(thing)][-1]
    return function(*arrays)


def agree(found: Any, expected: Any) -> None:
    for ours, eager in zip(flatten(found)[0], flatten(expected)[0], strict=True):
        np.testing.assert_allclose(ours, eager, rtol=1e-12, atol=1e-14)


def network(w1: Any, b1: Any, w2: Any, b2: Any, X: Any, y: Any) -> Any:
    """Give the loss of the book's network."""
    h = autograd.relu(X @ w1 + b1)
    z = h @ w2 + b2
    shifted = z - z.detach().max(axis=1, keepdims=True)
    e = np.exp(shifted)
    losses = np.log(np.sum(e, axis=1)) - shifted[np.arange(len(y)), y]
    return np.mean(losses)


PARAMETERS = (
    RNG.standard_normal((2, 8)), np.zeros((1, 8)), RNG.standard_normal((8, 3)), np.zeros((1, 3)),
    RNG.standard_normal((30, 2)), RNG.integers(0, 3, 30),
)  # fmt: skip


def test_the_books_network() -> None:
    both = value_and_grad(network, (0, 1, 2, 3))
    source = derive(both, *PARAMETERS)
    agree(executed(source, *PARAMETERS), both(*PARAMETERS))
    for line in (
        "def value_and_grad_of_network(w1, b1, w2, b2, X, y):", "    h = np.maximum((X @ w1) + b1, 0)",
        "    z = (h @ w2) + b2", "    e = np.exp(shifted)", "    d_w2 = h.T @ d_shifted  # gradient of matmul",
    ):  # fmt: skip
        assert line in source.splitlines()
    # The chapter's (p - y) / n.
    (line,) = [line for line in source.splitlines() if line.startswith("    d_shifted =")]
    assert line.startswith("    d_shifted = ((e / t1.reshape(30, 1)) - ") and ") / 30.0" in line


@pytest.mark.parametrize(
    ("fn", "arrays"),
    [
        (grad(lambda x: np.sum(np.log(x))), (np.array([1.0, 2]),)),
        (lambda x: {"a": [x + 1, (x,)], "b": x[::-1, None, ..., 0]}, (np.ones((2, 3)),)),
        (grad(lambda x: np.sum(np.where(x > 0, x, x * 2.0) ** 3)), (RNG.standard_normal(5),)),
        (lambda x, t: jvp(lambda x: np.tanh(x) / (1 + x * x), (x,), (t,)), (np.ones(3), np.arange(3.0))),
        (grad(lambda x: np.sum(scipy.special.erf(x) * np.array([1.0, 2.0]))), (np.ones(2),)),
        (lambda x: x.astype(np.float32) * np.float32(2), (np.ones(2),)),
        (lambda x: np.linalg.norm(x, axis=1) + np.cumsum(x, axis=0)[0, 0], (np.ones((2, 3)),)),
        (lambda x: np.full_like(x, np.inf) * 0 + np.max(x, axis=(0, 1), keepdims=True), (np.ones((2, 3)),)),
        (lambda x: -((x - 1) - (x - (x + 2))) / -(x * 3), (np.full(2, 3.0),)),
        (lambda params, lambda_: params["w"] * lambda_, ({"w": np.ones(2)}, np.ones(2))),
    ],
)
def test_a_source_runs_by_itself(fn: Any, arrays: Any) -> None:
    source = derive(fn, *arrays)
    with np.errstate(all="ignore"):
        agree(executed(source, *flatten(list(arrays))[0]), fn(*arrays))


def test_of_a_compiled_function_with_what_it_reads_outside() -> None:
    table = np.arange(3.0)
    made = compile(lambda x: x * table + np.sum(table))
    with pytest.raises(RuntimeError, match="no program yet"):
        _ = made.source
    made(np.ones(3))
    source = made.source
    assert "(x, table):" in source
    np.testing.assert_array_equal(executed(source, np.ones(3), table), made(np.ones(3)))


def test_names_do_not_clash_and_large_constants_are_parameters() -> None:
    def fn(x: Any) -> Any:
        y = x + 1
        for _ in range(2):
            y = y * x
        np_ = y - 1
        return np_, np.sum(x * np.arange(100.0) ** 2)

    source = derive(fn, np.ones(100))
    assert "(x, c):" in source and source.count("np_ =") == 1
    constant = np.arange(100.0) ** 2
    agree(executed(source, np.ones(100), constant), fn(np.ones(100)))


def test_ties_are_halved_by_a_function_that_is_written_out() -> None:
    x = np.array([-1.0, 0.0, 2.0])
    slope = grad(lambda x: np.sum(np.minimum(x, 0) * x + np.minimum(x, 0)))
    agree(executed(derive(slope, x), x), slope(x))
    assert slope(x)[1] == 0.5


def test_draws_are_written_as_methods_of_the_generator() -> None:
    x = np.ones(4)
    dropped = grad(lambda x, rng: np.sum(x * (rng.random(4, dtype=np.float32) < 0.5)))
    source = derive(dropped, x, np.random.default_rng(0))
    assert "rng.random(4, dtype=np.float32)" in source
    agree(executed(source, x, np.random.default_rng(3)), dropped(x, np.random.default_rng(3)))
