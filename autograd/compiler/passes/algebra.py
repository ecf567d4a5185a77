"""Simplify by a table of identities: what holds for every number, to rounding and but for the sign of a zero.

Each row looks at one call and what made its arguments, and gives the value that stands for it, or None. No row changes
a shape or a dtype, and none assumes that a number is finite: `x * 0` stays.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.passes.kinds import is_elementwise, number_of, reduction
from autograd.compiler.passes.rewriting import Rewriter, rewritten
from autograd.compiler.program import Node, Program, Value
from autograd.compiler.symbol import cast
from autograd.ops.elementwise import over

Row = Callable[[Rewriter, Node], Any]
TABLE: dict[Any, list[Row]] = {}


def row(*functions: Any) -> Callable[[Row], Row]:
    """Add a row to the table, for calls of these functions."""

    def add(fn: Row) -> Row:
        for function in functions:
            TABLE.setdefault(function, []).append(fn)
        return fn

    return add


def run(program: Program) -> Program:
    """Apply the table to each call, in order."""
    return rewritten(program, simplified)


def simplified(r: Rewriter, node: Node) -> Any:
    """Give what stands for a call, by the first row that knows something; None if none does."""
    if node.ordered or node.build is not None:
        return None
    for fn in TABLE.get(node.fn, ()):
        found = fn(r, node)
        if isinstance(found, Value) and found.looks_like(node.out):
            return found
    if is_elementwise(node.fn) and (found := _implicit(r, node)) is not None:
        return found
    return None


def number(r: Rewriter, x: Any) -> Any:
    """Give the number that `x` is everywhere, or None."""
    return number_of(r.maker(x), x)


def _full(r: Rewriter, out: Value, value: Any) -> Value:
    return r.call(np.full, out.shape, value, dtype=out.dtype)


# Numbers


@row(np.copy, np.positive, np.ascontiguousarray)
def same(r: Rewriter, node: Node) -> Any:
    """Take a copy for the value itself: values do not change."""
    return node.args[0]


@row(np.multiply, np.add)
def neutral(r: Rewriter, node: Node) -> Any:
    """Leave out the 1 of x * 1 and the 0 of x + 0."""
    x, y = node.args
    nothing = 1 if node.fn is np.multiply else 0
    if number(r, y) == nothing and isinstance(x, Value):
        return x
    return y if number(r, x) == nothing and isinstance(y, Value) else None


@row(np.divide, over, np.power)
def by_one(r: Rewriter, node: Node) -> Any:
    """Leave out the 1 of x / 1 and x ** 1."""
    x, y = node.args
    return x if number(r, y) == 1 else None


@row(np.subtract)
def minus_zero(r: Rewriter, node: Node) -> Any:
    """Write x for x - 0, and -x for 0 - x."""
    x, y = node.args
    if number(r, y) == 0:
        return x
    if not one_kind(node):
        return None
    return r.call(np.negative, y) if number(r, x) == 0 and isinstance(y, Value) and y.shape == node.out.shape else None


@row(np.negative)
def minus_minus(r: Rewriter, node: Node) -> Any:
    """--x = x, and -(x - y) = y - x."""
    made = r.maker(node.args[0])
    if made is None:
        return None
    if made.fn is np.negative:
        return made.args[0]
    if made.fn is np.subtract:
        return r.call(np.subtract, made.args[1], made.args[0])
    return None


@row(np.add, np.subtract)
def plus_minus(r: Rewriter, node: Node) -> Any:
    """Write x - y for x + (-y), y - x for (-x) + y, x + y for x - (-y)."""
    x, y = node.args
    if not one_kind(node):
        return None
    made = r.maker(y)
    if made is not None and made.fn is np.negative:
        return r.call(np.subtract if node.fn is np.add else np.add, x, made.args[0])
    made = r.maker(x)
    if made is not None and made.fn is np.negative and node.fn is np.add:
        return r.call(np.subtract, y, made.args[0])
    return None


@row(np.multiply, np.divide, over)
def minus_times(r: Rewriter, node: Node) -> Any:
    """(-x) * c = x * (-c) and (-x) * (-y) = x * y."""
    x, y = node.args
    if not one_kind(node):
        return None
    plus_x, plus_y = _negated(r, x), _negated(r, y)
    if plus_x is not None and plus_y is not None:
        return r.call(node.fn, plus_x, plus_y)
    # A whole 0 has no sign, and loses that of what it multiplies or divides.
    if plus_x is not None and (c := number(r, y)) is not None and c != 0:
        return r.call(node.fn, plus_x, -c)
    if plus_y is not None and (c := number(r, x)) is not None and c != 0:
        return r.call(node.fn, -c, plus_y)
    return None


def _negated(r: Rewriter, x: Any) -> Value | None:
    """Give y where x = -y."""
    made = r.maker(x)
    return made.args[0] if made is not None and made.fn is np.negative else None


@row(np.power)
def square(r: Rewriter, node: Node) -> Any:
    """Write x ** 2 as x * x and x ** -1 as 1 / x; x ** 0.5 is √x but at -∞ and -0."""
    x, y = node.args
    ufunc = {2: np.square, -1: np.reciprocal}.get(number(r, y))
    if ufunc is None or not isinstance(x, Value) or (x.dtype.kind not in "fc" and ufunc is not np.square):
        return None
    return r.call(ufunc, x)


@row(np.multiply, np.divide)
def numbers_together(r: Rewriter, node: Node) -> Any:
    """(x * a) * b = x * (a * b) and (x * a) / b = x * (a / b), for numbers a and b."""
    x, y = node.args
    b = number(r, y)
    if b is None and node.fn is np.multiply:
        x, b = y, number(r, x)
    found = multiple(r, x)
    if b is None or found is None or not _real(b) or not one_kind(node) or b == 0:
        return None
    inner, a = found
    product = a * float(b) if node.fn is np.multiply else a / float(b)
    # A product of the numbers may overflow where one after the other would not.
    least, most = _SAFE.get(node.out.dtype, (1.0, 1.0))
    if all(least < abs(c) < most for c in (a, float(b), product)):
        return r.call(np.multiply, inner, product)
    return None


def multiple(r: Rewriter, x: Any) -> tuple[Value, float] | None:
    """Give y and a where x = y * a for a number a, made with it."""
    made = r.maker(x)
    if made is None or made.fn not in (np.negative, np.multiply) or not one_kind(made):
        return None
    if made.fn is np.negative:
        return made.args[0], -1.0
    for inner, a in (made.args, made.args[::-1]):
        if (a := number(r, a)) is not None and _real(a) and isinstance(inner, Value):
            return (inner, float(a)) if inner.shape == x.shape else None
    return None


#: Between which numbers a product stays far from over- and underflow.
_SAFE = {np.dtype(np.float64): (1e-60, 1e60), np.dtype(np.float32): (1e-8, 1e8)}


def one_kind(node: Node) -> bool:
    """Tell whether a call computes with floats of one dtype, in which a sign may be moved about."""
    kind = node.out.dtype
    return kind.kind in "fc" and all(arg.dtype == kind for arg in node.args if isinstance(arg, Value))


def _real(c: Any) -> bool:
    return isinstance(c, (float, np.floating)) or (isinstance(c, (int, np.integer)) and not isinstance(c, bool))


# Choices


@row(np.where)
def known_choice(r: Rewriter, node: Node) -> Any:
    """where(True, x, y) = x, and where(c, x, x) = x."""
    if len(node.args) != 3:
        return None
    c, x, y = node.args
    known = number(r, c)
    chosen = None if known is None else x if known else y
    if x is y:
        chosen = x
    if isinstance(chosen, Value) and chosen.dtype == node.out.dtype:
        return chosen if chosen.shape == node.out.shape else r.call(np.broadcast_to, chosen, node.out.shape)
    return None


# Shapes


@row(np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.broadcast_to, np.expand_dims, np.squeeze, np.ravel,
     operator.getitem)  # fmt: skip
def of_a_number(r: Rewriter, node: Node) -> Any:
    """Keep what is one number everywhere as that, in any shape and any part."""
    made = r.maker(node.args[0])
    if made is not None and made.fn is np.full and number(r, node.args[0]) is not None:
        return _full(r, node.out, made.args[1])
    return None


@row(np.swapaxes, np.transpose, np.moveaxis)
def as_transpose(r: Rewriter, node: Node) -> Any:
    """Make a transpose of any exchange of axes, one of two, and none of one that does nothing."""
    x = node.args[0]
    order = axes_of(node)
    made = r.maker(x)
    if made is not None and made.fn is np.transpose and len(made.args) == 2:
        inner = made.args[1]
        x, order = made.args[0], tuple(inner[i] for i in order)
    elif (
        node.fn is np.transpose and len(node.args) == 2 and node.args[1] == order and order != tuple(range(len(order)))
    ):
        return None
    return x if order == tuple(range(len(order))) else r.call(np.transpose, x, order)


def axes_of(node: Node) -> tuple[int, ...]:
    """Give the order in which a call puts the axes."""
    ndim = len(node.args[0].shape)
    places = np.broadcast_to(0, tuple(range(1, ndim + 1)))
    shape = node.fn(places, *node.args[1:], **node.kwargs).shape
    return tuple(size - 1 for size in shape)


@row(np.reshape, np.expand_dims, np.squeeze, np.ravel)
def as_reshape(r: Rewriter, node: Node) -> Any:
    """Make a reshape of what only names the axes anew, one of two, and none of one to the same shape."""
    order = node.kwargs.get("order", node.args[2] if node.fn is np.reshape and len(node.args) > 2 else "C")
    if node.fn is np.ravel:
        order = node.args[1] if len(node.args) > 1 else order
    if order != "C":
        return None
    x = node.args[0]
    made = r.maker(x)
    if made is not None and made.fn is np.reshape and len(made.args) == 2 and not made.kwargs:
        x = made.args[0]
    elif node.fn is np.reshape and node.args[1:] == (node.out.shape,) and not node.kwargs and x.shape != node.out.shape:
        return None
    return x if x.shape == node.out.shape else r.call(np.reshape, x, node.out.shape)


@row(np.broadcast_to)
def broadcast_twice(r: Rewriter, node: Node) -> Any:
    """Drop a broadcast to the same shape; of two the last counts."""
    x = node.args[0]
    if x.shape == node.out.shape:
        return x
    made = r.maker(x)
    return (
        r.call(np.broadcast_to, made.args[0], node.out.shape)
        if made is not None and made.fn is np.broadcast_to
        else None
    )


@row(np.add.reduce)
def sum_of_broadcast(r: Rewriter, node: Node) -> Any:
    """Make a multiple of a sum along axes over which something was broadcast."""
    it = reduction(node)
    if it is None or it.x.dtype.kind not in "fc" or it.x.dtype == np.float16 or not it.x.size:
        return None
    x, made = it.x, r.maker(it.x)
    if made is None:
        return None
    if made.fn is np.full and (c := number(r, x)) is not None and node.out.size:
        return _full(r, node.out, c * (x.size // node.out.size))
    if made.fn is not np.broadcast_to or it.keepdims:
        return None
    inner = made.args[0]
    extra = len(x.shape) - len(inner.shape)
    if any(a >= extra and inner.shape[a - extra] != 1 for a in it.axes):
        return None
    # Along these axes all is equal: what is left of the inner array, as often as there are elements.
    kept = tuple(size for a, size in enumerate(inner.shape, extra) if a not in it.axes)
    inner = inner if kept == inner.shape else r.call(np.reshape, inner, kept)
    total = r.call(np.multiply, inner, float(math.prod(x.shape[a] for a in it.axes)))
    return total if total.shape == node.out.shape else r.call(np.broadcast_to, total, node.out.shape)


@row(np.add.reduce, np.multiply.reduce, np.maximum.reduce, np.minimum.reduce)
def reduced_transpose(r: Rewriter, node: Node) -> Any:
    """Reduce what was transposed along the axes that it had before, where the rest stays in order."""
    it = reduction(node)
    made = r.maker(node.args[0])
    if it is None or made is None or made.fn is not np.transpose or it.keepdims or len(it.axes) == len(it.x.shape):
        return None
    x, order = made.args
    rest = [order[i] for i in range(len(order)) if i not in it.axes]
    if rest != sorted(rest):
        return None
    before = tuple(sorted(order[i] for i in it.axes))
    return r.call(node.fn, x, axis=before[0] if len(before) == 1 else before)


@row(cast)
def cast_again(r: Rewriter, node: Node) -> Any:
    """Drop a cast to the same dtype; of two the last counts, if the first lost nothing."""
    x, dtype = node.args
    if x.dtype == dtype:
        return x
    if (c := number(r, x)) is not None:
        return _full(r, node.out, dtype.type(c))
    made = r.maker(x)
    if made is not None and made.fn is cast and np.can_cast(made.args[0].dtype, x.dtype, "safe"):
        inner = made.args[0]
        return inner if inner.dtype == dtype else r.call(cast, inner, dtype)
    return None


# Broadcasting


def _implicit(r: Rewriter, node: Node) -> Any:
    """Leave out what NumPy broadcasts by itself: `f(broadcast_to(x, s), y)` is `f(x, y)` where y has the shape.

    Of numbers alone the result is a number.
    """
    if node.kwargs:
        return None
    numbers = [number(r, arg) for arg in node.args]
    if all(n is not None for n in numbers) and node.out.shape == np.broadcast_shapes(*map(_shape, node.args)):
        folded = _of_numbers(r, node)
        if folded is not None:
            return folded
    slim: list[Any] = []
    for arg in node.args:
        made = r.maker(arg)
        if made is not None and made.fn is np.broadcast_to:
            arg = made.args[0]
        elif made is not None and made.fn is np.full and arg.shape and number(r, arg) is not None:
            arg = (made, arg)
        slim.append(arg)
    if all(a is b for a, b in zip(slim, node.args, strict=True)):
        return None
    shapes = [() if isinstance(arg, tuple) else _shape(arg) for arg in slim]
    if np.broadcast_shapes(*shapes) != node.out.shape:
        return None
    plain = [_full(r, Value((), arg[1].dtype), arg[0].args[1]) if isinstance(arg, tuple) else arg for arg in slim]
    return r.call(node.fn, *plain)


def _shape(arg: Any) -> tuple[int, ...]:
    return arg.shape if isinstance(arg, Value) else ()


def _of_numbers(r: Rewriter, node: Node) -> Any:
    """Compute with numbers: once, now."""
    operands = []
    for arg in node.args:
        made = r.maker(arg)
        operands.append(np.array(made.args[1], arg.dtype) if made is not None and made.fn is np.full else arg)
    if not any(isinstance(arg, Value) for arg in node.args):
        return None
    with np.errstate(all="ignore"):
        value = np.asarray(node.fn(*operands))
    return _full(r, node.out, value.astype(node.out.dtype)[()].item() if value.dtype.kind != "f" else value[()])
