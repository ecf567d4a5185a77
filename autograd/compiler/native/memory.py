"""Reads and writes of a nest: addresses, vectors of what lies next to each other or apart, masks, checks of bounds."""

from __future__ import annotations

from autograd.compiler.native.lanes import BITS, TYPES, Function, Module, Row
from autograd.compiler.native.nest import Access, Nest
from autograd.compiler.native.scalars import from_memory, to_memory


class Memory:
    """Writes the text of loads and stores into a function.

    Attributes
    ----------
    pointers : list of str
        The address of each array, and of each room.
    slots : dict
        Of which array an address is, where addresses are checked.
    mask : Row or None
        Which lanes there are; None for all.
    """

    def __init__(self, nest: Nest, module: Module) -> None:
        self.nest = nest
        self.module = module
        self.lanes = nest.lanes
        self.fn = Function(module, self.lanes)
        self.pointers: list[str] = []
        self.slots: dict[str, int] = {}
        self.mask: Row | None = None

    def moved(self, pointer: str, index: str, stride: int) -> str:
        """Give the address `index * stride` bytes on."""
        fn = self.fn
        if stride == 0:
            return pointer
        offset, name = fn.fresh("o"), fn.fresh("p")
        fn.do(f"{offset} = mul i64 {index}, {stride}")
        fn.do(f"{name} = getelementptr i8, ptr {pointer}, i64 {offset}")
        self.slots[name] = self.slots[pointer]
        return name

    def shifted(self, pointer: str, by: int) -> str:
        """Give the address some bytes on."""
        if by == 0:
            return pointer
        name = self.fn.fresh("p")
        self.fn.do(f"{name} = getelementptr i8, ptr {pointer}, i64 {by}")
        self.slots[name] = self.slots[pointer]
        return name

    def row_of(self, pointer: str, access: Access, row: str) -> str:
        """Give the address of a row."""
        fn = self.fn
        left = row
        for size, stride in reversed(access.rows[1:]):
            at, rest = fn.fresh("d"), fn.fresh("d")
            fn.do(f"{at} = urem i64 {left}, {size}")
            fn.do(f"{rest} = udiv i64 {left}, {size}")
            pointer, left = self.moved(pointer, at, stride), rest
        return self.moved(pointer, left, access.rows[0][1]) if access.rows else pointer

    def load(self, pointer: str, kind: str, lanes: int, stride: int = 0) -> Row:
        """Read one element, or as many as there are lanes; masked where a mask is set."""
        fn = self.fn
        align = BITS[kind] // 8
        self.check(pointer, kind, lanes, stride)
        if lanes == 1:
            return from_memory(fn.emit(f"load {TYPES[kind]}, ptr {pointer}, align {align}", kind, 1))
        if stride == 0:
            return self.spread(self.load(pointer, kind, 1), lanes)
        full = fn.type(kind, lanes)
        if stride == align and self.mask is None:
            return from_memory(fn.emit(f"load {full}, ptr {pointer}, align {align}", kind, lanes))
        if self.mask is None and stride != align:
            return from_memory(self._apart(pointer, kind, lanes, stride))
        mask = self.mask or fn.constant(1, "i1", lanes)
        suffix = f"v{lanes}{kind}"
        if stride == align:
            name = f"llvm.masked.load.{suffix}.p0"
            return from_memory(self._masked(name, full, f"ptr align {align} {pointer}", "ptr", mask, kind))
        return self._gather(self.addresses(pointer, lanes, stride), kind, mask)

    def _apart(self, pointer: str, kind: str, lanes: int, stride: int) -> Row:
        """Read elements that lie a stride apart: backwards as a vector turned round, else one by one.

        The processor's own gather takes longer, on AMD twice as long.
        """
        fn, align = self.fn, BITS[kind] // 8
        full = fn.type(kind, lanes)
        if stride == -align:
            start = self.shifted(pointer, stride * (lanes - 1))
            row = fn.emit(f"load {full}, ptr {start}, align {align}", kind, lanes)
            back = ", ".join(f"i32 {lanes - 1 - i}" for i in range(lanes))
            return fn.emit(f"shufflevector {full} {row.name}, {full} poison, <{lanes} x i32> <{back}>", kind, lanes)
        name = "poison"
        for i in range(lanes):
            one = fn.emit(f"load {TYPES[kind]}, ptr {self.shifted(pointer, stride * i)}, align {align}", kind, 1)
            name = fn.emit(f"insertelement {full} {name}, {one.type} {one.name}, i64 {i}", kind, lanes).name
        return Row(fn, name, kind, lanes)

    def gathered(self, pointer: str, offset: Row, kind: str) -> Row:
        """Read the element that lies as many bytes on as each lane says; masked where a mask is set."""
        fn = self.fn
        self.check_offset(pointer, offset, kind)
        name = fn.fresh("p")
        fn.do(f"{name} = getelementptr i8, ptr {pointer}, {offset.type} {offset.name}")
        if offset.lanes == 1:
            return from_memory(fn.emit(f"load {TYPES[kind]}, ptr {name}, align {BITS[kind] // 8}", kind, 1))
        return self._gather(name, kind, self.mask or fn.constant(1, "i1", offset.lanes))

    def _gather(self, addresses: str, kind: str, mask: Row) -> Row:
        name = f"llvm.masked.gather.v{mask.lanes}{kind}.v{mask.lanes}p0"
        full, pointers = self.fn.type(kind, mask.lanes), f"<{mask.lanes} x ptr>"
        return from_memory(
            self._masked(name, full, f"{pointers} align {BITS[kind] // 8} {addresses}", pointers, mask, kind)
        )

    def _masked(self, name: str, full: str, address: str, pointer: str, mask: Row, kind: str) -> Row:
        fn = self.fn
        self.module.declare(name, full, pointer, mask.type, full)
        return fn.emit(
            f"call {full} @{name}({address}, {mask.type} {mask.name}, {full} zeroinitializer)", kind, mask.lanes
        )

    def store(self, pointer: str, x: Row, kind: str, stride: int = 0) -> None:
        """Write one element, or as many as there are lanes."""
        fn = self.fn
        align = BITS[kind] // 8
        x = to_memory(x)
        self.check(pointer, kind, x.lanes, stride)
        assert x.kind == kind, f"{x.kind} is stored as {kind}"
        if x.lanes == 1:
            fn.do(f"store {x.type} {x.name}, ptr {pointer}, align {align}")
            return
        if stride == align and self.mask is None:
            fn.do(f"store {x.type} {x.name}, ptr {pointer}, align {align}")
            return
        mask = self.mask or fn.constant(1, "i1", x.lanes)
        suffix = f"v{x.lanes}{kind}"
        if stride == align:
            name, place, typed = f"llvm.masked.store.{suffix}.p0", "ptr", f"ptr align {align} {pointer}"
        else:
            place = f"<{x.lanes} x ptr>"
            name = f"llvm.masked.scatter.{suffix}.v{x.lanes}p0"
            typed = f"{place} align {align} {self.addresses(pointer, x.lanes, stride)}"
        self.module.declare(name, "void", x.type, place, mask.type)
        fn.do(f"call void @{name}({x.type} {x.name}, {typed}, {mask.type} {mask.name})")

    def check(self, pointer: str, kind: str, lanes: int, stride: int) -> None:
        """Remember if an address is not the array's own, where that is to be checked."""
        if not self.nest.bounds:
            return
        fn, slot = self.fn, self.slots[pointer]
        at = fn.emit(f"ptrtoint ptr {pointer} to i64", "i64", 1)
        start = fn.emit(f"ptrtoint ptr {self.pointers[slot]} to i64", "i64", 1)
        offset = self.spread(at - start, lanes)
        if lanes > 1 and stride:
            offset = offset + fn.sequence() * stride
        self.check_offset(self.pointers[slot], offset, kind)

    def check_offset(self, pointer: str, offset: Row, kind: str) -> None:
        """Remember if what lies so many bytes from where an array begins is not the array's own."""
        if not self.nest.bounds:
            return
        low, high = self.nest.bounds[self.slots[pointer]]
        lanes = offset.lanes
        wrong = (offset < low) | (offset > high - BITS[kind] // 8)
        self.complain(wrong if self.mask is None or lanes == 1 else wrong & self.mask)

    def complain(self, wrong: Row) -> None:
        """Remember that something is out of bounds, if it is anywhere."""
        fn = self.fn
        if wrong.lanes > 1:
            name = f"llvm.vector.reduce.or.v{wrong.lanes}i1"
            self.module.declare(name, "i1", wrong.type)
            wrong = fn.emit(f"call i1 @{name}({wrong.type} {wrong.name})", "i1", 1)
        now = fn.emit("load i64, ptr %bad, align 8", "i64", 1) | wrong.cast("zext", "i64")
        fn.do(f"store i64 {now.name}, ptr %bad, align 8")

    def addresses(self, pointer: str, lanes: int, stride: int) -> str:
        """Give the addresses of the lanes, a stride apart."""
        fn = self.fn
        offsets = ", ".join(f"i64 {i * stride}" for i in range(lanes))
        name = fn.fresh("p")
        fn.do(f"{name} = getelementptr i8, ptr {pointer}, <{lanes} x i64> <{offsets}>")
        return name

    def spread(self, x: Row, lanes: int) -> Row:
        """Put one number into all lanes."""
        if x.lanes == lanes:
            return x
        fn = self.fn
        full = fn.type(x.kind, lanes)
        one = fn.emit(f"insertelement {full} poison, {x.type} {x.name}, i64 0", x.kind, lanes)
        mask = f"<{lanes} x i32> zeroinitializer"
        return fn.emit(f"shufflevector {full} {one.name}, {full} poison, {mask}", x.kind, lanes)


def memory_kind(kind: str) -> str:
    """Give the kind that lies in memory."""
    return "i8" if kind == "i1" else kind


def bytes_of(kind: str) -> int:
    """Give the bytes of an element in memory."""
    return BITS[memory_kind(kind)] // 8
