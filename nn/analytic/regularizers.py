"""What regularisers add to the derivative with respect to a parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def l1(param: Array, strength: float) -> Array:
    """Add what λ Σ|w| gives, as the book has it: dw = λ where w >= 0, and -λ elsewhere (chapter 14).

    At 0 that is a derivative from one side; the one of least norm, which the tape gives, is 0.

    Parameters
    ----------
    param : ndarray
    strength : float
        λ.

    Returns
    -------
    ndarray
        Of the shape and dtype of `param`.

    Examples
    --------
    >>> l1(np.array([-3.0, 0.0, 3.0]), 0.5)
    array([-0.5,  0.5,  0.5])
    """
    dparam = np.ones_like(param)
    dparam[param < 0] = -1
    return strength * dparam


def l2(param: Array, strength: float) -> Array:
    """Add what λ Σ w² gives: dw = 2 λ w (chapter 14).

    Parameters
    ----------
    param : ndarray
    strength : float
        λ.

    Returns
    -------
    ndarray
        Of the shape and dtype of `param`.

    Examples
    --------
    >>> l2(np.array([-3.0, 0.0, 3.0]), 0.5)
    array([-3.,  0.,  3.])
    """
    return 2 * strength * param
