"""`autograd.scipy` but for the distributions: convolution, linear algebra, differential equations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats
from autograd.scipy import integrate, linalg, signal
from autograd.test_util import check_grads
from faces import A, X, close

from autograd import grad

RNG = np.random.default_rng(0)
pytestmark = pytest.mark.usefixtures("seeded")


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
@pytest.mark.parametrize("sizes", [((5,), (3,)), ((3,), (3,)), ((2,), (5,)), ((4, 5), (2, 3)), ((5, 4), (2, 2))])
def test_convolve_is_scipys(mode: str, sizes: Any) -> None:
    a, b = (RNG.normal(size=size) for size in sizes)
    close(signal.convolve(a, b, mode=mode), scipy.signal.convolve(a, b, mode, method="direct"))
    check_grads(lambda a, b: signal.convolve(a, b, mode=mode), (0, 1))(a, b)


def test_convolve_along_some_axes() -> None:
    a, b = RNG.normal(size=(2, 3, 6)), RNG.normal(size=(4, 4, 3))
    found = signal.convolve(a, b, axes=([2], [0]), dot_axes=([1], [2]), mode="valid")
    assert found.shape == (2, 4, 3)
    expected = sum(scipy.signal.convolve(a[1, k], b[:, 2, k], "valid", "direct") for k in range(3))
    close(found[1, 2], expected)
    turned = signal.convolve(b, a, axes=([0], [2]), dot_axes=([2], [1]), mode="valid")
    close(np.swapaxes(turned, 0, 1), found)
    with pytest.raises(ValueError, match="mode"):
        signal.convolve(X, X, mode="some")
    with pytest.raises(ValueError, match="neither"):
        signal.convolve(np.ones((2, 3)), np.ones((3, 2)), mode="valid")


@pytest.mark.parametrize("trans", [0, 1, "N", "T"])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("width", [(), (2,)])
def test_solve_triangular(trans: Any, lower: bool, unit: bool, width: Any) -> None:
    b = RNG.normal(size=(3, *width))
    check_grads(
        lambda a, b: linalg.solve_triangular(a, b, trans=trans, lower=lower, unit_diagonal=unit), (0, 1), order=1
    )(A, b)


@pytest.mark.parametrize("widths", [(1, 1), (0, 2), (2, 0), (2, 1), (1, 0)])
@pytest.mark.parametrize("columns", [(), (2,)])
def test_solve_banded(widths: Any, columns: Any) -> None:
    below, above = widths
    bands = RNG.normal(size=(below + above + 1, 4))
    bands[above] += 5
    check_grads(lambda ab, b: linalg.solve_banded(widths, ab, b), (0, 1))(bands, RNG.normal(size=(4, *columns)))


def test_matrix_functions() -> None:
    positive = A @ A.T
    check_grads(linalg.sqrtm)(positive)
    check_grads(linalg.expm)(A / 5)
    check_grads(linalg.solve_sylvester, (0, 1, 2))(A, A + 2 * np.eye(3), RNG.normal(size=(3, 3)))
    check_grads(linalg.block_diag, (0, 1))(A, X)
    close(linalg.block_diag(A, X), scipy.linalg.block_diag(A, X))
    check_grads(linalg.inv)(A)
    check_grads(lambda a: linalg.cholesky((a + a.T) / 2))(positive)
    close(linalg.cholesky(positive), scipy.linalg.cholesky(positive))
    with pytest.raises(NotImplementedError):
        grad(lambda a: np.sum(linalg.logm(a)))(positive)


def test_odeint() -> None:
    def f(y: Any, t: Any, rate: Any, shift: Any) -> Any:
        return -rate * y + np.sin(t) * shift

    check_grads(lambda y, t, p: integrate.odeint(f, y, t, p), (0, 1, 2), modes=["rev"], order=1)(
        X, np.linspace(0.0, 0.5, 3), (np.array([0.5, 1.0, 1.5]), 0.3)
    )


def test_logsumexp_has_moved() -> None:
    from autograd.scipy.misc import logsumexp

    with pytest.warns(DeprecationWarning, match=r"scipy\.special"):
        close(logsumexp(X), scipy.special.logsumexp(X))
