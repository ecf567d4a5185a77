"""Prove the derivatives of one function, order by order: each is a function whose derivative is checked in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.judge import Judge
from autograd.report import Kink, Report, Row
from autograd.spot import Spot
from autograd.transforms import jvp, vjp

Fn = Callable[..., Any]
#: An element: of which argument or output, and its index.
Place = tuple[int, tuple[int, ...]]

MODES = ("rev", "fwd")
#: The relative error of a complex step that counts as none, in units of the coarsest epsilon.
ROUNDINGS = 450


class Kinky:
    """The elements at which a derivative has a kink, or jumps: looked up, or looked at where they were not drawn.

    `broken` tells whether it jumps anywhere.
    """

    def __init__(self, met: set[Place], broken: bool, look: Callable[[Any], bool] | None) -> None:
        self.broken = broken
        self._met = met
        self._look = look

    def __contains__(self, place: object) -> bool:
        """Tell whether this element, (argument or output, index), has one."""
        return place in self._met or (self._look is not None and self._look(place))


_NOWHERE = Kinky(set(), False, None)


@dataclass
class Proof:
    """What was asked for, and what has been found so far."""

    name: str
    modes: tuple[str, ...]
    kinks: str
    tolerance: float | None
    step: float | None
    seed: int
    rng: np.random.Generator
    rows: list[Row] = field(default_factory=list)
    met: list[Kink] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, fun: Fn, arrays: list[Any], order: int) -> Report:
        """Check all orders of a function of arrays of floats, and give the report."""
        self.order(fun, [_frozen(array) for array in arrays], order, [], {})
        return Report(self.name, tuple(self.rows), tuple(self.met), tuple(self.notes))

    def order(self, fun: Fn, args: list[Any], order: int, path: list[str], excused: Mapping[str, Kinky]) -> None:
        """Check the first order of `fun`, then that of its pullback and pushforward.

        `excused` tells by mode at which elements the derivative that `fun` is has a kink below it.
        """
        outs = [np.asarray(out) for out in fun(*args)]
        if not outs:
            raise ValueError(f"check_grads: {self.name} returned nothing that can be differentiated")
        cotangents = [_random(self.rng, out) for out in outs]
        tangents = [_random(self.rng, arg, _size(arg)) for arg in args]
        count = len(args)

        def pull(*at: Any) -> list[Any]:
            values, pullback = vjp(fun, *at[:count])
            return list(pullback([_like(g, value) for g, value in zip(at[count:], values, strict=True)]))

        def push(*at: Any) -> list[Any]:
            derivative: list[Any] = jvp(fun, at[:count], at[count:])[1]
            return derivative

        with np.errstate(all="ignore"):
            spot = Spot(fun, pull, args, outs, cotangents, tangents, self.step, self.seed)
        below: dict[str, Kinky] = {}
        if "rev" in self.modes:
            below["rev"] = self.compare(spot, lambda *at: pull(*at, *cotangents), [*path, "rev"], excused)
        if "fwd" in self.modes:
            below["fwd"] = self.compare(spot, lambda *at: push(*at, *tangents), [*path, "fwd"], excused)
        if order == 1:
            return
        # As functions of the direction too: there even a linear function has a second derivative to check. A pullback
        # gives what belongs to the arguments: along one with a kink, and in that one's place, it jumps.
        if "rev" in self.modes and self.goes_on([*path, "rev"]):
            self.order(pull, [*args, *cotangents], order - 1, [*path, "rev"], dict.fromkeys(MODES, below["rev"]))
        if "fwd" in self.modes and self.goes_on([*path, "fwd"]):
            self.order(push, [*args, *tangents], order - 1, [*path, "fwd"], below)

    def compare(self, spot: Spot, derivative: Fn, path: list[str], excused: Mapping[str, Kinky]) -> Kinky:
        """Check one order in one mode, and tell where its derivative will jump."""
        mode = path[-1]
        found = derivative(*spot.args)

        def spread() -> list[Array]:
            """Tell by how much the tape's derivatives move when the last bits of the arguments do."""
            at = spot.parts(mode, found)
            moved = [spot.parts(mode, derivative(*[_last_bits(self.rng, arg) for arg in spot.args])) for _ in range(3)]
            return [np.max([np.abs(draw[n] - at[n]).max(axis=1) for draw in moved], axis=0) for n in range(len(at))]

        coarsest = max(float(np.finfo(arg.dtype).eps) for arg in spot.args)
        coarsest = max(coarsest, 4 * spot.grain)
        tolerance, exact = self.tolerance, self.tolerance
        if tolerance is None or exact is None:
            tolerance, exact = coarsest**0.5, min(coarsest**0.5, ROUNDINGS * coarsest)
        with np.errstate(all="ignore"):
            groups = spot.groups(mode, found)
            past = excused.get(mode, _NOWHERE)
            judge = Judge(
                self.name, len(path), _over(path), groups, tolerance, exact, self.kinks, spread, past, past.broken
            )  # fmt: skip
            judge.judge()
        self.rows += judge.rows()
        self.met += judge.met
        if judge.skipped:
            where = f"order {judge.order}, {judge.mode}"
            self.notes.append(f"{where}: left out {judge.skipped}, where at a kink the derivative below jumps")
        return Kinky(judge.places, judge.skipped > 0, spot.kinked if mode == "rev" else None)

    def goes_on(self, path: list[str]) -> bool:
        """Tell whether a derivative can be differentiated again: not where it was found infinite."""
        infinite = [
            kink
            for kink in self.met
            if (kink.order, kink.mode) == (len(path), _over(path)) and not np.isfinite(kink.tape)
        ]
        for kink in infinite[:1]:
            self.notes.append(
                f"order {len(path) + 1}, over {_over(path)}: left out, for the derivative at index {kink.index} of "
                f"{kink.where} is infinite"
            )
        return not infinite


def _over(path: list[str]) -> str:
    return " over ".join(reversed(path))


def _random(rng: np.random.Generator, like: Any, size: Any = 1.0) -> Any:
    """Draw a direction of the shape and dtype of a value, away from 0."""
    draw = size * rng.uniform(0.5, 1.5, like.shape) * rng.choice([-1.0, 1.0], like.shape)
    if like.dtype.kind == "c":
        draw = draw + 1j * size * rng.uniform(0.5, 1.5, like.shape)
    return _frozen(np.asarray(draw, dtype=like.dtype))


def _like(g: Any, value: Any) -> Any:
    """Cast a cotangent where the function has computed a value in another precision."""
    same_kind = g.dtype.kind == value.dtype.kind
    return g.astype(value.dtype) if same_kind and g.dtype != value.dtype else g


def _size(array: Any) -> Any:
    """Tell how far an element may move: by its own size, but within what the dtype holds."""
    size = np.abs(np.where(np.isfinite(array), array, 0.0))
    return np.clip(size, 1.0, float(np.finfo(array.dtype).max) ** 0.5)


def _last_bits(rng: np.random.Generator, array: Any) -> Any:
    """Change an array's values in their last bits."""
    return _frozen((array * (1 + np.finfo(array.dtype).eps * rng.integers(-2, 3, array.shape))).astype(array.dtype))


def _frozen(array: Any) -> Any:
    """Give a read-only copy: a rule that writes into its input fails."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy
