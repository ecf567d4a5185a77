"""Layers: plain objects that are called. A layer says what it computes; its derivative is the tape's business.

To write one, keep the parameters as attributes (`Tensor(..., requires_grad=True)`) and define `__call__` with NumPy:
`nn.parameters` finds the former, the tape records the latter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from inspect import Parameter, signature
from typing import Any, cast, overload

import numpy as np
from numpy.typing import DTypeLike

from autograd import Tensor
from nn import walk
from nn.configurable import Configurable
from nn.initializers import Initializer, drawn, named
from nn.mode import is_training
from nn.precision import floating
from nn.regularizers import Regularizer, checked

Layer = Callable[[Any], Any]


class Dense(Configurable):
    """A layer of neurons that each see every input: `x @ weights + biases`.

    By default the weights start as 0.01 times normally distributed numbers and the biases as 0, as in *Neural Networks
    from Scratch in Python* (Kinsley and Kukieła, chapter 3).

    Parameters
    ----------
    n_inputs, n_neurons : int
        At least 1.
    weight_initializer, bias_initializer : str or callable
        "book", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal" or "zeros" (see `nn.initializers`), or a
        function of a Generator and a shape. A function of your own cannot be written to a file.
    weight_regularizer, bias_regularizer : Regularizer, optional
        Such as `nn.L2(5e-4)`: what `nn.regularization_loss` sums.
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
        If a size is below 1, an initializer's name is unknown, or its numbers are of another shape or not finite; when
        called, if the last axis of `x` is not n_inputs long.
    TypeError
        If a size is not an integer, `rng` no Generator, `dtype` not floating, or an initializer or regulariser none.

    Examples
    --------
    >>> layer = Dense(2, 3, rng=np.random.default_rng(0))
    >>> layer(np.ones((4, 2))).shape
    (4, 3)
    """

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        weight_initializer: str | Initializer = "book",
        bias_initializer: str | Initializer = "zeros",
        weight_regularizer: Regularizer | None = None,
        bias_regularizer: Regularizer | None = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        for name, size in (("n_inputs", n_inputs), ("n_neurons", n_neurons)):
            if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
                raise TypeError(f"Dense: {name} is an integer; met {size!r}.")
            if size < 1:
                raise ValueError(f"Dense: {name} is at least 1; met {size}.")
        rng = _generator("Dense", rng)
        dtype = floating("Dense", dtype)
        self.n_inputs, self.n_neurons, self.dtype = int(n_inputs), int(n_neurons), dtype
        self.weight_initializer, self.bias_initializer = named(weight_initializer), named(bias_initializer)
        self.weight_regularizer = checked("Dense: weight_regularizer", weight_regularizer)
        self.bias_regularizer = checked("Dense: bias_regularizer", bias_regularizer)
        weights = drawn(weight_initializer, rng, (self.n_inputs, self.n_neurons), "Dense: weight_initializer")
        biases = drawn(bias_initializer, rng, (1, self.n_neurons), "Dense: bias_initializer")
        self.weights = Tensor(weights.astype(dtype), requires_grad=True)
        self.biases = Tensor(biases.astype(dtype), requires_grad=True)

    def __call__(self, x: Any) -> Tensor:
        """Give the neurons' outputs, shape (samples, n_neurons), for inputs of shape (samples, n_inputs)."""
        if not isinstance(x, Tensor):
            x = Tensor(x)
        if x.shape[-1:] != self.weights.shape[:1]:
            raise ValueError(f"{self!r} takes inputs of shape (samples, {self.weights.shape[0]}); met shape {x.shape}.")
        return cast(Tensor, x @ self.weights + self.biases)

    def penalties(self) -> list[Tensor]:
        """Give the price of weights and biases, as far as they have a regulariser: what is added to the loss.

        Examples
        --------
        >>> from nn import L2
        >>> Dense(2, 3, bias_regularizer=L2(0.1)).penalties()
        [Tensor(0., dtype=float64, requires_grad=True)]
        """
        pairs = (self.weight_regularizer, self.weights), (self.bias_regularizer, self.biases)
        return [cast(Tensor, regularizer(param)) for regularizer, param in pairs if regularizer is not None]


class Dropout(Configurable):
    """In training each element is 0 with the probability `rate`, and divided by `1 - rate` otherwise; else unchanged.

    So its mean is the same in both modes (`nn.training`), and nothing is to be done when the model is used: "inverted"
    dropout, *Neural Networks from Scratch in Python* (Kinsley and Kukieła, chapter 15), after Srivastava et al. (2014).

    Parameters
    ----------
    rate : float
        From 0 to below 1: the part that is left out.
    rng : numpy.random.Generator, optional
        Where the masks are drawn from, a fresh one at each call, of a compiled function too; without it they differ
        from run to run.

    Raises
    ------
    ValueError
        If the rate is not in its range.
    TypeError
        If the rate is no number, or `rng` no Generator.

    Examples
    --------
    >>> import nn
    >>> layer = Dropout(0.5, rng=np.random.default_rng(1))
    >>> layer([1.0, 2.0, 3.0, 4.0])
    Tensor([1., 2., 3., 4.], dtype=float64)
    >>> with nn.training():
    ...     layer([1.0, 2.0, 3.0, 4.0])
    Tensor([2., 0., 0., 0.], dtype=float64)
    """

    def __init__(self, rate: float, *, rng: np.random.Generator | None = None) -> None:
        if isinstance(rate, bool) or not isinstance(rate, (int, float, np.integer, np.floating)):
            raise TypeError(f"Dropout: rate is a number; met {rate!r}.")
        if not 0 <= rate < 1:
            raise ValueError(f"Dropout: rate, the part that is left out, is from 0 to below 1; met {rate}.")
        self.rate = float(rate)
        self.rng = _generator("Dropout", rng)

    def __call__(self, x: Any) -> Tensor:
        """Give an array of the shape of `x`."""
        x = x if isinstance(x, Tensor) else Tensor(x)
        if not self.rate or not is_training():
            return cast(Tensor, x)
        return cast(Tensor, x * self.mask(x.shape, x.dtype))

    def mask(self, shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> Any:
        """Draw the next mask: 0 where an element is left out, `1 / (1 - rate)` elsewhere.

        Examples
        --------
        >>> Dropout(0.5, rng=np.random.default_rng(1)).mask((4,))
        array([2., 0., 0., 0.])
        """
        kind: Any = np.dtype(dtype).type if np.dtype(dtype).kind == "f" else np.float64
        # Single precision is drawn in half the time; the rate is then met to 6e-8.
        drawn = self.rng.random(shape, dtype=np.float32)
        return np.where(drawn < 1 - self.rate, kind(1 / (1 - self.rate)), kind(0))


class Flatten(Configurable):
    """Each sample in one row: (samples, height, width, ...) becomes (samples, height * width * ...).

    Raises
    ------
    ValueError
        When called on a single number.

    Examples
    --------
    >>> Flatten()(np.ones((5, 28, 28))).shape
    (5, 784)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give an array of shape (samples, elements of a sample)."""
        x = x if isinstance(x, Tensor) else Tensor(x)
        if not x.ndim:
            raise ValueError("Flatten() takes inputs of shape (samples, ...); met the shape of one number, ().")
        return cast(Tensor, x.reshape(len(x), math.prod(x.shape[1:])))


def _generator(name: str, rng: Any) -> np.random.Generator:
    """Give a Generator, a fresh one for None."""
    if rng is None:
        return np.random.default_rng()
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name}: rng is a Generator; met {rng!r}. Make one, rng = np.random.default_rng(0), and give it to "
            "every layer: layers that each start from the same seed would have the same weights."
        )
    return rng


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
    >>> from nn import ReLU
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

    def config(self) -> dict[str, Any]:
        """Give the layers' settings as plain values, from which `nn.from_config` makes the same layers anew.

        A layer that stands twice is written once; then it is the same as the one at that path.

        Raises
        ------
        TypeError
            If a layer has none, or a subclass is made of something else than its layers and defines none.

        Examples
        --------
        >>> flatten = Flatten()
        >>> Sequential(flatten, flatten).config()
        {'name': 'Sequential', 'layers': [{'name': 'Flatten'}, {'same_as': 'layers.0'}]}
        """
        return self._written("", {})

    def _written(self, at: str, paths: dict[int, str]) -> dict[str, Any]:
        """Give the settings, standing at a path; those of the layers whose paths are known stand there."""
        name = type(self).__name__
        if all(
            parameter.kind is not Parameter.VAR_POSITIONAL for parameter in signature(type(self)).parameters.values()
        ):
            raise TypeError(
                f"{name} is made of something else than its layers: give it a method config() that says so."
            )
        layers: list[dict[str, Any]] = []
        for i, layer in enumerate(self.layers):
            where = f"{at}layers.{i}"
            if id(layer) in paths:
                layers.append({"same_as": paths[id(layer)]})
                continue
            if not callable(getattr(layer, "config", None)):
                raise TypeError(
                    f"{name}: layer {i}, {layer!r}, cannot be written down and made again. Give its class a method "
                    "config() that names it and its settings (nn.configurable)."
                )
            paths[id(layer)] = where
            inner = isinstance(layer, Sequential) and type(layer).config is Sequential.config
            layers.append(cast(Any, layer)._written(f"{where}.", paths) if inner else cast(Any, layer).config())
        return {"name": name, "layers": layers}

    def __repr__(self) -> str:
        """Show the call that makes it again."""
        return f"{type(self).__name__}({', '.join(map(repr, self.layers))})"
