"""What a loop nest is: rows, lanes within a row, small axes written out, and the steps that are taken at each place.

An array's axes have roles. `r` axes are the rows, over which the outer loop runs; `l` is the one axis along which
vectors are taken; `u` axes are so short that they are unrolled. Where no array has an `l` axis the vectors are taken
along the rows. A step maps numbers to a number at each place, and may reduce what it made over rows, lanes and
unrolled axes. All of this is plain data: it compares and hashes by value, and machine code is kept by it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from autograd.compiler.native.lanes import BITS

#: Up to this length an axis is unrolled.
UNROLLED = 16
_NOT_MANY, _MANY, _FEW = 2048, 256, 3
#: From so many places on, and so many additions or bytes, a kernel is run in pieces of about so many places.
LARGE, WORK, BYTES, PIECE = 100_000, 8_000_000, 4_000_000, 1 << 15
#: The most that all pieces of a kernel have for themselves, in bytes.
ROOM = 1 << 23


@dataclass(frozen=True, slots=True)
class Access:
    """How an array is read or written: strides in bytes.

    Attributes
    ----------
    kind : str
        Of an element in memory: `i8` for booleans.
    rows : tuple of (size, stride)
        The axes over which rows are counted, the outermost first; none where all rows see the same. The size of the
        first does not matter and is 0.
    lane : int or None
        The stride along the lanes; None where the array has no such axis.
    unrolled : tuple of (size, stride)
    """

    kind: str
    rows: tuple[tuple[int, int], ...] = ()
    lane: int | None = None
    unrolled: tuple[tuple[int, int], ...] = ()

    @property
    def count(self) -> int:
        """How many unrolled elements there are at a place."""
        return math.prod(size for size, _ in self.unrolled)


@dataclass(frozen=True, slots=True)
class Cell:
    """An operand: what an input holds or a step made, by number: inputs first, then steps.

    `indices` tells for each unrolled axis of it which of the step's unrolled indices goes there; -1 for the first
    element.
    """

    number: int
    indices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """An operand that is a number, as text so that -0.0 and NaN compare."""

    value: str

    @classmethod
    def of(cls, value: Any) -> Fixed:
        """Take a number."""
        return cls(repr(complex(value).real) if not isinstance(value, (bool, int)) else repr(int(value)))


@dataclass(frozen=True, slots=True)
class Place:
    """An operand that is the index along an axis: `l`, or the number of an unrolled one."""

    axis: str | int


@dataclass(frozen=True, slots=True)
class Step:
    """One function of numbers, at each place, and what it is reduced over.

    Attributes
    ----------
    fn : str
        A name in `scalars.FUNCTIONS`.
    args : tuple of Cell, Fixed or Place
    kinds : tuple of str
        To which each argument is converted.
    kind : str
        Of what `fn` gives.
    on : str
        Where it is taken: for each row, `r`, for each lane, `l`, or both.
    space : tuple of int
        The sizes of the unrolled indices.
    reduce : str
        What puts numbers together: add, multiply, maximum, minimum; nothing where it is not reduced.
    over : str
        Over what: some of `r` and `l`.
    summed : tuple of int
        Which unrolled indices.
    """

    fn: str
    args: tuple[Any, ...]
    kinds: tuple[str, ...]
    kind: str
    on: str = ""
    space: tuple[int, ...] = ()
    reduce: str = ""
    over: str = ""
    summed: tuple[int, ...] = ()

    @property
    def kept(self) -> tuple[int, ...]:
        """Which unrolled indices the result has."""
        return tuple(i for i in range(len(self.space)) if i not in self.summed)


@dataclass(frozen=True, slots=True)
class Nest:
    """A loop nest.

    Attributes
    ----------
    width : int or None
        The number of lanes; None where vectors are taken along the rows.
    inputs : tuple of Access
    steps : tuple of Step
    outputs : tuple of (step, Access)
        What is stored where.
    lanes : int
        How many elements a vector has.
    whole, rest : bool
        Whether there are whole vectors of rows (blocks of them, where vectors are taken along the lanes), and a rest.
    bounds : tuple of (int, int)
        For each array, and each room, the first byte that is its own and the first that is not, from where the nest
        sees it begin: to check each address. None at all where nothing is checked.
    """

    width: int | None
    inputs: tuple[Access, ...]
    steps: tuple[Step, ...]
    outputs: tuple[tuple[int, Access], ...]
    lanes: int = 8
    whole: bool = True
    rest: bool = True
    bounds: tuple[tuple[int, int], ...] = ()

    @property
    def widest(self) -> int:
        """The bits of the widest lanes."""
        kinds = [a.kind for a in self.inputs if a.kind != "i8"] + [s.kind for s in self.steps]
        return max((BITS[kind] for kind in [*kinds, *[k for s in self.steps for k in s.kinds]]), default=64)

    def shaped(self, rows: int, vector: int) -> Nest:
        """Choose how many elements a vector has, and what has to be written for so many rows.

        Few rows are one vector, of up to twice the size that the processor has; if they are not many, half vectors that
        leave no rest save half the code.
        """
        lanes = vector * 8 // max(self.widest, 32)
        if self.width is None:
            while lanes > 1 and lanes // 2 >= rows:
                lanes //= 2
            if lanes < rows <= 2 * lanes:
                lanes *= 2
            elif rows >= _MANY and len(self.steps) <= _FEW and any("r" in step.over for step in self.steps):
                # A sum waits for the one before it: so several at a time, in one vector of several of the processor's.
                lanes *= 4
            elif rows <= _NOT_MANY and rows % lanes and lanes > 2 and rows % (lanes // 2) == 0:
                lanes //= 2
        block = lanes if self.width is None else self.height
        return replace(self, lanes=lanes, whole=rows >= block, rest=rows % block != 0)

    @property
    def height(self) -> int:
        """How many rows are taken at once where vectors are taken along the lanes."""
        passes = max((p for p, step in zip(self.phases(), self.steps, strict=True) if "l" in step.on), default=0) + 1
        work = sum(max(1, math.prod(step.space)) for step in self.steps)
        return 1 if passes > 1 or work > 80 else 4 if work <= 40 else 2

    def depends(self) -> list[str]:
        """Tell for each cell on what it depends: some of `r` and `l`."""
        inputs = [("r" if a.rows else "") + ("l" if a.lane is not None else "") for a in self.inputs]
        return inputs + ["".join(axis for axis in step.on if axis not in step.over) for step in self.steps]

    def phases(self) -> list[int]:
        """Tell for each step in which pass over the lanes it is computed: after all that it reads is reduced."""
        found = [0] * len(self.inputs)
        for step in self.steps:
            phase = max((found[arg.number] for arg in step.args if isinstance(arg, Cell)), default=0)
            found.append(phase + 1 if "l" in step.over and "r" not in step.over else phase)
        return [
            max((found[arg.number] for arg in step.args if isinstance(arg, Cell)), default=0) for step in self.steps
        ]


@dataclass(eq=False)
class Kernel:
    """A loop nest as the function of a node, which takes the arrays that are read and makes those that are written.

    Attributes
    ----------
    nest : Nest
    starts : tuple of (argument, bytes)
        For each input of the nest the array in which it lies, and where it begins.
    rows : int
    made : int
        How many results there are; what follows them is room for the kernel's own use.
    labels : tuple of (Value, int)
        The arrays whose labels are checked, and how many there may be.
    sizes : tuple of int
        Of each result the elements, of what follows them the bytes.
    read, written : int
        The bytes that it reads, each array once, and writes.
    group : Group
        The calls of which it is made.
    """

    nest: Nest
    starts: tuple[tuple[int, int], ...]
    rows: int
    made: int
    labels: tuple[tuple[Any, int], ...]
    sizes: tuple[int, ...]
    read: int
    written: int
    group: Any

    @property
    def elements(self) -> int:
        """How many places there are."""
        return self.rows * (self.nest.width or 1)

    @property
    def is_large(self) -> bool:
        """Tell whether it is run in pieces: whether it takes some tenths of a millisecond."""
        long = self.elements * self.work >= WORK or self.read + self.written >= BYTES
        return self.elements >= LARGE and long and self.piece < self.rows

    @property
    def piece(self) -> int:
        """How many rows are run at once of a large kernel: whole blocks."""
        block = self.nest.lanes if self.nest.width is None else self.nest.height
        usual = max(PIECE // (self.nest.width or 1) // block, 1)
        # Each piece has sums, and room to work in, of its own: there are as many as fit into some megabytes.
        most = max(ROOM // max(self.own, 1), 1)
        return max(usual, -(-self.rows // block // most)) * block

    @property
    def own(self) -> int:
        """The bytes that each piece has for itself."""
        made = sum(8 * self.sizes[at] for at, (_, access) in enumerate(self.nest.outputs) if not access.rows)
        return made + sum(self.sizes[self.made :])

    @property
    def work(self) -> int:
        """What a place costs, in additions."""
        return int(self.group.work)

    def may_overwrite(self, node: Any, x: Any, out: Any) -> bool:
        """Tell whether a result may lie where an operand lies: each element is read before it is written."""
        at = node.outs.index(out)
        if at >= self.made:
            return False
        cell, access = self.nest.outputs[at]
        place = next(i for i, arg in enumerate(node.args) if arg is x)
        mine = [i for i, (arg, _) in enumerate(self.starts) if arg == place]
        if not access.rows or any(self.nest.inputs[i] != access or self.starts[i][1] for i in mine):
            return False
        if self.nest.width is None or access.lane is None:
            return True
        phases = self.nest.phases()
        stored = phases[cell - len(self.nest.inputs)] if cell >= len(self.nest.inputs) else 0
        return all(
            phases[n] <= stored for n, step in enumerate(self.nest.steps)
            if any(isinstance(arg, Cell) and arg.number in mine for arg in step.args)
        )  # fmt: skip

    @property
    def calls(self) -> str:
        """Name the functions in it, in their order, `sum` and the like for reductions."""
        names = []
        for member in self.group.members:
            what = "matmul" if member.fn == "multiply" and member.reduce else member.fn
            reduced = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}.get(member.reduce, "")
            names.append(reduced if what == "same" and reduced else what)
        return ", ".join(names)

    @property
    def __name__(self) -> str:
        """Name the functions in it."""
        names = dict.fromkeys(member.origin.split(" ")[0] or member.fn for member in self.group.members)
        return f"kernel[{', '.join(names)}]"

    def __call__(self, *arrays: Any) -> Any:
        """Refuse: a kernel is called by the backend."""
        raise NotImplementedError("a kernel runs within the program that was emitted")
