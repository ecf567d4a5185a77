"""Activations: what neurons make of what they have summed. Each is a composition of ops, exact at extreme arguments."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np

import autograd
from autograd import Tensor
from nn.configurable import Configurable

#: √(2/π) and the factor of the cube, of GELU's approximation.
_GELU_SCALE = math.sqrt(2 / math.pi)
_GELU_CUBE = 0.044715


class Linear(Configurable):
    """What comes in; the last activation of a regression (the book, chapter 17).

    Examples
    --------
    >>> Linear()([-1.0, 2.0])
    Tensor([-1.,  2.], dtype=float64)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give `x` as a Tensor."""
        return _tensor(x)


class ReLU(Configurable):
    """The positive part of each element, `max(x, 0)`; its derivative at 0 is 0 (the book, chapter 4).

    Examples
    --------
    >>> ReLU()([-1.0, 0.0, 2.0])
    Tensor([0., 0., 2.], dtype=float64)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give an array of the shape of `x`."""
        return cast(Tensor, autograd.relu(_tensor(x)))


class LeakyReLU(Configurable):
    """`x` where it is positive and `slope * x` elsewhere; its derivative at 0 is the slope.

    From Maas, Hannun and Ng (2013).

    Parameters
    ----------
    slope : float
        From 0 to below 1.

    Raises
    ------
    ValueError
        If the slope is not in its range.

    Examples
    --------
    >>> LeakyReLU(0.1)([-1.0, 0.0, 2.0])
    Tensor([-0.1,  0. ,  2. ], dtype=float64)
    """

    def __init__(self, slope: float = 0.01) -> None:
        # A NumPy number would change the dtype of what it is multiplied with.
        self.slope = float(slope)
        if not 0 <= self.slope < 1:
            raise ValueError(f"LeakyReLU: slope is from 0 to below 1; met {slope}.")

    def __call__(self, x: Any) -> Tensor:
        """Give an array of the shape of `x`."""
        x = _tensor(x)
        kind: Any = x.dtype.type if x.dtype.kind == "f" else np.float64
        return cast(Tensor, x * np.where(x.detach() > 0, kind(1), kind(self.slope)))


class Sigmoid(Configurable):
    """Probabilities from scores, each for itself: `1 / (1 + exp(-x))` (the book, chapter 16).

    It is computed as exp(-m) / (exp(-m) + exp(-x - m)) with m = max(-x, 0), a constant to the tape, as its derivative
    cancels: nothing overflows, and both tails, and those of every derivative, are exact to rounding.

    Examples
    --------
    >>> Sigmoid()([-1e4, 0.0, 1e4])
    Tensor([0. , 0.5, 1. ], dtype=float64)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give probabilities of the shape of `x`."""
        return _sigmoid(_tensor(x))


class Tanh(Configurable):
    """The hyperbolic tangent of each element.

    Examples
    --------
    >>> Tanh()([-1e4, 0.0, 1e4])
    Tensor([-1.,  0.,  1.], dtype=float64)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give an array of the shape of `x`."""
        return cast(Tensor, np.tanh(_tensor(x)))


class Softmax(Configurable):
    """Probabilities from scores: `exp(x) / sum(exp(x))` over the last axis.

    The largest score of each sample is subtracted first, so that nothing overflows (the book, chapter 4). It is a
    constant to the tape: probabilities do not depend on it, so its derivative cancels.

    Raises
    ------
    ValueError
        When called on a single number.

    Examples
    --------
    >>> Softmax()(np.log([[1.0, 1.0, 2.0]]))
    Tensor([[0.25, 0.25, 0.5 ]], dtype=float64)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give probabilities of the shape of `x`, (samples, classes), each row with sum 1."""
        exponentials = np.exp(_shifted(self, x))
        return cast(Tensor, exponentials / exponentials.sum(axis=-1, keepdims=True))


class LogSoftmax(Configurable):
    """The logarithm of the softmax, without ever computing the probabilities: `x - log(sum(exp(x)))`.

    Where a probability is too small for a float its logarithm is still exact.

    Raises
    ------
    ValueError
        When called on a single number.

    Examples
    --------
    >>> LogSoftmax()([[0.0, 1e4]])
    Tensor([[-10000.,      0.]], dtype=float64)
    """

    def __call__(self, x: Any) -> Tensor:
        """Give log-probabilities of the shape of `x`, (samples, classes)."""
        shifted = _shifted(self, x)
        return cast(Tensor, shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


class GELU(Configurable):
    """`x` times the probability Φ(x) that a normally distributed number is smaller: Hendrycks and Gimpel (2016).

    Φ(x) = erfc(-x / √2) / 2, which keeps the left tail exact, is SciPy's. The approximation of the same paper,
    `x * sigmoid(2√(2/π) (x + 0.044715 x³))`, differs by up to 5e-4 and needs NumPy alone.

    Parameters
    ----------
    approximate : bool

    Raises
    ------
    ImportError
        If it is exact and SciPy is not installed.
    TypeError
        If `approximate` is no bool.

    Examples
    --------
    >>> GELU(approximate=True)([-1.0, 0.0, 1.0]).numpy().round(3)
    array([-0.159,  0.   ,  0.841])
    """

    def __init__(self, approximate: bool = False) -> None:
        if not isinstance(approximate, bool):
            raise TypeError(f"GELU: approximate is True or False; met {approximate!r}.")
        self.approximate = approximate
        if not approximate:
            _erfc()

    def __call__(self, x: Any) -> Tensor:
        """Give an array of the shape of `x`."""
        x = _tensor(x)
        # Beyond, the probability is 0 or 1, and a square or a cube might overflow.
        near = np.clip(x, -40.0, 40.0)
        if self.approximate:
            return cast(Tensor, x * _sigmoid(2 * _GELU_SCALE * (near + _GELU_CUBE * near * near * near)))
        y = 0.5 * x * _erfc()(near * -math.sqrt(0.5))
        # SciPy has no half precision: it gives double.
        return cast(Tensor, y.astype(x.dtype) if x.dtype == np.float16 else y)


def _erfc() -> Any:
    """Give the complementary error function, which an optional package has."""
    try:
        from scipy.special import erfc
    except ImportError as error:
        raise ImportError(
            "GELU needs SciPy for the error function: pip install 'gradtape[scipy]'. GELU(approximate=True) does "
            "without."
        ) from error
    return erfc


def _sigmoid(x: Tensor) -> Tensor:
    m = np.maximum(-x.detach(), 0)
    c = np.exp(-m)
    return cast(Tensor, c / (c + np.exp(-x - m)))


def _shifted(activation: Configurable, x: Any) -> Tensor:
    """Subtract the largest score of each sample, a constant to the tape."""
    x = _tensor(x)
    if not x.ndim:
        raise ValueError(f"{activation!r} takes scores of shape (samples, classes); met the shape of one number, ().")
    return cast(Tensor, x - x.detach().max(axis=-1, keepdims=True))


def _tensor(x: Any) -> Tensor:
    return x if isinstance(x, Tensor) else Tensor(x)
