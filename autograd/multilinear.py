"""Declare an operation that is linear in its inputs together (`linear`), or in each of two (`bilinear`).

Both modes follow from the transpose: forward, such an op is itself on the tangent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.entry import Array, Rule
from autograd.families import add_masks, first_of
from autograd.op import Case, Fn, Op, arguments, bind, check_known, inputs_of, names_of, saver
from autograd.record import register


def linear(
    fn: Fn,
    *,
    inputs: Sequence[str] | None = None,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Any] | None = None,
    name: str | None = None,
    cases: Sequence[Case] = (),
    moves: bool = False,
    mask: Mapping[str, Fn] | None = None,
    note: str = "",
    **rules: Fn,
) -> Op:
    """Declare an op that is linear in its inputs together; each rule is the transpose.

    Parameters
    ----------
    cases : sequence of Case
        The calls that the tests make.
    moves : bool
        The op only moves elements about (its transpose applied to a mask is the mask of the input).
    fn, inputs, numpy, sample, name, mask, note, **rules
        As for `elementwise`. With one input written as `*arrays` in `fn`, the rule may ask for `i`, the position of
        the argument, and `shapes`, those of all of them.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> reverse = linear(lambda x: x[::-1], name="reverse", x=lambda g: g[::-1])
    >>> grad(lambda x: reverse(x)[0])(np.array([1.0, 2.0]))
    array([0., 1.])
    """
    op = Op(fn, "linear", inputs_of(fn, inputs, rules), numpy, name, sample, cases, (), note)
    op.written = rules

    if op.variadic:
        ((_, transpose),) = rules.items()
        wanted = arguments(transpose)[1:]
        check_known(op, transpose, wanted, ("i", "shapes", *op.params))

        def make(i: int, count: int) -> Rule:
            statics = tuple(n for n in wanted if n != "i")
            names = (*statics, "shapes", *op.params)

            def pull(g: Array, *args: Any) -> Array:
                known = dict(zip(statics, args, strict=False), i=i)
                return transpose(g, *[known[n] for n in wanted])

            def push(t: Array, *args: Any) -> Array:
                shapes, *params = args[len(statics) :]
                blanks = [np.zeros_like(t, shape=shape) for shape in shapes]
                blanks[i] = t
                return op(*blanks, **dict(zip(op.params, params, strict=True)))

            sources = (None,) * len(names)
            bound = Rule(i, names, sources, pull, push, saver(names, sources, ()))
            bound.carry = (lambda mask, *args: pull(mask, *args)) if moves else None
            return bound

        op.rule_at = make
        return register(op)

    for key, rule in rules.items():
        names = names_of(op, key, rule)
        count = len(names)
        full = names + tuple(op.params)
        others = [n for n in op.inputs if n != key and n in rules]
        full += tuple(f"{n}_shape" for n in others)
        passive = tuple(n for n in op.inputs if n not in rules)
        full += passive
        pull = first_of(rule, count, len(full))
        bound = bind(op, key, full, pull, _linear_push(op, key, count, others, passive))
        bound.carry = pull if moves else None
        op.rules[bound.position] = bound
    add_masks(op, mask)
    return register(op)


def bilinear(
    fn: Fn,
    *,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Any] | None = None,
    name: str | None = None,
    cases: Sequence[Case] = (),
    note: str = "",
    **rules: Fn,
) -> Op:
    """Declare an op that is linear in each of its two inputs; each rule is the transpose in that argument.

    Parameters are those of `linear`.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> scale = bilinear(lambda a, b: a * b.sum(), name="scale",
    ...                  a=lambda g, b: g * b.sum(), b=lambda g, a, b: np.sum(g * a) * np.ones_like(b))
    >>> grad(lambda a: scale(a, np.array([1.0, 2.0])))(4.0)
    array(3.)
    """
    op = Op(fn, "bilinear", inputs_of(fn, None, rules), numpy, name, sample, cases, (), note)
    op.written = rules
    if len(op.inputs) != 2:
        raise TypeError(f"{op.name}: a bilinear op has two inputs, got rules for {op.inputs}")
    for position, (key, rule) in enumerate(rules.items()):
        other = op.inputs[1 - position]
        names = names_of(op, key, rule)
        count = len(names)

        def push(
            t: Array, *args: Any, position: int = position, other: str = other, names: tuple[str, ...] = names
        ) -> Array:
            # The other argument is the last but the parameters, or among what the rule saved anyway.
            value = args[names.index(other)] if other in names else args[len(names)]
            params = dict(zip(op.params, args[len(args) - len(op.params) :], strict=True))
            return op(t, value, **params) if position == 0 else op(value, t, **params)

        full = (names if other in names else (*names, other)) + tuple(op.params)
        op.rules[position] = bind(op, key, full, first_of(rule, count, len(full)), push)
    return register(op)


def _linear_push(op: Op, key: str, count: int, others: list[str], passive: tuple[str, ...]) -> Fn:
    """Forward mode of a linear op: the op itself on the tangent, zeros in place of its other linear inputs."""

    def push(t: Array, *saved: Any) -> Array:
        rest = saved[count:]
        params = dict(zip(op.params, rest, strict=False))
        rest = rest[len(op.params) :]
        args = {n: np.zeros_like(t, shape=shape) for n, shape in zip(others, rest, strict=False)}
        args.update(zip(passive, rest[len(others) :], strict=True))
        args[key] = t
        return op(*[args[n] for n in op.inputs], **params)

    return push
