"""Run an op and record it: the hot path of the forward pass.

Here an `Op` (made by the families in `autograd.op`) becomes callable. For each op one specialised closure is made when
it is declared, for one input, two inputs, or the general case. Each runs the op's NumPy function on the data, and if an
input is tracked, adds one `Entry` that keeps what the rules of the tracked inputs name, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from autograd.entry import Array, Entry, Shell, is_recording, numbers

Fn = Callable[..., Any]

#: Whether operands of a type are shells. The others here NumPy takes as they are; a type not listed is looked at.
_IS_SHELL: dict[type, bool] = dict.fromkeys(
    (np.ndarray, float, int, bool, complex, type(None), np.float64, np.float32, np.int64, np.bool_), False
)
_VARARGS = 0x04
new = object.__new__
ndarray = np.ndarray

# What most rules keep: nothing or one thing. Looked at in place, this saves a call for each edge.
NOTHING, X, Y, ANS = range(1, 5)
_KEPT: dict[tuple[int | None, ...], int] = {(): NOTHING, (0,): X, (1,): Y, (-1,): ANS}

#: The op of each ufunc and of each NumPy function, and of each function by its full name, for when it was replaced.
ufuncs: dict[Any, Op] = {}
functions: dict[Any, Op] = {}
by_name: dict[str, Op] = {}
#: NumPy functions that are built of others, under their own signature.
composites: dict[Any, Fn] = {}
#: NumPy functions whose result has no derivative: they run on the data and give plain arrays.
constants: set[Any] = set()


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
        self.rule_at: Callable[[int, int], Any] | None = None
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


def register(op: Op) -> Op:
    """Make the op callable, and known to NumPy's protocols under its function and the `numpy=` names."""
    if op.variadic:
        op.call = _variadic(op)
    elif len(op.inputs) == 1:
        op.call = _one_with_params(op) if op.params else _unary(op)
    else:
        op.call = _general(op) if op.params or len(op.inputs) > 2 else _binary(op)
    for fn in (op.fn, *op.numpy):
        if isinstance(fn, np.ufunc):
            ufuncs[fn] = op
        elif fn is not op.fn:
            functions[fn] = op
            by_name[f"numpy.{op.name}"] = op
    return op


def _look_at(x: Any) -> tuple[Any, bool]:
    """Give an operand in a form to compute with, and whether it is a shell."""
    if isinstance(x, Shell):
        _IS_SHELL[type(x)] = True
        return x, True
    return x if type(x) in _IS_SHELL else operand(x), False


def operand(x: Any) -> Any:
    """Take what NumPy does not compute with at once: lists become arrays, what is not numeric is refused.

    Raises
    ------
    TypeError
        For an object array, a masked array, or something that is not numeric.
    """
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError("A masked array beside a Tensor would lose its mask: write np.where(mask, ..., ...) instead.")
    if isinstance(x, np.generic) or (not isinstance(x, ndarray) and hasattr(x, "__array_function__")):
        return x
    array = np.asarray(x)
    if array.dtype.kind not in "biufc":
        raise TypeError(
            f"A Tensor computes with numbers; met {type(x).__name__} (dtype {array.dtype}). "
            "Convert it to a numeric array first."
        )
    return array


def _unary(op: Op) -> Fn:
    fn, rule = op.fn, op.rules[0]
    save = rule and rule.save
    kept = rule and _KEPT.get(rule.sources)

    def call(x: Any) -> Any:
        if not isinstance(x, Shell):
            raise TypeError(f"{op.name} was called to record, but its input is no Tensor")
        data = x._data
        try:
            ans = fn(data)
        except (ValueError, TypeError) as error:
            _explain(op, error, (data,))
        if type(ans) is not ndarray and isinstance(ans, np.generic):
            ans = np.asarray(ans)
        out = new(x.__class__)
        out._data = ans
        parent = x.entry
        if parent is None or rule is None or not is_recording():
            out.entry = None
            return out
        saved = ans if kept == ANS else data if kept == X else save((data,), ans, None)
        out.entry = Entry(op, ((parent, rule, saved),), None, next(numbers), ans.shape, ans.dtype)
        return out

    return call


def _binary(op: Op) -> Fn:
    fn, (rule_x, rule_y) = op.fn, op.rules
    save_x, save_y = rule_x and rule_x.save, rule_y and rule_y.save
    kept_x, kept_y = rule_x and _KEPT.get(rule_x.sources), rule_y and _KEPT.get(rule_y.sources)

    def call(x: Any, y: Any) -> Any:
        try:
            x_is_shell = _IS_SHELL[type(x)]
            y_is_shell = _IS_SHELL[type(y)]
        except KeyError:
            x, x_is_shell = _look_at(x)
            y, y_is_shell = _look_at(y)
        px = py = None
        if x_is_shell:
            cls = x.__class__
            px = x.entry
            x = x._data
        if y_is_shell:
            cls = y.__class__
            py = y.entry
            y = y._data
        try:
            ans = fn(x, y)
        except (ValueError, TypeError) as error:
            _explain(op, error, (x, y))
        if type(ans) is not ndarray and isinstance(ans, np.generic):
            ans = np.asarray(ans)
        out = new(cls)
        out._data = ans
        out.entry = None
        if (px is None and py is None) or not is_recording():
            return out
        edges: Any = ()
        if px is not None and rule_x is not None:
            saved = None if kept_x == NOTHING else y if kept_x == Y else save_x((x, y), ans, None)
            edges = ((px, rule_x, saved),)
        if py is not None and rule_y is not None:
            saved = None if kept_y == NOTHING else x if kept_y == X else save_y((x, y), ans, None)
            edges = (*edges, (py, rule_y, saved)) if edges else ((py, rule_y, saved),)
        if edges:
            out.entry = Entry(op, edges, None, next(numbers), ans.shape, ans.dtype)
        return out

    return call


def _one_with_params(op: Op) -> Fn:
    fn, rule, defaults = op.fn, op.rules[0], op.params
    save = rule and rule.save
    names = tuple(defaults)

    def call(x: Any, *positional: Any, **given: Any) -> Any:
        params = {**defaults, **given}
        if positional:
            params.update(zip(names, positional, strict=False))
        if not isinstance(x, Shell):
            raise TypeError(f"{op.name} was called to record, but its input is no Tensor")
        data = x._data
        try:
            ans = fn(data, **params)
        except (ValueError, TypeError) as error:
            _explain(op, error, (data,))
        if type(ans) is not ndarray and isinstance(ans, np.generic):
            ans = np.asarray(ans)
        out = new(x.__class__)
        out._data = ans
        out.entry = None
        parent = x.entry
        # Integers have no derivative: what is cast to them is a constant.
        if parent is not None and rule is not None and ans.dtype.kind in "fc" and is_recording():
            edges = ((parent, rule, save((data,), ans, params)),)
            out.entry = Entry(op, edges, params, next(numbers), ans.shape, ans.dtype)
        return out

    return call


def _general(op: Op) -> Fn:
    fn, rules, count, defaults = op.fn, op.rules, len(op.inputs), op.params
    names = tuple(defaults)

    def call(*args: Any, **given: Any) -> Any:
        params = defaults | given
        if len(args) > count:
            params.update(zip(names, args[count:], strict=False))
        cls, parents, data = _unwrap(args[:count])
        try:
            ans = fn(*data, **params)
        except (ValueError, TypeError) as error:
            _explain(op, error, data)
        ans = _array(ans)
        edges: tuple[Any, ...] = ()
        if is_recording():
            edges = tuple(
                (parent, rule, rule.save(data, ans, params))
                for parent, rule in zip(parents, rules, strict=True)
                if parent is not None and rule is not None
            )
        return _wrap(cls, op, ans, edges, params)

    return call


def _variadic(op: Op) -> Fn:
    fn, defaults = op.fn, op.params

    def call(*args: Any, **given: Any) -> Any:
        params = defaults | given
        cls, parents, data = _unwrap(args)
        # Unlike an operand, an item of a list has a shape of its own.
        data = [np.asarray(x) if not hasattr(x, "shape") else x for x in data]
        try:
            ans = fn(*data, **params)
        except (ValueError, TypeError) as error:
            _explain(op, error, data)
        ans = _array(ans)
        edges: list[Any] = []
        if is_recording():
            known = {**params, "shapes": tuple(x.shape for x in data)}
            for i, parent in enumerate(parents):
                if parent is not None:
                    rule = op.rule_at(i, len(data))  # type: ignore[misc]  # set for each variadic op
                    edges.append((parent, rule, rule.save(data, ans, known)))
        return _wrap(cls, op, ans, tuple(edges), params)

    return call


def _unwrap(args: Sequence[Any]) -> tuple[Any, list[Entry | None], list[Any]]:
    """Take the shells off: the class to make the result of, the entries, the data."""
    cls: Any = None
    parents: list[Entry | None] = []
    data = []
    for x in args:
        if isinstance(x, Shell):
            cls = x.__class__
            parents.append(x.entry)
            data.append(x._data)
        else:
            parents.append(None)
            data.append(_look_at(x)[0])
    return cls, parents, data


def _array(ans: Any) -> Array:
    """Take the scalar that NumPy gives for 0-d data back to a 0-d array."""
    return np.asarray(ans) if isinstance(ans, np.generic) else ans


def _wrap(cls: Any, op: Op, ans: Array, edges: tuple[Any, ...], params: dict[str, Any]) -> Any:
    out = new(cls)
    out._data = ans
    tracked = edges and ans.dtype.kind in "fc"
    out.entry = Entry(op, edges, params, next(numbers), ans.shape, ans.dtype) if tracked else None
    return out


def _explain(op: Op, error: Exception, data: Sequence[Any]) -> NoReturn:
    """Say which op failed, and on what."""
    met = ", ".join(
        f"{name}: shape {np.shape(x)} dtype {x.dtype}" if hasattr(x, "dtype") else f"{name}: {x!r}"
        for name, x in zip(op.inputs if not op.variadic else [f"[{i}]" for i in range(len(data))], data, strict=True)
    )
    text = f"{op.name}: {error} (met {met})"
    if type(error) is ValueError:
        raise ValueError(text) from error
    if isinstance(error, TypeError):
        raise TypeError(text) from error
    error.add_note(text)
    raise error


def composite(*numpy: Fn) -> Callable[[Fn], Fn]:
    """Register a function built of ops as what these NumPy functions do to a Tensor; it has their signature."""

    def mark(fn: Fn) -> Fn:
        for key in numpy:
            composites[key] = fn
        return fn

    return mark


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
