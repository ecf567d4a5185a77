"""The loop over epochs and batches: what `Model.fit` runs, and what callbacks are given.

Beside the compiled step there is next to nothing in it: what is not asked for, as callbacks, validation, or the model's
own Tensors, is not made.
"""

from __future__ import annotations

import json
import math
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import debug
from nn.callbacks import Callback, Checkpoint
from nn.data import Loader
from nn.history import History
from nn.metrics import Metric
from nn.step import read_state, states_of
from nn.trainer import Totals, Trainer, generators_of, weight_of

Array = NDArray[Any]


class Run:
    """One training run, as callbacks see it.

    Attributes
    ----------
    model : Model
        Its parameters are those of now: asked for here, it is given them.
    epoch, epochs : int
        How many epochs have been made, while one ends counting it; and how many there will be.
    batch : int
        How many steps of this epoch have been made.
    logs : dict
        What was measured in the last epoch.
    history : History
    resumed : bool
        Whether it goes on from a checkpoint.
    stopped : str
        Why it ends early, or nothing.
    """

    def __init__(
        self,
        model: Any,
        trainer: Trainer,
        loader: Loader,
        epochs: int,
        validation: tuple[Array, ...] | None,
        callbacks: Sequence[Callback],
    ) -> None:
        self._model, self.trainer, self.loader, self.epochs = model, trainer, loader, epochs
        # What is kept of the others is what they are after the epoch: a checkpoint comes last.
        self.validation, self.callbacks = validation, sorted(callbacks, key=lambda one: isinstance(one, Checkpoint))
        self.epoch, self.batch = 0, 0
        self.logs: dict[str, Any] = {}
        self.history, self.resumed, self.stopped = History(), False, ""
        #: Whether the model is between two epochs, and its state may be kept.
        self.whole = True
        self._generators = generators_of(model.network)
        self._steps = len(loader)
        # The order of samples in one batch changes nothing but rounding.
        whole = loader.batch_size == len(loader.X) and type(loader).__iter__ is Loader.__iter__
        self._batches: Any = [loader.all()] if whole else loader
        self._leaves = False

    @property
    def model(self) -> Any:
        """The model, with the parameters of now."""
        self.trainer.give()
        return self._model

    def stop(self, why: str, *, now: bool = False) -> None:
        """End training after this epoch, or already after this step.

        It may be called at any moment, also by a signal. After a step `whole` is false, and what callbacks are told at
        the end is a model in the middle of an epoch. What else ends training in that epoch has the word.
        """
        if not self.stopped or (self._leaves and not now):
            self.stopped = why
        self._leaves = self._leaves or now

    # The loop

    def go(self) -> History:
        """Train."""
        self.trainer.take()
        for callback in self.callbacks:
            if isinstance(callback, Checkpoint) and callback.resume and callback.path.exists():
                self.restore(callback.path)
        hear = {name: self._listeners(name) for name in ("begin_epoch", "end_batch", "end_epoch")}
        for callback in self.callbacks:
            callback.begin(self)
            self.trainer.take()
        self.trainer.keep()
        try:
            with self._between_steps():
                while self.epoch < self.epochs and not self.stopped:
                    self._one_epoch(hear)
        finally:
            self.trainer.give()
            self.trainer.tell_optimizer()
            for callback in self.callbacks:
                callback.end(self)
        return self.history

    @contextmanager
    def _between_steps(self) -> Iterator[None]:
        """Let Ctrl-C interrupt between two steps: within one the parameters are half overwritten.

        A second Ctrl-C interrupts at once. Where a program has a handler of its own, that has the word.
        """
        mine = threading.current_thread() is threading.main_thread()
        if not mine or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return

        def hear(number: int, frame: Any) -> None:
            if self._interrupted:
                signal.default_int_handler(number, frame)
            self._interrupted = True

        signal.signal(signal.SIGINT, hear)
        try:
            yield
            if self._interrupted:
                raise KeyboardInterrupt
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._interrupted = False

    def _listeners(self, name: str) -> list[Callback]:
        return [one for one in self.callbacks if getattr(type(one), name) is not getattr(Callback, name)]

    def _one_epoch(self, hear: Mapping[str, list[Callback]]) -> None:
        trainer = self.trainer
        for callback in hear["begin_epoch"]:
            callback.begin_epoch(self)
            trainer.take()
        totals = Totals(trainer.metrics)
        self.whole = False
        self.batch = 0
        ends = hear["end_batch"]
        for batch in self._batches:
            if self._leaves:
                return
            weight = weight_of(batch)
            # Without weight there is nothing to learn from it; it is measured all the same.
            totals.add(trainer.advance(*batch) if weight else trainer.measure(trainer.flat, *batch[:2]), weight)
            self.batch += 1
            for callback in ends:
                callback.end_batch(self)
                trainer.take()
            if self._interrupted:
                raise KeyboardInterrupt
        self.epoch += 1
        self.whole = True
        logs = totals.logs()
        logs["learning_rate"] = trainer.optimizer.rate(max(int(trainer.iteration) - 1, 0))
        if self.validation is not None:
            flat = trainer.flat
            sums_of = partial(trainer.measure, flat)
            logs.update(measured(sums_of, trainer.metrics, self.validation, self.loader.batch_size, "val_"))
        self.logs = logs
        self.history.append(self.epoch, logs)
        for callback in hear["end_epoch"]:
            callback.end_epoch(self)
            trainer.take()
        if not math.isfinite(logs["loss"]) and not self.stopped and not self._warned:
            self._warned = True
            warnings.warn(
                f"The loss of epoch {self.epoch} is {logs['loss']}. callbacks=[nn.NaNStop()] ends training there, and "
                "says which op gave the first such number.",
                RuntimeWarning,
                stacklevel=4,
            )

    _warned = False
    _interrupted = False

    # What a checkpoint holds

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Give all that the rest of the run depends on: arrays by name, and a description."""
        trainer = self.trainer
        arrays = dict(zip(trainer.params.names, trainer.params.parts(trainer.flat), strict=True))
        named = {f"parameters/{name}": array for name, array in arrays.items()}
        for name, state in states_of(trainer.params, trainer.arrays).items():
            named.update({f"optimizer/{name}.{i}": array for i, array in enumerate(state)})
        callbacks = [[type(one).__name__, one.state()] for one in self.callbacks]
        return named, {
            "kind": "checkpoint",
            "model": self._model.config(),
            "epoch": self.epoch,
            "iterations": int(trainer.iteration),
            "loader": _plain(self.loader.state),
            "generators": {path: _plain(rng.bit_generator.state) for path, rng in self._generators.items()},
            "history": self.history.state(),
            "callbacks": callbacks,
        }

    def restore(self, path: Any) -> None:
        """Go on from a checkpoint; if it does not fit nothing is changed."""
        from nn import files

        arrays, found = files.read(path)
        if not isinstance(found, dict) or found.get("kind") != "checkpoint":
            raise ValueError(f"{path} holds a model, and no checkpoint of a run: write Model.load({str(path)!r}).")
        config = json.loads(json.dumps(self._model.config()))
        if found["model"] != config:
            differ = [key for key in config if found["model"].get(key) != config[key]]
            raise ValueError(
                f"{path} is the checkpoint of another model: {', '.join(differ)} differ. Give another path, or remove "
                "it."
            )
        parameters = {name[len("parameters/") :]: a for name, a in arrays.items() if name.startswith("parameters/")}
        saved = {name[len("optimizer/") :]: a for name, a in arrays.items() if name.startswith("optimizer/")}
        trainer = self.trainer
        self._model.check_parameters(parameters, str(path))
        states, iteration = read_state(trainer.params, trainer.optimizer, {"iterations": found["iterations"], **saved})
        if set(found["generators"]) != set(self._generators):
            raise ValueError(f"{path} is of a model with other generators: {sorted(found['generators'])}.")
        self.loader.state = _numpy(found["loader"])
        for name, state in found["generators"].items():
            self._generators[name].bit_generator.state = _numpy(state)
        flat = np.concatenate([parameters[name] for name in trainer.params.names], axis=None)
        trainer.restore((flat, states, iteration))
        self.epoch, self.history, self.resumed = found["epoch"], History.from_state(found["history"]), True
        for callback, (kind, state) in zip(self.callbacks, found["callbacks"], strict=False):
            if type(callback).__name__ == kind and state is not None:
                callback.restore(state)

    # What a stop at NaN, or in the middle of an epoch, asks for

    def before(self) -> tuple[Any, ...]:
        """Keep what an epoch begins with."""
        states = {path: rng.bit_generator.state for path, rng in self._generators.items()}
        return self.trainer.snapshot(), self.loader.state, states

    def go_back(self, before: tuple[Any, ...]) -> None:
        """Let parameters, state and generators be what the epoch began with."""
        snapshot, order, states = before
        self.trainer.restore(snapshot)
        self.loader.state = order
        for path, state in states.items():
            self._generators[path].bit_generator.state = state
        self.trainer.give()
        self.whole = True

    def first_bad(self, before: tuple[Any, ...]) -> FloatingPointError | None:
        """Run an epoch again, not compiled, and give the error of the first number that is not finite."""
        self.go_back(before)
        error = None
        with np.errstate(all="ignore"), debug(inf=True):
            try:
                for batch in self._batches:
                    if weight_of(batch):
                        self.trainer.advance(*batch, compiled=False)
            except FloatingPointError as found:
                error = found
        self.go_back(before)
        return error


def measured(
    sums_of: Callable[..., Any], metrics: Sequence[Metric], data: tuple[Any, ...], batch_size: int, prefix: str = ""
) -> dict[str, Any]:
    """Give loss and metrics over data, in batches."""
    totals = Totals(metrics)
    for start in range(0, len(data[0]), batch_size):
        batch = tuple(array[start : start + batch_size] for array in data)
        weight = weight_of(batch)
        totals.add(sums_of(*(batch if weight else batch[:2])), weight)
    return totals.logs(prefix)


def _plain(state: Any) -> Any:
    """Take a generator's state to what JSON can hold: some have arrays in it."""
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    if isinstance(state, np.ndarray):
        return {"array": state.tolist(), "dtype": str(state.dtype)}
    return state.item() if isinstance(state, np.generic) else state


def _numpy(state: Any) -> Any:
    if isinstance(state, dict):
        if set(state) == {"array", "dtype"}:
            return np.array(state["array"], dtype=state["dtype"])
        return {key: _numpy(value) for key, value in state.items()}
    return state
