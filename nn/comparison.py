"""Hold the tape against the formulas derived by hand, parameter by parameter: `nn.compare(model, X, y)`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn import analytic
from nn.activations import ReLU, Softmax
from nn.labels import class_numbers
from nn.layers import Dense, Sequential
from nn.losses import CLIP, CategoricalCrossentropy, softmax_cross_entropy
from nn.walk import named_parameters

Array = NDArray[Any]
#: Gradients by the id of the parameter.
Gradients = dict[int, Array]

_ROUNDS = 7


@dataclass(frozen=True)
class Difference:
    """How far tape and formula are apart in one parameter.

    Attributes
    ----------
    parameter : str
        Its name, as `nn.named_parameters` gives it.
    shape : tuple of int
    absolute : float
        The largest difference of two elements.
    relative : float
        The same, divided by the largest element of the formula's gradient. So small elements beside large ones do not
        blow it up, and a gradient that is small as a whole does not hide it. If the formula's gradient is all zeros it
        is 0 where the tape's is too, and infinite otherwise.
    """

    parameter: str
    shape: tuple[int, ...]
    absolute: float
    relative: float


@dataclass(frozen=True)
class Comparison:
    """The result of `nn.compare`; as text an aligned table.

    Attributes
    ----------
    rows : tuple of Difference
        One for each parameter.
    time_tape, time_formula : float
        Seconds for forward and backward pass together, the median of a few rounds.
    """

    rows: tuple[Difference, ...]
    time_tape: float
    time_formula: float

    @property
    def relative(self) -> float:
        """The largest relative difference of all parameters, NaN if there is one."""
        return float(np.max([row.relative for row in self.rows]))

    def __str__(self) -> str:
        """Give the table."""
        lines: list[tuple[str, ...]] = [
            ("parameter", "shape", "max abs diff", "max rel diff", "time tape", "time formula")
        ]
        lines += [(r.parameter, str(r.shape), f"{r.absolute:.1e}", f"{r.relative:.1e}", "", "") for r in self.rows]
        absolute = float(np.max([row.absolute for row in self.rows]))
        times = (f"{seconds * 1e6:,.0f} µs" for seconds in (self.time_tape, self.time_formula))
        lines.append(("all", "", f"{absolute:.1e}", f"{self.relative:.1e}", *times))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )


def compare(model: Sequential, X: Any, y: Any) -> Comparison:
    """Compute the gradients of the mean cross-entropy by tape and by hand-derived formula; print and return a table.

    A model that ends in `Softmax` goes through `CategoricalCrossentropy`, and the formulas are those of the loss and of
    the softmax one after the other (`nn.analytic.categorical_crossentropy`, `nn.analytic.softmax`). One that ends in
    scores goes through `softmax_cross_entropy`, and the formula is the combined one. The model is left as it was,
    gradients included.

    Parameters
    ----------
    model : Sequential
        Of `Dense` and `ReLU`, with at most one `Softmax`, at the end.
    X : array_like
        Inputs, shape (samples, features).
    y : array_like
        Class numbers, shape (samples,), or one-hot rows, shape (samples, classes).

    Returns
    -------
    Comparison
        `rows` has the differences as numbers, `str()` the table.

    Raises
    ------
    TypeError
        If a layer has no formula here, or labels are not integers.
    ValueError
        If inputs or parameters are NaN or infinite (says where), there is no parameter, or labels do not fit.

    Examples
    --------
    >>> from nn import Dense, ReLU, Sequential
    >>> model = Sequential(Dense(2, 4, rng=np.random.default_rng(0)), ReLU(), Dense(4, 3, rng=np.random.default_rng(1)))
    >>> table = compare(model, np.random.default_rng(2).standard_normal((10, 2)), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    ... # doctest: +ELLIPSIS
    parameter         shape   max abs diff  max rel diff  time tape  time formula
    layers.0.weights  (2, 4)  ...
    >>> table.relative < 1e-12
    True
    """
    layers = _layers(model)
    names = named_parameters(model)
    if not names:
        raise ValueError("nn.compare: the model has no parameter with requires_grad=True; there is nothing to compare.")
    X = X.numpy() if isinstance(X, Tensor) else np.asarray(X)
    if X.dtype.kind not in "biuf":
        raise TypeError(f"nn.compare: inputs are real numbers; met dtype {X.dtype}.")
    if X.ndim != 2:
        raise ValueError(f"nn.compare: inputs have the shape (samples, features); met shape {X.shape}.")
    for name, array in {"the inputs": X, **{name: param.data for name, param in names.items()}}.items():
        _finite(name, array)
    labels = class_numbers(y, model(X).shape)

    def tape() -> Gradients:
        return _by_tape(model, list(names.values()), X, labels)

    def formula() -> Gradients:
        return _by_formula(layers, X, labels)

    expected, found = formula(), tape()
    rows = tuple(_difference(name, found[id(param)], expected[id(param)]) for name, param in names.items())
    times = [(_seconds(tape), _seconds(formula)) for _ in range(_ROUNDS)]
    table = Comparison(rows, *(median(column) for column in zip(*times, strict=True)))
    print(table)
    return table


def _layers(model: Any) -> Sequence[Any]:
    """Look whether there is a formula for each layer."""
    if type(model) is not Sequential:
        raise TypeError(f"nn.compare takes a Sequential; met {type(model).__name__}. Write nn.Sequential(layer, ...).")
    for i, layer in enumerate(model.layers):
        if type(layer) is Softmax and i < len(model) - 1:
            raise TypeError(f"nn.compare: Softmax is layer {i} of {len(model)}; its formula is for the last one.")
        if type(layer) not in (Dense, ReLU, Softmax):
            raise TypeError(
                f"nn.compare has no formula for layer {i}, {layer!r}; it knows Dense, ReLU, and Softmax as the last."
            )
    return model.layers


def _finite(name: str, array: Array) -> None:
    wrong = ~np.isfinite(array)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"nn.compare: {name} must be finite; met {array[at]} at {list(at)} "
            f"({wrong.sum()} of {array.size} elements are NaN or infinite)."
        )


def _by_tape(model: Sequential, params: list[Tensor], X: Array, labels: Array) -> Gradients:
    """Take the gradients that `backward` leaves, and put back those that were there."""
    before = [param.grad for param in params]
    try:
        for param in params:
            param.grad = None
        output = model(X)
        ends_in_softmax = isinstance(model.layers[-1], Softmax)
        loss = (CategoricalCrossentropy() if ends_in_softmax else softmax_cross_entropy)(output, labels)
        loss.backward()
        return {id(param): np.zeros_like(param.data) if param.grad is None else param.grad for param in params}
    finally:
        for param, grad in zip(params, before, strict=True):
            param.grad = grad


def _by_formula(layers: Sequence[Any], X: Array, labels: Array) -> Gradients:
    """Go forward and back as the book does, each layer's input kept for its backward."""
    inputs, x = [], X
    for layer in layers:
        inputs.append(x)
        if isinstance(layer, Dense):
            x = x @ layer.weights.data + layer.biases.data
        else:
            x = np.maximum(x, 0) if isinstance(layer, ReLU) else _softmax(x)
    separate = isinstance(layers[-1], Softmax)
    probabilities = x if separate else _softmax(x)
    np.mean(-np.log(np.clip(probabilities[np.arange(len(labels)), labels], CLIP, 1 - CLIP)))
    start = analytic.categorical_crossentropy if separate else analytic.softmax_categorical_crossentropy
    dvalues = start(probabilities, labels)
    gradients: Gradients = {}
    for layer, x in zip(reversed(layers), reversed(inputs), strict=True):
        if isinstance(layer, Dense):
            dvalues, dweights, dbiases = analytic.dense(dvalues, x, layer.weights.data)
            for param, gradient in ((layer.weights, dweights), (layer.biases, dbiases)):
                # A layer that stands in the model twice gets the sum.
                gradients[id(param)] = gradients[id(param)] + gradient if id(param) in gradients else gradient
        else:
            dvalues = analytic.relu(dvalues, x) if isinstance(layer, ReLU) else analytic.softmax(dvalues, probabilities)
    return gradients


def _softmax(x: Array) -> Array:
    exponentials = np.exp(x - np.max(x, axis=1, keepdims=True))
    return np.asarray(exponentials / np.sum(exponentials, axis=1, keepdims=True))


def _difference(name: str, found: Array, expected: Array) -> Difference:
    absolute = float(np.max(np.abs(found - expected)))
    scale = float(np.max(np.abs(expected)))
    # Written so that NaN on either side comes out as NaN.
    relative = absolute / scale if scale != 0 else (0.0 if absolute == 0 else absolute * np.inf)
    return Difference(name, found.shape, absolute, relative)


def _seconds(function: Callable[[], Any]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
