"""What an op is: its function, its inputs and static parameters, its rules, and where NumPy finds it.

Here the names in a declaration are resolved: an op's function tells its parameters, a rule's parameter names tell what
it needs. A name that does not exist fails at once, at import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from autograd.entry import Array, Rule, Shell, Unknown

Fn = Callable[..., Any]
_VARARGS = 0x04

#: The op of each ufunc and of each NumPy function, and of each function by its full name, for when it was replaced.
ufuncs: dict[Any, Op] = {}
functions: dict[Any, Op] = {}
by_name: dict[str, Op] = {}
#: NumPy functions that are built of others, under their own signature. One may stand beside an op: the op is then the
#: common way, and the composite has the keywords that the op has not.
composites: dict[Any, Composite] = {}
#: NumPy functions whose result has no derivative, with the reason: they run on the data and give plain arrays.
constants: dict[Any, str] = {}
#: What a ufunc's method means, where more is known of it than that it repeats the ufunc: it has the method's signature.
methods: dict[tuple[Any, str], Fn] = {}
#: Functions of a library that need nothing here, for they call functions that have ops; with the names of these.
through: dict[Any, str] = {}
#: NumPy functions that make a new array and take only shape and type from a Tensor, with what they make.
creations: dict[Any, str] = {}
#: NumPy functions that do not take a Tensor that is on the tape, with the reason and what to write instead; a module's
#: name stands for all of its functions.
refusals: dict[Any, str] = {}


@dataclass(frozen=True)
class Real:
    """The numbers from which a test draws an input: the open interval, less a margin around what to avoid."""

    low: float = -2.0
    high: float = 2.0
    avoid: tuple[float, ...] = ()
    #: No two elements closer than 0.01: what ties would make a kink.
    distinct: bool = False


@dataclass(frozen=True)
class Matrix:
    """The matrices from which a test draws an input: well away from what is singular, their spectrum distinct.

    `kind` is "regular", "hermitian", or "positive" (Hermitian and positive definite).
    """

    kind: str = "regular"


@dataclass(frozen=True)
class Case:
    """One call for the tests: a shape for each input (or for each of a variable number), and static parameters.

    A list of shapes stands for an input that is a list of arrays.
    """

    shapes: tuple[Any, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


def case(*shapes: Any, **params: Any) -> Case:
    """Write a `Case` on one line.

    Examples
    --------
    >>> case((2, 3), axis=0).params
    {'axis': 0}
    """
    return Case(shapes, params)


class Composite:
    """A NumPy function that is built of ops.

    Attributes
    ----------
    body : callable
        Written in NumPy, under the function's own signature. It is what is differentiated.
    numpy : tuple of callables
        The functions that it stands for; by its full name one in a module that need not have been imported.
    bitwise : bool
        The body computes what NumPy does to the last bit, with its errors. Otherwise NumPy's own function runs first,
        and the value is its.
    inputs : tuple of str
        For the tests: by which keywords the arrays are passed; in order of position, if none.
    sample, cases
        From what the tests draw. A shape that is a list stands for a list of arrays.
    note : str
        What the docs say beside it.
    """

    __slots__ = ("bitwise", "body", "cases", "inputs", "name", "note", "numpy", "sample")

    def __init__(
        self,
        body: Fn,
        numpy: Sequence[Any],
        bitwise: bool,
        inputs: Sequence[str],
        sample: Mapping[str, Any],
        cases: Sequence[Any],
        note: str,
    ) -> None:
        self.body = body
        self.numpy = tuple(numpy)
        first = self.numpy[0]
        self.name: str = first if isinstance(first, str) else first.__name__
        self.bitwise = bitwise
        self.inputs = tuple(inputs)
        self.sample = dict(sample)
        self.cases = tuple(cases)
        self.note = note

    def __repr__(self) -> str:
        """Give the name."""
        return f"<Composite {self.name}>"


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
    written, forward : dict
        For each differentiable input the rule as it was declared, the formula that the docs show; and its forward rule,
        where that was declared too.
    variadic : bool
        The inputs are `*args` of `fn`.
    outputs : tuple of str
        The names of the outputs, if `fn` gives a tuple; none if it gives one array.
    refused : dict
        For an input that must not be on the tape the reason: without one, an input that has no rule is a constant.
    sample, cases
        From what the tests draw.
    note : str
        What the docs say beside it.
    """

    __slots__ = (
        "__weakref__",
        "call",
        "cases",
        "family",
        "fn",
        "forward",
        "inputs",
        "name",
        "note",
        "numpy",
        "outputs",
        "params",
        "refused",
        "rule_at",
        "rules",
        "sample",
        "variadic",
        "written",
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
        outputs: Sequence[str] = (),
        note: str = "",
    ) -> None:
        self.fn = fn
        self.family = family
        self.inputs = inputs
        self.numpy = tuple(numpy)
        self.name = name or (self.numpy[0] if self.numpy else fn).__name__
        self.rules: list[Any] = [None] * len(inputs)
        self.written: Mapping[str, Fn] = {}
        self.forward: Mapping[str, Fn] = {}
        self.rule_at: Callable[[int, int], Any] = self._unbound
        self.sample = dict(sample or {})
        self.cases = tuple(cases)
        self.outputs = tuple(outputs)
        self.note = note
        self.refused: dict[str, str] = {}
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
        try:
            return self.fn(*args, **params)
        except Unknown as error:
            return error.recorder.whole(self, args, params, error)

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


def composite(
    *numpy: Any,
    bitwise: bool = False,
    inputs: Sequence[str] = (),
    sample: Mapping[str, Any] | None = None,
    cases: Sequence[Any] = (),
    note: str = "",
) -> Callable[[Fn], Fn]:
    """Register a function built of ops as what these NumPy functions do to a Tensor; it has their signature.

    Parameters are the attributes of `Composite`. The function stays what it is, to be called by other rows.
    """

    def mark(fn: Fn) -> Fn:
        made = Composite(fn, numpy, bitwise, inputs, sample or {}, cases, note)
        for key in numpy:
            composites[key] = made
        return fn

    return mark


def ufunc_method(ufunc: Any, method: str) -> Callable[[Fn], Fn]:
    """Register a function built of ops as what a method of a ufunc does to a Tensor; it has the method's signature."""

    def mark(fn: Fn) -> Fn:
        methods[ufunc, method] = fn
        return fn

    return mark


def present(module: Any, *names: str) -> tuple[Fn, ...]:
    """Give those functions of a module that this version of NumPy has.

    Examples
    --------
    >>> present(np, "exp", "no_such_function")
    (<ufunc 'exp'>,)
    """
    return tuple(getattr(module, name) for name in names if hasattr(module, name))


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
    known = [*op.inputs, *(op.outputs or ("ans",)), *op.params]
    known += [f"{n}_{what}" for n in op.inputs for what in ("shape", "dtype")]
    check_known(op, rule, wanted, known)
    return wanted


def bind(op: Op, key: str, names: tuple[str, ...], pull: Fn, push: Fn) -> Rule:
    """Make the rule of the input `key` from what is saved and its two directions."""
    where: dict[str, int | None] = {n: i for i, n in enumerate(op.inputs)}
    where.update({n: -1 - i for i, n in enumerate(op.outputs or ("ans",))})
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
    if source is not None and source < 0:
        # What an op with several outputs saves of them is given as a tuple.
        return lambda data, ans, params: ans[-1 - source] if type(ans) is tuple else ans
    if source is not None:
        return lambda data, ans, params: data[source]
    stem, _, what = name.rpartition("_")
    if name == "ans_shape":
        return lambda data, ans, params: tuple([part.shape for part in ans])
    if name == "ans_dtype":
        return lambda data, ans, params: tuple([part.dtype for part in ans])
    if stem in inputs and what in ("shape", "dtype"):
        i = inputs.index(stem)
        if what == "shape":
            return lambda data, ans, params: np.shape(data[i])
        return lambda data, ans, params: np.result_type(data[i])
    return lambda data, ans, params: params[name]
