"""Where SciPy had `logsumexp` before it moved to `scipy.special`: deprecated."""

from __future__ import annotations

import warnings
from typing import Any

import scipy.special


def logsumexp(*args: Any, **kwargs: Any) -> Any:
    """Do what `scipy.special.logsumexp` does: deprecated here, as in SciPy."""
    warnings.warn(
        "autograd.scipy.misc.logsumexp is deprecated: import it from autograd.scipy.special.",
        DeprecationWarning,
        stacklevel=2,
    )
    return scipy.special.logsumexp(*args, **kwargs)
