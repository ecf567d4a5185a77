"""The normal distribution, with mean `loc` and standard deviation `scale`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import log_ndtr, ndtr

_HALF_LOG_2PI = math.log(2 * math.pi) / 2


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give log φ((x - loc) / scale) - log scale."""
    return -(((x - loc) / scale) ** 2) / 2 - _HALF_LOG_2PI - np.log(scale)


def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the density."""
    return np.exp(-(((x - loc) / scale) ** 2) / 2) / (math.sqrt(2 * math.pi) * scale)


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of at most x."""
    return ndtr((x - loc) / scale)


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of the probability of at most x."""
    return log_ndtr((x - loc) / scale)


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the probability of more than x."""
    return ndtr(-(x - loc) / scale)


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Give the logarithm of the probability of more than x."""
    return log_ndtr(-(x - loc) / scale)


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.norm, name)
