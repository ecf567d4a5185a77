"""Declare an operation: its NumPy function, and its calculus as a table row.

Here one writes `exp = elementwise(np.exp, x=lambda g, ans: g * ans)` and has both modes, any order, the NumPy
protocols, and a place in the generated tests. Five families say what a rule means; the linear ones stand in
`autograd.multilinear`:

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

from autograd.entry import Array, Bundle, unchanged
from autograd.fitting import fit
from autograd.op import Case, Fn, Op, arguments, bind, inputs_of, names_of
from autograd.record import register


def elementwise(
    fn: Fn,
    *,
    inputs: Sequence[str] | None = None,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Any] | None = None,
    name: str | None = None,
    mask: Mapping[str, Fn] | None = None,
    cases: Sequence[Case] = (),
    note: str = "",
    refused: Mapping[str, str] | None = None,
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
    sample : mapping from input name to Real or Matrix
        From where the tests draw each input.
    mask : mapping from input name to a function of what its rule asks for
        True where this input's cotangent may be anything but 0: below, singular coefficients do no harm elsewhere. Or
        a function that makes it, for when it is wanted.
    cases : sequence of Case
        Calls that the tests make besides those with shapes of their own choice, for static parameters.
    note : str
        What the docs say beside the row.
    refused : mapping from input name to str
        For an input without a rule that must not be on the tape, the reason; without one it counts as a constant.
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
    op = Op(fn, "elementwise", inputs_of(fn, inputs, rules), numpy, name, sample, cases, (), note)
    op.refused = dict(refused or {})
    op.written = rules
    for key, rule in rules.items():
        names = names_of(op, key, rule)
        bound = bind(op, key, names, rule, rule)
        bound.carry = unchanged
        bound.shields = any(source is not None for source in bound.sources)
        op.rules[bound.position] = bound
    add_masks(op, mask)
    return register(op)


def reduction(
    fn: Fn,
    *,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Any] | None = None,
    name: str | None = None,
    cases: Sequence[Case] = (),
    note: str = "",
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
    op = Op(fn, "reduction", ("x",), numpy, name, sample, cases, (), note)
    op.written = rules
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


def op(
    fn: Fn,
    *,
    vjp: Mapping[str, Fn],
    jvp: Mapping[str, Fn],
    inputs: Sequence[str] | None = None,
    numpy: Sequence[Fn] = (),
    sample: Mapping[str, Any] | None = None,
    name: str | None = None,
    cases: Sequence[Case] = (),
    outputs: Sequence[str] = (),
    note: str = "",
    refused: Mapping[str, str] | None = None,
) -> Op:
    """Declare an op by both its rules, where no family fits.

    Parameters
    ----------
    vjp : mapping from input name to rule
        From the output's cotangent `g` to this input's.
    jvp : mapping from input name to rule
        From this input's tangent `g` to its share of the output's; the shares are summed.
    outputs : sequence of str
        The names of the outputs, where `fn` gives a tuple. Rules may then ask for them by name instead of for `ans`;
        a vjp rule is given a tuple of cotangents, None for an output through which nothing flows, and a jvp rule
        returns a tuple of tangents, None for an output without one.
    fn, inputs, numpy, sample, name, cases, note, refused
        As for `linear` and `elementwise`.

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
    record = Op(fn, "op", inputs_of(fn, inputs, vjp), numpy, name, sample, cases, outputs, note)
    record.written, record.forward, record.refused = vjp, jvp, dict(refused or {})
    for key in vjp:
        back, forth = names_of(record, key, vjp[key]), names_of(record, key, jvp[key])
        full = back + tuple(n for n in forth if n not in back)
        picks = [full.index(n) for n in forth]

        def push(t: Array, *args: Any, rule: Fn = jvp[key], picks: list[int] = picks) -> Array:
            return rule(t, *[args[i] for i in picks])

        pull = first_of(vjp[key], len(back), len(full))
        if outputs:
            full += ("ans_shape", "ans_dtype")
            pull, push = _of_parts(pull), _to_parts(push)
        bound = bind(record, key, full, pull, push)
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


def add_masks(op: Op, masks: Mapping[str, Fn] | None) -> None:
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


def first_of(rule: Fn, count: int, total: int) -> Fn:
    """Give the rule the first `count` of all saved values: the rest is for the other mode."""
    return rule if count == total else lambda g, *saved: rule(g, *saved[:count])


def _of_parts(rule: Fn) -> Fn:
    """Give a vjp rule the cotangents of several outputs as a tuple."""
    return lambda g, *saved: rule(g.parts, *saved[:-2])


def _to_parts(rule: Fn) -> Fn:
    """Make one bundle of the tangents that a jvp rule gives for several outputs."""

    def push(t: Array, *saved: Any) -> Bundle:
        *own, shape, dtype = saved
        parts = zip(rule(t, *own), shape, dtype, strict=True)
        return Bundle(tuple(None if part is None else fit(part, n, d) for part, n, d in parts), shape, dtype)

    return push
