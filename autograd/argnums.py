"""Which arguments a function is differentiated in: by position, by name, or several."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

Fn = Callable[..., Any]
_KEYWORD_ONLY = inspect.Parameter.KEYWORD_ONLY
_VAR_POSITIONAL, _VAR_KEYWORD = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
#: A position or a name, or several.
Argnum: TypeAlias = "int | str | Sequence[int | str]"


class Chosen:
    """The arguments of a function that were chosen.

    Parameters
    ----------
    fun : callable
    argnum : int, str, or sequence of these

    Attributes
    ----------
    single : bool
        Whether one was named, and not a sequence.
    functions : tuple of str
        The attributes that hold functions of the user's: `compile` looks into them.
    """

    functions = ("fun",)

    def __init__(self, fun: Fn, argnum: Argnum) -> None:
        if not callable(fun):
            raise TypeError(f"What is differentiated is a function; met {fun!r}. Write grad(f)(x), not grad(f(x)).")
        self.fun = fun
        self.single = isinstance(argnum, (int, np.integer, str))
        which: Any = tuple(argnum) if isinstance(argnum, (tuple, list)) else (argnum,)
        for one in which:
            if isinstance(one, bool) or not isinstance(one, (int, np.integer, str)):
                raise TypeError(
                    f"argnum is a position, a name, or several; met {argnum!r}. Write argnum=0, argnum='x', or "
                    "argnum=(0, 1)."
                )
        if not which:
            raise TypeError("argnum names no argument: met an empty sequence. Write argnum=0 for the first.")
        self.which: tuple[int | str, ...] = tuple(one if isinstance(one, str) else int(one) for one in which)

    def split(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Fn]:
        """Give the chosen arguments, and the function of them alone.

        Raises
        ------
        TypeError
            If there is no such argument, or one is chosen twice.
        """
        keys = [self._key(one, args, kwargs) for one in self.which]
        if not self.single and len(set(keys)) < len(keys):
            raise TypeError(
                f"argnum={self.which} names an argument of {name_of(self.fun)} twice; leave one of them out."
            )

        def of_chosen(*chosen: Any) -> Any:
            every, named = list(args), kwargs.copy()
            for key, value in zip(keys, chosen, strict=True):
                if isinstance(key, str):
                    named[key] = value
                else:
                    every[key] = value
            return self.fun(*every, **named)

        of_chosen.__name__ = name_of(self.fun)
        return [kwargs[key] if isinstance(key, str) else args[key] for key in keys], of_chosen

    def _key(self, one: int | str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int | str:
        """Give the position of an argument, or its name where it was passed by that."""
        if isinstance(one, int):
            if not -len(args) <= one < len(args):
                way = (
                    f"Choose one of them by its name, argnum={next(iter(kwargs))!r}."
                    if kwargs
                    else f"Positions are 0 to {len(args) - 1}."
                    if args
                    else "Give it the argument."
                )
                raise TypeError(
                    f"argnum={one}, but {name_of(self.fun)} was called with {len(args)} positional arguments. {way}"
                )
            return one % len(args)
        if one in kwargs:
            return one
        name = name_of(self.fun)
        parameters = _parameters(self.fun)
        kind = parameters.get(one)
        if kind is None or kind in (_VAR_POSITIONAL, _VAR_KEYWORD):
            several = [key for key, kind in parameters.items() if kind not in (_VAR_POSITIONAL, _VAR_KEYWORD)]
            what = "takes several arguments there" if kind is not None else "has no such parameter"
            raise TypeError(f"argnum={one!r}, but {name} {what}; it has {', '.join(several) or 'none with a name'}.")
        position = list(parameters).index(one)
        if kind is _KEYWORD_ONLY or position >= len(args):
            raise TypeError(
                f"argnum={one!r}, but {name} was called without it, and its default has no derivative. Give it: "
                f"{one}=..."
            )
        return position

    def alone(self, results: Sequence[Any]) -> Any:
        """Give one result by itself where one argument was named, else a tuple."""
        return results[0] if self.single else tuple(results)


def _parameters(fun: Fn) -> dict[str, Any]:
    """Give the kinds of a function's parameters, by name and in order."""
    try:
        return {key: parameter.kind for key, parameter in inspect.signature(fun).parameters.items()}
    except (TypeError, ValueError):
        return {}


def name_of(fun: Fn) -> str:
    """Name a function in messages."""
    return getattr(fun, "__name__", type(fun).__name__)


def with_aux(fun: Fn, name: str) -> tuple[Fn, list[Any]]:
    """Take a function of (value, aux) to that of the value; the list holds aux after a call.

    Raises
    ------
    TypeError
        When called, if `fun` returns something else than a pair.
    """
    held: list[Any] = []

    def of_value(*args: Any, **kwargs: Any) -> Any:
        out = fun(*args, **kwargs)
        if not isinstance(out, tuple) or len(out) != 2:
            raise TypeError(f"With has_aux=True {name} has to return a pair (value, aux); it returned {out!r}")
        held[:] = [out[1]]
        return out[0]

    return of_value, held
