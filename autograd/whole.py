"""Functions that are one entry on the tape: what they have in common; those that compute nothing, and those that stop.

The derivative of such a call is again a function that can be differentiated, so that there is no highest order; where a
transform or `compile` records it, it is recorded as what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from types import MethodType
from typing import Any

import numpy as np

from autograd.argnums import name_of
from autograd.entry import Abstract, Bundle, Edge, Shell, apart, is_recording, recording
from autograd.joint import behind, bundled, edges_to, filled, floating_of, in_floats, shared
from autograd.tensor import Tensor, shell
from autograd.transforms import jvp, vjp
from autograd.tree import flatten, leaves_like

Fn = Callable[..., Any]
_PURE = "A function that is run again returns the same for the same arguments."


@dataclass(slots=True)
class Call:
    """One call of a function that is an entry.

    Attributes
    ----------
    rebuild, rebuild_out : callables
        Put leaves into the trees of the arguments, and of what is returned.
    where, floating : list of int
        Which leaves of the arguments, and of what is returned, have a derivative.
    held : object
        What the forward pass kept.
    """

    kwargs: dict[str, Any]
    rebuild: Fn
    rebuild_out: Fn
    where: list[int]
    floating: list[int]
    shapes: list[tuple[Any, Any]]
    held: Any = None


class Whole:
    """A function that is one entry on the tape; its derivatives are the function's own, found when they are asked for.

    Keyword arguments are not differentiated. As a decorator of a method it makes a method.

    Attributes
    ----------
    functions : tuple of str
        The attributes that hold functions of the user's: `compile` looks into them.
    """

    functions: tuple[str, ...] = ("fun",)

    def __init__(self, fun: Fn) -> None:
        if not callable(fun):
            raise TypeError(f"{type(self).__name__} takes a function; met {fun!r}")
        self.fun = fun
        self.name = name_of(fun)
        update_wrapper(self, fun, updated=())

    def __repr__(self) -> str:
        """Name the function."""
        return f"<{type(self).__name__} of {self.name}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Bind to an object, as a function does that stands in a class."""
        return self if instance is None else MethodType(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; on tracked Tensors as one entry.

        Raises
        ------
        TypeError
            If a tracked Tensor is given by keyword, or read without being an argument: its gradient would be lost.
        """
        apart()
        leaves, rebuild = flatten(list(args))
        entries = [x.entry if isinstance(x, Shell) else None for x in leaves]
        if not is_recording() or not any(entries):
            return self.fun(*args, **kwargs)
        for key, value in kwargs.items():
            if _tracked(value):
                raise TypeError(
                    f"{self.name} is differentiated in its positional arguments only; {key} is on the tape. Give it by "
                    f"position, or leave the tape there: {key}={key}.detach()."
                )
        data = [x._value if isinstance(x, Shell) else x for x in leaves]
        out, held = self._forward(rebuild, data, kwargs)
        results, rebuild_out = flatten(out)
        self.refuse_outer([results, held])
        results = [x._value if isinstance(x, Shell) else np.asarray(x) if isinstance(x, float) else x for x in results]
        floating = floating_of(results)
        if not floating:
            return rebuild_out(results)
        shapes = [(x.shape, x.dtype) if hasattr(x, "dtype") else ((), None) for x in results]
        call = Call(kwargs, rebuild, rebuild_out, floating_of(data), floating, shapes, held)
        return rebuild_out(behind(self.name, results, floating, self._edges(call, data, entries)))

    def _edges(self, call: Call, data: list[Any], entries: list[Any]) -> tuple[Edge, ...]:
        def back(g: Bundle, saved: Sequence[Any]) -> list[Any]:
            every: list[Any] = [None] * len(saved)
            for i, ct in zip(call.where, self.pull(call, list(saved), filled(g)), strict=True):
                every[i] = ct
            return every

        def forth(i: int) -> Fn:
            def push(t: Any, *saved: Any) -> Bundle:
                tangents = [t if k == i else np.zeros(saved[k].shape, saved[k].dtype) for k in call.where]
                return bundled(self.push(call, list(saved), tangents))

            return push

        tracked = [entry if i in call.where else None for i, entry in enumerate(entries)]
        return edges_to(tracked, data, shared(back), forth, (call.held, call.kwargs))

    def _forward(self, rebuild: Fn, data: list[Any], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """Give what the function returns, and what is to be kept for its derivative."""
        # Of plain arrays nothing is recorded: what comes out tracked was computed of something from outside.
        with recording(True):
            return self.fun(*rebuild([given(x) for x in data]), **kwargs), None

    def refuse_outer(self, tree: Any, what: str = "") -> None:
        """Refuse a result that depends on a tracked Tensor which is no argument."""
        if _tracked(tree):
            raise TypeError(
                f"{what}{self.name} reads a tracked Tensor that is not among its arguments: its gradient would be "
                "lost. Pass it as an argument, or leave the tape there: t.detach()."
            )

    def of_floats(self, call: Call, saved: list[Any]) -> Fn:
        """Give the function of the arguments, and to the results, that have a derivative."""

        def run(arrays: Sequence[Any]) -> list[Any]:
            return self.again(call, arrays)

        return in_floats(run, saved, call.where, call.floating)

    def again(self, call: Call, arrays: Sequence[Any]) -> list[Any]:
        """Run the function once more, and give the leaves of what it returns.

        Raises
        ------
        RuntimeError
            If that is built otherwise, or of other shapes or dtypes, than before.
        """
        out = self.fun(*call.rebuild(arrays), **call.kwargs)
        leaves = leaves_like(call.rebuild_out(range(len(call.shapes))), out)
        if leaves is None:
            raise RuntimeError(f"{self.name} returned another structure when it was run again: {out!r}. {_PURE}")
        for leaf, (shape, dtype) in zip(leaves, call.shapes, strict=True):
            if dtype is not None and (np.shape(leaf) != shape or np.result_type(leaf) != dtype):
                raise RuntimeError(
                    f"{self.name} returned shape {np.shape(leaf)} and dtype {np.result_type(leaf)} when it was run "
                    f"again, and shape {shape} and dtype {dtype} before. {_PURE}"
                )
        return leaves

    def pull(self, call: Call, saved: list[Any], cts: list[Any]) -> Sequence[Any]:
        """Give the cotangents of the arguments from those of the results."""
        return list(vjp(self.of_floats(call, saved), *[saved[i] for i in call.where])[1](cts))

    def push(self, call: Call, saved: list[Any], tangents: list[Any]) -> Sequence[Any]:
        """Give the tangents of the results from those of the arguments."""
        found: list[Any] = jvp(self.of_floats(call, saved), [saved[i] for i in call.where], tangents)[1]
        return found


def _tracked(tree: Any) -> bool:
    return any(isinstance(leaf, Shell) and leaf.entry is not None for leaf in flatten(tree)[0])


def given(x: Any) -> Any:
    """Give a function what it can compute with: a Tensor where a program is recorded."""
    return shell(x, None) if isinstance(x, Abstract) else x


def lifted(saved: Sequence[Any]) -> bool:
    """Tell whether a walk is recorded: then what is computed has to depend on the arguments."""
    return any(isinstance(x, (Shell, Abstract)) for x in saved)


def stop_gradient(tree: Any) -> Any:
    """Give arrays as constants: what is computed of them is not differentiated.

    Examples
    --------
    >>> from autograd import grad
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    array(3.)
    """
    leaves, rebuild = flatten(tree)
    return rebuild([x.detach() if isinstance(x, Tensor) else x for x in leaves])
