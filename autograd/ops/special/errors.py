"""Error functions, and what the normal distribution makes of them.

The scaled functions carry the tails: where Φ(x) itself underflows, a rule takes `erfcx`.
"""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise, op
from autograd.op import Real, case, composite
from autograd.ops.special.orders import ends, pull, push, wide

TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)
HALF_SQRT_PI = math.sqrt(math.pi) / 2
ROOT_2 = math.sqrt(2)
ROOT_2PI = math.sqrt(2 * math.pi)

#: From here on the difference that a derivative is would lose digits, and few terms of its expansion are exact.
FAR = 15.0


def _tail(x: Array, sign: float) -> Array:
    """Sum 1/2x² ∓ 3/4x⁴ + 15/8x⁶ ∓ ...: DLMF 7.12.1 and what follows from it for the Dawson integral."""
    y = 1 / (2 * x * x)
    total: Any = 1
    for odd in range(19, 2, -2):
        total = 1 + sign * odd * y * total
    return y * total


def _erfcx(ans: Array, x: Array) -> Array:
    """Give 2x erfcx(x) - 2/√π: DLMF 7.2.1."""
    x = wide(x)
    far = np.real(x) > FAR
    series = -TWO_OVER_SQRT_PI * _tail(np.where(far, x, FAR), -1)
    return np.where(far, series, 2 * np.where(far, 0, x) * np.where(far, 0, ans) - TWO_OVER_SQRT_PI)


def _dawsn(g: Array, ans: Array, x: Array) -> Array:
    """dF(x)/dx = 1 - 2x F(x) for the Dawson integral: DLMF 7.10.3 at n = 0."""
    if x.dtype.kind == "c":
        return g * (1 - 2 * x * ans)
    x = wide(x)
    far = np.absolute(x) > FAR
    return g * np.where(far, -_tail(np.where(far, x, FAR), 1), 1 - 2 * np.where(far, 0, x) * ans)


def _gauss(x: Array) -> Array:
    """Give 2/√π exp(-x²)."""
    x = wide(x)
    return TWO_OVER_SQRT_PI * np.exp(-x * x)


def _density(x: Array) -> Array:
    x = wide(x)
    return np.exp(-x * x / 2) / ROOT_2PI


def _erf_x(g: Array, x: Array) -> Array:
    """D erf x = 2/√π exp(-x²) dx: DLMF 7.2.1."""
    return g * _gauss(x)


def _erfc_x(g: Array, x: Array) -> Array:
    """D erfc x = -2/√π exp(-x²) dx."""
    return -g * _gauss(x)


def _erfcx_x(g: Array, ans: Array, x: Array) -> Array:
    """D erfcx x = (2x erfcx(x) - 2/√π) dx."""
    return g * _erfcx(ans, x)


def _ndtr_x(g: Array, x: Array) -> Array:
    """∂Φ/∂x = φ(x) = exp(-x²/2) / √2π."""
    return g * _density(x)


def _owens_h(g: Array, h: Array, a: Array) -> Array:
    """∂T/∂h = -φ(h) erf(ah/√2) / 2."""
    return g * (-0.5 * _density(h) * special.erf(a * h / ROOT_2))


def _owens_a(g: Array, h: Array, a: Array) -> Array:
    """∂T/∂a = φ(h) φ(ah) / (1 + a²)."""
    return g * (_density(h) * _density(h * a) / (1 + a * a))


def _hazard_x(g: Array, ans: Array, x: Array) -> Array:
    """Of the ratio h = φ / Φ: -h (x + h), where x + h = -erfcx'(u) / √2 erfcx(u) at u = -x/√2."""
    upper = np.real(x) > 0
    u = np.where(upper, 0, x) / -ROOT_2
    scaled = special.erfcx(u)
    excess = _erfcx(scaled, u) / (-ROOT_2 * scaled)
    return -g * (ans * np.where(upper, np.where(ans == 0, 0, x) + ans, excess))


# d erf(x) / dx = 2/√π exp(-x²): DLMF 7.2.1
erf = elementwise(special.erf, x=_erf_x)
erfc = elementwise(special.erfc, x=_erfc_x)
erfi = elementwise(special.erfi, x=lambda g, x: g * (TWO_OVER_SQRT_PI * np.exp(wide(x) * x)))
erfcx = elementwise(special.erfcx, x=_erfcx_x)
dawsn = elementwise(special.dawsn, x=_dawsn)
# The Faddeeva function: DLMF 7.10.2
wofz = elementwise(special.wofz, z=lambda g, ans, z: g * (TWO_OVER_SQRT_PI * 1j - 2 * z * ans))

# Of inverses: 1 / f'(ans)
erfinv = elementwise(
    special.erfinv, x=lambda g, ans: ends(g, HALF_SQRT_PI * np.exp(ans * ans)), sample={"x": Real(-0.95, 0.95)}
)
erfcinv = elementwise(
    special.erfcinv, x=lambda g, ans: ends(g, -HALF_SQRT_PI * np.exp(ans * ans)), sample={"x": Real(0.05, 1.95)}
)

# The normal distribution; φ / Φ does not underflow in this form
hazard = elementwise(
    lambda x: 2 / ROOT_2PI / special.erfcx(x / -ROOT_2),
    name="ratio_of_normal_density",
    x=_hazard_x,
    note="φ / Φ, used by the rule of `log_ndtr`",
)
ndtr = elementwise(special.ndtr, x=_ndtr_x)
log_ndtr = elementwise(special.log_ndtr, x=lambda g, x: g * hazard(x))
ndtri = elementwise(
    special.ndtri, p=lambda g, ans: ends(g, ROOT_2PI * np.exp(ans * ans / 2)), sample={"p": Real(0.1, 0.9)}
)
# At p = exp(y): dx/dy = Φ(x) / φ(x)
ndtri_exp = elementwise(
    special.ndtri_exp,
    y=lambda g, ans: ends(g, ROOT_2PI / 2 * special.erfcx(-ans / ROOT_2)),
    sample={"y": Real(-4.0, -0.05)},
)
# Owen (1956), equations 2.1 and 2.4
owens_t = elementwise(special.owens_t, h=_owens_h, a=_owens_a)


def _fresnel(z: Array) -> tuple[Array, Array]:
    phase = math.pi / 2 * wide(z) * z
    return np.sin(phase), np.cos(phase)


def _fresnel_vjp(g: Any, z: Array) -> Array:
    """d(S, C)/dz = (sin πz²/2, cos πz²/2): DLMF 7.2.7 and 7.2.8."""
    return pull(g, *_fresnel(z))


# The integrals of sin(πt²/2) and cos(πt²/2): DLMF 7.2.7 and 7.2.8
fresnel = op(
    special.fresnel,
    outputs=("s", "c"),
    vjp={"z": _fresnel_vjp},
    jvp={"z": lambda g, z: push(g, *_fresnel(z))},
    cases=[case((2, 3)), case(()), case((0,))],
)


def _modfresnel(sign: int, z: Array, k: Array) -> tuple[Array, Array]:
    """d(F, K)/dx of F = ∫ exp(±it²) from x on and K = exp(∓i(x² + π/4)) F / √π."""
    phase = np.exp(sign * 1j * wide(z) * z)
    return -phase, -2j * sign * z * k - cmath.exp(-sign * 0.25j * math.pi) / math.sqrt(math.pi)


def _modfresnelp_vjp(g: Any, x: Array, k: Array) -> Array:
    """d(F, K)/dx = (-exp(ix²), -2ix K - exp(-iπ/4) / √π)."""
    return pull(g, *_modfresnel(1, x, k))


def _modfresnelm_vjp(g: Any, x: Array, k: Array) -> Array:
    """d(F, K)/dx = (-exp(-ix²), 2ix K - exp(iπ/4) / √π)."""
    return pull(g, *_modfresnel(-1, x, k))


modfresnelp = op(
    special.modfresnelp,
    outputs=("f", "k"),
    vjp={"x": _modfresnelp_vjp},
    jvp={"x": lambda g, x, k: push(g, *_modfresnel(1, x, k))},
    sample={"x": Real(0.3, 2.5)},
    cases=[case((2, 3)), case(()), case((0,))],
)
modfresnelm = op(
    special.modfresnelm,
    outputs=("f", "k"),
    vjp={"x": _modfresnelm_vjp},
    jvp={"x": lambda g, x, k: push(g, *_modfresnel(-1, x, k))},
    sample={"x": Real(0.3, 2.5)},
    cases=[case((2, 3)), case(()), case((0,))],
)


@composite(
    special.voigt_profile,
    inputs=(),
    sample={"x": Real(), "sigma": Real(0.5, 2.0), "gamma": Real(0.5, 2.0)},
    cases=[case((2, 3), (2, 3), (2, 3)), case((3,), (), ()), case((), (2, 1), (3,))],
)
def _voigt_profile(x: Any, sigma: Any, gamma: Any) -> Any:
    """Re w((x + ig) / s√2) / s√2π for the width s of the normal and g of the Lorentz profile L: DLMF 7.19.1.

    By dV/ds = s d²V/dx² it is L + s²L''/2 where s is 0.
    """
    none = np.equal(sigma, 0)
    s = np.where(none, 1, sigma) if np.any(none) else sigma
    profile = np.real(special.wofz((x + 1j * gamma) / (s * ROOT_2))) / (s * ROOT_2PI)
    if not np.any(none):
        return profile
    square, size = x * x, np.where(none, x * x + gamma * gamma, 1)
    curved = gamma * (3 * square - gamma * gamma) / size**3
    return np.where(none, (gamma / size + sigma * sigma * curved) / math.pi, profile)
