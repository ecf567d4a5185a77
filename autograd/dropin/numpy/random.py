"""`numpy.random`: random numbers are constants, so there is nothing to add."""

import numpy.random as _random
from numpy.random import *  # noqa: F403


def __getattr__(name: str) -> object:
    """Give what NumPy has and does not list."""
    return getattr(_random, name)
