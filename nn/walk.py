"""Find the parameters of a model: one walk over the attributes of plain objects.

A parameter is a leaf Tensor (`requires_grad=True`). It is found wherever it stands: as an attribute, in a list, tuple
or dict, or in another object that is an attribute, however deep. What a layer computes is of no interest here.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from autograd import Tensor

#: Settings: nothing is to be found in them.
_PLAIN = frozenset((int, float, bool, str, type(None), np.dtypes.Float64DType, np.dtypes.Float32DType))
#: Objects whose attributes are code or a machine's insides, not parts of a model.
_CLOSED = (ModuleType, type, FunctionType, BuiltinFunctionType, MethodType)


class Apart:
    """What refers to parameters of others, as an optimizer does: the walk does not enter it."""


def named_parameters(model: Any) -> dict[str, Tensor]:
    """Name every parameter of a model by its path.

    Parameters
    ----------
    model : object
        A layer, or a list, tuple or dict of layers, nested at will.

    Returns
    -------
    dict of str to Tensor
        In the order of the attributes. A parameter that is reached twice is counted once, under the first name.

    Raises
    ------
    ValueError
        If two parameters would have the same name, as with the dict keys `1` and `"1"`.

    Examples
    --------
    >>> from nn import Dense, ReLU, Sequential, named_parameters
    >>> for name, param in named_parameters(Sequential(Dense(2, 3), ReLU(), Dense(3, 1))).items():
    ...     print(name, param.shape)
    layers.0.weights (2, 3)
    layers.0.biases (1, 3)
    layers.2.weights (3, 1)
    layers.2.biases (1, 1)
    """
    found: dict[str, Tensor] = {}
    for name, part in objects(model):
        if isinstance(part, Tensor) and part.is_leaf:
            if name in found:
                raise ValueError(f"Two parameters are called {name!r}: give the dict keys that differ as text.")
            found[name] = part
    return found


def parameters(model: Any) -> list[Tensor]:
    """List every parameter of a model, each once.

    Parameters
    ----------
    model : object
        A layer, or a list, tuple or dict of layers, nested at will.

    Returns
    -------
    list of Tensor
        In the order of `named_parameters`.

    Raises
    ------
    ValueError
        As `named_parameters` does.

    Examples
    --------
    >>> from nn import Dense, parameters
    >>> [param.shape for param in parameters(Dense(2, 3))]
    [(2, 3), (1, 3)]
    """
    return list(named_parameters(model).values())


def objects(model: Any) -> Iterator[tuple[str, Any]]:
    """Go through all that a model consists of, itself first: layers, containers, parameters; numbers and texts apart.

    Parameters
    ----------
    model : object

    Yields
    ------
    name : str
        The path, as `named_parameters` gives it; of the model itself the empty text.
    part : object
        Each once, in the order of the attributes.

    Examples
    --------
    >>> from nn import ReLU, Sequential
    >>> [name for name, part in objects(Sequential(ReLU()))]
    ['', 'layers', 'layers.0']
    """
    seen: set[int] = set()
    # A stack of (name, object), the next one last: however deep the model, nothing recurses.
    stack = [("", model)]
    while stack:
        name, part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield name, part
        if not isinstance(part, Tensor):
            children = []
            for key, child in _parts(part):
                if type(child) not in _PLAIN:
                    children.append((f"{name}.{key}" if name else key, child))
            stack += children[::-1]


def _parts(part: Any) -> Iterator[tuple[str, Any]]:
    """Give the names and values that an object consists of."""
    if isinstance(part, dict):
        yield from ((str(key), value) for key, value in part.items())
    elif isinstance(part, (list, tuple)):
        yield from ((str(i), value) for i, value in enumerate(part))
    elif not (isinstance(part, _CLOSED) or isinstance(part, (np.random.Generator, Apart))):
        for cls in type(part).__mro__:
            slots = cls.__dict__.get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else slots:
                if not slot.startswith("__") and hasattr(part, slot):
                    yield slot, getattr(part, slot)
        yield from getattr(part, "__dict__", {}).items()
