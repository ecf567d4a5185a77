"""Trees of lists, tuples, named tuples, dicts and dataclasses: to their leaves, and back with others instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any


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
    if type(tree) is dict:
        parts = [(key, _visit(value, leaves)) for key, value in tree.items()]
        return lambda new: {key: build(new) for key, build in parts}
    if type(tree) in (list, tuple):
        kind = type(tree)
        builds = [_visit(value, leaves) for value in tree]
        return lambda new: kind([build(new) for build in builds])
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        make = type(tree)
        builds = [_visit(value, leaves) for value in tree]
        return lambda new: make(*[build(new) for build in builds])
    if is_record(tree):
        parts = [(name, _visit(value, leaves)) for name, value in members(tree).items()]
        return lambda new: replace(tree, **{name: build(new) for name, build in parts})
    leaves.append(tree)
    return next


def is_record(tree: Any) -> bool:
    """Tell whether something is an object of a dataclass."""
    return is_dataclass(tree) and not isinstance(tree, type)


def members(record: Any) -> dict[str, Any]:
    """Give what the constructor of a dataclass takes, by name."""
    return {field.name: getattr(record, field.name) for field in fields(record) if field.init}


def _is_node(tree: Any) -> bool:
    return isinstance(tree, (dict, list, tuple)) or is_record(tree)


def leaves_like(template: Any, tree: Any) -> list[Any] | None:
    """Give a tree's leaves in the order of another's, key by key; None if the two are not built alike.

    Examples
    --------
    >>> leaves_like({"w": 0, "b": 0}, {"b": 1, "w": 2})
    [2, 1]
    >>> leaves_like([0], (0,)) is None
    True
    """
    if not _is_node(template) and not _is_node(tree):
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
