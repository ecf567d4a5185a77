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
from nn.optimizers import Optimizer, saved
from nn.regularizers import regularization_loss
from nn.step import states_of, stepped
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
        self._shown: list[Any] = [param.data for param in self.params.tensors]
        #: Whether steps were made since.
        self._ahead = False
        self._whole = self.snapshot()

    def keep(self) -> None:
        """Remember this state as the one to go back to, should a step fail in its middle."""
        self._whole = self.snapshot()

    def go_on_from(self, other: Trainer) -> None:
        """Take over the state of one that trained the same parameters by the same optimizer."""
        if other.optimizer is self.optimizer and self.params.holds(other.params.tensors):
            _, arrays, iteration = other.snapshot()
            self.arrays, self.iteration = arrays, iteration

    def tell_optimizer(self) -> None:
        """Let the optimizer hold the state, so that it is found there."""
        states = states_of(self.params, self.arrays)
        named = dict(zip(self.params.names, self.params.tensors, strict=True))
        self.optimizer.load_state_dict(saved.write(int(self.iteration), states), named)

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
        following = stepped(self.optimizer, flat, gradient, arrays, iteration)
        return *following, _sums(self.metrics, outputs, data, penalty, y)

    def _measure(self, flat: Any, X: Any, y: Any, weight: Any = None) -> Any:
        """Give the sums of a batch, in use."""
        with standing_in(self.params.tensors, self.params.parts(flat)):
            return sums_in_use(self.network, self.loss, self.metrics, X, y, weight)

    def advance(self, X: Any, y: Any, weight: Any = None, *, compiled: bool = True) -> Any:
        """Make a step, and give the sums of its batch."""
        step = self.step if compiled else self._step
        given = (X, y) if weight is None else (X, y, weight)
        try:
            self.flat, self.arrays, self.iteration, sums = step(self.flat, self.arrays, self.iteration, *given)
        except BaseException:
            # What was given to a compiled step is half overwritten: back to what was whole last.
            if compiled and self.compiled:
                self.restore(self._whole)
            raise
        self._ahead = True
        return sums

    def serves(self, network: Any, loss: Loss, optimizer: Optimizer, compiled: bool) -> bool:
        """Tell whether it was made for these."""
        mine = self.network, self.loss, self.optimizer
        same = all(a is b for a, b in zip(mine, (network, loss, optimizer), strict=True))
        tensors = list(named_parameters(network).values())
        return same and compiled == self.compiled and self.params.holds(tensors)

    def measuring(self, metrics: Sequence[Metric]) -> None:
        """Measure by these from now on; by those of before where they are alike, for which a step is compiled."""
        if len(self.metrics) != len(metrics) or not all(map(_alike, self.metrics, metrics)):
            self.metrics = list(metrics)

    def take(self) -> None:
        """Take over what the model's Tensors hold, where someone set them since they were given."""
        if self._ahead and all(
            param.data is shown for param, shown in zip(self.params.tensors, self._shown, strict=True)
        ):
            return
        parts = self.params.parts(self.flat)
        changed = [i for i, param in enumerate(self.params.tensors) if self._is_set(i, param.data, parts[i])]
        if changed:
            self.flat = self.flat.copy()
            parts = self.params.parts(self.flat)
            for i in changed:
                parts[i][...] = self._shown[i] = self.params.tensors[i].data

    def _is_set(self, i: int, data: Array, part: Array) -> bool:
        """Tell whether a parameter's Tensor was given other data, or was written into since it was given these."""
        if data is not self._shown[i]:
            return True
        return not (self._ahead or np.array_equal(data, part, equal_nan=True))

    def give(self) -> None:
        """Let the model's Tensors hold the parameters as they are now."""
        if not self._ahead:
            return
        self._ahead = False
        self._shown = [part.copy() for part in self.params.parts(self.flat)]
        for param, value in zip(self.params.tensors, self._shown, strict=True):
            param.data = value

    def snapshot(self) -> tuple[Any, ...]:
        """Copy parameters and state."""
        return self.flat.copy(), tuple(array.copy() for array in self.arrays), np.array(self.iteration)

    def restore(self, snapshot: tuple[Any, ...]) -> None:
        """Go back to a copy."""
        flat, arrays, iteration = snapshot
        self._ahead = True
        self.flat, self.arrays = flat.copy(), tuple(array.copy() for array in arrays)
        self.iteration = np.array(iteration)


def _alike(one: Metric, other: Metric) -> bool:
    """Tell whether two metrics measure the same."""
    mine, others = vars(one), vars(other)
    same = type(one) is type(other) and mine.keys() == others.keys()
    return same and all(np.array_equal(mine[key], others[key]) for key in mine)


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
        self.penalty: float | None = None
        self.sums: list[Any] = []

    def add(self, sums: Any, weight: float) -> None:
        """Add what a batch gave, whose data loss counts by a weight: its samples, or the sum of theirs."""
        data, penalty, parts = sums
        self.data += weight * float(data)
        if not isinstance(penalty, float):
            # Of a network with regularisers, be it 0.
            self.penalty = (self.penalty or 0.0) + weight * float(penalty)
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
        weight = self.weight or 1.0
        data = self.data / weight
        if self.penalty is None:
            logs: dict[str, Any] = {f"{prefix}loss": data}
        else:
            penalty = self.penalty / weight
            logs = {f"{prefix}loss": data + penalty}
            logs[f"{prefix}data_loss"], logs[f"{prefix}regularization_loss"] = data, penalty
        for metric, sums in zip(self.metrics, self.sums, strict=True):
            logs[prefix + metric.name] = metric.result(sums)
        return logs


def generators_of(model: Any) -> dict[str, np.random.Generator]:
    """Find the generators of a model's layers, by path: what they will draw is part of a run's state."""
    return {path: part for path, part in objects(model) if isinstance(part, np.random.Generator)}
