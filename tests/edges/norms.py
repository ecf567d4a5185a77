"""Norms at their kinks: zero vectors and matrices, elements that are 0, ties, matrices that are singular."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from special_values import INF, row


def of(ord: Any, **options: Any) -> Callable[[Any], Any]:
    """Give the norm of an order."""
    return lambda x: np.linalg.norm(x, ord, **options)


def over(axis: Any) -> Callable[[Any], Any]:
    """Give the Euclidean norm over any number of axes."""
    return lambda x: np.linalg.vector_norm(x, axis=axis)


ZERO = np.zeros(3)
ROWS = (
    *[
        row(f"norm {ord} of the zero vector", of(ord), ZERO, 0, 0)
        for ord in (None, 0, 0.5, 1, 1.5, 2, 2.5, 3, INF, -INF)
    ],
    *[row(f"norm {ord} of the zero vector", of(ord), ZERO, 0, 0, warns=True) for ord in (-0.5, -1, -2, -3)],
    *[
        row(f"norm {ord} of the zero matrix", of(ord), np.zeros((2, 3)), 0, 0)
        for ord in (None, "fro", "nuc", 1, -1, INF, -INF, 2, -2)
    ],
    row("norm of the zero number", np.linalg.norm, 0.0, 0, 0),
    row("norm of a number is its size", np.linalg.norm, -2.0, -1, 0),
    row("norm of rows, one of them zero", of(None, axis=1), [[0.0, 0], [3, 4]], [[0, 0], [0.6, 0.8]]),
    row("norm 3 of rows, one of them zero", of(3, axis=1), [[0.0, 0], [0, -2]], [[0, 0], [0, -1]], 0),
    row(
        "vector_norm of zeros over two axes", lambda x: np.linalg.vector_norm(x, axis=(0, 2)), np.zeros((2, 2, 2)), 0, 0
    ),
    row(
        "vector_norm over no axis is the size", lambda x: np.linalg.vector_norm(x, axis=()), [-2.0, 0, 3], [-1, 0, 1], 0
    ),
    row("matrix_norm of zeros", np.linalg.matrix_norm, np.zeros((2, 2)), 0, 0),
    # An element that is 0
    row("norm 2 with an element 0", of(2), [0.0, -2], [0, -1], [0.5, 0]),
    row("norm 0 counts", of(0), [0.0, 5], 0, 0),
    row("norm 0.5 with an element 0", of(0.5), [0.0, 4], [0, 1]),
    row("norm 1 with an element 0", of(1), [0.0, -4], [0, -1], 0),
    row("norm 1.5 with an element 0, infinitely curved", of(1.5), [0.0, 1], [0, 1], [INF, 0], infinite=True),
    row("norm 3 with an element 0", of(3), [0.0, -1], [0, -1], 0),
    row("norm 4 with an element 0", of(4), [0.0, -1], [0, -1], 0),
    row("norm -1 with an element 0", of(-1), [0.0, 4], 0, 0, warns=True),
    row("norm -inf with an element 0", of(-INF), [0.0, 4], 0, 0),
    row("norm inf with an element 0", of(INF), [0.0, -4], [0, -1], 0),
    # Ties
    row("norm inf, ties share", of(INF), [3.0, -3, 1], [0.5, -0.5, 0], 0),
    row("norm -inf, ties share", of(-INF), [1.0, -1, 3], [0.5, -0.5, 0], 0),
    row("norm inf of rows, ties share", of(INF, axis=1), [[2.0, -2], [1, 3]], [[0.5, -0.5], [0, 1]]),
    row("norm inf of one", of(INF), [-2.0], [-1]),
    row("norm 1 of a matrix, columns tie", of(1), [[1.0, 2], [-3, 2]], [[0.5, 0.5], [-0.5, 0.5]], 0),
    row("norm 1 of a matrix, one column", of(1), [[1.0, 0], [-3, 2]], [[1, 0], [-1, 0]]),
    row("norm inf of a matrix, rows tie", of(INF), [[1.0, 2], [-3, 0]], [[0.5, 0.5], [-0.5, 0]], 0),
    row("norm -1 of a matrix, columns tie", of(-1), [[1.0, 2, 9], [-3, 2, 9]], [[0.5, 0.5, 0], [-0.5, 0.5, 0]], 0),
    row("norm -inf of a matrix", of(-INF), [[1.0, 9], [-3, 0]], [[0, 0], [-1, 0]]),
    row("norm inf of a matrix, axes swapped", of(INF, axis=(1, 0)), [[1.0, 0], [-3, 2]], [[1, 0], [-1, 0]]),
    row("norm 2 of the identity, ties share", of(2), np.eye(4), np.eye(4) / 4),
    row("norm -2 of the identity, ties share", of(-2), np.eye(4), np.eye(4) / 4),
    row("norm nuc of a rotation, as curved as it is", of("nuc"), [[0.0, 1], [-1, 0]], [[0, 1], [-1, 0]], np.eye(2)),
    row("cond of the identity, its least", np.linalg.cond, np.eye(3), 0),
    # Singular matrices
    row("norm nuc of rank 1", of("nuc"), [[2.0, 0], [0, 0]], [[1, 0], [0, 0]]),
    row(
        "norm nuc of rank 1, of a stack", of("nuc", axis=(1, 2)), [[[0.0], [-2]], [[0], [0]]], [[[0], [-1]], [[0], [0]]]
    ),
    row("norm -2 of a singular matrix", of(-2), [[2.0, 0], [0, 0]], 0),
    row("norm 2 of a singular matrix", of(2), [[2.0, 0], [0, 0]], [[1, 0], [0, 0]], [[0, 0.5], [0.5, 0]]),
    # Nothing, and far out
    row("norm of nothing", np.linalg.norm, np.ones(0), np.ones(0)),
    row("norm inf of nothing", of(INF), np.ones(0), np.ones(0)),
    row("norm of rows of nothing", of(None, axis=1), np.ones((2, 0)), np.ones((2, 0))),
    row("norm nuc of nothing", of("nuc"), np.ones((0, 2)), np.ones((0, 2))),
    row("norm that underflows", np.linalg.norm, [3e-200, 4e-200], 0),
    row("norm that overflows", np.linalg.norm, [3e200, 4e200], 0, warns=True),
    row("norm 1 far out", of(1), [1e308, -1e-308], [1, -1], 0),
    row("norm inf at infinity", of(INF), [INF, -1], [1, 0]),
    row("norm 1 at infinity", of(1), [INF, -1], [1, -1]),
)
