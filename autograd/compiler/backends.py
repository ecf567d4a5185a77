"""What runs a program: NumPy alone, or machine code where llvmlite is there to make it."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Collection
from functools import cache
from types import FrameType
from typing import Any

from autograd.compiler.emit import Emitter, emitted
from autograd.compiler.optimize import lowered
from autograd.compiler.program import Program, Value

BACKENDS = ("auto", "numpy", "native")
#: The environment variable that names the backend for all that leave it open.
VARIABLE = "GRADTAPE_BACKEND"


@cache
def missing() -> str:
    """Say why there is no machine code here; nothing, if there is."""
    try:
        # All that it needs, so that the first program does not wait for it.
        from autograd.compiler.native import building, runner, threads  # noqa: F401
    except ImportError as error:
        return f"llvmlite is not installed ({error}): pip install 'gradtape[native]'"
    return runner.works()


def chosen(backend: str) -> str:
    """Give the backend that runs programs: for 'auto' the one that `GRADTAPE_BACKEND` names, or the best there is.

    Raises
    ------
    ValueError
        For another name than 'auto', 'numpy' and 'native'.
    ImportError
        For 'native', where that cannot be had.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend is 'auto', 'numpy' or 'native'; met {backend!r}")
    if backend == "native" and missing():
        raise ImportError(f"backend='native' cannot be had here: {missing()}")
    if backend == "auto":
        named = os.environ.get(VARIABLE) or "auto"
        if named not in BACKENDS:
            raise ValueError(f"The environment variable {VARIABLE} is 'auto', 'numpy' or 'native'; met {named!r}")
        return chosen(named) if named != "auto" else "numpy" if missing() else "native"
    return backend


def _outside() -> int:
    """Count the calls from the one that warns to the user's."""
    here, depth = os.path.dirname(os.path.dirname(__file__)), 1
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(here):
        frame, depth = frame.f_back, depth + 1
    return depth


def emitted_by(
    backend: str, program: Program, donated: Collection[Value], off: Collection[str]
) -> tuple[Emitter, Callable[[], Callable[..., Any]]]:
    """Emit a program; if a kernel cannot be made, say so and leave it to NumPy."""
    if backend == "native":
        from autograd.compiler.native.jit import compiled

        try:
            lower = lowered(program, off, native=True)
            compiled(lower)
            return emitted(lower, donated, off)
        except Exception as error:
            said = str(error) or type(error).__name__
            warnings.warn(f"{said}; NumPy runs this program. Please report it.", stacklevel=_outside())
    return emitted(lowered(program, off), donated, off)
