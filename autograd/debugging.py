"""Find the first bad number: `with autograd.debug():`, or `GRADTAPE_DEBUG=1` for a whole program.

While a context is open anywhere, checks stand around the calls of all ops, around the walks, and around compiled calls;
each asks whether the context (thread, task) that it runs in is one that debugs. When the last context is left, they are
taken away: without `debug` nothing of this is there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from functools import wraps
from typing import Any

import numpy as np

from autograd import compose, joint, operators, record
from autograd.compose import tracked
from autograd.decorating import within
from autograd.entry import Abstract, Array, Entry, Joint, Shell, is_recording
from autograd.explaining import inherit, remember
from autograd.leaving import Leaving
from autograd.op import Composite, Op, constants
from autograd.operators import Operators
from autograd.tape import Tape
from autograd.tensor import Tensor
from autograd.tree import flatten
from autograd.watch import Inside, Watch, alike, broadcast, called_with, inside, note, nowhere

Fn = Callable[..., Any]
VARIABLE = "GRADTAPE_DEBUG"


def _from_environment() -> Watch | None:
    """Read what the environment variable asks for.

    Raises
    ------
    ValueError
        If it is set to something else than 0, 1 or inf.
    """
    asked = os.environ.get(VARIABLE, "0").strip().lower()
    if asked not in ("", "0", "1", "inf"):
        raise ValueError(
            f"{VARIABLE}={asked!r}: write 1 to look for NaN, inf to look for infinities too, 0 for neither"
        )
    return Watch(inf=asked == "inf") if asked in ("1", "inf") else None


_ASKED = _from_environment()
_watch: ContextVar[Watch | None] = ContextVar("autograd_watch", default=_ASKED)
# What an op calls is one thing in the whole process: so is whether checks stand around it, as long as anybody looks.
# Whether a context looks is its own, in `_watch`.
_lock = threading.Lock()
_open = 0
#: What was replaced, in order: whose, by which name, and what stood there.
_replaced: list[tuple[Any, str, Any]] = []


class debug:
    """Look for NaN in all that is computed in this block, and stop at the first. Also a decorator: `@debug()`.

    Looked at are the output of every op, and every cotangent and tangent in every walk, of whatever order. What ops
    saved is hashed, and hashed again when a walk comes by: an array that was changed in between is an error. Each
    entry gets the line of yours at which it was recorded, which `print(Tape.of(loss))` shows, and `explain` says where
    a Tensor left the tape.

    It holds for this context (thread, task) alone, may be nested, and ends however and wherever the block ends. As a
    decorator it reaches the bodies of coroutines and generators. A compiled function is looked at as one op: its
    arguments and its results. The environment variable `GRADTAPE_DEBUG`, 1 or inf, switches it on for a whole program
    and all of its threads.

    Parameters
    ----------
    inf : bool
        Look for infinities too.

    Raises
    ------
    FloatingPointError
        At the first NaN (an `autograd.watch.NonFinite`): with the op, your line, shapes, and what the op was given.
    RuntimeError
        In a walk, if an array that it needs has changed (an `autograd.seals.Changed`).

    Examples
    --------
    >>> import numpy as np
    >>> x = Tensor([1.0, -2.0], requires_grad=True)
    >>> try:
    ...     with debug():
    ...         np.log(x)
    ... except FloatingPointError as error:
    ...     print(str(error).splitlines()[0], error.operands[0], sep="; ")
    log gave NaN at index (1,).; x: shape (2,) float64, at (1,): -2.0
    """

    def __init__(self, inf: bool = False) -> None:
        if not isinstance(inf, (bool, np.bool_)):
            hint = ": write @debug()" if callable(inf) else ""
            raise TypeError(f"debug(inf=) is True or False; met {inf!r}{hint}")
        self.inf = bool(inf)
        self._entered: list[tuple[Watch, Token[Watch | None]]] = []

    def __call__(self, fun: Fn) -> Fn:
        """Decorate a function; of a coroutine or a generator, the body."""
        return within(lambda: debug(self.inf), fun)

    def __enter__(self) -> None:
        """Begin to look."""
        watch = Watch(self.inf, watching())
        _install()
        self._entered.append((watch, _watch.set(watch)))

    def __exit__(self, *error: Any) -> None:
        """Go on as before."""
        watch, token = self._entered.pop()
        watch.over = True
        # A generator may be closed in another context than the one that it was begun in. There the watch stays, and
        # is over: nobody looks.
        with suppress(ValueError):
            _watch.reset(token)
        _remove()


def watching() -> Watch | None:
    """Give the watch of this context (thread, task), if it is still on."""
    watch = _watch.get()
    while watch is not None and watch.over:
        watch = watch.outer
    return watch


def _install() -> None:
    """Put the checks around everything, unless they are."""
    global _open
    # Loaded here, and not by `import autograd`, for which it would be a large part.
    from autograd.compiler.compiled import Made

    with _lock:
        _open += 1
        if _open > 1:
            return
        standing: dict[Any, Any] = {}
        for op in list(record.declared):
            standing[op.call] = around_op(op, op.call)
            _replace(op, "call", standing[op.call])
        for name, value in list(vars(Operators).items()):
            if callable(value) and value in standing:
                _replace(Operators, name, standing[value])
        for room, name, around in (
            (compose, "_composed", _around_composite),
            (operators, "array_function", _around_protocol),
            (operators, "array_ufunc", _around_protocol),
            (Tape, "pullback", _around_pullback),
            (Tape, "pushforward", _around_pushforward),
            (Tensor, "detach", _around_leaving),
            (Leaving, "numpy", _around_leaving),
            (Made, "call", _around_program),
        ):
            _replace(room, name, around(getattr(room, name)))
        record.around.append(around_op)
        joint.listeners.append(_hear)


def _remove() -> None:
    """Take the checks away with the last context."""
    global _open
    with _lock:
        _open -= 1
        if _open:
            return
        record.around.remove(around_op)
        joint.listeners.remove(_hear)
        while _replaced:
            owner, name, before = _replaced.pop()
            setattr(owner, name, before)
        for op in list(record.declared):
            # One that was declared meanwhile.
            op.call = getattr(op.call, "__wrapped__", op.call)


def _replace(owner: Any, name: str, value: Any) -> None:
    # An attribute of a class that was inherited would stay.
    _replaced.append((owner, name, vars(owner)[name] if hasattr(owner, "__dict__") else getattr(owner, name)))
    setattr(owner, name, value)


def around_op(op: Op, call: Fn) -> Fn:
    """Look at what an op gives, and write down where it was recorded."""
    plain = op.family == "elementwise" or (isinstance(op.fn, np.ufunc) and op.fn.signature is None)
    at = broadcast if plain else nowhere

    @wraps(call)
    def checked(*args: Any, **given: Any) -> Any:
        watch = watching()
        if watch is None:
            return call(*args, **given)
        with _quiet(watch):
            out = call(*args, **given)
        outs = out if isinstance(out, tuple) else (out,)
        if isinstance(outs[0], Shell) and isinstance(outs[0]._value, Abstract):
            return out
        for part in outs:
            if isinstance(part, Shell) and part.entry is not None:
                _note(part.entry)
        if not inside.get().text:
            names = [f"[{i}]" for i in range(len(args))] if op.variadic else op.inputs
            watch.output(op.name, dict(zip(names, args, strict=False)), outs, at)
            _tell(out, args, op.name, "an integer has no derivative" if op.name == "astype" else "")
        return out

    return checked


def _hear(entry: Entry, outs: Sequence[Any]) -> None:
    """Look at what a call gave that is an entry, and write down where it was recorded."""
    watch = watching()
    if watch is None or any(isinstance(out._value, Abstract) for out in outs):
        return
    for way in entry.edges or ():
        # What gathers the arguments of a call, if they are taken all in one.
        if isinstance(way[0], Joint) and isinstance(way[0].op, joint.CallNamed) and not way[0].op.inputs:
            note(way[0])
    note(entry)
    for out in outs:
        note(out.entry)
    if not inside.get().text:
        watch.output(entry.name, called_with(entry), outs, alike)


def _note(entry: Entry) -> None:
    note(entry)
    # An output of several has an entry of its own behind the op's.
    if entry.edges and entry.op is not None and not isinstance(entry.op, Op):
        note(entry.edges[0][0])


def _tell(out: Any, args: Any, name: str, why: str) -> None:
    """Write down of what is not on the tape why it is not."""
    if tracked(out):
        return
    if not tracked(args):
        for part in out if isinstance(out, tuple) else (out,):
            inherit(part, flatten(args)[0] if isinstance(args, (list, tuple)) else ())
        return
    if not is_recording():
        reason = f"computed by {name} under no_grad"
    else:
        reason = f"made by {name} of a Tensor on the tape: {why or 'it has no derivative'},"
    for part in out if isinstance(out, tuple) else (out,):
        remember(part, reason)


def _quiet(watch: Watch) -> Any:
    """Keep NumPy from warning of what is an error here, and told in full."""
    if watch.inf:
        return np.errstate(invalid="ignore", divide="ignore", over="ignore")
    return np.errstate(invalid="ignore")


@contextmanager
def _within(text: str) -> Iterator[None]:
    """Do not look at what is computed inside of the engine: it may be singular there, and masked afterwards."""
    now = inside.get()
    token = inside.set(now if now.text else Inside(text))
    try:
        yield
    finally:
        inside.reset(token)


def _around_composite(composed: Fn) -> Fn:
    @wraps(composed)
    def checked(built: Composite, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        watch = watching()
        if watch is None:
            return composed(built, func, args, kwargs)
        with _within(func.__name__), _quiet(watch):
            out = composed(built, func, args, kwargs)
        _look(watch, func.__name__, (*args, *kwargs.values()), out)
        return out

    return checked


def _around_protocol(protocol: Fn) -> Fn:
    @wraps(protocol)
    def checked(func: Any, *rest: Any) -> Any:
        watch = watching()
        if watch is None:
            return protocol(func, *rest)
        with _quiet(watch):
            out = protocol(func, *rest)
        args = (*rest[-2], *rest[-1].values())
        if not inside.get().text and not tracked(out):
            if any(isinstance(leaf, Shell) for leaf in flatten(out)[0]):
                _look(watch, func.__name__, args, out)
            _tell(out, args, func.__name__, constants.get(func, ""))
        return out

    return checked


def _look(watch: Watch, name: str, args: tuple[Any, ...], out: Any, at: Callable[..., bool] = nowhere) -> None:
    """Look at what came out of several ops as at what came out of one."""
    outs = flatten(out)[0]
    if not inside.get().text and not any(isinstance(_data(leaf), Abstract) for leaf in outs):
        named = {f"argument {i}": arg for i, arg in enumerate(flatten(list(args))[0])}
        watch.output(name, named, outs, at)


def _data(x: Any) -> Any:
    return x._value if isinstance(x, Shell) else x


def _around_leaving(leave: Fn) -> Fn:
    @wraps(leave)
    def checked(self: Any) -> Any:
        out = leave(self)
        if watching() is not None and self.entry is not None and not isinstance(self._value, Abstract):
            # What is told of it is not told of t.data.
            out = out.view() if isinstance(out, np.ndarray) else out
            remember(out, f"taken off the tape by t.{leave.__name__}()")
        return out

    return checked


def _around_program(call: Fn) -> Fn:
    @wraps(call)
    def checked(self: Any, leaves: list[Any]) -> Any:
        watch = watching()
        if watch is None:
            return call(self, leaves)
        given = list(leaves)
        with _within(f"the compiled {self.name}"), _quiet(watch):
            out = call(self, leaves)
        _look(watch, f"the compiled {self.name}", tuple(given), out, alike)
        return out

    return checked


def _around_pullback(pullback: Fn) -> Fn:
    @wraps(pullback)
    def checked(self: Tape, cotangents: Any, **options: Any) -> list[Array | None]:
        return _walked(self, self.outputs, cotangents, self.inputs, True, pullback, options)

    return checked


def _around_pushforward(pushforward: Fn) -> Fn:
    @wraps(pushforward)
    def checked(self: Tape, tangents: Any, **options: Any) -> list[Array | None]:
        return _walked(self, self.inputs, tangents, self.outputs, False, pushforward, options)

    return checked


def _walked(
    tape: Tape, starts: list[Entry], given: Any, ends: list[Entry], back: bool, walk: Fn, options: dict[str, Any]
) -> list[Array | None]:
    """Walk with somebody looking on, who is told to look away from what the rules compute on their way."""
    watch = watching()
    if watch is None:
        found: list[Array | None] = walk(tape, given, **options)
        return found
    watch.given(starts, given, "cotangent" if back else "tangent")
    token = inside.set(inside.get())
    try:
        with _quiet(watch):
            found = walk(tape, given, visit=lambda order, pending: watch.visit(order, pending, ends, back), **options)
    finally:
        inside.reset(token)
    return found


# Switched on by the environment, it is never left.
if _ASKED is not None:
    _install()
