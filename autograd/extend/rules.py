"""The rules of primitives, as HIPS autograd declares them: `defvjp`, `defjvp`, their variants, and the two registries.

A rule in reverse mode is a closure: `vjp(ans, *args)` gives the function that takes the output's cotangent to an
argument's. In forward mode it is a function: `jvp(g, ans, *args)` gives an argument's share of the output's tangent.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from autograd.extend.vspaces import vspace
from autograd.tree import flatten

Fn = Callable[..., Any]

#: For each primitive what gives its pullback, `(argnums, ans, args, kwargs) -> (g -> cotangents)`, and what gives the
#: output's tangent, `(argnums, gs, ans, args, kwargs) -> tangent`.
primitive_vjps: dict[Any, Fn] = {}
primitive_jvps: dict[Any, Fn] = {}


def defvjp(fun: Fn, *vjpmakers: Fn | None, argnums: Any = None) -> None:
    """Declare the pullback of a primitive, one rule for each positional argument.

    Parameters
    ----------
    fun : callable
        Made by `primitive`.
    *vjpmakers : callable or None
        `maker(ans, *args, **kwargs)` gives the function from the output's cotangent to the argument's; None is a
        derivative of 0.
    argnums : iterable of int, optional
        Which arguments the rules belong to, if not to the first ones in order.
    """
    makers = dict(zip(count() if argnums is None else argnums, vjpmakers, strict=False))

    def pull(nums: Sequence[int], ans: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Fn:
        for num in nums:
            if num not in makers:
                raise NotImplementedError(f"VJP of {title(fun)} wrt argnum {num} not defined")
        chosen = [makers[num] for num in nums]
        pulls = [None if make is None else make(ans, *args, **kwargs) for make in chosen]
        return lambda g: [None if one is None else one(g) for one in pulls]

    primitive_vjps[fun] = pull


def defvjp_argnum(fun: Fn, vjpmaker: Fn) -> None:
    """Declare the pullback of a primitive by one rule that is given the argument's position.

    `vjpmaker(argnum, ans, args, kwargs)` gives the function from the output's cotangent to that argument's.
    """

    def pull(nums: Sequence[int], ans: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Fn:
        pulls = [vjpmaker(num, ans, args, kwargs) for num in nums]
        return lambda g: [one(g) for one in pulls]

    primitive_vjps[fun] = pull


def defvjp_argnums(fun: Fn, vjpmaker: Fn) -> None:
    """Declare the pullback of a primitive into several arguments at once.

    `vjpmaker(argnums, ans, args, kwargs)` gives the function from the output's cotangent to a sequence of the
    arguments'.
    """
    primitive_vjps[fun] = vjpmaker


def defjvp(fun: Fn, *jvpfuns: Any, argnums: Any = None) -> None:
    """Declare the pushforward of a primitive, one rule for each positional argument.

    Parameters
    ----------
    fun : callable
        Made by `primitive`.
    *jvpfuns : callable, "same" or None
        `rule(g, ans, *args, **kwargs)` gives the argument's share of the output's tangent; "same" is for an argument
        in which the function is linear, None for a derivative of 0.
    argnums : iterable of int, optional
        Which arguments the rules belong to, if not to the first ones in order.
    """
    rules = dict(zip(count() if argnums is None else argnums, jvpfuns, strict=False))
    for rule in rules.values():
        if not (rule is None or rule == "same" or callable(rule)):
            raise ValueError(f"A rule of defjvp is a function, 'same' or None; met {rule!r} for {title(fun)}")

    def share(num: int, g: Any, ans: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        if num not in rules:
            raise NotImplementedError(f"JVP of {title(fun)} wrt argnum {num} not defined")
        rule = rules[num]
        if rule is None:
            return None
        return fun(*args[:num], g, *args[num + 1 :], **kwargs) if rule == "same" else rule(g, ans, *args, **kwargs)

    defjvp_argnum(fun, share)


def defjvp_argnum(fun: Fn, jvpmaker: Fn) -> None:
    """Declare the pushforward of a primitive by one rule that is given the argument's position.

    `jvpmaker(argnum, g, ans, args, kwargs)` gives that argument's share of the output's tangent.
    """

    def push(nums: Sequence[int], gs: Sequence[Any], ans: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        total: list[Any] | None = None
        rebuild: Any = None
        for num, g in zip(nums, gs, strict=True):
            part = jvpmaker(num, g, ans, args, kwargs)
            if part is None:
                continue
            leaves, rebuild = flatten(part)
            total = leaves if total is None else [a + b for a, b in zip(total, leaves, strict=True)]
        return None if total is None else rebuild(total)

    primitive_jvps[fun] = push


def defjvp_argnums(fun: Fn, jvpmaker: Fn) -> None:
    """Declare the pushforward of a primitive by one rule for all arguments: `(argnums, gs, ans, args, kwargs)`."""
    primitive_jvps[fun] = jvpmaker


def def_linear(fun: Fn) -> None:
    """Declare that a primitive is linear in each argument: its pushforward is itself on the tangent."""
    defjvp_argnum(fun, lambda num, g, ans, args, kwargs: fun(*args[:num], g, *args[num + 1 :], **kwargs))


def deprecated(fun: Fn) -> dict[str, Fn]:
    """Give the methods by which early versions of HIPS autograd declared rules; each warns."""
    makers: dict[int, Fn | None] = {}

    def declare(method: str, maker: Fn | None, argnum: int) -> None:
        warnings.warn(f"The {method} method is deprecated: write defvjp(fun, ...).", DeprecationWarning, stacklevel=3)
        makers[argnum] = maker
        defvjp(fun, *makers.values(), argnums=list(makers))

    def defgrad(maker: Fn, argnum: int = 0) -> None:
        """Declare the function that gives an argument's pullback: deprecated."""
        declare("defgrad", maker, argnum)

    def defvjp_method(rule: Fn, argnum: int = 0) -> None:
        """Declare an argument's pullback as a function of everything: deprecated."""

        def maker(ans: Any, *args: Any, **kwargs: Any) -> Fn:
            return lambda g: rule(g, ans, vspace(args[argnum]), vspace(g), *args, **kwargs)

        declare("defvjp", maker, argnum)

    def defvjp_is_zero(argnums: Sequence[int] = (0,)) -> None:
        """Declare that the derivative in some arguments is 0: deprecated."""
        for argnum in argnums:
            declare("defvjp_is_zero", None, argnum)

    return {"defgrad": defgrad, "defvjp": defvjp_method, "defvjp_is_zero": defvjp_is_zero}


def title(fun: Any) -> str:
    """Name a primitive, or show what has no name."""
    return getattr(fun, "__name__", repr(fun))
