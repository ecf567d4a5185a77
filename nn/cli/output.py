"""What a command prints: tables and sentences, styled on a terminal and plain in a pipe, or one JSON object."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn.table import aligned


class UsageError(Exception):
    """A command was not written as it can be understood."""


class Output:
    """Where results go. Those for a program are collected by name, and printed at the end if that was asked for.

    Parameters
    ----------
    as_json : bool
        Whether nothing but one JSON object is printed on the standard output.

    Attributes
    ----------
    found : dict
        The results for a program.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.found: dict[str, Any] = {}
        self._console = None if as_json else _console()
        self._begun = False

    @property
    def styled(self) -> bool:
        """Whether it is for eyes, on a terminal."""
        return self._console is not None

    def heading(self, text: str) -> None:
        """Print what comes next."""
        space = "\n" if self._begun else ""
        self._begun = True
        if self._console is not None:
            self._console.print(f"{space}{text}", style="bold")
        else:
            self.text(f"{space}{text}\n")

    def text(self, text: str) -> None:
        """Print a line."""
        self._begun = True
        if self._console is not None:
            self._console.print(text)
        elif not self.as_json:
            print(text)

    def table(self, rows: Sequence[Sequence[str]], left: int = 1, total: bool = False) -> None:
        """Print a table whose first row names the columns, and whose last one may be of all others together."""
        if self._console is None:
            self.text(aligned(rows, left))
            return
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, header_style="bold cyan", pad_edge=False)
        for i, name in enumerate(rows[0]):
            table.add_column(name, justify="left" if i < left else "right")
        for i, row in enumerate(rows[1:], 2):
            if total and i == len(rows):
                table.add_section()
            table.add_row(*row)
        self._begun = True
        self._console.print(table)

    def aside(self, text: str) -> None:
        """Say what is no result, on the standard error."""
        if not self.as_json:
            sys.stdout.flush()
            print(text, file=sys.stderr, flush=True)

    def failed(self, message: str) -> None:
        """Say what went wrong: on the standard error, and in the JSON object."""
        self.found["error"] = message
        sys.stdout.flush()
        print(f"gradtape: {message}", file=sys.stderr, flush=True)

    def finish(self) -> None:
        """Print the JSON object, and see that all is out."""
        if self.as_json:
            print(json.dumps(plain(self.found), allow_nan=False))
        sys.stdout.flush()


def measured(logs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give rows of what was measured."""
    return [(name, _number(value)) for name, value in logs.items()]


def _number(value: Any) -> str:
    if isinstance(value, (int, float, np.number)):
        return f"{value:.6g}"
    return " / ".join(" ".join(map(str, row)) for row in np.atleast_2d(np.asarray(value)).tolist())


def plain(value: Any) -> Any:
    """Take values to what JSON has: arrays become lists, and what is not finite null.

    Examples
    --------
    >>> plain({"a": np.array([1.0, np.nan])})
    {'a': [1.0, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _console() -> Any:
    """Give what styles text, where there is a terminal and rich is installed."""
    if not sys.stdout.isatty():
        return None
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        return None
    # What is printed is text, in which brackets are brackets.
    return Console(markup=False, highlight=False, emoji=False)
