"""Signals and polynomials beyond the generic tests: curves in all arguments, forms of call, division, roots, errors."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp

RNG = np.random.default_rng(0)
NODES = np.array([0.0, 0.4, 1.1, 1.5, 2.0])
VALUES = np.array([1.0, -2, 0.5, 0.7, 3])
BETWEEN = np.array([0.2, 1.3, 0.91, 1.77, 0.5])


def test_a_curve_in_all_three() -> None:
    check_grads(np.interp, (BETWEEN, NODES, VALUES))
    check_grads(np.interp, (BETWEEN.reshape(5, 1), NODES, VALUES), order=1)


def test_a_curve_in_its_end_values() -> None:
    def curve(x: Any, fp: Any, left: Any, right: Any) -> Any:
        return np.interp(x, NODES, fp, left=left, right=right)

    at = (np.array([-0.5, 0.2, 2.5, 3]), VALUES, np.array(0.3), np.array(-0.7))
    check_grads(curve, at, order=1)


def test_a_complex_curve() -> None:
    check_grads(lambda x, xp, fp: np.interp(x, xp, fp), (BETWEEN, NODES, VALUES + 1j * VALUES[::-1]), order=1)
    check_grads(lambda fp: np.interp([-1.0, 0.3, 3], NODES, fp, 1j, 2), VALUES * (1 + 1j), order=1)


def test_the_slope_of_least_norm_is_taken_part_by_part() -> None:
    found = grad(lambda x: np.real(np.interp(x, [0.0, 1, 2], [0, 1 + 5j, 4 + 6j]) * (1 - 1j)))(1.0)
    assert found == 1 + 1


def test_a_curve_around_a_ring() -> None:
    x, xp = np.array([-7.1, 0.33, 5.2, 11.9]), np.array([3.3, 0.4, -1.6])
    for period in (5.0, -5.0):
        check_grads(lambda x, xp, fp, p=period: np.interp(x, xp, fp, period=p), (x, xp, VALUES[:3]), order=1)
    check_grads(lambda x, p: np.interp(x, xp, VALUES[:3], period=p), (x, np.array(5.0)), order=1)


def test_a_curve_of_tensors_and_lists_in_any_place() -> None:
    for k in range(3):
        args: list[Any] = [BETWEEN.tolist(), NODES.tolist(), VALUES.tolist()]
        args[k] = Tensor(args[k], requires_grad=True)
        out = np.interp(*args)
        np.testing.assert_array_equal(out.data, np.interp(BETWEEN, NODES, VALUES))
        out.backward(np.ones(5))
        assert np.any(args[k].grad != 0)


LENGTHS = [(1, 1), (1, 4), (4, 1), (5, 2), (2, 5), (4, 4), (6, 3), (3, 6), (7, 4), (4, 7)]


@pytest.mark.parametrize("mode", ["full", "same", "valid", 0, 1, 2])
@pytest.mark.parametrize("function", [np.convolve, np.correlate])
def test_convolutions_of_any_lengths(function: Any, mode: Any) -> None:
    """A sum of squares makes the gradient one of two products, held against the sums written out."""
    for n, m in LENGTHS:
        a, v, t = RNG.standard_normal(n), RNG.standard_normal(m), RNG.standard_normal(n)
        out, pullback = vjp(lambda a, v: function(a, v, mode), a, v)
        g = RNG.standard_normal(out.shape)
        of_a, of_v = pullback(g)
        basis = np.eye(n), np.eye(m)
        np.testing.assert_allclose(of_a, [g @ function(e, v, mode) for e in basis[0]], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(of_v, [g @ function(a, e, mode) for e in basis[1]], rtol=1e-12, atol=1e-14)
        _, pushed = jvp(lambda a, v=v: function(a, v, mode), (a,), (t,))
        np.testing.assert_allclose(pushed, function(t, v, mode), rtol=1e-12)


def test_a_valid_convolution_of_long_ones_is_one_product() -> None:
    """With a full one in between, this would take 10^12 steps."""
    a, v = RNG.standard_normal(10**6), RNG.standard_normal(10**6)
    _, pullback = vjp(lambda a, v: np.convolve(a, v, "valid"), a, v)
    of_a, of_v = pullback(np.ones(1))
    np.testing.assert_array_equal(of_a, v[::-1])
    np.testing.assert_array_equal(of_v, a[::-1])


@pytest.mark.parametrize("lengths", [(5, 2), (4, 4), (6, 1), (4, 3)])
@pytest.mark.parametrize("complex_", [False, True])
def test_division_with_remainder(lengths: Any, complex_: bool) -> None:
    u, v = (RNG.uniform(1, 2, n) + (1j * RNG.uniform(1, 2, n) if complex_ else 0) for n in lengths)
    check_grads(lambda u, v: np.polydiv(u, v)[0], (u, v))
    if lengths[1] > 1:
        check_grads(lambda u, v: np.polydiv(u, v)[1], (u, v))


def test_division_leaves_what_it_multiplied() -> None:
    u, v = Tensor([1.0, 5, 6, 1], requires_grad=True), Tensor([1.0, 2], requires_grad=True)
    q, r = np.polydiv(u, v)
    back = np.polyadd(np.polymul(q, v), r)
    g = np.array([1.0, 2, 3, 4])
    back.backward(g)
    np.testing.assert_allclose(u.grad, g, atol=1e-13)
    np.testing.assert_allclose(v.grad, [0, 0], atol=1e-13)


@pytest.mark.parametrize("p", [[1.0, -6, 11, -6], [2.0, 0, 3], [1.0, 2j, -3 + 1j], [0.0, 1, -3, 2], [1.0, -3, 2, 0]])
def test_roots(p: Any) -> None:
    """Real and complex, with zeros before and after the coefficients."""
    p = np.array(p)
    out, pushed = jvp(np.roots, (p,), (np.ones_like(p),))
    np.testing.assert_array_equal(out, np.roots(p))
    h = 1e-6
    ones = np.ones_like(p) * (p != 0)
    _, along = jvp(np.roots, (p,), (ones,))
    np.testing.assert_allclose(along, (np.roots(p + h * ones) - np.roots(p - h * ones)) / (2 * h), rtol=1e-7, atol=1e-8)
    g = RNG.standard_normal(len(out)) * (1 + (1j if out.dtype.kind == "c" else 0))
    (pulled,) = vjp(np.roots, p)[1](g)
    np.testing.assert_allclose(np.real(np.sum(pulled)), np.real(np.sum(g * pushed)), rtol=1e-12)


def test_a_list_of_tensors_has_roots_and_is_of_roots() -> None:
    one, two = Tensor(1.0, requires_grad=True), Tensor(-4.0, requires_grad=True)
    np.sum(np.roots([one, 0, two]) ** 2).backward()
    np.testing.assert_allclose([one.grad, two.grad], [-8, -2])
    (np.poly([two, 3.0])[2]).backward()
    np.testing.assert_allclose(two.grad, -2 + 3)


def test_the_roots_are_of_the_polynomial_made_of_them() -> None:
    check_grads(lambda z: np.sort(np.real(np.roots(np.poly(z)))) * z, np.array([-1.0, 0.5, 2]), order=1)


def test_poly_of_conjugate_pairs_is_real() -> None:
    z = np.array([1 + 2j, 1 - 2j, 3])
    out, pullback = vjp(np.poly, z)
    np.testing.assert_array_equal(out, np.poly(z), strict=True)
    # ∂(-Σ z)/∂z = -1
    np.testing.assert_allclose(pullback(np.array([0.0, 1, 0, 0]))[0], [-1, -1, -1])


def test_the_last_coefficient_of_a_matrix_is_its_determinant() -> None:
    a = RNG.standard_normal((5, 5))
    np.testing.assert_allclose(grad(lambda a: np.poly(a)[-1])(a), grad(lambda a: -np.linalg.det(a))(a), rtol=1e-10)


def test_a_product_with_the_zero_polynomial() -> None:
    p = Tensor([0.0, 0], requires_grad=True)
    out = np.polymul(p, [1.0, 2])
    np.testing.assert_array_equal(out.data, np.polymul([0.0, 0], [1.0, 2]))
    out.backward(np.ones(2))
    np.testing.assert_array_equal(p.grad, [0, 3])


def test_a_fit_through_points() -> None:
    """At the points themselves nothing is left over, so only y moves the fit, and x against it."""
    x, y = np.array([0.0, 1, 2]), np.array([1.0, 2, 5])
    check_grads(lambda x, y: np.polyfit(x, y, 2), (x, y), order=1)
    x, w = np.array([-2.0, -1, 0.5, 1, 1.5, 2]), np.array([1.0, 2, 1, 3, 1, 2])
    check_grads(lambda x, y, w: np.polyfit(x, y, 3, w=w), (x, RNG.standard_normal((6, 2)), w))
    check_grads(lambda y: np.polyfit([0, 1, 2], y, 1, w=[1, 2, 1]), y, order=1)


def test_a_fit_through_points_that_rounding_makes_one() -> None:
    """Of points less than n roundings apart the line has no slope: each has the same part in the height."""
    x = 1 + 4 * float(np.finfo(float).eps) * np.arange(9)
    with pytest.warns(np.exceptions.RankWarning):
        _, pullback = vjp(lambda y: np.sum(np.polyfit(x, y, 1)), np.arange(9.0))
    np.testing.assert_allclose(pullback(1.0)[0], np.full(9, 1 / 9), rtol=1e-12)


def test_a_fit_warns_as_numpy_does() -> None:
    with pytest.warns(np.exceptions.RankWarning):
        np.polyfit(Tensor([1.0, 1, 1], requires_grad=True), [1.0, 2, 3], 2)


def test_a_full_fit_returns_what_numpy_returns() -> None:
    x, y = BETWEEN, VALUES
    expected = np.polyfit(x, y, 1, full=True)
    found = np.polyfit(Tensor(x, requires_grad=True), y, 1, full=True)
    assert len(found) == len(expected) and found[0].requires_grad
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours.data if isinstance(ours, Tensor) else ours, theirs)


def test_values_of_a_poly1d_at_a_tensor() -> None:
    x = Tensor([1.0, 2], requires_grad=True)
    np.polyval(np.poly1d([1, 0, 3]), x).backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [2, 4])


ERRORS = [
    (ValueError, lambda x: np.convolve(x, [])),
    (ValueError, lambda x: np.convolve(np.stack([x, x]), x)),
    (ValueError, lambda x: np.convolve(x, x, "none")),
    (ValueError, lambda x: np.interp(x, [], [])),
    (ValueError, lambda x: np.interp(0.5, x, [1.0, 2])),
    (ValueError, lambda x: np.interp(x, [0, 1], [0, 1], period=0)),
    (TypeError, lambda x: np.interp(x * 1j, [0, 1], [0, 1])),
    (TypeError, lambda x: np.polyfit(np.stack([x, x]), x, 1)),
    (ValueError, lambda x: np.polyfit(x, x, -1)),
    (ValueError, lambda x: np.polyint(x, m=2, k=[1, 2, 3][:0])),
    (ValueError, lambda x: np.polyder(x, m=-1)),
    (ValueError, lambda x: np.vander(np.stack([x, x]))),
    (ValueError, lambda x: np.roots(np.stack([x, x]))),
    (ValueError, lambda x: np.poly(np.stack([x, x]))),
    (TypeError, lambda x: np.polyval(x, np.poly1d([1, 2]))),
]


@pytest.mark.parametrize(("error", "function"), ERRORS)
def test_errors(error: Any, function: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        with pytest.raises(error):
            function(Tensor([3.0, 1, 2], requires_grad=True))


def test_polynomials_in_two_variables() -> None:
    from numpy.polynomial import polynomial

    c, x, y = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([0.5, -1.5]), np.array([0.25, 2.0])
    for fun in (polynomial.polyval2d, polynomial.polygrid2d):
        out = fun(Tensor(x, requires_grad=True), y, Tensor(c, requires_grad=True))
        np.testing.assert_array_equal(out.data, fun(x, y, c), strict=True)
        check_grads(fun, (x, y, c))
        with pytest.raises(TypeError, match="coefficients of two axes"):
            fun(Tensor(x, requires_grad=True), y, c[0])


def test_sums_of_what_is_no_polynomial() -> None:
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    for fun in (np.polyadd, np.polysub):
        np.testing.assert_array_equal(fun(Tensor(a, requires_grad=True), a).data, fun(a, a))
        check_grads(fun, (a, a[::-1].copy()), order=1)
