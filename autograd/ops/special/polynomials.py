"""Orthogonal polynomials at a point: the degree and the parameters are constants.

Each derivative is a polynomial of one degree less, in most cases of another family, so that there is no singularity
at the ends of the interval.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise
from autograd.op import Op, Real
from autograd.ops.special.orders import DEGREE, SHAPE

INSIDE = Real(-0.9, 0.9)
UNIT = Real(0.05, 0.95)


def _lower(n: Any, slope: Callable[[Any], Array]) -> Array:
    """Give the derivative from the polynomial of degree n - 1: there is none of n = 0."""
    constant = np.equal(n, 0)
    return np.where(constant, 0, slope(np.where(constant, 0, np.subtract(n, 1))))


def _degree(ufunc: Any, slope: Callable[[Any, Array], Array], formula: str, sample: Real = INSIDE) -> Op:
    def vjp(g: Array, n: Any, x: Array) -> Array:
        return g * _lower(n, lambda below: slope(below, x))

    vjp.__doc__ = formula
    return elementwise(ufunc, inputs=("n", "x"), x=vjp, sample={"x": sample}, refused={"n": DEGREE})


# DLMF 18.9.19, 18.9.21, 18.9.23, 18.9.25, 18.9.27; each from the degree n below its own
gegenbauer, jacobi, genlaguerre = special.eval_gegenbauer, special.eval_jacobi, special.eval_genlaguerre
eval_chebyt = _degree(special.eval_chebyt, lambda n, x: (n + 1) * special.eval_chebyu(n, x), "dTₙ/dx = n Uₙ₋₁(x)")
eval_chebyu = _degree(
    special.eval_chebyu, lambda n, x: 2 * gegenbauer(n, 2.0, x), "dUₙ/dx = 2 Cₙ₋₁(x), Gegenbauer's with alpha = 2"
)
eval_chebyc = _degree(special.eval_chebyc, lambda n, x: (n + 1) * special.eval_chebys(n, x), "dCₙ/dx = n Sₙ₋₁(x)")
eval_chebys = _degree(
    special.eval_chebys, lambda n, x: gegenbauer(n, 2.0, x / 2), "dSₙ/dx = Cₙ₋₁(x/2), Gegenbauer's with alpha = 2"
)
eval_legendre = _degree(
    special.eval_legendre, lambda n, x: gegenbauer(n, 1.5, x), "dPₙ/dx = Cₙ₋₁(x), Gegenbauer's with alpha = 3/2"
)
eval_laguerre = _degree(
    special.eval_laguerre, lambda n, x: -genlaguerre(n, 1.0, x), "dLₙ/dx = -Lₙ₋₁(x), the generalized with alpha = 1"
)
eval_hermite = _degree(
    special.eval_hermite, lambda n, x: 2 * (n + 1) * special.eval_hermite(n, x), "dHₙ/dx = 2n Hₙ₋₁(x)"
)
eval_hermitenorm = _degree(
    special.eval_hermitenorm, lambda n, x: (n + 1) * special.eval_hermitenorm(n, x), "dHeₙ/dx = n Heₙ₋₁(x)"
)
# Shifted to [0, 1]: at 2x - 1
eval_sh_chebyt = _degree(
    special.eval_sh_chebyt, lambda n, x: 2 * (n + 1) * special.eval_sh_chebyu(n, x), "2n Uₙ₋₁(2x - 1)", UNIT
)
eval_sh_chebyu = _degree(
    special.eval_sh_chebyu, lambda n, x: 4 * gegenbauer(n, 2.0, 2 * x - 1),
    "4 Cₙ₋₁(2x - 1), Gegenbauer's with alpha = 2", UNIT,
)  # fmt: skip
eval_sh_legendre = _degree(
    special.eval_sh_legendre, lambda n, x: 2 * gegenbauer(n, 1.5, 2 * x - 1),
    "2 Cₙ₋₁(2x - 1), Gegenbauer's with alpha = 3/2", UNIT,
)  # fmt: skip


def _gegenbauer_x(g: Array, n: Any, alpha: Any, x: Array) -> Array:
    """dC_n/dx = 2 alpha C_{n-1} with alpha + 1: DLMF 18.9.19."""
    return g * (2 * alpha * _lower(n, lambda below: gegenbauer(below, alpha + 1, x)))


def _genlaguerre_x(g: Array, n: Any, alpha: Any, x: Array) -> Array:
    """dL_n/dx = -L_{n-1} with alpha + 1: DLMF 18.9.23."""
    return -g * _lower(n, lambda below: genlaguerre(below, alpha + 1, x))


def _jacobi_x(g: Array, n: Any, alpha: Any, beta: Any, x: Array) -> Array:
    """dP_n/dx = (n + 1 + alpha + beta) / 2 P_{n-1} with alpha + 1 and beta + 1."""
    return g * ((n + 1 + alpha + beta) / 2 * _lower(n, lambda below: jacobi(below, alpha + 1, beta + 1, x)))


def _sh_jacobi_x(g: Array, n: Any, p: Any, q: Any, x: Array) -> Array:
    """dG_n/dx = n G_{n-1} with p + 2 and q + 1."""
    return g * (n * _lower(n, lambda below: special.eval_sh_jacobi(below, p + 2, q + 1, x)))


eval_gegenbauer = elementwise(
    special.eval_gegenbauer,
    inputs=("n", "alpha", "x"),
    x=_gegenbauer_x,
    sample={"alpha": Real(0.3, 2.0), "x": INSIDE},
    refused={"n": DEGREE, "alpha": SHAPE},
)
eval_genlaguerre = elementwise(
    special.eval_genlaguerre,
    inputs=("n", "alpha", "x"),
    x=_genlaguerre_x,
    sample={"alpha": Real(0.3, 2.0), "x": INSIDE},
    refused={"n": DEGREE, "alpha": SHAPE},
)
eval_jacobi = elementwise(
    special.eval_jacobi,
    inputs=("n", "alpha", "beta", "x"),
    x=_jacobi_x,
    sample={"alpha": Real(0.3, 2.0), "beta": Real(0.3, 2.0), "x": INSIDE},
    refused={"n": DEGREE, "alpha": SHAPE, "beta": SHAPE},
)
# G_n of (p, q) is n! Γ(n+p) / Γ(2n+p) times the Jacobi polynomial of (p-q, q-1) at 2x - 1
eval_sh_jacobi = elementwise(
    special.eval_sh_jacobi,
    inputs=("n", "p", "q", "x"),
    x=_sh_jacobi_x,
    sample={"p": Real(2.5, 3.0), "q": Real(0.5, 2.0), "x": UNIT},
    refused={"n": DEGREE, "p": SHAPE, "q": SHAPE},
)
# DLMF 14.10.5
lpmv = elementwise(
    special.lpmv,
    inputs=("m", "v", "x"),
    x=lambda g, ans, m, v, x: g * ((v * x * ans - (v + m) * special.lpmv(m, v - 1, x)) / (x * x - 1)),
    sample={"v": Real(1.2, 3.0), "x": INSIDE},
    refused={"m": DEGREE, "v": DEGREE},
)
