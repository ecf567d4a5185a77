"""Hyperbolic functions of a row and their inverses, branch-free."""

from __future__ import annotations

import math

from autograd.compiler.native.lanes import Row, absolute, copysign, fast_two_sum, fma, polynomial, sqrt, where
from autograd.compiler.native.maths.exponential import (
    BIAS,
    LN2,
    MANTISSA,
    NEGLIGIBLE,
    beside_magic,
    exp_minus,
    power_of_two,
    reduced,
    shifted_log1p,
)

#: (cosh(r) - 1) / r^2 and (sinh(r) - r) / r^3 in powers of r^2 for |r| <= ln(2) / 2, by Remez's exchange.
_COSH_TAIL = {
    "f64": (
        float.fromhex("0x1.28b0796ba654ep-22"), float.fromhex("0x1.a019965691b2cp-16"),
        float.fromhex("0x1.6c16c185c2bdep-10"), float.fromhex("0x1.555555554ff8ep-5"),
        float.fromhex("0x1.000000000000cp-1"),
    ),
    "f32": (float.fromhex("0x1.6d9790p-10"), float.fromhex("0x1.55547ep-5"), 0.5),
}  # fmt: skip
_SINH_TAIL = {
    "f64": (
        float.fromhex("0x1.af5ebf73be5c2p-26"), float.fromhex("0x1.71ddf85356823p-19"),
        float.fromhex("0x1.a01a01afe5476p-13"), float.fromhex("0x1.111111110f6aep-7"),
        float.fromhex("0x1.5555555555559p-3"),
    ),
    "f32": (float.fromhex("0x1.122802p-7"), float.fromhex("0x1.5554b0p-3")),
}  # fmt: skip
#: (atanh(s) - s) / s^3 in powers of s^2 for |s| <= 1/4, within 2^-59 and 2^-31, by Remez's exchange.
_ATANH_TAIL = {
    "f64": (
        float.fromhex("0x1.1f9a862616850p-4"), float.fromhex("0x1.cdcd3c4ae051cp-5"),
        float.fromhex("0x1.11d1b53844389p-4"), float.fromhex("0x1.3b0b1624a4a8ap-4"),
        float.fromhex("0x1.745d539396a18p-4"), float.fromhex("0x1.c71c70c8ab589p-4"),
        float.fromhex("0x1.24924925c1654p-3"), float.fromhex("0x1.999999999837fp-3"),
        float.fromhex("0x1.555555555555ap-2"),
    ),
    "f32": (
        float.fromhex("0x1.029cd2p-3"), float.fromhex("0x1.22e372p-3"), float.fromhex("0x1.99a2acp-3"),
        float.fromhex("0x1.55554ep-2"),
    ),
}  # fmt: skip

#: Where sinh and cosh have reached inf and tanh 1, and from where e^-x is left out beside e^x.
_INFINITE = {"f64": 710.5, "f32": 89.5}
_ONE = {"f64": 22.0, "f32": 10.0}
_ALONE = {"f64": 40.0, "f32": 20.0}
#: Where sqrt(x^2 + 1) is x, and x^2 is not too large yet.
_STEEP = {"f64": 2.0**60, "f32": 2.0**30}


def _halves(a: Row) -> tuple[Row, Row, Row, Row, Row]:
    """For a = n ln 2 + r + c ≥ 0: 2^n / 4 and 2^-n / 4, r, cosh r - 1 and sinh(r + c) - r."""
    top = _INFINITE[a.kind]
    bits, r, c = reduced(where(a > top, top, a), BIAS[a.kind] - 2)
    up = power_of_two(bits)
    quarter = a.like(0.25).bits()
    down = where(a < _ALONE[a.kind], (quarter + quarter - up.bits()).floats(), 0.0)
    z = r * r
    flat = z * polynomial(z, _COSH_TAIL[a.kind])
    steep = fma(z * r, polynomial(z, _SINH_TAIL[a.kind]), c)
    return up, down, r, flat, steep


def sinh(x: Row) -> Row:
    """Sinh(n ln 2 + r) = sinh(n ln 2) cosh r + cosh(n ln 2) sinh r, half of it first, for it may be too large."""
    a = absolute(x)
    up, down, r, flat, steep = _halves(a)
    even = up + down
    odd, lost = fast_two_sum(up, -down)
    half = fma(even, r, odd) + fma(even, steep, fma(odd, flat, lost))
    return where(a < NEGLIGIBLE[x.kind], x, copysign(half + half, x))


def cosh(x: Row) -> Row:
    """Cosh(n ln 2 + r) = cosh(n ln 2) cosh r + sinh(n ln 2) sinh r, half of it first, for it may be too large."""
    up, down, r, flat, steep = _halves(absolute(x))
    even, lost = fast_two_sum(up, down)
    half = even + fma(even, flat, fma(up - down, r + steep, lost))
    return half + half


def tanh(x: Row) -> Row:
    """Tanh x = E / (E + 2) with E = e^(2 |x|) - 1; what the sum and the division lose is put right."""
    a = absolute(x)
    top = _ONE[x.kind]
    y = where(a > top, top, a)
    bits, r, c = reduced(y + y, BIAS[x.kind])
    above, low = fast_two_sum(*exp_minus(r, c, power_of_two(bits), 1.0))
    total = above + 2.0
    inverse = 1.0 / total
    ans = above * inverse
    left = fma(-ans, (above - (total - 2.0)) + low, fma(-ans, total, above) + low)
    return copysign(fma(left, inverse, ans), x)


def asinh(x: Row) -> Row:
    """Asinh x = log1p(a + a^2 / (1 + √(1 + a^2))) with a = |x|; far out log1p(a) + ln 2."""
    a = absolute(x)
    y, low = fast_two_sum(a, a * a / (1.0 + sqrt(fma(a, a, 1.0))))
    return copysign(_steep_log1p(a, y, low), x)


def acosh(x: Row) -> Row:
    """Acosh x = log1p(t + √(2 t + t^2)) with t = x - 1; far out log1p(x) + ln 2."""
    t = x - 1.0
    y, low = fast_two_sum(sqrt(fma(t, t, t + t)), t)
    return where(x < 1.0, math.nan, _steep_log1p(x, y, low))


def _steep_log1p(x: Row, y: Row, low: Row) -> Row:
    """log1p(y + low), or far out where y is 2 x but for its overflow: log1p(x) + ln 2."""
    steep = x > _STEEP[x.kind]
    return shifted_log1p(where(steep, x, y), where(steep, x.like(1.0), 0.0), where(steep, 0.0, low))


def atanh(x: Row) -> Row:
    """Atanh x = (k ln 2) / 2 + atanh s with s = (1 + a - 2^k (1 - a)) / (1 + a + 2^k (1 - a)), a = |x|.

    k is near log2((1 + a) / (1 - a)): the difference of the bits, that is of exponents and mantissas, tells it within
    0.09. Below 1/4 it is 0, and s is a; below 1/2 the numerator is (1 - 2^k) + a (1 + 2^k); above, 1 - a is exact.
    """
    mantissa = MANTISSA[x.kind]
    a = absolute(x)
    near = a < 0.25
    u, d = a + 1.0, 1.0 - a
    raised = u.bits() - d.bits() + (x.like(1.0).bits() + (1 << (mantissa - 1)))
    k = where(near, 0.0, beside_magic(raised.shifted_in(mantissa)) - (2.0**mantissa + BIAS[x.kind]))
    power = (raised & ~((1 << mantissa) - 1)).floats()
    numerator = where(a < 0.5, fma(a, power + 1.0, 1.0 - power), fma(-power, d, u))
    s = where(near, a, numerator / fma(power, d, u))
    z = s * s
    ln2, rest = LN2[x.kind]
    t = fma(s * z, polynomial(z, _ATANH_TAIL[x.kind]), k * (0.5 * rest))
    result = fma(k, 0.5 * ln2, s + t)
    result = where(a.equals(1.0), math.inf, where(a > 1.0, math.nan, result))
    return copysign(result, x)
