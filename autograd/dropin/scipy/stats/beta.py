"""The beta distribution on `loc` to `loc + scale`, with shapes `a` and `b`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import betainc, betaln, xlog1py, xlogy

from autograd.dropin.scipy.stats.arguments import of_arrays, positive, supported


@of_arrays
def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give (a - 1) log z + (b - 1) log(1 - z) - log B(a, b) - log scale, with z = (x - loc) / scale."""
    a, b, scale = positive(a), positive(b), positive(scale)
    z = (x - loc) / scale
    return supported(
        lambda z: xlog1py(b - 1.0, -z) + xlogy(a - 1.0, z) - betaln(a, b) - np.log(scale),
        z,
        ((z < 0) | (z > 1)) & (a > 0) & (b > 0),
        safe=0.5,
        beyond=-np.inf,
    )


@of_arrays
def pdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the density."""
    return np.exp(logpdf(x, a, b, loc, scale))


@of_arrays
def cdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of at most x; it has no derivative in the shapes."""
    return betainc(positive(a), positive(b), np.clip((x - loc) / positive(scale), 0.0, 1.0))


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.beta, name)
