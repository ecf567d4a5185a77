"""What a check of derivatives found: by which method, to which error, and where the function has kinks.

`check_grads` returns a `Report`: `print` it for a table, or ask for its `rows`, `kinks` and `notes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: How many of the worst elements, and of the kinks, are shown.
SHOWN = 5


@dataclass(frozen=True)
class Kink:
    """A point at which the slopes from below and from above differ.

    Attributes
    ----------
    order : int
    mode : str
        "rev" or "fwd", and over what.
    where : str
        "argument 0", moved by itself (reverse mode), or "output 0", along the tangent (forward mode).
    index : tuple of int
    below, above : float
        The one-sided slopes; NaN where the function ends.
    tape : float
        What the tape gives: the convention's choice.
    between : bool
        Whether that lies between the slopes.
    """

    order: int
    mode: str
    where: str
    index: tuple[int, ...]
    below: float
    above: float
    tape: float
    between: bool

    def __str__(self) -> str:
        """Say it in a line."""
        along = ", along the tangent" if self.mode.startswith("fwd") else ""
        return (
            f"kink at index {self.index} of {self.where}{along}: slope from below {self.below:.6g}, from above "
            f"{self.above:.6g}, by the tape {self.tape:.6g}, {'' if self.between else 'not '}between"
        )


@dataclass(frozen=True)
class Row:
    """What one order in one mode was proven with: how many elements by which method, and the worst relative error.

    Of elements that are kinks there is no error: None.
    """

    order: int
    mode: str
    method: str
    elements: int
    error: float | None


@dataclass(frozen=True)
class Report:
    """What was proven, by which method, to which error; as a string, a table.

    Attributes
    ----------
    name : str
    rows : tuple of Row
    kinks : tuple of Kink
    notes : tuple of str
        What was not checked, and why.
    """

    name: str
    rows: tuple[Row, ...]
    kinks: tuple[Kink, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Give a table: errors rounded up to a power of ten, 1e-14 at least, for more is chance."""
        cells = [("order", "mode", "method", "elements", "error")]
        for row in self.rows:
            cells.append((str(row.order), row.mode, row.method, str(row.elements), _bound(row.error)))
        widths = [max(len(line[column]) for line in cells) for column in range(5)]
        lines = [f"check_grads of {self.name}"]
        for order, mode, method, elements, error in cells:
            left = f"  {order.ljust(widths[0])}  {mode.ljust(widths[1])}  {method.ljust(widths[2])}"
            lines.append(f"{left}  {elements.rjust(widths[3])}  {error.rjust(widths[4])}")
        lines += [f"  order {kink.order}, {kink.mode}: {kink}" for kink in self.kinks[:SHOWN]]
        if len(self.kinks) > SHOWN:
            lines.append(f"  and {len(self.kinks) - SHOWN} kinks more")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def __repr__(self) -> str:
        """Give it in a line."""
        kinks = f", {len(self.kinks)} kinks" if self.kinks else ""
        return f"<Report: {self.name}, {sum(row.elements for row in self.rows)} elements{kinks}>"


def _bound(error: float | None) -> str:
    if error is None:
        return "-"
    return f"<1e{max(-14, math.floor(math.log10(error)) + 1) if error else -14:+03d}".replace("+0", "+")
