"""Trees of lists, tuples, named tuples and dicts: take one to its leaves, and build the like of it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    leaves.append(tree)
    return next


def same_structure(one: Any, other: Any) -> bool:
    """Tell whether two trees have the same containers, keys and lengths.

    Examples
    --------
    >>> same_structure([1, (2,)], [3, (4,)]), same_structure([1], (1,))
    (True, False)
    """
    if isinstance(one, (dict, list, tuple)) or isinstance(other, (dict, list, tuple)):
        if type(one) is not type(other) or len(one) != len(other):
            return False
        if isinstance(one, dict):
            return one.keys() == other.keys() and all(same_structure(one[key], other[key]) for key in one)
        return all(same_structure(a, b) for a, b in zip(one, other, strict=True))
    return True
