"""What an op is: its function, its inputs and static parameters, its rules, and where NumPy finds it.

Here the names in a declaration are resolved: an op's function tells its parameters, a rule's parameter names tell what
it needs. A name that does not exist fails at once, at import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from autograd.entry import Array, Rule, Shell

Fn = Callable[..., Any]
_VARARGS = 0x04

#: The op of each ufunc and of each NumPy function, and of each function by its full name, for when it was replaced.
ufuncs: dict[Any, Op] = {}
functions: dict[Any, Op] = {}
by_name: dict[str, Op] = {}
#: NumPy functions that are built of others, under their own signature.
composites: dict[Any, Fn] = {}
#: NumPy functions whose result has no derivative: they run on the data and give plain arrays.
constants: set[Any] = set()


@dataclass(frozen=True)
class Real:
    """The numbers from which a test draws an input: the open interval, less a margin around what to avoid."""

    low: float = -2.0
    high: float = 2.0
    avoid: tuple[float, ...] = ()
    #: No two elements closer than 0.01: what ties would make a kink.
    distinct: bool = False


@dataclass(frozen=True)
class Case:
    """One call for the tests: a shape for each input (or for each of a variable number), and static parameters."""

    shapes: tuple[tuple[int, ...], ...]
    params: Mapping[str, Any] = field(default_factory=dict)


def case(*shapes: tuple[int, ...], **params: Any) -> Case:
    """Write a `Case` on one line.

    Examples
    --------
    >>> case((2, 3), axis=0).params
    {'axis': 0}
    """
    return Case(shapes, params)


class Op:
    """One operation: its function, its inputs and static parameters, and a rule for each differentiable input.

    Attributes
    ----------
    name, family : str
    fn : callable
        Runs on plain arrays: the inputs first, then the static parameters.
    inputs : tuple of str
    params : dict
        Static parameters and their defaults, in order.
    rules : list
        For each input its rule, or None. For a variadic op see `rule_at`.
    variadic : bool
        The inputs are `*args` of `fn`.
    sample, cases
        From what the tests draw.
    """

    __slots__ = (
        "call",
        "cases",
        "family",
        "fn",
        "inputs",
        "name",
        "numpy",
        "params",
        "rule_at",
        "rules",
        "sample",
        "variadic",
    )

    def __init__(
        self,
        fn: Fn,
        family: str,
        inputs: tuple[str, ...],
        numpy: Sequence[Fn],
        name: str | None,
        sample: Mapping[str, Any] | None,
        cases: Sequence[Any],
    ) -> None:
        self.fn = fn
        self.family = family
        self.inputs = inputs
        self.numpy = tuple(numpy)
        self.name = name or (self.numpy[0] if self.numpy else fn).__name__
        self.rules: list[Any] = [None] * len(inputs)
        self.rule_at: Callable[[int, int], Any] = self._unbound
        self.sample = dict(sample or {})
        self.cases = tuple(cases)
        self.params, self.variadic = _signature(self.name, fn, inputs)
        for key in self.sample:
            if key not in inputs:
                raise TypeError(f"{self.name}: a sample is given for {key!r}; the inputs are {inputs}")
        for case in self.cases:
            wrong = [key for key in case.params if key not in self.params]
            if wrong or (not self.variadic and len(case.shapes) != len(inputs)):
                raise TypeError(f"{self.name}: {case} does not fit inputs {inputs} and parameters {list(self.params)}")
        self.call: Fn = self._unbound

    def _unbound(self, *args: Any, **params: Any) -> NoReturn:
        raise TypeError(f"{self.name} was not registered: declare it with one of the five families")

    def position(self, key: str) -> int:
        """Give the place of an input by its name."""
        return self.inputs.index(key)

    @property
    def __name__(self) -> str:
        """The op's name, as a function has it."""
        return self.name

    def __call__(self, *args: Any, **params: Any) -> Any:
        """Run the op: on Tensors it records, on arrays it is the plain function."""
        for arg in args:
            if isinstance(arg, Shell):
                return self.call(*args, **params)
        return self.fn(*args, **params)

    def __repr__(self) -> str:
        """Give name, inputs and parameters."""
        return f"<Op {self.name}({', '.join([*self.inputs, *self.params])})>"


def _signature(name: str, fn: Fn, inputs: tuple[str, ...]) -> tuple[dict[str, Any], bool]:
    """Read the static parameters with their defaults off a function, and whether its inputs are `*args`."""
    if isinstance(fn, np.ufunc):
        if fn.nin != len(inputs):
            raise TypeError(f"{name}: the ufunc takes {fn.nin} inputs, the declaration has {inputs}")
        return {}, False
    code = getattr(fn, "__code__", None)
    if code is None:
        raise TypeError(f"{name}: {fn!r} is not written in Python; wrap it in a lambda with its inputs and parameters")
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = dict(fn.__kwdefaults__ or {})
    positional = names[: code.co_argcount]
    given = fn.__defaults__ or ()
    defaults.update(zip(positional[len(positional) - len(given) :], given, strict=True))
    if code.co_flags & _VARARGS:
        return {n: defaults[n] for n in names}, True
    if len(positional) < len(inputs):
        raise TypeError(f"{name}: the function takes {positional}, the declaration has inputs {inputs}")
    return {n: defaults.get(n) for n in names[len(inputs) :]}, False


def composite(*numpy: Fn) -> Callable[[Fn], Fn]:
    """Register a function built of ops as what these NumPy functions do to a Tensor; it has their signature."""

    def mark(fn: Fn) -> Fn:
        for key in numpy:
            composites[key] = fn
        return fn

    return mark


def arguments(rule: Fn) -> tuple[str, ...]:
    """Name the parameters of a function written in Python."""
    code = rule.__code__
    return code.co_varnames[: code.co_argcount]


def inputs_of(fn: Fn, inputs: Sequence[str] | None, rules: Mapping[str, Fn]) -> tuple[str, ...]:
    """Name the array arguments in order: as given, or in the order of the rules."""
    names = tuple(inputs) if inputs is not None else tuple(rules)
    for key in rules:
        if key not in names:
            raise TypeError(f"{fn!r}: a rule is given for {key!r}, which is not an input; the inputs are {names}")
    return names


def check_known(op: Op, rule: Fn, wanted: Sequence[str], known: Sequence[str]) -> None:
    """Raise a TypeError where a rule does not begin with `g`, or asks for what is not known."""
    taken = arguments(rule)
    if not taken or taken[0] != "g":
        raise TypeError(f"{op.name}: a rule's first parameter is g, got {taken}")
    for name in wanted:
        if name not in known:
            raise TypeError(f"{op.name}: a rule asks for {name!r}; there is {', '.join(known)}")


def names_of(op: Op, key: str, rule: Fn, names: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Resolve what a rule asks for, or say at import which name does not exist."""
    wanted = arguments(rule)[1:] if names is None else names
    known = [*op.inputs, "ans", *op.params, *(f"{n}_{what}" for n in op.inputs for what in ("shape", "dtype"))]
    check_known(op, rule, wanted, known)
    return wanted


def bind(op: Op, key: str, names: tuple[str, ...], pull: Fn, push: Fn) -> Rule:
    """Make the rule of the input `key` from what is saved and its two directions."""
    where: dict[str, int | None] = {n: i for i, n in enumerate(op.inputs)}
    where["ans"] = -1
    sources = tuple(where.get(n) for n in names)
    return Rule(op.position(key), names, sources, pull, push, saver(names, sources, op.inputs))


Saver = Callable[[Sequence[Any], Array, Any], Any]


def saver(names: tuple[str, ...], sources: tuple[int | None, ...], inputs: tuple[str, ...]) -> Saver:
    """Make the closure that collects what a rule names, in the form that `tape.Rule.arity` tells."""
    getters = [_getter(n, source, inputs) for n, source in zip(names, sources, strict=True)]
    if len(getters) < 2:
        return getters[0] if getters else lambda data, ans, params: None
    return lambda data, ans, params: tuple([get(data, ans, params) for get in getters])


def _getter(name: str, source: int | None, inputs: tuple[str, ...]) -> Callable[[Sequence[Any], Array, Any], Any]:
    if source == -1:
        return lambda data, ans, params: ans
    if source is not None:
        return lambda data, ans, params: data[source]
    stem, _, what = name.rpartition("_")
    if stem in inputs and what in ("shape", "dtype"):
        i = inputs.index(stem)
        if what == "shape":
            return lambda data, ans, params: np.shape(data[i])
        return lambda data, ans, params: np.result_type(data[i])
    return lambda data, ans, params: params[name]
