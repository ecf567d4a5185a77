"""Calls of several results on the tape: one entry behind all of them, and rules that share their work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd.entry import Bundle, Edge, Entry, Joint, Rule, kept, next_number
from autograd.tensor import shell

#: Told of each call that is an entry, under `debug`: with the entry, and the Tensors that it gave.
listeners: list[Callable[[Entry, Sequence[Any]], None]] = []


class CallNamed:
    """What the tape shows of a call that is an entry."""

    __slots__ = ("inputs", "name", "outputs")

    def __init__(self, name: str, inputs: Iterable[str], outputs: Iterable[str]) -> None:
        self.name = name
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)


class CallRule(Rule):
    """A rule of a call that is an entry.

    Attributes
    ----------
    beside : object
        What it keeps besides what the walks are given: under `debug` that is hashed too.
    """

    __slots__ = ("beside",)

    beside: Any


def argument_names(count: int) -> tuple[str, ...]:
    """Name the leaves of a call's arguments."""
    return tuple([f"argument {i}" for i in range(count)])


def floating_of(results: Sequence[Any]) -> list[int]:
    """Tell which results have a derivative."""
    return [i for i, out in enumerate(results) if getattr(out, "dtype", None) is not None and out.dtype.kind in "fc"]


def behind(name: str, results: Sequence[Any], floating: Sequence[int], edges: Iterable[Edge]) -> list[Any]:
    """Put the floating results into Tensors that are the outputs of one entry."""
    shape, dtype = tuple(results[i].shape for i in floating), tuple(results[i].dtype for i in floating)
    edges = tuple(edges)
    inputs = argument_names(max([edge[1].position + 1 for edge in edges], default=0))
    named = CallNamed(name, inputs, map(str, range(len(floating))))
    entry = Joint(named, edges, None, next_number(), shape, dtype)
    out = list(results)
    for k, i in enumerate(floating):
        out[i] = shell(results[i], entry.output(-1 - k))
    for listener in listeners:
        listener(entry, [out[i] for i in floating])
    return out


def edges_to(
    entries: Sequence[Entry | None],
    saved: Sequence[Any],
    pull_of: Callable[[int], Any],
    push_of: Callable[[int], Any],
    beside: Any = None,
) -> tuple[Edge, ...]:
    """Give the edges to the arguments that are tracked: what is saved begins with the arguments, in their order.

    What the rules keep besides is named for `debug`.
    """
    count = len(entries)
    sources = tuple([i if i < count else None for i in range(len(saved))])
    names = argument_names(count) + tuple([f"kept {i}" for i in range(len(saved) - count)])
    held = kept(saved)
    edges: list[Edge] = []
    for i, entry in enumerate(entries):
        if entry is not None:
            rule = CallRule(i, names, sources, pull_of(i), push_of(i), lambda *_: None)
            rule.beside = beside
            edges.append((entry, rule, held))
    return tuple(edges)


def filled(g: Bundle) -> list[Any]:
    """Give the cotangents of several outputs, zeros where there is none."""
    return [
        np.zeros(shape, dtype) if part is None else part
        for part, shape, dtype in zip(g.parts, g.shape, g.dtype, strict=True)
    ]


def bundled(parts: Iterable[Any]) -> Bundle:
    """Bundle the tangents of several outputs."""
    parts = tuple(parts)
    return Bundle(parts, tuple(p.shape for p in parts), tuple(p.dtype for p in parts))


def in_floats(
    run: Callable[[list[Any]], Sequence[Any]], everything: Sequence[Any], where: Sequence[int], floating: Sequence[int]
) -> Callable[..., list[Any]]:
    """Take a call as a function of those arguments, and to those results, that have a derivative."""

    def of_floats(*xs: Any) -> list[Any]:
        arrays = list(everything)
        for i, x in zip(where, xs, strict=True):
            arrays[i] = x
        results = run(arrays)
        return [results[i] for i in floating]

    return of_floats


def shared(run: Callable[[Bundle, Sequence[Any]], Sequence[Any]]) -> Callable[[int], Callable[..., Any]]:
    """Make the reverse rule of each argument out of what computes all cotangents at once: it is run once for each."""
    last: list[Any] = [None, None]

    def rule_of(i: int) -> Callable[..., Any]:
        def pull(g: Bundle, *saved: Any) -> Any:
            if last[0] is not g:
                last[:] = g, run(g, saved)
            return last[1][i]

        return pull

    return rule_of
