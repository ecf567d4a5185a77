"""NumPy, under the name by which programs for HIPS autograd import it: `import autograd.numpy as np`.

Ufuncs and functions are NumPy's own, since a Tensor passes through them. Those that look into lists are given a way to
see the Tensors that stand there: `np.array([x, 2 * x])`, `np.sum([x, y])`, `np.full(3, x)`, `np.r_[x, 1.0]`.
"""

from importlib import import_module as _import_module

import numpy as _np

from autograd.dropin.numpy import former as _former
from autograd.dropin.numpy import lists as _lists
from autograd.dropin.numpy import numpy_boxes as numpy_boxes
from autograd.dropin.numpy import numpy_vjps as numpy_vjps
from autograd.dropin.numpy import numpy_vspaces as numpy_vspaces
from autograd.dropin.numpy import vectorized as _vectorized

fft, linalg, random = (_import_module(f"{__name__}.{_name}") for _name in ("fft", "linalg", "random"))
globals().update(
    {_name: getattr(_np, _name) for _name in (*_np.__all__, "__version__") if _name not in ("fft", "linalg", "random")}
)
globals().update({_name: _lists.seeing(getattr(_np, _name)) for _name in _lists.SEEING if hasattr(_np, _name)})

array = _lists.array
asarray = _lists.asarray
asanyarray = _lists.asanyarray
ascontiguousarray = _lists.ascontiguousarray
asfortranarray = _lists.asfortranarray
full = _lists.full
full_like = _lists.full_like
isscalar = _lists.isscalar
vectorize = _vectorized.vectorize
where = _lists.where
r_ = _lists.r_
c_ = _lists.c_
make_diagonal = _lists.make_diagonal
row_stack = globals()["vstack"]

__all__ = [*_np.__all__, "make_diagonal", "row_stack"]


def __getattr__(name: str) -> object:
    """Give what NumPy has and does not list, or had before version 2."""
    try:
        return getattr(_np, name)
    except AttributeError:
        return _former.former(globals(), name)
