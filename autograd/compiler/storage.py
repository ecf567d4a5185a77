"""Where each value of a program lies: views, places in one arena, arrays that the caller keeps.

What a function can write into (`out=`) gets a place in the arena for as long as it is needed; a call that works element
by element takes over the place of an operand that nobody needs any more. Views share the place of what they look at.
Places are given out greedily, the largest first, each as low as those that live at the same time allow.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

import numpy as np

from autograd.compiler.lowering import add_flat, add_part, places
from autograd.compiler.native.nest import Kernel
from autograd.compiler.passes.kinds import is_elementwise, is_view, joined_axis, number_of
from autograd.compiler.program import Constant, Node, Program, Value, values_in
from autograd.compiler.tiling import Tile
from autograd.ops.elementwise import gate

ALIGNED = 64


@dataclass(eq=False)
class Slot:
    """A place in the arena, taken by one value after the other."""

    nbytes: int
    start: int
    end: int
    first: int = -1
    within: Slot | None = None

    @property
    def offset(self) -> int:
        """Where it begins: in the arena, or for a part of another slot from there."""
        return self.first if self.within is None else self.within.offset + self.first


@dataclass
class Storage:
    """Where the values of a program lie.

    Attributes
    ----------
    slot : dict
        The place of each value that has one in the arena.
    numbers : dict
        Values that are the same number everywhere, with the number: made once.
    views : dict
        For each view the value that it looks at first.
    reshapes : dict
        Of the views those that are all of what they look at, in another shape.
    holds : dict
        For what NumPy returns of its own the values whose memory it may look at.
    joined : set of (Value, int)
        Which pieces of a concatenation are made in their place in it.
    fresh : set
        Values that the caller keeps: new memory at each run.
    taken : dict
        Values that are written into an input that the caller gave up.
    nbytes : int
        The size of the arena.
    live : int
        The most bytes that are needed at one time.
    """

    slot: dict[Value, Slot] = field(default_factory=dict)
    numbers: dict[Value, Any] = field(default_factory=dict)
    views: dict[Value, Value] = field(default_factory=dict)
    reshapes: dict[Value, bool] = field(default_factory=dict)
    holds: dict[Value, list[Value]] = field(default_factory=dict)
    joined: set[tuple[Value, int]] = field(default_factory=set)
    fresh: set[Value] = field(default_factory=set)
    taken: dict[Value, Value] = field(default_factory=dict)
    nbytes: int = 0
    live: int = 0

    def root(self, value: Value) -> Value:
        """Give the value whose memory a view looks at."""
        while value in self.views:
            value = self.views[value]
        return value


def planned(
    program: Program,
    writes: Any,
    donated: Collection[Value] = (),
    in_place: bool = True,
    reuse: bool = True,
    required: bool = False,
) -> Storage:
    """Find a place for each value.

    Parameters
    ----------
    program : Program
    donated : collection of Value
        Inputs that may be written into.
    writes : callable
        Tells whether a node's function can write its result into an array that it is given.
    in_place, reuse : bool
        Whether a result may take over the place of an operand, and a place be given to one value after another.
    required : bool
        The outputs have to be written into the donated inputs, one for each.
    """
    storage = Storage()
    probes: dict[Value, Any] = {}
    for node in program.nodes:
        _sort(node, storage, probes, writes)
    outputs = [out for out in program.outputs if isinstance(out, Value)]
    last = _last_uses(program, storage)
    held: set[Value] = set()
    for out in outputs:
        if out in storage.slot and out not in held:
            storage.fresh.add(out)
            del storage.slot[out]
        held.add(out)
    end = len(program.nodes)
    if required:
        storage.taken.update(zip(outputs, donated, strict=True))
    elif in_place:
        _take(program, storage, last, list(donated))
    for at, node in enumerate(program.nodes):
        for out in node.outs:
            if out not in storage.slot:
                continue
            slot = Slot(-(-out.nbytes // ALIGNED) * ALIGNED, at, last.get(out, at) if reuse else end)
            operand = _dying(node, out, at, storage, last) if in_place and reuse else None
            if operand is not None:
                slot, ends = storage.slot[operand], slot.end
                slot.end = ends
            storage.slot[out] = slot
    if in_place:
        _join(program, storage)
    slots = [slot for slot in dict.fromkeys(storage.slot.values()) if slot.within is None]
    storage.nbytes = placed(slots)
    storage.live = largest(slots, end)
    return storage


def _sort(node: Node, storage: Storage, probes: dict[Value, Any], writes: Any) -> None:
    """Decide what kind of storage a node's results have: a number, a view, a place in the arena, or NumPy's choice."""
    if node.build is None and (number := number_of(node, node.outs[0])) is not None:
        storage.numbers[node.outs[0]] = number
        return
    if is_view(node) and _views(node, probes):
        storage.views[node.outs[0]] = node.args[0]
        storage.reshapes[node.outs[0]] = node.fn is np.reshape
        return
    if writes(node):
        for out in node.outs:
            storage.slot[out] = Slot(0, 0, 0)


def _views(node: Node, probes: dict[Value, Any]) -> bool:
    """Tell whether a node only looks at its operand, as NumPy does on an array that lies as it would."""
    x = node.args[0]
    probe = probes.get(x)
    if probe is None:
        probe = np.empty(x.shape, x.dtype) if not isinstance(x, Constant) else x.array
    if any(isinstance(arg, Value) for arg in node.args[1:]):
        return False
    result = node.fn(probe, *node.args[1:], **node.kwargs)
    if not isinstance(result, np.ndarray) or (probe.size and not np.may_share_memory(result, probe)):
        return False
    probes[node.out] = result
    return True


def _last_uses(program: Program, storage: Storage) -> dict[Value, int]:
    """Tell after which node the memory of each value is needed no more.

    What NumPy returns of its own may be a view of any operand, so that these live as long.
    """
    last: dict[Value, int] = {}
    holds = storage.holds
    for at, node in enumerate(program.nodes):
        roots = [storage.root(value) for value in node.inputs()]
        for root in roots:
            _use(root, at, last, holds)
        for out in node.outs:
            if out not in storage.slot and out not in storage.views and out not in storage.numbers:
                holds[out] = [r for root in roots for r in (root, *holds.get(root, ()))]
    for value in values_in(program.outputs):
        _use(storage.root(value), len(program.nodes), last, holds)
    return last


def _use(root: Value, at: int, last: dict[Value, int], holds: dict[Value, list[Value]]) -> None:
    last[root] = at
    for held in holds.get(root, ()):
        last[held] = at


def _overwritable(node: Node) -> Sequence[Any]:
    """Give the operands whose memory the result may take, each element where one of the operand was."""
    if node.fn is np.where:
        return node.args[2:]
    if node.fn in (gate, add_flat, add_part):
        return node.args[:1]
    return node.args if is_elementwise(node.fn) or isinstance(node.fn, (Tile, Kernel)) else ()


def _dying(node: Node, out: Value, at: int, storage: Storage, last: dict[Value, int]) -> Value | None:
    """Find an operand whose place a result may take: needed no more, and as large, element on element."""
    if isinstance(node.fn, Tile) or (len(node.outs) != 1 and not isinstance(node.fn, Kernel)):
        return None
    for x in _overwritable(node):
        if isinstance(x, Value) and x in storage.slot and last.get(x) == at:
            if isinstance(node.fn, Kernel) and not node.fn.may_overwrite(node, x, out):
                continue
            if x.shape == out.shape and x.dtype == out.dtype and storage.slot[x].end == at:
                if node.fn is np.where and any(_touches(y, x, storage) for y in node.args[:2]):
                    continue
                if all(y is x or not _touches(y, x, storage) for y in node.args):
                    return x
    return None


def _join(program: Program, storage: Storage) -> None:
    """Let what is concatenated be written where it belongs in the whole."""
    for at, node in enumerate(program.nodes):
        if node.fn is not np.concatenate or node.outs[0] not in storage.slot or joined_axis(node) != 0:
            continue
        whole, offset = storage.slot[node.out], 0
        for number, piece in enumerate(node.args[0]):
            value, nbytes = piece, piece.nbytes
            while value in storage.views and storage.reshapes.get(value):
                value = storage.views[value]
            slot = storage.slot.get(value)
            alone = slot is not None and slot.end == at and slot.within is None and slot is not whole
            if slot is not None and alone and value.nbytes == nbytes and offset % value.dtype.itemsize == 0:
                slot.within, slot.first = whole, offset
                whole.start = min(whole.start, slot.start)
                storage.joined.add((node.out, number))
            offset += nbytes


def _take(program: Program, storage: Storage, last: dict[Value, int], donated: list[Value]) -> None:
    """Let results be written into inputs that the caller gave up and nobody needs any more.

    What the caller keeps may be written into any of these; what only passes by takes the place of an operand.
    """
    holder = {given: given for given in donated}
    # Until no label can be refused any more, what was given up stays as it is.
    refusing = [at for at, node in enumerate(program.nodes) if _refuses(node)]
    for at, node in enumerate(program.nodes):
        if not _overwritable(node) or at <= max(refusing, default=-1):
            continue
        for out in node.outs:
            keeps = out in storage.fresh
            if not keeps and (out not in storage.slot or isinstance(node.fn, (Tile, Kernel))):
                continue
            for given, held in holder.items():
                if (given.shape, given.dtype) != (out.shape, out.dtype):
                    continue
                free = keeps and last.get(held, -1) < at
                if free or _in_place_of(held, node, out, at, storage, last):
                    storage.taken[out] = given
                    storage.slot.pop(out, None)
                    holder[given] = out
                    break


def _refuses(node: Node) -> bool:
    """Tell whether a call may find a label that is out of bounds."""
    return node.fn is places or (isinstance(node.fn, Kernel) and bool(node.fn.labels))


def _in_place_of(held: Value, node: Node, out: Value, at: int, storage: Storage, last: dict[Value, int]) -> bool:
    """Tell whether a result may take the place of an operand outside the arena."""
    if last.get(held, -1) != at or not any(x is held for x in _overwritable(node)):
        return False
    if any(x is not held and _touches(x, held, storage) for x in node.args):
        return False
    if isinstance(node.fn, Tile):
        return node.fn.reads_before(held, out)
    if isinstance(node.fn, Kernel):
        return node.fn.may_overwrite(node, held, out)
    return node.fn is not np.where or all(x is not held for x in node.args[:2])


def _touches(y: Any, x: Value, storage: Storage) -> bool:
    """Tell whether an operand looks at the memory of another."""
    if not isinstance(y, Value):
        return False
    one, other = storage.root(y), storage.root(x)
    return one is other or other in storage.holds.get(one, ())


def placed(slots: list[Slot]) -> int:
    """Give each slot an offset, so that none overlaps another that lives at the same time; return the size of all."""
    if len(slots) > _MANY:
        slots = _extents(slots)
    done: list[Slot] = []
    for slot in sorted(slots, key=lambda slot: (-slot.nbytes, slot.start)):
        start, end, nbytes = slot.start, slot.end, slot.nbytes
        beside = [(other.first, other.nbytes) for other in done if other.start <= end and start <= other.end]
        offset = 0
        for first, size in sorted(beside):
            if offset + nbytes <= first:
                break
            offset = max(offset, first + size)
        slot.first = offset
        done.append(slot)
    return max((slot.first + slot.nbytes for slot in slots), default=0)


#: Of more slots than this those of one size that follow each other in time are placed as one.
_MANY = 300


def _extents(slots: list[Slot]) -> list[Slot]:
    """Put slots of one size that follow each other in time into one that lasts as long as all of them."""
    extents: list[Slot] = []
    free: dict[int, list[tuple[int, int]]] = {}
    for slot in sorted(slots, key=lambda slot: slot.start):
        heap = free.setdefault(slot.nbytes, [])
        if heap and heap[0][0] < slot.start:
            at = heappop(heap)[1]
            extents[at].end = slot.end
        else:
            at = len(extents)
            extents.append(Slot(slot.nbytes, slot.start, slot.end))
        slot.within, slot.first = extents[at], 0
        heappush(heap, (slot.end, at))
    return extents


def largest(slots: list[Slot], end: int) -> int:
    """Give the most bytes that live at one time."""
    change = [0] * (end + 2)
    for slot in slots:
        change[slot.start] += slot.nbytes
        change[slot.end + 1] -= slot.nbytes
    most = now = 0
    for step in change:
        now += step
        most = max(most, now)
    return most
