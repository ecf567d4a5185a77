"""What takes a Tensor's value off the tape, and what refuses to because the gradient would be lost unseen."""

from __future__ import annotations

import opcode
import sys
from typing import Any, NoReturn, cast

import numpy as np

from autograd import redirect
from autograd.entry import Array, Shell, is_recording
from autograd.looking import tensor_html
from autograd.operators import Operators
from autograd.protocols import ASSIGNED

_STORE_SUBSCR = opcode.opmap["STORE_SUBSCR"]


class Leaving(Operators):
    """A shell with the ways out: plain arrays and numbers, other libraries, text."""

    __slots__ = ()

    def numpy(self) -> Array:
        """Give the value as a plain array, by reference: this leaves the tape."""
        return self._value

    def item(self, *index: Any) -> Any:
        """Give one element as a Python number."""
        return self._value.item(*index)

    def tolist(self) -> Any:
        """Give the elements as nested lists of Python numbers."""
        return self._value.tolist()

    def tobytes(self, order: str = "C") -> bytes:
        """Give the bytes of the elements: this leaves the tape, as `item` and `tolist` do."""
        return bytes(self._value.tobytes(order))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Give the data of a constant to NumPy, and refuse what is on the tape."""
        if self.entry is not None and is_recording():
            if redirect.look():
                raise TypeError("SciPy was imported after this Tensor was made; call its function again.")
            raise TypeError(
                "A Tensor that is on the tape does not become a plain array by itself: its gradient would be lost. "
                "Leave the tape with t.detach() or t.numpy(); to build an array of Tensors use autograd.array, or "
                "np.stack and np.concatenate; to fill one, make it a Tensor first (buf = Tensor(np.zeros(n)); "
                "buf[1:-1] = t)."
            )
        return np.array(self._value, dtype=dtype, copy=copy)

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        """Give NumPy, in whose functions a Tensor goes wherever an array goes (the array API standard)."""
        return self._plain("__array_namespace__").__array_namespace__(api_version=api_version)

    def __dlpack__(self, **kwargs: Any) -> Any:
        """Hand a constant's memory to another library, and refuse what is on the tape."""
        return self._plain("__dlpack__").__dlpack__(**kwargs)

    def __dlpack_device__(self) -> tuple[int, int]:
        """Tell another library where the memory is."""
        return cast("tuple[int, int]", self._value.__dlpack_device__())

    def _plain(self, asked: str) -> Array:
        if self.entry is not None:
            raise TypeError(
                f"{asked} of a Tensor that is on the tape: another library would compute past the tape, and the "
                "gradient would be lost. Leave the tape with t.detach(), or write the computation in NumPy."
            )
        return self._value

    def __float__(self) -> float:
        """Give a plain number; refused for `buf[i] = t` with a plain `buf`."""
        _refuse_store(self)
        return float(self._value)

    def __int__(self) -> int:
        """Give a plain number, as `float(t)`."""
        _refuse_store(self)
        return int(self._value)

    def __complex__(self) -> complex:
        """Give a plain number, as `float(t)`."""
        _refuse_store(self)
        return complex(self._value)

    def __bool__(self) -> bool:
        """Give a plain truth value; refused for `buf[i] = t`, as `float(t)`."""
        _refuse_store(self)
        return bool(self._value)

    def __index__(self) -> int:
        """Give an integer constant as an index."""
        return cast(int, self._value.__index__())

    def __format__(self, spec: str) -> str:
        """Format a number as Python does."""
        return format(self._value if self._value.ndim else self._value[()], spec) if spec else str(self)

    def _repr_html_(self) -> str:
        """Show it in a notebook: values, shape, dtype, and where it stands on the tape."""
        return tensor_html(self._value, "constant" if self.entry is None else f"on the tape: {self.entry.name}")

    def __contains__(self, value: Any) -> bool:
        """Tell whether an element equals the value."""
        return value in self._value

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled."""
        raise TypeError("Tensors are not pickled; save t.numpy() with np.save or np.savez.")


def _refuse_store(t: Shell) -> None:
    """Refuse `buf[i] = t` for a plain array `buf`: NumPy asks for `float(t)`, and the gradient would be lost.

    The caller of `float` is the line itself in both cases; only the instruction that it is at tells them apart.
    """
    if t.entry is not None:
        caller = sys._getframe(2)
        if caller.f_code.co_code[caller.f_lasti] == _STORE_SUBSCR:
            raise TypeError(ASSIGNED)
