"""Metrics as functions: predictions and targets in, one value out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.metrics import R2, Accuracy, ConfusionMatrix


def accuracy(y_pred: Any, y_true: Any, *, from_logits: bool = False) -> float:
    """Give the fraction of samples whose largest prediction is at the true class: see `Accuracy`.

    Parameters
    ----------
    y_pred : Tensor or array_like
        Probabilities or scores, shape (samples, classes); or of class 1 alone, shape (samples, 1) or (samples,).
    y_true : array_like
        Class numbers of any integer type, shape (samples,), or one-hot rows, shape (samples, classes); for a single
        output 0 and 1, of its shape.
    from_logits : bool
        Whether a single output is a score, not a probability.

    Returns
    -------
    float
        Between 0 and 1. At a tie the first class is the predicted one.

    Raises
    ------
    ValueError, TypeError
        If the labels fit neither form, or not the predictions.

    Examples
    --------
    >>> accuracy([[0.7, 0.3], [0.6, 0.4], [0.2, 0.8], [0.9, 0.1]], [0, 1, 1, 0])
    0.75
    """
    return float(Accuracy(from_logits)(y_pred, y_true))


def confusion_matrix(y_pred: Any, y_true: Any, *, from_logits: bool = False) -> NDArray[Any]:
    """Count how many samples of each class (rows) are given each class (columns): see `accuracy` for the arguments.

    Returns
    -------
    ndarray
        Of integers, shape (classes, classes).

    Examples
    --------
    >>> confusion_matrix([[0.7], [0.6], [0.1]], [1, 0, 0])
    array([[1, 1],
           [0, 1]])
    """
    return np.asarray(ConfusionMatrix(from_logits)(y_pred, y_true))


def r2_score(y_pred: Any, y_true: Any) -> float:
    """Give the coefficient of determination, the mean over outputs: see `R2`.

    Parameters
    ----------
    y_pred, y_true : Tensor or array_like
        Shape (samples, outputs) or (samples,): predictions first, as everywhere here.

    Raises
    ------
    ValueError, TypeError
        If the targets do not fit the predictions, or are NaN.

    Examples
    --------
    >>> r2_score([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    0.0
    """
    return float(R2()(y_pred, y_true))
