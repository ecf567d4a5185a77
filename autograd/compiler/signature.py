"""What a program is made for: the structure of the arguments, shapes and dtypes of arrays, all else by its value.

`read` gives a key for a cache and collects the arrays on the way; it is run at each call and does no more than it must.
`described` tells the same at length, for people: it says why a new program was made.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.entry import Shell
from autograd.tree import is_record, members

Fn = Callable[..., Any]
#: What is part of the signature by its value; numbers of the same value and another type are another signature.
PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), range, np.dtype, type)


class Static:
    """An argument that is part of the signature: it is passed on as it is."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def is_array(leaf: Any) -> bool:
    """Tell whether a leaf of the arguments is an input of the program."""
    return isinstance(leaf, (np.ndarray, np.generic, Shell, np.random.Generator))


def read(tree: Any, leaves: list[Any]) -> Any:
    """Give the signature of arguments, and collect the arrays in them, in the order of `flatten`.

    Raises
    ------
    TypeError
        For a leaf that is neither an array nor part of a signature.
    """
    kind = type(tree)
    if kind is np.ndarray:
        if tree.dtype.kind not in "biufc":
            raise TypeError(f"compile takes arrays of numbers; met an array of {tree.dtype}. Convert it first.")
        leaves.append(tree)
        return tree.shape, tree.dtype
    if kind is tuple or kind is list:
        return kind, *[read(item, leaves) for item in tree]
    if kind is dict:
        return dict, *[(name, read(item, leaves)) for name, item in tree.items()]
    if isinstance(tree, np.generic) and tree.dtype.kind in "biufc":
        # Before Python's own numbers: np.float64 is one of them too.
        leaves.append(np.asarray(tree))
        return (), tree.dtype
    if isinstance(tree, PLAIN):
        return kind, repr(tree) if isinstance(tree, (float, complex)) else tree
    if isinstance(tree, Shell):
        leaves.append(tree)
        return Shell, tree._value.shape, tree._value.dtype
    if isinstance(tree, np.random.Generator):
        leaves.append(tree)
        return np.random.Generator
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return kind, *[read(item, leaves) for item in tree]
    if is_record(tree):
        return kind, *[read(item, leaves) for item in members(tree).values()]
    if kind is Static:
        return Static, _typed(tree.value)
    if isinstance(tree, np.ndarray):
        if isinstance(tree, (np.ma.MaskedArray, np.matrix)):
            raise TypeError(f"compile takes plain arrays; met {kind.__name__}, whose functions mean something else.")
        return read(np.asarray(tree), leaves)
    raise TypeError(
        f"compile cannot tell what to do with {tree!r} among the arguments: pass arrays, numbers, texts, generators or "
        "trees of these. Name the argument in static= if it is hashable and decides what is computed."
    )


def _typed(value: Any) -> Any:
    """Give a key for a static value: 1, 1.0 and True are different ones, and so are 0.0 and -0.0."""
    if isinstance(value, tuple):
        return type(value), *[_typed(item) for item in value]
    return type(value), repr(value) if isinstance(value, (float, complex)) else value


def described(tree: Any, path: str, found: dict[str, str]) -> dict[str, str]:
    """Tell for each leaf of the arguments what the program was made for."""
    if isinstance(tree, dict):
        for name, item in tree.items():
            described(item, f"{path}[{name!r}]" if path else str(name), found)
    elif isinstance(tree, (list, tuple)):
        fields = getattr(tree, "_fields", None)
        for i, item in enumerate(tree):
            described(item, f"{path}.{fields[i]}" if fields else f"{path}[{i}]", found)
        if not tree:
            found[path] = "empty"
    elif is_record(tree):
        for name, item in members(tree).items():
            described(item, f"{path}.{name}", found)
    elif isinstance(tree, np.random.Generator):
        found[path] = "a generator"
    elif isinstance(tree, (np.ndarray, np.generic, Shell)):
        data = tree._value if isinstance(tree, Shell) else tree
        found[path] = f"{data.dtype}{list(data.shape)}"
    else:
        found[path] = repr(tree.value if isinstance(tree, Static) else tree)
    return found


def difference(before: dict[str, str], now: dict[str, str]) -> str:
    """Say how one signature differs from another, in one line."""
    for path, text in now.items():
        if path not in before:
            return f"{path} is new: {text}"
        if before[path] != text:
            one, other = before[path], text
            if "[" in one and "[" in other and one.partition("[")[0] == other.partition("[")[0]:
                shapes = [part.partition("[")[2].rstrip("]") for part in (one, other)]
                axes = [part.split(", ") for part in shapes]
                changed = [i for i, pair in enumerate(zip(*axes, strict=False)) if pair[0] != pair[1]]
                if len(axes[0]) == len(axes[1]) and len(changed) == 1:
                    i = changed[0]
                    return f"axis {i} of {path} went from {axes[0][i]} to {axes[1][i]}"
            return f"{path} went from {one} to {other}"
    gone = [path for path in before if path not in now]
    return f"{gone[0]} is gone" if gone else "what it reads from outside changed"


class Parameters:
    """The parameters of a function by name and position, and which of them are chosen for something."""

    def __init__(self, fn: Fn, static: Any, donate: Any) -> None:
        try:
            self.signature: inspect.Signature | None = inspect.signature(fn)
        except (ValueError, TypeError):
            self.signature = None
        self.names = list(self.signature.parameters) if self.signature is not None else []
        self.static = self._chosen(static, "static")
        self.donate = self._chosen(donate, "donate")
        both = self.static & self.donate
        if both:
            raise ValueError(f"{min(map(str, both))} is in static= and in donate=; an argument is one or the other")

    def _chosen(self, which: Any, what: str) -> set[Any]:
        chosen: set[Any] = set()
        if not isinstance(which, (str, int, list, tuple, set, frozenset)):
            raise TypeError(f"{what}= takes names or positions of parameters; met {which!r}")
        for one in (which,) if isinstance(which, (str, int)) else tuple(which):
            if isinstance(one, int) and not isinstance(one, bool) and 0 <= one:
                if self.signature is not None and one >= len(self.names) and not self._open("VAR_POSITIONAL"):
                    raise ValueError(f"{what}={one}: the function has {len(self.names)} parameters, {self.names}")
                chosen.add(one)
                if one < len(self.names):
                    chosen.add(self.names[one])
            elif isinstance(one, str):
                if one in self.names:
                    chosen.add(self.names.index(one))
                elif self.signature is not None and not self._open("VAR_KEYWORD"):
                    raise ValueError(f"{what}={one!r}: the function has no such parameter; it has {self.names}")
                chosen.add(one)
            else:
                raise TypeError(f"{what}= takes names or positions of parameters; met {one!r}")
        return chosen

    def _open(self, kind: str) -> bool:
        assert self.signature is not None
        return any(parameter.kind.name == kind for parameter in self.signature.parameters.values())

    def marked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Wrap the static arguments.

        Raises
        ------
        TypeError
            If one is not hashable.
        """
        if not self.static:
            return args, kwargs
        new = tuple(self._static(i, arg) if i in self.static else arg for i, arg in enumerate(args))
        return new, {name: self._static(name, arg) if name in self.static else arg for name, arg in kwargs.items()}

    def _static(self, which: Any, value: Any) -> Static:
        try:
            hash(value)
        except TypeError:
            raise TypeError(
                f"The static argument {which!r} is not hashable, {type(value).__name__}: a program is kept for each of "
                "its values. Pass a tuple, a number, a text, or an object that does not change."
            ) from None
        return Static(value)

    def by_name(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Give the arguments under their names."""
        named: dict[str, Any] = {}
        for i, arg in enumerate(args):
            known = i < len(self.names) and not (self.signature and self._starred(i))
            named[self.names[i] if known else f"argument {i}"] = arg
        return {**named, **kwargs}

    def _starred(self, i: int) -> bool:
        assert self.signature is not None
        return list(self.signature.parameters.values())[i].kind.name == "VAR_POSITIONAL"
