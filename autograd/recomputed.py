"""Checkpoints: a function that keeps its arguments only, and is run again when its derivative is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from autograd.entry import Abstract, Entry, Shell, Variable, recording
from autograd.joint import floating_of
from autograd.lines import LIBRARIES
from autograd.tape import Tape
from autograd.tensor import shell
from autograd.transforms import jvp, vjp
from autograd.tree import flatten
from autograd.whole import Call, Whole, given

Fn = Callable[..., Any]
#: How many elements of a result are held against those of the next run.
_SAMPLES = 16


class _Checkpoint(Whole):
    def _forward(self, rebuild: Fn, data: list[Any], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """Run on variables of its own, and look whether anything else tracked was read."""
        floating = set(floating_of(data))
        variables = [Variable(None, x.shape, x.dtype) if i in floating else None for i, x in enumerate(data)]
        opened = [given(x) if v is None else shell(x, v) for x, v in zip(data, variables, strict=True)]
        states = [(generator, _state(generator)) for generator in _generators([self.fun, data, kwargs])]
        with recording(True):
            out = self.fun(*rebuild(opened), **kwargs)
        mine: list[Entry] = []
        for variable in variables:
            if variable is not None:
                variable.running = False
                mine.append(variable)
        leaves, rebuild_out = flatten(out)
        entries = [x.entry for x in leaves if isinstance(x, Shell) and x.entry is not None]
        if Tape.between(entries, mine).outer:
            self.refuse_outer(out)
        results = [x._value if isinstance(x, Shell) else x for x in leaves]
        return rebuild_out(results), (states, [_sampled(x) for x in results])

    def again(self, call: Call, arrays: Sequence[Any]) -> list[Any]:
        """Run once more, with the random numbers of the first time."""
        states, samples = call.held
        with _replayed(states):
            leaves = super().again(call, arrays)
        for leaf, sample in zip(leaves, samples, strict=True):
            found = _sampled(leaf._value if isinstance(leaf, Shell) else leaf)
            if sample is not None and found is not None and not np.array_equal(found, sample, equal_nan=True):
                raise RuntimeError(
                    f"{self.name} gave other numbers when it was run again. A function under checkpoint is one of its "
                    "arguments alone; random numbers are drawn from a np.random.Generator that is an argument, or that "
                    "the function reads by its name."
                )
        return leaves

    def pull(self, call: Call, saved: list[Any], cts: list[Any]) -> Sequence[Any]:
        fresh = [_anew(x, cts) for x in saved]
        return list(vjp(self.of_floats(call, fresh), *[fresh[i] for i in call.where])[1](cts))

    def push(self, call: Call, saved: list[Any], tangents: list[Any]) -> Sequence[Any]:
        found: list[Any] = jvp(self.of_floats(call, saved), [saved[i] for i in call.where], tangents)[1]
        return found


def checkpoint(fun: Fn) -> Fn:
    """Make the function that keeps its arguments only, and is run again when its derivative is asked for.

    What a chain of n steps keeps falls from n to √n if it is cut into √n parts (Griewank and Walther 2000). A compiled
    program keeps as much less.

    Parameters
    ----------
    fun : callable
        Of arrays and trees of arrays; it reads nothing else that is tracked. Run again it draws the same random
        numbers, where its generators are arguments, or are read by their names (an attribute of an object that is read
        so counts), or are NumPy's global one.

    Raises
    ------
    TypeError
        When called, if it reads something tracked.
    RuntimeError
        In the walk back, if it returns something else when it is run again.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> grad(checkpoint(lambda x: np.sum(np.exp(x) ** 2)))(np.array([0.0]))
    array([2.])
    """
    return _Checkpoint(fun)


def _anew(x: Any, after: Sequence[Any]) -> Any:
    """Give an array that a program does not take for the one it has: what is made of that would be kept."""
    value = x._value if isinstance(x, Shell) else x
    if not isinstance(value, Abstract):
        return x
    made = value.anew([g._value if isinstance(g, Shell) else g for g in after])
    return shell(made, x.entry) if isinstance(x, Shell) else made


def _sampled(x: Any) -> Any:
    """Give a few elements of a result; None where there are no numbers to look at."""
    if not isinstance(x, (np.ndarray, np.generic)) or x.dtype.kind not in "biufc":
        return None
    flat = x.reshape(-1)
    return flat[:: max(1, flat.size // _SAMPLES)].copy()


# Random numbers

_CODE = (ModuleType, type, Shell, Abstract, np.ndarray, str, int, float, complex, type(None))
#: Longer ones are data.
_MOST_ITEMS = 1000


def _generators(roots: Sequence[Any]) -> list[Any]:
    """Find the generators that a function reads by their names, and those among arguments."""
    found: list[Any] = []
    seen: dict[int, Any] = {}
    stack: list[Any] = list(roots)
    while stack:
        thing = stack.pop()
        if isinstance(thing, _CODE) or id(thing) in seen:
            continue
        seen[id(thing)] = thing
        if isinstance(thing, (np.random.Generator, np.random.RandomState)):
            found.append(thing)
        elif isinstance(thing, FunctionType):
            stack += _read_by(thing)
        elif isinstance(thing, (MethodType, BuiltinFunctionType)):
            stack += [getattr(thing, "__func__", None), thing.__self__]
        elif isinstance(thing, (list, tuple, dict)):
            if len(thing) <= _MOST_ITEMS:
                stack += thing.values() if isinstance(thing, dict) else thing
        else:
            stack += getattr(thing, "__dict__", {}).values()
    return found


def _read_by(function: FunctionType) -> list[Any]:
    """Give what a function of the user's reads by a name: globals, what it closes over, defaults."""
    if function.__code__.co_filename.startswith(LIBRARIES):
        return []
    names: set[str] = set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    read = [function.__globals__[name] for name in names if name in function.__globals__]
    if "random" in names:
        # np.random.normal(...) draws from the one that all share.
        read.append(np.random.mtrand._rand)
    for cell in function.__closure__ or ():
        # A name that is not bound yet.
        with suppress(ValueError):
            read.append(cell.cell_contents)
    return [*read, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def _state(generator: Any) -> Any:
    """Give where a generator is; one that a program is recorded with tells it by a number."""
    if hasattr(generator, "position"):
        return generator.position
    return generator.get_state() if isinstance(generator, np.random.RandomState) else generator.bit_generator.state


def _set(generator: Any, state: Any) -> None:
    if hasattr(generator, "position"):
        generator.position = state
    elif isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


@contextmanager
def _replayed(states: Sequence[tuple[Any, Any]]) -> Iterator[None]:
    """Let generators draw again what they drew, and go on as before."""
    before = [(generator, _state(generator)) for generator, _ in states]
    for generator, state in states:
        _set(generator, state)
    try:
        yield
    finally:
        for generator, state in before:
            _set(generator, state)
