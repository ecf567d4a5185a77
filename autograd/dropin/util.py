"""Small helpers that programs take from `autograd.util`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.dropin.test_util import check_grads


def func(f: Any) -> Any:
    """Give a method's function: in Python 3 itself."""
    return f


def subvals(x: Sequence[Any], ivs: Iterable[tuple[int, Any]]) -> tuple[Any, ...]:
    """Give a sequence as a tuple, with other values at some positions.

    Examples
    --------
    >>> subvals((1, 2, 3), [(0, 10)])
    (10, 2, 3)
    """
    changed = list(x)
    for i, value in ivs:
        changed[i] = value
    return tuple(changed)


def subval(x: Sequence[Any], i: int, v: Any) -> tuple[Any, ...]:
    """Give a sequence as a tuple, with another value at one position."""
    return subvals(x, [(i, v)])


def quick_grad_check(
    fun: Callable[..., Any], arg0: Any, extra_args: Sequence[Any] = (), kwargs: Any = None, **_: Any
) -> None:
    """Check the gradient in the first argument: deprecated, write `check_grads(fun)(x)`."""
    warnings.warn("quick_grad_check is deprecated: write check_grads(fun)(x).", DeprecationWarning, stacklevel=2)
    check_grads(lambda x: fun(x, *extra_args, **(kwargs or {})), modes=["rev"], order=1)(arg0)
