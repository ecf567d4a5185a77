"""What a call becomes in a group: which roles its axes have there, if they agree with those that the group has."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.lowering import _label_index
from autograd.compiler.native.groups import ONE, Axes, Axis, Group, Member, Operand, candidate, numbered
from autograd.compiler.native.nest import UNROLLED, Place
from autograd.compiler.native.scalars import KINDS
from autograd.compiler.native.views import Views
from autograd.compiler.native.vocabulary import reading
from autograd.compiler.passes.kinds import number_of, reduces, reduction
from autograd.compiler.program import Node, Value
from autograd.ops.indexing import scatter

#: Which reductions kernels know.
REDUCTIONS: dict[Any, str] = {np.add: "add", np.multiply: "multiply", np.maximum: "maximum", np.minimum: "minimum"}
#: A product with an axis up to this length may be a loop; if it is the one that is summed over, up to that.
THIN, THIN_INSIDE = 5, 10


class Fitting:
    """Reads calls as members of groups.

    Attributes
    ----------
    views : Views
        Of the program.
    """

    def __init__(self, views: Views) -> None:
        self.views = views

    def __call__(self, node: Node, group: Group) -> tuple[list[Member] | None, str]:
        """Give what a call becomes in a group, or None and why it does not fit; of a new group the rows are set."""
        try:
            members = self._read(node, group)
            for member in members or ():
                self._check(member, group)
            return members, "it has other rows or lanes" if group.members else "no kernel knows it"
        except _Unfit as error:
            return None, str(error)

    def known(self, value: Any, group: Group) -> Axes | None:
        """Give the axes of a value that the group makes, or of a view of it; None if it comes from elsewhere.

        Raises
        ------
        _Unfit
            If it is made in the group, but there it cannot be read like this.
        """
        root = self.views.root(value)
        if root not in group.made:
            return None
        axes = self.views.renamed(value, root, group.made[root])
        if root in group.final:
            raise _Unfit("it reads what is known after the last row")
        if axes is None:
            raise _Unfit("it reads the elements in another order")
        return axes

    def number(self, value: Any) -> Any:
        """Give the number that a value is everywhere, or None."""
        if isinstance(value, Value):
            root = self.views.root(value)
            maker = self.views.maker(root)
            return None if maker is None else number_of(maker, root)
        return value if isinstance(value, (bool, int, float, np.generic)) else None

    def _check(self, member: Member, group: Group) -> None:
        """See to it that a member has the group's rows and lanes."""
        numbers = [axis.number for axis in member.space if axis.role == "r"]
        if group.members and sorted(numbers) not in (list(range(len(group.rows))), [-1]):
            raise _Unfit("it has other rows")
        if not member.has_lanes and len(numbers) > 1:
            first = member.space.index(next(axis for axis in member.space if axis.role == "r"))
            together = [axis.number for axis in member.space[first : first + len(numbers)]]
            if together != list(range(len(numbers))):
                raise _Unfit("its rows' axes are in another order")
        if math.prod(axis.size for axis in member.space if axis.role == "r") >= 1 << 31:
            raise _Unfit("it has more rows than are counted")
        if not group.rows and any(axis.role != "1" for axis in member.space):
            raise _Unfit("it has more than one element")
        lanes = [axis.size for axis in member.space if axis.role == "l"]
        if len(lanes) > 1 or (lanes and group.width not in (None, *lanes)):
            raise _Unfit(f"it has other lanes than {group.width}")
        if (lanes and group.narrow) or (member.is_narrow and group.width is not None and not member.has_lanes):
            raise _Unfit("short rows are taken with vectors along the rows, long ones along the lanes")

    def rows_of(self, operand: Operand, space: Axes, rows: tuple[int, ...]) -> list[tuple[int, int]]:
        """Give size and stride of each row axis for an array that comes from elsewhere."""
        strides = self.views.placed(operand.value)[2]
        found = [(size, 0) for size in rows]
        for j, position in enumerate(operand.at):
            if position >= 0 and space[position].role == "r":
                axis = space[position]
                if axis.number < 0:
                    return [(axis.size, strides[j])]
                found[axis.number] = (axis.size, strides[j])
        return found if any(stride for _, stride in found) else []

    def _read(self, node: Node, group: Group) -> list[Member] | None:
        fn = node.fn
        if fn in (np.matmul, np.dot):
            return self._product(node, group)
        if reduces(fn) is not None and node.build is None and not node.ordered:
            return self._reduction(node, group)
        if fn is operator.getitem:
            return self._labelled(node, group)
        if fn is scatter:
            return self._one_hot(node, group)
        call = reading(node)
        if call is None:
            return None
        args = [arg if (number := self.number(arg)) is None else number for arg in call.args]
        space = self._space(node.out.shape, [arg for arg in args if isinstance(arg, Value)], group)
        operands = tuple(self._aligned(arg, space) if isinstance(arg, Value) else arg for arg in args)
        return [Member(node.out, call.fn, operands, call.kinds, call.kind, space, origin=node.origin)]

    def _space(self, shape: tuple[int, ...], values: Sequence[Value], group: Group) -> Axes:
        """Give the axes of an elementwise result: those that its operands have, or the usual ones."""
        found: list[Axis | None] = [ONE if size == 1 else None for size in shape]
        for value in values:
            axes = self.known(value, group)
            if axes is None:
                continue
            for i, axis in enumerate(axes, len(shape) - len(axes)):
                if axis.role == "1":
                    continue
                held = found[i]
                if held is not None and held.same != axis.same:
                    raise _Unfit("its operands have other rows or lanes")
                found[i] = axis
        if any(axis is None for axis in found):
            usual = self._usual(shape, group)
            for given, other in zip(found, usual, strict=True):
                if given is not None and given.same != other.same:
                    raise _Unfit("its operands have other rows or lanes")
            return usual
        return numbered([axis for axis in found if axis is not None])

    def _usual(self, shape: tuple[int, ...], group: Group) -> Axes:
        axes = candidate(shape, group.rows if group.members else None, group.width)
        if axes is None:
            raise _Unfit("it has other rows or lanes")
        if not group.members:
            group.rows = tuple(axis.size for axis in axes if axis.role == "r")
        return axes

    @staticmethod
    def _aligned(value: Value, space: Axes) -> Operand:
        """Let an operand of an elementwise call go along the last axes of its result."""
        first = len(space) - len(value.shape)
        return Operand(value, tuple(first + j if size != 1 else -1 for j, size in enumerate(value.shape)))

    def _reduction(self, node: Node, group: Group) -> list[Member] | None:
        """Read a reduction; of booleans a sum counts."""
        dtype = node.kwargs.get("dtype")
        kwargs = {key: value for key, value in node.kwargs.items() if key != "dtype"}
        it = reduction(Node(node.fn, node.args, kwargs, node.outs))
        kind = KINDS.get(node.outs[0].dtype)
        if it is None or kind is None or kind == "i1" or not it.x.shape or dtype not in (None, node.outs[0].dtype):
            return None
        name, held = REDUCTIONS.get(it.ufunc), KINDS.get(it.x.dtype)
        if name is None or held is None or (held != kind and (name != "add" or held in ("f64", "f32"))):
            return None
        space = self.known(it.x, group) or self._usual(it.x.shape, group)
        rows = [i for i, axis in enumerate(space) if axis.role == "r"]
        summed = tuple(i for i in it.axes if space[i].role != "1")
        if not rows or (any(i in summed for i in rows) and not all(i in summed for i in rows)):
            raise _Unfit("it is summed over some of the rows' axes, and not over all")
        if self.number(it.x) is not None:
            return None
        operand = self._aligned(it.x, space)
        return [Member(node.out, "same", (operand,), (kind,), kind, space, name, summed, node.origin)]

    def _product(self, node: Node, group: Group) -> list[Member] | None:
        """Read a product of matrices with a short axis."""
        x, y = node.args
        kind = KINDS.get(node.outs[0].dtype)
        if node.kwargs or kind not in ("f64", "f32") or not isinstance(x, Value) or not isinstance(y, Value):
            return None
        if x.dtype != y.dtype or not 1 <= len(x.shape) <= 2 or not 1 <= len(y.shape) <= 2:
            return None
        m = x.shape[0] if len(x.shape) == 2 else 1
        n = y.shape[1] if len(y.shape) == 2 else 1
        k = x.shape[-1]
        found: list[tuple[int, Axes, tuple[Operand, ...]]] = []
        for roles in _PRODUCTS:
            space = self._of_product(roles, (m, k, n), group)
            if space is None:
                continue
            at_x = (0, 1) if len(x.shape) == 2 else (1,)
            at_y = (1, 2) if len(y.shape) == 2 else (1,)
            operands = tuple(
                Operand(value, tuple(p if space[p].role != "1" else -1 for p in at))
                for value, at in ((x, at_x), (y, at_y))
            )
            if all(self._agrees(operand, space, group) for operand in operands):
                found.append((self._apart(operands, space, group), space, operands))
        if not found:
            return None
        _, space, operands = min(found, key=lambda one: one[0])
        summed = (1,) if space[1].role != "1" else ()
        if not group.members:
            group.rows = tuple(axis.size for axis in space if axis.role == "r")
        reduce = "add" if summed else ""
        return [Member(node.out, "multiply", operands, (kind, kind), kind, space, reduce, summed, node.origin)]

    def _apart(self, operands: tuple[Operand, ...], space: Axes, group: Group) -> int:
        """Count the operands whose lanes do not lie next to each other: those with rows would have to be gathered."""
        count = 0
        for operand in operands:
            roles = {space[p].role: j for j, p in enumerate(operand.at) if p >= 0}
            if "l" in roles and "r" in roles and self.views.root(operand.value) not in group.made:
                count += self.views.placed(operand.value)[2][roles["l"]] != operand.value.dtype.itemsize
        return count

    @staticmethod
    def _of_product(roles: str, sizes: tuple[int, int, int], group: Group) -> Axes | None:
        """Give the axes of a product with certain roles, if the sizes and the group allow them."""
        found: list[Axis] = []
        for role, size in zip(roles, sizes, strict=True):
            if size == 1:
                found.append(ONE)
            elif role == "r":
                if group.members and group.count != size:
                    return None
                found.append(Axis("r", size, -1 if len(group.rows) > 1 else 0))
            elif role == "l":
                if size <= UNROLLED or group.width not in (None, size):
                    return None
                found.append(Axis("l", size))
            elif size <= (THIN_INSIDE if len(found) == 1 else THIN):
                found.append(Axis("u", size))
            else:
                return None
        if all(axis.role != "r" for axis in found):
            return None
        return numbered(found)

    def _agrees(self, operand: Operand, space: Axes, group: Group) -> bool:
        """Tell whether an operand that the group makes has the roles that it would have here."""
        axes = self.known(operand.value, group)
        return axes is None or all(
            p < 0 or axis.same == space[p].same for axis, p in zip(axes, operand.at, strict=True)
        )

    # Labels

    def _labelled(self, node: Node, group: Group) -> list[Member] | None:
        """Read x[arange(n), y]: the sum over the row of what stands at the label, and -0 elsewhere."""
        x, index = node.args
        y = _label_index(index, x.shape) if isinstance(x, Value) else None
        kind = KINDS.get(node.outs[0].dtype)
        if y is None or kind not in ("f64", "f32") or KINDS.get(y.dtype) not in ("i64", "i32"):
            return None
        space = self.known(x, group)
        if space is None:
            if x.shape[1] > UNROLLED:
                return None
            space = self._usual(x.shape, group)
        members, here = self._here(y, x.shape, space, group)
        picked = Member(
            node.out, "where", (Operand(here, self._aligned(here, space).at), self._aligned(x, space), -0.0),
            ("i1", kind, kind), kind, space, "add", (1,), node.origin,
        )  # fmt: skip
        return [*members, picked] if space[1].role != "1" else None

    def _one_hot(self, node: Node, group: Group) -> list[Member] | None:
        """Read what is written at (arange(n), y) among zeros."""
        value, index, shape = node.args[0], node.kwargs.get("index"), node.kwargs.get("shape")
        y = _label_index(index, shape) if shape is not None else None
        kind = KINDS.get(node.outs[0].dtype)
        if y is None or kind not in ("f64", "f32") or KINDS.get(y.dtype) not in ("i64", "i32"):
            return None
        space = self._usual(node.outs[0].shape, group)
        if space[1].role == "1" or space[0].role != "r":
            return None
        members, here = self._here(y, node.outs[0].shape, space, group)
        number = self.number(value)
        written = number if number is not None else Operand(value, (0,))
        if isinstance(written, Operand) and not self._agrees(written, space, group):
            return None
        args = (self._aligned(here, space), written, 0.0)
        return [*members, Member(node.out, "where", args, ("i1", kind, kind), kind, space, origin=node.origin)]

    def _here(self, y: Value, shape: tuple[int, ...], space: Axes, group: Group) -> tuple[list[Member], Value]:
        """Tell where in a row the label is."""
        key = (y, shape[1])
        if key in group.labels and group.labels[key] in group.made:
            return [], group.labels[key]
        label, here = Value((shape[0],), np.dtype(np.int64)), Value(shape, np.dtype(bool))
        row, place = (space[0],), Place("l" if space[1].role == "l" else 0)
        if space[0].role != "r" or space[0].size == 1:
            raise _Unfit("labels belong to rows")
        group.labels[key] = here
        return [
            Member(label, "label", (Operand(y, (0,)), shape[1]), ("i64", "i64"), "i64", row),
            Member(here, "equal", (place, Operand(label, (0,))), ("i64", "i64"), "i1", space),
        ], here


#: The roles of (m, k, n) in a product of an (m, k) and a (k, n) matrix, what is tried first first.
_PRODUCTS = ("rul", "rlu", "ruu", "url", "lru", "uru", "lur", "ulr", "uur")


class _Unfit(Exception):
    """A call has no place in a group."""
