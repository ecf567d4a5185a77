"""NumPy, under the name by which programs for HIPS autograd import it: `import autograd.numpy as np`.

Ufuncs and functions are NumPy's own, since a Tensor passes through them. Those that look into lists are given a way to
see the Tensors that stand there: `np.array([x, 2 * x])`, `np.sum([x, y])`, `np.full(3, x)`, `np.r_[x, 1.0]`.
"""

import numpy as _np
from numpy import *  # noqa: F403
from numpy import __version__ as __version__

import autograd.dropin.numpy.fft as fft
import autograd.dropin.numpy.linalg as linalg
import autograd.dropin.numpy.random as random
from autograd.dropin.numpy.lists import SEEING as _SEEING
from autograd.dropin.numpy.lists import array as array
from autograd.dropin.numpy.lists import asarray as asarray
from autograd.dropin.numpy.lists import c_ as c_
from autograd.dropin.numpy.lists import full as full
from autograd.dropin.numpy.lists import make_diagonal as make_diagonal
from autograd.dropin.numpy.lists import r_ as r_
from autograd.dropin.numpy.lists import seeing as _seeing
from autograd.dropin.numpy.lists import where as where

globals().update({_name: _seeing(getattr(_np, _name)) for _name in _SEEING if hasattr(_np, _name)})
asanyarray = ascontiguousarray = asarray
row_stack = globals()["vstack"]


def __getattr__(name: str) -> object:
    """Give what NumPy has and does not list."""
    return getattr(_np, name)
