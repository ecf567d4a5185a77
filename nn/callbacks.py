"""What happens beside training: progress, stopping early, checkpoints, a log, and a stop at NaN.

A callback of yours derives from `Callback` and defines what it wants to hear of. It is given the run: `run.model`,
`run.epoch`, `run.epochs`, `run.logs`, `run.history`; and `run.stop("why")` ends training after this epoch.
"""

from __future__ import annotations

import csv
import io
import math
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nn import files
from nn.history import number_in, text
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
        """Give what a checkpoint has to keep of it: what JSON can hold, and arrays; None for nothing."""
        return None

    def restore(self, state: Any) -> None:
        """Take back what `state` gave, before `begin` is heard. It is found by the name of the class."""


class ResumeWarning(UserWarning):
    """A run goes on from a checkpoint, and that may not be what was meant."""


def warn(message: str) -> None:
    """Warn where `fit` was called."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == "nn":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, ResumeWarning, stacklevel=level)


def check_place(who: str, path: Path) -> None:
    """Raise an OSError if a file cannot be written there."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise FileNotFoundError(f"{who}: there is no folder {folder} to write {path.name} to. Make it first.")
    if path.is_dir():
        raise IsADirectoryError(f"{who}: {path} is a folder; give the name of a file.")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise PermissionError(f"{who}: {path} cannot be written: no permission.")


def _monitored(run: Run, name: str, who: str) -> float:
    if name not in run.logs:
        raise ValueError(f"{who} watches {name!r}, which is not measured. {nearest(name, run.logs)}")
    value = number_in(run.logs[name])
    if value is None:
        raise ValueError(f"{who} watches {name!r}, which is no number but {run.logs[name]!r}.")
    return float(value)


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

    NaN is worse than anything.

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
        self._restored = False

    def begin(self, run: Run) -> None:
        """Start afresh, unless it was given its state: a run that had ended has ended."""
        restored, self._restored = self._restored, False
        if not (restored and run.resumed):
            self.best, self.best_epoch, self._parameters = math.nan, run.epoch, None
        elif run.epoch:
            self._look(run)

    def end_epoch(self, run: Run) -> None:
        """Look whether it became better, and stop if it has not for too long."""
        value = _monitored(run, self.monitor, "EarlyStopping")
        first = math.isnan(self.best) and not math.isnan(value)
        if first or _is_better(value, self.best, self.mode, self.min_delta):
            self.best, self.best_epoch = value, run.epoch
            if self.restore_best:
                self._parameters = run.model.get_parameters()
        else:
            self._look(run)

    def _look(self, run: Run) -> None:
        if run.epoch - self.best_epoch >= max(self.patience, 1):
            if math.isnan(self.best):
                run.stop(f"{self.monitor} has been NaN since the run began")
            else:
                run.stop(f"{self.monitor} has not become better since epoch {self.best_epoch} ({self.best:.4g})")

    def end(self, run: Run) -> None:
        """Give back the best parameters, where that is wanted."""
        if self.restore_best and self._parameters is not None:
            run.model.set_parameters(self._parameters)

    def state(self) -> Any:
        """Keep the best value, its epoch and its parameters."""
        watched = {"monitor": self.monitor, "mode": self.mode}
        return {**watched, "best": self.best, "best_epoch": self.best_epoch, "parameters": self._parameters}

    def restore(self, state: Any) -> None:
        """Go on from what was kept, if it is of the same quantity."""
        if (state["monitor"], state["mode"]) == (self.monitor, self.mode):
            self.best, self.best_epoch, self._parameters = state["best"], state["best_epoch"], state["parameters"]
            self._restored = True
        else:
            warn(
                f"The checkpoint is of an EarlyStopping that watched {state['monitor']!r} ({state['mode']}); this one "
                f"watches {self.monitor!r} ({self.mode}) and begins anew."
            )


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
        check_place("CSVLog", self.path)
        self._names = None
        if not run.resumed or not self.path.exists():
            self.path.unlink(missing_ok=True)
            return
        with self.path.open(newline="") as file:
            rows = list(csv.reader(file))
        kept = [row for row in rows[1:] if row and row[0].isdigit() and int(row[0]) <= run.epoch]
        if rows:
            self._names = rows[0][1:]
            whole = io.StringIO(newline="")
            csv.writer(whole, lineterminator="\n").writerows([rows[0], *kept])
            files.write_whole(self.path, whole.getvalue().encode())

    def end_epoch(self, run: Run) -> None:
        """Write a line."""
        found = {name: number_in(value) for name, value in run.logs.items()}
        numbers = {name: value for name, value in found.items() if value is not None}
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if self._names is None:
                self._names = list(numbers)
                writer.writerow(["epoch", *self._names])
            writer.writerow([run.epoch, *(repr(numbers[name]) if name in numbers else "" for name in self._names)])


class NaNStop(Callback):
    """Ends training at the first epoch whose loss is not finite, and says which op gave the first such number.

    The loss over the validation data counts too.

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
        bad = [name for name in ("loss", "val_loss") if not math.isfinite(run.logs.get(name, 0.0))]
        if not bad:
            return
        self.error = run.first_bad(self._before)
        found = str(self.error).splitlines()[0] if self.error else "it does not come again when the epoch is repeated"
        run.stop(
            f"the {bad[0]} of epoch {run.epoch} is {run.logs[bad[0]]}: {found} The model has the parameters from "
            "before this epoch. A smaller learning rate, or clip_norm, may help"
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
        return text({name: value for name, value in logs.items() if name != "learning_rate"})

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
