"""What linear algebra has in common: the triangle that is read, and values that are equal to rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import check_grads, grad, jvp, vjp
from autograd.ops.matrices import resolution

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


@real_and_complex
@pytest.mark.parametrize("uplo", ["L", "U"])
def test_the_other_triangle_receives_nothing(uplo: str, complex_: bool) -> None:
    a, g = hermitian((1, 2, 4), complex_), numbers((3, 3), complex_)
    functions = [lambda x: la.eigh(x, uplo)[1], lambda x: la.cholesky(x, upper=uplo == "U")]
    if uplo == "L":
        functions += [lambda x: la.svd(x, hermitian=True)[0], lambda x: la.pinv(x, hermitian=True)]
    for function in functions:
        ct = vjp(function, a)[1](g)[0]
        np.testing.assert_array_equal(np.triu(ct, 1) if uplo == "L" else np.tril(ct, -1), 0)
        np.testing.assert_array_equal(np.imag(np.diag(ct)), 0)
        assert np.all(ct[np.tril_indices(3) if uplo == "L" else np.triu_indices(3)])


def test_equal_eigenvalues_do_no_harm_to_what_does_not_choose() -> None:
    """The span of the two, and their sum; in exact arithmetic they are equal, in floating point nearly."""
    a = hermitian((1, 1, 3))
    check_grads(lambda x: la.eigh(x)[1][:, :2] @ la.eigh(x)[1][:, :2].T, a, order=1)
    check_grads(lambda x: la.eigvalsh(x)[:2].sum(), a, order=1)
    check_grads(lambda x: la.eigvals(x).real.sum(), a, order=1)
    span = grad(lambda x: la.eigvalsh(x)[2])(a)
    np.testing.assert_allclose(np.trace(span), 1)


def test_a_chain_of_eigenvalues_each_equal_to_the_next() -> None:
    """Equality to rounding is carried on, so that both modes share alike."""
    a = np.diag([1.0, 1 + 4e-16, 1 + 9e-16, 1 + 13e-16])
    pulled = vjp(la.eigvalsh, a)[1](np.array([1.0, 0, 0, 0]))[0]
    np.testing.assert_allclose(pulled, np.eye(4) / 4, atol=1e-15)
    np.testing.assert_allclose(jvp(la.eigvalsh, (a,), (np.diag([4.0, 0, 0, 0]),))[1], 1)


def test_what_is_rounding_is_told_for_each_matrix() -> None:
    """Of the largest value two roundings in its own precision, or n in that of LAPACK."""
    w = np.array([[8.0, -1, 2], [0.25, 1, -0.5]])
    double, single = (float(np.finfo(kind).eps) for kind in (np.float64, np.float32))
    np.testing.assert_array_equal(resolution(w), [[24 * double], [3 * double]])
    np.testing.assert_array_equal(resolution(w.astype(np.complex64)), [[16 * single], [2 * single]])
