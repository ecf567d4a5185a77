"""The gamma distribution, with shape `a`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import gammainc, gammaln, xlogy


def logpdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give (a - 1) log z - z - log Γ(a) - log scale, with z = (x - loc) / scale."""
    z = (x - loc) / scale
    inside = z >= 0
    return np.where(inside, xlogy(a - 1.0, np.where(inside, z, 1.0)) - z - gammaln(a) - np.log(scale), -np.inf)


def pdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the density."""
    return np.exp(logpdf(x, a, loc, scale))


def cdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of at most x; it has no derivative in `a`."""
    return gammainc(a, np.maximum((x - loc) / scale, 0.0))


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.gamma, name)
