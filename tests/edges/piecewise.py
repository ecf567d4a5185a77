"""Edges of the functions by parts: ties, NaN, signed zeros, multiples; what is singular under or over a flat part."""

from __future__ import annotations

import math

import numpy as np
from special_values import INF, row

from autograd import relu

NAN = math.nan
CHOICES = (
    row("fmax, ties and NaN", np.fmax, ([1.0, 2, 3, NAN, 3, NAN], [2.0, 2, 1, 1, NAN, NAN]),
        ([0, 0.5, 1, 0, 1, 0.5], [1, 0.5, 0, 1, 0, 0.5]), ([0] * 6, [0] * 6)),
    row("fmin, ties and NaN", np.fmin, ([1.0, 2, 3, NAN, 3, NAN], [2.0, 2, 1, 1, NAN, NAN]),
        ([1, 0.5, 0, 0, 1, 0.5], [0, 0.5, 1, 1, 0, 0.5]), ([0] * 6, [0] * 6)),
    row("fmax at equal infinities and signed zeros", np.fmax, ([INF, -0.0], [INF, 0.0]), ([0.5, 0.5], [0.5, 0.5])),
    row("heaviside, its value at 0, weighed", lambda y: np.heaviside(0, y) * 3, 0.5, 3),
    row("heaviside, its value at 0", np.heaviside, ([-1.0, 0, -0.0, 2], [5.0, 6, 7, 8]), ([0] * 4, [0, 1, 1, 0]),
        ([0] * 4, [0] * 4)),
    row("clip by keywords", lambda x: np.clip(x, min=-1, max=2), [-2.0, -1, 0, 2, 3], [0, 1, 1, 1, 0]),
    row("the ufunc clip at both bounds", lambda x: np.clip(x, min=-1, max=2, casting="same_kind"), [-2.0, -1, 0, 2, 3],
        [0, 1, 1, 1, 0]),
    row("clip with min only", lambda x: np.clip(x, min=-1), [-2.0, -1, 0], [0, 1, 1]),
    row("clip with no bound", lambda x: np.clip(x, None, None), [-2.0, 3], [1, 1]),
)  # fmt: skip

SIGNS = (
    row("fabs at 0", np.fabs, [-2.0, 0, 3], [-1, 0, 1], [0, 0, 0]),
    row("copysign", np.copysign, ([0.0, -0.0, 3, -3, 2], [-1.0, 1, -1, 1, -0.0]), ([0, 0, -1, -1, -1], [0] * 5),
        ([0] * 5, [0] * 5)),
    row("copysign to an infinity", np.copysign, (2.0, -INF), (-1, 0)),
    row("fmod at a multiple", np.fmod, ([4.0, -4, 7], [2.0, 2, 2]), ([1, 1, 1], [-2, 2, -3])),
    row("fmod of negatives", np.fmod, ([-7.0, 7], [3.0, -3]), ([1, 1], [2, 2]), ([0, 0], [0, 0])),
    row("fmod by infinity", np.fmod, (5.0, INF), (1, 0)),
    row("fmod, a quotient that rounds up", np.fmod, (3 - 2.0**-51, 1 - 2.0**-53), (1, -2)),
    row("divmod, the remainder", lambda x, y: np.divmod(x, y)[1], (-7.0, 3.0), (1, 3)),
    row("divmod, the quotient", lambda x, y: np.divmod(x, y)[0], (7.0, 3.0), (0, 0)),
    row("fix at an integer", np.fix, [-1.0, 0, 1.5], [0, 0, 0], [0, 0, 0]),
    row("spacing", np.spacing, [1.0, 1.5], [0, 0]),
    row("nextafter", np.nextafter, (1.0, 2.0), (1, 0), (0, 0)),
    row("modf, the fraction", lambda x: np.modf(x)[0], [-1.0, 0, 1.5], [1, 1, 1], [0, 0, 0]),
    row("modf, the whole", lambda x: np.modf(x)[1], [-1.0, 0, 1.5], [0, 0, 0]),
    row("modf, both", lambda x: (lambda f, w: f * w)(*np.modf(x)), [2.5, -3.5], [2, -3], [0, 0]),
    row("frexp, the mantissa", lambda x: np.frexp(x)[0], [4.0, 0.75, -3, 0], [0.125, 1, 0.25, 1], [0] * 4),
)  # fmt: skip

#: An infinite derivative is met on the way, and the walk says so.
MET = {"warns": True, "infinite": True}

#: The cotangent is 0 where something else is taken: what is singular below does no harm.
BELOW = (
    row("maximum over log", lambda x: np.maximum(np.log(x), -1), [0.0, 1], [0, 1], [0, -1], warns=True),
    row("maximum over a power of log", lambda x: np.maximum(np.log(x) ** 3, -1), [0.0, math.e], [0, 3 / math.e],
        [0, 3 * math.e**-2], warns=True),
    row("minimum over 1 / x", lambda x: np.minimum(1 / x, 5), [0.0, 1], [0, -1], [0, 2], warns=True),
    row("clip over log", lambda x: np.clip(np.log(x), -1, 1), [0.0, 1], [0, 1], [0, -1], warns=True),
    row("clip over sqrt", lambda x: np.clip(np.sqrt(x), 0.5, 2), [0.0, 1, 9], [0, 0.5, 0], [0, -0.25, 0], **MET),
    row("clip over exp", lambda x: np.clip(np.exp(x), 0, 10), [1e3, 0], [0, 1], [0, 1], warns=True),
    row("clip over exp of a square", lambda x: np.clip(np.exp(x * x), 0, 10), [1e3, 1], [0, 2 * math.e],
        [0, 6 * math.e], warns=True),
    row("the ufunc clip over exp", lambda x: np.clip(np.exp(x), min=0, max=10, casting="same_kind"), [1e3, 0], [0, 1],
        [0, 1], warns=True),
    row("fmin over exp", lambda x: np.fmin(np.exp(x), 10.0), [1e3, 0], [0, 1], [0, 1], warns=True),
    row("fmax over NaN of a logarithm", lambda x: np.fmax(np.log(x), 0.5), [-1.0, 0, math.e], [0, 0, 1 / math.e],
        [0, 0, -(math.e**-2)], warns=True),
    row("relu over log", lambda x: relu(np.log(x)), [0.0, math.e], [0, 1 / math.e], [0, -(math.e**-2)], warns=True),
)  # fmt: skip

#: The cotangent is infinite where the flat part makes it 0.
ABOVE = (
    row("sqrt of relu", lambda x: np.sqrt(relu(x)), [-1.0, 4], [0, 0.25], [0, -1 / 32], **MET),
    row("sqrt of maximum", lambda x: np.sqrt(np.maximum(x, 0)), [-1.0, 4], [0, 0.25], [0, -1 / 32], **MET),
    row("sqrt of minimum", lambda x: np.sqrt(-np.minimum(x, 0)), [1.0, -4], [0, -0.25], [0, -1 / 32], **MET),
    row("sqrt of fmax", lambda x: np.sqrt(np.fmax(x, 0)), [-1.0, 4], [0, 0.25], [0, -1 / 32], **MET),
    row("sqrt of clip", lambda x: np.sqrt(np.clip(x, 0, 9)), [-1.0, 4, 16], [0, 0.25, 0], [0, -1 / 32, 0], **MET),
    row("a root of relu", lambda x: relu(x) ** 0.5, [-1.0, 4], [0, 0.25], [0, -1 / 32], **MET),
    row("cbrt of relu", lambda x: np.cbrt(relu(x)), [-1.0, 8], [0, 1 / 12], [0, -1 / 144], **MET),
    row("arccos of clip", lambda x: np.arccos(np.clip(x, -1, 1)), [-2.0, 0, 2], [0, -1, 0], [0, 0, 0], **MET),
    row("sqrt of a maximum at its tie", lambda x: np.sqrt(np.maximum(x, 0)), [0.0], [INF], infinite=True),
)  # fmt: skip

ROWS = (*CHOICES, *SIGNS, *BELOW, *ABOVE)
