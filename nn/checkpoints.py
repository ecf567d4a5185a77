"""The whole state of a run in a file, from which it goes on: `Checkpoint`, and what is compared before it does."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn import files
from nn.callbacks import Callback, check_place, warn
from nn.history import History
from nn.packing import pack, unpack

if TYPE_CHECKING:
    from nn.data import Loader
    from nn.fitting import Run

Array = NDArray[Any]
#: Data up to so many bytes are looked at as a whole, of larger ones as many samples, evenly spaced.
_LOOKED_AT, _SAMPLES = 1 << 20, 64


class Checkpoint(Callback):
    """Writes the whole state of a run to a file after each epoch, and goes on from it.

    Parameters, optimizer, schedules, the generators of shuffling and of dropout, the history, and other callbacks: a
    run that was ended at any moment and is started again is bit for bit the one that was not. The file is put in place
    as a whole: there is always the old one or the new one. Of an epoch whose loss is not finite nothing is written, nor
    are parameters that are not.

    Parameters
    ----------
    path : path
        Ends in `.safetensors` or `.npz`.
    every : int
        After every so many epochs, and at the end. A run that ends by Ctrl-C or an error has its last whole epoch
        written too, for which the state is copied at each epoch; one that is killed loses what came since.
    resume : bool
        Whether a run goes on from the file, where it is there: in the order that its seed began, whatever `seed` is
        given now.

    Raises
    ------
    ValueError
        If `every` is below 1 or the path ends otherwise; when training begins, if the file is truncated, foreign,
        newer, of another model, of other data or other batches. Then nothing is changed.
    TypeError, OSError
        When training begins, if the model's settings cannot be written down, such as a function of yours, or the file
        cannot be written to its folder.

    Warns
    -----
    UserWarning
        If a run goes on from the file although the model was trained otherwise before, if nothing is left to do, or if
        the file holds the state of a callback that the run does not have, or the other way round.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1, resume: bool = True) -> None:
        if every < 1:
            raise ValueError(f"Checkpoint: every is at least 1; met {every}.")
        self.path, self.every, self.resume = Path(path), int(every), resume
        files.check_name(self.path)
        self._written = self._heard = 0
        self._kept: Any = None
        self._tried = False

    def begin(self, run: Run) -> None:
        """Remember where the run is; what cannot be written is found now."""
        self._written, self._heard, self._kept, self._tried = run.epoch, run.epoch, None, False
        check_place(type(self).__name__, self.path)
        files.check_writer(self.path)
        run.model.config()

    def begin_epoch(self, run: Run) -> None:
        """Keep what is not in the file."""
        if not self._tried:
            # The state of other callbacks may be there only once these have begun.
            json.dumps(run.state()[1])
            self._tried = True
        self._kept = None if self._written == run.epoch else run.keep()

    def end_epoch(self, run: Run) -> None:
        """Write the file, if its turn has come."""
        self._heard = run.epoch
        if run.epoch % self.every == 0 or run.epoch == run.epochs:
            self._write(run)

    def end(self, run: Run) -> None:
        """Write what has not been written: of a run that was interrupted, its last whole epoch."""
        # An epoch that it has not heard of may be counted, but not yet noted, nor have others heard of it.
        if run.whole and self._heard == run.epoch:
            if self._written != run.epoch:
                self._write(run)
        elif self._kept is not None:
            self._write(run, self._kept)
        self._kept = None

    def _write(self, run: Run, kept: Any = None) -> None:
        epoch = run.epoch if kept is None else kept[0]
        if (kept is None and run.behind) or not math.isfinite(run.history["loss"][epoch - 1]):
            return
        arrays, description = run.state(kept)
        if all(np.isfinite(array).all() for name, array in arrays.items() if name.startswith("parameters/")):
            files.write(self.path, arrays, description)
            self._written = epoch


#: What decides how samples come together in steps.
_BATCHES = ("batch_size", "shuffle", "drop_last")


def fingerprint(loader: Loader) -> dict[str, Any]:
    """Give what tells data from others: shapes, types, a hash of the samples or of some of them, and the batches."""
    found: dict[str, Any] = {name: getattr(loader, name) for name in _BATCHES}
    for name in ("X", "y", "sample_weight"):
        array = getattr(loader, name)
        if array is not None:
            rows = array
            if array.nbytes > _LOOKED_AT:
                rows = array[np.linspace(0, len(array) - 1, min(_SAMPLES, len(array))).astype(int)]
            digest = hashlib.blake2b(np.ascontiguousarray(rows).tobytes(), digest_size=8).hexdigest()
            found[name] = [list(array.shape), str(array.dtype), digest]
    return found


def history_in(path: Any, arrays: Mapping[str, Array], description: Mapping[str, Any]) -> History:
    """Give the history that a checkpoint holds."""
    try:
        return History.from_state(unpack(description["history"], arrays))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ValueError(f"{path} is a damaged checkpoint, or one of another version: {error!r}") from error


def check_model(path: Any, found: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Raise a ValueError if a checkpoint is of another model."""
    kept = found.get("model")
    if kept != config:
        kept = kept if isinstance(kept, dict) else {}
        differ = [key for key in config if kept.get(key) != config[key]]
        raise ValueError(
            f"{path} is the checkpoint of another model: other {', '.join(differ)}. Give another path, or remove it."
        )


def check_data(path: Any, kept: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise a ValueError if a checkpoint is of other data, or of other batches of it."""
    for name in ("X", "y", "sample_weight"):
        if kept.get(name) != now.get(name):
            (was, dtype, _), (shape, other, _) = (data.get(name, [(), "nothing", ""]) for data in (kept, now))
            same = (was, dtype) == (shape, other)
            how = "has other values" if same else f"was {dtype} {tuple(was)} and is {other} {tuple(shape)}"
            raise ValueError(
                f"{path} is the checkpoint of a run with other data: {name} {how}. Give another path, or remove the "
                f"file. To train its model on other data write Model.load({str(path)!r})."
            )
    for name in _BATCHES:
        if kept.get(name) != now[name]:
            raise ValueError(
                f"{path} is the checkpoint of a run with {name}={kept.get(name)!r}, and this one has {now[name]!r}: "
                "what comes of both is neither. Give the same again, or another path."
            )


def numbered(callbacks: Iterable[Callback]) -> dict[str, Callback]:
    """Name callbacks by their class, and where there are several by their order: by this their states are found."""
    found: dict[str, Callback] = {}
    seen: dict[str, int] = {}
    for callback in callbacks:
        kind = type(callback).__name__
        seen[kind] = seen.get(kind, -1) + 1
        found[f"{kind}.{seen[kind]}"] = callback
    return found


def pack_callbacks(callbacks: Iterable[Callback], kept: Mapping[int, Any], arrays: dict[str, Array]) -> dict[str, Any]:
    """Give what callbacks keep, by their names; or what was kept of them before, by their ids."""
    return {
        name: pack(kept[id(one)] if id(one) in kept else one.state(), f"callbacks/{name}", arrays)
        for name, one in numbered(callbacks).items()
        if type(one).state is not Callback.state
    }


def restore_callbacks(
    path: Any, callbacks: Sequence[Callback], states: Mapping[str, Any], check: Callable[[], None]
) -> None:
    """Give callbacks what they kept, and say where that is not possible.

    A checkpoint may refuse by what it kept itself; only then is the rest checked, and are others changed.
    """
    here = {name: one for name, one in numbered(callbacks).items() if type(one).state is not Callback.state}
    mine = {name for name, one in here.items() if isinstance(one, Checkpoint)}
    for names in (mine, here.keys() - mine):
        for name in sorted(names & states.keys()):
            if states[name] is not None:
                here[name].restore(states[name])
        if names is mine:
            check()
    lost = sorted(name for name, state in states.items() if name not in here and state is not None)
    told = [f"it holds the state of {name.split('.')[0]}, which this run does not have" for name in lost]
    told += [f"it holds no state of {name.split('.')[0]}, which begins anew" for name in sorted(here.keys() - states)]
    if told:
        warn(f"{path}: {'; '.join(told)}.")
