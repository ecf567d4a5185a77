"""Functions of each element by itself: arithmetic, exponentials, trigonometry, choices between two.

A row reads as calculus: `g` is the derivative that flows, `x, y` the inputs, `ans` the output. Edges are decided in the
conventions (docs/conventions.md); where a rule needs more than a line to meet them, it is a function above its row.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.entry import Array
from autograd.families import elementwise, linear, op
from autograd.op import Real, case, composite


def conj(x: Array) -> Array:
    """Give the complex conjugate, and what is real as it is, uncopied."""
    return np.conj(x) if x.dtype.kind == "c" else x


def _tie(g: Array, wins: Array, ties: Array) -> Array:
    """Pass `g` where this input wins, and half of it at a tie."""
    return g * (wins + np.multiply(ties, 0.5, dtype=g.dtype))


def _absolute(g: Array, x: Array) -> Array:
    """d|x| = sign(x) dx; for complex x it is Re(x* dx) / |x|, and 0 at 0."""
    if x.dtype.kind != "c":
        return g * np.sign(x)
    return g * (np.conj(x) / (np.absolute(x) + (x == 0)))


def _sign_vjp(g: Array, x: Array) -> Array:
    """Of sign(x): 0; of z / |z| = u for complex z: (g - Re(g u) u*) / |z|."""
    if x.dtype.kind != "c":
        return np.zeros_like(g)
    u = np.sign(x)
    return (g - np.real(g * u) * np.conj(u)) / (np.absolute(x) + (x == 0))


def _sign_jvp(g: Array, x: Array) -> Array:
    """Of sign(x): 0; of z / |z| = u for complex z: (g - Re(u* g) u) / |z|."""
    if x.dtype.kind != "c":
        return np.zeros_like(g)
    u = np.sign(x)
    return (g - np.real(np.conj(u) * g) * u) / (np.absolute(x) + (x == 0))


def _nothing(x: Array, g: Array) -> Array:
    """Tell where x is 0 and nothing flows: there an infinite derivative gives 0."""
    return (x == 0) & (g == 0)


def _sqrt(g: Array, ans: Array) -> Array:
    """d√x = dx / 2√x: inf at 0, but 0 where nothing flows."""
    nothing = _nothing(ans, g)
    return g * np.logical_not(nothing) / (2 * ans + nothing)


def _power_x(g: Array, x: Array, y: Any) -> Array:
    """∂(x^y)/∂x = y x^(y-1), and 0 for y = 0 at x = 0; where it is infinite, 0 if nothing flows."""
    exponent: Any
    if isinstance(y, (int, float, complex)):
        if y == 0:
            return g * np.zeros_like(x)
        if not isinstance(y, complex) and y >= 1:
            return g * (y * x ** (y - 1))
        exponent = y - 1
    else:
        exponent = np.where((x == 0) & (y == 0), 1, y - 1)
    nothing = _nothing(x, g)
    return g * np.logical_not(nothing) * (y * (x + nothing) ** exponent)


def _power_y(g: Array, ans: Array, x: Any, y: Array) -> Array:
    """∂(x^y)/∂y = x^y ln x, and 0 at x = 0 for y ≥ 0."""
    safe = np.where((x == 0) & (y >= 0) if ans.dtype.kind != "c" else x == 0, 1, x)
    with np.errstate(divide="ignore"):
        return g * (ans * np.log(safe))


def _share(x: Array, y: Array) -> Array:
    """Give exp(x) / (exp(x) + exp(y)) without overflow: the part of x in logaddexp(x, y).

    Equal infinities share evenly, but nothing has a part in exp(-inf) + exp(-inf) = 0.
    """
    with np.errstate(invalid="ignore"):
        difference = np.where(np.isinf(x) & (x == y), 0, np.subtract(y, x))
    part = np.exp(-np.logaddexp(0, difference))
    return np.where((x == -math.inf) & (y == -math.inf), 0, part)


def _inside(x: Array, a_min: Any, a_max: Any) -> Any:
    """Tell where x is in the closed interval; a bound of None is none."""
    above = True if a_min is None else x >= a_min
    return above if a_max is None else above & (x <= a_max)


def _clip(x: Any, a_min: Any, a_max: Any) -> Any:
    return np.clip(x, a_min, a_max)


POSITIVE = Real(0.2, 3.0)
NONZERO = Real(avoid=(0.0,))

# Arithmetic
add = elementwise(np.add, x=lambda g: g, y=lambda g: g)
subtract = elementwise(np.subtract, x=lambda g: g, y=lambda g: -g)
multiply = elementwise(np.multiply, x=lambda g, y: g * y, y=lambda g, x: g * x)
divide = elementwise(np.divide, x=lambda g, y: g / y, y=lambda g, ans, y: -g * ans / y, sample={"y": NONZERO})
power = elementwise(np.power, x=_power_x, y=_power_y, sample={"x": POSITIVE})
remainder = elementwise(
    np.remainder,
    x=lambda g: g,
    y=lambda g, x, y: -g * np.floor_divide(x, y),
    sample={"x": Real(2.6, 2.9), "y": Real(1.0, 1.25)},
)
negative = elementwise(np.negative, x=lambda g: -g)
positive = elementwise(np.positive, x=lambda g: g)
square = elementwise(np.square, x=lambda g, x: g * (2 * x))
reciprocal = elementwise(np.reciprocal, x=lambda g, ans: -g * ans * ans, sample={"x": NONZERO})
absolute = elementwise(np.absolute, x=_absolute, sample={"x": NONZERO})

# Roots, exponentials, logarithms
sqrt = elementwise(np.sqrt, x=_sqrt, sample={"x": POSITIVE})
exp = elementwise(np.exp, x=lambda g, ans: g * ans)
expm1 = elementwise(np.expm1, x=lambda g, x: g * np.exp(x))
log = elementwise(np.log, x=lambda g, x: g / x, sample={"x": POSITIVE})
log1p = elementwise(np.log1p, x=lambda g, x: g / (1 + x), sample={"x": Real(-0.6, 2.0)})
logaddexp = elementwise(np.logaddexp, x=lambda g, x, y: g * _share(x, y), y=lambda g, x, y: g * _share(y, x))

# Trigonometry
sin = elementwise(np.sin, x=lambda g, x: g * np.cos(x))
cos = elementwise(np.cos, x=lambda g, x: -g * np.sin(x))
tanh = elementwise(np.tanh, x=lambda g, ans: g * (1 - ans * ans))

# Piecewise constant: connected, with gradient 0
sign = op(np.sign, vjp={"x": _sign_vjp}, jvp={"x": _sign_jvp}, sample={"x": NONZERO}, cases=[case((2, 3)), case(())])
floor = elementwise(np.floor, x=lambda g: np.zeros_like(g), sample={"x": Real(0.1, 0.9)})
ceil = elementwise(np.ceil, x=lambda g: np.zeros_like(g), sample={"x": Real(0.1, 0.9)})
trunc = elementwise(np.trunc, x=lambda g: np.zeros_like(g), sample={"x": Real(0.1, 0.9)})
rint = elementwise(np.rint, x=lambda g: np.zeros_like(g), sample={"x": Real(0.6, 1.4)})
round_ = elementwise(
    lambda a, decimals=0: np.round(a, decimals),
    name="round",
    numpy=(np.round, np.around),
    a=lambda g: np.zeros_like(g),
    sample={"a": Real(0.6, 1.4)},
)
floor_divide = elementwise(
    np.floor_divide,
    x=lambda g: np.zeros_like(g),
    y=lambda g: np.zeros_like(g),
    sample={"x": Real(0.1, 0.9), "y": Real(1.0, 2.0)},
)

# Choices
maximum = elementwise(
    np.maximum,
    x=lambda g, x, y: _tie(g, x > y, x == y),
    y=lambda g, x, y: _tie(g, y > x, x == y),
    sample={"x": Real(distinct=True), "y": Real(distinct=True)},
)
minimum = elementwise(
    np.minimum,
    x=lambda g, x, y: _tie(g, x < y, x == y),
    y=lambda g, x, y: _tie(g, y < x, x == y),
    sample={"x": Real(distinct=True), "y": Real(distinct=True)},
)
relu = elementwise(lambda x: np.maximum(x, 0), name="relu", x=lambda g, ans: g * (ans > 0), sample={"x": NONZERO})
clip = elementwise(
    _clip,
    inputs=("x", "a_min", "a_max"),
    name="clip",
    x=lambda g, x, a_min, a_max: g * _inside(x, a_min, a_max),
    a_min=lambda g, x, a_min, a_max: g * ((x < a_min) if a_max is None else (x < a_min) & (a_min <= a_max)),
    a_max=lambda g, x, a_min, a_max: g * ((x > a_max) if a_min is None else (x > a_max) | (a_min > a_max)),
    sample={"x": Real(avoid=(-0.75, 0.75)), "a_min": Real(-0.8, -0.7), "a_max": Real(0.7, 0.8)},
)
where = elementwise(
    lambda condition, x, y: np.where(condition, x, y),
    inputs=("condition", "x", "y"),
    name="where",
    x=lambda g, condition: np.where(condition, g, 0),
    y=lambda g, condition: np.where(condition, 0, g),
    mask={"x": lambda condition: np.logical_and(condition, True), "y": lambda condition: np.logical_not(condition)},
)


@composite(np.clip)
def _np_clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return clip.call(a, a_min if min is None else min, a_max if max is None else max)


@composite(np.where)
def _np_where(condition: Any, *choices: Any) -> Any:
    if not choices:
        return np.nonzero(condition)
    return where.call(condition, *choices)


# Complex parts and types: linear over the reals, where a real value meets a complex derivative its real part is kept
real = linear(lambda x: x.real, name="real", numpy=(np.real,), x=lambda g: g, moves=True)
imag = linear(lambda x: x.imag, name="imag", numpy=(np.imag,), x=lambda g: g * -1j)
conjugate = linear(np.conjugate, x=lambda g: np.conj(g), moves=True)
astype = linear(lambda x, dtype: x.astype(dtype), name="astype", x=lambda g: g, moves=True)
copy = linear(lambda x: x.copy(), name="copy", numpy=(np.copy,), x=lambda g: g, moves=True)
