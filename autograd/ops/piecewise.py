"""Functions of each element by parts: choices between two, remainders, signs, the parts of a number.

What is constant by parts stays on the tape with gradient 0, as `floor` does; what gives integers or booleans does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.families import elementwise, op
from autograd.op import Real, case, composite, constants, present
from autograd.ops.constant import COMPARES
from autograd.ops.elementwise import NONZERO, PASS, floor_divide, gate, remainder, tie

APART = {"x": Real(distinct=True), "y": Real(distinct=True)}
BETWEEN = Real(avoid=(-2.0, -1.0, 0.0, 1.0, 2.0))


def _at_least(x: Array, y: Array) -> Any:
    """Tell where x is the larger of two, or y is NaN: of two numbers `fmax` passes over one that is none."""
    return (x >= y) | np.isnan(y)


def _at_most(x: Array, y: Array) -> Any:
    """Tell where x is the smaller of two, or y is NaN."""
    return (x <= y) | np.isnan(y)


def _same(x: Array, y: Array) -> Any:
    """Tell where two are equal, or both NaN."""
    return (x == y) | (np.isnan(x) & np.isnan(y))


# Choices between two
fmax = elementwise(
    np.fmax,
    x=lambda g, x, y: tie(g, _at_least(x, y), _same(x, y)),
    y=lambda g, x, y: tie(g, _at_least(y, x), _same(x, y)),
    sample=APART,
    mask={"x": lambda x, y: lambda: _at_least(x, y), "y": lambda x, y: lambda: _at_least(y, x)},
    note=PASS,
)
fmin = elementwise(
    np.fmin,
    x=lambda g, x, y: tie(g, _at_most(x, y), _same(x, y)),
    y=lambda g, x, y: tie(g, _at_most(y, x), _same(x, y)),
    sample=APART,
    mask={"x": lambda x, y: lambda: _at_most(x, y), "y": lambda x, y: lambda: _at_most(y, x)},
    note=PASS,
)
heaviside = elementwise(
    np.heaviside,
    x=lambda g: np.zeros_like(g),
    y=lambda g, x: gate(g, np.equal(x, 0)),
    sample={"x": NONZERO},
    note="y is the value at x = 0",
)

# Signs
fabs = elementwise(np.fabs, x=lambda g, x: g * np.sign(x), sample={"x": NONZERO})
copysign = elementwise(
    np.copysign,
    x=lambda g, x, y: g * (np.sign(x) * np.copysign(1, y)),
    y=lambda g: np.zeros_like(g),
    sample={"x": NONZERO, "y": NONZERO},
)

# Remainders; x - ans is a multiple of y but for its rounding
fmod = elementwise(
    np.fmod,
    x=lambda g: g,
    y=lambda g, ans, x, y: -g * np.rint((x - ans) / y),
    sample={"x": Real(2.6, 2.9), "y": Real(1.0, 1.25)},
)


@composite(np.divmod, sample={"x": Real(2.6, 2.9), "y": Real(1.0, 1.25)}, cases=[case((2, 3), (3,)), case((), (2, 1))])
def _np_divmod(x: Any, y: Any) -> tuple[Any, Any]:
    return floor_divide(x, y), remainder(x, y)


# The parts of a number
fix = elementwise(lambda x: np.fix(x), name="fix", numpy=(np.fix,), x=lambda g: np.zeros_like(g), sample={"x": BETWEEN})
spacing = elementwise(np.spacing, x=lambda g: np.zeros_like(g), sample={"x": Real(1.1, 1.9)})
nextafter = elementwise(np.nextafter, x=lambda g: g, y=lambda g: np.zeros_like(g))
modf = op(
    np.modf,
    inputs=("x",),
    outputs=("fraction", "whole"),
    vjp={"x": lambda g: np.zeros_like(g[1]) if g[0] is None else g[0]},
    jvp={"x": lambda g: (g, np.zeros_like(g))},
    sample={"x": BETWEEN},
)
frexp = op(
    np.frexp,
    inputs=("x",),
    outputs=("mantissa", "exponent"),
    vjp={"x": lambda g, exponent: np.ldexp(g[0], -exponent)},
    jvp={"x": lambda g, exponent: (np.ldexp(g, -exponent), None)},
    sample={"x": Real(1.1, 1.9)},
)

_of_bits = "bitwise_and bitwise_or bitwise_xor invert left_shift right_shift bitwise_count gcd lcm"
constants.update(dict.fromkeys(present(np, *_of_bits.split()), "of integers or booleans only"))
constants.update(dict.fromkeys((np.isposinf, np.isneginf), COMPARES))
