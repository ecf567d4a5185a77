"""What the tape is made of: entries, the rules that lead across them, the shells that users hold, and the switch.

This room knows no operation and imports nothing of the engine.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ContextDecorator, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

#: An `ndarray`, an array that speaks NumPy's protocols, or a Tensor: rules run on all three.
Array = Any
#: Puts an array back into a shell that stands at an entry, so that a walk over it is itself recorded.
Lift = Callable[[Array, "Entry"], Array]

next_number = itertools.count().__next__
_recording: ContextVar[bool] = ContextVar("autograd_recording", default=True)
is_recording = _recording.get


@contextmanager
def recording(on: bool) -> Iterator[None]:
    """Switch recording on or off in this context (thread, task) until the block ends, however it ends."""
    token = _recording.set(on)
    try:
        yield
    finally:
        _recording.reset(token)


#: Whom `apart` tells, while a program is recorded.
listening: ContextVar[Callable[[], None] | None] = ContextVar("autograd_listening", default=None)


def apart(value: Any = None) -> Any:
    """Say that the tape is told something else than what is called: a rule of its own, or that `value` is a constant.

    A program that is being recorded has the calls only: its derivative is not the function's then.
    """
    tell = listening.get()
    if tell is not None:
        tell()
    return value


class Abstract:
    """An array of which only shape and type are known: what a program is recorded with."""

    __slots__ = ()

    shape: Any
    dtype: Any

    def anew(self, after: Sequence[Any]) -> Any:
        """Give another array of the same values, which is there when `after` are and is not taken for this one."""
        raise NotImplementedError


class Unknown(TypeError):
    """A value was asked for while a program is recorded, when only shapes and types are known.

    Attributes
    ----------
    recorder : object
        Its method `whole` takes a function of arrays that looks at values, and records the call as it is; `unopened`
        does so for what is called with Tensors, with a derivative that is found when the program runs.
    symbol : Abstract or None
        What was asked.
    """

    def __init__(self, message: str, recorder: Any, symbol: Any = None) -> None:
        super().__init__(message)
        self.recorder = recorder
        self.symbol = symbol


def kept(values: Sequence[Any]) -> Any:
    """Put what a rule saves into the form that its arity tells: nothing, one thing, or a tuple."""
    return tuple(values) if len(values) > 1 else values[0] if values else None


class Rule:
    """How derivatives cross an op at one of its inputs, and what is saved for that.

    Attributes
    ----------
    position : int
        Which input of the op this is.
    names : tuple of str
        What is saved. With none it is None, one thing is kept as it is, several are a tuple.
    arity : int
        How many they are.
    sources : tuple
        For each name the position of the input it is, -1 for the op's output, None for plain data.
    pull, push : callables
        From the output's cotangent, and from the input's tangent, with what was saved.
    save : callable
        Collects what is named, from the inputs' data, the output, and the static parameters.
    shields : bool
        Whether the rule acts element by element with coefficients that may be singular where the cotangent is masked.
    mask : callable or None
        From what was saved, the mask that this input's cotangent starts to carry, or a function that makes it, or None.
    carry : callable or None
        From the mask of the output's cotangent and what was saved, that of the input's.
    add : callable or None
        Adds the input's cotangent to an array in place: from that array, the output's cotangent and what was saved,
        several things. For an op that takes a part out of its input, whose cotangent is mostly zeros; what `pull`
        gives is then a new array.
    """

    __slots__ = ("add", "arity", "carry", "mask", "names", "position", "pull", "push", "save", "shields", "sources")

    def __init__(
        self,
        position: int,
        names: tuple[str, ...],
        sources: tuple[int | None, ...],
        pull: Callable[..., Array],
        push: Callable[..., Array],
        save: Callable[..., Any],
    ) -> None:
        self.position = position
        self.names = names
        self.arity = len(names)
        self.sources = sources
        self.pull = pull
        self.push = push
        self.save = save
        self.shields = False
        self.mask: Callable[..., Array] | None = None
        self.carry: Callable[..., Array | None] | None = None
        self.add: Callable[..., None] | None = None


#: One tracked input of an entry: where it came from, its rule, and the values the rule asked to be saved.
Edge = tuple["Entry", Rule, Any]


def unchanged(mask: Array, *_: Any) -> Array:
    """Carry a mask through a rule that acts on each element by itself."""
    return mask


class no_grad(ContextDecorator):
    """Compute without recording: results are constants. A context manager, and a decorator with or without parentheses.

    Raises
    ------
    TypeError
        As a decorator of a coroutine or generator function: what it computes would be recorded all the same.

    Examples
    --------
    >>> from autograd import Tensor
    >>> x = Tensor(3.0, requires_grad=True)
    >>> with no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """

    def __new__(cls, fun: Callable[..., Any] | None = None) -> Any:
        """Make the context, or, given a function, decorate it."""
        made: Any = super().__new__(cls)
        made._open = []
        return made if fun is None else made(fun)

    _open: list[AbstractContextManager[None]]

    def __call__(self, fun: Callable[..., Any]) -> Any:
        """Decorate a function."""
        if inspect.isgeneratorfunction(fun) or inspect.iscoroutinefunction(fun) or inspect.isasyncgenfunction(fun):
            kind, between = ("coroutine", "awaits") if inspect.iscoroutinefunction(fun) else ("generator", "yields")
            raise TypeError(
                f"no_grad as a decorator does not reach into the {kind} {fun.__name__}; write 'with no_grad():' "
                f"around what it computes between two {between}."
            )
        return super().__call__(fun)

    def _recreate_cm(self) -> no_grad:
        made: no_grad = type(self)()
        return made

    def __enter__(self) -> None:
        """Stop recording."""
        apart()
        self._open.append(recording(False))
        self._open[-1].__enter__()

    def __exit__(self, *error: Any) -> None:
        """Go on as before."""
        self._open.pop().__exit__(None, None, None)


class Aside(dict[str, Any]):
    """What stands beside an entry, if anything: most have none. It is put around the static parameters.

    A slot of its own would make every entry larger, and a step over a thousand of them measurably slower.

    Attributes
    ----------
    hooks : dict
        The functions that `register_hook` gave, called with the cotangent in this order; by when that was, numbered as
        entries are.
    line : tuple of str and int, or None
        The file and the line of the user's at which the entry was recorded, under `debug`.
    within : str
        What of the engine's it was recorded in: "the gradient of exp", or nothing.
    seals : tuple of tuple of int
        For each edge a hash of each thing that it saved, under `debug`.
    """

    __slots__ = ("__weakref__", "hooks", "line", "seals", "within")

    def __init__(self, params: dict[str, Any] | None) -> None:
        super().__init__(params or {})
        self.hooks: dict[int, Callable[[Array], Any]] = {}
        self.line: tuple[str, int] | None = None
        self.within = ""
        self.seals: tuple[tuple[int, ...], ...] = ()


class Entry:
    """One recorded operation. Points only at its parents and never at a Tensor, so no reference cycle can arise.

    It does not change, with one exception: `backward` takes the edges away (None) when it has passed.
    """

    __slots__ = ("dtype", "edges", "number", "op", "params", "shape")

    op: Any
    edges: tuple[Edge, ...] | None

    def __init__(
        self, op: Any, edges: tuple[Edge, ...], params: dict[str, Any] | None, number: int, shape: Any, dtype: Any
    ) -> None:
        self.op = op
        self.edges = edges
        self.params = params
        self.number = number
        self.shape = shape
        self.dtype = dtype

    def __repr__(self) -> str:
        """Give number, op, shape and dtype."""
        return f"<Entry {self.number}: {self.name} {self.shape} {self.dtype}>"

    @property
    def name(self) -> str:
        """The op's name, or `input` for an entry that only marks where differentiation starts."""
        return "input" if self.op is None else self.op.name

    def output(self, source: int) -> Entry:
        """Give the entry at which the value of a rule's `source` stands: this one, which has one output."""
        return self


def aside_of(entry: Entry) -> Aside | None:
    """Give what stands beside an entry, if anything."""
    return entry.params if type(entry.params) is Aside else None


def make_aside(entry: Entry) -> Aside:
    """Give what stands beside an entry; make it, if nothing does."""
    aside = aside_of(entry)
    if aside is None:
        aside = entry.params = Aside(entry.params)
    return aside


class Bundle:
    """The derivatives of the several outputs of one op, as one value to the walks; None where nothing flows.

    Attributes
    ----------
    parts : tuple of arrays or None
    shape, dtype : tuple
        Those of the outputs, one by one.
    """

    __slots__ = ("dtype", "parts", "shape")

    def __init__(self, parts: tuple[Array | None, ...], shape: tuple[Any, ...], dtype: tuple[Any, ...]) -> None:
        self.parts = parts
        self.shape = shape
        self.dtype = dtype

    def __add__(self, other: Bundle) -> Bundle:
        """Add part by part; what is None stays symbolic."""
        pairs = zip(self.parts, other.parts, strict=True)
        return Bundle(tuple(a if b is None else b if a is None else a + b for a, b in pairs), self.shape, self.dtype)


def _one_part(k: int) -> Rule:
    """Make the rule of the k-th output of an op that has several: what arrives at it is one part of a bundle."""

    def pull(g: Array, shape: tuple[Any, ...], dtype: tuple[Any, ...]) -> Any:
        return Bundle(tuple(g if i == k else None for i in range(len(shape))), shape, dtype)

    def push(t: Any, shape: tuple[Any, ...], dtype: tuple[Any, ...]) -> Array | None:
        part: Array | None = t.parts[k]
        return part

    return Rule(0, ("shape", "dtype"), (None, None), pull, push, lambda *_: None)


class _Part:
    """What the tape shows for one output of an op that has several."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


#: The rule of each output by its number; most ops have few.
_part = cache(_one_part)


class Joint(Entry):
    """An operation with several outputs: its shape and dtype are tuples, and each output has an entry of its own."""

    __slots__ = ()

    def output(self, source: int) -> Entry:
        """Make an entry for the output numbered -1 - `source`."""
        k = -1 - source
        edges = ((self, _part(k), (self.shape, self.dtype)),)
        part = _Part(f"{self.op.name}.{self.op.outputs[k]}")
        return Entry(part, edges, None, next_number(), self.shape[k], self.dtype[k])


class Leaf(Entry):
    """The entry of a Tensor made with `requires_grad=True`; it holds the gradient that `backward` adds up."""

    __slots__ = ("grad",)

    def __init__(self, shape: Any, dtype: Any) -> None:
        super().__init__(None, (), None, next_number(), shape, dtype)
        self.grad: Array | None = None


class Shell:
    """What a user holds: the value, and where it stands on the tape (an `Entry`, or None if it is a constant)."""

    __slots__ = ("_value", "entry")

    _value: Array
    entry: Entry | None


#: The rule of a `Variable`: what arrives goes on.
_IDENTITY = Rule(0, (), (), lambda g: g, lambda t: t, lambda *_: None)


class Variable(Entry):
    """A fresh entry to differentiate with respect to; an outer differentiation sees through it to its parent.

    Attributes
    ----------
    closed : int or None
        Numbered as entries are: when the function returned that it was opened for. None if it has not yet.
    """

    __slots__ = ("closed",)

    def __init__(self, parent: Entry | None, shape: Any, dtype: Any) -> None:
        edges: tuple[Edge, ...] = () if parent is None else ((parent, _IDENTITY, None),)
        super().__init__(None, edges, None, next_number(), shape, dtype)
        self.closed: int | None = None

    @property
    def running(self) -> bool:
        """Whether the function that it was opened for has not returned yet.

        Afterwards only the transform that opened it asks for derivatives with respect to it.
        """
        return self.closed is None

    @running.setter
    def running(self, value: bool) -> None:
        self.closed = None if value else next_number()


def has_values(x: Any) -> bool:
    """Tell whether an array's numbers may decide what is done: not on a tape that is recorded, nor in a program."""
    return not isinstance(x, (Shell, Abstract))
