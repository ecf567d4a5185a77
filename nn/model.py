"""A model: layers with a loss, an optimizer and metrics, to be trained, used, looked at, and kept in a file.

>>> import numpy as np
>>> import nn
>>> X, y = nn.datasets.spiral(100, 3, seed=0)
>>> rng = np.random.default_rng(0)
>>> model = nn.Model(
...     [nn.Dense(2, 64, rng=rng), nn.ReLU(), nn.Dense(64, 3, rng=rng)],
...     loss=nn.CategoricalCrossentropy(from_logits=True), optimizer=nn.Adam(0.05), metrics=["accuracy"],
... )
>>> history = model.fit(X, y, epochs=100, seed=0)
>>> history["loss"][-1] < history["loss"][0]
True
>>> model.predict(X[:5]).shape
(5, 3)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn import summary
from nn.callbacks import Callback
from nn.data import Loader
from nn.fitting import Run, measured
from nn.history import History
from nn.keeping import Kept
from nn.layers import Sequential
from nn.losses import Loss
from nn.metrics import Metric
from nn.optimizers import Optimizer
from nn.outputs import Outputs
from nn.preparing import Preparing
from nn.registry import from_config
from nn.samples import as_samples
from nn.trainer import Trainer, sums_in_use

Array = NDArray[Any]


class Model(Preparing, Kept):
    """Layers, and how they are trained.

    Parameters
    ----------
    layers : list of layers, or Sequential
    loss : Loss or str, optional
        Such as `nn.CategoricalCrossentropy(from_logits=True)` or "mean_squared_error"; to use a model none is needed.
    optimizer : Optimizer or str, optional
        Such as `nn.Adam(0.05)` or "adam".
    metrics : sequence of Metric or str
        Measured in training, beside the loss: "accuracy", `nn.R2()`.

    Attributes
    ----------
    network : Sequential
    loss : Loss or None
    optimizer : Optimizer or None
    metrics : list of Metric
    history : History
        Of the last `fit`.

    Raises
    ------
    ValueError
        If a name is unknown (the nearest one is suggested).
    TypeError
        If something is no layer, loss, optimizer or metric.
    """

    def __init__(
        self,
        layers: Sequence[Any] | Sequential,
        *,
        loss: Loss | str | None = None,
        optimizer: Optimizer | str | None = None,
        metrics: Sequence[Metric | str] = (),
    ) -> None:
        self.network = layers if isinstance(layers, Sequential) else Sequential(*_several(layers))
        self.loss = cast("Loss | None", _made(loss, Loss, "loss"))
        self.optimizer = cast("Optimizer | None", _made(optimizer, Optimizer, "optimizer"))
        if isinstance(metrics, str) or not isinstance(metrics, Iterable):
            raise TypeError(f"Model: metrics is a list; met {metrics!r}. Write metrics=['accuracy'].")
        self.metrics = [cast(Metric, _made(metric, Metric, "metrics")) for metric in metrics]
        names = [metric.name for metric in self.metrics]
        if len(set(names)) < len(names):
            raise ValueError(f"Model: each metric is measured once; met {', '.join(names)}.")
        self.history = History()
        self._forget()

    def _forget(self) -> None:
        """Begin without what only speeds things up, and without what training found."""
        self._trainer: Trainer | None = None
        self._outputs: Outputs | None = None
        #: The metrics as they were prepared for training, by name.
        self._known: dict[str, Metric] = {}
        self._shape_of_outputs: tuple[int, ...] = ()

    def _give(self) -> None:
        """Let the Tensors hold the parameters of now, where a run is under way."""
        if self._trainer is not None:
            self._trainer.give()

    def __getstate__(self) -> dict[str, Any]:
        """Give what a copy is made of: settings, layers and parameters; what is compiled is not copied."""
        self._give()
        kept = dict(vars(self))
        for name in ("_trainer", "_outputs"):
            kept[name] = None
        return kept

    @property
    def layers(self) -> list[Any]:
        """The layers, in their order."""
        return self.network.layers

    def parameters(self) -> list[Tensor]:
        """List every parameter, each once."""
        self._give()
        return self.network.parameters()

    def get_parameters(self) -> dict[str, Array]:
        """Give the parameters by name, copied."""
        self._give()
        return super().get_parameters()

    def set_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Set the parameters by name: all of them, or none; see `get_parameters`.

        Raises
        ------
        ValueError
            If a name is missing or unknown, or a shape or data type is another; then nothing is changed.
        """
        self._give()
        super().set_parameters(parameters)

    def __call__(self, X: Any) -> Any:
        """Give the outputs as a Tensor, on the tape."""
        self._give()
        return self.network(X)

    # Training

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        validation_data: tuple[Any, ...] | Loader | None = None,
        callbacks: Sequence[Callback] = (),
        shuffle: bool | None = None,
        seed: int | np.random.Generator | None = None,
        sample_weight: Any = None,
        compiled: bool = True,
    ) -> History:
        """Train the model.

        A second call goes on where the first one ended: optimizer, learning rate and all.

        Parameters
        ----------
        X : array_like or Loader
            Inputs, samples first. They may be mapped from a file.
        y : array_like
            What the outputs should be; see the loss. Not with a Loader, which has them.
        epochs : int
            How often to go through the data. Of a run that goes on from a checkpoint: in all.
        batch_size : int, optional
            Samples a step; all of them by default. The last batch of an epoch may be shorter.
        validation_data : (X, y), (X, y, sample_weight) or Loader, optional
            Measured after each epoch.
        callbacks : sequence of Callback
            Such as `nn.ProgressBar()`, `nn.EarlyStopping()`, `nn.Checkpoint(path)`.
        shuffle : bool, optional
            Whether each epoch has an order of its own, where it has several batches; by default it has. Not with a
            Loader, which knows itself.
        seed : int or Generator, optional
            Where the orders are drawn from. Layers have generators of their own.
        sample_weight : array_like, optional
            Shape (samples,): how much each sample counts in the loss.
        compiled : bool
            Whether the step is compiled; the results are equal to rounding.

        Returns
        -------
        History
            Loss and metrics of each epoch, measured while its steps were made, and the learning rate of the last of
            them; with regularisers also the two parts of the loss.

        Raises
        ------
        ValueError
            If there are no samples, targets do not fit or are NaN, a layer meets the wrong number of features, a batch
            is larger than the data, or `epochs` is below 1.
        TypeError
            If the model has no loss or no optimizer, or X or y does not hold numbers.

        Warns
        -----
        RuntimeWarning
            If the loss is not finite any more; `nn.NaNStop()` says why.
        """
        loss, optimizer = self._needed("fit")
        if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)) or epochs < 1:
            raise ValueError(f"Model.fit: epochs is a whole number, 1 or more; met {epochs!r}.")
        for one in callbacks if isinstance(callbacks, Iterable) else [callbacks]:
            if not isinstance(one, Callback) or not isinstance(callbacks, Iterable):
                raise TypeError(
                    f"Model.fit: callbacks is a list of what derives from nn.Callback; met {one!r}. Write "
                    "callbacks=[nn.ProgressBar()]."
                )
        loader = self._loader(X, y, batch_size, shuffle, seed, sample_weight)
        metrics = self._measuring(loader.y, prepare=True)
        validation = None if validation_data is None else self._validating(validation_data)
        before = self._trainer
        trainer = before
        if trainer is None or not trainer.serves(self.network, loss, optimizer, compiled):
            trainer = Trainer(self.network, loss, optimizer, metrics, compiled)
            if before is not None:
                trainer.go_on_from(before)
        trainer.measuring(metrics)
        run = Run(self, trainer, loader, int(epochs), validation, callbacks)
        self._trainer = trainer
        self.history = run.history
        try:
            run.go()
        finally:
            self.history = run.history
        return self.history

    def _needed(self, who: str) -> tuple[Loss, Optimizer]:
        if self.loss is None or (self.optimizer is None and who == "fit"):
            missing = "loss" if self.loss is None else "optimizer"
            raise TypeError(f"Model.{who}: the model has no {missing}: Model([...], loss=..., optimizer=...).")
        return self.loss, cast(Optimizer, self.optimizer)

    # Use

    def evaluate(
        self, X: Any, y: Any = None, *, batch_size: int | None = None, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Give loss and metrics over data, by name.

        Parameters
        ----------
        X, y : array_like
        batch_size : int, optional
            How many samples at a time; all of them by default.
        sample_weight : array_like, optional
            Shape (samples,).

        Raises
        ------
        ValueError, TypeError
            As `fit` does.

        Examples
        --------
        >>> import nn
        >>> model = Model([nn.Dense(1, 1, weight_initializer="zeros")], loss="mean_squared_error")
        >>> model.evaluate([[1.0], [2.0]], [[1.0], [3.0]])
        {'loss': 5.0}
        """
        self._give()
        loss, _ = self._needed("evaluate")
        if isinstance(X, Loader):
            if y is not None or sample_weight is not None:
                raise TypeError("Model.evaluate: a Loader has y and sample_weight: give them to it.")
            X, y, sample_weight, batch_size = X.X, X.y, X.sample_weight, batch_size or X.batch_size
        elif y is None:
            raise TypeError("Model.evaluate takes inputs and targets: model.evaluate(X, y). Or a nn.Loader.")
        loader = Loader(*self._prepared("evaluate", X, y), batch_size, sample_weight=sample_weight)
        metrics = self._measuring(loader.y, prepare=False)
        sums_of = partial(sums_in_use, self.network, loss, metrics)
        return measured(sums_of, metrics, loader.all(), loader.batch_size)

    def predict(self, X: Any, *, batch_size: int | None = None) -> Array:
        """Give the outputs as an array.

        Parameters
        ----------
        X : array_like
            Inputs, samples first.
        batch_size : int, optional
            How many samples at a time; by default up to 1024.

        Raises
        ------
        ValueError, TypeError
            If there are no samples, they hold no numbers, or a layer meets the wrong number of features.

        Examples
        --------
        >>> import nn
        >>> Model([nn.Dense(1, 2, weight_initializer="zeros"), nn.Softmax()]).predict([[1.0], [2.0]])
        array([[0.5, 0.5],
               [0.5, 0.5]])
        """
        self._give()
        if isinstance(X, Loader):
            raise TypeError("Model.predict takes inputs: model.predict(loader.X, batch_size=loader.batch_size).")
        X = as_samples("Model.predict", "X", X)
        self._one("predict", X)
        if self._outputs is None or self._outputs.network is not self.network:
            self._outputs = Outputs(self.network)
        size = None if batch_size is None else Loader(X, np.zeros(len(X)), batch_size).batch_size
        return self._outputs(X, size)

    # Looking

    def config(self) -> dict[str, Any]:
        """Give layers, loss, optimizer and metrics as plain values, from which `nn.from_config` makes them anew."""
        return {
            "name": "Model",
            "layers": self._layers_config(),
            "loss": self.loss and self.loss.config(),
            "optimizer": self.optimizer and self.optimizer.config(),
            "metrics": [metric.config() for metric in self.metrics],
        }

    def summary(self, input_shape: tuple[int, ...] | None = None) -> str:
        """Give a table of the layers: shapes, parameters, and what they take in memory.

        Parameters
        ----------
        input_shape : tuple of int, optional
            Of one sample; by default what the first `Dense` takes.

        Examples
        --------
        >>> import nn
        >>> print(Model([nn.Dense(2, 64), nn.ReLU(), nn.Dense(64, 3)]).summary())
        layer         output         parameters  memory
        Dense(2, 64)  (samples, 64)         192  1.5 kB
        ReLU()        (samples, 64)           0     0 B
        Dense(64, 3)  (samples, 3)          195  1.6 kB
        all                                 387  3.1 kB
        """
        return summary.table(self.network, input_shape)

    def __repr__(self) -> str:
        """Show the call that makes it again."""
        parts = [f"[{', '.join(map(repr, self.layers))}]"]
        parts += [f"{name}={value!r}" for name, value in (("loss", self.loss), ("optimizer", self.optimizer)) if value]
        parts += [f"metrics={self.metrics!r}"] if self.metrics else []
        return f"Model({', '.join(parts)})"


def _several(layers: Any) -> list[Any]:
    if isinstance(layers, (str, bytes, Mapping)) or not isinstance(layers, Iterable):
        raise TypeError(f"Model takes a list of layers; met {layers!r}. Write Model([nn.Dense(2, 3), nn.ReLU()]).")
    made = [from_config(layer, kind="layer") if isinstance(layer, (str, Mapping)) else layer for layer in layers]
    for i, layer in enumerate(made):
        if isinstance(layer, type):
            raise TypeError(
                f"Model: layer {i} is the class {layer.__name__}; write {layer.__name__}(), an object of it."
            )
    return made


def _made(given: Any, kind: type, what: str) -> Any:
    """Make what is given by its name or its settings."""
    made = from_config(given, kind=kind.__name__.lower()) if isinstance(given, (str, Mapping)) else given
    if made is not None and not isinstance(made, kind):
        raise TypeError(
            f"Model: {what} is {'an' if kind is Optimizer else 'a'} {kind.__name__} of nn, or its name; met {given!r}."
        )
    return made
