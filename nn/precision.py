"""Which data types numbers are computed with: the floating ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nn.suggest import nearest


def floating(whose: str, dtype: DTypeLike) -> np.dtype[Any]:
    """Give a floating data type, and refuse others.

    Raises
    ------
    TypeError
        If it is of another kind, or none at all.

    Examples
    --------
    >>> floating("Dense", "float32")
    dtype('float32')
    >>> floating("Dense", "float31")
    Traceback (most recent call last):
    ...
    TypeError: Dense: dtype is floating, such as np.float64 or np.float32; met 'float31'. Did you mean 'float32'?
    """
    try:
        found = np.dtype(dtype)
    except TypeError as error:
        hint = f" {nearest(dtype, ('float16', 'float32', 'float64'))}" if isinstance(dtype, str) else ""
        raise TypeError(
            f"{whose}: dtype is floating, such as np.float64 or np.float32; met {dtype!r}.{hint}"
        ) from error
    if found.kind != "f":
        raise TypeError(f"{whose}: dtype is floating, such as np.float64 or np.float32; met {found}.")
    return found
