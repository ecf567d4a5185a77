"""`scipy.special`: a Tensor passes through it."""

import scipy.special as _special
from scipy.special import *  # noqa: F403

from autograd.redirect import look as _look

_look()


def __getattr__(name: str) -> object:
    """Give what SciPy has and does not list."""
    return getattr(_special, name)
