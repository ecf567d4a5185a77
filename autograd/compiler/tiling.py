"""Run long chains of elementwise calls piece by piece, so that what they pass on stays in the cache.

On arrays that do not fit there each call reads and writes memory. A run of elementwise calls on arrays of one shape is
made a program of its own, on pieces of some thousand elements: its intermediate results take a few pieces, whatever the
size of the arrays, and only what others need is written out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.compiler.lowering import CLIP
from autograd.compiler.passes.kinds import is_elementwise
from autograd.compiler.program import Node, Program, Value
from autograd.compiler.symbol import cast
from autograd.ops.elementwise import gate

#: The elements of a piece; arrays of fewer elements than these, and shorter chains, are left as they are.
PIECE, LARGE, LONG = 16384, 1 << 18, 3


@dataclass(eq=False, slots=True)
class Tile:
    """A chain of elementwise calls on arrays of one shape, as one node of a program."""

    nodes: list[Node]
    inputs: list[Value]
    outputs: list[Value]
    size: int
    __name__: str = "tile"

    def __call__(self, *arrays: Any) -> Any:
        """Refuse: a tile is written out by the backend."""
        raise NotImplementedError("a tile runs within the program that was emitted")

    def reads_before(self, value: Value, out: Value) -> bool:
        """Tell whether a value is read no later than by the call that makes `out`, which may be written over it."""
        made = next(at for at, node in enumerate(self.nodes) if out in node.outs)
        here = self.nodes[made]
        # A choice is written in two steps.
        if value in here.args and here.fn is np.where and any(x is value for x in here.args[:2]):
            return False
        return all(value not in node.args for node in self.nodes[made + 1 :])

    def program(self, length: int) -> tuple[Program, list[Value]]:
        """Give the chain as a program on pieces of a length, and the inputs that its outputs are written into."""
        small: dict[Value, Value] = {}

        def piece(value: Any) -> Any:
            if not isinstance(value, Value) or value.shape == ():
                return value
            if value not in small:
                small[value] = Value((length,), value.dtype)
            return small[value]

        inputs = [piece(value) for value in self.inputs]
        nodes = []
        for node in self.nodes:
            args = tuple(piece(arg) for arg in node.args)
            nodes.append(Node(node.fn, args, node.kwargs, [piece(out) for out in node.outs], None, node.origin))
        into = [Value((length,), value.dtype) for value in self.outputs]
        return Program([*inputs, *into], nodes, [piece(out) for out in self.outputs]), into


def run(program: Program) -> Program:
    """Put chains of elementwise calls into tiles."""
    if all(out.size < LARGE for node in program.nodes for out in node.outs):
        return program
    users = program.users()
    returned = {out for out in program.outputs if isinstance(out, Value)}
    nodes: list[Node] = []
    chain: list[Node] = []
    made: set[Value] = set()

    def close() -> None:
        if len(chain) >= LONG:
            inside = {id(node) for node in chain}
            outs = [
                out
                for node in chain
                for out in node.outs
                if out in returned or any(id(user) not in inside for user in users.get(out, ()))
            ]
            given = dict.fromkeys(value for node in chain for value in node.inputs() if value not in made)
            tile = Tile(list(chain), list(given), outs, chain[0].out.size)
            nodes.append(Node(tile, tuple(given), {}, outs, list, chain[0].origin))
        else:
            nodes.extend(chain)
        chain.clear()
        made.clear()

    for node in program.nodes:
        if _fits(node) and (not chain or node.out.shape == chain[0].out.shape):
            chain.append(node)
            made.update(node.outs)
        elif not made.isdisjoint(node.inputs()) or node.ordered or _fits(node):
            close()
            if _fits(node):
                chain.append(node)
                made.update(node.outs)
            else:
                nodes.append(node)
        else:
            # Of nothing that the chain makes: it may as well come before.
            nodes.append(node)
    close()
    return Program(program.inputs, nodes, program.outputs)


def fills(node: Node) -> bool:
    """Tell whether a choice can be copied, part by part, into an array of its result's dtype."""
    if len(node.args) != 3 or not isinstance(node.args[0], Value) or node.args[0].dtype != bool:
        return False
    return all(not isinstance(part, Value) or part.dtype == node.out.dtype for part in node.args[1:])


def _fits(node: Node) -> bool:
    """Tell whether a call acts element by element on large arrays of the result's shape, and numbers."""
    if node.build is not None or node.kwargs or node.ordered:
        return False
    if not (is_elementwise(node.fn) or node.fn in (CLIP, gate, cast)) or node.out.size < LARGE:
        return False
    if isinstance(node.fn, np.ufunc) and node.fn.nout != 1:
        return False
    if node.fn is np.where and not fills(node):
        return False
    return all(value.shape in ((), node.out.shape) for value in node.inputs())
