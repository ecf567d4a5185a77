"""Functions of each element by itself: arithmetic, exponentials, trigonometry, choices between two.

A row reads as calculus: `g` is the derivative that flows, `x, y` the inputs, `ans` the output. Edges are decided in the
conventions (docs/conventions.md); where a rule needs more than a line to meet them, it is a function above its row.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy._core import umath

from autograd.entry import Array, apart
from autograd.families import elementwise, op
from autograd.multilinear import linear
from autograd.op import Op, Real, case, composite


def conj(x: Array) -> Array:
    """Give the complex conjugate, and what is real as it is, uncopied."""
    return np.conj(x) if x.dtype.kind == "c" else x


def _gate(x: Array, taken: Array) -> Array:
    """Give x where it is taken, and exactly 0 elsewhere, also where x is infinite.

    A product of the bits, as integers, with 0 or 1: no dearer than that of the floats, which makes NaN of inf * 0. With
    a random mask `np.where` takes six times as long.
    """
    word = _WORDS.get(x.dtype)
    if word is None or type(x) is not np.ndarray or x.shape != taken.shape:
        return np.where(taken, x, 0)
    result = np.empty_like(x)
    np.multiply(x.view(word), taken, out=result.view(word))
    return result


def _halve(x: Array, ties: Array) -> Array:
    """Give half of x at a tie; most arrays have none."""
    return x * np.subtract(1, np.multiply(ties, 0.5, dtype=x.dtype)) if ties.any() else x


def _over(x: Array, y: Array) -> Array:
    """Give x / y, and 0 for 0 / 0.

    The processor notices 0 / 0 by itself. For a few numbers counting zeros is quicker than to ask it.
    """
    if y.size < _FEW or type(y) is not np.ndarray:
        if np.count_nonzero(y) == y.size:
            return x / y
    else:
        try:
            with np.errstate(invalid="raise"):
                return x / y
        except FloatingPointError:
            pass
    return x / (y + _nothing(y, x))


def _nothing(x: Array, g: Array) -> Array:
    """Tell where x is 0 and nothing flows: there an infinite derivative gives 0."""
    return (x == 0) & (g == 0)


_WORDS = {np.dtype(f"f{size}"): np.dtype(f"i{size}") for size in (2, 4, 8)}
_FEW = 64

# What rules are made of: linear in what flows, so that they are their own rules
gate: Op = elementwise(
    _gate, inputs=("x", "taken"), name="gate", x=lambda g, taken: gate(g, taken), mask={"x": lambda taken: taken}
)
halve: Op = elementwise(_halve, inputs=("x", "ties"), name="halve", x=lambda g, ties: halve(g, ties))
over: Op = elementwise(
    _over,
    name="over",
    x=lambda g, y: over(g, y),
    y=lambda g, x, y: -over(over(g * x, y), y),
    sample={"y": Real(avoid=(0.0,))},
)


def tie(g: Array, taken: Array, ties: Array) -> Array:
    """Pass `g` where this input is taken, half of it at a tie, and exactly 0 elsewhere."""
    return halve(gate(g, taken), ties)


def _absolute(g: Array, x: Array) -> Array:
    """d|x| = sign(x) dx; for complex x it is Re(x* dx) / |x|, and 0 at 0."""
    if x.dtype.kind != "c":
        return g * np.sign(x)
    return g * (np.conj(x) / (np.absolute(x) + (x == 0)))


def _sign_vjp(g: Array, x: Array) -> Array:
    """Of sign(x): 0; of z / |z| = u for complex z: (g - Re(g u) u*) / |z|, and 0 at 0."""
    if x.dtype.kind != "c":
        return np.zeros_like(g)
    u = np.sign(x)
    return (g - np.real(g * u) * np.conj(u)) * (x != 0) / (np.absolute(x) + (x == 0))


def _sign_jvp(g: Array, x: Array) -> Array:
    """Of sign(x): 0; of z / |z| = u for complex z: (g - Re(u* g) u) / |z|, and 0 at 0."""
    if x.dtype.kind != "c":
        return np.zeros_like(g)
    u = np.sign(x)
    return (g - np.real(np.conj(u) * g) * u) * (x != 0) / (np.absolute(x) + (x == 0))


def power_x(g: Array, x: Array, y: Any) -> Array:
    """∂(x^y)/∂x = y x^(y-1), and 0 for y = 0 at x = 0; where it is infinite, 0 if nothing flows."""
    exponent: Any
    if isinstance(y, (int, float, complex)):
        if y == 0:
            return np.zeros_like(g)
        if not isinstance(y, complex) and y >= 1:
            return g * (y * x ** (y - 1))
        exponent = y - 1
    else:
        exponent = np.where((x == 0) & (y == 0), 1, y - 1)
    nothing = _nothing(x, g)
    return g * np.logical_not(nothing) * (y * (x + nothing) ** exponent)


def power_y(g: Array, ans: Array, x: Any, y: Array) -> Array:
    """∂(x^y)/∂y = x^y ln x, and 0 at x = 0 for y ≥ 0."""
    safe = np.where((x == 0) & (y >= 0) if ans.dtype.kind != "c" else x == 0, 1, x)
    with np.errstate(divide="ignore"):
        return g * (ans * np.log(safe))


def share(x: Array, y: Array, exp: Any = np.exp, logaddexp: Any = np.logaddexp) -> Array:
    """Give exp(x) / (exp(x) + exp(y)) without overflow: the part of x in logaddexp(x, y).

    Equal infinities share evenly, but nothing has a part in exp(-inf) + exp(-inf) = 0.
    """
    with np.errstate(invalid="ignore"):
        difference = np.where(np.isinf(x) & (x == y), 0, np.subtract(y, x))
    part = exp(-logaddexp(0, difference))
    return np.where((x == -math.inf) & (y == -math.inf), 0, part)


def _inside(x: Array, a_min: Any, a_max: Any) -> Any:
    """Tell where x is in the closed interval; a bound of None is none."""
    if a_min is None:
        return np.full(np.shape(x), True) if a_max is None else x <= a_max
    return x >= a_min if a_max is None else (x >= a_min) & (x <= a_max)


def _later(mask: Any) -> Any:
    """Make a mask only when something singular is met below."""
    return lambda x, a_min, a_max: lambda: mask(x, a_min, a_max)


def _below(x: Array, a_min: Any, a_max: Any) -> Any:
    """Tell where the lower bound is taken: between bounds the wrong way round it is the upper one."""
    return x < a_min if a_max is None else (x < a_min) & (a_min <= a_max)


def _above(x: Array, a_min: Any, a_max: Any) -> Any:
    """Tell where the upper bound is taken."""
    return x > a_max if a_min is None else (x > a_max) | (a_min > a_max)


def _clip(x: Any, a_min: Any, a_max: Any) -> Any:
    return np.clip(x, a_min, a_max)


#: The ufunc that `np.clip` ends in, which has no public name.
_CLIP: Any = vars(umath)["clip"]

#: Why a gradient costs more than six times the value.
PASS = "the value is one pass at the speed of memory, value and gradient several"
VIEW = "the value is a view of its input, the gradient an array"
READ = "the value only reads its input, the gradient writes an array of that size"

POSITIVE = Real(0.2, 3.0)
NONZERO = Real(avoid=(0.0,))

# Arithmetic
add = elementwise(np.add, x=lambda g: g, y=lambda g: g)
subtract = elementwise(np.subtract, x=lambda g: g, y=lambda g: -g)
multiply = elementwise(np.multiply, x=lambda g, y: g * y, y=lambda g, x: g * x)
divide = elementwise(
    np.divide, x=lambda g, y: g / y, y=lambda g, ans, y: -g * ans / y, sample={"y": NONZERO}, note=PASS
)
power = elementwise(
    np.power, x=power_x, y=power_y, sample={"x": POSITIVE}, note="of two arrays it takes a second power and a logarithm"
)
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
absolute = elementwise(np.absolute, x=_absolute, sample={"x": NONZERO}, note=PASS)

# Roots, exponentials, logarithms
sqrt = elementwise(np.sqrt, x=lambda g, ans: over(g, 2 * ans), sample={"x": POSITIVE})
exp = elementwise(np.exp, x=lambda g, ans: g * ans)
expm1 = elementwise(np.expm1, x=lambda g, x: g * np.exp(x))
log = elementwise(np.log, x=lambda g, x: over(g, x), sample={"x": POSITIVE})
log1p = elementwise(np.log1p, x=lambda g, x: over(g, 1 + x), sample={"x": Real(-0.6, 2.0)})
logaddexp = elementwise(np.logaddexp, x=lambda g, x, y: g * share(x, y), y=lambda g, x, y: g * share(y, x))

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

# Choices: what is not taken has a mask, which travels on with the cotangent
maximum = elementwise(
    np.maximum,
    x=lambda g, x, y: tie(g, x >= y, x == y),
    y=lambda g, x, y: tie(g, y >= x, x == y),
    sample={"x": Real(distinct=True), "y": Real(distinct=True)},
    mask={"x": lambda x, y: lambda: x >= y, "y": lambda x, y: lambda: y >= x},
    note=PASS,
)
minimum = elementwise(
    np.minimum,
    x=lambda g, x, y: tie(g, x <= y, x == y),
    y=lambda g, x, y: tie(g, y <= x, x == y),
    sample={"x": Real(distinct=True), "y": Real(distinct=True)},
    mask={"x": lambda x, y: lambda: x <= y, "y": lambda x, y: lambda: y <= x},
    note=PASS,
)
# At 0 its rule is not that of the maximum.
relu = elementwise(
    lambda x: np.maximum(apart(x), 0), name="relu", x=lambda g, ans: gate(g, ans > 0), sample={"x": NONZERO}
)
clip = elementwise(
    _clip,
    inputs=("x", "a_min", "a_max"),
    name="clip",
    numpy=(_CLIP,),
    x=lambda g, x, a_min, a_max: gate(g, _inside(x, a_min, a_max)),
    a_min=lambda g, x, a_min, a_max: gate(g, _below(x, a_min, a_max)),
    a_max=lambda g, x, a_min, a_max: gate(g, _above(x, a_min, a_max)),
    sample={"x": Real(avoid=(-0.75, 0.75)), "a_min": Real(-0.8, -0.7), "a_max": Real(0.7, 0.8)},
    mask={"x": _later(_inside), "a_min": _later(_below), "a_max": _later(_above)},
    note=PASS,
)
where = elementwise(
    lambda condition, x, y: np.where(condition, x, y),
    inputs=("condition", "x", "y"),
    name="where",
    x=lambda g, condition: np.where(condition, g, 0),
    y=lambda g, condition: np.where(condition, 0, g),
    mask={"x": lambda condition: np.logical_and(condition, True), "y": lambda condition: np.logical_not(condition)},
)


def _bounds(old: tuple[Any, Any], new: tuple[Any, Any]) -> list[Any]:
    """Take the bounds `new`, min= and max=, where of the `old` ones, a_min and a_max, one at least is missing."""
    if any(bound is not np._NoValue for bound in old):
        if any(bound is not np._NoValue for bound in new):
            raise ValueError("clip takes min= and max=, or a_min and a_max, not both")
        raise TypeError("clip takes both a_min and a_max, or min= and max=")
    return [None if bound is np._NoValue else bound for bound in new]


@composite(
    np.clip,
    bitwise=True,
    note=PASS,
    inputs=("a", "a_min", "a_max"),
    sample={"a": Real(avoid=(-0.75, 0.75)), "a_min": Real(-0.8, -0.7), "a_max": Real(0.7, 0.8)},
    cases=[
        case((3, 4), (4,), (3, 1)), case((), (2,), (2, 1)), case((3, 4), a_min=-0.75, a_max=None),
        case((3, 4), min=-0.75), case((3, 4), min=None, max=0.75), case((0, 2), a_min=None, a_max=0.75),
        case((3, 4), min=-0.75, max=0.75, casting="same_kind"), case((3, 4), min=-0.75, casting="same_kind"),
        case((3, 4), max=0.75, casting="same_kind"),
    ],
)  # fmt: skip
def _np_clip(
    a: Any,
    a_min: Any = np._NoValue,
    a_max: Any = np._NoValue,
    out: Any = None,
    *,
    min: Any = np._NoValue,
    max: Any = np._NoValue,
    **options: Any,
) -> Any:
    """Compute minimum(maximum(a, a_min), a_max); at a bound it is a that has the derivative."""
    if a_min is np._NoValue or a_max is np._NoValue or min is not np._NoValue or max is not np._NoValue:
        a_min, a_max = _bounds((a_min, a_max), (min, max))
    if options:
        return _CLIP(a, -math.inf if a_min is None else a_min, math.inf if a_max is None else a_max, **options)
    return clip.call(a, a_min, a_max)


@composite(np.where, bitwise=True, cases=[case((2, 3), (2, 3), (2, 3)), case((3, 1), (4,), ()), case((0, 2), (2,), ())])
def _np_where(condition: Any, *choices: Any) -> Any:
    """Take x where the condition holds and y elsewhere; of a condition alone, give the indices."""
    if not choices:
        return np.nonzero(condition)
    return where.call(condition, *choices)


# Complex parts and types: linear over the reals, where a real value meets a complex derivative its real part is kept
real = linear(lambda x: x.real, name="real", numpy=(np.real,), x=lambda g: g, moves=True)
imag = linear(lambda x: x.imag, name="imag", numpy=(np.imag,), x=lambda g: g * -1j)
conjugate = linear(np.conjugate, x=lambda g: np.conj(g), moves=True)
astype = linear(lambda x, dtype: x.astype(dtype), name="astype", x=lambda g: g, moves=True)
copy = linear(
    lambda x, order="K": np.copy(x, order), name="copy", numpy=(np.copy,), x=lambda g: g, moves=True,
    cases=[case((2, 3)), case((2, 3), order="F"), case(()), case((0, 2), order="C")],
)  # fmt: skip
