"""The distributions of `autograd.scipy.stats`: SciPy's values, and derivatives that agree with differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
from autograd.scipy import stats
from autograd.test_util import check_grads
from faces import A, X, close

from autograd import compile, grad, vjp

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


ODD = [-np.inf, -1.5, -1.0, 0.0, 0.3, 1.0, 2.0, np.inf, np.nan]
PARAMETERS = [-2.0, 0.0, 0.5, 1.0, 2.5, np.nan]


@pytest.mark.parametrize(
    ("ours", "theirs", "shapes", "names"),
    [
        (stats.norm, scipy.stats.norm, 0, "pdf cdf sf logpdf logcdf logsf"),
        (stats.t, scipy.stats.t, 1, "pdf cdf logpdf logcdf"),
        (stats.gamma, scipy.stats.gamma, 1, "pdf cdf logpdf"),
        (stats.chi2, scipy.stats.chi2, 1, "pdf cdf logpdf"),
        (stats.beta, scipy.stats.beta, 2, "pdf cdf logpdf"),
    ],
)
def test_out_of_range_it_is_what_scipy_gives(ours: Any, theirs: Any, shapes: int, names: str) -> None:
    x, *parameters = np.meshgrid(ODD, *[PARAMETERS] * shapes, [0.0, 0.5, np.nan], PARAMETERS)
    for name in names.split():
        with np.errstate(all="ignore"):
            expected = getattr(theirs, name)(x, *parameters)
            found = getattr(ours, name)(x, *parameters)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-300, err_msg=name)


def test_poisson_out_of_range_is_what_scipy_gives() -> None:
    k, mu, loc = np.meshgrid([-1.0, 0.0, 0.5, 1.0, 3.0, np.nan], [*PARAMETERS], [0.0, 1.0])
    for name in ("pmf", "logpmf", "cdf"):
        expected = getattr(scipy.stats.poisson, name)(k, mu, loc)
        np.testing.assert_allclose(getattr(stats.poisson, name)(k, mu, loc), expected, rtol=1e-12, err_msg=name)


def test_a_number_gives_a_number() -> None:
    assert np.isnan(stats.norm.pdf(1, 0, -1))
    assert np.isnan(stats.norm.cdf(1, 0, -1))
    assert np.isnan(stats.gamma.logpdf(1.0, -0.5))
    assert np.isnan(stats.beta.logpdf(0.3, -0.5, 2.0))
    for value in (stats.norm.pdf(1, 0, -1), stats.gamma.logpdf(1.0, 2.0), stats.beta.pdf(2.0, 1.0, 1.0)):
        assert isinstance(value, float)


def test_t_of_many_degrees_of_freedom_is_normal() -> None:
    df = np.array([1e3, 1e5, 1e6, 1e8, 1e12, 1e15, np.inf])
    np.testing.assert_allclose(stats.t.logpdf(1.0, df), scipy.stats.t.logpdf(1.0, df), rtol=1e-14)
    np.testing.assert_allclose(stats.t.logpdf(1.0, 1e12), scipy.stats.norm.logpdf(1.0), rtol=1e-11)
    close(grad(lambda x: stats.t.logpdf(x, np.inf))(1.0), -1.0)
    close(grad(lambda x: np.sum(stats.t.logpdf(x, df, 0.0, 2.0)))(1.0), -1.75, rtol=1e-3)


LISTS: list[tuple[Any, Any, str, tuple[Any, ...]]] = [
    (stats.norm, scipy.stats.norm, "pdf cdf sf logpdf logcdf logsf", ([1.0, 2.0], [0.0, 1.0], [1.0, 2.0])),
    (stats.t, scipy.stats.t, "pdf cdf logpdf logcdf", ([1.0, 2.0], [3.0, 4.0])),
    (stats.gamma, scipy.stats.gamma, "pdf cdf logpdf", ([1.0, 2.0], [3.0, 4.0])),
    (stats.chi2, scipy.stats.chi2, "pdf cdf logpdf", ([1.5, 2.0], [3.0, 4.0])),
    (stats.beta, scipy.stats.beta, "pdf cdf logpdf", ([0.1, 0.2], [3.0, 4.0], (2, 3))),
    (stats.poisson, scipy.stats.poisson, "pmf cdf logpmf", ([1, 2], [3.0, 4.0])),
    (stats.dirichlet, scipy.stats.dirichlet, "pdf logpdf", ([0.2, 0.5, 0.3], [1.5, 2.0, 0.7])),
    (stats.dirichlet, scipy.stats.dirichlet, "pdf logpdf", ([0.2, 0.5], [1.5, 2.0, 0.7])),
    (stats.multivariate_normal, scipy.stats.multivariate_normal, "pdf logpdf", ([0.2, 0.5], [1.0, 2.0], [1.0, 2.0])),
]


@pytest.mark.parametrize(("ours", "theirs", "names", "args"), LISTS, ids=[d[0].__name__[21:] for d in LISTS])
def test_lists_do_for_arrays(ours: Any, theirs: Any, names: str, args: tuple[Any, ...]) -> None:
    for name in names.split():
        fun = getattr(ours, name)
        np.testing.assert_allclose(fun(*args), getattr(theirs, name)(*args), rtol=1e-12)
        # Tensors may stand in the lists.
        at = int(ours in (stats.poisson, stats.dirichlet))

        def of_one(p: Any, f: Any = fun, at: int = at) -> Any:
            return np.sum(f(*args[:at], [p, *args[at][1:]], *args[at + 1 :]))

        assert grad(of_one)(args[at][0] * 1.0) != 0


def test_location_and_scale() -> None:
    for name in ("pdf", "logpdf", "cdf"):
        for ours, theirs, args in (
            (stats.beta, scipy.stats.beta, (1.3, 2.0, 3.0)),
            (stats.chi2, scipy.stats.chi2, (1.3, 3.0)),
            (stats.gamma, scipy.stats.gamma, (1.3, 3.0)),
        ):
            fun = getattr(ours, name)
            where = {"loc": 0.5, "scale": 2.0}
            close(fun(*args, **where), getattr(theirs, name)(*args, **where))
            moved = lambda x, loc, scale, f=fun, a=args[1:]: f(x, *a, loc, scale)  # noqa: E731
            check_grads(moved, (0, 1, 2), order=1)(1.3, 0.5, 2.0)
    close(stats.beta.logpdf(0.3, 2.0, 3.0, loc=0.0), scipy.stats.beta.logpdf(0.3, 2.0, 3.0))
    for name in ("pmf", "logpmf", "cdf"):
        close(getattr(stats.poisson, name)(3, 2.0, loc=1), getattr(scipy.stats.poisson, name)(3, 2.0, loc=1))


def test_compiled_densities_keep_their_range() -> None:
    for fun, theirs in ((stats.norm.logpdf, scipy.stats.norm.logpdf), (stats.norm.cdf, scipy.stats.norm.cdf)):
        compiled = compile(lambda x, s, f=fun: f(x, 0.0, s))
        for scale in (2.0, -1.0):
            found = compiled(X, np.array(scale))
            np.testing.assert_allclose(found, theirs(X, 0.0, scale), rtol=1e-12)
    for fun, theirs in ((stats.gamma.logpdf, scipy.stats.gamma.logpdf), (stats.t.logpdf, scipy.stats.t.logpdf)):
        compiled = compile(lambda x, s, f=fun: f(x, s))
        for shape in (2.0, -1.0, 1e12):
            np.testing.assert_allclose(compiled(X, np.array(shape)), theirs(X, shape), rtol=1e-12)
    simplex = np.array([0.2, 0.5, 0.3])
    for f, at in (
        (lambda x: stats.dirichlet.logpdf(x, POSITIVE), simplex),
        (lambda m: stats.multivariate_normal.logpdf(X, m, A @ A.T), simplex),
        (lambda c: stats.multivariate_normal.logpdf(X, simplex, c), A @ A.T),
    ):
        close(compile(grad(f))(at), grad(f)(at))
