"""Whether a program is being recorded."""

from __future__ import annotations

import threading

#: How many functions a thread is recording, one within the other.
recordings = threading.local()


def is_compiling() -> bool:
    """Tell whether this thread is recording a program: then arrays have a shape and a dtype, but no values.

    Examples
    --------
    >>> is_compiling()
    False
    """
    return getattr(recordings, "depth", 0) > 0
