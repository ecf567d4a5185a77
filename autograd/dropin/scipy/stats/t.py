"""Student's t distribution, with `df` degrees of freedom."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import gammaln, stdtr


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of Γ((df + 1) / 2) / (√(π df) Γ(df / 2) scale) (1 + z² / df)^(-(df + 1) / 2)."""
    z = (x - loc) / scale
    norm = gammaln((df + 1) / 2) - gammaln(df / 2) - np.log(df) / 2 - math.log(math.pi) / 2
    return norm - np.log(scale) - (df + 1) / 2 * np.log1p(z**2 / df)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the density."""
    return np.exp(logpdf(x, df, loc, scale))


def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of at most x; it has no derivative in `df`."""
    return stdtr(df, (x - loc) / scale)


def logcdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of the probability of at most x; it has no derivative in `df`."""
    return np.log(cdf(x, df, loc, scale))


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.t, name)
