"""Keep the memory that eager code frees in the process, where the next step finds it again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.entry import Entry, Joint

# From glibc's malloc.h
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
# HEAP_MAX_SIZE / 2, the largest that glibc takes on a 64-bit machine
_LARGEST_MMAP_THRESHOLD = 32 * 1024 * 1024
_PAGE = 4096
_MOST_KINDS = 1024


#: The kinds of walk that were looked at, and the most bytes that one of them frees.
_seen: set[Any] = set()
_most = 0


def expect(entries: Sequence[Entry]) -> None:
    """Let the allocator know how much a walk over these entries frees, for the next step will want as much again.

    glibc hands the top of its heap back to the system whenever more lies free there than twice the largest block it
    ever had to map and saw freed. A walk frees much at once, and the next step would fault all of it in again, page by
    page. So when a walk frees more than any before, one block of that size is taken and given back, untouched: this
    raises glibc's limit by its own rule. Elsewhere it changes nothing.
    """
    global _most
    if not entries:
        return
    # A step that repeats is looked at once.
    kind = (len(entries), entries[0].shape, entries[0].dtype)
    if kind in _seen:
        return
    if len(_seen) == _MOST_KINDS:
        _seen.clear()
    _seen.add(kind)
    # The values, and on the way back as much in cotangents.
    freed = 2 * sum(math.prod(entry.shape) * entry.dtype.itemsize for entry in entries if not isinstance(entry, Joint))
    if freed > _most:
        _most = freed
        np.empty(min(freed, _LARGEST_MMAP_THRESHOLD - _PAGE), np.uint8)


def keep_memory() -> bool:
    """Ask the C library to keep freed memory for this process instead of handing it back to the system.

    glibc gives the memory of large freed arrays back at once, and every next step faults it in again, page by page: an
    eager training step on arrays of a megabyte can take three times as long. This switch is for the whole process
    and cannot be undone; its price is that memory stays at its peak. Nothing calls it for you.

    Returns
    -------
    bool
        True if the C library took it (glibc), False elsewhere: then nothing has changed.

    References
    ----------
    mallopt(3), Linux man-pages: M_TRIM_THRESHOLD and M_MMAP_THRESHOLD.

    Examples
    --------
    >>> keep_memory() in (True, False)
    True
    """
    import ctypes  # here, for it costs a tenth of NumPy's own import

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)) and bool(mallopt(_M_TRIM_THRESHOLD, -1))
