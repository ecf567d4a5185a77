"""What runs a program: NumPy alone, or machine code where llvmlite is there to make it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection
from functools import cache
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
        from autograd.compiler.native import runner
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
        named = os.environ.get(VARIABLE, "auto")
        return chosen(named) if named != "auto" else "numpy" if missing() else "native"
    return backend


def emitted_by(
    backend: str, program: Program, donated: Collection[Value], off: Collection[str]
) -> tuple[Emitter, Callable[[], Callable[..., Any]]]:
    """Emit a program; if a kernel cannot be made, say so and leave it to NumPy."""
    if backend == "native":
        from autograd.compiler.native.jit import CannotCompile, compiled

        lower = lowered(program, off, native=True)
        try:
            compiled(lower)
            return emitted(lower, donated, off)
        except CannotCompile as error:
            warnings.warn(f"{error}; NumPy runs this program.", stacklevel=6)
    return emitted(lowered(program, off), donated, off)
