"""What the book's layers, activations and losses have in common: a forward that is recorded, and its walk back."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tape, Tensor
from nn.suggest import nearest

Array = NDArray[Any]
Pullback = Callable[..., list[Array]]
_FORMULAS = ("derivative", "book")


class Described:
    """An object that shows, and keeps in a file, the call that makes it again."""

    def settings(self) -> dict[str, Any]:
        """Give the arguments of its constructor, as far as they are its attributes too."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters if hasattr(self, name)}

    def __getstate__(self) -> dict[str, Any]:
        """Give what a copy or a pickle keeps: not the way back, which is a function, and is found again."""
        state = {name: value for name, value in vars(self).items() if name not in ("_back", "_of")}
        # The book takes the output out of what it writes to a file.
        if state.get("_made") is not state.get("output"):
            state.pop("_made", None)
        return state

    def __repr__(self) -> str:
        """Show the call, without what is as it is by default."""
        known = inspect.signature(type(self)).parameters
        given = {name: value for name, value in self.settings().items() if value != known[name].default}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})"


class Part(Described):
    """A part of a network that has nothing to learn: a new one defines `compute`, in NumPy.

    Attributes
    ----------
    inputs, output : ndarray
        What `forward` was given, and what it gave.
    dinputs : ndarray
        What `backward` found: of the shape of `inputs`.
    """

    inputs: Any
    output: Any
    dinputs: Any
    #: What `forward` gave, and the way back from it, once that is known.
    _made: Any = None
    _back: Pullback | None = None
    _dtype: Any = None

    def compute(self, inputs: Any) -> Any:
        """Give the output for inputs, arrays or Tensors, as a composition of NumPy's functions."""
        raise NotImplementedError(f"{type(self).__name__} defines no compute(inputs).")

    def undo(self, output: Array) -> Array:
        """Give inputs for which `output` would be the output: for a backward without a forward."""
        return output

    def forward(self, inputs: Any, training: bool = True) -> None:
        """Compute `output`.

        Parameters
        ----------
        inputs : array_like
            Samples first.
        training : bool
            Whether `backward` will follow; if it does nevertheless, it records then.
        """
        if training:
            (output,), back = self._record(inputs)
        else:
            output, back = plain(self.compute(floating(inputs))), None
        self.give(inputs, output)
        self._back = back

    def give(self, inputs: Any, output: Any) -> None:
        """Take what somebody else computed, as if by `forward`."""
        self.inputs, self.output = inputs, output
        self._made, self._back = output, None

    def gave(self, output: Any) -> bool:
        """Tell whether this very array is what the latest `forward` gave."""
        return output is not None and output is self._made and output is self.output

    def backward(self, dvalues: Any) -> None:
        """Compute `dinputs`.

        Parameters
        ----------
        dvalues : array_like
            The derivative of the loss with respect to `output`, of its shape.

        Raises
        ------
        RuntimeError
            If there was no `forward`, and `output` was not set either.
        ValueError
            If the shape is another one.
        """
        output = output_of(self)
        g = like(dvalues, output, type(self).__name__)
        if self._back is None or output is not self._made or g.dtype != self._dtype:
            # Somebody set `output`, as the book does in chapter 9, or nothing was recorded, or not as precisely.
            inputs = self.inputs if self.gave(output) else self.undo(np.asarray(output))
            self._back = self._record(inputs, g.dtype)[1]
            self._made = output
        (self.dinputs,) = self._back(g)

    def _record(self, inputs: Any, dtype: Any = None) -> tuple[list[Array], Pullback]:
        """Compute and record, in a precision that somebody asks for."""
        outputs, back = record(
            lambda x: [self.compute(x)], floating(inputs).astype(dtype or floating(inputs).dtype, copy=False)
        )
        self._dtype = outputs[0].dtype
        return outputs, back


def record(fun: Callable[..., Any], *arrays: Array) -> tuple[list[Array], Pullback]:
    """Compute and record: give the outputs, and the way back from them, which can be gone any number of times.

    It is `autograd.vjp` without its copies of the outputs, which would take as long as a small layer: who writes into
    an output changes what comes back, as with the book's formulas.

    Parameters
    ----------
    fun : callable
        Gives a list of Tensors.
    *arrays : ndarray
        Of floats.

    Returns
    -------
    outputs : list of ndarray
    back : callable
        Takes a cotangent for each output, and gives a list with one for each array, none of which is another's memory.

    Examples
    --------
    >>> (y,), back = record(lambda x, w: [x * w], np.array([2.0]), np.array([3.0]))
    >>> y, back(np.array([1.0]))
    (array([6.]), [array([3.]), array([2.])])
    """
    leaves = [Tensor(array, requires_grad=True) for array in arrays]
    outputs = fun(*leaves)
    tracked = [output.requires_grad for output in outputs]
    tape = Tape.of([output for output in outputs if output.requires_grad], leaves)

    def back(*cotangents: Array) -> list[Array]:
        if not any(tracked) and not (leaves[0] * 1.0).requires_grad:
            raise RuntimeError("Within autograd.no_grad() nothing is recorded: call forward and backward outside.")
        given = [g for g, known in zip(cotangents, tracked, strict=True) if known]
        return [
            np.zeros_like(array) if g is None else _own(g, given)
            for g, array in zip(tape.pullback(given), arrays, strict=True)
        ]

    return [output.numpy() for output in outputs], back


def _own(g: Array, given: list[Array]) -> Array:
    """Give a derivative in memory of its own: where nothing is to be done, as in a sum, it is what was given."""
    return g.copy() if any(np.may_share_memory(g, other) for other in given) else g


def plain(x: Any) -> Any:
    """Give the array of a Tensor."""
    return x.numpy() if isinstance(x, Tensor) else x


def floating(x: Any, *others: Any) -> Array:
    """Give numbers that can be differentiated: integers as floats, of the dtype that NumPy would compute in."""
    array = np.asarray(x)
    return array if array.dtype.kind == "f" else array.astype(np.result_type(array, *others, np.float16))


def like(dvalues: Any, output: Any, name: str) -> Array:
    """Give derivatives in the precision of the output, or in their own if that is higher, as NumPy's formulas would.

    After `nnfs.init()` some of the book's derivatives are double all the same: those that come through a dropout, whose
    mask is, and from targets that are. The sums that make `dbiases` of them are then more precise by far.
    """
    given = floating(dvalues)
    if given.shape != np.shape(output):
        raise ValueError(
            f"{name}.backward: dvalues has the shape of the output, {np.shape(output)}; met shape {given.shape}."
        )
    return given.astype(np.result_type(given, floating(output)), copy=False)


def output_of(part: Any) -> Any:
    """Give what `forward` gave, or say that it has to come first."""
    try:
        return part.output
    except AttributeError:
        raise RuntimeError(f"{type(part).__name__}: call forward before backward.") from None


def formula_of(owner: Any, formula: str) -> str:
    """Give the keyword `formula`, checked.

    Raises
    ------
    ValueError
        If it is neither "derivative" nor "book".
    """
    if formula not in _FORMULAS:
        name = type(owner).__name__
        raise ValueError(
            f"{name}: formula is 'derivative' or 'book'; met {formula!r}. {nearest(str(formula), _FORMULAS)}"
        )
    return formula
