"""What was measured in training, epoch by epoch; it can be drawn."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

#: How many panels stand side by side.
_COLUMNS = 3
#: What training lists beside metrics.
_TAKEN = ("epoch", "loss", "data_loss", "regularization_loss", "learning_rate")


class History(Mapping[str, "list[Any]"]):
    """Lists by name, one value an epoch: `history["loss"]`.

    Attributes
    ----------
    epochs : list of int
        Their numbers, from 1.

    Examples
    --------
    >>> history = History()
    >>> history.append(1, {"loss": 0.5, "accuracy": 0.75})
    >>> history.append(2, {"loss": 0.25, "accuracy": 0.875})
    >>> history["loss"], history.epochs, history
    ([0.5, 0.25], [1, 2], <History of 2 epochs: loss 0.25, accuracy 0.875>)
    """

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self._values: dict[str, list[Any]] = {}

    def append(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Add an epoch. A name that was not there before, or is not there now, has None for the others."""
        before = len(self.epochs)
        self.epochs.append(epoch)
        values = self._values
        if values.keys() == logs.keys():
            for name, value in logs.items():
                values[name].append(value)
            return
        for name, value in logs.items():
            if name in values:
                values[name].append(value)
            else:
                values[name] = [None] * before + [value]
        if len(values) > len(logs):
            for name in values.keys() - logs.keys():
                values[name].append(None)

    def __getitem__(self, name: str) -> list[Any]:
        """Give the values of a name."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._values)

    def last(self) -> dict[str, Any]:
        """Give the values of the last epoch."""
        return {name: values[-1] for name, values in self._values.items()}

    def state(self, epochs: int | None = None) -> dict[str, Any]:
        """Give all of it, or the first so many epochs, as arrays and plain values."""
        columns = [_column(values[:epochs]) for values in self._values.values()]
        return {"epochs": np.array(self.epochs[:epochs], np.int64), "names": list(self._values), "columns": columns}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> History:
        """Make it of what `state` gave."""
        made = cls()
        made.epochs = np.asarray(state["epochs"], np.int64).tolist()
        for name, column in zip(state["names"], state["columns"], strict=True):
            made._values[name] = _values_of(column, len(made.epochs))
        return made

    def draw(self, path: str | os.PathLike[str]) -> None:
        """Draw it: a panel for each quantity, training and validation together.

        Parameters
        ----------
        path : path
            Ends in `.png`, `.svg` or `.pdf`.

        Raises
        ------
        ImportError
            If matplotlib is missing.
        ValueError
            If there is nothing to draw.
        """
        figure = self._figure()
        figure.savefig(path)

    def _figure(self) -> Any:
        try:
            from matplotlib.figure import Figure
        except ModuleNotFoundError as error:
            raise ImportError("To draw, matplotlib is needed: pip install 'gradtape[nn]'.") from error
        names = [name for name in self._values if not name.startswith("val_") and self._is_drawn(name)]
        if not names:
            raise ValueError("This History holds nothing to draw: fit a model first.")
        columns = min(len(names), _COLUMNS)
        rows = -(-len(names) // columns)
        figure = Figure(figsize=(4.2 * columns, 3.0 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in grid[len(names) :]:
            axes.set_visible(False)
        for axes, name in zip(grid, names, strict=False):
            for key, label in ((name, "training"), (f"val_{name}", "validation")):
                if key in self._values:
                    pairs = [(e, v) for e, v in zip(self.epochs, self._values[key], strict=True) if v is not None]
                    axes.plot(*zip(*pairs, strict=True), label=label, linewidth=1.5)
            axes.set_title(name.replace("_", " "), fontsize=10)
            axes.set_xlabel("epoch")
            axes.ticklabel_format(useOffset=False)
            axes.grid(alpha=0.25)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
            if f"val_{name}" in self._values:
                axes.legend(frameon=False)
        return figure

    def _is_drawn(self, name: str) -> bool:
        """Tell whether there are numbers to draw; a learning rate that hardly changes is left out."""
        found = [number_in(value) for value in self._values[name]]
        numbers = [value for value in found if value is not None and math.isfinite(value)]
        return bool(numbers) and (name != "learning_rate" or min(numbers) < 0.99 * max(numbers))

    def _repr_png_(self) -> bytes | None:
        """Show it in a notebook, where matplotlib is there."""
        import io

        try:
            figure = self._figure()
        except (ImportError, ValueError):
            return None
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()

    def __repr__(self) -> str:
        """Show the last epoch."""
        if not self.epochs:
            return "<History of 0 epochs>"
        return f"<History of {len(self.epochs)} epochs: {text(self.last())}>"


def text(logs: Mapping[str, Any]) -> str:
    """Write down the numbers among what was measured."""
    numbers = {name: number_in(value) for name, value in logs.items()}
    return ", ".join(f"{name} {value:.4g}" for name, value in numbers.items() if value is not None)


def number_in(value: Any) -> int | float | None:
    """Give a measured value as a number of Python, if it is one."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    return value if isinstance(value, (int, float)) else None


def refuse_taken(names: Iterable[str]) -> None:
    """Raise a ValueError if a metric has a name under which something else is listed."""
    for name in names:
        if name in _TAKEN or name.startswith("val_"):
            raise ValueError(
                f"A metric cannot be named {name!r}: that is listed by training itself ({', '.join(_TAKEN)}, and what "
                "begins with val_). Give it another name."
            )


def _column(values: list[Any]) -> dict[str, Any]:
    """Give the values of a name as one array, where they are of one kind; it is written at each epoch, and may be long.

    Where some are None, `at` tells where the others stand.
    """
    there = [value for value in values if value is not None]
    at = {} if len(there) == len(values) else {"at": np.array([i for i, v in enumerate(values) if v is not None], int)}
    kinds = set(map(type, there))
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is float:
        return {"kind": "float", "array": np.array(there), **at}
    if kind is not None and issubclass(kind, np.number):
        return {"kind": "scalar", "array": np.array(there), **at}
    if kind is np.ndarray and len({(value.shape, value.dtype) for value in there}) == 1:
        return {"kind": "array", "array": np.stack(there), **at}
    return {"kind": "list", "list": values}


def _values_of(column: Mapping[str, Any], epochs: int) -> list[Any]:
    """Give the values again, as they were."""
    if column["kind"] == "list":
        values = list(column["list"])
    else:
        there = column["array"].tolist() if column["kind"] == "float" else list(column["array"])
        values = there
        if "at" in column:
            values = [None] * epochs
            for i, value in zip(column["at"].tolist(), there, strict=True):
                values[i] = value
    if len(values) != epochs:
        raise ValueError(f"of {epochs} epochs it holds {len(values)} values")
    return values
