"""What an array can do, on the tape: operators, the methods of an `ndarray`, and NumPy's two protocols.

Each is the op or the NumPy function of the same name; nothing is computed here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, cast

import numpy as np

from autograd.entry import Shell
from autograd.op import Op, ufuncs
from autograd.ops import elementwise as ew
from autograd.ops import products
from autograd.ops.shape import transpose
from autograd.protocols import array_function
from autograd.ufuncs import array_ufunc


def _reflected(op: Op) -> Callable[..., Any]:
    return lambda x, y: op.call(y, x)


def _comparison(compare: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda x, y: compare(x._value, y._value if isinstance(y, Shell) else y)


def _method(function: Any) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return array_function(function, (self, *args), kwargs)

    method.__name__ = function.__name__
    method.__doc__ = f"Call `np.{function.__name__}` on this Tensor."
    return method


class Flat:
    """The elements of a Tensor in C order, as `ndarray.flat` gives them: to iterate over, to read, and to write."""

    __slots__ = ("_of",)

    def __init__(self, of: Any) -> None:
        self._of = of

    def __len__(self) -> int:
        """Give the number of elements."""
        return int(self._of.size)

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the elements."""
        return iter(self._of.ravel())

    def __getitem__(self, index: Any) -> Any:
        """Read by an index into the elements."""
        return self._of.ravel()[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write by an index into the elements: the Tensor moves to a new entry, as by item assignment."""
        written = self._of.ravel()
        written[index] = value
        self._of[...] = written.reshape(self._of.shape)


class Operators(Shell):
    """A shell that behaves as an array; `Tensor` adds what it is and where it stands."""

    __slots__ = ()

    # NumPy's protocols

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Record a ufunc: NumPy's first protocol."""
        if not kwargs and method == "__call__" and (op := ufuncs.get(ufunc)) is not None:
            return op.call(*inputs)
        return array_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Record a function: NumPy's second protocol."""
        return array_function(func, args, kwargs)

    # Operators: arithmetic is recorded, comparisons give plain arrays

    __add__, __radd__ = ew.add.call, _reflected(ew.add)
    __sub__, __rsub__ = ew.subtract.call, _reflected(ew.subtract)
    __mul__, __rmul__ = ew.multiply.call, _reflected(ew.multiply)
    __truediv__, __rtruediv__ = ew.divide.call, _reflected(ew.divide)
    __floordiv__, __rfloordiv__ = ew.floor_divide.call, _reflected(ew.floor_divide)
    __mod__, __rmod__ = ew.remainder.call, _reflected(ew.remainder)
    __matmul__, __rmatmul__ = products.matmul.call, _reflected(products.matmul)
    __neg__, __pos__, __abs__ = ew.negative.call, ew.positive.call, ew.absolute.call
    __rpow__ = _reflected(ew.power)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)

    # Of integers and booleans, which have no derivative: plain arrays

    __and__, __rand__ = _comparison(operator.and_), _comparison(operator.and_)
    __or__, __ror__ = _comparison(operator.or_), _comparison(operator.or_)
    __xor__, __rxor__ = _comparison(operator.xor), _comparison(operator.xor)
    __lshift__, __rshift__ = _comparison(operator.lshift), _comparison(operator.rshift)
    __rlshift__ = _comparison(lambda x, y: y << x)
    __rrshift__ = _comparison(lambda x, y: y >> x)

    def __invert__(self) -> Any:
        """Invert the bits of a constant."""
        return ~self._value

    def __pow__(self, y: Any, modulo: None = None) -> Any:
        """Raise to a power."""
        if modulo is not None:
            raise TypeError("pow() of a Tensor takes no third argument; write t**y % modulo")
        # As NumPy's own operator does: the two common powers are functions of their own.
        if type(y) in (int, float):
            if y == 2:
                return ew.square.call(self)
            if y == 0.5:
                return ew.sqrt.call(self)
        return ew.power.call(self, y)

    def __round__(self, ndigits: int | None = None) -> Any:
        """Round, with gradient 0."""
        return array_function(np.round, (self, ndigits or 0), {})

    def __divmod__(self, y: Any) -> tuple[Any, Any]:
        """Give quotient and remainder."""
        return self // y, self % y

    def __rdivmod__(self, y: Any) -> tuple[Any, Any]:
        """Give quotient and remainder of a number by a Tensor."""
        return y // self, y % self

    # The methods of an ndarray, each the NumPy function of the same name

    all, any = _method(np.all), _method(np.any)
    argmax, argmin, argsort = _method(np.argmax), _method(np.argmin), _method(np.argsort)
    argpartition, choose = _method(np.argpartition), _method(np.choose)
    clip, round = _method(np.clip), _method(np.round)
    conj = conjugate = ew.conjugate.call
    cumprod, cumsum = _method(np.cumprod), _method(np.cumsum)
    diagonal, trace = _method(np.diagonal), _method(np.trace)
    max, min = _method(np.max), _method(np.min)
    mean, std, var = _method(np.mean), _method(np.std), _method(np.var)
    nonzero, searchsorted = _method(np.nonzero), _method(np.searchsorted)
    ravel, repeat = _method(np.ravel), _method(np.repeat)
    squeeze, swapaxes = _method(np.squeeze), _method(np.swapaxes)
    sum, prod = _method(np.sum), _method(np.prod)
    put, take = _method(np.put), _method(np.take)

    def dot(self, b: Any, out: Any = None) -> Any:
        """Call `np.dot` on this Tensor."""
        return products.dot.call(self, b) if out is None else array_function(np.dot, (self, b), {"out": out})

    def compress(self, condition: Any, axis: int | None = None) -> Any:
        """Call `np.compress` on this Tensor."""
        return array_function(np.compress, (condition, self), {"axis": axis})

    def sort(self, axis: int = -1, kind: Any = None, *, stable: bool | None = None) -> None:
        """Sort in place: the Tensor moves to a new entry, as by item assignment."""
        cast(Any, self)[...] = array_function(np.sort, (self,), {"axis": axis, "kind": kind, "stable": stable})

    def partition(self, kth: Any, axis: int = -1, kind: str = "introselect") -> None:
        """Partition in place: the Tensor moves to a new entry, as by item assignment."""
        cast(Any, self)[...] = array_function(np.partition, (self, kth), {"axis": axis, "kind": kind})

    def fill(self, value: Any) -> None:
        """Write a value everywhere: the Tensor moves to a new entry, as by item assignment."""
        cast(Any, self)[...] = value

    def view(self, *args: Any) -> NoReturn:
        """Refuse to look at the memory as something else: Tensors are values."""
        raise TypeError(
            "A Tensor is a value and has no views. Write t.astype(dtype) for a cast, t.reshape(shape) for another "
            "shape, and t.numpy() for the array, which has view, tofile, byteswap and ctypes, off the tape."
        )

    resize = byteswap = tofile = view

    def to_device(self, device: str, /, *, stream: None = None) -> Any:
        """Give this Tensor, whose memory is the CPU's (the array API standard)."""
        self._value.to_device(device, stream=stream)
        return self

    def astype(
        self, dtype: Any, order: str = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True
    ) -> Any:
        """Cast to a data type; the derivative is cast back. What is cast to integers or booleans is a constant."""
        dtype, met = np.dtype(dtype), self._value.dtype
        if casting != "unsafe" and not np.can_cast(met, dtype, casting):
            raise TypeError(f"Cannot cast Tensor data from {met!r} to {dtype!r} according to the rule {casting!r}")
        if dtype == met and not copy:
            return self
        cast = ew.astype.call(self, dtype=dtype)
        return cast if order == "K" else cast.copy(order)

    def copy(self, order: str = "C") -> Any:
        """Copy the values; the copy stays on the tape."""
        return ew.copy.call(self, order=order)

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
        """Give the same elements in another shape, an int, a tuple, or several ints."""
        options = {"order": order} if copy is None else {"order": order, "copy": copy}
        return array_function(np.reshape, (self, shape[0] if len(shape) == 1 else shape), options)

    def flatten(self, order: str = "C") -> Any:
        """Give the elements as one axis."""
        return array_function(np.ravel, (self,), {"order": order})

    def transpose(self, *axes: Any) -> Any:
        """Permute the axes: all reversed, or as a tuple or several ints say."""
        if len(axes) == 1 and (axes[0] is None or np.ndim(axes[0]) > 0):
            axes = axes[0]
        return transpose.call(self, axes=axes or None)
