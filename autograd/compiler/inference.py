"""What a call returns, before there are values: shapes and dtypes, from running it on throw-away arrays.

No shape rule is written by hand. An array of ones that takes no memory will do for most functions; where one fails or
what comes out might depend on values, others are tried.
"""

from __future__ import annotations

import math
import warnings
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from autograd.compiler.program import Constant, Fn, Shape, Value, mapped, name_of
from autograd.entry import Abstract, Bundle
from autograd.op import Op
from autograd.tree import flatten


def value_like(fn: Fn, leaf: Any) -> Value:
    """Make the value of which a throw-away result tells shape and dtype; it is a symbol where `fn` read another one."""
    if not isinstance(leaf, (np.ndarray, np.generic, Abstract, int, float, complex)):
        raise TypeError(f"{name_of(fn)} returned {leaf!r}, which is no array: it cannot be part of a program.")
    return Value(np.shape(leaf), np.result_type(leaf) if isinstance(leaf, (int, float, complex)) else leaf.dtype)


def ones(shape: Shape, dtype: Any) -> Any:
    """Make a read-only array of ones that costs no memory; of integers 0: an index that is always there."""
    return np.broadcast_to(np.zeros((), dtype) if dtype.kind in "iu" else np.ones((), dtype), shape)


def _regular(shape: Shape, dtype: Any) -> Any:
    """Make an array that may be written into, of matrices that are positive definite, with distinct eigenvalues."""
    if dtype.kind in "iub":
        return np.array(ones(shape, dtype))
    count = math.prod(shape)
    array = (np.linspace(0.1, 0.2, count) if count else np.zeros(0)).reshape(shape)
    if len(shape) > 1:
        rows = range(min(shape[-2:]))
        array = (array + np.swapaxes(array, -1, -2)) / 2 if shape[-1] == shape[-2] else array
        array[..., rows, rows] += np.arange(1, len(rows) + 1)
    return array.astype(dtype)


def mixed(shape: Shape, dtype: Any) -> Any:
    """Make an array of distinct numbers, of integers 1 and booleans False: what another shape would come from."""
    if dtype.kind in "iu":
        return np.ones(shape, dtype)
    return np.zeros(shape, bool) if dtype.kind == "b" else _regular(shape, dtype)


def negative(shape: Shape, dtype: Any) -> Any:
    """Make an array of negative numbers: functions exist that then give complex ones."""
    return -_regular(shape, dtype) if dtype.kind in "fc" else ones(shape, dtype)


def large(shape: Shape, dtype: Any) -> Any:
    """Make an array of numbers above 10, of integers 2."""
    if dtype.kind in "iu":
        return np.full(shape, 2, dtype)
    return _regular(shape, dtype) + dtype.type(10) if dtype.kind in "fc" else ones(shape, dtype)


def throw_away(leaf: Any, make: Any = ones) -> Any:
    """Give an array of a value's shape and dtype; of a constant the array itself."""
    if isinstance(leaf, Constant):
        return leaf.array
    if isinstance(leaf, Value):
        return np.random.default_rng(0) if leaf.dtype == object else make(leaf.shape, leaf.dtype)
    return leaf


def kinds(result: Any) -> Any:
    """Give the shapes and dtypes in what a call returned."""
    if isinstance(result, Bundle):
        return [kinds(part) for part in result.parts]
    return [None if leaf is None else (np.shape(leaf), np.result_type(leaf)) for leaf in flatten(result)[0]]


def parts_of(fn: Fn) -> Fn:
    """Make the function that gives the parts of a bundle in a list."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return [part for part in fn(*args, **kwargs).parts if part is not None]

    call.__name__ = name_of(fn)
    return call


def result_of(fn: Fn, args: tuple[Any, ...], kwargs: dict[str, Any], ways: Any = (ones, _regular, mixed, large)) -> Any:
    """Tell what a call returns, from running it on throw-away arrays: of another kind where it fails on the first."""
    if isinstance(fn, np.ufunc) and not kwargs and fn.signature is None and fn.nout == 1:
        arrays = [arg for arg in args if isinstance(arg, Value)]
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
        return Value(shape, _dtype_of(fn, tuple(arg.dtype if isinstance(arg, Value) else arg for arg in args)))
    if isinstance(fn, Op) and fn.family == "elementwise" and not fn.outputs and len(args) == len(fn.inputs):
        # Element by element: one of each tells the dtype.
        shape = np.broadcast_shapes(*[arg.shape for arg in args if isinstance(arg, Value)])
        args = tuple(Value((1,) * len(arg.shape), arg.dtype) if type(arg) is Value else _corner(arg) for arg in args)
        return Value(shape, np.asarray(_run(fn, args, kwargs, ways)).dtype)
    if fn in _PRODUCTS and not kwargs:
        args = _thin(args)
    return _run(fn, args, kwargs, ways)


def always_alike(fn: Fn, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, ways: Any) -> bool:
    """Tell whether what a call returns looks the same on other throw-away arrays, where it does not fail on them."""
    for make in ways:
        with suppress(Exception):
            if kinds(result_of(fn, args, kwargs, (make,))) != kinds(result):
                return False
    return True


def _corner(arg: Any) -> Any:
    """Give one element of a constant, with all its axes."""
    if isinstance(arg, Constant) and arg.array.size:
        return Constant((1,) * arg.array.ndim, arg.dtype, None, arg.array[(slice(0, 1),) * arg.array.ndim])
    return arg


def _run(fn: Fn, args: tuple[Any, ...], kwargs: dict[str, Any], ways: Any) -> Any:
    """Run a call on throw-away arrays of the first kind on which it does not fail."""
    linear = fn is np.polyfit or (getattr(fn, "__module__", None) or "").startswith("numpy.linalg")
    if ways[0] is ones and linear:
        # Not singular, for what comes out may depend on the rank.
        ways = (_regular, *ways)
    failed: Exception | None = None
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for make in ways:
            thrown = partial(throw_away, make=make)
            try:
                return fn(*mapped(args, thrown), **mapped(kwargs, thrown))
            except (ArithmeticError, ValueError, np.linalg.LinAlgError, IndexError) as error:
                failed = failed or error
    assert failed is not None
    raise failed


_dtypes: dict[Any, np.dtype[Any]] = {}


def _dtype_of(ufunc: np.ufunc, kinds: tuple[Any, ...]) -> np.dtype[Any]:
    """Tell the dtype of an elementwise result; a Python number counts as its type, or what its size needs."""
    key = (ufunc, tuple(kind if isinstance(kind, np.dtype) else type(kind) for kind in kinds))
    small = all(isinstance(kind, np.dtype) or type(kind) is not int or -128 <= kind < 128 for kind in kinds)
    if small and key in _dtypes:
        return _dtypes[key]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        numbers = [np.ones((), kind) if isinstance(kind, np.dtype) else kind for kind in kinds]
        found: np.dtype[Any] = ufunc(*numbers).dtype
    if small:
        _dtypes[key] = found
    return found


_PRODUCTS = {np.matmul, np.dot}


def _thin(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Shorten the axis that a product sums over: the result's shape does not depend on it."""
    x, y = args
    if not (isinstance(x, Value) and isinstance(y, Value) and x.shape and y.shape):
        return args
    at = -2 if len(y.shape) > 1 else -1
    if x.shape[-1] != y.shape[at]:
        return args
    short = list(y.shape)
    short[at] = 1
    return Value((*x.shape[:-1], 1), x.dtype), Value(tuple(short), y.dtype)
