"""How functions write into an array that they are given: by a last argument, or in a way of their own.

A writer gives the text of the call; the emitter that it is given names values and binds what the text refers to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.lowering import CLIP, add_flat, add_part, among_zeros, places, places_into, take_flat
from autograd.compiler.native.nest import Kernel
from autograd.compiler.passes.kinds import joined_axis, reduces, reduction
from autograd.compiler.program import Node, index_text, values_in
from autograd.compiler.symbol import cast
from autograd.compiler.tiling import Tile, fills
from autograd.ops.elementwise import gate, over

#: How each function is called with an array to write into: the text of the call.
Writer = Callable[[Any, Node, str], str]
WRITERS: dict[Any, Writer] = {}


def writer(*functions: Any) -> Callable[[Writer], Writer]:
    """Register how functions write into an array."""

    def add(fn: Writer) -> Writer:
        WRITERS.update(dict.fromkeys(functions, fn))
        return fn

    return add


def writes(node: Node) -> bool:
    """Tell whether a node's function can write into an array that it is given."""
    fn = node.fn
    if isinstance(fn, (Tile, Kernel)):
        return True
    if any(out.dtype.kind not in "biufc" for out in node.outs) or node.ordered:
        return False
    if isinstance(fn, np.ufunc):
        return not node.kwargs and node.build is None and (fn.nout == 1)
    if reduces(fn) is not None:
        return reduction(node) is not None
    if fn is np.where:
        return fills(node)
    if fn is np.concatenate:
        return not set(node.kwargs) - {"axis"} and all(part.dtype == node.out.dtype for part in values_in(node.args))
    return fn in WRITERS and not node.kwargs


@writer(np.matmul, np.dot)
def _product(e: Any, node: Node, out: str) -> str:
    x, y = node.args
    plain = all(len(arg.shape) == 2 and arg.dtype == node.out.dtype and arg.dtype.kind in "fc" for arg in (x, y))
    fn = np.dot if plain or node.fn is np.dot else np.matmul
    return f"{e.bind_function(fn)}({e.text(x)}, {e.text(y)}, {out})"


@writer(cast)
def _cast(e: Any, node: Node, out: str) -> str:
    return f"{e.bind_function(np.copyto)}({out}, {e.text(node.args[0])}, 'unsafe')"


@writer(np.concatenate)
def _concatenate(e: Any, node: Node, out: str) -> str:
    axis = joined_axis(node)
    slots = e.storage.slot
    whole = slots.get(node.out)
    if axis != 0 or whole is None:
        return f"{e.bind_function(np.concatenate)}({e.text(tuple(node.args[0]))}, {e.text(axis)}, {out})"
    lines, at = [], 0
    for number, piece in enumerate(node.args[0]):
        end = at + piece.shape[0]
        if (node.out, number) not in e.storage.joined:
            part = e.derived(node.out, (at, end), f"{out}[{at}:{end}]")
            lines.append(f"{e.bind_function(np.copyto)}({part}, {e.text(piece)})")
        at = end
    return "; ".join(lines) or "pass"


@writer(np.where)
def _where(e: Any, node: Node, out: str) -> str:
    c, x, y = (e.text(arg) for arg in node.args)
    copyto = e.bind_function(np.copyto)
    first = "" if e.same_place(node.args[2], node.out) else f"{copyto}({out}, {y}); "
    return f"{first}{copyto}({out}, {x}, 'same_kind', {c})"


@writer(gate)
def _gate(e: Any, node: Node, out: str) -> str:
    word = np.dtype(f"i{node.out.dtype.itemsize}")
    x, taken = node.args
    return f"{e.bind_function(np.multiply)}({e.viewed(x, word)}, {e.text(taken)}, {e.viewed(node.out, word)})"


@writer(np.maximum, np.minimum)
def _extreme(e: Any, node: Node, out: str) -> str:
    # NumPy warns of a third argument by position.
    x, y = (e.operand(arg, node) for arg in node.args)
    return f"{e.bind_function(node.fn)}({x}, {y}, out={out})"


@writer(CLIP)
def _clip(e: Any, node: Node, out: str) -> str:
    x, low, high = (e.operand(arg, node) for arg in node.args)
    return f"{e.bind(CLIP, 'clip')}({x}, {low}, {high}, {out})"


@writer(places)
def _places(e: Any, node: Node, out: str) -> str:
    y, starts, width = (e.text(arg) for arg in node.args)
    return f"{e.bind_function(places_into)}({y}, {starts}, {width}, {out})"


@writer(take_flat)
def _take_flat(e: Any, node: Node, out: str) -> str:
    x, where = node.args
    return f"{e.flat(x)}.take({e.text(where)}, None, {out}, 'clip')"


@writer(add_flat)
def _add_flat(e: Any, node: Node, out: str) -> str:
    x, where, values = node.args
    first = "" if e.same_place(x, node.out) else f"{e.bind_function(np.copyto)}({out}, {e.text(x)}); "
    flat, at = e.flat(node.out), e.text(where)
    return f"{first}{flat}[{at}] = {flat}.take({at}, None, None, 'clip') + {e.text(values)}"


@writer(add_part)
def _add_part(e: Any, node: Node, out: str) -> str:
    x, part, index = node.args
    first = "" if e.same_place(x, node.out) else f"{e.bind_function(np.copyto)}({out}, {e.text(x)}); "
    into = _part(e, node, index, out)
    return f"{first}{e.bind_function(np.add)}({into}, {e.text(part)}, {into})"


@writer(among_zeros)
def _among_zeros(e: Any, node: Node, out: str) -> str:
    part, index, _ = node.args
    return f"{out}.fill(0); {e.bind_function(np.copyto)}({_part(e, node, index, out)}, {e.text(part)})"


def _part(e: Any, node: Node, index: Any, out: str) -> str:
    """Write what an index slices, as an array of one element too."""
    parts = index if isinstance(index, tuple) else (index,)
    text = index_text(parts if Ellipsis in parts else (*parts, Ellipsis), e.text)
    return str(e.derived(node.out, ("part", text), f"{out}[{text}]"))


@writer(over)
def _over(e: Any, node: Node, out: str) -> str:
    x, y = (e.operand(arg, node) for arg in node.args)
    return f"{e.bind(over_into, 'over')}({x}, {y}, {out})"


def over_into(x: Any, y: Any, out: Any) -> None:
    """Write x / y, and 0 for 0 / 0."""
    if np.count_nonzero(y) == y.size:
        np.divide(x, y, out)
    else:
        out[...] = over.fn(np.broadcast_to(x, out.shape), np.broadcast_to(y, out.shape))
