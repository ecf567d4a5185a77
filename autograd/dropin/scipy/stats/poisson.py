"""The Poisson distribution, with mean `mu`; there is no derivative in the count `k`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import gammaln, pdtr, xlogy

from autograd.dropin.tracer import getval as _getval


def logpmf(k: Any, mu: Any) -> Any:
    """Give k log mu - mu - log k!, and minus infinity where k is no count."""
    k = np.asarray(_getval(k))
    count = (k >= 0) & (k % 1 == 0)
    at = np.where(count, k, 0)
    return np.where(count, xlogy(at, mu) - gammaln(at + 1.0) - mu, -np.inf)


def pmf(k: Any, mu: Any) -> Any:
    """Give the probability of k."""
    return np.exp(logpmf(k, mu))


def cdf(k: Any, mu: Any) -> Any:
    """Give the probability of at most k."""
    k = np.asarray(_getval(k))
    return np.where(k >= 0, pdtr(np.floor(np.where(k >= 0, k, 0)), mu), 0.0)


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.poisson, name)
