"""Which calls of NumPy and SciPy act on each element in a way that kernels know, and what they cost."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.native.scalars import FUNCTIONS, KINDS
from autograd.compiler.program import Node, Value
from autograd.compiler.symbol import cast
from autograd.ops.elementwise import halve, over

#: What one element costs, in additions; what is not named costs one.
COSTS = {
    "divide": 4, "over": 6, "sqrt": 5, "reciprocal": 4, "exp": 20, "exp2": 20, "expm1": 26, "log": 26, "log2": 30,
    "log10": 30, "log1p": 32, "cbrt": 30, "power": 90, "sin": 30, "cos": 30, "tan": 45, "arcsin": 30, "arccos": 30,
    "arctan": 30, "arctan2": 40, "sinh": 35, "cosh": 35, "tanh": 35, "arcsinh": 45, "arccosh": 45, "arctanh": 45,
    "erf": 45, "erfc": 60, "xlogy": 32, "xlog1py": 38, "hypot": 12, "logaddexp": 60, "expit": 30, "halve": 2, "clip": 4,
    "label": 4, "sign": 3, "heaviside": 3, "maximum": 2, "minimum": 2,
}  # fmt: skip
#: Functions of SciPy that kernels know, under their own names.
_SCIPY = ("erf", "erfc", "exp2", "expm1", "log1p", "cbrt", "expit", "xlogy", "xlog1py")
#: What NumPy calls differently.
_NAMES = {
    "float_power": "power", "true_divide": "divide", "conjugate": "same", "positive": "same", "invert": "logical_not",
    "bitwise_and": "logical_and", "bitwise_or": "logical_or", "bitwise_xor": "logical_xor",
}  # fmt: skip
_BITWISE = ("invert", "bitwise_and", "bitwise_or", "bitwise_xor")
#: Functions of floats only: of integers NumPy's own rules are others.
_ALSO_INTEGERS = {
    "add", "subtract", "multiply", "negative", "same", "square", "absolute", "sign", "maximum", "minimum", "greater",
    "greater_equal", "less", "less_equal", "equal", "not_equal", "where",
}  # fmt: skip
_LIMITS = {"i64": 1 << 63, "i32": 1 << 31}
_BOOLEANS = {"halve", "logical_and", "logical_or", "logical_xor", "logical_not", "equal", "not_equal", "where", "same"}


class Call(NamedTuple):
    """An elementwise call as kernels see it: the function, its arguments, to what they are converted, what it gives."""

    fn: str
    args: tuple[Any, ...]
    kinds: tuple[str, ...]
    kind: str


@cache
def _names(scipy: bool) -> dict[Any, str]:
    """Give the name of each ufunc that is known, those of SciPy too, once that was imported."""
    found: dict[Any, str] = {}
    special = sys.modules.get("scipy.special")
    if scipy and special is not None:
        found.update((getattr(special, name), name) for name in _SCIPY)
    for name in (*FUNCTIONS, *_NAMES):
        ufunc = getattr(np, name, None)
        if isinstance(ufunc, np.ufunc):
            found[ufunc] = _NAMES.get(ufunc.__name__, ufunc.__name__)
    return found


def name_of_ufunc(fn: Any) -> str | None:
    """Give the name under which kernels know a ufunc."""
    return _names("scipy.special" in sys.modules).get(fn)


def reading(node: Node) -> Call | None:
    """Read a node as an elementwise call that kernels know; None if it is none."""
    if node.build is not None or node.ordered or node.kwargs or len(node.outs) != 1:
        return None
    if node.out.dtype not in KINDS:
        return None
    kind = KINDS[node.out.dtype]
    if node.fn is cast:
        return _converting(node, kind)
    if node.fn is np.where:
        return _choosing(node, kind)
    if node.fn in (over, halve, np.clip):
        return _ours(node, kind)
    name = name_of_ufunc(node.fn) if isinstance(node.fn, np.ufunc) else None
    if name is None or not isinstance(node.fn, np.ufunc) or node.fn.nout != 1:
        return None
    if node.fn.__name__ in _BITWISE and kind != "i1":
        return None
    try:
        *given, result = _resolved(node.fn, tuple(_type_of(arg) for arg in node.args))
    except TypeError:
        return None
    if result != node.out.dtype or any(dtype not in KINDS for dtype in given):
        return None
    if node.fn.__name__.startswith("logical"):
        # Anything but 0 is true, NaN too.
        return Call(name, tuple(node.args), ("i1",) * len(given), kind) if _held(node) else None
    return _typed(name, node, tuple(KINDS[dtype] for dtype in given), kind)


@cache
def _resolved(ufunc: np.ufunc, types: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(ufunc.resolve_dtypes((*types, None)))


def _type_of(arg: Any) -> Any:
    if isinstance(arg, Value):
        return arg.dtype
    if isinstance(arg, np.generic):
        return arg.dtype
    if type(arg) in (bool, int, float):
        return np.dtype(bool) if type(arg) is bool else type(arg)
    raise TypeError(f"no number: {arg!r}")


def _held(node: Node) -> bool:
    """Tell whether all arrays of a call are of kinds that are known."""
    return all(value.dtype in KINDS for value in node.inputs())


def _typed(name: str, node: Node, kinds: tuple[str, ...], kind: str) -> Call | None:
    """Make the call, if the function is known for these kinds."""
    for given in kinds:
        if given == "i1" and name not in _BOOLEANS:
            return None
        if given in ("i64", "i32") and name not in _ALSO_INTEGERS:
            return None
    for arg, given in zip(node.args, kinds, strict=True):
        if not isinstance(arg, Value) and given in _LIMITS and not -_LIMITS[given] <= arg < _LIMITS[given]:
            # NumPy compares with it as it is, or refuses it.
            return None
        held = KINDS.get(arg.dtype) if isinstance(arg, Value) else given
        if held is None or (held in ("f64", "f32") and given in ("i64", "i32")):
            return None
    return Call(name, tuple(node.args), kinds, kind)


def _ours(node: Node, kind: str) -> Call | None:
    """Read a function that is no ufunc: all operands of one kind, but for the ties of `halve`."""
    if kind not in ("f64", "f32") or any(
        isinstance(arg, Value) and KINDS.get(arg.dtype) != kind for arg in node.args[:1]
    ):
        return None
    if node.fn is halve:
        return _typed("halve", node, (kind, "i1"), kind)
    if any(arg is None for arg in node.args):
        return None
    same = all(not isinstance(arg, Value) or KINDS.get(arg.dtype) == kind for arg in node.args)
    name, count = ("over", 2) if node.fn is over else ("clip", 3)
    return _typed(name, node, (kind,) * count, kind) if same and len(node.args) == count else None


def _converting(node: Node, kind: str) -> Call | None:
    x = node.args[0]
    held = KINDS.get(x.dtype) if isinstance(x, Value) else None
    if held is None or (held in ("f64", "f32") and kind in ("i64", "i32")):
        return None
    return Call("same", (x,), (kind,), kind)


def _choosing(node: Node, kind: str) -> Call | None:
    if len(node.args) != 3 or not isinstance(node.args[0], Value) or node.args[0].dtype != bool:
        return None
    return _typed("where", node, ("i1", kind, kind), kind)
