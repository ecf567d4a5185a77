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
from autograd.ops.special.orders import COUNT, ends, pull, push, wide

POSITIVE = Real(0.3, 4.0)
ONE = [case((2, 3)), case(()), case((0,))]


def _expn(g: Array, n: Any, x: Array) -> Array:
    """dEₙ(x)/dx = -Eₙ₋₁(x), and of E₀(x) = e⁻ˣ/x itself: DLMF 8.19.13."""
    zero = np.equal(n, 0)
    lower = special.expn(np.where(zero, 0, n + 0 - 1), x)
    return -g * np.where(zero, np.exp(-x) * (1 + 1 / x) / x, lower)


def _spence(g: Array, z: Array) -> Array:
    """d/dz of the dilogarithm at 1-z = log z / (1-z), and -1 at 1: DLMF 25.12.2."""
    with np.errstate(divide="ignore"):
        return ends(g, -log1prel(z - 1))


def _over_x(ufunc: Any, x: Array) -> Array:
    """Give sin x / x or sinh x / x: the spherical functions of order 0."""
    return spherical(ufunc, 0, wide(x))


expn = elementwise(special.expn, inputs=("n", "x"), x=_expn, sample={"x": POSITIVE}, refused={"n": COUNT})
# DLMF 6.2.1, 6.2.5, 6.2.9, 6.2.11, 6.2.15, 6.2.16; sin z / z and sinh z / z are spherical Bessel functions of order 0
exp1 = elementwise(special.exp1, z=lambda g, z: -g * (np.exp(-z) / z), sample={"z": POSITIVE})
expi = elementwise(special.expi, x=lambda g, x: g * (np.exp(x) / x), sample={"x": POSITIVE})
sici = op(
    special.sici,
    outputs=("si", "ci"),
    vjp={"x": lambda g, x: pull(g, _over_x(special._ufuncs._spherical_jn, x), np.cos(x) / x)},
    jvp={"x": lambda g, x: push(g, _over_x(special._ufuncs._spherical_jn, x), np.cos(x) / x)},
    sample={"x": POSITIVE},
    cases=ONE,
)
shichi = op(
    special.shichi,
    outputs=("shi", "chi"),
    vjp={"x": lambda g, x: pull(g, _over_x(special._ufuncs._spherical_in, x), np.cosh(x) / x)},
    jvp={"x": lambda g, x: push(g, _over_x(special._ufuncs._spherical_in, x), np.cosh(x) / x)},
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
