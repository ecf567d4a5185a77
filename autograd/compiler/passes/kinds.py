"""What the passes know of NumPy's functions: which act element by element, which only look at memory differently."""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.program import Node, Value
from autograd.ops.elementwise import gate, over


def is_elementwise(fn: Any) -> bool:
    """Tell whether each element of the result is made of the elements at its place, with broadcasting."""
    return (isinstance(fn, np.ufunc) and fn.signature is None) or fn in (np.where, over, gate)


def reduces(fn: Any) -> np.ufunc | None:
    """Give the ufunc whose `reduce` a function is."""
    of = getattr(fn, "__self__", None)
    return of if isinstance(of, np.ufunc) and fn.__name__ == "reduce" else None


class Reduction(NamedTuple):
    """A ufunc's `reduce` along axes, without further options."""

    ufunc: np.ufunc
    x: Value
    axes: tuple[int, ...]
    keepdims: bool

    @property
    def axis(self) -> Any:
        """The axes as NumPy takes them: one by itself."""
        return self.axes[0] if len(self.axes) == 1 else self.axes


def reduction(node: Node | None) -> Reduction | None:
    """Read a call as a reduction; None for anything else, and for one with `where`, `initial` or a dtype."""
    ufunc = None if node is None else reduces(node.fn)
    if node is None or ufunc is None or len(node.args) > 2 or not isinstance(node.args[0], Value):
        return None
    if not node.kwargs.keys() <= {"axis", "keepdims"}:
        return None
    x, ndim = node.args[0], len(node.args[0].shape)
    axis = node.args[1] if len(node.args) > 1 else node.kwargs.get("axis", 0)
    named = range(ndim) if axis is None or not ndim else axis if isinstance(axis, tuple) else (axis,)
    return Reduction(ufunc, x, tuple([a % ndim for a in named]), bool(node.kwargs.get("keepdims")))


def joined_axis(node: Node) -> int:
    """Give the axis along which `concatenate` joins."""
    axis: int = node.args[1] if len(node.args) > 1 else node.kwargs.get("axis", 0)
    return axis


#: Functions whose result is the first argument's memory, or a copy where its strides do not allow it.
VIEWS = {np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze, np.broadcast_to, np.ravel,
         np.diagonal}  # fmt: skip


def is_basic(index: Any) -> bool:
    """Tell whether an index only slices; True and False choose, and copy."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, slice) or type(part) is int for part in parts)


def is_view(node: Node) -> bool:
    """Tell whether a node may only look at the memory of its first argument."""
    if node.fn is operator.getitem:
        return is_basic(node.args[1])
    return node.fn in VIEWS


def number_of(maker: Node | None, value: Any) -> Any:
    """Give the number that a value is everywhere, or None: a Python number, or what `full` makes."""
    if isinstance(value, (bool, int, float, complex, np.generic)):
        return value
    if maker is not None and maker.fn is np.full and not isinstance(maker.args[1], Value):
        return maker.args[1]
    return None
