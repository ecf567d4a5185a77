"""Let those functions of `scipy.special` that are written in Python look for a Tensor first.

SciPy's ufuncs reach a Tensor by NumPy's protocol. A few of its functions (`logsumexp`, `softmax`, ...) are written in
Python and make plain arrays of their arguments before any protocol is asked. So once SciPy is there and something is
put on a tape, each of them is given a new body: one that asks whether a Tensor is among the arguments, runs SciPy's
own body if not, and the composition of `autograd.ops.special` if so. It is the same function object under every name
by which it was imported, with the same signature, and on arrays it does what it did.
"""

from __future__ import annotations

import inspect
import sys
from types import FunctionType
from typing import Any

from autograd.compose import class_in, compose
from autograd.op import composites
from autograd.ops.shape import assemble
from autograd.protocols import open_rooms

NAMES = (
    "logsumexp softmax log_softmax multigammaln polygamma diric spherical_jn spherical_yn spherical_in spherical_kn"
).split()

#: Each function that was redirected, with one that has SciPy's own body.
_own: dict[str, tuple[FunctionType, FunctionType]] = {}


def look() -> bool:
    """Redirect SciPy's functions if SciPy has come since; tell whether it did so now."""
    if _own:
        return False
    special = sys.modules.get("scipy.special")
    # While it is being imported, not all is there.
    if special is None or not hasattr(special, NAMES[-1]):
        return False
    for name in NAMES:
        function: FunctionType = getattr(special, name)
        body = FunctionType(function.__code__, function.__globals__, name, function.__defaults__, function.__closure__)
        body.__kwdefaults__ = function.__kwdefaults__
        _own[name] = (function, body)
        signature = inspect.signature(function)
        function.__code__ = _code(name, function.__code__.co_freevars)
        function.__defaults__ = function.__kwdefaults__ = None
        function.__signature__ = signature  # type: ignore[attr-defined]
    return True


def _code(name: str, freevars: tuple[str, ...]) -> Any:
    """Compile a body that hands on to `call`, with the free variables that the function's closure has."""
    kept = f"        if False: {', '.join(freevars)}\n" if freevars else ""
    source = (
        f"def make({', '.join(freevars)}):\n"
        f"    def {name}(*args, **kwargs):\n{kept}"
        f"        from autograd.redirect import call\n"
        f"        return call({name!r}, args, kwargs)\n"
        f"    return {name}\n"
    )
    made: dict[str, Any] = {}
    exec(compile(source, __file__, "exec"), made)
    return made["make"](*[None] * len(freevars)).__code__


def call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Do what a redirected function is asked for."""
    function, body = _own[name]
    if class_in((args, kwargs)) is None:
        return body(*args, **kwargs)
    open_rooms()
    args = tuple(_joined(x) for x in args)
    return compose(composites[function], body, args, {key: _joined(x) for key, x in kwargs.items()})


def _joined(x: Any) -> Any:
    """Make one Tensor of a list of Tensors and numbers, as SciPy makes an array of a list of numbers."""
    return assemble(x) if isinstance(x, (list, tuple)) and class_in(x) is not None else x
