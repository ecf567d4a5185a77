"""Find what a program does again and again, as an unrolled loop does: each turn then becomes the same kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.passes.common import key_of
from autograd.compiler.passes.kinds import is_view
from autograd.compiler.program import Node, Program, Value, mapped

#: The longest turn that is looked for, how often it has to come, and how much a turn should hold: elementwise calls.
LONGEST, TIMES, ENOUGH = 400, 4, 3
#: What was made further back is far away: a backward pass reads forward ones ever further back.
NEAR = 8


def cuts(program: Program) -> frozenset[int]:
    """Tell before which calls a turn begins; nothing where nothing is repeated.

    Two calls are alike if they call the same function on arrays of the same shapes, made as far back, or far away.
    """
    nodes = program.nodes
    if len(nodes) < TIMES * ENOUGH:
        return frozenset()
    made = {out: at for at, node in enumerate(nodes) for out in node.outs}
    numbers: dict[Any, int] = {}
    marks = np.array([numbers.setdefault(_mark(node, at, made), len(numbers)) for at, node in enumerate(nodes)])
    free = np.ones(len(nodes), bool)
    found: set[int] = set()
    for period in range(1, min(LONGEST, len(nodes) // TIMES) + 1):
        alike = (marks[:-period] == marks[period:]) & free[:-period] & free[period:]
        for first, last in _runs(alike):
            if last - first < (TIMES - 1) * period:
                continue
            end = last + period
            turn = nodes[first : first + period]
            held = sum(not is_view(node) for node in turn)
            step = period * max(1, -(-ENOUGH // max(held, 1)))
            found.update(range(first, end + 1, step))
            found.add(end)
            free[first:end] = False
    return frozenset(found)


def _runs(flags: Any) -> list[tuple[int, int]]:
    """Give where runs of true begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _mark(node: Node, at: int, made: dict[Value, int]) -> Any:
    """Give what two calls have in common if they are alike."""

    def seen(leaf: Any) -> Any:
        if not isinstance(leaf, Value):
            return leaf
        back = at - made.get(leaf, -NEAR)
        return ("value", leaf.shape, leaf.dtype.str, back if back < NEAR else -1)

    return key_of(node.fn), key_of(mapped(node.args, seen)), key_of(mapped(node.kwargs, seen))
