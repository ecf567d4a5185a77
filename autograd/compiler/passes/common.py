"""Compute once what is computed twice."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.passes.rewriting import Rewriter, rewritten
from autograd.compiler.program import Node, Program, Value


def run(program: Program) -> Program:
    """Let a call stand for all later ones of the same function with the same arguments."""
    known: dict[Any, list[Value]] = {}

    def visit(_: Rewriter, node: Node) -> Any:
        if node.ordered:
            return None
        key = (key_of(node.fn), key_of(node.args), key_of(node.kwargs))
        if key in known:
            return known[key]
        known[key] = node.outs
        return None

    return rewritten(program, visit)


def key_of(tree: Any) -> Any:
    """Give what two arguments have in common exactly if they are the same: values by identity, the rest by value."""
    if isinstance(tree, Value):
        return id(tree)
    kind = type(tree)
    if kind is tuple or kind is list:
        return kind, *[key_of(item) for item in tree]
    if kind in (int, bool):
        return kind, tree
    if kind in (float, complex) or isinstance(tree, np.generic):
        # 1, 1.0 and True are different arguments, and so are 0.0 and -0.0.
        return kind, repr(tree)
    if kind is dict:
        return tuple((name, key_of(item)) for name, item in sorted(tree.items())) if tree else ()
    if kind is slice:
        return slice, key_of(tree.start), key_of(tree.stop), key_of(tree.step)
    try:
        hash(tree)
    except TypeError:
        return kind, id(tree)
    return tree
