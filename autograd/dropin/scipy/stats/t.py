"""Student's t distribution, with `df` degrees of freedom."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import poch, stdtr

from autograd.dropin.scipy.stats.arguments import chosen, of_arrays, positive, some


@of_arrays
def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of Γ((df + 1) / 2) / (√(π df) Γ(df / 2) scale) (1 + z² / df)^(-(df + 1) / 2)."""
    df, scale = positive(df), positive(scale)
    z = (x - loc) / scale
    normal = df == np.inf
    if some(normal):
        # The limit is the normal distribution.
        kept = _logpdf(z, chosen(normal, 1.0, df))
        return chosen(normal, -(z**2) / 2 - math.log(2 * math.pi) / 2, kept) - np.log(scale)
    return _logpdf(z, df) - np.log(scale)


def _logpdf(z: Any, df: Any) -> Any:
    # Of many degrees of freedom the two log Γ cancel; their quotient is exact.
    quotient = np.log(poch(df / 2, 0.5)) - np.log(df) / 2 - math.log(math.pi) / 2
    return quotient - (df + 1) / 2 * np.log1p(z**2 / df)


@of_arrays
def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the density."""
    return np.exp(logpdf(x, df, loc, scale))


@of_arrays
def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of at most x; it has no derivative in `df`."""
    return stdtr(positive(df), (x - loc) / positive(scale))


@of_arrays
def logcdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of the probability of at most x; it has no derivative in `df`."""
    with np.errstate(divide="ignore"):
        return np.log(cdf(x, df, loc, scale))


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.t, name)
