"""Convolution of arrays of any number of axes, along some of them, with products over others: `convolve`."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

Axes = Sequence[Sequence[int]]


def convolve(A: Any, B: Any, axes: Axes | None = None, dot_axes: Axes = ((), ()), mode: str = "full") -> Any:
    """Convolve two arrays as `scipy.signal.convolve` does, along the axes that are named.

    Parameters
    ----------
    A, B : arrays
    axes : two sequences of int, optional
        The axes of A and of B along which to convolve; all, if not given.
    dot_axes : two sequences of int
        The axes over whose products to sum.
    mode : "full", "valid" or "same"
        How much of the result to give: all, where one lies inside the other, or of A's size about the middle.

    Returns
    -------
    array
        Its axes are those of A that are in neither, those of B, and those that were convolved.

    Raises
    ------
    ValueError
        If the mode is another, or is "valid" and neither array is the larger one along all convolved axes.

    Examples
    --------
    >>> convolve(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0]), mode="valid")
    array([3., 5.])
    """
    if mode not in ("full", "valid", "same"):
        raise ValueError(f"mode is 'full', 'valid' or 'same', got {mode!r}")
    along: Any = (range(np.ndim(A)), range(np.ndim(B))) if axes is None else axes
    (a_conv, b_conv), (a_dot, b_dot) = [[_positive(n, x) for n, x in zip(pair, (A, B), strict=True)]
                                        for pair in (along, dot_axes)]  # fmt: skip
    a_size, b_size = [A.shape[i] for i in a_conv], [B.shape[i] for i in b_conv]
    if mode == "valid" and any(a < b for a, b in zip(a_size, b_size, strict=True)):
        if any(a > b for a, b in zip(a_size, b_size, strict=True)):
            raise ValueError(f"mode='valid': of {a_size} and {b_size} neither is the larger along all convolved axes")
        swapped = convolve(B, A, (b_conv, a_conv), (b_dot, a_dot), mode)
        rest = np.ndim(B) - len(b_conv) - len(b_dot)
        free = list(range(swapped.ndim - len(a_conv)))
        return np.transpose(swapped, (*free[rest:], *free[:rest], *range(len(free), swapped.ndim)))
    pad = [(0, 0)] * np.ndim(A)
    for i, size in zip(a_conv, b_size, strict=True):
        before, after = {"full": (size - 1, size - 1), "valid": (0, 0), "same": (size // 2, (size - 1) // 2)}[mode]
        pad[i] = (before, after)
    padded = A if mode == "valid" or not a_conv else np.pad(A, pad)
    windows = np.lib.stride_tricks.sliding_window_view(padded, tuple(b_size), tuple(a_conv)) if a_conv else padded
    flip = [slice(None)] * np.ndim(B)
    for i in b_conv:
        flip[i] = slice(None, None, -1)
    names = iter(ascii_letters)
    a_names, b_names = ([next(names) for _ in range(np.ndim(x))] for x in (A, B))
    for i, j in zip(a_dot, b_dot, strict=True):
        b_names[j] = a_names[i]
    free_a = [a_names[i] for i in range(np.ndim(A)) if i not in (*a_conv, *a_dot)]
    free_b = [b_names[i] for i in range(np.ndim(B)) if i not in (*b_conv, *b_dot)]
    labels = (a_names + [b_names[i] for i in b_conv], b_names, free_a + free_b + [a_names[i] for i in a_conv])
    one, other, out = ("".join(part) for part in labels)
    return np.einsum(f"{one},{other}->{out}", windows, B[tuple(flip)])


def _positive(axes: Sequence[int], x: Any) -> list[int]:
    return [int(axis) % np.ndim(x) for axis in axes]
