"""Large kernels in pieces, on several threads: which pieces there are depends on the size only, never on the threads.

Each piece of the rows has its own sums, which are put together in their order, so that the result is the same bits on
one thread or on many. Pieces are handed out as threads come for them; the one that calls takes its share.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.native.jit import kernel
from autograd.compiler.native.nest import Kernel
from autograd.compiler.native.pool import Job, pool
from autograd.compiler.native.runner import filler

_CODE = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)


def parallel(made: Kernel, addresses: Sequence[int | tuple[int, int]]) -> Callable[..., bool | None]:
    """Make the function that runs a large kernel on the arrays that it is given; it returns what `runner` does."""
    nest, rows, step = made.nest, made.rows, made.piece
    code = _CODE(kernel(nest))
    fill, table = filler(addresses)
    pieces = -(-rows // step)
    first = len(nest.inputs)
    # Sums, and room to work in, are of each piece.
    own: list[tuple[int, Any, Any]] = []
    for at, (cell, access) in enumerate(nest.outputs):
        if not access.rows:
            ufunc = getattr(np, nest.steps[cell - first].reduce)
            own.append((first + at, np.empty((pieces, made.sizes[at]), _DTYPES[access.kind]), ufunc))
    for at in range(len(nest.outputs), len(made.sizes)):
        own.append((first + at, np.empty((pieces, made.sizes[at]), np.uint8), None))
    tables = np.empty((pieces, len(table)), np.int64)

    def piece(number: int) -> int:
        low = number * step
        status: int = code(tables.ctypes.data + 8 * tables.shape[1] * number, low, min(low + step, rows))
        return status

    def run(*arrays: Any) -> bool | None:
        refused = fill(*arrays)
        if refused is not None:
            return refused
        tables[:] = table
        for slot, buffer, _ in own:
            tables[:, slot] = buffer.ctypes.data + np.arange(pieces) * buffer.strides[0]
        job = Job(piece, pieces)
        pool.run(job, pieces)
        if job.bad:
            return True
        for slot, buffer, ufunc in own:
            if ufunc is not None:
                ufunc.reduce(buffer, 0, out=_at(int(table[slot]), buffer[0]))
        return None

    return run


_DTYPES = {"f64": np.float64, "f32": np.float32, "i64": np.int64, "i32": np.int32, "i8": np.uint8}


def _at(address: int, like: Any) -> Any:
    """Look at memory as an array."""
    return np.frombuffer((ctypes.c_char * like.nbytes).from_address(address), like.dtype)
