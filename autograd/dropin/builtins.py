"""Python's own containers, under the names by which programs for HIPS autograd take them.

Lists, tuples and dicts of Tensors are plain ones here, so `list`, `tuple` and `dict` are Python's. `isinstance` and
`type` look at what a Tensor holds.
"""

from __future__ import annotations

import builtins
from builtins import dict as dict
from builtins import list as list
from builtins import tuple as tuple
from typing import Any

from autograd.extend.primitive import getval

DictBox = dict
SequenceBox = (list, tuple)


def isinstance(x: Any, classes: Any) -> bool:
    """Tell whether something is of a class, or a Tensor whose value is.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import Tensor
    >>> isinstance(Tensor([1.0]), np.ndarray)
    True
    """
    return builtins.isinstance(x, classes) or builtins.isinstance(getval(x), classes)


def type(x: Any) -> builtins.type[Any]:
    """Give the class of something, of its value if it is a Tensor."""
    return builtins.type(getval(x))
