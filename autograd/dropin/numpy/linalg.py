"""`numpy.linalg`: a Tensor passes through it; lists in which Tensors stand become arrays first."""

import numpy.linalg as _linalg
from numpy.linalg import *  # noqa: F403

from autograd.dropin.numpy.lists import seeing as _seeing

globals().update(
    {
        _name: _seeing(_made)
        for _name in _linalg.__all__
        if callable(_made := getattr(_linalg, _name)) and not isinstance(_made, type)
    }
)


def __getattr__(name: str) -> object:
    """Give what NumPy has and does not list."""
    return getattr(_linalg, name)
