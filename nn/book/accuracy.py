"""The accuracies of the book, chapters 18 and 20."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.book.parts import Described


class Accuracy(Described):
    """What accuracies have in common; a new one defines `init` and `compare`.

    Attributes
    ----------
    accumulated_sum, accumulated_count : number
        Of what was compared since `new_pass` (chapter 20).
    """

    accumulated_sum: Any = 0
    accumulated_count: int = 0

    def init(self, y: Any, reinit: bool = False) -> None:
        """Find out what is needed of all targets; here that is nothing."""

    def compare(self, predictions: Any, y: Any) -> Any:
        """Tell of each prediction whether it is right."""
        raise NotImplementedError(f"{type(self).__name__} defines no compare(predictions, y).")

    def calculate(self, predictions: Any, y: Any) -> Any:
        """Give the fraction that is right.

        Parameters
        ----------
        predictions : ndarray
            What an activation's `predictions` gave.
        y : array_like
            What they should be.
        """
        comparisons = self.compare(predictions, y)
        self.accumulated_sum += np.sum(comparisons)
        self.accumulated_count += len(comparisons)
        return np.mean(comparisons)

    def calculate_accumulated(self) -> Any:
        """Give the fraction since `new_pass`."""
        if not self.accumulated_count:
            raise RuntimeError(f"{type(self).__name__}.calculate_accumulated: there was no calculate before.")
        return self.accumulated_sum / self.accumulated_count

    def new_pass(self) -> None:
        """Begin to accumulate anew."""
        self.accumulated_sum = 0
        self.accumulated_count = 0


class Accuracy_Categorical(Accuracy):
    """The fraction of samples that are given the true class.

    Parameters
    ----------
    binary : bool
        Whether outputs are probabilities each for itself, not classes that exclude one another: then one-hot rows are
        not read as such.

    Examples
    --------
    >>> float(Accuracy_Categorical().calculate(np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0])))
    0.75
    """

    def __init__(self, *, binary: bool = False) -> None:
        self.binary = binary

    def compare(self, predictions: Any, y: Any) -> Any:
        """Tell of each sample whether its class is the true one."""
        y = np.asarray(y)
        if not self.binary and y.ndim == 2:
            y = np.argmax(y, axis=1)
        return predictions == _same(self, predictions, y)


class Accuracy_Regression(Accuracy):
    """The fraction of predictions that are nearer than `precision` to their target.

    Attributes
    ----------
    precision : float or None
        The 250th part of the standard deviation of the targets that `init` saw.

    Examples
    --------
    >>> accuracy = Accuracy_Regression()
    >>> accuracy.init(np.array([[0.0], [10.0]]))
    >>> accuracy.precision, float(accuracy.calculate(np.array([[0.01], [9.0]]), np.array([[0.0], [10.0]])))
    (0.02, 0.5)
    """

    def __init__(self) -> None:
        self.precision: float | None = None

    def init(self, y: Any, reinit: bool = False) -> None:
        """Find the precision; a second time only with `reinit`.

        Raises
        ------
        ValueError
            If there are no targets.
        """
        if not np.size(y):
            raise ValueError(
                f"Accuracy_Regression.init: the precision is from all targets; met none, shape {np.shape(y)}."
            )
        if self.precision is None or reinit:
            self.precision = float(np.std(y) / 250)

    def compare(self, predictions: Any, y: Any) -> Any:
        """Tell of each prediction whether it is near enough."""
        if self.precision is None:
            raise RuntimeError("Accuracy_Regression: call init(y) first, with all targets; the precision is from them.")
        return np.absolute(predictions - _same(self, predictions, np.asarray(y))) < self.precision


def _same(accuracy: Accuracy, predictions: Any, y: Any) -> Any:
    """Give targets in the shape of the predictions: broadcasting would compare each with all."""
    shape = np.shape(predictions)
    if y.shape != shape and {y.shape, shape} != {shape[:1], (*shape[:1], 1)}:
        raise ValueError(f"{type(accuracy).__name__}: predictions have shape {shape}; met y of shape {y.shape}.")
    return y.reshape(shape)
