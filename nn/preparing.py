"""Data as a model takes them: checked once, before anything is changed, and in the form that the loss computes with."""

from __future__ import annotations

from copy import copy
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn.data import Loader
from nn.labels import weights
from nn.layers import Sequential
from nn.losses import Loss
from nn.metrics import Metric
from nn.mode import training
from nn.samples import as_pair

Array = NDArray[Any]


class Preparing:
    """What has a network, a loss and metrics, for which data are prepared."""

    network: Sequential
    loss: Loss | None
    metrics: list[Metric]
    #: The metrics as they were prepared for training, by name.
    _known: dict[str, Metric]
    _shape_of_outputs: tuple[int, ...]

    def _loader(self, X: Any, y: Any, batch_size: Any, shuffle: Any, seed: Any, weight: Any) -> Loader:
        if isinstance(X, Loader):
            if any(given is not None for given in (y, weight, batch_size, shuffle, seed)):
                raise TypeError(
                    "Model.fit: a Loader has y, batch_size, shuffle, seed and sample_weight: give them to it."
                )
            # Its order is drawn from its own Generator, and what it does to a batch is done.
            made = copy(X)
            made.X, made.y = self._prepared("fit", X.X, X.y)
            return made
        if y is None:
            raise TypeError("Model.fit takes inputs and targets: model.fit(X, y). Or a nn.Loader, which has both.")
        if shuffle is not None and not isinstance(shuffle, (bool, np.bool_)):
            raise TypeError(f"Model.fit: shuffle is True or False; met {shuffle!r}.")
        if isinstance(seed, str):
            raise TypeError(f"Model.fit: seed is a whole number or a Generator; met {seed!r}.")
        ready = self._prepared("fit", X, y)
        return Loader(*ready, batch_size, shuffle=shuffle is not False, seed=seed, sample_weight=weight)

    def _measuring(self, y: Array, prepare: bool) -> list[Metric]:
        """Give the metrics as they are measured with this loss; prepared for targets, those of training count."""
        shape = self._shape_of_outputs
        found = []
        for metric in self.metrics:
            bound = metric.for_loss(cast(Loss, self.loss))
            bound.check(y, (len(y), *shape))
            known = self._known.get(metric.name)
            found.append(bound.prepare(y) if prepare or known is None else known)
        if prepare:
            self._known = {metric.name: metric for metric in found}
        return found

    def _validating(self, data: Any) -> tuple[Array, ...]:
        """Check what is measured after each epoch."""
        parts = data.all() if isinstance(data, Loader) else data
        if not isinstance(parts, (tuple, list)) or len(parts) not in (2, 3):
            raise TypeError(
                f"Model.fit: validation_data is (X, y), (X, y, sample_weight) or a nn.Loader; met {_brief(data)}."
            )
        try:
            X, y = self._prepared("fit", parts[0], parts[1])
            for metric in self.metrics:
                metric.for_loss(cast(Loss, self.loss)).check(y, (len(y), *self._shape_of_outputs))
            return (X, y) if len(parts) == 2 else (X, y, weights(parts[2], len(X)))
        except (ValueError, TypeError) as error:
            said = str(error).removeprefix("Model.fit: ")
            raise type(error)(f"Model.fit: validation_data: {said}") from error

    def _prepared(self, who: str, X: Any, y: Any) -> tuple[Array, Array]:
        """Check data against the model, before anything is changed."""
        X, y = as_pair(f"Model.{who}", X, y)
        self._shape_of_outputs = tuple(self._one(who, X).shape[1:])
        return X, cast(Loss, self.loss).prepare(y, (len(X), *self._shape_of_outputs))

    def _one(self, who: str, X: Array) -> Any:
        """Give the output for the first sample: what does not fit is said by the layer."""
        if X.dtype.kind == "c":
            raise TypeError(f"Model.{who}: inputs are real numbers; met dtype {X.dtype}. Write X.real, or np.abs(X).")
        x: Any = Tensor(np.array(X[:1]))
        with training(False):
            if type(self.network) is not Sequential:
                return self.network(x)
            for i, layer in enumerate(self.network.layers):
                try:
                    x = layer(x)
                except (ValueError, TypeError) as error:
                    raise type(error)(
                        f"Model.{who}: layer {i} of {len(self.network.layers)}: {error} The inputs have shape "
                        f"{X.shape}; a single sample was tried."
                    ) from error
        return x


def _brief(thing: Any) -> str:
    """Name what was met in a few words."""
    return f"an array of shape {thing.shape}" if hasattr(thing, "shape") else repr(thing)[:80]
