"""Medians and quantiles, averages with weights, covariance, correlation, histograms.

A quantile goes to the elements of its rank, and what is equal shares evenly (`autograd.ops.order`). A histogram counts:
the data have no derivative in it, but the weights have, and so have the edges that lie at the data's extremes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import kept_shape
from autograd.multilinear import linear
from autograd.op import Op, Real, case, composite
from autograd.ops.elementwise import conj
from autograd.ops.order import DISTINCT, EVEN, array, constant_in, of_rank, plain


def rows_of(a: Array, axis: Any) -> Array:
    """Bring what is reduced over into one last axis."""
    if axis is None:
        return np.reshape(a, -1)
    axes = [i % a.ndim for i in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    rest = [i for i in range(a.ndim) if i not in axes]
    size = math.prod(a.shape[i] for i in axes)
    return np.reshape(np.transpose(a, rest + sorted(axes)), (*[a.shape[i] for i in rest], size))


def weights_like(weights: Any, a: Array, axis: Any) -> Any:
    """Give weights along some axes of `a` the shape to be broadcast against it."""
    weights = array(weights)
    if weights.shape == a.shape:
        return weights
    axes = [i % a.ndim for i in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    weights = np.transpose(weights, [axes.index(i) for i in sorted(axes)])
    return np.reshape(weights, [size if i in axes else 1 for i, size in enumerate(a.shape)])


#: alpha and beta of the methods in which the quantile is continuous in q (Hyndman and Fan 1996, table 1).
CONTINUOUS: Mapping[str, tuple[float, float]] = {
    "interpolated_inverted_cdf": (0, 1), "hazen": (0.5, 0.5), "weibull": (0, 0), "linear": (1, 1),
    "median_unbiased": (1 / 3, 1 / 3), "normal_unbiased": (3 / 8, 3 / 8),
}  # fmt: skip


def _rank_by_weight(rows: Array, weights: Array, q: Any) -> Any:
    """Find the first rank at which the sum of the weights reaches q of all."""
    order = np.argsort(rows, axis=-1)
    below = np.take_along_axis(np.where(rows == rows, weights, 0), order, -1).cumsum(axis=-1, dtype=np.float64)
    cdf = (below / below[..., -1:]).astype(np.result_type(q))
    cdf = np.where(cdf == 0, -1, cdf)
    return np.stack([np.sum(cdf < one, axis=-1) for one in q], axis=-1)


def _slope_in_q(v: Any, q: Any, lower: Array, value: Array, upper: Array) -> Array:
    """Give the step at the virtual index v; at a node the smaller of both sides, at 0 and 1 the inner one.

    From the last element on there is no step to the right.
    """
    right, left = upper - value, value - lower
    inside = v > 0
    smaller = np.where(left < right, left, right)
    node = np.where(q == 0, right, np.where(q == 1, left, np.where(inside, smaller, 0)))
    return np.where(v == np.floor(v), node, np.where(inside, right, 0))


def _quantile(a: Any, q: Any, axis: Any, method: Any, keepdims: Any, weights: Any, skip: bool) -> Any:
    """Interpolate between the elements of two ranks: x_i + (v - i) (x_{i+1} - x_i), i ≤ v (Hyndman and Fan 1996)."""
    a = array(a)
    q = q if hasattr(q, "dtype") else np.asarray(q, dtype=a.dtype if a.dtype.kind == "f" and np.ndim(q) == 0 else None)
    rows, at = rows_of(a, axis), np.reshape(q, -1)
    known, fixed = plain(rows), plain(at)
    if not rows.size:
        return np.full((*q.shape, *_reduced(a, axis, keepdims)), math.nan) * np.sum(a)
    n = np.sum(known == known, axis=-1, keepdims=True) if skip else np.full(1, known.shape[-1])
    last = np.maximum(n - 1, 0)
    steep = False
    if weights is not None:
        full = np.broadcast_to(plain(weights_like(weights, a, axis)), a.shape)
        v = np.minimum(_rank_by_weight(known, rows_of(full, axis), fixed), last)
    elif method in CONTINUOUS:
        alpha, beta = CONTINUOUS[method]
        rate = n + (1 - alpha - beta)
        v = fixed * rate.astype(np.result_type(fixed)) + (alpha - 1)
        steep = isinstance(at, Shell)
    else:
        # A choice by rank, which NumPy's own function makes of the ranks themselves.
        found = {m: np.quantile(np.arange(max(m, 1)), fixed, method=method) for m in np.unique(n).tolist()}
        v = np.reshape([found[m] for m in n.ravel().tolist()], (*n.shape[:-1], -1))
    inside = np.clip(v, 0, last)
    low = np.floor(inside).astype(np.intp)
    part = (inside - low).astype(rows.dtype if rows.dtype.kind in "fc" else np.float64)
    if not np.any(part) and not steep:
        result = of_rank(rows, low)
    else:
        m, high = low.shape[-1], np.minimum(low + 1, last)
        ranks = [low, high, np.maximum(low - 1, 0)] if steep else [low, high]
        chosen = of_rank(rows, np.concatenate(ranks, axis=-1))
        value, upper = chosen[..., :m], chosen[..., m : 2 * m]
        result = value + part * (upper - value)
        if steep:
            step = _slope_in_q(v, fixed, chosen[..., 2 * m :], value, upper)
            result = result + (at - fixed) * (rate * step)
    if not steep and isinstance(at, Shell):
        # Piecewise constant in q: connected, with derivative 0.
        result = result + 0 * at
    if skip:
        result = np.where(n == 0, math.nan, result)
    return np.reshape(np.moveaxis(result, -1, 0), (*q.shape, *_reduced(a, axis, keepdims)))


def _reduced(a: Array, axis: Any, keepdims: Any) -> tuple[int, ...]:
    """Give the shape of what is left when `axis` was reduced over."""
    axes = tuple(axis) if isinstance(axis, list) else axis
    kept = kept_shape(a.shape, axes)
    if keepdims is not np._NoValue and keepdims:
        return kept
    gone = range(a.ndim) if axes is None else [i % a.ndim for i in (axes if isinstance(axes, tuple) else (axes,))]
    return tuple(size for i, size in enumerate(kept) if i not in gone)


MEDIANS = [
    case((5,)), case((4,)), case((3, 4), axis=0), case((3, 4), axis=-1, keepdims=True), case((2, 3, 2), axis=(0, -1)),
    case((2, 3), axis=None, keepdims=True), case(()), case((1,)),
    case((2, 2, 3), axis=[0, 2]), case((2, 0), axis=0),
]  # fmt: skip
QUANTILES = [
    case((4,), ()), case((4,), (2,)), case((2, 4), (2,), axis=1), case((2, 4, 1), (), axis=(1, 2), keepdims=True),
    case((4, 3), (2,), axis=0, keepdims=True), case((2, 2), (2, 2)), case((4,), (9,)), case((2, 4), (5,), axis=-1),
    *[case((4, 2), (3,), axis=0, method=method) for method in CONTINUOUS],
    *[case((4, 2), (), axis=-2, method=method) for method in (
        "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "lower", "higher", "midpoint", "nearest")],
    case((4,), (2,), method="inverted_cdf", weights=np.array([0.1, 0.2, 0.3, 0.4])),
    case((4, 2), (2,), method="inverted_cdf", axis=0, weights=np.array([0.1, 0.2, 0.3, 0.4])),
    case((2, 4), (), method="inverted_cdf", axis=(1, 0), weights=np.arange(1.0, 9).reshape(4, 2)),
]  # fmt: skip
#: Away from the nodes of every method for four elements.
BETWEEN_NODES = Real(0.41, 0.47, distinct=True)
IN_Q = f"{EVEN}; where the slope in q jumps it is the smaller of both"


@composite(np.median, sample=DISTINCT, cases=MEDIANS, note=EVEN)
def _np_median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
    """Take the middle one of the sorted elements, or the mean of the middle two."""
    return _quantile(a, 0.5, axis, "linear", keepdims, None, False)


@composite(np.nanmedian, sample=DISTINCT, cases=MEDIANS, note=EVEN)
def _np_nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    """Take the middle one of the sorted elements that are not NaN, or the mean of the middle two."""
    return _quantile(a, 0.5, axis, "linear", keepdims, None, True)


def _declare(quantile: Any, percentile: Any, skip: bool) -> None:
    """Declare a quantile and its percentile."""
    sample = {**DISTINCT, "q": BETWEEN_NODES}

    @composite(quantile, sample=sample, cases=QUANTILES, note=IN_Q)
    def of(
        a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, method: Any = "linear",
        keepdims: Any = False, *, weights: Any = None,
    ) -> Any:  # fmt: skip
        """Give x_i + (v - i) (x_{i+1} - x_i) of sorted x, i ≤ v the rank of q by `method`; nan- leaves NaN out."""
        return _quantile(a, q, axis, method, keepdims, weights, skip)

    sample = {**DISTINCT, "q": Real(41, 47, distinct=True)}

    @composite(percentile, sample=sample, cases=QUANTILES, note=IN_Q)
    def of_hundred(a: Any, q: Any, *args: Any, **rest: Any) -> Any:
        """Take the quantile at q / 100; nan- leaves NaN out."""
        hundred = array(a).dtype.type(100) if array(a).dtype.kind == "f" else 100
        return of(a, np.true_divide(q, hundred), *args, **rest)


_declare(np.quantile, np.percentile, skip=False)
_declare(np.nanquantile, np.nanpercentile, skip=True)


@composite(
    np.average, inputs=("a", "weights"), sample={"weights": Real(0.3, 2.0)},
    cases=[case((4,)), case((3, 2), axis=0), case((4,), (4,)), case((3, 2), (3, 2)), case((3, 2), (3,), axis=0),
           case((3, 2), (2,), axis=-1, keepdims=True), case((2, 3, 2), (2, 2), axis=(2, 0)), case((), ()),
           case((3, 2), (2,), axis=1, returned=True), case((2, 3), returned=True, keepdims=True)],
)  # fmt: skip
def _np_average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    """Compute Σ w a / Σ w along the axis, and without weights the mean."""
    a = array(a)
    keepdims = False if keepdims is np._NoValue else keepdims
    axis = tuple(axis) if isinstance(axis, list) else axis
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keepdims)
        return (mean, constant_in(a)) if returned else mean
    weights = weights_like(weights, a, axis)
    # Along an axis of length 1 that is not reduced over, the weights are the same for all.
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (mean, np.broadcast_to(total, mean.shape)) if returned else mean


def _variables(m: Any, y: Any, rowvar: bool) -> Array:
    """Stack what cov and corrcoef are given as rows, a variable each."""

    def rows(x: Any, turn: bool) -> Array:
        x = array(x)
        return x.T if turn and x.ndim == 2 else np.reshape(x, (-1, x.size)) if x.ndim < 2 else x

    first = rows(m, not rowvar)
    return first if y is None else np.concatenate([first, rows(y, not rowvar and np.shape(y)[0] != 1)], axis=0)


def _cov(x: Array, bias: bool, ddof: Any, fweights: Any, aweights: Any) -> Array:
    """Σ w (x - mean) (x - mean)ᴴ / (Σ w - ddof Σ w a / Σ w), w = f a the weights (as NumPy documents it)."""
    ddof = (0 if bias else 1) if ddof is None else ddof
    count: Any = x.shape[1]
    if fweights is None and aweights is None:
        centred = x - np.mean(x, axis=1, keepdims=True)
        weighted, norm = centred, count - ddof
    else:
        w: Any = 1 if aweights is None else array(aweights)
        w = w if fweights is None else w * np.asarray(plain(fweights))
        total = np.sum(w)
        centred = x - (x @ w / total)[:, None]
        norm = total if ddof == 0 else total - ddof * (1 if aweights is None else np.sum(w * aweights) / total)
        weighted = centred * w
    norm = norm if plain(norm) > 0 else 0.0
    return np.squeeze(np.matmul(centred, conj(weighted).T) * np.true_divide(1, norm))


COVS = [
    case((2, 4)), case((4,)), case((4, 2), rowvar=False), case((2, 4), (1, 4)), case((4,), (4,)),
    case((4, 2), (4, 1), rowvar=False), case((2, 4), (4,)), case((3, 4), dtype=np.complex128),
]  # fmt: skip


@composite(
    np.cov, inputs=("m", "y"), note="the weights in aweights have a derivative too",
    cases=[*COVS, case((2, 4), bias=True), case((2, 4), ddof=0), case((2, 4), ddof=2),
           case((2, 4), fweights=np.array([1, 2, 1, 3])), case((2, 4), fweights=np.array([1, 2, 1, 3]), ddof=2),
           case((2, 4), aweights=np.array([0.5, 0.2, 0.9, 0.3])),
           case((2, 4), aweights=np.array([0.5, 0.2, 0.9, 0.3]), ddof=2),
           case((2, 4), (4,), fweights=np.array([1, 2, 1, 3]), aweights=np.array([0.5, 0.2, 0.9, 0.3]), ddof=0)],
)  # fmt: skip
def _np_cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """Compute Σ w (x - mean) (x - mean)ᴴ / (Σ w - ddof Σ w a / Σ w), with the weights w = f a."""
    return _cov(_variables(m, y, rowvar), bias, ddof, fweights, aweights)


@composite(np.corrcoef, inputs=("x", "y"), cases=COVS)
def _np_corrcoef(
    x: Any, y: Any = None, rowvar: bool = True, *ignored: Any, dtype: Any = None, **deprecated: Any
) -> Any:
    """Compute c_ij / √(c_ii c_jj) from the covariances c."""
    c = _cov(_variables(x, y, rowvar), False, None, None, None)
    if c.ndim == 0:
        return c / c
    scale = np.sqrt(np.real(np.diagonal(c)))
    return c / scale[:, None] / scale


def _tally(a: Array, index: Any, size: int) -> Array:
    if a.dtype.kind == "c":
        return np.asarray(_tally(a.real, index, size) + 1j * _tally(a.imag, index, size), dtype=a.dtype)
    return np.bincount(index, weights=a, minlength=size).astype(a.dtype)


# The sums of what has the same index, and the reading by index: each the transpose of the other
tally: Op = linear(
    _tally, name="tally", moves=True, a=lambda g, index: look_up(g, index=index),
    cases=[case((4,), index=np.array([0, 2, 2, 1]), size=4), case((0,), index=np.zeros(0, int), size=2)],
)  # fmt: skip
look_up: Op = linear(
    lambda a, index: a[index], name="look_up", moves=True,
    a=lambda g, index, a_shape: tally(np.reshape(g, -1), index=index.ravel(), size=a_shape[0]),
    cases=[case((3,), index=np.array([0, 2, 2, 1])), case((3,), index=np.array([[0], [2]]))],
)  # fmt: skip


# What is not empty is drawn for `tally`: here x would be drawn as what is no index.
@composite(
    np.bincount, cases=[case([], (0,)), case([], (0,), minlength=3)], note="linear in the weights; x is an index",
)  # fmt: skip
def _np_bincount(x: Any, /, weights: Any = None, minlength: Any = 0) -> Any:
    """Give ans[i] = Σ weights[k] over all k with x[k] = i."""
    return tally(np.real(array(weights)), index=np.asarray(plain(x), dtype=np.intp), size=int(minlength))


def _edges(a: Any, bins: Any, range: Any) -> tuple[Any, Any]:
    """Give the edges as NumPy has them, and as what they depend on: themselves, the range, or the data's extremes."""
    exact = np.histogram_bin_edges(plain(a), plain(bins), plain_all(range))
    if np.ndim(bins) == 1:
        return exact, bins
    if range is None and np.size(a) == 0:
        return exact, exact
    low, high = (np.min(a), np.max(a)) if range is None else range
    if plain(low) == plain(high):
        low, high = low - 0.5, high + 0.5
    t = np.linspace(0, 1, len(exact))
    return exact, low * (1 - t) + high * t


def plain_all(items: Any) -> Any:
    """Give a tuple or a list without its Tensors."""
    return [plain_all(i) for i in items] if isinstance(items, (tuple, list)) else plain(items)


def _bins(a: Any, edges: Any) -> Any:
    """Give the bin of each element, and for outliers one more than there are; the last one is closed at the right."""
    count = len(edges) - 1
    index = np.searchsorted(edges, a, side="right") - 1
    index[index < 0] = count
    index[a == edges[-1]] = count - 1
    return index


def _histogram(columns: Any, bins: Any, ranges: Any, density: Any, weights: Any) -> Any:
    """Sum the weights in each cell; as a density divide by its size and by the sum of all. Give sums and edges."""
    known = [_edges(*each) for each in zip(columns, bins, ranges, strict=True)]
    index = [_bins(np.ravel(plain(c)), exact) for c, (exact, _) in zip(columns, known, strict=True)]
    # Outliers are summed too, and dropped.
    shape = tuple([len(exact) for exact, _ in known])
    cell, size = np.ravel_multi_index(index, shape), math.prod(shape)
    if weights is None:
        sums: Any = np.bincount(cell, minlength=size)
    else:
        sums = tally(np.reshape(array(weights), -1), index=cell, size=size)
    hist = np.reshape(sums, shape)[(slice(-1),) * len(shape)]
    if density:
        total = np.sum(hist)
        for i, (_, e) in enumerate(known):
            hist = hist / np.reshape(np.diff(e), [-1 if i == k else 1 for k in range(len(shape))])
        hist = hist / total
    constant = constant_in(weights, *columns, *bins)
    return hist, [e if isinstance(e, Shell) else constant for _, e in known]


IN_WEIGHTS = "a count has no derivative in the data; linear in the weights; the edges follow the data's extremes"
BISECTED = f"{IN_WEIGHTS}; bins are found by bisection, which NumPy need not do where they are equally wide"


@composite(
    np.histogram_bin_edges, inputs=("a",), sample=DISTINCT,
    note="the edges follow the data's extremes, which the gradient looks for again, or are those given",
    cases=[case((5,)), case((2, 3), bins=4), case((5,), bins="sturges"), case((0,), bins=2), case((1,), bins=2)],
)  # fmt: skip
def _np_histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """Give low (1 - t) + high t for equally spaced t in [0, 1], low and high the extremes or the range."""
    edges = _edges(a, bins, range)[1]
    return edges if isinstance(edges, Shell) else constant_in(a, bins)


A = np.array([0.1, 0.4, 0.45, 0.8, 0.3, 1.0])
WEIGHED = [
    case((6,), a=A), case((6,), a=A, bins=3, density=True), case((6,), a=A, bins=4, range=(0.2, 0.9)),
    case((6,), a=A, bins=np.array([0.0, 0.3, 0.5, 1.0]), density=True),
    case((2, 3), a=A.reshape(2, 3), bins=[0, 0.4, 0.8]),
]  # fmt: skip


@composite(np.histogram, inputs=("weights",), sample={"weights": Real(0.2, 2.0)}, cases=WEIGHED, note=BISECTED)
def _np_histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Sum the weights in each bin; as a density divide by its width and by the sum of all."""
    hist, (edges,) = _histogram([a], [bins], [range], density, weights)
    return hist, edges


@composite(
    np.histogramdd, inputs=("weights",), sample={"weights": Real(0.2, 2.0)}, note=IN_WEIGHTS,
    cases=[case((6,), sample=np.stack([A, A[::-1]], axis=1), bins=2),
           case((6,), sample=[A, A**2, A**3], bins=(1, 2, 3)),
           case((6,), sample=A, bins=3, density=True),
           case((6,), sample=np.stack([A, A**2], axis=1), bins=[np.array([0.0, 0.5, 0.9]), 2], density=True),
           case((6,), sample=[A, A], bins=2, range=[(0, 0.5), None])],
)  # fmt: skip
def _np_histogramdd(sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Sum the weights in each cell; as a density divide by its volume and by the sum of all."""
    if hasattr(sample, "shape"):
        columns = [sample[:, i] for i in np.arange(sample.shape[1])] if sample.ndim == 2 else [sample]
    else:
        columns = list(sample) if np.ndim(sample[0]) else [np.array(sample)]
    bins = bins if hasattr(bins, "__len__") else [bins] * len(columns)
    range = [None] * len(columns) if range is None else range
    return _histogram(columns, bins, range, density, weights)


@composite(
    np.histogram2d, inputs=("weights",), sample={"weights": Real(0.2, 2.0)}, note=IN_WEIGHTS,
    cases=[case((6,), x=A, y=A**2), case((6,), x=A, y=A, bins=[2, np.array([0.2, 0.5, 0.9])], density=True),
           case((6,), x=A, y=A[::-1], bins=np.array([0.0, 0.5, 0.9]), range=None)],
)  # fmt: skip
def _np_histogram2d(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Sum the weights in each cell; as a density divide by its area and by the sum of all."""
    if hasattr(bins, "__len__") and len(bins) not in (1, 2):
        bins = [bins, bins]
    hist, (xedges, yedges) = _np_histogramdd([x, y], bins, range, density, weights)
    return hist, xedges, yedges
