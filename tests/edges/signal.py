"""Interpolation at nodes and ends, polynomials at 0 and at repeated roots."""

from __future__ import annotations

import numpy as np
from special_values import INF, row

TENT = ([-1.0, 0, 1], [0.0, 1, 0])


def through(xp: list[float], fp: list[float], **options: object) -> object:
    """Give the curve through points as a function of x."""
    return lambda x: np.interp(x, xp, fp, **options)


ROWS = (
    row("interp inside", through([0, 1, 3], [0, 2, 3]), [0.5, 2], [2, 0.5], [0, 0]),
    row("interp, at a peak 0", through(*TENT), [-0.5, 0, 0.5], [1, 0, -1]),
    row("interp, at a node the smaller slope", through([0, 1, 2, 3], [0, 2, 3, 5]), [1.0, 2], [1, 1]),
    row("interp, at a node between unequal steps the smaller", through([0, 1, 5], [0, 2, 5]), [1.0], [0.75]),
    row("interp, at the last node the slope inside", through([0, 1, 2], [0, 1, 3]), [2.0], [2]),
    row("interp, at the last node after a peak", through(*TENT), [1.0], [-1]),
    row("interp, at a node before a flat part 0", through([0, 1, 2], [0, 2, 2]), [1.0], [0]),
    row("interp, at the ends the slope inside", through([0, 1, 2], [0, 2, 3]), [0.0, 2], [2, 1]),
    row("interp, beyond the ends 0", through([0, 1], [0, 2]), [-1.0, 2, -INF, INF], [0, 0, 0, 0]),
    row("interp, where there is a jump", through([0, 1, 1, 2], [0, 1, 3, 7]), [0.5, 1], [1, 4]),
    row("interp of one point", lambda fp: np.interp([0.0, 1, 2], [1.0], fp), [5.0], [3]),
    row("interp, the end values", lambda fp: np.interp([-1.0, 5], [0.0, 1, 2], fp), [4.0, 5, 7], [1, 0, 1]),
    row("interp, left and right instead", lambda x, fp: np.interp(x, [0.0, 1], fp, left=7, right=8),
        ([-1.0, 0.5, 2], [4.0, 5]), ([0, 1, 0], [0.5, 0.5])),
    row("interp of all three", np.interp, (0.5, [0.0, 2], [1.0, 5]), (2, [-1.5, -0.5], [0.75, 0.25])),
    row("interp of all three at a peak", np.interp, (0.0, *TENT), (0, [0, 0, 0], [0, 1, 0])),
    row("interp of all three at a node", np.interp, (1.0, [0.0, 1, 3], [0.0, 4, 5]), (0.5, [0, -0.5, 0], [0, 1, 0])),
    row("interp around a period", lambda x, xp: np.interp(x, xp, [0.0, 3], period=4), (7.0, [0.0, 2]),
        (-1.5, [0.75, 0.75])),
    row("interp at the seam of a period", through([0, 1, 3], [0, 1, 1], period=4), [4.0, 8], [0, 0]),
    row("convolve with zeros", np.convolve, ([0.0, 0], [1.0, 2]), ([3, 3], [0, 0]), ([2, 2], [2, 2])),
    row("convolve of one", np.convolve, ([3.0], [5.0]), ([5], [3]), ([1], [1])),
    row("correlate, the middle of an even one", lambda a: np.correlate(a, [1.0, 10], "same"), [1.0, 2, 3],
        [11, 11, 10]),
    row("convolve, the shorter first, same", lambda a: np.convolve(a, [1.0, 10, 100], "same"), [1.0, 2], [111, 11]),
    row("polyval at 0", lambda p, x: np.polyval(p, x), ([3.0, 4, 5], 0.0), ([0, 0, 1], 4), ([0, 1, 0], 7)),
    row("vander at 0", lambda x: np.vander(x, 4), [0.0], [1], [2]),
    row("vander of one column", lambda x: np.vander(x, 1), [0.0, 2], [0, 0]),
    row("roots, one of them 0", np.roots, [1.0, -1, 0], [-1, -1, 0]),
    row("roots, a leading 0", np.roots, [0.0, 2, -4], [-2, -1, -0.5]),
    row("roots, twice 0", np.roots, [1.0, 0, 0], [0, 0, -INF], infinite=True),
    row("poly of zeros", np.poly, [0.0, 0], [-1, -1], [1, 1]),
    row("poly of a matrix with equal eigenvalues", np.poly, [[2.0, 0], [0, 2]], [[1, 0], [0, 1]], [[1, -1], [-1, 1]]),
    row("polymul, leading zeros are dropped", np.polymul, ([0.0, 1, 2], [0.0, 3]), ([0, 3, 3], [0, 3])),
    row("polyder of a constant", np.polyder, [4.0], [0]),
    row("polyint", np.polyint, [4.0, 3], [0.5, 1]),
    row("polydiv, the quotient", lambda u, v: np.polydiv(u, v)[0], ([2.0, 3, 1], [1.0, 1]), ([0, 1, 0], [-1, -2])),
    row("polydiv, all but leading zeros is left", lambda u: np.polydiv(u, [1.0, 2, 3, 4])[1] * [1, 3], [0.0, 5, 6],
        [0, 1, 3]),
)  # fmt: skip
