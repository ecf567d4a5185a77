"""A training step as one pure function, compiled: parameters and state go in, and the next ones come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, compile, value_and_grad
from nn.optimizers import Optimizer
from nn.walk import named_parameters

Array = NDArray[Any]
Parameters = dict[str, Array]


class State(NamedTuple):
    """What an optimizer carries from step to step.

    Attributes
    ----------
    arrays : tuple of ndarray
        The optimizer's state of all parameters, end to end.
    iteration : ndarray
        How many steps have been made, a 0-d array.
    """

    arrays: tuple[Array, ...]
    iteration: Array


class Step:
    """One training step; made by `make_step`, which see.

    Attributes
    ----------
    names : list of str
        Of the parameters, in the order in which they lie end to end.
    compiled : callable
        The function that is compiled, of the parameters and the state as flat arrays.
    """

    def __init__(self, model: Any, loss: Callable[..., Any], optimizer: Optimizer) -> None:
        named = named_parameters(model)
        if not named:
            raise ValueError(f"make_step: {model!r} has no parameters.")
        dtypes = {param.dtype for param in named.values()}
        if len(dtypes) > 1:
            raise TypeError(f"make_step: the parameters are of one dtype; met {sorted(map(str, dtypes))}.")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"make_step takes an optimizer of nn; met {optimizer!r}.")
        self.names = list(named)
        self._tensors = list(named.values())
        self._shapes = [param.shape for param in self._tensors]
        ends = np.cumsum([param.size for param in self._tensors]).tolist()
        self._slices = [slice(end - param.size, end) for end, param in zip(ends, self._tensors, strict=True)]
        self._size = ends[-1]
        self._model, self._loss, self._optimizer = model, loss, optimizer
        self.compiled = compile(self._pure, donate=("flat", "arrays", "iteration"))

    def init(self) -> tuple[Parameters, State]:
        """Give the model's parameters as they are now, copied, and the state of an optimizer before its first step."""
        flat = np.concatenate([param.data for param in self._tensors], axis=None)
        return self._views(flat), State(self._optimizer.init(flat), np.zeros(()))

    def __call__(self, parameters: Parameters, state: State, batch: tuple[Any, Any]) -> Any:
        """Make a step.

        Parameters
        ----------
        parameters : dict of str to ndarray
            From `init`, or from the step before. They are given up: their memory is used again.
        state : State
            As `parameters`.
        batch : (X, y)

        Returns
        -------
        loss : ndarray
            A scalar.
        outputs : ndarray
            What the model gives for X.
        parameters, state
            The next ones.
        """
        X, y = batch
        flat = self._flat(parameters)
        loss, outputs, flat, arrays, iteration = self.compiled(flat, state.arrays, state.iteration, X, y)
        return loss, outputs, self._views(flat), State(arrays, iteration)

    def load(self, parameters: Parameters) -> None:
        """Put parameters into the model."""
        for name, param in zip(self.names, self._tensors, strict=True):
            param.data = parameters[name].copy()

    def _pure(self, flat: Any, arrays: Any, iteration: Any, X: Any, y: Any) -> Any:
        def of_parameters(flat: Any) -> Any:
            values = [flat[at].reshape(shape) for at, shape in zip(self._slices, self._shapes, strict=True)]
            with _replaced(self._tensors, values):
                outputs = self._model(X)
                return self._loss(outputs, y), outputs

        outputs: list[Any] = []

        def loss_of(flat: Any) -> Any:
            loss, found = of_parameters(flat)
            outputs.append(found.detach() if isinstance(found, Tensor) else found)
            return loss

        loss, gradient = value_and_grad(loss_of)(flat)
        flat, arrays = self._optimizer.update(flat, gradient, arrays, iteration)
        return loss, outputs[0], flat, arrays, iteration + 1

    def _flat(self, parameters: Parameters) -> Array:
        """Give the parameters end to end: the array of which they are parts, where they are."""
        first = parameters[self.names[0]]
        base = first.base
        if base is not None and base.ndim == 1 and base.size == self._size and parameters.get("") is None:
            start = base.ctypes.data
            width = base.itemsize
            if all(
                parameters[name].base is base and parameters[name].ctypes.data == start + at.start * width
                for name, at in zip(self.names, self._slices, strict=True)
            ):
                return base
        return np.concatenate([parameters[name] for name in self.names], axis=None)

    def _views(self, flat: Array) -> Parameters:
        parts = zip(self.names, self._slices, self._shapes, strict=True)
        return {name: flat[at].reshape(shape) for name, at, shape in parts}


class _replaced:
    """Let Tensors stand for others while a block runs."""

    def __init__(self, tensors: list[Tensor], values: list[Any]) -> None:
        self.tensors, self.values = tensors, values

    def __enter__(self) -> None:
        """Put the others in their place."""
        self.before = [(tensor._value, tensor.entry) for tensor in self.tensors]
        for tensor, value in zip(self.tensors, self.values, strict=True):
            tensor._value, tensor.entry = value._value, value.entry

    def __exit__(self, *error: Any) -> None:
        """Put back what was there."""
        for tensor, (value, entry) in zip(self.tensors, self.before, strict=True):
            tensor._value, tensor.entry = value, entry


def make_step(model: Any, loss: Callable[..., Any], optimizer: Optimizer) -> Step:
    """Make a training step of a model, a loss and an optimizer: a pure function, compiled.

    Parameters
    ----------
    model : callable with parameters
    loss : callable
        Of the model's outputs and the labels; gives a scalar.
    optimizer : Optimizer

    Returns
    -------
    Step
        `parameters, state = step.init()`, and then `loss, outputs, parameters, state = step(parameters, state, (X, y))`
        for each batch; `step.load(parameters)` puts them into the model.

    Examples
    --------
    >>> import nn
    >>> model = nn.Sequential(nn.Dense(2, 3, rng=np.random.default_rng(0)))
    >>> step = make_step(model, nn.softmax_cross_entropy, nn.SGD(learning_rate=0.5))
    >>> parameters, state = step.init()
    >>> X, y = np.eye(2), np.array([0, 1])
    >>> for _ in range(3):
    ...     loss, outputs, parameters, state = step(parameters, state, (X, y))
    >>> int(state.iteration), loss < 1.0
    (3, np.True_)
    """
    return Step(model, loss, optimizer)
