"""Regularisers: a price for large parameters, to be added to the loss.

>>> import numpy as np
>>> from nn import L1, L2, Dense, regularization_loss
>>> layer = Dense(2, 1, weight_initializer=lambda rng, shape: np.array([[3.0], [-4.0]]), weight_regularizer=L2(0.5))
>>> regularization_loss(layer).item()
12.5
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, cast

import numpy as np

from autograd import Tensor
from nn.configurable import Configurable
from nn.walk import objects


class Regularizer(Configurable, ABC):
    """What regularisers have in common: they are called on a parameter, and can be added."""

    @abstractmethod
    def __call__(self, param: Any) -> Tensor:
        """Give the penalty of a parameter, a scalar of its dtype."""

    def __add__(self, other: Any) -> Regularizer:
        """Give the regulariser whose penalty is the sum of both."""
        if not isinstance(other, Regularizer):
            return NotImplemented
        return Sum([*_parts(self), *_parts(other)])


class L1(Regularizer):
    """The price λ Σ|w|, which draws parameters to 0; its derivative at 0 is 0.

    From *Neural Networks from Scratch in Python* (Kinsley and Kukieła, chapter 14), whose backward takes λ at 0.

    Parameters
    ----------
    strength : float
        λ, at least 0.

    Raises
    ------
    ValueError, TypeError
        If λ is negative, not finite, or no number.

    Examples
    --------
    >>> L1(0.5)(Tensor([1.0, -2.0]))
    Tensor(1.5, dtype=float64)
    """

    def __init__(self, strength: float) -> None:
        self.strength = _strength(type(self).__name__, strength)

    def __call__(self, param: Any) -> Tensor:
        """Give the penalty of a parameter, a scalar of its dtype."""
        return cast(Tensor, self.strength * np.sum(np.abs(_tensor(param))))


class L2(Regularizer):
    """The price λ Σ w², which keeps parameters small: the large ones first.

    From *Neural Networks from Scratch in Python* (Kinsley and Kukieła, chapter 14): without the factor ½ that others
    write.

    Parameters
    ----------
    strength : float
        λ, at least 0.

    Raises
    ------
    ValueError, TypeError
        If λ is negative, not finite, or no number.

    Examples
    --------
    >>> L2(0.5)(Tensor([1.0, -2.0]))
    Tensor(2.5, dtype=float64)
    """

    def __init__(self, strength: float) -> None:
        self.strength = _strength(type(self).__name__, strength)

    def __call__(self, param: Any) -> Tensor:
        """Give the penalty of a parameter, a scalar of its dtype."""
        param = _tensor(param)
        return cast(Tensor, self.strength * np.sum(param * param))


class Sum(Regularizer):
    """Several regularisers at once; `L1(a) + L2(b)` makes one.

    Parameters
    ----------
    parts : list of regularisers
        At least one.

    Raises
    ------
    ValueError, TypeError
        If there is none, or one is no regulariser.

    Examples
    --------
    >>> both = L1(0.5) + L2(0.25)
    >>> both
    L1(0.5) + L2(0.25)
    >>> both(Tensor([1.0, -2.0]))
    Tensor(2.75, dtype=float64)
    """

    def __init__(self, parts: list[Regularizer]) -> None:
        if not parts:
            raise ValueError("Sum: there is at least one part; met none.")
        for part in parts:
            if not isinstance(part, Regularizer):
                raise TypeError(f"Sum: the parts are regularisers; met {part!r}. Write L1(a) + L2(b).")
        self.parts = list(parts)

    def __call__(self, param: Any) -> Tensor:
        """Give the penalty of a parameter, a scalar of its dtype."""
        total = self.parts[0](param)
        for part in self.parts[1:]:
            total = total + part(param)
        return total

    def __repr__(self) -> str:
        """Show the sum."""
        return " + ".join(map(repr, self.parts))


def regularization_loss(model: Any) -> Any:
    """Sum the penalties of a model: of every layer that has a method `penalties`, each once.

    Parameters
    ----------
    model : object
        A layer, or a list, tuple or dict of layers, nested at will. `penalties()` gives a list of scalar Tensors.

    Returns
    -------
    Tensor or float
        A scalar to add to the loss; 0.0 if there is no penalty.

    Examples
    --------
    >>> from nn import Dense, Sequential
    >>> regularization_loss(Sequential(Dense(2, 3)))
    0.0
    >>> regularization_loss(Sequential(Dense(2, 3, bias_regularizer=L1(0.1))))
    Tensor(0., dtype=float64, requires_grad=True)
    """
    total: Any = 0.0
    for _, part in objects(model):
        if callable(getattr(type(part), "penalties", None)):
            for penalty in part.penalties():
                # Not 0.0 + penalty: an op less in each step.
                total = penalty if isinstance(total, float) else total + penalty
    return total


def checked(name: str, regularizer: Any) -> Any:
    """Give a setting that is a regulariser or None.

    Raises
    ------
    TypeError
        If it is neither.

    Examples
    --------
    >>> checked("Dense: weight_regularizer", L2(0.1))
    L2(0.1)
    """
    if regularizer is not None and not isinstance(regularizer, Regularizer):
        raise TypeError(f"{name} is a regulariser or None; met {regularizer!r}. Write nn.L2(5e-4).")
    return regularizer


def _parts(regularizer: Regularizer) -> list[Regularizer]:
    return regularizer.parts if isinstance(regularizer, Sum) else [regularizer]


def _tensor(param: Any) -> Tensor:
    return param if isinstance(param, Tensor) else Tensor(param)


def _strength(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name}: strength is a number; met {value!r}.")
    # A NumPy number would change the dtype of what it is multiplied with.
    strength = float(value)
    if not 0 <= strength < math.inf:
        raise ValueError(f"{name}: strength is at least 0 and finite; met {value}.")
    return strength
