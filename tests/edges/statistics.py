"""Medians, quantiles, averages and histograms at ties, nodes and edges, with infinities, and of what is no number."""

from __future__ import annotations

import numpy as np
from special_values import INF, row

NAN = float("nan")
CURVE = np.array([0.0, 1, 4])


def of(q: float, **options: object) -> object:
    """Give the quantile at q as a function of the data."""
    return lambda x: np.quantile(x, q, **options)


def at(**options: object) -> object:
    """Give the quantile of a few numbers as a function of q."""
    return lambda q: np.quantile(CURVE, q, **options)


ROWS = (
    row("median, the middle one", np.median, [3.0, 1, 2], [0, 0, 1], [0, 0, 0]),
    row("median, the mean of two", np.median, [4.0, 1, 2, 3], [0, 0, 0.5, 0.5], [0, 0, 0, 0]),
    row("median, all tied", np.median, [2.0, 2, 2], [1 / 3] * 3),
    row("median, both in the middle tied", np.median, [1.0, 2, 2, 3], [0, 0.5, 0.5, 0]),
    row("median, a tie beside the middle", np.median, [1.0, 2, 2], [0, 0.5, 0.5]),
    row("median, of which one is tied", np.median, [1.0, 1, 2, 3], [0.25, 0.25, 0.5, 0]),
    row("median between infinities", np.median, [INF, 1, -INF], [0, 1, 0]),
    row("median over two axes", lambda x: np.median(x, axis=(0, 2)), [[[1.0, 5]], [[2, 3]]], [[[0, 0]], [[0.5, 0.5]]]),
    row("median of one", np.median, [2.0], [1]),
    row("median of a 0-d array", np.median, 2.0, 1),
    row("median of rows with ties", lambda x: np.median(x, axis=1), [[1.0, 1, 1], [3, 1, 2]], [[1 / 3] * 3, [0, 0, 1]]),
    row("nanmedian", np.nanmedian, [NAN, 1, 3], [0, 0.5, 0.5]),
    row("nanmedian, rows of different counts", lambda x: np.nanmedian(x, axis=1), [[NAN, 1, 3], [5, 4, 9]],
        [[0, 0.5, 0.5], [1, 0, 0]]),
    row("nanmedian, ties", np.nanmedian, [NAN, 1, 1, 1], [0, 1 / 3, 1 / 3, 1 / 3]),
    row("nanquantile", lambda x: np.nanquantile(x, 0.25, axis=0), [[NAN, 1], [2, 5], [4, NAN]],
        [[0, 0.75], [0.75, 0.25], [0.25, 0]]),
    row("quantile 1 is the max", of(1), [3.0, 1, 3], [0.5, 0, 0.5]),
    row("quantile 0 is the min", of(0), [1.0, 3, 1], [0.5, 0, 0.5]),
    row("quantile between two", of(0.25), [4.0, 0, 2], [0, 0.5, 0.5]),
    row("quantile, the lower end tied", of(0.75), [1.0, 1, 5], [0.25, 0.25, 0.5]),
    row("quantile, the higher one infinite", of(0.25), [INF, 1], [0.25, 0.75]),
    row("quantile, many at once", lambda x: np.quantile(x, np.linspace(0, 1, 9)), [1.0, 1, 2], [3.25, 3.25, 2.5]),
    row("quantile, lower", of(0.6, method="lower"), [3.0, 1, 2], [0, 0, 1]),
    row("quantile, higher", of(0.6, method="higher"), [3.0, 1, 2], [1, 0, 0]),
    row("quantile, midpoint", of(0.6, method="midpoint"), [3.0, 1, 2], [0.5, 0, 0.5]),
    row("quantile, nearest", of(0.8, method="nearest"), [3.0, 1, 2], [1, 0, 0]),
    row("quantile, averaged at a step", of(0.5, method="averaged_inverted_cdf"), [3.0, 1], [0.5, 0.5]),
    row("quantile by weights", of(0.5, method="inverted_cdf", weights=[1, 1, 5]), [3.0, 1, 2], [0, 0, 1]),
    row("quantile by weights, zero ones", of(0, method="inverted_cdf", weights=[1, 0, 5]), [3.0, 1, 2], [0, 0, 1]),
    row("quantile in q", at(), 0.25, 2, 0),
    row("quantile in q, at a node the smaller slope", at(), 0.5, 2),
    row("quantile in q, at both ends", at(), [0.0, 1], [2, 6]),
    row("quantile in q, beyond the last", at(method="hazen"), [0.01, 0.99], [0, 0]),
    row("quantile in q, where it gets flat", at(method="weibull"), [0.25, 0.75], [0, 0]),
    row("quantile in q, step by step", at(method="lower"), [0.3], [0]),
    row("percentile in q", lambda q: np.percentile(CURVE, q), 25.0, 0.02),
    row("quantile in both", np.quantile, (CURVE, 0.25), ([0.5, 0.5, 0], 2), ([-2, 2, 0], 0)),
    row("average, a weight of 0", lambda a, w: np.average(a, weights=w), ([1.0, 3], [0.0, 1]), ([0, 1], [-2, 0])),
    row("average, weights given", lambda a: np.average(a, weights=[1, 3]), [1.0, 3], [0.25, 0.75]),
    row("cov of equal values", np.cov, [2.0, 2, 2], [0, 0, 0]),
    row("cov of one variable", np.cov, [1.0, 3], [-2, 2], [0, 0]),
    row("cov, weights of the observations", lambda w: np.cov([1.0, 3, 4], aweights=w, ddof=0), [1.0, 1, 0],
        [0, 0, 1.5]),
    row("corrcoef of one variable", np.corrcoef, [1.0, 3], [0, 0]),
    row("bincount", lambda w: np.bincount([2, 0, 2], w) ** 2, [1.0, 2, 3], [8, 4, 8], [4, 2, 4]),
    row("histogram, the last edge is inside", lambda w: np.histogram([0.0, 1, 2, 3], [0, 1, 2], weights=w)[0] * [1, 3],
        [1.0, 1, 1, 1], [1, 3, 3, 0]),
    row("histogram2d, outliers", lambda w: np.histogram2d([0.0, 1, 5], [0.0, 1, 0], 1, [[0, 1], [0, 1]], weights=w)[0],
        [1.0, 1, 1], [1, 1, 0]),
    row("edges of a histogram follow the extremes", lambda x: np.histogram_bin_edges(x, 2) * [1, 2, 4],
        [3.0, 0, 1, 3], [2.5, 2, 0, 2.5], [0] * 4),
    row("edges around one value", lambda x: np.histogram_bin_edges(x, 2), [3.0, 3], [1.5, 1.5]),
    row("a density shrinks as its bins widen", lambda x: np.histogram(x, 2, density=True)[0] * [1, 0], [0.0, 1, 5, 8],
        [0.25 / 16, 0, 0, -0.25 / 16]),
)  # fmt: skip
