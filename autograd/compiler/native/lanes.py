"""Write LLVM IR by arithmetic: a `Row` is one value of it, a vector of lanes; operators on rows append instructions.

`Function` collects the text of one function. Nothing is fused, reassociated or assumed: `x * y + z` are two roundings,
`fma(x, y, z)` is one.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

#: The LLVM type of each kind of lane.
TYPES = {
    "f64": "double", "f32": "float", "i64": "i64", "i32": "i32", "i8": "i8", "i1": "i1", "ptr": "ptr",
}  # fmt: skip
#: Bits of a lane.
BITS = {"f64": 64, "f32": 32, "i64": 64, "i32": 32, "i8": 8, "i1": 1, "ptr": 64}
FLOATS = ("f64", "f32")

Number: TypeAlias = "Row | float | int"


def literal(value: Any, kind: str) -> str:
    """Write a number as LLVM reads it: floats by their bits."""
    # -0.0 and 0.0, 1 and True are the same keys of a cache.
    return _literal(repr(value), value, kind)


@lru_cache(maxsize=4096)
def _literal(_: str, value: Any, kind: str) -> str:
    if kind == "f64":
        return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
    if kind == "f32":
        rounded = float(value)
        if math.isfinite(rounded):
            try:
                (rounded,) = struct.unpack("<f", struct.pack("<f", rounded))
            except OverflowError:
                rounded = math.copysign(math.inf, rounded)
        return _literal(repr(rounded), rounded, "f64")
    if kind == "i1":
        return "true" if value else "false"
    bits = BITS[kind]
    wrapped = int(value) & ((1 << bits) - 1)
    return str(wrapped - (1 << bits) if wrapped >> (bits - 1) else wrapped)


class Module:
    """Functions, and the intrinsics that they declare."""

    def __init__(self) -> None:
        self.declared: dict[str, str] = {}
        self.functions: list[str] = []

    def declare(self, name: str, result: str, *parameters: str) -> None:
        """Declare a function of another module, once."""
        self.declared[name] = f"declare {result} @{name}({', '.join(parameters)})"

    def text(self) -> str:
        """Give the module."""
        return "\n".join([*self.declared.values(), *self.functions]) + "\n"


class Function:
    """One function in the making.

    Parameters
    ----------
    module : Module
    lanes : int
        How many elements a row holds; 1 for scalars.
    """

    def __init__(self, module: Module, lanes: int = 1) -> None:
        self.module = module
        self.lanes = lanes
        self.lines: list[str] = []
        self.block = "entry"
        self._count = 0

    def fresh(self, prefix: str = "t") -> str:
        """Give a name that is not used yet."""
        self._count += 1
        return f"%{prefix}{self._count}"

    def emit(self, text: str, kind: str, lanes: int | None = None) -> Row:
        """Append an instruction and give its result."""
        name = self.fresh()
        self.lines.append(f"  {name} = {text}")
        return Row(self, name, kind, self.lanes if lanes is None else lanes)

    def do(self, text: str) -> None:
        """Append an instruction without a result."""
        self.lines.append(f"  {text}")

    def start(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")
        self.block = label

    def type(self, kind: str, lanes: int | None = None) -> str:
        """Write the type of a row."""
        return _type(kind, self.lanes if lanes is None else lanes)

    def constant(self, value: Any, kind: str, lanes: int | None = None) -> Row:
        """Give a row with one number in all lanes."""
        lanes = self.lanes if lanes is None else lanes
        text = literal(value, kind)
        return Row(self, _repeated(TYPES[kind], text, lanes), kind, lanes)

    def sequence(self, kind: str = "i64") -> Row:
        """Give 0, 1, 2, ... in the lanes."""
        if self.lanes == 1:
            return self.constant(0, kind)
        text = ", ".join(f"{TYPES[kind]} {literal(i, kind)}" for i in range(self.lanes))
        return Row(self, f"<{text}>", kind, self.lanes)

    def intrinsic(self, name: str, *args: Row, result: str | None = None) -> Row:
        """Call an LLVM intrinsic that takes its type from its first operand."""
        first = args[0]
        full = f"llvm.{name}.{_mangled(first.kind, first.lanes)}"
        kind = result or first.kind
        typed = [self.type(arg.kind, arg.lanes) for arg in args]
        self.module.declare(full, self.type(kind, first.lanes), *typed)
        return self.emit(f"call {self.type(kind, first.lanes)} @{full}({', '.join(map(_typed, args))})",
                         kind, first.lanes)  # fmt: skip


@lru_cache(maxsize=4096)
def _repeated(kind: str, text: str, lanes: int) -> str:
    return text if lanes == 1 else f"<{', '.join([f'{kind} {text}'] * lanes)}>"


@lru_cache(maxsize=256)
def _type(kind: str, lanes: int) -> str:
    return TYPES[kind] if lanes == 1 else f"<{lanes} x {TYPES[kind]}>"


def _mangled(kind: str, lanes: int) -> str:
    return kind if lanes == 1 else f"v{lanes}{kind}"


def _typed(row: Row) -> str:
    return f"{row.type} {row.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A value of a function: in each lane a number of one kind."""

    fn: Function = field(repr=False)
    name: str
    kind: str
    lanes: int

    @property
    def type(self) -> str:
        """The LLVM type."""
        return _type(self.kind, self.lanes)

    def like(self, value: Number) -> Row:
        """Give a number as a row of this kind; a row as it is."""
        return value if isinstance(value, Row) else self.fn.constant(value, self.kind, self.lanes)

    def _do(self, op: str, x: Number, y: Number, kind: str | None = None) -> Row:
        a, b = self.like(x), self.like(y)
        assert a.kind == b.kind and a.lanes == b.lanes, f"{op} of {a.kind}x{a.lanes} and {b.kind}x{b.lanes}"
        return self.fn.emit(f"{op} {a.type} {a.name}, {b.name}", kind or a.kind, a.lanes)

    def _arithmetic(self, op: str, x: Number, y: Number) -> Row:
        return self._do(("f" if self.kind in FLOATS else "") + op, x, y)

    def _compare(self, how: str, other: Number) -> Row:
        """Compare; with NaN everything is false but that it is unequal."""
        if self.kind in FLOATS:
            return self._do(f"fcmp {'une' if how == 'ne' else 'o' + how}", self, other, "i1")
        return self._do(f"icmp {how if how in ('eq', 'ne') else 's' + how}", self, other, "i1")

    def __add__(self, other: Number) -> Row:
        """Add."""
        return self._arithmetic("add", self, other)

    def __radd__(self, other: Number) -> Row:
        """Add."""
        return self._arithmetic("add", other, self)

    def __sub__(self, other: Number) -> Row:
        """Subtract."""
        return self._arithmetic("sub", self, other)

    def __rsub__(self, other: Number) -> Row:
        """Subtract."""
        return self._arithmetic("sub", other, self)

    def __mul__(self, other: Number) -> Row:
        """Multiply."""
        return self._arithmetic("mul", self, other)

    def __rmul__(self, other: Number) -> Row:
        """Multiply."""
        return self._arithmetic("mul", other, self)

    def __truediv__(self, other: Number) -> Row:
        """Divide."""
        return self._do("fdiv", self, other)

    def __rtruediv__(self, other: Number) -> Row:
        """Divide."""
        return self._do("fdiv", other, self)

    def __neg__(self) -> Row:
        """Negate."""
        if self.kind in FLOATS:
            return self.fn.emit(f"fneg {self.type} {self.name}", self.kind, self.lanes)
        return 0 - self

    def __and__(self, other: Number) -> Row:
        """Combine bits."""
        return self._do("and", self, other)

    def __or__(self, other: Number) -> Row:
        """Combine bits."""
        return self._do("or", self, other)

    def __xor__(self, other: Number) -> Row:
        """Combine bits."""
        return self._do("xor", self, other)

    def __invert__(self) -> Row:
        """Invert bits."""
        return self._do("xor", self, -1 if self.kind != "i1" else 1)

    def __lshift__(self, other: Number) -> Row:
        """Shift left."""
        return self._do("shl", self, other)

    def __rshift__(self, other: Number) -> Row:
        """Shift right, the sign going along."""
        return self._do("ashr", self, other)

    def shifted_in(self, other: Number) -> Row:
        """Shift right, zeros coming in."""
        return self._do("lshr", self, other)

    def __lt__(self, other: Number) -> Row:
        """Compare."""
        return self._compare("lt", other)

    def __le__(self, other: Number) -> Row:
        """Compare."""
        return self._compare("le", other)

    def __gt__(self, other: Number) -> Row:
        """Compare."""
        return self._compare("gt", other)

    def __ge__(self, other: Number) -> Row:
        """Compare."""
        return self._compare("ge", other)

    def equals(self, other: Number) -> Row:
        """Tell where two are equal."""
        return self._compare("eq", other)

    def differs(self, other: Number) -> Row:
        """Tell where two are not equal, as NaN is from everything."""
        return self._compare("ne", other)

    def is_nan(self) -> Row:
        """Tell where there is no number."""
        return self._do("fcmp uno", self, self, "i1")

    def cast(self, op: str, kind: str) -> Row:
        """Convert by an LLVM instruction: fptosi, sitofp, fpext, fptrunc, zext, sext, trunc, bitcast."""
        return self.fn.emit(f"{op} {self.type} {self.name} to {self.fn.type(kind, self.lanes)}", kind, self.lanes)

    def bits(self) -> Row:
        """Look at floats as integers of their size."""
        return self.cast("bitcast", "i64" if self.kind == "f64" else "i32")

    def floats(self) -> Row:
        """Look at integers as floats of their size."""
        return self.cast("bitcast", "f64" if self.kind == "i64" else "f32")


def where(condition: Row, x: Number, y: Number) -> Row:
    """Choose lane by lane; at least one of the two is a row."""
    like = x if isinstance(x, Row) else y
    assert isinstance(like, Row), "where needs a row for one of its alternatives"
    a, b = like.like(x), like.like(y)
    return like.fn.emit(
        f"select {condition.type} {condition.name}, {a.type} {a.name}, {b.type} {b.name}", a.kind, a.lanes
    )


def fma(x: Row, y: Number, z: Number) -> Row:
    """X y + z, rounded once."""
    return x.fn.intrinsic("fma", x, x.like(y), x.like(z))


def absolute(x: Row) -> Row:
    """|x|."""
    return x.fn.intrinsic("fabs", x)


def copysign(x: Row, sign: Number) -> Row:
    """|x| with the sign of another."""
    return x.fn.intrinsic("copysign", x, x.like(sign))


def sqrt(x: Row) -> Row:
    """√x, correctly rounded."""
    return x.fn.intrinsic("sqrt", x)


def polynomial(x: Row, coefficients: Sequence[float]) -> Row:
    """Σ c_k x^(n-k) by Horner's rule with fma: from the highest power down."""
    total = x.like(coefficients[0])
    for c in coefficients[1:]:
        total = fma(total, x, c)
    return total


def two_sum(x: Row, y: Row) -> tuple[Row, Row]:
    """X + y exactly, as the rounded sum and what that lost (Knuth 1969)."""
    s = x + y
    b = s - x
    return s, (x - (s - b)) + (y - b)


def fast_two_sum(x: Row, y: Row) -> tuple[Row, Row]:
    """X + y exactly for |x| ≥ |y| (Dekker 1971)."""
    s = x + y
    return s, y - (s - x)


def two_product(x: Row, y: Number) -> tuple[Row, Row]:
    """X y exactly, as the rounded product and what that lost."""
    p = x * y
    return p, fma(x, y, -p)
