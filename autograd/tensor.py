"""The Tensor: an array that knows where it stands on the tape.

It goes wherever an array goes: operators, `np.exp(t)`, `np.concatenate([a, t])`, indexing, the methods of `ndarray`. A
Tensor is a value: `y = x[0]` is a snapshot, and assigning to `x[0]` later does not reach `y`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np

from autograd import redirect
from autograd.entry import Array, Entry, Leaf, Shell, Variable, apart
from autograd.fitting import add_to, owned
from autograd.hooks import Hookable
from autograd.leaving import Leaving
from autograd.operators import Flat
from autograd.ops import elementwise as ew
from autograd.ops import indexing
from autograd.ops.shape import assemble, unstack
from autograd.tape import Tape

_FLOAT = "fc"


class Tensor(Leaving, Hookable):
    """An array that can be differentiated with respect to, or depends on one that can.

    Parameters
    ----------
    data : array_like
        Taken by reference if it is an array. Numeric: boolean, integer, floating or complex.
    requires_grad : bool
        Make it a leaf: `backward` will leave the derivative in `grad`.

    Raises
    ------
    TypeError
        For object arrays, and for `requires_grad=True` of integers or booleans.

    Examples
    --------
    >>> import numpy as np
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> y = (np.exp(x) * 2).sum()
    >>> y.backward()
    >>> x.grad
    array([ 5.43656366, 14.7781122 ])
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        entry = None
        if isinstance(data, Shell):
            # The same value at the same place: a Tensor of a Tensor loses nothing.
            if requires_grad and data.entry is not None:
                raise ValueError(
                    "This Tensor is on the tape already; write t.detach() to make a new leaf of its value."
                )
            entry, data = data.entry, data._value
        self._value = _numeric(data)
        self.entry = entry
        if requires_grad:
            self.entry = _leaf(self._value)

    # What it is

    @property
    def data(self) -> Array:
        """The value, by reference; assigning replaces it (shape and dtype of a leaf must stay)."""
        return self._value

    @data.setter
    def data(self, value: Any) -> None:
        value = _numeric(value)
        if self.entry is not None:
            if not isinstance(self.entry, Leaf):
                raise RuntimeError(
                    f"This Tensor is the result of {self.entry.name}: its value belongs to the tape. "
                    "Write t.detach() for one that is free."
                )
            if value.shape != self.entry.shape or value.dtype != self.entry.dtype:
                raise ValueError(
                    f"A leaf of shape {self.entry.shape} and dtype {self.entry.dtype} cannot take data of shape "
                    f"{value.shape} and dtype {value.dtype}; make a new Tensor."
                )
        self._value = value

    @property
    def grad(self) -> Array | None:
        """The derivative that `backward` added up, an array like `data`; None if none has arrived."""
        return self.entry.grad if isinstance(self.entry, Leaf) else None

    @grad.setter
    def grad(self, value: Any) -> None:
        if not isinstance(self.entry, Leaf):
            raise RuntimeError("Only a leaf, Tensor(..., requires_grad=True), has a gradient.")
        self.entry.grad = None if value is None else _like(value, self, "gradient")

    @property
    def requires_grad(self) -> bool:
        """Whether it is on the tape. Setting it makes a leaf of a constant, or a constant of a leaf."""
        return self.entry is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if bool(value) == self.requires_grad:
            return
        if not value and not isinstance(self.entry, Leaf):
            raise RuntimeError("Only a leaf can stop requiring its gradient; write t.detach() for a constant copy.")
        self.entry = _leaf(self._value) if value else None

    @property
    def is_leaf(self) -> bool:
        """Whether `backward` leaves its gradient here."""
        return isinstance(self.entry, Leaf)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return cast("tuple[int, ...]", self._value.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return cast(int, self._value.ndim)

    @property
    def size(self) -> int:
        """The number of elements."""
        return cast(int, self._value.size)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The data type of the elements."""
        return cast("np.dtype[Any]", self._value.dtype)

    @property
    def nbytes(self) -> int:
        """The bytes that the elements take."""
        return cast(int, self._value.nbytes)

    @property
    def itemsize(self) -> int:
        """The bytes that an element takes."""
        return cast(int, self._value.itemsize)

    @property
    def flags(self) -> Any:
        """How the memory lies."""
        return self._value.flags

    @property
    def strides(self) -> tuple[int, ...]:
        """The steps in bytes from an element to the next, along each axis."""
        return cast("tuple[int, ...]", self._value.strides)

    @property
    def device(self) -> str:
        """Where the memory is (the array API standard)."""
        return cast(str, self._value.device)

    @property
    def T(self) -> Tensor:
        """The transpose: all axes reversed."""
        return cast(Tensor, self.transpose())

    @property
    def mT(self) -> Tensor:
        """The transpose of the last two axes."""
        return cast(Tensor, np.swapaxes(cast(Any, self), -1, -2))

    @property
    def real(self) -> Tensor:
        """The real part."""
        return cast(Tensor, ew.real.call(self))

    @property
    def imag(self) -> Tensor:
        """The imaginary part."""
        return cast(Tensor, ew.imag.call(self))

    @property
    def flat(self) -> Flat:
        """The elements in C order, to iterate over, to read and to write."""
        return Flat(self)

    @property
    def base(self) -> None:
        """None: a Tensor is a value, and a view of no other."""
        return None

    def __repr__(self) -> str:
        """Show values, dtype, and whether it is on the tape."""
        text = np.array2string(self._value, prefix="Tensor(", separator=", ")
        suffix = ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({text}, dtype={self.dtype}{suffix})"

    def __len__(self) -> int:
        """Give the length of the first axis."""
        return len(self._value)

    def __iter__(self) -> Iterator[Tensor]:
        """Iterate over the first axis; the items stay on the tape."""
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d Tensor")
        return iter(unstack(self))

    __hash__ = object.__hash__

    # Off the tape

    def backward(self, gradient: Any = None, retain_graph: bool = False) -> None:
        """Differentiate this Tensor with respect to every leaf it depends on, adding to each leaf's `grad`.

        Parameters
        ----------
        gradient : array_like, optional
            The cotangent, of this Tensor's shape and dtype; 1 for a Tensor of one element.
        retain_graph : bool
            Keep what the tape saved, so that it can be walked again. Otherwise it is let go on the way.

        Raises
        ------
        RuntimeError
            If it depends on no leaf, or the tape was released before.
        ValueError, TypeError
            If the gradient is missing and there are several elements, or has another shape or dtype.

        Examples
        --------
        >>> x = Tensor(3.0, requires_grad=True)
        >>> (x * x).backward()
        >>> x.grad
        array(6.)
        """
        if self.entry is None:
            raise RuntimeError(
                "backward() of a Tensor that depends on nothing with requires_grad=True, or was computed under no_grad."
            )
        if gradient is None:
            if self.size != 1:
                raise ValueError(
                    f"backward() of a Tensor of shape {self.shape} needs a gradient of that shape: "
                    "t.backward(np.ones_like(t)), or reduce it first, t.sum().backward()."
                )
            g = np.ones_like(self._value)
        else:
            g = _like(gradient, self, "gradient")
        walked = Tape.of(self)
        if any(isinstance(entry, Variable) and entry.running for entry in walked.inputs):
            raise RuntimeError(
                "backward() of what a function being differentiated computes from its arguments would leave the outer "
                "derivative out; write grad or vjp there."
            )
        found = walked.pullback([g], release=not retain_graph)
        for leaf, ct in zip(walked.inputs, owned(found, [g]), strict=True):
            if isinstance(leaf, Leaf) and ct is not None:
                add_to(leaf, ct)

    def detach(self) -> Tensor:
        """Give the same value as a constant.

        Examples
        --------
        >>> Tensor(3.0, requires_grad=True).detach()
        Tensor(3., dtype=float64)
        """
        return shell(apart(self._value), None)

    def __copy__(self) -> Tensor:
        """Copy; the copy stays on the tape."""
        return cast(Tensor, ew.copy.call(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        """Copy a leaf or a constant with its data; the copy of what was computed stays on the tape."""
        if self.entry is not None and not self.is_leaf:
            return self.__copy__()
        return Tensor(self._value.copy(), requires_grad=self.requires_grad)

    # Indexing

    def __getitem__(self, index: Any) -> Tensor:
        """Read by basic, integer or boolean index; the result is a snapshot."""
        return cast(Tensor, indexing.getitem.call(self, index=indexing.plain_index(index)))

    def __setitem__(self, index: Any, values: Any) -> None:
        """Write by index: the Tensor moves to a new entry, earlier reads stay what they were."""
        if isinstance(self.entry, Leaf):
            raise RuntimeError(
                "Assignment into a leaf that requires its gradient: the leaf would no longer be what is "
                "differentiated. Assign into a copy (y = x.copy(); y[i] = v), or change its value with x.data[i] = v."
            )
        if isinstance(values, Shell) and values.entry is not None and self.dtype.kind not in _FLOAT:
            raise TypeError(
                f"Writing a tracked Tensor into a Tensor of {self.dtype} would cut its gradient; "
                "make the target floating first: x = x.astype(float)."
            )
        written = indexing.put.call(self, values, index=indexing.plain_index(index))
        self._value, self.entry = written._value, written.entry


def array(object: Any, dtype: Any = None) -> Tensor:
    """Build a Tensor of nested lists of Tensors, arrays and numbers, as `np.array` builds an array of numbers.

    Parameters
    ----------
    object : Tensor, array, number, or nested lists or tuples of them
    dtype : data type, optional
        That of NumPy's own result, if not given.

    Returns
    -------
    Tensor
        On the tape if one of its parts is.

    Raises
    ------
    ValueError
        NumPy's own, if the lists are ragged.

    Examples
    --------
    >>> from autograd import grad
    >>> grad(lambda x: array([[x, 2 * x], [0, 1]]).sum())(5.0)
    array(3.)
    """
    return Tensor(assemble(object, dtype))


@contextmanager
def standing_in(tensors: Sequence[Tensor], values: Sequence[Any]) -> Iterator[None]:
    """Let Tensors have other values, and stand where these stand on the tape, until the block ends, however it ends.

    So a model whose parameters are its attributes becomes a function of them.

    Parameters
    ----------
    tensors : sequence of Tensor
    values : sequence of Tensors or arrays
        One for each.

    Examples
    --------
    >>> from autograd import grad
    >>> w = Tensor(2.0)
    >>> def model(value):
    ...     with standing_in([w], [value]):
    ...         return w * w
    >>> grad(model)(3.0), w
    (array(6.), Tensor(2., dtype=float64))
    """
    before = [(tensor._value, tensor.entry) for tensor in tensors]
    try:
        for tensor, value in zip(tensors, values, strict=True):
            new = value if isinstance(value, Shell) else Tensor(value)
            tensor._value, tensor.entry = new._value, new.entry
        yield
    finally:
        for tensor, (value, entry) in zip(tensors, before, strict=True):
            tensor._value, tensor.entry = value, entry


def shell(data: Array, entry: Entry | None) -> Tensor:
    """Put an array into a Tensor that stands at an entry; no checks."""
    out = object.__new__(Tensor)
    out._value = data
    out.entry = entry
    return out


def _numeric(data: Any) -> Array:
    """Take what a user gives to an array of numbers."""
    if type(data) is not np.ndarray:
        if isinstance(data, np.ma.MaskedArray):
            raise TypeError("A masked array would lose its mask; write np.where(mask, fill, values) first.")
        # An array that speaks NumPy's protocols stays what it is.
        if isinstance(data, np.ndarray) or not hasattr(data, "__array_function__"):
            data = np.asarray(data)
    if not data.dtype.isnative:
        data = data.astype(data.dtype.newbyteorder("="))
    if data.dtype.kind not in "biufc":
        raise TypeError(
            f"A Tensor holds numbers (boolean, integer, floating, complex), met dtype {data.dtype}. "
            "Convert it first, for instance np.array(data, dtype=float)."
        )
    return data


def _leaf(data: Array) -> Leaf:
    if data.dtype.kind not in _FLOAT:
        raise TypeError(
            f"requires_grad=True needs a floating or complex dtype, met {data.dtype}: integers and booleans have no "
            "derivative. Write Tensor(x.astype(float), requires_grad=True)."
        )
    redirect.look()
    return Leaf(data.shape, data.dtype)


def _like(value: Any, t: Tensor, what: str) -> Array:
    """Check that a cotangent fits a Tensor: its shape, and its dtype unless it is a Python number."""
    number = isinstance(value, (int, float, complex)) and not isinstance(value, np.generic)
    array = value._value if isinstance(value, Shell) else np.asarray(value, dtype=t.dtype if number else None)
    if array.shape != t.shape:
        raise ValueError(f"The {what} has shape {array.shape}; the Tensor has {t.shape}. They must be equal.")
    if array.dtype != t.dtype:
        raise TypeError(
            f"The {what} has dtype {array.dtype}; the Tensor has {t.dtype}. Write {what}.astype(np.{t.dtype})."
        )
    return array
