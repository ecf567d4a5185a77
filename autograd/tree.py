"""Trees of lists, tuples, named tuples, dicts and dataclasses: to their leaves, and back with others instead.

Of a dataclass the fields that its constructor takes are its parts; the others are kept as they are. What is rebuilt is
a copy with other parts: no constructor is run, for it may look at values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from autograd.entry import Shell

#: Types that are leaves, so that most trees are seen to be one at a glance.
_LEAVES = {np.ndarray, float, int, complex, bool}


def flatten(tree: Any) -> tuple[list[Any], Callable[[Iterable[Any]], Any]]:
    """Give a tree's leaves in order, and the function that puts other leaves in their places.

    Examples
    --------
    >>> leaves, rebuild = flatten({"w": [1, 2], "b": (3,)})
    >>> leaves
    [1, 2, 3]
    >>> rebuild([10, 20, 30])
    {'w': [10, 20], 'b': (30,)}
    """
    leaves: list[Any] = []
    build = _visit(tree, leaves)
    return leaves, lambda new: build(iter(new))


def _visit(tree: Any, leaves: list[Any]) -> Callable[[Any], Any]:
    kind = type(tree)
    if kind in _LEAVES or isinstance(tree, Shell):
        leaves.append(tree)
        return next
    if kind is dict:
        parts = [(key, _visit(value, leaves)) for key, value in tree.items()]
        return lambda new: {key: build(new) for key, build in parts}
    if kind in (list, tuple):
        builds = [_visit(value, leaves) for value in tree]
        return lambda new: kind([build(new) for build in builds])
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        builds = [_visit(value, leaves) for value in tree]
        return lambda new: kind._make([build(new) for build in builds])
    if isinstance(tree, dict):
        parts = [(key, _visit(value, leaves)) for key, value in tree.items()]
        return lambda new: _copied_dict(tree, {key: build(new) for key, build in parts})
    if is_record(tree):
        parts = [(name, _visit(value, leaves)) for name, value in members(tree).items()]
        return lambda new: _copied(tree, {name: build(new) for name, build in parts})
    leaves.append(tree)
    return next


def is_record(tree: Any) -> bool:
    """Tell whether something is an object of a dataclass."""
    return is_dataclass(tree) and not isinstance(tree, type)


def members(record: Any) -> dict[str, Any]:
    """Give what the constructor of a dataclass takes, by name."""
    return {field.name: getattr(record, field.name) for field in fields(record) if field.init}


def _copied(tree: Any, parts: dict[str, Any]) -> Any:
    made = copy(tree)
    for name, part in parts.items():
        # A frozen dataclass refuses the plain assignment.
        object.__setattr__(made, name, part)
    return made


def _copied_dict(tree: Any, parts: dict[Any, Any]) -> Any:
    made = copy(tree)
    made.update(parts)
    return made


def is_node(tree: Any) -> bool:
    """Tell whether something has parts, and is no leaf.

    Examples
    --------
    >>> is_node([1.0]), is_node(1.0)
    (True, False)
    """
    return isinstance(tree, (dict, list, tuple)) or is_record(tree)


def paths(tree: Any, name: str = "") -> list[str]:
    """Name the leaves of a tree in their order, as one would write them.

    Examples
    --------
    >>> paths({"w": [1, 2], "b": 3}, "params")
    ["params['w'][0]", "params['w'][1]", "params['b']"]
    """
    if isinstance(tree, dict):
        parts = [(f"[{key!r}]", value) for key, value in tree.items()]
    elif isinstance(tree, tuple) and hasattr(tree, "_fields"):
        parts = [(f".{key}", value) for key, value in zip(tree._fields, tree, strict=True)]
    elif type(tree) in (list, tuple):
        parts = [(f"[{i}]", value) for i, value in enumerate(tree)]
    elif is_record(tree):
        parts = [(f".{key}", value) for key, value in members(tree).items()]
    else:
        return [name]
    return [path for part, value in parts for path in paths(value, name + part)]


def leaves_like(template: Any, tree: Any) -> list[Any] | None:
    """Give a tree's leaves in the order of another's, key by key; None if the two are not built alike.

    Examples
    --------
    >>> leaves_like({"w": 0, "b": 0}, {"b": 1, "w": 2})
    [2, 1]
    >>> leaves_like([0], (0,)) is None
    True
    """
    if not is_node(template) and not is_node(tree):
        return [tree]
    if type(template) is not type(tree):
        return None
    if is_record(template):
        template, tree = members(template), members(tree)
    if len(template) != len(tree):
        return None
    if isinstance(template, dict):
        if template.keys() != tree.keys():
            return None
        pairs = [(value, tree[key]) for key, value in template.items()]
    else:
        pairs = list(zip(template, tree, strict=True))
    leaves: list[Any] = []
    for one, other in pairs:
        part = leaves_like(one, other)
        if part is None:
            return None
        leaves += part
    return leaves
