"""Declare a function whose inside the tape does not see, as in HIPS autograd: `primitive`, then `defvjp` or `defjvp`.

Such a function is called with plain arrays. Its rules are closures: `vjp(ans, *args)` gives the function that takes
the output's cotangent to an argument's, `jvp(g, ans, *args)` the output's tangent. Where only the first is declared,
the second is found by transposing it. The five families say the same in a line and are faster; this is for what fits
none: arguments and results that are trees, rules that need everything at once.

>>> import numpy as np
>>> from autograd import grad
>>> from autograd.extend import defvjp, primitive
>>> @primitive
... def cube(x):
...     return x**3
>>> defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
>>> grad(grad(cube))(2.0)
array(12.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

import numpy as np

from autograd.compose import data_of, tracked
from autograd.entry import Array, Bundle, Entry, Joint, Rule, Shell, Unknown, apart, is_recording, next_number
from autograd.extend.rules import deprecated, primitive_jvps, primitive_vjps, title
from autograd.fitting import fit
from autograd.joint import CallNamed, CallRule, argument_names, listeners
from autograd.tensor import Tensor, shell
from autograd.transforms import vjp
from autograd.tree import flatten, leaves_like

Fn = Callable[..., Any]

#: What HIPS autograd calls a traced value.
Box = Tensor


def primitive(f_raw: Fn) -> Fn:
    """Make a function one operation of the tape, to be differentiated by the rules declared for it.

    Parameters
    ----------
    f_raw : callable
        Called with plain arrays (NumPy numbers, for 0-d ones) in place of Tensors, in trees too. It returns an array,
        a number, or a tree of them. Keyword arguments are static.

    Returns
    -------
    callable
        With `f_raw` as its attribute `fun`. Differentiated without a rule it raises a NotImplementedError.

    Raises
    ------
    TypeError
        When called with a keyword argument that is on the tape.

    Examples
    --------
    >>> double = primitive(lambda x: 2 * x)
    >>> double(3.0)
    6.0
    """

    @wraps(f_raw, updated=())
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        apart()
        try:
            return _called(args, kwargs)
        except Unknown as error:
            unopened: Any = error.recorder.unopened
            return unopened(wrapped, wrapped, args, kwargs, error)

    def _called(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        leaves, rebuild = flatten(list(args))
        if not (is_recording() and (tracked(leaves) or tracked(kwargs))) or wrapped in _UNTRACED:
            # Arguments without Tensors are handed on as they are, the very objects.
            plain = rebuild(data_of(leaves)) if any(isinstance(leaf, Shell) for leaf in leaves) else args
            return f_raw(*plain, **data_of(kwargs))
        if tracked(kwargs):
            named = ", ".join(key for key, value in kwargs.items() if tracked(value))
            raise TypeError(f"{title(wrapped)} is differentiated in positional arguments only; {named} was a keyword")
        data = [_number(leaf._value) if isinstance(leaf, Shell) else leaf for leaf in leaves]
        ans = f_raw(*rebuild(data), **data_of(kwargs))
        return _record(wrapped, leaves, data, rebuild, ans, kwargs)

    made: Any = wrapped
    made.fun = f_raw
    for method, declare in deprecated(wrapped).items():
        setattr(made, method, declare)
    return wrapped


def notrace_primitive(f_raw: Fn) -> Fn:
    """Make a function run on plain arrays and give what has no derivative.

    Examples
    --------
    >>> from autograd import Tensor
    >>> notrace_primitive(lambda x: x > 1)(Tensor(2.0))
    np.True_
    """

    @wraps(f_raw, updated=())
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return f_raw(*[getval(arg) for arg in args], **kwargs)

    return wrapped


#: Primitives that are constants, as `register_notrace` says: a registry of declarations, like those of the rules.
_UNTRACED: set[Any] = set()


def register_notrace(trace_type: Any, primitive_fun: Fn) -> None:
    """Declare that a primitive has no derivative: it is called with plain arrays, and gives what is constant.

    Parameters
    ----------
    trace_type
        Not used: the primitive is constant in both modes.
    primitive_fun : callable
        Made by `primitive`.

    Examples
    --------
    >>> from autograd import Tensor
    >>> above = primitive(lambda x: x * 2)
    >>> register_notrace(None, above)
    >>> above(Tensor([1.0], requires_grad=True))
    array([2.])
    """
    _UNTRACED.add(primitive_fun)


def getval(x: Any) -> Any:
    """Give the plain value of a Tensor, a NumPy number if it is one; anything else as it is.

    Examples
    --------
    >>> from autograd import Tensor
    >>> getval(Tensor([1.0])), getval("text")
    (array([1.]), 'text')
    """
    return _number(x._value) if isinstance(x, Shell) else x


def isbox(x: Any) -> bool:
    """Tell whether something is a Tensor."""
    return isinstance(x, Shell)


class _Call(Entry):
    """A call of a primitive; what its rule saved stands at its output, then at the leaves of its arguments."""

    __slots__ = ("parents",)

    parents: tuple[Any, ...]

    def output(self, source: int) -> Entry:
        """Give the entry at which a saved value stands."""
        return self if source == -1 else cast(Entry, self.parents[-2 - source])


class _CallOfSeveral(Joint):
    """A call that gave a tree of several arrays."""

    __slots__ = ("parents",)

    parents: tuple[Any, ...]

    def output(self, source: int) -> Entry:
        """Give the entry at which a saved value stands."""
        at = -1 - source - len(self.shape)
        return super().output(source) if at < 0 else cast(Entry, self.parents[at])


def _one_leaf(k: int, shape: Any, dtype: Any) -> Rule:
    """Make the rule of the k-th argument: its cotangent is one part of the bundle of all."""

    def pull(g: Bundle) -> Array:
        part = g.parts[k]
        return np.zeros(shape[k], dtype[k]) if part is None else part

    def push(t: Array) -> Bundle:
        return Bundle(tuple(t if i == k else None for i in range(len(shape))), shape, dtype)

    return Rule(k, (), (), pull, push, lambda *_: None)


#: The rule of what is added to a value without changing it.
_ALSO = Rule(1, (), (), lambda g: g, lambda t: t, lambda *_: None)
_SAME = Rule(0, (), (), lambda g: g, lambda t: t, lambda *_: None)


def _record(fun: Fn, leaves: list[Any], data: list[Any], rebuild: Fn, ans: Any, kwargs: dict[str, Any]) -> Any:
    """Put a call on the tape: one entry that collects the arguments, and one for the call."""
    outs, rebuild_out = flatten(ans)
    arrays = [out._value if isinstance(out, Shell) else np.asarray(out) for out in outs]
    for out, array in zip(outs, arrays, strict=True):
        if array.dtype.kind not in "biufc":
            raise TypeError(f"Can't differentiate w.r.t. type {type(out)}: {title(fun)} returned it")
    floating = [array.dtype.kind in "fc" for array in arrays]
    if not any(floating):
        return ans
    parents = tuple(leaf.entry if isinstance(leaf, Shell) else None for leaf in leaves)
    places = [i for i, parent in enumerate(parents) if parent is not None]
    call = _Rules(fun, data, places, rebuild, rebuild_out, arrays, kwargs)
    shape = tuple([np.shape(leaves[i]) for i in places])
    dtype = tuple([leaves[i].dtype for i in places])
    edges: Any = tuple((parents[i], _one_leaf(k, shape, dtype), None) for k, i in enumerate(places))
    arguments = argument_names(len(leaves))
    gathered = Joint(
        CallNamed("arguments", [], [arguments[i] for i in places]), edges, None, next_number(), shape, dtype
    )
    names = CallNamed(title(fun), ["its arguments"], [f"out{k}" for k in range(len(arrays))])
    standing = (*floating, *(parent is not None for parent in parents))
    sources = tuple(-1 - i if stands else None for i, stands in enumerate(standing))
    given = ("ans",) if len(arrays) == 1 else tuple([f"output {k}" for k in range(len(arrays))])
    rule = CallRule(0, (*given, *arguments), sources, call.pull, call.push, lambda *_: None)
    rule.beside = kwargs
    shapes, dtypes = tuple([a.shape for a in arrays]), tuple([a.dtype for a in arrays])
    ways = ((gathered, rule, (*arrays, *data)),)
    entry: _Call | _CallOfSeveral
    if len(arrays) == 1:
        entry = _Call(names, ways, None, next_number(), shapes[0], dtypes[0])
    else:
        entry = _CallOfSeveral(names, ways, None, next_number(), shapes, dtypes)
    entry.parents = parents
    made, shown = [], []
    for k, (out, array) in enumerate(zip(outs, arrays, strict=True)):
        if not floating[k]:
            made.append(out)
            continue
        at = entry.output(-1 - k)
        shown.append(shell(array, at))
        if isinstance(out, Shell) and out.entry is not None:
            # It closes over something that is on the tape, and what it computed with that is recorded.
            both = ((at, _SAME, None), (out.entry, _ALSO, None))
            at = Entry(CallNamed(title(fun), [], []), both, None, next_number(), array.shape, array.dtype)
            shown.append(shell(array, at))
        made.append(shell(array, at))
    for listener in listeners:
        listener(entry, shown)
    return rebuild_out(made)


class _Rules:
    """The two directions of one call."""

    __slots__ = ("argnums", "arrays", "data", "fun", "kwargs", "places", "rebuild", "rebuild_out")

    def __init__(
        self, fun: Fn, data: list[Any], places: list[int], rebuild: Fn, rebuild_out: Fn, arrays: list[Array],
        kwargs: dict[str, Any],
    ) -> None:  # fmt: skip
        self.fun = fun
        self.data = data
        self.places = places
        self.rebuild = rebuild
        self.rebuild_out = rebuild_out
        self.arrays = arrays
        self.kwargs = kwargs
        # Which positional argument each leaf belongs to.
        owners = flatten([[i] * len(flatten(arg)[0]) for i, arg in enumerate(rebuild(data))])[0]
        self.argnums = tuple(dict.fromkeys(owners[i] for i in places))

    def _opened(self, saved: Sequence[Any]) -> tuple[Any, list[Any]]:
        """Give the answer and the arguments as the call had them."""
        count = len(self.arrays)
        args = [_number(x) if isinstance(x, np.ndarray) else x for x in saved[count:]]
        return self.rebuild_out(saved[:count]), self.rebuild(args)

    def pull(self, g: Any, *saved: Any) -> Bundle:
        """Take the cotangent of the output to that of all arguments."""
        ans, args = self._opened(saved)
        given = g if not isinstance(g, Bundle) else self.rebuild_out(_filled(g.parts, self.arrays))
        maker = primitive_vjps.get(self.fun)
        if maker is None:
            raise NotImplementedError(f"VJP of {title(self.fun)} wrt argnums {self.argnums} not defined")
        parts: list[Any] = [None] * len(self.data)
        found = dict(zip(self.argnums, maker(self.argnums, ans, args, self.kwargs)(given), strict=True))
        at = 0
        for num, arg in enumerate(args):
            size = len(flatten(arg)[0])
            if num in self.argnums and found[num] is not None:
                leaves = leaves_like(arg, found[num])
                if leaves is None:
                    raise TypeError(
                        f"The rule of {title(self.fun)} in argument {num} gave {found[num]!r}, which is not built as "
                        f"the argument is, {arg!r}"
                    )
                parts[at : at + size] = leaves
            at += size
        chosen = [parts[i] for i in self.places]
        shape = tuple([np.shape(self.data[i]) for i in self.places])
        dtype = tuple([np.result_type(self.data[i]) for i in self.places])
        fitted = [
            None if part is None else fit(_array(part), n, d) for part, n, d in zip(chosen, shape, dtype, strict=True)
        ]
        return Bundle(tuple(fitted), shape, dtype)

    def push(self, t: Bundle, *saved: Any) -> Any:
        """Take the tangents of the arguments to that of the output."""
        ans, args = self._opened(saved)
        leaves: list[Any] = [None] * len(self.data)
        for i, part in zip(self.places, t.parts, strict=True):
            leaves[i] = np.zeros_like(self.data[i]) if part is None else part
        maker = primitive_jvps.get(self.fun)
        if maker is None:
            return self._transposed(t, saved)
        tangents = self.rebuild(leaves)
        out = maker(self.argnums, [tangents[num] for num in self.argnums], ans, args, self.kwargs)
        if out is None:
            return None
        parts = [_array(part) for part in flatten(out)[0]]
        return self._as_output(parts)

    def _as_output(self, parts: list[Any]) -> Any:
        fitted = [
            np.broadcast_to(p, a.shape) if p.shape != a.shape else p for p, a in zip(parts, self.arrays, strict=True)
        ]
        if len(fitted) == 1:
            return fitted[0]
        return Bundle(tuple(fitted), tuple([a.shape for a in self.arrays]), tuple([a.dtype for a in self.arrays]))

    def _transposed(self, t: Bundle, saved: Sequence[Any]) -> Any:
        """Find the pushforward from the pullback: that is linear, and its transpose is the pushforward."""
        if self.fun not in primitive_vjps:
            raise NotImplementedError(f"JVP of {title(self.fun)} wrt argnums {self.argnums} not defined")
        shapes, dtypes = tuple([a.shape for a in self.arrays]), tuple([a.dtype for a in self.arrays])
        where = [i for i, part in enumerate(t.parts) if part is not None]

        def back(*gs: Any) -> list[Any]:
            g = gs[0] if len(gs) == 1 else Bundle(gs, shapes, dtypes)
            parts = self.pull(g, *saved).parts
            return [np.zeros_like(t.parts[i]) if parts[i] is None else parts[i] for i in where]

        _, pullback = vjp(back, *[np.zeros(n, d) for n, d in zip(shapes, dtypes, strict=True)])
        return self._as_output(list(pullback([t.parts[i] for i in where])))


def _filled(parts: Sequence[Any], arrays: Sequence[Array]) -> list[Any]:
    return [np.zeros_like(to) if part is None else part for part, to in zip(parts, arrays, strict=True)]


def _array(x: Any) -> Any:
    return x if isinstance(x, Shell) else np.asarray(x)


def _number(x: Any) -> Any:
    """Give a NumPy number for a 0-d array."""
    return x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x
