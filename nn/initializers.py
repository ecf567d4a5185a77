"""What weights start with: functions of a Generator and a shape, to be taken by their name or written by yourself.

>>> import numpy as np
>>> from nn import Dense
>>> layer = Dense(2, 3, weight_initializer="he_normal", rng=np.random.default_rng(0))
>>> layer = Dense(2, 3, weight_initializer=lambda rng, shape: rng.uniform(-1, 1, shape))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.suggest import nearest

Array = NDArray[Any]
Shape = tuple[int, ...]
#: Named as text: `np.random` is loaded when a model is made, and no earlier.
Initializer = Callable[["np.random.Generator", Shape], Array]


#: The most elements that a parameter may have.
_most: ContextVar[float] = ContextVar("most", default=math.inf)


def book(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw 0.01 times normally distributed numbers: *Neural Networks from Scratch in Python*, chapter 3.

    Examples
    --------
    >>> book(np.random.default_rng(0), (2, 2))
    array([[ 0.0012573 , -0.00132105],
           [ 0.00640423,  0.001049  ]])
    """
    return 0.01 * rng.standard_normal(shape)


def glorot_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw uniformly from ±√(6 / (inputs + outputs)): the variance is 2 / (inputs + outputs), Glorot and Bengio (2010).

    Examples
    --------
    >>> bool(abs(glorot_uniform(np.random.default_rng(0), (3, 3))).max() < 1)
    True
    """
    limit = math.sqrt(6 / (shape[0] + shape[-1]))
    return rng.uniform(-limit, limit, shape)


def glorot_normal(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw normally distributed numbers of the variance 2 / (inputs + outputs): Glorot and Bengio (2010).

    Examples
    --------
    >>> glorot_normal(np.random.default_rng(0), (1, 1))
    array([[0.12573022]])
    """
    return math.sqrt(2 / (shape[0] + shape[-1])) * rng.standard_normal(shape)


def he_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw uniformly from ±√(6 / inputs): the variance is 2 / inputs, which suits ReLU; He et al. (2015).

    Examples
    --------
    >>> bool(abs(he_uniform(np.random.default_rng(0), (6, 3))).max() < 1)
    True
    """
    limit = math.sqrt(6 / shape[0])
    return rng.uniform(-limit, limit, shape)


def he_normal(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw normally distributed numbers of the variance 2 / inputs, which suits ReLU: He et al. (2015).

    Examples
    --------
    >>> he_normal(np.random.default_rng(0), (2, 1))
    array([[ 0.12573022],
           [-0.13210486]])
    """
    return math.sqrt(2 / shape[0]) * rng.standard_normal(shape)


def zeros(rng: np.random.Generator, shape: Shape) -> Array:
    """Give zeros; nothing is drawn.

    Examples
    --------
    >>> zeros(np.random.default_rng(0), (1, 2))
    array([[0., 0.]])
    """
    # Not np.zeros: `nnfs.init()` replaces it.
    return np.full(shape, 0.0)


NAMES: dict[str, Initializer] = {
    made.__name__: made for made in (book, glorot_uniform, glorot_normal, he_uniform, he_normal, zeros)
}


def named(initializer: Any) -> Any:
    """Give the name of a function of this module's, by which it can be written down; anything else as it is.

    Examples
    --------
    >>> named(he_normal)
    'he_normal'
    """
    return next((name for name, made in NAMES.items() if made is initializer), initializer)


@contextmanager
def at_most(elements: int) -> Iterator[None]:
    """Let no parameter within have more elements than this: nothing is drawn that no file could have filled.

    Examples
    --------
    >>> with at_most(4):
    ...     drawn("zeros", np.random.default_rng(0), (3, 2), "Dense: weight_initializer")
    Traceback (most recent call last):
    ...
    ValueError: Dense: weight_initializer: shape (3, 2) has more elements than any array of the file, at most 4.
    """
    token = _most.set(elements)
    try:
        yield
    finally:
        _most.reset(token)


def drawn(initializer: str | Initializer, rng: np.random.Generator, shape: Shape, what: str) -> Array:
    """Give what a parameter starts with.

    Parameters
    ----------
    initializer : str or callable
        A name of this module's, or a function of a Generator and a shape.
    rng : numpy.random.Generator
    shape : tuple of int
        Of the parameter; the number of inputs first, that of outputs last.
    what : str
        Whose setting it is, for messages.

    Raises
    ------
    ValueError
        If the name is unknown (the nearest one is suggested), or the function's numbers are of another shape or not
        finite.
    TypeError
        If it is neither a name nor a function.

    Examples
    --------
    >>> drawn("zeros", np.random.default_rng(0), (1, 2), "Dense: bias_initializer")
    array([[0., 0.]])
    """
    if math.prod(shape) > _most.get():
        raise ValueError(f"{what}: shape {shape} has more elements than any array of the file, at most {_most.get()}.")
    if isinstance(initializer, str):
        if initializer not in NAMES:
            raise ValueError(f"{what}: there is no initializer {initializer!r}. {nearest(initializer, NAMES)}")
        return NAMES[initializer](rng, shape)
    if not callable(initializer):
        raise TypeError(
            f"{what} is one of {', '.join(NAMES)}, or a function of a Generator and a shape; met {initializer!r}."
        )
    found = np.asarray(initializer(rng, shape))
    if found.shape != shape or found.dtype.kind not in "iuf":
        raise ValueError(
            f"{what}: {initializer!r} is to give numbers of shape {shape}; it gave shape {found.shape} and dtype "
            f"{found.dtype}."
        )
    if not np.isfinite(found).all():
        raise ValueError(f"{what}: {initializer!r} gave numbers that are NaN or infinite.")
    return found
