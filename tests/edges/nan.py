"""Gradients of the reductions that pass over NaN: what is NaN gets 0, however it came to be."""

from __future__ import annotations

import numpy as np
from special_values import row

NAN = np.nan
SOME = np.array([True, True, False, True])

ROWS = (
    row("nansum", np.nansum, [1.0, NAN, 3], [1, 0, 1], [0, 0, 0]),
    row("nansum of NaN only", np.nansum, [NAN, NAN], [0, 0]),
    row("nansum of what became NaN", lambda x: np.nansum(np.sqrt(x)), [-1.0, 4, 16], [0, 0.25, 0.125],
        [0, -1 / 32, -1 / 256], warns=True),
    row("nansum where", lambda x: np.nansum(x, where=SOME, initial=5), [1.0, NAN, 3, 4], [1, 0, 0, 1]),
    row("nanprod, one zero", np.nanprod, [0.0, NAN, 3, 4], [12, 0, 0, 0], [7, 0, 4, 3]),
    row("nanprod, two zeros", np.nanprod, [0.0, NAN, 0, 4], [0, 0, 0, 0], [4, 0, 4, 0]),
    row("nanprod of NaN only", np.nanprod, [NAN, NAN], [0, 0]),
    row("nanprod where", lambda x: np.nanprod(x, where=SOME, initial=2), [2.0, NAN, 0, 4], [8, 0, 0, 4]),
    row("nanmean", np.nanmean, [1.0, NAN, 3], [0.5, 0, 0.5], [0, 0, 0]),
    row("nanmean of rows", lambda x: np.nanmean(x, axis=1), [[1.0, NAN], [1, 3]], [[1, 0], [0.5, 0.5]]),
    row("nanmean of what became NaN", lambda x: np.nanmean(np.log(x)), [-1.0, 2, 4], [0, 0.25, 0.125], warns=True),
    row("nanmean where", lambda x: np.nanmean(x, where=SOME), [1.0, NAN, 3, 4], [0.5, 0, 0, 0.5]),
    row("nanmax, ties share", np.nanmax, [3.0, NAN, 3, 1], [0.5, 0, 0.5, 0], [0, 0, 0, 0]),
    row("nanmin, ties share", np.nanmin, [1.0, NAN, 3, 1], [0.5, 0, 0, 0.5]),
    row("nanmax of what became NaN", lambda x: np.nanmax(np.sqrt(x)), [-1.0, 4, 1], [0, 0.25, 0], warns=True),
    row("nanmax and initial, both win", lambda x: np.nanmax(x, initial=3), [3.0, NAN, 1], [0.5, 0, 0]),
    row("nanmax of NaN only, and initial", lambda x: np.nanmax(x, initial=3), [NAN, NAN], [0, 0]),
    row("nanmin where", lambda x: np.nanmin(x, where=SOME, initial=9), [2.0, NAN, 1, 2], [0.5, 0, 0, 0.5]),
    row("nanvar", np.nanvar, [1.0, NAN, 3], [-1, 0, 1], [0, 0, 0]),
    row("nanvar with a degree of freedom less", lambda x: np.nanvar(x, ddof=1), [1.0, NAN, 3], [-2, 0, 2], [0, 0, 0]),
    row("nanvar of what became NaN", lambda x: np.nanvar(np.sqrt(x)), [-1.0, 1, 9], [0, -0.5, 1 / 6], warns=True),
    row("nanvar where", lambda x: np.nanvar(x, where=SOME), [1.0, NAN, 9, 3], [-1, 0, 0, 1]),
    row("nanstd", np.nanstd, [1.0, NAN, 3], [-0.5, 0, 0.5]),
    row("nanstd with a degree of freedom less", lambda x: np.nanstd(x, ddof=1), [1.0, NAN, 3],
        [-(0.5**0.5), 0, 0.5**0.5]),
    row("nanstd of equal values, the mean rounded", np.nanstd, [0.1, NAN, 0.1, 0.1], [0, 0, 0, 0], [0, 0, 0, 0]),
    row("nanstd where all are equal", lambda x: np.nanstd(x, where=SOME), [0.1, 0.1, 5, 0.1], [0, 0, 0, 0]),
    row("nanstd of one value", np.nanstd, [NAN, 2.0], [0, 0]),
)  # fmt: skip
