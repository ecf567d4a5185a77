"""Calls of several results on the tape: one entry behind all of them, and rules that share their work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd.entry import Bundle, Edge, Entry, Joint, Rule, kept, next_number
from autograd.tensor import shell


class _Named:
    """What the tape shows."""

    __slots__ = ("name", "outputs")

    def __init__(self, name: str, count: int) -> None:
        self.name = name
        self.outputs = tuple(map(str, range(count)))


def floating_of(results: Sequence[Any]) -> list[int]:
    """Tell which results have a derivative."""
    return [i for i, out in enumerate(results) if getattr(out, "dtype", None) is not None and out.dtype.kind in "fc"]


def behind(name: str, results: Sequence[Any], floating: Sequence[int], edges: Iterable[Edge]) -> list[Any]:
    """Put the floating results into Tensors that are the outputs of one entry."""
    shape, dtype = tuple(results[i].shape for i in floating), tuple(results[i].dtype for i in floating)
    entry = Joint(_Named(name, len(floating)), tuple(edges), None, next_number(), shape, dtype)
    out = list(results)
    for k, i in enumerate(floating):
        out[i] = shell(results[i], entry.output(-1 - k))
    return out


def edges_to(
    entries: Sequence[Entry | None], saved: Sequence[Any], pull_of: Callable[[int], Any], push_of: Callable[[int], Any]
) -> tuple[Edge, ...]:
    """Give the edges to the arguments that are tracked: what is saved begins with the arguments, in their order."""
    sources = tuple([i if i < len(entries) else None for i in range(len(saved))])
    held = kept(saved)
    return tuple(
        (entry, Rule(i, ("",) * len(saved), sources, pull_of(i), push_of(i), lambda *_: None), held)
        for i, entry in enumerate(entries)
        if entry is not None
    )


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
