"""The distributions of `autograd.scipy.stats`: SciPy's values, and derivatives that agree with differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats
from autograd.scipy import stats
from autograd.test_util import check_grads
from faces import A, X, close

from autograd import grad, vjp

pytestmark = pytest.mark.usefixtures("seeded")

POSITIVE = np.array([0.6, 1.4, 2.7])
DENSITIES: list[tuple[Any, Any, str, tuple[Any, ...], tuple[int, ...]]] = [
    (stats.norm, scipy.stats.norm, name, (X, X[::-1].copy(), POSITIVE), (0, 1, 2))
    for name in ("pdf", "cdf", "sf", "logpdf", "logcdf", "logsf")
]
DENSITIES += [(stats.t, scipy.stats.t, name, (X, POSITIVE, 0.2, 1.5), (0, 1, 2, 3)) for name in ("pdf", "logpdf")]
DENSITIES += [(stats.t, scipy.stats.t, name, (X, POSITIVE, 0.2, 1.5), (0, 2, 3)) for name in ("cdf", "logcdf")]
DENSITIES += [(stats.gamma, scipy.stats.gamma, name, (POSITIVE, 1.7), (0, 1)) for name in ("pdf", "logpdf")]
DENSITIES += [(stats.beta, scipy.stats.beta, n, (POSITIVE / 3, 1.7, 2.2), (0, 1, 2)) for n in ("pdf", "logpdf")]
DENSITIES += [(stats.chi2, scipy.stats.chi2, name, (POSITIVE, 3.0), (0,)) for name in ("pdf", "logpdf", "cdf")]
DENSITIES += [(stats.gamma, scipy.stats.gamma, "cdf", (POSITIVE, 1.7), (0,))]
DENSITIES += [(stats.beta, scipy.stats.beta, "cdf", (POSITIVE / 3, 1.7, 2.2), (0,))]
DENSITIES += [
    (stats.poisson, scipy.stats.poisson, name, (np.array([0, 1, 4]), POSITIVE), (1,))
    for name in ("pmf", "logpmf", "cdf")
]
DENSITIES += [
    (stats.multivariate_normal, scipy.stats.multivariate_normal, name, (np.stack([X, X + 1]), X / 2, A @ A.T), (0, 1))
    for name in ("pdf", "logpdf")
]


@pytest.mark.parametrize(
    ("ours", "theirs", "name", "args", "argnums"), DENSITIES, ids=[f"{d[0].__name__[21:]}.{d[2]}" for d in DENSITIES]
)
def test_distributions_are_scipys(ours: Any, theirs: Any, name: str, args: Any, argnums: Any) -> None:
    fun = getattr(ours, name)
    np.testing.assert_allclose(fun(*args), getattr(theirs, name)(*args), rtol=1e-12)
    traced, _ = (
        vjp(lambda *args: fun(*args), *[np.asarray(a, float) for a in args])
        if len(argnums) == len(args)
        else (fun(*args), None)
    )
    np.testing.assert_allclose(traced, getattr(theirs, name)(*args), rtol=1e-11)
    check_grads(fun, argnums, order=1)(*args)


def test_outside_the_support() -> None:
    outside = np.array([-1.0, 0.5, 2.0])
    for ours, theirs, args in (
        (stats.gamma, scipy.stats.gamma, (2.0,)),
        (stats.beta, scipy.stats.beta, (2.0, 3.0)),
        (stats.chi2, scipy.stats.chi2, (3.0,)),
    ):
        np.testing.assert_allclose(ours.logpdf(outside, *args), theirs.logpdf(outside, *args), rtol=1e-12)
        np.testing.assert_allclose(ours.cdf(outside, *args), theirs.cdf(outside, *args), rtol=1e-12)
        assert grad(lambda x, args=args, ours=ours: np.sum(ours.pdf(x, *args)))(outside)[0] == 0
    np.testing.assert_allclose(stats.poisson.logpmf([-1, 0.5, 2], 1.5), scipy.stats.poisson.logpmf([-1, 0.5, 2], 1.5))


def test_dirichlet_and_the_normal_of_several_dimensions() -> None:
    alpha, x = np.array([1.5, 2.0, 0.7]), np.array([0.2, 0.5, 0.3])
    close(stats.dirichlet.logpdf(x, alpha), scipy.stats.dirichlet.logpdf(x, alpha))
    check_grads(stats.dirichlet.pdf, 1)(x, alpha)
    with pytest.raises(ValueError, match="simplex"):
        stats.dirichlet.logpdf(x * 2, alpha)
    mvn, cov = stats.multivariate_normal, A @ A.T
    symmetric = lambda c: (c + c.T) / 2  # noqa: E731
    check_grads(lambda c: mvn.logpdf(X, X / 3, symmetric(c)))(cov)
    check_grads(lambda c: mvn.entropy(X, symmetric(c)))(cov)
    flat = np.diag([1.0, 2.0, 0.0])
    found, _ = vjp(lambda x: mvn.logpdf(x, np.zeros(3), flat, allow_singular=True), X * [1, 1, 0])
    close(found, scipy.stats.multivariate_normal.logpdf(X * [1, 1, 0], np.zeros(3), flat, allow_singular=True))
    with pytest.raises(np.linalg.LinAlgError):
        grad(lambda x: mvn.logpdf(x, np.zeros(3), flat))(X)
