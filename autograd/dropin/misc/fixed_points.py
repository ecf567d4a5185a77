"""Fixed points that are differentiated where they are, not through the steps that led there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.extend import defvjp, primitive, vspace
from autograd.extend.products import make_vjp


@primitive
def fixed_point(f: Callable[[Any], Any], a: Any, x0: Any, distance: Callable[[Any, Any], Any], tol: float) -> Any:
    """Iterate x ← f(a)(x) from `x0` until two values are no further apart than `tol`.

    The derivative in `a` is that of the solution of x = f(a)(x): its pullback is found as a fixed point too,
    u = (∂f/∂x)ᵀ u + g, and the derivative in `x0` is 0.

    Parameters
    ----------
    f : callable
        Of the parameters; gives the function to iterate.
    a : tree of arrays
        The parameters.
    x0 : array or tree
    distance : callable
        Of two values; gives a number.
    tol : float
    """
    step = f(a)
    x = step(x0)
    before = x0
    while distance(x, before) > tol:
        x, before = step(x), x
    return x


def _pullback(ans: Any, f: Any, a: Any, x0: Any, distance: Any, tol: Any) -> Any:
    space = vspace(ans)

    def adjoint(parameters: Any) -> Any:
        a, x, g = parameters
        back, _ = make_vjp(f(a), x)
        return lambda u: space.add(back(u), g)

    into_a, _ = make_vjp(lambda a: f(a)(ans), a)
    return lambda g: into_a(fixed_point(adjoint, (a, ans, g), space.zeros(), distance, tol))


defvjp(fixed_point, None, _pullback, None)
