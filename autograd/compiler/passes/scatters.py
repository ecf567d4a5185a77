"""Derivatives of reads by index: zeros in which something is written, and their sums.

The gradient of a slice is the cotangent among zeros. A sum of such that fill an array is a concatenation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.passes.kinds import is_basic
from autograd.compiler.passes.rewriting import Rewriter, rewritten
from autograd.compiler.program import Node, Program, Value
from autograd.ops.indexing import scatter


def run(program: Program) -> Program:
    """Join the sums of scatters of a program."""
    if not program.calls(scatter):
        return program
    uses = program.users()

    def visit(r: Rewriter, node: Node) -> Any:
        if node.fn is np.add:
            last = not any(user.fn is np.add for user in uses.get(node.out, ()))
            return _joined(r, node) if last else None
        return None

    return rewritten(program, visit)


def _joined(r: Rewriter, node: Node) -> Any:
    """Sum of scatters to slices of one axis, none over another = concatenate."""
    parts: list[tuple[int, int, Value]] = []
    stack: list[Any] = [node]
    while stack:
        made = stack.pop()
        if made is None:
            return None
        if made.fn is np.add:
            stack += [r.maker(arg) for arg in made.args]
            continue
        part = _slice_of(made)
        if part is None:
            return None
        parts.append((*part, made.args[0]))
    parts.sort(key=lambda part: part[:2])
    size, dtype = node.out.shape[0], node.out.dtype
    pieces: list[Value] = []
    at = 0
    for start, stop, value in parts:
        if start < at or value.shape != (stop - start,) or value.dtype != dtype:
            return None
        if start > at:
            pieces.append(r.call(np.full, (start - at,), 0, dtype=dtype))
        pieces.append(value)
        at = stop
    if at < size:
        pieces.append(r.call(np.full, (size - at,), 0, dtype=dtype))
    return r.call(np.concatenate, pieces, axis=0)


def _slice_of(made: Node) -> tuple[int, int] | None:
    """Tell which part of one axis a scatter fills, if it is a slice with step 1."""
    if made.fn is not scatter or len(made.kwargs.get("shape", ())) != 1:
        return None
    index = made.kwargs["index"]
    index = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if not isinstance(index, slice) or not is_basic(index):
        return None
    start, stop, step = index.indices(made.kwargs["shape"][0])
    return (start, stop) if step == 1 and start <= stop else None
