"""Functions by parts where neither drawn calls nor a table of points reach: keywords, infinite cotangents, verdicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, relu, vjp

INF = np.inf


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128])
@pytest.mark.parametrize("function", [relu, lambda x: np.maximum(x, 0), lambda x: np.clip(x, 0, 9)])
def test_an_infinite_cotangent_over_a_flat_part_gives_0(function: Any, dtype: Any) -> None:
    x = np.array([[-1, 2], [-3, 4]], dtype)
    for at in (x, x.T, x[::-1, ::-1], np.asfortranarray(x)):
        out, pullback = vjp(function, at)
        (found,) = pullback(np.full(out.shape, INF, dtype))
        np.testing.assert_array_equal(found, np.where(at.real > 0, dtype(INF), dtype(0)), strict=True)


def test_nan_flows_only_through_what_was_taken() -> None:
    np.testing.assert_array_equal(vjp(relu, np.array([-1.0, 1.0]))[1](np.full(2, np.nan))[0], [0, np.nan])


def test_a_gate_lets_broadcast_bounds_and_empty_arrays_through() -> None:
    x, low = np.zeros((3, 1)), np.array([-1.0, 1.0])
    found = vjp(lambda x, low: np.clip(x, low, 5), x, low)[1](np.ones((3, 2)))
    np.testing.assert_array_equal(found[0], np.ones((3, 1)))
    np.testing.assert_array_equal(found[1], [0, 3])
    assert vjp(relu, np.ones((0, 2)))[1](np.ones((0, 2)))[0].shape == (0, 2)


def test_maximum_passes_nothing_to_either_where_one_is_nan() -> None:
    x, y = vjp(np.maximum, np.array([np.nan, 1]), np.array([1, np.nan]))[1](np.ones(2))
    np.testing.assert_array_equal(x, [0, 0])
    np.testing.assert_array_equal(y, [0, 0])


def test_maximum_of_complex_numbers_is_by_real_part_then_imaginary() -> None:
    x, y = np.array([1 + 2j, 1 + 2j, 3]), np.array([1 + 3j, 1 + 2j, 2 + 9j])
    found = vjp(np.maximum, x, y)[1](np.full(3, 2 + 2j))
    np.testing.assert_array_equal(found[0], [0, 1 + 1j, 2 + 2j])
    np.testing.assert_array_equal(found[1], [2 + 2j, 1 + 1j, 0])


def test_clip_tracks_its_bounds_in_every_form() -> None:
    x = np.array([-2.0, 0.0, 2.0])
    for form in (
        lambda low, high: np.clip(x, low, high),
        lambda low, high: np.clip(x, a_min=low, a_max=high),
        lambda low, high: np.clip(a=x, min=low, max=high),
        lambda low, high: np.clip(x, min=low, max=high, dtype=float),
    ):
        low, high = vjp(form, np.array(-1.0), np.array(1.0))[1](np.array([1.0, 10, 100]))
        np.testing.assert_array_equal([low, high], [1, 100])


def test_clip_between_bounds_the_wrong_way_round_is_the_upper_one() -> None:
    for x in (-2.0, 0.0, 2.0):
        found = vjp(np.clip, np.array(x), np.array(1.0), np.array(-1.0))[1](1.0)
        np.testing.assert_array_equal(found, [0, 0, 1])


@pytest.mark.parametrize("call", [lambda x: np.clip(x, 0), lambda x: np.clip(x, 0, 1, min=0)])
def test_clip_refuses_bounds_as_numpy_does(call: Any) -> None:
    with pytest.raises((TypeError, ValueError)) as plain:
        call(np.ones(2))
    with pytest.raises(plain.type):
        call(Tensor(np.ones(2), requires_grad=True))


def test_clip_to_another_dtype() -> None:
    x = Tensor(np.array([0.5, 3.0], np.float32), requires_grad=True)
    y = np.clip(x, 0, 1, dtype=np.float64)
    assert y.dtype == np.float64
    np.sum(y).backward()
    np.testing.assert_array_equal(x.grad, np.array([1, 0], np.float32), strict=True)


def test_where_of_a_condition_alone_tells_positions() -> None:
    rows, columns = np.where(Tensor([[1.0, 0.0], [0.0, 2.0]], requires_grad=True))
    assert type(rows) is np.ndarray
    np.testing.assert_array_equal([rows, columns], [[0, 1], [0, 1]])


def test_the_exponent_of_frexp_has_no_derivative() -> None:
    mantissa, exponent = np.frexp(Tensor([3.0, 0.25], requires_grad=True))
    assert mantissa.requires_grad and not exponent.requires_grad
    np.testing.assert_array_equal(exponent, np.frexp([3.0, 0.25])[1])
    (found, _), tangents = jvp(np.frexp, (np.array([3.0, 0.25]),), (np.ones(2),))
    np.testing.assert_array_equal(found, [0.75, 0.5])
    np.testing.assert_array_equal(tangents[0], [0.25, 2])


def test_divmod_is_pythons_too() -> None:
    x = Tensor([7.0, -7.0], requires_grad=True)
    for quotient, rest in (divmod(x, 3.0), np.divmod(x, 3.0)):
        np.testing.assert_array_equal(quotient.data, [2, -3])
        np.testing.assert_array_equal(rest.data, [1, 2])
    np.testing.assert_array_equal(grad(lambda y: np.sum(np.divmod(x.data, y)[1]))(3.0), 1)


def test_modf_tells_both_tangents() -> None:
    _, (fraction, whole) = jvp(np.modf, (np.array([1.5, -2.25]),), (np.array([2.0, 3.0]),))
    np.testing.assert_array_equal(fraction, [2, 3])
    np.testing.assert_array_equal(whole, [0, 0])


def test_functions_of_bits_give_plain_arrays() -> None:
    a, b = Tensor([6, 3]), Tensor([4, 9])
    for function in (np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.left_shift, np.right_shift, np.gcd, np.lcm):
        found = function(a, b)
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, function(a.data, b.data))
    np.testing.assert_array_equal(np.invert(a), ~a.data)
    np.testing.assert_array_equal(np.bitwise_count(a), [2, 2])


def test_functions_of_bits_refuse_floats_as_numpy_does() -> None:
    with pytest.raises(TypeError, match="bitwise_and"):
        np.bitwise_and(Tensor([1.0], requires_grad=True), 1)


@pytest.mark.parametrize("function", [np.isposinf, np.isneginf])
def test_tests_for_infinity_give_plain_booleans(function: Any) -> None:
    x = np.array([INF, -INF, 1.0])
    found = function(Tensor(x, requires_grad=True))
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, function(x))


@pytest.mark.parametrize("function", [np.fix, np.spacing, lambda x: np.copysign(2.0, x), lambda x: np.heaviside(x, 1)])
def test_what_is_constant_by_parts_stays_connected(function: Any) -> None:
    x = Tensor([1.5, -0.5], requires_grad=True)
    y = function(x)
    assert y.requires_grad
    np.sum(y).backward()
    np.testing.assert_array_equal(x.grad, [0, 0])
