"""Put the calls of a program into groups, each of which becomes one loop nest.

A group has rows and at most one length of lanes. A call joins the latest group in which all its arrays have roles that
agree, and that does not have to run before something that the call waits for. What is summed over rows is known only
after the last row, so that what reads it begins another group.
"""

from __future__ import annotations

from autograd.compiler.native.fitting import Fitting
from autograd.compiler.native.groups import ONE, Axes, Axis, Group, Member, numbered
from autograd.compiler.native.views import Views
from autograd.compiler.passes.kinds import number_of
from autograd.compiler.program import Node, Program, Value, name_of

#: How much one kernel may hold, in additions written out; and how many groups back a call looks for one to join.
MOST_WORK, LOOK_BACK = 400, 12


class Grouping:
    """A program on its way into groups.

    Attributes
    ----------
    units : list of Group
        In the order in which they were begun; a call that is no part of a nest is one by itself, with its `node`.
    direct : list of set of int
        For each unit those that it waits for.
    needs : list of int
        The same, with those that they wait for, as bits.
    """

    def __init__(self, program: Program, cuts: frozenset[int] = frozenset()) -> None:
        self.program = program
        self.views = Views(program)
        self.fitting = Fitting(self.views)
        self.units: list[Group] = []
        self.needs: list[int] = []
        self.direct: list[set[int]] = []
        self.waited = 0
        self.unit_of: dict[Value, int] = {}
        self.last_ordered: int | None = None
        self.floor = 0
        self.reasons: dict[int, str] = {}
        self.cuts = cuts

    def run(self) -> None:
        """Put each call into a group."""
        for at, node in enumerate(self.program.nodes):
            if at in self.cuts:
                self.floor = len(self.units)
            if self.is_number(node) or (len(node.outs) == 1 and self.views.is_view(node.outs[0])):
                continue
            if not self._join(at, node):
                self._alone(at, node)
                self.units[-1].why = self.reasons.get(at, "")

    @staticmethod
    def is_number(node: Node) -> bool:
        """Tell whether a call makes one number everywhere: what reads it takes the number."""
        return node.build is None and number_of(node, node.outs[0]) is not None

    def _alone(self, at: int, node: Node) -> None:
        number = self._begin(Group((), node=node, first=at))
        if node.ordered:
            if self.last_ordered is not None:
                self._after(number, self.last_ordered)
            self.last_ordered = number
        for value in node.inputs():
            unit = self.unit_of.get(self.views.root(value))
            if unit is not None:
                self._after(number, unit)
        for out in node.outs:
            self.unit_of[out] = number

    def _begin(self, group: Group) -> int:
        self.units.append(group)
        self.needs.append(0)
        self.direct.append(set())
        return len(self.units) - 1

    def _after(self, number: int, earlier: int) -> None:
        """Let a unit run after another."""
        if number == earlier:
            return
        self.direct[number].add(earlier)
        needs = self.needs
        now = needs[number] | needs[earlier] | 1 << earlier
        if now == needs[number]:
            return
        needs[number] = now
        if self.waited >> number & 1:
            for other, before in enumerate(needs):
                if before >> number & 1:
                    needs[other] = before | now
        self.waited |= now

    def _join(self, at: int, node: Node) -> bool:
        """Put a call into a group, an old one or a new one."""
        if any(out.size == 0 for out in node.outs) or any(value.size == 0 for value in node.inputs()):
            return False
        units = {self.unit_of[root] for value in node.inputs() if (root := self.views.root(value)) in self.unit_of}
        why = "the turn of a loop begins" if at in self.cuts else ""
        for number in range(len(self.units) - 1, max(self.floor, len(self.units) - LOOK_BACK) - 1, -1):
            group = self.units[number]
            if group.node is not None:
                if number in units:
                    why = why or f"{name_of(group.node.fn)} comes before it"
                continue
            if any(self.needs[unit] >> number & 1 for unit in units):
                continue
            members, reason = self.fitting(node, group)
            if members is not None:
                if not group.members or group.work + sum(member.work for member in members) <= MOST_WORK:
                    self._add(number, members, units)
                    return True
                reason = "the kernel before is full"
            if number in units:
                why = why or reason
        group = Group((), first=at)
        members, reason = self.fitting(node, group)
        if members is None:
            self.reasons[at] = reason
            return False
        group.why = why
        self._add(self._begin(group), members, units)
        return True

    def _add(self, number: int, members: list[Member], units: set[int]) -> None:
        group = self.units[number]
        for member in members:
            group.work += member.work
            group.members.append(member)
            kept = [axis for i, axis in enumerate(member.space) if i not in member.summed]
            group.made[member.out] = self._axes_of_result(member, kept)
            if member.over("r"):
                group.final.add(member.out)
            if member.has_lanes:
                group.width = next(axis.size for axis in member.space if axis.role == "l")
            group.narrow |= member.is_narrow
            self.unit_of[member.out] = number
        for unit in units:
            self._after(number, unit)

    @staticmethod
    def _axes_of_result(member: Member, kept: list[Axis]) -> Axes:
        """Give the axes of what a member makes, one for each of its array's."""
        left = list(kept)
        if len(left) == len(member.out.shape):
            return numbered(left)
        long = iter([axis for axis in left if axis.size != 1])
        return numbered([ONE if size == 1 else next(long) for size in member.out.shape])
