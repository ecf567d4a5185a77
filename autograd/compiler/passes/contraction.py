"""Choose the order in which products are taken: of chains of matrices, and of einsum over several operands.

The result is the same to rounding; what changes is how many products are needed. A chain of matrices is ordered by
dynamic programming over its sizes; einsum's order is NumPy's own search, made once instead of at each run, and each
step of it that is a product of matrices becomes one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from autograd.compiler.inference import ones
from autograd.compiler.passes.rewriting import Rewriter, rewritten
from autograd.compiler.program import Node, Program, Value


def run(program: Program) -> Program:
    """Order the products of a program."""
    if not program.calls(np.einsum, np.matmul, np.dot):
        return program
    users = program.users()
    returned = {out for out in program.outputs if isinstance(out, Value)}

    def alone(value: Any) -> bool:
        """Tell whether only one call reads a value."""
        return value not in returned and len(users.get(value, ())) == 1

    def visit(r: Rewriter, node: Node) -> Any:
        if node.fn is np.einsum and not node.ordered and node.build is None:
            return _einsum(r, node)
        if node.fn in (np.matmul, np.dot) and _is_matrix(node.out):
            # The last product of a chain orders all of it.
            (user, *rest) = users.get(node.out, ()) or (None,)
            if rest or user is None or user.fn not in (np.matmul, np.dot) or not _is_matrix(user.outs[0]):
                return _chain(r, node, alone)
        return None

    return rewritten(program, visit)


def _is_matrix(value: Any) -> bool:
    return isinstance(value, Value) and len(value.shape) == 2


# Chains of matrices

#: Longer ones are taken as they come.
_LONGEST = 30


def _chain(r: Rewriter, node: Node, alone: Any) -> Any:
    factors: list[Value] = []
    products: list[Value] = []

    def collect(value: Any) -> bool:
        made = r.maker(value)
        inner = made is not None and made.fn in (np.matmul, np.dot) and all(map(_is_matrix, made.args))
        if made is not None and inner and (made is node or alone(value)) and len(products) < _LONGEST:
            products.append(value)
            return all([collect(arg) for arg in made.args])
        factors.append(value)
        return _is_matrix(value)

    if not all([collect(arg) for arg in node.args]) or not 3 <= len(factors) <= _LONGEST:
        return None
    if len({factor.dtype for factor in factors}) > 1 or node.out.dtype.kind not in "fc":
        return None
    sizes = (*[factor.shape[0] for factor in factors], factors[-1].shape[1])
    cost, order = best(sizes)
    now = sum(2 * value.size * _inner(r.maker(value)) for value in products) + 2 * node.out.size * _inner(node)
    if 2 * cost >= now:
        return None
    return _multiplied(r, factors, order)


def _inner(made: Node | None) -> int:
    assert made is not None
    size: int = made.args[0].shape[1]
    return size


def _multiplied(r: Rewriter, factors: list[Value], order: Any) -> Value:
    if isinstance(order, int):
        return factors[order]
    left, right = order
    return r.call(np.matmul, _multiplied(r, factors, left), _multiplied(r, factors, right))


@lru_cache(maxsize=256)
def best(sizes: tuple[int, ...]) -> tuple[int, Any]:
    """Give the least number of products for a chain of matrices, and the order: numbers of matrices in nested pairs.

    Examples
    --------
    >>> best((10, 2, 10, 1))
    (40, (0, (1, 2)))
    """
    count = len(sizes) - 1
    table: dict[tuple[int, int], tuple[int, Any]] = {(i, i): (0, i) for i in range(count)}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            found = []
            for k in range(i, j):
                (one, left), (other, right) = table[i, k], table[k + 1, j]
                found.append((one + other + sizes[i] * sizes[k + 1] * sizes[j + 1], (left, right)))
            table[i, j] = min(found, key=lambda pair: pair[0])
    return table[0, count - 1]


# einsum


def _einsum(r: Rewriter, node: Node) -> Any:
    """Take the operands in the best order, two at a time."""
    subscripts, *operands = node.args
    if not isinstance(subscripts, str) or set(node.kwargs) - {"optimize"} or "." in subscripts:
        return None
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if not arrow or len(terms) != len(operands) or any(not isinstance(value, Value) for value in operands):
        return None
    sizes = {
        (c, n) for term, value in zip(terms, operands, strict=True) for c, n in zip(term, value.shape, strict=True)
    }
    if any(len(set(term)) != len(term) for term in terms) or len(sizes) != len({c for c, _ in sizes}):
        # An axis read along its diagonal, or one of length 1 that is broadcast.
        return None
    if len(terms) == 2:
        return _pair(r, terms[0], terms[1], output, operands[0], operands[1])
    if len(terms) < 2:
        return None
    arrays = [ones(value.shape, value.dtype) for value in operands]
    path: Any = np.einsum_path(subscripts, *arrays, optimize="optimal" if len(terms) < 7 else "greedy")[0]
    names, values = list(terms), list(operands)
    for step in path[1:]:
        taken = [(names[i], values[i]) for i in step]
        for i in sorted(step, reverse=True):
            del names[i], values[i]
        needed = set(output).union(*names)
        left = "".join(dict.fromkeys(c for name, _ in taken for c in name if c in needed))
        if not names:
            left = output
        if len(taken) == 2:
            (one, x), (other, y) = taken
            made = _pair(r, one, other, left, x, y)
            made = r.call(np.einsum, f"{one},{other}->{left}", x, y) if made is None else made
        else:
            made = r.call(np.einsum, f"{','.join(name for name, _ in taken)}->{left}", *[x for _, x in taken])
        names.append(left)
        values.append(made)
    return values[0] if names == [output] and values[0].dtype == node.out.dtype else None


def _pair(r: Rewriter, one: str, other: str, output: str, x: Value, y: Value) -> Value | None:
    """Write a contraction of two matrices over one axis as a product."""
    common = set(one) & set(other)
    if len(one) != 2 or len(other) != 2 or len(common) != 1 or len(output) != 2 or common & set(output):
        return None
    if x.dtype.kind not in "fc" or x.dtype != y.dtype:
        return None
    (k,) = common
    if one[0] == k:
        one, x = one[::-1], r.call(np.transpose, x, (1, 0))
    if other[1] == k:
        other, y = other[::-1], r.call(np.transpose, y, (1, 0))
    product = r.call(np.matmul, x, y)
    return product if output == one[0] + other[1] else r.call(np.transpose, product, (1, 0))
