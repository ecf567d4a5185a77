"""What is known of each elementary function of kernels, where it is tried, and how far it is from the truth there.

A sample is too large for mpmath, so NumPy looks at all of it in a wider dtype, and mpmath judges those points that look
worst, and some of every kind. The test and the table of docs/trust.md share all of this.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
from scipy import special
from vectorised import evaluate, ulps

from autograd.compiler.native.maths import FUNCTIONS

#: How many neighbours of an edge are tried on either side.
NEIGHBOURS = 12


@dataclass(frozen=True)
class Elementary:
    """What is known of a function.

    Parameters
    ----------
    exact : callable
        The function of mpmath's numbers.
    bound : float
        Units in the last place that it may be off.
    spans : tuple
        Intervals where it is tried densely.
    edges : tuple
        Numbers that are tried, with both signs and their neighbours: where results overflow or underflow, zeros and
        steep places, and where one way of computing gives place to another.
    """

    exact: Callable[..., Any]
    bound: float
    spans: tuple[tuple[float, float], ...] = ()
    edges: tuple[float, ...] = ()


def _erfc(x: Any) -> Any:
    """Complement of the error function; far out mpmath fails."""
    return mpmath.erfc(max(min(x, mpmath.mpf(100)), mpmath.mpf(-100)))


_LN2 = math.log(2)
_SMALL = (2.0**-60, 2.0**-54, 2.0**-30, 2.0**-27, 2.0**-26, 2.0**-24, 2.0**-13, 2.0**-12)
_PLAIN = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 10.0)
# Where e^x and half of it overflow, and e^x becomes subnormal and 0: float64, float32.
_EXP_ENDS = (709.782712893384, 708.3964185322641, 745.1332191019411, 88.722839, 87.33654, 103.972084)
_SINH_ENDS = (710.4758600739439, 710.5, 89.41599, 89.5)
_HALF_STEPS = (_LN2 / 2, 1.5 * _LN2, 2.5 * _LN2)
_ROOTS = (math.sqrt(0.5), math.sqrt(2.0))
_AROUND_1 = ((0.0, 3.0), (0.7, 1.42), (0.99, 1.01), (0.0, 1e4))
_CIRCLE = (
    2.0**17, 2.0**18, 2.0**20, 2.0**30, 2.0**31, 1e22, 6381956970095103 * 2.0**797, 16367173 * 2.0**72,
    math.pi / 4, math.pi / 2, math.pi, 1.5 * math.pi, 2 * math.pi,
)  # fmt: skip
_TURNS = ((-1.6, 1.6), (-10.0, 10.0), (-1e3, 1e3), (-(2.0**17), 2.0**17), (-(2.0**30), 2.0**30))
_WHOLE, _WHOLE_ENDS = ((-10, 10), (-1e6, 1e6)), (*[2.0**k for k in (22, 23, 24, 31, 51, 52, 53, 63)], 2.5, 3.5)
#: Reduced by multiples of pi/2.
CIRCULAR = ("sin", "cos", "tan")

ELEMENTARY = {
    "exp": Elementary(mpmath.exp, 1, ((-746, 710), (-105, 89), (-1, 1)), (*_EXP_ENDS, *_HALF_STEPS)),
    "exp2": Elementary(
        lambda x: mpmath.mpf(2) ** x, 1, ((-1080, 1025), (-151, 129), (-1, 1)),
        (1024.0, 1022.0, 1074.0, 1075.0, 128.0, 126.0, 149.0, 150.0),
    ),
    "expm1": Elementary(mpmath.expm1, 1.5, ((-40, 710), (-20, 89), (-1, 1)), (*_EXP_ENDS, *_HALF_STEPS, 37.4, 17.3)),
    "log": Elementary(mpmath.log, 1, _AROUND_1, _ROOTS),
    "log2": Elementary(lambda x: mpmath.log(x, 2), 1, _AROUND_1, _ROOTS),
    "log10": Elementary(mpmath.log10, 1, _AROUND_1, (*_ROOTS, 100.0, 1e5, 1e10, 1e22)),
    "log1p": Elementary(mpmath.log1p, 1.5, ((-1, 3), (-0.31, 0.43), (-0.01, 0.01), (0, 1e4)),
                        (math.sqrt(2.0) - 1, math.sqrt(0.5) - 1)),
    "cbrt": Elementary(
        lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), 1, ((-1, 1), (1, 8), (-1e6, 1e6)), (8.0, 27.0, 1000.0)
    ),
    "power": Elementary(lambda x, y: x**y, 1),
    "sinh": Elementary(mpmath.sinh, 1.5, ((-711, 711), (-90, 90), (-2, 2)), (*_SINH_ENDS, *_HALF_STEPS, 20.0, 40.0)),
    "cosh": Elementary(mpmath.cosh, 1.5, ((-711, 711), (-90, 90), (-2, 2)), (*_SINH_ENDS, *_HALF_STEPS, 20.0, 40.0)),
    "tanh": Elementary(mpmath.tanh, 1.5, ((-23, 23), (-10, 10), (-1, 1)),
                       (_LN2 / 4, 0.75 * _LN2, 9.010913, 19.061547, 22.0)),
    "arcsinh": Elementary(mpmath.asinh, 1.5, ((-2, 2), (-0.5, 0.5), (-1e4, 1e4)), (0.2, math.sqrt(0.125), 2.0**60)),
    "arccosh": Elementary(mpmath.acosh, 2, ((1, 2), (1, 1.1), (1, 1e4)), (1.06, 1.25, 2.0**60)),
    "arctanh": Elementary(mpmath.atanh, 1.5, ((-1, 1), (-0.3, 0.3), (0.9, 1)), (0.2, 0.46, 1 / 3)),
    "sin": Elementary(mpmath.sin, 1, _TURNS, _CIRCLE),
    "cos": Elementary(mpmath.cos, 1, _TURNS, _CIRCLE),
    "tan": Elementary(mpmath.tan, 1.5, _TURNS, _CIRCLE),
    "arcsin": Elementary(mpmath.asin, 1.5, ((-1, 1), (-0.6, 0.6), (0.9, 1))),
    "arccos": Elementary(mpmath.acos, 1.5, ((-1, 1), (-0.6, 0.6), (0.9, 1))),
    "arctan": Elementary(mpmath.atan, 1.5, ((-3, 3), (-0.6, 0.6), (-100, 100))),
    "arctan2": Elementary(mpmath.atan2, 2),
    "erf": Elementary(mpmath.erf, 1.5, ((-1.2, 1.2), (-7, 7), (0.9, 1.6)), (3.92, 5.93, 6.0)),
    "erfc": Elementary(
        _erfc, 2, ((-7, 1.5), (0.5, 28), (0.5, 11), (26, 27.5), (9, 10.6)),
        (26.543258, 27.226017, 27.3, 28.0, 9.194549, 10.054496, 10.1, 10.5),
    ),
    "rint": Elementary(mpmath.nint, 0, _WHOLE, _WHOLE_ENDS),
    "floor": Elementary(mpmath.floor, 0, _WHOLE, _WHOLE_ENDS),
    "ceil": Elementary(mpmath.ceil, 0, _WHOLE, _WHOLE_ENDS),
    "trunc": Elementary(lambda x: mpmath.sign(x) * mpmath.floor(abs(x)), 0, _WHOLE, _WHOLE_ENDS),
}  # fmt: skip


def numpys(name: str) -> Any:
    """Give the ufunc of NumPy or SciPy."""
    return getattr(np, name) if hasattr(np, name) else getattr(special, name)


def wider(name: str, dtype: Any) -> Any:
    """Give the dtype in which NumPy or SciPy looks at results; SciPy has no function of long doubles."""
    if dtype == np.float32:
        return np.float64
    return np.longdouble if any("g" in types for types in numpys(name).types) else np.float64


def arity(name: str) -> int:
    """Say how many arguments a function takes."""
    return int(numpys(name).nin)


# Points


def unsigned(dtype: Any) -> Any:
    """Give the integers of a dtype's size."""
    return np.uint64 if dtype == np.float64 else np.uint32


def random_bits(dtype: Any, size: int, rng: Any) -> Any:
    """Draw numbers by their bits: of all exponents alike, and of either sign."""
    whole = unsigned(dtype)
    return rng.integers(0, np.iinfo(whole).max, size, dtype=whole, endpoint=True).view(dtype)


def every_exponent(dtype: Any, rng: Any) -> Any:
    """Give a power of 2 and another number of each binary exponent, subnormal ones too, with either sign."""
    info = np.finfo(dtype)
    powers = np.ldexp(dtype(1), np.arange(info.minexp - info.nmant, info.maxexp)).astype(dtype)
    between = (powers * rng.uniform(1, 2, powers.size)).astype(dtype)
    both = np.concatenate([powers, between])
    return np.concatenate([both, -both])


def beside(dtype: Any, *numbers: float, steps: int = NEIGHBOURS) -> Any:
    """Give numbers with both signs, and their neighbours."""
    middle = np.array(numbers).astype(dtype)
    found = [middle]
    up = down = middle
    for _ in range(steps):
        up, down = np.nextafter(up, dtype(np.inf)), np.nextafter(down, dtype(-np.inf))
        found += [up, down]
    all_of_them = np.concatenate(found)
    return np.concatenate([all_of_them, -all_of_them])


#: Binary places of 2/pi, of which the largest double needs some 1200, and of pi/2.
_PLACES, _SHORT = 2600, 200
with mpmath.workprec(_PLACES + 64):
    _TWO_OVER_PI = int(mpmath.ldexp(2 / mpmath.pi, _PLACES))
    _HALF_PI = int(mpmath.ldexp(mpmath.pi / 2, _SHORT))


@cache
def hardest_of_circle(dtype: Any) -> Any:
    """Give for each exponent numbers that are nearest to multiples of pi/2, by the continued fraction of 2^e 2/pi.

    A denominator k of it makes k 2^e nearly a whole number of quarter turns, and so does a multiple of k that has all
    digits (Muller 2016, 11.2).
    """
    info = np.finfo(dtype)
    digits = info.nmant + 1
    found = []
    for exponent in range(-digits, info.maxexp - digits):
        shifted = _TWO_OVER_PI << exponent if exponent > 0 else _TWO_OVER_PI >> -exponent
        a, b = shifted % (1 << _PLACES), 1 << _PLACES
        denominators = [1, 0]
        while b and denominators[-1] < 1 << digits:
            quotient, (a, b) = a // b, (b, a % b)
            denominators.append(quotient * denominators[-1] + denominators[-2])
        for k in denominators[-4:-1]:
            if k:
                found.append(math.ldexp((1 << digits) // k * k, exponent))
    return np.array(found).astype(dtype)


def multiples_of_half_pi(dtype: Any, size: int, rng: Any) -> Any:
    """Give multiples of pi/2 and pi/4, rounded, up to where the reduction by parts of pi/2 ends and beyond."""
    top = 1 << (32 if dtype == np.float64 else 19)
    counts = [*range(64), *rng.integers(0, top, size).tolist(), *np.exp2(rng.uniform(0, 31, size)).astype(int).tolist()]
    return np.array([k * _HALF_PI / (1 << (_SHORT + half)) for k in counts for half in (0, 1)]).astype(dtype)


def _of_one(name: str, dtype: Any, size: int, rng: Any) -> Any:
    info = np.finfo(dtype)
    facts = ELEMENTARY[name]
    halves = rng.integers(-4000, 4000, size // 8) / 2
    ends = (0.0, np.inf, float(info.smallest_subnormal), float(info.tiny), float(info.max))
    parts = [
        np.array([np.nan]),
        beside(dtype, *ends, *_SMALL, *_PLAIN, *facts.edges),
        random_bits(dtype, size, rng),
        every_exponent(dtype, rng),
        halves,
        1 + rng.choice([-1, 1], size) * np.exp2(-rng.uniform(0, info.nmant + 1, size)),
        np.exp2(rng.uniform(-20, 20, size)) * rng.choice([-1, 1], size),
        *[rng.uniform(low, high, size) for low, high in facts.spans],
    ]
    if name in CIRCULAR:
        parts += [beside(dtype, *hardest_of_circle(dtype), steps=1), multiples_of_half_pi(dtype, size, rng)]
    return np.concatenate([part.astype(dtype) for part in parts])


def _of_power(dtype: Any, size: int, rng: Any) -> tuple[Any, Any]:
    """Bases and exponents: of all kinds, and most with a power that is finite, down to the last subnormal ones."""
    info = np.finfo(dtype)
    least, most = info.minexp - info.nmant - 2, info.maxexp + 1
    bits = np.abs(random_bits(dtype, size, rng))
    bases = np.where(np.isfinite(bits) & (bits > 0), bits, dtype(1.5)).astype(np.float64)
    near_1 = 1 + rng.choice([-1, 1], size) * np.exp2(-rng.uniform(1, info.nmant, size))
    near_1 = near_1.astype(dtype).astype(np.float64)
    near_1 = np.where(near_1 == 1, 1.5, near_1)
    middle = np.exp2(rng.uniform(-0.52, 0.52, size)).astype(dtype).astype(np.float64)
    ends = np.where(rng.random(size) < 0.5, most - rng.uniform(0, 3, size), least + rng.uniform(0, 60, size))
    exponents = every_exponent(dtype, rng)
    pairs = [
        (rng.uniform(0, 4, size), rng.uniform(-20, 20, size)),
        (bases, rng.uniform(least, most, size) / np.log2(bases)),
        (bases, ends / np.log2(bases)),
        (near_1, rng.uniform(least, most, size) / np.log2(near_1)),
        (near_1, rng.uniform(-1, 1, size) / np.log2(near_1)),
        (middle, ends / np.log2(middle)),
        (bases, np.ones(size)),
        (rng.integers(-50, 50, size), rng.integers(-60, 60, size)),
        (rng.uniform(-9, 9, size), rng.integers(-400, 400, size)),
        (rng.uniform(0, 9, size), rng.integers(-4, 5, size) / 2),
        (random_bits(dtype, size, rng), random_bits(dtype, size, rng)),
        (exponents, rng.permutation(exponents)),
        (exponents, rng.uniform(-1, 1, exponents.size)),
        (rng.uniform(-3, 3, exponents.size), exponents),
    ]
    x, y = (np.concatenate([pair[i].astype(dtype) for pair in pairs]) for i in (0, 1))
    return x, y


def _of_angle(dtype: Any, size: int, rng: Any) -> tuple[Any, Any]:
    """Heights and widths: of all kinds, of like size, nearly equal, subnormal and huge."""
    info = np.finfo(dtype)
    a, b = random_bits(dtype, size, rng), random_bits(dtype, size, rng)
    ratios = np.exp2(rng.uniform(-60, 60, size)).astype(dtype)
    tiny = [rng.integers(-40, 40, size) * float(info.smallest_subnormal) for _ in range(2)]
    huge = [float(info.max) * rng.uniform(-1, 1, size) for _ in range(2)]
    exponents = every_exponent(dtype, rng)
    like = np.concatenate([rng.uniform(0.2, 5, size), rng.choice([0.5, 1.0, 2.0], size)]).astype(dtype)
    twice = np.concatenate([a, b])
    pairs = [
        (a, b), (a, a * ratios), (a * ratios, a), (twice, twice * like), (twice * like, twice), tiny, huge,
        (rng.uniform(-1, 1, size), rng.uniform(-1, 1, size)), (exponents, rng.permutation(exponents)),
        (exponents, exponents * rng.uniform(-3, 3, exponents.size)),
    ]  # fmt: skip
    y, x = (np.concatenate([np.asarray(pair[i]).astype(dtype) for pair in pairs]) for i in (0, 1))
    return y, x


def points(name: str, dtype: Any, size: int, rng: Any) -> tuple[Any, ...]:
    """Give the arguments at which a function is tried: some multiple of a size of them."""
    with np.errstate(all="ignore"):
        if name == "power":
            return _of_power(dtype, size, rng)
        if name == "arctan2":
            return _of_angle(dtype, size, rng)
        return (_of_one(name, dtype, size, rng),)


# Judgement


def at_a_glance(found: Any, other: Any) -> Any:
    """Give errors in units in the last place by another result: inf where NaN, infinity or the sign of 0 is wrong."""
    info = np.finfo(found.dtype)
    with np.errstate(all="ignore"):
        rounded = other.astype(found.dtype)
        finite = np.isfinite(rounded)
        unit = np.ldexp(1.0, np.frexp(np.where(finite, rounded, 1))[1].astype(np.int64) - info.nmant - 1)
        errors = np.abs(found - other) / np.maximum(unit, float(info.smallest_subnormal))
    same = (found == rounded) | (np.isnan(found) & np.isnan(rounded))
    errors = np.where(finite & np.isfinite(found), errors, np.where(same, 0, np.inf))
    wrong = (found == 0) & (rounded == 0) & (np.signbit(found) != np.signbit(rounded))
    return np.where(wrong, np.inf, errors).astype(np.float64)


def judged(name: str, arrays: tuple[Any, ...], count: int) -> tuple[Any, tuple[Any, ...]]:
    """Give errors by mpmath, and where: of all points or of so many, half of them those that look worst.

    Where nothing wider looks, it is ten times as many. Points that are 0 or not finite are judged at a glance, and
    given if something is wrong.
    """
    dtype, facts = arrays[0].dtype, ELEMENTARY[name]
    found, wide = evaluate(FUNCTIONS[name], *arrays), wider(name, arrays[0].dtype)
    with np.errstate(all="ignore"):
        errors = at_a_glance(found, numpys(name)(*[x.astype(wide) for x in arrays]))
    plain = np.all([np.isfinite(x) & (x != 0) for x in arrays], axis=0)
    wrong = np.flatnonzero(~plain & (errors > facts.bound))
    chosen = np.flatnonzero(plain)
    if wide == dtype:
        count *= 10
    if chosen.size > count:
        worst = chosen[np.argpartition(-errors[chosen], count // 2)[: count // 2]]
        chosen = np.union1d(worst, chosen[:: -(-2 * chosen.size // count)])
    wrong_zeros = chosen[(found[chosen] == 0) & (errors[chosen] == np.inf)]
    errors[chosen] = ulps(found[chosen], facts.exact, *[x[chosen] for x in arrays])
    errors[wrong_zeros] = np.inf
    given = np.concatenate([wrong, chosen])
    return errors[given], tuple(x[given] for x in arrays)
