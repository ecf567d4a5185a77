"""Exponentials and logarithms of a row, branch-free, and the reductions that other functions share with them.

An exponential is 2^n times a polynomial of the rest; a logarithm is k ln 2 and a series in (m - 1) / (m + 1). Integers
become floats, and floats integers, by adding 2^52 or 2^23: processors without AVX512 have no other way for 64 bits.

Coefficients are minimax ones, found by Remez's exchange with 200 bits and then rounded; lists run from the highest
power down. Pairs of constants are a number and what its rounding lost.
"""

from __future__ import annotations

import math

from autograd.compiler.native.lanes import Row, absolute, copysign, fma, polynomial, where

MANTISSA = {"f64": 52, "f32": 23}
BIAS = {"f64": 1023, "f32": 127}
#: 1.5 2^p: added, it leaves a whole number in the lowest bits.
MAGIC = {"f64": 1.5 * 2.0**52, "f32": 1.5 * 2.0**23}
#: The smallest normal number.
SMALLEST = {"f64": 2.0**-1022, "f32": 2.0**-126}
#: Below this, in magnitude, odd functions with derivative 1 at 0 round to their argument.
NEGLIGIBLE = {"f64": 2.0**-30, "f32": 2.0**-13}
LN2 = {
    "f64": (float.fromhex("0x1.62e42fefa39efp-1"), float.fromhex("0x1.abc9e3b39803fp-56")),
    "f32": (float.fromhex("0x1.62e430p-1"), float.fromhex("-0x1.05c610p-29")),
}
LOG2_E = {
    "f64": (float.fromhex("0x1.71547652b82fep+0"), float.fromhex("0x1.777d0ffda0d24p-56")),
    "f32": (float.fromhex("0x1.715476p+0"), float.fromhex("0x1.4ae0c0p-26")),
}
_LOG10_E = {
    "f64": (float.fromhex("0x1.bcb7b1526e50ep-2"), float.fromhex("0x1.95355baaafad3p-57")),
    "f32": (float.fromhex("0x1.bcb7b2p-2"), float.fromhex("-0x1.5b235ep-27")),
}
#: The first of each pair is so short that its product with an exponent is exact.
_LOG10_2 = {
    "f64": (float.fromhex("0x1.34413509f7000p-2"), float.fromhex("0x1.3fde623e2566bp-43")),
    "f32": (float.fromhex("0x1.344000p-2"), float.fromhex("0x1.3509f8p-18")),
}
_LOG2_2 = {"f64": (1.0, 0.0), "f32": (1.0, 0.0)}

#: (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2, within 2^-55 and 2^-26 of r.
EXP_TAIL = {
    "f64": (
        float.fromhex("0x1.af767b3db2863p-26"), float.fromhex("0x1.28a2aa941814fp-22"),
        float.fromhex("0x1.71ddea23ed70cp-19"), float.fromhex("0x1.a019a686b64cep-16"),
        float.fromhex("0x1.a01a01b5cac3ep-13"), float.fromhex("0x1.6c16c17f3730dp-10"),
        float.fromhex("0x1.111111110e6fbp-7"), float.fromhex("0x1.55555555520f5p-5"),
        float.fromhex("0x1.555555555555cp-3"), float.fromhex("0x1.0000000000005p-1"),
    ),
    "f32": (
        float.fromhex("0x1.6d992ep-10"), float.fromhex("0x1.1227fap-7"), float.fromhex("0x1.555486p-5"),
        float.fromhex("0x1.5554b0p-3"), 0.5,
    ),
}  # fmt: skip
#: (2^r - 1 - r ln 2) / r^2 for |r| <= 1/2, within 2^-57 and 2^-28 when multiplied by r^2.
EXP2_TAIL = {
    "f64": (
        float.fromhex("0x1.e7c6ba8103fb6p-32"), float.fromhex("0x1.e617d544e2f5dp-28"),
        float.fromhex("0x1.b5265316f983ep-24"), float.fromhex("0x1.62bfc9e3f31c9p-20"),
        float.fromhex("0x1.ffcbfbc79a352p-17"), float.fromhex("0x1.4309130dcbc82p-13"),
        float.fromhex("0x1.5d87fe78c3809p-10"), float.fromhex("0x1.3b2ab6fba0776p-7"),
        float.fromhex("0x1.c6b08d704a045p-5"), float.fromhex("0x1.ebfbdff82c5a1p-3"),
    ),
    "f32": (
        float.fromhex("0x1.414e98p-13"), float.fromhex("0x1.5f03fep-10"), float.fromhex("0x1.3b2e0cp-7"),
        float.fromhex("0x1.c6af88p-5"), float.fromhex("0x1.ebfbdcp-3"),
    ),
}  # fmt: skip
#: (log((1 + s) / (1 - s)) - 2 s) / s^3 in powers of s^2 for |s| <= 3 - sqrt(8), within 2^-58 and 2^-29 of s.
_LOG_TAIL = {
    "f64": (
        float.fromhex("0x1.2f06f41bc35ecp-3"), float.fromhex("0x1.39a194df0f45ap-3"),
        float.fromhex("0x1.7466404c2e5e9p-3"), float.fromhex("0x1.c71c5202fb845p-3"),
        float.fromhex("0x1.24924941f87dcp-2"), float.fromhex("0x1.999999997fd3cp-2"),
        float.fromhex("0x1.5555555555592p-1"),
    ),
    "f32": (float.fromhex("0x1.31e3acp-2"), float.fromhex("0x1.995eb4p-2"), float.fromhex("0x1.55557ap-1")),
}  # fmt: skip

#: Where exp, exp2 and expm1 have reached 0, 0 and -1, and inf.
_EXP_RANGE = {"f64": (-745.2, 709.79), "f32": (-104.0, 88.73)}
_EXP2_RANGE = {"f64": (-1076.0, 1025.0), "f32": (-151.0, 129.0)}
_EXPM1_RANGE = {"f64": (-40.0, 709.79), "f32": (-20.0, 88.73)}


def clamped(x: Row, bounds: tuple[float, float]) -> Row:
    """Keep x between two numbers, and NaN."""
    low, high = bounds
    y = where(x > high, high, x)
    return where(y < low, low, y)


def nearest(x: Row, scale: float, offset: int) -> tuple[Row, Row]:
    """Round x scale to an integer n: bits whose low end is n + offset ≥ 0, and n."""
    magic = MAGIC[x.kind] + offset
    t = fma(x, scale, magic)
    return t.bits(), t - magic


def reduced(x: Row, offset: int) -> tuple[Row, Row, Row]:
    """Write x as n ln 2 + r + c with |r| ≤ ln(2) / 2: bits that end in n + offset, r, and c, the rounding of r.

    n is below 2^11, so x - n ln 2 is exact, by a fused multiplication, but for the second part of ln 2.
    """
    ln2, rest = LN2[x.kind]
    bits, n = nearest(x, LOG2_E[x.kind][0], offset)
    near = fma(n, -ln2, x)
    r = fma(n, -rest, near)
    return bits, r, fma(n, -rest, near - r)


def power_of_two(bits: Row) -> Row:
    """2^n for bits that end in n + bias, n within the exponents of normal numbers."""
    return (bits << (52 if bits.kind == "i64" else 23)).floats()


def scaled(x: Row, bits: Row) -> Row:
    """2^n x for bits that end in n + 2 bias: 2^n in two steps, for it may be subnormal or too large."""
    half = bits.shifted_in(1)
    return x * power_of_two(half) * power_of_two(bits - half)


def exp_minus(r: Row, c: Row, s: Row, subtrahend: float) -> tuple[Row, Row]:
    """Give s e^(r + c) - subtrahend, s a power of 2, as s r + (s - subtrahend), rounded once, and s (r^2 q(r) + c)."""
    return fma(s, r, s - subtrahend), s * fma(r * r, polynomial(r, EXP_TAIL[r.kind]), c)


def exp(x: Row) -> Row:
    """e^x = 2^n e^r with r = x - n ln 2 (Cody and Waite 1980)."""
    bits, r, _ = reduced(clamped(x, _EXP_RANGE[x.kind]), 2 * BIAS[x.kind])
    return scaled(polynomial(r, (*EXP_TAIL[x.kind], 1.0, 1.0)), bits)


def exp2(x: Row) -> Row:
    """2^x = 2^n 2^r with r = x - n."""
    y = clamped(x, _EXP2_RANGE[x.kind])
    bits, n = nearest(y, 1.0, 2 * BIAS[x.kind])
    return scaled(polynomial(y - n, (*EXP2_TAIL[x.kind], LN2[x.kind][0], 1.0)), bits)


def expm1(x: Row) -> Row:
    """e^x - 1 = 2 (2^(n-1) e^r - 1/2): half the power, for 2^1024 is too large."""
    bits, r, c = reduced(clamped(x, _EXPM1_RANGE[x.kind]), BIAS[x.kind] - 1)
    large, small = exp_minus(r, c, power_of_two(bits), 0.5)
    half = large + small
    return where(absolute(x) < NEGLIGIBLE[x.kind] ** 2, x, half + half)


def beside_magic(bits: Row) -> Row:
    """Give an integer 0 ≤ n < 2^mantissa as the float 2^mantissa + n."""
    kind = "f64" if bits.kind == "i64" else "f32"
    return (bits | bits.fn.constant(2.0 ** MANTISSA[kind], kind, bits.lanes).bits()).floats()


def exponent_bits(x: Row) -> Row:
    """Bits of x > 0, raised so that the exponent's field is k + bias of x = 2^k m with √½ ≤ m < √2."""
    return x.bits() + (x.like(1.0).bits() - x.like(math.sqrt(0.5)).bits())


def normalised(x: Row) -> tuple[Row, Row]:
    """Write x > 0 as 2^k (1 + f) with √½ ≤ 1 + f < √2: k and f, which is exact."""
    mantissa, bias = MANTISSA[x.kind], BIAS[x.kind]
    up = mantissa + 2
    small = x < SMALLEST[x.kind]
    raised = exponent_bits(where(small, x * 2.0**up, x))
    offset = 2.0**mantissa + bias
    k = beside_magic(raised.shifted_in(mantissa)) - where(small, x.like(offset + up), offset)
    m = (raised & ((1 << mantissa) - 1)) + x.like(math.sqrt(0.5)).bits()
    return k, m.floats() - 1.0


def _series(f: Row) -> tuple[Row, Row]:
    """log(1 + f) = f - (h - t) with h = f^2 / 2: h and t = s (h + R(s^2)), s = f / (2 + f) (fdlibm, Ng 1993)."""
    s = f / (f + 2.0)
    z = s * s
    h = f * f * 0.5
    return h, s * fma(z, polynomial(z, _LOG_TAIL[f.kind]), h)


def _with_special(x: Row, result: Row) -> Row:
    """Complete a logarithm: inf and NaN are their own, that of 0 is -inf, of less is NaN."""
    kept = where(x < math.inf, result, x)
    return where(x < 0.0, math.nan, where(x.equals(0.0), -math.inf, kept))


def log(x: Row) -> Row:
    """Log x = k ln 2 + log(1 + f)."""
    k, f = normalised(x)
    ln2, rest = LN2[x.kind]
    h, t = _series(f)
    return _with_special(x, fma(k, ln2, f - (h - fma(k, rest, t))))


def _log_to_base(x: Row, unit: tuple[float, float], step: tuple[float, float]) -> Row:
    """(log x) unit = k step + log(1 + f) unit, with log(1 + f), its product and the sum in two parts."""
    k, f = normalised(x)
    h, t = _series(f)
    high = f - h
    low = ((f - high) - h) + t
    p = high * unit[0]
    rest = fma(low, unit[0], fma(high, unit[1], fma(high, unit[0], -p)))
    if step[1]:
        rest = fma(k, step[1], rest)
        k = k * step[0]
    total = k + p
    return _with_special(x, total + ((p - (total - k)) + rest))


def log2(x: Row) -> Row:
    """Give the logarithm to base 2, exact for powers of 2."""
    return _log_to_base(x, LOG2_E[x.kind], _LOG2_2[x.kind])


def log10(x: Row) -> Row:
    """Give the logarithm to base 10."""
    return _log_to_base(x, _LOG10_E[x.kind], _LOG10_2[x.kind])


def log1p(x: Row) -> Row:
    """log(1 + x)."""
    return shifted_log1p(x)


def shifted_log1p(x: Row, shift: Row | None = None, low: Row | None = None) -> Row:
    """log(1 + x + low) + shift ln 2 = (k + shift) ln 2 + log(1 + f) with k of the rounded 1 + x; x keeps its sign at 0.

    f = 2^-k x + (2^-k - 1) is rounded once; for k up to 1024 it is computed four times as large. With a low part what
    the rounding lost counts as well.
    """
    mantissa, bias = MANTISSA[x.kind], BIAS[x.kind]
    u = x + 1.0
    raised = exponent_bits(u)
    k = beside_magic(raised.shifted_in(mantissa)) - (2.0**mantissa + bias)
    if shift is not None:
        k = k + shift
    field = raised & ~((1 << mantissa) - 1)
    g = (x.like(2.0).bits() + x.like(2.0).bits() - field).floats()
    one = g - 4.0
    four = fma(x, g, one)
    f = four * 0.25
    ln2, rest = LN2[x.kind]
    h, t = _series(f)
    t = fma(k, rest, t)
    if low is not None:
        t = fma(fma(low, g, fma(x, g, one - four)), 0.25, t)
    return _with_special(u, copysign(fma(k, ln2, f - (h - t)), x))
