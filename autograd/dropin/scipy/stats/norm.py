"""The normal distribution, with mean `loc` and standard deviation `scale`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import log_ndtr, ndtr

from autograd.dropin.scipy.stats.arguments import of_arrays, positive

_HALF_LOG_2PI = math.log(2 * math.pi) / 2


@of_arrays
def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give log φ((x - loc) / scale) - log scale."""
    scale = positive(scale)
    return -(((x - loc) / scale) ** 2) / 2 - _HALF_LOG_2PI - np.log(scale)


@of_arrays
def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the density."""
    scale = positive(scale)
    return np.exp(-(((x - loc) / scale) ** 2) / 2) / (math.sqrt(2 * math.pi) * scale)


@of_arrays
def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of at most x."""
    return ndtr((x - loc) / positive(scale))


@of_arrays
def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of the probability of at most x."""
    return log_ndtr((x - loc) / positive(scale))


@of_arrays
def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of more than x."""
    return ndtr(-(x - loc) / positive(scale))


@of_arrays
def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of the probability of more than x."""
    return log_ndtr(-(x - loc) / positive(scale))


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.norm, name)
