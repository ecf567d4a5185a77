"""Divide data at random: `split` into training, validation and test data, `k_fold` for cross-validation."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.samples import Seed, as_pair, as_samples, integer, refuse_nan

Array = NDArray[Any]

#: By how much fractions that are meant to add up to 1 may miss it.
_ROUNDING = 1e-9


def split(
    X: Any, y: Any, *fractions: float, seed: Seed = None, stratify: Any = None
) -> tuple[tuple[Array, Array], ...]:
    """Divide samples at random into parts of given sizes.

    Parameters
    ----------
    X, y : array_like
        Inputs and labels; the first axis of both counts the samples.
    *fractions : float
        How much of the data goes into each part, each between 0 and 1. If together they are less than 1, what is left
        is one more part: `0.8` gives two.
    seed : int or numpy.random.Generator, optional
        Where chance comes from; without it the parts differ from call to call.
    stratify : array_like, optional
        Labels, shape (samples,): each part gets its share of every one of them, to within one sample (with more than
        two parts, two samples). Usually `stratify=y`.

    Returns
    -------
    tuple of (X, y)
        Copies, one pair a part, the samples in random order. The sizes are the fractions of the whole to within one
        sample, rounded.

    Raises
    ------
    ValueError
        If there are no samples, X, y and `stratify` differ in length, a label is NaN, a fraction is not between 0 and
        1, they add up to more than 1, or a part would be empty.
    TypeError
        If X or y does not hold numbers, or `stratify` no labels.

    Examples
    --------
    >>> X, y = np.arange(10), np.repeat([0, 1], 5)
    >>> (X_train, y_train), (X_test, y_test) = split(X, y, 0.8, seed=0, stratify=y)
    >>> np.bincount(y_train), np.bincount(y_test)
    (array([4, 4]), array([1, 1]))
    """
    X, y = as_pair("split", X, y)
    shares = _shares(fractions)
    order = _order("split", len(X), seed, stratify)
    parts: list[Array] = []
    left, whole = np.arange(len(X)), 1.0
    for share in shares[:-1]:
        # Going through the classes one after the other, a sample is taken whenever the share has grown by one.
        chosen = np.diff(np.floor(np.arange(len(left) + 1) * (share / whole) + 0.5)) > 0
        parts.append(left[chosen])
        left, whole = left[~chosen], whole - share
    parts.append(left)
    sizes = [len(part) for part in parts]
    if 0 in sizes:
        raise ValueError(f"split: of {len(X)} samples the fractions {shares} make parts of {sizes}; one is empty.")
    return tuple((X[at], y[at]) for at in _shuffled(order, parts))


def k_fold(samples: Any, folds: int, *, seed: Seed = None, stratify: Any = None) -> list[tuple[Array, Array]]:
    """Divide samples at random into folds, each of which is the test data once: cross-validation.

    Parameters
    ----------
    samples : int or array_like
        How many there are, or data whose first axis counts them.
    folds : int
        At least 2, at most as many as samples.
    seed : int or numpy.random.Generator, optional
        Where chance comes from; without it the folds differ from call to call.
    stratify : array_like, optional
        Labels, shape (samples,): of each of them all folds get the same number, to within one sample.

    Returns
    -------
    list of (train, test)
        For each fold the positions of the training and of the test samples, in random order. Each sample is in the test
        data of exactly one fold; the sizes of these differ by at most one.

    Raises
    ------
    ValueError
        If there are no samples, fewer than folds, `stratify` is not as long as them, or holds NaN.
    TypeError
        If a number is not an integer, or `stratify` no labels.

    Examples
    --------
    >>> for train, test in k_fold(6, 3, seed=0):
    ...     print(sorted(train.tolist()), sorted(test.tolist()))
    [0, 1, 2, 5] [3, 4]
    [1, 3, 4, 5] [0, 2]
    [0, 2, 3, 4] [1, 5]
    """
    count = _count(samples)
    folds = integer("k_fold", "folds", folds)
    if not 2 <= folds <= count:
        raise ValueError(
            f"k_fold: folds are at least 2 and at most the samples, of which there are {count}; met {folds}."
        )
    order = _order("k_fold", count, seed, stratify)
    number = np.arange(count) % folds
    found = []
    for fold in range(folds):
        train, test = _shuffled(order, [np.flatnonzero(number != fold), np.flatnonzero(number == fold)])
        found.append((train, test))
    return found


def _order(who: str, samples: int, seed: Seed, stratify: Any) -> tuple[Array, Array]:
    """Give the samples in random order, and where in it those of the first class are, of the second, and so on."""
    order = np.random.default_rng(seed).permutation(samples)
    if stratify is None:
        return order, np.arange(samples)
    labels = np.asarray(stratify)
    if labels.dtype.kind not in "biufUS":
        raise TypeError(f"{who}: stratify holds labels, such as class numbers; met {stratify!r}.")
    if labels.shape != (samples,):
        raise ValueError(
            f"{who}: stratify holds a label for each sample, shape ({samples},); met shape {labels.shape}."
            + (" Write stratify=y." if labels.ndim == 0 else "")
            + (" Of one-hot rows write stratify=y.argmax(axis=1)." if labels.ndim == 2 else "")
        )
    refuse_nan(who, "stratify", labels)
    # Stable, as otherwise the order of equal labels, and so the parts, would depend on the processor.
    return order, np.argsort(labels[order], kind="stable")


def _shuffled(order: tuple[Array, Array], parts: list[Array]) -> list[Array]:
    """Give the samples that were chosen by their places among the classes, in random order."""
    samples, by_class = order
    return [samples[np.sort(by_class[part])] for part in parts]


def _shares(fractions: tuple[float, ...]) -> list[float]:
    """Check the fractions, and add what is left."""
    shares = [float(fraction) for fraction in fractions]
    if not shares or not all(0 < share < 1 for share in shares):
        raise ValueError(
            f"split: each part is a fraction between 0 and 1, such as split(X, y, 0.8); met {shares or 'none'}."
        )
    rest = 1 - sum(shares)
    if rest < -_ROUNDING:
        raise ValueError(f"split: the fractions {shares} add up to {sum(shares):g}, which is more than 1.")
    return [*shares, rest] if rest > _ROUNDING else shares


def _count(samples: Any) -> int:
    try:
        count = operator.index(samples)
    except TypeError:
        return len(as_samples("k_fold", "samples", samples))
    return integer("k_fold", "samples", count)
