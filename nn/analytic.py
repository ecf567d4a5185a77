"""The backward pass derived by hand: one function for each layer and loss, as the book derives it.

Each function takes `dvalues`, the derivative of the loss with respect to the layer's output, and gives the one with
respect to its input. Plain arrays go in and come out; nothing here knows of the tape, which is why the tape can be
compared with it (`nn.compare`). The formulas are those of *Neural Networks from Scratch in Python* (Kinsley and
Kukieła, chapter 9). In two places they are not the derivative of the forward pass, and these are kept:

- `categorical_crossentropy` and `softmax_categorical_crossentropy` ignore that the loss clips probabilities at 1e-7.
- `categorical_crossentropy` divides by the probability itself, which for an impossible wrong class is 0/0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.labels import class_numbers

Array = NDArray[Any]


def dense(dvalues: Array, inputs: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Go back through `inputs @ weights + biases`.

    With D = dvalues, X = inputs and W = weights: dX = D Wᵀ, dW = Xᵀ D, and db sums D over the samples.

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


def relu(dvalues: Array, inputs: Array) -> Array:
    """Go back through `max(inputs, 0)`: what arrives where the input was positive, 0 elsewhere, at 0 too.

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
    """Go back through a softmax, sample by sample: its Jacobian times what arrives.

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


def categorical_crossentropy(probabilities: Array, y_true: Any) -> Array:
    """Start from the mean of `-log(p)` over the samples, p being the probability of the true class.

    With one-hot rows y and n samples: dP = -(y / P) / n.

    Parameters
    ----------
    probabilities : ndarray
        Shape (samples, classes). Where one is exactly 0 the result is infinite (true class) or NaN (another), with
        NumPy's warning.
    y_true : array_like
        Class numbers, shape (samples,), or one-hot rows, shape (samples, classes).

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
    samples, classes = probabilities.shape
    labels = class_numbers(y_true, probabilities.shape)
    one_hot = (labels[:, np.newaxis] == np.arange(classes)).astype(probabilities.dtype)
    dinputs: Array = -one_hot / probabilities / samples
    return dinputs


def softmax_categorical_crossentropy(probabilities: Array, y_true: Any) -> Array:
    """Start from the mean cross-entropy, and go back through it and the softmax before it in one step.

    The Jacobian of the softmax and the 1/P of the loss cancel: with one-hot rows y and n samples, dz = (P - y) / n.

    Parameters
    ----------
    probabilities : ndarray
        What the softmax gave, shape (samples, classes).
    y_true : array_like
        Class numbers, shape (samples,), or one-hot rows, shape (samples, classes).

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
    normalised: Array = dinputs / len(labels)
    return normalised
