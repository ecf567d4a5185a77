"""The error function and its complement of a row, branch-free."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.native.lanes import Row, absolute, copysign, fma, polynomial, two_product, where
from autograd.compiler.native.maths.exponential import BIAS, LOG2_E, MAGIC, MANTISSA, scaled

# Minimax (Remez, 200 bits), from the highest power down; errors are those before the coefficients were rounded.
# erf x / x - 1 on x^2 <= 1: relative to erf 2^-56.9, 2^-29.6.
_NEAR = {
    "f64": (
        -7.779119172974158e-10, 1.3710795430554502e-08, -1.620627149761617e-07, 1.6447126119757536e-06,
        -1.4924711865893382e-05, 0.00012055293554533851, -0.0008548325928580586, 0.005223977606103578,
        -0.026866170643109734, 0.11283791670944175, -0.3761263890318352, 0.12837916709551256,
    ),
    "f32": (7.853548e-05, -0.00080101093, 0.0051883194, -0.02685381, 0.112835854, -0.37612626, 0.12837917),
}  # fmt: skip
# -log2 erfc x on 1..6 (float32: 1..4): what it does to erf, relative, 2^-57.0, 2^-29.8.
_LOGARITHM = {
    "f64": (
        7.11000353846952e-12, -2.9500830634981524e-10, 5.675656157421142e-09, -6.697133194770551e-08,
        5.385441207307996e-07, -3.0810449277748927e-06, 1.250376797164748e-05, -3.292509170477389e-05,
        2.923697555862853e-05, 0.00019483887914676246, -0.0011118055363441828, 0.002764123362555382,
        -0.0005924108347527952, -0.027397037757271085, 0.1481697438013752, 0.9184826045562483, 1.6278997033036808,
        7.254395169144667e-07,
    ),
    "f32": (-0.00026889046, 0.004252602, -0.031505816, 0.14875197, 0.9206479, 1.6260463, 0.0004926273),
}  # fmt: skip
# 2^-f on -1/2..1/2: relative 2^-58.2, 2^-29.0.
_POWER = {
    "f64": (
        -4.435280582528238e-10, 7.074113661256123e-09, -1.017819809994025e-07, 1.321543304407216e-06,
        -1.5252733489630632e-05, 0.0001540353046260437, -0.00133335581467905, 0.009618129107588263,
        -0.05550410866481992, 0.24022650695910155, -0.6931471805599453, 1.0,
    ),
    "f32": (0.00015345814, -0.0013399961, 0.009618489, -0.055503286, 0.24022646, -0.6931472, 1.0),
}  # fmt: skip
# erfc(x) e^(x^2) (x + 2) in powers of 1 / (x + 2) - 11/64 on 3/4..27.3 (float32: ..10.1): relative 2^-57.0, 2^-27.6.
_SHIFT, _CENTRE = 2.0, 11 / 64
_SCALED = {
    "f64": (
        822561.3502678132, -334435.19206035614, -235000.45633121792, 158167.1626691154, 9121.201529479878,
        -31889.194403100886, 5938.426327206927, 4344.973592724148, -2037.260535846883, -424.3543145632809,
        486.95691398946605, 15.857634062559457, -112.61332865280367, 5.368395526093321, 29.703900448809417,
        -0.6389007488649285, -9.811407218636901, -2.0872973419911647, 3.55193209006367, 3.7608687773244722,
        2.101742357943756, 0.8328418037698486,
    ),
    "f32": (
        -26.745642, 31.156294, -0.17484461, -9.852665, -2.0894117, 3.5521495, 3.7608724, 2.101742, 0.8328418,
    ),
}  # fmt: skip


def _excess(x: Row) -> Row:
    """Give erf x / x - 1 for |x| <= 1."""
    return polynomial(x * x, _NEAR[x.kind])


def _with_rest(x: Row, coefficients: Sequence[float]) -> tuple[Row, Row]:
    """Give a polynomial, and what its last addition lost."""
    *most, last = coefficients
    inner = polynomial(x, most)
    p = fma(inner, x, last)
    return p, fma(inner, x, last - p)


def erf(x: Row) -> Row:
    """Error function: x + x q(x^2) to 1, then 1 - 2^-p(x)."""
    kind = x.kind
    size = absolute(x)
    near = fma(x, _excess(x), x)
    last = 6.0 if kind == "f64" else 4.0
    p = polynomial(where(size < last, size, last), _LOGARITHM[kind])
    t = p + MAGIC[kind]
    power = polynomial(p - (t - MAGIC[kind]), _POWER[kind])
    far = 1 - (power.bits() - (t.bits() << MANTISSA[kind])).floats()
    return where(size >= 1, copysign(far, x), near)


def erfc(x: Row) -> Row:
    """Complement of the error function: 1 - erf x to 3/4, then e^(-x^2) times a polynomial in 1 / (x + 2).

    x^2 and the reciprocal are taken to twice the digits; what they lack when rounded goes into the exponent. What the
    products lose is added at the last.
    """
    kind = x.kind
    size = absolute(x)
    one_less = 1 - x
    near = one_less + (((1 - one_less) - x) - x * _excess(x))
    last = 28.0 if kind == "f64" else 10.5
    a = where(size < last, size, last)
    shifted = a + _SHIFT
    y = 1 / shifted
    missing = fma(-(a - (shifted - _SHIFT)), y, fma(-shifted, y, 1))
    g, g_rest = _with_rest(fma(y, missing, y - _CENTRE), _SCALED[kind])
    square = a * a
    square_rest = fma(a, a, -square) - missing
    log2_e, log2_e_rest = LOG2_E[kind]
    exponent = square * log2_e
    exponent_rest = fma(square, log2_e, -exponent) + fma(square, log2_e_rest, square_rest * log2_e)
    t = exponent + MAGIC[kind]
    power, power_rest = _with_rest((exponent - (t - MAGIC[kind])) + exponent_rest, _POWER[kind])
    ratio, ratio_rest = two_product(y, g)
    product, rest = two_product(ratio, power)
    product = product + (rest + fma(ratio, power_rest, fma(y, g_rest, ratio_rest) * power))
    far = scaled(product, (x.like(MAGIC[kind]).bits() + 2 * BIAS[kind]) - t.bits())
    return where(size >= 0.75, where(x < 0, 2 - far, far), near)
