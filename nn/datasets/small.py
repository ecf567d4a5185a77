"""Data that needs no file: the three sets that the book draws, and the digits that come with scikit-learn.

The book's sets have the same numbers, bit for bit, as the `nnfs` package gives for the same seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nn.precision import floating

Array = NDArray[Any]


def spiral(
    samples: int = 100, classes: int = 3, *, seed: int | None = None, dtype: DTypeLike = np.float64
) -> tuple[Array, Array]:
    """Draw arms of a spiral that wind around each other, one arm a class.

    The same numbers as `nnfs.datasets.spiral_data` after `np.random.seed(seed)`: with `dtype=np.float64` as NumPy is,
    with `dtype=np.float32` as `nnfs.init()` leaves it. From *Neural Networks from Scratch in Python* (Kinsley and
    Kukieła, chapter 3), after Andrej Karpathy's CS231n.

    Parameters
    ----------
    samples : int
        Of each class, at least 1.
    classes : int
        1 to 256.
    seed : int, optional
        0 to 2³² - 1. Without it the noise is drawn from NumPy's global state, as the book does, and differs from call
        to call. With it no global state is read or changed; a test set needs another seed than the training set.
    dtype : data type
        Of X; a floating one.

    Returns
    -------
    X : ndarray
        Points in the plane, shape (samples * classes, 2), within the unit circle.
    y : ndarray of uint8
        Their classes, in order, shape (samples * classes,).

    Raises
    ------
    ValueError
        If a number is out of its range.
    TypeError
        If `samples` or `classes` is not an integer, or `dtype` not floating.

    Examples
    --------
    >>> X, y = spiral(samples=2, classes=2, seed=0)
    >>> X.round(3)
    array([[ 0.   ,  0.   ],
           [-0.7  , -0.714],
           [-0.   , -0.   ],
           [ 0.765, -0.644]])
    >>> y
    array([0, 0, 1, 1], dtype=uint8)
    """
    dtype = _checked("spiral", samples, classes, dtype)
    draw = _normal(seed)
    X = np.empty((classes, samples, 2), dtype)
    radius = np.linspace(0.0, 1, samples)
    for number in range(classes):
        # The order of the operations and their precisions are those of nnfs: only the noise is rounded to dtype.
        noise = draw(samples).astype(dtype) * 0.2
        angle = (np.linspace(number * 4, (number + 1) * 4, samples) + noise) * 2.5
        X[number, :, 0] = radius * np.sin(angle)
        X[number, :, 1] = radius * np.cos(angle)
    return X.reshape(-1, 2), _in_order(samples, classes)


def vertical(
    samples: int = 100, classes: int = 3, *, seed: int | None = None, dtype: DTypeLike = np.float64
) -> tuple[Array, Array]:
    """Draw clouds of points beside each other, one cloud a class.

    The same numbers as `nnfs.datasets.vertical_data` after `np.random.seed(seed)`: with `dtype=np.float64` as NumPy is,
    with `dtype=np.float32` as `nnfs.init()` leaves it. From *Neural Networks from Scratch in Python* (Kinsley and
    Kukieła, chapter 6).

    Parameters
    ----------
    samples, classes, seed, dtype
        As for `spiral`.

    Returns
    -------
    X : ndarray
        Points in the plane, shape (samples * classes, 2): class k around (k / 3, 1 / 2), with a spread of 0.1.
    y : ndarray of uint8
        Their classes, in order, shape (samples * classes,).

    Raises
    ------
    ValueError, TypeError
        As `spiral` does.

    Examples
    --------
    >>> X, y = vertical(samples=1000, classes=2, seed=0)
    >>> X[y == 1].mean(axis=0).round(1)
    array([0.3, 0.5])
    """
    dtype = _checked("vertical", samples, classes, dtype)
    draw = _normal(seed)
    X = np.empty((classes, samples, 2), dtype)
    for number in range(classes):
        X[number, :, 0] = draw(samples).astype(dtype) * 0.1 + number / 3
        X[number, :, 1] = draw(samples).astype(dtype) * 0.1 + 0.5
    return X.reshape(-1, 2), _in_order(samples, classes)


def sine(samples: int = 1000, *, dtype: DTypeLike = np.float64) -> tuple[Array, Array]:
    """Give one period of a sine, to be learnt as a regression.

    The same numbers as `nnfs.datasets.sine_data`, which are float64 after `nnfs.init()` too; with `dtype=np.float32`
    they are rounded. From *Neural Networks from Scratch in Python* (Kinsley and Kukieła, chapter 17).

    Parameters
    ----------
    samples : int
        At least 1.
    dtype : data type
        Of X and y; a floating one.

    Returns
    -------
    X : ndarray
        From 0 to below 1 in equal steps, shape (samples, 1).
    y : ndarray
        sin 2πX, shape (samples, 1).

    Raises
    ------
    ValueError, TypeError
        As `spiral` does.

    Examples
    --------
    >>> X, y = sine(samples=4)
    >>> X.ravel(), y.ravel().round(3)
    (array([0.  , 0.25, 0.5 , 0.75]), array([ 0.,  1.,  0., -1.]))
    """
    dtype = _checked("sine", samples, 1, dtype)
    X = np.arange(samples).reshape(-1, 1) / samples
    return X.astype(dtype), np.sin(2 * np.pi * X).astype(dtype)


def digits(*, dtype: DTypeLike = np.float64) -> tuple[Array, Array]:
    """Give the handwritten digits that come with scikit-learn: 1797 images of 8 by 8 pixels.

    Parameters
    ----------
    dtype : data type
        Of X; a floating one.

    Returns
    -------
    X : ndarray
        Shape (1797, 64), whole numbers from 0 (paper) to 16 (ink).
    y : ndarray of int
        The digits, shape (1797,).

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    TypeError
        If `dtype` is not floating.
    """
    dtype = floating("digits", dtype)
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "nn.datasets.digits reads the digits of scikit-learn: pip install 'gradtape[examples]'", name="sklearn"
        ) from error
    X, y = load_digits(return_X_y=True)
    return X.astype(dtype), y


def _normal(seed: int | None) -> Any:
    """Give the function that draws normal numbers: the stream of `np.random.seed(seed)`, or the global one."""
    # Not np.random.randn, in whose place nnfs.init() puts a function that rounds.
    return (np.random if seed is None else np.random.RandomState(seed)).standard_normal


def _in_order(samples: int, classes: int) -> Array:
    return np.repeat(np.arange(classes, dtype=np.uint8), samples)


def _checked(name: str, samples: int, classes: int, dtype: DTypeLike) -> np.dtype[Any]:
    for key, number in (("samples", samples), ("classes", classes)):
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
            raise TypeError(f"{name}: {key} is an integer; met {number!r}.")
        if number < 1:
            raise ValueError(f"{name}: {key} is at least 1; met {number}.")
    if classes > 256:
        raise ValueError(f"{name}: classes is at most 256, as the labels are bytes; met {classes}.")
    return floating(name, dtype)
