"""Leave out what nobody asks for."""

from __future__ import annotations

from autograd.compiler.program import Node, Program, Value, values_in


def run(program: Program) -> Program:
    """Keep the nodes that an output depends on, and those that are ordered."""
    wanted: set[Value] = set(values_in(program.outputs))
    kept: list[Node] = []
    for node in reversed(program.nodes):
        if node.ordered or not wanted.isdisjoint(node.outs):
            kept.append(node)
            wanted.update(node.inputs())
    return program if len(kept) == len(program.nodes) else Program(program.inputs, kept[::-1], program.outputs)
