"""Statistics beyond the generic tests: each argument tracked alone, data of histograms, NaN, errors."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp

NAN = float("nan")
RNG = np.random.default_rng(0)
METHODS = (
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
)  # fmt: skip


#: Of 13 numbers none of these lies at a node of any method.
BETWEEN = np.array([0.06, 0.29, 0.49, 0.68, 0.94])


@pytest.mark.parametrize("method", METHODS)
def test_quantiles_of_random_data(method: Any) -> None:
    x = RNG.permutation(np.linspace(-1, 2, 13)) ** 3
    check_grads(lambda x: np.quantile(x, BETWEEN, method=method), x, order=1)


@pytest.mark.parametrize("method", METHODS)
def test_quantiles_in_q(method: Any) -> None:
    x = np.linspace(-1, 2, 13) ** 3
    if method in METHODS[3:9]:
        check_grads(lambda q: np.quantile(x, q, method=method), BETWEEN, order=1)
        # The second derivative is mixed: the slope in q is linear in the data.
        slopes = vjp(lambda x: grad(lambda q: np.sum(np.quantile(x, q, method=method)))(BETWEEN), x)
        np.testing.assert_allclose(np.sum(slopes[1](np.ones(5))[0] * x), np.sum(slopes[0]), rtol=1e-12)
    else:
        q = Tensor(BETWEEN, requires_grad=True)
        np.sum(np.quantile(x, q, method=method)).backward()
        np.testing.assert_array_equal(q.grad, np.zeros(5))


@pytest.mark.parametrize("method", METHODS)
def test_nanquantile_is_the_quantile_of_the_rest(method: Any) -> None:
    x = RNG.standard_normal((4, 9))
    x[0, 3] = x[1, 1] = x[1, 8] = NAN
    g = RNG.standard_normal((4, 3))
    q = [0.2, 0.5, 0.77]
    _, pullback = vjp(lambda x: np.nanquantile(x, q, axis=1, method=method).T, x)
    (found,) = pullback(g)
    for i in range(4):
        rest = ~np.isnan(x[i])
        _, of_rest = vjp(lambda x: np.quantile(x, q, method=method), x[i][rest])
        np.testing.assert_allclose(found[i][rest], of_rest(g[i])[0], rtol=1e-13)
        assert np.all(found[i][~rest] == 0)


def test_weighted_quantiles_go_to_the_element_that_numpy_chose() -> None:
    x = RNG.permutation(20.0 * np.arange(30)).reshape(5, 6)
    weights = RNG.uniform(0, 1, (5, 6)) * (RNG.uniform(0, 1, (5, 6)) > 0.3)
    q = [0.0, 0.1, 0.5, 0.9, 1.0]
    for axis in (None, 0, 1, (0, 1)):
        out, pullback = vjp(
            lambda x, axis=axis: np.quantile(x, q, axis=axis, weights=weights, method="inverted_cdf"), x
        )
        g = RNG.standard_normal(out.shape)
        expected = np.zeros_like(x)
        for value, weight in zip(out.ravel(), g.ravel(), strict=True):
            expected[x == value] += weight
        np.testing.assert_allclose(pullback(g)[0], expected, rtol=1e-13)


def test_weights_of_a_nanquantile() -> None:
    x, weights = np.array([NAN, 3, 1, 2]), np.array([9.0, 1, 1, 1])
    out, pullback = vjp(lambda x: np.nanquantile(x, 0.5, weights=weights, method="inverted_cdf"), x)
    assert out == 2
    np.testing.assert_array_equal(pullback(1.0)[0], [0, 0, 0, 1])


def test_weights_of_a_quantile_take_no_part() -> None:
    found = grad(lambda w: np.quantile(np.arange(3.0), 0.4, weights=w, method="inverted_cdf") * np.sum(w))(np.ones(3))
    np.testing.assert_array_equal(found, [1, 1, 1])


def test_a_python_float_as_q_keeps_float32() -> None:
    x = Tensor(np.arange(5, dtype=np.float32), requires_grad=True)
    out = np.quantile(x, 0.3)
    assert out.dtype == np.quantile(np.arange(5, dtype=np.float32), 0.3).dtype
    out.backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_allclose(x.grad, [0, 0.8, 0.2, 0, 0], rtol=1e-6)


def test_the_quantile_of_integers_in_q() -> None:
    check_grads(lambda q: np.quantile([3, 1, 7, 4], q), np.array([0.2, 0.6]))


def test_a_quantile_that_is_nan_has_no_nan_for_a_derivative() -> None:
    """What stands at the rank is looked at with NaN as the largest."""
    for function in (np.median, lambda x: np.quantile(x, 0.5)):
        out, pullback = vjp(function, np.array([NAN, 1.0, 2.0]))
        assert np.isnan(out)
        np.testing.assert_array_equal(pullback(1.0)[0], [0, 0, 1])


@pytest.mark.parametrize("function", [np.nanmedian, lambda x, axis: np.nanquantile(x, 0.3, axis=axis)])
def test_of_nothing_but_nan_no_gradient(function: Any) -> None:
    x = np.array([[NAN, NAN], [2, 5]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        out, pullback = vjp(lambda x: function(x, axis=1), x)
    assert np.isnan(out[0])
    (found,) = pullback(np.ones(2))
    np.testing.assert_array_equal(found[0], [0, 0])
    assert found[1].sum() == 1


def test_the_median_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        out, pullback = vjp(lambda x: np.median(x, axis=0), np.zeros((0, 3)))
    assert np.isnan(out).all() and pullback(np.ones(3))[0].shape == (0, 3)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_average_in_data_and_weights(axis: Any) -> None:
    a, w = RNG.standard_normal((3, 4)), RNG.uniform(0.5, 2, (3, 4))
    check_grads(lambda a, w: np.average(a, axis=axis, weights=w, returned=True), (a, w))


def test_average_with_only_the_weights_tracked() -> None:
    check_grads(lambda w: np.average([[1, 5], [2, 9]], axis=1, weights=w), np.array([1.0, 3]))


def test_average_returns_what_numpy_returns() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for options in ({}, {"weights": [1, 2, 3], "axis": 1}, {"axis": 0, "keepdims": True}):
        for ours, theirs in zip(
            np.average(Tensor(x, requires_grad=True), returned=True, **options),
            np.average(x, returned=True, **options),
            strict=True,
        ):
            np.testing.assert_array_equal(ours.data, theirs)


@pytest.mark.parametrize("options", [{}, {"ddof": 0}, {"bias": True}, {"fweights": [1, 2, 1, 3], "ddof": 1}])
def test_cov_in_its_weights(options: Any) -> None:
    check_grads(lambda x, w: np.cov(x, aweights=w, **options), (RNG.standard_normal((2, 4)), RNG.uniform(0.5, 1.5, 4)))


def test_correlation_with_itself_does_not_change() -> None:
    x = RNG.standard_normal((3, 6))
    (found,) = vjp(lambda x: np.diagonal(np.corrcoef(x)), x)[1](np.ones(3))
    np.testing.assert_allclose(found, np.zeros((3, 6)), atol=1e-15)


def test_cov_with_the_second_set_tracked_only() -> None:
    check_grads(lambda y: np.cov([1.0, 2, 4], y), np.array([3.0, 1, 2]))
    check_grads(lambda y: np.corrcoef([[1.0], [2], [4]], y, rowvar=False), np.array([[3.0], [1], [2]]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bincount_is_linear_in_its_weights(dtype: Any) -> None:
    x, w = np.array([3, 1, 3, 0]), np.arange(4, dtype=dtype)
    out, pullback = vjp(lambda w: np.bincount(x, w, minlength=6), w)
    np.testing.assert_array_equal(out, np.bincount(x, w, minlength=6), strict=True)
    g = np.arange(6.0)
    np.testing.assert_array_equal(pullback(g)[0], g[x].astype(dtype), strict=True)
    _, pushed = jvp(lambda w: np.bincount(x, weights=w), (w,), (w + 1,))
    np.testing.assert_array_equal(pushed, np.bincount(x, w + 1))


def test_bincount_of_a_tensor_counts() -> None:
    found = np.bincount(Tensor(np.array([1, 1, 3])))
    np.testing.assert_array_equal(found.data if isinstance(found, Tensor) else found, [0, 2, 0, 1])
    w = Tensor([1.0, 2.0], requires_grad=True)
    assert np.bincount(Tensor(np.array([1, 0])), w).requires_grad


DATA = np.array([0.31, 0.05, 0.93, 0.47, 0.7, 0.52])


@pytest.mark.parametrize("options", [{"bins": 3}, {"bins": 4, "density": True}, {"bins": "auto"}])
def test_a_histogram_in_its_data_and_weights(options: Any) -> None:
    """No number lies near an edge, so that the counts stay while the edges move with the extremes."""
    check_grads(lambda a: np.histogram(a, **options)[1], DATA)
    if options["bins"] != "auto":
        weights = RNG.uniform(0.5, 1.5, 6)
        check_grads(lambda a, w: np.histogram(a, weights=w, **options), (DATA, weights))


def test_a_range_of_one_point_is_made_one_wide() -> None:
    """Of its density, 1 / (high - low), that leaves the slope 1 at both ends."""
    low, high = Tensor(0.5, requires_grad=True), Tensor(0.5, requires_grad=True)
    density = np.histogram(Tensor([0.5]), 1, (low, high), density=True)[0]
    density.sum().backward()
    assert (density.item(), float(low.grad), float(high.grad)) == (1, 1, -1)


def test_a_histogram_in_given_edges_and_range() -> None:
    check_grads(lambda e: np.histogram(DATA, e, density=True), np.array([0.1, 0.4, 0.8]))

    def over(low: Any, high: Any) -> Any:
        return np.histogram(Tensor(DATA), 3, range=(low, high), density=True)

    check_grads(over, (np.array(0.1), np.array(0.81)))


def test_counts_are_plain_and_the_edges_are_not() -> None:
    counts, edges = np.histogram(Tensor(DATA, requires_grad=True), 3)
    assert type(counts) is np.ndarray and edges.requires_grad
    np.testing.assert_array_equal(counts, np.histogram(DATA, 3)[0], strict=True)


@pytest.mark.parametrize("a", [RNG.integers(0, 9, 50).astype(float), RNG.standard_normal(200), np.full(4, 2.0)])
@pytest.mark.parametrize("options", [{}, {"bins": 7}, {"bins": [0, 1, 1.5, 4]}, {"bins": 5, "range": (1, 4)}])
def test_weights_go_into_the_bins_that_numpy_fills(a: Any, options: Any) -> None:
    weights = RNG.uniform(0.5, 1.5, a.shape)
    (hist, _), pushed = jvp(lambda w: np.histogram(a, weights=w, **options), (weights,), (weights,))
    np.testing.assert_allclose(pushed[0], hist, rtol=1e-12)
    b = RNG.permutation(a)
    (hist, *_), pushed = jvp(lambda w: np.histogram2d(a, b, weights=w, density=False), (weights,), (weights,))
    np.testing.assert_allclose(pushed[0], hist, rtol=1e-12)


def test_complex_weights() -> None:
    w = np.arange(6) * (1 + 2j)
    out, pushed = jvp(lambda w: np.histogram(DATA, 2, weights=w)[0], (w,), (1j * w,))
    np.testing.assert_allclose(pushed, 1j * out)


def test_histograms_of_several_dimensions_in_their_samples() -> None:
    x, y = DATA, DATA[::-1] ** 2
    check_grads(lambda x, y, w: np.histogram2d(x, y, 2, weights=w, density=True), (x, y, RNG.uniform(1, 2, 6)), order=1)
    check_grads(lambda s, w: np.histogramdd(s, (2, 3), weights=w), (np.stack([x, y], 1), RNG.uniform(1, 2, 6)), order=1)
    check_grads(lambda x, y: np.histogramdd([x, y], 2, density=True), (x, y), order=1)


def test_edges_of_no_data_are_constants() -> None:
    found = np.histogram_bin_edges(Tensor(np.zeros(0), requires_grad=True), 2)
    np.testing.assert_array_equal(found.data, [0, 0.5, 1])
    assert not found.requires_grad


ERRORS = [
    (ValueError, lambda x: np.quantile(x, 1.5)),
    (ValueError, lambda x: np.quantile(x, 0.5, method="none")),
    (ValueError, lambda x: np.quantile(x, 0.5, weights=[1, 1, 1])),
    (TypeError, lambda x: np.quantile(x * 1j, 0.5)),
    (np.exceptions.AxisError, lambda x: np.median(x, axis=1)),
    (ZeroDivisionError, lambda x: np.average(x, weights=[1, -1, 0])),
    (TypeError, lambda x: np.average(x, weights=[1, 1])),
    (ValueError, lambda x: np.cov(x, ddof=0.5)),
    (ValueError, lambda x: np.cov(x, fweights=[1, -1, 1])),
    (ValueError, lambda x: np.bincount([1, -1, 0], x)),
    (ValueError, lambda x: np.bincount([1, 0], x)),
    (ValueError, lambda x: np.histogram(x, bins=[2, 1])),
    (ValueError, lambda x: np.histogram(x, bins=0)),
    (ValueError, lambda x: np.histogram([1, 2], weights=x)),
    (TypeError, lambda x: np.histogram([1, 2, 3], "auto", weights=x)),
    (ValueError, lambda x: np.histogramdd(np.ones((3, 2)), [1, 1, 1], weights=x)),
]


@pytest.mark.parametrize(("error", "function"), ERRORS)
def test_errors(error: Any, function: Any) -> None:
    with pytest.raises(error):
        function(Tensor([3.0, 1, 2], requires_grad=True))


def test_a_tensor_is_not_worked_in() -> None:
    a = np.array([3.0, 1.0, 2.0, 0.5])
    for fun in (
        lambda x: np.median(x, overwrite_input=True),
        lambda x: np.median(x, None, None, True),
        lambda x: np.nanmedian(x, overwrite_input=True),
        lambda x: np.quantile(x, 0.3, overwrite_input=True),
    ):
        x = Tensor(a.copy(), requires_grad=True)
        fun(x).backward()
        np.testing.assert_array_equal(x.data, a)
        assert x.grad[0] == 0
