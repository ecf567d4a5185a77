"""Gradients by differences: at every scale, of functions that write into what they are given, in programs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import compile, grad, jvp, numerical, vjp


@pytest.mark.parametrize(
    ("fun", "x", "slope"),
    [
        (lambda x: 1 / x, 1e-6, -1e12),
        (np.log, 1e-6, 1e6),
        (np.sin, 1e-6, 1.0),
        (lambda x: np.cos(x) + x, 1e-9, 1.0),
        (np.abs, 0.0, 0.0),
        (lambda x: x**2, 1e8, 2e8),
        (lambda x: np.exp(1e3 * x), 0.0, 1e3),
        (lambda x: np.float64(2.0), 1.0, 0.0),
    ],
)
def test_slopes_at_every_scale(fun: Any, x: float, slope: float) -> None:
    np.testing.assert_allclose(grad(numerical(fun))(x), slope, rtol=1e-5)


def test_noise_does_not_break_it() -> None:
    def rounded(x: Any) -> Any:
        return np.round(x**3, 7)

    np.testing.assert_allclose(grad(numerical(rounded))(2.0), 12.0, rtol=0.02)


def test_a_function_may_write_into_what_it_is_given() -> None:
    def doubled(a: Any) -> Any:
        a *= 2
        return np.sum(a)

    x = np.ones(2)
    np.testing.assert_allclose(grad(numerical(doubled))(x), [2.0, 2.0], rtol=1e-6)
    np.testing.assert_array_equal(x, np.ones(2))


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_in_a_program(backend: str) -> None:
    cube = numerical(lambda x: float(x) ** 3)
    np.testing.assert_allclose(compile(cube, backend=backend)(np.asarray(2.0)), 8.0)
    np.testing.assert_allclose(compile(grad(cube), backend=backend)(np.asarray(2.0)), 12.0, rtol=1e-6)
    wave = numerical(np.sin)
    x = np.arange(3.0)
    of_wave = compile(grad(lambda x: np.sum(wave(x) ** 2)), backend=backend)
    np.testing.assert_allclose(of_wave(x), np.sin(2 * x), rtol=1e-6, atol=1e-9)
    along = compile(lambda x: jvp(wave, (x,), (x,))[1], backend=backend)
    np.testing.assert_allclose(along(x), np.cos(x) * x, rtol=1e-6)


def test_trees() -> None:
    fn = numerical(lambda p: {"sum": p["a"] + p["b"][0], "product": p["a"] * p["b"][0]})
    out, pullback = vjp(fn, {"a": 2.0, "b": [3.0]})
    assert out["product"] == 6.0
    found = pullback({"sum": np.array(0.0), "product": np.array(1.0)})[0]
    np.testing.assert_allclose([found["a"], found["b"][0]], [3.0, 2.0], rtol=1e-6)
