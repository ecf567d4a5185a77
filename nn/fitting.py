"""The loop over epochs and batches: what `Model.fit` runs, and what callbacks are given.

Beside the compiled step there is next to nothing in it: what is not asked for, as callbacks, validation, or the model's
own Tensors, is not made.
"""

from __future__ import annotations

import copy
import json
import math
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import debug
from nn import files
from nn.callbacks import Callback, warn
from nn.checkpoints import (
    Checkpoint,
    check_data,
    check_model,
    fingerprint,
    history_in,
    pack_callbacks,
    restore_callbacks,
)
from nn.data import Loader
from nn.history import History, refuse_taken
from nn.metrics import Metric
from nn.packing import pack, unpack
from nn.step import read_state, states_of
from nn.trainer import Totals, Trainer, generators_of, sums_in_use, weight_of

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
        #: Whether the parameters are of before the epoch that was counted last, as a stop at NaN leaves them.
        self.behind = False
        self._trained = bool(model.history.epochs)
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
        refuse_taken(metric.name for metric in self.trainer.metrics)
        for callback in self.callbacks:
            if isinstance(callback, Checkpoint) and callback.resume and callback.path.exists():
                self.restore(callback.path)
        hear = {name: self._listeners(name) for name in ("begin_epoch", "end_batch", "end_epoch")}
        begun: set[int] = set()
        with self._between_steps():
            try:
                # What cannot be written is found before another one begins its own file.
                for callback in sorted(self.callbacks, key=lambda one: not isinstance(one, Checkpoint)):
                    callback.begin(self)
                    begun.add(id(callback))
                    self.trainer.take()
                self.trainer.keep()
                while self.epoch < self.epochs and not self.stopped:
                    self._one_epoch(hear)
            finally:
                self.trainer.give()
                self.trainer.tell_optimizer()
                with ExitStack() as ends:
                    # It goes from the last to the first, and on if one of them raises.
                    for callback in reversed(self.callbacks):
                        if id(callback) in begun:
                            ends.callback(callback.end, self)
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
        if self._interrupted:
            raise KeyboardInterrupt
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

    def keep(self) -> tuple[Any, ...]:
        """Keep what `state` is to give later on of an epoch that is whole now."""
        return self.epoch, self.before(), {id(one): copy.deepcopy(one.state()) for one in self.callbacks}

    def state(self, kept: tuple[Any, ...] | None = None) -> tuple[dict[str, Array], dict[str, Any]]:
        """Give all that the rest of the run depends on: arrays by name, and a description. Of now, or as kept."""
        trainer = self.trainer
        now = (trainer.flat, trainer.arrays, trainer.iteration), self.loader.state, self._states()
        epoch, ((flat, states, iteration), order, generators), callbacks = kept or (self.epoch, now, {})
        parts = zip(trainer.params.names, trainer.params.parts(flat), strict=True)
        named = {f"parameters/{name}": array for name, array in parts}
        for name, state in states_of(trainer.params, states).items():
            named.update({f"optimizer/{name}.{i}": array for i, array in enumerate(state)})
        others = self._model.get_parameters()
        frozen = sorted(others.keys() - set(trainer.params.names))
        named.update({f"parameters/{name}": others[name] for name in frozen})
        beside: dict[str, Array] = {}
        described = {
            "loader": pack(order, "loader", beside),
            "generators": pack(generators, "generators", beside),
            "history": pack(self.history.state(epoch), "history", beside),
            "callbacks": pack_callbacks(self.callbacks, callbacks, beside),
        }
        head = {"kind": "checkpoint", "model": self._model.config(), "epoch": epoch, "iterations": int(iteration)}
        return {**named, **beside}, {**head, "frozen": frozen, "data": self._fingerprint(), **described}

    def _states(self) -> dict[str, Any]:
        return {path: rng.bit_generator.state for path, rng in self._generators.items()}

    def _draw_from(self, order: Any, states: Mapping[str, Any]) -> None:
        """Set what the loader and the layers' generators draw next."""
        self.loader.state = order
        for path, state in states.items():
            self._generators[path].bit_generator.state = state

    def _fingerprint(self) -> dict[str, Any]:
        if self._data is None:
            self._data = fingerprint(self.loader)
        return self._data

    _data: dict[str, Any] | None = None

    def restore(self, path: Any) -> None:
        """Go on from a checkpoint; if it does not fit nothing is changed."""
        arrays, found = files.read(path)
        if not isinstance(found, dict) or found.get("kind") != "checkpoint":
            raise ValueError(f"{path} holds a model, and no checkpoint of a run: write Model.load({str(path)!r}).")
        check_model(path, found, json.loads(json.dumps(self._model.config())))
        history = history_in(path, arrays, found)
        trainer = self.trainer
        try:
            data, epoch, iterations = dict(found["data"]), int(found["epoch"]), int(found["iterations"])
            order, states = unpack(found["loader"], arrays), unpack(found["generators"], arrays)
            callbacks = dict(unpack(found["callbacks"], arrays))
            kinds = {name: state["bit_generator"] for name, state in [*states.items(), ("shuffle", order)]}
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise ValueError(f"{path} is a damaged checkpoint, or one of another version: {error!r}") from error
        mine = [*self._states().items(), ("shuffle", self.loader.state)]
        if kinds != {name: state["bit_generator"] for name, state in mine}:
            raise ValueError(f"{path} is of a run with other generators: {kinds}.")
        parameters, saved = (
            {name[len(part) :]: array for name, array in arrays.items() if name.startswith(part)}
            for part in ("parameters/", "optimizer/")
        )
        self._model.check_parameters(parameters, str(path))
        arrived = read_state(trainer.params, trainer.optimizer, {"iterations": iterations, **saved})
        restore_callbacks(path, self.callbacks, callbacks, partial(check_data, path, data, self._fingerprint()))
        flat = np.concatenate([parameters[name] for name in trainer.params.names], axis=None)
        self._say(path, epoch, np.array_equal(flat, trainer.flat))
        self._draw_from(order, states)
        self._model.set_parameters(parameters)
        trainer.restore((flat, *arrived))
        self.epoch, self.history, self.resumed = epoch, history, True

    def _say(self, path: Any, epoch: int, same: bool) -> None:
        """Warn of what may not be meant."""
        if self._trained and not same:
            warn(
                f"This model was trained before, and goes on from epoch {epoch} of {path}: what it had learnt is gone. "
                "nn.Checkpoint(path, resume=False) begins the file anew."
            )
        elif epoch >= self.epochs:
            warn(
                f"{path} is at epoch {epoch} of {self.epochs}: nothing is left to do, and the model is that of the "
                "file. Give more epochs, or resume=False to begin anew."
            )

    # What a stop at NaN, or in the middle of an epoch, asks for

    def before(self) -> tuple[Any, ...]:
        """Keep what an epoch begins with."""
        return self.trainer.snapshot(), self.loader.state, self._states()

    def go_back(self, before: tuple[Any, ...]) -> None:
        """Let parameters, state and generators be what the epoch began with."""
        snapshot, order, states = before
        self.trainer.restore(snapshot)
        self._draw_from(order, states)
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
                if self.validation is not None:
                    trainer = self.trainer
                    trainer.give()
                    sums_in_use(trainer.network, trainer.loss, trainer.metrics, *self.validation)
            except FloatingPointError as found:
                error = found
        self.go_back(before)
        self.behind = True
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
