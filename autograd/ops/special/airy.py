"""Airy, Kelvin, Struve, parabolic cylinder and Mathieu functions, and SciPy's integrals of these and of Bessel's.

Most give a function together with its derivative: the differential equation then gives all further ones.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise, op
from autograd.op import Op, Real, case
from autograd.ops.special.orders import ORDER, SHAPE, pull, push

POSITIVE = Real(0.3, 4.0)
RADIANS = math.pi / 180
SLOW = "SciPy's `struve` and `modstruve`, which the derivative is, take a hundred times as long as the integral"
ONE = [case((2, 3)), case(()), case((0,))]
TWO = [case((2, 3), (2, 3)), case((3,), (2, 1)), case((), ())]
THREE = [case((), (2, 1), (3,)), case((2,), (2,), (2,)), case((), (), ())]


def _airy(ai: Array, aip: Array, bi: Array, bip: Array, z: Array) -> tuple[Array, ...]:
    """W'' = z w: DLMF 9.2.1."""
    return aip, z * ai, bip, z * bi


def _root(z: Array) -> Array:
    return np.sqrt(z) if z.dtype.kind == "c" else np.sqrt(np.where(z > 0, z, 0))


def _airye(eai: Array, eaip: Array, ebi: Array, ebip: Array, z: Array) -> tuple[Array, ...]:
    """Give the holomorphic part: Ai is scaled by exp ζ, Bi by exp(-|Re ζ|), where ζ' = √z."""
    root = _root(z)
    return eaip + root * eai, z * eai + root * eaip, ebip, z * ebi


def _side(z: Array) -> Array:
    return np.sign(np.real(z * _root(z)))


def _airye_vjp(g: Any, eai: Array, eaip: Array, ebi: Array, ebip: Array, z: Array) -> Array:
    """Of w exp(-|Re ζ|): g w' exp(-|Re ζ|) - sign(Re ζ) Re(g ans) √z."""
    ct = pull(g, *_airye(eai, eaip, ebi, ebip, z))
    for part, value in ((g[2], ebi), (g[3], ebip)):
        if part is not None:
            ct = ct - np.real(part * value) * _side(z) * _root(z)
    return ct


def _airye_jvp(g: Array, eai: Array, eaip: Array, ebi: Array, ebip: Array, z: Array) -> tuple[Array, ...]:
    """Of w exp(-|Re ζ|): w' exp(-|Re ζ|) dz - sign(Re ζ) ans Re(√z dz)."""
    ai, aip, bi, bip = push(g, *_airye(eai, eaip, ebi, ebip, z))
    shrink = _side(z) * np.real(_root(z) * g)
    return ai, aip, bi - ebi * shrink, bip - ebip * shrink


def _over(p: Array, x: Array, at_0: float) -> Array:
    """Give p / x, and what it is at x = 0."""
    zero = x == 0
    return np.where(zero, at_0, p / np.where(zero, 1, x))


def _struve(v: Any, x: Array) -> Array:
    """Give (x/2)ᵛ / √π Γ(v + 3/2)."""
    return np.power(x / 2, v) * special.rgamma(v + 1.5) / math.sqrt(math.pi)


def _equation(fn: Any, factor: Any, sample: dict[str, Real], why: str, formula: str) -> Op:
    """Declare a function with its derivative, y and y', where y'' = factor(v, x) y."""

    def vjp(g: Any, y: Array, yp: Array, v: Any, x: Array) -> Array:
        return pull(g, yp, factor(v, x) * y)

    vjp.__doc__ = formula
    return op(
        fn,
        inputs=("v", "x"),
        outputs=("y", "yp"),
        vjp={"x": vjp},
        jvp={"x": lambda g, y, yp, v, x: push(g, yp, factor(v, x) * y)},
        sample=sample,
        cases=TWO,
        refused={"v": why},
    )


def _mathieu(fn: Any, slopes: Any, sample: Real, formula: str) -> Op:
    """Declare a Mathieu function with its derivative, y and y': `slopes` gives the derivatives of both."""

    def vjp(g: Any, y: Array, yp: Array, m: Any, q: Any, x: Array) -> Array:
        return pull(g, *slopes(y, yp, m, q, x))

    vjp.__doc__ = formula
    return op(
        fn,
        inputs=("m", "q", "x"),
        outputs=("y", "yp"),
        vjp={"x": vjp},
        jvp={"x": lambda g, y, yp, m, q, x: push(g, *slopes(y, yp, m, q, x))},
        sample={"q": Real(0.5, 2.0), "x": sample},
        cases=THREE,
        refused={"m": ORDER, "q": SHAPE},
    )


def _angular(value: Any) -> Any:
    """Y'' = -(a - 2q cos 2x) y with x in degrees, while y' is by the angle in radians: DLMF 28.2.1."""

    def slopes(y: Array, yp: Array, m: Any, q: Any, x: Array) -> tuple[Array, Array]:
        return RADIANS * yp, RADIANS * (2 * q * np.cos(2 * RADIANS * x) - value(m, q)) * y

    return slopes


def _odd_value(m: Any, q: Any) -> Any:
    """Give the characteristic value; there is none of order 0, where the function is 0."""
    return special.mathieu_b(np.where(np.equal(m, 0), 1, m), q)


def _modified(value: Any) -> Any:
    """Y'' = (a - 2q cosh 2x) y: DLMF 28.20.1."""
    return lambda y, yp, m, q, x: (yp, (value(m, q) - 2 * q * np.cosh(2 * x)) * y)


# Airy functions
def _airy_vjp(g: Any, ai: Array, aip: Array, bi: Array, bip: Array, z: Array) -> Array:
    """d(Ai, Ai', Bi, Bi')/dz = (Ai', z Ai, Bi', z Bi): DLMF 9.2.1."""
    return pull(g, *_airy(ai, aip, bi, bip, z))


airy = op(
    special.airy,
    outputs=("ai", "aip", "bi", "bip"),
    vjp={"z": _airy_vjp},
    jvp={"z": lambda g, ai, aip, bi, bip, z: push(g, *_airy(ai, aip, bi, bip, z))},
    cases=ONE,
)
airye = op(
    special.airye,
    outputs=("eai", "eaip", "ebi", "ebip"),
    vjp={"z": _airye_vjp},
    jvp={"z": _airye_jvp},
    # Off the rays of arg z = ±π/3, on which the scale has a kink.
    sample={"z": Real(0.6, 4.0)},
    cases=ONE,
)


def _itairy(x: Array) -> tuple[Array, ...]:
    right, left = special.airy(x), special.airy(-x)
    return right[0], right[2], left[0], left[2]


def _itairy_vjp(g: Any, x: Array) -> Array:
    """d/dx of ∫₀ˣ Ai(t), Bi(t), Ai(-t), Bi(-t) dt: (Ai(x), Bi(x), Ai(-x), Bi(-x))."""
    return pull(g, *_itairy(x))


itairy = op(
    special.itairy,
    outputs=("apt", "bpt", "ant", "bnt"),
    vjp={"x": _itairy_vjp},
    jvp={"x": lambda g, x: push(g, *_itairy(x))},
    sample={"x": Real(-0.3, 0.3)},
    cases=ONE,
    note="SciPy's value itself is good to about six digits",
)

# Kelvin functions: x² w'' + x w' = i x² w, by DLMF 10.61.3
ber = elementwise(special.ber, x=lambda g, x: g * special.berp(x))
bei = elementwise(special.bei, x=lambda g, x: g * special.beip(x))
ker = elementwise(special.ker, x=lambda g, x: g * special.kerp(x), sample={"x": POSITIVE})
kei = elementwise(special.kei, x=lambda g, x: g * special.keip(x), sample={"x": POSITIVE})
berp = elementwise(special.berp, x=lambda g, ans, x: -g * (_over(ans, x, 0.0) + special.bei(x)))
beip = elementwise(special.beip, x=lambda g, ans, x: g * (special.ber(x) - _over(ans, x, 0.5)))
kerp = elementwise(special.kerp, x=lambda g, ans, x: -g * (ans / x + special.kei(x)), sample={"x": POSITIVE})
keip = elementwise(special.keip, x=lambda g, ans, x: g * (special.ker(x) - ans / x), sample={"x": POSITIVE})


def _kelvin(be: Array, ke: Array, bep: Array, kep: Array, x: Array) -> tuple[Array, ...]:
    return bep, kep, 1j * be - bep / x, 1j * ke - kep / x


def _kelvin_vjp(g: Any, be: Array, ke: Array, bep: Array, kep: Array, x: Array) -> Array:
    """d(be, ke, be', ke')/dx = (be', ke', i be - be'/x, i ke - ke'/x): DLMF 10.61.3."""
    return pull(g, *_kelvin(be, ke, bep, kep, x))


kelvin = op(
    special.kelvin,
    outputs=("be", "ke", "bep", "kep"),
    vjp={"x": _kelvin_vjp},
    jvp={"x": lambda g, be, ke, bep, kep, x: push(g, *_kelvin(be, ke, bep, kep, x))},
    sample={"x": POSITIVE},
    cases=ONE,
)

# Struve functions: DLMF 11.4.24 and 11.4.26
ORDERED = {"v": Real(0.2, 2.5), "x": POSITIVE}
struve = elementwise(
    special.struve,
    inputs=("v", "x"),
    x=lambda g, v, x: g * ((special.struve(v - 1, x) - special.struve(v + 1, x) + _struve(v, x)) / 2),
    sample=ORDERED,
    refused={"v": ORDER},
)
modstruve = elementwise(
    special.modstruve,
    inputs=("v", "x"),
    x=lambda g, v, x: g * ((special.modstruve(v - 1, x) + special.modstruve(v + 1, x) + _struve(v, x)) / 2),
    sample=ORDERED,
    refused={"v": ORDER},
)
itstruve0 = elementwise(special.itstruve0, x=lambda g, x: g * special.struve(0.0, x), sample={"x": POSITIVE}, note=SLOW)
itmodstruve0 = elementwise(
    special.itmodstruve0, x=lambda g, x: g * special.modstruve(0.0, x), sample={"x": POSITIVE}, note=SLOW
)
it2struve0 = elementwise(
    special.it2struve0, x=lambda g, x: -g * (special.struve(0.0, x) / x), sample={"x": POSITIVE}, note=SLOW
)


def _pair(ufunc: Any, slopes: Any, formula: str) -> Op:
    """Declare two integrals whose integrands are known."""

    def vjp(g: Any, x: Array) -> Array:
        return pull(g, *slopes(x))

    vjp.__doc__ = formula
    return op(
        ufunc,
        outputs=("first", "second"),
        vjp={"x": vjp},
        jvp={"x": lambda g, x: push(g, *slopes(x))},
        sample={"x": POSITIVE},
        cases=ONE,
    )


# Integrals of Bessel functions
itj0y0 = _pair(special.itj0y0, lambda x: (special.j0(x), special.y0(x)), "the integrands at x: (J₀(x), Y₀(x))")
iti0k0 = _pair(special.iti0k0, lambda x: (special.i0(x), special.k0(x)), "the integrands at x: (I₀(x), K₀(x))")
it2j0y0 = _pair(
    special.it2j0y0, lambda x: ((1 - special.j0(x)) / x, -special.y0(x) / x),
    "the integrands at x: ((1 - J₀(x)) / x, -Y₀(x) / x)",
)  # fmt: skip
it2i0k0 = _pair(
    special.it2i0k0, lambda x: ((special.i0(x) - 1) / x, -special.k0(x) / x),
    "the integrands at x: ((I₀(x) - 1) / x, -K₀(x) / x)",
)  # fmt: skip
besselpoly = elementwise(
    special.besselpoly,
    inputs=("a", "lmb", "nu"),
    a=lambda g, a, lmb, nu: g * (special.besselpoly(a, lmb + 1, nu - 1) - special.besselpoly(a, lmb + 1, nu + 1)),
    sample={"a": POSITIVE, "lmb": Real(0.2, 2.0), "nu": Real(2.2, 3.0)},
    refused={"lmb": SHAPE, "nu": ORDER},
)

# Parabolic cylinder functions: DLMF 12.2.2 and 12.2.3
CYLINDER = {"v": Real(-1.5, 2.5), "x": Real()}
WEBER = "d(y, y')/dx = (y', (x²/4 - v - 1/2) y): DLMF 12.2.4"
pbdv = _equation(special.pbdv, lambda v, x: x * x / 4 - v - 0.5, CYLINDER, ORDER, WEBER)
pbvv = _equation(special.pbvv, lambda v, x: x * x / 4 - v - 0.5, CYLINDER, ORDER, WEBER)
pbwa = _equation(
    special.pbwa, lambda a, x: a - x * x / 4, {"v": Real(), "x": Real()}, SHAPE,
    "d(y, y')/dx = (y', (a - x²/4) y): DLMF 12.2.3",
)  # fmt: skip

# Mathieu functions
ANGLES, REAL_LINE = Real(-80.0, 80.0), Real(0.2, 1.5)
DEGREES = "d(y, y')/dx = (π/180) (y', (2q cos 2x - {value}) y) with x in degrees: DLMF 28.2.1"
HYPERBOLIC = "d(y, y')/dx = (y', ({value} - 2q cosh 2x) y): DLMF 28.20.1"
EVEN, ODD = "a_m(q)", "b_m(q)"
mathieu_cem = _mathieu(special.mathieu_cem, _angular(special.mathieu_a), ANGLES, DEGREES.format(value=EVEN))
mathieu_sem = _mathieu(special.mathieu_sem, _angular(_odd_value), ANGLES, DEGREES.format(value=ODD))
OF_EVEN, OF_ODD = (HYPERBOLIC.format(value=value) for value in (EVEN, ODD))
mathieu_modcem1 = _mathieu(special.mathieu_modcem1, _modified(special.mathieu_a), REAL_LINE, OF_EVEN)
mathieu_modcem2 = _mathieu(special.mathieu_modcem2, _modified(special.mathieu_a), REAL_LINE, OF_EVEN)
mathieu_modsem1 = _mathieu(special.mathieu_modsem1, _modified(_odd_value), REAL_LINE, OF_ODD)
mathieu_modsem2 = _mathieu(special.mathieu_modsem2, _modified(_odd_value), REAL_LINE, OF_ODD)
