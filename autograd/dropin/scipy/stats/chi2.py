"""The chi-squared distribution, with `df` degrees of freedom: a gamma distribution of shape df / 2 and scale 2."""

from __future__ import annotations

from typing import Any

import scipy.stats as _stats

from autograd.dropin.scipy.stats import gamma as _gamma
from autograd.dropin.scipy.stats.arguments import of_arrays


@of_arrays
def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of the density."""
    return _gamma.logpdf(x, df / 2, loc, 2.0 * scale)


@of_arrays
def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the density."""
    return _gamma.pdf(x, df / 2, loc, 2.0 * scale)


@of_arrays
def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of at most x; it has no derivative in `df`."""
    return _gamma.cdf(x, df / 2, loc, 2.0 * scale)


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.chi2, name)
