"""Trees of lists, tuples, named tuples, dicts and dataclasses: to their leaves, and back with others instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
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
        return lambda new: kind(*[build(new) for build in builds])
    if _is_dataclass(tree):
        parts = [(field.name, _visit(getattr(tree, field.name), leaves)) for field in fields(tree) if field.init]
        return lambda new: replace(tree, **{name: build(new) for name, build in parts})
    leaves.append(tree)
    return next


def _is_dataclass(tree: Any) -> bool:
    return is_dataclass(tree) and not isinstance(tree, type)


def is_node(tree: Any) -> bool:
    """Tell whether something has parts that are trees."""
    return isinstance(tree, (dict, list, tuple)) or _is_dataclass(tree)


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
    if _is_dataclass(template):
        template, tree = (
            {field.name: getattr(one, field.name) for field in fields(one) if field.init} for one in (template, tree)
        )
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
