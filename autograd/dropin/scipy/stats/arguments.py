"""What SciPy does with a distribution's arguments: lists become arrays, and a parameter out of its range gives nan."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.compiler.state import is_compiling
from autograd.dropin.numpy.lists import asarray


def of_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of arrays and numbers take lists, in which Tensors may stand."""

    @wraps(function)
    def of_lists(*args: Any, **kwargs: Any) -> Any:
        for x in (*args, *kwargs.values()):
            if isinstance(x, (list, tuple)):
                args = tuple([_array(x) for x in args])
                kwargs = {key: _array(x) for key, x in kwargs.items()}
                break
        return function(*args, **kwargs)

    return of_lists


def _array(x: Any) -> Any:
    return asarray(x) if isinstance(x, (list, tuple)) else x


def positive(x: Any) -> Any:
    """Give a parameter that must be above 0, and nan where it is not.

    Examples
    --------
    >>> positive(np.array([2.0, -1.0]))
    array([ 2., nan])
    """
    return _where(x > 0, x)


def not_negative(x: Any) -> Any:
    """Give a parameter that must not be below 0, and nan where it is."""
    return _where(x >= 0, x)


def _where(inside: Any, x: Any) -> Any:
    return x if inside is True or not some(np.logical_not(inside)) else chosen(inside, x, np.nan)


def some(condition: Any) -> bool:
    """Tell whether a condition holds anywhere, or may: most arguments are in their range, and nothing is recorded.

    What is being compiled must be ready for all values.
    """
    return is_compiling() or bool(np.any(condition))


def supported(fun: Callable[[Any], Any], z: Any, outside: Any, safe: float, beyond: Any) -> Any:
    """Give a function of z, and something else where z is outside of its support; `safe` is inside.

    Where z is no number, or a parameter is none, it is not outside: there the function says so.
    """
    if not some(outside):
        return fun(z)
    return chosen(outside, beyond, fun(np.where(outside, safe, z)))


def chosen(condition: Any, x: Any, y: Any) -> Any:
    """Choose as `np.where` does; of numbers it gives a number, as SciPy's distributions do."""
    out = np.where(condition, x, y)
    return out[()] if type(out) is np.ndarray and out.ndim == 0 else out
