"""How a tape is shown: as a table, as a graph, in a notebook.

Here one finds what `print(tape)`, `tape.to_dot()` and `tape.draw("tape.svg")` do. It is made from entries alone.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from autograd.entry import Entry, Joint, aside_of
from autograd.lines import written

#: More rows than this a notebook does not show.
MOST_ROWS = 60
#: More of a line than this is not shown of a Tensor in a notebook.
MOST_CHARACTERS = 2000
_CELL = "text-align:left;padding:1px 8px"
_SIZES = ("B", "kB", "MB", "GB", "TB")


class Row(NamedTuple):
    """What is told of one entry.

    Attributes
    ----------
    number : int
        Counted from 0 on this tape.
    op : str
    parents : tuple of int, or None
        Their numbers; None for one that is not on this tape.
    shape, dtype : str
    saved : int or None
        The bytes of the arrays that it keeps for the walks, an array that several entries keep in each; None if it has
        let go of them.
    line : str
        Where it was recorded, under `debug`; or nothing.
    is_input : bool
    """

    number: int
    op: str
    parents: tuple[int | None, ...]
    shape: str
    dtype: str
    saved: int | None
    line: str
    is_input: bool


class Shown:
    """What can be looked at: entries between inputs and outputs; `Tape` adds the walks."""

    __slots__ = ()

    entries: list[Entry]
    inputs: list[Entry]

    def __str__(self) -> str:
        """Give the tape as a table, numbered from 0; under `debug` with the line at which each entry was recorded."""
        return table(self._rows())

    def _repr_html_(self) -> str:
        """Give the table to a notebook."""
        return html(self._rows())

    def to_dot(self) -> str:
        r"""Give the tape as a graph, in Graphviz's language.

        Examples
        --------
        >>> from autograd import Tape, Tensor
        >>> print(Tape.of(-Tensor(1.0, requires_grad=True)).to_dot())
        digraph tape {
          node [fontname="sans-serif", fontsize=10];
          n0 [label="input\n() float64", shape=ellipse];
          n1 [label="negative\n() float64", shape=box];
          n0 -> n1;
        }
        """
        return dot(self._rows())

    def draw(self, file: str | os.PathLike[str]) -> None:
        """Draw the tape as a graph into a file, "tape.svg" or "tape.png" (needs the extra `draw`, and Graphviz).

        Raises
        ------
        ImportError
            If the `graphviz` package, or Graphviz itself, is not installed.
        ValueError
            If the file's name tells no format.
        """
        draw(self.to_dot(), file)

    def _rows(self) -> list[Row]:
        return rows_of(in_order({*self.inputs, *self.entries}), self.inputs)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries as they were recorded."""
    return sorted(entries, key=attrgetter("number"))


def rows_of(everything: Sequence[Entry], inputs: Iterable[Entry]) -> list[Row]:
    """Tell of each entry what there is to tell; of the inputs not where they came from."""
    starts = set(inputs)
    number = {entry: i for i, entry in enumerate(everything)}
    rows = []
    for entry in everything:
        edges = () if entry in starts else entry.edges or ()
        parents = tuple(number.get(edge[0]) for edge in edges)
        dtype = ", ".join(map(str, entry.dtype)) if isinstance(entry, Joint) else str(entry.dtype)
        saved = None if entry.edges is None and entry not in starts else _bytes([edge[2] for edge in edges])
        aside = aside_of(entry)
        line = written(aside.line) if aside is not None and aside.line else ""
        if aside is not None and aside.within:
            line = f"{line} ({aside.within})"
        rows.append(Row(number[entry], entry.name, parents, str(entry.shape), dtype, saved, line, entry in starts))
    return rows


def _bytes(saved: Any) -> int:
    """Count the bytes of the arrays in what was saved, each once."""
    arrays: dict[int, int] = {}
    stack = [saved]
    while stack:
        item = stack.pop()
        if isinstance(item, (list, tuple)):
            stack += item
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, np.ndarray):
            arrays[id(item)] = item.nbytes
    return sum(arrays.values())


def size(count: int) -> str:
    """Write a number of bytes down in three digits.

    Examples
    --------
    >>> size(24), size(31_300), size(2_000_000)
    ('24 B', '31.3 kB', '2 MB')
    """
    power = 0
    value = float(count)
    while value >= 999.5 and power < len(_SIZES) - 1:
        value /= 1000
        power += 1
    return f"{value:.3g} {_SIZES[power]}"


def _cells(row: Row) -> tuple[str, ...]:
    parents = " ".join("-" if parent is None else str(parent) for parent in row.parents)
    saved = "released" if row.saved is None else size(row.saved) if row.saved else ""
    return (str(row.number), row.op, parents, row.shape, row.dtype, saved, row.line)


def table(rows: Sequence[Row]) -> str:
    """Give rows as an aligned table; the column of lines is there if one is known."""
    cells = [("#", "op", "inputs", "shape", "dtype", "saved", "line"), *map(_cells, rows)]
    columns = 7 if any(row.line for row in rows) else 6
    widths = [max(len(line[column]) for line in cells) for column in range(columns)]
    widths[0] = max(widths[0], 3)
    lines = []
    for line in cells:
        # Numbers to the right, words to the left.
        aligned = [
            cell.rjust(width) if column in (0, 5) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=False))
        ]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)


def dot(rows: Sequence[Row]) -> str:
    """Give rows as the source of a graph in Graphviz's language: values flow down."""
    lines = ["digraph tape {", '  node [fontname="sans-serif", fontsize=10];']
    for row in rows:
        label = "\\n".join(_quoted(part) for part in (row.op, f"{row.shape} {row.dtype}", row.line) if part)
        shape = "ellipse" if row.is_input else "box"
        lines.append(f'  n{row.number} [label="{label}", shape={shape}];')
    for row in rows:
        lines += [f"  n{parent} -> n{row.number};" for parent in row.parents if parent is not None]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def draw(source: str, file: str | os.PathLike[str]) -> None:
    """Have the `graphviz` package draw a graph into a file, of the format that its name ends in."""
    from pathlib import Path

    path = Path(file)
    form = path.suffix.lstrip(".").lower()
    if not form:
        raise ValueError(f"draw needs a file whose name tells the format, such as tape.svg or tape.png; met {path}")
    way_out = "or write tape.to_dot() to a file and draw it elsewhere"
    try:
        graphviz: Any = importlib.import_module("graphviz")
    except ImportError as error:
        raise ImportError(
            f"tape.draw needs the graphviz package: pip install 'gradtape[draw]', {way_out}.", name="graphviz"
        ) from error
    try:
        drawn: bytes = graphviz.Source(source).pipe(format=form)
    except graphviz.ExecutableNotFound as error:
        raise ImportError(
            f"The graphviz package found no program dot: install Graphviz itself, {way_out}.", name="graphviz"
        ) from error
    path.write_bytes(drawn)


def html(rows: Sequence[Row]) -> str:
    """Give rows as a small table for a notebook; of a long tape its two ends."""
    from html import escape

    head = "".join(f'<th style="{_CELL}">{name}</th>' for name in Row._fields[:7]).replace("number", "#")
    half = MOST_ROWS // 2
    skipped = len(rows) - 2 * half
    shown: list[Row | None] = [*rows] if skipped <= 0 else [*rows[:half], None, *rows[-half:]]
    lines = []
    for row in shown:
        if row is None:
            lines.append(f'<tr><td colspan="7" style="{_CELL}">… {skipped} more …</td></tr>')
        else:
            lines.append("<tr>" + "".join(f'<td style="{_CELL}">{escape(c)}</td>' for c in _cells(row)) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def tensor_html(value: Any, place: str) -> str:
    """Give a Tensor's values for a notebook, and below them its shape, dtype, and where it stands."""
    from html import escape

    text = np.array2string(value, threshold=100, edgeitems=2, separator=", ")
    if len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS] + " …"
    told = f"Tensor {value.shape} {value.dtype}, {place}"
    return f'<div><pre style="margin:0">{escape(text)}</pre><small>{escape(told)}</small></div>'
