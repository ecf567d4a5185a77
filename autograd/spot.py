"""Stand at a point of a function and take differences of it: element by element, or along tangents.

Here arguments and outputs become what `autograd.differences` and `autograd.judge` work on. A `Spot` evaluates the
function in double precision, whatever the dtype of its arguments, and sees the outputs as one row of real numbers, a
complex number as two of them.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograd.differences import EPS, FINE_SPACINGS, STEP, Line, one_sided, rounding
from autograd.entry import Array
from autograd.judge import SMALL, Group

Fn = Callable[..., Any]

#: At most this many elements of an argument are checked one by one; of a larger one as many are drawn.
MOST_ELEMENTS = 200


class Spot:
    """A function at a point.

    Attributes
    ----------
    args : list of array
    grain : float
        How coarse the function's values are, relative to 1 + |value|: 2^-52, or more if it computes in less than
        double precision inside.
    """

    def __init__(
        self,
        fun: Fn,
        pull: Fn,
        args: list[Array],
        outs: list[Array],
        cotangents: list[Array],
        tangents: list[Array],
        step: float | None,
        seed: int,
    ) -> None:
        self.args = args
        self._fun, self._pull = fun, pull
        self._outs = outs
        self._wide = [_widened(arg) for arg in args]
        self._tangents = [_widened(t) for t in tangents]
        real = all(array.dtype.kind == "f" for array in (*args, *outs))
        self._complex = [arg.astype(np.complex128) for arg in self._wide] if real else []
        # Re(g y) is the product of the real parts less that of the imaginary ones.
        self._weights = _row([np.conj(g) for g in cotangents])
        self._start = self._run(self._wide)
        self._projection = np.dot(self._start, self._weights).reshape(1)
        self._rng = np.random.default_rng(seed)
        self._chosen = [self._choose(arg.size) for arg in args]

        self._line = self._along_tangents(STEP)
        noise, self.grain = rounding(self._line)
        self._continued = self._continue() if real else None
        if self.grain > EPS:
            if self._bends():
                noise, self.grain = rounding(self._line, FINE_SPACINGS)[0], EPS
            else:
                # Rounding has no continuation.
                self._continued = None
        coarse = self.grain > EPS
        self._step = step or (2.0 ** round(math.log2(min(self.grain**0.2, 0.25))) if coarse else STEP)
        if self._step != STEP:
            self._line = self._along_tangents(self._step)
        # The rounding of the projected outputs, and of the largest output. What was measured needs less of a margin.
        finite = np.where(np.isfinite(self._start), self._start, 0.0)
        self._noise = max(EPS * (1 + _norm(self._weights * finite)), _norm(self._weights * noise))
        self._noise_of_outputs = max(EPS * (1 + _largest(finite)), _largest(noise))
        margin = 10 if coarse else 100
        self._grain, self._grain_of_outputs = (
            margin * noise / self._step for noise in (self._noise, self._noise_of_outputs)
        )

    # Lines

    def _run(self, values: list[Array]) -> Array:
        return _row([np.asarray(out) for out in self._fun(*values)])

    def _run_continued(self, values: list[Array]) -> Array:
        try:
            outs = [np.asarray(out).ravel() for out in self._fun(*values)]
            row = outs[0] if len(outs) == 1 else np.concatenate(outs)
        except Exception:
            # Whatever it is that complex arguments break, differences do without them.
            row = None
        return row if row is not None and row.shape == self._start.shape else np.full(self._start.shape, math.nan)

    def _moving(self, move: Callable[[list[Array], complex], None], step: float, projected: bool) -> Line:
        """Make a line of how a displacement moves the arguments."""

        def at(d: complex) -> Array:
            continued = type(d) is complex
            values = list(self._complex if continued else self._wide)
            move(values, d)
            row = self._run_continued(values) if continued else self._run(values)
            return np.dot(row, self._weights).reshape(1) if projected else row

        return Line(at, self._projection if projected else self._start, step)

    def _along_tangents(self, step: float) -> Line:
        def move(values: list[Array], d: complex) -> None:
            values[:] = [x + d * t for x, t in zip(values, self._tangents, strict=True)]

        return self._moving(move, step, projected=False)

    def _along_argument(self, i: int, direction: Array) -> Line:
        def move(values: list[Array], d: complex) -> None:
            values[i] = values[i] + d * direction

        return self._moving(move, self._step, projected=True)

    def _along_element(
        self, i: int, index: tuple[int, ...], unit: complex, scale: float, projected: bool = True
    ) -> Line:
        def move(values: list[Array], d: complex) -> None:
            values[i] = values[i].copy()
            values[i][index] += d * unit

        return self._moving(move, self._step * scale, projected)

    # The complex step

    def _continue(self) -> tuple[Array, Array] | None:
        """Give slopes and values along the tangents by a complex step, if the function takes complex arguments."""
        with warnings.catch_warnings():
            # What casts complex numbers to real ones has lost the derivative.
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            slopes, values = self._line.complex_step()
        return (slopes, values) if np.all(np.isfinite(slopes)) and np.any(slopes) else None

    def _bends(self) -> bool:
        """Tell whether what looks like coarse rounding is a function that bends sharply: the complex step knows."""
        if self._continued is None:
            return False
        exact, _ = self._continued
        sides = [np.abs(side - exact) for side in self._line.pair(STEP / 2**15)]
        return bool(np.all(np.fmin(*sides) <= 1e-4 * np.abs(exact) + 1e-6 * (1 + np.abs(self._start))))

    def _agree(self, exact: Array, values: Array, line: Line, size: Array, grain: float) -> Array:
        """Tell where a complex step agrees with differences that see no kink."""
        slope, gap = line.central()
        allowed = EPS**0.5 * size + grain
        same = np.abs(values - line.start) <= 1e-8 * (1 + np.abs(line.start))
        return same & (np.abs(slope - exact) <= allowed) & (np.abs(gap) <= allowed)

    def _is_analytic(self, i: int, found: Array) -> bool:
        """Try the complex step along one argument, in a direction in which each of its elements has its say."""
        if self._continued is None:
            return False
        size = np.abs(np.where(np.isfinite(found), found, 0.0))
        floor = SMALL * float(np.max(size, initial=0))
        # No two alike: what is tied must come apart.
        direction = self._rng.uniform(0.5, 1.5, size.shape) * self._rng.choice([-1.0, 1.0], size.shape)
        direction = direction * _scale(self._wide[i])
        direction = direction * (floor / np.maximum(size, floor) if floor else 1.0)
        line = self._along_argument(i, direction)
        exact, values = line.complex_step()
        total = np.float64(_norm(size * direction))
        return bool(self._agree(exact, values, line, total, self._grain)[0])

    def parts(self, mode: str, found: list[Array]) -> list[Array]:
        """Give a pullback's or a pushforward's result as the elements that are checked, and their parts."""
        if mode == "fwd":
            return [_parts(np.ravel(values), 1) for values in found]
        pairs = zip(found, self._chosen, strict=True)
        return [_parts(np.ravel(values)[chosen], -1) for values, chosen in pairs]

    def groups(self, mode: str, found: list[Array]) -> list[Group]:
        """Differentiate the projected outputs in each element of the arguments, or each output along the tangents."""
        parts = self.parts(mode, found)
        if mode == "fwd":
            return self._outputs(parts)
        return [self._argument(i, *each) for i, each in enumerate(zip(found, parts, strict=True))]

    def _choose(self, size: int) -> Array:
        if size <= MOST_ELEMENTS:
            return np.arange(size)
        return np.sort(self._rng.choice(size, MOST_ELEMENTS, replace=False))

    def _argument(self, i: int, gradient: Array, found: Array) -> Group:
        wide, chosen = self._wide[i], self._chosen[i]
        units = (1, 1j) if wide.dtype.kind == "c" else (1,)
        indices = [tuple(map(int, np.unravel_index(flat, wide.shape))) for flat in chosen]
        scale = np.ravel(_scale(wide))[chosen]
        expected, gap = np.empty(found.shape), np.zeros(len(found))
        exact = np.full(len(found), len(found) > 1 and self._is_analytic(i, gradient))

        @cache
        def lines(k: int) -> list[tuple[Line, int]]:
            return [(self._along_element(i, indices[k], unit, float(scale[k])), 0) for unit in units]

        def apart(k: int, p: int, h: float) -> tuple[float, float]:
            slopes = self._along_element(i, indices[k], units[p], float(scale[k]), projected=False).pair(h)
            return _sum_of_intervals([self._weights * side for side in slopes])

        def alone(k: int, p: int, h: float, jump: bool) -> tuple[Line, int, float]:
            line = self._along_element(i, indices[k], units[p], float(scale[k]), projected=False)
            below, above = line.pair(h)
            shows = np.abs(above) + np.abs(below) if jump else np.abs(above - below)
            j = int(np.argmax(np.nan_to_num(shows, nan=np.inf)))
            value = self._pull(*self.args, *self._cotangents(j))[i][indices[k]]
            return line, j, float(_parts(np.reshape(value, 1), -1)[0, p])

        for k in range(len(found)):
            if exact[k]:
                expected[k] = lines(k)[0][0].complex_step()[0]
                continue
            for p, (line, _) in enumerate(lines(k)):
                slope, jump = line.central()
                expected[k, p] = slope[0]
                gap[k] = max(gap[k], abs(jump[0]))
            if self._continued is not None:
                slope, values = line.complex_step()
                if self._agree(slope, values, line, abs(expected[k, 0]), self._grain / scale[k])[0]:
                    exact[k], expected[k], gap[k] = True, slope, 0.0
        return Group(
            f"argument {i}", indices, found, expected, gap, exact, self._continued is not None,
            self._noise, scale, self._grain / scale, lines, apart, alone, -1j,
        )  # fmt: skip

    def _cotangents(self, j: int) -> list[Array]:
        """Give the cotangents that pick one of the outputs in a row."""
        left, picked = j, []
        for out in self._outs:
            g = np.zeros(out.shape, out.dtype)
            parts = 2 if out.dtype.kind == "c" else 1
            if 0 <= left < parts * out.size:
                g.flat[left // parts] = -1j if left % parts else 1
            left -= parts * out.size
            picked.append(g)
        return picked

    def kinked(self, place: tuple[int, tuple[int, ...]]) -> bool:
        """Tell whether there is a kink along an element that was not among those drawn."""
        i, index = place
        if i >= len(self.args) or len(self._chosen[i]) == self.args[i].size:
            return False
        for unit in (1, 1j) if self.args[i].dtype.kind == "c" else (1,):
            scale = float(_scale(self._wide[i][index]))
            line = self._along_element(i, index, unit, scale)
            allowed = float(EPS**0.5 * np.abs(line.central()[0][0]) + self._grain / scale)
            if one_sided(line, 0, self._noise, allowed).kind in ("kink", "jump"):
                return True
        return False

    def _outputs(self, found: list[Array]) -> list[Group]:
        line = self._line
        expected, gap = line.central()
        exact = np.zeros(expected.shape, bool)
        if self._continued is not None:
            exact = self._agree(*self._continued, line, np.abs(expected), self._grain_of_outputs)
            expected = np.where(exact, self._continued[0], expected)
        gap = np.where(exact, 0.0, np.abs(gap))
        groups, offset = [], 0
        for i, (out, values) in enumerate(zip(self._outs, found, strict=True)):
            count, parts = values.shape
            own = slice(offset, offset + count * parts)
            groups.append(self._output(i, offset, out, values, expected[own], gap[own], exact[own]))
            offset += count * parts
        return groups

    def _output(
        self, i: int, offset: int, out: Array, found: Array, expected: Array, gap: Array, exact: Array
    ) -> Group:
        count, parts = found.shape
        scale = np.ones(count)

        def lines(k: int) -> list[tuple[Line, int]]:
            return [(self._line, offset + parts * k + p) for p in range(parts)]

        def apart(k: int, p: int, h: float) -> tuple[float, float]:
            return self._apart(offset + parts * k + p, h)

        gap, exact = gap.reshape(found.shape).max(axis=1, initial=0), exact.reshape(found.shape).all(axis=1)
        return Group(
            f"output {i}", list(np.ndindex(out.shape)), found, expected.reshape(found.shape), gap, exact,
            self._continued is not None, self._noise_of_outputs, scale, self._grain_of_outputs * scale, lines, apart,
            None, 1j,
        )  # fmt: skip

    def _apart(self, j: int, h: float) -> tuple[float, float]:
        """Give what lies between for an output if each element of the arguments moves by itself."""
        if sum(arg.size for arg in self.args) > MOST_ELEMENTS:
            return math.nan, math.nan
        sides = []
        for i, t in enumerate(self._tangents):
            for index in np.ndindex(t.shape):
                for unit in (t[index],) if t.dtype.kind == "f" else (t[index].real, 1j * t[index].imag):
                    sides.append(
                        [side[j] for side in self._along_element(i, index, unit, 1.0, projected=False).pair(h)]
                    )
        return _sum_of_intervals(np.transpose(sides))


def _row(arrays: list[Array]) -> Array:
    """Lay values in a row of real numbers, each complex one as two."""
    rows = [
        np.asarray(array, np.complex128).ravel().view(np.float64)
        if array.dtype.kind == "c"
        else np.asarray(array, np.float64).ravel()
        for array in arrays
    ]
    return rows[0] if len(rows) == 1 else np.concatenate(rows)


def _parts(values: Array, sign: int) -> Array:
    """Give numbers as rows of their parts: the real one, and of a complex number the imaginary one, or less that."""
    if values.dtype.kind == "c":
        return np.stack([values.real, sign * values.imag], axis=1, dtype=np.float64)
    return values.astype(np.float64)[:, None]


def _widened(array: Array) -> Array:
    """Give an array in the precision in which differences are taken."""
    return array.astype(np.result_type(array.dtype, np.complex128 if array.dtype.kind == "c" else np.float64))


def _largest(values: Array) -> float:
    return float(np.max(np.abs(values), initial=0))


def _norm(values: Array) -> float:
    """Give the root of the sum of squares; none of them overflows."""
    largest = _largest(values)
    return largest * float(np.linalg.norm(np.ravel(values) / largest)) if largest else 0.0


def _sum_of_intervals(sides: Any) -> tuple[float, float]:
    below, above = sides
    return float(np.sum(np.minimum(below, above))), float(np.sum(np.maximum(below, above)))


def _scale(wide: Array) -> Array:
    """Give the power of two below |x|, and 1 below that: what the step is multiplied by."""
    return np.ldexp(1.0, np.maximum(np.frexp(np.abs(wide))[1] - 1, 0))
