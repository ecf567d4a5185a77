"""Bring a derivative to the array it belongs to: its shape, its dtype, memory of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.entry import Array, Leaf


@lru_cache(maxsize=4096)
def broadcast_axes(wide: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Tell along which axes of `wide` an array of `shape` was repeated."""
    extra = len(wide) - len(shape)
    if extra < 0 or any(size not in (1, across) for size, across in zip(shape, wide[extra:], strict=True)):
        raise ValueError(
            f"a rule returned a cotangent of shape {wide} for an input of shape {shape}: it must have the input's "
            "shape, or the broadcast one"
        )
    return tuple(range(extra)) + tuple(
        extra + axis for axis, size in enumerate(shape) if size == 1 and wide[extra + axis] != 1
    )


def fit(g: Array, shape: tuple[int, ...], dtype: Any) -> Array:
    """Bring a cotangent in the broadcast shape to its input's shape and dtype: the one place that un-broadcasts.

    Raises
    ------
    ValueError
        If `g` is not of a shape that `shape` broadcasts to: the rule is wrong.
    """
    if g.shape != shape:
        axes = broadcast_axes(g.shape, shape)
        if g.dtype == np.float16:
            g = np.add.reduce(g.astype(np.float32), axis=axes)
        else:
            g = np.add.reduce(g, axis=axes)
        if g.shape != shape:
            g = np.reshape(g, shape)
    return g if g.dtype == dtype else to_dtype(g, dtype)


def to_dtype(g: Array, dtype: Any) -> Array:
    """Cast a derivative; a complex one that reaches a real value keeps its real part."""
    if g.dtype.kind == "c" and dtype.kind != "c":
        g = g.real
    return g.astype(dtype)


def owned(arrays: Iterable[Array | None], given: Iterable[Array] = ()) -> list[Array | None]:
    """Make each array of a walk's result one that nobody else holds, of its own memory, and writable.

    A rule's result is linear in the cotangent: it is new, or the cotangent, or a view. So what can be shared is a
    view, one of the `given` cotangents, or the same array met twice.
    """
    seen = {id(g) for g in given}
    result: list[Array | None] = []
    for array in arrays:
        if isinstance(array, np.generic):
            array = np.asarray(array)
        elif isinstance(array, np.ndarray):
            if array.base is not None or id(array) in seen or not array.flags.writeable:
                array = array.copy()
            seen.add(id(array))
        result.append(array)
    return result


#: Held while a gradient is put in its place, and not while it is computed.
_adding = threading.Lock()


def add_to(leaf: Leaf, ct: Array) -> None:
    """Add to a leaf's gradient, to which another thread may be adding too."""
    while True:
        before = leaf.grad
        total = ct if before is None else _sum(before, ct)
        with _adding:
            if leaf.grad is before:
                leaf.grad = total
                return


def _sum(x: Array, y: Array) -> Array:
    """Add two arrays; of 0-d ones NumPy gives a number."""
    total = x + y
    return total if hasattr(total, "__array_function__") else np.asarray(total)
