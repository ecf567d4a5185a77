"""Check gradients as HIPS autograd does: `check_grads(f, modes=["fwd", "rev"], order=2)(x)`.

A random direction is compared with a difference. `autograd.check_grads` proves more, and says more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from autograd.dropin.wrap_util import get_name, unary_to_nary
from autograd.extend import vspace
from autograd.extend.products import make_jvp, make_vjp

Fn = Callable[..., Any]

TOL = 1e-6
RTOL = 1e-6
EPS = 1e-6


def scalar_close(a: Any, b: Any) -> bool:
    """Tell whether two numbers agree to 1e-6, absolutely or relatively."""
    return bool(abs(a - b) < TOL or abs(a - b) / abs(a + b) < RTOL)


def nd(f: Fn, *args: Any) -> Any:
    """Give the gradient of a scalar function by differences: a tree like the argument, a tuple for several."""
    found = []
    for n, x in enumerate(args):
        space = vspace(x)

        def at(z: Any, n: int = n) -> Any:
            return f(*args[:n], z, *args[n + 1 :])

        total = space.zeros()
        for unit in space.standard_basis():
            total = space.add(total, space.scalar_mul(unit, make_numerical_jvp(at, x)(unit)))
        found.append(total)
    return found[0] if len(found) == 1 else tuple(found)


def make_numerical_jvp(f: Fn, x: Any) -> Fn:
    """Make the function that gives the derivative at `x` in a direction, by a central difference."""
    x_space, y_space = vspace(x), vspace(f(x))

    def slope(v: Any) -> Any:
        above = f(x_space.add(x, x_space.scalar_mul(v, EPS / 2)))
        below = f(x_space.add(x, x_space.scalar_mul(v, -EPS / 2)))
        return y_space.scalar_mul(y_space.add(above, y_space.scalar_mul(below, -1.0)), 1.0 / EPS)

    return slope


def check_vjp(f: Fn, x: Any) -> None:
    """Check the pullback of a function of one argument against a difference.

    Raises
    ------
    AssertionError
        If they differ.
    """
    pullback, y = make_vjp(f, x)
    x_space, y_space = vspace(x), vspace(y)
    x_v, y_v = x_space.randn(), y_space.randn()
    back = x_space.covector(pullback(y_space.covector(y_v)))
    assert vspace(back) == x_space
    exact = x_space.inner_prod(x_v, back)
    numeric = y_space.inner_prod(y_v, make_numerical_jvp(f, x)(x_v))
    assert scalar_close(numeric, exact), (
        f"Derivative (VJP) check of {get_name(f)} failed with arg {x}:\nanalytic: {exact}\nnumeric:  {numeric}"
    )


def check_jvp(f: Fn, x: Any) -> None:
    """Check the pushforward of a function of one argument against a difference.

    Raises
    ------
    AssertionError
        If they differ.
    """
    v = vspace(x).randn()
    check_equivalent(make_jvp(f, x)(v)[1], make_numerical_jvp(f, x)(v))


def check_equivalent(x: Any, y: Any) -> None:
    """Check that two values are of the same vector space and agree along a random vector.

    Raises
    ------
    AssertionError
        If they are not, or do not.
    """
    x_space, y_space = vspace(x), vspace(y)
    assert x_space == y_space, f"VSpace mismatch:\nx: {x_space}\ny: {y_space}"
    v = x_space.randn()
    assert scalar_close(x_space.inner_prod(x, v), x_space.inner_prod(y, v)), f"Value mismatch:\nx: {x}\ny: {y}"


@unary_to_nary
def check_grads(f: Fn, x: Any, modes: Sequence[str] = ("fwd", "rev"), order: int = 2) -> None:
    """Check the derivatives of a function against differences, up to an order.

    Raises
    ------
    AssertionError
        If one differs.
    """
    unknown = [mode for mode in modes if mode not in ("fwd", "rev")]
    assert not unknown, f"modes are 'fwd' and 'rev'; met {', '.join(map(repr, unknown))}"
    for mode, check, what in (("fwd", check_jvp, "jvp"), ("rev", check_vjp, "vjp")):
        if mode not in modes:
            continue
        check(f, x)
        if order > 1:

            def derivative(x: Any, v: Any, mode: str = mode) -> Any:
                return make_jvp(f, x)(v)[1] if mode == "fwd" else make_vjp(f, x)[0](v)

            derivative.__name__ = f"{what}_{get_name(f)}"
            v = vspace(x if mode == "fwd" else f(x)).randn()
            check_grads(derivative, (0, 1), modes, order=order - 1)(x, v)


def combo_check(fun: Fn, *options: Any, **named: Any) -> Fn:
    """Make the check of a function at all combinations of the values given for each of its arguments.

    The options are those of `check_grads`: `combo_check(f, [0, 1])([x1, x2], [y], axis=[None, 0])`.
    """

    def check(*args: Any, **kwargs: Any) -> None:
        for values in product(*args):
            for chosen in product(*kwargs.values()):
                check_grads(fun, *options, **named)(*values, **dict(zip(kwargs, chosen, strict=True)))

    return check
