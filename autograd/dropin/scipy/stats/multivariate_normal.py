"""The normal distribution in several dimensions, with a mean and a covariance matrix.

The gradient in the covariance is that of a function of all its elements; a symmetric one is meant to be made symmetric.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.stats as _stats

from autograd.compiler.state import is_compiling
from autograd.compose import class_in
from autograd.dropin.scipy.stats.arguments import of_arrays
from autograd.dropin.tracer import getval as _getval

_LOG_2PI = math.log(2 * math.pi)


def _inverse_and_log_det(cov: Any, allow_singular: bool) -> tuple[Any, Any, int]:
    """Give the pseudo-inverse, the logarithm of the product of the eigenvalues that are not 0, and their number."""
    if is_compiling() and not allow_singular:
        # The rank is not known; inv refuses what is singular.
        return np.linalg.inv(cov), np.linalg.slogdet(cov)[1], cov.shape[-1]
    plain = _getval(cov)
    values = np.linalg.eigvalsh(plain)
    # As SciPy judges it.
    smallest = np.finfo(values.dtype).eps * 1e6 * np.max(np.abs(values))
    rank = int(np.sum(values > smallest))
    if rank == len(values):
        return np.linalg.inv(cov), np.linalg.slogdet(cov)[1], rank
    if not allow_singular or np.min(values) < -smallest:
        raise np.linalg.LinAlgError(
            "The covariance matrix is singular, or not positive semidefinite: give allow_singular=True, or another."
        )
    kept = np.linalg.eigvalsh(cov)[len(values) - rank :]
    return np.linalg.pinv(cov, hermitian=True), np.sum(np.log(kept)), rank


def _matrix(cov: Any, dim: int) -> Any:
    """Read a number as that times the identity, and a vector as a diagonal."""
    cov = cov if hasattr(cov, "ndim") else np.asarray(cov)
    if cov.ndim == 2:
        return cov
    return cov * np.eye(dim) if cov.ndim == 0 else np.diag(cov)


@of_arrays
def logpdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """Give the logarithm of the density at x, whose last axis is the dimension.

    Raises
    ------
    LinAlgError
        If the covariance is not positive definite, unless `allow_singular` and it is semidefinite.
    """
    if class_in((x, mean, cov)) is None:
        return _stats.multivariate_normal.logpdf(x, mean, cov, allow_singular)
    dim = np.size(mean) if mean is not None else np.shape(cov)[-1] if np.ndim(cov) else 1
    deviation = np.reshape(x, (1,)) if np.ndim(x) == 0 else np.expand_dims(x, -1) if dim == 1 and np.ndim(x) == 1 else x
    if mean is not None:
        deviation = deviation - mean
    inverse, log_det, rank = _inverse_and_log_det(_matrix(cov, dim), allow_singular)
    distance = np.sum(deviation @ inverse * deviation, axis=-1)
    return -(rank * _LOG_2PI + log_det + distance) / 2


@of_arrays
def pdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """Give the density at x: see `logpdf`."""
    return np.exp(logpdf(x, mean, cov, allow_singular))


@of_arrays
def entropy(mean: Any = None, cov: Any = 1) -> Any:
    """Give the entropy: (log det(2π cov) + dimension) / 2."""
    if class_in((mean, cov)) is None:
        return _stats.multivariate_normal.entropy(mean, cov)
    dim = np.size(mean) if mean is not None else np.shape(cov)[-1] if np.ndim(cov) else 1
    return (dim * (1 + _LOG_2PI) + np.linalg.slogdet(_matrix(cov, dim))[1]) / 2


def __getattr__(name: str) -> object:
    """Give what else SciPy's distribution has."""
    return getattr(_stats.multivariate_normal, name)
