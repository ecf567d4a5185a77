"""Run a function once on symbols, and keep what it did: the program, what it reads from outside, what it changes there.

While the function runs, everything it can reach that holds an array is lent a symbol: the arguments, arrays in globals
and attributes, the values of Tensors. Afterwards all is put back. What holds another symbol then than the one it was
lent has been changed, and the change becomes part of the program.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from autograd import redirect
from autograd.compiler.generators import Recorded
from autograd.compiler.naming import naming
from autograd.compiler.outside import Outside, Place, survey
from autograd.compiler.program import Constant, Program, Value
from autograd.compiler.signature import Static
from autograd.compiler.state import recordings
from autograd.compiler.symbol import Symbol, Trace
from autograd.entry import Leaf, Shell, listening, recording
from autograd.tensor import shell
from autograd.tree import flatten

Fn = Callable[..., Any]

_lock = threading.RLock()
if hasattr(os, "register_at_fork"):
    # In a child there is no other thread that records.
    os.register_at_fork(after_in_child=lambda: _alone())
#: The threads that are recording.
_busy: list[int] = []


def _alone() -> None:
    """Let go of what other threads held."""
    _lock._at_fork_reinit()  # type: ignore[attr-defined]
    _busy.clear()


def settled() -> None:
    """Wait until no other thread is recording: what it lends may stand where this one reads."""
    if _busy:
        with _lock:
            pass


@dataclass(eq=False, slots=True)
class Held:
    """Something outside that holds an array: how to read it, and, if the program changes it, how to write it."""

    text: str
    read: Callable[[], Any]
    write: Callable[[Any], None] = lambda _: None
    tensor: Any = None


@dataclass(slots=True)
class Recording:
    """What a function did.

    Attributes
    ----------
    program : Program
        Its inputs are the leaves of the arguments and then what is read from outside; its outputs what is returned and
        then what is written outside.
    build : callable
        Puts the outputs into the structure that the function returns.
    returned : int
        How many outputs are returned.
    reads, writes : list of Held
    outside : Outside
        What the program was made for, besides its arguments.
    apart : bool
        Whether the tape would have been told something else than the program's calls.
    """

    program: Program
    build: Callable[[Iterable[Any]], Any]
    returned: int
    reads: list[Held] = field(default_factory=list)
    writes: list[Held] = field(default_factory=list)
    outside: Outside = field(default_factory=Outside)
    apart: bool = False


def record(
    fn: Fn,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    arrays: Callable[[Any], bool],
    names: Sequence[str] | None = None,
) -> Recording:
    """Run `fn` on symbols in place of those leaves of its arguments that are arrays, or generators.

    Parameters
    ----------
    fn, args, kwargs
        The call; static arguments are marked.
    arrays : callable
        Tells which leaves of the arguments are inputs of the program.
    names : sequence of str, optional
        The names of the inputs. Given, other values are named too, after the variables that hold them.
    """
    pinned: set[str] = set()
    while True:
        lent: list[tuple[str, Symbol]] = []
        try:
            return _record(fn, args, kwargs, arrays, pinned, lent, names)
        except Exception as error:
            lent = [(text, symbol) for text, symbol in lent if text not in pinned]
            asked = [text for text, symbol in lent if symbol is getattr(error, "symbol", None)]
            deciding = asked or [text for text, symbol in lent if symbol.dtype.kind in "biu"]
            if not deciding:
                raise
            # Arrays from outside whose values decide something, as indices may: the program is made for these values.
            pinned.update(deciding)


def _record(
    fn: Fn,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    arrays: Any,
    pinned: set[str],
    lent: list[tuple[str, Symbol]],
    names: Any,
) -> Recording:
    with _lock:
        trace = Trace()
        redirect.look()
        leaves, rebuild = flatten([list(args), kwargs])
        # What is static is passed as it is, and what it holds is outside.
        outside = survey([fn, *(leaf.value for leaf in leaves if type(leaf) is Static)])
        inputs: list[Value] = []
        new_args, new_kwargs = rebuild(
            [
                _lent(trace, leaf, inputs) if arrays(leaf) else leaf.value if type(leaf) is Static else leaf
                for leaf in leaves
            ]
        )
        for value, name in zip(inputs, names or (), strict=False):
            value.name = name
        reads: list[Held] = []
        recordings.depth = getattr(recordings, "depth", 0) + 1
        before, state = np.random.get_state(), _legacy_state()
        _busy.append(trace.thread)
        told: list[bool] = []
        token = listening.set(partial(told.append, True))
        try:
            with _lending(trace, outside, inputs, reads, pinned, lent) as changed, recording(True):
                with naming() if names is not None else nullcontext():
                    out = fn(*new_args, **new_kwargs)
                changes = changed()
        finally:
            listening.reset(token)
            recordings.depth -= 1
            _busy.remove(trace.thread)
        if _legacy_state() != state:
            np.random.set_state(before)
            raise TypeError(
                f"{_name(fn)} draws from a global generator, np.random's or random's, whose numbers would be the same "
                "at each run. Pass one of your own, rng = np.random.default_rng(), and draw from it."
            )
        results, build = flatten(out)
        if out is None:
            raise TypeError(f"{_name(fn)} returned nothing: a compiled function returns what it computed.")
        outputs = [_output(trace, fn, leaf) for leaf in results]
        writes = []
        for held, value in changes:
            writes.append(held)
            outputs.append(_output(trace, fn, value))
        trace.settle()
        # Random numbers are kept where the results may be differentiated: the derivative is at the same ones.
        outputs += [out for node in trace.nodes if node.ordered for out in node.outs]
        return Recording(Program(inputs, trace.nodes, outputs), build, len(results), reads, writes, outside, bool(told))


def _lent(trace: Trace, leaf: Any, inputs: list[Value]) -> Any:
    if isinstance(leaf, np.random.Generator):
        inputs.append(Value((), np.dtype(object)))
        return Recorded(trace, inputs[-1])
    data = leaf._value if isinstance(leaf, Shell) else leaf
    symbol = trace.input(np.shape(data), data.dtype)
    inputs.append(symbol.value)
    return shell(symbol, None)


@contextmanager
def _lending(
    trace: Trace,
    outside: Outside,
    inputs: list[Value],
    reads: list[Held],
    pinned: set[str],
    lent: list[tuple[str, Symbol]],
) -> Iterator[Callable[[], Any]]:
    """Lend symbols to what is outside, and tell afterwards what was changed."""
    undo: list[Callable[[], None]] = []
    arrays: list[tuple[Place, Any, Any]] = []
    tensors: list[tuple[str, Any, Symbol, Any, Any]] = []

    def lend(held: Held, value: Any) -> Symbol:
        symbol = trace.input(value.shape, value.dtype, None)
        inputs.append(symbol.value)
        reads.append(held)
        lent.append((held.text, symbol))
        return symbol

    def changes() -> list[tuple[Held, Any]]:
        found = []
        for text, tensor, symbol, grad, entry in tensors:
            if tensor._value is not symbol:
                found.append(
                    (
                        Held(f"{text}.data", partial(getattr, tensor, "_value"), partial(setattr, tensor, "_value")),
                        tensor._value,
                    )
                )
            if isinstance(entry, Leaf) and entry.grad is not grad:
                found.append(
                    (Held(f"{text}.grad", partial(getattr, entry, "grad"), partial(setattr, entry, "grad")), entry.grad)
                )
            if tensor.entry is not entry:
                raise TypeError(
                    f"{text} was written into by index, or stopped or began to require its gradient: a program can set "
                    "its data, not what it is. Write t.data = ..., or return the new value."
                )
        for place, stand_in, symbol in arrays:
            now = place.get()
            if now is not stand_in and isinstance(now, (Shell, np.ndarray, np.generic)):
                found.append((Held(place.text, place.get, place.set), now))
            elif stand_in._value is not symbol:
                found.append((Held(place.text, place.get, _copying(place)), stand_in._value))
        return found

    try:
        for text, tensor in outside.tensors:
            value, entry = tensor._value, tensor.entry
            if type(value) is Symbol:
                continue
            grad = entry.grad if isinstance(entry, Leaf) else None
            symbol = lend(Held(text, partial(getattr, tensor, "_value"), tensor=tensor), value)
            tensor._value = symbol
            undo.append(partial(_restore, tensor, value, entry))
            if isinstance(entry, Leaf):
                undo.append(partial(setattr, entry, "grad", grad))
                if grad is None:
                    # Whether gradients add up to one that is there is another program.
                    outside.fixed.append((Place(f"{text}.grad", partial(getattr, entry, "grad")), None))
                else:
                    entry.grad = lend(Held(f"{text}.grad", partial(getattr, entry, "grad")), grad)
            tensors.append((text, tensor, symbol, entry.grad if isinstance(entry, Leaf) else None, entry))
        for place in outside.arrays:
            array = place.get()
            if isinstance(array, np.ndarray) and array.dtype.kind in "biufc":
                if place.text in pinned:
                    outside.contents.append((place, array.copy()))
                    continue
                try:
                    place.set(array)
                except (AttributeError, TypeError):
                    # It cannot be lent a symbol; where it meets one it is read by reference all the same.
                    outside.fixed.append((place, array))
                    continue
                symbol = lend(Held(place.text, place.get), array)
                stand_in = shell(symbol, None)
                place.set(stand_in)
                undo.append(partial(place.set, array))
                arrays.append((place, stand_in, symbol))
        for place, generator in outside.generators:
            inputs.append(Value((), np.dtype(object)))
            reads.append(Held(place.text, place.get))
            place.set(Recorded(trace, inputs[-1]))
            undo.append(partial(place.set, generator))
        yield changes
    finally:
        for step in reversed(undo):
            # Whatever the function did to what held something: the rest is put back all the same.
            with suppress(LookupError, AttributeError, TypeError, ValueError):
                step()


def _copying(place: Place) -> Callable[[Any], None]:
    """Give what writes into the array that a place holds."""
    return lambda value: np.copyto(place.get(), value, casting="unsafe")


def _restore(tensor: Any, value: Any, entry: Any) -> None:
    tensor._value, tensor.entry = value, entry


def _output(trace: Trace, fn: Fn, leaf: Any) -> Any:
    """Give the value that is returned; of an array that no argument went into the constant."""
    data = leaf._value if isinstance(leaf, Shell) else leaf
    if type(data) is Symbol:
        if data._trace is not trace:
            raise RuntimeError(f"{_name(fn)} returned a value that belongs to another recording.")
        return data.value
    if isinstance(data, (np.ndarray, np.generic)):
        if data.dtype.kind not in "biufc":
            raise TypeError(f"{_name(fn)} returned an array of {data.dtype}: a program returns arrays of numbers.")
        return Constant(data.shape, data.dtype, None, np.asarray(data))
    if data is None or isinstance(data, (bool, int, float, complex, str)):
        return data
    raise TypeError(f"{_name(fn)} returned {leaf!r}: a compiled function returns arrays, numbers, and trees of them.")


def _legacy_state() -> tuple[Any, ...]:
    state: Any = np.random.get_state()
    return (state[0], state[1].tobytes(), *state[2:], random.getstate())


def _name(fn: Any) -> str:
    return getattr(fn, "__name__", type(fn).__name__)
