"""`numpy.fft`: a Tensor passes through it."""

import numpy.fft as _fft
from numpy.fft import *  # noqa: F403


def __getattr__(name: str) -> object:
    """Give what NumPy has and does not list."""
    return getattr(_fft, name)
