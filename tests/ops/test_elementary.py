"""Elementary functions where neither drawn calls nor a table of real points reach: high orders, cuts, complex edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, vjp

EPS = float(np.finfo(float).eps)


def derivative(function: Any, order: int) -> Any:
    """Differentiate a function of each element so many times."""
    for _ in range(order):
        function = grad(lambda x, function=function: np.sum(function(x)))
    return function


@pytest.mark.parametrize("order", range(7))
def test_every_derivative_of_sinc_at_0(order: int) -> None:
    found = derivative(np.sinc, order)(np.zeros(1))
    expected = 0.0 if order % 2 else (-1) ** (order // 2) * math.pi**order / (order + 1)
    np.testing.assert_allclose(found, [expected], rtol=4 * EPS)


@pytest.mark.parametrize("order", range(1, 6))
def test_derivatives_of_sinc_against_their_integral(order: int) -> None:
    """Sinc is the mean of cos(πxt) over t from 0 to 1; on both sides of each seam, and far out."""
    x = np.array([1e-9, 0.1, 0.47, 0.477, 0.478, 0.79, 0.8, 1.0, 2.5, -0.3, -6.2])
    t, weights = np.polynomial.legendre.leggauss(40)
    t, weights = (t + 1) / 2, weights / 2
    phase = np.pi * x[:, None] * t + order * np.pi / 2
    expected = np.pi**order * np.sum(weights * t**order * np.cos(phase), axis=1)
    np.testing.assert_allclose(derivative(np.sinc, order)(x), expected, rtol=0, atol=50 * EPS * math.pi**order)


def test_sinc_of_complex_numbers_near_0() -> None:
    z = np.array([0j, 1e-5j, 0.2 + 0.1j])
    _, slope = jvp(np.sinc, (z,), (np.ones(3, complex),))
    u = np.pi * z
    series = np.pi * (-u / 3 + u**3 / 30 - u**5 / 840 + u**7 / 45360 - u**9 / 3991680)
    np.testing.assert_allclose(slope, series, rtol=1e-9)


@pytest.mark.parametrize("order", range(1, 6))
def test_derivatives_of_i0_against_their_integral(order: int) -> None:
    """I₀ is the mean of exp(x cos θ); the trapezoidal rule on a circle is exact to rounding."""
    x = np.array([0.0, 0.5, -3.0, 8.0, 29.9, -30.1, 60.0])
    cosine = np.cos(2 * np.pi * (np.arange(256) + 0.5) / 256)
    expected = np.mean(cosine**order * np.exp(x[:, None] * cosine), axis=1)
    np.testing.assert_allclose(derivative(np.i0, order)(x), expected, rtol=200 * EPS, atol=4 * EPS)


def test_i0_refuses_complex_numbers_as_numpy_does() -> None:
    with pytest.raises(TypeError, match="complex"):
        np.i0(Tensor(1j, requires_grad=True))


@pytest.mark.parametrize(
    ("function", "z", "expected"),
    [
        (np.arcsin, complex(2, 0.0), 1j / math.sqrt(3)),
        (np.arcsin, complex(2, -0.0), -1j / math.sqrt(3)),
        (np.arcsin, complex(-2, 0.0), -1j / math.sqrt(3)),
        (np.arcsin, complex(-2, -0.0), 1j / math.sqrt(3)),
        (np.arccos, complex(2, 0.0), -1j / math.sqrt(3)),
        (np.arccos, complex(-2, -0.0), -1j / math.sqrt(3)),
        (np.arccosh, complex(0.5, 0.0), -1j / math.sqrt(0.75)),
        (np.arccosh, complex(0.5, -0.0), 1j / math.sqrt(0.75)),
        (np.arccosh, complex(-2, 0.0), -1 / math.sqrt(3)),
        (np.arccosh, complex(-2, -0.0), -1 / math.sqrt(3)),
        (np.arcsinh, complex(0.0, 2), -1j / math.sqrt(3)),
        (np.arcsinh, complex(-0.0, 2), 1j / math.sqrt(3)),
        (np.arcsinh, complex(0.0, -2), 1j / math.sqrt(3)),
        (np.sqrt, complex(-4, 0.0), -0.25j),
        (np.sqrt, complex(-4, -0.0), 0.25j),
    ],
)
def test_on_a_branch_cut_the_side_is_that_of_the_signed_zero(function: Any, z: complex, expected: complex) -> None:
    at = np.array(z)
    _, slope = jvp(function, (at,), (np.array(1 + 0j),))
    np.testing.assert_allclose(slope, expected, rtol=8 * EPS)
    (pulled,) = vjp(function, at)[1](np.array(1 + 0j))
    np.testing.assert_allclose(pulled, expected, rtol=8 * EPS)
    # Along the cut the function stays on its side.
    h = 1e-6
    beside, step = (complex(z.real, z.imag + h), h * 1j) if z.real == 0 else (complex(z.real + h, z.imag), h)
    here, there = function(np.array([z, beside]))
    np.testing.assert_allclose((there - here) / step, expected, rtol=1e-5)


ROOT3 = math.sqrt(3)


@pytest.mark.parametrize(
    ("name", "x", "part", "expected"),
    [
        ("sqrt", -4.0, np.imag, -0.25), ("sqrt", 4.0, np.real, 0.25), ("log", -2.0, np.real, -0.5),
        ("log2", -2.0, np.real, -0.5 / math.log(2)), ("log10", -2.0, np.real, -0.5 / math.log(10)),
        ("arcsin", 2.0, np.imag, 1 / ROOT3), ("arcsin", -2.0, np.imag, -1 / ROOT3), ("arcsin", 2.0, np.real, 0),
        ("arccos", 2.0, np.imag, -1 / ROOT3), ("arccos", -2.0, np.imag, 1 / ROOT3),
        ("arccos", 0.5, np.real, -1 / math.sqrt(0.75)), ("arctanh", 2.0, np.real, -1 / 3),
    ],
)  # fmt: skip
def test_emath_beyond_its_real_domain(name: str, x: float, part: Any, expected: float) -> None:
    function = getattr(np.emath, name)
    found = grad(lambda x: part(function(x)))(x)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=8 * EPS, atol=EPS)


def test_emath_of_two_arguments_tracks_either() -> None:
    np.testing.assert_allclose(grad(lambda x: np.emath.logn(2, x))(8.0), 1 / (8 * math.log(2)))
    np.testing.assert_allclose(grad(lambda n: np.emath.logn(n, 8.0))(2.0), -3 / (2 * math.log(2)))
    np.testing.assert_allclose(grad(lambda x: np.imag(np.emath.power(x, 0.5)))(-4.0), -0.25)
    np.testing.assert_allclose(grad(lambda p: np.real(np.emath.power(-1.0, p)))(0.5), -math.pi)
    assert np.emath.power(Tensor([2, 4]), -2).dtype == np.float64


def test_emath_keeps_single_precision() -> None:
    x = np.array([-4.0, 4.0], np.float32)
    out, pullback = vjp(np.emath.sqrt, x)
    assert out.dtype == np.complex64
    assert pullback(np.ones(2, np.complex64))[0].dtype == np.float32


@pytest.mark.parametrize("deg", [False, True])
def test_angle_of_complex_numbers(deg: bool) -> None:
    found = grad(lambda z: np.sum(np.angle(z, deg=deg)))(np.array([3 + 4j, 0j]))
    scale = 180 / math.pi if deg else 1
    np.testing.assert_allclose(found, [(-4 - 3j) / 25 * scale, 0], rtol=8 * EPS)


@pytest.mark.parametrize(
    "function",
    [
        lambda t: np.arctan2(1.0, t), lambda t: np.arctan2(t, 1.0), lambda t: np.hypot(3, t),
        lambda t: np.hypot(t, [3.0]), lambda t: np.float_power(2, t), lambda t: np.float_power(t, 2),
        lambda t: np.logaddexp2(0, t), lambda t: np.ldexp(t, np.array([1, 2])),
    ],
)  # fmt: skip
def test_tracked_in_any_position(function: Any) -> None:
    x, h = np.array([0.7]), 1e-6
    (found,) = vjp(lambda t: np.sum(function(t)), x)[1](1.0)
    expected = (np.sum(function(x + h)) - np.sum(function(x - h))) / (2 * h)
    np.testing.assert_allclose(found, [expected], rtol=1e-8)


def test_float_power_computes_in_double_and_gives_back_single() -> None:
    out, pullback = vjp(np.float_power, np.full(2, 3, np.float32), np.full(2, 2, np.float16))
    assert out.dtype == np.float64
    x, y = pullback(np.ones(2))
    assert (x.dtype, y.dtype) == (np.float32, np.float16)
    np.testing.assert_array_equal(x, np.full(2, 6, np.float32))


def test_nan_to_num_replaces_each_part_of_a_complex_number() -> None:
    z = np.array([complex(np.nan, 2), complex(1, np.inf), 3 + 4j, complex(-np.inf, np.nan)])
    found = grad(lambda z: np.sum(np.real((1 + 2j) * np.nan_to_num(z, posinf=5, neginf=-5))))(z)
    np.testing.assert_array_equal(found, [2j, 1, 1 + 2j, 0])


def test_nan_to_num_in_place_writes_into_the_tensor() -> None:
    x = Tensor([np.nan, 2.0], requires_grad=True)
    y = x * 3
    z = np.nan_to_num(y, copy=False, nan=5.0)
    assert z is y
    np.testing.assert_array_equal(y.data, [5, 6])
    np.sum(y).backward()
    np.testing.assert_array_equal(x.grad, [0, 3])


def test_nan_to_num_leaves_what_it_was_given() -> None:
    x = np.array([np.nan, 1.0])
    y = np.nan_to_num(Tensor(x, requires_grad=True), nan=np.array([7.0, 8.0]))
    np.testing.assert_array_equal(y.data, [7, 1])
    np.testing.assert_array_equal(x, [np.nan, 1])


def test_real_if_close_keeps_the_real_part_or_all() -> None:
    close, far = np.array([1 + 1e-15j, 2]), np.array([1 + 1e-3j, 2])
    assert np.real_if_close(Tensor(close, requires_grad=True)).dtype == np.float64
    assert np.real_if_close(Tensor(far, requires_grad=True)).dtype == np.complex128
    assert np.real_if_close(Tensor(far, requires_grad=True), tol=1e-2).dtype == np.float64
    np.testing.assert_array_equal(grad(lambda z: np.sum(np.real_if_close(z)))(close), [1, 1])
    x = Tensor(1.0, requires_grad=True)
    assert np.real_if_close(x) is x


def test_unwrap_takes_no_tracked_period() -> None:
    x = Tensor([0.0, 4.0], requires_grad=True)
    with pytest.raises(TypeError, match="period"):
        np.unwrap(x, period=Tensor(6.0, requires_grad=True))
    np.testing.assert_array_equal(np.unwrap(x, period=3.0).data, np.unwrap(x.data, period=3.0))


def test_what_a_power_passes_on_at_0_where_nothing_flows() -> None:
    """Its infinite derivative gives 0 there, and so does what is differentiated by the cotangent."""
    found = jvp(lambda g: vjp(lambda x: np.power(x, 0.5), np.zeros(1))[1](g)[0], (np.zeros(1),), (np.ones(1),))
    np.testing.assert_array_equal(found, np.zeros((2, 1)))
