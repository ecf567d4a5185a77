"""Edges of the elementary functions: ends of domains, poles, origins, extreme magnitudes, infinities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from special_values import INF, row

LN2, LN10, PI = math.log(2), math.log(10), math.pi
#: The Bessel functions I₁ at 1, 30 and 700, and I₀ and I₂ at 1, to 17 digits.
I1 = [0.56515910399248503, 768532038938.957, 1.5285003902339007e302]
I0_OF_1, I2_OF_1 = 1.2660658777520083, 0.13574766976703828

INVERSES = (
    row("arcsin at its ends", np.arcsin, [-1.0, 0, 1], [INF, 1, INF], [-INF, 0, INF], infinite=True),
    row("arccos at its ends", np.arccos, [-1.0, 0, 1], [-INF, -1, -INF], [INF, 0, -INF], infinite=True),
    row("arcsin beside its end", np.arcsin, [1 - 2.0**-53], [2.0**26]),
    row("arcsin at its end, not chosen", lambda x: np.arcsin(x)[1], [1.0, 0], [0, 1], forward=False),
    row("arctanh at its ends", np.arctanh, [-1.0, 0, 1], [INF, 1, INF], [-INF, 0, INF], warns=True, infinite=True),
    row("arccosh at 1", np.arccosh, [1.0, math.sqrt(2)], [INF, 1], [-INF, -math.sqrt(2)], infinite=True),
    row("arccosh, huge", np.arccosh, [1e200], [1e-200], [0]),
    row("arctan, far out", np.arctan, [1e200, -1e200, INF, -INF, 1e10, 1e-300], [0, 0, 0, 0, 1e-20, 1],
        [0, 0, 0, 0, -2e-30, -2e-300]),
    row("arcsinh, far out", np.arcsinh, [1e200, -1e200, INF, 0], [1e-200, 1e-200, 0, 1], [0, 0, 0, 0]),
    row("tan at 0 and at a right angle's half", np.tan, [0.0, PI / 4], [1, 2], [0, 4]),
    row("sinh and cosh at 0", lambda x: np.sinh(x) + np.cosh(x), [0.0, -0.0], [1, 1], [1, 1]),
    row("where, arccos and arcsin, beyond", lambda x: np.where(np.abs(x) < 1, np.arccos(x) - np.arcsin(x), x),
        [-2.0, -1, 0, 1, 2], [1, 1, -2, 1, 1], [0, 0, 0, 0, 0], warns=True),
    row("where, arctanh and arccosh, beyond", lambda x: np.where(x < 1, np.arctanh(x), np.arccosh(x)),
        [0.0, 1, 3], [1, INF, 8**-0.5], warns=True, infinite=True),
)  # fmt: skip


def logarithm_not_chosen(x: Any) -> Any:
    """Take an element of a logarithm that is not the singular one."""
    return np.log(x)[1]


LOGARITHMS = (
    row("log at 0", np.log, [0.0, 4], [INF, 0.25], warns=True, infinite=True),
    row("log at 0, not chosen", logarithm_not_chosen, [0.0, 4], [0, 0.25], [0, -1 / 16], warns=True, forward=False),
    row("log1p at -1", np.log1p, [-1.0, 1], [INF, 0.5], warns=True, infinite=True),
    row("log2 at 0", np.log2, [0.0, 1], [INF, 1 / LN2], warns=True, infinite=True),
    row("log10 at 0", np.log10, [0.0, 1], [INF, 1 / LN10], warns=True, infinite=True),
    row("log2, extreme", np.log2, [1e300, 1e-300, INF], [1e-300 / LN2, 1e300 / LN2, 0]),
    row("log10, extreme", np.log10, [1.7e308, 1e-307, INF], [1 / 1.7e308 / LN10, 1e307 / LN10, 0]),
    row("exp2, far out", np.exp2, [-1e4, -INF, 0, 10], [0, 0, LN2, 1024 * LN2], [0, 0, LN2**2, 1024 * LN2**2]),
    row("logaddexp2, huge", np.logaddexp2, ([1e4, -1e4, 1e4, 1e300], [-1e4, 1e4, 1e4, -1e300]),
        ([1, 0, 0.5, 1], [0, 1, 0.5, 0])),
    row("logaddexp2, infinite", np.logaddexp2, ([INF, 0, -INF, INF, -INF], [0, INF, 0, INF, -INF]),
        ([1, 0, 0, 0.5, 0], [0, 1, 1, 0.5, 0])),
    row("logaddexp2, second order", lambda x: np.logaddexp2(x, 0), [0.0, 1e4, -1e4], [0.5, 1, 0], [LN2 / 4, 0, 0]),
    row("cbrt at 0", np.cbrt, [0.0, 8, -8], [INF, 1 / 12, 1 / 12], infinite=True),
    row("cbrt, extreme", np.cbrt, [1e-300, 1e300], [1e200 / 3, 1e-200 / 3]),
    row("float_power, x ** 0", lambda x: np.float_power(x, 0), [0.0, 2], [0, 0], [0, 0]),
    row("float_power, 0 ** y", lambda y: np.float_power(0.0, y), [0.0, 1, 2], [0, 0, 0]),
    row("float_power 0.5 at 0", lambda x: np.float_power(x, 0.5), [0.0, 4], [INF, 0.25], infinite=True),
    row("ldexp", lambda x: np.ldexp(x, [3, -3]), [0.0, 2], [8, 0.125], [0, 0]),
    row("degrees", lambda x: np.deg2rad(x) + np.radians(x), [0.0], [PI / 90], [0]),
    row("radians", lambda x: np.rad2deg(x) + np.degrees(x), [0.0], [360 / PI], [0]),
)  # fmt: skip

ANGLES = (
    row("hypot(0, 0)", np.hypot, (0.0, -0.0), (0, 0), (0, 0)),
    row("hypot on the axes", np.hypot, ([3.0, 0, -2], [0.0, -5, 0]), ([1, 0, -1], [0, -1, 0]),
        ([0, 1 / 5, 0], [1 / 3, 0, 1 / 2])),
    row("hypot, huge and tiny", np.hypot, ([3e300, 3e-300], [4e300, 4e-300]), ([0.6, 0.6], [0.8, 0.8])),
    row("hypot, one infinite", np.hypot, ([INF, 1, -INF], [1.0, -INF, 1e300]), ([1, 0, -1], [0, -1, 0]),
        ([0, 0, 0], [0, 0, 0])),
    row("where, hypot at 0", lambda x, y: np.where(x > 0, np.hypot(x, y), 0), ([0.0, 3], [0.0, 4]),
        ([0, 0.6], [0, 0.8])),
    row("arctan2(0, 0)", np.arctan2, ([0.0, -0.0, 0.0], [0.0, 0.0, -0.0]), ([0, 0, 0], [0, 0, 0]), ([0] * 3, [0] * 3)),
    row("arctan2 on the axes", np.arctan2, ([1.0, 0, -1, 0], [0.0, 1, 0, -1]), ([0, 1, 0, -1], [-1, 0, 1, 0])),
    row("arctan2, second order", np.arctan2, (1.0, 2.0), (0.4, -0.2), (-0.28, 0.04)),
    row("arctan2, huge and tiny", np.arctan2, ([3e300, 3e-300, 1e-320], [4e300, 4e-300, 1.0]),
        ([1.6e-301, 1.6e299, 1], [-1.2e-301, -1.2e299, -1e-320])),
    row("arctan2, infinite", np.arctan2, ([INF, 1, INF, -INF], [1.0, -INF, INF, 0]), ([0] * 4, [0] * 4)),
    row("angle of real numbers", np.angle, [-2.0, 0, 3], [0, 0, 0], [0, 0, 0]),
    row("unwrap adds constant turns", lambda p: np.unwrap(p) * np.array([1.0, 2, 3]), [0.0, 4, 8], [1, 2, 3],
        [0, 0, 0]),
)  # fmt: skip

SINC = (
    row("sinc at 0", np.sinc, [0.0, -0.0], [0, 0], [-(PI**2) / 3, -(PI**2) / 3]),
    row("sinc beside 0", np.sinc, [1e-200, -1e-8, 1e-3], [-(PI**2) / 3 * 1e-200, PI**2 / 3 * 1e-8,
        -(PI**2) / 3 * 1e-3 * (1 - PI**2 * 1e-7 + PI**4 / 280 * 1e-12)], [-(PI**2) / 3, -(PI**2) / 3,
        -(PI**2) / 3 * (1 - 3 * PI**2 * 1e-7 + PI**4 / 56 * 1e-12)]),
    row("sinc away from 0", np.sinc, [0.5, 1, -1], [-4 / PI, -1, 1], [16 / PI - 2 * PI, 2, 2]),
    row("i0 at 0", np.i0, [0.0, 1e-200], [0, 5e-201], [0.5, 0.5]),
    row("i0 at 1", np.i0, [1.0], [I1[0]], [(I0_OF_1 + I2_OF_1) / 2]),
    row("i0, far out", np.i0, [1.0, 30, 700], I1),
    row("i0 is even", np.i0, [-1.0, -30, -700], [-i for i in I1]),
)  # fmt: skip

REPLACED = (
    row("nan_to_num", np.nan_to_num, [math.nan, INF, -INF, 2], [0, 0, 0, 1], [0, 0, 0, 0]),
    row("nan_to_num over log", lambda x: np.nan_to_num(np.log(x)), [0.0, 2], [0, 0.5], [0, -0.25], warns=True),
    row("nan_to_num over 0 / 0", lambda x: np.nan_to_num(x / x**2), [0.0, 2], [0, -0.25], [0, 0.25], warns=True),
)  # fmt: skip

ROWS = (*INVERSES, *LOGARITHMS, *ANGLES, *SINC, *REPLACED)
