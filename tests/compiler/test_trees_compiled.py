"""Transforms over trees within a program, and dataclasses as its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from agreement import agree, arguments, differ

import autograd as ag
from autograd import compile, grad, hvp, jacobian, jvp, vjp
from autograd.tree import flatten

pytestmark = pytest.mark.usefixtures("each_backend")

Fn = Callable[..., Any]
W = np.array([0.8, -1.1, 0.4])


class Pair(NamedTuple):
    """A named tuple."""

    w: Any
    b: Any


@dataclass(frozen=True)
class Layer:
    """A dataclass."""

    w: Any
    b: Any


TREES: dict[str, Fn] = {
    "list": lambda w, b: [w, [b]],
    "tuple": lambda w, b: (w, (b,)),
    "dict": lambda w, b: {"w": w, "b": {"b": b}},
    "named tuple": lambda w, b: Pair(w, Pair(b, b * 2)),
    "dataclass": lambda w, b: Layer(w, Layer(b, b * 2)),
    "all of them": lambda w, b: {"l": [Layer(w, (b,)), Pair(b, [b * 3])]},
}


@pytest.mark.parametrize("name", TREES)
def test_trees(name: str) -> None:
    tree = TREES[name]

    def loss(p: Any) -> Any:
        return sum(np.sum(np.sin(leaf * W) * (i + 1)) for i, leaf in enumerate(flatten(p)[0]))

    def outputs(p: Any) -> Any:
        return tree(np.tanh(flatten(p)[0][0]), loss(p))

    def pulled(p: Any) -> Any:
        out, pullback = vjp(outputs, p)
        return pullback(out)

    one, other = (tree(*arguments(seed, 2, float)) for seed in (0, 1))
    for fn in (
        grad(loss),
        ag.value_and_grad(lambda p: (loss(p), p), has_aux=True),
        jacobian(outputs),
        pulled,
        lambda p: jvp(outputs, (p,), (p,)),
        lambda p: hvp(loss)(p, p),
    ):
        made = compile(fn)
        for p in (one, other):
            agree(made(p), fn(p))
        assert len(made.programs) == 1 and differ(fn(one), fn(other))
    compiled = compile(outputs)
    agree(jacobian(compiled)(one), jacobian(outputs)(one))
    agree(grad(compile(loss))(one), grad(loss)(one))


def test_a_program_for_each_dataclass() -> None:
    made = compile(lambda p: p.w * (2 if p.b is None else p.b))
    layer = Layer(np.ones(2), np.asarray(3.0))
    agree(made(layer), np.full(2, 3.0))
    agree(made(replace(layer, w=np.ones(3))), np.full(3, 3.0))
    agree(made(replace(layer, w=np.ones(3), b=None)), np.full(3, 2.0))
    assert [program.reason for program in made.programs] == [
        "first call", "axis 0 of p.w went from 2 to 3", "p.b went from float64[] to None",
    ]  # fmt: skip
    agree(compile(lambda p: p.w, donate="p")(Layer(np.ones(2), np.ones(2))), np.ones(2))
    assert "def lambda_(w, b):" in ag.derive(lambda p: p.w * p.b, layer)
    with pytest.raises(TypeError, match="cannot tell what to do with <object"):
        made(Layer(np.ones(2), object()))


def test_a_static_dataclass_is_read_as_what_is_outside() -> None:
    @dataclass(eq=False)
    class Config:
        scale: Any
        times: int

    config = Config(np.arange(3.0), 2)
    made = compile(grad(lambda x, config: np.sum(x**2 * config.scale) * config.times), static="config")
    x = np.ones(3)
    agree(made(x, config), 4 * x * np.arange(3.0))
    config.scale = np.ones(3)
    agree(made(x, config), 4 * x)
    assert len(made.programs) == 1
    config.times = 3
    agree(made(x, config), 6 * x)
    assert "np.array" not in made.source and len(made.programs) == 2
