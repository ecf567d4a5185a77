"""NumPy's functions of lists, for lists in which Tensors stand.

NumPy asks for a Tensor's protocol where a Tensor is an argument, or an item of the list that `np.concatenate` takes; in
other lists it would make a plain number of each. Here such a list becomes one Tensor first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.compiler.state import is_compiling
from autograd.compose import class_in
from autograd.ops.shape import assemble
from autograd.tensor import Tensor

#: The functions to which a list of Tensors may be given for an array.
SEEING = (
    "all amax amin any append argmax argmin argsort around atleast_1d atleast_2d atleast_3d average "
    "broadcast_to clip column_stack concatenate cov cross cumprod cumsum diag diagonal diff dot dstack einsum "
    "expand_dims flip fliplr flipud hstack inner interp kron max mean median min moveaxis nan_to_num nanmax "
    "nanmean nanmin nanstd nansum nanvar ndim outer pad percentile prod ptp quantile ravel repeat reshape roll "
    "rollaxis rot90 round select shape size sort split squeeze stack std sum swapaxes take tensordot tile trace "
    "transpose tril triu var vstack"
).split()


def seeing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a NumPy function see the Tensors in lists among its arguments.

    Examples
    --------
    >>> from autograd import Tensor
    >>> seeing(np.sum)([Tensor(1.0), 2.0])
    Tensor(3., dtype=float64)
    """
    joined = _JOINED.get(function, ())

    @wraps(function, updated=())
    def seen(*args: Any, **kwargs: Any) -> Any:
        for x in args:
            if isinstance(x, (list, tuple)):
                args = tuple([_items(x) if i in joined else _whole(x) for i, x in enumerate(args)])
                break
        for key, x in kwargs.items():
            if isinstance(x, (list, tuple)):
                kwargs[key] = _items(x) if key in joined else _whole(x)
        return function(*args, **kwargs)

    return seen


#: Where a function takes a list of arrays, not an array: nested lists in it become arrays by themselves.
_JOINED: dict[Any, tuple[int | str, ...]] = {
    np.concatenate: (0, "arrays"),
    np.stack: (0, "arrays"),
    np.vstack: (0, "tup"),
    np.hstack: (0, "tup"),
    np.dstack: (0, "tup"),
    np.column_stack: (0, "tup"),
    np.select: (0, 1, "condlist", "choicelist"),
    np.linalg.multi_dot: (0, "arrays"),
}


def _whole(x: Any) -> Any:
    return assemble(x) if isinstance(x, (list, tuple)) and class_in(x) is not None else x


def _items(x: Any) -> Any:
    return [_whole(item) for item in x] if isinstance(x, (list, tuple)) else x


def array(
    object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", subok: bool = False, ndmin: int = 0
) -> Any:
    """Build an array as `np.array` does, a Tensor if there is one in the lists.

    Examples
    --------
    >>> from autograd import grad
    >>> grad(lambda x: array([x, 3 * x]).sum())(1.0)
    array(4.)
    """
    if class_in(object) is None:
        return np.array(object, dtype=dtype, copy=copy, order=order, subok=subok, ndmin=ndmin)
    made: Any = Tensor(assemble(object, dtype))
    return np.reshape(made, (1,) * (ndmin - made.ndim) + made.shape) if made.ndim < ndmin else made


def asarray(a: Any, dtype: Any = None, order: Any = None, **options: Any) -> Any:
    """Take what is given to an array as `np.asarray` does; a Tensor stays what it is."""
    return np.asarray(a, dtype=dtype, order=order, **options) if class_in(a) is None else _taken(a, dtype, order)


def asanyarray(a: Any, dtype: Any = None, order: Any = None, **options: Any) -> Any:
    """Take what is given to an array as `np.asanyarray` does, a masked one as it is; a Tensor stays what it is."""
    return np.asanyarray(a, dtype=dtype, order=order, **options) if class_in(a) is None else _taken(a, dtype, order)


def ascontiguousarray(a: Any, dtype: Any = None) -> Any:
    """Give an array of at least one axis that lies in memory row by row, as `np.ascontiguousarray` does."""
    return np.ascontiguousarray(a, dtype) if class_in(a) is None else _whole_axis(_taken(a, dtype, "C"))


def asfortranarray(a: Any, dtype: Any = None) -> Any:
    """Give an array of at least one axis that lies in memory column by column, as `np.asfortranarray` does."""
    return np.asfortranarray(a, dtype) if class_in(a) is None else _whole_axis(_taken(a, dtype, "F"))


def _taken(a: Any, dtype: Any, order: Any) -> Any:
    """Give a Tensor of a Tensor, or of lists in which there is one."""
    made = a if isinstance(a, Tensor) else assemble(a)
    made = made if dtype is None or made.dtype == dtype else made.astype(dtype)
    if order not in ("C", "F"):
        return made
    # How an array will lie is not known while compiling.
    lies = not is_compiling() and (made.flags.c_contiguous if order == "C" else made.flags.f_contiguous)
    return made if lies else made.copy(order)


def _whole_axis(x: Any) -> Any:
    return x if x.ndim else x[None]


def isscalar(element: Any) -> bool:
    """Tell whether something is a number, as `np.isscalar` does; a Tensor without axes is one.

    Examples
    --------
    >>> isscalar(Tensor(1.0)), isscalar(Tensor([1.0]))
    (True, False)
    """
    return np.isscalar(element._value[()] if isinstance(element, Tensor) else element)


def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", **options: Any) -> Any:
    """Fill a new array as `np.full` does; with a Tensor, the result is one."""
    if class_in(fill_value) is None:
        return np.full(shape, fill_value, dtype=dtype, order=order, **options)
    return np.copy(np.broadcast_to(asarray(fill_value, dtype), shape))


def full_like(a: Any, fill_value: Any, *args: Any, **options: Any) -> Any:
    """Fill a new array as `np.full_like` does; with a Tensor, the result is one."""
    if class_in(fill_value) is not None and class_in(a) is None:
        a = Tensor(np.asarray(a))
    return np.full_like(_whole(a), fill_value, *args, **options)


def where(condition: Any, *args: Any, **kwargs: Any) -> Any:
    """Choose as `np.where` does; of two plain Python values it gives one, not an array."""
    if not args and not kwargs:
        return np.where(_whole(condition))
    if len(args) + len(kwargs) != 2 or not kwargs.keys() <= {"x", "y"}:
        raise ValueError("either both or neither of x and y should be given")
    y = args[1] if len(args) > 1 else kwargs["y"]
    x = args[0] if args else kwargs["x"]
    result = np.where(_whole(condition), _whole(x), _whole(y))
    plain = not any(map(_is_array, (condition, x, y)))
    return result.tolist() if plain else result


def _is_array(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return any(map(_is_array, x))
    return isinstance(x, (Tensor, np.ndarray, np.generic))


def make_diagonal(D: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Put the last axis of `D` on the diagonal of two new ones, zeros elsewhere.

    Raises
    ------
    NotImplementedError
        Unless `offset=0, axis1=-1, axis2=-2`.
    """
    if (offset, axis1, axis2) != (0, -1, -2):
        raise NotImplementedError("make_diagonal is for offset=0, axis1=-1, axis2=-2")
    return D[..., None] * np.eye(np.shape(D)[-1])


class _Indexed:
    """`np.r_` or `np.c_`: what is indexed with is joined."""

    def __init__(self, numpy: Any, axis: int) -> None:
        self._numpy = numpy
        self._axis = axis

    def __getitem__(self, key: Any) -> Any:
        """Join the items, which may be Tensors, numbers, lists and slices."""
        if class_in(key) is None:
            return self._numpy[key]
        items = key if isinstance(key, tuple) else (key,)
        parts = [self._numpy[item] if isinstance(item, slice) else np.atleast_1d(asarray(item)) for item in items]
        if self._axis:
            parts = [part[:, None] if part.ndim == 1 else part for part in parts]
        return np.concatenate(parts, axis=self._axis and -1)


r_ = _Indexed(np.r_, 0)
c_ = _Indexed(np.c_, -1)
