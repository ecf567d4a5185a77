"""Layers: plain objects that are called. A layer says what it computes; its derivative is the tape's business.

To write one, keep the parameters as attributes (`Tensor(..., requires_grad=True)`) and define `__call__` with NumPy:
`nn.parameters` finds the former, the tape records the latter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast, overload

import numpy as np
from numpy.typing import DTypeLike

import autograd
from autograd import Tensor
from nn import walk

Layer = Callable[[Any], Any]


class Dense:
    """A layer of neurons that each see every input: `x @ weights + biases`.

    Initially the weights are 0.01 times normally distributed numbers and the biases 0, as in *Neural Networks from
    Scratch in Python* (Kinsley and Kukieła, chapter 3).

    Parameters
    ----------
    n_inputs, n_neurons : int
        At least 1.
    rng : numpy.random.Generator, optional
        Where the weights are drawn from; without it they differ from run to run.
    dtype : data type
        Of weights and biases; a floating one.

    Attributes
    ----------
    weights : Tensor
        Shape (n_inputs, n_neurons).
    biases : Tensor
        Shape (1, n_neurons).

    Raises
    ------
    ValueError
        If a size is below 1; when called, if the last axis of `x` is not n_inputs long.
    TypeError
        If a size is not an integer, `rng` no Generator, or `dtype` not floating.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Dense(2, 3, rng=np.random.default_rng(0))
    >>> layer(np.ones((4, 2))).shape
    (4, 3)
    """

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        for name, size in (("n_inputs", n_inputs), ("n_neurons", n_neurons)):
            if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
                raise TypeError(f"Dense: {name} is an integer; met {size!r}.")
            if size < 1:
                raise ValueError(f"Dense: {name} is at least 1; met {size}.")
        if rng is not None and not isinstance(rng, np.random.Generator):
            raise TypeError(
                f"Dense: rng is a Generator; met {rng!r}. Make one, rng = np.random.default_rng(0), and give it to "
                "every layer: layers that each start from the same seed would have the same weights."
            )
        dtype = np.dtype(dtype)
        if dtype.kind != "f":
            raise TypeError(f"Dense: dtype is floating, such as np.float64 or np.float32; met {dtype}.")
        rng = np.random.default_rng() if rng is None else rng
        weights = 0.01 * rng.standard_normal((n_inputs, n_neurons))
        self.weights = Tensor(weights.astype(dtype), requires_grad=True)
        self.biases = Tensor(np.full((1, n_neurons), 0, dtype=dtype), requires_grad=True)

    def __call__(self, x: Any) -> Tensor:
        """Give the neurons' outputs, shape (samples, n_neurons), for inputs of shape (samples, n_inputs)."""
        if not isinstance(x, Tensor):
            x = Tensor(x)
        if x.shape[-1:] != self.weights.shape[:1]:
            raise ValueError(f"{self!r} takes inputs of shape (samples, {self.weights.shape[0]}); met shape {x.shape}.")
        return cast(Tensor, x @ self.weights + self.biases)

    def __repr__(self) -> str:
        """Show what it is."""
        return f"Dense({self.weights.shape[0]}, {self.weights.shape[1]})"


class ReLU:
    """The positive part of each element, `max(x, 0)`; its derivative at 0 is 0.

    Examples
    --------
    >>> ReLU()([-1.0, 0.0, 2.0])
    Tensor([0., 0., 2.], dtype=float64)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give an array of the shape of `x`."""
        return cast(Tensor, autograd.relu(x if isinstance(x, Tensor) else Tensor(x)))

    def __repr__(self) -> str:
        """Show what it is."""
        return "ReLU()"


class Softmax:
    """Probabilities from scores: `exp(x) / sum(exp(x))` over the last axis.

    The largest score of each sample is subtracted first, so that nothing overflows (the book, chapter 4). It is a
    constant to the tape: probabilities do not depend on it, so its derivative cancels.

    Examples
    --------
    >>> import numpy as np
    >>> Softmax()(np.log([[1.0, 1.0, 2.0]]))
    Tensor([[0.25, 0.25, 0.5 ]], dtype=float64)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give probabilities of the shape of `x`, (samples, classes), each row with sum 1."""
        x = x if isinstance(x, Tensor) else Tensor(x)
        exponentials = np.exp(x - x.detach().max(axis=-1, keepdims=True))
        return cast(Tensor, exponentials / exponentials.sum(axis=-1, keepdims=True))

    def __repr__(self) -> str:
        """Show what it is."""
        return "Softmax()"


class Sequential:
    """Layers applied one after the other.

    Parameters
    ----------
    *layers : callables, or one list or tuple of them
        Anything that takes the output of the one before it.

    Attributes
    ----------
    layers : list

    Raises
    ------
    TypeError
        If a layer cannot be called.

    Examples
    --------
    >>> model = Sequential(Dense(2, 64), ReLU(), Dense(64, 3))
    >>> model
    Sequential(Dense(2, 64), ReLU(), Dense(64, 3))
    >>> len(model.parameters())
    4
    """

    def __init__(self, *layers: Layer | Sequence[Layer]) -> None:
        several = layers[0] if len(layers) == 1 and isinstance(layers[0], (list, tuple)) else layers
        for i, layer in enumerate(several):
            if not callable(layer):
                raise TypeError(f"Sequential: layer {i} cannot be called; met {layer!r}.")
        self.layers = cast("list[Layer]", list(several))

    def __call__(self, x: Any) -> Any:
        """Give the output of the last layer."""
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Tensor]:
        """List every parameter of every layer, each once: `nn.parameters(self)`."""
        return walk.parameters(self)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Any:
        """Give one layer, or for a slice a `Sequential` of the same layers."""
        return Sequential(self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __len__(self) -> int:
        """Count the layers."""
        return len(self.layers)

    def __iter__(self) -> Iterator[Any]:
        """Go through the layers."""
        return iter(self.layers)

    def __repr__(self) -> str:
        """Show what it is."""
        return f"Sequential({', '.join(map(repr, self.layers))})"
