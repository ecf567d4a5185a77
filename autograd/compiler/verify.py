"""Check that a program is one: every value made once and before it is used, with the shape and dtype that it says."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.inference import result_of, value_like
from autograd.compiler.native.nest import Kernel
from autograd.compiler.program import Constant, Node, Program, Value, called, name_of, values_in
from autograd.compiler.tiling import Tile
from autograd.tree import flatten


def verify(program: Program) -> None:
    """Raise an AssertionError where a program is not well formed."""
    known: set[Value] = set(program.inputs)
    assert len(known) == len(program.inputs), "an input stands there twice"
    for node in program.nodes:
        for value in node.inputs():
            assert value in known or isinstance(value, Constant), f"{name_of(node.fn)} reads {value}, not made yet"
        for out in node.outs:
            assert out not in known, f"{name_of(node.fn)} makes a value that is there: {out}"
            known.add(out)
        _check_kinds(node)
    for out in values_in(program.outputs):
        assert out in known or isinstance(out, Constant), f"an output is never made: {out}"


def _check_kinds(node: Node) -> None:
    if isinstance(node.fn, Tile):
        verify(Program(node.fn.inputs, node.fn.nodes, node.fn.outputs))
        return
    if node.ordered or isinstance(node.fn, Kernel):
        return
    result = result_of(node.fn, node.args, node.kwargs)
    found: Sequence[Value] = [
        leaf if isinstance(leaf, Value) else value_like(node.fn, leaf)
        for leaf in ([result] if isinstance(result, Value) else flatten(result)[0])
    ]
    for out, like in zip(node.outs, found, strict=True):
        same = (out.shape, out.dtype) == (like.shape, like.dtype)
        assert same, f"{called(node, repr)} makes {like.dtype}{list(like.shape)}, not {out.dtype}{list(out.shape)}"
