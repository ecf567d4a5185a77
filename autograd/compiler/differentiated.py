"""A program on the tape: one entry, whose derivative is a program made from this one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.program import Program, Value, mapped
from autograd.entry import Bundle, Joint, Rule, Shell, kept, next_number
from autograd.tensor import shell
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
        result = node.fn(*now(node.args), **now(node.kwargs))
        if node.build is None:
            known[node.out] = result
        else:
            known.update(zip(node.outs, flatten(result)[0], strict=True))
    return [now(out) for out in program.outputs]


class Tracked:
    """What the tape shows for a compiled function."""

    __slots__ = ("name", "outputs")

    def __init__(self, name: str, count: int) -> None:
        self.name = name
        self.outputs = tuple(str(i) for i in range(count))


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
    floating = [i for i, out in enumerate(results) if isinstance(out, np.ndarray) and out.dtype.kind in "fc"]
    shape, dtype = tuple(results[i].shape for i in floating), tuple(results[i].dtype for i in floating)
    saved = (*leaves, *drawn)
    pullback, pushforward = _Pullback(made, floating, len(leaves)), _Pushforward(made, floating, len(leaves))
    edges = []
    sources = (*range(len(leaves)), *[None] * len(drawn))
    for i, leaf in enumerate(leaves):
        if isinstance(leaf, Shell) and leaf.entry is not None:
            rule = Rule(i, ("",) * len(saved), sources, pullback.of(i), pushforward.of(i), lambda *_: None)
            edges.append((leaf.entry, rule, kept([x._value if isinstance(x, Shell) else x for x in saved])))
    op = Tracked(made.name, len(floating))
    entry = Joint(op, tuple(edges), None, next_number(), shape, dtype)
    out = list(results)
    for k, i in enumerate(floating):
        out[i] = shell(results[i], entry.output(-1 - k))
    return out


class _Pullback:
    """Cotangents of all arguments at once, from one run of the derived program."""

    def __init__(self, made: Any, floating: list[int], count: int) -> None:
        self.made, self.floating, self.count = made, floating, count
        self.last: tuple[Any, Any] = (None, None)

    def of(self, i: int) -> Any:
        """Give the rule of one argument."""

        def pull(g: Bundle, *saved: Any) -> Any:
            if self.last[0] is not g:
                self.last = (g, self._run(g, saved))
            return self.last[1][i]

        return pull

    def _run(self, g: Bundle, saved: tuple[Any, ...]) -> Any:
        cts = [
            np.zeros(shape, dtype) if part is None else part
            for part, shape, dtype in zip(g.parts, g.shape, g.dtype, strict=True)
        ]
        return self.made.derived("vjp", self.floating)(list(saved[: self.count]), list(saved[self.count :]), cts)


class _Pushforward:
    """Tangents of all results, from one run of the derived program for each argument."""

    def __init__(self, made: Any, floating: list[int], count: int) -> None:
        self.made, self.floating, self.count = made, floating, count

    def of(self, i: int) -> Any:
        """Give the rule of one argument."""

        def push(t: Any, *saved: Any) -> Bundle:
            leaves = list(saved[: self.count])
            tangents = [t if k == i else _zeros(x) for k, x in enumerate(leaves)]
            parts = self.made.derived("jvp", self.floating)(leaves, list(saved[self.count :]), tangents)
            return Bundle(tuple(parts), tuple(p.shape for p in parts), tuple(p.dtype for p in parts))

        return push


def _zeros(x: Any) -> Any:
    return np.zeros(x.shape, x.dtype) if _floats(x) else x


def _floats(x: Any) -> bool:
    return hasattr(x, "dtype") and x.dtype.kind in "fc"


def derived(program: Program, mode: str, floating: Sequence[int]) -> Any:
    """Make the function that gives all cotangents (mode "vjp") or tangents ("jvp") of a program."""

    def split(leaves: Any) -> list[int]:
        return [i for i, x in enumerate(leaves) if _floats(x)]

    def of_floats(leaves: Any, drawn: Any, where: list[int]) -> Any:
        def run(*xs: Any) -> Any:
            everything = list(leaves)
            for i, x in zip(where, xs, strict=True):
                everything[i] = x
            results = interpreted(program, everything, drawn)
            return [results[i] for i in floating]

        return run

    def backward(leaves: Any, drawn: Any, cts: Any) -> Any:
        where = split(leaves)
        found = vjp(of_floats(leaves, drawn, where), *[leaves[i] for i in where])[1](cts)
        every: list[Any] = [0] * len(leaves)
        for i, ct in zip(where, found, strict=True):
            every[i] = ct
        return every

    def forward(leaves: Any, drawn: Any, tangents: Any) -> Any:
        where = split(leaves)
        return jvp(of_floats(leaves, drawn, where), [leaves[i] for i in where], [tangents[i] for i in where])[1]

    return backward if mode == "vjp" else forward
