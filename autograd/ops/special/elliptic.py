"""Elliptic integrals and functions: Legendre's, Carlson's, Jacobi's, and the mean that they come from.

Carlson's `elliprd` and `elliprj` are differentiated through his duplication algorithm: it has no singularity where two
of the arguments meet, while every closed form of the derivative has. The others lead to these.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise, op
from autograd.op import Real, case, composite
from autograd.ops.special.orders import pull, push

POSITIVE = Real(0.3, 3.0)
MODULUS = Real(-0.9, 0.9)
#: Each step of the duplication brings the arguments four times closer together; then a series of degree 7 is exact.
STEPS = 6


def _series(m: Array, coefficients: tuple[float, ...]) -> Array:
    """Sum a power series."""
    total: Any = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * m + c
    return total


#: The squares of (2n-1)!! / (2n)!!, of which the power series of K and E are made: DLMF 19.5.1 and 19.5.2.
_SQUARES = [math.prod((2 * i - 1) / (2 * i) for i in range(1, n + 1)) ** 2 for n in range(1, 24)]
_K_SERIES = tuple(math.pi / 2 * n * c for n, c in enumerate(_SQUARES, 1))
_E_SERIES = tuple(-math.pi / 2 * n * c / (2 * n - 1) for n, c in enumerate(_SQUARES, 1))
#: Below this the closed forms lose digits, and the series end in time.
NEAR = 0.15


def _k_slope(k: Array, m: Array, rest: Array) -> Array:
    """dK/dm = (E / (1-m) - K) / 2m: DLMF 19.4.1; `rest` is 1 - m."""
    near = np.absolute(m) < NEAR
    away = np.where(near, 1, m)
    return np.where(near, _series(np.where(near, m, 0), _K_SERIES), (special.ellipe(m) / rest - k) / (2 * away))


def _e_slope(e: Array, m: Array) -> Array:
    """dE/dm = (E - K) / 2m: DLMF 19.4.2."""
    near = np.absolute(m) < NEAR
    away = np.where(near, 1, m)
    return np.where(near, _series(np.where(near, m, 0), _E_SERIES), (e - special.ellipk(m)) / (2 * away))


def _reduced(phi: Array) -> tuple[Array, Array]:
    """Give how many half turns are in an angle, and the rest of it."""
    turns = np.rint(phi / math.pi)
    return turns, phi - turns * math.pi


def _f_slope(phi: Array, m: Array) -> Array:
    """∂F(φ, m)/∂m = sin³φ R_D(cos²φ, 1, Δ²) / 6 with Δ² = 1 - m sin²φ: DLMF 19.25.5, 19.18.4; and 19.2.10."""
    turns, t = _reduced(phi)
    s, c = np.sin(t), np.cos(t)
    within = s**3 / 6 * special.elliprd(c * c, 1.0, 1 - m * s * s)
    some = turns != 0
    if not np.any(some):
        return within
    inside = np.where(some, m, 0)
    return within + np.where(some, 2 * turns * _k_slope(special.ellipk(inside), inside, 1 - inside), 0)


def _f_phi(phi: Array, m: Array) -> Array:
    """∂F(φ, m)/∂φ = 1 / Δ: DLMF 19.2.4."""
    return 1 / np.sqrt(1 - m * np.sin(phi) ** 2)


def _ellipk_m(g: Array, ans: Array, m: Array) -> Array:
    """dK/dm = (E / (1-m) - K) / 2m: DLMF 19.4.1."""
    return g * _k_slope(ans, m, 1 - m)


def _ellipkm1_p(g: Array, ans: Array, p: Array) -> Array:
    """dK/dp = -(E / p - K) / 2m at m = 1 - p: DLMF 19.4.1."""
    return -g * _k_slope(ans, 1 - p, p)


def _ellipe_m(g: Array, ans: Array, m: Array) -> Array:
    """dE/dm = (E - K) / 2m: DLMF 19.4.2."""
    return g * _e_slope(ans, m)


def _f_inc_phi(g: Array, phi: Array, m: Array) -> Array:
    """∂F(φ, m)/∂φ = 1 / √(1 - m sin²φ): DLMF 19.2.4."""
    return g * _f_phi(phi, m)


def _f_inc_m(g: Array, phi: Array, m: Array) -> Array:
    """∂F(φ, m)/∂m = sin³φ R_D(cos²φ, 1, 1 - m sin²φ) / 6: DLMF 19.25.5, 19.18.4."""
    return g * _f_slope(phi, m)


def _e_inc_m(g: Array, phi: Array, m: Array) -> Array:
    """∂E(φ, m)/∂m = -sin³φ R_D(cos²φ, Δ², 1) / 6: DLMF 19.4.7, 19.25.9."""
    turns, t = _reduced(phi)
    s, c = np.sin(t), np.cos(t)
    return g * (2 * turns * _e_slope(special.ellipe(m), m) - s**3 / 6 * special.elliprd(c * c, 1 - m * s * s, 1.0))


def _ellipj_u(sn: Array, cn: Array, dn: Array, m: Array) -> tuple[Array, ...]:
    """∂(sn, cn, dn, am)/∂u: DLMF 22.13.1 to 22.13.3, 22.16.3."""
    return cn * dn, -sn * dn, -m * sn * cn, dn


def _ellipj_m(sn: Array, cn: Array, dn: Array, ph: Array, m: Array) -> tuple[Array, ...]:
    """∂(sn, cn, dn, am)/∂m, since F(am(u, m), m) = u: DLMF 22.16.11."""
    slope = -dn * _f_slope(ph, m)
    return cn * slope, -sn * slope, -(sn * sn + 2 * m * sn * cn * slope) / (2 * dn), slope


def _ellipj_vjp_u(g: Any, sn: Array, cn: Array, dn: Array, m: Array) -> Array:
    """∂(sn, cn, dn, am)/∂u = (cn dn, -sn dn, -m sn cn, dn): DLMF 22.13.1 to 22.13.3, 22.16.3."""
    return pull(g, *_ellipj_u(sn, cn, dn, m))


def _ellipj_vjp_m(g: Any, sn: Array, cn: Array, dn: Array, ph: Array, m: Array) -> Array:
    """∂(sn, cn, dn, am)/∂m = (cn s, -sn s, -(sn² + 2m sn cn s) / 2dn, s) with s = -dn ∂F(am, m)/∂m."""
    return pull(g, *_ellipj_m(sn, cn, dn, ph, m))


def _rc_x(g: Array, ans: Array, x: Array, y: Array) -> Array:
    """∂R_C/∂x = -R_D(y, y, x) / 6; of the principal value at y < 0, (R_C - 1/√x) / 2(y-x): DLMF 19.2.17, 19.18.4."""
    value = np.zeros(np.shape(y), bool) if np.iscomplexobj(y) else np.real(y) <= 0
    positive = np.where(value, 1, y)
    principal = (ans - 1 / np.sqrt(np.where(value, x, 1))) / (2 * np.where(value, y - x, 1))
    return g * np.where(value, principal, -special.elliprd(positive, positive, x) / 6)


def _rc_y(g: Array, ans: Array, x: Array, y: Array) -> Array:
    """∂R_C/∂y = -R_D(x, y, y) / 3; of the principal value at y < 0, (R_C - √x/y) / 2(x-y)."""
    value = np.zeros(np.shape(y), bool) if np.iscomplexobj(y) else np.real(y) <= 0
    positive = np.where(value, 1, y)
    principal = (ans - np.sqrt(np.where(value, x, 1)) / np.where(value, y, 1)) / (2 * np.where(value, x - y, 1))
    return g * np.where(value, principal, -special.elliprd(x, positive, positive) / 3)


def _rg(x: Array, y: Array, z: Array) -> Array:
    """∂R_G/∂x = (R_F - x R_D(y, z, x) / 3) / 4: from DLMF 19.16.3 and 19.18.4."""
    zero = x == 0
    part = np.where(zero, 0, x * special.elliprd(y, z, np.where(zero, 1, x)))
    return (special.elliprf(x, y, z) - part / 3) / 4


# Legendre's integrals
ellipk = elementwise(special.ellipk, m=_ellipk_m, sample={"m": MODULUS})
ellipkm1 = elementwise(special.ellipkm1, p=_ellipkm1_p, sample={"p": Real(0.1, 1.9)})
ellipe = elementwise(special.ellipe, m=_ellipe_m, sample={"m": MODULUS})
ellipkinc = elementwise(
    special.ellipkinc,
    phi=_f_inc_phi,
    m=_f_inc_m,
    sample={"phi": Real(-4.0, 4.0, avoid=(-math.pi / 2, math.pi / 2)), "m": MODULUS},
)
ellipeinc = elementwise(
    special.ellipeinc,
    phi=lambda g, phi, m: g * np.sqrt(1 - m * np.sin(phi) ** 2),
    m=_e_inc_m,
    sample={"phi": Real(-4.0, 4.0, avoid=(-math.pi / 2, math.pi / 2)), "m": MODULUS},
)
ellipj = op(
    special.ellipj,
    inputs=("u", "m"),
    outputs=("sn", "cn", "dn", "ph"),
    vjp={
        "u": _ellipj_vjp_u,
        "m": _ellipj_vjp_m,
    },
    jvp={
        "u": lambda g, sn, cn, dn, m: push(g, *_ellipj_u(sn, cn, dn, m)),
        "m": lambda g, sn, cn, dn, ph, m: push(g, *_ellipj_m(sn, cn, dn, ph, m)),
    },
    sample={"m": Real(0.1, 0.9)},
    cases=[case((2, 3), (2, 3)), case((3,), (2, 1)), case((), (2,)), case((0,), ())],
)

# Carlson's integrals: DLMF 19.18.4
elliprf = elementwise(
    special.elliprf,
    x=lambda g, x, y, z: g * (special.elliprd(y, z, x) / -6),
    y=lambda g, x, y, z: g * (special.elliprd(x, z, y) / -6),
    z=lambda g, x, y, z: g * (special.elliprd(x, y, z) / -6),
    sample={"x": POSITIVE, "y": POSITIVE, "z": POSITIVE},
)
elliprg = elementwise(
    special.elliprg,
    x=lambda g, x, y, z: g * _rg(x, y, z),
    y=lambda g, x, y, z: g * _rg(y, x, z),
    z=lambda g, x, y, z: g * _rg(z, x, y),
    sample={"x": POSITIVE, "y": POSITIVE, "z": POSITIVE},
    note="`_rg(x, y, z)` is ∂R_G/∂x = (R_F - x R_D(y, z, x) / 3) / 4",
)
elliprc = elementwise(
    special.elliprc,
    x=_rc_x,
    y=_rc_y,
    sample={"x": POSITIVE, "y": Real(-2.0, 3.0, avoid=(0.0,))},
    note="each derivative is an R_D, which takes more than twice as long as the value",
)


@composite(
    special.elliprd,
    sample={"x": POSITIVE, "y": POSITIVE, "z": POSITIVE},
    cases=[case((2, 3), (2, 3), (2, 3)), case((3,), (), (2, 1)), case((), (), ()), case((0,), (), ())],
)
def _elliprd(x: Any, y: Any, z: Any) -> Any:
    """R_D by duplication: Carlson (1995), Numerical computation of real or complex elliptic integrals, section 2."""
    total: Any = 0
    for n in range(STEPS):
        rx, ry, rz = np.sqrt(x), np.sqrt(y), np.sqrt(z)
        part = rx * ry + rx * rz + ry * rz
        total = total + 0.25**n / (rz * (z + part))
        x, y, z = (x + part) / 4, (y + part) / 4, (z + part) / 4
    return 0.25**STEPS * series_d(x, y, z, z) + 3 * total


def series_d(x: Any, y: Any, z: Any, p: Any) -> Any:
    """Give R_J(x, y, z, p) where all are close: DLMF 19.36.2. With p = z it is R_D."""
    mean = (x + y + z + 2 * p) / 5
    x, y, z = 1 - x / mean, 1 - y / mean, 1 - z / mean
    p = -(x + y + z) / 2
    e2 = x * y + x * z + y * z - 3 * p * p
    e3 = x * y * z + 2 * e2 * p + 4 * p**3
    e4 = (2 * x * y * z + e2 * p + 3 * p**3) * p
    e5 = x * y * z * p * p
    series = 1 - 3 / 14 * e2 + e3 / 6 + 9 / 88 * e2 * e2 - 3 / 22 * e4 - 9 / 52 * e2 * e3 + 3 / 26 * e5
    series = series - e2**3 / 16 + 3 / 40 * e3 * e3 + 3 / 20 * e2 * e4 + 45 / 272 * e2 * e2 * e3
    return (series - 9 / 68 * (e3 * e4 + e2 * e5)) / (mean * np.sqrt(mean))


@composite(
    special.elliprj,
    sample={"x": POSITIVE, "y": POSITIVE, "z": POSITIVE, "p": POSITIVE},
    cases=[case((2, 3), (2, 3), (2, 3), (2, 3)), case((3,), (), (2, 1), (3,)), case((), (), (), ())],
    note="for p > 0; the derivative is that of the duplication, six steps there and six back",
)
def _elliprj(x: Any, y: Any, z: Any, p: Any) -> Any:
    """R_J by duplication: Carlson (1995), section 2, where R_C(1, 1+e) = F(1/2, 1; 3/2; -e)."""
    if np.any(np.real(p) <= 0):
        raise TypeError("elliprj has no derivative here where p <= 0: there SciPy gives a principal value")
    total: Any = 0
    delta = (p - x) * (p - y) * (p - z)
    for n in range(STEPS):
        rx, ry, rz, rp = np.sqrt(x), np.sqrt(y), np.sqrt(z), np.sqrt(p)
        part = rx * ry + rx * rz + ry * rz
        d = (rp + rx) * (rp + ry) * (rp + rz)
        total = total + 0.25**n / d * special.hyp2f1(0.5, 1.0, 1.5, delta * -(64.0**-n) / (d * d))
        x, y, z, p = (x + part) / 4, (y + part) / 4, (z + part) / 4, (p + part) / 4
    return 0.25**STEPS * series_d(x, y, z, p) + 6 * total


@composite(special.agm, sample={"a": POSITIVE, "b": POSITIVE}, cases=[case((2, 3), (2, 3)), case((3,), (2, 1))])
def _agm(a: Any, b: Any) -> Any:
    """agm(a, b) = π (a+b) / 4K at 1 - m = 4ab / (a+b)²: DLMF 19.8.5 after one step of the mean.

    It is 0 where one of them is, rises from there infinitely steeply with that one, and not at all with the other.
    """
    no_a, no_b = np.equal(a, 0), np.equal(b, 0)
    none = no_a | no_b
    if np.any(none):
        edge = np.sqrt(np.where(no_a & no_b, 0, np.where(no_a, a, np.where(no_b, b, 0))))
        return np.where(none, edge, _agm(np.where(none, 1, a), np.where(none, 1, b)))
    total = a + b
    return math.pi / 4 * total / special.ellipkm1(4 * (a / total) * (b / total))
