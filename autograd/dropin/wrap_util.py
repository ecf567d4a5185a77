"""From an operator on functions of one argument to one on functions of several: `unary_to_nary`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

Fn = Callable[..., Any]


def unary_to_nary(unary_operator: Fn) -> Fn:
    """Let an operator on a function of one argument take a function of several, and which of them it is about.

    Parameters
    ----------
    unary_operator : callable
        `operator(fun, x, ...)`.

    Returns
    -------
    callable
        `operator(fun, argnum=0, ...)`, which gives a function of `fun`'s arguments. With a tuple or list of positions
        the operator gets a tuple of the arguments.

    Examples
    --------
    >>> @unary_to_nary
    ... def twice(fun, x):
    ...     return fun(fun(x))
    >>> twice(lambda a, b: a - b, argnum=1)(10, 3)
    3
    """

    @functools.wraps(unary_operator)
    def operator(fun: Fn, argnum: int | Sequence[int] = 0, *operator_args: Any, **operator_kwargs: Any) -> Fn:
        if type(argnum) not in (int, tuple, list):
            raise TypeError(f"argnum is an int, or a tuple or list of them; met {argnum!r}")

        @wraps(fun, "{op}_of_{fun}_wrt_argnum_{argnum}", _DOC, op=get_name(unary_operator), argnum=argnum)
        def derived(*args: Any, **kwargs: Any) -> Any:
            @wraps(fun)
            def of_chosen(x: Any) -> Any:
                everything = list(args)
                for n, value in [(argnum, x)] if isinstance(argnum, int) else zip(argnum, x, strict=True):
                    everything[n] = value
                return fun(*everything, **kwargs)

            chosen = args[argnum] if isinstance(argnum, int) else tuple(args[n] for n in argnum)
            return unary_operator(of_chosen, chosen, *operator_args, **operator_kwargs)

        return derived

    return operator


_DOC = "    {op} of function {fun} with respect to argument number {argnum}; it takes the arguments of {fun}."


def wraps(fun: Fn, namestr: str = "{fun}", docstr: str | None = None, **fields: Any) -> Callable[[Fn], Fn]:
    """Name and document a function after another, by templates in which `{fun}` stands for that one's name."""

    def name(made: Fn) -> Fn:
        made.__name__ = namestr.format(fun=get_name(fun), **fields)
        made.__doc__ = get_doc(fun) if docstr is None else docstr.format(fun=get_name(fun), **fields)
        return made

    return name


def get_name(f: Any) -> str:
    """Give a function's name, or say that it has none."""
    return getattr(f, "__name__", "[unknown name]")


def get_doc(f: Any) -> str:
    """Give a function's docstring, or nothing."""
    return getattr(f, "__doc__", None) or ""
