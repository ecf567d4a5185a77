"""A model forward and back as the book does it: plain arrays, each layer's input kept for the formula of its backward.

It is what `nn.compare` holds the tape against. Formulas are those of `nn.analytic`; nothing is recorded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn import activations, analytic, layers, losses, regularizers

Array = NDArray[Any]
#: Gradients by the id of the parameter.
Gradients = dict[int, Array]


class Way(NamedTuple):
    """How one kind of layer goes forward and back.

    Attributes
    ----------
    formula : str
        The function of `nn.analytic`.
    forth : callable
        Of the layer and its input x; gives the output and what the formula needs besides `dvalues`.
    """

    formula: str
    forth: Callable[[Any, Array], tuple[Array, tuple[Any, ...]]]


def _of_input(function: Callable[[Array], Array]) -> Callable[[Any, Array], tuple[Array, tuple[Any, ...]]]:
    """Give the way forth of an activation whose formula takes its input."""
    return lambda _, x: (function(x), (x,))


def _of_output(function: Callable[[Array], Array]) -> Callable[[Any, Array], tuple[Array, tuple[Any, ...]]]:
    """Give the way forth of an activation whose formula takes its output."""

    def forth(_: Any, x: Array) -> tuple[Array, tuple[Any, ...]]:
        output = function(x)
        return output, (output,)

    return forth


def _dense(layer: Any, x: Array) -> tuple[Array, tuple[Any, ...]]:
    weights = layer.weights.data
    return x @ weights + layer.biases.data, (x, weights)


def _dropout(layer: Any, x: Array) -> tuple[Array, tuple[Any, ...]]:
    mask = layer.mask(x.shape, x.dtype) if layer.rate else np.ones_like(x)
    return x * mask, (mask,)


def softmax(x: Array) -> Array:
    """Give probabilities from scores.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    exponentials = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return np.asarray(exponentials / np.sum(exponentials, axis=-1, keepdims=True))


def _log_softmax(x: Array) -> Array:
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True)))


def _sigmoid(x: Array) -> Array:
    # The exponential of what is beyond would overflow, and the sigmoid is 0 there in any case.
    return np.asarray(1 / (1 + np.exp(-np.maximum(x, -0.99 * math.log(np.finfo(x.dtype).max)))))


def _gelu(x: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(x * ndtr(x))


def _approximate_gelu(x: Array) -> Array:
    return x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


WAYS: dict[type, Way] = {
    layers.Dense: Way("dense", _dense),
    layers.Dropout: Way("dropout", _dropout),
    layers.Flatten: Way("flatten", lambda _, x: (x.reshape(len(x), -1), (x,))),
    activations.Linear: Way("linear", lambda _, x: (x, ())),
    activations.ReLU: Way("relu", _of_input(lambda x: np.maximum(x, 0))),
    activations.LeakyReLU: Way("leaky_relu", lambda layer, x: (np.where(x > 0, x, layer.slope * x), (x, layer.slope))),
    activations.Sigmoid: Way("sigmoid", _of_output(_sigmoid)),
    activations.Tanh: Way("tanh", _of_output(np.tanh)),
    activations.Softmax: Way("softmax", _of_output(softmax)),
    activations.LogSoftmax: Way("log_softmax", _of_output(_log_softmax)),
}
_GELU, _APPROXIMATE_GELU = Way("gelu", _of_input(_gelu)), Way("approximate_gelu", _of_input(_approximate_gelu))


def way_of(layer: Any) -> Way | None:
    """Give how a layer goes forward and back; None if there is no formula for it.

    Examples
    --------
    >>> from nn import Tanh
    >>> way_of(Tanh()).formula
    'tanh'
    """
    if type(layer) is activations.GELU:
        return _APPROXIMATE_GELU if layer.approximate else _GELU
    return WAYS.get(type(layer))


class Start(NamedTuple):
    """How one kind of loss is computed, and where the way back starts.

    Attributes
    ----------
    formula : str
        The function of `nn.analytic`.
    prepare : callable
        Of the model's outputs; gives what loss and formula take: predictions, or probabilities from scores.
    value : callable
        Of these and the targets; gives the loss.
    settings : tuple
        What the formula takes after them.
    """

    formula: str
    prepare: Callable[[Array], Array]
    value: Callable[[Array, Array], Any]
    settings: tuple[Any, ...] = ()


def _crossentropy(p: Array, y: Array) -> Any:
    return np.mean(-np.log(np.clip(p[np.arange(len(y)), y], losses.CLIP, 1 - losses.CLIP)))


def _binary(p: Array, y: Array) -> Any:
    p = np.clip(p, losses.CLIP, 1 - losses.CLIP)
    return np.mean(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


def _same(outputs: Array) -> Array:
    return outputs


def start_of(loss: Any) -> Start | None:
    """Give how a loss is computed and where the way back starts; None if there is no formula for it.

    Examples
    --------
    >>> from nn import MeanSquaredError
    >>> start_of(MeanSquaredError()).formula
    'mean_squared_error'
    """
    loss = _object(loss)
    if type(loss) is losses.CategoricalCrossentropy:
        if loss.from_logits:
            return Start("softmax_categorical_crossentropy", softmax, _crossentropy)
        return Start("categorical_crossentropy", _same, _crossentropy)
    if type(loss) is losses.BinaryCrossentropy:
        if loss.from_logits:
            return Start("sigmoid_binary_crossentropy", _sigmoid, _binary)
        return Start("binary_crossentropy", _same, _binary)
    if type(loss) is losses.MeanSquaredError:
        return Start("mean_squared_error", _same, lambda p, y: np.mean((y - p) ** 2))
    if type(loss) is losses.MeanAbsoluteError:
        return Start("mean_absolute_error", _same, lambda p, y: np.mean(np.abs(y - p)))
    if type(loss) is losses.Huber:
        return Start("huber", _same, lambda p, y: np.mean(_huber(np.abs(y - p), loss.delta)), (loss.delta,))
    return None


def targets(loss: Any, y: Any, shape: tuple[int, ...]) -> Array:
    """Give targets as a loss prepares them, checked.

    Examples
    --------
    >>> from nn import softmax_cross_entropy
    >>> targets(softmax_cross_entropy, [[0, 1]], (1, 2))
    array([1])
    """
    prepared: Array = _object(loss).prepare(y, shape)
    return prepared


def _object(loss: Any) -> Any:
    return losses.CategoricalCrossentropy(from_logits=True) if loss is losses.softmax_cross_entropy else loss


def _huber(distance: Array, delta: float) -> Array:
    near = np.minimum(distance, delta)
    return near * (distance - 0.5 * near)


def penalty(regularizer: Any, param: Array) -> tuple[float, Array]:
    """Give what a regulariser adds to the loss, and to a parameter's derivative.

    Examples
    --------
    >>> from nn import L2
    >>> penalty(L2(0.5), np.array([3.0]))
    (4.5, array([3.]))
    """
    value, gradient = 0.0, np.zeros_like(param)
    for part in parts_of(regularizer):
        if isinstance(part, regularizers.L1):
            value += part.strength * float(np.sum(np.abs(param)))
            gradient = gradient + analytic.l1(param, part.strength)
        else:
            value += part.strength * float(np.sum(param * param))
            gradient = gradient + analytic.l2(param, part.strength)
    return value, gradient


def parts_of(regularizer: Any) -> list[Any]:
    """List the parts of a regulariser; of None there are none.

    Examples
    --------
    >>> from nn import L1, L2
    >>> parts_of(L1(0.5) + L2(0.5))
    [L1(0.5), L2(0.5)]
    """
    if regularizer is None:
        return []
    return list(regularizer.parts) if isinstance(regularizer, regularizers.Sum) else [regularizer]


def gradients(stack: Sequence[Any], start: Start, X: Array, y: Array) -> tuple[Gradients, Array]:
    """Go forward and back.

    Parameters
    ----------
    stack : sequence of layers
        For each of which there is a way.
    start : Start
    X, y : ndarray
        Inputs, and targets as the loss prepares them.

    Returns
    -------
    gradients : dict of int to ndarray
        By the id of the parameter.
    outputs : ndarray
        Of the model.
    """
    ways = [way_of(layer) for layer in stack]
    kept = []
    x = X
    for layer, way in zip(stack, ways, strict=True):
        assert way is not None
        x, needed = way.forth(layer, x)
        kept.append(needed)
    outputs = x
    predictions = start.prepare(outputs)
    # Class numbers stay what they are.
    if y.shape == predictions.shape:
        y = y.astype(predictions.dtype)
    loss = start.value(predictions, y)
    dvalues = getattr(analytic, start.formula)(predictions, y, *start.settings)
    found: Gradients = {}
    for layer, way, needed in zip(reversed(stack), reversed(ways), reversed(kept), strict=True):
        assert way is not None
        back = getattr(analytic, way.formula)(dvalues, *needed)
        if not isinstance(layer, layers.Dense):
            dvalues = back
            continue
        dvalues, dweights, dbiases = back
        for param, gradient in ((layer.weights, dweights), (layer.biases, dbiases)):
            # A layer that stands in the model twice gets the sum.
            found[id(param)] = found[id(param)] + gradient if id(param) in found else gradient
    for layer in {id(layer): layer for layer in stack if isinstance(layer, layers.Dense)}.values():
        pairs = (layer.weight_regularizer, layer.weights), (layer.bias_regularizer, layer.biases)
        for regularizer, param in pairs:
            if regularizer is not None:
                value, gradient = penalty(regularizer, param.data)
                loss = loss + value
                found[id(param)] = found[id(param)] + gradient
    return found, outputs
