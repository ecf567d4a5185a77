"""Losses: how wrong the predictions are, as one number. Each is a composition of ops, differentiated by the tape."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn.configurable import Configurable
from nn.labels import class_numbers, numbers, weights

#: How close to 0 and to 1 the book lets a probability come before it takes the logarithm.
CLIP = 1e-7


class Loss(Configurable, ABC):
    """What losses have in common: they are called on predictions and targets.

    A new one defines `samples` and `prepare`.
    """

    def __call__(self, y_pred: Any, y_true: Any, sample_weight: Any = None) -> Tensor:
        """Give the mean loss of the samples.

        Parameters
        ----------
        y_pred : Tensor or array_like
            Predictions, samples first.
        y_true : array_like
            What they should be; see the class.
        sample_weight : array_like, optional
            Shape (samples,), at least 0: with weights w and the samples' losses l it is Σ w l / Σ w.

        Returns
        -------
        Tensor
            A scalar, of the dtype of `y_pred`.

        Raises
        ------
        ValueError, TypeError
            If targets or weights do not fit the predictions, are NaN or out of range. While a function is compiled
            values cannot be looked at, and none are.
        """
        losses = self.samples(y_pred, y_true)
        if sample_weight is None:
            return cast(Tensor, losses.mean())
        given = weights(sample_weight, len(losses)).astype(losses.dtype)
        return cast(Tensor, (given * losses).sum() / given.sum())

    @abstractmethod
    def samples(self, y_pred: Any, y_true: Any) -> Tensor:
        """Give the loss of each sample, shape (samples,)."""

    @abstractmethod
    def prepare(self, y_true: Any, shape: tuple[int, ...]) -> NDArray[Any]:
        """Check targets once, for predictions of a shape, and give them in the form that is computed with.

        Raises
        ------
        ValueError, TypeError
            If they do not fit the shape, are NaN or out of range.
        """


class CategoricalCrossentropy(Loss):
    """The mean of `-log(p)`, p being the probability given to the true class.

    The probability is clipped to [1e-7, 1 - 1e-7], as in *Neural Networks from Scratch in Python* (Kinsley and
    Kukieła, chapter 5), so outside this interval the gradient is 0. From scores that have not been through a softmax
    nothing is clipped, and nothing lost: see `softmax_cross_entropy`.

    Predictions have the shape (samples, classes). Targets are class numbers of any integer type, shape (samples,), or
    one-hot rows, shape (samples, classes).

    Parameters
    ----------
    from_logits : bool
        Whether predictions are scores, not probabilities.

    Examples
    --------
    >>> CategoricalCrossentropy()([[0.5, 0.5], [0.125, 0.875]], [0, 0])
    Tensor(1.38629436, dtype=float64)
    """

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = _flag(self, from_logits)

    def samples(self, y_pred: Any, y_true: Any) -> Tensor:
        """Give the loss of each sample, shape (samples,)."""
        y_pred = _tensor(y_pred)
        labels = class_numbers(y_true, y_pred.shape)
        if self.from_logits:
            return _of_scores(y_pred, labels)
        confidences = y_pred[np.arange(len(labels)), labels]
        return cast(Tensor, -np.log(np.clip(confidences, CLIP, 1 - CLIP)))

    def prepare(self, y_true: Any, shape: tuple[int, ...]) -> NDArray[Any]:
        """Check targets for predictions of a shape, and give them as class numbers."""
        # Wide enough to be an index as they are.
        return class_numbers(y_true, shape).astype(np.intp, copy=False)


class BinaryCrossentropy(Loss):
    """The mean of `-(y log(p) + (1 - y) log(1 - p))` over outputs, each a probability for itself, and samples.

    The probability is clipped to [1e-7, 1 - 1e-7], as in *Neural Networks from Scratch in Python* (Kinsley and
    Kukieła, chapter 16). From scores z nothing is clipped: it is `log(1 + exp(z)) - y z`, exact and finite however
    large they are.

    Predictions have the shape (samples, outputs), or (samples,). Targets have the same, and are from 0 to 1.

    Parameters
    ----------
    from_logits : bool
        Whether predictions are scores, not probabilities.

    Examples
    --------
    >>> BinaryCrossentropy()([[0.5], [0.125]], [1, 0])
    Tensor(0.41333929, dtype=float64)
    >>> BinaryCrossentropy(from_logits=True)([[1e4], [-1e4]], [0, 0])
    Tensor(5000., dtype=float64)
    """

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = _flag(self, from_logits)

    def samples(self, y_pred: Any, y_true: Any) -> Tensor:
        """Give the loss of each sample, the mean over its outputs, shape (samples,)."""
        y_pred = _tensor(y_pred)
        y = numbers(y_true, y_pred.shape, between=(0, 1)).astype(y_pred.dtype)
        if self.from_logits:
            # As with softmax the larger of z and 0 is a constant to the tape.
            largest = np.maximum(y_pred.detach(), 0)
            return _mean_of_outputs(largest - y * y_pred + np.log(np.exp(-largest) + np.exp(y_pred - largest)))
        p = np.clip(y_pred, CLIP, 1 - CLIP)
        return _mean_of_outputs(-(y * np.log(p) + (1 - y) * np.log(1 - p)))

    def prepare(self, y_true: Any, shape: tuple[int, ...]) -> NDArray[Any]:
        """Check targets for predictions of a shape, and give them in this shape."""
        return _plain(numbers(y_true, shape, between=(0, 1)))


class _Regression(Loss):
    """A loss of the differences between predictions and targets of one shape, (samples, outputs) or (samples,)."""

    @abstractmethod
    def _of(self, difference: Tensor) -> Tensor:
        """Give the loss of each element."""

    def samples(self, y_pred: Any, y_true: Any) -> Tensor:
        """Give the loss of each sample, the mean over its outputs, shape (samples,)."""
        y_pred = _tensor(y_pred)
        difference = y_pred - numbers(y_true, y_pred.shape).astype(y_pred.dtype)
        return _mean_of_outputs(self._of(difference))

    def prepare(self, y_true: Any, shape: tuple[int, ...]) -> NDArray[Any]:
        """Check targets for predictions of a shape, and give them in this shape."""
        return _plain(numbers(y_true, shape))


class MeanSquaredError(_Regression):
    """The mean of `(y_pred - y_true)²` over outputs and samples (the book, chapter 17).

    Predictions have the shape (samples, outputs), or (samples,). Targets have the same, and are finite.

    Examples
    --------
    >>> MeanSquaredError()([[1.0], [2.0]], [0.0, 0.0])
    Tensor(2.5, dtype=float64)
    """

    def _of(self, difference: Tensor) -> Tensor:
        return cast(Tensor, difference * difference)


class MeanAbsoluteError(_Regression):
    """The mean of `|y_pred - y_true|` over outputs and samples; its derivative at 0 is 0 (the book, chapter 17).

    Predictions have the shape (samples, outputs), or (samples,). Targets have the same, and are finite.

    Examples
    --------
    >>> MeanAbsoluteError()([[1.0], [-2.0]], [0.0, 0.0])
    Tensor(1.5, dtype=float64)
    """

    def _of(self, difference: Tensor) -> Tensor:
        return cast(Tensor, np.abs(difference))


class Huber(_Regression):
    """Half the square of small differences d, `delta (|d| - delta / 2)` of those beyond `delta`: Huber (1964).

    It is computed as `c (d - c / 2)`, where c is d clipped to ±delta: no square of a large difference is taken.

    Predictions have the shape (samples, outputs), or (samples,). Targets have the same, and are finite.

    Parameters
    ----------
    delta : float
        Above 0.

    Raises
    ------
    ValueError
        If delta is not above 0, or not finite.

    Examples
    --------
    >>> Huber()([[0.5], [-3.0]], [0.0, 0.0])
    Tensor(1.3125, dtype=float64)
    """

    def __init__(self, delta: float = 1.0) -> None:
        # A NumPy number would change the dtype of what it is multiplied with.
        self.delta = float(delta)
        if not 0 < self.delta < math.inf:
            raise ValueError(f"Huber: delta is above 0 and finite; met {delta}.")

    def _of(self, difference: Tensor) -> Tensor:
        near = np.clip(difference, -self.delta, self.delta)
        return cast(Tensor, near * (difference - 0.5 * near))


def softmax_cross_entropy(logits: Any, y_true: Any) -> Tensor:
    """Give the mean categorical cross-entropy of the softmax of scores, without ever computing the probabilities.

    For a sample with scores z and true class y it is `log(sum(exp(z - m))) - (z[y] - m)`, where m is the largest score:
    finite and exact however large the scores are.

    Parameters
    ----------
    logits : Tensor or array_like
        Scores, shape (samples, classes).
    y_true : array_like
        Class numbers of any integer type, shape (samples,), or one-hot rows, shape (samples, classes).

    Returns
    -------
    Tensor
        A scalar, of the dtype of `logits`.

    Raises
    ------
    ValueError, TypeError
        If the labels fit neither form, or not the predictions.

    Examples
    --------
    >>> logits = Tensor([[1e4, 0.0], [0.0, 0.0]], requires_grad=True)
    >>> loss = softmax_cross_entropy(logits, [1, 0])
    >>> loss.backward()
    >>> logits.grad
    array([[ 0.5 , -0.5 ],
           [-0.25,  0.25]])
    """
    logits = _tensor(logits)
    return cast(Tensor, _of_scores(logits, class_numbers(y_true, logits.shape)).mean())


def _of_scores(logits: Tensor, labels: NDArray[Any]) -> Tensor:
    # The largest score is a constant to the tape, because its derivative cancels. NumPy reduces short rows slowly: the
    # columns of a transposed copy take a third of the time.
    largest = np.maximum.reduce(logits.numpy().T.copy())
    shifted = logits - largest[:, np.newaxis]
    return cast(Tensor, np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels])


def _mean_of_outputs(losses: Any) -> Tensor:
    return cast(Tensor, losses if losses.ndim == 1 else losses.mean(axis=tuple(range(1, losses.ndim))))


def _flag(loss: Loss, from_logits: Any) -> bool:
    if not isinstance(from_logits, bool):
        raise TypeError(f"{type(loss).__name__}: from_logits is True or False; met {from_logits!r}.")
    return from_logits


def _plain(y_true: Any) -> NDArray[Any]:
    return cast("NDArray[Any]", y_true.numpy() if isinstance(y_true, Tensor) else y_true)


def _tensor(x: Any) -> Tensor:
    return x if isinstance(x, Tensor) else Tensor(x)
