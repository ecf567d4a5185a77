"""A program on the tape: one entry, whose derivative is a program made from this one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.program import Program, Value, mapped
from autograd.entry import Bundle, Shell, Unknown
from autograd.joint import behind, bundled, edges_to, filled, floating_of, in_floats, shared
from autograd.transforms import jvp, vjp
from autograd.tree import flatten


def interpreted(program: Program, values: Sequence[Any], drawn: Sequence[Any] = ()) -> list[Any]:
    """Run a program call by call, on arrays or on Tensors; draws are taken from `drawn`."""
    known: dict[Value, Any] = dict(zip(program.inputs, values, strict=True))
    draws = iter(drawn)

    def now(tree: Any) -> Any:
        return mapped(
            tree, lambda leaf: known.get(leaf, getattr(leaf, "array", None)) if isinstance(leaf, Value) else leaf
        )

    for node in program.nodes:
        if node.ordered:
            known.update((out, next(draws)) for out in node.outs)
            continue
        args, kwargs = now(node.args), now(node.kwargs)
        try:
            result = node.fn(*args, **kwargs)
        except Unknown as error:
            result = error.recorder.unopened(node.fn, node.fn, args, kwargs, error)
        if node.build is None:
            known[node.out] = result
        else:
            known.update(zip(node.outs, flatten(result)[0], strict=True))
    return [now(out) for out in program.outputs]


def on_tape(made: Any, leaves: list[Any], results: Sequence[Any], drawn: Sequence[Any]) -> list[Any]:
    """Put the results of a program into Tensors that stand at one entry behind the tracked ones of its arguments.

    Parameters
    ----------
    made : object with `program`, `name` and `derived`
    leaves : list
        What the program was run on; Tensors among them.
    results, drawn : sequences of arrays
        What it returned, and the random numbers that it drew.
    """
    floating, count = floating_of(results), len(leaves)
    saved = (*leaves, *drawn)

    def back(g: Bundle, saved: Sequence[Any]) -> Any:
        return made.derived("vjp", floating)(list(saved[:count]), list(saved[count:]), filled(g))

    def forth(i: int) -> Any:
        def push(t: Any, *saved: Any) -> Bundle:
            leaves = list(saved[:count])
            tangents = [t if k == i else _zeros(x) for k, x in enumerate(leaves)]
            return bundled(made.derived("jvp", floating)(leaves, list(saved[count:]), tangents))

        return push

    entries = [leaf.entry if isinstance(leaf, Shell) else None for leaf in leaves]
    data = [x._value if isinstance(x, Shell) else x for x in saved]
    return behind(made.name, results, floating, edges_to(entries, data, shared(back), forth))


def _zeros(x: Any) -> Any:
    return np.zeros(x.shape, x.dtype) if floating_of([x]) else x


def derived(program: Program, mode: str, floating: Sequence[int]) -> Any:
    """Make the function that gives all cotangents (mode "vjp") or tangents ("jvp") of a program."""

    def of_floats(leaves: Any, drawn: Any, where: list[int]) -> Any:
        return in_floats(lambda arrays: interpreted(program, arrays, drawn), leaves, where, floating)

    def backward(leaves: Any, drawn: Any, cts: Any) -> Any:
        where = floating_of(leaves)
        found = vjp(of_floats(leaves, drawn, where), *[leaves[i] for i in where])[1](cts)
        every: list[Any] = [0] * len(leaves)
        for i, ct in zip(where, found, strict=True):
            every[i] = ct
        return every

    def forward(leaves: Any, drawn: Any, tangents: Any) -> Any:
        where = floating_of(leaves)
        return jvp(of_floats(leaves, drawn, where), [leaves[i] for i in where], [tangents[i] for i in where])[1]

    return backward if mode == "vjp" else forward
