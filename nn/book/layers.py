"""The layers of the book, chapters 3, 9, 14, 15, 18 and 21."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn import analytic
from nn.book.parts import Array, Described, Part, Pullback, floating, formula_of, like, output_of, plain, record
from nn.regularizers import L1, L2, Regularizer

#: The settings of a dense layer's penalties.
_STRENGTHS = ("weight_regularizer_l1", "weight_regularizer_l2", "bias_regularizer_l1", "bias_regularizer_l2")


class Layer_Dense(Described):
    """A layer of neurons that each see every input: `np.dot(inputs, weights) + biases`.

    Weights are 0.01 times `np.random.randn(n_inputs, n_neurons)`, biases 0.

    Parameters
    ----------
    n_inputs, n_neurons : int
    weight_regularizer_l1, weight_regularizer_l2, bias_regularizer_l1, bias_regularizer_l2 : float
        λ of the penalties λ Σ|w| and λ Σ w², whose derivative is part of `dweights` and `dbiases` (chapter 14).
    formula : str
        "derivative", or "book", where λ Σ|w| at w = 0 adds λ; its derivative there is 0.

    Attributes
    ----------
    weights, biases : ndarray
        Shapes (n_inputs, n_neurons) and (1, n_neurons).
    inputs, output : ndarray
        What `forward` was given, (samples, n_inputs), and what it gave, (samples, n_neurons).
    dinputs, dweights, dbiases : ndarray
        What `backward` found, of the shapes of `inputs`, `weights` and `biases`.

    Raises
    ------
    ValueError
        If a λ is negative, or the formula is neither.

    Examples
    --------
    >>> layer = Layer_Dense(1, 2, weight_regularizer_l2=0.5)
    >>> layer.weights = np.array([[3.0, -4.0]])
    >>> layer.forward(np.array([[1.0], [2.0]]))
    >>> layer.backward(np.array([[1.0, 0.0], [1.0, 0.0]]))
    >>> layer.dweights, layer.dbiases, layer.dinputs
    (array([[ 6., -4.]]), array([[2., 0.]]), array([[3.],
           [3.]]))
    """

    inputs: Any
    output: Any
    dinputs: Any
    dweights: Any
    dbiases: Any
    #: The way back, and from what: inputs, parameters and settings as they were then.
    _back: Pullback | None = None
    _of: tuple[Any, ...] = ()

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        weight_regularizer_l1: float = 0,
        weight_regularizer_l2: float = 0,
        bias_regularizer_l1: float = 0,
        bias_regularizer_l2: float = 0,
        *,
        formula: str = "derivative",
    ) -> None:
        self.weight_regularizer_l1 = weight_regularizer_l1
        self.weight_regularizer_l2 = weight_regularizer_l2
        self.bias_regularizer_l1 = bias_regularizer_l1
        self.bias_regularizer_l2 = bias_regularizer_l2
        self.formula = formula_of(self, formula)
        prices(self)
        self.weights: Array = 0.01 * np.random.randn(n_inputs, n_neurons)
        self.biases: Array = np.zeros((1, n_neurons))

    @property
    def n_inputs(self) -> int:
        """How many inputs a sample has."""
        return int(np.shape(self.weights)[0])

    @property
    def n_neurons(self) -> int:
        """How many outputs a sample has."""
        return int(np.shape(self.weights)[1])

    def forward(self, inputs: Any, training: bool = True) -> None:
        """Compute `output`.

        Parameters
        ----------
        inputs : array_like
            Shape (samples, n_inputs).
        training : bool
            Whether `backward` will follow; if it does nevertheless, it records then.

        Raises
        ------
        ValueError
            If a sample has another number of inputs.
        """
        self.inputs = inputs
        if np.shape(inputs)[-1:] != (self.n_inputs,):
            raise ValueError(
                f"{self!r} takes inputs of shape (samples, {self.n_inputs}); met shape {np.shape(inputs)}."
            )
        if training:
            self.output = self._record()
        else:
            self.output, self._back = _outputs(floating(inputs, self.weights), self.weights, self.biases), None

    def backward(self, dvalues: Any) -> None:
        """Compute `dinputs`, `dweights` and `dbiases`, the penalties' part included.

        They are those of the inputs, parameters and regularisers that the layer has now, as in the book.

        Parameters
        ----------
        dvalues : array_like
            The derivative of the loss with respect to `output`, of its shape.

        Raises
        ------
        RuntimeError
            If there was no `forward`.
        ValueError
            If the shape is another one.
        """
        g = like(dvalues, output_of(self), "Layer_Dense")
        known = len(self._of) and all(was is now for was, now in zip(self._of, self._state(), strict=True))
        if self._back is None or not known or g.dtype != self._dtype:
            self._record(g.dtype)
        assert self._back is not None
        self.dinputs, self.dweights, self.dbiases = self._back(g, *map(np.ones_like, self._price))
        if self.formula == "book":
            # The tape's share was without them.
            if self.weight_regularizer_l1 > 0:
                self.dweights = self.dweights + analytic.l1(self.weights, self.weight_regularizer_l1)
            if self.bias_regularizer_l1 > 0:
                self.dbiases = self.dbiases + analytic.l1(self.biases, self.bias_regularizer_l1)

    def get_parameters(self) -> tuple[Array, Array]:
        """Give weights and biases: the arrays themselves, which training replaces and does not write into."""
        return self.weights, self.biases

    def set_parameters(self, weights: Any, biases: Any) -> None:
        """Set weights and biases.

        Raises
        ------
        ValueError
            If their shapes are not those of the layer; then it stays as it is.
        """
        for name, value, has in (("weights", weights, self.weights), ("biases", biases, self.biases)):
            if np.shape(value) != np.shape(has):
                raise ValueError(f"{self!r}: {name} have shape {np.shape(has)}; met shape {np.shape(value)}.")
        self.weights, self.biases = weights, biases

    def _record(self, dtype: Any = None) -> Array:
        """Compute output and penalty, in a precision that somebody asks for, and keep the way back from both."""
        of_weights, of_biases = prices(self, without_l1=self.formula == "book")
        arrays = [floating(self.inputs, self.weights), floating(self.weights), floating(self.biases)]
        if dtype is not None:
            arrays = [array.astype(dtype, copy=False) for array in arrays]

        def compute(inputs: Any, weights: Any, biases: Any) -> list[Any]:
            penalties = [price(weights) for price in of_weights] + [price(biases) for price in of_biases]
            return [_outputs(inputs, weights, biases), *([sum(penalties[1:], penalties[0])] if penalties else [])]

        (output, *self._price), self._back = record(compute, *arrays)
        self._dtype, self._of = output.dtype, self._state()
        return output

    def _state(self) -> tuple[Any, ...]:
        """Give all that `backward` depends on: who sets one of them sets another object."""
        return (self.inputs, self.weights, self.biases, self.formula, *(getattr(self, name) for name in _STRENGTHS))


class Layer_Dropout(Part):
    """In training each element is 0 with the probability `rate`, and divided by `1 - rate` otherwise (chapter 15).

    The mask is `np.random.binomial(1, 1 - rate, size=inputs.shape) / (1 - rate)`, a fresh one at each `forward`.

    Parameters
    ----------
    rate : float
        From 0 to below 1: the part that is left out.

    Attributes
    ----------
    rate : float
        As in the book the part that is kept, `1 - rate`; it can be set.
    binary_mask : ndarray
        The latest one.

    Raises
    ------
    ValueError
        If the rate is not in its range.

    Examples
    --------
    >>> layer = Layer_Dropout(0.0)
    >>> layer.forward(np.array([[1.0, 2.0]]))
    >>> layer.output, layer.binary_mask
    (array([[1., 2.]]), array([[1., 1.]]))
    """

    binary_mask: Array
    _of: tuple[Any, ...] = ()

    def __init__(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise ValueError(f"Layer_Dropout: rate, the part that is left out, is from 0 to below 1; met {rate}.")
        self._left_out = rate
        self.rate = 1 - rate

    @property
    def rate(self) -> float:
        """The part that is kept: who sets it changes what the layer is made by, too."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        if not 0 <= 1 - rate < 1:
            raise ValueError(f"Layer_Dropout.rate, the part that is kept, is above 0 and at most 1; met {rate}.")
        self._rate = rate
        # 1 - (1 - 0.1) is not 0.1.
        if rate != 1 - self._left_out:
            self._left_out = 1 - rate

    def settings(self) -> dict[str, Any]:
        """Give the argument of its constructor."""
        return {"rate": self._left_out}

    def compute(self, inputs: Any) -> Any:
        """Give the output for the latest mask."""
        return inputs * self.binary_mask

    def _record(self, inputs: Any, dtype: Any = None) -> tuple[list[Array], Pullback]:
        # In the precision of the mask, in which the derivative then is too.
        self._of = (self.binary_mask,)
        return super()._record(inputs, dtype or np.result_type(floating(inputs), self.binary_mask))

    def forward(self, inputs: Any, training: bool = True) -> None:
        """Compute `output`: what comes in, without `training`."""
        if training:
            self.binary_mask = np.random.binomial(1, self.rate, size=np.shape(inputs)) / self.rate
            super().forward(inputs, training)
            return
        self.binary_mask = np.ones(np.shape(inputs), floating(inputs).dtype)
        self.give(inputs, np.array(inputs))

    def backward(self, dvalues: Any) -> None:
        """Compute `dinputs`, by the mask that the layer has now, as in the book."""
        if not any(mask is self.binary_mask for mask in self._of):
            self._back = None
        super().backward(dvalues)


class Layer_Input(Described):
    """The data, as the layer before the first (chapter 18).

    Examples
    --------
    >>> layer = Layer_Input()
    >>> layer.forward(np.array([[1.0]]), training=True)
    >>> layer.output
    array([[1.]])
    """

    output: Any

    def forward(self, inputs: Any, training: bool = True) -> None:
        """Give the inputs on as `output`."""
        self.output = inputs


def prices(layer: Any, *, without_l1: bool = False) -> tuple[list[Regularizer], list[Regularizer]]:
    """Give the regularisers of a layer's weights and of its biases; a layer that knows of none has none.

    Raises
    ------
    ValueError, TypeError
        If a λ is negative, not finite, or no number.
    """
    found: tuple[list[Regularizer], list[Regularizer]] = [], []
    for what, regularizers in zip(("weight", "bias"), found, strict=True):
        for name, kind in (("l1", L1), ("l2", L2)):
            strength = getattr(layer, f"{what}_regularizer_{name}", 0)
            if strength and not (without_l1 and kind is L1):
                regularizers.append(kind(strength))
    return found


def penalty(layer: Any) -> Any:
    """Give what a layer's regularisers add to the loss, a number; 0 if it has none."""
    of_weights, of_biases = prices(layer)
    total: Any = 0
    for regularizers, name in ((of_weights, "weights"), (of_biases, "biases")):
        for price in regularizers:
            total = total + plain(price(getattr(layer, name)))[()]
    return total


def _outputs(inputs: Any, weights: Any, biases: Any) -> Any:
    # np.dot, and asked for at each call: in its place nnfs.init() puts one of its own precision.
    return np.dot(inputs, weights) + biases
