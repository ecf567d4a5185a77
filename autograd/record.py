"""Run an op and record it: the hot path of the forward pass.

Here an `Op`, made by one of the families, becomes callable: it gets one closure when it is declared, specialised for
one input, two inputs, or the general case. Each runs the op's NumPy function on the data, and if an input is tracked,
adds one `Entry` that keeps what the rules of the tracked inputs name, and nothing else. What it keeps of 0-d arrays are
NumPy's numbers, with which a rule computes in a fraction of the time; a Tensor's value is an array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakSet

import numpy as np

from autograd.entry import Abstract, Array, Entry, Joint, Shell, Unknown, apart, is_recording, next_number
from autograd.op import Fn, Op, by_name, functions, ufuncs

#: Whether operands of a type are shells. The others here NumPy takes as they are; a type not listed is looked at.
_IS_SHELL: dict[type, bool] = dict.fromkeys(
    (np.ndarray, float, int, bool, complex, type(None), np.float64, np.float32, np.int64, np.bool_), False
)
_FLOAT64 = np.dtype(np.float64)
new = object.__new__
ndarray = np.ndarray

# What most rules keep: nothing or one thing. Looked at in place, this saves a call for each edge.
NOTHING, X, Y, ANS = range(1, 5)
_KEPT: dict[tuple[int | None, ...], int] = {(): NOTHING, (0,): X, (1,): Y, (-1,): ANS}


#: Where functions live whose ops have the derivatives of what they call.
_OURS = ("autograd.", "numpy", "scipy.")
#: Every op that is in use, and what is put around the calls of those that are declared from now on, by `debug`.
declared: WeakSet[Op] = WeakSet()
around: list[Callable[[Op, Fn], Fn]] = []


def register(op: Op) -> Op:
    """Make the op callable, and known to NumPy's protocols under its function and the `numpy=` names.

    Raises
    ------
    ValueError
        If one of these has an op already: that is used wherever the function is, in the engine's own rules too.
    """
    for fn in (op.fn, *op.numpy):
        if fn in (ufuncs if isinstance(fn, np.ufunc) else functions):
            raise ValueError(
                f"{fn.__name__} has an op already, which all code uses. Declare yours on a function of its own: "
                f"lambda *args: {fn.__name__}(*args), with name=."
            )
    if op.outputs:
        op.call = _several(op)
    elif op.variadic:
        op.call = _variadic(op)
    elif len(op.inputs) == 1:
        op.call = _one_with_params(op) if op.params else _unary(op)
    else:
        op.call = _general(op) if op.params or op.refused or len(op.inputs) > 2 else _binary(op)
    for fn in (op.fn, *op.numpy):
        if isinstance(fn, np.ufunc):
            ufuncs[fn] = op
        elif fn is not op.fn:
            functions[fn] = op
            by_name[f"numpy.{op.name}"] = op
    declared.add(op)
    for put in around:
        op.call = put(op, op.call)
    return op


#: What makes one Tensor of nested lists that hold Tensors: given by the room that has the op for it.
_joiners: list[Fn] = []


def joins(fn: Fn) -> Fn:
    """Register the function that makes one Tensor of nested lists that hold Tensors."""
    _joiners.append(fn)
    return fn


def _holds_shell(x: Any) -> bool:
    return isinstance(x, Shell) or (isinstance(x, (list, tuple)) and any(_holds_shell(item) for item in x))


def _look_at(x: Any) -> tuple[Any, bool]:
    """Give an operand in a form to compute with, and whether it is a shell."""
    if isinstance(x, Shell):
        _IS_SHELL[type(x)] = True
        return x, True
    if isinstance(x, (list, tuple)) and _holds_shell(x):
        return _joiners[0](x), True
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
    if isinstance(x, np.matrix):
        raise TypeError("A np.matrix beside a Tensor would lose its own product: write np.asarray(x), and @.")
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
        data = x._value
        try:
            ans = fn(data)
        except (ValueError, TypeError) as error:
            ans = _explain(op, error, (data,))
        value = ans
        if type(ans) is not ndarray:
            value = _array(op, ans)
            if value is not ans and not data.shape:
                data = data[()]
        out = new(x.__class__)
        out._value = value
        parent = x.entry
        if parent is None or rule is None or not is_recording():
            out.entry = None
            return out
        saved = ans if kept == ANS else data if kept == X else save((data,), ans, None)
        out.entry = Entry(op, ((parent, rule, saved),), None, next_number(), value.shape, value.dtype)
        return out

    return call


def _binary(op: Op) -> Fn:
    fn, (rule_x, rule_y) = op.fn, op.rules
    save_x, save_y = rule_x and rule_x.save, rule_y and rule_y.save
    widen = fn in (np.add, np.subtract, np.multiply, np.divide)
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
            x = x._value
            if widen and type(y) is float and x.dtype is _FLOAT64 and type(x) is ndarray and x.shape:
                # The same number, and NumPy computes with it in two thirds of the time, here and in the rule.
                y = np.asarray(y)
        if y_is_shell:
            cls = y.__class__
            py = y.entry
            y = y._value
        try:
            ans = fn(x, y)
        except (ValueError, TypeError) as error:
            ans = _explain(op, error, (x, y))
        value = ans
        if type(ans) is not ndarray:
            value = _array(op, ans)
            if value is not ans:
                x = x[()] if type(x) is ndarray and not x.shape else x
                y = y[()] if type(y) is ndarray and not y.shape else y
        out = new(cls)
        out._value = value
        out.entry = None
        if (px is None and py is None) or not is_recording():
            return out
        edges: Any = ()
        if px is not None and rule_x is not None:
            saved = None if kept_x == NOTHING else y if kept_x == Y else save_x((x, y), ans, None)
            edges = ((px, rule_x, saved),)
        if py is not None and rule_y is not None:
            saved = None if kept_y == NOTHING else x if kept_y == X else save_y((x, y), ans, None)
            edges = (edges[0], (py, rule_y, saved)) if edges else ((py, rule_y, saved),)
        if edges:
            out.entry = Entry(op, edges, None, next_number(), value.shape, value.dtype)
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
            return fn(x, **_constant(op, params))
        data = x._value
        try:
            ans = fn(data, **params)
        except (ValueError, TypeError) as error:
            ans = _explain(op, error, (data,), params)
        ans = _array(op, ans)
        out = new(x.__class__)
        out._value = ans
        out.entry = None
        parent = x.entry
        # Integers have no derivative: what is cast to them is a constant.
        if parent is not None and rule is not None and ans.dtype.kind in "fc" and is_recording():
            edges = ((parent, rule, save((data,), ans, params)),)
            out.entry = Entry(op, edges, params, next_number(), ans.shape, ans.dtype)
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
        recording = is_recording()
        if op.refused and recording:
            _refuse(op, parents)
        try:
            ans = fn(*data, **params)
        except (ValueError, TypeError) as error:
            ans = _explain(op, error, data, params)
        ans = _array(op, ans)
        edges: tuple[Any, ...] = ()
        if recording:
            edges = _edges(parents, rules, data, ans, params)
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
            ans = _explain(op, error, data, params)
        ans = _array(op, ans)
        edges: list[Any] = []
        if is_recording():
            known = {**params, "shapes": tuple(x.shape for x in data)}
            for i, parent in enumerate(parents):
                if parent is not None:
                    rule = op.rule_at(i, len(data))
                    edges.append((parent, rule, rule.save(data, ans, known)))
        return _wrap(cls, op, ans, tuple(edges), params)

    return call


def _several(op: Op) -> Fn:
    """Record an op with several outputs: one joint entry, and an entry for each output with a derivative."""
    fn, rules, count, defaults = op.fn, op.rules, len(op.inputs), op.params
    names = tuple(defaults)

    def call(*args: Any, **given: Any) -> Any:
        params = defaults | given
        if len(args) > count:
            params.update(zip(names, args[count:], strict=False))
        cls, parents, data = _unwrap(args[:count])
        recording = is_recording()
        if op.refused and recording:
            _refuse(op, parents)
        try:
            ans = tuple([_array(op, part) for part in fn(*data, **params)])
        except (ValueError, TypeError) as error:
            ans = _explain(op, error, data, params)
        joint: Joint | None = None
        if recording:
            edges = _edges(parents, rules, data, ans, params)
            shape, dtype = tuple([part.shape for part in ans]), tuple([part.dtype for part in ans])
            joint = Joint(op, edges, params, next_number(), shape, dtype) if edges else None
        outs = []
        for k, part in enumerate(ans):
            out = new(cls)
            out._value = part
            out.entry = joint.output(-1 - k) if joint is not None and part.dtype.kind in "fc" else None
            outs.append(out)
        return tuple(outs)

    return call


def _edges(
    parents: Sequence[Entry | None], rules: Sequence[Any], data: Sequence[Any], ans: Any, params: dict[str, Any]
) -> tuple[Any, ...]:
    """Collect for each tracked input with a rule the parent, the rule, and what the rule asks for."""
    return tuple(
        [
            (parent, rule, rule.save(data, ans, params))
            for parent, rule in zip(parents, rules, strict=True)
            if parent is not None and rule is not None
        ]
    )


def _refuse(op: Op, parents: Sequence[Entry | None]) -> None:
    """Say why an input that is on the tape must not be."""
    for key, parent in zip(op.inputs, parents, strict=True):
        if parent is not None and key in op.refused:
            raise TypeError(
                f"{op.name} has no derivative in {key}: {op.refused[key]}. Leave the tape there: {key}.detach()."
            )


def _constant(op: Op, params: dict[str, Any]) -> dict[str, Any]:
    """Take Tensors among static parameters to their values, where only they are what called the op."""
    for key, value in params.items():
        if isinstance(value, Shell) and value.entry is not None:
            raise TypeError(
                f"{op.name} has no derivative in its parameter {key}. Leave the tape there: {key}={key}.detach()."
            )
    return {key: value._value if isinstance(value, Shell) else value for key, value in params.items()}


def _unwrap(args: Sequence[Any]) -> tuple[Any, list[Entry | None], list[Any]]:
    """Take the shells off: the class to make the result of, the entries, the data."""
    cls: Any = None
    parents: list[Entry | None] = []
    data = []
    for x in args:
        if not isinstance(x, Shell):
            x, is_shell = _look_at(x)
            if not is_shell:
                parents.append(None)
                data.append(x)
                continue
        cls = x.__class__
        parents.append(x.entry)
        data.append(x._value)
    return cls, parents, data


def _array(op: Op, ans: Any) -> Array:
    """Take the scalar that NumPy gives for 0-d data back to a 0-d array; a program is told of ops of the user's."""
    if type(ans) is ndarray:
        return ans
    if isinstance(ans, Abstract) and not (getattr(op.fn, "__module__", None) or "numpy").startswith(_OURS):
        # Its rule need not be the derivative of what its function calls.
        apart()
    return np.asarray(ans) if isinstance(ans, np.generic) else ans


def _wrap(cls: Any, op: Op, ans: Array, edges: tuple[Any, ...], params: dict[str, Any]) -> Any:
    out = new(cls)
    out._value = ans
    tracked = edges and ans.dtype.kind in "fc"
    out.entry = Entry(op, edges, params, next_number(), ans.shape, ans.dtype) if tracked else None
    return out


def _explain(op: Op, error: Exception, data: Sequence[Any], params: dict[str, Any] | None = None) -> Any:
    """Say which op failed, and on what; what looks at values while a program is recorded is recorded as a whole."""
    if isinstance(error, Unknown):
        return error.recorder.whole(op, tuple(data), params or {}, error)
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
