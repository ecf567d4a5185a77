"""`autograd.misc`: flattening, optimizers, fixed points, recorded graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from autograd.misc import const_graph, flatten
from autograd.misc.fixed_points import fixed_point
from autograd.misc.flatten import flatten_func
from autograd.misc.optimizers import adam, rmsprop, sgd
from autograd.numpy.numpy_vjps import unbroadcast_f
from faces import A, X, close

from autograd import grad


def test_flatten() -> None:
    tree = {"b": (np.float32(2.0), A), "a": [X, {}, 4.0]}
    vector, unflatten = flatten(tree)
    np.testing.assert_array_equal(vector[:4], [*X, 4.0])
    back = unflatten(vector)
    assert list(back) == ["b", "a"]
    assert back["b"][0].dtype == np.float32
    np.testing.assert_array_equal(back["b"][1], A)
    close(grad(lambda v: np.sum(unflatten(v)["b"][1] ** 2))(vector)[5:], 2 * A.ravel())
    close(grad(lambda x, y: np.sum(flatten([x, y])[0] ** 2))(3.0, 4.0), 6.0)
    func, _, start = flatten_func(lambda t: {"a": t["a"] * 2}, {"a": X})
    close(func(start), 2 * X)
    assert flatten(())[0].shape == (0,)


@pytest.mark.parametrize("optimize", [sgd, rmsprop, adam])
def test_optimizers_go_down(optimize: Callable[..., Any]) -> None:
    steps = []
    start = {"w": X, "b": 1.0}
    gradient = grad(lambda p, i: np.sum(p["w"] ** 2) + p["b"] ** 2)
    end = optimize(gradient, start, callback=lambda p, i, g: steps.append(i), num_iters=300, step_size=0.02)
    assert steps == list(range(300))
    assert np.max(np.abs(flatten(end)[0])) < 0.05


def test_fixed_points_are_differentiated_implicitly() -> None:
    def root(a: Any) -> Any:
        return fixed_point(lambda a: lambda x: (x + a / x) / 2, a, 1.0, lambda x, y: abs(x - y), 1e-12)

    close(root(2.0), np.sqrt(2.0))
    close(grad(root)(2.0), 0.5 / np.sqrt(2.0))
    close(grad(grad(root))(2.0), -0.25 * 2.0**-1.5)


def test_const_graph() -> None:
    f = const_graph(lambda x, y: np.sin(x) * y, y=X)
    close(f(0.3), np.sin(0.3) * X)
    close(f(0.4), np.sin(0.4) * X)


def test_unbroadcast() -> None:
    close(unbroadcast_f(np.ones((1, 3)), lambda g: g * 2)(np.ones((4, 3))), np.full((1, 3), 8.0))


def test_what_cannot_be_flattened_or_made_again_is_named() -> None:
    vector, unflatten = flatten({"a": X, "b": 1.0})
    for wrong in (vector[:-1], np.append(vector, 1.0), vector[None]):
        with pytest.raises(ValueError, match=r"needs \(4,\)"):
            unflatten(wrong)
    with pytest.raises(TypeError, match="None"):
        flatten({"a": None})
    with pytest.raises(TypeError, match="keys of one kind"):
        flatten({1: 1.0, "a": 2.0})
