"""The distributions of statistics: their functions, complements and inverses.

Each is differentiated in the variable, and in a location, scale, rate or probability where it has one: there the
derivative is a density. In degrees of freedom, shapes and counts it has no closed form, and a Tensor that is on the
tape is refused.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autograd.entry import Array
from autograd.families import elementwise
from autograd.op import Real, case, composite
from autograd.ops.elementwise import over as quotient
from autograd.ops.special.incomplete import beta_density, gamma_density, over
from autograd.ops.special.orders import COUNT, SHAPE, ends, whole

POSITIVE = Real(0.3, 4.0)
UNIT = Real(0.1, 0.9)
FREEDOM = Real(1.2, 5.0)
TERMS = 6


def _t_density(df: Any, t: Array) -> Array:
    """Give Student's density: Γ((n+1)/2) / √(nπ) Γ(n/2) (1 + t²/n)^(-(n+1)/2)."""
    scale = special.betaln(df / 2, 0.5) + np.log(df) / 2
    return np.exp(-(df + 1) / 2 * np.log1p(t / df * t) - scale)


def _f_density(dfn: Any, dfd: Any, x: Array) -> Array:
    """Give the density of F: that of the beta distribution at nx / (d + nx)."""
    far = np.isinf(x)
    x = np.where(far, 1, x)
    whole = dfd + dfn * x
    density = beta_density(dfn / 2, dfd / 2, dfn * x / whole) * (dfn * dfd / (whole * whole))
    return np.where(far, 0, density)


def _chi_density(v: Any, x: Array) -> Array:
    """Give the density of chi-squared."""
    return gamma_density(v / 2, x / 2) / 2


def _noncentral(x: Array, df: Any, nc: Array) -> Array:
    """Give the density of noncentral chi-squared, by 0F1 or by the scaled Bessel function of DLMF 10.39.9."""
    half, product = df / 2, x * nc
    small = product < 1e4
    near, far = np.where(small, product, 1), np.where(small, 1, product)
    central = gamma_density(half, x / 2) / 2 * np.exp(-nc / 2) * special.hyp0f1(half, near / 4)
    ratio = np.exp((half - 1) / 2 * (np.log(np.where(small, 1, x)) - np.log(np.where(small, 1, nc))))
    apart = np.exp(-((np.sqrt(x) - np.sqrt(nc)) ** 2) / 2)
    return np.where(small, central, apart / 2 * ratio * special.ive(half - 1, np.sqrt(far)))


def _kolmogorov_density(x: Array) -> Array:
    """Give 8x Σ (-1)^(k-1) k² exp(-2k²x²), below 1 in the form that Poisson summation gives; far out it is 0."""
    small = x < 1
    low, high = np.where(small, np.maximum(x, 0.02), 1), np.where(small, 1, np.minimum(x, 30))
    tail: Any = 0
    head: Any = 0
    for k in range(1, TERMS):
        tail = tail - (-1) ** k * k * k * np.exp(-2 * k * k * high * high)
        c = (2 * k - 1) ** 2 * math.pi**2 / 8 / (low * low)
        head = head + np.exp(-c) * (2 * c - 1)
    return np.where(small, math.sqrt(2 * math.pi) * head / (low * low), 8 * high * tail)


def _kolmogorov_y(g: Array, y: Array) -> Array:
    """dK/dy = -8y Σ (-1)^(k-1) k² exp(-2k²y²), of K = 2 Σ (-1)^(k-1) exp(-2k²y²)."""
    return -g * _kolmogorov_density(y)


def _kolmogi_p(g: Array, ans: Array) -> Array:
    """D ans/dp = 1 / K'(ans), where K is `kolmogorov`."""
    return ends(g, -over(_kolmogorov_density(ans)))


def _rated(factor: Array, b: Any, x: Array) -> Array:
    """Give the density of the gamma distribution times a factor in x: 0 with it, where the density is infinite too."""
    flat = np.equal(factor, 0) & np.less(b, 1)
    return np.where(flat, 0, factor) * gamma_density(b, np.where(flat, 1, x))


# Chi-squared
chdtr = elementwise(
    special.chdtr,
    inputs=("v", "x"),
    x=lambda g, v, x: ends(g, _chi_density(v, x)),
    sample={"v": FREEDOM, "x": POSITIVE},
    refused={"v": SHAPE},
)
chdtrc = elementwise(
    special.chdtrc,
    inputs=("v", "x"),
    x=lambda g, v, x: ends(g, -_chi_density(v, x)),
    sample={"v": FREEDOM, "x": POSITIVE},
    refused={"v": SHAPE},
)
chdtri = elementwise(
    special.chdtri,
    inputs=("v", "p"),
    p=lambda g, ans, v: ends(g, -over(_chi_density(v, ans))),
    sample={"v": FREEDOM, "p": UNIT},
    refused={"v": SHAPE},
)

# F
fdtr = elementwise(
    special.fdtr,
    inputs=("dfn", "dfd", "x"),
    x=lambda g, dfn, dfd, x: ends(g, _f_density(dfn, dfd, x)),
    sample={"dfn": FREEDOM, "dfd": FREEDOM, "x": POSITIVE},
    refused={"dfn": SHAPE, "dfd": SHAPE},
)
fdtrc = elementwise(
    special.fdtrc,
    inputs=("dfn", "dfd", "x"),
    x=lambda g, dfn, dfd, x: ends(g, -_f_density(dfn, dfd, x)),
    sample={"dfn": FREEDOM, "dfd": FREEDOM, "x": POSITIVE},
    refused={"dfn": SHAPE, "dfd": SHAPE},
)
fdtri = elementwise(
    special.fdtri,
    inputs=("dfn", "dfd", "p"),
    p=lambda g, ans, dfn, dfd: ends(g, over(_f_density(dfn, dfd, ans))),
    sample={"dfn": FREEDOM, "dfd": FREEDOM, "p": UNIT},
    refused={"dfn": SHAPE, "dfd": SHAPE},
)

# Student's t
stdtr = elementwise(
    special.stdtr,
    inputs=("df", "t"),
    t=lambda g, df, t: g * _t_density(df, t),
    sample={"df": FREEDOM},
    refused={"df": SHAPE},
)
stdtrit = elementwise(
    special.stdtrit,
    inputs=("df", "p"),
    p=lambda g, ans, df: ends(g, over(_t_density(df, ans))),
    sample={"df": FREEDOM, "p": UNIT},
    refused={"df": SHAPE},
)

# Poisson, binomial and negative binomial: in the mean and in the probability
pdtr = elementwise(
    special.pdtr,
    inputs=("k", "m"),
    m=lambda g, k, m: -g * gamma_density(np.floor(k + 1.0), m),
    sample={"m": POSITIVE},
    refused={"k": COUNT},
)
pdtrc = elementwise(
    special.pdtrc,
    inputs=("k", "m"),
    m=lambda g, k, m: g * gamma_density(np.floor(k + 1.0), m),
    sample={"m": POSITIVE},
    refused={"k": COUNT},
)
pdtri = elementwise(
    special.pdtri,
    inputs=("k", "y"),
    y=lambda g, ans, k: ends(g, -over(gamma_density(np.floor(k + 1.0), ans))),
    sample={"y": UNIT},
    refused={"k": COUNT},
)
# SciPy takes no n but a whole one, which the generic tests do not draw: these have tests of their own.
BINOMIAL = (
    elementwise(
        special.bdtr,
        inputs=("k", "n", "p"),
        p=lambda g, k, n, p: -g * beta_density(np.floor(k + 1.0), whole(n) - np.floor(k), p),
        sample={"p": UNIT},
        refused={"k": COUNT, "n": COUNT},
    ),
    elementwise(
        special.bdtrc,
        inputs=("k", "n", "p"),
        p=lambda g, k, n, p: g * beta_density(np.floor(k + 1.0), whole(n) - np.floor(k), p),
        sample={"p": UNIT},
        refused={"k": COUNT, "n": COUNT},
    ),
    elementwise(
        special.bdtri,
        inputs=("k", "n", "y"),
        y=lambda g, ans, k, n: ends(g, -over(beta_density(np.floor(k + 1.0), whole(n) - np.floor(k), ans))),
        sample={"y": UNIT},
        refused={"k": COUNT, "n": COUNT},
    ),
)
nbdtr = elementwise(
    special.nbdtr,
    inputs=("k", "n", "p"),
    p=lambda g, k, n, p: g * beta_density(whole(n), whole(k) + 1.0, p),
    sample={"p": UNIT},
    refused={"k": COUNT, "n": COUNT},
)
nbdtrc = elementwise(
    special.nbdtrc,
    inputs=("k", "n", "p"),
    p=lambda g, k, n, p: -g * beta_density(whole(n), whole(k) + 1.0, p),
    sample={"p": UNIT},
    refused={"k": COUNT, "n": COUNT},
)
nbdtri = elementwise(
    special.nbdtri,
    inputs=("k", "n", "y"),
    y=lambda g, ans, k, n: ends(g, over(beta_density(whole(n), whole(k) + 1.0, ans))),
    sample={"y": UNIT},
    refused={"k": COUNT, "n": COUNT},
)

# The gamma distribution of rate a and shape b: in the rate too
gdtr = elementwise(
    special.gdtr,
    inputs=("a", "b", "x"),
    a=lambda g, a, b, x: ends(g, _rated(x, b, a * x)),
    x=lambda g, a, b, x: ends(g, _rated(a, b, a * x)),
    sample={"a": POSITIVE, "b": FREEDOM, "x": POSITIVE},
    refused={"b": SHAPE},
)
gdtrc = elementwise(
    special.gdtrc,
    inputs=("a", "b", "x"),
    a=lambda g, a, b, x: ends(g, -_rated(x, b, a * x)),
    x=lambda g, a, b, x: ends(g, -_rated(a, b, a * x)),
    sample={"a": POSITIVE, "b": FREEDOM, "x": POSITIVE},
    refused={"b": SHAPE},
)
gdtrix = elementwise(
    special.gdtrix,
    inputs=("a", "b", "p"),
    a=lambda g, ans, a: ends(g, -ans / a),
    p=lambda g, ans, a, b: ends(g, over(a * gamma_density(b, a * ans))),
    sample={"a": POSITIVE, "b": FREEDOM, "p": UNIT},
    refused={"b": SHAPE},
)
gdtria = elementwise(
    special.gdtria,
    inputs=("p", "b", "x"),
    p=lambda g, ans, b, x: ends(g, over(x * gamma_density(b, ans * x))),
    x=lambda g, ans, x: ends(g, -ans / x),
    sample={"p": UNIT, "b": FREEDOM, "x": POSITIVE},
    refused={"b": SHAPE},
)

# Noncentral chi-squared, F(x; n, λ): its density is f(x; n, λ), and ∂F/∂λ = -f(x; n+2, λ)
NONCENTRAL = {"x": POSITIVE, "df": FREEDOM, "nc": POSITIVE, "p": Real(0.2, 0.8)}
chndtr = elementwise(
    special.chndtr,
    inputs=("x", "df", "nc"),
    x=lambda g, x, df, nc: ends(g, _noncentral(x, df, nc)),
    nc=lambda g, x, df, nc: g * -_noncentral(x, df + 2, nc),
    sample={key: NONCENTRAL[key] for key in ("x", "df", "nc")},
    refused={"df": SHAPE},
    note="each derivative is a density made of ₀F₁ and a Bessel function, which takes three times as long as the value",
)
chndtrix = elementwise(
    special.chndtrix,
    inputs=("p", "df", "nc"),
    p=lambda g, ans, df, nc: ends(g, over(_noncentral(ans, df, nc))),
    nc=lambda g, ans, df, nc: g * quotient(_noncentral(ans, df + 2, nc), _noncentral(ans, df, nc)),
    sample={key: NONCENTRAL[key] for key in ("p", "df", "nc")},
    refused={"df": SHAPE},
)
chndtrinc = elementwise(
    special.chndtrinc,
    inputs=("x", "df", "p"),
    x=lambda g, ans, x, df: g * (_noncentral(x, df, ans) / _noncentral(x, df + 2, ans)),
    p=lambda g, ans, x, df: -g / _noncentral(x, df + 2, ans),
    sample={"x": Real(5.0, 8.0), "df": Real(1.2, 2.0), "p": Real(0.2, 0.5)},
    refused={"df": SHAPE},
)

# Kolmogorov, and Tukey's lambda
kolmogorov = elementwise(special.kolmogorov, y=_kolmogorov_y, sample={"y": Real(0.4, 1.8)})
kolmogi = elementwise(special.kolmogi, p=_kolmogi_p, sample={"p": Real(0.05, 0.95)})
tklmbda = elementwise(
    special.tklmbda,
    inputs=("x", "lmbda"),
    x=lambda g, ans, lmbda: g / (ans ** (lmbda - 1) + (1 - ans) ** (lmbda - 1)),
    sample={"x": Real(-0.3, 0.3), "lmbda": Real(0.3, 1.8)},
    refused={"lmbda": SHAPE},
)


# The mean and the standard deviation for which a normal distribution has the probability p at x
@composite(
    special.nrdtrimn,
    sample={"p": UNIT, "std": POSITIVE, "x": Real()},
    cases=[case((2, 3), (2, 3), (2, 3)), case((), (2, 1), (3,))],
)
def _nrdtrimn(p: Any, std: Any, x: Any) -> Any:
    return x - std * special.ndtri(p)


@composite(
    special.nrdtrisd,
    sample={"mn": Real(), "p": Real(0.6, 0.9), "x": Real(3.0, 4.0)},
    cases=[case((2, 3), (2, 3), (2, 3)), case((), (2, 1), (3,))],
)
def _nrdtrisd(mn: Any, p: Any, x: Any) -> Any:
    return (x - mn) / special.ndtri(p)
