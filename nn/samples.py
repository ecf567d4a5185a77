"""Read data as samples: arrays whose first axis counts them, in memory or mapped from a file larger than memory."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
#: Where chance comes from: what `np.random.default_rng` takes.
Seed: TypeAlias = "int | np.random.Generator | None"

#: How many bytes of a mapped file are looked at in one go.
_BLOCK = 1 << 22


def as_samples(who: str, name: str, value: Any) -> Array:
    """Give data as an array of numbers with at least one sample; a mapped file stays mapped.

    Parameters
    ----------
    who, name : str
        What is called, and with which argument: for the message.
    value : array_like

    Returns
    -------
    ndarray
        At least 1-D.

    Raises
    ------
    TypeError
        If it does not hold numbers.
    ValueError
        If there are no samples.

    Examples
    --------
    >>> as_samples("f", "X", [[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]])
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        hint = " For the number of each name write np.unique(y, return_inverse=True)[1]." if name == "y" else ""
        raise TypeError(f"{who}: {name} holds numbers; met dtype {array.dtype}.{hint}")
    if array.ndim == 0:
        raise ValueError(f"{who}: the first axis of {name} counts the samples; met a single number, {array}.")
    if not len(array):
        raise ValueError(f"{who}: {name} is empty, of shape {array.shape}; there is at least one sample.")
    return array


def as_pair(who: str, X: Any, y: Any) -> tuple[Array, Array]:
    """Give inputs and labels, one label for each sample, none of them NaN.

    Parameters
    ----------
    who : str
        What is called: for the message.
    X, y : array_like

    Returns
    -------
    X, y : ndarray

    Raises
    ------
    TypeError
        As `as_samples` does.
    ValueError
        As `as_samples` does, if the lengths differ, or a label is NaN.

    Examples
    --------
    >>> as_pair("f", [[1.0], [2.0]], [0, 1])[1]
    array([0, 1])
    """
    X, y = as_samples(who, "X", X), as_samples(who, "y", y)
    if len(X) != len(y):
        raise ValueError(f"{who}: X has {len(X)} samples and y has {len(y)}; they need one label each.")
    refuse_nan(who, "y", y)
    return X, y


def refuse_nan(who: str, name: str, y: Array) -> None:
    """Refuse labels of which one is NaN, block by block, so that a mapped file is never in memory as a whole.

    Raises
    ------
    ValueError
        If there is one; it names the first.
    """
    if y.dtype.kind not in "fc":
        return
    for at in blocks(y):
        bad = np.isnan(y[at]).reshape(len(y[at]), -1).any(axis=1)
        if bad.any():
            raise ValueError(f"{who}: {name} is NaN at sample {at.start + int(bad.argmax())}.")
        let_go(y)


def integer(who: str, name: str, value: SupportsIndex) -> int:
    """Give a count as a Python integer, at least 1."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{who}: {name} is an integer; met {value!r}.")
    if number < 1:
        raise ValueError(f"{who}: {name} is at least 1; met {number}.")
    return number


def blocks(array: Array) -> Iterator[slice]:
    """Go through the samples of an array in slices of a few megabytes.

    Examples
    --------
    >>> list(blocks(np.zeros(3)))
    [slice(0, 3, None)]
    """
    rows = max(1, _BLOCK * len(array) // max(1, array.nbytes))
    for start in range(0, len(array), rows):
        yield slice(start, min(start + rows, len(array)))


def mapping(array: Array) -> Any:
    """Give the mapped file (`mmap.mmap`) that an array is a view of, if it was opened for reading only, or None."""
    base, mode = array, ""
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap):
            mode = base.mode
        base = base.base  # type: ignore[assignment]
    return base if mode == "r" else None


def let_go(array: Array) -> None:
    """Let the system take back the memory in which it holds what was read of a mapped file, if the array is of one."""
    mapped = mapping(array)
    if mapped is not None and hasattr(mapped, "madvise"):
        import mmap

        mapped.madvise(mmap.MADV_DONTNEED)
