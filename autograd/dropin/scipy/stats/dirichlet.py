"""The Dirichlet distribution, with concentrations `alpha`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats as _stats
from scipy.special import gammaln, xlogy

from autograd.compiler.state import is_compiling
from autograd.dropin.scipy.stats.arguments import of_arrays
from autograd.dropin.tracer import getval as _getval


@of_arrays
def logpdf(x: Any, alpha: Any) -> Any:
    """Give Σ (alpha - 1) log x - log B(alpha), for x whose first axis sums to 1.

    Raises
    ------
    ValueError
        SciPy's own, where x is not on the simplex.
    """
    # SciPy says what is wrong with the arguments, where they are known.
    if not is_compiling():
        _stats.dirichlet.logpdf(_getval(x), _getval(alpha))
    if np.shape(x)[0] < np.shape(alpha)[-1]:
        # The last component may be left out.
        x = np.concatenate([x, 1.0 - np.sum(x, axis=0, keepdims=True)])
    log_norm = np.sum(gammaln(alpha), axis=-1) - gammaln(np.sum(alpha, axis=-1))
    return np.sum(xlogy(alpha - 1.0, np.transpose(x)), axis=-1) - log_norm


@of_arrays
def pdf(x: Any, alpha: Any) -> Any:
    """Give the density."""
    return np.exp(logpdf(x, alpha))


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.dirichlet, name)
