"""The two products of a function of one argument, as HIPS autograd calls them: `make_vjp` and `make_jvp`.

Unlike `autograd.vjp` and `autograd.jvp` they take derivatives of another dtype than the value's, and a function whose
output does not depend on its argument: that gives zeros, and a warning.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compose import data_of, tracked
from autograd.entry import Shell
from autograd.tape import Tape
from autograd.transforms import jvp, vjp
from autograd.tree import flatten, leaves_like

Fn = Callable[..., Any]


def make_vjp(fun: Fn, x: Any) -> tuple[Fn, Any]:
    """Run a function of one argument, and give its pullback and its value.

    Parameters
    ----------
    fun : callable
    x : array, number or tree

    Returns
    -------
    pullback, value
        The pullback takes a cotangent like the value, and gives one like `x`.

    Examples
    --------
    >>> pullback, value = make_vjp(np.sin, 0.0)
    >>> pullback(2.0), value
    (array(2.), array(0.))
    """
    watched = _Watched(fun)
    try:
        value, pullback = vjp(watched, x)
    except TypeError:
        # What does not depend on the argument may be of any kind.
        if watched.independent is None:
            raise
        value = watched.independent[0]
    if watched.independent is not None:
        return lambda g: _zeros(x), value
    return lambda g: pullback(_cast(g, value))[0], value


def backward_pass(g: Any, end: Any) -> Any:
    """Walk back from a Tensor, and give the cotangent of the first variable that it depends on.

    Parameters
    ----------
    g : array
        The cotangent of `end`.
    end : Tensor

    Raises
    ------
    TypeError
        If `end` is no Tensor that is on the tape.

    Examples
    --------
    >>> from autograd import Tensor
    >>> backward_pass(1.0, Tensor(3.0, requires_grad=True) ** 2)
    array(6.)
    """
    if not isinstance(end, Shell) or end.entry is None:
        raise TypeError(f"backward_pass starts at a Tensor that is on the tape; met {end!r}")
    tape = Tape.of(end)
    if not tape.entries:
        return _cast(g, end)
    first = min(range(len(tape.inputs)), key=lambda i: tape.inputs[i].number)
    found = tape.pullback([_cast(g, end)])[first]
    start = tape.inputs[first]
    if found is None:
        return np.zeros(start.shape, start.dtype)
    return found if isinstance(found, Shell) else np.asarray(found)


def make_jvp(fun: Fn, x: Any) -> Fn:
    """Make the function that gives a function's value, and its derivative in the direction of a tangent like `x`.

    Examples
    --------
    >>> make_jvp(np.sin, 0.0)(2.0)
    (array(0.), array(2.))
    """

    def pushforward(g: Any) -> tuple[Any, Any]:
        watched = _Watched(fun)
        try:
            value, tangent = jvp(watched, (x,), (_cast(g, x),))
        except TypeError:
            if watched.independent is None:
                raise
            value = watched.independent[0]
        return (value, tangent) if watched.independent is None else (value, _zeros(value))

    return pushforward


class _Watched:
    """A function, and what it gave if that does not depend on anything."""

    def __init__(self, fun: Fn) -> None:
        self.fun = fun
        self.__name__ = getattr(fun, "__name__", "[unknown name]")
        self.independent: tuple[Any] | None = None

    def __call__(self, x: Any) -> Any:
        out = self.fun(x)
        leaves, rebuild = flatten(out)
        if not tracked(leaves):
            warnings.warn(f"Output seems independent of input: {self.__name__}.", UserWarning, stacklevel=2)
            self.independent = (rebuild(data_of(leaves)),)
        return out


def _zeros(x: Any) -> Any:
    leaves, rebuild = flatten(x)
    return rebuild([np.zeros_like(leaf._value if isinstance(leaf, Shell) else leaf) for leaf in leaves])


def _cast(g: Any, like: Any) -> Any:
    """Bring a derivative to the dtypes of the values it belongs to."""
    values, rebuild = flatten(like)
    given = leaves_like(like, g)
    if given is None:
        raise TypeError(f"The derivative {g!r} is not built as the value is, {like!r}")
    cast = []
    for leaf, value in zip(given, values, strict=True):
        dtype = value.dtype if hasattr(value, "dtype") else np.result_type(value)
        leaf = leaf if hasattr(leaf, "dtype") else np.asarray(leaf)
        if leaf.dtype != dtype:
            leaf = (leaf.real if leaf.dtype.kind == "c" and dtype.kind != "c" else leaf).astype(dtype)
        cast.append(leaf)
    return rebuild(cast)
