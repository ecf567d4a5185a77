"""The gamma distribution, with shape `a`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import gammainc, gammaln, xlogy

from autograd.dropin.scipy.stats.arguments import of_arrays, positive, supported


@of_arrays
def logpdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give (a - 1) log z - z - log Γ(a) - log scale, with z = (x - loc) / scale."""
    a, scale = positive(a), positive(scale)
    z = (x - loc) / scale
    return supported(
        lambda z: xlogy(a - 1.0, z) - z - gammaln(a) - np.log(scale), z, (z < 0) & (a > 0), safe=1.0, beyond=-np.inf
    )


@of_arrays
def pdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the density."""
    return np.exp(logpdf(x, a, loc, scale))


@of_arrays
def cdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of at most x; it has no derivative in `a`."""
    return gammainc(positive(a), np.maximum((x - loc) / positive(scale), 0.0))


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.gamma, name)
