"""Prove a gradient: the tape against the function itself, in both modes and at any order.

What the tape gives is held against a complex step where the function can be continued to complex arguments, which is
exact to the last digits, and against differences elsewhere. The checker is made to fail: random cotangents, read-only
inputs, NaN and infinity anywhere are failures, and so is a check that could not have failed, because what it compares
is as small as its own error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.judge import Judge
from autograd.report import Kink, Report, Row
from autograd.spot import Spot
from autograd.transforms import jvp, vjp
from autograd.tree import flatten

Fn = Callable[..., Any]
#: An element: of which argument or output, and its index.
Place = tuple[int, tuple[int, ...]]

MODES = ("rev", "fwd")
#: The relative error of a complex step that counts as none, in units of the coarsest epsilon.
ROUNDINGS = 450


def check_grads(
    fun: Fn,
    args: Any,
    *,
    order: int = 2,
    modes: Sequence[str] = ("rev", "fwd"),
    kinks: str = "between",
    tolerance: float | None = None,
    step: float | None = None,
    seed: int = 0,
) -> Report:
    """Check the derivatives of `fun` at `args` without the tape, and say how.

    Each floating leaf of the arguments is checked element by element, with a random cotangent for the outputs (reverse
    mode) and along random tangents (forward mode). Where all is real and the function can be continued to complex
    arguments, the derivative is Im f(x + ih) / h with h = 1e-150, exact to rounding; that the function is analytic is
    tried along a line first, and an element at which a complex step contradicts the tape has to be confirmed. Elsewhere
    differences of sixth order are taken in float64, whatever the dtype of the arguments is. Where they contradict
    the tape, or the slopes from above and below seem to differ, slopes are taken on either side at smaller and smaller
    steps: a kink near by does no harm, and one at the point itself is reported. At order 2 the same is done to the
    pullback and the pushforward as functions of primals and cotangents, and so on; what has a kink at one order jumps
    at the next and is left out there.

    Parameters
    ----------
    fun : callable
        Returns an array or a tree of them.
    args : tuple, or one argument
        Arrays, numbers, or trees. Integer and boolean leaves are held fixed.
    order : int
        The highest order checked.
    modes : sequence of "rev" and "fwd"
    kinks : "between", "fail" or "pass"
        What to do where the slopes from above and below differ: by default what the tape gives must lie between
        them (at the end of a domain, be the one slope there is). A NaN and a discontinuity fail in any case.
    tolerance : float, optional
        The relative error allowed. By default it follows from the coarsest dtype's epsilon: 450 epsilon against a
        complex step (1e-13 for float64, 5e-5 for float32), its square root against differences (1.5e-8, 3.5e-4). A
        function that computes in float32 inside shows by its rounding, and gets steps and tolerance to suit.
    step : float, optional
        h of the differences, multiplied by the power of two below |x| where that is above 1; by default 2^-11, near
        epsilon^(1/5).
    seed : int
        Draws the cotangents, tangents and elements.

    Returns
    -------
    Report
        By order and mode: the method, the number of elements, the worst relative error, and the kinks met. Printed, it
        is a table.

    Raises
    ------
    AssertionError
        With the method, and the worst elements: where, by the tape, by differences, and the relative error.
    ValueError
        If nothing in the arguments or the output can be differentiated, or an option is not known.

    Examples
    --------
    >>> print(check_grads(lambda x, y: np.sin(x) * y, (np.ones(3), 2.0), order=1))
    check_grads of <lambda>
      order  mode  method        elements   error
      1      rev   complex step         4  <1e-14
      1      fwd   complex step         3  <1e-14
    >>> check_grads(np.abs, np.array([0.0, 1.0]), order=1).kinks[0].between
    True
    >>> check_grads(np.abs, np.array([0.0, 1.0]), kinks="fail")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    AssertionError: check_grads of absolute, by central ... and one-sided differences, order 1, rev: 1 of 2 elements ...
      kink at index (0,) of argument 0: slope from below -1, from above 1, by the tape 0, between
    """
    for mode in modes:
        if mode not in ("rev", "fwd"):
            raise ValueError(f"modes are 'rev' and 'fwd', got {mode!r}")
    if kinks not in ("between", "fail", "pass"):
        raise ValueError(f"kinks is 'between', 'fail' or 'pass', got {kinks!r}")
    if not modes or order < 1:
        raise ValueError(f"check_grads with modes={modes!r} and order={order} would check nothing")
    leaves, rebuild = flatten(list(args) if isinstance(args, tuple) else [args])
    arrays = [np.asarray(leaf) for leaf in leaves]
    chosen = [i for i, array in enumerate(arrays) if array.dtype.kind in "fc"]
    if not chosen:
        raise ValueError("check_grads: no argument holds floats; integers and booleans have no derivative")

    def of_floats(*floats: Any) -> list[Any]:
        new = list(leaves)
        for i, value in zip(chosen, floats, strict=True):
            new[i] = value
        outs, _ = flatten(fun(*rebuild(new)))
        return [out for out in outs if getattr(out, "dtype", np.asarray(0.0).dtype).kind in "fc"]

    name = getattr(fun, "__name__", repr(fun))
    check = _Check(name, tuple(modes), kinks, tolerance, step, seed, np.random.default_rng(seed))
    check.order(of_floats, [_frozen(arrays[i]) for i in chosen], order, [], {})
    return Report(name, tuple(check.rows), tuple(check.met), tuple(check.notes))


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
class _Check:
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
