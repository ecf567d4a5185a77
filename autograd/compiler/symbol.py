"""An array that is not there: shape and dtype, and a place in a program that is being recorded.

A `Symbol` stands where an array would, in Tensors and in the rules of ops, and speaks NumPy's protocols: each call adds
a node to the program. Its shape and dtype come from running the call on throw-away arrays. What asks for a value, a
number or a truth, cannot be answered, and says where it was asked and what to write.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from autograd.compiler.atonce import AT_ONCE
from autograd.compiler.inference import (
    always_alike,
    large,
    mixed,
    negative,
    parts_of,
    result_of,
    throw_away,
    value_like,
)
from autograd.compiler.program import Constant, Fn, Node, Shape, Value, mapped, name_of, values_in
from autograd.compiler.where import WRITE, origin, unknown
from autograd.entry import Abstract, Bundle, Shell, Unknown
from autograd.op import constants
from autograd.tree import flatten

#: Functions that ask for shape or type only: the answer is known.
ABOUT_SHAPE = "asks for shape, type or text only"


def cast(x: Any, dtype: Any) -> Any:
    """Give `x` as another dtype."""
    return x.astype(dtype)


class Trace:
    """A program while it is being recorded."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[int, Constant] = {}
        self.snapshots: list[tuple[Constant, Any]] = []
        self.thread = threading.get_ident()

    def input(self, shape: Shape, dtype: Any, name: str | None = None) -> Symbol:
        """Make a symbol that no node makes."""
        return Symbol(self, Value(shape, np.dtype(dtype), name))

    def lowered(self, tree: Any) -> Any:
        """Put values where symbols and arrays stand in an argument."""
        return mapped(tree, self._lower)

    def _lower(self, leaf: Any) -> Any:
        if type(leaf) is Symbol:
            return leaf.value
        if isinstance(leaf, (np.ndarray, np.generic)):
            return self.constant(leaf)
        if isinstance(leaf, Shell):
            if leaf.entry is not None:
                raise TypeError("a Tensor on the tape reached the recording of a program as an operand: report this")
            return self._lower(leaf._value)
        return leaf

    def constant(self, array: Any) -> Constant:
        """Give the constant that is an array with the values that it has now.

        An array that the function made itself may be written into between two uses.
        """
        known = self.constants.get(id(array))
        if known is None or not same_values(known.array, array):
            known = Constant(array.shape, array.dtype, None, np.array(array))
            self.constants[id(array)] = known
            self.snapshots.append((known, array))
        return known

    def settle(self) -> None:
        """Let constants that stayed as they were be read by reference, for they may be from outside."""
        for constant, array in self.snapshots:
            if same_values(constant.array, array):
                constant.array = np.asarray(array)

    def call(self, fn: Fn, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Record a call, and give symbols for what it returns."""
        if threading.get_ident() != self.thread:
            raise RuntimeError("A value of a program that another thread is recording was met: compile first.")
        if constants.get(fn) == ABOUT_SHAPE:
            return fn(*mapped(self.lowered(args), throw_away), **mapped(self.lowered(kwargs), throw_away))
        args, kwargs = self.lowered(args), self.lowered(kwargs)
        rewrite = AT_ONCE.get(fn)
        if rewrite is not None and (made := rewrite(*args, **kwargs)) is not None:
            fn, args, kwargs = made
        if getattr(fn, "__name__", "") == "at" or (result := result_of(fn, args, kwargs)) is None:
            raise unknown("Writing into an array", WRITE, self)
        if not isinstance(fn, np.ufunc) and any(v.dtype.kind in "biu" for v in values_in((args, kwargs))):
            # A shape made of integers, or chosen by booleans, depends on them.
            if not isinstance(result, Value) and not always_alike(fn, args, kwargs, result, (mixed, large)):
                raise unknown(f"What the result of {name_of(fn)} looks like", _SHAPE, self)
        return self.add(fn, args, kwargs, result)

    def whole(
        self, fn: Fn, args: tuple[Any, ...], kwargs: dict[str, Any], error: Unknown, trusted: bool = False
    ) -> Any:
        """Record a call of one of the engine's own functions as it is, unopened: it looks at values when it runs.

        What a rule gives has the shape and dtype of what it is a derivative of: it is `trusted`. Of another function
        several throw-away arguments tell whether its result always looks the same.
        """
        args, kwargs = self.lowered(args), self.lowered(kwargs)
        like = result_of(fn, args, kwargs)
        if like is None or not (trusted or always_alike(fn, args, kwargs, like, (mixed, negative, large))):
            # Shape or dtype depends on values.
            raise error
        if not isinstance(like, Bundle):
            return self.add(fn, args, kwargs, like)
        present = [part is not None for part in like.parts]
        parts = iter(self.add(parts_of(fn), args, kwargs, [part for part in like.parts if part is not None]))
        return Bundle(tuple(next(parts) if there else None for there in present), like.shape, like.dtype)

    def unopened(self, fn: Fn, named: Fn, args: tuple[Any, ...], kwargs: dict[str, Any], error: Unknown) -> Any:
        """Record a call that was made with Tensors as it is; its derivative is found when the program runs."""
        if named in _OF_VALUES:
            raise error
        from autograd.compiler.unopened import unopened

        return unopened(self, fn, name_of(named), args, kwargs, error)

    def add(self, fn: Fn, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, ordered: bool = False) -> Any:
        """Add a node that returns something like `result`."""
        if isinstance(result, Value):
            outs, build = [result], None
        else:
            leaves, build = flatten(result)
            outs = [leaf if isinstance(leaf, Value) else value_like(fn, leaf) for leaf in leaves]
            if len(outs) == 1 and result is leaves[0]:
                build = None
        self.nodes.append(Node(fn, args, kwargs, outs, build, origin(), ordered))
        symbols = [Symbol(self, out) for out in outs]
        return symbols[0] if build is None else build(symbols)


def same_values(one: Any, other: Any) -> bool:
    """Tell whether two arrays hold the same bits."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))


# The symbol


def again(x: Any, *after: Any) -> Any:
    """Copy an array, when others are there."""
    return np.array(x)


_CONDITION = (
    "Choose with np.where(condition, a, b), or pass what decides as a static argument (compile(fn, static=...)): then "
    "a program is made for each choice."
)
_NUMBER = "Compute with the array itself, return it, or pass the number as a static argument (compile(fn, static=...))."
_SHAPE = "The shape of the result would depend on values. Write np.where(mask, x, 0), and sum with a weight or a mask."


def _binary(ufunc: np.ufunc) -> tuple[Fn, Fn]:
    def forward(self: Symbol, other: Any) -> Any:
        return NotImplemented if isinstance(other, Shell) else self._trace.call(ufunc, (self, other), {})

    def reflected(self: Symbol, other: Any) -> Any:
        return NotImplemented if isinstance(other, Shell) else self._trace.call(ufunc, (other, self), {})

    return forward, reflected


def _method(function: Any) -> Fn:
    def method(self: Symbol, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


class Symbol(Abstract):
    """An array of which only shape and dtype are known."""

    __slots__ = ("_trace", "value")

    def __init__(self, trace: Trace, value: Value) -> None:
        self._trace = trace
        self.value = value

    def __repr__(self) -> str:
        """Give dtype and shape."""
        return f"<{self.dtype}{list(self.shape)}, recorded by compile>"

    # NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Record a call of a ufunc, or of one of its methods."""
        if any(isinstance(x, Shell) for x in inputs):
            return NotImplemented
        if any(out is not None for out in kwargs.get("out", ())):
            raise unknown("Writing into an array", WRITE, self._trace, self)
        return self._trace.call(ufunc if method == "__call__" else getattr(ufunc, method), inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Record a call of a function."""
        if any(issubclass(kind, Shell) for kind in types):
            return NotImplemented
        if func in _OF_VALUES:
            raise unknown(f"np.{func.__name__}", _SHAPE, self._trace, self)
        return self._trace.call(func, tuple(args), kwargs)

    # What an array tells

    @property
    def shape(self) -> Shape:
        """The lengths of the axes."""
        return self.value.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The data type."""
        return self.value.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.value.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.size

    @property
    def itemsize(self) -> int:
        """The bytes of an element."""
        return self.value.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of all."""
        return self.value.nbytes

    @property
    def T(self) -> Any:
        """The transpose."""
        return np.transpose(self)

    @property
    def mT(self) -> Any:
        """The transpose of the last two axes."""
        return np.swapaxes(self, -1, -2)

    @property
    def real(self) -> Any:
        """The real part."""
        return self if self.dtype.kind != "c" else self._trace.call(np.real, (self,), {})

    @property
    def imag(self) -> Any:
        """The imaginary part."""
        return self._trace.call(np.imag, (self,), {})

    @property
    def flags(self) -> NoReturn:
        """Refuse: how memory lies is not known."""
        raise unknown("The layout in memory", "Name the order, order='C'.", self._trace, self)

    def anew(self, after: Sequence[Any]) -> Any:
        """Record a copy that depends on other values as well, so that it is neither made before them nor left out."""
        return self._trace.add(again, self._trace.lowered((self, *after)), {}, Value(self.shape, self.dtype))

    def __len__(self) -> int:
        """Give the length of the first axis."""
        if not self.shape:
            raise TypeError("len() of a 0-d array")
        return self.shape[0]

    def __iter__(self) -> Any:
        """Go along the first axis."""
        return iter([self[i] for i in range(len(self))])

    def __getitem__(self, index: Any) -> Any:
        """Record a read by index."""
        for part in index if isinstance(index, tuple) else (index,):
            if type(part) is Symbol and part.dtype == bool:
                raise unknown("A boolean index", _SHAPE, self._trace, self)
        return self._trace.call(operator.getitem, (self, index), {})

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        """Refuse: a value of a program is made once."""
        raise unknown("Writing into an array", WRITE, self._trace, self)

    def astype(
        self, dtype: Any, order: Any = "K", casting: Any = "unsafe", subok: Any = True, copy: bool = True
    ) -> Any:
        """Record a cast."""
        dtype = np.dtype(dtype)
        return self if dtype == self.dtype else self._trace.call(cast, (self, dtype), {})

    def reshape(self, *shape: Any, order: Any = "C", copy: Any = None) -> Any:
        """Record a reshape."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order)

    def transpose(self, *axes: Any) -> Any:
        """Record a transpose."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self, order: Any = "C") -> Any:
        """Record a reshape to one axis."""
        return np.ravel(self, order)

    def __pow__(self, y: Any) -> Any:
        """Record a power; of the common ones, as an array's own operator does, the function for it."""
        if isinstance(y, Shell):
            return NotImplemented
        ufunc = _POWERS.get(y) if type(y) in (int, float) and self.dtype.kind in "fc" else None
        return self._trace.call(np.power, (self, y), {}) if ufunc is None else self._trace.call(ufunc, (self,), {})

    def __rpow__(self, y: Any) -> Any:
        """Record a power."""
        return NotImplemented if isinstance(y, Shell) else self._trace.call(np.power, (y, self), {})

    # What asks for a value

    def __bool__(self) -> bool:
        """Refuse."""
        raise unknown("A truth value", _CONDITION, self._trace, self)

    def __float__(self) -> float:
        """Refuse."""
        raise unknown("A number", _NUMBER, self._trace, self)

    __int__: Any = __float__
    __index__: Any = __float__
    __complex__: Any = __float__

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Refuse."""
        raise unknown("A plain array", "Use NumPy's functions on the Tensor itself; np.asarray needs its values.",
                      self._trace, self)  # fmt: skip

    def item(self, *args: Any) -> Any:
        """Refuse."""
        raise unknown("A number", _NUMBER, self._trace, self)

    tolist: Any = item
    tobytes: Any = item

    def nonzero(self) -> Any:
        """Refuse."""
        raise unknown("nonzero", _SHAPE, self._trace, self)

    def __contains__(self, value: Any) -> bool:
        """Refuse."""
        raise unknown("A truth value", _CONDITION, self._trace, self)

    __hash__: Any = object.__hash__


_POWERS: dict[Any, np.ufunc] = {-1: np.reciprocal, 0.5: np.sqrt, 1: np.positive, 2: np.square}
_OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "floordiv": np.floor_divide,
    "mod": np.remainder, "matmul": np.matmul, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift,
}  # fmt: skip
for _name, _ufunc in _OPERATORS.items():
    _forward, _back = _binary(_ufunc)
    setattr(Symbol, f"__{_name}__", _forward)
    setattr(Symbol, f"__r{_name}__", _back)
for _name, _ufunc in {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
                      "ge": np.greater_equal}.items():  # fmt: skip
    setattr(Symbol, f"__{_name}__", _binary(_ufunc)[0])
for _name, _ufunc in {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}.items():
    setattr(Symbol, f"__{_name}__", lambda self, ufunc=_ufunc: self._trace.call(ufunc, (self,), {}))
for _name in (
    "all any argmax argmin argsort argpartition choose clip round conj conjugate copy cumprod cumsum diagonal dot max "
    "min mean std var prod ptp ravel repeat searchsorted squeeze sum swapaxes take trace"
).split():  # fmt: skip
    setattr(Symbol, _name, _method(getattr(np, _name)))

#: Functions the shape of whose result depends on values.
_OF_VALUES = {
    getattr(np, name)
    for name in (
        "nonzero flatnonzero argwhere unique unique_all unique_counts unique_inverse unique_values extract compress "
        "union1d intersect1d setdiff1d setxor1d trim_zeros roots"
    ).split()
    if hasattr(np, name)
}  # fmt: skip
