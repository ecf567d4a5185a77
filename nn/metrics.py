"""Metrics: what one reads while training. Nothing here is differentiated.

Each is an object that is called on predictions and targets. Over batches one adds up `sums`, which can be compiled into
a step, and reads the `result`:

>>> import numpy as np
>>> metric = Accuracy()
>>> batches = [([[0.9, 0.1]], [0]), ([[0.2, 0.8], [0.7, 0.3]], [1, 1])]
>>> totals = [sum(parts) for parts in zip(*(metric.sums(p, y) for p, y in batches), strict=True)]
>>> round(metric.result(totals), 3)
0.667
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn.configurable import Configurable
from nn.labels import class_numbers, numbers

Array = NDArray[Any]
#: The book's regression accuracy takes as right what is nearer than this part of the targets' standard deviation.
_PART_OF_DEVIATION = 250


class Metric(Configurable, ABC):
    """What metrics have in common; a new one defines `name`, `sums` and `result`.

    Attributes
    ----------
    name : str
        Under which its values are listed.
    """

    name: ClassVar[str]

    def __call__(self, y_pred: Any, y_true: Any) -> Any:
        """Give its value.

        Parameters
        ----------
        y_pred, y_true : Tensor or array_like
            Predictions and targets; see the class.

        Raises
        ------
        ValueError, TypeError
            If the targets do not fit the predictions, are NaN or out of range.
        """
        metric = self.prepare(y_true)
        return metric.result(metric.sums(y_pred, y_true))

    def prepare(self, y_true: Any) -> Metric:
        """Give the metric that knows what it needs of all targets; by default that is nothing."""
        return self

    def for_loss(self, loss: Any) -> Metric:
        """Give the metric for a model that is trained by a loss, which says what its outputs are; by default itself.

        Examples
        --------
        >>> from nn import BinaryCrossentropy
        >>> Accuracy().for_loss(BinaryCrossentropy(from_logits=True))
        Accuracy(from_logits=True)
        """
        return self

    def check(self, y_true: Any, shape: tuple[int, ...]) -> None:
        """Raise if targets do not fit predictions of a shape; by default all do.

        `sums` cannot look at values while it is compiled, so it is asked once, before.

        Parameters
        ----------
        y_true : array_like
            All targets.
        shape : tuple of int
            Of all predictions, samples first.

        Raises
        ------
        ValueError, TypeError
            If there is another number of them, or they are NaN, out of range, or of another kind.

        Examples
        --------
        >>> Accuracy().check([0, 3], (2, 3))
        Traceback (most recent call last):
        ...
        ValueError: accuracy: With 3 classes the labels are 0 to 2; met 3 at sample 1. Classes are counted from 0, and \
a model has one output for each.
        """

    @abstractmethod
    def sums(self, y_pred: Any, y_true: Any) -> tuple[Any, ...]:
        """Give small arrays that are to be added up over batches."""

    @abstractmethod
    def result(self, sums: Sequence[Any]) -> Any:
        """Give the value from the arrays of all batches together."""


class _OfClasses(Metric):
    """A metric of the classes that are predicted."""

    def __init__(self, from_logits: bool | None = None, binary: bool | None = None) -> None:
        for key, value in (("from_logits", from_logits), ("binary", binary)):
            if value is not None and not isinstance(value, bool):
                raise TypeError(f"{type(self).__name__}: {key} is True, False or None; met {value!r}.")
        self.from_logits, self.binary = from_logits, binary

    def for_loss(self, loss: Any) -> Self:
        """Give the metric that takes predictions as the loss does, if it does not say itself how."""
        says = getattr(loss, "from_logits", None)
        if self.from_logits is not None or not isinstance(says, bool):
            return self
        metric = copy(self)
        metric.from_logits = says
        return metric

    def check(self, y_true: Any, shape: tuple[int, ...]) -> None:
        """Raise if targets are no classes of predictions of a shape."""
        if self._each(shape):
            _check(self, numbers, y_true, shape, between=(0, 1))
            return
        each = "" if len(shape) != 2 else f" If each output is a probability for itself, write {self._binary()!r}."
        _check(self, class_numbers, y_true, shape, hint=each if np.ndim(y_true) > 1 else "")

    def _each(self, shape: tuple[int, ...]) -> bool:
        """Tell whether each output is a probability for itself."""
        return (len(shape) == 1 or shape[1:] == (1,)) if self.binary is None else self.binary

    def _binary(self) -> Self:
        metric = copy(self)
        metric.binary = True
        return metric

    def _classes(self, y_pred: Any, y_true: Any) -> tuple[Any, Any, int]:
        """Give predicted and true class numbers, and how many classes there are."""
        y_pred = _values(y_pred)
        if not self._each(y_pred.shape):
            labels = class_numbers(y_true, y_pred.shape)
            return _first_largest(y_pred), labels.astype(np.float64), y_pred.shape[1]
        y_true = _values(numbers(y_true, y_pred.shape, between=(0, 1)))
        return (y_pred > (0 if self.from_logits else 0.5)) * 1, (y_true > 0.5) * 1, 2


class Accuracy(_OfClasses):
    """The fraction of samples that are given the true class: that of the largest prediction, at a tie the first.

    A single output, shape (samples, 1) or (samples,), is the probability of class 1: above 0.5 it is predicted
    (*Neural Networks from Scratch in Python*, chapter 16).

    Parameters
    ----------
    from_logits : bool, optional
        Whether predictions are scores: then the single output is to be above 0. Of several, the largest wins anyway.
        By default that is as the loss of the model says; without one they are probabilities.
    binary : bool, optional
        True: each of several outputs is a probability for itself, and counted for itself. By default that is so where
        there is one.

    Examples
    --------
    >>> Accuracy()([[0.7, 0.3], [0.6, 0.4]], [0, 1]), Accuracy(from_logits=True)([[0.1], [-2.0]], [1, 0])
    (0.5, 1.0)
    """

    name = "accuracy"

    def sums(self, y_pred: Any, y_true: Any) -> tuple[Any, ...]:
        """Give the number of right predictions, and of all."""
        predicted, labels, _ = self._classes(y_pred, y_true)
        right = predicted == labels
        return np.sum(np.where(right, 1.0, 0.0)), np.asarray(float(right.size))

    def result(self, sums: Sequence[Any]) -> float:
        """Give the fraction, from 0 to 1."""
        right, count = sums
        return float(right) / float(count)


class ConfusionMatrix(_OfClasses):
    """How many samples of each class (rows) are given each class (columns).

    Predictions and settings are those of `Accuracy`; for a single output there are two classes.

    Parameters
    ----------
    from_logits, binary
        See `Accuracy`.

    Examples
    --------
    >>> ConfusionMatrix()([[0.7, 0.3], [0.6, 0.4], [0.9, 0.1]], [0, 1, 0])
    array([[2, 0],
           [1, 0]])
    """

    name = "confusion_matrix"

    def sums(self, y_pred: Any, y_true: Any) -> tuple[Any, ...]:
        """Give the counts."""
        predicted, labels, count = self._classes(y_pred, y_true)
        classes = np.arange(count)
        rows, columns = (c.reshape(-1, 1) == classes for c in (labels, predicted))
        return (rows.T.astype(np.float64) @ columns.astype(np.float64),)

    def result(self, sums: Sequence[Any]) -> Array:
        """Give the counts as integers, shape (classes, classes)."""
        return np.asarray(sums[0]).astype(np.int64)


class RegressionAccuracy(Metric):
    """The fraction of predictions that are nearer to their target than a precision.

    From *Neural Networks from Scratch in Python* (Kinsley and Kukieła, chapter 17).

    Parameters
    ----------
    precision : float, optional
        By default it is found by `prepare`: the 250th part of the standard deviation of all targets. With 0, as it is
        found where all targets are equal, a prediction is to be exactly its target.

    Raises
    ------
    ValueError
        If the precision is negative or not finite; when `sums` is called without one.

    Examples
    --------
    >>> RegressionAccuracy(0.1)([[1.0], [2.0]], [[1.05], [2.5]])
    0.5
    """

    name = "regression_accuracy"

    def __init__(self, precision: float | None = None) -> None:
        if precision is not None and not 0 <= precision < np.inf:
            raise ValueError(f"RegressionAccuracy: precision is at least 0 and finite; met {precision}.")
        self.precision = None if precision is None else float(precision)

    def prepare(self, y_true: Any) -> RegressionAccuracy:
        """Give the metric with the precision that all targets ask for, if it has none."""
        if self.precision is not None:
            return self
        y_true = _values(y_true)
        y_true = numbers(y_true, y_true.shape)
        metric = copy(self)
        # Of equal numbers the computed deviation may be a little above 0.
        equal = np.min(y_true) == np.max(y_true)
        metric.precision = 0.0 if equal else float(np.std(y_true)) / _PART_OF_DEVIATION
        return metric

    def check(self, y_true: Any, shape: tuple[int, ...]) -> None:
        """Raise if targets are no numbers for predictions of a shape."""
        _check(self, numbers, y_true, shape)

    def sums(self, y_pred: Any, y_true: Any) -> tuple[Any, ...]:
        """Give the number of right predictions, and of all."""
        if self.precision is None:
            raise ValueError(
                "RegressionAccuracy has no precision yet: take metric.prepare(y) with all targets, or give one."
            )
        y_pred = _values(y_pred)
        distance = np.abs(y_pred - _values(numbers(y_true, y_pred.shape)))
        right = distance < self.precision if self.precision else distance == 0
        return np.sum(right, dtype=np.float64), np.asarray(float(right.size))

    def result(self, sums: Sequence[Any]) -> float:
        """Give the fraction, from 0 to 1."""
        right, count = sums
        return float(right) / float(count)


class R2(Metric):
    """The coefficient of determination: 1 - Σ(y - p)² / Σ(y - mean of y)², the mean over outputs.

    1 is perfect, 0 as good as the mean of all targets. Where all targets are equal it is 1 for perfect predictions and
    0 for others, as scikit-learn has it.

    Examples
    --------
    >>> R2()([[1.0], [2.0], [3.5]], [[1.0], [2.0], [3.0]])
    0.875
    """

    name = "r2"

    def __init__(self) -> None:
        # What is subtracted before squares are taken, so that little is lost where targets are far from 0: of each
        # output, and of one output a number, whichever of its two shapes the predictions have.
        self._centre: Any = 0.0

    def prepare(self, y_true: Any) -> R2:
        """Give the metric that takes squares around the mean of all targets of each output."""
        y_true = _values(y_true)
        y_true = numbers(y_true, y_true.shape).astype(np.float64)
        metric = copy(self)
        # Within the range also after rounding: differences of equal targets are then exactly 0.
        centre = np.clip(np.mean(y_true, axis=0), np.min(y_true, axis=0), np.max(y_true, axis=0))
        # Plain numbers, of which two are easily compared.
        metric._centre = centre.item() if centre.size == 1 else centre.tolist()
        return metric

    def check(self, y_true: Any, shape: tuple[int, ...]) -> None:
        """Raise if targets are no numbers for predictions of a shape."""
        _check(self, numbers, y_true, shape)

    def sums(self, y_pred: Any, y_true: Any) -> tuple[Any, ...]:
        """Give the number of samples, and of each output Σ(y - c), Σ(y - c)² and Σ(y - p)²."""
        y_pred = _values(y_pred)
        y_true = _values(numbers(y_true, y_pred.shape)).astype(np.float64)
        centred, residual = y_true - np.asarray(self._centre), y_true - y_pred
        squares = [np.sum(part, axis=0) for part in (centred, centred * centred, residual * residual)]
        return np.asarray(float(len(y_pred))), *squares

    def result(self, sums: Sequence[Any]) -> float:
        """Give the mean over outputs; at most 1."""
        count, total, squares, residual = (np.asarray(part, dtype=np.float64) for part in sums)
        spread = squares - total * total / count
        # Far from the centre, which may be that of other data, the difference of equal targets is rounding.
        equal = spread <= 4 * np.finfo(np.float64).eps * count * squares
        found = np.where(equal, residual == 0, 1 - residual / np.where(equal, 1, spread))
        return float(np.mean(found))


def _check(metric: Metric, read: Any, y_true: Any, shape: tuple[int, ...], hint: str = "", **how: Any) -> None:
    """Read targets, and say whose they are if they cannot be read."""
    try:
        read(y_true, shape, **how)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{metric.name}: {error}{hint}") from error


def _first_largest(scores: Any) -> Any:
    """Give for each row the number of its largest element, at a tie the first; of a NaN one beyond the last.

    It is what `argmax` gives, of operations that a compiled step does in one pass with what comes before them.
    """
    count = scores.shape[-1]
    best = np.max(scores, axis=-1, keepdims=True)
    return np.min(np.where(scores == best, np.arange(float(count)), float(count)), axis=-1)


def _values(x: Any) -> Any:
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)
