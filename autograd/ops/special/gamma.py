"""The gamma function and its kin: logarithms, ratios, the polygamma and the zeta functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise
from autograd.op import Op, Real
from autograd.ops.special.orders import ORDER, wide

POSITIVE = Real(0.3, 4.0)
#: The first Bernoulli numbers B₂, B₄, ... each over its factorial: DLMF 24.2.
BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600)
#: How many terms of a sum are taken before the Euler-Maclaurin formula takes over.
TERMS = 12


def _is_pole(x: Array) -> Array:
    """Tell where Γ(x) is infinite."""
    return (x <= 0) & (x == np.floor(x))


def _complex_polygamma(n: int, z: Array) -> Array:
    """Sum 1/(z+k)ⁿ⁺¹ until z+k is large, then by the Euler-Maclaurin formula: DLMF 5.15.1 and 25.11.5."""
    s = n + 1
    count = max(TERMS, math.ceil(TERMS - float(np.min(z.real, initial=0))))
    total = np.zeros_like(z)
    for k in range(count):
        total += (z + k) ** -s
    a = z + count
    total += a ** (1 - s) / (s - 1) + a**-s / 2
    rising = s
    for j, number in enumerate(BERNOULLI, 1):
        total += number * rising * a ** (1 - s - 2 * j)
        rising *= (s + 2 * j - 1) * (s + 2 * j)
    return (-1) ** s * math.factorial(n) * total


def _trigamma(x: Array) -> Array:
    """Sum 1/(x+k)² for x > 0, then as for complex arguments, in a tenth of the time that `zeta` takes."""
    total: Any = 0
    for k in range(TERMS):
        r = 1 / (x + k)
        total = total + r * r
    r = 1 / (x + TERMS)
    square = r * r
    series: Any = 0
    for j in range(len(BERNOULLI), 0, -1):
        series = (series + BERNOULLI[j - 1] * math.factorial(2 * j)) * square
    return total + r * (1 + r / 2 + series)


def _polygamma(n: Any, x: Array) -> Array:
    if x.dtype.kind != "c":
        if np.ndim(n) == 0 and n == 1 and np.all(x > 0):
            return _trigamma(wide(x))
        return special.polygamma(n, x).astype(x.dtype, copy=False)
    orders, x = np.broadcast_arrays(n, x)
    out = special.psi(x)
    for order in set(orders.ravel().tolist()) - {0}:
        out = np.where(orders == order, _complex_polygamma(int(order), x), out)
    return out


def _binom_pole(n: Array, k: Array) -> Array:
    return _is_pole(k + 1) | _is_pole(n - k + 1)


def _rgamma_slope(x: Array) -> Array:
    """d(1/Γ(x))/dx = -ψ(x)/Γ(x), and what that is at the poles, by reflection: DLMF 5.5.3."""
    left = np.real(x) < 0.5
    if not np.any(left):
        return -special.psi(x) * special.rgamma(x)
    a, b = np.where(left, x, 0), np.where(left, 1, x)
    mirrored = np.cos(math.pi * a) - np.sin(math.pi * a) / math.pi * special.psi(1 - a)
    return np.where(left, special.gamma(1 - a) * mirrored, -special.psi(b) * special.rgamma(b))


def _binom_n(g: Array, ans: Array, n: Array, k: Array) -> Array:
    """∂C(n, k)/∂n = C(n, k) (ψ(n+1) - ψ(n-k+1)), and the limit at the zeros for whole k > n."""
    pole = _binom_pole(n, k)
    top, rest = np.where(pole, n, 0) + 1, np.where(pole, n - k, 0) + 1
    others = special.gamma(top) * special.rgamma(np.where(pole, k, 0) + 1)
    # The second term is 0 here, but its derivatives are not.
    slope = others * (_rgamma_slope(rest) + special.psi(top) * special.rgamma(rest))
    smooth = special.psi(np.where(pole, 0, n) + 1) - special.psi(np.where(pole, 0, n - k) + 1)
    return g * np.where(pole, slope, ans * smooth)


def _rgamma_x(g: Array, x: Array) -> Array:
    """d(1/Γ(x))/dx = -ψ(x)/Γ(x), and what that is at the poles, by reflection: DLMF 5.5.3."""
    return g * _rgamma_slope(x)


def _binom_k(g: Array, ans: Array, n: Array, k: Array) -> Array:
    """∂C(n, k)/∂k = C(n, k) (ψ(n-k+1) - ψ(k+1)), and the limit at the zeros for whole k < 0 and k > n."""
    pole = _binom_pole(n, k)
    up, down = np.where(pole, k, 0) + 1, np.where(pole, n - k, 0) + 1
    slope = _rgamma_slope(up) * special.rgamma(down) - _rgamma_slope(down) * special.rgamma(up)
    smooth = special.psi(np.where(pole, 0, n - k) + 1) - special.psi(np.where(pole, 0, k) + 1)
    return g * np.where(pole, special.gamma(np.where(pole, n, 0) + 1) * slope, ans * smooth)


def _poch_z(g: Array, ans: Array, z: Array, m: Array) -> Array:
    """∂(z)ₘ/∂z = (z)ₘ (ψ(z+m) - ψ(z)); where z is a pole, by reflection or by the slope of 1/Γ: DLMF 5.5.4."""
    pole, both = _is_pole(z), _is_pole(z) & _is_pole(z + m)
    flat = np.where(pole, 1, z)
    smooth = special.psi(flat + np.where(pole, 0, m)) - special.psi(flat)
    below = 1 - np.where(both, z, 0)
    mirrored = special.psi(below - np.where(both, m, 0)) - special.psi(below)
    other = np.logical_not(pole) | both
    top, rest = np.where(other, 1, z + m), np.where(other, 1, z)
    # The second term is 0 here, but its derivatives are not.
    zero = special.gamma(top) * (_rgamma_slope(rest) + special.psi(top) * special.rgamma(rest))
    return g * np.where(both, ans * mirrored, np.where(pole, zero, ans * smooth))


def _powers(s: Array, q: Any) -> Array:
    """∂ζ(s, q)/∂s for q > 0, by the Euler-Maclaurin formula: DLMF 25.11.5, differentiated."""
    s = wide(s)
    high = s.dtype.kind == "c" and s.size > 0
    count = TERMS + (math.ceil(float(np.max(np.absolute(np.imag(s))))) if high else 0)
    total: Any = 0
    for k in range(count):
        total = total - np.log(q + k) * (q + k) ** -s
    a = q + count
    log = np.log(a)
    total = total - a ** (1 - s) * (log / (s - 1) + 1 / (s - 1) ** 2) - log / 2 * a**-s
    rising, slope = s, np.ones_like(s)
    for j, number in enumerate(BERNOULLI, 1):
        total = total + number * (slope - log * rising) * a ** (1 - 2 * j - s)
        for i in (2 * j - 1, 2 * j):
            rising, slope = rising * (s + i), slope * (s + i) + rising
    return total


def _riemann(g: Array, x: Array) -> Array:
    """dζ(x)/dx by its series; left of Re x = -1/2 by the reflection formula: DLMF 25.4.2, differentiated.

    Nearer to 0 that has a pole times a zero, and loses the digits of both.
    """
    left = np.real(x) < -0.5
    s, right = np.where(left, 1 - x, 2), np.where(left, 2, x)
    angle = math.pi / 2 * np.where(left, x, 0)
    logarithmic = math.log(2 * math.pi) - special.psi(s)
    value = (logarithmic * np.sin(angle) + math.pi / 2 * np.cos(angle)) * special.zeta(s)
    mirrored = 2 * (2 * math.pi) ** -s * special.gamma(s) * (value - np.sin(angle) * _powers(s, 1))
    return g * np.where(left, mirrored, _powers(right, 1))


# Logarithms and ratios. ψ: DLMF 5.2.2; its derivatives: DLMF 5.15.1
polygamma: Op = elementwise(
    _polygamma,
    name="polygamma_of_order",
    inputs=("n", "x"),
    x=lambda g, n, x: g * polygamma(n + 1, x),
    sample={"x": POSITIVE},
    refused={"n": ORDER},
)
psi = elementwise(special.psi, x=lambda g, x: g * polygamma(1, x), sample={"x": POSITIVE})
gamma = elementwise(special.gamma, x=lambda g, ans, x: g * (ans * special.psi(x)), sample={"x": POSITIVE})
gammaln = elementwise(special.gammaln, x=lambda g, x: g * special.psi(x), sample={"x": POSITIVE})
loggamma = elementwise(special.loggamma, x=lambda g, x: g * special.psi(x), sample={"x": POSITIVE})
rgamma = elementwise(special.rgamma, x=_rgamma_x)
gammasgn = elementwise(
    special.gammasgn, x=lambda g: np.zeros_like(g), sample={"x": Real(0.1, 0.9)}, note="piecewise constant"
)
poch = elementwise(
    special.poch,
    z=_poch_z,
    m=lambda g, ans, z, m: g * (ans * special.psi(z + m)),
    sample={"z": POSITIVE, "m": Real(0.2, 2.5)},
)
binom = elementwise(special.binom, n=_binom_n, k=_binom_k, sample={"n": Real(2.2, 4.0), "k": Real(0.2, 2.0)})

# The beta function: DLMF 5.12.1
beta = elementwise(
    special.beta,
    a=lambda g, ans, a, b: g * (ans * (special.psi(a) - special.psi(a + b))),
    b=lambda g, ans, a, b: g * (ans * (special.psi(b) - special.psi(a + b))),
    sample={"a": POSITIVE, "b": POSITIVE},
)
betaln = elementwise(
    special.betaln,
    a=lambda g, a, b: g * (special.psi(a) - special.psi(a + b)),
    b=lambda g, a, b: g * (special.psi(b) - special.psi(a + b)),
    sample={"a": POSITIVE, "b": POSITIVE},
)

# `scipy.special.zeta` calls one of these two. In q: DLMF 25.11.17
hurwitz = elementwise(
    special._ufuncs._zeta,
    name="zeta",
    x=lambda g, x, q: g * _powers(x, q),
    q=lambda g, x, q: g * (-x * special.zeta(x + 1, q)),
    sample={"x": Real(1.5, 4.0), "q": Real(0.4, 3.0)},
)
riemann = elementwise(
    special._ufuncs._riemann_zeta, name="zeta", x=_riemann, sample={"x": Real(-3.0, 5.0, avoid=(1.0,))}
)
zetac = elementwise(special.zetac, x=_riemann, sample={"x": Real(-3.0, 5.0, avoid=(1.0,))})
