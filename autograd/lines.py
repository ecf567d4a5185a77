"""Find the line of the user's that is being run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

_HERE = Path(__file__).parent
_SITE = Path(np.__file__).parent.parent

#: Where code lies that is not the user's: the engine, NumPy.
LIBRARIES = (f"{_HERE}{os.sep}", f"{_SITE / 'numpy'}{os.sep}", f"{_SITE / 'scipy'}{os.sep}")
#: And our layers, where what is asked is which line called them.
LAYERS = (*LIBRARIES, f"{_HERE.parent / 'nn'}{os.sep}")


def user_line(libraries: tuple[str, ...] = LIBRARIES) -> tuple[str, int] | None:
    """Find the line of the user's that is being run: the innermost that lies in none of the libraries.

    Examples
    --------
    >>> user_line()[1]
    1
    """
    frame: Any = sys._getframe(1)
    while frame is not None:
        filename = frame.f_code.co_filename
        if not filename.startswith(libraries) and not filename.startswith("<__array_function__"):
            return filename, frame.f_lineno
        frame = frame.f_back
    return None


def levels(libraries: tuple[str, ...] = LIBRARIES) -> int:
    """Count the frames up to the user's line, as the `stacklevel` of a warning that the caller gives.

    Examples
    --------
    >>> levels()
    1
    """
    frame: Any = sys._getframe(1)
    count = 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(libraries):
        frame, count = frame.f_back, count + 1
    return count


def written(line: tuple[str, int] | None) -> str:
    """Write a line down as `file:number`, as editors and terminals know it.

    Examples
    --------
    >>> written(("train.py", 12)), written(None)
    ('train.py:12', 'an unknown line')
    """
    return f"{line[0]}:{line[1]}" if line else "an unknown line"
