"""What a function reads besides its arguments: found before it is recorded, and watched from then on.

The walk starts at the function and follows what its code names: globals, closures, attributes and items of the objects
that it reaches, methods and functions that these call. It ends at libraries. What it finds is sorted by what a program
has to do about it: arrays are read anew at each run, Tensors through their shell, generators draw anew, and all else,
numbers, texts, functions, is part of what the program was made for: if it changes, another program is made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from autograd.entry import Shell

#: Names of libraries whose objects are not looked into.
_LIBRARIES = {"numpy", "scipy", "autograd", *sys.stdlib_module_names} - {"__main__", "builtins"}
#: Packages that are looked into wherever they are installed: their layers hold what the user trains.
_OURS = {"nn"}
_PLAIN = (int, float, complex, bool, str, bytes, type(None), np.generic, np.dtype, type(Ellipsis), range, slice)
_MOST_ITEMS = 1000


@dataclass(eq=False, slots=True)
class Place:
    """Where an object is held: a cell, a name in a namespace, an attribute, an item; or what is only looked at."""

    text: str
    get: Callable[[], Any]
    set: Callable[[Any], Any] = lambda _: None


@dataclass(slots=True)
class Outside:
    """What was found.

    Attributes
    ----------
    fixed : list of (Place, object)
        What must be equal, or the same object, for a program to hold.
    arrays : list of Place
    tensors : list of (str, Tensor)
        Each once, with the name of its place.
    generators : list of (Place, Generator)
    contents : list of (Place, ndarray)
        Arrays whose values decided something, with a copy of these.
    """

    fixed: list[tuple[Place, Any]] = field(default_factory=list)
    arrays: list[Place] = field(default_factory=list)
    tensors: list[tuple[str, Any]] = field(default_factory=list)
    generators: list[tuple[Place, Any]] = field(default_factory=list)
    contents: list[tuple[Place, Any]] = field(default_factory=list)

    def changed(self) -> str | None:
        """Say what is no longer as it was; None if all is."""
        for place, before in self.contents:
            try:
                array = place.get()
            except (LookupError, AttributeError, ValueError):
                return f"{place.text} is gone"
            if getattr(array, "dtype", None) != before.dtype or not np.array_equal(array, before):
                return f"the values in {place.text} changed"
        for place, before in self.fixed:
            try:
                now = place.get()
            except (LookupError, AttributeError, ValueError):
                return f"{place.text} is gone"
            if now is before:
                continue
            if type(before) is not type(now) or not isinstance(before, _PLAIN) or not _same(before, now):
                return f"{place.text} went from {_brief(before)} to {_brief(now)}"
        return None


def _same(before: Any, now: Any) -> bool:
    return bool(before == now) or (before != before and now != now)


def _brief(thing: Any) -> str:
    text = repr(thing)
    return text if len(text) < 40 else f"{text[:37]}..."


def survey(roots: Iterator[Any] | list[Any]) -> Outside:
    """Find what functions and objects read besides their arguments."""
    walk = _Walk()
    roots = list(roots)
    while True:
        known = len(walk.names)
        walk.begin()
        for root in roots:
            walk.visit(root, None)
        # An attribute counts if some code names it, and that may be met later than the object.
        if len(walk.names) == known:
            return walk.found


class _Walk:
    """One search; it is repeated until no further names turn up in code."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.begin()

    def begin(self) -> None:
        """Start afresh, with the names known."""
        self.found = Outside()
        self.seen: dict[int, Any] = {}

    def visit(self, thing: Any, place: Place | None) -> None:
        """Look at an object, held at a place."""
        if isinstance(thing, _PLAIN):
            self._fix(place, thing)
            return
        if isinstance(thing, np.ndarray):
            if place is not None:
                self.found.arrays.append(place)
            return
        if isinstance(thing, np.random.Generator):
            if place is None:
                raise TypeError(
                    "A random generator stands where a program cannot follow it (an argument of functools.partial, a "
                    "set): pass it as an argument of the function."
                )
            self.found.generators.append((place, thing))
            return
        if isinstance(thing, ContextVar):
            self._context(thing)
            return
        if isinstance(thing, (ModuleType, BuiltinFunctionType, np.ufunc)):
            if isinstance(thing, ModuleType) and is_users(thing.__name__):
                self._attributes(thing, place.text if place else thing.__name__)
            return
        self._fix(place, thing)
        if id(thing) in self.seen:
            return
        self.seen[id(thing)] = thing
        text = place.text if place is not None else ""
        if isinstance(thing, Shell):
            self.found.tensors.append((text, thing))
        elif type(thing).__module__.partition(".")[0] == "autograd":
            # What of the engine's holds functions of the user's says under which names.
            for name in getattr(type(thing), "functions", ()):
                self.visit(getattr(thing, name), Place(f"{text}.{name}", partial(getattr, thing, name)))
        elif isinstance(thing, FunctionType):
            self._function(thing)
        elif isinstance(thing, MethodType):
            self.visit(thing.__func__, None)
            self.visit(thing.__self__, None)
        elif isinstance(thing, partial):
            for part in (thing.func, thing.args, thing.keywords):
                self.visit(part, None)
        elif isinstance(thing, (list, dict)) and len(thing) > _MOST_ITEMS:
            self._long(thing, text)
        elif isinstance(thing, (list, dict)):
            self._length(thing, text)
            for key in range(len(thing)) if isinstance(thing, list) else list(thing):
                self.visit(thing[key], _item(thing, key, f"{text}[{key!r}]"))
        elif isinstance(thing, tuple):
            for i, item in enumerate(thing):
                self.visit(item, _item_of_tuple(thing, i, place, f"{text}[{i}]"))
        elif isinstance(thing, (set, frozenset)):
            self._watch(f"the items of {text}", lambda: repr(sorted(map(repr, thing))))
            for item in thing:
                self.visit(item, None)
        elif not isinstance(thing, type) and type(thing).__module__.partition(".")[0] not in (
            "numpy",
            "scipy",
            "autograd",
        ):
            # Also what the standard library has for holding things, as a SimpleNamespace.
            self._attributes(thing, text or type(thing).__name__)
        elif is_users(getattr(thing, "__module__", None)):
            self._attributes(thing, text or type(thing).__name__)

    def _fix(self, place: Place | None, thing: Any) -> None:
        if place is not None:
            self.found.fixed.append((place, thing))

    def _long(self, thing: Any, text: str) -> None:
        """Watch a long list or dict as a whole, if it holds nothing but numbers and texts."""
        items = thing if isinstance(thing, list) else thing.values()
        if not all(isinstance(item, _PLAIN) for item in items):
            raise TypeError(
                f"{text or 'A container'} has {len(thing)} items, arrays or objects among them, too many to follow: "
                "pass it as an argument, or as one array."
            )
        self._watch(f"the contents of {text}", lambda: repr(thing))

    def _context(self, variable: ContextVar[Any]) -> None:
        """Look at what a context variable holds here and now; it may be unset."""
        text = f"{variable.name}.get()"
        try:
            value = variable.get()
        except LookupError:
            self._watch(text, lambda: variable.get(None))
        else:
            self.visit(value, Place(text, variable.get, variable.set))

    def _length(self, thing: Any, text: str) -> None:
        if isinstance(thing, dict):
            self._watch(f"the keys of {text}", lambda: str(tuple(thing)))
        else:
            self._watch(f"the length of {text}", lambda: len(thing))

    def _watch(self, text: str, get: Callable[[], Any]) -> None:
        """Note what must be as it is now for a program to hold."""
        self.found.fixed.append((Place(text, get), get()))

    def _function(self, function: FunctionType) -> None:
        if not is_users(function.__module__) and function.__closure__ is None:
            return
        self._code(function.__code__)
        names = set(_names(function.__code__))
        space = function.__globals__
        if is_users(function.__module__):
            for name in sorted(names & space.keys()):
                if not name.startswith("__"):
                    self.visit(space[name], _item(space, name, name))
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                value = cell.cell_contents
            except ValueError:
                continue
            self.visit(
                value, Place(name, partial(getattr, cell, "cell_contents"), partial(setattr, cell, "cell_contents"))
            )
        for i, default in enumerate(function.__defaults__ or ()):
            self.visit(default, _default(function, i))
        for name, default in (function.__kwdefaults__ or {}).items():
            self.visit(default, _item(function.__kwdefaults__, name, name))

    def _code(self, code: CodeType) -> None:
        self.names.update(_names(code))

    def _attributes(self, thing: Any, text: str) -> None:
        """Look at what code may read of an object: attributes that it names, and the methods that it calls."""
        held = dict(getattr(thing, "__dict__", None) or {})
        if not isinstance(thing, (type, ModuleType)):
            for kind in type(thing).__mro__:
                slots = vars(kind).get("__slots__", ())
                for name in (slots,) if isinstance(slots, str) else tuple(slots):
                    with suppress(AttributeError):
                        held.setdefault(name, getattr(thing, name))
        for name in list(held):
            # What Python itself keeps there, as `__dict__`, is a new object at each look.
            if name in self.names and isinstance(name, str) and not name.startswith("__"):
                where = Place(f"{text}.{name}", partial(getattr, thing, name), partial(setattr, thing, name))
                if isinstance(held[name], property):
                    continue
                self.visit(held[name], where)
        if isinstance(thing, ModuleType):
            return
        for kind in type(thing).__mro__ if not isinstance(thing, type) else thing.__mro__:
            if not is_users(kind.__module__):
                continue
            for name, value in list(vars(kind).items()):
                if name not in self.names and not (name.startswith("__") and name in _IMPLICIT):
                    continue
                function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
                if isinstance(function, FunctionType):
                    self.visit(function, None)
                elif not name.startswith("__") and name not in held and not hasattr(value, "__get__"):
                    # Read through the object: it may come to have one of its own.
                    place = Place(
                        f"{kind.__name__}.{name}", partial(getattr, thing, name), partial(setattr, kind, name)
                    )
                    self.visit(value, place)


#: Methods that code calls without naming them.
_IMPLICIT = {
    f"__{name}__"
    for name in "call getitem iter len next contains enter exit add radd sub mul matmul truediv neg pow".split()
}


def is_users(module: Any) -> bool:
    """Tell whether a module is the user's own code, which is looked into."""
    if not isinstance(module, str) or module.partition(".")[0] in _LIBRARIES:
        return False
    if module == "__main__" or module.partition(".")[0] in _OURS:
        return True
    found = sys.modules.get(module)
    return "site-packages" not in (getattr(found, "__file__", None) or "")


def _names(code: CodeType) -> Iterator[str]:
    """Give the names in code, and in the code within it."""
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _names(const)


def _default(function: FunctionType, i: int) -> Place:
    """Give the place of a default of a parameter."""
    code = function.__code__
    name = code.co_varnames[code.co_argcount - len(function.__defaults__ or ()) + i]

    def write(value: Any) -> None:
        now = function.__defaults__ or ()
        function.__defaults__ = (*now[:i], value, *now[i + 1 :])

    return Place(name, lambda: (function.__defaults__ or ())[i], write)


def _item(container: Any, key: Any, text: str) -> Place:
    return Place(text, lambda: container[key], lambda value: container.__setitem__(key, value))


def _item_of_tuple(thing: tuple[Any, ...], i: int, place: Place | None, text: str) -> Place | None:
    """Give the place of an item: to set it, the tuple is replaced where it is held."""
    if place is None:
        return Place(text, lambda: thing[i], _refuse)

    def write(value: Any) -> None:
        now = place.get()
        items = [*now[:i], value, *now[i + 1 :]]
        if all(item is before for item, before in zip(items, thing, strict=True)):
            place.set(thing)
            return
        place.set(type(now)(*items) if hasattr(now, "_fields") else type(now)(items))

    return Place(text, lambda: place.get()[i], write)


def _refuse(value: Any) -> None:
    raise TypeError("An array held in a tuple that nothing names cannot be followed: pass it as an argument.")
