"""One training run at work: the step as a pure function, compiled, and what it leaves behind.

Parameters lie end to end in one array, as in `nn.step`; the model's Tensors are given them when someone looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import compile, value_and_grad
from autograd.extend import standing_in
from nn.flat import Flat
from nn.losses import Loss
from nn.metrics import Metric
from nn.mode import training
from nn.optimizers import Optimizer
from nn.regularizers import regularization_loss
from nn.walk import named_parameters, objects

Array = NDArray[Any]


class Trainer:
    """A network, a loss, an optimizer and metrics, as functions of arrays.

    Attributes
    ----------
    flat : ndarray
        The parameters, end to end.
    arrays : tuple of ndarray
        The optimizer's state, each array end to end.
    iteration : ndarray
        How many steps have been made, a 0-d array.
    """

    def __init__(
        self, network: Any, loss: Loss, optimizer: Optimizer, metrics: Sequence[Metric], compiled: bool
    ) -> None:
        self.network, self.loss, self.optimizer, self.metrics = network, loss, optimizer, list(metrics)
        self.compiled = compiled
        self.params = Flat("Model.fit", network)
        self.step: Callable[..., Any] = self._step
        self.measure: Callable[..., Any] = self._measure
        if compiled:
            self.step = compile(self._step, donate=("flat", "arrays", "iteration"))
            self.measure = compile(self._measure)
        self.flat = self.params.now()
        self.arrays = optimizer.init(self.flat)
        self.iteration: Any = np.zeros(())
        self._shown: list[Any] = []

    def _step(self, flat: Any, arrays: Any, iteration: Any, X: Any, y: Any, weight: Any = None) -> Any:
        """Give the next parameters, state and iteration, and the sums of this batch."""

        def loss_of(flat: Any) -> Any:
            with standing_in(self.params.tensors, self.params.parts(flat)), training():
                outputs = self.network(X)
                data = self.loss(outputs, y, weight)
                penalty = regularization_loss(self.network)
            total = data if isinstance(penalty, float) else data + penalty
            return total, (outputs, data, penalty)

        (_, (outputs, data, penalty)), gradient = value_and_grad(loss_of, has_aux=True)(flat)
        (gradient,) = self.optimizer.clip([gradient])
        flat, arrays = self.optimizer.update(flat, gradient, arrays, iteration)
        return flat, arrays, iteration + 1, _sums(self.metrics, outputs, data, penalty, y)

    def _measure(self, flat: Any, X: Any, y: Any, weight: Any = None) -> Any:
        """Give the sums of a batch, in use."""
        with standing_in(self.params.tensors, self.params.parts(flat)):
            return sums_in_use(self.network, self.loss, self.metrics, X, y, weight)

    def advance(self, X: Any, y: Any, weight: Any = None, *, compiled: bool = True) -> Any:
        """Make a step, and give the sums of its batch."""
        step = self.step if compiled else self._step
        given = (X, y) if weight is None else (X, y, weight)
        self.flat, self.arrays, self.iteration, sums = step(self.flat, self.arrays, self.iteration, *given)
        return sums

    def serves(self, network: Any, loss: Loss, optimizer: Optimizer, compiled: bool) -> bool:
        """Tell whether it was made for these."""
        mine = self.network, self.loss, self.optimizer
        same = all(a is b for a, b in zip(mine, (network, loss, optimizer), strict=True))
        tensors = list(named_parameters(network).values())
        return same and compiled == self.compiled and [*map(id, tensors)] == [*map(id, self.params.tensors)]

    def measure_by(self, metrics: Sequence[Metric]) -> None:
        """Take other metrics. Those that measure alike are left, so that nothing is compiled anew for them."""
        if len(metrics) != len(self.metrics) or not all(map(_alike, self.metrics, metrics)):
            self.metrics = list(metrics)

    def take(self) -> None:
        """Take over what the model's Tensors hold, where someone set them since they were given."""
        data = [param.data for param in self.params.tensors]
        if len(self._shown) != len(data) or any(a is not b for a, b in zip(data, self._shown, strict=True)):
            self.flat = self.params.now()

    def give(self) -> None:
        """Let the model's Tensors hold the parameters as they are now."""
        self._shown = [part.copy() for part in self.params.parts(self.flat)]
        for param, value in zip(self.params.tensors, self._shown, strict=True):
            param.data = value

    def snapshot(self) -> tuple[Any, ...]:
        """Copy parameters and state."""
        return self.flat.copy(), tuple(array.copy() for array in self.arrays), np.array(self.iteration)

    def restore(self, snapshot: tuple[Any, ...]) -> None:
        """Go back to a copy."""
        flat, arrays, iteration = snapshot
        self.flat, self.arrays = flat.copy(), tuple(array.copy() for array in arrays)
        self.iteration = np.array(iteration)


def _alike(one: Metric, other: Metric) -> bool:
    """Tell whether two metrics have the same settings; no, where these are more than numbers and names."""
    if one is other:
        return True
    if type(one) is not type(other) or vars(one).keys() != vars(other).keys():
        return False
    pairs = [(value, vars(other)[name]) for name, value in vars(one).items()]
    return all(type(a) is type(b) and isinstance(a, (int, float, str, type(None))) and a == b for a, b in pairs)


def _sums(metrics: Sequence[Metric], outputs: Any, data: Any, penalty: Any, y: Any) -> Any:
    return data, penalty, [metric.sums(outputs, y) for metric in metrics]


def sums_in_use(network: Any, loss: Loss, metrics: Sequence[Metric], X: Any, y: Any, weight: Any = None) -> Any:
    """Give what `Totals` adds up: the loss, the penalty, and the sums of the metrics, all as in use."""
    with training(False):
        outputs = network(X)
        return _sums(metrics, outputs, loss(outputs, y, weight), regularization_loss(network), y)


def weight_of(batch: Sequence[Any]) -> float:
    """Give by what a batch's mean loss counts: its samples, or the sum of their weights."""
    return len(batch[0]) if len(batch) == 2 else float(np.sum(batch[2]))


class Totals:
    """The sums of several batches, and what follows from them."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self.weight = 0.0
        self.data = 0.0
        self.penalty = 0.0
        self.sums: list[Any] = []

    def add(self, sums: Any, weight: float) -> None:
        """Add what a batch gave, whose data loss counts by a weight: its samples, or the sum of theirs."""
        data, penalty, parts = sums
        self.data += weight * float(data)
        self.penalty += weight * float(penalty)
        self.weight += weight
        # A small array that a program returned is its own from call to call.
        self.sums = (
            parts
            if not self.sums
            else [
                tuple(a + b for a, b in zip(one, other, strict=True))
                for one, other in zip(self.sums, parts, strict=True)
            ]
        )

    def logs(self, prefix: str = "") -> dict[str, Any]:
        """Give loss and metrics by name; the parts of the loss too, where there is a penalty."""
        data, penalty = self.data / self.weight, self.penalty / self.weight
        logs: dict[str, Any] = {f"{prefix}loss": data + penalty}
        if penalty:
            logs[f"{prefix}data_loss"], logs[f"{prefix}regularization_loss"] = data, penalty
        for metric, sums in zip(self.metrics, self.sums, strict=True):
            logs[prefix + metric.name] = metric.result(sums)
        return logs


def generators_of(model: Any) -> dict[str, np.random.Generator]:
    """Find the generators of a model's layers, by path: what they will draw is part of a run's state."""
    return {path: part for path, part in objects(model) if isinstance(part, np.random.Generator)}
