"""Rewrite a program into the calls that NumPy does fastest: what the first backend knows of NumPy.

Measured on 300 x 64 and 300 x 3 float64, one core: a maximum with a number 13.5 µs, by clip 4.8; a sum over the first
axis 8.1, as a product with ones 1.9; a sum over rows of three 5.6, column by column 1.3; a read at (row, label) 1.7
with a new array, by flat places 0.8 without; `where` with 0 19 to 60, as a product of the bits 9.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy._core import umath

from autograd.compiler.passes.algebra import number
from autograd.compiler.passes.kinds import is_basic, reduction
from autograd.compiler.passes.rewriting import Rewriter, rewritten
from autograd.compiler.program import Constant, Node, Program, Value
from autograd.compiler.symbol import cast
from autograd.ops.elementwise import gate
from autograd.ops.indexing import scatter

CLIP: Any = vars(umath)["clip"]
#: Rows up to this length are reduced column by column, if there are at least so many.
_SHORT, _MANY = 8, 16
_ROW_WISE = (np.add, np.multiply, np.maximum, np.minimum)


def run(program: Program) -> Program:
    """Apply the rows of this room to each call, in order."""
    constants: dict[Any, Constant] = {}

    def visit(r: Rewriter, node: Node) -> Any:
        for fn in (_clipped, _gated, _columns, _summed, _read, _written, _part_of_a_sum, _part_of_zeros):
            found = fn(r, node, constants)
            if found is not None:
                return found
        return None

    return rewritten(program, visit)


def _constant(constants: dict[Any, Constant], key: Any, array: Any) -> Constant:
    if key not in constants:
        constants[key] = Constant(array.shape, array.dtype, None, array)
    return constants[key]


def _clipped(r: Rewriter, node: Node, _: Any) -> Any:
    """max(x, c) = clip(x, c, ∞) and min(x, c) = clip(x, -∞, c)."""
    if node.fn not in (np.maximum, np.minimum) or node.out.dtype.kind != "f":
        return None
    for x, c in (node.args, node.args[::-1]):
        if isinstance(x, Value) and x.shape == node.out.shape and x.dtype == node.out.dtype and x.size > _MANY:
            c = number(r, c)
            if c is not None and math.isfinite(c):
                bounds = (float(c), math.inf) if node.fn is np.maximum else (-math.inf, float(c))
                return r.call(CLIP, x, *bounds)
    return None


def _gated(r: Rewriter, node: Node, _: Any) -> Any:
    """where(c, x, 0) = gate(x, c)."""
    if node.fn is not np.where or len(node.args) != 3 or node.out.dtype.kind != "f":
        return None
    c, x, y = node.args
    fits = isinstance(x, Value) and isinstance(c, Value) and c.dtype == bool
    if not fits or x.shape != node.out.shape or c.shape != x.shape or x.dtype != node.out.dtype:
        return None
    zero = number(r, y)
    if x.dtype.itemsize > 8:
        return None
    if zero is None or zero != 0 or math.copysign(1, zero) < 0:
        return None
    # As words of the numbers' size, cast by itself: within the product NumPy would cast through a buffer of its own.
    taken = r.call(cast, c, np.dtype(f"i{x.dtype.itemsize}"))
    r.add(Node(gate, (x, taken), {}, [node.out], None, node.origin))
    return node.out


def _columns(r: Rewriter, node: Node, _: Any) -> Any:
    """Reduce many short rows column by column."""
    it = reduction(node)
    if it is None or it.ufunc not in _ROW_WISE or not it.x.shape or it.axes != (len(it.x.shape) - 1,):
        return None
    x, length = it.x, it.x.shape[-1]
    if not 2 <= length <= _SHORT or x.size // length < _MANY or x.dtype != node.out.dtype:
        return None
    if x.dtype.kind != "f" or x.dtype.itemsize < 4:
        return None
    total = r.call(operator.getitem, x, (Ellipsis, 0))
    for i in range(1, length):
        total = r.call(it.ufunc, total, r.call(operator.getitem, x, (Ellipsis, i)))
    return total if total.shape == node.out.shape else r.call(np.reshape, total, node.out.shape)


def _summed(r: Rewriter, node: Node, constants: Any) -> Any:
    """Sum over the first axis by a product with ones."""
    it = reduction(node)
    if it is None or it.ufunc is not np.add or it.axes != (0,) or len(it.x.shape) != 2:
        return None
    x = it.x
    if x.dtype not in (np.float64, np.float32) or x.size < _MANY:
        return None
    if x.dtype != node.out.dtype or x.shape[0] < 4:
        return None
    ones = _constant(constants, (x.shape[0], x.dtype), np.ones(x.shape[0], x.dtype))
    total = r.call(np.dot, ones, x)
    return total if total.shape == node.out.shape else r.call(np.reshape, total, node.out.shape)


# Reads and writes at (row, label)


def _label_index(index: Any, shape: tuple[int, ...]) -> Any:
    """Give y of an index (arange(n), y) into n rows."""
    if not isinstance(index, tuple) or len(index) != 2 or len(shape) != 2:
        return None
    rows, y = index
    if not isinstance(rows, Constant) or not isinstance(y, Value) or y.dtype.kind not in "iu":
        return None
    whole = rows.shape == y.shape == (shape[0],) and rows.dtype.kind in "iu"
    return y if whole and np.array_equal(rows.array, np.arange(shape[0])) else None


def places(y: Any, starts: Any, width: int) -> Any:
    """Give where each label lies in the rows laid end to end.

    Raises
    ------
    IndexError
        NumPy's, for a label that is not there.
    """
    out = np.empty(y.shape, np.intp)
    places_into(y, starts, width, out)
    return out


def places_into(y: Any, starts: Any, width: int, out: Any) -> None:
    """Write where each label lies in the rows laid end to end."""
    if y.dtype != np.intp:
        y = y.astype(np.intp)
    if y.size and (np.minimum.reduce(y) < 0 or np.maximum.reduce(y) >= width):
        wrong = (y < -width) | (y >= width)
        if wrong.any():
            raise IndexError(f"index {y[wrong.argmax()]} is out of bounds for axis 1 with size {width}")
        y = np.where(y < 0, y + width, y)
    np.add(starts, y, out)


def take_flat(x: Any, where: Any) -> Any:
    """Read at places of an array laid end to end."""
    return x.reshape(-1).take(where)


def add_flat(x: Any, where: Any, values: Any) -> Any:
    """Add at places, each of which is named once."""
    out = x.copy()
    out.reshape(-1)[where] += values
    return out


def _places(r: Rewriter, y: Value, shape: tuple[int, ...], constants: Any) -> Value:
    starts = np.arange(0, shape[0] * shape[1], shape[1], dtype=np.intp) if shape[1] else np.zeros(shape[0], np.intp)
    return r.call(places, y, _constant(constants, ("starts", shape), starts), shape[1])


def _read(r: Rewriter, node: Node, constants: Any) -> Any:
    """x[arange(n), y] by places."""
    if node.fn is not operator.getitem or not isinstance(node.args[0], Value):
        return None
    x, index = node.args
    y = _label_index(index, x.shape)
    return None if y is None or not x.size else r.call(take_flat, x, _places(r, y, x.shape, constants))


def _written(r: Rewriter, node: Node, constants: Any) -> Any:
    """Write x + scatter(a, (arange(n), y)) by places."""
    if node.fn is not np.add:
        return None
    for x, other in (node.args, node.args[::-1]):
        made = r.maker(other)
        if made is None or made.fn is not scatter or not isinstance(x, Value) or x.shape != node.out.shape:
            continue
        y = _label_index(made.kwargs["index"], made.kwargs["shape"])
        values = made.args[0]
        if y is None or not x.size or values.dtype != x.dtype or x.dtype != node.out.dtype:
            continue
        c = number(r, values)
        return r.call(add_flat, x, _places(r, y, x.shape, constants), values if c is None else c)
    return None


# Parts of arrays: the gradient of a slice


def add_part(x: Any, part: Any, index: Any) -> Any:
    """Add to what an index slices."""
    out = x.copy()
    out[index] += part
    return out


def among_zeros(part: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Write what an index slices, and zeros elsewhere."""
    out = np.zeros(shape, part.dtype)
    out[index] = part
    return out


def _part_of_zeros(r: Rewriter, node: Node, _: Any) -> Any:
    """Write a scatter to a slice into memory that is there."""
    if node.fn is not scatter or not isinstance(node.args[0], Value) or not is_basic(node.kwargs["index"]):
        return None
    return r.call(among_zeros, node.args[0], node.kwargs["index"], node.out.shape)


def _part_of_a_sum(r: Rewriter, node: Node, _: Any) -> Any:
    """Add what stands among zeros to its part of x."""
    if node.fn is not np.add:
        return None
    for x, other in (node.args, node.args[::-1]):
        made = r.maker(other)
        if made is not None and made.fn is among_zeros and isinstance(x, Value):
            part, index, shape = made.args
            if x.shape == shape and x.dtype == part.dtype == node.out.dtype:
                return r.call(add_part, x, part, index)
    return None
