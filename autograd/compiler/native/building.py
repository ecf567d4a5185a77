"""Make loop nests of groups, and a program in which each is one call."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from autograd.compiler.native.fusion import Grouping
from autograd.compiler.native.generate import rooms
from autograd.compiler.native.groups import Group, Member, Operand, collapsed
from autograd.compiler.native.jit import vector
from autograd.compiler.native.memory import memory_kind
from autograd.compiler.native.nest import Access, Cell, Fixed, Kernel, Nest, Place, Step
from autograd.compiler.native.recompute import recomputed
from autograd.compiler.native.repeats import cuts
from autograd.compiler.native.scalars import KINDS
from autograd.compiler.program import Constant, Node, Program, Value, values_in
from autograd.compiler.state import is_checked


def fused(program: Program) -> Program:
    """Give the program in which each group of calls is one kernel."""
    grouping = Grouping(program, cuts(program))
    grouping.run()
    if all(unit.node is not None for unit in grouping.units):
        return program
    recomputed(grouping)
    return _Builder(program, grouping).run()


class _Builder:
    def __init__(self, program: Program, grouping: Grouping) -> None:
        self.program = program
        self.grouping = grouping
        self.views = grouping.views

    def run(self) -> Program:
        """Write the program."""
        units, needs = self.grouping.units, self.grouping.direct
        wanted = self._wanted()
        waiting = [len(before) for before in needs]
        ready = [(unit.first, number) for number, unit in enumerate(units) if waiting[number] == 0]
        heapify(ready)
        followers: list[list[int]] = [[] for _ in units]
        for number, before in enumerate(needs):
            for earlier in before:
                followers[earlier].append(number)
        order = []
        while ready:
            _, number = heappop(ready)
            order.append(number)
            for follower in followers[number]:
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    heappush(ready, (units[follower].first, follower))
        nodes: list[Node] = [node for node in self.program.nodes if self.grouping.is_number(node)]
        for number in order:
            unit = units[number]
            node = unit.node if unit.node is not None else self._kernel(unit, wanted)
            if node is not None:
                nodes.append(node)
        return Program(self.program.inputs, self._with_views(nodes), self.program.outputs)

    def _with_views(self, nodes: list[Node]) -> list[Node]:
        """Put the views that calls of NumPy read before their first use, and drop all others."""
        done: set[Value] = set()
        found: list[Node] = []

        def see(value: Value) -> None:
            maker = self.views.maker(value)
            if value in done or maker is None or not self.views.is_view(value):
                return
            done.add(value)
            see(maker.args[0])
            found.append(maker)

        for node in nodes:
            for value in node.inputs():
                see(value)
            found.append(node)
        for value in values_in(self.program.outputs):
            see(value)
        return found

    def _wanted(self) -> set[Value]:
        """Tell which values are read by another unit than the one that makes them, or returned."""
        units, unit_of, root = self.grouping.units, self.grouping.unit_of, self.views.root
        wanted = {root(value) for value in values_in(self.program.outputs)}
        for unit in units:
            if unit.node is not None:
                wanted.update(root(value) for value in unit.node.inputs())
                continue
            for member in unit.members:
                wanted.update(
                    found for arg in member.args
                    if isinstance(arg, Operand) and (found := root(arg.value)) not in unit.made
                )  # fmt: skip
        return {value for value in wanted if value in unit_of}

    # One kernel

    def _kernel(self, group: Group, wanted: set[Value]) -> Node | None:
        self._drop_dead(group, wanted)
        if not group.members:
            return None
        flat = self._is_flat(group)
        inputs: dict[tuple[Access, Value, int], int] = {}
        cells: dict[Value, int] = {}
        roots: list[Value] = []
        read: dict[Value, int] = {}
        for member in group.members:
            for arg in member.args:
                if isinstance(arg, Operand) and self.views.root(arg.value) not in group.made:
                    key = self._outside(arg, member, group, flat)
                    read[arg.value] = arg.value.nbytes
                    if key not in inputs:
                        inputs[key] = len(inputs)
                        if key[1] not in roots:
                            roots.append(key[1])
        steps: list[Step] = []
        for member in group.members:
            steps.append(self._step(member, group, flat, inputs, cells, len(inputs)))
            cells[member.out] = len(inputs) + len(steps) - 1
        here = self.grouping.unit_of
        outs = [
            member.out for member in group.members
            if member.out in wanted and self.grouping.units[here[member.out]] is group
        ]  # fmt: skip
        outputs = tuple((cells[out], self._stored(out, group, flat)) for out in outs)
        rows = self._rows(group, flat)
        nest = Nest(None if flat else group.width, tuple(key[0] for key in inputs), tuple(steps), outputs)
        nest = nest.shaped(rows, vector())
        starts = tuple((roots.index(root), on) for _, root, on in inputs)
        if is_checked():
            nest = replace(nest, bounds=self._bounds(inputs, outs, rooms(nest)))
        spare = [Value((size,), np.dtype(np.uint8)) for size in rooms(nest)]
        labels = tuple((self.views.root(y), count) for (y, count), here in group.labels.items() if here in group.made)
        sizes = (*[out.size for out in outs], *[room.size for room in spare])
        kernel = Kernel(
            nest, starts, rows, len(outs), labels, sizes, sum(read.values()), sum(out.nbytes for out in outs), group
        )
        return Node(kernel, tuple(roots), {}, [*outs, *spare], list, group.members[0].origin)

    @staticmethod
    def _bounds(inputs: Any, outs: list[Value], spare: list[int]) -> tuple[tuple[int, int], ...]:
        """Tell what is an array's own: of constants, which may lie as they like, what they span."""
        found = []
        for _, root, on in inputs:
            low, high = 0, root.nbytes
            if isinstance(root, Constant) and type(root.array) is np.ndarray:
                start = root.array.__array_interface__["data"][0]
                low, high = (end - start for end in np.lib.array_utils.byte_bounds(root.array))
            found.append((low - on, high - on))
        return (*found, *[(0, out.nbytes) for out in outs], *[(0, size) for size in spare])

    def _drop_dead(self, group: Group, wanted: set[Value]) -> None:
        """Leave out members that nobody reads, since others compute them again."""
        read, kept = set(), []
        for member in reversed(group.members):
            if member.out in wanted and self.grouping.units[self.grouping.unit_of[member.out]] is group:
                read.add(member.out)
            if member.out in read or member.fn == "label":
                kept.append(member)
                read.update(self.views.root(arg.value) for arg in member.args if isinstance(arg, Operand))
        group.members = kept[::-1]

    @staticmethod
    def _rows(group: Group, flat: bool) -> int:
        if not flat:
            return group.count
        return max(math.prod(axis.size for axis in member.space) for member in group.members)

    def _is_flat(self, group: Group) -> bool:
        """Tell whether all arrays are of one shape, or numbers, and lie straight: then there is one axis."""
        if len(group.rows) < 2 and group.width is None and not group.narrow:
            return False
        shape: Any = None
        for member in group.members:
            long = tuple(axis.size for axis in member.space if axis.size != 1)
            if shape is None:
                shape = long
            if long != shape or (member.summed and len(member.summed) != len(long)):
                return False
            order = [(axis.role, axis.number) for axis in member.space if axis.size != 1]
            if member is group.members[0]:
                first = order
            if order != first:
                return False
            for arg in member.args:
                if isinstance(arg, Place):
                    return False
                if isinstance(arg, Operand):
                    met = [member.space[p].size for p in arg.at if p >= 0]
                    if met and (tuple(met) != shape or list(arg.at) != sorted(arg.at)):
                        return False
                    root, _, strides = self.views.placed(arg.value)
                    if met and root not in group.made and not _straight(arg.value, strides):
                        return False
        return True

    def _outside(self, arg: Operand, member: Member, group: Group, flat: bool) -> tuple[Access, Value, int]:
        """Tell how an array from elsewhere is read."""
        root, on, strides = self.views.placed(arg.value)
        kind = memory_kind(KINDS[arg.value.dtype])
        size = arg.value.dtype.itemsize
        if flat:
            whole = any(p >= 0 for p in arg.at)
            return Access(kind, ((0, size),) if whole else ()), root, on
        rows = collapsed(self.grouping.fitting.rows_of(arg, member.space, group.rows))
        lane, unrolled = None, []
        for j, p in enumerate(arg.at):
            if p >= 0 and member.space[p].role == "l":
                lane = strides[j]
            elif p >= 0 and member.space[p].role == "u":
                unrolled.append((member.space[p].size, strides[j]))
        if rows:
            rows[0] = (0, rows[0][1])
        return Access(kind, tuple(rows), lane, tuple(unrolled)), root, on

    def _stored(self, out: Value, group: Group, flat: bool) -> Access:
        """Tell how a result is written: in the order of its axes."""
        kind, size = memory_kind(KINDS[out.dtype]), out.dtype.itemsize
        strides = [size * math.prod(out.shape[j + 1 :]) for j in range(len(out.shape))]
        axes = group.made[out]
        if flat:
            return Access(kind, () if out in group.final else ((0, size),))
        lines = sorted((axis.number, axis.size, stride) for axis, stride in zip(axes, strides, strict=True)
                       if axis.role == "r")  # fmt: skip
        rows = collapsed([(size, stride) for _, size, stride in lines])
        lane = next((stride for axis, stride in zip(axes, strides, strict=True) if axis.role == "l"), None)
        unrolled = [(axis, stride) for axis, stride in zip(axes, strides, strict=True) if axis.role == "u"]
        unrolled.sort(key=lambda pair: pair[0].number)
        if rows:
            rows[0] = (0, rows[0][1])
        return Access(kind, tuple(rows), lane, tuple((axis.size, stride) for axis, stride in unrolled))

    def _step(
        self, member: Member, group: Group, flat: bool, inputs: dict[Any, int], cells: dict[Value, int], first: int
    ) -> Step:
        # Where each unrolled axis of the space stands among them.
        order = {p: k for k, p in enumerate(p for p, axis in enumerate(member.space) if axis.role == "u")}
        args: list[Any] = []
        for arg in member.args:
            if not isinstance(arg, Operand):
                args.append(arg if isinstance(arg, Place) else Fixed.of(arg))
                continue
            root = self.views.root(arg.value)
            if root in group.made:
                axes = self.views.renamed(arg.value, root, group.made[root])
                assert axes is not None
                there = {axis.number: order[p] for axis, p in zip(axes, arg.at, strict=True) if axis.role == "u"}
                indices = tuple(there[k] for k in sorted(there))
                args.append(Cell(cells[root], () if flat else indices))
            else:
                indices = tuple(order[p] for p in arg.at if p in order)
                number = inputs[self._outside(arg, member, group, flat)]
                args.append(Cell(number, () if flat else indices))
        space = () if flat else tuple(axis.size for axis in member.space if axis.role == "u")
        summed = () if flat else tuple(order[p] for p in member.summed if p in order)
        over = "".join(role for role in "rl" if member.over(role))
        if flat and member.summed:
            over = "r"
        roles = {axis.role for axis in member.space}
        on = ("r" if roles - {"1"} else "") if flat else "".join(role for role in "rl" if role in roles)
        return Step(member.fn, tuple(args), member.kinds, member.kind, on, space, member.reduce, over, summed)


def _straight(value: Value, strides: Sequence[int]) -> bool:
    """Tell whether an array lies in one piece, in the order of its axes."""
    expected = value.dtype.itemsize
    for size, stride in zip(reversed(value.shape), reversed(strides), strict=True):
        if size != 1:
            if stride != expected:
                return False
            expected *= size
    return True
