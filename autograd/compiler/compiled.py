"""`compile`: a function that is recorded once for each kind of arguments, and from then on replayed.

What you would have written by hand, written for you: loss and gradient as one flat program of NumPy calls, without a
tape and without an allocation.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler import backends, differentiated
from autograd.compiler.explain import explained
from autograd.compiler.inference import ones as dummy
from autograd.compiler.optimize import flops_of, optimized
from autograd.compiler.program import Program, Value
from autograd.compiler.recording import Recording, record, settled
from autograd.compiler.signature import Parameters, described, difference, is_array, read
from autograd.compiler.state import is_compiling
from autograd.entry import Leaf, Shell, is_recording
from autograd.tree import flatten

Fn = Callable[..., Any]
#: How many programs are kept for one function; the one that was not used for longest goes first.
MOST_PROGRAMS = 64
#: More programs than this are worth a warning.
MANY_PROGRAMS = 8


class Memory(NamedTuple):
    """The bytes that a program takes: of its arena, of the largest set that is needed at one time, of its outputs."""

    arena: int
    live: int
    outputs: int


@dataclass(eq=False)
class Made:
    """A program that is ready to run.

    Attributes
    ----------
    name : str
        Of the function.
    program : Program
    reason : str
        Why it was made.
    memory : Memory
    flops : int
        The floating-point operations of one run, as far as they can be counted: one for each element of an elementwise
        result, two for each product in a matrix product.
    """

    name: str
    recording: Recording
    program: Program
    reason: str
    memory: Memory
    flops: int
    signature: dict[str, str]
    example: tuple[Any, Any]
    text: str
    make: Callable[[], Fn]
    backend: str
    lowered: Program
    idle: list[Fn] = field(default_factory=list)
    checks: list[tuple[Any, tuple[int, ...], Any]] = field(default_factory=list)
    donated: list[int] = field(default_factory=list)
    _derived: dict[Any, Compiled] = field(default_factory=dict)

    def changed(self) -> str | None:
        """Say what outside is no longer what the program was made for; None if all is."""
        for held, shape, dtype in self.checks:
            try:
                now = held.read()
            except (LookupError, AttributeError, ValueError):
                return f"{held.text} is gone"
            now = now._value if isinstance(now, Shell) else now
            if not hasattr(now, "shape") or now.shape != shape or now.dtype != dtype:
                met = f"{now.dtype}{list(now.shape)}" if hasattr(now, "shape") else repr(now)
                return f"{held.text} went from {dtype}{list(shape)} to {met}"
        return self.recording.outside.changed()

    def call(self, leaves: list[Any]) -> Any:
        """Run on the leaves of the arguments, and give what the function returns."""
        recording = self.recording
        tracked = self.tracked(leaves)
        if recording.reads:
            leaves = leaves + [held.tensor if tracked and held.tensor is not None else held.read()
                               for held in recording.reads]  # fmt: skip
        arrays = [x._value if isinstance(x, Shell) else x for x in leaves]
        for i in self.donated:
            # The tape needs what went in, and a result is written into what lies in one piece.
            if tracked or not (arrays[i].flags.c_contiguous and arrays[i].flags.aligned):
                arrays[i] = arrays[i].copy()
        results = self.run(arrays)
        drawn = results[recording.returned + len(recording.writes) :]
        for held, value in zip(recording.writes, results[recording.returned :], strict=False):
            held.write(value)
        results = results[: recording.returned]
        if tracked:
            results = differentiated.on_tape(self, leaves, results, drawn)
        return recording.build(results)

    def tracked(self, leaves: list[Any]) -> bool:
        """Tell whether a call is being differentiated."""
        return is_recording() and (
            any(isinstance(x, Shell) and x.entry is not None for x in leaves) or self._differentiated_outside()
        )

    def _differentiated_outside(self) -> bool:
        """Tell whether a Tensor outside is what a transform around this call differentiates; a leaf alone is none."""
        tensors = (held.tensor for held in self.recording.reads if held.tensor is not None)
        return any(tensor.entry is not None and not isinstance(tensor.entry, Leaf) for tensor in tensors)

    def run(self, arrays: list[Any]) -> Any:
        """Run on arrays, and give the outputs of the program."""
        try:
            run = self.idle.pop()
        except IndexError:
            # The first call, or another thread is running the last one: an arena of its own.
            run = self.make()
        try:
            return run(*arrays)
        finally:
            self.idle.append(run)

    def derived(self, mode: str, floating: Sequence[int]) -> Compiled:
        """Give the compiled function for the derivatives of this program."""
        key = (mode, tuple(floating))
        if key not in self._derived:
            fn = differentiated.derived(self.recording.program, mode, floating)
            fn.__name__ = f"{mode} of {self.name}"
            self._derived[key] = Compiled(fn, (), (), self.backend)
        return self._derived[key]

    def __repr__(self) -> str:
        """Give the reason and the size."""
        return f"<program of {len(self.program.nodes)} calls: {self.reason}>"


class _Kept:
    """A compiled method in its object; a copy of the object, or one that was saved, has none."""

    def __init__(self, of: Compiled | None = None) -> None:
        self.of = of

    def __reduce__(self) -> Any:
        """Give an empty one."""
        return _Kept, ()


class Compiled:
    """A function that replays programs; made by `compile`, which see.

    Attributes
    ----------
    fn : callable
        The function as it was written.
    off : collection of str
        Passes that are left out, by name: see `autograd.compiler.optimize`. For tests.
    """

    off: Collection[str] = ()
    #: What is looked into for what a program reads.
    functions = ("fn",)

    def __init__(self, fn: Fn, static: Any, donate: Any, backend: str) -> None:
        if not callable(fn):
            raise TypeError(f"compile takes a function; met {fn!r}")
        self.fn = fn
        self.backend = backends.chosen(backend)
        self._name = getattr(fn, "__name__", type(fn).__name__)
        self._parameters = Parameters(fn, static, donate)
        self._programs: OrderedDict[Any, list[Made]] = OrderedDict()
        self._count = 0
        self._latest: Made | None = None
        update_wrapper(self, fn, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program for these arguments; record it first if there is none."""
        if is_compiling():
            return self.fn(*args, **kwargs)
        made, leaves = self._made(args, kwargs)
        if made.recording.apart and made.tracked(leaves):
            return self.fn(*args, **kwargs)
        return made.call(leaves)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Bind to an object, as a method: its programs are kept with the object.

        Raises
        ------
        TypeError
            If the object has no `__dict__` to keep them in.
        """
        if instance is None:
            return self
        held = getattr(instance, "__dict__", None)
        if held is None:
            raise TypeError(
                f"A compiled method keeps its programs in the object's __dict__; {type(instance).__name__} has none. "
                "Write step = compile(object.method)."
            )
        name = f"_compiled_{id(self):x}"
        kept = held.get(name)
        # A copy of an object has the programs of the one that it was copied from.
        if not isinstance(kept, _Kept) or kept.of is None or getattr(kept.of.fn, "__self__", None) is not instance:
            parameters = self._parameters
            static, donate = (
                tuple(one - 1 for one in which if isinstance(one, int) and one)
                for which in (parameters.static, parameters.donate)
            )
            bound = Compiled(self.fn.__get__(instance, owner), static, donate, self.backend)
            bound.off = self.off
            kept = held[name] = _Kept(bound)
        return kept.of

    def __repr__(self) -> str:
        """Name the function and the backend."""
        return f"<compiled {self._name}, backend {self.backend!r}, {len(self.programs)} programs>"

    @property
    def programs(self) -> tuple[Made, ...]:
        """All programs that are kept, in the order in which they were made, each with its reason."""
        return tuple(made for several in self._programs.values() for made in several)

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """Give the program for these arguments, and record it if there is none; it is not run."""
        return self._made(args, kwargs)[0].program

    @property
    def source(self) -> str:
        """The latest program as NumPy source that runs by itself, with the names of the function's variables.

        Raises
        ------
        RuntimeError
            If nothing was compiled yet.
        """
        from autograd.compiler.source import rendered

        args, kwargs = self._last().example
        return rendered(self.fn, self._parameters, args, kwargs)

    @property
    def memory(self) -> Memory:
        """The bytes of the latest program."""
        return self._last().memory

    @property
    def flops(self) -> int:
        """The floating-point operations of the latest program."""
        return self._last().flops

    def explain(self) -> str:
        """Say of the latest program what runs as one kernel, what that moves and computes, and why it ends there.

        A row tells over how many rows (and lanes, and pieces) a kernel runs, the bytes of the arrays that it reads and
        writes, its floating-point operations, and the calls in it.

        Raises
        ------
        RuntimeError
            If nothing was compiled yet.
        """
        made = self._last()
        return explained(made.name, made.backend, made.lowered)

    def _last(self) -> Made:
        if self._latest is None:
            raise RuntimeError(f"{self._name} has no program yet: call it, or .program(...), with arguments first.")
        return self._latest

    def _made(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Made, list[Any]]:
        if self._parameters.static:
            args, kwargs = self._parameters.marked(args, kwargs)
        settled()
        leaves: list[Any] = []
        key = (read(args, leaves), read(kwargs, leaves)) if kwargs else read(args, leaves)
        if self._parameters.donate:
            self._check_donated(args, kwargs, leaves)
        why = None
        several = self._programs.get(key)
        if several is not None:
            for made in several:
                why = made.changed()
                if why is None:
                    self._latest = made
                    return made, leaves
        return self._record(args, kwargs, key, why), leaves

    def _record(self, args: tuple[Any, ...], kwargs: dict[str, Any], key: Any, why: str | None) -> Made:
        parameters = self._parameters
        signature = described(parameters.by_name(args, kwargs), "", {})
        if why is None:
            why = "first call" if self._latest is None else difference(self._latest.signature, signature)
        recording = record(self.fn, args, kwargs, is_array)
        program = optimized(recording.program, self.off)
        donated = self._donated(recording, args, kwargs)
        emitter, make = backends.emitted_by(self.backend, program, donated, self.off)
        storage = emitter.storage
        outputs = sum(out.nbytes for out in program.outputs if isinstance(out, Value))
        first = len(program.inputs) - len(recording.reads)
        made = Made(
            self._name, recording, program, why,
            Memory(storage.nbytes, storage.live, outputs), flops_of(program), signature,
            _example(args, kwargs), emitter.source, make, self.backend,
            emitter.program,
        )  # fmt: skip
        made.checks = [
            (held, value.shape, value.dtype)
            for held, value in zip(recording.reads, program.inputs[first:], strict=True)
            if value.dtype != object
        ]
        made.donated = [program.inputs.index(value) for value in donated]
        self._keep(key, made)
        return made

    def _check_donated(self, args: tuple[Any, ...], kwargs: dict[str, Any], leaves: list[Any]) -> None:
        """Refuse to write into what is another argument too, or cannot be written into."""
        arrays = [x._value if isinstance(x, Shell) else x for x in leaves if not isinstance(x, np.random.Generator)]
        roots = {id(x if x.base is None else x.base) for x in arrays}
        if len(roots) == len(arrays) and all(x.flags.writeable for x in arrays):
            return
        for which, arg in (*enumerate(args), *kwargs.items()):
            if which not in self._parameters.donate:
                continue
            name = self._parameters.names[which] if isinstance(which, int) else which
            for x in flatten(arg)[0]:
                if not is_array(x) or isinstance(x, np.random.Generator):
                    continue
                x = x._value if isinstance(x, Shell) else np.asarray(x)
                if not x.flags.writeable:
                    raise ValueError(f"An array donated in {name} is read-only: it cannot be written into.")
                if sum(bool(np.may_share_memory(x, other)) for other in arrays) > 1:
                    raise ValueError(
                        f"An array donated in {name} shares its memory with another argument, which would change while "
                        "it is read: pass a copy of one of them."
                    )

    def _donated(self, recording: Recording, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Value]:
        """Give the inputs that the caller gives up."""
        given = []
        inputs = iter(recording.program.inputs)
        chosen = self._parameters.donate
        for which, arg in (*enumerate(args), *kwargs.items()):
            values = [next(inputs) for leaf in flatten(arg)[0] if is_array(leaf)]
            if which in chosen:
                given += [value for value in values if value.dtype != object]
        return given

    def _keep(self, key: Any, made: Made) -> None:
        self._latest = made
        self._programs.setdefault(key, []).append(made)
        self._programs.move_to_end(key)
        self._count += 1
        if self._count == MANY_PROGRAMS + 1:
            reasons = "; ".join(made.reason for made in self.programs[-3:])
            warnings.warn(
                f"{made.name} has been compiled {self._count} times, the last times because: {reasons}. Pass numbers "
                "that change as arrays, np.asarray(x), and pad batches to one shape.",
                stacklevel=5,
            )
        while sum(map(len, self._programs.values())) > MOST_PROGRAMS:
            oldest = next(iter(self._programs))
            self._programs[oldest].pop(0)
            if not self._programs[oldest]:
                del self._programs[oldest]


def _example(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Give arguments of the same shapes and dtypes whose arrays take no memory."""
    leaves, rebuild = flatten((args, kwargs))
    return rebuild([dummy(x.shape, x.dtype) if is_array(x) and hasattr(x, "dtype") else x for x in leaves])
