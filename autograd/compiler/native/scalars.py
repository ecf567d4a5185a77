"""What is computed of each element: a function of rows for each of NumPy's, and how kinds are converted.

Arithmetic is what NumPy's is, bit for bit; elementary functions come from `maths`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.native.lanes import BITS, FLOATS, Row, absolute, copysign, fma, sqrt, where
from autograd.compiler.native.maths import FUNCTIONS as MATHS
from autograd.compiler.native.maths import rounding

#: The kind of lane for each dtype; of a boolean `i1` in lanes and `i8` in memory.
KINDS = {
    np.dtype(np.float64): "f64", np.dtype(np.float32): "f32", np.dtype(np.int64): "i64", np.dtype(np.int32): "i32",
    np.dtype(bool): "i1",
}  # fmt: skip


def converted(x: Row, kind: str) -> Row:
    """Convert to another kind as `astype` does; not from floats to integers."""
    if x.kind == kind:
        return x
    if kind == "i1":
        return x.differs(0)
    if x.kind == "i1":
        return where(x, x.fn.constant(1, kind, x.lanes), 0)
    if kind in FLOATS:
        if x.kind in FLOATS:
            return x.cast("fpext" if kind == "f64" else "fptrunc", kind)
        return x.cast("sitofp", kind)
    return x.cast("sext" if BITS[kind] > BITS[x.kind] else "trunc", kind)


def _signs(x: Row) -> Row:
    """NaN stays."""
    one = where(x > 0, x.like(1), where(x < 0, x.like(-1), x.like(0)))
    return where(x.is_nan(), x, one) if x.kind in FLOATS else one


def _absolute(x: Row) -> Row:
    return absolute(x) if x.kind in FLOATS else where(x < 0, 0 - x, x)


def _over(x: Row, y: Row) -> Row:
    """X / y, and 0 for 0 / 0."""
    both = x.equals(0) & y.equals(0)
    return where(both, 0.0, x / y)


def _heaviside(x: Row, y: Row) -> Row:
    return where(x.is_nan(), x, where(x < 0, x.like(0), where(x > 0, x.like(1), y)))


def _logaddexp(x: Row, y: Row) -> Row:
    """Add log1p(e^-|x - y|) to the larger; two equal infinities give themselves."""
    larger = where(x > y, x, y)
    gap = absolute(x - y)
    spread = larger + MATHS["log1p"](MATHS["exp"](-gap))
    return where(x.equals(y), x + float(np.log(2.0)), where(gap.is_nan(), x + y, spread))


def _xlogy(x: Row, y: Row) -> Row:
    """0 where x is, whatever y, unless that is NaN."""
    return where(x.equals(0) & ~y.is_nan(), 0.0, x * MATHS["log"](y))


def _xlog1py(x: Row, y: Row) -> Row:
    """0 where x is, whatever y, unless that is NaN."""
    return where(x.equals(0) & ~y.is_nan(), 0.0, x * MATHS["log1p"](y))


def _hypot(x: Row, y: Row) -> Row:
    """Multiply the larger by √(1 + (smaller / larger)²); infinite if one is, NaN or not."""
    a, b = absolute(x), absolute(y)
    larger, smaller = where(a > b, a, b), where(a > b, b, a)
    ratio = where(larger.equals(0), 0.0, smaller / larger)
    length = larger * sqrt(fma(ratio, ratio, 1.0))
    infinite = a.equals(np.inf) | b.equals(np.inf)
    return where(infinite, np.inf, where(x.is_nan() | y.is_nan(), x + y, length))


def _expit(x: Row) -> Row:
    """1 / (1 + e^-x), on both sides from the exponential that does not overflow."""
    e = MATHS["exp"](-absolute(x))
    return where(x < 0, e, 1.0) / (e + 1.0)


FUNCTIONS: dict[str, Callable[..., Row]] = {
    "same": lambda x: x,
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x: -x,
    "positive": lambda x: x,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1.0 / x,
    "sqrt": sqrt,
    "absolute": _absolute,
    "fabs": absolute,
    "sign": _signs,
    "copysign": copysign,
    "over": _over,
    "halve": lambda x, ties: where(ties, x * 0.5, x),
    "clip": lambda x, low, high: rounding.minimum(rounding.maximum(x, low), high),
    "hypot": _hypot,
    "xlogy": _xlogy,
    "xlog1py": _xlog1py,
    "where": where,
    "maximum": lambda x, y: rounding.maximum(x, y) if x.kind in FLOATS else where(x > y, x, y),
    "minimum": lambda x, y: rounding.minimum(x, y) if x.kind in FLOATS else where(x < y, x, y),
    "fmax": rounding.fmax,
    "fmin": rounding.fmin,
    "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "equal": lambda x, y: x.equals(y),
    "not_equal": lambda x, y: x.differs(y),
    "logical_and": lambda x, y: x & y,
    "logical_or": lambda x, y: x | y,
    "logical_xor": lambda x, y: x ^ y,
    "logical_not": lambda x: ~x,
    "isnan": lambda x: x.is_nan(),
    "isinf": lambda x: absolute(x).equals(np.inf),
    "isfinite": lambda x: absolute(x) < np.inf,
    "signbit": lambda x: x.bits() < 0,
    "heaviside": _heaviside,
    "logaddexp": _logaddexp,
    "expit": _expit,
    **MATHS,
}


def from_memory(x: Row) -> Row:
    """Take a boolean as it lies in memory."""
    return x.differs(0) if x.kind == "i8" else x


def to_memory(x: Row) -> Row:
    """Give a boolean as it lies in memory."""
    return x.cast("zext", "i8") if x.kind == "i1" else x


#: What a reduction starts with: what changes nothing, also no sign of a zero.
def start_of(reduce: str, kind: str) -> Any:
    """Give the number with which a reduction starts."""
    lowest = -np.inf if kind in FLOATS else -(1 << (BITS[kind] - 1))
    highest = np.inf if kind in FLOATS else (1 << (BITS[kind] - 1)) - 1
    zero = -0.0 if kind in FLOATS else 0
    return {"add": zero, "multiply": 1, "maximum": lowest, "minimum": highest}[reduce]
