"""Eigenvalues beyond the generic tests: NumPy's order and normalisation, phases, functions of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from properties import sixth_order

from autograd import Tensor, check_grads, jvp, vjp
from autograd.ops import eigen

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


@pytest.mark.parametrize("name", ["eigh", "eig"])
def test_named_tuples(name: str) -> None:
    function = getattr(la, name)
    found = function(Tensor(np.diag([1.0, 2]), requires_grad=True))
    assert type(found) is type(function(np.eye(2)))
    assert all(part.requires_grad for part in found)


@real_and_complex
def test_eigenvalues_in_the_order_of_eigvals(complex_: bool) -> None:
    """From about 150 on LAPACK finds them in one order with vectors and in another without."""
    a, t = numbers((200, 200), complex_), numbers((200, 200), complex_)
    w, pushed = jvp(la.eigvals, (a,), (t,))
    assert np.max(np.abs(w - la.eig(a)[0])) > 1, "no longer in another order: take a larger matrix"

    def paired(x: Any) -> Any:
        found = la.eigvals(x)
        return found[np.argmin(np.abs(w[:, None] - found), axis=1)]

    h = 1e-6
    expected = (paired(a + h * t) - paired(a - h * t)) / (2 * h)
    np.testing.assert_allclose(pushed, expected, rtol=0, atol=1e-6 * np.abs(expected).max())
    g = numbers(200) + 0j
    (ct,) = vjp(la.eigvals, a)[1](g)
    np.testing.assert_allclose(np.sum(ct * t).real, np.sum(g * pushed).real, rtol=1e-8)


def test_close_eigenvalues_are_paired_each_with_one() -> None:
    w, found = np.array([[1.0, 1.1, 9], [5, 6, 7]]), np.array([[9.1, 1.06, 1.5], [7, 5, 6]])
    assert eigen._paired(w, found).tolist() == [[1, 2, 0], [1, 2, 0]]


@real_and_complex
@pytest.mark.parametrize("turning", [False, True])
def test_eigenvectors_keep_numpys_normalisation(complex_: bool, turning: bool) -> None:
    """Norm 1, and the largest component real, which differences of NumPy's own vectors show but for their sign."""
    a = numbers((4, 4), complex_) + np.diag([0, 3, 6, 9])
    if turning:
        a[0, 1], a[1, 0] = 5, -5
    v, pushed = jvp(lambda x: la.eig(x)[1], (a,), (t := numbers((4, 4), complex_),))
    assert (v.dtype == complex) == (turning or complex_)

    def signed(x: Any) -> Any:
        found = la.eig(x)[1]
        return found * np.sign(np.sum(found * v.conj(), axis=0).real)

    np.testing.assert_allclose(pushed, sixth_order(signed, a, t), rtol=0, atol=1e-9)
    # Each element by itself, phases and all.
    g = numbers((4, 4), turning or complex_)
    (ct,) = vjp(lambda x: la.eig(x)[1], a)[1](g)
    np.testing.assert_allclose(np.sum(ct * t).real, np.sum(g * pushed).real, rtol=1e-10)


def test_real_eigenvalues_of_a_real_matrix_stay_real() -> None:
    w, v = la.eig(Tensor(np.array([[2.0, 1], [0, 3]], dtype=np.float32), requires_grad=True))
    assert w.dtype == v.dtype == np.float32


def test_hermitian_eigenvectors_keep_their_phase() -> None:
    a, t = hermitian((1, 2, 4), True), numbers((3, 3), True)
    v, pushed = jvp(lambda x: la.eigh(x)[1], (a,), (t,))
    np.testing.assert_allclose(np.einsum("ij,ij->j", v.conj(), pushed), 0, atol=1e-14)


def of_matrix(f: Any, a: Any) -> Any:
    """Apply a function to the eigenvalues."""
    w, v = la.eigh(a)
    return (v * f(w)) @ v.T


def test_a_function_of_a_matrix() -> None:
    check_grads(lambda x: of_matrix(np.exp, x), hermitian((0.3, 1, 1.5)))


def test_second_derivative_of_eigenvalues_alone() -> None:
    a = numbers((3, 3)) + np.diag([0.0, 4, 8])
    check_grads(lambda x: np.real(la.eigvals(x)), a)
    check_grads(la.eigvalsh, a)
