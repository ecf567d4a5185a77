"""Where the way back starts: the derivative of losses, with respect to the predictions.

With n samples of m outputs each a loss is the mean over both. · and / are element by element.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.labels import class_numbers

Array = NDArray[Any]
#: The bound of the book for probabilities.
_CLIP = 1e-7


def categorical_crossentropy(probabilities: Array, y_true: Any, sample_weight: Array | None = None) -> Array:
    """Start from the mean of `-log(p)` over the samples, p being the probability of the true class.

    With one-hot rows y and n samples: dP = -(y / P) / n (chapter 9). It is not the derivative of a forward pass that
    clips: at P = 0 it is 0/0 for a class that is not the true one.

    Parameters
    ----------
    probabilities : ndarray
        Shape (samples, classes). Where one is exactly 0 the result is infinite (true class) or NaN (another), with
        NumPy's warning.
    y_true : array_like
        Class numbers, shape (samples,), or one-hot rows, shape (samples, classes).
    sample_weight : ndarray, optional
        Shape (samples,): with weights w, wᵢ / Σw takes the place of 1 / n.

    Returns
    -------
    ndarray
        `dinputs`, shape (samples, classes).

    Raises
    ------
    ValueError, TypeError
        If the labels fit neither form, or not the probabilities.

    Examples
    --------
    >>> categorical_crossentropy(np.array([[0.5, 0.5], [0.75, 0.25]]), [0, 1])
    array([[-1., -0.],
           [-0., -2.]])
    """
    labels = class_numbers(y_true, probabilities.shape)
    one_hot = (labels[:, np.newaxis] == np.arange(probabilities.shape[1])).astype(probabilities.dtype)
    return _shared(-one_hot / probabilities, sample_weight)


def softmax_categorical_crossentropy(probabilities: Array, y_true: Any, sample_weight: Array | None = None) -> Array:
    """Start from the mean cross-entropy, and go back through it and the softmax before it in one step.

    The Jacobian of the softmax and the 1/P of the loss cancel: with one-hot rows y and n samples, dz = (P - y) / n
    (chapter 9), as if the loss did not clip P.

    Parameters
    ----------
    probabilities : ndarray
        What the softmax gave, shape (samples, classes).
    y_true : array_like
        Class numbers, shape (samples,), or one-hot rows, shape (samples, classes).
    sample_weight : ndarray, optional
        Shape (samples,): with weights w, wᵢ / Σw takes the place of 1 / n.

    Returns
    -------
    ndarray
        `dinputs`, with respect to the scores, shape (samples, classes).

    Raises
    ------
    ValueError, TypeError
        If the labels fit neither form, or not the probabilities.

    Examples
    --------
    >>> softmax_categorical_crossentropy(np.array([[0.5, 0.5], [0.75, 0.25]]), [0, 1])
    array([[-0.25 ,  0.25 ],
           [ 0.375, -0.375]])
    """
    labels = class_numbers(y_true, probabilities.shape)
    dinputs = probabilities.copy()
    dinputs[np.arange(len(labels)), labels] -= 1
    return _shared(dinputs, sample_weight)


def binary_crossentropy(probabilities: Array, y_true: Array, sample_weight: Array | None = None) -> Array:
    """Start from the mean of -(y log(p) + (1 - y) log(1 - p)): dP = -(y / P - (1 - y) / (1 - P)) / m / n (chapter 16).

    P is clipped to [1e-7, 1 - 1e-7] here, in the denominators: so outside it is not 0, as the derivative of a forward
    pass that clips is.

    Parameters
    ----------
    probabilities, y_true : ndarray
        Of one shape, (samples, outputs).
    sample_weight : ndarray, optional
        Shape (samples,): with weights w, wᵢ / Σw takes the place of 1 / n.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> binary_crossentropy(np.array([[0.5], [0.75]]), np.array([[1.0], [0.0]]))
    array([[-1.],
           [ 2.]])
    """
    p = np.clip(probabilities, _CLIP, 1 - _CLIP)
    return _shared(-(y_true / p - (1 - y_true) / (1 - p)) / _outputs(p), sample_weight)


def sigmoid_binary_crossentropy(probabilities: Array, y_true: Array, sample_weight: Array | None = None) -> Array:
    """Start from the mean binary cross-entropy, and go back through it and the sigmoid before it: dz = (P - y) / m / n.

    Parameters
    ----------
    probabilities : ndarray
        What the sigmoid gave, shape (samples, outputs).
    y_true : ndarray
        Of the same shape.
    sample_weight : ndarray, optional
        Shape (samples,): with weights w, wᵢ / Σw takes the place of 1 / n.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> sigmoid_binary_crossentropy(np.array([[0.5], [0.75]]), np.array([[1.0], [0.0]]))
    array([[-0.25 ],
           [ 0.375]])
    """
    return _shared((probabilities - y_true) / _outputs(probabilities), sample_weight)


def mean_squared_error(predictions: Array, y_true: Array, sample_weight: Array | None = None) -> Array:
    """Start from the mean of (y - p)²: dP = -2 (y - P) / m / n (chapter 17).

    Parameters
    ----------
    predictions, y_true : ndarray
        Of one shape, (samples, outputs).
    sample_weight : ndarray, optional
        Shape (samples,): with weights w, wᵢ / Σw takes the place of 1 / n.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> mean_squared_error(np.array([[3.0], [5.0]]), np.array([[1.0], [6.0]]))
    array([[ 2.],
           [-1.]])
    """
    return _shared(-2 * (y_true - predictions) / _outputs(predictions), sample_weight)


def mean_absolute_error(predictions: Array, y_true: Array, sample_weight: Array | None = None) -> Array:
    """Start from the mean of |y - p|, as the book has it: dP = sign(y - P) / m / n (chapter 17).

    That is the negative of the derivative: going against it, the error grows.

    Parameters
    ----------
    predictions, y_true : ndarray
        Of one shape, (samples, outputs).
    sample_weight : ndarray, optional
        Shape (samples,): with weights w, wᵢ / Σw takes the place of 1 / n.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> mean_absolute_error(np.array([[3.0], [5.0]]), np.array([[1.0], [6.0]]))
    array([[-0.5],
           [ 0.5]])
    """
    return _shared(np.sign(y_true - predictions) / _outputs(predictions), sample_weight)


def huber(predictions: Array, y_true: Array, delta: float = 1.0, sample_weight: Array | None = None) -> Array:
    """Start from the mean Huber loss: dP = (P - y, clipped to ±delta) / m / n.

    Parameters
    ----------
    predictions, y_true : ndarray
        Of one shape, (samples, outputs).
    delta : float
    sample_weight : ndarray, optional
        Shape (samples,): with weights w, wᵢ / Σw takes the place of 1 / n.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> huber(np.array([[3.0], [5.0]]), np.array([[1.0], [5.5]]))
    array([[ 0.5 ],
           [-0.25]])
    """
    return _shared(np.clip(predictions - y_true, -delta, delta) / _outputs(predictions), sample_weight)


def _outputs(predictions: Array) -> int:
    """Give m, the number of outputs of a sample."""
    return predictions.size // len(predictions)


def _shared(dinputs: Array, sample_weight: Array | None) -> Array:
    """Give each sample its part in the mean."""
    if sample_weight is None:
        return dinputs / len(dinputs)
    parts = sample_weight / np.sum(sample_weight)
    shared: Array = dinputs * parts.reshape(-1, *[1] * (dinputs.ndim - 1)).astype(dinputs.dtype)
    return shared
