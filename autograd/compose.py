"""Run what is built of ops, with NumPy's own value, and look into the arguments of a call for Tensors.

The rooms of the calculus and NumPy's protocols both stand on this.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any, cast

import numpy as np

from autograd.entry import Shell, Unknown, is_recording
from autograd.op import Composite


def compose(built: Composite, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call what is built of ops. The value, the dtype and the errors are NumPy's own, bit for bit."""
    try:
        return _composed(built, func, args, kwargs)
    except Unknown as error:

        def again(*args: Any, **kwargs: Any) -> Any:
            return compose(built, func, args, kwargs)

        return error.recorder.unopened(again, func, args, kwargs, error)


def _composed(built: Composite, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if built.bitwise:
        return built.body(*args, **kwargs)
    # A Tensor's value is not the function's to work in.
    if "overwrite_input" in kwargs:
        kwargs = {**kwargs, "overwrite_input": False}
    elif len(args) > 2 and 0 < (at := position_of(func, "overwrite_input")) < len(args):
        args = (*args[:at], False, *args[at + 1 :])
    exact = func(*data_of(args), **data_of(kwargs))
    if not is_recording() or not (tracked(args) or tracked(kwargs)):
        kind = class_in((args, kwargs))
        return exact if kind is None else with_value(kind, exact)
    # What there is to warn about has been warned about.
    with np.errstate(all="ignore"):
        out = built.body(*args, **kwargs)
    return with_value(out, exact)


def with_value(out: Any, exact: Any) -> Any:
    """Put what NumPy computed in place of the value that a composition arrived at, which differs in its rounding.

    Parameters
    ----------
    out : Tensor, or a tree of them
        Or a class of Tensor: then it is constant, and a plain array where it is no float.
    exact : array, or a like tree
    """
    if isinstance(exact, (list, tuple)):
        parts = [out] * len(exact) if isinstance(out, type) else list(out)
        values = [with_value(part, value) for part, value in zip(parts, exact, strict=True)]
        return type(exact)(*values) if hasattr(exact, "_fields") else type(exact)(values)
    if not isinstance(out, (type, Shell)):
        return exact
    if exact is None:
        return None
    value = np.asarray(exact) if isinstance(exact, (np.generic, int, float, complex)) else exact
    if isinstance(out, type):
        if value.dtype.kind not in "fc":
            return exact
        cls, entry = out, None
    else:
        if out.entry is not None and out._value.dtype != value.dtype:
            out = cast(Any, out).astype(value.dtype)
        cls, entry = out.__class__, out.entry
        if out._value.shape != value.shape:
            raise AssertionError(f"a composition gave shape {out._value.shape}, NumPy {value.shape}: report this")
    shell: Any = object.__new__(cls)
    shell._value = value
    shell.entry = entry
    return shell


@cache
def position_of(func: Any, name: str) -> int:
    """Tell where a NumPy function takes an argument, or -1 if it does not, or does not tell."""
    try:
        names = list(inspect.signature(func).parameters)
    except ValueError:
        return -1
    return names.index(name) if name in names else -1


def tracked(args: Any) -> bool:
    """Tell whether a Tensor that is on the tape stands anywhere in the arguments."""
    if isinstance(args, Shell):
        return args.entry is not None
    if isinstance(args, (list, tuple)):
        return any(tracked(arg) for arg in args)
    if isinstance(args, dict):
        return any(tracked(arg) for arg in args.values())
    return False


def data_of(args: Any) -> Any:
    """Take the Tensors in the arguments to their arrays."""
    if isinstance(args, Shell):
        return args._value
    if isinstance(args, (list, tuple)):
        return type(args)([data_of(arg) for arg in args]) if type(args) in (list, tuple) else args
    if isinstance(args, dict):
        return {key: data_of(value) for key, value in args.items()}
    return args


def class_in(args: Any) -> Any:
    """Find the class of the first Tensor in the arguments, of which the result is made."""
    if isinstance(args, Shell):
        return args.__class__
    items = args.values() if isinstance(args, dict) else args if isinstance(args, (list, tuple)) else ()
    return next((found for item in items if (found := class_in(item)) is not None), None)
