"""Read what predictions are held against: class labels, sparse or one-hot, and numbers; and the weights of samples."""

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


def numbers(y_true: Any, shape: tuple[int, ...], *, between: tuple[float, float] | None = None) -> Any:
    """Give targets that are numbers in the shape of the predictions.

    Parameters
    ----------
    y_true : array_like or Tensor
        Of the shape of the predictions; with one output for each sample, (samples,) and (samples, 1) mean the same.
    shape : tuple of int
        That of the predictions, samples first.
    between : (float, float), optional
        The least and the largest target.

    Returns
    -------
    ndarray or Tensor
        A Tensor if a Tensor was given, as it may be differentiated.

    Raises
    ------
    ValueError
        If there is no sample, the shapes differ, or a target is NaN, infinite, or out of range.
    TypeError
        If targets are no real numbers.

    Examples
    --------
    >>> numbers([0.5, 2.0], (2, 1))
    array([[0.5],
           [2. ]])
    """
    y_true = y_true if isinstance(y_true, Tensor) else np.asarray(y_true)
    kind = y_true.dtype.kind
    if kind not in "biuf":
        raise TypeError(f"Targets are real numbers; met dtype {y_true.dtype}.")
    if not shape or 0 in shape:
        raise ValueError(f"Predictions have the shape (samples, outputs), at least one of each; met shape {shape}.")
    if y_true.shape != shape:
        columns = {tuple(y_true.shape), shape}
        if columns != {shape[:1], (*shape[:1], 1)}:
            raise ValueError(f"Targets have the shape of the predictions, {shape}; met shape {tuple(y_true.shape)}.")
        y_true = y_true.reshape(shape)
    if is_compiling():
        return y_true
    values = y_true.numpy() if isinstance(y_true, Tensor) else y_true
    if kind == "f" and not np.isfinite(values).all():
        raise _bad(values, ~np.isfinite(values), "Targets are finite")
    if between is not None:
        low, high = between
        outside = (values < low) | (values > high)
        if outside.any():
            raise _bad(values, outside, f"Targets are from {low:g} to {high:g}")
    return y_true


def weights(sample_weight: Any, samples: int) -> Any:
    """Give the weights of samples, checked.

    Parameters
    ----------
    sample_weight : array_like or Tensor
        One weight, at least 0, for each sample; not all are 0.
    samples : int

    Returns
    -------
    ndarray or Tensor
        Shape (samples,).

    Raises
    ------
    ValueError
        If there is not one for each sample, one is negative, NaN or infinite, or all are 0.
    TypeError
        If they are no real numbers.

    Examples
    --------
    >>> weights([1, 2], 2)
    array([1, 2])
    """
    given = sample_weight if isinstance(sample_weight, Tensor) else np.asarray(sample_weight)
    if given.dtype.kind not in "biuf":
        raise TypeError(f"Sample weights are real numbers; met dtype {given.dtype}.")
    if given.shape != (samples,):
        raise ValueError(
            f"There are {samples} samples, and sample weights of shape {tuple(given.shape)}; write one for each."
        )
    if is_compiling():
        return given
    values = given.numpy() if isinstance(given, Tensor) else given
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise _bad(values, wrong, "Sample weights are finite and at least 0")
    if not values.any():
        raise ValueError("Sample weights: all are 0, so there is nothing to average.")
    return given


def _bad(values: NDArray[Any], wrong: NDArray[Any], rule: str) -> ValueError:
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"sample {at[0]}" + (f", output {list(at[1:])}" if len(at) > 1 and values.shape[1:] != (1,) else "")
    return ValueError(f"{rule}; met {values[at]} at {where} ({wrong.sum()} of {wrong.size} are wrong).")
