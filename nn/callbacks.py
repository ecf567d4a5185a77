"""What happens beside training: progress, stopping early, checkpoints, a log, and a stop at NaN.

A callback of yours derives from `Callback` and defines what it wants to hear of. It is given the run: `run.model`,
`run.epoch`, `run.epochs`, `run.logs`, `run.history`; and `run.stop("why")` ends training after this epoch.
"""

from __future__ import annotations

import csv
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nn import files
from nn.suggest import nearest

if TYPE_CHECKING:
    from nn.fitting import Run


class Callback:
    """Hears of a training run; by default nothing is done. Define the methods that you want.

    A run that has none of `begin_epoch`, `end_batch` and `end_epoch` defined costs nothing for them.

    Examples
    --------
    >>> import nn
    >>> class Print(Callback):
    ...     def end_epoch(self, run):
    ...         print(run.epoch, sorted(run.logs))
    >>> model = nn.Model([nn.Dense(1, 1)], loss="mean_squared_error", optimizer="sgd")
    >>> history = model.fit([[1.0], [2.0]], [[2.0], [4.0]], epochs=2, callbacks=[Print()])
    1 ['learning_rate', 'loss']
    2 ['learning_rate', 'loss']
    """

    def begin(self, run: Run) -> None:
        """Hear that training begins; a run that is resumed has gone to its epoch already."""

    def begin_epoch(self, run: Run) -> None:
        """Hear that an epoch begins."""

    def end_batch(self, run: Run) -> None:
        """Hear that a step was made, the `run.batch`-th of the epoch."""

    def end_epoch(self, run: Run) -> None:
        """Hear that an epoch ended, and what was measured: `run.logs`."""

    def end(self, run: Run) -> None:
        """Hear that training ended, however it did."""

    def state(self) -> Any:
        """Give what a checkpoint has to keep of it, as JSON can hold it; None for nothing."""
        return None

    def restore(self, state: Any) -> None:
        """Take back what `state` gave."""


def _monitored(run: Run, name: str, who: str) -> float:
    if name not in run.logs:
        raise ValueError(f"{who} watches {name!r}, which is not measured. {nearest(name, run.logs)}")
    return float(run.logs[name])


def _is_better(value: float, best: float, mode: str, least: float) -> bool:
    return value < best - least if mode == "min" else value > best + least


def _mode(mode: str, monitor: str, who: str) -> str:
    if mode not in ("auto", "min", "max"):
        raise ValueError(f"{who}: mode is 'min', 'max' or 'auto'; met {mode!r}.")
    if mode != "auto":
        return mode
    return "min" if monitor.endswith("loss") else "max"


class EarlyStopping(Callback):
    """Ends training when a quantity has not become better for some epochs.

    Parameters
    ----------
    monitor : str
        Which, by its name in the history.
    patience : int
        For how many epochs it may not become better, at least 0.
    min_delta : float
        By how much it has to become better to count.
    mode : "min", "max" or "auto"
        Whether small or large is better; "auto" takes small for what ends in "loss".
    restore_best : bool
        Whether the model is given back the parameters of the best epoch at the end.

    Raises
    ------
    ValueError
        If a setting is out of its range; at the end of the first epoch, if nothing of that name is measured.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 10,
        min_delta: float = 0.0,
        mode: str = "auto",
        restore_best: bool = False,
    ) -> None:
        if patience < 0 or min_delta < 0:
            raise ValueError(f"EarlyStopping: patience and min_delta are at least 0; met {patience} and {min_delta}.")
        self.monitor, self.patience, self.min_delta = monitor, int(patience), float(min_delta)
        self.mode, self.restore_best = _mode(mode, monitor, "EarlyStopping"), restore_best
        self.best, self.best_epoch = math.nan, 0
        self._parameters: dict[str, Any] | None = None

    def begin(self, run: Run) -> None:
        """Start afresh, unless the run is resumed: one that had ended has ended."""
        if not run.resumed:
            self.best, self.best_epoch, self._parameters = math.nan, 0, None
        elif not math.isnan(self.best):
            self._look(run)

    def end_epoch(self, run: Run) -> None:
        """Look whether it became better, and stop if it has not for too long."""
        value = _monitored(run, self.monitor, "EarlyStopping")
        if math.isnan(self.best) or _is_better(value, self.best, self.mode, self.min_delta):
            self.best, self.best_epoch = value, run.epoch
            if self.restore_best:
                self._parameters = run.model.get_parameters()
        else:
            self._look(run)

    def _look(self, run: Run) -> None:
        if run.epoch - self.best_epoch >= max(self.patience, 1):
            run.stop(f"{self.monitor} has not become better since epoch {self.best_epoch} ({self.best:.4g})")

    def end(self, run: Run) -> None:
        """Give back the best parameters, where that is wanted."""
        if self.restore_best and self._parameters is not None:
            run.model.set_parameters(self._parameters)

    def state(self) -> Any:
        """Keep the best value, its epoch and its parameters."""
        kept = None
        if self._parameters is not None:
            kept = {name: [str(a.dtype), list(a.shape), a.tobytes().hex()] for name, a in self._parameters.items()}
        return {"best": self.best, "best_epoch": self.best_epoch, "parameters": kept}

    def restore(self, state: Any) -> None:
        """Go on from what was kept."""
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        kept = state["parameters"]
        self._parameters = kept and {
            name: np.frombuffer(bytes.fromhex(text), dtype).reshape(shape).copy()
            for name, (dtype, shape, text) in kept.items()
        }


class Checkpoint(Callback):
    """Writes the whole state of a run to a file after each epoch, and goes on from it.

    Parameters, optimizer, schedules, the generators of shuffling and of dropout, the history, and other callbacks: a
    run that was ended at any moment and is started again is bit for bit the one that was not. The file is put in place
    as a whole: there is always the old one or the new one. Of an epoch whose loss is not finite nothing is written.

    Parameters
    ----------
    path : path
        Ends in `.safetensors` or `.npz`.
    every : int
        After every so many epochs, and at the end.
    resume : bool
        Whether a run goes on from the file, where it is there.

    Raises
    ------
    ValueError
        If `every` is below 1 or the path ends otherwise; when training begins, if the file is truncated, foreign,
        newer, or of another model. Then nothing is changed.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1, resume: bool = True) -> None:
        if every < 1:
            raise ValueError(f"Checkpoint: every is at least 1; met {every}.")
        self.path, self.every, self.resume = Path(path), int(every), resume
        files.check_name(self.path)
        self._written = 0

    def begin(self, run: Run) -> None:
        """Remember where the run is."""
        self._written = run.epoch

    def end_epoch(self, run: Run) -> None:
        """Write the file, if its turn has come."""
        if run.epoch % self.every == 0 or run.epoch == run.epochs:
            self._write(run)

    def end(self, run: Run) -> None:
        """Write what has not been written: of a run that was interrupted, its last whole epoch."""
        if self._written != run.epoch and run.whole:
            self._write(run)

    def _write(self, run: Run) -> None:
        if not math.isfinite(run.logs.get("loss", 0.0)):
            return
        arrays, description = run.state()
        files.write(self.path, arrays, description)
        self._written = run.epoch


class CSVLog(Callback):
    """Writes a line for each epoch to a CSV file, at once.

    A run that is resumed goes on in the file, after the line of its epoch; another one begins it anew.

    Parameters
    ----------
    path : path
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._names: list[str] | None = None

    def begin(self, run: Run) -> None:
        """Begin the file, or take out of it what is later than where the run is resumed."""
        self._names = None
        if not run.resumed or not self.path.exists():
            self.path.unlink(missing_ok=True)
            return
        with self.path.open(newline="") as file:
            rows = list(csv.reader(file))
        kept = [row for row in rows[1:] if row and row[0].isdigit() and int(row[0]) <= run.epoch]
        if rows:
            self._names = rows[0][1:]
            text = "".join(",".join(row) + "\n" for row in [rows[0], *kept])
            files.write_whole(self.path, text.encode())

    def end_epoch(self, run: Run) -> None:
        """Write a line."""
        numbers = {name: value for name, value in run.logs.items() if isinstance(value, (int, float))}
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if self._names is None:
                self._names = list(numbers)
                writer.writerow(["epoch", *self._names])
            writer.writerow([run.epoch, *(repr(numbers[name]) if name in numbers else "" for name in self._names)])


class NaNStop(Callback):
    """Ends training at the first epoch whose loss is not finite, and says which op gave the first such number.

    The epoch is run once more, without compiling and under `autograd.debug`, from the parameters that it began with;
    these the model is given back. It copies the parameters at each epoch.

    Attributes
    ----------
    error : FloatingPointError or None
        What was found: op, line, shapes and values.
    """

    def __init__(self) -> None:
        self.error: FloatingPointError | None = None
        self._before: Any = None

    def begin(self, run: Run) -> None:
        """Forget what was found before."""
        self.error = None

    def begin_epoch(self, run: Run) -> None:
        """Keep what the epoch begins with."""
        self._before = run.before()

    def end_epoch(self, run: Run) -> None:
        """Look at the loss."""
        if math.isfinite(run.logs["loss"]):
            return
        self.error = run.first_bad(self._before)
        found = str(self.error).splitlines()[0] if self.error else "it does not come again when the epoch is repeated"
        run.stop(
            f"the loss of epoch {run.epoch} is {run.logs['loss']}: {found} The model has the parameters from before "
            "this epoch. A smaller learning rate, or clip_norm, may help"
        )


class ProgressBar(Callback):
    """Shows progress: with tqdm, in a terminal and in a notebook, and in a pipe a line now and then.

    Parameters
    ----------
    every : int, optional
        In a pipe, or without tqdm: a line after so many epochs; by default after each tenth of them.

    Examples
    --------
    >>> ProgressBar.text({"loss": 0.25, "accuracy": 0.5, "learning_rate": 0.05})
    'loss 0.25, accuracy 0.5'
    """

    def __init__(self, every: int | None = None) -> None:
        if every is not None and every < 1:
            raise ValueError(f"ProgressBar: every is at least 1; met {every}.")
        self.every = every
        self._bar: Any = None

    @staticmethod
    def text(logs: dict[str, Any]) -> str:
        """Write down what was measured."""
        shown = ((name, value) for name, value in logs.items() if isinstance(value, float) and name != "learning_rate")
        return ", ".join(f"{name} {value:.4g}" for name, value in shown)

    def begin(self, run: Run) -> None:
        """Put the bar up."""
        self._bar = None
        if "ipykernel" in sys.modules or sys.stderr.isatty():
            try:
                from tqdm.auto import tqdm
            except ModuleNotFoundError:
                return
            self._bar = tqdm(total=run.epochs, initial=run.epoch, unit="epoch")

    def end_epoch(self, run: Run) -> None:
        """Move it."""
        if self._bar is not None:
            self._bar.set_postfix_str(self.text(run.logs), refresh=False)
            self._bar.update()
        elif run.epoch % (self.every or max(1, run.epochs // 10)) == 0 or run.epoch == run.epochs:
            print(f"epoch {run.epoch}/{run.epochs}: {self.text(run.logs)}", file=sys.stderr, flush=True)

    def end(self, run: Run) -> None:
        """Take it down."""
        if self._bar is not None:
            self._bar.close()
