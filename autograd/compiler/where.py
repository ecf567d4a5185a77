"""Where a program is being recorded: the user's line that asks for a value, and the op that a call belongs to."""

from __future__ import annotations

import inspect
import sys
from typing import Any

from autograd.entry import Unknown
from autograd.lines import LIBRARIES, user_line
from autograd.tape import Tape

WRITE = "Make it a Tensor first, y = Tensor(x), and write y[i] = v; or use the function's result."


def origin() -> str:
    """Tell which op a call belongs to, and whether to its gradient."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        if code in _WALKS:
            entry = frame.f_locals.get("entry")
            return f"{_WALKS[code]} of {entry.name}" if entry is not None else ""
        if not code.co_filename.startswith(LIBRARIES):
            break
        frame = frame.f_back
    return ""


# Under `debug` something is put around the walks.
_WALKS = {
    inspect.unwrap(Tape.pullback).__code__: "gradient",
    inspect.unwrap(Tape.pushforward).__code__: "tangent",
}


def unknown(what: str, instead: str, trace: Any, symbol: Any = None) -> Unknown:
    """Make the error for what asks for a value that is not known yet."""
    found = user_line()
    where = f"{found[0]}, line {found[1]}: " if found else ""
    return Unknown(
        f"{where}{what} was asked for while compiling, when only shapes and types are known. {instead}", trace, symbol
    )
