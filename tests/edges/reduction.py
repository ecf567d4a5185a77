"""Gradients of reductions at the edges: ties, what is passed over, nothing at all, extreme magnitudes."""

from __future__ import annotations

import numpy as np
from special_values import INF, row

NAN = np.nan
FIRST = np.array([True, True, True, False])

ROWS = (
    row("max and initial, both win", lambda x: np.max(x, initial=3), [1.0, 3, 3], [0, 1 / 3, 1 / 3], [0, 0, 0]),
    row("max and initial, it wins", lambda x: np.max(x, initial=4), [1.0, 3, 3], [0, 0, 0]),
    row("max and initial of its own", lambda x, i: np.max(x, initial=i), ([2.0, 2], 2.0), ([1 / 3, 1 / 3], 1 / 3)),
    row("min and initial, rows", lambda x: np.min(x, axis=1, initial=1), [[1.0, 1], [2, 0]], [[1 / 3, 1 / 3], [0, 1]]),
    row("min and initial, not there", lambda x: np.min(x, initial=None), [1.0, 1], [0.5, 0.5]),
    row("max where", lambda x: np.max(x, initial=-INF, where=~FIRST), [9.0, 9, 9, 1], [0, 0, 0, 1]),
    row("max where, ties", lambda x: np.max(x, initial=0, where=FIRST), [2.0, 2, 1, 2], [0.5, 0.5, 0, 0]),
    row("max where nothing is", lambda x: np.max(x, initial=0, where=False), [2.0, 2], [0, 0]),
    row("max of NaN", np.max, [1.0, NAN, 3], [0, 0, 0]),
    row("max of NaN in one row", lambda x: x.max(axis=1), [[1.0, NAN], [1, 3]], [[0, 0], [0, 1]]),
    row("ptp, ties share", np.ptp, [1.0, 3, 1, 3, 2], [-0.5, 0.5, -0.5, 0.5, 0], np.zeros(5)),
    row("ptp of equal values", np.ptp, [2.0, 2, 2], [0, 0, 0]),
    row("sum where, singular elsewhere", lambda x: np.sum(np.log(x), where=x > 0), [-1.0, 0, 2], [0, 0, 0.5],
        [0, 0, -0.25], warns=True),
    row("mean where, singular elsewhere", lambda x: np.mean(np.sqrt(x), where=x > 0), [-1.0, 0, 4, 4],
        [0, 0, 0.125, 0.125], warns=True),
    row("prod where, zeros elsewhere", lambda x: np.prod(x, where=x != 0), [0.0, 3, 0, 4], [0, 4, 0, 3], [0, 1, 0, 1]),
    row("prod with initial 0", lambda x: np.prod(x, initial=0), [2.0, 3], [0, 0], [0, 0]),
    row("prod that underflows", np.prod, [1e-200, 1e-200, 3], [3e-200, 3e-200, 0]),
    row("prod with one zero in a row", lambda x: x.prod(axis=1), [[0.0, 3], [2, 3]], [[3, 0], [3, 2]], np.ones((2, 2))),
    row("sum of nothing with initial", lambda x: np.sum(x, initial=2), np.ones(0), np.ones(0)),
    row("std where equal, the mean rounded", lambda x: np.std(x, where=FIRST), [0.1, 0.1, 0.1, 5], [0, 0, 0, 0]),
    row("std about a mean that all are", lambda x, m: np.std(x, mean=m), ([2.0, 2], [2.0]), ([0, 0], [0])),
    row("var where one is", lambda x: np.var(x, where=~FIRST), [1.0, 2, 3, 4], [0, 0, 0, 0], [0, 0, 0, 0]),
    row("std of huge values", np.std, [1e150, 3e150], [-0.5, 0.5]),
)  # fmt: skip
