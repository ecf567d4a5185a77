"""Powers and cube roots of a row, branch-free."""

from __future__ import annotations

import math

from autograd.compiler.native.lanes import (
    BITS,
    Row,
    absolute,
    copysign,
    fast_two_sum,
    fma,
    polynomial,
    two_product,
    where,
)
from autograd.compiler.native.maths.exponential import (
    BIAS,
    EXP2_TAIL,
    LN2,
    MANTISSA,
    SMALLEST,
    beside_magic,
    clamped,
    nearest,
    normalised,
    scaled,
)
from autograd.compiler.native.maths.rounding import floor

#: log2((1 + s) / (1 - s)) / s in powers of s^2 for |s| <= 3 - sqrt(8), within 2^-66 and 2^-37: the first two
#: coefficients in two parts, then the rest; by Remez's exchange, the third coefficient rounded beforehand.
_LOG2_FIRST = {
    "f64": (float.fromhex("0x1.71547652b82fep+1"), float.fromhex("0x1.77b120a3f677fp-55")),
    "f32": (float.fromhex("0x1.715476p+1"), float.fromhex("0x1.4afb8ep-25")),
}
_LOG2_SECOND = {
    "f64": (float.fromhex("0x1.ec709dc3a03fcp-1"), float.fromhex("0x1.76fe33660db39p-55")),
    "f32": (float.fromhex("0x1.ec709ep-1"), float.fromhex("-0x1.dacf12p-26")),
}
_LOG2_TAIL = {
    "f64": (
        float.fromhex("0x1.87e45048d642cp-3"), float.fromhex("0x1.8772b04a5a86bp-3"),
        float.fromhex("0x1.c6a2a7a6ece7cp-3"), float.fromhex("0x1.0c9a595f36468p-2"),
        float.fromhex("0x1.484b144923c43p-2"), float.fromhex("0x1.a61762a7070d9p-2"),
        float.fromhex("0x1.2776c50ef9fd6p-1"),
    ),
    "f32": (float.fromhex("0x1.5ce84ap-2"), float.fromhex("0x1.a58d84p-2"), float.fromhex("0x1.277780p-1")),
}  # fmt: skip
#: An exponent of 2 beyond which the power is 0 or inf, and one of y beyond which it is so for all x but ±1.
_FAR = {"f64": (-1200.0, 1200.0), "f32": (-160.0, 160.0)}
_HUGE = {"f64": (-(2.0**1000), 2.0**1000), "f32": (-(2.0**100), 2.0**100)}

#: (1 - e)^(-1/3) for |e| <= 0.105, within 2^-23 and 2^-18, by Remez's exchange.
_CBRT = {
    "f64": (
        float.fromhex("0x1.2b6ab8b5110a6p-3"), float.fromhex("0x1.65880bc83a0d2p-3"),
        float.fromhex("0x1.c7169b41815d5p-3"), float.fromhex("0x1.5554132d67371p-2"),
        float.fromhex("0x1.00000028a4919p+0"),
    ),
    "f32": (
        float.fromhex("0x1.663faeefd575ep-3"), float.fromhex("0x1.ca63a3dd1e873p-3"),
        float.fromhex("0x1.555350cc44b4cp-2"), float.fromhex("0x1.ffffb5cdac095p-1"),
    ),
}  # fmt: skip
#: 4/3 of the bias less what makes the error of a third of the exponent and mantissa, read as one number, even.
_CBRT_BIAS = {"f64": 4 / 3 * 1023 - 0.06802150993515, "f32": 4 / 3 * 127 - 0.06802150993515}


def _log2_twofold(x: Row) -> tuple[Row, Row]:
    """log2 x = k + s (C + D s^2 + ...) with s = (m - 1) / (m + 1), in two parts, to about 66 or 36 bits."""
    kind = x.kind
    k, f = normalised(x)
    g, g_low = fast_two_sum(x.like(2.0), f)
    v = 1.0 / g
    s = f * v
    s_low = fma(-s, g_low, fma(-s, g, f)) * v
    z, z_low = two_product(s, s)
    z_low = fma(s + s, s_low, z_low)
    second, second_low = _LOG2_SECOND[kind]
    tail = polynomial(z, _LOG2_TAIL[kind])
    q = fma(z, tail, second)
    q_low = fma(z, tail, second - q) + fma(z_low, tail, second_low)
    p, p_low = two_product(z, q)
    p_low = fma(z, q_low, fma(z_low, q, p_low))
    first, first_low = _LOG2_FIRST[kind]
    c, c_low = fast_two_sum(x.like(first), p)
    c_low = c_low + (p_low + first_low)
    t, t_low = two_product(s, c)
    t_low = fma(s, c_low, fma(s_low, c, t_low))
    total, low = fast_two_sum(k, t)
    return total, low + t_low


def _exp2_twofold(high: Row, low: Row) -> Row:
    """2^(high + low) for a sum within 1/2: only r ln 2 + ... and 1 + ... are rounded, so that x^1 is x."""
    ln2, rest = LN2[high.kind]
    r, c = fast_two_sum(high, low)
    tail = fma(r * r, polynomial(r, EXP2_TAIL[high.kind]), fma(c, ln2, r * rest))
    return fma(r, ln2, tail) + 1.0


def pow(x: Row, y: Row) -> Row:
    """x^y = 2^(y log2 |x|) with log2 and the product in two parts; special values as C99's Annex F."""
    kind = x.kind
    a = absolute(x)
    high, low = _log2_twofold(a)
    finite = a < math.inf
    high = where(a.equals(0.0), -math.inf, where(finite, high, a))
    exponent = clamped(y, _HUGE[kind])
    e, e_low = two_product(high, exponent)
    near = clamped(e, _FAR[kind])
    e_low = where(near.equals(e), fma(exponent, low, e_low), 0.0)
    bits, n = nearest(near, 1.0, 2 * BIAS[kind])
    result = scaled(_exp2_twofold(near - n, e_low), bits)

    whole = floor(y).equals(y)
    half = y * 0.5
    odd = whole & floor(half).differs(half)
    result = where(odd, copysign(result, x), result)
    result = where((x < 0.0) & finite & ~whole, math.nan, result)
    return where(x.equals(1.0) | y.equals(0.0), 1.0, result)


def cbrt(x: Row) -> Row:
    """x^(1/3): a third of the bits (Kahan 1991), a polynomial for x^(-1/3), then Newton's steps for the root itself."""
    kind, mantissa = x.kind, MANTISSA[x.kind]
    a = absolute(x)
    up = 54 if kind == "f64" else 24
    small = a < SMALLEST[kind]
    b = where(small, a * 2.0**up, a)
    shift = BITS[kind] - mantissa
    unit, magic = 2.0 ** (mantissa - shift), 2.0**mantissa
    t = fma(beside_magic(b.bits().shifted_in(shift)), -1 / 3, _CBRT_BIAS[kind] * unit + magic * 4 / 3)
    w = (t.bits() << shift).floats()
    e = fma(b * w * w, -w, 1.0)
    w = w * polynomial(e, _CBRT[kind])
    square = w * w
    root = b * square
    third = square * (1 / 3)
    for _ in range(2 if kind == "f64" else 1):
        root = fma(fma(root * root, -root, b), third, root)
    root = copysign(root * where(small, x.like(2.0 ** (-up // 3)), 1.0), x)
    return where(a.equals(0.0), x, where(a < math.inf, root, x))
