"""Hold derivatives by the tape against those by differences: what is equal, what differs, and what is a kink.

Here a check gets its verdict and its words. `judge` compares the groups of one order and one mode, looks closer where
they disagree, and raises with a table of the worst, or gives what a `Report` is made of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.differences import RADII, Line, Point, one_sided
from autograd.entry import Array
from autograd.report import SHOWN, Kink, Row

#: An element this much smaller than the largest of its argument is checked to the tolerance of this part of it.
SMALL = 1e-2
#: The same by a complex step, whose tolerance is near the rounding of the largest itself.
SMALL_EXACT = 1e-1

EXACT, CENTRAL, ONE_SIDED = "complex step", "central differences", "one-sided differences"
EQUAL, DIFFERS, KINK, SKIPPED = range(4)


@dataclass
class Group:
    """The derivatives of one argument, or of one output: by the tape, and by differences.

    A complex number is two real ones, the parts: along the second axis of `found` and `expected`.

    Attributes
    ----------
    where : str
    indices : list of tuple
    found, expected : array (elements, parts)
    gap : array (elements,)
        By how much the slopes from above and below seem to differ.
    exact : array (elements,) of bool
        Which are by a complex step.
    analytic : bool
        Whether a complex step can be taken at all.
    noise : float
        The rounding error of a value of the function.
    scale, grain : array (elements,)
        In what units an element is displaced, and what rounding makes of its differences.
    lines : callable
        Gives for an element the lines and their components, one for each part.
    apart : callable
        Gives for an element, a part, and a step what lies between if each slope by itself does.
    alone : callable, or None
        Gives for an element, a part, a step, and whether it is a jump the line of the one output in which the kink or
        the jump shows most, its component, and the derivative of that output by the tape.
    turn : complex
        What the second part is multiplied by.
    """

    where: str
    indices: list[tuple[int, ...]]
    found: Array
    expected: Array
    gap: Array
    exact: Array
    analytic: bool
    noise: float
    scale: Array
    grain: Array
    lines: Callable[[int], list[tuple[Line, int]]]
    apart: Callable[[int, int, float], tuple[float, float]]
    alone: Callable[[int, int, float, bool], tuple[Line, int, float]] | None
    turn: complex
    state: Array = field(init=False)
    settled: Array = field(init=False)
    #: The error of what is expected where differences from one side had to be taken; NaN elsewhere.
    slack: Array = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing settled."""
        self.state = np.zeros(len(self.indices), int)
        self.settled = np.zeros(len(self.indices), bool)
        self.slack = np.full(len(self.indices), np.nan)

    @property
    def size(self) -> Array:
        """The sizes of the derivatives expected; of what is not comparable, 0."""
        size = _length(self.expected)
        return np.where(np.isfinite(size) & (self.state <= DIFFERS), size, 0.0)

    @property
    def error(self) -> Array:
        """How far the tape is from what is expected."""
        return _length(self.found - self.expected)

    def number(self, values: Array) -> Any:
        """Put an element's parts together."""
        return values[0] if len(values) == 1 else values[0] + self.turn * values[1]


@dataclass
class Judge:
    """One order in one mode.

    Attributes
    ----------
    name, order, mode : str, int, str
    groups : list of Group
    tolerance : float
        Relative, of differences.
    exact_tolerance : float
        Relative, of the complex step.
    kinks : str
        "between", "fail" or "pass".
    again : callable
        Gives by how much the derivatives by the tape move, group by group, when the last bits of the arguments do.
    excused : container of (group, index)
        Where the derivative that is differentiated here has a kink below it: it jumps there.
    broken : bool
        Whether already what was differentiated below jumps: then what this gives may jump anywhere.
    """

    name: str
    order: int
    mode: str
    groups: list[Group]
    tolerance: float
    exact_tolerance: float
    kinks: str
    again: Callable[[], list[Array]]
    excused: Container[tuple[int, tuple[int, ...]]]
    broken: bool
    met: list[Kink] = field(default_factory=list)
    jumps: list[str] = field(default_factory=list)
    spread: list[Array] | None = None

    def allowed(self, group: Group, exact: Any) -> Array:
        """Give the error allowed of each element.

        The rounding of a derivative is that of its largest terms: small elements are held against their group's.
        """
        size = group.size
        scale = float(np.max(size, initial=0))
        finely = self.exact_tolerance * np.maximum(size, SMALL_EXACT * scale) + 20 * group.noise / group.scale
        coarsely = self.tolerance * np.maximum(size, SMALL * scale) + group.grain
        return np.where(exact, finely, coarsely)

    def judge(self) -> None:
        """Compare all, look closer at what disagrees, and raise if anything is wrong."""
        if not any(group.indices for group in self.groups):
            raise AssertionError(f"{self._title()}: there is no element to compare")
        for n, group in enumerate(self.groups):
            # What is settled as a kink no longer counts in the scale, so others may come up.
            while True:
                allowed = self.allowed(group, group.exact)
                fine = (group.error <= allowed) & (group.gap <= allowed)
                unsettled = np.flatnonzero(~fine & ~group.settled)
                if not unsettled.size:
                    break
                exactly, coarsely = self.allowed(group, True), self.allowed(group, False)
                for k in map(int, unsettled):
                    group.state[k] = self._settle(n, group, k, float(exactly[k]), float(coarsely[k]))
                    group.settled[k] = True
        self._raise_if_wrong()
        self._raise_if_vacuous()

    def _settle(self, n: int, group: Group, k: int, fine: float, coarse: float) -> int:
        """Look closer at an element at which the tape and the differences disagree, or which may be a kink."""
        if (n, group.indices[k]) in self.excused:
            return SKIPPED
        lines, found = group.lines(k), group.found[k]
        if not np.all(np.isfinite([line.start[j] for line, j in lines])):
            return DIFFERS
        exact = group.expected[k].copy() if group.exact[k] else None
        if exact is None and group.analytic:
            exact = np.array([line.complex_step()[0][j] for line, j in lines])
        slope, gap = np.transpose([[part[j] for part in line.central()] for line, j in lines])
        error = 0.0
        trusted = found if exact is None else exact
        even = _near(gap, 0, coarse)
        if not (even and (_near(slope, found, coarse) or _near(slope, trusted, coarse))):
            central = slope
            state, slope, error = self._point(group, k, lines, coarse)
            # Slopes from one side overrule those from both only if they are more exact than what is in question.
            if state == EQUAL and even and exact is None and _near(central, found, 4 * error):
                state = DIFFERS
            if state != EQUAL:
                group.exact[k] = False
                return state
        # So near to something singular rounding is larger than it seems, and does not show between two steps.
        more = 0.0 if even else 1e-6 * float(np.max(np.abs(slope)))
        group.exact[k] = exact is not None and _near(slope, exact, coarse + error + more)
        group.expected[k] = exact if group.exact[k] else slope
        if not _near(found, group.expected[k], coarse + 2 * error):
            return DIFFERS
        if group.exact[k] and not _near(found, group.expected[k], fine):
            return self._settle_exact(n, group, k, fine, slope)
        group.slack[k] = error if error and not group.exact[k] else math.nan
        return EQUAL

    def _point(self, group: Group, k: int, lines: Any, coarse: float) -> tuple[int, Array, float]:
        """Take differences on either side: give the state, and for a smooth point its slopes and their error."""
        state, error = EQUAL, 0.0
        slopes = np.full(len(lines), math.nan)
        for p, (line, j) in enumerate(lines):
            point = one_sided(line, j, group.noise, coarse)
            where = group.where if len(lines) == 1 else f"{group.where}, {('real', 'imaginary')[p]} part"
            if point.kind == "smooth":
                slopes[p], error = point.slope, max(error, point.error)
            elif point.kind == "kink":
                state = KINK if state == EQUAL else state
                self._kink(group, k, p, point, where, coarse)
            elif point.kind == "jump" and self.broken:
                return SKIPPED, slopes, error
            elif point.kind == "jump":
                state = KINK if state == EQUAL else state
                self._jump(group, k, p, point, where, coarse)
            elif not _near(line.central()[0][j], group.found[k][p], coarse):
                state = DIFFERS
            else:
                # Rounding may hide what happens on either side; then both together have to do.
                slopes[p] = group.found[k][p]
        smooth = np.isfinite(slopes)
        # Of a complex number one part may have a kink and the other be wrong.
        if state == KINK and not _near(group.found[k][smooth], slopes[smooth], coarse + 2 * error):
            state = DIFFERS
        return state, slopes, error

    def _settle_exact(self, n: int, group: Group, k: int, fine: float, slope: Array) -> int:
        """Decide between tape and complex step, where other differences are too coarse to.

        Either may have lost digits to the function's conditioning: then a change in the last bits of the arguments
        moves the tape's derivative as far. Or the function has a small part that is not analytic: then an integral
        over a circle does not agree with the complex step.
        """
        if self.spread is None:
            self.spread = self.again()
        lines, found, exact = group.lines(k), group.found[k], group.expected[k]
        error = float(np.max(np.abs(found - exact)))
        if error <= fine + 30 * float(self.spread[n][k]):
            return EQUAL
        # The largest circles may run into a singularity, and the smallest are lost in rounding.
        confirmed = False
        for radius in RADII:
            circle = np.array([line.on_circle(radius * line.step)[j] for line, j in lines])
            grain = 30 * group.noise / (radius * lines[0][0].step)
            if _near(circle, exact, error / 8):
                confirmed = True
            elif confirmed and not _near(circle, exact, error / 8 + grain):
                confirmed = False
                break
        if confirmed:
            return DIFFERS
        group.exact[k] = False
        group.expected[k] = slope
        return EQUAL

    def _kink(self, group: Group, k: int, p: int, point: Point, where: str, coarse: float) -> None:
        """Take a kink down: whether the tape lies between, over all outputs, and the slopes of the one it shows in."""
        below, above, found = point.below, point.above, float(group.found[k][p])
        between = _between(point, found, coarse)
        h = max(below.step, above.step)
        if not between and below.kind == above.kind == "slope":
            between = _lies(found, *group.apart(k, p, h), coarse + 2 * (below.error + above.error))
        if group.alone is not None:
            line, j, value = group.alone(k, p, h, False)
            alone = one_sided(line, j, group.noise, coarse)
            if alone.kind == "kink" and _between(alone, value, coarse) == between:
                below, above, found = alone.below, alone.above, value
        # Adding 0 makes a 0 of -0.
        numbers = (below.slope + 0.0, above.slope + 0.0, found + 0.0)
        self.met.append(Kink(self.order, self.mode, where, group.indices[k], *numbers, between))

    def _jump(self, group: Group, k: int, p: int, point: Point, where: str, coarse: float) -> None:
        if group.alone is not None:
            line, j, _ = group.alone(k, p, max(point.below.step, point.above.step), True)
            alone = one_sided(line, j, group.noise, coarse)
            point = alone if alone.kind == "jump" else point
        sides = {"from below": point.below, "to above": point.above}
        heights = [f"by {side.slope:.6g} {name}" for name, side in sides.items() if side.kind == "jump"]
        what = "the function" if self.order == 1 else f"the derivative of order {self.order - 1}"
        self.jumps.append(f"discontinuity at index {group.indices[k]} of {where}: {what} jumps {', '.join(heights)}")

    def methods(self) -> dict[str, list[Array]]:
        """Tell for each method that was used which elements of each group it was used for."""
        found: dict[str, list[Array]] = {EXACT: [], CENTRAL: [], ONE_SIDED: []}
        for group in self.groups:
            compared = group.state != SKIPPED
            one = compared & ~group.exact & (~np.isnan(group.slack) | (group.state == KINK))
            found[EXACT].append(compared & group.exact)
            found[CENTRAL].append(compared & ~group.exact & ~one)
            found[ONE_SIDED].append(one)
        return {name: masks for name, masks in found.items() if any(mask.any() for mask in masks)}

    def _relative(self, group: Group) -> Array:
        size = group.size
        floor = SMALL * float(np.max(size, initial=0)) + group.grain
        with np.errstate(invalid="ignore"):
            relative = group.error / np.maximum(size, floor)
        return np.where(np.isfinite(relative), relative, np.inf)

    @property
    def places(self) -> set[tuple[int, tuple[int, ...]]]:
        """The elements at which there is a kink, or was one at an order below."""
        return {
            (n, group.indices[k]) for n, group in enumerate(self.groups) for k in np.flatnonzero(group.state >= KINK)
        }

    @property
    def skipped(self) -> int:
        """How many elements were left out."""
        return sum(int(np.sum(group.state == SKIPPED)) for group in self.groups)

    def rows(self) -> list[Row]:
        """Give a row for each method."""
        rows = []
        for method, masks in self.methods().items():
            smooth = [
                self._relative(group)[mask & (group.state == EQUAL)]
                for group, mask in zip(self.groups, masks, strict=True)
            ]
            errors = np.concatenate(smooth)
            worst = float(np.max(errors)) if errors.size else None
            rows.append(Row(self.order, self.mode, method, sum(int(mask.sum()) for mask in masks), worst))
        return rows

    def _title(self) -> str:
        methods = " and ".join(self.methods())
        return f"check_grads of {self.name}{', by ' if methods else ''}{methods}, order {self.order}, {self.mode}"

    def _raise_if_wrong(self) -> None:
        bad = [(n, int(k)) for n, group in enumerate(self.groups) for k in np.flatnonzero(group.state == DIFFERS)]
        wrong = [kink for kink in self.met if math.isnan(kink.tape) or self.kinks == "fail"]
        if self.kinks == "between":
            wrong = [kink for kink in self.met if not kink.between]
        if not bad and not wrong and not self.jumps:
            return
        total = sum(len(group.indices) for group in self.groups)
        words = []
        lines = []
        if bad:
            words.append(f"{len(bad)} of {total} elements differ")
            lines += self._table(bad)
        if self.jumps:
            words.append(f"the function is not continuous at {len(self.jumps)} of {total} elements")
            lines += self.jumps[:SHOWN]
        if wrong:
            outside = ", with kinks='fail'" if self.kinks == "fail" else ", and the tape is not between the slopes"
            words.append(f"{len(wrong)} of {total} elements {'is a kink' if len(wrong) == 1 else 'are kinks'}{outside}")
            lines += [str(kink) for kink in wrong[:SHOWN]]
        raise AssertionError("\n  ".join([f"{self._title()}: {'; '.join(words)}", *lines]))

    def _table(self, bad: list[tuple[int, int]]) -> list[str]:
        relative = [self._relative(group) for group in self.groups]
        bad = sorted(bad, key=lambda place: -relative[place[0]][place[1]])[:SHOWN]
        lines = [f"{'where':<12} {'index':<12} {'by the tape':>24} {'by differences':>24} {'relative error':>15}"]
        for n, k in bad:
            group = self.groups[n]
            found, expected = group.number(group.found[k]), group.number(group.expected[k])
            place = f"{group.where:<12} {group.indices[k]!s:<12}"
            lines.append(f"{place} {found:>24.10g} {expected:>24.10g} {relative[n][k]:>15.2e}")
        return lines

    def _raise_if_vacuous(self) -> None:
        """Raise where nothing was compared that is larger than its own error.

        A linear function has no second derivative but in the direction; a first derivative is wanted of each.
        """
        most, negligible = {}, []
        for group in (group for group in self.groups if group.indices):
            most[group.where] = float(np.max(group.size, initial=0))
            error = np.where(group.exact, 20 * group.noise / group.scale, group.grain)
            if np.all(group.size <= 10 * error) and not (group.state >= KINK).any():
                negligible.append(group.where)
        if len(negligible) == len(most) or (negligible and self.order == 1):
            raise AssertionError(
                f"{self._title()}: vacuous, in {', '.join(negligible)} the largest derivative expected is "
                f"{max(most[where] for where in negligible):.1e}, no more than the error of the differences; choose a "
                "point where the function varies"
            )


def _length(parts: Array) -> Array:
    """Give the absolute values of numbers from their parts."""
    return np.abs(parts[:, 0]) if parts.shape[1] == 1 else np.hypot(parts[:, 0], parts[:, 1])


def _near(a: Array, b: Array, within: float) -> bool:
    """Tell whether numbers are as near to each other as is asked; NaN is near nothing."""
    return bool(np.all(np.abs(a - b) <= within))


def _between(point: Point, value: float, slack: float) -> bool:
    """Tell whether a value lies between the slopes of a kink, or is the one slope there is."""
    sides = [side for side in (point.below, point.above) if side.kind != "undefined"]
    slack += 2 * sum(side.error for side in sides if side.kind == "slope")
    slopes = [side.slope for side in sides]
    return _lies(value, min(slopes), max(slopes), slack)


def _lies(value: float, low: float, high: float, slack: float) -> bool:
    """Tell whether a value lies between two slopes, which may be infinite, to some slack."""
    if math.isinf(value):
        return value in (low, high)
    return low - slack <= value <= high + slack
