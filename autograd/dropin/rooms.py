"""The modules that a program for HIPS autograd finds as attributes after `import autograd`, opened when asked for.

>>> import autograd
>>> autograd.numpy.exp(0.0)
np.float64(1.0)
"""

from __future__ import annotations

import importlib
from types import ModuleType

_ROOMS = ("builtins", "core", "differential_operators", "numpy", "optimize", "tracer", "util", "wrap_util")


def __getattr__(name: str) -> ModuleType:
    """Open a module of the package.

    Raises
    ------
    AttributeError
        If it is none of those that are found so.
    """
    if name in _ROOMS:
        return importlib.import_module(f"autograd.{name}")
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")
