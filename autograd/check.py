"""Prove a gradient: the tape against differences of the function itself, in both modes and at any order.

The checker is made to fail: random cotangents, read-only inputs, NaN and infinity anywhere are failures, and so is a
check that could not have failed, because what it compares is as small as its own error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograd.transforms import jvp, vjp
from autograd.tree import flatten

Fn = Callable[..., Any]

#: At most this many elements of an argument are checked one by one; of a larger one as many are drawn.
MOST_ELEMENTS = 200
#: An element this much smaller than the largest of its argument is checked to the tolerance of this part of it.
SMALL = 1e-2
#: How many of the worst elements a failure shows.
SHOWN = 5


def check_grads(
    fun: Fn,
    args: Any,
    *,
    order: int = 2,
    modes: Sequence[str] = ("rev", "fwd"),
    tolerance: float | None = None,
    step: float | None = None,
    seed: int = 0,
) -> None:
    """Check the derivatives of `fun` at `args` against central differences.

    Each floating leaf of the arguments is checked element by element, with a random cotangent for the outputs (reverse
    mode) and along random tangents (forward mode). The differences are of sixth order, (45 (f(h) - f(-h)) -
    9 (f(2h) - f(-2h)) + f(3h) - f(-3h)) / 60h (Fornberg 1988, table 1), and are taken in float64 whatever the dtype
    of the arguments is. At order 2 the same is done to the pullback and the pushforward as functions of primals and
    cotangents, and so on.

    Parameters
    ----------
    fun : callable
        Returns an array or a tree of them.
    args : tuple, or one argument
        Arrays, numbers, or trees. Integer and boolean leaves are held fixed. The function must be smooth within three
        steps of them.
    order : int
        The highest order checked.
    modes : sequence of "rev" and "fwd"
    tolerance : float, optional
        The relative error allowed; by default the square root of the coarsest dtype's epsilon (1.5e-8 for float64,
        3.5e-4 for float32), which is some 10^4 times the rounding error of the differences.
    step : float, optional
        h, multiplied by max(1, |x|); by default epsilon^(1/5), 7.4e-4 for float64: rounding, epsilon / h, is then
        the greater part of the error down to a distance of 30 h from a singularity.
    seed : int
        Draws the cotangents, tangents and elements.

    Raises
    ------
    AssertionError
        With the worst elements: where, by the tape, by differences, and the relative error.
    ValueError
        If nothing in the arguments or the output can be differentiated, or a mode is not known.

    Examples
    --------
    >>> check_grads(lambda x, y: np.sin(x) * y, (np.ones(3), 2.0))
    >>> check_grads(np.abs, 0.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    AssertionError: check_grads of absolute, order 1, rev: ...
    """
    for mode in modes:
        if mode not in ("rev", "fwd"):
            raise ValueError(f"modes are 'rev' and 'fwd', got {mode!r}")
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

    setting = _Setting(getattr(fun, "__name__", repr(fun)), tuple(modes), tolerance, step, np.random.default_rng(seed))
    _check(setting, of_floats, [_frozen(arrays[i]) for i in chosen], order, [])


@dataclass(frozen=True)
class _Setting:
    name: str
    modes: tuple[str, ...]
    tolerance: float | None
    step: float | None
    rng: np.random.Generator


def _check(setting: _Setting, fun: Fn, args: list[Any], order: int, path: list[str]) -> None:
    """Check the first order of `fun`, then that of its pullback and pushforward."""
    outs = [np.asarray(out) for out in fun(*args)]
    if not outs:
        raise ValueError(f"check_grads: {setting.name} returned nothing that can be differentiated")
    cotangents = [_random(setting.rng, out) for out in outs]
    tangents = [_random(setting.rng, arg) for arg in args]
    if "rev" in setting.modes:
        _check_reverse(setting, fun, args, cotangents, [*path, "rev"])
    if "fwd" in setting.modes:
        _check_forward(setting, fun, args, tangents, [*path, "fwd"])
    if order == 1:
        return
    count = len(args)
    # As functions of the direction too: there even a linear function has a second derivative to check.
    if "rev" in setting.modes:
        _check(
            setting,
            lambda *both: list(vjp(fun, *both[:count])[1](list(both[count:]))),
            [*args, *cotangents],
            order - 1,
            [*path, "rev"],
        )
    if "fwd" in setting.modes:
        _check(
            setting,
            lambda *both: jvp(fun, both[:count], both[count:])[1],
            [*args, *tangents],
            order - 1,
            [*path, "fwd"],
        )


def _check_reverse(setting: _Setting, fun: Fn, args: list[Any], cotangents: list[Any], path: list[str]) -> None:
    _, pullback = vjp(fun, *args)
    found = pullback(cotangents)
    wide = [_widened(arg) for arg in args]

    def projected(values: list[Any]) -> float:
        outs = fun(*values)
        return float(sum(np.sum(np.real(g * np.asarray(out))) for g, out in zip(cotangents, outs, strict=True)))

    def moved(i: int, index: tuple[int, ...], unit: complex, d: float) -> float:
        values = list(wide)
        values[i] = wide[i].copy()
        values[i][index] += d * unit
        return projected(values)

    report = _Report(setting, path, args, abs(projected(wide)))
    for i, arg in enumerate(wide):
        chosen = np.arange(arg.size)
        if arg.size > MOST_ELEMENTS:
            chosen = np.sort(setting.rng.choice(arg.size, MOST_ELEMENTS, replace=False))
        for flat in chosen:
            index = tuple(int(k) for k in np.unravel_index(flat, arg.shape))
            units = (1, 1j) if arg.dtype.kind == "c" else (1,)
            parts = [report.difference(partial(moved, i, index, unit), abs(arg[index])) for unit in units]
            expected = parts[0] if len(parts) == 1 else parts[0] - 1j * parts[1]
            report.add(f"argument {i}", index, found[i][index], expected)
    report.close()


def _check_forward(setting: _Setting, fun: Fn, args: list[Any], tangents: list[Any], path: list[str]) -> None:
    _, found = jvp(fun, tuple(args), tuple(tangents))
    wide = [_widened(arg) for arg in args]
    largest = max((float(np.max(np.abs(out), initial=0)) for out in map(np.asarray, fun(*wide))), default=0.0)
    report = _Report(setting, path, args, largest)
    scale = max((float(np.max(np.abs(arg), initial=0)) for arg in wide), default=0.0)
    directions = [_widened(t) for t in tangents]

    def along(i: int, d: float) -> Any:
        return np.asarray(fun(*[x + d * t for x, t in zip(wide, directions, strict=True)])[i])

    for i, tangent in enumerate(found):
        expected = report.difference(partial(along, i), scale)
        for index in np.ndindex(tangent.shape):
            report.add(f"output {i}", index, tangent[index], expected[index])
    report.close()


class _Report:
    """Compare one derivative element by element, and say at the end whether it is proven."""

    def __init__(self, setting: _Setting, path: list[str], args: list[Any], magnitude: float) -> None:
        self.setting = setting
        self.path = path
        coarsest = max(float(np.finfo(arg.dtype).eps) for arg in args)
        finest = min(coarsest, float(np.finfo(np.float64).eps))
        self.tolerance = setting.tolerance if setting.tolerance is not None else coarsest**0.5
        self.step = setting.step if setting.step is not None else finest**0.2
        #: What rounding alone makes of a difference.
        self.noise = 100 * finest * (1 + magnitude) / self.step
        self.rows: list[tuple[str, tuple[int, ...], Any, Any]] = []

    def difference(self, at: Callable[[float], Any], magnitude: float) -> Any:
        h = self.step * max(1.0, float(magnitude))
        return (45 * (at(h) - at(-h)) - 9 * (at(2 * h) - at(-2 * h)) + at(3 * h) - at(-3 * h)) / (60 * h)

    def add(self, where: str, index: tuple[int, ...], found: Any, expected: Any) -> None:
        self.rows.append((where, index, found, expected))

    def close(self) -> None:
        title = f"check_grads of {self.setting.name}, order {len(self.path)}, {' over '.join(reversed(self.path))}"
        if not self.rows:
            raise AssertionError(f"{title}: there is no element to compare")
        found = np.array([row[2] for row in self.rows])
        expected = np.array([row[3] for row in self.rows])
        finite = np.isfinite(found) & np.isfinite(expected)
        error = np.abs(found - expected)
        size = np.where(finite, np.abs(expected), 0.0)
        # The rounding of a derivative is that of its largest terms: small elements are held against their argument's.
        where = np.array([row[0] for row in self.rows])
        largest = {group: float(np.max(size[where == group])) for group in dict.fromkeys(where)}
        scale = np.array([largest[group] for group in where])
        bad = ~finite | (error > self.tolerance * np.maximum(size, SMALL * scale) + self.noise)
        if bad.any():
            relative = np.where(finite, error / np.maximum(size, SMALL * scale + self.noise), np.inf)
            raise AssertionError(f"{title}: {bad.sum()} of {bad.size} elements differ\n{self._table(relative)}")
        # A linear function has no second derivative but in the direction; a first derivative is wanted of each.
        negligible = [group for group, most in largest.items() if most <= 10 * self.noise]
        if len(negligible) == len(largest) or (negligible and len(self.path) == 1):
            raise AssertionError(
                f"{title}: vacuous, in {', '.join(negligible)} the largest derivative expected is "
                f"{max(largest[group] for group in negligible):.1e}, no more than the error of the differences; choose "
                "a point where the function varies"
            )

    def _table(self, relative: Any) -> str:
        worst = np.argsort(-relative, kind="stable")[:SHOWN]
        lines = [f"  {'where':<12} {'index':<12} {'by the tape':>24} {'by differences':>24} {'relative error':>15}"]
        for k in worst:
            where, index, found, expected = self.rows[k]
            lines.append(f"  {where:<12} {index!s:<12} {found:>24.10g} {expected:>24.10g} {relative[k]:>15.2e}")
        return "\n".join(lines)


def _random(rng: np.random.Generator, like: Any) -> Any:
    """Draw a direction of the shape and dtype of a value, away from 0."""
    draw = rng.uniform(0.5, 1.5, like.shape) * rng.choice([-1.0, 1.0], like.shape)
    if like.dtype.kind == "c":
        draw = draw + 1j * rng.uniform(0.5, 1.5, like.shape)
    return _frozen(np.asarray(draw, dtype=like.dtype))


def _widened(array: Any) -> Any:
    """Give an array in the precision in which differences are taken."""
    return array.astype(np.result_type(array.dtype, np.complex128 if array.dtype.kind == "c" else np.float64))


def _frozen(array: Any) -> Any:
    """Give a read-only copy: a rule that writes into its input fails."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy
