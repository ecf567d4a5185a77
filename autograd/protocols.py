"""NumPy's function protocol: how `np.concatenate([a, t])` reaches an op.

What has an op is recorded; what is built of ops is called; what has no derivative, or only makes a new array, runs on
the data and gives plain arrays; anything else is refused by name, so that no function silently returns a constant.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from functools import cache
from typing import Any, NoReturn

import numpy as np

from autograd.compose import class_in, compose, data_of, position_of, tracked
from autograd.entry import Shell, is_recording
from autograd.op import Op, by_name, composites, constants, creations, functions, refusals
from autograd.ops.elementwise import astype

#: What the everyday rooms do not have: opened when a function that is not known yet meets a Tensor, for each library
#: that is there. So a program pays at import for what most programs use, and never for SciPy.
_ON_DEMAND: dict[str, tuple[str, ...]] = {
    "numpy": (
        "elementary", "piecewise", "nan", "fold", "scan", "order", "statistics", "signal", "polynomial",
        "arrange", "diagonals", "padding", "select", "creation",
        "functional", "contractions", "norms", "solve", "decompositions", "eigen", "fft", "refused",
    ),
    "scipy.special": ("special",),
}  # fmt: skip
_opened: set[str] = set()

#: Names of NumPy 2.0 that later versions changed.
_RENAMED = {"newshape": "shape"}

ASSIGNED = (
    "A Tensor that is on the tape cannot be written into a plain array: its gradient would be lost. Make the array a "
    "Tensor first (buf = Tensor(np.zeros(n)); buf[1:-1] = t), join with np.concatenate or np.stack, or leave the tape "
    "with t.detach()."
)


def array_function(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Do what `__array_function__` asks for."""
    record = functions.get(func)
    # Most calls name what the op names: no need to look at NumPy's signature.
    if record is not None and len(args) == len(record.inputs) and kwargs.keys() <= record.params.keys():
        if "out" not in kwargs and _given(kwargs):
            return record.call(*args, **kwargs)
    if len(args) > 2 and (at := position_of(func, "out")) == len(args) - 1 and args[at] is not None:
        args, kwargs = args[:at], {**kwargs, "out": args[at]}
    if kwargs.get("out") is not None and func not in refusals:
        return _into(func, args, kwargs)
    if record is not None:
        return _call(record, func, args, kwargs)
    built = composites.get(func)
    if built is not None:
        return compose(built, func, args, kwargs)
    if func not in constants and func not in creations:
        if open_rooms(func):
            return array_function(func, args, kwargs)
        if is_recording() and (tracked(args) or tracked(kwargs)):
            return _unknown(func, args, kwargs)
    return func(*data_of(args), **data_of(kwargs))


def _unknown(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Refuse what is tracked, or find the op of a function that was replaced in NumPy's namespace before ours were."""
    name = f"{func.__module__}.{func.__name__}"
    record = by_name.get(name)
    if record is not None:
        functions[func] = record
        return _call(record, func, args, kwargs)
    if name in composites:
        return compose(composites[name], func, args, kwargs)
    refuse(name.replace("numpy", "np", 1), refusals.get(func, refusals.get(func.__module__)))


def _into(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Handle `out=`: a Tensor receives the result as assignment does, a plain array that of constants only."""
    rest = dict(kwargs)
    out = rest.pop("out")
    if not isinstance(out, Shell):
        # What is no array NumPy itself refuses.
        if isinstance(out, np.ndarray) and is_recording() and (tracked(args) or tracked(rest)):
            raise TypeError(ASSIGNED)
        return func(*data_of(args), **data_of(kwargs))
    written = np.copy(out._value)
    # NumPy's own call says what does not fit.
    done = func(*data_of(args), **data_of(rest), out=written)
    # Of the functions that end in a ufunc, what `where` leaves out keeps its old value.
    mask = data_of(rest.pop("where", True)) if func is np.clip else True
    result = array_function(func, args, rest) if class_in((args, rest)) else written
    if mask is not True:
        new: Any = astype.call(result, dtype=out._value.dtype) if isinstance(result, Shell) else written
        into: Any = out
        result = np.where(mask, new, into)
    if not (done is written or isinstance(done, tuple) or np.array_equal(done, written, equal_nan=True)):
        # It happens that NumPy takes no notice of `out` (np.fft.hfft, in 2.4), or gives its number (np.dot).
        return result
    return assign(out, result, written)


def assign(out: Any, result: Any, written: Any) -> Any:
    """Assign a result to a Tensor given as `out=`; `written` is what NumPy would have written."""
    if isinstance(result, Shell) and result._value.dtype != out._value.dtype:
        result = astype.call(result, dtype=out._value.dtype)
    out[...] = result
    out._value = written
    return out


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
    params = {}
    for key, value in given.items():
        if key in record.params:
            if value is not np._NoValue:
                params[key] = value
        elif key not in defaults or value is not defaults[key]:
            if func not in composites:
                open_rooms()
            if func in composites and key in defaults:
                return compose(composites[func], func, args, kwargs)
            raise TypeError(
                f"{record.name}(..., {key}=) has no gradient here; the op takes "
                f"{', '.join([*record.inputs, *record.params])}. Write it with np.where, or leave the tape with "
                "t.detach()."
            )
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
    try:
        signature = inspect.signature(func)
    except ValueError:
        return (*record.inputs, *record.params), {}
    parameters = [p for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return tuple(_RENAMED.get(p.name, p.name) for p in parameters), {p.name: p.default for p in parameters}


def open_rooms(asked: Any = None) -> bool:
    """Declare the ops that are not yet, of every library that is there; tell whether there were any.

    Parameters
    ----------
    asked : callable, optional
        The function that is not known yet: then the library that has it is opened alone, if it is not open.
    """
    fresh = [library for library in _ON_DEMAND if library in sys.modules and library not in _opened]
    if (its := _library_of(asked)) in fresh:
        fresh = [its]
    for library in fresh:
        for module in _ON_DEMAND[library]:
            importlib.import_module(f"autograd.ops.{module}")
        _opened.add(library)
    return bool(fresh)


def _library_of(function: Any) -> str:
    """Tell which library a function is of; no ufunc says so itself."""
    if isinstance(function, np.ufunc):
        return "numpy" if getattr(np, function.__name__, None) is function else "scipy.special"
    return {"numpy": "numpy", "scipy": "scipy.special"}.get(getattr(function, "__module__", "").partition(".")[0], "")


def refuse(name: str, reason: str | None = None) -> NoReturn:
    """Refuse a function for a Tensor that is on the tape, with the reason if there is one."""
    if reason is not None:
        raise TypeError(f"{name} does not take a Tensor that is on the tape: {reason}. Leave the tape with t.detach().")
    raise TypeError(
        f"{name} has no op here, so it cannot be differentiated. Declare one with autograd.extend "
        f"(for instance elementwise(fn, x=lambda g, x: ...)), or leave the tape: {name}(t.detach())."
    )
