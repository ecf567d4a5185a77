"""Differentiate a function along a line without its tape: by a complex step, by differences from both sides, or one.

Here the checker gets what it holds the tape against. A `Line` is a function of a displacement; `central` gives its
slope and the gap between its one-sided slopes, `complex_step` the slope of an analytic function to the last digit,
`one_sided` what the function does at the point itself: a smooth slope, a kink, a jump, an infinite slope, the end of
its domain. `rounding` tells how exact the function's values are, from the values alone. Nothing here knows a tape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from autograd.entry import Array

EPS = 2.0**-52
#: The base of all steps, a power of two near EPS^(1/5): then x and x + step differ by the step to the last bit.
STEP = 2.0**-11
#: The imaginary step: its square is nothing beside any value, and both are far from underflow.
TINY = 1e-150
#: One-sided slopes are taken at so many steps, each an eighth of the one before.
LEVELS = 8
#: Points on a circle, its radii in steps, and how far its middle is off, in radii.
POINTS = 48
RADII = (200.0, 20.0, 2.0)
OFF = 0.4

#: At which parts of a step rounding is looked for: for single precision, and where nothing moves for half. No powers
#: of two, which would fall on the grid of a narrower float, again and again at the same place between its points.
SPACINGS = ((1 / 500, 1 / 60, 1 / 7), (1 / 1.1, 7.0))
FINE_SPACINGS = ((1 / 30000,),)


class Line:
    """A function along a line: from a displacement to a row of real numbers.

    Parameters
    ----------
    at : callable
        Takes a float; and for the complex step a complex number, if the function can be continued.
    start : array
        The values at displacement 0.
    step : float
        h of the differences.
    """

    def __init__(self, at: Callable[[complex], Array], start: Array, step: float) -> None:
        self._at = at
        self.start = start
        self.step = step
        self._known: dict[float, Array] = {0.0: start}

    def __call__(self, d: float) -> Array:
        """Give the values at a real displacement, and remember them."""
        if d not in self._known:
            self._known[d] = self._at(d)
        return self._known[d]

    def central(self) -> tuple[Array, Array]:
        """Give the slopes, and the gaps between the slopes from above and from below.

        The slope is (45 (f(h) - f(-h)) - 9 (f(2h) - f(-2h)) + f(3h) - f(-3h)) / 60h, of sixth order (Fornberg 1988,
        table 1). Of the even part e(h) = f(h) + f(-h) - 2f(0) a smooth function leaves powers of h², a kink |h|:
        (15 e(h) - 6 e(2h) + e(3h)) / 6h is the coefficient of |h|, for it cancels h² and h⁴.
        """
        h = self.step
        up, down = [self(k * h) for k in (1, 2, 3)], [self(-k * h) for k in (1, 2, 3)]
        odd = [a - b for a, b in zip(up, down, strict=True)]
        even = [a + b - 2 * self.start for a, b in zip(up, down, strict=True)]
        slope = (45 * odd[0] - 9 * odd[1] + odd[2]) / (60 * h)
        return slope, (15 * even[0] - 6 * even[1] + even[2]) / (6 * h)

    def complex_step(self) -> tuple[Array, Array]:
        """Give Im f(ih) / h, and the values that came with it.

        For an analytic function that is real on the real axis this is the slope up to h², and nothing is subtracted
        (Squire and Trapp 1998). It is the caller's to find out whether the function is one.
        """
        there = self._at(TINY * 1j)
        return there.imag / TINY, there.real

    def on_circle(self, radius: float) -> Array:
        """Give the slopes by Cauchy's integral of f(z) / (z - x)² on a circle: another word on whether f is analytic.

        The circle is off the middle, by OFF of its radius: around x what is symmetric would cancel, like |z| at 0.
        """
        turns = [complex(math.cos(a), math.sin(a)) for a in (2 * math.pi * k / POINTS for k in range(POINTS))]
        total = sum(self._at(radius * (turn + OFF)) * turn / (turn + OFF) ** 2 for turn in turns)
        return np.real(total) / (POINTS * radius)

    def pair(self, h: float) -> tuple[Array, Array]:
        """Give the slopes from below and from above at one step, of fourth order (Fornberg 1988, table 3)."""
        below, above = [
            (-25 * self.start + 48 * self(d) - 36 * self(2 * d) + 16 * self(3 * d) - 3 * self(4 * d)) / (12 * d)
            for d in (-h, h)
        ]
        return below, above


@dataclass(frozen=True)
class Side:
    """What a function does on one side of a point.

    `kind` is "slope", "infinite", "jump" (`slope` is then its height), "undefined" or "unclear"; `step` is where the
    slope was found.
    """

    kind: str
    slope: float
    error: float
    step: float


@dataclass(frozen=True)
class Point:
    """What a function does at a point: `kind` is "smooth", "kink", "jump" or "unclear"."""

    kind: str
    below: Side
    above: Side
    slope: float = math.nan
    error: float = math.inf


def one_sided(line: Line, component: int, noise: float, allowed: float) -> Point:
    """Find out what one component does at the point, from slopes on either side.

    Parameters
    ----------
    noise : float
        The rounding error of one value.
    allowed : float
        The difference in slope that counts as none.
    """
    below = _side(line, component, -1, noise, allowed)
    above = _side(line, component, 1, noise, allowed)
    kinds = {below.kind, above.kind}
    if "jump" in kinds:
        return Point("jump", below, above)
    if "unclear" in kinds or kinds == {"undefined"}:
        return Point("unclear", below, above)
    if kinds == {"slope"}:
        error = below.error + above.error
        if abs(above.slope - below.slope) <= allowed + 3 * error:
            better = min(below, above, key=lambda side: side.error)
            return Point("smooth", below, above, better.slope, error)
    return Point("kink", below, above)


def _side(line: Line, j: int, sign: int, noise: float, allowed: float) -> Side:
    """Follow the slope on one side to smaller and smaller steps, and keep where two in a row agree best.

    Larger steps see past the next kink, smaller ones lose to rounding; where neither settles, the way in which the
    slopes grow tells an infinite slope from a jump, at which they grow as 1/h.
    """
    nothing = Side("unclear", math.nan, math.inf, line.step)
    slopes: list[float] = []
    # The best of all, and of those that differ from the next by no more than rounding explains.
    best = settled = nothing
    grain = 0.0
    for level in range(LEVELS):
        h = line.step / 8**level
        f = [float(line(sign * m * h)[j]) for m in range(5)]
        slopes.append(sign * (-25 * f[0] + 48 * f[1] - 36 * f[2] + 16 * f[3] - 3 * f[4]) / (12 * h))
        grain = 11 * noise / h
        if level:
            apart = abs(slopes[-1] - slopes[-2])
            side = Side("slope", slopes[-2] if apart <= 3 * grain else slopes[-1], apart + grain, h)
            best = min(best, side, key=lambda side: side.error)
            if apart <= 2 * grain:
                settled = min(settled, side, key=lambda side: side.error)
            if best.error <= 0.1 * allowed:
                return best
    if best.error <= max(1e-3 * abs(best.slope), allowed):
        return best
    if not (math.isfinite(slopes[-1]) and math.isfinite(slopes[-2])):
        return replace(nothing, kind="undefined")
    last = slopes[-5:]
    moves = [b - a for a, b in pairwise(last)]
    onward = all(b * a > 0 and abs(b) >= 0.9 * abs(a) for a, b in pairwise(moves))
    if onward and abs(moves[-1]) > 100 * grain:
        if all(abs(b) > 7.5 * abs(a) for a, b in pairwise(last)):
            return Side("jump", last[-1] * h * 12 / 25, math.inf, h)
        return Side("infinite", math.copysign(math.inf, moves[-1]), math.inf, h)
    # Smaller and smaller, or as exact as rounding lets it be not far from the best of steps, noise^(1/5).
    largest = max(abs(s) for s in slopes if math.isfinite(s))
    if best.error <= 1e-2 * largest:
        return best
    scale = 1 + float(np.max(np.abs(line.start)))
    return settled if settled.error <= scale * max(1e-6, min(1e4 * (noise / scale) ** 0.8, 1e-2)) else nothing


def rounding(line: Line, spacings: Sequence[Sequence[float]] = SPACINGS) -> tuple[Array, float]:
    """Tell how exact each component's values are, and how coarse the coarsest is, relative to 1 + |value|.

    In double precision it is EPS, and the fifth differences of what `central` evaluates anyway confirm it. A function
    that computes in single precision inside shows larger ones, or values of that precision; which says nothing yet, for
    a kink and whole numbers do too. So it is estimated again from differences on one side (Moré and Wild 2011,
    Estimating computational noise), at some units in the last place of float32, and of float16 where the values do not
    move at those, and a little away, should the point be singular. Noise is the same at all spacings and on both sides,
    a kink near by is not, and either may be missed by chance: the lower median counts. What is larger than the rounding
    of float16 is none.
    """
    h, start = line.step, line.start
    model = EPS * (1 + np.abs(start))
    near = np.array([line(k * h) for k in range(-3, 4)])
    fifth = np.abs(np.diff(near, 5, axis=0)).max(axis=0)
    single = np.all(near == near.astype(np.float32), axis=0) & np.any(near != start, axis=0)
    if not np.any((fifth > 1e3 * math.sqrt(252) * model) | single):
        return model, EPS
    tables: list[Array] = []
    for several in spacings:
        for spacing in several:
            first = min(100 * spacing, 15.0)
            for d in (-h, h):
                tables.append(_noise(np.array([line((first + k * spacing) * d) for k in range(11)])))
            if np.all(np.sum(np.array(tables) <= 1e3 * model, axis=0) >= min(3, len(several))):
                return model, EPS
        if np.all(np.sum(~np.isnan(tables), axis=0) >= len(several)):
            break
    middle = (np.sum(~np.isnan(tables), axis=0) - 1) // 2
    found = np.take_along_axis(np.sort(tables, axis=0), np.maximum(middle, 0)[None], axis=0)[0]
    found = np.where((found > 1e3 * model) & (found < 4e13 * model), found, model)
    return found, float(np.max(found / (1 + np.abs(start)), initial=EPS, where=np.isfinite(start)))


def _noise(table: Array) -> Array:
    """Tell by what values that lie equally far apart stray from a smooth function; NaN if they are mostly equal.

    Of independent errors of size 1 a sixth difference makes √924, the root of the sum of its squared coefficients, and
    a fifth one √252.
    """
    noise = np.sqrt(np.mean(np.diff(table, 6, axis=0) ** 2, axis=0) / 924)
    still = np.mean(np.diff(table, axis=0) == 0, axis=0) >= 0.5
    return np.where(still, np.nan, noise)
