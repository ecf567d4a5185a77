"""Functions that look at values in ways that no program can follow: called as they are, differentiated when it runs.

In a program such a call is one node, and its derivative another that runs the tape on the values it then has. So every
function of the table can be compiled; what it costs beyond NumPy's own call is the tape's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.entry import Abstract, Bundle, Shell, Unknown, apart, is_recording
from autograd.joint import behind, bundled, edges_to, floating_of, in_floats, shared
from autograd.tensor import Tensor, shell
from autograd.transforms import jvp, vjp
from autograd.tree import flatten

Fn = Callable[..., Any]


def unopened(trace: Any, fn: Fn, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], error: Unknown) -> Any:
    """Record a call of `fn`, some of whose arguments are Tensors that hold symbols; bundles go in and come out."""
    bundles = {i: arg for i, arg in enumerate(args) if type(arg) is Bundle}
    leaves, rebuild = flatten([[list(arg.parts) if i in bundles else arg for i, arg in enumerate(args)], kwargs])
    returned: list[Bundle] = []
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, (Shell, Abstract))]

    def of_arrays(*arrays: Any) -> Any:
        everything = list(leaves)
        for i, array in zip(places, arrays, strict=True):
            everything[i] = array
        plain, named = rebuild(everything)
        for i, bundle in bundles.items():
            plain[i] = Bundle(tuple(plain[i]), bundle.shape, bundle.dtype)
        out = fn(*plain, **named)
        if type(out) is not Bundle:
            return out
        returned[:] = [out]
        return [part for part in out.parts if part is not None]

    of_arrays.__name__ = name
    result = _recorded(trace, of_arrays, [leaves[i] for i in places], error)
    if not returned:
        return result
    # The run on throw-away arrays told through which outputs something flows.
    (like,), parts = returned, iter(result)
    return Bundle(tuple(None if part is None else next(parts) for part in like.parts), like.shape, like.dtype)


def _recorded(trace: Any, fn: Fn, operands: Sequence[Any], error: Unknown) -> Any:
    """Record `fn` of arrays as one node, and one entry of the tape if an operand is tracked."""
    apart()
    data = [x._value if isinstance(x, Shell) else x for x in operands]
    result = trace.whole(_plain(fn), tuple(data), {}, error)
    leaves, rebuild = flatten(result)
    entries = [x.entry if isinstance(x, Shell) else None for x in operands]
    floating = floating_of(leaves)
    if not is_recording() or not any(entries) or not floating:
        return rebuild([shell(leaf, None) if leaf.dtype.kind in "fc" else leaf for leaf in leaves])
    where = floating_of(data)
    rules = _Rules(trace, fn, where, floating, error)
    entries = [entry if i in where else None for i, entry in enumerate(entries)]
    edges = edges_to(entries, data, rules.pull, rules.push)
    return rebuild(behind(fn.__name__, leaves, floating, edges))


def _plain(fn: Fn) -> Fn:
    """Make a function give arrays, whatever it is built of."""

    def call(*arrays: Any) -> Any:
        leaves, rebuild = flatten(fn(*arrays))
        return rebuild([leaf._value if isinstance(leaf, Shell) else leaf for leaf in leaves])

    call.__name__ = fn.__name__
    return call


class _Rules:
    """The rules of an unopened function: each is again an unopened function, so that there is no highest order."""

    def __init__(self, trace: Any, fn: Fn, where: list[int], floating: list[int], error: Unknown) -> None:
        self.trace, self.fn, self.where, self.floating, self.error = trace, fn, where, floating, error
        self.pull = shared(self._back)

    def _of_floats(self, everything: Sequence[Any]) -> Fn:
        return in_floats(lambda arrays: flatten(self.fn(*arrays))[0], everything, self.where, self.floating)

    def _back(self, g: Bundle, saved: Sequence[Any]) -> Sequence[Any]:
        """Give the cotangents of all operands, of what is no float None."""
        count = len(self.floating)

        def back(*arrays: Any) -> Any:
            everything, cts = arrays[:-count], list(arrays[-count:])
            return list(vjp(self._of_floats(everything), *[everything[i] for i in self.where])[1](cts))

        back.__name__ = f"vjp of {self.fn.__name__}"
        cts = [_like(p, s, d, saved) for p, s, d in zip(g.parts, g.shape, g.dtype, strict=True)]
        found = dict(zip(self.where, self._apply(back, [*saved, *cts]), strict=True))
        return [found.get(i) for i in range(len(saved))]

    def push(self, i: int) -> Fn:
        """Give the forward rule of one operand."""
        where = self.where

        def forth(*arrays: Any) -> Any:
            everything, t = arrays[:-1], arrays[-1]
            tangents = [t if k == i else np.zeros_like(everything[k]) for k in where]
            return list(jvp(self._of_floats(everything), [everything[k] for k in where], tangents)[1])

        forth.__name__ = f"jvp of {self.fn.__name__}"

        def rule(t: Any, *saved: Any) -> Bundle:
            return bundled(self._apply(forth, [*saved, t]))

        return rule

    def _apply(self, fn: Fn, operands: list[Any]) -> Any:
        lifted = any(isinstance(x, Shell) for x in operands)
        found = _recorded(self.trace, fn, operands, self.error)
        return found if lifted else [x._value if isinstance(x, Shell) else x for x in found]


def _like(part: Any, shape: Any, dtype: Any, saved: Sequence[Any]) -> Any:
    if part is not None:
        return part
    symbol = next(x._value if isinstance(x, Tensor) else x for x in saved if isinstance(x, (Shell, Abstract)))
    return np.zeros_like(symbol, dtype=dtype, shape=shape)
