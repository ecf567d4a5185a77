"""Go through data in batches: `Loader`, also over files that are larger than memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.labels import class_numbers, weights
from nn.samples import Seed, as_pair, as_samples, integer, let_go, mapping, refuse_nan

Array = NDArray[Any]

#: How many bytes of mapped files may stay in memory before they are given back. Smaller files stay: reading samples in
#: random order takes several times as long where the system has to map them again.
RESIDENT = 1 << 28
#: How many bytes the system maps around the one that is asked for.
_AROUND = 1 << 16


class Loader:
    """Batches of samples, epoch after epoch: each time it is iterated it goes through the data once.

    Arrays may be mapped from files (`np.load(path, mmap_mode="r")`, `Loader.from_files`): then of them only a batch is
    read at a time, in the order in which it lies in the file, and at most about 256 MB of them stay in memory.

    Parameters
    ----------
    X, y : array_like
        Inputs and labels; the first axis of both counts the samples.
    batch_size : int or None
        Samples a batch, at least 1 and at most `len(X)`. None stands for all of them.
    shuffle : bool
        Whether each epoch goes through the samples in an order of its own.
    seed : int or numpy.random.Generator, optional
        Where the orders are drawn from, one permutation each time that it is iterated and nothing else. A Generator is
        used as it is, not copied.
    drop_last : bool
        Whether to leave out the samples that are left over at the end, when they are fewer than a batch.
    sample_weight : array_like, optional
        Shape (samples,), at least 0: then each batch has a third part, the weights of its samples.

    Attributes
    ----------
    X, y : ndarray
    sample_weight : ndarray or None
    batch_size : int
    shuffle, drop_last : bool

    Raises
    ------
    ValueError
        If there are no samples, X and y differ in length, a label is NaN, or `batch_size` is below 1 or more than the
        samples.
    TypeError
        If `batch_size` is not an integer, or X or y does not hold numbers.

    Examples
    --------
    >>> loader = Loader(np.arange(10).reshape(5, 2), [0, 1, 0, 1, 0], batch_size=2, shuffle=True, seed=0)
    >>> len(loader)
    3
    >>> for X, y in loader:
    ...     print(X.tolist(), y)
    [[4, 5], [8, 9]] [0 0]
    [[6, 7], [0, 1]] [1 0]
    [[2, 3]] [1]
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        batch_size: int | None,
        *,
        shuffle: bool = False,
        seed: Seed = None,
        drop_last: bool = False,
        sample_weight: Any = None,
    ) -> None:
        self.X, self.y = as_pair("Loader", X, y)
        self.sample_weight = None if sample_weight is None else weights(sample_weight, len(self.X))
        self.batch_size = _batch_size(batch_size, len(self.X))
        self.shuffle, self.drop_last = bool(shuffle), bool(drop_last)
        self._rng = np.random.default_rng(seed)
        #: At most how many bytes of mapped files are in memory.
        self._resident = 0

    @classmethod
    def from_files(
        cls,
        X: str | os.PathLike[str],
        y: str | os.PathLike[str],
        batch_size: int | None,
        *,
        shuffle: bool = False,
        seed: Seed = None,
        drop_last: bool = False,
    ) -> Loader:
        """Make a Loader of two `.npy` files, which may be larger than memory.

        Parameters
        ----------
        X, y : path
            As `np.save` writes them.
        batch_size, shuffle, seed, drop_last
            As for `Loader`.

        Returns
        -------
        Loader

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        ValueError
            If a file is of another format, truncated, or holds Python objects, or as for `Loader`.
        TypeError
            As for `Loader`.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(f"{folder}/X.npy", np.ones((6, 2)))
        ...     np.save(f"{folder}/y.npy", np.arange(6))
        ...     for X, y in Loader.from_files(f"{folder}/X.npy", f"{folder}/y.npy", 3):
        ...         print(X.shape, y)
        (3, 2) [0 1 2]
        (3, 2) [3 4 5]
        """
        return cls(_opened(X), _opened(y), batch_size, shuffle=shuffle, seed=seed, drop_last=drop_last)

    @property
    def state(self) -> dict[str, Any]:
        """The state of the Generator, from which all epochs to come follow, as NumPy gives it.

        Of a seed it is a dict of plain values that can be written as JSON. Read between two epochs and set again, in
        this Loader or another one over the same data, it leads to the same batches. Read during an epoch it leads to
        the epoch after that one. A Generator that was given has its state set too. Setting one of another kind of
        Generator raises ValueError.

        Examples
        --------
        >>> loader = Loader(np.arange(4), np.arange(4), 4, shuffle=True, seed=1)
        >>> state = loader.state
        >>> (first, _), = loader
        >>> loader.state = state
        >>> (again, _), = loader
        >>> bool((first == again).all())
        True
        """
        return dict(self._rng.bit_generator.state)

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        generator = self._rng.bit_generator
        try:
            generator.state = state
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"Loader.state takes what it gave, the state of a {type(generator).__name__}; met {state!r}."
            ) from error

    def __len__(self) -> int:
        """Count the batches of an epoch."""
        whole, left = divmod(len(self.X), self.batch_size)
        return whole + (left > 0 and not self.drop_last)

    def all(self) -> tuple[Array, ...]:
        """Give all samples as one batch, in their own order: the arrays themselves."""
        return tuple(self._parts())

    def _parts(self) -> list[Array]:
        return [self.X, self.y] if self.sample_weight is None else [self.X, self.y, self.sample_weight]

    def __iter__(self) -> Iterator[tuple[Array, ...]]:
        """Go through one epoch: pairs of X and y, or with their weights as a third part.

        A batch of its own order, or of a mapped file, is a copy. One of a stretch of memory is a view that cannot be
        written to.
        """
        order = self._rng.permutation(len(self.X)) if self.shuffle else None
        return (self._batch(order, number * self.batch_size) for number in range(len(self)))

    def _batch(self, order: Array | None, start: int) -> tuple[Array, ...]:
        at = slice(start, start + self.batch_size)
        rows = at if order is None else order[at]
        batch = tuple([_rows(array, rows) for array in self._parts()])
        self._resident += sum(array.nbytes + len(array) * _AROUND for array in batch)
        if self._resident > RESIDENT and self.X.nbytes + self.y.nbytes > RESIDENT:
            self._resident = 0
            let_go(self.X)
            let_go(self.y)
        return batch

    def __repr__(self) -> str:
        """Show the data's shapes and the settings."""
        return (
            f"<Loader: X {self.X.shape} {self.X.dtype}, y {self.y.shape} {self.y.dtype}, batch_size={self.batch_size}, "
            f"shuffle={self.shuffle}, drop_last={self.drop_last}>"
        )


def one_hot(labels: Any, classes: int | None = None, *, dtype: Any = np.float64) -> Array:
    """Give a row for each label, with 1 at its class and 0 elsewhere.

    Parameters
    ----------
    labels : array_like
        Class numbers from 0, of any integer type, shape (samples,).
    classes : int, optional
        How many there are; without it one more than the largest label.
    dtype : data type
        Of the rows.

    Returns
    -------
    ndarray
        Shape (samples, classes).

    Raises
    ------
    ValueError
        If there are no labels, one is NaN, below 0, or not below `classes`, or they are not 1-D.
    TypeError
        If labels or `classes` are not integers.

    Examples
    --------
    >>> one_hot([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])
    """
    labels = as_samples("one_hot", "labels", labels)
    if labels.ndim != 1:
        hint = " Write labels.ravel()." if labels.size == len(labels) else ""
        raise ValueError(f"one_hot: labels have the shape (samples,); met shape {labels.shape}.{hint}")
    refuse_nan("one_hot", "labels", labels)
    if classes is None:
        classes = int(labels.max()) + 1 if labels.dtype.kind in "iu" else 1
    classes = integer("one_hot", "classes", classes)
    numbers = class_numbers(labels, (len(labels), classes))
    rows = np.zeros((len(labels), classes), dtype=dtype)
    rows[np.arange(len(labels)), numbers] = 1
    return rows


def _batch_size(batch_size: int | None, samples: int) -> int:
    if batch_size is None:
        return samples
    size = integer("Loader", "batch_size", batch_size)
    if size > samples:
        raise ValueError(
            f"Loader: a batch of {size} samples is larger than the data, {samples} samples. For all of them in one "
            "batch write batch_size=None."
        )
    return size


def _opened(path: str | os.PathLike[str]) -> Array:
    """Map a `.npy` file."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"Loader.from_files: there is no file {path.absolute()}.")
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except ValueError as error:
        raise ValueError(
            f"Loader.from_files: {path} is no whole .npy file of numbers, as np.save writes it: {error}"
        ) from error


def _rows(array: Array, rows: slice | Array) -> Array:
    """Give samples of an array in memory, or read them from a mapped file, there in the order in which they lie."""
    if mapping(array) is None:
        if not isinstance(rows, slice):
            return array.take(rows, axis=0)
        view: Array = array[rows]
        view.flags.writeable = False
        return view
    if isinstance(rows, slice):
        batch = array[rows].copy()
    else:
        order = np.argsort(rows)
        batch = np.empty((len(rows), *array.shape[1:]), array.dtype)
        batch[order] = array[rows[order]]
    return batch
