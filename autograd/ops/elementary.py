"""Elementary functions of each element: trigonometric, hyperbolic, their inverses, roots, logarithms, angles.

Derivatives follow DLMF 4.20, 4.24, 4.34, 4.38. Where a rule writes `x - -1` it is for complex x on a branch cut: the
sign of an imaginary zero, which tells the side, survives a subtraction of 1 and not its addition.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.entry import Array, Shell
from autograd.families import elementwise
from autograd.op import Op, Real, case, composite
from autograd.ops.elementwise import NONZERO, POSITIVE, gate, over, power_x, power_y, share

LN2, LN10 = math.log(2), math.log(10)
ONE_SIDE = Real(-0.9, 0.9)


# An op of its own, for by the rule of products an infinite derivative at ±1 would meet the factor that is 0.
gap: Op = elementwise(lambda x: (1 - x) * (1 + x), name="gap", x=lambda g, x: g * (-2 * x), note="1 - x²")


def _cosine(x: Array) -> Array:
    """√(1 - x²): the cosine of arcsin x, and the sine of arccos x."""
    return np.sqrt(gap(x) if x.dtype.kind != "c" else -((x - 1) * (x - -1)))


def _arcsin(g: Array, x: Array) -> Array:
    """D arcsin x = dx / √(1 - x²)."""
    return over(g, _cosine(x))


def _arccos(g: Array, x: Array) -> Array:
    """D arccos x = -dx / √(1 - x²)."""
    return -over(g, _cosine(x))


leg: Op = elementwise(
    lambda x: np.sqrt(x - 1) * np.sqrt(x - -1),
    name="leg",
    x=lambda g, x, ans: over(g * x, ans),
    sample={"x": Real(1.2, 3.0)},
    note="√(x² - 1), the hyperbolic sine of arccosh x",
)


def _secant(x: Array) -> Array:
    """√(1 + x²), also where x² is beyond the largest number: from 1/√eps on it is |x|. `np.hypot` is far slower."""
    size = np.abs(x)
    least = np.minimum(size, float(np.finfo(x.dtype).eps ** -0.5))
    return np.maximum(np.sqrt(1 + least * least), size)


def _arctan(g: Array, x: Array) -> Array:
    """D arctan x = dx / (1 + x²)."""
    if x.dtype.kind == "c":
        return over(g, 1 + x * x)
    secant = _secant(x)
    return g / secant / secant


def _arcsinh(g: Array, x: Array) -> Array:
    """D arcsinh x = dx / √(1 + x²)."""
    return over(g, np.sqrt(x * x - -1)) if x.dtype.kind == "c" else g / _secant(x)


# Trigonometric and hyperbolic functions, and their inverses
tan = elementwise(np.tan, x=lambda g, ans: g * (1 + ans * ans), sample={"x": Real(-1.2, 1.2)})
arcsin = elementwise(np.arcsin, x=_arcsin, sample={"x": ONE_SIDE})
arccos = elementwise(np.arccos, x=_arccos, sample={"x": ONE_SIDE})
arctan = elementwise(np.arctan, x=_arctan)
sinh = elementwise(np.sinh, x=lambda g, x: g * np.cosh(x))
cosh = elementwise(np.cosh, x=lambda g, x: g * np.sinh(x))
arcsinh = elementwise(np.arcsinh, x=_arcsinh)
arccosh = elementwise(np.arccosh, x=lambda g, x: over(g, leg(x)), sample={"x": Real(1.2, 3.0)})
arctanh = elementwise(np.arctanh, x=lambda g, x: over(g, gap(x)), sample={"x": ONE_SIDE})

# Exponentials, logarithms, roots, powers
exp2 = elementwise(np.exp2, x=lambda g, ans: g * (ans * LN2))
log2 = elementwise(np.log2, x=lambda g, x: over(g, x) * (1 / LN2), sample={"x": POSITIVE})
log10 = elementwise(np.log10, x=lambda g, x: over(g, x) * (1 / LN10), sample={"x": POSITIVE})
logaddexp2 = elementwise(
    np.logaddexp2,
    x=lambda g, x, y: g * share(x, y, np.exp2, np.logaddexp2),
    y=lambda g, x, y: g * share(y, x, np.exp2, np.logaddexp2),
)
cbrt = elementwise(np.cbrt, x=lambda g, ans: over(g, 3 * ans * ans), sample={"x": NONZERO})


def _double(x: Any) -> Any:
    """Take a number to double precision, as `float_power` does."""
    return x.astype(np.result_type(x.dtype, np.float64)) if hasattr(x, "dtype") else x


float_power = elementwise(
    np.float_power,
    x=lambda g, x, y: power_x(g, _double(x), _double(y)),
    y=lambda g, ans, x, y: power_y(g, ans, _double(x), _double(y)),
    sample={"x": POSITIVE},
)
ldexp = elementwise(np.ldexp, inputs=("x", "i"), x=lambda g, i: np.ldexp(g, i))

# Angles
deg2rad = elementwise(np.deg2rad, x=lambda g: g * (math.pi / 180))
radians = elementwise(np.radians, x=lambda g: g * (math.pi / 180))
rad2deg = elementwise(np.rad2deg, x=lambda g: g * (180 / math.pi))
degrees = elementwise(np.degrees, x=lambda g: g * (180 / math.pi))


def _unit(x: Array, h: Array) -> Array:
    """X / h where |x| ≤ h, 0 at h = 0; where h is infinite the limit: 1 for the infinite x, and 0."""
    if type(h) is np.ndarray:
        try:
            with np.errstate(invalid="raise"):
                return x / h
        except FloatingPointError:
            pass
    far = np.isinf(h)
    return np.where(far, np.sign(x) * np.isinf(x), x) / np.where(far | (h == 0), 1, h)


def _by(g: Array, h: Array) -> Array:
    """G / h, and 0 for h = 0: the least of the subgradients at the tip of a cone."""
    return g * (h != 0) / (h + (h == 0))


unit = elementwise(
    _unit, name="unit", x=lambda g, h: _by(g, h), h=lambda g, ans, h: -_by(g * ans, h), sample={"h": POSITIVE},
    note="x / h, and 0 at h = 0; `_by` is that division too",
)  # fmt: skip
hypot = elementwise(
    np.hypot,
    x=lambda g, x, ans: g * unit(x, ans),
    y=lambda g, y, ans: g * unit(y, ans),
    sample={"x": NONZERO, "y": NONZERO},
)


def _inverse(x: Array, y: Array) -> Array:
    """X / (x² + y²), and 0 at (0, 0) and at infinity; scaled where the squares are too large or too small."""
    with np.errstate(all="ignore"):
        square = x * x + y * y
        if square.dtype.kind == "c":
            raise TypeError("inverse is of real numbers")
        ans = x / square
        kept = np.finfo(square.dtype)
        good = (square > kept.tiny / kept.eps) & (square < np.inf)
        if good.all():
            return ans
        m = np.maximum(np.abs(x), np.abs(y))
        x, y = x / m, y / m
        return np.where(good, ans, np.where((m == 0) | np.isinf(m), 0, x / (x * x + y * y) / m))


inverse: Op = elementwise(
    _inverse,
    name="inverse",
    x=lambda g, x, y: g * (inverse(y, x) ** 2 - inverse(x, y) ** 2),
    y=lambda g, x, y: g * (-2 * inverse(x, y) * inverse(y, x)),
    sample={"x": NONZERO, "y": NONZERO},
    note="x / (x² + y²)",
)
arctan2 = elementwise(
    np.arctan2,
    y=lambda g, y, x: g * inverse(x, y),
    x=lambda g, y, x: g * -inverse(y, x),
    sample={"y": NONZERO, "x": NONZERO},
)


@composite(
    np.angle,
    sample={"z": NONZERO},
    cases=[case((2, 3)), case(()), case((2, 3), deg=True)],
    note="the gradient is the sum of two complex arrays, that of the real part and that of the imaginary",
)
def _np_angle(z: Any, deg: bool = False) -> Any:
    """Compute arctan2(Im z, Re z), with deg=True in degrees."""
    angle = np.arctan2(np.imag(z), np.real(z))
    return np.rad2deg(angle) if deg else angle


@composite(
    np.unwrap,
    sample={"p": Real(-2.002, 2.002, distinct=True)},
    cases=[
        case((8,)), case((3, 4), axis=0), case((3, 4), period=1.0), case((2, 4), discont=0.74, period=1.0, axis=-1),
        case((0,)), case((1,)),
    ],
    note="the turns that it adds are constant",
)  # fmt: skip
def _np_unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * math.pi) -> Any:
    """Add whole periods, which are constant, until neighbours are close: the derivative is that of p."""
    if isinstance(period, Shell) and period.entry is not None:
        raise TypeError("unwrap: period= is a constant here; leave the tape with period.detach()")
    return np.copy(p)


# The family of sinc


def _sinc(x: Array, n: int) -> Array:
    """sinc⁽ⁿ⁾(x) = πⁿ s⁽ⁿ⁾(πx) for s(u) = sin u / u.

    Away from 0 by u s⁽ⁿ⁾ + n s⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾ u, the n-th derivative of u s = sin u, which multiplies errors by n / u a
    step; near 0 by the power series.
    """
    if x.dtype == np.float16:
        return _sinc(x.astype(np.float32), n).astype(np.float16)
    u = np.multiply(math.pi, x, order="C").reshape(-1)
    bound = max(1.5, n / 2)
    near = np.flatnonzero(np.abs(u) < bound)
    series = _sinc_near(u[near], n, bound)
    u[near] = 1
    turned = np.sin(u), np.cos(u)
    s = turned[0] / u
    for k in range(1, n + 1):
        s *= -k
        s += turned[k % 2] if k % 4 < 2 else -turned[k % 2]
        s /= u
    s[near] = series
    s *= math.pi**n
    return s.reshape(x.shape)


def _sinc_near(u: Array, n: int, bound: float) -> Array:
    """s⁽ⁿ⁾(u) = Σⱼ cos((n + j) π / 2) uʲ / (j! (n + j + 1)): s is the mean of cos(ut) over 0 < t < 1."""
    coefficients = []
    j = n % 2
    while bound**j > 1e-19 * math.factorial(j):
        coefficients.append((-1) ** ((n + j) // 2) / (math.factorial(j) * (n + j + 1)))
        j += 2
    total = np.zeros_like(u)
    for coefficient in reversed(coefficients):
        total = total * (u * u) + coefficient
    return total * u if n % 2 else total


sinc_n: Op = elementwise(
    lambda x, n=1: _sinc(x, n), name="sinc_n", x=lambda g, x, n: g * sinc_n(x, n=n + 1),
    cases=[case((3, 4), n=2), case((), n=3), case((5,), n=6)], note="the n-th derivative of sinc",
)  # fmt: skip
sinc = elementwise(lambda x: np.sinc(x), name="sinc", numpy=(np.sinc,), x=lambda g, x: g * sinc_n(x, n=1))

# The family of i0


def _bessel(x: Array, n: int) -> Array:
    """Iₙ(x), in double precision: by its series (DLMF 10.25.2), far out by its expansion (DLMF 10.40.1)."""
    if x.dtype.kind == "c":
        raise TypeError("bessel_i is of real arguments")
    a = np.abs(np.asarray(x, dtype=np.float64))
    far = a > max(30, 2 * n * n)
    result = np.empty_like(a)
    result[~far] = _bessel_near(a[~far], n)
    result[far] = _bessel_far(a[far], n)
    return (result * np.sign(x) if n % 2 else result).astype(x.dtype)


def _bessel_near(a: Array, n: int) -> Array:
    """Σₖ (a/2)²ᵏ⁺ⁿ / (k! (k+n)!): no term is negative, so none of them cancel."""
    z = a * a / 4
    largest = np.max(z, initial=0.0, where=z == z)
    k, term, total = 0, 1.0, 1.0
    while term > 1e-18 * total:
        k += 1
        term *= largest / (k * (k + n))
        total += term
    series = np.ones_like(z)
    for i in range(k, 0, -1):
        series *= z
        series *= 1 / (i * (i + n))
        series += 1
    return series * (a / 2) ** n / math.factorial(n)


def _bessel_far(a: Array, n: int) -> Array:
    """eᵃ / √(2πa) Σₖ Πⱼ₌₁ᵏ ((2j - 1)² - 4n²) / (8ja): the factors are below 1/2 where it is used."""
    series = np.ones_like(a)
    for j in range(20, 0, -1):
        series *= ((2 * j - 1) ** 2 - 4 * n * n) / (8 * j) / a
        series += 1
    # In two factors, each of which is finite wherever the product is.
    root = np.exp(a / 2)
    return root * (series / np.sqrt(2 * math.pi * a)) * root


def _bessel_slope(g: Array, x: Array, n: int) -> Array:
    """D Iₙ(x) / dx = (Iₙ₋₁(x) + Iₙ₊₁(x)) / 2: DLMF 10.29.1."""
    return g * (0.5 * (bessel_i(x, n=abs(n - 1)) + bessel_i(x, n=n + 1)))


bessel_i: Op = elementwise(
    lambda x, n=0: _bessel(x, n), name="bessel_i", x=_bessel_slope, cases=[case((3, 4), n=1), case((5,), n=2)],
    note="the modified Bessel function of integer order n",
)  # fmt: skip
i0 = elementwise(lambda x: np.i0(x), name="i0", numpy=(np.i0,), x=lambda g, x: g * bessel_i(x, n=1))

# What replaces


def _finite(g: Array, x: Array) -> Array:
    """Pass what was finite; of a complex number each part by itself."""
    if x.dtype.kind != "c":
        return gate(g, np.isfinite(x))
    return gate(np.real(g), np.isfinite(np.real(x))) + 1j * gate(np.imag(g), np.isfinite(np.imag(x)))


nan_to_num = elementwise(
    lambda x, nan=0.0, posinf=None, neginf=None: np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf),
    name="nan_to_num", numpy=(np.nan_to_num,), x=_finite, cases=[case((2, 3), nan=1.0, posinf=2.0, neginf=-2.0)],
    mask={"x": lambda x: np.isfinite(x) if x.dtype.kind != "c" else np.isfinite(np.real(x)) | np.isfinite(np.imag(x))},
)  # fmt: skip


@composite(np.nan_to_num, bitwise=True, cases=[case((2, 3)), case((2, 3), nan=1.0, copy=1)])
def _np_nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    result = nan_to_num.call(x, nan=nan, posinf=posinf, neginf=neginf)
    if copy:
        return result
    x[...] = result
    return x


@composite(np.real_if_close, bitwise=True, cases=[case((2, 3)), case((), tol=1e-3)])
def _np_real_if_close(a: Any, tol: float = 100) -> Any:
    """Give Re a if all |Im a| are below tol, in units of the machine epsilon if tol > 1; else a itself."""
    if a.dtype.kind != "c":
        return a
    bound = np.finfo(a.dtype).eps * tol if tol > 1 else tol
    return np.real(a) if np.all(np.absolute(np.imag(a)) < bound) else a


# Principal branches, numpy.emath: the data tell whether the result is complex

EMATH = [case((2, 3)), case(()), case((0, 2))]
EMATH2 = [case((2, 3), (3,)), case((), ()), case((0, 2), ())]
BEYOND = {"x": Real(avoid=(-1.0, 0.0, 1.0))}


def _to_complex(x: Any, beyond: Any) -> Any:
    """Take x to complex numbers if one of it is real and beyond."""
    x = x if hasattr(x, "dtype") else np.asarray(x)
    if not np.any(np.isreal(x) & beyond(x)):
        return x
    return x.astype(np.result_type(x.dtype, np.complex64))


def _nonnegative(x: Any) -> Any:
    return _to_complex(x, lambda x: x < 0)


def _within_1(x: Any) -> Any:
    return _to_complex(x, lambda x: np.abs(x) > 1)


def _emath(name: str, function: Any, domain: Any) -> None:
    """Declare one of `numpy.emath` as the function of what was taken to its domain."""

    @composite(getattr(np.emath, name), sample=BEYOND, cases=EMATH)
    def body(x: Any) -> Any:
        """Compute the function of the same name, in complex numbers if an x lies outside its real domain."""
        return function(domain(x))


for _name, _function, _domain in (
    ("sqrt", np.sqrt, _nonnegative), ("log", np.log, _nonnegative), ("log2", np.log2, _nonnegative),
    ("log10", np.log10, _nonnegative), ("arcsin", np.arcsin, _within_1), ("arccos", np.arccos, _within_1),
    ("arctanh", np.arctanh, _within_1),
):  # fmt: skip
    _emath(_name, _function, _domain)


@composite(np.emath.logn, sample={"n": Real(1.5, 3.0), "x": NONZERO}, cases=EMATH2)
def _np_logn(n: Any, x: Any) -> Any:
    """Compute ln x / ln n, in complex numbers where one is negative."""
    return np.log(_nonnegative(x)) / np.log(_nonnegative(n))


@composite(np.emath.power, sample={"x": NONZERO}, cases=EMATH2)
def _np_power(x: Any, p: Any) -> Any:
    """Compute x^p, in complex numbers if an x is negative."""
    return np.power(_nonnegative(x), p if hasattr(p, "dtype") else np.asarray(p, dtype=float))
