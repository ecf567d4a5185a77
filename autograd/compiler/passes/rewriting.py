"""Go through a program and write another: what the passes have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from autograd.compiler.inference import result_of, value_like
from autograd.compiler.program import Constant, Fn, Node, Program, Value, mapped, values_in


class Rewriter:
    """A program that is being written from another, node by node.

    Attributes
    ----------
    nodes : list of Node
        What is written so far.
    made : dict
        For each value the node that makes it.
    instead : dict
        What stands for a value of the old program.
    """

    def __init__(self, program: Program) -> None:
        self.old = program
        self.nodes: list[Node] = []
        self.made: dict[Value, Node] = {}
        self.instead: dict[Value, Value] = {}
        self.origin = ""
        self._uses: Counter[Value] | None = None

    def now(self, tree: Any) -> Any:
        """Give an argument with what stands for its values: itself, where nothing does."""
        instead = self.instead
        if not instead or all(value not in instead for value in values_in(tree)):
            return tree
        return mapped(tree, lambda leaf: instead.get(leaf, leaf) if isinstance(leaf, Value) else leaf)

    def maker(self, value: Any) -> Node | None:
        """Give the node that makes a value; None for an input, a constant, a number."""
        return self.made.get(value) if isinstance(value, Value) else None

    def alone(self, value: Value) -> bool:
        """Tell whether at most one call of the old program reads a value, and nobody outside."""
        if self._uses is None:
            self._uses = Counter(v for node in self.old.nodes for v in node.inputs())
            self._uses.update(values_in(self.old.outputs))
        return self._uses[value] <= 1

    def add(self, node: Node) -> None:
        """Write a node."""
        self.nodes.append(node)
        for out in node.outs:
            self.made[out] = node

    def call(self, fn: Fn, *args: Any, **kwargs: Any) -> Value:
        """Write a call that returns one array, and give that."""
        result = result_of(fn, args, kwargs)
        out = result if isinstance(result, Value) else value_like(fn, result)
        self.add(Node(fn, args, kwargs, [out], None, self.origin))
        return out

    def run(self, visit: Callable[[Rewriter, Node], Any]) -> Program:
        """Write the whole program: `visit` gives a value (or a list, one for each output) instead of a node, or None.

        What stands for a value has its shape and dtype, and takes over its name. A program in which nothing is replaced
        is given as it is.
        """
        changed, instead = False, self.instead
        for node in self.old.nodes:
            here = node
            if not instead.keys().isdisjoint(node.inputs()):
                args, kwargs = self.now(node.args), self.now(node.kwargs)
                here = Node(node.fn, args, kwargs, node.outs, node.build, node.origin, node.ordered)
            self.origin = node.origin
            found = visit(self, here)
            if found is None:
                self.add(here)
                continue
            changed = True
            for old, new in zip(node.outs, found if isinstance(found, list) else [found], strict=True):
                if not new.looks_like(old):
                    raise AssertionError(f"{here.fn} was rewritten from {old} to {new}: report this")
                if new.name is None and not isinstance(new, Constant):
                    new.name = old.name
                self.instead[old] = new
        if not changed:
            return self.old
        return Program(self.old.inputs, self.nodes, self.now(self.old.outputs))


def rewritten(program: Program, visit: Callable[[Rewriter, Node], Any]) -> Program:
    """Give the program that `visit` makes of another."""
    return Rewriter(program).run(visit)
