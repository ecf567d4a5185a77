"""Bessel functions, modified and spherical ones, in the argument: the order is a constant.

The rules take the two neighbouring orders (DLMF 10.6.1, 10.29.1, 10.51.1): unlike the forms with one neighbour they are
regular at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise, op
from autograd.op import Op, Real, case
from autograd.ops.special.orders import COUNT, ORDER, ends, whole

POSITIVE = Real(0.3, 4.0)
ORDERED = {"v": Real(0.2, 2.5), "z": POSITIVE}
CASES = [case((2, 3), (2, 3)), case((3,), (2, 1)), case((), ()), case((), (0, 2))]


def _half_difference(f: Any, v: Any, z: Array) -> Array:
    """Give (f_{v-1} - f_{v+1}) / 2: DLMF 10.6.1."""
    return (f(v - 1, z) - f(v + 1, z)) / 2


def _half_sum(f: Any, v: Any, z: Array) -> Array:
    """Give (f_{v-1} + f_{v+1}) / 2: DLMF 10.29.1."""
    return (f(v - 1, z) + f(v + 1, z)) / 2


def _ordered(ufunc: Any, slope: Callable[..., Array], formula: str) -> Op:
    """Declare a function of order and argument whose derivative is made of neighbouring orders."""

    def vjp(g: Array, v: Any, z: Array) -> Array:
        return ends(g, slope(ufunc, v, z))

    vjp.__doc__ = formula
    return elementwise(ufunc, inputs=("v", "z"), z=vjp, sample=ORDERED, refused={"v": ORDER})


def _counted(ufunc: Any, slope: Callable[..., Array], formula: str) -> Op:
    """Declare a function of a whole order."""

    def vjp(g: Array, n: Any, x: Array) -> Array:
        return g * slope(ufunc, whole(n), x)

    vjp.__doc__ = formula
    return elementwise(ufunc, inputs=("n", "x"), x=vjp, sample={"x": POSITIVE}, refused={"n": COUNT})


def _scaled_by_real(ufunc: Any, slope: Callable[..., Array]) -> Op:
    """Declare f(z) exp(-|Re z|), not holomorphic: f' exp(-|Re z|) dz - sign(Re z) ans Re dz."""

    def vjp(g: Array, ans: Array, v: Any, z: Array) -> Array:
        """d(I_v e^-|Re z|) = (I_{v-1} + I_{v+1}) / 2 e^-|Re z| dz - sign(Re z) ans Re dz."""
        return ends(g, slope(ufunc, v, z)) - np.real(g * ans) * np.sign(np.real(z))

    return op(
        ufunc,
        inputs=("v", "z"),
        vjp={"z": vjp},
        jvp={"z": lambda g, ans, v, z: ends(g, slope(ufunc, v, z)) - ans * (np.real(g) * np.sign(np.real(z)))},
        sample=ORDERED,
        cases=CASES,
        refused={"v": ORDER},
    )


def _scaled_by_imaginary(ufunc: Any, slope: Callable[..., Array]) -> Op:
    """Declare f(z) exp(-|Im z|), for real z just f(z): f' exp(-|Im z|) dz - sign(Im z) ans Im dz."""

    def vjp(g: Array, ans: Array, v: Any, z: Array) -> Array:
        """d(f_v e^-|Im z|) = (f_{v-1} - f_{v+1}) / 2 e^-|Im z| dz - sign(Im z) ans Im dz, where f is J or Y."""
        ct = ends(g, slope(ufunc, v, z))
        return ct + 1j * np.real(g * ans) * np.sign(np.imag(z)) if z.dtype.kind == "c" else ct

    def jvp(g: Array, ans: Array, v: Any, z: Array) -> Array:
        t = ends(g, slope(ufunc, v, z))
        return t - ans * (np.imag(g) * np.sign(np.imag(z))) if z.dtype.kind == "c" else t

    return op(
        ufunc, inputs=("v", "z"), vjp={"z": vjp}, jvp={"z": jvp}, sample=ORDERED, cases=CASES, refused={"v": ORDER}
    )


def _unscaled_at_0(scaled: Any, plain: Any) -> Any:
    """Take the value at 0 from the plain function: of an order below 0 SciPy's scaled ones give NaN there."""

    def f(v: Any, z: Array) -> Array:
        zero = z == 0
        if not np.any(zero):
            return scaled(v, z)
        return np.where(zero, plain(v, z), scaled(v, np.where(zero, 1, z)))

    return f


def _spherical(ufunc: Any, below: int, above: int) -> Op:
    """Declare a spherical function: (± n f_{n-1} ± (n+1) f_{n+1}) / (2n+1), by DLMF 10.51.1 and 10.51.4."""

    def slope(n: Any, z: Array) -> Array:
        # Of order 0 the lower neighbour has the factor 0.
        return (below * n * ufunc(np.abs(n - 1), z) + above * (n + 1) * ufunc(n + 1, z)) / (2 * n + 1)

    return elementwise(
        ufunc, inputs=("n", "z"), z=lambda g, n, z: g * slope(n + 0, z), sample={"z": POSITIVE}, refused={"n": COUNT}
    )


def _second(x: Array, sign: float, zeroth: Array, first: Array) -> Array:
    """Give J₂ or I₂ by DLMF 10.6.1 and 10.29.1, and near 0 by the series 10.2.2 and 10.25.2, scaled as the others."""
    near = np.absolute(x) < 1
    away, close = np.where(near, 1, x), np.where(near, x, 0)
    square = close * close / 4
    total: Any = 1
    for k in range(8, 0, -1):
        total = 1 + sign * square / (k * (k + 2)) * total
    if near.any() and sign > 0:
        total = total * (zeroth / special.i0(close))
    return np.where(near, square / 2 * total, sign * (zeroth - 2 * first / away))


def _y1_slope(ans: Array, x: Array) -> Array:
    """Give y0 - y1 / x: DLMF 10.6.2. At 0, where both are -∞, the second prevails."""
    zero = x == 0
    return np.where(zero, np.inf, np.where(zero, 0, special.y0(x)) - ans / (x + zero))


# Of any order
DIFFERENCE, SUM = "df_v/dz = (f_{v-1} - f_{v+1}) / 2: DLMF 10.6.1", "(f_{v-1} + f_{v+1}) / 2: DLMF 10.29.1"
jv = _ordered(special.jv, _half_difference, DIFFERENCE)
yv = _ordered(special.yv, _half_difference, DIFFERENCE)
hankel1 = _ordered(special.hankel1, _half_difference, DIFFERENCE)
hankel2 = _ordered(special.hankel2, _half_difference, DIFFERENCE)
iv = _ordered(special.iv, _half_sum, f"df_v/dz = {SUM}")
kv = _ordered(special.kv, lambda f, v, z: -_half_sum(f, v, z), f"df_v/dz = -{SUM}")
# kve is kv(z) exp(z), hankel1e is hankel1(z) exp(-iz), hankel2e is hankel2(z) exp(iz)
kve = _ordered(special.kve, lambda f, v, z: f(v, z) - _half_sum(f, v, z), f"df_v/dz = f_v - {SUM}")
SCALED = "df_v/dz = (f_{v-1} - f_{v+1}) / 2"
hankel1e = _ordered(special.hankel1e, lambda f, v, z: _half_difference(f, v, z) - 1j * f(v, z), f"{SCALED} - i f_v")
hankel2e = _ordered(special.hankel2e, lambda f, v, z: _half_difference(f, v, z) + 1j * f(v, z), f"{SCALED} + i f_v")
ive = _scaled_by_real(special.ive, lambda f, v, z: _half_sum(_unscaled_at_0(f, special.iv), v, z))
jve = _scaled_by_imaginary(special.jve, lambda f, v, z: _half_difference(_unscaled_at_0(f, special.jv), v, z))
yve = _scaled_by_imaginary(special.yve, _half_difference)

# Of whole order
yn = _counted(special.yn, _half_difference, DIFFERENCE.replace("v", "n").replace("z", "x"))
kn = _counted(special.kn, lambda f, n, x: -_half_sum(f, n, x), f"df_n/dx = -{SUM}".replace("v", "n"))

# Of orders 0 and 1, and of 2 as their rules need it; only its own rule, for second order, calls the slow `jv` and `iv`
bessel_j2 = elementwise(
    lambda x: _second(x, -1.0, special.j0(x), special.j1(x)),
    name="bessel_j2",
    x=lambda g, x: g * _half_difference(special.jv, 2.0, x),
)
bessel_i2 = elementwise(
    lambda x: _second(x, 1.0, special.i0(x), special.i1(x)),
    name="bessel_i2",
    x=lambda g, x: g * _half_sum(special.iv, 2.0, x),
)
bessel_i2e = elementwise(
    lambda x: _second(x, 1.0, special.i0e(x), special.i1e(x)),
    name="bessel_i2e",
    x=lambda g, ans, x: g * (_half_sum(special.ive, 2.0, x) - np.sign(x) * ans),
    sample={"x": Real(avoid=(0.0,))},
)
#: Why a gradient costs more than six times the value.
NEIGHBOURS = "the derivative takes the functions of both neighbouring orders"

j0 = elementwise(special.j0, x=lambda g, x: -g * special.j1(x))
j1 = elementwise(special.j1, x=lambda g, x: g * ((special.j0(x) - bessel_j2(x)) / 2), note=NEIGHBOURS)
y0 = elementwise(special.y0, x=lambda g, x: -g * special.y1(x), sample={"x": POSITIVE})
y1 = elementwise(special.y1, x=lambda g, ans, x: ends(g, _y1_slope(ans, x)), sample={"x": POSITIVE})
i0 = elementwise(special.i0, x=lambda g, x: g * special.i1(x))
i1 = elementwise(special.i1, x=lambda g, x: g * ((special.i0(x) + bessel_i2(x)) / 2), note=NEIGHBOURS)
k0 = elementwise(special.k0, x=lambda g, x: -g * special.k1(x), sample={"x": POSITIVE})
k1 = elementwise(special.k1, x=lambda g, ans, x: -g * (special.k0(x) + ans / x), sample={"x": POSITIVE})
# Scaled by exp(-|x|) and by exp(x)
i0e = elementwise(
    special.i0e, x=lambda g, ans, x: g * (special.i1e(x) - np.sign(x) * ans), sample={"x": Real(avoid=(0.0,))}
)
i1e = elementwise(
    special.i1e,
    x=lambda g, ans, x: g * ((special.i0e(x) + bessel_i2e(x)) / 2 - np.sign(x) * ans),
    sample={"x": Real(avoid=(0.0,))},
    note=NEIGHBOURS,
)
k0e = elementwise(special.k0e, x=lambda g, ans, x: g * (ans - special.k1e(x)), sample={"x": POSITIVE})
k1e = elementwise(special.k1e, x=lambda g, ans, x: g * (ans - ans / x - special.k0e(x)), sample={"x": POSITIVE})

# `scipy.special.spherical_jn` and its kin call these, the derivatives too
spherical_jn = _spherical(special._ufuncs._spherical_jn, 1, -1)
spherical_yn = _spherical(special._ufuncs._spherical_yn, 1, -1)
spherical_in = _spherical(special._ufuncs._spherical_in, 1, 1)
spherical_kn = _spherical(special._ufuncs._spherical_kn, -1, -1)
spherical_jn_slope = _spherical(special._ufuncs._spherical_jn_d, 1, -1)
spherical_yn_slope = _spherical(special._ufuncs._spherical_yn_d, 1, -1)
spherical_in_slope = _spherical(special._ufuncs._spherical_in_d, 1, 1)
spherical_kn_slope = _spherical(special._ufuncs._spherical_kn_d, -1, -1)


def spherical(ufunc: Any, n: Any, z: Array, odd: int = 0) -> Array:
    """Call j_n or i_n (`odd`=1: their derivatives) for any z: the ufuncs know no negative ones, DLMF 10.47.14 does."""
    left = np.real(z) < 0
    sign = np.where(left, 1 - 2 * ((np.asarray(n) + odd) % 2), 1).astype(z.dtype)
    return sign * ufunc(n, np.where(left, -z, z))
