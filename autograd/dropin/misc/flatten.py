"""Make one vector of a tree of arrays, and the tree of the vector again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.entry import Shell
from autograd.tree import flatten as leaves_of


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Give the elements of a tree of arrays and numbers as one vector, and the function that builds the tree of one.

    Parameters
    ----------
    value : array, number, or nested lists, tuples and dicts
        Dicts are read in the order of their sorted keys.

    Returns
    -------
    vector : array of shape (n,)
    unflatten : callable
        From such a vector to a tree like `value`. Both can be differentiated through. It raises a ValueError for a
        vector of another length.

    Raises
    ------
    TypeError
        If a leaf is no array and no number, or the keys of a dict cannot be sorted.

    Examples
    --------
    >>> vector, unflatten = flatten({"b": [1.0, np.zeros(2)], "a": 3.0})
    >>> vector
    array([3., 1., 0., 0.])
    >>> unflatten(vector * 2)["b"]
    [array(2.), array([0., 0.])]
    """
    ordered = _sorted(value)
    leaves, rebuild = leaves_of(ordered)
    shapes = [np.shape(leaf) for leaf in leaves]
    dtypes = [_dtype(leaf) for leaf in leaves]
    length = sum(map(math.prod, shapes))
    parts = [np.ravel(leaf) for leaf in leaves]
    vector = np.concatenate(parts) if parts else np.array([])

    def unflatten(flat: Any) -> Any:
        if np.shape(flat) != (length,):
            raise ValueError(f"A vector of shape {np.shape(flat)} does not make this tree: it needs ({length},)")
        made, at = [], 0
        for shape, dtype in zip(shapes, dtypes, strict=True):
            size = math.prod(shape)
            part = np.reshape(flat[at : at + size], shape)
            if dtype.kind in "fc" and part.dtype != dtype and not (part.dtype.kind == "c" and dtype.kind == "f"):
                part = part.astype(dtype)
            # A view of the vector would change when that does.
            made.append(part if isinstance(part, Shell) else part.copy())
            at += size
        return _as(value, rebuild(made))

    return vector, unflatten


def _dtype(leaf: Any) -> Any:
    """Give a leaf's data type, and refuse what is no number."""
    dtype = leaf.dtype if hasattr(leaf, "dtype") else np.asarray(leaf).dtype
    if dtype.kind not in "biufc":
        raise TypeError(f"flatten takes arrays and numbers, and trees of them; met {leaf!r}, a {type(leaf).__name__}")
    return dtype


def _sorted(value: Any) -> Any:
    """Put the keys of dicts in order."""
    if isinstance(value, dict):
        try:
            keys = sorted(value)
        except TypeError:
            raise TypeError(
                f"flatten reads a dict in the order of its keys, and {list(value)!r} have none: use keys of one kind"
            ) from None
        return {key: _sorted(value[key]) for key in keys}
    if type(value) in (list, tuple):
        return type(value)([_sorted(item) for item in value])
    return value


def _as(like: Any, value: Any) -> Any:
    """Put the keys of dicts in the order in which they were given."""
    if isinstance(like, dict):
        return {key: _as(like[key], value[key]) for key in like}
    if type(like) in (list, tuple):
        return type(like)([_as(a, b) for a, b in zip(like, value, strict=True)])
    return value


def flatten_func(func: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """Make a function of a tree one of a vector.

    Returns
    -------
    func, unflatten, vector
        The function of vectors, whose result is flattened too; and what `flatten(example)` gives.
    """
    vector, unflatten = flatten(example)

    def flat(x: Any, *args: Any) -> Any:
        return flatten(func(unflatten(x), *args))[0]

    return flat, unflatten, vector
