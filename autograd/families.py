"""Declare an operation: its NumPy function, and its calculus as a table row.

Here one writes `exp = elementwise(np.exp, x=lambda g, ans: g * ans)` and has both modes, any order, the NumPy
protocols, and a place in the generated tests. Five families say what a rule means:

=============  =====================================  ==========================  ================================
family         the rule means                         reverse mode                forward mode
=============  =====================================  ==========================  ================================
`elementwise`  the diagonal applied to `g`            un-broadcast(rule)          the same rule on the tangent
`reduction`    the weights applied to a kept-axes g   the rule, broadcast         sum(rule(t), axis)
`linear`       the transpose                          rule(g)                     the op itself on the tangent
`bilinear`     the transpose in each argument         rule(g)                     one argument replaced, summed
`op`           explicit `vjp=` and `jvp=`             given                       given
=============  =====================================  ==========================  ================================

A rule's parameter names say what it needs, and nothing else is kept: `g` first, then inputs by name, `ans` (the
output), static parameters by name, and `x_shape` or `x_dtype` for an input `x`. Rules are plain NumPy, so that they
run on arrays, and on Tensors when the walk is recorded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.entry import Array, Rule
from autograd.op import Case, Fn, Op, Real, arguments, bind, check_known, inputs_of, names_of, saver
from autograd.record import register


def elementwise(
    fn: Fn,
    *,
    inputs: Sequence[str] | None = None,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Real] | None = None,
    name: str | None = None,
    mask: Mapping[str, Fn] | None = None,
    **rules: Fn,
) -> Op:
    """Declare an op that acts on each element by itself, with broadcasting.

    Parameters
    ----------
    fn : callable
        A ufunc, or a function of arrays that broadcast.
    inputs : sequence of str, optional
        The arguments' names in order, where not each has a rule (one without a rule is not differentiated).
    numpy : sequence of callables
        NumPy functions that mean this op; `fn` itself is always registered.
    sample : mapping from input name to Real
        From where the tests draw each input.
    mask : mapping from input name to a function of what its rule asks for
        True where this input's cotangent may be anything but 0: below, singular coefficients do no harm elsewhere.
    **rules : callables
        For each differentiable input the partial derivative applied to `g`. It is used in both modes.

    Raises
    ------
    TypeError
        At once, if a rule names an argument that does not exist, or a sample an input that does not.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> cube = elementwise(lambda x: x**3, name="cube", x=lambda g, x: g * 3 * x**2)
    >>> grad(cube)(2.0)
    array(12.)
    """
    op = Op(fn, "elementwise", inputs_of(fn, inputs, rules), numpy, name, sample, ())
    for key, rule in rules.items():
        names = names_of(op, key, rule)
        bound = bind(op, key, names, rule, rule)
        bound.carry = _same
        bound.shields = any(source is not None for source in bound.sources)
        op.rules[bound.position] = bound
    _add_masks(op, mask)
    return register(op)


def reduction(
    fn: Fn,
    *,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Real] | None = None,
    name: str | None = None,
    **rules: Fn,
) -> Op:
    """Declare an op that reduces over `axis` (None, int or tuple) with `keepdims`.

    The rule is given `g` and `ans` with the reduced axes kept at length 1, and may ask for `count`, the number of
    elements that went into one. Its result is broadcast to the input's shape in reverse mode; in forward mode the rule
    is applied to the tangent and summed. Parameters are those of `elementwise`; there is one input, `x`.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> def fn(x, axis=None, keepdims=False):
    ...     return np.sum(x * x, axis=axis, keepdims=keepdims)
    >>> sum_of_squares = reduction(fn, name="sum_of_squares", x=lambda g, x: g * 2 * x)
    >>> grad(sum_of_squares)(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    if set(rules) != {"x"}:
        raise TypeError(f"{fn.__name__}: a reduction has the one rule x=, got {sorted(rules)}")
    op = Op(fn, "reduction", ("x",), numpy, name, sample, ())
    for param in ("axis", "keepdims"):
        if param not in op.params:
            raise TypeError(f"{op.name}: a reduction takes axis and keepdims, {fn!r} takes {tuple(op.params)}")
    rule = rules["x"]
    wanted = arguments(rule)[1:]
    own = tuple(n for n in wanted if n not in ("count", "axis", "keepdims"))
    names = ("x_shape", "axis", "keepdims", *names_of(op, "x", rule, own))

    def weights(g: Array, x_shape: Any, axis: Any, rest: tuple[Any, ...]) -> Array:
        if not wanted:
            return rule(g)
        kept = kept_shape(x_shape, axis)
        known = dict(zip(own, rest, strict=True), axis=axis, count=_count(x_shape, kept))
        if "ans" in known and known["ans"].shape != kept:
            known["ans"] = np.reshape(known["ans"], kept)
        return rule(g, *[known[n] for n in wanted])

    def pull(g: Array, x_shape: Any, axis: Any, keepdims: bool, *rest: Any) -> Array:
        kept = kept_shape(x_shape, axis)
        ct = weights(g if g.shape == kept else np.reshape(g, kept), x_shape, axis, rest)
        return ct if ct.shape == x_shape else _broadcast(ct, x_shape)

    def push(t: Array, x_shape: Any, axis: Any, keepdims: bool, *rest: Any) -> Array:
        return np.sum(weights(t, x_shape, axis, rest), axis=axis, keepdims=keepdims)

    bound = bind(op, "x", names, pull, push)
    bound.carry = lambda mask, x_shape, axis, keepdims, *_: np.reshape(mask, kept_shape(x_shape, axis))
    op.rules[0] = bound
    return register(op)


def linear(
    fn: Fn,
    *,
    inputs: Sequence[str] | None = None,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Real] | None = None,
    name: str | None = None,
    cases: Sequence[Case] = (),
    moves: bool = False,
    mask: Mapping[str, Fn] | None = None,
    **rules: Fn,
) -> Op:
    """Declare an op that is linear in its inputs together; each rule is the transpose.

    Parameters
    ----------
    cases : sequence of Case
        The calls that the tests make.
    moves : bool
        The op only moves elements about (its transpose applied to a mask is the mask of the input).
    fn, inputs, numpy, sample, name, mask, **rules
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
    op = Op(fn, "linear", inputs_of(fn, inputs, rules), numpy, name, sample, cases)

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
        pull = _first(rule, count, len(full))
        bound = bind(op, key, full, pull, _linear_push(op, key, count, others, passive))
        bound.carry = pull if moves else None
        op.rules[bound.position] = bound
    _add_masks(op, mask)
    return register(op)


def bilinear(
    fn: Fn,
    *,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Real] | None = None,
    name: str | None = None,
    cases: Sequence[Case] = (),
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
    op = Op(fn, "bilinear", inputs_of(fn, None, rules), numpy, name, sample, cases)
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
        op.rules[position] = bind(op, key, full, _first(rule, count, len(full)), push)
    return register(op)


def op(
    fn: Fn,
    *,
    vjp: Mapping[str, Fn],
    jvp: Mapping[str, Fn],
    inputs: Sequence[str] | None = None,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Real] | None = None,
    name: str | None = None,
    cases: Sequence[Case] = (),
) -> Op:
    """Declare an op by both its rules, where no family fits.

    Parameters
    ----------
    vjp : mapping from input name to rule
        From the output's cotangent `g` to this input's.
    jvp : mapping from input name to rule
        From this input's tangent `g` to its share of the output's; the shares are summed.
    fn, inputs, numpy, sample, name, cases
        As for `linear`.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> last = op(lambda x: x[-1], name="last", vjp={"x": lambda g, x: np.where(np.arange(x.size) == x.size - 1, g, 0)},
    ...           jvp={"x": lambda g: g[-1]})
    >>> grad(last)(np.array([1.0, 2.0]))
    array([0., 1.])
    """
    if set(vjp) != set(jvp):
        raise TypeError(f"{fn.__name__}: rules for the same inputs are wanted, got vjp={set(vjp)}, jvp={set(jvp)}")
    record = Op(fn, "op", inputs_of(fn, inputs, vjp), numpy, name, sample, cases)
    for key in vjp:
        back, forth = names_of(record, key, vjp[key]), names_of(record, key, jvp[key])
        full = back + tuple(n for n in forth if n not in back)
        picks = [full.index(n) for n in forth]

        def push(t: Array, *args: Any, rule: Fn = jvp[key], picks: list[int] = picks) -> Array:
            return rule(t, *[args[i] for i in picks])

        bound = bind(record, key, full, _first(vjp[key], len(back), len(full)), push)
        record.rules[bound.position] = bound
    return register(record)


#: Below this many elements a copy costs less than NumPy's making of a broadcast view.
_SMALL = 4096


def _broadcast(ct: Array, shape: tuple[int, ...]) -> Array:
    """Broadcast a cotangent to the input's shape."""
    if type(ct) is np.ndarray and math.prod(shape) < _SMALL:
        full = np.empty(shape, ct.dtype)
        full[...] = ct
        return full
    return np.broadcast_to(ct, shape)


def _count(shape: tuple[int, ...], kept: tuple[int, ...]) -> int:
    """Count the elements that go into one of a reduction."""
    return math.prod(size for size, one in zip(shape, kept, strict=True) if size != one)


@lru_cache(maxsize=4096)
def kept_shape(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """Give the shape of a reduction over `axis` with `keepdims=True`.

    Examples
    --------
    >>> kept_shape((2, 3), -1)
    (2, 1)
    """
    if axis is None:
        return (1,) * len(shape)
    axes = {a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))} if shape else set()
    return tuple(1 if i in axes else size for i, size in enumerate(shape))


def _add_masks(op: Op, masks: Mapping[str, Fn] | None) -> None:
    """Let the cotangents of some inputs carry a mask."""
    for key, make in (masks or {}).items():
        rule = op.rules[op.position(key)]
        wanted = arguments(make)
        if rule.names[: len(wanted)] != wanted:
            raise TypeError(f"{op.name}: the mask of {key!r} takes what its rule asks for, {rule.names}, not {wanted}")
        rule.mask = _taking(make, len(wanted))


def _taking(fn: Fn, count: int) -> Fn:
    """Give a function the first `count` of its arguments."""
    return lambda *args: fn(*args[:count])


def _same(mask: Array, *_: Any) -> Array:
    return mask


def _first(rule: Fn, count: int, total: int) -> Fn:
    """Give the rule the first `count` of all saved values: the rest is for the other mode."""
    return rule if count == total else lambda g, *saved: rule(g, *saved[:count])


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
