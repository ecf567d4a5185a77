"""The activations of the book, chapters 4, 9, 16, 17 and 18."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn.activations
from nn.book.parts import Array, Part


class Activation_ReLU(Part):
    """The positive part: `max(0, inputs)`; its derivative at 0 is 0.

    Examples
    --------
    >>> relu = Activation_ReLU()
    >>> relu.forward(np.array([[1.0, -2.0, 0.0]]))
    >>> relu.backward(np.array([[5.0, 6.0, 7.0]]))
    >>> relu.output, relu.dinputs
    (array([[1., 0., 0.]]), array([[5., 0., 0.]]))
    """

    def compute(self, inputs: Any) -> Any:
        """Give the output."""
        return nn.activations.ReLU()(inputs)

    def predictions(self, outputs: Any) -> Any:
        """Give what is predicted: the outputs."""
        return outputs


class Activation_Softmax(Part):
    """Probabilities, `exp(inputs)` divided by their sum over the last axis, the largest input being subtracted first.

    Without a `forward`, `backward` goes by what `output` was set to.

    Examples
    --------
    >>> softmax = Activation_Softmax()
    >>> softmax.output = np.array([[0.5, 0.5]])
    >>> softmax.backward(np.array([[1.0, 0.0]]))
    >>> softmax.dinputs
    array([[ 0.25, -0.25]])
    """

    def compute(self, inputs: Any) -> Any:
        """Give the output."""
        return nn.activations.Softmax()(inputs)

    def undo(self, output: Array) -> Array:
        """Give scores with these probabilities: their logarithms."""
        return scores(output)

    def predictions(self, outputs: Any) -> Any:
        """Give the most probable class of each sample."""
        return np.argmax(outputs, axis=1)


class Activation_Sigmoid(Part):
    """A probability from each input: `1 / (1 + exp(-inputs))`, without an overflow.

    Examples
    --------
    >>> sigmoid = Activation_Sigmoid()
    >>> sigmoid.forward(np.array([[0.0, -1e4]]))
    >>> sigmoid.backward(np.array([[4.0, 4.0]]))
    >>> sigmoid.output, sigmoid.dinputs
    (array([[0.5, 0. ]]), array([[1., 0.]]))
    """

    def compute(self, inputs: Any) -> Any:
        """Give the output."""
        return nn.activations.Sigmoid()(inputs)

    def undo(self, output: Array) -> Array:
        """Give the scores of these probabilities."""
        return scores(output) - scores(1 - output)

    def predictions(self, outputs: Any) -> Any:
        """Give 1 where the probability is above 0.5, and 0 elsewhere."""
        return (outputs > 0.5) * 1


class Activation_Linear(Part):
    """What comes in, for a regression.

    Examples
    --------
    >>> linear = Activation_Linear()
    >>> linear.forward(np.array([[1.0, -2.0]]))
    >>> linear.backward(np.array([[5.0, 6.0]]))
    >>> linear.dinputs
    array([[5., 6.]])
    """

    def compute(self, inputs: Any) -> Any:
        """Give the output."""
        return nn.activations.Linear()(inputs)

    def predictions(self, outputs: Any) -> Any:
        """Give what is predicted: the outputs."""
        return outputs


def scores(probabilities: Array) -> Array:
    """Give the logarithms of probabilities; of 0, that of the smallest number.

    Examples
    --------
    >>> scores(np.array([1.0, 0.0])).round(1)
    array([   0. , -708.4])
    """
    return np.log(np.maximum(probabilities, np.finfo(np.float64).tiny, dtype=np.float64))
