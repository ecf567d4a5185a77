"""What several of SciPy's rooms share: why there is no derivative in some arguments, and rules of several outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array

ORDER = "in the order of the function it has no closed form"
DEGREE = "in the degree of a polynomial it has no closed form"
SHAPE = "in a shape parameter it has no closed form"
COUNT = "the function is piecewise constant in a count, or defined for integers only"
INVERSE = "it solves for a parameter in which the distribution has no closed derivative"


def wide(x: Array) -> Array:
    """Take float16, for which SciPy has no loops, to the float32 or better that its functions compute with."""
    return x.astype(np.float32) if getattr(x, "dtype", None) == np.float16 else x


def whole(n: Any) -> Any:
    """Cut a count to the whole number that SciPy takes it for."""
    return np.trunc(n + 0)


def ends(g: Array, slope: Array) -> Array:
    """Apply a slope that is infinite at an end of the domain: 0 where nothing flows."""
    infinite = np.isinf(slope)
    return g * np.where((g == 0) & infinite, 0, slope) if np.any(infinite) else g * slope


def pull(g: Any, *slopes: Any) -> Array:
    """Sum the cotangents of several outputs, each times its derivative: None is an output through which none flows."""
    parts = [part * slope for part, slope in zip(g, slopes, strict=True) if part is not None]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def push(g: Array, *slopes: Any) -> tuple[Array, ...]:
    """Give the tangents of several outputs."""
    return tuple([g * slope for slope in slopes])
