"""What is measured: each workload names its task and makes its data, the same arrays for every engine.

``WORKLOADS["book64"].data()`` returns the arrays; the adapters in ``benchmarks/engines`` turn them into a step that can
be repeated. This module needs NumPy only, because it is read in the environment of every engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

SEED = 9


class Training(NamedTuple):
    """A batch, the initial layers (weights, biases of shape (1, n)), and the constants of Adam."""

    X: np.ndarray
    y: np.ndarray
    layers: list[tuple[np.ndarray, np.ndarray]]
    learning_rate: float
    decay: float = 5e-7
    eps: float = 1e-7
    beta_1: float = 0.9
    beta_2: float = 0.999


class Chain(NamedTuple):
    """The start of ``h = sin(h) * 1.01 + x * share``, how often it is applied, and the share (0: no such term)."""

    x: np.ndarray
    repeats: int
    share: float


class Options(NamedTuple):
    """European calls: spot, strike, years to expiry, volatility (arrays), and the interest rate (a number)."""

    S: np.ndarray
    K: np.ndarray
    t: np.ndarray
    v: np.ndarray
    r: float


@dataclass(frozen=True)
class Workload:
    """One row of the results.

    Attributes
    ----------
    name : str
        What is typed after ``--only``.
    task : str
        The function of an adapter that runs it: ``train``, ``chain`` or ``blackscholes``.
    about : str
        One sentence for the report.
    data : callable
        Makes the arrays, afresh and from a fixed seed.
    """

    name: str
    task: str
    about: str
    data: Callable[[], Training | Chain | Options]


def spiral(hidden: int) -> Training:
    """Return the book's spiral, 100 points in each of 3 classes, with a network of ``hidden`` neurons."""
    rng = np.random.default_rng(SEED)
    X, y = np.empty((300, 2)), np.repeat(np.arange(3), 100)
    for label in range(3):
        # A step away from the origin: there the pre-activations are 0, where libraries give ReLU different derivatives.
        radius = np.linspace(0.01, 1, 100)
        angle = np.linspace(4 * label, 4 * (label + 1), 100) + 0.2 * rng.standard_normal(100)
        X[y == label] = np.c_[radius * np.sin(2.5 * angle), radius * np.cos(2.5 * angle)]
    layers = [(0.01 * rng.standard_normal(shape), np.zeros((1, shape[1]))) for shape in ((2, hidden), (hidden, 3))]
    return Training(X, y, layers, learning_rate=0.05)


def mnist() -> Training:
    """Return random pixels and labels in the shapes of one batch of MNIST, with a network 784-128-128-10."""
    rng = np.random.default_rng(SEED)
    X, y = rng.random((128, 784)), rng.integers(0, 10, 128)
    shapes = ((784, 128), (128, 128), (128, 10))
    layers = [(rng.standard_normal(shape) * (2 / shape[0]) ** 0.5, np.zeros((1, shape[1]))) for shape in shapes]
    return Training(X, y, layers, learning_rate=0.001)


def chain() -> Chain:
    """Return ten numbers to send through 300 repetitions."""
    return Chain(np.random.default_rng(SEED).uniform(-1, 1, 10), repeats=300, share=0.1)


def scalar() -> Chain:
    """Return one number to send through 50 ops."""
    return Chain(np.array(0.5), repeats=25, share=0.0)


def options(count: int = 1_000_000) -> Options:
    """Return ``count`` options around the money, a week to two years from expiry."""
    rng = np.random.default_rng(SEED)
    S, K = rng.uniform(50, 150, count), rng.uniform(50, 150, count)
    return Options(S, K, rng.uniform(0.02, 2, count), rng.uniform(0.1, 0.6, count), r=0.03)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload(
            "book64",
            "train",
            "One training step of the book's network: 300x2 spiral → 64 → 3, softmax and cross-entropy, Adam.",
            partial(spiral, 64),
        ),
        Workload("book512", "train", "The same with 512 hidden neurons.", partial(spiral, 512)),
        Workload(
            "mnist",
            "train",
            "One training step of 784 → 128 → 128 → 10 on a batch of 128, Adam. The pixels are random: "
            "the time does not depend on what they show.",
            mnist,
        ),
        Workload(
            "chain",
            "chain",
            "`h = sin(h) * 1.01 + x * 0.1`, 300 times on 10 numbers; value and gradient of `sum(h)` in `x`. "
            "Measures the cost of an op, not of arithmetic.",
            chain,
        ),
        Workload(
            "scalar", "chain", "`h = sin(h) * 1.01`, 25 times on one number: value and gradient of 50 ops.", scalar
        ),
        Workload(
            "blackscholes",
            "blackscholes",
            "Price of 10⁶ European calls and its gradient in spot, time and volatility. Measures memory and `erf`.",
            options,
        ),
    )
}


def checksums(arrays: list[np.ndarray]) -> list[list[float]]:
    """Reduce each array to its norm and two random projections, by which engines in different processes are compared.

    The weights of the projections are of order one, so a projection moves by about as much as the array does in norm.
    """
    rng = np.random.default_rng(SEED + 1)
    rows = []
    for array in arrays:
        flat = np.asarray(array, dtype=np.float64).ravel()
        projections = (float(flat @ rng.uniform(-1, 1, flat.size)) for _ in range(2))
        rows.append([float(np.linalg.norm(flat)), *projections])
    return rows


def disagreement(ours: list[list[float]], reference: list[list[float]]) -> float:
    """Return the largest difference between two lists of checksums, relative to the norm of each reference array."""
    if len(ours) != len(reference):
        return float("inf")
    found, expected = np.array(ours), np.array(reference)
    errors = np.abs(found - expected) / np.maximum(expected[:, :1], 1e-300)
    # A NaN is a failure, and no comparison with a tolerance would find it.
    return float(errors.max()) if np.isfinite(errors).all() else float("inf")
