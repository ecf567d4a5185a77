"""Gradient descent in the signatures of HIPS autograd: `adam(gradient, x0, callback=None, num_iters=100, ...)`.

`gradient(x, i)` gives the gradient at step i; `x0` may be any tree of arrays. They are written in plain NumPy, and can
be differentiated through.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.dropin.misc.flatten import flatten

Fn = Callable[..., Any]


def unflatten_optimizer(optimize: Fn) -> Fn:
    """Let an optimizer of vectors take trees of arrays."""

    @functools.wraps(optimize)
    def of_trees(grad: Fn, x0: Any, callback: Fn | None = None, *args: Any, **kwargs: Any) -> Any:
        flat, unflatten = flatten(x0)
        inform = None if callback is None else lambda x, i, g: callback(unflatten(x), i, unflatten(g))
        found = optimize(lambda x, i: flatten(grad(unflatten(x), i))[0], flat, inform, *args, **kwargs)
        return unflatten(found)

    return of_trees


@unflatten_optimizer
def sgd(
    grad: Fn, x: Any, callback: Fn | None = None, num_iters: int = 200, step_size: float = 0.1, mass: float = 0.9
) -> Any:
    """Descend with momentum: v ← mass v - (1 - mass) g, x ← x + step_size v."""
    velocity = np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback is not None:
            callback(x, i, g)
        velocity = mass * velocity - (1.0 - mass) * g
        x = x + step_size * velocity
    return x


@unflatten_optimizer
def rmsprop(
    grad: Fn, x: Any, callback: Fn | None = None, num_iters: int = 100, step_size: float = 0.1, gamma: float = 0.9,
    eps: float = 1e-8,
) -> Any:  # fmt: skip
    """Descend by the gradient over the root of its running mean square."""
    square = np.ones(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback is not None:
            callback(x, i, g)
        square = gamma * square + (1 - gamma) * g**2
        x = x - step_size * g / (np.sqrt(square) + eps)
    return x


@unflatten_optimizer
def adam(
    grad: Fn, x: Any, callback: Fn | None = None, num_iters: int = 100, step_size: float = 0.001, b1: float = 0.9,
    b2: float = 0.999, eps: float = 1e-8,
) -> Any:  # fmt: skip
    """Descend by Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1)."""
    first = np.zeros(len(x))
    second = np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback is not None:
            callback(x, i, g)
        first = b1 * first + (1 - b1) * g
        second = b2 * second + (1 - b2) * g**2
        x = x - step_size * (first / (1 - b1 ** (i + 1))) / (np.sqrt(second / (1 - b2 ** (i + 1))) + eps)
    return x
