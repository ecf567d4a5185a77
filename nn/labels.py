"""Read class labels, sparse or one-hot, and refuse what is neither."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, is_compiling


def class_numbers(y_true: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Give the class of each sample as an integer.

    Parameters
    ----------
    y_true : array_like
        Class numbers of any integer type, shape (samples,); or one-hot rows of any type, shape (samples, classes).
    shape : tuple of int
        That of the scores or probabilities: (samples, classes).

    Returns
    -------
    ndarray
        Shape (samples,), of an integer type.

    Raises
    ------
    ValueError
        If the scores are not a table with at least one sample, the number of labels is not that of the samples, a
        class number is out of range, or a row is not one-hot.
    TypeError
        If class numbers are not integers, or one-hot rows are not numbers.

    Examples
    --------
    >>> class_numbers([[0, 0, 1], [1, 0, 0]], (2, 3))
    array([2, 0])
    """
    labels: NDArray[Any] = y_true.numpy() if isinstance(y_true, Tensor) else np.asarray(y_true)
    if len(shape) != 2 or 0 in shape:
        raise ValueError(f"Predictions have the shape (samples, classes), at least one of each; met shape {shape}.")
    samples, classes = shape
    kind = labels.dtype.kind
    if labels.ndim == 1:
        if kind not in "iu":
            raise TypeError(
                f"Class numbers are integers; met dtype {labels.dtype}. If these are class numbers, "
                "write y.astype(int)."
            )
        if len(labels) != samples:
            raise ValueError(f"There are {samples} predictions and {len(labels)} labels; they need one each.")
        if is_compiling():
            return labels
        # Read as unsigned, a negative number is a large one: one pass finds both ends of the range.
        unsigned = labels if kind == "u" else labels.view(labels.dtype.str.replace("i", "u"))
        if np.maximum.reduce(unsigned) >= classes:
            _out_of_range(labels, classes)
        return labels
    if labels.shape != shape:
        raise ValueError(
            f"Labels have the shape ({samples},) for class numbers or ({samples}, {classes}) for one-hot rows; "
            f"met shape {labels.shape}."
        )
    if kind not in "biuf":
        raise TypeError(f"One-hot rows are numbers; met dtype {labels.dtype}.")
    ones = labels == 1
    if is_compiling():
        labels = ones.argmax(axis=1)
        return labels
    one_hot = (ones.sum(axis=1) == 1) & (ones | (labels == 0)).all(axis=1)
    if not one_hot.all():
        i = int(one_hot.argmin())
        raise ValueError(
            f"A one-hot row has a single 1 and zeros; met {labels[i].tolist()} at sample {i}. For the most probable "
            "class of each row write y.argmax(axis=1)."
        )
    labels = ones.argmax(axis=1)
    return labels


def _out_of_range(labels: NDArray[Any], classes: int) -> NoReturn:
    i = int(((labels < 0) | (labels >= classes)).argmax())
    raise ValueError(
        f"With {classes} classes the labels are 0 to {classes - 1}; met {labels[i]} at sample {i}. Classes are counted "
        "from 0, and a model has one output for each."
    )
