"""The beta distribution, with shapes `a` and `b`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import betainc, betaln, xlog1py, xlogy


def logpdf(x: Any, a: Any, b: Any) -> Any:
    """Give (a - 1) log x + (b - 1) log(1 - x) - log B(a, b)."""
    inside = (x >= 0) & (x <= 1)
    z = np.where(inside, x, 0.5)
    return np.where(inside, xlog1py(b - 1.0, -z) + xlogy(a - 1.0, z) - betaln(a, b), -np.inf)


def pdf(x: Any, a: Any, b: Any) -> Any:
    """Give the density."""
    return np.exp(logpdf(x, a, b))


def cdf(x: Any, a: Any, b: Any) -> Any:
    """Give the probability of at most x; it has no derivative in the shapes."""
    return betainc(a, b, np.clip(x, 0.0, 1.0))


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.beta, name)
