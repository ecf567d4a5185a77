"""What programs take from HIPS autograd's table of rules: un-broadcasting.

Here the tape does it at each edge; a rule that does it itself does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.fitting import fit


def unbroadcast(g: Any, target_meta: Any, broadcast_idx: int = 0) -> Any:
    """Sum a cotangent to the shape of what was broadcast.

    Parameters
    ----------
    g : array
    target_meta : tuple or array
        A shape, a tuple that begins with one as `metadata` gives it, or the array itself.
    broadcast_idx : int
        Not used: the axes follow from the shapes.
    """
    shape: Any
    if not isinstance(target_meta, tuple):
        shape = np.shape(target_meta)
    elif target_meta and isinstance(target_meta[0], tuple):
        shape = target_meta[0]
    else:
        shape = target_meta
    return fit(g, shape, g.dtype) if np.shape(g) != shape else g


def unbroadcast_f(target: Any, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make a rule's result have the shape of the argument it belongs to.

    Examples
    --------
    >>> unbroadcast_f(np.float64(1.0), lambda g: g * 2)(np.ones(3))
    np.float64(6.0)
    """
    shape = np.shape(target)
    return lambda g: unbroadcast(f(g), shape)
