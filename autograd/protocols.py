"""NumPy's two protocols: how `np.exp(t)` and `np.concatenate([a, t])` reach an op.

What has an op is recorded; what is built of ops is called; what has no derivative runs on the data and gives plain
arrays; anything else is refused by name, so that no function silently returns a constant.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from functools import cache
from typing import Any, NoReturn

import numpy as np

from autograd.entry import Shell
from autograd.op import Op, by_name, composites, constants, functions, ufuncs
from autograd.ops.reduction import REDUCE

#: Modules with ops for a library's ufuncs: imported when that library is there and one of its functions meets a Tensor.
_ON_DEMAND = {"scipy.special": "autograd.ops.special"}

#: Names of NumPy 2.0 that later versions changed.
_RENAMED = {"newshape": "shape"}

ASSIGNED = (
    "A Tensor that is on the tape cannot be written into a plain array: its gradient would be lost. Make the array a "
    "Tensor first (buf = Tensor(np.zeros(n)); buf[1:-1] = t), join with np.concatenate or np.stack, or leave the tape "
    "with t.detach()."
)


def array_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Do what `__array_ufunc__` asks for, beyond the plain call of a ufunc that has an op."""
    if kwargs.get("out") is not None:
        return _into(_name(ufunc), getattr(ufunc, method), inputs, kwargs)
    if ufunc in constants or (not _tracked(inputs) and (ufunc not in ufuncs or method != "__call__" or kwargs)):
        return getattr(ufunc, method)(*_data(inputs), **_data(kwargs))
    if method == "reduce" and ufunc in REDUCE:
        # On the ufunc the default axis is 0; the function's is all.
        return _call(REDUCE[ufunc], f"np.{ufunc.__name__}.reduce", inputs, {"axis": 0, **kwargs})
    if method == "outer" and ufunc in ufuncs and not kwargs:
        x, y = inputs
        return ufuncs[ufunc].call(np.reshape(x, np.shape(x) + (1,) * np.ndim(y)), y)
    if method == "__call__" and (ufunc in ufuncs or _load(ufunc)):
        return _with_options(ufunc, inputs, kwargs)
    name = _name(ufunc)
    _refuse(name if method == "__call__" else f"{name}.{method}")


def _with_options(ufunc: Any, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call an op with a ufunc's keywords: `dtype` casts the inputs, others must be at their defaults."""
    options = dict(kwargs)
    dtype = options.pop("dtype", None)
    defaults: dict[str, Any] = {"where": True, "casting": "same_kind", "order": "K", "subok": True}
    for key, value in options.items():
        if key not in defaults or value is not defaults[key]:
            raise TypeError(
                f"np.{ufunc.__name__}(..., {key}=) does not differentiate; write np.where(mask, ..., ...) for where=, "
                "or leave the tape with t.detach()"
            )
    if dtype is not None:
        inputs = tuple(x.astype(dtype) if hasattr(x, "astype") else x for x in inputs)
    return ufuncs[ufunc].call(*inputs)


def _into(name: str, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Handle `out=`: a plain array may take the result of constants only, and a Tensor is no output."""
    out = kwargs["out"]
    if any(isinstance(x, Shell) for x in (out if isinstance(out, tuple) else (out,))):
        raise TypeError(
            f"{name}(..., out=) would change a Tensor in place; Tensors are values. Rebind the name (x = x + y), or "
            "assign with x[...] = y."
        )
    if _tracked(args) or _tracked(kwargs):
        raise TypeError(ASSIGNED)
    return func(*_data(args), **_data(kwargs))


def array_function(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Do what `__array_function__` asks for."""
    if len(args) > 2 and (moved := _with_out_as_keyword(func, args)) is not None:
        args, kwargs = moved[0], {**kwargs, "out": moved[1]}
    if kwargs.get("out") is not None:
        return _into(f"np.{func.__name__}", func, args, kwargs)
    record = functions.get(func)
    if record is not None:
        # Most calls name what the op names: no need to look at NumPy's signature.
        if len(args) == len(record.inputs) and kwargs.keys() <= record.params.keys() and _given(kwargs):
            return record.call(*args, **kwargs)
        return _call(record, func, args, kwargs)
    built = composites.get(func)
    if built is not None:
        return built(*args, **kwargs)
    if func in constants or not (_tracked(args) or _tracked(kwargs)):
        return func(*_data(args), **_data(kwargs))
    name = f"{func.__module__}.{func.__name__}"
    record = by_name.get(name)
    # The function in NumPy's namespace may have been replaced before the ops were declared.
    if record is not None:
        functions[func] = record
        return _call(record, func, args, kwargs)
    _refuse(name.replace("numpy", "np", 1))


def _with_out_as_keyword(func: Any, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any] | None:
    """Find `out` among positional arguments: give the others before it, and it, if it is not None."""
    at = _position_of_out(func)
    return (args[:at], args[at]) if len(args) == at + 1 and args[at] is not None else None


@cache
def _position_of_out(func: Any) -> int:
    """Tell where a NumPy function takes `out`, or -1 if it does not, or does not tell."""
    try:
        names = list(inspect.signature(func).parameters)
    except ValueError:
        return -1
    return names.index("out") if "out" in names else -1


def _call(record: Op, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call an op under a NumPy function's signature: drop what is at its default, refuse what the op has not."""
    names, defaults = _parameters(func, record)
    if len(args) > len(names):
        raise TypeError(f"{record.name} takes {len(names)} arguments, got {len(args)}")
    given = dict(zip(names, args, strict=False))
    for key, value in kwargs.items():
        if key in given:
            raise TypeError(f"{record.name} got {key!r} twice")
        given[key] = value
    inputs = []
    for name in names[: len(record.inputs)]:
        if name not in given:
            raise TypeError(f"{record.name} needs its argument {name!r}")
        inputs.append(given.pop(name))
    dtype = given.pop("dtype", None) if "dtype" not in record.params else None
    params = {}
    for key, value in given.items():
        if key in record.params:
            if value is not np._NoValue:
                params[key] = value
        elif key not in defaults or value is not defaults[key]:
            raise TypeError(
                f"{record.name}(..., {key}=) has no gradient here; the op takes "
                f"{', '.join([*record.inputs, *record.params])}. Write it with np.where, or leave the tape with "
                "t.detach()."
            )
    if dtype is not None:
        inputs = [x.astype(dtype) if hasattr(x, "astype") else x for x in inputs]
    return record.call(*inputs, **params)


def _given(kwargs: dict[str, Any]) -> bool:
    """Tell whether no keyword has the value by which NumPy says that it was left out."""
    for value in kwargs.values():
        if value is np._NoValue:
            return False
    return True


@cache
def _parameters(func: Any, record: Op) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Name a NumPy function's parameters in order, with defaults; the op's own where NumPy does not tell."""
    own = (*record.inputs, *record.params)
    if isinstance(func, str):
        return (*record.inputs, "axis", "dtype", "out", "keepdims", "initial", "where"), {}
    try:
        signature = inspect.signature(func)
    except ValueError:
        return own, {}
    parameters = [p for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return tuple(_RENAMED.get(p.name, p.name) for p in parameters), {p.name: p.default for p in parameters}


def _name(ufunc: Any) -> str:
    """Write a ufunc as a user does."""
    name = str(ufunc.__name__)
    return f"np.{name}" if getattr(np, name, None) is ufunc else name


def _load(ufunc: Any) -> bool:
    """Declare the ops of a library whose ufunc has been met, and tell whether this one is now known."""
    for library, module in _ON_DEMAND.items():
        if getattr(sys.modules.get(library), str(ufunc.__name__), None) is ufunc:
            importlib.import_module(module)
    return ufunc in ufuncs


def _refuse(name: str) -> NoReturn:
    raise TypeError(
        f"{name} has no op here, so it cannot be differentiated. Declare one with autograd.extend "
        f"(for instance elementwise(fn, x=lambda g, x: ...)), or leave the tape: {name}(t.detach())."
    )


def _tracked(args: Any) -> bool:
    """Tell whether a Tensor that is on the tape stands anywhere in the arguments."""
    if isinstance(args, Shell):
        return args.entry is not None
    if isinstance(args, (list, tuple)):
        return any(_tracked(arg) for arg in args)
    if isinstance(args, dict):
        return any(_tracked(arg) for arg in args.values())
    return False


def _data(args: Any) -> Any:
    """Take the Tensors in the arguments to their arrays."""
    if isinstance(args, Shell):
        return args._data
    if isinstance(args, (list, tuple)):
        return type(args)([_data(arg) for arg in args]) if type(args) in (list, tuple) else args
    if isinstance(args, dict):
        return {key: _data(value) for key, value in args.items()}
    return args
