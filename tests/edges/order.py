"""Sorting, ranks and sets at ties, at infinities, at what is no number, and of nothing."""

from __future__ import annotations

import numpy as np
from special_values import INF, row

NAN = float("nan")
W = np.array([1.0, 2, 4])

ROWS = (
    row("sort, ties share", lambda x: np.sort(x) * W, [2.0, 1, 2], [3, 1, 3], [0, 0, 0]),
    row("sort squared, ties share", lambda x: np.sort(x) ** 2 * W, [2.0, 1, 2], [12, 2, 12], [6, 2, 6]),
    row("sort, no ties", lambda x: np.sort(x) * W, [3.0, 1, 2], [4, 1, 2], [0, 0, 0]),
    row("sort, the last of ties is the max", lambda x: np.sort(x)[-1], [3.0, 1, 3], [0.5, 0, 0.5]),
    row("sort, sum of the two largest", lambda x: np.sort(x)[-2:], [1.0, 2, 1, 1], [1 / 3, 1, 1 / 3, 1 / 3]),
    row("sort of signed zeros", lambda x: np.sort(x) * W[:2], [0.0, -0.0], [1.5, 1.5]),
    row("sort of infinities", lambda x: np.sort(x) * W, [INF, -INF, INF], [3, 1, 3]),
    row("sort, NaN stands last", lambda x: np.sort(x) * W, [NAN, 1, 0], [4, 2, 1]),
    row("sort along rows with ties", lambda x: np.sort(x, axis=1) * W, [[1.0, 1, 1], [3, 1, 2]],
        [[7 / 3] * 3, [4, 1, 2]]),
    row("sort along columns with ties", lambda x: np.sort(x, axis=0) * W[:2, None], [[1.0, 3], [1, 2]],
        [[1.5, 2], [1.5, 1]]),
    row("sort of all", lambda x: np.sort(x, axis=None) * np.arange(4), [[3.0, 1], [1, 2]], [[3, 0.5], [0.5, 2]]),
    row("sort of none", np.sort, np.zeros((2, 0)), np.zeros((2, 0))),
    row("sort of one", np.sort, [1.0], [1]),
    row("sort_complex of reals, ties share", lambda x: np.real(np.sort_complex(x)) * W, [2.0, 1, 2], [3, 1, 3]),
    row("partition, ties with the kth share", lambda x: np.partition(x, 2)[2:], [1.0, 2, 1, 1],
        [1 / 3, 1, 1 / 3, 1 / 3]),
    row("partition, the last of ties is the max", lambda x: np.partition(x, -1)[-1], [3.0, 1, 3], [0.5, 0, 0.5]),
    row("partition by several", lambda x: np.partition(x, (0, 3))[[0, 3]] * W[:2], [5.0, 1, 5, 1],
        [1, 0.5, 1, 0.5]),
    row("partition with NaN at the kth", lambda x: np.partition(x, 1) * W[:2], [NAN, 1], [2, 1]),
    row("partition along columns", lambda x: np.partition(x, 1, axis=0)[1], [[1.0, 3], [1, 2]],
        [[0.5, 1], [0.5, 0]]),
    row("unique, the first of the same", lambda x: np.unique(x) * [1, 3], [2.0, 1, 2], [3, 1, 0]),
    row("unique, one NaN of two", lambda x: np.unique(x) * [1, 3], [NAN, 1, NAN], [3, 1, 0]),
    row("unique, every NaN", lambda x: np.unique(x, equal_nan=False) * W, [NAN, 1, NAN], [2, 1, 4]),
    row("unique rows", lambda x: np.unique(x, axis=0) * [[1], [3]], [[2.0, 1], [1, 5], [2, 1]],
        [[3, 3], [1, 1], [0, 0]]),
    row("union1d, the first of the same", np.union1d, ([1.0, 2], [2.0, 3]), ([1, 1], [0, 1])),
    row("intersect1d, that of the first", lambda x: np.intersect1d(x, [2.0, 3]), [2.0, 1], [1, 0]),
    row("setdiff1d", lambda x: np.setdiff1d(x, [1.0, 3]), [2.0, 1, 2], [1, 0, 0]),
    row("setxor1d", np.setxor1d, ([2.0, 1, 2], [1.0, 3, 3]), ([1, 0, 0], [0, 1, 0])),
    row("setxor1d, NaN differs from NaN", np.setxor1d, ([NAN, 1], [NAN, 1]), ([1, 0], [1, 0])),
    row("trim_zeros", np.trim_zeros, [0.0, 1, 0, 2, 0], [0, 1, 1, 1, 0], [0] * 5),
    row("trim_zeros at the front", lambda x: np.trim_zeros(x, "f"), [0.0, 1, 0], [0, 1, 1]),
    row("trim_zeros of all zeros", np.trim_zeros, [0.0, -0.0], [0, 0]),
)  # fmt: skip
