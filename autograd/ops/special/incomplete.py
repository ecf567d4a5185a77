"""Incomplete gamma and beta functions and their inverses, in the variable: the derivative is a density.

In a shape parameter it has no closed form: there a Tensor that is on the tape is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise
from autograd.op import Real, present
from autograd.ops.special.orders import SHAPE, ends

POSITIVE = Real(0.3, 4.0)
UNIT = Real(0.1, 0.9)
SHAPES = {"a": Real(0.6, 3.0), "b": Real(0.6, 3.0)}


def _gamma_weight(a: Any, x: Array, c: Any) -> Array:
    """Give x^(a-1) e^-x / e^c: at infinity it is 0."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(x), 0, np.exp(special.xlogy(a - 1, x) - x - c))


def _beta_weight(a: Any, b: Any, x: Array, c: Any) -> Array:
    """Give x^(a-1) (1-x)^(b-1) / e^c: where c is infinite it is 0 at the ends too."""
    nothing = np.isinf(c) & ((x == 0) | (x == 1))
    with np.errstate(invalid="ignore"):
        return np.where(nothing, 0, np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - c))


def _times(factor: Any, f: Any) -> Array:
    """Give factor f(1) where the factor is not 0: there f may be infinite."""
    flat = np.equal(factor, 0)
    return np.where(flat, 0, factor * f(np.where(flat, 1, factor)))


def _gamma_weight_x(g: Array, ans: Array, a: Any, x: Array, c: Any) -> Array:
    """∂/∂x of a weight w_a = x^(a-1) e^-x / e^c: (a-1) w_{a-1} - w_a."""
    return g * (_times(a - 1, lambda below: gamma_weight(below, x, c)) - ans)


def _beta_weight_x(g: Array, a: Any, b: Any, x: Array, c: Any) -> Array:
    """∂/∂x of a weight w_ab = x^(a-1) (1-x)^(b-1) / e^c: (a-1) w_{a-1,b} - (b-1) w_{a,b-1}."""
    left = _times(a - 1, lambda below: beta_weight(below, b, x, c))
    return g * (left - _times(b - 1, lambda below: beta_weight(a, below, x, c)))


WEIGHT = "of a density, used by the rules of this room"
gamma_weight = elementwise(
    _gamma_weight,
    name="gamma_weight",
    inputs=("a", "x", "c"),
    x=_gamma_weight_x,
    sample={"a": Real(0.6, 3.0), "x": POSITIVE, "c": Real()},
    refused={"a": SHAPE, "c": SHAPE},
    note=WEIGHT,
)
beta_weight = elementwise(
    _beta_weight,
    name="beta_weight",
    inputs=("a", "b", "x", "c"),
    x=_beta_weight_x,
    sample={**SHAPES, "x": UNIT, "c": Real()},
    refused={"a": SHAPE, "b": SHAPE, "c": SHAPE},
    note=WEIGHT,
)


def gamma_density(a: Any, x: Array) -> Array:
    """Give x^(a-1) e^-x / Γ(a): DLMF 8.8.13."""
    return gamma_weight(a, x, special.gammaln(a))


def beta_density(a: Any, b: Any, x: Array) -> Array:
    """Give x^(a-1) (1-x)^(b-1) / B(a, b): DLMF 8.17.2."""
    return beta_weight(a, b, x, special.betaln(a, b))


def over(density: Array) -> Array:
    """Give the slope of an inverse, infinite where the density is 0."""
    with np.errstate(divide="ignore"):
        return 1 / density


# Incomplete gamma functions and their inverses
GAMMA = {"a": SHAPES["a"]}
gammainc = elementwise(
    special.gammainc,
    inputs=("a", "x"),
    x=lambda g, a, x: ends(g, gamma_density(a, x)),
    sample={**GAMMA, "x": POSITIVE},
    refused={"a": SHAPE},
)
gammaincc = elementwise(
    special.gammaincc,
    inputs=("a", "x"),
    x=lambda g, a, x: ends(g, -gamma_density(a, x)),
    sample={**GAMMA, "x": POSITIVE},
    refused={"a": SHAPE},
)
gammaincinv = elementwise(
    special.gammaincinv,
    inputs=("a", "y"),
    y=lambda g, ans, a: ends(g, over(gamma_density(a, ans))),
    sample={**GAMMA, "y": UNIT},
    refused={"a": SHAPE},
)
gammainccinv = elementwise(
    special.gammainccinv,
    inputs=("a", "y"),
    y=lambda g, ans, a: ends(g, -over(gamma_density(a, ans))),
    sample={**GAMMA, "y": UNIT},
    refused={"a": SHAPE},
)

# Incomplete beta functions and their inverses
betainc = elementwise(
    special.betainc,
    inputs=("a", "b", "x"),
    x=lambda g, a, b, x: ends(g, beta_density(a, b, x)),
    sample={**SHAPES, "x": UNIT},
    refused={"a": SHAPE, "b": SHAPE},
)
betaincinv = elementwise(
    special.betaincinv,
    inputs=("a", "b", "y"),
    y=lambda g, ans, a, b: ends(g, over(beta_density(a, b, ans))),
    sample={**SHAPES, "y": UNIT},
    refused={"a": SHAPE, "b": SHAPE},
)
for betaincc_ufunc in present(special, "betaincc"):
    betaincc = elementwise(
        betaincc_ufunc,
        inputs=("a", "b", "x"),
        x=lambda g, a, b, x: ends(g, -beta_density(a, b, x)),
        sample={**SHAPES, "x": UNIT},
        refused={"a": SHAPE, "b": SHAPE},
    )
for betainccinv_ufunc in present(special, "betainccinv"):
    betainccinv = elementwise(
        betainccinv_ufunc,
        inputs=("a", "b", "y"),
        y=lambda g, ans, a, b: ends(g, -over(beta_density(a, b, ans))),
        sample={**SHAPES, "y": UNIT},
        refused={"a": SHAPE, "b": SHAPE},
    )
