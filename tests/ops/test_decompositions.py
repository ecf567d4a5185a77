"""Decompositions beyond the generic tests: large ones, Hermitian ones, low rank, what spans the rest, modes, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from properties import sixth_order

from autograd import Tensor, check_grads, grad, jvp, vjp

la = np.linalg
RNG = np.random.default_rng(1)
real_and_complex = pytest.mark.parametrize("complex_", [False, True], ids=["real", "complex"])


def numbers(shape: Any, complex_: bool = False) -> Any:
    """Draw numbers."""
    return RNG.standard_normal(shape) + (1j * RNG.standard_normal(shape) if complex_ else 0)


def hermitian(values: Any, complex_: bool = False) -> Any:
    """Make a Hermitian matrix with given eigenvalues."""
    v = la.qr(numbers((len(values), len(values)), complex_))[0]
    return (v * np.array(values)) @ v.conj().T


@pytest.mark.parametrize("name", ["svd", "qr"])
def test_named_tuples(name: str) -> None:
    function = getattr(la, name)
    found = function(Tensor(np.diag([1.0, 2]), requires_grad=True))
    assert type(found) is type(function(np.eye(2)))
    assert all(part.requires_grad for part in found)


# Cholesky


@real_and_complex
@pytest.mark.parametrize("upper", [False, True], ids=["lower", "upper"])
def test_cholesky_above_the_size_of_a_block(upper: bool, complex_: bool) -> None:
    """By halves twice, an odd one among them: both modes along one direction, and the second derivative there."""
    n = 131
    a, t, u = hermitian(np.linspace(1, 2, n), complex_), numbers((n, n), complex_), numbers((n, n), complex_)
    out, pushed = jvp(lambda x: la.cholesky(x, upper=upper), (a,), (t,))
    expected = sixth_order(lambda x: la.cholesky(x, upper=upper), a, t / 50) * 50
    np.testing.assert_allclose(pushed, expected, rtol=0, atol=1e-9 * np.abs(expected).max())
    g = numbers(out.shape, complex_)

    def back(x: Any) -> Any:
        return vjp(lambda x: la.cholesky(x, upper=upper), x)[1](g)[0]

    np.testing.assert_allclose(np.sum(back(a) * t).real, np.sum(g * pushed).real, rtol=1e-11)
    second, expected = jvp(back, (a,), (u,))[1], sixth_order(back, a, u / 50) * 50
    np.testing.assert_allclose(second, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_cholesky_of_what_is_not_positive() -> None:
    with pytest.raises(la.LinAlgError):
        la.cholesky(Tensor(-np.eye(2), requires_grad=True))


# Singular values


@real_and_complex
def test_hermitian_singular_values(complex_: bool) -> None:
    a = hermitian((3, -2, 0.5, -0.2), complex_)
    for compute_uv in (True, False):
        plain = la.svd(a, compute_uv=compute_uv, hermitian=True)
        found = la.svd(Tensor(a, requires_grad=True), compute_uv=compute_uv, hermitian=True)
        for x, y in zip(found if compute_uv else [found], plain if compute_uv else [plain], strict=True):
            np.testing.assert_array_equal(x.data, y, strict=True)
    check_grads(lambda x: la.svd(x, compute_uv=False, hermitian=True), a)
    check_grads(lambda x: (lambda u, s, vh: (u * s**2) @ vh)(*la.svd(x, hermitian=True)), a)


def test_nuclear_norm_of_a_matrix_of_low_rank() -> None:
    """The subgradient of least norm is u vᵀ over what is not zero."""
    a = np.outer([3.0, 4], [0, 5, 12])
    found = grad(lambda x: la.svdvals(x).sum())(a)
    np.testing.assert_allclose(found, a / (5 * 13), atol=1e-15)


def test_low_rank_approximation_of_a_singular_matrix() -> None:
    """Two of four singular values are zero: the part of the others has a derivative."""
    x, y = numbers((4, 2)), numbers((2, 5))

    def first(x: Any, y: Any) -> Any:
        u, s, vh = la.svd(x @ y)
        return (u[:, :1] * s[:1]) @ vh[:1]

    check_grads(first, (x, y), order=1)


@real_and_complex
def test_what_only_spans_the_rest_turns_as_little_as_it_can(complex_: bool) -> None:
    a, t = numbers((5, 2), complex_), numbers((5, 2), complex_)
    q, pushed = jvp(lambda x: la.svd(x)[0], (a,), (t,))
    turn = q.conj().T @ pushed
    np.testing.assert_allclose(turn, -turn.conj().T, atol=1e-13)
    np.testing.assert_allclose(turn[2:, 2:], 0, atol=1e-13)
    assert np.all(turn[:2, 2:])


# QR


@real_and_complex
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3)], ids=["tall", "wide", "square"])
def test_qr_keeps_the_diagonal_real(shape: Any, complex_: bool) -> None:
    """As LAPACK does, so that differences of NumPy's own factors agree."""
    a, t = numbers(shape, complex_), numbers(shape, complex_)
    for i in (0, 1):
        _, pushed = jvp(lambda x, i=i: la.qr(x)[i], (a,), (t,))
        expected = sixth_order(lambda x, i=i: la.qr(x)[i], a, t)
        np.testing.assert_allclose(pushed, expected, rtol=0, atol=1e-8)


@real_and_complex
@pytest.mark.parametrize("shape", [(5, 2), (6, 3), (3, 1), (2, 4, 2)], ids=str)
def test_the_columns_that_complete_q_turn_as_those_of_lapack_do(shape: Any, complex_: bool) -> None:
    a, t = numbers(shape, complex_), numbers(shape, complex_)
    _, pushed = jvp(lambda x: la.qr(x, "complete")[0], (a,), (t,))
    expected = sixth_order(lambda x: la.qr(x, "complete")[0], a, t)
    np.testing.assert_allclose(pushed, expected, rtol=0, atol=1e-8)


@real_and_complex
def test_where_there_is_nothing_to_reflect_q_stays_unitary(complex_: bool) -> None:
    """LAPACK takes the unit matrix there, between two reflections that jump: the columns move on smoothly."""
    a = np.array([[1.0, 2], [0, 3], [0, 0], [0, 0]]) * (1.0 if not complex_ else 1 + 0j)
    q, pushed = jvp(lambda x: la.qr(x, "complete")[0], (a,), (numbers((4, 2), complex_),))
    np.testing.assert_array_equal(q, np.eye(4))
    np.testing.assert_allclose(pushed, -pushed.conj().T, atol=1e-13)
    assert np.all(pushed[2:, :2])


def test_an_unknown_mode_is_refused_as_numpy_does() -> None:
    with pytest.raises(ValueError, match="Unrecognized mode 'whole'"):
        la.qr(Tensor(np.eye(2), requires_grad=True), "whole")


@pytest.mark.filterwarnings("ignore:The '.*' option is deprecated")
def test_the_old_names_of_modes() -> None:
    a = numbers((4, 3)) + 2 * np.eye(4, 3)
    check_grads(lambda x: la.qr(x, "economic"), a)
    assert type(la.qr(Tensor(a, requires_grad=True), "full")) is type(la.qr(a))


def test_qr_of_a_matrix_that_is_not_of_full_rank() -> None:
    """It has no derivative: that is said when it is asked for."""
    with pytest.raises(la.LinAlgError, match="Singular"):
        grad(lambda x: la.qr(x)[0].sum())(np.zeros((2, 2)))


def test_an_unknown_mode() -> None:
    with pytest.raises(ValueError, match="mode"):
        la.qr(Tensor(np.eye(2), requires_grad=True), "thin")


@pytest.mark.parametrize("shape", [(3, 0), (0, 3), (0, 0), (2, 0, 3)])
def test_raw_factors_of_nothing(shape: Any) -> None:
    for mode in ("raw", "r"):
        found, plain = la.qr(Tensor(np.zeros(shape), requires_grad=True), mode), la.qr(np.zeros(shape), mode)
        for x, y in zip(found, plain, strict=True) if mode == "raw" else [(found, plain)]:
            assert x.shape == y.shape


@real_and_complex
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3)], ids=["tall", "wide", "square"])
def test_only_one_factor_is_asked_for(shape: Any, complex_: bool) -> None:
    """Nothing at the other is as good as zeros there, whatever the decomposition."""
    a = numbers(shape, complex_)
    for function in (la.qr, lambda x: la.qr(x, "complete"), la.svd, lambda x: la.svd(x, full_matrices=False)):
        parts, pullback = vjp(lambda x, function=function: tuple(function(x)), a)
        for i, part in enumerate(parts):
            g = numbers(part.shape, complex_ and part.dtype.kind == "c")
            (expected,) = pullback(tuple(g if j == i else np.zeros_like(other) for j, other in enumerate(parts)))
            (found,) = vjp(lambda x, function=function, i=i: function(x)[i], a)[1](g)
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
