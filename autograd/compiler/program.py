"""What a program is: arrays of known shape and dtype, and the NumPy calls that make them, in order.

A `Program` is straight-line and in single assignment: each `Value` is made once, by one `Node`, an input, or a
constant. A node is a call of a NumPy function (or of one of the engine's) as one would write it; its arguments are
trees in which values stand where arrays do. Passes take a program to another; nothing here computes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.entry import Bundle

Fn = Callable[..., Any]
Shape = tuple[int, ...]


@dataclass(eq=False, slots=True)
class Value:
    """One array of a program: it has shape and dtype, and at most a name that the user gave it."""

    shape: Shape
    dtype: np.dtype[Any]
    name: str | None = None

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The bytes that the elements take."""
        return self.size * self.dtype.itemsize

    def looks_like(self, other: Value) -> bool:
        """Tell whether two have one shape and dtype."""
        return self.shape == other.shape and self.dtype == other.dtype


@dataclass(eq=False, slots=True)
class Constant(Value):
    """An array that is no argument, read by reference at each run."""

    array: Any = None


@dataclass(eq=False, slots=True)
class Node:
    """One call: `outs = fn(*args, **kwargs)`.

    Attributes
    ----------
    fn : callable
    args, kwargs : trees with a `Value` for each array
    outs : list of Value
        The leaves of what it returns, in order.
    build : callable or None
        Puts leaves into the structure that `fn` returns; None where it returns one array.
    origin : str
        The op and the line that it came from.
    ordered : bool
        It draws random numbers or changes something outside: it stays, and stays in its place.
    """

    fn: Fn
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outs: list[Value]
    build: Callable[[Iterable[Any]], Any] | None = None
    origin: str = ""
    ordered: bool = False
    _inputs: tuple[Value, ...] | None = field(default=None, init=False, repr=False)

    @property
    def out(self) -> Value:
        """The one array that it makes."""
        (out,) = self.outs
        return out

    def inputs(self) -> tuple[Value, ...]:
        """Give the arrays that it reads, in order, one as often as it stands there."""
        found = self._inputs
        if found is None:
            found = self._inputs = tuple(values_in([*self.args, *self.kwargs.values()]))
        return found


@dataclass(slots=True)
class Program:
    """A flat program.

    Attributes
    ----------
    inputs : list of Value
    nodes : list of Node
    outputs : list
        A Value for each array that is returned; anything else is returned as it is.
    """

    inputs: list[Value]
    nodes: list[Node]
    outputs: list[Any] = field(default_factory=list)

    def calls(self, *functions: Any) -> bool:
        """Tell whether it calls one of these functions."""
        return any(node.fn in functions for node in self.nodes)

    def users(self) -> dict[Value, list[Node]]:
        """Tell which nodes read each value, in order; one that reads it twice stands there twice."""
        found: dict[Value, list[Node]] = {}
        for node in self.nodes:
            for value in node.inputs():
                found.setdefault(value, []).append(node)
        return found

    def __str__(self) -> str:
        """Give the program as text, one line for each node."""
        names = Names()
        lines = [f"program({', '.join(names.typed(value) for value in self.inputs)}):"]
        for node in self.nodes:
            outs = ", ".join(names.typed(value) for value in node.outs)
            lines.append(f"    {outs} = {called(node, names)}")
        shown = [names(out) if isinstance(out, Value) else repr(out) for out in self.outputs]
        return "\n".join([*lines, f"    return {', '.join(shown)}"])


class Names:
    """Names for values as they come: the user's where there is one, else numbered."""

    def __init__(self) -> None:
        self.known: dict[Value, str] = {}

    def __call__(self, value: Value) -> str:
        """Give the name of a value."""
        if value not in self.known:
            kind = "c" if isinstance(value, Constant) else "v"
            self.known[value] = f"{kind}{len(self.known)}"
        return self.known[value]

    def typed(self, value: Value) -> str:
        """Give name, dtype and shape."""
        return f"{self(value)}: {value.dtype}{list(value.shape)}"


def called(node: Node, names: Callable[[Value], str]) -> str:
    """Write a node's call."""
    args = [shown(arg, names) for arg in node.args]
    args += [f"{key}={shown(arg, names)}" for key, arg in node.kwargs.items()]
    return f"{name_of(node.fn)}({', '.join(args)})"


def name_of(fn: Any) -> str:
    """Name a function for people: `add`, `add.reduce`, `reshape`."""
    name: str = getattr(fn, "__name__", type(fn).__name__)
    of = getattr(fn, "__self__", None)
    return f"{of.__name__}.{name}" if isinstance(of, np.ufunc) else name


def shown(arg: Any, names: Callable[[Value], str]) -> str:
    """Write an argument."""
    if isinstance(arg, Value):
        return names(arg)
    if isinstance(arg, tuple):
        return f"({', '.join(shown(a, names) for a in arg)}{',' if len(arg) == 1 else ''})"
    if isinstance(arg, list):
        return f"[{', '.join(shown(a, names) for a in arg)}]"
    if isinstance(arg, np.dtype):
        return str(arg)
    return "..." if arg is Ellipsis else repr(arg)


def index_text(index: Any, text: Callable[[Any], str]) -> str:
    """Write what stands between the brackets of `x[index]`, its parts as `text` writes them."""

    def part(item: Any) -> str:
        if type(item) is not slice:
            return text(item)
        start, stop, step = ("" if x is None else text(x) for x in (item.start, item.stop, item.step))
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"

    parts = index if isinstance(index, tuple) and index else (index,)
    return ", ".join(map(part, parts))


def values_in(tree: Any) -> Iterator[Value]:
    """Give the values in an argument, in order."""
    if isinstance(tree, Value):
        yield tree
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from values_in(item)
    elif isinstance(tree, dict):
        for item in tree.values():
            yield from values_in(item)
    elif isinstance(tree, Bundle):
        yield from values_in(tree.parts)
    elif isinstance(tree, slice):
        for item in (tree.start, tree.stop, tree.step):
            yield from values_in(item)


def mapped(tree: Any, change: Callable[[Any], Any]) -> Any:
    """Apply a function to the leaves of an argument; lists, tuples, dicts and slices stay what they are."""
    if type(tree) in (list, tuple):
        return type(tree)([mapped(item, change) for item in tree])
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[mapped(item, change) for item in tree])
    if type(tree) is dict:
        return {key: mapped(item, change) for key, item in tree.items()}
    if type(tree) is Bundle:
        return Bundle(mapped(tree.parts, change), tree.shape, tree.dtype)
    if type(tree) is slice:
        return slice(mapped(tree.start, change), mapped(tree.stop, change), mapped(tree.step, change))
    return change(tree)
