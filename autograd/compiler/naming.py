"""Name the values of a program after the user's variables, for the readable source."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autograd.compiler.outside import is_users
from autograd.compiler.symbol import Symbol
from autograd.entry import Shell
from autograd.tape import Tape
from autograd.transforms import Run
from autograd.tree import flatten

_RESULTS = Run.pullback.__code__
# Under `debug` something is put around the walk.
_WALK = inspect.unwrap(Tape.pullback).__code__


@contextmanager
def naming() -> Iterator[None]:
    """Watch functions, and name what their variables hold; a gradient `d_x` after what it belongs to."""
    before = sys.getprofile()
    sys.setprofile(_Watch())
    try:
        yield
    finally:
        sys.setprofile(before)


class _Watch:
    """What is called when a function begins and returns."""

    def __init__(self) -> None:
        self.entries: dict[Any, str] = {}

    def __call__(self, frame: Any, event: str, result: Any) -> None:
        """Look at the variables of the frame."""
        code = frame.f_code
        if event == "call":
            caller = frame.f_back
            if caller is not None and caller.f_code is _WALK:
                held = caller.f_locals
                self._name(held.get("g"), self.entries.get(held.get("entry")))
        elif event == "return" and code is _RESULTS:
            for of, found in zip(frame.f_locals["self"].inputs, flatten(result)[0], strict=False):
                value = _value(of)
                self._name(found, value.name if value is not None else None)
        elif event == "return" and is_users(frame.f_globals.get("__name__", "__main__")):
            for name, held in frame.f_locals.items():
                value = _value(held)
                if value is not None and value.name is None and not name.startswith("."):
                    value.name = name
                if isinstance(held, Shell) and held.entry is not None:
                    self.entries.setdefault(held.entry, name)

    def _name(self, gradient: Any, of: str | None) -> None:
        value = _value(gradient)
        if value is not None and value.name is None and of:
            value.name = f"d_{of}"


def _value(held: Any) -> Any:
    held = held._value if isinstance(held, Shell) else held
    return held.value if type(held) is Symbol else None
