"""From functions to their derivatives, thin over the two walks.

Here one writes `grad(f)`, `value_and_grad(f)`, `vjp(f, x)`, `jvp(f, (x,), (t,))`. Arguments are arrays, numbers,
Tensors, and trees of lists, tuples and dicts of them; arrays go in and arrays come out. A result is a Tensor only where
it is itself being differentiated: inside another transform, or of something that requires its gradient. So they nest to
any order without a flag: each differentiates with respect to entries of its own.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd import redirect
from autograd.argnums import Argnum, Chosen, name_of, with_aux
from autograd.entry import Abstract, Array, Shell, Variable, is_recording, recording
from autograd.fitting import owned
from autograd.lines import levels
from autograd.tape import Tape
from autograd.tensor import Tensor, shell
from autograd.tree import flatten, is_node, leaves_like, paths

Fn = Callable[..., Any]


def grad(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives the gradient of a scalar-valued `fun` in one argument, or in several.

    Parameters
    ----------
    fun : callable
        Written in NumPy; returns a scalar.
    argnum : int, str, or sequence of these
        The position or name of the argument, or several: then the gradients come as a tuple.
    has_aux : bool
        Whether `fun` returns a pair of the scalar and something else, which is not differentiated: then the result is a
        pair of the gradient and that.

    Returns
    -------
    callable
        Of the same arguments. The gradient has the argument's tree, shapes and dtypes (a 0-d array for a number).
        For a complex argument z it is ∂f/∂(Re z) - i ∂f/∂(Im z), as in JAX and HIPS autograd; PyTorch has the
        opposite sign.

    Raises
    ------
    TypeError
        If there is no such argument, it holds integers or booleans, or `fun` does not return a real scalar.

    Warns
    -----
    UserWarning
        If the output does not depend on the arguments: then the gradient is zero.

    Examples
    --------
    >>> import numpy as np
    >>> grad(np.tanh)(0.0)
    array(1.)
    >>> grad(lambda p: p["w"] ** 2 * p["b"])({"w": 3.0, "b": 2.0})
    {'w': array(12.), 'b': array(9.)}
    """
    both = value_and_grad(fun, argnum, has_aux)

    @named(fun, "grad")
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def value_and_grad(fun: Fn, argnum: Argnum = 0, has_aux: bool = False) -> Fn:
    """Make the function that gives the value of `fun` and its gradient: see `grad`.

    With `has_aux` the value is a pair: `((value, aux), gradient)`.

    Examples
    --------
    >>> import numpy as np
    >>> value_and_grad(lambda x, y: np.sum(x * y), argnum=(0, 1))(np.ones(2), np.arange(2.0))
    (array(1.), (array([0., 1.]), array([1., 1.])))
    """
    chosen = Chosen(fun, argnum)

    @named(fun, "value_and_grad")
    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        run, held = run_chosen(chosen, args, kwargs, has_aux)
        aux = run.given(held[0]) if has_aux else None
        value = run.scalar()
        gradients = run.pullback([ones(run.arrays[0])], release=True)
        return (value, aux) if has_aux else value, chosen.alone(gradients)

    return value_and_gradient


def vjp(fun: Fn, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """Run `fun` once, and give its value and its pullback: from the output's cotangent to those of the arguments.

    Parameters
    ----------
    fun : callable
        Returns any tree of arrays.
    *primals
        The arguments; all are differentiated.
    has_aux : bool
        Whether `fun` returns a pair, of which the second part is not differentiated: then it comes third.

    Returns
    -------
    out
        The value.
    pullback : callable
        Takes a tree like `out`, of its shapes and dtypes, and returns a tuple with a cotangent for each primal. It may
        be called any number of times.

    Where the output does not depend on the arguments, it says nothing, as `jvp`: rules are made of these two, and of a
    linear function that is so at second order.

    Examples
    --------
    >>> import numpy as np
    >>> out, pullback = vjp(lambda x, y: x * y, np.array([1.0, 2.0]), 3.0)
    >>> pullback(np.array([1.0, 10.0]))
    (array([ 3., 30.]), array(21.))
    """
    of_value, held = with_aux(fun, name_of(fun)) if has_aux else (fun, [])
    run = Run(of_value, primals, fun)
    return (run.value(), run.back, run.given(held[0])) if has_aux else (run.value(), run.back)


def jvp(fun: Fn, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> tuple[Any, ...]:
    """Give the value of `fun`, and its derivative in the direction of the tangents (forward mode).

    Parameters
    ----------
    fun : callable
        Returns any tree of arrays.
    primals, tangents : sequences
        The arguments, and for each a tree like it, of its shapes and dtypes.
    has_aux : bool
        Whether `fun` returns a pair, of which the second part is not differentiated: then it comes third.

    Returns
    -------
    out, tangent
        The value, and a tree like it.

    Examples
    --------
    >>> import numpy as np
    >>> jvp(np.sin, (0.0,), (2.0,))
    (array(0.), array(2.))
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("jvp takes its primals and tangents as tuples: jvp(f, (x,), (t,))")
    if leaves_like(list(primals), list(tangents)) is None:
        raise _unlike(tangents, primals)
    of_value, held = with_aux(fun, name_of(fun)) if has_aux else (fun, [])
    run = Run(of_value, primals, fun)
    tangent = run.forth(tangents)
    return (run.value(), tangent, run.given(held[0])) if has_aux else (run.value(), tangent)


def _unlike(tangents: Any, primals: Any) -> TypeError:
    return TypeError(f"The tangents' structure {tangents!r} is not that of the primals, {primals!r}")


def run_chosen(
    chosen: Chosen, args: tuple[Any, ...], kwargs: dict[str, Any], has_aux: bool = False
) -> tuple[Run, list[Any]]:
    """Run a function of the arguments chosen; with `has_aux` the list holds what it returned besides."""
    values, of_chosen = chosen.split(args, kwargs)
    held: list[Any] = []
    if has_aux:
        of_chosen, held = with_aux(of_chosen, name_of(chosen.fun))
    return Run(of_chosen, values, chosen.fun), held


class Run:
    """One recorded call: fresh variables in place of the leaves of its arguments, and the tape to its outputs."""

    def __init__(self, fun: Fn, args: Sequence[Any], named: Fn) -> None:
        self.name, self.args = name_of(named), args
        redirect.look()
        leaves, self.rebuild = flatten(list(args))
        self.inputs: list[Array] = []
        self.variables: list[Variable] = []
        shells = []
        nested = is_recording()
        for i, leaf in enumerate(leaves):
            data = _differentiable(leaf, i, args, self.name)
            parent = leaf.entry if isinstance(leaf, Shell) and nested else None
            entry = Variable(parent, data.shape, data.dtype)
            self.inputs.append(data)
            self.variables.append(entry)
            shells.append(shell(data, entry))
        try:
            if nested:
                self.out = fun(*self.rebuild(shells))
            else:
                with recording(True):
                    self.out = fun(*self.rebuild(shells))
        finally:
            for opened in self.variables:
                opened.running = False
        outs, self.rebuild_out = flatten(self.out)
        self.arrays = [self._numeric(out) for out in outs]
        self.entries = [out.entry if isinstance(out, Shell) else None for out in outs]
        self.tape = Tape.between([entry for entry in self.entries if entry is not None], list(self.variables))
        # Something outside is being differentiated too: then the walks are recorded.
        self.outer = bool(self.tape.outer) and nested

    def _numeric(self, out: Any) -> Array:
        array = out._value if isinstance(out, Shell) else out if isinstance(out, Abstract) else np.asarray(out)
        if array.dtype.kind not in "biufc":
            raise TypeError(f"{self.name} returned {out!r}; what is differentiated returns numbers, or arrays of them")
        return array

    def value(self) -> Any:
        """Give the output: arrays of their own, or Tensors where an outer differentiation goes on through them."""
        if self.outer:
            pairs = zip(self.arrays, self.entries, strict=True)
            return self.rebuild_out([array if entry is None else shell(array, entry) for array, entry in pairs])
        # What the tape may have saved, as much as the inputs, the caller must be free to write into.
        return self.rebuild_out([_given(_copy(array)) for array in self.arrays])

    def given(self, aux: Any) -> Any:
        """Give what else the function returned: with arrays of their own in the place of Tensors, as in `value`."""
        leaves, rebuild = flatten(aux)
        if self.outer:
            return aux
        return rebuild([_given(_copy(leaf._value)) if isinstance(leaf, Shell) else leaf for leaf in leaves])

    @property
    def depends(self) -> bool:
        """Whether the output depends on the arguments at all."""
        reached = {entry for entry in self.entries if entry is not None}
        return bool(self.tape.entries) or not reached.isdisjoint(self.variables)

    def warn_unused(self) -> None:
        """Warn if it does not, unless there is nothing to depend on, or nothing that could."""
        if not self.depends and all(any(math.prod(x.shape) for x in arrays) for arrays in (self.inputs, self.arrays)):
            warnings.warn(
                f"What {self.name} returned does not depend on what it is differentiated in: the derivative is zero.",
                stacklevel=levels(),
            )

    def scalar(self) -> Any:
        """Give the output if it is one real number, in an array of any number of axes."""
        if is_node(self.out) or math.prod(self.arrays[0].shape) != 1:
            met = f"{self.out!r}" if is_node(self.out) else f"shape {self.arrays[0].shape}"
            raise TypeError(
                f"grad needs a function that returns a scalar; {self.name} returned {met}. "
                "Reduce it (np.sum), or use vjp with a cotangent."
            )
        if self.arrays[0].dtype.kind == "c":
            raise TypeError(
                f"grad needs a real scalar; {self.name} returned a complex one. Take np.real or np.abs of it, or use "
                "vjp with a cotangent."
            )
        self.warn_unused()
        value = self.value()
        # From here on the tape alone holds what was saved, and can let it go.
        self.out = None
        return value

    def back(self, cotangent: Any) -> tuple[Any, ...]:
        """Walk back from a tree like the output; any number of times."""
        leaves = leaves_like(self.out, cotangent)
        if leaves is None:
            raise TypeError(f"The cotangent's structure {cotangent!r} is not that of the output, {self.out!r}")
        return tuple(self.pullback(_fitting(leaves, self.arrays, "cotangent", "output"), release=False))

    def forth(self, tangents: Sequence[Any]) -> Any:
        """Walk forth from trees like the arguments; any number of times."""
        leaves = leaves_like(list(self.args), list(tangents))
        if leaves is None:
            raise _unlike(tangents, self.args)
        return self.pushforward(_fitting(leaves, self.inputs, "tangent", "primal"))

    def pullback(self, cotangents: Sequence[Array], release: bool) -> list[Any]:
        """Walk back, and give each argument's cotangent as a tree like it."""
        lift, given = self._lifting(cotangents)
        kept = [g for g, entry in zip(given, self.entries, strict=True) if entry is not None]
        found = self.tape.pullback(kept, lift=lift, release=release and lift is None)
        return list(self.rebuild(self._results(found, self.inputs, kept)))

    def pushforward(self, tangents: Sequence[Array]) -> Any:
        """Walk forth, and give the tangent as a tree like the output."""
        lift, given = self._lifting(tangents)
        found = iter(self.tape.pushforward(given, lift=lift))
        every = [None if entry is None else next(found) for entry in self.entries]
        return self.rebuild_out(self._results(every, self.arrays, given))

    def _lifting(self, derivatives: Sequence[Array]) -> tuple[Any, list[Array]]:
        """Decide whether to record the walk, and prepare the derivatives that go into it."""
        shells = [g for g in derivatives if isinstance(g, Shell)]
        if self.outer or (shells and is_recording() and any(g.entry is not None for g in shells)):
            return shell, list(derivatives)
        return None, [g._value if isinstance(g, Shell) else g for g in derivatives] if shells else list(derivatives)

    def _results(self, found: Sequence[Any], like: Sequence[Array], given: Sequence[Array]) -> list[Any]:
        """Give zeros for None, and arrays for what is not tracked."""
        plain = [x._value if isinstance(x, Tensor) and x.entry is None else x for x in found]
        mine = owned(plain, (*given, *self.inputs, *self.arrays))
        return [_given(np.zeros_like(to) if x is None else x) for x, to in zip(mine, like, strict=True)]


def ones(like: Array) -> Array:
    """Give ones of an array's shape and dtype: what a walk back begins with."""
    # NumPy's own takes three times as long, a third of what a small gradient costs beyond its ops.
    return np.ones_like(like) if like.shape or type(like) is not np.ndarray else np.array(1, like.dtype)


def _copy(array: Array) -> Array:
    return array.copy("K") if type(array) is np.ndarray else np.copy(array)


def _given(array: Array) -> Array:
    """Give a user an array; while a program is recorded a constant Tensor, which can do all that an array can."""
    return shell(array, None) if isinstance(array, Abstract) else array


def _differentiable(leaf: Any, i: int, args: Sequence[Any], name: str) -> Array:
    """Take the i-th leaf of the arguments to an array of floats, or say which it is and what to write."""
    try:
        data = np.asarray(leaf) if type(leaf) is float else Tensor(leaf)._value
    except (TypeError, ValueError) as error:
        why = f" {error}" if isinstance(leaf, np.ndarray) else ""
        raise TypeError(
            f"{name} was to be differentiated at {leaf!r}{_place(i, args)}, which is neither a number nor an array of "
            f"numbers.{why} If there is nothing to differentiate in it, let the function close over it."
        ) from error
    if data.dtype.kind not in "fc":
        shown = f"{leaf!r}" if isinstance(leaf, (int, bool)) else f"an array of {data.dtype}"
        cast = f"{float(leaf)!r}" if isinstance(leaf, (int, bool)) else "x.astype(float)"
        raise TypeError(
            f"Integers and booleans have no derivative: {name} was to be differentiated at {shown}{_place(i, args)}. "
            f"Write {cast}."
        )
    return data


def _place(i: int, args: Sequence[Any]) -> str:
    """Say where in its argument a leaf is, if that is a tree."""
    # Each begins with the number of the argument, which is not always that in the call.
    place = paths(list(args))[i].partition("]")[2]
    return f" (in its argument at {place})" if place else ""


def _fitting(leaves: Sequence[Any], like: Sequence[Array], what: str, of: str) -> list[Any]:
    """Check that derivatives have the shapes and dtypes of the values they belong to."""
    fitting = []
    for value, to in zip(leaves, like, strict=True):
        number = isinstance(value, (int, float, complex)) and not isinstance(value, np.generic)
        # What speaks NumPy's protocols stays what it is.
        held = isinstance(value, Shell) or hasattr(value, "__array_function__")
        array: Array = value if held else np.asarray(value, dtype=to.dtype if number else None)
        if array.dtype.kind not in "biufc":
            raise TypeError(f"A {what} is {value!r}, where the {of} is an array: for none write np.zeros({to.shape}).")
        if array.shape != to.shape:
            raise ValueError(f"A {what} has shape {array.shape}, the {of} {to.shape}: they must be equal.")
        if array.dtype != to.dtype and array.dtype.newbyteorder("=") == to.dtype:
            array = array.astype(to.dtype)
        if array.dtype != to.dtype:
            raise TypeError(f"A {what} has dtype {array.dtype}, the {of} {to.dtype}: write .astype(np.{to.dtype}).")
        fitting.append(array)
    return fitting


def named(fun: Fn, what: str) -> Callable[[Fn], Fn]:
    """Name a derived function after the one it comes from."""

    def name(derived: Fn) -> Fn:
        if hasattr(fun, "__name__"):
            derived = wraps(fun, assigned=("__module__", "__doc__"), updated=())(derived)
        derived.__name__ = derived.__qualname__ = f"{what}({name_of(fun)})"
        return derived

    return name
