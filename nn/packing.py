"""Values with arrays among them as arrays by name, and the rest as JSON can hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
#: The key of a dict that stands in the place of an array.
_KEY = "$array"


def pack(value: Any, prefix: str, arrays: dict[str, Array]) -> Any:
    """Take the arrays out of a value, and give what is left of it.

    Parameters
    ----------
    value
        Of dicts whose keys are texts, lists, arrays, and what JSON has. NumPy's scalars become Python's, tuples lists.
    prefix : str
        What the names of the arrays begin with.
    arrays : dict
        Is added to.

    Raises
    ------
    TypeError
        If there is something else in it.

    Examples
    --------
    >>> arrays = {}
    >>> pack({"best": np.float32(0.5), "w": np.ones(2)}, "mine", arrays), arrays
    ({'best': 0.5, 'w': {'$array': 'mine/0'}}, {'mine/0': array([1., 1.])})
    """
    if isinstance(value, np.ndarray):
        name = f"{prefix}/{len(arrays)}"
        arrays[name] = value
        return {_KEY: name}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value) or _KEY in value:
            raise TypeError(f"{prefix}: the keys of what is to be kept are texts; met {list(value)!r}.")
        return {key: pack(item, prefix, arrays) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [pack(item, prefix, arrays) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(
        f"{prefix}: what is to be kept is made of numbers, texts, None, lists, dicts and arrays; met {value!r}."
    )


def unpack(value: Any, arrays: Mapping[str, Array]) -> Any:
    """Put the arrays back; a KeyError if one is missing."""
    if isinstance(value, dict):
        if set(value) == {_KEY}:
            return arrays[value[_KEY]]
        return {key: unpack(item, arrays) for key, item in value.items()}
    return [unpack(item, arrays) for item in value] if isinstance(value, list) else value
