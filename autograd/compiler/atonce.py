"""Calls that are recorded as another: of what makes arrays of one number, and what has a dtype that values decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.program import Value


def _filled(value: Any) -> Callable[..., Any]:
    def rewrite(a: Any, dtype: Any = None, order: Any = "K", subok: Any = True, shape: Any = None, **_: Any) -> Any:
        return _full(a, value, dtype, shape)

    return rewrite


def _full(a: Value, value: Any, dtype: Any, shape: Any) -> Any:
    shape = a.shape if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
    return np.full, (shape, value), {"dtype": a.dtype if dtype is None else np.dtype(dtype)}


def _full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: Any = "K", subok: Any = True, shape: Any = None
) -> Any:
    return None if isinstance(fill_value, Value) else _full(a, fill_value, dtype, shape)


def eig(a: Any) -> Any:
    """Give eigenvalues and eigenvectors, complex ones also where all are real: their dtype depends on no value."""
    found = np.linalg.eig(a)
    return tuple(part.astype(np.result_type(part, np.complex64)) for part in found)


def eigvals(a: Any) -> Any:
    """Give eigenvalues, complex ones also where all are real."""
    found = np.linalg.eigvals(a)
    return found.astype(np.result_type(found, np.complex64))


def poly(a: Any) -> Any:
    """Give the coefficients of a polynomial from its complex roots, complex ones also where all are real."""
    return np.poly(a).astype(a.dtype)


def _reduced(ufunc: np.ufunc) -> Callable[..., Any]:
    def rewrite(a: Any, axis: Any = None, *rest: Any, keepdims: Any = False, **more: Any) -> Any:
        return None if rest or more else (ufunc.reduce, (a,), {"axis": axis, "keepdims": bool(keepdims)})

    return rewrite


AT_ONCE: dict[Any, Callable[..., Any]] = {
    np.linalg.eig: lambda a: (eig, (a,), {}),
    np.linalg.eigvals: lambda a: (eigvals, (a,), {}),
    np.poly: lambda a: (poly, (a,), {}) if a.dtype.kind == "c" else None,
    np.zeros_like: _filled(0),
    np.ones_like: _filled(1),
    np.empty_like: _filled(0),
    np.full_like: _full_like,
    np.sum: _reduced(np.add),
    np.prod: _reduced(np.multiply),
    np.max: _reduced(np.maximum),
    np.min: _reduced(np.minimum),
    np.any: _reduced(np.logical_or),
    np.all: _reduced(np.logical_and),
}
