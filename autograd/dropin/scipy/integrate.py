"""Ordinary differential equations: `odeint`, whose derivative solves the adjoint equation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.integrate as _integrate

from autograd.dropin.misc.flatten import flatten
from autograd.extend import defvjp_argnums, primitive
from autograd.extend.products import make_vjp

odeint = primitive(_integrate.odeint)


def _pullback(argnums: Sequence[int], ans: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
    """Go back over the times, carrying the cotangents of state, time and parameters.

    With u the cotangent of y, between two times du/dt = -(∂f/∂y)ᵀ u, and those of t and the parameters collect
    -(∂f/∂t)ᵀ u and -(∂f/∂p)ᵀ u; at each time the output's own cotangent is added to u (Pontryagin; Chen et al. 2018,
    algorithm 1).
    """
    f, y0, times, *rest = args
    parameters, unflatten = flatten(rest[0] if rest else kwargs.get("args", ()))
    size = np.shape(y0)[0]
    options = {key: value for key, value in kwargs.items() if key in ("rtol", "atol", "mxstep", "hmax", "h0", "hmin")}

    def at(y: Any, t: Any, p: Any) -> Any:
        slope = f(y, t, *unflatten(p))
        return np.stack(slope) if isinstance(slope, (list, tuple)) else slope

    def backward(state: Any, t: Any, p: Any) -> Any:
        y, u = state[:size], state[size : 2 * size]
        pull, slope = make_vjp(lambda these: at(*these), (y, t, p))
        into_y, into_t, into_p = pull(-u)
        return np.concatenate([slope, into_y, np.reshape(into_t, (1,)), into_p])

    def pull(g: Any) -> list[Any]:
        u = g[-1]
        t0: Any = np.zeros(1)
        collected = np.zeros(np.shape(parameters))
        into_times: list[Any] = []
        for i in range(len(times) - 1, 0, -1):
            moved = np.reshape(np.sum(at(ans[i], times[i], parameters) * g[i]), (1,))
            into_times.append(moved)
            start = np.concatenate([ans[i], u, t0 - moved, collected])
            back = odeint(backward, start, np.stack([times[i], times[i - 1]]), (parameters,), **options)[1]
            u = back[size : 2 * size] + g[i - 1]
            t0, collected = back[2 * size : 2 * size + 1], back[2 * size + 1 :]
        into_times.append(t0)
        parts = (None, u, np.concatenate(into_times[::-1]), unflatten(collected))
        return [parts[num] for num in argnums]

    return pull


defvjp_argnums(odeint, _pullback)


def __getattr__(name: str) -> object:
    """Give what else SciPy has, to be used on plain arrays."""
    return getattr(_integrate, name)
