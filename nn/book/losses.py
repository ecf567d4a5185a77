"""The losses of the book, chapters 5, 9, 14, 16, 17, 18 and 20."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import numpy as np

import nn.losses
from autograd import Tensor
from nn import analytic
from nn.book.activations import Activation_Softmax, scores
from nn.book.layers import penalty
from nn.book.parts import Array, Described, Pullback, floating, formula_of, plain, record
from nn.labels import class_numbers, numbers


class Loss(Described):
    """What losses have in common; a new one defines `forward`, in NumPy, and the tape finds `backward`.

    Attributes
    ----------
    dinputs : ndarray
        What `backward` found: of the shape of the predictions.
    accumulated_sum, accumulated_count : number
        Of the samples since `new_pass` (chapter 20).

    Examples
    --------
    >>> class Loss_Fourth(Loss):
    ...     def forward(self, y_pred, y_true):
    ...         return np.mean((y_pred - y_true) ** 4, axis=1)
    >>> loss, y_pred, y_true = Loss_Fourth(), np.array([[1.0], [3.0]]), np.array([[0.0], [1.0]])
    >>> float(loss.calculate(y_pred, y_true))
    8.5
    >>> loss.backward(y_pred, y_true)
    >>> loss.dinputs
    array([[ 2.],
           [16.]])
    """

    dinputs: Any
    trainable_layers: list[Any]
    accumulated_sum: Any = 0
    accumulated_count: int = 0

    def forward(self, y_pred: Any, y_true: Any) -> Any:
        """Give the loss of each sample, shape (samples,)."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward(y_pred, y_true).")

    def backward(self, dvalues: Any, y_true: Any) -> None:
        """Compute `dinputs`, the derivative of the mean loss.

        Parameters
        ----------
        dvalues : array_like
            The predictions.
        y_true : array_like
            What they should be.
        """
        (loss,), back = record(lambda y_pred: [np.mean(self.forward(y_pred, y_true))], floating(dvalues))
        (self.dinputs,) = back(np.ones_like(loss))

    def remember_trainable_layers(self, trainable_layers: list[Any]) -> None:
        """Take note of the layers whose penalties `regularization_loss` sums (chapter 18)."""
        self.trainable_layers = trainable_layers

    def regularization_loss(self, layer: Any = None) -> Any:
        """Give the penalty of one layer (chapter 14), or of all that are remembered (chapter 18).

        Raises
        ------
        RuntimeError
            If no layer is given, and none remembered.
        """
        if layer is not None:
            return penalty(layer)
        if not hasattr(self, "trainable_layers"):
            raise RuntimeError(
                f"{type(self).__name__}.regularization_loss: give a layer, or call remember_trainable_layers first."
            )
        return sum(penalty(one) for one in self.trainable_layers)

    def calculate(self, output: Any, y: Any, *, include_regularization: bool = False) -> Any:
        """Give the mean loss of the samples, and with `include_regularization` the penalty as well.

        Parameters
        ----------
        output : ndarray
            Predictions, samples first.
        y : array_like
            What they should be; see the class.
        include_regularization : bool

        Raises
        ------
        ValueError, TypeError
            If `y` does not fit the predictions, is NaN or out of range.
        """
        sample_losses = self.forward(output, y)
        self.accumulated_sum += np.sum(sample_losses)
        self.accumulated_count += len(sample_losses)
        data_loss = np.mean(sample_losses)
        return (data_loss, self.regularization_loss()) if include_regularization else data_loss

    def calculate_accumulated(self, *, include_regularization: bool = False) -> Any:
        """Give the mean loss of all samples since `new_pass`, and with `include_regularization` the penalty as well."""
        if not self.accumulated_count:
            raise RuntimeError(f"{type(self).__name__}.calculate_accumulated: there was no calculate before.")
        data_loss = self.accumulated_sum / self.accumulated_count
        return (data_loss, self.regularization_loss()) if include_regularization else data_loss

    def new_pass(self) -> None:
        """Begin to accumulate anew."""
        self.accumulated_sum = 0
        self.accumulated_count = 0


class _Known(Loss):
    """A loss of `nn.losses`.

    Parameters
    ----------
    formula : str
        Where `backward` is from: "derivative", the tape; "book", the formula that the book writes (`nn.analytic`).
    """

    _rule: ClassVar[nn.losses.Loss]

    def __init__(self, *, formula: str = "derivative") -> None:
        self.formula = formula_of(self, formula)

    def forward(self, y_pred: Any, y_true: Any) -> Any:
        """Give the loss of each sample, shape (samples,)."""
        if isinstance(y_pred, Tensor):
            return self._rule.samples(y_pred, y_true)
        return plain(self._rule.samples(_predictions(y_pred, y_true), y_true))

    def backward(self, dvalues: Any, y_true: Any) -> None:
        """Compute `dinputs`, the derivative of the mean loss; or what the book has in its place.

        Parameters
        ----------
        dvalues : array_like
            The predictions.
        y_true : array_like
            What they should be.
        """
        y_pred = _predictions(dvalues, y_true)
        if self.formula == "book":
            self.dinputs = self._written(y_pred, y_true).astype(y_pred.dtype, copy=False)
        else:
            super().backward(y_pred, y_true)

    def _written(self, y_pred: Array, y_true: Any) -> Array:
        """Give the book's formula."""
        raise NotImplementedError


class Loss_CategoricalCrossentropy(_Known):
    """`-log(p)`, p being the probability given to the true class, clipped to [1e-7, 1 - 1e-7].

    Predictions have the shape (samples, classes). Targets are class numbers, (samples,), or one-hot rows.

    Parameters
    ----------
    formula : str
        "derivative": 0 where the forward clips. "book": -y / p / samples, as if it did not.

    Examples
    --------
    >>> loss, p, y = Loss_CategoricalCrossentropy(), np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 0])
    >>> loss.backward(p, y)
    >>> round(float(loss.calculate(p, y)), 4), loss.dinputs
    (1.0397, array([[-1.,  0.],
           [-2.,  0.]]))
    """

    _rule = nn.losses.CategoricalCrossentropy()

    def _written(self, y_pred: Array, y_true: Any) -> Array:
        return analytic.categorical_crossentropy(y_pred, y_true)


class Loss_BinaryCrossentropy(_Known):
    """`-(y log(p) + (1 - y) log(1 - p))`, the mean over outputs, p being clipped to [1e-7, 1 - 1e-7].

    Predictions have the shape (samples, outputs); targets too, or (samples,) where there is one output.

    Parameters
    ----------
    formula : str
        "derivative": 0 where the forward clips. "book": there too what the clipped probability gives.

    Examples
    --------
    >>> loss, p, y = Loss_BinaryCrossentropy(), np.array([[0.5], [0.25]]), np.array([[1], [0]])
    >>> loss.backward(p, y)
    >>> round(float(loss.calculate(p, y)), 4), loss.dinputs.round(4)
    (0.4904, array([[-1.    ],
           [ 0.6667]]))
    """

    _rule = nn.losses.BinaryCrossentropy()

    def _written(self, y_pred: Array, y_true: Any) -> Array:
        return analytic.binary_crossentropy(y_pred, _numbers(y_true, y_pred))


class Loss_MeanSquaredError(_Known):
    """`(y_pred - y_true)²`, the mean over outputs (chapter 17).

    Predictions have the shape (samples, outputs); targets too, or (samples,) where there is one output.

    Parameters
    ----------
    formula : str
        "derivative" or "book", which are the same here.

    Examples
    --------
    >>> loss, y_pred, y = Loss_MeanSquaredError(), np.array([[1.0], [2.0]]), np.array([[0.0], [0.0]])
    >>> loss.backward(y_pred, y)
    >>> float(loss.calculate(y_pred, y)), loss.dinputs
    (2.5, array([[1.],
           [2.]]))
    """

    _rule = nn.losses.MeanSquaredError()

    def _written(self, y_pred: Array, y_true: Any) -> Array:
        return analytic.mean_squared_error(y_pred, _numbers(y_true, y_pred))


class Loss_MeanAbsoluteError(_Known):
    """`|y_pred - y_true|`, the mean over outputs (chapter 17).

    Predictions have the shape (samples, outputs); targets too, or (samples,) where there is one output.

    Parameters
    ----------
    formula : str
        "derivative"; or "book", which has the opposite sign, so that training makes the error larger.

    Examples
    --------
    >>> y_pred, y = np.array([[1.0], [-2.0]]), np.array([[0.0], [0.0]])
    >>> loss, as_written = Loss_MeanAbsoluteError(), Loss_MeanAbsoluteError(formula="book")
    >>> loss.backward(y_pred, y)
    >>> as_written.backward(y_pred, y)
    >>> loss.dinputs.ravel(), as_written.dinputs.ravel()
    (array([ 0.5, -0.5]), array([-0.5,  0.5]))
    """

    _rule = nn.losses.MeanAbsoluteError()

    def _written(self, y_pred: Array, y_true: Any) -> Array:
        return analytic.mean_absolute_error(y_pred, _numbers(y_true, y_pred))


class Activation_Softmax_Loss_CategoricalCrossentropy(Described):
    """Softmax and cross-entropy in one, for a shorter way back: (p - y) / samples (chapter 9).

    The loss that is shown is that of the clipped probabilities, as in the book. The way back is that of
    `nn.softmax_cross_entropy`, which goes from scores to the loss without a probability that could be clipped: so a
    sample that is wrong beyond doubt is learnt from, as in the book.

    Parameters
    ----------
    formula : str
        "derivative", the tape's; or "book", (p - y) / samples as `nn.analytic` writes it. They are equal to rounding.

    Attributes
    ----------
    activation : Activation_Softmax
    loss : Loss_CategoricalCrossentropy
    output : ndarray
        The probabilities.
    dinputs : ndarray
        The derivative with respect to the scores.

    Examples
    --------
    >>> both = Activation_Softmax_Loss_CategoricalCrossentropy()
    >>> both.backward(np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4]]), np.array([0, 1]))
    >>> both.dinputs.round(4)
    array([[-0.15,  0.05,  0.1 ],
           [ 0.05, -0.25,  0.2 ]])
    """

    output: Any
    dinputs: Any
    _back: Pullback | None = None

    def __init__(self, *, formula: str = "derivative") -> None:
        self.formula = formula_of(self, formula)
        self.activation = Activation_Softmax()
        self.loss = Loss_CategoricalCrossentropy()
        self._labels: Any = None

    def forward(self, inputs: Any, y_true: Any) -> Any:
        """Compute `output`, and give the mean loss.

        Parameters
        ----------
        inputs : array_like
            Scores, shape (samples, classes).
        y_true : array_like
            Class numbers, (samples,), or one-hot rows.
        """
        self.output = self._record(inputs, class_numbers(y_true, np.shape(inputs)))
        self.activation.give(inputs, self.output)
        return self.loss.calculate(self.output, y_true)

    def backward(self, dvalues: Any, y_true: Any) -> None:
        """Compute `dinputs`.

        Parameters
        ----------
        dvalues : array_like
            The probabilities: `output`, or others, shape (samples, classes).
        y_true : array_like
            Class numbers, (samples,), or one-hot rows.
        """
        p = floating(dvalues)
        if self.formula == "book":
            self.dinputs = analytic.softmax_categorical_crossentropy(p, y_true)
            return
        labels = class_numbers(y_true, p.shape)
        known = self._labels is not None and dvalues is self.output and np.array_equal(labels, self._labels)
        if self._back is None or not known:
            # Others than in the latest forward; a model's last layer still knows the scores of its own.
            self._record(self.activation.inputs if self.activation.gave(dvalues) else scores(p), labels)
            self._labels = None
        assert self._back is not None
        self.dinputs = self._back(self._one)[0].astype(p.dtype, copy=False)

    def _record(self, inputs: Any, labels: Any) -> Array:
        """Keep the way back from the mean loss to scores, and give the probabilities, which it passes."""
        held: list[Any] = []

        def compute(z: Any) -> list[Any]:
            # `nn.softmax_cross_entropy`, beside which the probabilities cost one division more.
            shifted = z - np.maximum.reduce(z.numpy().T.copy())[:, np.newaxis]
            exponentials = np.exp(shifted)
            totals = exponentials.sum(axis=1)
            held.append(exponentials.numpy() / totals.numpy()[:, np.newaxis])
            return [np.mean(np.log(totals) - shifted[np.arange(len(labels)), labels])]

        (loss,), self._back = record(compute, floating(inputs))
        self._one, self._labels = np.ones_like(loss), labels.copy()
        return cast(Array, held[0])


def _predictions(y_pred: Any, y_true: Any) -> Array:
    """Give predictions in the precision of the targets, if that is higher: NumPy would compute so."""
    found = floating(y_pred)
    targets = np.asarray(y_true).dtype
    return found.astype(np.result_type(found, targets), copy=False) if targets.kind == "f" else found


def _numbers(y_true: Any, y_pred: Array) -> Array:
    return np.asarray(plain(numbers(y_true, y_pred.shape))).astype(y_pred.dtype, copy=False)
