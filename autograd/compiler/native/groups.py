"""What a group of calls is: calls that become one loop nest, and the roles that axes have in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd.compiler.native.nest import UNROLLED
from autograd.compiler.native.vocabulary import COSTS
from autograd.compiler.program import Node, Value


class Axis(NamedTuple):
    """The role of one axis: `r` for rows, `l` for lanes, `u` for what is unrolled, `1` where there is one element.

    `number` tells which of the group's row axes it is (-1: all of them, as one), or which of the unrolled axes of the
    value that was made first.
    """

    role: str
    size: int
    number: int = 0

    @property
    def same(self) -> tuple[str, int]:
        """What has to agree where two arrays meet; unrolled axes may meet in any order."""
        return self.role, self.number if self.role == "r" else 0


Axes = tuple[Axis, ...]
ONE = Axis("1", 1)


@dataclass(slots=True)
class Operand:
    """An array that a step reads: `at` tells along which axis of the step's space each of its own goes, -1 for none."""

    value: Value
    at: tuple[int, ...]


@dataclass(slots=True)
class Member:
    """A call in a group: the step that it becomes, but for where its operands lie.

    `space` holds the axes over which the function is applied; those in `summed` (by position) are reduced. `args` are
    operands, numbers, and `Place`.
    """

    out: Value
    fn: str
    args: tuple[Any, ...]
    kinds: tuple[str, ...]
    kind: str
    space: Axes
    reduce: str = ""
    summed: tuple[int, ...] = ()
    origin: str = ""

    @property
    def work(self) -> int:
        """What it costs at a place, in additions."""
        return COSTS.get(self.fn, 1) * math.prod(axis.size for axis in self.space if axis.role == "u")

    def over(self, role: str) -> bool:
        """Tell whether it is reduced over axes of a role."""
        return any(self.space[i].role == role for i in self.summed)

    @property
    def has_lanes(self) -> bool:
        """Tell whether it is computed for each lane."""
        return any(axis.role == "l" for axis in self.space)

    @property
    def is_narrow(self) -> bool:
        """Tell whether it is computed for several elements of a row, and none of them in lanes."""
        return not self.has_lanes and any(axis.role == "u" for axis in self.space)


@dataclass(eq=False)
class Group:
    """Calls that become one loop nest."""

    rows: tuple[int, ...]
    width: int | None = None
    members: list[Member] = field(default_factory=list)
    made: dict[Value, Axes] = field(default_factory=dict)
    final: set[Value] = field(default_factory=set)
    copied: int = 0
    labels: dict[Any, Value] = field(default_factory=dict)
    work: int = 0
    narrow: bool = False
    node: Node | None = None
    why: str = ""
    first: int = 0

    @property
    def count(self) -> int:
        """The number of rows."""
        return math.prod(self.rows)


def candidate(shape: tuple[int, ...], rows: tuple[int, ...] | None, width: int | None) -> Axes | None:
    """Give an array's axes the roles that they usually have: rows first, then what is short, lanes last."""
    long = [size for size in shape if size != 1]
    if rows is None:
        last = len(long) - 1 if len(long) > 1 else len(long)
        rows = tuple(long[:last])
    if tuple(long[: len(rows)]) == rows:
        numbers = list(range(len(rows)))
    elif rows and long[:1] == [math.prod(rows)]:
        numbers = [-1]
    else:
        return None
    found: list[Axis] = []
    rest = len(long)
    for size in shape:
        if size == 1:
            found.append(ONE)
            continue
        rest -= 1
        if numbers:
            found.append(Axis("r", size, numbers.pop(0)))
        elif rest == 0 and (size == width or (size > UNROLLED and width is None)):
            found.append(Axis("l", size))
        elif size <= UNROLLED:
            found.append(Axis("u", size))
        else:
            return None
    if math.prod(axis.size for axis in found if axis.role == "u") > UNROLLED:
        return None
    return numbered(found)


def numbered(axes: Sequence[Axis]) -> Axes:
    """Give each unrolled axis its number."""
    found, count = [], 0
    for axis in axes:
        if axis.role == "u":
            axis, count = Axis("u", axis.size, count), count + 1
        found.append(axis)
    return tuple(found)


def collapsed(rows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put row axes that lie one within the other together."""
    found: list[tuple[int, int]] = []
    for size, stride in rows:
        if found and found[-1][1] == size * stride:
            found[-1] = (found[-1][0] * size, stride)
        else:
            found.append((size, stride))
    return found
