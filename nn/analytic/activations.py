"""Back through activations. X are their inputs, A their outputs, D is what arrives; · is element by element."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def linear(dvalues: Array) -> Array:
    """Go back through what changes nothing: dX = D (chapter 17).

    Examples
    --------
    >>> linear(np.array([5.0, 6.0]))
    array([5., 6.])
    """
    return dvalues.copy()


def relu(dvalues: Array, inputs: Array) -> Array:
    """Go back through `max(inputs, 0)`: dX = D where X > 0, and 0 elsewhere, at 0 too (chapter 9).

    Parameters
    ----------
    dvalues, inputs : ndarray
        Of one shape.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> relu(np.array([5.0, 6.0, 7.0]), np.array([-1.0, 0.0, 1.0]))
    array([0., 0., 7.])
    """
    dinputs = dvalues.copy()
    dinputs[inputs <= 0] = 0
    return dinputs


def leaky_relu(dvalues: Array, inputs: Array, slope: float) -> Array:
    """Go back through a ReLU that leaks: dX = D where X > 0, and slope · D elsewhere, at 0 too.

    Parameters
    ----------
    dvalues, inputs : ndarray
        Of one shape.
    slope : float

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> leaky_relu(np.array([5.0, 6.0, 7.0]), np.array([-1.0, 0.0, 1.0]), 0.5)
    array([2.5, 3. , 7. ])
    """
    dinputs = dvalues.copy()
    dinputs[inputs <= 0] *= slope
    return dinputs


def sigmoid(dvalues: Array, outputs: Array) -> Array:
    """Go back through `1 / (1 + exp(-inputs))`: dX = D · (1 - A) · A (chapter 16).

    Parameters
    ----------
    dvalues : ndarray
    outputs : ndarray
        What the sigmoid gave, of the same shape.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> sigmoid(np.array([4.0, 4.0]), np.array([0.5, 1.0]))
    array([1., 0.])
    """
    dinputs: Array = dvalues * (1 - outputs) * outputs
    return dinputs


def tanh(dvalues: Array, outputs: Array) -> Array:
    """Go back through a hyperbolic tangent: dX = D · (1 - A²).

    Parameters
    ----------
    dvalues : ndarray
    outputs : ndarray
        What the tangent gave, of the same shape.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> tanh(np.array([4.0, 4.0]), np.array([0.5, -1.0]))
    array([3., 0.])
    """
    dinputs: Array = dvalues * (1 - outputs**2)
    return dinputs


def softmax_jacobian(output: Array) -> Array:
    """Give the derivative of each probability of one sample with respect to each of its scores.

    With S = output: ∂Sⱼ/∂zₖ = Sⱼ (δⱼₖ - Sₖ), as a matrix diag(S) - S Sᵀ.

    Parameters
    ----------
    output : ndarray
        The probabilities of one sample, shape (classes,).

    Returns
    -------
    ndarray
        Shape (classes, classes), symmetric; each row sums to 0.

    Examples
    --------
    >>> softmax_jacobian(np.array([0.5, 0.5]))
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    """
    column = output.reshape(-1, 1)
    jacobian: Array = np.diagflat(column) - column @ column.T
    return jacobian


def softmax(dvalues: Array, outputs: Array) -> Array:
    """Go back through a softmax, sample by sample: dz = J d, its Jacobian times what arrives.

    Parameters
    ----------
    dvalues : ndarray
        Shape (samples, classes).
    outputs : ndarray
        The probabilities that the softmax gave, of the same shape.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> softmax(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
    array([[ 0.25, -0.25]])
    """
    dinputs = np.empty_like(dvalues)
    for i, (output, dvalue) in enumerate(zip(outputs, dvalues, strict=True)):
        dinputs[i] = softmax_jacobian(output) @ dvalue
    return dinputs


def log_softmax(dvalues: Array, outputs: Array) -> Array:
    """Go back through the logarithm of a softmax: dz = d - S Σd for each sample, S = exp(A) being its probabilities.

    Parameters
    ----------
    dvalues : ndarray
        Shape (samples, classes).
    outputs : ndarray
        The log-probabilities, of the same shape.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape; each row sums to 0.

    Examples
    --------
    >>> log_softmax(np.array([[1.0, 0.0]]), np.log([[0.5, 0.5]]))
    array([[ 0.5, -0.5]])
    """
    dinputs: Array = dvalues - np.exp(outputs) * np.sum(dvalues, axis=-1, keepdims=True)
    return dinputs


def gelu(dvalues: Array, inputs: Array) -> Array:
    """Go back through `inputs * Φ(inputs)`: dX = D · (Φ(X) + X φ(X)), with φ(X) = exp(-X² / 2) / √(2π).

    Parameters
    ----------
    dvalues, inputs : ndarray
        Of one shape.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Raises
    ------
    ImportError
        If SciPy is not installed, which has Φ.

    Examples
    --------
    >>> gelu(np.array([4.0]), np.array([0.0]))
    array([2.])
    """
    from scipy.special import ndtr

    density = np.exp(-(inputs**2) / 2) / math.sqrt(2 * math.pi)
    dinputs: Array = dvalues * (ndtr(inputs) + inputs * density)
    return dinputs


def approximate_gelu(dvalues: Array, inputs: Array) -> Array:
    """Go back through `X · S`, S = sigmoid(u), u = 2k (X + c X³): dX = D · (S + X · S · (1 - S) · 2k (1 + 3c X²)).

    Here k = √(2/π) and c = 0.044715.

    Parameters
    ----------
    dvalues, inputs : ndarray
        Of one shape.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> approximate_gelu(np.array([4.0]), np.array([0.0]))
    array([2.])
    """
    k, c = math.sqrt(2 / math.pi), 0.044715
    s = 1 / (1 + np.exp(-2 * k * (inputs + c * inputs**3)))
    dinputs: Array = dvalues * (s + inputs * s * (1 - s) * 2 * k * (1 + 3 * c * inputs**2))
    return dinputs
