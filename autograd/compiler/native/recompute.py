"""Compute again in a later nest what an earlier one made, where that is cheaper than to write and read it.

A hidden layer of a small network is the case: its activations are a few products of what is small, and a matrix of
them is more than the nearest cache holds.
"""

from __future__ import annotations

from autograd.compiler.native.fusion import Grouping
from autograd.compiler.native.groups import Group, Member, Operand
from autograd.compiler.program import Value, values_in

#: How much work may be repeated for each element, and from which size on.
CHEAP, LARGE = 10, 1 << 15


def recomputed(grouping: Grouping) -> None:
    """Copy cheap members into the groups that read what they make."""
    program, views = grouping.program, grouping.views
    readers: dict[Value, list[Group]] = {}
    fixed = {views.root(value) for value in values_in(program.outputs)}
    for unit in grouping.units:
        if unit.node is not None:
            fixed.update(views.root(value) for value in unit.node.inputs())
            continue
        for root in dict.fromkeys(views.root(arg.value) for arg in _outside(unit, grouping)):
            readers.setdefault(root, []).append(unit)
    for value, groups in readers.items():
        number = grouping.unit_of.get(value)
        if number is None or value in fixed or value.nbytes < LARGE:
            continue
        source = grouping.units[number]
        if source.node is None and value not in source.final:
            _repeat(value, source, groups, grouping)


def _outside(group: Group, grouping: Grouping) -> list[Operand]:
    """Give the operands that a group reads from elsewhere."""
    return [arg for member in group.members for arg in member.args
            if isinstance(arg, Operand) and grouping.views.root(arg.value) not in group.made]  # fmt: skip


def _repeat(value: Value, source: Group, groups: list[Group], grouping: Grouping) -> None:
    makers = {member.out: member for member in source.members}
    needed: dict[Value, Member] = {}
    small: list[Value] = []

    def collect(out: Value) -> bool:
        member = makers[out]
        if out in needed:
            return True
        if member.over("r") or member.over("l") or member.fn == "label":
            return False
        needed[out] = member
        for arg in member.args:
            if isinstance(arg, Operand):
                root = grouping.views.root(arg.value)
                if root in source.made:
                    if not collect(root):
                        return False
                else:
                    small.append(arg.value)
        return True

    if not collect(value) or sum(member.work for member in needed.values()) > CHEAP:
        return
    if any(4 * given.nbytes > value.nbytes for given in small):
        return
    # The readers may read what it is made of too, and have to agree about that as well.
    if not all(_agrees(one, source, group, grouping) for group in groups for one in needed):
        return
    closure = [member for member in source.members if member.out in needed]
    for group in groups:
        new = [member for member in closure if member.out not in group.made]
        # After what was copied before, which it may read.
        group.members[group.copied : group.copied] = new
        group.copied += len(new)
        group.made.update((member.out, source.made[member.out]) for member in new)
        group.work += sum(member.work for member in new)


def _agrees(value: Value, source: Group, group: Group, grouping: Grouping) -> bool:
    """Tell whether a group has the rows and lanes of another, and reads a value with the roles that it has there."""
    if (group.rows, group.width) != (source.rows, source.width):
        return False
    for member in group.members:
        for arg in member.args:
            if isinstance(arg, Operand) and grouping.views.root(arg.value) is value:
                axes = grouping.views.renamed(arg.value, value, source.made[value])
                if axes is None:
                    return False
                for axis, p in zip(axes, arg.at, strict=True):
                    if p >= 0 and axis.same != member.space[p].same:
                        return False
    return True
