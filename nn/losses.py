"""Losses: how wrong the predictions are, as one number. Each is a composition of ops, differentiated by the tape."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from autograd import Tensor
from nn.labels import class_numbers

#: How close to 0 and to 1 the book lets a probability come before it takes the logarithm.
CLIP = 1e-7


class CategoricalCrossentropy:
    """The mean of `-log(p)`, p being the probability given to the true class.

    The probability is clipped to [1e-7, 1 - 1e-7], as in *Neural Networks from Scratch in Python* (Kinsley and
    Kukieła, chapter 5), so outside this interval the gradient is 0. For scores that have not been through a softmax,
    `softmax_cross_entropy` needs no clipping and loses nothing.

    Examples
    --------
    >>> CategoricalCrossentropy()([[0.5, 0.5], [0.125, 0.875]], [0, 0])
    Tensor(1.38629436, dtype=float64)
    """

    def __call__(self, y_pred: Any, y_true: Any) -> Tensor:
        """Give the mean loss.

        Parameters
        ----------
        y_pred : Tensor or array_like
            Probabilities, shape (samples, classes).
        y_true : array_like
            Class numbers of any integer type, shape (samples,), or one-hot rows, shape (samples, classes).

        Returns
        -------
        Tensor
            A scalar, of the dtype of `y_pred`.

        Raises
        ------
        ValueError, TypeError
            If the labels fit neither form, or not the predictions.
        """
        y_pred = y_pred if isinstance(y_pred, Tensor) else Tensor(y_pred)
        labels = class_numbers(y_true, y_pred.shape)
        confidences = y_pred[np.arange(len(labels)), labels]
        return cast(Tensor, -np.mean(np.log(np.clip(confidences, CLIP, 1 - CLIP))))

    def __repr__(self) -> str:
        """Show what it is."""
        return "CategoricalCrossentropy()"


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
    logits = logits if isinstance(logits, Tensor) else Tensor(logits)
    labels = class_numbers(y_true, logits.shape)
    # The largest score is a constant to the tape, because its derivative cancels. NumPy reduces short rows slowly: the
    # columns of a transposed copy take a third of the time.
    largest = np.maximum.reduce(logits.numpy().T.copy())
    shifted = logits - largest[:, np.newaxis]
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    return cast(Tensor, losses.mean())
