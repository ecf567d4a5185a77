"""Whether a program is being recorded, and whether what is compiled checks itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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


_checked: ContextVar[bool] = ContextVar("checked", default=False)


@contextmanager
def checked() -> Iterator[None]:
    """Let programs that are compiled meanwhile check themselves, for tests: slower by far.

    Kernels see to it that each address lies in its array, and raise an IndexError where one does not; before each run
    the arena is filled with NaN, so that a read of what was not written shows.

    Examples
    --------
    >>> with checked():
    ...     is_checked()
    True
    """
    token = _checked.set(True)
    try:
        yield
    finally:
        _checked.reset(token)


def is_checked() -> bool:
    """Tell whether programs that are compiled now check themselves.

    Examples
    --------
    >>> is_checked()
    False
    """
    return _checked.get()
