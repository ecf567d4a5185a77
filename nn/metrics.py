"""Metrics: what one reads while training. Nothing here is differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor
from nn.labels import class_numbers


def accuracy(y_pred: Any, y_true: Any) -> float:
    """Give the fraction of samples whose largest prediction is at the true class.

    Parameters
    ----------
    y_pred : Tensor or array_like
        Probabilities or scores, shape (samples, classes).
    y_true : array_like
        Class numbers of any integer type, shape (samples,), or one-hot rows, shape (samples, classes).

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
    predictions = y_pred.numpy() if isinstance(y_pred, Tensor) else np.asarray(y_pred)
    labels = class_numbers(y_true, predictions.shape)
    return float(np.mean(predictions.argmax(axis=1) == labels))
