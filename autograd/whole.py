"""Functions that are one entry on the tape: recomputed, taken by differences, or not differentiated at all.

The derivative of such a call is again a function that can be differentiated, so that there is no highest order; where a
transform or `compile` records it, it is recorded as what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

import numpy as np

from autograd.argnums import name_of
from autograd.entry import Abstract, Bundle, Edge, Shell, Variable, is_recording, recording
from autograd.joint import behind, bundled, edges_to, filled, floating_of, in_floats, shared
from autograd.tape import Tape
from autograd.tensor import Tensor, shell
from autograd.transforms import jvp, vjp
from autograd.tree import flatten

Fn = Callable[..., Any]


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

    Keyword arguments are not differentiated.
    """

    def __init__(self, fun: Fn) -> None:
        if not callable(fun):
            raise TypeError(f"{type(self).__name__} takes a function; met {fun!r}")
        self.fun = fun
        self.name = name_of(fun)
        update_wrapper(self, fun, updated=())

    def __repr__(self) -> str:
        """Name the function."""
        return f"<{type(self).__name__} of {self.name}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; on tracked Tensors as one entry."""
        leaves, rebuild = flatten(list(args))
        entries = [x.entry if isinstance(x, Shell) else None for x in leaves]
        if not is_recording() or not any(entries):
            return self.fun(*args, **kwargs)
        data = [x._value if isinstance(x, Shell) else x for x in leaves]
        out, held = self._forward(rebuild, data, kwargs)
        results, rebuild_out = flatten(out)
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
        with recording(False):
            return self.fun(*rebuild([given(x) for x in data]), **kwargs), None

    def of_floats(self, call: Call, saved: list[Any]) -> Fn:
        """Give the function of the arguments, and to the results, that have a derivative."""

        def run(arrays: Sequence[Any]) -> list[Any]:
            return flatten(self.fun(*call.rebuild(arrays), **call.kwargs))[0]

        return in_floats(run, saved, call.where, call.floating)

    def pull(self, call: Call, saved: list[Any], cts: list[Any]) -> Sequence[Any]:
        """Give the cotangents of the arguments from those of the results."""
        return list(vjp(self.of_floats(call, saved), *[saved[i] for i in call.where])[1](cts))

    def push(self, call: Call, saved: list[Any], tangents: list[Any]) -> Sequence[Any]:
        """Give the tangents of the results from those of the arguments."""
        found: list[Any] = jvp(self.of_floats(call, saved), [saved[i] for i in call.where], tangents)[1]
        return found


def given(x: Any) -> Any:
    """Give a function what it can compute with: a Tensor where a program is recorded."""
    return shell(x, None) if isinstance(x, Abstract) else x


def lifted(saved: Sequence[Any]) -> bool:
    """Tell whether a walk is recorded: then what is computed has to depend on the arguments."""
    return any(isinstance(x, (Shell, Abstract)) for x in saved)


class _Checkpoint(Whole):
    def _forward(self, rebuild: Fn, data: list[Any], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """Run on variables of its own, and look whether anything else tracked was read."""
        floating = set(floating_of(data))
        variables = [Variable(None, x.shape, x.dtype) if i in floating else None for i, x in enumerate(data)]
        opened = [given(x) if v is None else shell(x, v) for x, v in zip(data, variables, strict=True)]
        with recording(True):
            out = self.fun(*rebuild(opened), **kwargs)
        mine = [v for v in variables if v is not None]
        for variable in mine:
            variable.running = False
        leaves, rebuild_out = flatten(out)
        entries = [x.entry for x in leaves if isinstance(x, Shell) and x.entry is not None]
        if Tape.of(entries, mine).outer:
            raise TypeError(
                f"{self.name} reads a tracked Tensor that is not among its arguments: what is recomputed has to be a "
                "function of these. Pass it as an argument."
            )
        return rebuild_out([x._value if isinstance(x, Shell) else x for x in leaves]), None


def checkpoint(fun: Fn) -> Fn:
    """Make the function that keeps its arguments only, and is run again when its derivative is asked for.

    What a chain of n steps keeps falls from n to √n if it is cut into √n parts (Griewank and Walther 2000).

    Parameters
    ----------
    fun : callable
        Of arrays and trees of arrays; it reads nothing else that is tracked.

    Raises
    ------
    TypeError
        When called, if it does.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> grad(checkpoint(lambda x: np.sum(np.exp(x) ** 2)))(np.array([0.0]))
    array([2.])
    """
    return _Checkpoint(fun)


class _Numerical(Whole):
    def __repr__(self) -> str:
        """Warn of what its gradient is."""
        return (
            f"<{self.name} with a gradient by differences: good to about six digits, and as many calls as twice the "
            "elements of its arguments>"
        )

    def pull(self, call: Call, saved: list[Any], cts: list[Any]) -> Sequence[Any]:
        found = [np.zeros(saved[i].shape, saved[i].dtype) for i in call.where]
        for ct, i in zip(found, call.where, strict=True):
            for index in np.ndindex(ct.shape):
                slope = self._slope(call, saved, i, index)
                ct[index] = sum(np.sum(np.real(g * s)) for g, s in zip(cts, slope, strict=True))
        return found

    def push(self, call: Call, saved: list[Any], tangents: list[Any]) -> Sequence[Any]:
        total = [np.zeros(*call.shapes[i]) for i in call.floating]
        for t, i in zip(tangents, call.where, strict=True):
            for index in np.ndindex(t.shape):
                if t[index] != 0:
                    total = [a + t[index] * s for a, s in zip(total, self._slope(call, saved, i, index), strict=True)]
        return total

    def _slope(self, call: Call, saved: list[Any], i: int, index: tuple[int, ...]) -> list[Any]:
        """Give the central difference quotient along one element, with a step of the cube root of epsilon."""
        if lifted(saved):
            raise TypeError(f"The gradient of {self.name} is taken by differences: it cannot be differentiated again.")
        x = saved[i]
        if x.dtype.kind == "c":
            raise TypeError(f"numerical takes real arguments; {self.name} was called with {x.dtype}")
        step = np.finfo(x.dtype).eps ** (1 / 3) * max(1.0, abs(float(x[index])))
        ends = []
        for side in (step, -step):
            moved = np.array(x)
            moved[index] += side
            with recording(False):
                out = flatten(self.fun(*call.rebuild([*saved[:i], moved, *saved[i + 1 :]]), **call.kwargs))[0]
            ends.append((float(moved[index]), [np.asarray(out[k]) for k in call.floating]))
        (high, above), (low, below) = ends
        return [(a - b) / (high - low) for a, b in zip(above, below, strict=True)]


def numerical(fun: Fn) -> Fn:
    """Make a function whose gradient is taken by central differences: for what the tape cannot see into.

    Two calls for each element of the arguments, good to about six digits of float64. It cannot be differentiated twice.

    Parameters
    ----------
    fun : callable
        Of real arrays, or trees of them.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> black_box = numerical(lambda x: float(x) ** 3)
    >>> np.round(grad(black_box)(2.0), 6)
    np.float64(12.0)
    """
    return _Numerical(fun)


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
