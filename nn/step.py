"""A training step as one pure function, compiled: parameters and state go in, and the next ones come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, compile, value_and_grad
from autograd.extend import standing_in
from nn.flat import Flat
from nn.optimizers import Optimizer, saved

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


def stepped(optimizer: Optimizer, flat: Any, gradient: Any, arrays: Any, iteration: Any) -> tuple[Any, Any, Any]:
    """Give the parameters, the state and the iteration that follow from a gradient, all end to end."""
    (gradient,) = optimizer.clip([gradient])
    flat, arrays = optimizer.update(flat, gradient, arrays, iteration)
    return flat, arrays, iteration + 1


class _Pure:
    """The step as a function of arrays alone: parameters and state lie end to end, each in one array."""

    def __init__(self, model: Any, loss: Callable[..., Any], optimizer: Optimizer, params: Flat) -> None:
        self.model, self.loss, self.optimizer, self.params = model, loss, optimizer, params

    def run(self, values: list[Any], X: Any, y: Any) -> tuple[Any, Any]:
        """Give loss and outputs with values in the place of the model's parameters."""
        with standing_in(self.params.tensors, values):
            outputs = self.model(X)
            return self.loss(outputs, y), outputs

    def step(self, flat: Any, arrays: Any, iteration: Any, X: Any, y: Any) -> Any:
        """Give loss, outputs, and the next parameters and state."""
        outputs: list[Any] = []

        def loss_of(flat: Any) -> Any:
            loss, found = self.run(self.params.parts(flat), X, y)
            outputs.append(found.detach() if isinstance(found, Tensor) else found)
            return loss

        loss, gradient = value_and_grad(loss_of)(flat)
        return loss, outputs[0], *stepped(self.optimizer, flat, gradient, arrays, iteration)


class Step:
    """One training step; made by `make_step`, which see.

    Attributes
    ----------
    names : list of str
        Of the parameters, in the order in which they lie end to end.
    compiled : callable
        The function that is compiled, of parameters and state as flat arrays: see its `programs`, `source`, `memory`.
    """

    def __init__(self, model: Any, loss: Callable[..., Any], optimizer: Optimizer) -> None:
        params = Flat("make_step", model)
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"make_step takes an optimizer of nn; met {optimizer!r}.")
        self.names, self._tensors = params.names, params.tensors
        self._pure = _Pure(model, loss, optimizer, params)
        self._optimizer = optimizer
        self.compiled = compile(self._pure.step, donate=("flat", "arrays", "iteration"))
        #: The parameters that were handed out last, end to end and by name.
        self._left: tuple[Array, Parameters] = np.empty(0), {"": np.empty(0)}

    def init(self) -> tuple[Parameters, State]:
        """Give the model's parameters as they are now, copied, and the state of an optimizer before its first step."""
        flat = self._pure.params.now()
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

        Raises
        ------
        KeyError
            If a parameter is missing.
        """
        X, y = batch
        flat, arrays, iteration = self._flat(parameters), state.arrays, state.iteration
        loss, outputs, flat, arrays, iteration = self.compiled(flat, arrays, iteration, X, y)
        return loss, outputs, self._views(flat), State(arrays, iteration)

    def loss(self, parameters: Any, batch: tuple[Any, Any]) -> Any:
        """Give the loss of a batch for given parameters: a function that can be differentiated in them."""
        return self._pure.run([parameters[name] for name in self.names], *batch)[0]

    def load(self, parameters: Parameters) -> None:
        """Put parameters into the model."""
        for name, param in zip(self.names, self._tensors, strict=True):
            param.data = parameters[name].copy()

    def state_dict(self, state: State) -> dict[str, Any]:
        """Give a state as plain arrays by name, copied: as `Optimizer.state_dict` does, which can be read here too."""
        return saved.write(int(state.iteration), states_of(self._pure.params, state.arrays))

    def load_state_dict(self, state: Mapping[str, Any]) -> State:
        """Give the state that was saved: with the parameters of then, the next steps are those that would have come.

        Raises
        ------
        ValueError
            If it does not fit the parameters or the optimizer.
        """
        return State(*read_state(self._pure.params, self._optimizer, state))

    def _flat(self, parameters: Parameters) -> Array:
        """Give the parameters end to end: as the step before left them, where they are its parameters."""
        flat, views = self._left
        if all(parameters.get(name) is view for name, view in views.items()):
            return flat
        for name, param in zip(self.names, self._tensors, strict=True):
            found = parameters[name]
            if np.shape(found) != param.shape or found.dtype != param.dtype:
                raise ValueError(
                    f"The parameter {name} has shape {param.shape} and dtype {param.dtype}; "
                    f"met shape {np.shape(found)} and dtype {found.dtype}."
                )
        return np.concatenate([parameters[name] for name in self.names], axis=None)

    def _views(self, flat: Array) -> Parameters:
        views = dict(zip(self.names, self._pure.params.parts(flat), strict=True))
        self._left = flat, dict(views)
        return views


def states_of(params: Flat, arrays: tuple[Array, ...]) -> dict[str, tuple[Array, ...]]:
    """Give each parameter's state, by its name, from that of all end to end."""
    parts = [params.parts(array) for array in arrays]
    return {name: tuple(part[i] for part in parts) for i, name in enumerate(params.names)}


def read_state(params: Flat, optimizer: Optimizer, state: Mapping[str, Any]) -> tuple[tuple[Array, ...], Array]:
    """Give the state of all parameters end to end, and the iterations; raise what `saved.read` does."""
    data = {name: param.data for name, param in zip(params.names, params.tensors, strict=True)}
    iterations, states = saved.read(type(optimizer).__name__, optimizer.init, data, state)
    arrays = tuple(np.concatenate(parts, axis=None) for parts in zip(*states.values(), strict=True))
    return arrays, np.array(float(iterations))


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

    Raises
    ------
    ValueError, TypeError
        If the model has no parameters, or some of another dtype, or `optimizer` is none.

    Examples
    --------
    >>> import nn
    >>> model = nn.Sequential(nn.Dense(2, 3, rng=np.random.default_rng(0)))
    >>> step = make_step(model, nn.softmax_cross_entropy, nn.SGD(learning_rate=0.5))
    >>> parameters, state = step.init()
    >>> X, y = np.eye(2), np.array([0, 1])
    >>> for _ in range(3):
    ...     loss, outputs, parameters, state = step(parameters, state, (X, y))
    >>> int(state.iteration), bool(loss < 1.0)
    (3, True)
    """
    return Step(model, loss, optimizer)
