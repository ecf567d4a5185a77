"""The first backend: a program as one straight Python function of NumPy calls that write into an arena.

Nothing is looked up, made or decided while it runs but the calls themselves: views of the arena are made once, numbers
are arrays already, and every function that can writes its result where it belongs.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from autograd.compiler.native.nest import Kernel
from autograd.compiler.native.plan import Plan, mended, poisoned, runners
from autograd.compiler.passes.kinds import reduction
from autograd.compiler.program import Constant, Node, Program, Value, index_text, name_of
from autograd.compiler.state import is_checked
from autograd.compiler.storage import Storage, planned
from autograd.compiler.tiling import PIECE, Tile
from autograd.compiler.writers import WRITERS, writes
from autograd.entry import Bundle
from autograd.ops.elementwise import over


class Emitter:
    """A program on its way to text.

    Attributes
    ----------
    names : dict
        The Python name of each value.
    bound : dict
        What is known before the first run: functions, constants, numbers.
    places : list of (name, value)
        Arrays to be made of the arena.
    """

    def __init__(self, program: Program, storage: Storage) -> None:
        self.program = program
        self.storage = storage
        self.names: dict[Value, str] = {}
        self.bound: dict[str, Any] = {"empty": np.empty, "array": np.array, "asarray": np.asarray}
        self.places: list[tuple[str, Value]] = []
        self.made: list[str] = []
        self.source = ""
        self.makers: dict[str, Callable[[], Callable[..., Any]]] = {}
        self.lines: list[str] = []
        self.known: dict[Any, str] = {}
        self.once: set[Value] = set()
        self.waiting: list[Node] = []
        self.plans: list[Plan] = []
        self.given: set[Value] = set()

    # Names

    def name(self, value: Value) -> str:
        """Give the name of a value."""
        if value not in self.names:
            if isinstance(value, Constant):
                self.names[value] = self.bind(value.array, "c")
            else:
                self.names[value] = f"v{len(self.names)}"
        return self.names[value]

    def bind(self, thing: Any, prefix: str) -> str:
        """Give the name of an object that the text refers to."""
        key = id(thing)
        if key not in self.known:
            self.known[key] = f"{prefix}{len(self.known)}"
            self.bound[self.known[key]] = thing
        return self.known[key]

    def bind_function(self, fn: Any) -> str:
        """Bind a function under a name that tells it."""
        if ("fn", fn) not in self.known:
            of = getattr(fn, "__self__", None)
            name = getattr(fn, "__name__", "call").replace("<lambda>", "call")
            name = f"{of.__name__}_{name}" if isinstance(of, np.ufunc) else name
            name = name if name.isidentifier() and name not in self.bound else f"f{len(self.known)}"
            self.known["fn", fn] = name
            self.bound[name] = fn
        return self.known["fn", fn]

    def number(self, value: Any, dtype: Any) -> str:
        """Give the name of a 0-d array that holds a number: NumPy takes it quicker than the number."""
        key = ("number", repr(value), np.dtype(dtype))
        if key not in self.known:
            self.known[key] = f"k{len(self.known)}"
            self.bound[self.known[key]] = np.array(value, dtype)
        return self.known[key]

    def text(self, arg: Any) -> str:
        """Write an argument."""
        if isinstance(arg, Value):
            if arg in self.storage.numbers and arg.shape == ():
                return self.number(self.storage.numbers[arg], arg.dtype)
            return self.name(arg)
        if isinstance(arg, tuple) and type(arg) is tuple:
            return f"({', '.join(map(self.text, arg))}{',' if len(arg) == 1 else ''})"
        if isinstance(arg, Bundle):
            return (
                f"{self.bind(Bundle, 'bundle')}({self.text(arg.parts)}, {self.text(arg.shape)}, {self.text(arg.dtype)})"
            )
        if type(arg) is list:
            return f"[{', '.join(map(self.text, arg))}]"
        if type(arg) is slice:
            return f"slice({self.text(arg.start)}, {self.text(arg.stop)}, {self.text(arg.step)})"
        if arg is None or arg is Ellipsis or type(arg) in (bool, int, str):
            return "..." if arg is Ellipsis else repr(arg)
        if type(arg) is float and arg == arg and abs(arg) != float("inf"):
            return repr(arg)
        return self.bind(arg, "s")

    def operand(self, arg: Any, node: Node) -> str:
        """Write an operand of a ufunc: a Python number as an array of the dtype that it takes there."""
        if type(arg) in (int, float):
            kinds = {x.dtype for x in node.args if isinstance(x, Value)}
            if len(kinds) == 1 and (dtype := kinds.pop()).kind in "fc" and _takes_one_kind(node.fn, dtype):
                return self.number(arg, dtype)
        return self.text(arg)

    # Lines

    def run(self) -> str:
        """Write the whole text."""
        program = self.program
        for value in program.inputs:
            self.name(value)
        for node in program.nodes:
            self._node(node)
        self._run_kernels()
        returned = [self._returned(out) for out in program.outputs]
        parameters = ", ".join(self.names[value] for value in program.inputs)
        body = [*self.lines, f"return ({', '.join(returned)}{',' if len(returned) == 1 else ''})"]
        return "\n".join([*self.made, f"def run({parameters}):", *[f"    {line}" for line in body]]) + "\n"

    def _node(self, node: Node) -> None:
        storage = self.storage
        if node.outs[0] in storage.numbers:
            out = node.outs[0]
            if out.shape:
                self.bound[self.name(out)] = np.full(out.shape, storage.numbers[out], out.dtype)
            self.once.add(out)
            return
        if node.outs[0] in storage.views:
            out = node.outs[0]
            line = f"{self.name(out)} = {self._plain(node)}"
            if self._is_once(out):
                self.made.append(line)
                self.once.add(out)
            else:
                self.lines.append(line)
            return
        placed = (storage.slot, storage.fresh, storage.taken)
        if all(any(out in where for where in placed) for out in node.outs) and writes(node):
            for out in node.outs:
                if out in storage.slot:
                    self._place(out)
                    self.once.add(out)
                elif out in storage.taken:
                    # The caller gave it up.
                    self.names[out] = self.name(storage.taken[out])
                else:
                    self.lines.append(f"{self.name(out)} = empty({self.text(out.shape)}, {self.text(out.dtype)})")
            if isinstance(node.fn, Kernel):
                large = node.fn.is_large
                if large:
                    self._run_kernels()
                self.waiting.append(node)
                if large:
                    self._run_kernels()
                return
            line = self._writing(node)
            if line != "pass":
                self._run_kernels()
                self.lines.append(line)
            return
        self._run_kernels()
        self._calling(node)

    def _place(self, out: Value) -> None:
        """Name an array of the arena: one object for all values that lie there with one shape and dtype.

        NumPy sees at once that an operand is the result's own object; of another object at the same place it takes a
        quarter of a microsecond to find out.
        """
        key = ("place", self.storage.slot[out].offset, out.dtype, out.shape)
        if key in self.known:
            self.names[out] = self.known[key]
        else:
            self.known[key] = self.name(out)
            self.places.append((self.name(out), out))

    def _is_once(self, view: Value) -> bool:
        of = self.storage.views[view]
        return of in self.once

    def _run_kernels(self) -> None:
        """Call the kernels that wait, all at once."""
        if not self.waiting:
            return
        arguments: dict[str, int] = {}
        calls: list[tuple[Kernel, list[Any]]] = []
        labels: list[tuple[str, int]] = []
        for node in self.waiting:
            kernel = node.fn
            assert isinstance(kernel, Kernel)
            arrays = [(node.args[i], on) for i, on in kernel.starts] + [(out, 0) for out in node.outs]
            calls.append((kernel, [self._address(value, on, arguments) for value, on in arrays]))
            # What a kernel makes for itself has no name.
            labels += [(self.text(y), count) for y, count in kernel.labels if self._is_there(y)]
        name = f"run{len(self.plans)}"
        self.plans.append((name, calls))
        given = ", ".join(arguments)
        shown = "".join(f"({y}, {count}), " for y, count in labels)
        mend = f"{self.bind(mended, 'mended')}(refused, {name}, [{given}], [{shown}])"
        self.lines.append(f"(refused := {name}({given})) is None or {mend}")
        self.waiting = []

    def _is_there(self, value: Value) -> bool:
        """Tell whether the text can name a value."""
        return isinstance(value, Constant) or value in self.names

    def _address(self, value: Value, on: int, arguments: dict[str, int]) -> Any:
        """Tell where an array lies: in the arena, in memory, or where the argument of a name does."""
        storage = self.storage
        if value in storage.slot:
            return "arena", storage.slot[value], on
        array = self.bound.get(self.name(value)) if value in storage.numbers else getattr(value, "array", None)
        if value in storage.numbers and array is None:
            array = self.bound[self.number(storage.numbers[value], value.dtype)]
        if type(array) is np.ndarray:
            self.bind(array, "c")
            return "memory", array, on
        return "argument", arguments.setdefault(self.text(value), len(arguments)), on

    def _writing(self, node: Node) -> str:
        if isinstance(node.fn, Tile):
            return self._tiled(node.fn)
        out = ", ".join(self.name(out) for out in node.outs)
        if node.fn in WRITERS:
            return WRITERS[node.fn](self, node, out)
        if (it := reduction(node)) is not None:
            keep = ", True" if it.keepdims else ""
            return f"{self.bind_function(node.fn)}({self.text(it.x)}, {self.text(it.axis)}, None, {out}{keep})"
        args = ", ".join(self.operand(arg, node) for arg in node.args)
        return f"{self.bind_function(node.fn)}({args}, {out})"

    def _tiled(self, tile: Tile) -> str:
        """Run a chain piece by piece; the last piece is what is left."""
        values = (*tile.inputs, *tile.outputs)
        names = [self._once(self.flat(value)) if value.shape else self.text(value) for value in values]

        def call(length: int, start: Any, stop: Any) -> str:
            parts = [
                f"{name}[{start}:{stop}]" if value.shape else name for name, value in zip(names, values, strict=True)
            ]
            return f"{self._piece(tile, length)}({', '.join(parts)})"

        whole = tile.size - tile.size % PIECE
        loop = f"for a in range(0, {whole}, {PIECE}): {call(PIECE, 'a', f'a + {PIECE}')}"
        if whole == tile.size:
            return loop
        self.lines.append(loop)
        return call(tile.size - whole, whole, tile.size)

    def _once(self, text: str) -> str:
        """Evaluate an expression once, before a loop."""
        if text.isidentifier():
            return text
        name = f"u{len(self.known)}"
        self.known["once", len(self.known)] = name
        self.lines.append(f"{name} = {text}")
        return name

    def _piece(self, tile: Tile, length: int) -> str:
        """Bind the function that runs a chain on a piece."""
        program, into = tile.program(length)
        _, make = emitted(program, into, required=True)
        name = f"tile{len(self.known)}"
        self.known["tile", len(self.known)] = name
        self.makers[name] = make
        return name

    def _plain(self, node: Node) -> str:
        if node.fn is operator.getitem:
            return f"{self.text(node.args[0])}[{index_text(node.args[1], self.text)}]"
        args = [self.text(arg) for arg in node.args]
        args += [f"{key}={self.text(arg)}" for key, arg in node.kwargs.items()]
        return f"{self.bind_function(node.fn)}({', '.join(args)})"

    def same_place(self, x: Any, out: Value) -> bool:
        """Tell whether a result lies where an operand lay."""
        storage = self.storage
        if isinstance(x, Value) and storage.taken.get(out, out) is storage.taken.get(x, x):
            return True
        return isinstance(x, Value) and x in storage.slot and storage.slot.get(out) is storage.slot[x]

    def viewed(self, value: Value, dtype: Any) -> str:
        """Write a value's memory as another dtype of the same size."""
        return self.derived(value, ("view", dtype), f"{self.text(value)}.view({self.text(dtype)})")

    def flat(self, value: Value) -> str:
        """Write a value as one axis: its memory, if it lies in one piece, else a copy of what is there at that time."""
        text = f"{self.text(value)}.reshape(-1)"
        whole = value
        while self.storage.reshapes.get(whole):
            whole = self.storage.views[whole]
        return text if whole in self.storage.views else self.derived(value, ("flat",), text)

    def derived(self, value: Value, key: Any, text: str) -> str:
        """Write an expression of a value; of one that is made once it is evaluated once."""
        if value not in self.once:
            return text
        key = (value, *key)
        if key not in self.known:
            self.known[key] = f"w{len(self.known)}"
            self.made.append(f"{self.known[key]} = {text}")
        return self.known[key]

    def _calling(self, node: Node) -> None:
        """Let a function return what it likes: arrays of its own."""
        call = self._plain(node)
        names = [self.name(out) for out in node.outs]
        if node.build is None:
            self.lines.append(f"{names[0]} = asarray({call})")
        else:
            self.lines.append(f"{_unpacking(node.build(names))} = {call}")
        if node.fn is operator.getitem:
            return
        for name, out in zip(names, node.outs, strict=True):
            if node.build is not None:
                self.lines.append(f"{name} = asarray({name})")
            met = self.bind(_met, "met")
            what = f"{self.bind(name_of(node.fn), 's')}, {name}, {self.text(out.dtype)}, {self.text(out.shape)}"
            self.lines.append(
                f"if {name}.dtype != {self.text(out.dtype)} or {name}.shape != {self.text(out.shape)}: {met}({what})"
            )

    def _returned(self, out: Any) -> str:
        if not isinstance(out, Value):
            return self.bind(out, "r")
        # What the caller keeps it keeps alone: the same value twice is two arrays.
        if out in self.storage.fresh and out not in self.given:
            self.given.add(out)
            return self.name(out)
        return f"array({self.text(out)})"


def _takes_one_kind(fn: Any, dtype: Any) -> bool:
    """Tell whether a function takes all its operands in one dtype, as arithmetic does and `ldexp` does not."""
    if fn is over:
        return True
    return any(kinds.startswith(dtype.char * fn.nin + "->") for kinds in fn.types)


def _unpacking(pattern: Any) -> str:
    if isinstance(pattern, str):
        return pattern
    return f"({', '.join(map(_unpacking, pattern))},)"


def _met(name: str, found: Any, dtype: Any, shape: Any) -> None:
    """Say that a function returned something else than it did for the throw-away arrays."""
    raise TypeError(
        f"{name} returned {found.dtype}{list(found.shape)} where {dtype}{list(shape)} was expected: what it returns "
        "depends on the values that it is given, so it cannot be part of a program. Call it outside of the function."
    )


def emitted(
    program: Program, donated: Collection[Value] = (), off: Collection[str] = (), required: bool = False
) -> tuple[Emitter, Callable[[], Callable[..., Any]]]:
    """Give the emitter of a program and what makes a function to run, each with an arena of its own."""
    storage = planned(program, writes, donated, "in place" not in off, "arena" not in off, required)
    emitter = Emitter(program, storage)
    text = emitter.run()
    code = compile(text, "<program>", "exec")
    emitter.source = text
    checks = is_checked()

    def make() -> Callable[..., Any]:
        space = dict(emitter.bound)
        space.update((name, make()) for name, make in emitter.makers.items())
        arena = space["arena"] = np.empty(storage.nbytes + 64, np.uint8)
        start = -arena.ctypes.data % 64
        for name, value in emitter.places:
            at = start + storage.slot[value].offset
            space[name] = arena[at : at + value.nbytes].view(value.dtype).reshape(value.shape)
        if emitter.plans:
            space.update(runners(emitter.plans, start + arena.ctypes.data))
        exec(code, space)
        run: Callable[..., Any] = space["run"]
        return poisoned(run, arena) if checks else run

    return emitter, make
