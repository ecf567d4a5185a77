"""Functions of dense matrices that SciPy and NumPy share, with SciPy's options: of arrays SciPy's, of Tensors NumPy's.

`overwrite_a`, `overwrite_b` and `driver` ask for what a Tensor cannot give, or change no value, and are passed over;
finiteness is not checked. Where SciPy reads only one triangle, there is the gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import numpy as np
import scipy.linalg as _linalg

from autograd.compose import class_in
from autograd.dropin.numpy.lists import asarray
from autograd.dropin.tracer import getval

Fn = Callable[..., Any]

_SYMMETRIC = ("sym", "symmetric")
_HERMITIAN = ("her", "hermitian", "pos", "positive definite")


def adjoint(x: Any) -> Any:
    """Give the conjugate transpose."""
    return np.conj(np.swapaxes(x, -1, -2))


def _of_tensors(function: Fn) -> Fn:
    """Make a function SciPy's where no Tensor is among the arguments, and the given one where there is."""
    scipys = getattr(_linalg, function.__name__)

    @wraps(function)
    def either(*args: Any, **kwargs: Any) -> Any:
        return scipys(*args, **kwargs) if class_in((args, kwargs)) is None else function(*args, **kwargs)

    return either


def _read(a: Any, assume_a: Any, lower: bool) -> Any:
    """Give the whole matrix of which SciPy reads a part."""
    a = asarray(a)
    if assume_a in (None, "gen", "general", "banded"):
        return a
    if assume_a == "diagonal":
        return np.triu(np.tril(a))
    if assume_a == "tridiagonal":
        return np.triu(np.tril(a, 1), -1)
    if assume_a == "upper triangular" or assume_a == "lower triangular":
        return np.triu(a) if assume_a == "upper triangular" else np.tril(a)
    if assume_a not in (*_SYMMETRIC, *_HERMITIAN):
        raise ValueError(f"{assume_a} is not a recognized matrix structure")
    half = np.tril(a, -1) if lower else np.triu(a, 1)
    other = adjoint(half) if assume_a in _HERMITIAN else np.swapaxes(half, -1, -2)
    return half + np.triu(np.tril(a)) + other


@_of_tensors
def inv(
    a: Any, overwrite_a: bool = False, check_finite: bool = True, *, assume_a: Any = None, lower: bool = False
) -> Any:
    """Invert as `scipy.linalg.inv` does."""
    return np.linalg.inv(_read(a, assume_a, lower))


@_of_tensors
def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Give the determinant as `scipy.linalg.det` does."""
    return np.linalg.det(asarray(a))


@_of_tensors
def solve(
    a: Any, b: Any, lower: bool = False, overwrite_a: bool = False, overwrite_b: bool = False,
    check_finite: bool = True, assume_a: Any = None, transposed: bool = False,
) -> Any:  # fmt: skip
    """Solve a x = b, or aᵀ x = b, as `scipy.linalg.solve` does."""
    a, b = _read(a, assume_a, lower), asarray(b)
    a = np.swapaxes(a, -1, -2) if transposed else a
    # NumPy reads a stack of vectors as a matrix.
    if 1 < b.ndim < a.ndim:
        return np.linalg.solve(a, b[..., None])[..., 0] if b.shape[-1] == a.shape[-1] else np.linalg.solve(a, b)
    return np.linalg.solve(a, b)


@_of_tensors
def cholesky(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Factor as `scipy.linalg.cholesky` does: by default the upper triangle."""
    a = asarray(a)
    return np.linalg.cholesky(a) if lower else adjoint(np.linalg.cholesky(adjoint(a)))


@_of_tensors
def pinv(a: Any, *, atol: Any = None, rtol: Any = None, return_rank: bool = False, check_finite: bool = True) -> Any:
    """Give the pseudo-inverse as `scipy.linalg.pinv` does: singular values up to atol + rtol max count as 0."""
    a = asarray(a)
    relative = max(a.shape[-2:]) * np.finfo(a.dtype).eps if rtol is None else rtol
    if atol is None and not return_rank:
        return np.linalg.pinv(a, rcond=relative)
    values = np.linalg.svd(getval(a), compute_uv=False)
    largest = np.max(values, axis=-1, initial=0.0)
    cutoff = (0.0 if atol is None else atol) + relative * largest
    found = np.linalg.pinv(a, rcond=np.where(largest > 0, cutoff / np.where(largest > 0, largest, 1.0), 0.0))
    return (found, np.sum(values > cutoff[..., None], axis=-1)) if return_rank else found


@_of_tensors
def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True) -> Any:
    """Give a norm as `scipy.linalg.norm` does."""
    return np.linalg.norm(asarray(a), ord, axis, keepdims)


@_of_tensors
def eigh(
    a: Any, b: Any = None, *, lower: bool = True, eigvals_only: bool = False, overwrite_a: bool = False,
    overwrite_b: bool = False, type: int = 1, check_finite: bool = True, subset_by_index: Any = None,
    subset_by_value: Any = None, driver: Any = None,
) -> Any:  # fmt: skip
    """Give eigenvalues and eigenvectors of a Hermitian matrix, or pair of them, as `scipy.linalg.eigh` does.

    With b = l lᴴ the pair has the eigenvalues of l⁻¹ a l⁻ᴴ (type 1), or of lᴴ a l (types 2 and 3).
    """
    if subset_by_index is not None and subset_by_value is not None:
        raise ValueError("Either index or value subsets can be requested.")
    if type not in (1, 2, 3):
        raise ValueError('"type" keyword only accepts 1, 2, and 3.')
    UPLO: Any = "L" if lower or b is not None else "U"
    back = None if b is None else _factor(b, lower)
    matrix = asarray(a) if back is None else _read(a, "her", lower)
    if back is not None:
        if type == 1:
            matrix = np.linalg.solve(back, adjoint(np.linalg.solve(back, matrix)))
        else:
            matrix = adjoint(back) @ matrix @ back
    if eigvals_only:
        values = np.linalg.eigvalsh(matrix, UPLO)
        return values[..., _subset(values, subset_by_index, subset_by_value)]
    values, vectors = np.linalg.eigh(matrix, UPLO)
    if back is not None:
        vectors = back @ vectors if type == 3 else np.linalg.solve(adjoint(back), vectors)
    kept = _subset(values, subset_by_index, subset_by_value)
    return values[..., kept], vectors[..., kept]


def _factor(b: Any, lower: bool) -> Any:
    """Give l of b = l lᴴ, read from a triangle."""
    b = asarray(b)
    return np.linalg.cholesky(b if lower else adjoint(b))


def _subset(values: Any, by_index: Any, by_value: Any) -> slice:
    """Tell which of the eigenvalues, which ascend, are asked for."""
    if by_index is not None:
        return slice(int(by_index[0]), int(by_index[1]) + 1)
    if by_value is None:
        return slice(None)
    inside = np.flatnonzero((getval(values) > by_value[0]) & (getval(values) <= by_value[1]))
    return slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else slice(0, 0)


@_of_tensors
def eigvalsh(
    a: Any, b: Any = None, *, lower: bool = True, overwrite_a: bool = False, overwrite_b: bool = False, type: int = 1,
    check_finite: bool = True, subset_by_index: Any = None, subset_by_value: Any = None, driver: Any = None,
) -> Any:  # fmt: skip
    """Give the eigenvalues of a Hermitian matrix, or pair of them, as `scipy.linalg.eigvalsh` does."""
    return cast(Any, eigh)(
        a, b, lower=lower, eigvals_only=True, type=type, subset_by_index=subset_by_index,
        subset_by_value=subset_by_value,
    )  # fmt: skip


def block_diag(*arrs: Any) -> Any:
    """Put matrices on the diagonal of a larger one, as `scipy.linalg.block_diag` does."""
    if class_in(arrs) is None:
        return _linalg.block_diag(*arrs)
    blocks = [np.atleast_2d(asarray(block)) for block in arrs]
    width = sum(block.shape[1] for block in blocks)
    rows, at = [], 0
    for block in blocks:
        rows.append(np.pad(block, ((0, 0), (at, width - at - block.shape[1]))))
        at += block.shape[1]
    return np.concatenate(rows)
