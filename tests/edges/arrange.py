"""Gradients at the edges of arranging elements: none of them, ties, padding that repeats, what a triangle drops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view as windows
from special_values import row


def padded(width: Any, mode: Any, **options: Any) -> Callable[[Any], Any]:
    return lambda x: np.pad(x, width, mode, **options)


EYE = np.eye(2)
ROWS = (
    row("repeat, one not at all", lambda x: np.repeat(x, [0, 2]), [5.0, 7], [0, 2], [0, 0]),
    row("repeat, none at all", lambda x: np.repeat(x, 0), [5.0, 7], [0, 0]),
    row("repeat, of nothing", lambda x: np.repeat(x, 3, axis=0), np.ones((0, 2)), np.ones((0, 2))),
    row("repeat of a square", lambda x: np.repeat(x**2, [1, 2]), [5.0, 7], [10, 28], [2, 4]),
    row("tile, no copies", lambda x: np.tile(x, 0), [5.0, 7], [0, 0]),
    row("tile of 0-d", lambda x: np.tile(x, (2, 3)), 5.0, 6),
    row("resize, cut short", lambda x: np.resize(x, 1), [5.0, 7], [1, 0]),
    row("resize, in part again", lambda x: np.resize(x, 3), [5.0, 7], [2, 1]),
    row("resize of nothing", lambda x: np.resize(x, (2, 2)), np.ones(0), np.ones(0)),
    row("resize to nothing", lambda x: np.resize(x, 0), [5.0, 7], [0, 0]),
    row("roll of nothing", lambda x: np.roll(x, 3), np.ones(0), np.ones(0)),
    row("roll beyond the length", lambda x: np.roll(x, 7) * [1.0, 10, 100], [1.0, 2, 3], [10, 100, 1]),
    row("flip of 0-d", np.flip, 5.0, 1),
    row("the same twice in a block", lambda x: np.block([[x, x], [x, x]]), [[5.0]], [[4]]),
    row("append of itself", lambda x: np.append(x, x * x), [5.0, 7], [11, 15], [2, 2]),
    row("broadcast_arrays, both repeated", lambda x, y: np.multiply(*np.broadcast_arrays(x, y)),
        ([[1.0], [2]], [3.0, 4, 5]), ([[12], [12]], [3, 3, 3])),
    row("split, one part of two", lambda x: np.split(x, 2)[1] ** 2, [5.0, 7], [0, 14], [0, 2]),
    row("split, one part of many", lambda x: np.split(x, 12)[7] ** 2, np.full(12, 3.0), 6 * (np.arange(12) == 7)),
    row("split, the last of many", lambda x: np.split(x, 10)[9][0], np.ones(10), 1 * (np.arange(10) == 9)),
    row("diag there and back", lambda x: np.diag(np.diag(x**2)), [5.0, 7], [10, 14], [2, 2]),
    row("diagonal beyond the corner", lambda x: np.diagonal(x, 5), EYE, np.zeros((2, 2))),
    row("trace of nothing", np.trace, np.ones((0, 2)), np.ones((0, 2))),
    row("trace beyond the corner", lambda x: np.trace(x, -2), EYE, np.zeros((2, 2))),
    row("tril of a vector", np.tril, [5.0, 7], [2, 1]),
    row("triu of a vector", np.triu, [5.0, 7], [1, 2]),
    row("tril, what it drops", lambda x: np.tril(np.log(x)), [[1.0, 0], [2, 4]], [[1, 0], [0.5, 0.25]],
        [[-1, 0], [-0.25, -0.0625]], warns=True),
    row("triu, what it drops", lambda x: np.triu(1 / x, 1), [[0.0, 1], [0, 0]], [[0, -1], [0, 0]], [[0, 2], [0, 0]],
        warns=True),
    row("triu of a vector, what it drops", lambda x: np.triu(np.log(x), 1), [0.0, 2], [0, 0.5], [0, -0.25], warns=True),
    row("windows overlap", lambda x: windows(x, 2), [1.0, 2, 3], [1, 2, 1]),
    row("a window over all", lambda x: windows(x, 3) ** 2, [1.0, 2, 3], [2, 4, 6], [2, 2, 2]),
    row("windows of windows", lambda x: windows(x, (2, 2), (0, 0)), [1.0, 2, 3, 4], [1, 3, 3, 1]),
    row("pad of 0-d", lambda x: np.pad(x, 3), 5.0, 1),
    row("pad of nothing", lambda x: np.pad(x, 2), np.ones(0), np.ones(0)),
    row("pad, edge", padded((1, 2), "edge"), [5.0, 7], [2, 3]),
    row("pad, edge, in a corner", padded(1, "edge"), EYE, [[4, 4], [4, 4]]),
    row("pad, edge of one", padded(3, "edge"), [5.0], [7]),
    row("pad, reflect", padded(2, "reflect"), [1.0, 2, 3], [2, 3, 2]),
    row("pad, reflect of one", padded(2, "reflect"), [5.0], [5]),
    row("pad, reflect, over and over", padded((7, 0), "reflect"), [1.0, 2], [4, 5]),
    row("pad, reflect, odd", padded((2, 0), "reflect", reflect_type="odd"), [1.0, 2, 3], [5, 0, 0]),
    row("pad, reflect, odd, of one", padded(1, "reflect", reflect_type="odd"), [5.0], [3]),
    row("pad, symmetric", padded((1, 3), "symmetric"), [1.0, 2], [4, 2]),
    row("pad, symmetric, odd", padded((1, 0), "symmetric", reflect_type="odd"), [1.0, 2], [2, 1]),
    row("pad, wrap", padded((0, 3), "wrap"), [1.0, 2], [3, 2]),
    row("pad, maximum, ties share", padded((2, 0), "maximum"), [3.0, 1, 3], [2, 1, 2]),
    row("pad, minimum, ties share", padded((2, 0), "minimum"), [1.0, 1], [2, 2]),
    row("pad, mean", padded((3, 0), "mean"), [1.0, 2, 3], [2, 2, 2]),
    row("pad, mean of the nearest", padded((2, 2), "mean", stat_length=1), [1.0, 2, 3], [3, 1, 3]),
    row("pad, median of an even number", padded((2, 0), "median"), [1.0, 2, 3, 4], [1, 2, 2, 1]),
    row("pad, linear ramp from 0", padded((2, 0), "linear_ramp"), [6.0, 7], [1.5, 1]),
    row("pad, a constant", padded(2, "constant", constant_values=9), [6.0, 7], [1, 1]),
    row("pad, empty", lambda x: np.pad(x, 1, "empty")[1:-1] ** 2, [6.0, 7], [12, 14], [2, 2]),
    row("pad, a constant that is differentiated", lambda x, c: np.pad(x, 1, constant_values=c), (EYE, 3.0),
        (np.ones((2, 2)), 12)),
    row("pad, constants of each side", lambda x, c: np.pad(x, (1, 2), constant_values=c), ([1.0], [3.0, 4]),
        ([1], [1, 2])),
    row("pad, constants, the later axis takes the corner", lambda x, c: np.pad(x, 1, constant_values=c),
        ([[1.0]], [[3.0, 4], [5, 6]]), ([[1]], [[1, 1], [3, 3]])),
    row("pad, end values that are differentiated", lambda x, c: np.pad(x, (2, 0), "linear_ramp", end_values=c),
        ([6.0], 2.0), ([1.5], 1.5)),
    row("pad behind a mask", lambda x: np.where([False, True, True, False], np.pad(np.log(x), 1), 0.0)[1:],
        [1.0, 2], [1, 0.5], [-1, -0.25]),
    row("a mask behind the pad", lambda x: np.where(np.arange(5) > 2, np.pad(np.log(x), (0, 2), "edge"), 0.0),
        [0.0, 0, 2], [0, 0, 1], [0, 0, -0.5], warns=True),
    row("a mask behind repeat", lambda x: np.where([False, True, True], np.repeat(np.log(x), [1, 2]), 0.0), [0.0, 2],
        [0, 1], [0, -0.5], warns=True),
    row("a mask behind tile", lambda x: np.where(np.arange(4) % 2, np.tile(np.log(x), 2), 0.0), [0.0, 2], [0, 1],
        [0, -0.5], warns=True),
    row("a mask behind windows", lambda x: np.where([[False, True]], windows(np.log(x), 2), 0.0), [0.0, 1, 2],
        [0, 1, 0.5], [0, -1, -0.25], warns=True),
)  # fmt: skip
