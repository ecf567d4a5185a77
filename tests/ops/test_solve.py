"""Determinants, inverses and solutions beyond the generic tests: rank, truncation, verdicts, errors, forms of call."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp

la = np.linalg
RNG = np.random.default_rng(0)


def numbers(shape: Any, complex_: bool = False) -> Any:
    """Draw numbers."""
    return RNG.standard_normal(shape) + (1j * RNG.standard_normal(shape) if complex_ else 0)


def with_values(values: Any, shape: tuple[int, int], complex_: bool = False) -> Any:
    """Make a matrix with given singular values."""
    u, v = (la.qr(numbers((n, n), complex_))[0][:, : len(values)] for n in shape)
    return (u * np.array(values)) @ v.conj().T


real_and_complex = pytest.mark.parametrize("complex_", [False, True], ids=["real", "complex"])


# det and slogdet


def leibniz(a: Any) -> Any:
    """Sum over permutations: a polynomial, to any order."""
    n = a.shape[-1]
    total: Any = 0
    for order in itertools.permutations(range(n)):
        sign = round(la.det(np.eye(n)[list(order)]))
        term: Any = sign
        for i, j in enumerate(order):
            term = term * a[i, j]
        total = total + term
    return total


def derivative(fun: Callable[[Any], Any], order: int, by: Any) -> Callable[[Any], Any]:
    """Differentiate along `by`, again and again, and last in all directions."""
    if order == 1:
        return grad(fun)
    return derivative(lambda a: np.sum(np.real(grad(fun)(a) * by)), order - 1, by.T)


@pytest.mark.parametrize("values", [(3, 2, 1, 0), (3, 2, 0, 0), (3, 0, 0, 0), (0, 0, 0, 0), (1, 1e-6, 1e-9, 1e-12)])
@real_and_complex
def test_det_of_any_rank_to_third_order(values: Any, complex_: bool) -> None:
    a, by = with_values(values, (4, 4), complex_), numbers((4, 4))
    for order in (1, 2, 3):
        expected = derivative(lambda x: np.real(leibniz(x)), order, by)(a)
        found = derivative(lambda x: np.real(la.det(x)), order, by)(a)
        # The terms that cancel are of size 3 ** 3 at most, up to 24 of them, weighted by a few.
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("values", [(3, 2, 1, 0), (3, 0, 0, 0), (1, 1e-6, 1e-9, 1e-12)])
@pytest.mark.parametrize("scale", [2.0**40, 2.0**-40])
def test_det_of_any_scale_to_third_order(values: Any, scale: float) -> None:
    a, by = with_values(values, (4, 4)), numbers((4, 4))
    for order in (1, 2, 3):
        expected, found = (derivative(la.det, order, by)(x) for x in (a, scale * a))
        np.testing.assert_allclose(found / scale ** (4 - order), expected, rtol=0, atol=1e-11)


def test_a_batch_of_all_ranks() -> None:
    a = np.stack([with_values(values, (4, 4)) for values in [(4, 3, 2, 1), (4, 3, 2, 0), (4, 0, 0, 0)]])
    g = np.array([1.0, 2.0, 3.0])
    _, pullback = vjp(la.det, a)
    for found, one, weight in zip(pullback(g)[0], a, g, strict=True):
        np.testing.assert_allclose(found, weight * grad(leibniz)(one), rtol=0, atol=1e-12)


def test_a_matrix_of_no_rank_takes_nothing_from_its_neighbours() -> None:
    _, pullback = vjp(la.det, np.stack([np.zeros((20, 20)), np.eye(20)]))
    np.testing.assert_allclose(pullback(np.ones(2))[0], [np.zeros((20, 20)), np.eye(20)], rtol=0, atol=1e-13)


def test_nan_stays_with_its_matrix() -> None:
    with np.errstate(invalid="ignore"):
        _, pullback = vjp(la.det, np.stack([np.full((2, 2), np.nan), np.ones((2, 2))]))
        found = pullback(np.ones(2))[0]
    assert np.all(np.isnan(found[0]))
    np.testing.assert_allclose(found[1], [[1, -1], [-1, 1]], rtol=1e-14)


def test_det_whose_value_underflows() -> None:
    a = np.eye(400) / 10
    assert la.det(a) == 0
    np.testing.assert_array_equal(grad(la.det)(a), 0)


def test_det_of_narrow_floats_near_rank_n_minus_1() -> None:
    a = with_values((3, 2, 1e-6), (3, 3)).astype(np.float32)
    found = grad(la.det)(a)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, grad(la.det)(a.astype(float)), rtol=0, atol=1e-5)


def test_slogdet_is_numpys_named_tuple() -> None:
    found = la.slogdet(Tensor(np.eye(2), requires_grad=True))
    assert type(found) is type(la.slogdet(np.eye(2)))
    assert found.logabsdet.requires_grad and found.sign.requires_grad


@real_and_complex
def test_slogdet_of_a_singular_matrix_that_is_not_asked_for(complex_: bool) -> None:
    a = np.stack([np.ones((2, 2)), np.eye(2)]) * (1j if complex_ else 1)
    _, pullback = vjp(lambda x: tuple(la.slogdet(x)), a)
    found = pullback((np.zeros(2, a.dtype), np.array([0.0, 1])))[0]
    np.testing.assert_allclose(found, [np.zeros((2, 2)), np.eye(2) * (-1j if complex_ else 1)], atol=1e-15)


def test_the_sign_of_a_complex_determinant_turns() -> None:
    _, tangent = jvp(lambda x: la.slogdet(x)[0], (np.eye(2) + 0j,), (np.diag([0.5j, 0]),))
    np.testing.assert_allclose(tangent, 0.5j, atol=1e-16)


# Systems


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("inv", (np.ones((2, 2)),)),
        ("inv", (np.ones((2, 3)),)),
        ("det", (np.ones((2, 3)),)),
        ("solve", (np.zeros((2, 2)), np.ones(2))),
        ("solve", (np.eye(2), np.ones(3))),
        ("solve", (np.stack([np.eye(2)] * 3), np.ones((3, 2)))),
        ("lstsq", (np.eye(2), np.ones(3))),
        ("lstsq", (np.ones((2, 2, 2)), np.ones(2))),
        ("tensorinv", (np.ones((2, 3)), 0)),
        ("tensorinv", (np.ones((2, 3)), 1)),
        ("tensorsolve", (np.ones((2, 3)), np.ones(2))),
        ("tensorsolve", (np.ones((2, 2, 4)), np.ones((2, 2)), (7,))),
        ("slogdet", (np.ones(3),)),
    ],
)
def test_what_numpy_refuses_is_refused_with_its_error(name: str, args: Any) -> None:
    function = getattr(la, name)
    with pytest.raises(Exception) as plain:
        function(*args)
    with pytest.raises(plain.type):
        function(Tensor(args[0], requires_grad=True), *args[1:])


def test_half_precision_is_refused_as_by_numpy() -> None:
    with pytest.raises(TypeError, match="float16"):
        la.inv(Tensor(np.eye(2, dtype=np.float16), requires_grad=True))


def test_two_cutoffs_are_refused() -> None:
    with pytest.raises(ValueError, match="rtol"):
        la.pinv(Tensor(np.eye(2), requires_grad=True), rcond=0.1, rtol=0.1)


def test_only_the_right_hand_side_is_tracked() -> None:
    a = with_values((3, 2, 1), (3, 3))
    for function in (la.solve, lambda a, b: la.lstsq(a, b)[0]):
        _, pullback = vjp(lambda b, function=function: function(a.tolist(), b), np.ones(3))
        np.testing.assert_allclose(pullback(np.ones(3))[0], la.inv(a).sum(axis=0))


def test_a_stack_of_matrices_takes_one_vector() -> None:
    """NumPy's rule: only a `b` of one axis is a vector."""
    a = np.stack([with_values((3, 2), (2, 2)) for _ in range(3)])
    check_grads(la.solve, (a, np.array([1.0, 2])))
    check_grads(la.solve, (a, numbers((3, 2, 1))))


@real_and_complex
def test_tensors_as_operators(complex_: bool) -> None:
    a = with_values((4, 3, 2, 1.5, 1.2, 1), (6, 6), complex_)
    check_grads(la.tensorinv, (a.reshape(2, 3, 6) if complex_ else a.reshape(6, 2, 3), 2 if complex_ else 1))
    b = numbers((2, 3), complex_)
    check_grads(la.tensorsolve, (a.reshape(2, 3, 6), b))
    check_grads(lambda a, b: la.tensorsolve(a, b, axes=(1,)), (np.moveaxis(a.reshape(2, 3, 6), -1, 1), b))


def test_matrix_rank_is_a_plain_number() -> None:
    assert type(la.matrix_rank(Tensor(np.eye(2), requires_grad=True))) is type(la.matrix_rank(np.eye(2)))


# Pseudo-inverses


@real_and_complex
@pytest.mark.parametrize("shape", [(5, 4), (4, 5)], ids=["tall", "wide"])
@pytest.mark.parametrize("rcond", [None, 0.1, 0.4, 0.9])
def test_what_is_cut_off_turns_with_what_is_kept(shape: Any, rcond: Any, complex_: bool) -> None:
    """Singular values 1, 0.6, 0.2 and 0.05 are cut at three places, none of them zero."""
    a, b = with_values((1, 0.6, 0.2, 0.05), shape, complex_), numbers((shape[0], 2), complex_)
    check_grads(lambda x: la.pinv(x, rcond=rcond), a)
    check_grads(lambda x, y: la.lstsq(x, y, rcond)[0], (a, b), order=1)


@pytest.mark.parametrize("name", ["rcond", "rtol"])
def test_a_stack_is_cut_off_each_by_itself(name: str) -> None:
    a = np.stack([scale * with_values((1, 0.9, 0.8), (4, 3)) for scale in (2.0**-80, 1, 2.0**80)])
    g, cuts = numbers((3, 3, 4)), [0.85, 0.95, 0.85]
    found = vjp(lambda x: la.pinv(x, **{name: np.array(cuts)}), a)[1](g)[0]
    for one, of_one, expected, cut in zip(a, g, found, cuts, strict=True):
        alone = vjp(lambda x, cut=cut: la.pinv(x, **{name: cut}), one)[1](of_one)[0]
        np.testing.assert_allclose(alone, expected, rtol=1e-12)


def test_what_only_rounds_is_cut_off_as_zeros_are() -> None:
    a, g = with_values((1, 0.5), (4, 3)), numbers((3, 4))
    expected = vjp(lambda x: la.pinv(x, rcond=0.1), a)[1](g)[0]
    np.testing.assert_allclose(vjp(lambda x: la.pinv(x, rtol=None), a)[1](g)[0], expected, rtol=1e-12)
    # Of three values one is cut off below three roundings.
    a = np.diag([1, 0.5, 2 * float(np.finfo(float).eps)])
    np.testing.assert_allclose(grad(lambda b: la.lstsq(a, b)[0].sum())(np.ones(3)), [1, 2, 0], atol=1e-15)


def test_what_is_cut_off_may_be_nearly_as_large_as_what_is_kept() -> None:
    """The series that gives its part then grows before it falls."""
    for _ in range(20):
        check_grads(lambda x: la.pinv(x, rcond=0.99), with_values((1, 0.98, 0.97, 0.96), (4, 4)), order=1)


@real_and_complex
def test_constant_rank(complex_: bool) -> None:
    """Of a product that has rank 2 wherever it is taken."""
    x, y, b = numbers((5, 2), complex_), numbers((2, 4), complex_), numbers(5, complex_)
    check_grads(lambda x, y: la.pinv(x @ y, rtol=1e-10), (x, y))
    check_grads(lambda x, y, b: la.lstsq(x @ y, b, rcond=1e-10)[0], (x, y, b))


@real_and_complex
@pytest.mark.parametrize("cutoff", [{}, {"rcond": 0.2}, {"rtol": 0.9}])
def test_hermitian_pseudo_inverse(cutoff: Any, complex_: bool) -> None:
    v = la.qr(numbers((4, 4), complex_))[0]
    a = (v * [3, -2, 0.5, -0.2]) @ v.conj().T
    check_grads(lambda x: la.pinv(x, hermitian=True, **cutoff), a)


@pytest.mark.parametrize("values", [(1, 1e-5, 1e-10), (1, 1e-9, 0), (1, 1e-9, 6e-13), (1, 1e-14, 0), (1, 1e-3, 9e-4)])
def test_pinv_of_what_is_nearly_singular(values: Any) -> None:
    """What rounds is not taken for something that was cut off, and what was cut off is not lost in what rounds.

    In the frame of the singular vectors each pair stands alone. Both kept, dp_xy = -da_xy / (s_x s_y); the larger kept
    and the smaller not, dp_xy = (da_yx + da_xy s_smaller / s_larger) / (s_larger² - s_smaller²).
    """
    u, v = la.qr(numbers((3, 3)))[0], la.qr(numbers((3, 3)))[0]
    s, g, expected = np.array(values), numbers((3, 3)), np.zeros((3, 3))
    rcond = 9.5e-4 if values[1] == 1e-3 else 1e-10 if values[1] == 1e-9 else 1e-15
    kept = s > rcond
    for x, y in itertools.product(range(3), repeat=2):
        if kept[x] and kept[y]:
            expected[x, y] -= g[x, y] / (s[x] * s[y])
        elif kept[x] or kept[y]:
            gap = abs(s[x] ** 2 - s[y] ** 2)
            expected[y, x] += g[x, y] / gap
            expected[x, y] += g[x, y] * s[x] * s[y] / (gap * max(s[x], s[y]) ** 2)
    found = vjp(lambda a: la.pinv(a, rcond=rcond), (u * s) @ v)[1](v.T @ g @ u.T)[0]
    error = np.max(np.abs(found - u @ expected @ v)) / np.max(np.abs(expected))
    # As a solution of a system: a hundred roundings times the condition.
    assert error < 100 * np.finfo(float).eps / s[kept].min() / (1 - (max(s[~kept], default=0) / s[kept].min()) ** 2)


def test_least_squares_gives_all_four() -> None:
    a, b = numbers((5, 3)), numbers((5, 2))
    x, residuals, rank, s = la.lstsq(Tensor(a, requires_grad=True), b)
    assert rank == 3 and not isinstance(rank, Tensor)
    assert x.requires_grad and residuals.requires_grad and s.requires_grad
    check_grads(lambda a, b: la.lstsq(a, b)[1], (a, b))
    check_grads(lambda a: la.lstsq(a, b)[3], (a,))
    assert la.lstsq(Tensor(a[:3], requires_grad=True), b[:3])[1].shape == (0,)


def test_least_squares_cuts_as_numpy_does_at_negative_rcond() -> None:
    a, b = with_values((1, 1e-15), (3, 2)), np.ones(3)
    for rcond in (-1, 1e-3):
        assert la.lstsq(Tensor(a, requires_grad=True), b, rcond)[2] == la.lstsq(a, b, rcond)[2]
    found = grad(lambda b: la.lstsq(a, b, 1e-3)[0].sum())(b)
    np.testing.assert_allclose(found, la.pinv(a, rcond=1e-3).sum(axis=0), rtol=1e-12)
