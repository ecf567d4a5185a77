"""Hash what entries saved, and see later whether it is still the same: arrays that were changed in between.

Here a walk under `debug` finds out that its derivative would be wrong, and where the entry was recorded.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from autograd.entry import Entry, Shell, aside_of
from autograd.joint import CallRule
from autograd.lines import written

Line = tuple[str, int]


class Changed(RuntimeError):
    """An array that an op saved was changed before its derivative was taken, which would be wrong.

    Attributes
    ----------
    op, name : str
        Which op saved it, and as what.
    recorded, walked : tuple of str and int, or None
        The lines of the op and of the walk, between which it happened.
    """

    def __init__(self, op: str, name: str, recorded: Line | None, walked: Line | None) -> None:
        self.op, self.name, self.recorded, self.walked = op, name, recorded, walked
        super().__init__(
            f"{name}, which {op} saved for its derivative, was changed between forward and backward.\n"
            f"  recorded at {written(recorded)}\n"
            f"  walked from {written(walked)}\n"
            "  In place (x.data[...] = v, out=x.data), it changes what is differentiated: assign a new array "
            "(x.data = v), or change it after backward()."
        )


def seals_of(entry: Entry) -> tuple[tuple[int, ...], ...]:
    """Hash what an entry saved, edge by edge."""
    known: dict[int, int] = {}
    seals = []
    for _, rule, saved in entry.edges or ():
        several = (saved,) if rule.arity == 1 else saved if rule.arity else ()
        if isinstance(rule, CallRule):
            # The edges of a call have all the same.
            several = (*several, rule.beside)
            seals.append(tuple([known.setdefault(id(v), known.get(id(v)) or _hash(v)) for v in several]))
        else:
            seals.append(tuple([_hash(value) for value in several]))
    return tuple(seals)


def _hash(value: Any) -> int:
    """Hash the arrays in what was saved; of what cannot change, 0."""
    if isinstance(value, Shell):
        value = value._value
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        flat = np.ascontiguousarray(value).reshape(-1)
        return zlib.crc32(flat.view(np.uint8).data) if flat.size else 0
    if isinstance(value, dict):
        value = list(value.values())
    elif is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, (list, tuple)):
        return hash(tuple([_hash(item) for item in value]))
    return 0


def check_seals(entry: Entry, seals: Sequence[tuple[int, ...]], walked: Line | None) -> None:
    """Raise if what an entry saved is no longer what it was."""
    found = seals_of(entry)
    if found == seals:
        return
    for (_, rule, _saved), before, after in zip(entry.edges or (), seals, found, strict=True):
        names = (*rule.names, "what its rule kept") if isinstance(rule, CallRule) else rule.names
        for name, was, now in zip(names, before, after, strict=True):
            if was != now:
                raise Changed(entry.name, "its output" if name == "ans" else name, line_of(entry), walked)


def line_of(entry: Entry) -> Line | None:
    """Give the line of the user's at which an entry was recorded, if it is known."""
    aside = aside_of(entry)
    return aside.line if aside is not None else None


def data_of(x: Any) -> Any:
    """Give the array of a Tensor; anything else as it is."""
    return x._value if isinstance(x, Shell) else x
