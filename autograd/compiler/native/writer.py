"""Write a loop nest as LLVM IR: what both orders of loops have in common."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from itertools import product
from typing import Any

from autograd.compiler.native.lanes import FLOATS, Module, Row, absolute, fma, two_sum, where
from autograd.compiler.native.memory import Memory
from autograd.compiler.native.nest import Access, Fixed, Nest, Place, Step
from autograd.compiler.native.scalars import FUNCTIONS, converted, start_of

Index = tuple[int, ...]


class Writer(Memory):
    """What both orders have in common.

    Attributes
    ----------
    cells : dict
        The row of each cell at each unrolled index, at the place where the text is being written.
    sums : dict
        Where each reduction over rows or lanes is collected: the name of an `alloca`.
    """

    def __init__(self, nest: Nest, module: Module) -> None:
        super().__init__(nest, module)
        self.depends = nest.depends()
        self.inside = [step.on for step in nest.steps]
        self.first_step = len(nest.inputs)
        self.cells: MutableMapping[tuple[int, Index], Row] = {}
        self.sums: dict[tuple[Any, ...], str] = {}
        self.row = 0
        self.left = ""
        self.checks = bool(nest.bounds) or any(step.fn == "label" for step in nest.steps)

    # Text

    def label(self, what: str) -> str:
        """Give the name of a new block."""
        return self.fn.fresh(what)[1:]

    @contextmanager
    def loop(self, first: str, last: str, by: int) -> Iterator[str]:
        """Write a loop over i = first, first + by, ... while i + by ≤ last; give the name of i.

        Afterwards i goes on where the loop ended: its name is in `left`.
        """
        fn = self.fn
        head, body, end = self.label("head"), self.label("body"), self.label("end")
        before = fn.block
        fn.do(f"br label %{head}")
        fn.start(head)
        i, following = fn.fresh("i"), fn.fresh("n")
        where_to = len(fn.lines)
        fn.do("")
        fn.do(f"{following} = add i64 {i}, {by}")
        more = fn.fresh("m")
        fn.do(f"{more} = icmp sle i64 {following}, {last}")
        fn.do(f"br i1 {more}, label %{body}, label %{end}")
        fn.start(body)
        yield i
        fn.lines[where_to] = f"  {i} = phi i64 [ {first}, %{before} ], [ {following}, %{fn.block} ]"
        fn.do(f"br label %{head}")
        fn.start(end)
        self.left = i

    def run(self, name: str) -> None:
        """Write the function."""
        fn = self.fn
        count = len(self.nest.inputs) + len(self.nest.outputs) + len(self.scratch())
        for i in range(count):
            at, pointer = fn.fresh("a"), fn.fresh("p")
            fn.do(f"{at} = getelementptr i64, ptr %table, i64 {i}")
            fn.do(f"{pointer} = load ptr, ptr {at}, align 8")
            self.pointers.append(pointer)
            self.slots[pointer] = i
        if self.checks:
            fn.do("%bad = alloca i64, align 8")
            fn.do("store i64 0, ptr %bad, align 8")
        self.body()
        if self.checks:
            fn.do("%status = load i64, ptr %bad, align 8")
            fn.do("ret i64 %status")
        else:
            fn.do("ret i64 0")
        # Room on the stack is taken once, at the start.
        rooms = [line for line in fn.lines if " = alloca " in line]
        rest = [line for line in fn.lines if " = alloca " not in line]
        text = "\n".join(["entry:", *rooms, *rest])
        self.module.functions.append(f"define i64 @{name}(ptr %table, i64 %first, i64 %last) {{\n{text}\n}}")

    def scratch(self) -> list[int]:
        """Give the sizes in bytes of what is needed besides inputs and outputs."""
        return []

    def body(self) -> None:
        """Write what the function does."""
        raise NotImplementedError

    # Memory

    def unrolled(self, access: Access) -> Iterator[tuple[Index, int]]:
        """Give each unrolled index of an array with the bytes that it is on."""
        for index in product(*[range(size) for size, _ in access.unrolled]):
            yield index, sum(i * stride for i, (_, stride) in zip(index, access.unrolled, strict=True))

    def argument(self, arg: Any, kind: str, index: Index, lanes: int) -> Row:
        """Give an operand at an unrolled index, in as many lanes."""
        fn = self.fn
        if isinstance(arg, Fixed):
            value = float(arg.value) if "." in arg.value or not arg.value.lstrip("-").isdigit() else int(arg.value)
            return fn.constant(value, kind, lanes)
        if isinstance(arg, Place):
            return converted(self.place(arg.axis, index, lanes), kind)
        at = tuple(0 if i < 0 else index[i] for i in arg.indices)
        return self.spread(converted(self.cells[arg.number, at], kind), lanes)

    def place(self, axis: str | int, index: Index, lanes: int) -> Row:
        """Give the index along an axis."""
        if isinstance(axis, int):
            return self.fn.constant(index[axis], "i64", lanes)
        raise AssertionError("there are no lanes")

    def lanes_of(self, on: str) -> int:
        """Tell how many lanes there are of what depends on these axes."""
        raise NotImplementedError

    def step(self, number: int) -> None:
        """Write a step: at each unrolled index."""
        step = self.nest.steps[number]
        lanes = self.lanes_of(self.inside[number])
        for outer in product(*[range(step.space[i]) for i in step.kept]):
            total: Row | None = None
            for inner in product(*[range(step.space[i]) for i in step.summed]):
                index = [0] * len(step.space)
                for i, at in (*zip(step.kept, outer, strict=True), *zip(step.summed, inner, strict=True)):
                    index[i] = at
                args = [self.argument(arg, kind, tuple(index), lanes)
                        for arg, kind in zip(step.args, step.kinds, strict=True)]  # fmt: skip
                if step.over:
                    self.collect(number, outer, args)
                elif total is not None and self.is_product(step):
                    total = fma(args[0], args[1], total)
                else:
                    result = self.called(step, args)
                    total = result if total is None else FUNCTIONS[step.reduce](total, result)
            if total is not None:
                self.cells[number + self.first_step, outer] = total

    def called(self, step: Step, args: list[Row]) -> Row:
        """Call the function of a step."""
        return self.labelled(args) if step.fn == "label" else FUNCTIONS[step.fn](*args)

    @staticmethod
    def is_product(step: Step) -> bool:
        """Tell whether a step sums products, as a product of matrices does."""
        return step.fn == "multiply" and step.reduce == "add" and step.kind in FLOATS

    def labelled(self, args: list[Row]) -> Row:
        """Count a negative label from the end, and remember if one is out of bounds."""
        y, count = args
        wrong = (y < 0 - count) | (y >= count)
        if self.mask is not None and y.lanes > 1:
            wrong = wrong & self.mask
        self.complain(wrong)
        return where(y < 0, y + count, y)

    # Reductions over rows and lanes

    def compensated(self, step: Step) -> bool:
        """Tell whether a sum keeps what rounding loses (Neumaier 1974): then its length does not matter."""
        return step.reduce == "add" and step.kind in FLOATS and not self.is_product(step)

    def collect(self, number: int, outer: Index, args: list[Row]) -> None:
        """Add what a step makes to what is collected."""
        step = self.nest.steps[number]
        lanes = args[0].lanes
        kind, place = self.fn.type(step.kind, lanes), self.sums[number, outer, self.row]
        total = self.fn.emit(f"load {kind}, ptr {place}", step.kind, lanes)
        mask = self.mask if self.mask is not None and lanes > 1 else None
        if self.is_product(step):
            now = fma(args[0], args[1], total)
            now = now if mask is None else where(mask, now, total)
        else:
            result = self.called(step, args)
            result = result if mask is None else where(mask, result, start_of(step.reduce, step.kind))
            if self.compensated(step):
                now, lost = two_sum(total, result)
                low = self.sums[number, outer, self.row, "low"]
                more = self.fn.emit(f"load {kind}, ptr {low}", step.kind, lanes) + lost
                self.fn.do(f"store {kind} {more.name}, ptr {low}")
            else:
                now = FUNCTIONS[step.reduce](total, result)
        self.fn.do(f"store {kind} {now.name}, ptr {place}")

    def begin(self, number: int, lanes: int) -> None:
        """Make room for what a step collects, and start."""
        step = self.nest.steps[number]
        for outer in product(*[range(step.space[i]) for i in step.kept]):
            key: tuple[Any, ...] = (number, outer, self.row)
            self._room(key, step.kind, lanes, start_of(step.reduce, step.kind))
            if self.compensated(step):
                self._room((*key, "low"), step.kind, lanes, 0.0)

    def _room(self, key: tuple[Any, ...], kind: str, lanes: int, start: Any) -> None:
        if key not in self.sums:
            self.sums[key] = self.fn.fresh("s")
            self.fn.do(f"{self.sums[key]} = alloca {self.fn.type(kind, lanes)}, align 64")
        first = self.fn.constant(start, kind, lanes)
        self.fn.do(f"store {first.type} {first.name}, ptr {self.sums[key]}")

    def finish(self, number: int, lanes: int) -> None:
        """Put together what the lanes collected for a step."""
        step = self.nest.steps[number]
        kind = self.fn.type(step.kind, lanes)
        for outer in product(*[range(step.space[i]) for i in step.kept]):
            total = self.fn.emit(f"load {kind}, ptr {self.sums[number, outer, self.row]}", step.kind, lanes)
            if self.compensated(step):
                low = self.fn.emit(f"load {kind}, ptr {self.sums[number, outer, self.row, 'low']}", step.kind, lanes)
                high, rest = self._together_exactly(total, low)
                # Of infinite sums what was lost is no number.
                whole = where(absolute(high) < float("inf"), high + rest, high)
            else:
                whole = self.together(total, step.reduce)
            self.cells[number + self.first_step, outer] = whole

    def _together_exactly(self, high: Row, low: Row) -> tuple[Row, Row]:
        """Add up the lanes, and separately what rounding lost."""
        while high.lanes > 1:
            (a, b), (c, d) = self.halves(high), self.halves(low)
            high, lost = two_sum(a, b)
            low = (c + d) + lost
        return high, low

    def together(self, x: Row, reduce: str) -> Row:
        """Reduce the lanes, in a fixed order: halves upon each other."""
        while x.lanes > 1:
            x = FUNCTIONS[reduce](*self.halves(x))
        return x

    def halves(self, x: Row) -> tuple[Row, Row]:
        """Give the first and the second half of the lanes."""
        fn, half = self.fn, x.lanes // 2
        parts = []
        for start in (0, half):
            picks = ", ".join(f"i32 {start + i}" for i in range(half))
            part = f"shufflevector {x.type} {x.name}, {x.type} poison, <{half} x i32> <{picks}>"
            if half == 1:
                parts.append(fn.emit(f"extractelement {x.type} {x.name}, i64 {start}", x.kind, 1))
            else:
                parts.append(fn.emit(part, x.kind, half))
        return parts[0], parts[1]
