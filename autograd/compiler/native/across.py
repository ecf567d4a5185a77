"""Write a loop nest with vectors along the rows."""

from __future__ import annotations

from autograd.compiler.native.lanes import Row
from autograd.compiler.native.nest import Access
from autograd.compiler.native.writer import Index, Writer


class Across(Writer):
    """Vectors along the rows."""

    def lanes_of(self, on: str) -> int:
        """Count them: along the rows."""
        return self.lanes if "r" in on else 1

    def body(self) -> None:
        """Write what does not depend on rows, the loop, and what is left to do with sums."""
        nest = self.nest
        for number, access in enumerate(nest.inputs):
            if not access.rows:
                for index, on in self.unrolled(access):
                    self.cells[number, index] = self.load(self.shifted(self.pointers[number], on), access.kind, 1)
        for number, where in enumerate(self.inside):
            if not where:
                self.step(number)
        for number, _ in enumerate(nest.steps):
            if "r" in nest.steps[number].over:
                self.begin(number, self.lanes)
        if "r" in "".join(self.inside):
            self.loops(dict(self.cells))
        for at, (cell, access) in enumerate(nest.outputs):
            if "r" not in self.depends[cell]:
                if cell >= self.first_step and "r" in nest.steps[cell - self.first_step].over:
                    self.finish(cell - self.first_step, self.lanes)
                for index, on in self.unrolled(access):
                    pointer = self.shifted(self.pointers[len(nest.inputs) + at], on)
                    self.store(pointer, self.cells[cell, index], access.kind)

    def loops(self, fixed: dict[tuple[int, Index], Row]) -> None:
        """Write the loop over whole vectors, and what is left: masked, to nothing if nothing is."""
        left = "%first"
        if self.nest.whole:
            with self.loop("%first", "%last", self.lanes) as i:
                self.rows(i)
            left = self.left
        self.cells = dict(fixed)
        if self.nest.rest:
            fn = self.fn
            count = fn.emit(f"sub i64 %last, {left}", "i64", 1)
            self.mask = fn.sequence() < self.spread(count, self.lanes)
            self.rows(left)
            self.mask = None
        self.cells = fixed

    def _scattered(self, number: int, access: Access, i: str) -> None:
        """Read rows that do not lie in one line, each from its own address."""
        fn = self.fn
        row = self.spread(fn.emit(f"trunc i64 {i} to i32", "i32", 1), self.lanes)
        left = row + fn.sequence("i32") if self.lanes > 1 else row
        offset = fn.constant(0, "i64")
        for size, stride in reversed(access.rows):
            at = left._do("urem", left, size) if size else left
            left = left._do("udiv", left, size) if size else left
            offset = offset + at.cast("zext", "i64") * stride
        for index, on in self.unrolled(access):
            self.cells[number, index] = self.gathered(self.pointers[number], offset + on, access.kind)

    def rows(self, i: str) -> None:
        """Take all steps for a vector of rows."""
        nest = self.nest
        for number, access in enumerate(nest.inputs):
            if len(access.rows) > 1:
                self._scattered(number, access, i)
            elif access.rows:
                pointer = self.row_of(self.pointers[number], access, i)
                for index, on in self.unrolled(access):
                    self.cells[number, index] = self.load(
                        self.shifted(pointer, on), access.kind, self.lanes, access.rows[-1][1]
                    )
        for number, where in enumerate(self.inside):
            if where:
                self.step(number)
        for at, (number, access) in enumerate(nest.outputs):
            if "r" in self.depends[number]:
                pointer = self.row_of(self.pointers[len(nest.inputs) + at], access, i)
                for index, on in self.unrolled(access):
                    x = self.spread(self.cells[number, index], self.lanes)
                    self.store(self.shifted(pointer, on), x, access.kind, access.rows[-1][1])
