"""Keep the memory that eager code frees in the process, where the next step finds it again."""

from __future__ import annotations

import numpy as np

# From glibc's malloc.h
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
# HEAP_MAX_SIZE / 2, the largest that glibc takes on a 64-bit machine
_LARGEST_MMAP_THRESHOLD = 32 * 1024 * 1024
_PAGE = 4096


_largest_expected = 0


def expect(freed: int) -> None:
    """Let the allocator know how many bytes a backward walk frees, for the next step will want as many.

    glibc hands the top of its heap back to the system whenever more lies free there than twice the largest block it
    ever had to map and saw freed. A walk frees much at once, and the next step would fault all of it in again, page by
    page. So when a walk frees more than any before, one block of that size is taken and given back, untouched: this
    raises glibc's limit by its own rule. With other allocators it does nothing.
    """
    global _largest_expected
    if freed > _largest_expected:
        _largest_expected = freed
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
