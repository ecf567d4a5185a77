"""Bring the features of data to one scale: fitted on the training data, applied to all others, and inverted.

A feature is what lies at one place behind the first axis, which counts the samples. What a scaler keeps are float64
arrays, and it computes in float64; what it gives has the dtype of what it is given, and float64 for integers.
"""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nn.samples import as_samples, blocks, let_go

Array = NDArray[Any]


class _Scaler:
    """What the scalers share: each maps a feature linearly, by an offset and a factor that it finds in the data."""

    #: Before `fit` there are none.
    offset: Array | None = None
    scale: Array | None = None

    def fit(self, X: Any) -> Self:
        """Find offset and scale of each feature.

        Parameters
        ----------
        X : array_like
            The training data, shape (samples, ...); at least one sample. It is read in blocks, so that it may be mapped
            from a file larger than memory.

        Returns
        -------
        The scaler itself.

        Raises
        ------
        ValueError
            If there are no samples, or a feature holds NaN, an infinity, or numbers too large to be squared.
        TypeError
            If X does not hold real numbers.
        """
        X = self._real(X)
        with np.errstate(all="ignore"):
            offset, scale = self._measure(X)
        bad = ~(np.isfinite(offset) & np.isfinite(scale))
        if bad.any():
            raise ValueError(
                f"{type(self).__name__}.fit: the feature at {_place(bad)} has no finite scale: it holds NaN, an "
                "infinity, or too large a number."
            )
        # A feature that never changes has nothing to be divided by; it is only moved.
        self.offset, self.scale = offset, np.where(scale == 0, 1.0, scale)
        return self

    def transform(self, X: Any) -> Array:
        """Give data on the new scale.

        Parameters
        ----------
        X : array_like
            Of the training data's features.

        Returns
        -------
        ndarray
            Of the shape of X; of its dtype if that is floating, and float64 otherwise.

        Raises
        ------
        ValueError
            If the features are others than those that were fitted, or nothing was fitted.
        TypeError
            If X does not hold real numbers.
        """
        X, offset, scale = self._ready(X)
        # With an array to write to, NumPy casts in small pieces and rounds once.
        out = np.subtract(X, offset, out=_like(X), casting="same_kind")
        return self._spread(np.divide(out, scale, out=out, casting="same_kind"))

    def inverse(self, X: Any) -> Array:
        """Give data on the old scale, from what `transform` gave or a model predicted.

        Parameters
        ----------
        X : array_like
            Of the training data's features.

        Returns
        -------
        ndarray
            As `transform` gives it.

        Raises
        ------
        ValueError, TypeError
            As `transform` does.
        """
        X, offset, scale = self._ready(X)
        out = np.multiply(self._gather(X), scale, out=_like(X), casting="same_kind")
        np.add(out, offset, out=out, casting="same_kind")
        return out

    def _measure(self, X: Array) -> tuple[Array, Array]:
        raise NotImplementedError

    def _spread(self, X: Array) -> Array:
        return X

    def _gather(self, X: Array) -> Array:
        return X

    def _real(self, X: Any) -> Array:
        array = as_samples(type(self).__name__, "X", X)
        if array.dtype.kind == "c":
            raise TypeError(f"{type(self).__name__}: X holds real numbers; met dtype {array.dtype}.")
        return array

    def _ready(self, X: Any) -> tuple[Array, Array, Array]:
        if self.offset is None or self.scale is None:
            raise ValueError(f"{self!r} has seen no data yet: write scaler.fit(X_train) first.")
        X = self._real(X)
        if X.shape[1:] != self.offset.shape:
            raise ValueError(
                f"{self!r} was fitted to samples of shape {self.offset.shape}; met samples of shape {X.shape[1:]}."
            )
        return X, self.offset, self.scale


class Standardizer(_Scaler):
    """Give each feature the mean 0 and the standard deviation 1: `(x - mean) / std`, std as `np.std` gives it.

    A feature that is the same in all of the training data is only moved to 0.

    Attributes
    ----------
    offset, scale : ndarray of float64 or None
        Mean and standard deviation of each feature, of the shape of a sample; None before `fit`. The latter is 1 where
        the feature is constant.

    Examples
    --------
    >>> scaler = Standardizer().fit([[1.0, 7.0], [3.0, 7.0]])
    >>> scaler.transform([[1.0, 7.0], [5.0, 8.0]])
    array([[-1.,  0.],
           [ 3.,  1.]])
    >>> scaler.inverse([[3.0, 1.0]])
    array([[5., 8.]])
    """

    def _measure(self, X: Array) -> tuple[Array, Array]:
        # Measured from the first sample a constant feature is exactly 0. Blocks are joined as in Chan, Golub and
        # LeVeque (1979), which loses nothing however far the mean is from 0.
        first = X[0].astype(np.float64)
        count, mean, squares = 0, np.zeros_like(first), np.zeros_like(first)
        for at in blocks(X):
            block = X[at] - first
            size, middle = len(block), block.mean(axis=0)
            block -= middle
            shift = middle - mean
            squares += np.square(block, out=block).sum(axis=0) + shift * shift * (count * size / (count + size))
            count += size
            mean += shift * (size / count)
            let_go(X)
        return first + mean, np.sqrt(squares / count)

    def __repr__(self) -> str:
        """Give the call that makes it."""
        return "Standardizer()"


class MinMax(_Scaler):
    """Give each feature the range from `low` to `high`, exactly: `low + (high - low) * (x - min) / (max - min)`.

    A feature that is the same in all of the training data becomes `low`. New data outside of the training data's range
    comes out outside of the new one.

    Parameters
    ----------
    low, high : float
        The new range, `low` below `high`.

    Attributes
    ----------
    low, high : float
    offset, scale : ndarray of float64 or None
        Minimum and extent of each feature, of the shape of a sample; None before `fit`. The latter is 1 where the
        feature is constant.

    Raises
    ------
    ValueError
        If `low` is not below `high`, or one of them is not finite.

    Examples
    --------
    >>> scaler = MinMax(-1, 1).fit([[0], [255]])
    >>> scaler.transform([[0], [51], [255]])
    array([[-1. ],
           [-0.6],
           [ 1. ]])
    """

    def __init__(self, low: float = 0.0, high: float = 1.0) -> None:
        self.low, self.high = float(low), float(high)
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"MinMax: low is below high, both finite; met {self.low} and {self.high}.")

    def _measure(self, X: Array) -> tuple[Array, Array]:
        low = high = X[0].astype(np.float64)
        for at in blocks(X):
            low, high = np.minimum(low, X[at].min(axis=0)), np.maximum(high, X[at].max(axis=0))
            let_go(X)
        return low, high - low

    def _spread(self, X: Array) -> Array:
        # Unlike low + (high - low) * x, this meets both ends exactly.
        return self.low * (1 - X) + self.high * X

    def _gather(self, X: Array) -> Array:
        gathered: Array = (X - self.low) / (self.high - self.low)
        return gathered

    def __repr__(self) -> str:
        """Give the call that makes it."""
        return f"MinMax(low={self.low}, high={self.high})"


def _like(X: Array) -> Array:
    """Give an array to write to, of the shape of X and a floating dtype."""
    return np.empty(X.shape, X.dtype if X.dtype.kind == "f" else np.float64)


def _place(bad: Array) -> str:
    """Say where the first of them is: the number of a column, or a position in a sample."""
    at = tuple(int(i) for i in np.unravel_index(int(bad.argmax()), bad.shape))
    return str(at[0]) if len(at) == 1 else str(at)
