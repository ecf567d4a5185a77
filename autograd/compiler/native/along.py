"""Write a loop nest with vectors along the lanes of a row."""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Iterator
from itertools import product
from typing import Any

from autograd.compiler.native.lanes import BITS, Module, Row, fma
from autograd.compiler.native.memory import bytes_of, memory_kind
from autograd.compiler.native.nest import Access, Cell, Nest
from autograd.compiler.native.scalars import FUNCTIONS, start_of
from autograd.compiler.native.writer import Index, Writer


class Along(Writer):
    """Vectors along the lanes, some rows at a time.

    Attributes
    ----------
    height : int
        The rows of a block.
    columns : dict
        Where an array without rows lies with its lanes next to each other: addresses for each unrolled index.
    """

    def __init__(self, nest: Nest, module: Module) -> None:
        super().__init__(nest, module)
        self.phases = nest.phases()
        self.passes = max((p for p, on in zip(self.phases, self.inside, strict=True) if "l" in on), default=0) + 1
        self.height = nest.height
        self.columns: dict[tuple[int, Index], str] = {}
        self.fixed: dict[tuple[int, Index], Row] = {}
        self.packed = [i for i, a in enumerate(nest.inputs) if self._strided(a)]
        #: Steps that are summed over rows lane by lane, with where the sums lie.
        self.stacked = {
            step: at for at, (cell, _) in enumerate(nest.outputs)
            if (step := cell - self.first_step) >= 0 and nest.steps[step].over == "r" and "l" in self.inside[step]
        }  # fmt: skip
        self.kept = self._kept()

    def lanes_of(self, on: str) -> int:
        """Count them: along the lanes."""
        return self.lanes if "l" in on else 1

    @property
    def width(self) -> int:
        """The number of lanes in a row."""
        assert self.nest.width is not None
        return self.nest.width

    def _strided(self, access: Access) -> bool:
        return access.lane not in (None, 0, BITS[access.kind] // 8) and not access.rows

    def _kept(self) -> list[int]:
        """Tell which steps are read in a later pass than the one that computes them."""
        found = []
        for number, step in enumerate(self.nest.steps):
            if "l" in self.inside[number] and not step.over:
                cell = number + self.first_step
                later = [
                    self.phases[other] for other, reader in enumerate(self.nest.steps)
                    if "l" in self.inside[other] and any(isinstance(a, Cell) and a.number == cell for a in reader.args)
                ]  # fmt: skip
                if any(phase > self.phases[number] for phase in later):
                    found.append(number)
        return found

    def scratch(self) -> list[int]:
        """Give the bytes of what is laid straight, of sums that are turned at the end, of what later passes read."""
        sizes = []
        for number in self.packed:
            access = self.nest.inputs[number]
            sizes.append(access.count * self.width * BITS[access.kind] // 8)
        for at in self.stacked.values():
            access = self.nest.outputs[at][1]
            if access.lane != BITS[access.kind] // 8:
                sizes.append(access.count * self.width * BITS[access.kind] // 8)
        for number in self.kept:
            step = self.nest.steps[number]
            sizes.append(math.prod([step.space[i] for i in step.kept]) * self.width * bytes_of(step.kind))
        return sizes

    def body(self) -> None:
        """Write what comes before the rows, the rows, and what is left to do with sums."""
        nest = self.nest
        spare = iter(self.pointers[len(nest.inputs) + len(nest.outputs) :])
        for number, access in enumerate(nest.inputs):
            if access.rows:
                continue
            for index, on in self.unrolled(access):
                pointer = self.shifted(self.pointers[number], on)
                if access.lane is None:
                    self.fixed[number, index] = self.load(pointer, access.kind, 1)
                else:
                    self.columns[number, index] = pointer
        for number in self.packed:
            self._pack(number, next(spare))
        self.stacks: dict[tuple[int, Index], str] = {}
        turned = []
        for number, at in self.stacked.items():
            access = nest.outputs[at][1]
            size = BITS[access.kind] // 8
            straight = access.lane == size
            base = self.pointers[len(nest.inputs) + at] if straight else next(spare)
            for place, (index, on) in enumerate(self.unrolled(access)):
                self.stacks[number, index] = self.shifted(base, on if straight else place * self.width * size)
            if not straight:
                turned.append((number, at))
            self._clear(number)
        self.buffers: dict[tuple[int, Index], str] = {}
        for number in self.kept:
            step, base = nest.steps[number], next(spare)
            for place, index in enumerate(product(*[range(step.space[i]) for i in step.kept])):
                self.buffers[number, index] = self.shifted(base, place * self.width * bytes_of(step.kind))
        for number, step in enumerate(nest.steps):
            if "r" in step.over and number not in self.stacked:
                self.row = 0
                self.begin(number, self.lanes_of(self.inside[number]))
        self.cells = self.fixed
        for number, where in enumerate(self.inside):
            if not where:
                self.step(number)
        start = "%first"
        if nest.whole:
            with self.loop("%first", "%last", self.height) as i:
                self.rows(i, self.height)
            start = self.left
        if nest.rest:
            with self.loop(start, "%last", 1) as i:
                self.rows(i, 1)
        self.row = 0
        self.cells = self.fixed
        for at, (cell, access) in enumerate(nest.outputs):
            number = cell - self.first_step
            if number >= 0 and "r" in nest.steps[number].over and number not in self.stacked:
                self.finish(number, self.lanes_of(self.inside[number]))
                for index, on in self.unrolled(access):
                    pointer = self.shifted(self.pointers[len(nest.inputs) + at], on)
                    self.store(pointer, self.cells[cell, index], access.kind)
        for number, at in turned:
            self._turn(number, at)

    # Columns

    def _pack(self, number: int, base: str) -> None:
        """Lay the lanes of an array without rows next to each other."""
        access = self.nest.inputs[number]
        assert access.lane is not None
        size = BITS[access.kind] // 8
        for place, (index, _) in enumerate(self.unrolled(access)):
            source, to = self.columns[number, index], self.shifted(base, place * self.width * size)
            with self.loop("0", str(self.width), 1) as i:
                x = self.load(self.moved(source, i, access.lane), access.kind, 1)
                self.store(self.moved(to, i, size), x, access.kind)
            self.columns[number, index] = to

    def _turn(self, number: int, at: int) -> None:
        """Write sums over rows to where they belong."""
        access = self.nest.outputs[at][1]
        assert access.lane is not None
        size = BITS[access.kind] // 8
        for index, on in self.unrolled(access):
            to = self.shifted(self.pointers[len(self.nest.inputs) + at], on)
            with self.loop("0", str(self.width), 1) as i:
                x = self.load(self.moved(self.stacks[number, index], i, size), access.kind, 1)
                self.store(self.moved(to, i, access.lane), x, access.kind)

    def _clear(self, number: int) -> None:
        """Start the sums over rows."""
        step = self.nest.steps[number]
        first = self.fn.constant(start_of(step.reduce, step.kind), step.kind)
        size = bytes_of(step.kind)
        for index in product(*[range(step.space[i]) for i in step.kept]):
            base = self.stacks[number, index]
            for j in self.across_lanes():
                self.store(self.moved(base, j, size), first, first.kind, size)

    # Rows

    def across_lanes(self) -> Iterator[str]:
        """Write what the caller writes for each vector of a row: whole ones in a loop, the rest masked."""
        whole = self.width - self.width % self.lanes
        if whole == self.lanes:
            yield "0"
        elif whole:
            with self.loop("0", str(whole), self.lanes) as j:
                yield j
        if whole < self.width:
            rest = self.width - whole
            if self.lanes > 1:
                bits = ", ".join(f"i1 {'true' if i < rest else 'false'}" for i in range(self.lanes))
                self.mask = Row(self.fn, f"<{bits}>", "i1", self.lanes)
            yield str(whole)
            self.mask = None

    def rows(self, i: str, height: int) -> None:
        """Take all steps for a block of rows."""
        nest, fn = self.nest, self.fn
        rows: list[dict[tuple[int, Index], Row]] = [{} for _ in range(height)]
        numbers = [i]
        for b in range(1, height):
            numbers.append(fn.fresh("r"))
            fn.do(f"{numbers[b]} = add i64 {i}, {b}")
        inputs = [
            {n: self.row_of(self.pointers[n], a, row) for n, a in enumerate(nest.inputs) if a.rows} for row in numbers
        ]
        outputs = [
            {at: self.row_of(self.pointers[len(nest.inputs) + at], a, row)
             for at, (_, a) in enumerate(nest.outputs) if a.rows}
            for row in numbers
        ]  # fmt: skip
        for b in range(height):
            for n, access in enumerate(nest.inputs):
                if access.rows and access.lane is None:
                    for index, on in self.unrolled(access):
                        rows[b][n, index] = self.load(self.shifted(inputs[b][n], on), access.kind, 1)
        for phase in range(self.passes + 1):
            for b in range(height):
                self.row, self.cells = b, ChainMap(rows[b], self.fixed)
                for number, where in enumerate(self.inside):
                    if where == "r" and self.phases[number] == phase:
                        self._scalar(number)
            if phase < self.passes:
                self._pass(phase, rows, inputs, outputs)
        for b in range(height):
            self.row, self.cells = b, ChainMap(rows[b], self.fixed)
            for at, (cell, access) in enumerate(nest.outputs):
                if access.rows and access.lane is None:
                    for index, on in self.unrolled(access):
                        self.store(self.shifted(outputs[b][at], on), self.cells[cell, index], access.kind)

    def _scalar(self, number: int) -> None:
        """Take a step that has no lanes; sums over rows are one for all rows of a block."""
        row, self.row = self.row, 0 if self.nest.steps[number].over else self.row
        self.step(number)
        self.row = row

    def _pass(self, phase: int, rows: list[Any], inputs: list[Any], outputs: list[Any]) -> None:
        """Write one loop over the lanes."""
        nest = self.nest
        steps = [n for n, on in enumerate(self.inside) if "l" in on and self.phases[n] == phase]
        if not steps:
            return
        read = {a.number for n in steps for a in nest.steps[n].args if isinstance(a, Cell)}
        stored = {at: cell for at, (cell, a) in enumerate(nest.outputs) if a.rows and a.lane is not None
                  and cell - self.first_step in steps}  # fmt: skip
        folded = [n for n in steps if nest.steps[n].over == "l"]
        for b in range(len(rows)):
            self.row = b
            for n in folded:
                self.begin(n, self.lanes)
        for j in self.across_lanes():
            self.lane = j
            common: dict[tuple[int, Index], Row] = {}
            for (n, index), pointer in self.columns.items():
                if n in read:
                    access = nest.inputs[n]
                    size = BITS[access.kind] // 8
                    stride = 0 if access.lane == 0 else size
                    common[n, index] = self.load(self.moved(pointer, j, stride), access.kind, self.lanes, stride)
            stacks: dict[tuple[int, Index], Row] = {}
            for b, held in enumerate(rows):
                here: dict[tuple[int, Index], Row] = {}
                self.row, self.cells = b, ChainMap(here, common, held, self.fixed)
                self._lanes(phase, steps, read, inputs[b], j, stacks)
                for at, cell in stored.items():
                    access = nest.outputs[at][1]
                    assert access.lane is not None
                    for index, on in self.unrolled(access):
                        pointer = self.moved(self.shifted(outputs[b][at], on), j, access.lane)
                        self.store(pointer, self.cells[cell, index], access.kind, access.lane)
                for n in self.kept:
                    if self.phases[n] == phase:
                        size = bytes_of(nest.steps[n].kind)
                        for (number, index), base in self.buffers.items():
                            if number == n:
                                x = self.cells[n + self.first_step, index]
                                self.store(self.moved(base, j, size), x, memory_kind(nest.steps[n].kind), size)
            for (n, index), total in stacks.items():
                size = bytes_of(total.kind)
                self.store(self.moved(self.stacks[n, index], j, size), total, total.kind, size)
        for b, held in enumerate(rows):
            self.row, self.cells = b, held
            for n in folded:
                self.finish(n, self.lanes)

    def _lanes(self, phase: int, steps: list[int], read: set[int], inputs: Any, j: str, stacks: Any) -> None:
        """Take the steps of a pass for one vector of one row."""
        nest = self.nest
        for n, access in enumerate(nest.inputs):
            if n in read and access.rows and access.lane is not None:
                for index, on in self.unrolled(access):
                    pointer = self.moved(self.shifted(inputs[n], on), j, access.lane)
                    self.cells[n, index] = self.load(pointer, access.kind, self.lanes, access.lane)
        for (n, index), base in self.buffers.items():
            if n + self.first_step in read and self.phases[n] < phase:
                kind = nest.steps[n].kind
                size = bytes_of(kind)
                self.cells[n + self.first_step, index] = self.load(
                    self.moved(base, j, size), memory_kind(kind), self.lanes, size
                )
        for n in steps:
            if n in self.stacked:
                self._stack(n, j, stacks)
            else:
                if "r" in nest.steps[n].over:
                    row, self.row = self.row, 0
                    self.step(n)
                    self.row = row
                else:
                    self.step(n)

    def _stack(self, n: int, j: str, stacks: dict[tuple[int, Index], Row]) -> None:
        """Add to the sums over rows, which are read once for a block of rows."""
        step = self.nest.steps[n]
        size = bytes_of(step.kind)
        for outer in product(*[range(step.space[i]) for i in step.kept]):
            total = stacks.get((n, outer))
            if total is None:
                total = self.load(self.moved(self.stacks[n, outer], j, size), step.kind, self.lanes, size)
            for inner in product(*[range(step.space[i]) for i in step.summed]):
                index = [0] * len(step.space)
                for i, at in (*zip(step.kept, outer, strict=True), *zip(step.summed, inner, strict=True)):
                    index[i] = at
                args = [self.argument(arg, kind, tuple(index), self.lanes)
                        for arg, kind in zip(step.args, step.kinds, strict=True)]  # fmt: skip
                if self.is_product(step):
                    total = fma(args[0], args[1], total)
                else:
                    total = FUNCTIONS[step.reduce](total, self.called(step, args))
            stacks[n, outer] = total

    def place(self, axis: str | int, index: Index, lanes: int) -> Row:
        """Give the index along the lanes."""
        if isinstance(axis, int):
            return super().place(axis, index, lanes)
        return self.spread(Row(self.fn, self.lane, "i64", 1), lanes) + self.fn.sequence()
