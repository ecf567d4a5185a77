"""Trees: every kind of node, what is rebuilt, and how leaves are named."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from autograd import compile, grad, value_and_grad
from autograd.tree import flatten, leaves_like, paths

Pair = namedtuple("Pair", "a b")


class Checked(namedtuple("Checked", "a")):
    """A named tuple that looks at what it is made of."""

    def __new__(cls, a: Any, extra: int) -> Checked:
        """Refuse what is no number."""
        return super().__new__(cls, float(a) * extra)


@dataclass
class Layer:
    """Has a field that the constructor does not take, and a check."""

    w: Any
    count: Any = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """Refuse what is negative."""
        if self.w < 0:
            raise ValueError("negative")
        self.count = 7.0


@dataclass(frozen=True, slots=True)
class Frozen:
    """Cannot be assigned to."""

    w: Any
    b: Any = 1.0


def layer() -> Layer:
    made = Layer(2.0)
    made.count = 3.0
    return made


def test_dataclasses_are_copied_and_not_made_anew() -> None:
    given = layer()
    value, gradient = value_and_grad(lambda p: -p.w * p.count)(given)
    assert value == -6.0 and (gradient.w, gradient.count) == (-3.0, 3.0)
    assert (given.w, given.count) == (2.0, 3.0)
    found = grad(lambda p: p.w * p.b**2)(Frozen(2.0, 3.0))
    assert found == Frozen(np.array(9.0), np.array(12.0))


def test_named_tuples_are_made_of_their_parts() -> None:
    found = grad(lambda p: p.a**2)(Checked(1.0, 3))
    assert type(found) is Checked and found.a == 6.0
    assert grad(lambda p: p.a * p.b)(Pair(2.0, 3.0)) == Pair(3.0, 2.0)


def test_other_dicts_keep_their_kind() -> None:
    found = grad(lambda p: p["w"] * p["b"])(OrderedDict(w=1.0, b=3.0))
    assert type(found) is OrderedDict and found == {"w": 3.0, "b": 1.0}
    given: Any = defaultdict(list, w=2.0)
    found = grad(lambda p: p["w"] ** 2)(given)
    assert type(found) is defaultdict and found.default_factory is list and found == {"w": 4.0}


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        (1.0, [""]),
        ([1.0, (2.0,)], ["[0]", "[1][0]"]),
        ({"a": {"b": 1.0}}, ["['a']['b']"]),
        (Pair(1.0, [2.0]), [".a", ".b[0]"]),
        (Frozen(1.0), [".w", ".b"]),
        (layer(), [".w"]),
        ([], []),
    ],
)
def test_leaves_have_names_in_their_order(tree: Any, names: list[str]) -> None:
    assert paths(tree) == names
    assert len(flatten(tree)[0]) == len(names)
    leaves, rebuild = flatten(tree)
    assert leaves_like(tree, rebuild(leaves)) == leaves


def test_trees_in_a_program() -> None:
    found = compile(grad(lambda p: p["w"] * p["b"]))({"w": np.array(1.0), "b": np.array(3.0)})
    assert found == {"w": 3.0, "b": 1.0}
