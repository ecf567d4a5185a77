"""Write a program as a person would: the same numbers to rounding, in the form of the formulas on paper."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.passes.algebra import number
from autograd.compiler.passes.rewriting import Rewriter, rewritten
from autograd.compiler.program import Node, Program, Value
from autograd.ops.elementwise import over
from autograd.ops.indexing import scatter


def run(program: Program) -> Program:
    """Apply the rows of this room to each call, in order."""
    return rewritten(program, _presentable)


def _presentable(r: Rewriter, node: Node) -> Any:
    for fn in (_quotient, _common_factor):
        found = fn(r, node)
        if isinstance(found, Value) and found.looks_like(node.out):
            return found
    return None


def _quotient(r: Rewriter, node: Node) -> Any:
    """(c / s) * x = x / s * c: first the quotient, which has a meaning, then the number."""
    if node.fn is not np.multiply:
        return None
    for part, x in (node.args, node.args[::-1]):
        made = r.maker(part)
        shaped = made is not None and made.fn is np.reshape
        inner = r.maker(made.args[0]) if shaped and made is not None else made
        if inner is None or inner.fn not in (over, np.divide) or not isinstance(x, Value):
            continue
        c, s = inner.args
        if (c := number(r, c)) is None or not isinstance(s, Value):
            continue
        s = r.call(np.reshape, s, part.shape) if shaped else s
        return _times(r, r.call(np.divide, x, s), c)
    return None


def _common_factor(r: Rewriter, node: Node) -> Any:
    """Write (x - scatter(1)) * c for x * c + scatter(-c)."""
    if node.fn not in (np.add, np.subtract):
        return None
    for one, other in (node.args, node.args[::-1]):
        put, product = r.maker(one), r.maker(other)
        if put is None or put.fn is not scatter or product is None:
            continue
        x, c = _factors(r, product)
        value = number(r, put.args[0])
        if c is None or value is None or abs(abs(value) - abs(c)) > 1e-15 * abs(c):
            continue
        sign = (1 if value > 0 else -1) * (1 if c > 0 else -1)
        if node.fn is np.subtract:
            if other is not node.args[0]:
                continue
            sign = -sign
        ones = r.call(np.full, put.args[0].shape, 1.0, dtype=put.args[0].dtype)
        hot = r.call(scatter, ones, **put.kwargs)
        return _times(r, r.call(np.subtract if sign < 0 else np.add, x, hot), c)
    return None


def _factors(r: Rewriter, product: Node) -> tuple[Any, Any]:
    """Give x and the number c of x * c or x / n."""
    if product.fn is np.multiply:
        for x, c in (product.args, product.args[::-1]):
            if (known := number(r, c)) is not None:
                return x, known
    if product.fn is np.divide and (known := number(r, product.args[1])):
        return product.args[0], 1 / known
    return None, None


def _times(r: Rewriter, x: Value, c: Any) -> Value:
    """Multiply by a number, or divide by the whole number that it is one part of."""
    whole = round(1 / c) if c else 0
    if abs(whole) > 1 and abs(whole * c - 1) < 1e-12:
        return r.call(np.divide, x, float(whole) if x.dtype.kind in "fc" else whole)
    return x if c == 1 else r.call(np.multiply, x, float(c))
