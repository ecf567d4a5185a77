"""What a program draws, what it may write into, and what memory it takes."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from agreement import same

from autograd import compile, grad, value_and_grad

pytestmark = pytest.mark.usefixtures("each_backend")

RNG = np.random.default_rng(0)


# Random numbers


def test_generators_draw_as_they_do_eagerly() -> None:
    def noisy(rng: np.random.Generator, x: Any) -> Any:
        mask = rng.random(x.shape) < 0.5
        return np.where(mask, x, 0) + rng.normal(0, 0.1, x.shape) * rng.integers(1, 4, x.shape)

    made, ours, plain = compile(noisy), np.random.default_rng(7), np.random.default_rng(7)
    x = RNG.standard_normal(5)
    for _ in range(3):
        same(made(ours, x), noisy(plain, x))
    assert ours.bit_generator.state == plain.bit_generator.state


def test_generators_held_by_objects_and_the_derivative_at_what_was_drawn() -> None:
    @dataclass
    class Dropout:
        rng: np.random.Generator

        def __call__(self, x: Any) -> Any:
            return np.where(self.rng.random(x.shape) < 0.5, 2 * x, 0)

    layer = Dropout(np.random.default_rng(3))
    made = compile(lambda x: np.sum(layer(x) ** 2))
    plain = np.random.default_rng(3)
    for _ in range(2):
        found = grad(made)(np.ones(6))
        same(found, np.where(plain.random(6) < 0.5, 8.0, 0))


def test_the_global_generator_is_refused() -> None:
    with pytest.raises(TypeError, match=r"global generator.*default_rng"):
        compile(lambda x: x * np.random.rand())(np.ones(1))


# Donation


def test_donated_arrays_are_used_again() -> None:
    made = compile(lambda w, g: w - 0.1 * g, donate="w")
    w, g = np.ones(3), np.ones(3)
    found = made(w, g)
    assert found is w
    same(w, np.full(3, 0.9))


def test_a_donated_input_that_is_used_twice() -> None:
    made = compile(lambda w: (w * 2, w + 1), donate="w")
    w = np.arange(3.0)
    one, two = made(w)
    same(one, np.arange(3.0) * 2)
    same(two, np.arange(3.0) + 1)


@pytest.mark.parametrize("which", [0, 1])
def test_a_donated_array_that_is_another_argument_too(which: int) -> None:
    made = compile(lambda w, x: w * 2 + x, donate="w")
    w = np.arange(4.0)
    with pytest.raises(ValueError, match=r"donated.*w.*shares.*copy"):
        made(*((w, w), (w[:2], w[1:3]))[which])
    same(w, np.arange(4.0))


def test_a_donated_array_that_cannot_be_written() -> None:
    made = compile(lambda w: w * 2, donate="w")
    w = np.arange(4.0)
    w.flags.writeable = False
    with pytest.raises(ValueError, match=r"donated.*read-only"):
        made(w)


def test_a_donated_array_on_the_tape_is_kept() -> None:
    made = compile(lambda w: w * w, donate="w")
    same(grad(lambda w: np.sum(made(w)))(np.array([3.0])), np.array([6.0]))


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda x: x[::-1], lambda x: np.repeat(x, 2, axis=1)[:, ::2]])
def test_a_donated_array_in_any_layout(layout: Any) -> None:
    made = compile(lambda w: np.exp(w) * 2 + w * w, donate="w")
    w = RNG.standard_normal((700, 400))
    same(
        made(layout(w).copy(order="K") if layout is np.asfortranarray else layout(w.copy())),
        np.exp(layout(w)) * 2 + layout(w) ** 2,
    )


# Memory


def test_replays_allocate_nothing_but_the_results() -> None:
    def step(w: Any, x: Any, y: Any) -> Any:
        def loss(w: Any) -> Any:
            h = np.maximum(x @ w, 0)
            return np.mean((h.sum(axis=1) - y) ** 2)

        value, gradient = value_and_grad(loss)(w)
        return value, w - 1e-5 * gradient

    made = compile(step, donate="w")
    w, x, y = RNG.standard_normal((20, 30)), RNG.standard_normal((50, 20)), RNG.standard_normal(50)
    _, w = made(w, x, y)
    gc.collect()
    tracemalloc.start()
    try:
        made(w, x, y)
        before = tracemalloc.get_traced_memory()[0]
        peak = 0
        for _ in range(1000):
            tracemalloc.reset_peak()
            start = tracemalloc.get_traced_memory()[0]
            _, w = made(w, x, y)
            peak = max(peak, tracemalloc.get_traced_memory()[1] - start)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 1000, f"{grown} bytes more after 1,000 replays"
    # All small objects of a call together; the least of the program's matrices has 4,800 bytes.
    assert peak < 2000, f"{peak} bytes at once"
