"""Exponential, trigonometric and logarithmic integrals, and the functions of Lambert and Wright."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise, op
from autograd.op import Real, case, ufuncs
from autograd.ops.special.bessel import spherical
from autograd.ops.special.entropy import log1prel
from autograd.ops.special.orders import COUNT, ends, whole, wide

POSITIVE = Real(0.3, 4.0)
ONE = [case((2, 3)), case(()), case((0,))]


def _expn(g: Array, n: Any, x: Array) -> Array:
    """dEₙ(x)/dx = -Eₙ₋₁(x), and of E₀(x) = e⁻ˣ/x itself: DLMF 8.19.13."""
    n = whole(n)
    zero = np.equal(n, 0)
    lower = special.expn(np.where(zero, 0, np.subtract(n, 1)), x)
    return -g * np.where(zero, np.exp(-x) * (1 + 1 / x) / x, lower)


def _spence(g: Array, z: Array) -> Array:
    """d/dz of the dilogarithm at 1-z = log z / (1-z), and -1 at 1: DLMF 25.12.2."""
    with np.errstate(divide="ignore"):
        return ends(g, -log1prel(z - 1))


def _over(odd: Any, x: Array) -> Array:
    zero = x == 0
    return np.where(zero, 1, odd(x) / np.where(zero, 1, x))


#: The spherical functions of order 0, which are quicker by themselves.
SPHERICAL = "used by the rule of `sici` or `shichi`; its own: DLMF 10.51.2 and 10.51.5"
sin_over = elementwise(
    lambda x: _over(np.sin, x),
    name="sin_over_its_argument",
    x=lambda g, x: -g * spherical(special._ufuncs._spherical_jn, 1, wide(x)),
    note=SPHERICAL,
)
sinh_over = elementwise(
    lambda x: _over(np.sinh, x),
    name="sinh_over_its_argument",
    x=lambda g, x: g * spherical(special._ufuncs._spherical_in, 1, wide(x)),
    note=SPHERICAL,
)


def _pole(g: Array, even: Any, x: Array) -> Array:
    """Apply cos x / x or cosh x / x."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return ends(g, even(x) / x)


def _pull(g: Any, odd: Any, even: Any, x: Array) -> Array:
    """Give the cotangent of both integrals, or of one: at 0 only the first is differentiable."""
    parts = []
    if g[0] is not None:
        parts.append(g[0] * odd(x))
    if g[1] is not None:
        parts.append(_pole(g[1], even, x))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _sici_vjp(g: Any, x: Array) -> Array:
    """d(Si, Ci)/dx = (sin x / x, cos x / x): DLMF 6.2.9 and 6.2.11."""
    return _pull(g, sin_over, np.cos, x)


def _shichi_vjp(g: Any, x: Array) -> Array:
    """d(Shi, Chi)/dx = (sinh x / x, cosh x / x): DLMF 6.2.15 and 6.2.16."""
    return _pull(g, sinh_over, np.cosh, x)


expn = elementwise(special.expn, inputs=("n", "x"), x=_expn, sample={"x": POSITIVE}, refused={"n": COUNT})
# DLMF 6.2.1, 6.2.5, 6.2.9, 6.2.11, 6.2.15, 6.2.16; sin z / z and sinh z / z are spherical Bessel functions of order 0
exp1 = elementwise(special.exp1, z=lambda g, z: -g * (np.exp(-z) / z), sample={"z": POSITIVE})
expi = elementwise(special.expi, x=lambda g, x: g * (np.exp(x) / x), sample={"x": POSITIVE})
sici = op(
    special.sici,
    outputs=("si", "ci"),
    vjp={"x": _sici_vjp},
    jvp={"x": lambda g, x: (g * sin_over(x), _pole(g, np.cos, x))},
    sample={"x": POSITIVE},
    cases=ONE,
)
shichi = op(
    special.shichi,
    outputs=("shi", "chi"),
    vjp={"x": _shichi_vjp},
    jvp={"x": lambda g, x: (g * sinh_over(x), _pole(g, np.cosh, x))},
    sample={"x": POSITIVE},
    cases=ONE,
)
spence = elementwise(special.spence, z=_spence, sample={"z": POSITIVE})

# DLMF 4.13.4, in the form without a singularity at 0; `scipy.special.lambertw` calls `_lambertw`
lambertw = elementwise(
    lambda z, k=0, tol=1e-8: special.lambertw(z, k, tol),
    name="lambertw",
    z=lambda g, ans: g * (np.exp(-ans) / (1 + ans)),
    sample={"z": POSITIVE},
    cases=[case((2, 3)), case((3,), k=-1), case((), k=1, tol=1e-10)],
)
ufuncs[special._ufuncs._lambertw] = lambertw
# ω + log ω = z: DLMF 4.13.17
wrightomega = elementwise(special.wrightomega, z=lambda g, ans: g * (ans / (1 + ans)))
