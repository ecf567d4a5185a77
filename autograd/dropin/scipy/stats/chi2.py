"""The chi-squared distribution, with `df` degrees of freedom: a gamma distribution of shape df / 2 and scale 2."""

from __future__ import annotations

from typing import Any

import scipy.stats as _stats

from autograd.dropin.scipy.stats import gamma as _gamma


def logpdf(x: Any, df: Any) -> Any:
    """Give the logarithm of the density."""
    return _gamma.logpdf(x, df / 2, 0.0, 2.0)


def pdf(x: Any, df: Any) -> Any:
    """Give the density."""
    return _gamma.pdf(x, df / 2, 0.0, 2.0)


def cdf(x: Any, df: Any) -> Any:
    """Give the probability of at most x; it has no derivative in `df`."""
    return _gamma.cdf(x, df / 2, 0.0, 2.0)


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.chi2, name)
