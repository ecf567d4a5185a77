"""Back through layers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def dense(dvalues: Array, inputs: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Go back through `inputs @ weights + biases`: dX = D Wᵀ, dW = Xᵀ D, db = the sum of D over samples (chapter 9).

    D is `dvalues`, X are the inputs and W the weights.

    Parameters
    ----------
    dvalues : ndarray
        Shape (samples, n_neurons).
    inputs : ndarray
        What the layer was given, shape (samples, n_inputs).
    weights : ndarray
        Shape (n_inputs, n_neurons).

    Returns
    -------
    dinputs, dweights, dbiases : ndarray
        Shapes (samples, n_inputs), (n_inputs, n_neurons) and (1, n_neurons).

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> dinputs, dweights, dbiases = dense(np.array([[1.0, 2.0]]), np.array([[3.0]]), np.array([[5.0, 7.0]]))
    >>> dinputs, dweights, dbiases
    (array([[19.]]), array([[3., 6.]]), array([[1., 2.]]))
    """
    return dvalues @ weights.T, inputs.T @ dvalues, np.sum(dvalues, axis=0, keepdims=True)


def dropout(dvalues: Array, mask: Array) -> Array:
    """Go back through `inputs * mask`: dX = D · mask, the mask being 0 or 1 / (1 - rate) (chapter 15).

    Parameters
    ----------
    dvalues, mask : ndarray
        Of one shape.

    Returns
    -------
    ndarray
        `dinputs`, of the same shape.

    Examples
    --------
    >>> dropout(np.array([5.0, 6.0]), np.array([0.0, 2.0]))
    array([ 0., 12.])
    """
    return dvalues * mask


def flatten(dvalues: Array, inputs: Array) -> Array:
    """Go back through a change of shape: dX = D, in the shape of X.

    Parameters
    ----------
    dvalues : ndarray
        Shape (samples, elements of a sample).
    inputs : ndarray
        What the layer was given, shape (samples, ...).

    Returns
    -------
    ndarray
        `dinputs`, of the shape of `inputs`.

    Examples
    --------
    >>> flatten(np.array([[1.0, 2.0]]), np.array([[[5.0], [6.0]]])).shape
    (1, 2, 1)
    """
    return dvalues.reshape(inputs.shape)
