"""Checkpoints: random numbers of the first time, memory of a program, and functions that are not pure."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from autograd import checkpoint, compile, grad, jvp, value_and_grad

RNG = np.random.default_rng(0)


class Noise:
    """Holds a generator."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(1)

    def __call__(self, x: Any) -> Any:
        """Multiply by noise."""
        return np.sum(x * self.rng.normal(size=3))


def _by_argument(x: Any) -> Any:
    return checkpoint(lambda x, rng: np.sum(x * rng.normal(size=3)))(x, np.random.default_rng(2))


def _closed_over() -> Any:
    rng = np.random.default_rng(3)
    return checkpoint(lambda x: np.sum(x * np.sum([rng.normal(size=3) for _ in range(2)], axis=0)))


@pytest.mark.parametrize(
    "fun",
    [
        checkpoint(lambda x: np.sum(x * RNG.normal(size=3))),
        checkpoint(lambda x: np.sum(x * np.random.normal(size=3))),
        checkpoint(Noise()),
        checkpoint(Noise().__call__),
        _closed_over(),
        _by_argument,
        checkpoint(lambda x: checkpoint(lambda x: np.sum(x * RNG.normal(size=3)))(x)),
    ],
    ids=["global", "NumPy's own", "object", "method", "closure", "argument", "nested"],
)
def test_random_numbers_are_those_of_the_first_time(fun: Any) -> None:
    """The function is linear: its gradient is its coefficients, and their sum its value at ones."""
    before = np.random.get_state()
    seen = []
    for _ in range(3):
        value, gradient = value_and_grad(fun)(np.ones(3))
        np.testing.assert_allclose(np.sum(gradient), value, rtol=1e-12)
        seen.append(float(value))
    assert fun is _by_argument or len(set(seen)) == 3
    value, tangent = jvp(fun, (np.ones(3),), (np.ones(3),))
    np.testing.assert_allclose(tangent, value, rtol=1e-12)
    np.random.set_state(before)


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_random_numbers_in_a_program(backend: str) -> None:
    rng = np.random.default_rng(4)
    fun = compile(value_and_grad(checkpoint(lambda x: np.sum(x * rng.normal(size=3)))), backend=backend)
    seen = set()
    for _ in range(3):
        value, gradient = fun(np.ones(3))
        np.testing.assert_allclose(np.sum(gradient), value, rtol=1e-12)
        seen.add(float(value))
    assert len(seen) == 3


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_a_program_keeps_as_much_less(backend: str) -> None:
    """A chain of 16 parts of 16 steps: kept whole 256 arrays, cut into parts 16 and those of one part."""

    def part(h: Any) -> Any:
        for _ in range(16):
            h = np.sin(h)
        return h

    def chain(part: Any) -> Any:
        def fun(x: Any) -> Any:
            for _ in range(16):
                x = part(x)
            return np.sum(x)

        return compile(grad(fun), backend=backend)

    whole, cut = chain(part), chain(checkpoint(part))
    x = np.linspace(0, 1, 500)
    np.testing.assert_allclose(cut(x), whole(x), rtol=1e-13)
    assert cut.memory.arena < whole.memory.arena / 4


def test_a_function_that_is_not_one_of_its_arguments_is_refused() -> None:
    count = itertools.count(1.0)
    with pytest.raises(RuntimeError, match="gave other numbers when it was run again"):
        grad(checkpoint(lambda x: x * next(count)))(2.0)
    with pytest.raises(RuntimeError, match=r"returned shape \(2,\) and dtype float64 when it was run again"):
        grad(lambda x: np.sum(checkpoint(lambda x: x[: int(next(count)) - 2])(x)))(np.ones(4))
    with pytest.raises(RuntimeError, match="returned another structure when it was run again"):
        grad(lambda x: np.sum(checkpoint(lambda x: [x] * int(next(count)))(x)[0]))(np.ones(4))
