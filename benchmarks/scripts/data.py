"""The arrays that all programs train on, made by NumPy alone."""

import numpy as np


def spiral() -> tuple[np.ndarray, np.ndarray]:
    """Return 100 points in each of 3 arms, as the book's chapter 3 draws them."""
    rng = np.random.RandomState(0)
    X, y = np.zeros((300, 2)), np.zeros(300, dtype=np.int64)
    for label in range(3):
        at = slice(100 * label, 100 * (label + 1))
        r = np.linspace(0.0, 1, 100)
        t = np.linspace(label * 4, (label + 1) * 4, 100) + rng.randn(100) * 0.2
        X[at], y[at] = np.c_[r * np.sin(t * 2.5), r * np.cos(t * 2.5)], label
    return X, y


def images() -> tuple[np.ndarray, np.ndarray]:
    """Return random numbers in the shapes of MNIST."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((60_000, 784)), rng.integers(0, 10, 60_000)
