"""A run that can be interrupted: it ends its step, writes the state of its last whole epoch, and goes on from there."""

from __future__ import annotations

import math
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

from nn.callbacks import Callback, EarlyStopping
from nn.checkpoints import Checkpoint

if TYPE_CHECKING:
    from nn.fitting import Run


class Keeper(Checkpoint):
    """A checkpoint that is at most some seconds old, or one epoch, and after an interruption that of the last epoch.

    A state whose loss is not finite is not written.

    Parameters
    ----------
    path : path
    seconds : float
        After how long it is written again, or after twenty times as long as that takes; 0 for after each epoch.
    about : dict
        What a run that goes on must have in common with the one that wrote it, in plain values.
    stopping : EarlyStopping, optional
        A run that it ended is at its end, until its settings are changed.
    """

    def __init__(self, path: Path, seconds: float, about: dict[str, Any], stopping: EarlyStopping | None) -> None:
        super().__init__(path)
        self.seconds, self.about = seconds, about
        #: Set by a second interruption: what is half done is not to be touched.
        self.gives_up = False
        self._stopping = None if stopping is None else _settings(stopping)
        self._why = ""
        #: With which epoch the run went on.
        self.began_at = 0
        self._next = 0.0
        self._before: Any = None

    def begin(self, run: Run) -> None:
        """End a run again that early stopping has ended."""
        super().begin(run)
        self.began_at = run.epoch
        self._next = time.monotonic() + self.seconds
        if self._why:
            run.stop(self._why)

    def begin_epoch(self, run: Run) -> None:
        """Keep what is not in the file, where an epoch can be interrupted."""
        self._before = run.before() if len(run.loader) > 1 and self._written != run.epoch else None

    def end_epoch(self, run: Run) -> None:
        """Write the file, if it is time."""
        start = time.monotonic()
        if start >= self._next and math.isfinite(run.logs["loss"]):
            self._write(run)
            end = time.monotonic()
            # A history of many epochs takes its time, and is not to take more than a twentieth of the run's.
            self._next = end + max(self.seconds, 20 * (end - start) if self.seconds else 0)

    def end(self, run: Run) -> None:
        """Write the state of the last whole epoch."""
        if self.gives_up or self._written == run.epoch or not math.isfinite(run.logs.get("loss", math.nan)):
            return
        if self._before is not None and not run.whole:
            run.go_back(self._before)
        elif not run.whole and not run.stopped:
            # An error ended the only step of an epoch, and nobody knows how far it came.
            return
        # What ended a run by itself, as early stopping does, ends it also when it is started again.
        self._why = "" if run.stopped == Interruption.WHY else run.stopped
        self._write(run)

    def state(self) -> Any:
        """Keep what the run was about."""
        return {"about": self.about, "stopping": self._stopping, "why": self._why}

    def restore(self, state: Any) -> None:
        """Refuse to go on with other data, or in other batches."""
        differ = [key for key, value in self.about.items() if state["about"].get(key) != value]
        if differ:
            raise ValueError(
                f"{self.path} is the checkpoint of a run with other settings; what differs: {', '.join(differ)}. Give "
                "another checkpoint."
            )
        self._why = state["why"] if state["stopping"] == self._stopping else ""


class Interruption(Callback):
    """Hears Ctrl-C and a request to end, while it is entered: the first one ends training after the step.

    A second one ends it at once.
    """

    WHY = "interrupted"

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.signal = 0
        self.run: Run | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Take the signals over; only the main thread can."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def begin(self, run: Run) -> None:
        """Know the run; it may have been interrupted before it began."""
        self.run = run
        if self.signal:
            run.stop(self.WHY, now=True)

    @property
    def why(self) -> str:
        """Why training ended early by itself, or nothing."""
        return "" if self.run is None or self.run.stopped == self.WHY else self.run.stopped

    @property
    def ended_it(self) -> bool:
        """Whether training ended by it, and not by itself."""
        return self.run is not None and self.run.stopped == self.WHY and self.run.epoch < self.run.epochs

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self.signal:
            self.keeper.gives_up = True
            raise KeyboardInterrupt
        self.signal = number
        if self.run is not None:
            self.run.stop(self.WHY, now=True)


def _settings(stopping: EarlyStopping) -> dict[str, Any]:
    names = ("monitor", "patience", "min_delta", "mode", "restore_best")
    return {name: getattr(stopping, name) for name in names}
