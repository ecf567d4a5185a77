"""The Poisson distribution, with mean `mu`; there is no derivative in the count `k`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import gammaln, pdtr, xlogy

from autograd.dropin.scipy.stats.arguments import not_negative, of_arrays, supported
from autograd.dropin.tracer import getval as _getval


@of_arrays
def logpmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """Give n log mu - mu - log n! with n = k - loc, and minus infinity where n is no count."""
    n, mu = _count(k, loc), not_negative(mu)
    outside = ((n < 0) | (np.floor(n) < n)) & (mu >= 0)
    return supported(lambda n: xlogy(n, mu) - gammaln(n + 1.0) - mu, n, outside, safe=0, beyond=-np.inf)


def _count(k: Any, loc: Any) -> Any:
    return np.asarray(_getval(k)) - np.asarray(_getval(loc))


@of_arrays
def pmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """Give the probability of k."""
    return np.exp(logpmf(k, mu, loc))


@of_arrays
def cdf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """Give the probability of at most k."""
    n, mu = _count(k, loc), not_negative(mu)
    outside = ((n < 0) | np.isnan(n)) & (mu >= 0)
    nothing = np.where(np.isnan(n), n, 0.0)
    return supported(lambda n: pdtr(np.floor(n), mu), n, outside, safe=0, beyond=nothing)


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.poisson, name)
