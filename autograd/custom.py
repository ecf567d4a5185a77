"""Functions with a derivative that is given by hand, as cotangents or as tangents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.entry import Abstract, Shell, recording
from autograd.transforms import vjp
from autograd.tree import flatten
from autograd.whole import Call, Whole, given, lifted

Fn = Callable[..., Any]


class custom_vjp(Whole):
    """Make a function whose cotangents are found by a rule of its own.

    Parameters
    ----------
    fun : callable
        Of arrays, or trees of arrays.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> @custom_vjp
    ... def clipped(x):
    ...     return x
    >>> clipped.defvjp(lambda x: (x, None), lambda kept, g: (np.clip(g, -1, 1),))
    >>> grad(lambda x: 10 * clipped(x))(3.0)
    array(1.)
    """

    functions = ("fun", "fwd", "bwd")

    def __init__(self, fun: Fn) -> None:
        super().__init__(fun)
        self.fwd: Fn | None = None
        self.bwd: Fn | None = None

    def defvjp(self, fwd: Fn, bwd: Fn) -> None:
        """Give the rule.

        Parameters
        ----------
        fwd : callable
            Of the arguments: returns what the function does, and anything that the backward pass is to have.
        bwd : callable
            Of that and the cotangent of the result: returns a tuple with a cotangent for each argument, like it in
            shape and dtype, or None for zero.
        """
        if not callable(fwd) or not callable(bwd):
            raise TypeError(f"defvjp takes two functions; met {fwd!r} and {bwd!r}")
        self.fwd, self.bwd = fwd, bwd

    def _rule(self) -> tuple[Fn, Fn]:
        if self.fwd is None or self.bwd is None:
            raise TypeError(f"{self.name} has no rule yet: write {self.name}.defvjp(fwd, bwd)")
        return self.fwd, self.bwd

    def _forward(self, rebuild: Fn, data: list[Any], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        fwd, _ = self._rule()
        with recording(False):
            pair = fwd(*rebuild([given(x) for x in data]), **kwargs)
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"fwd of {self.name} has to return a pair (value, kept); it returned {pair!r}")
        return pair

    def pull(self, call: Call, saved: list[Any], cts: list[Any]) -> Sequence[Any]:
        """Apply the rule; where the walk is recorded what was kept is computed again, so that it depends on things."""
        fwd, bwd = self._rule()
        args = call.rebuild([given(x) for x in saved])
        held = fwd(*args, **call.kwargs)[1] if lifted(saved) else call.held
        every: list[Any] = [np.zeros(shape, dtype) for shape, dtype in call.shapes]
        for i, ct in zip(call.floating, cts, strict=True):
            every[i] = given(ct)
        found = bwd(held, call.rebuild_out(every))
        if not isinstance(found, (tuple, list)) or len(found) != len(args):
            met = len(found) if isinstance(found, (tuple, list)) else repr(found)
            raise ValueError(
                f"bwd of {self.name} has to return a tuple with a cotangent for each of its {len(args)} arguments; it "
                f"returned {met}"
            )
        return self._fitting(found, saved, call)

    def _fitting(self, found: Sequence[Any], saved: list[Any], call: Call) -> list[Any]:
        """Give a cotangent for each floating leaf of the arguments, of its shape and dtype."""
        numbered = call.rebuild(list(range(len(saved))))
        every: dict[int, Any] = {}
        for k, (ct, tree) in enumerate(zip(found, numbered, strict=True)):
            positions = flatten(tree)[0]
            leaves = [None] * len(positions) if ct is None else flatten(ct)[0]
            if len(leaves) != len(positions):
                raise ValueError(f"bwd of {self.name} returned for argument {k} a tree of another structure: {ct!r}")
            for i, leaf in zip(positions, leaves, strict=True):
                every[i] = self._like(leaf, saved[i], k) if i in call.where else None
        return [every[i] for i in call.where]

    def _like(self, ct: Any, x: Any, k: int) -> Any:
        if ct is None:
            return np.zeros(x.shape, x.dtype)
        value: Any = ct if isinstance(ct, (Shell, Abstract)) else np.asarray(ct)
        if value.shape != x.shape:
            raise ValueError(
                f"bwd of {self.name} returned for argument {k} a cotangent of shape {value.shape}; the argument has "
                f"shape {x.shape}"
            )
        if value.dtype != x.dtype and not np.can_cast(value.dtype, x.dtype, "same_kind"):
            raise TypeError(
                f"bwd of {self.name} returned for argument {k} a cotangent of dtype {value.dtype}; the argument has "
                f"{x.dtype}: write .astype(np.{x.dtype})"
            )
        return value if value.dtype == x.dtype else value.astype(x.dtype)

    def push(self, call: Call, saved: list[Any], tangents: list[Any]) -> Sequence[Any]:
        """Transpose the rule, which is linear in the cotangent: its own pullback."""
        zeros = [np.zeros(*call.shapes[i]) for i in call.floating]
        found = vjp(lambda *cts: list(self.pull(call, saved, list(cts))), *zeros)[1](tangents)
        return list(found)


class custom_jvp(Whole):
    """Make a function whose tangents are found by a rule of its own; its cotangents are the transpose of that.

    Parameters
    ----------
    fun : callable
        Of arrays, or trees of arrays.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> @custom_jvp
    ... def log1pexp(x):
    ...     return np.logaddexp(0, x)
    >>> log1pexp.defjvp(lambda primals, tangents: (log1pexp(*primals), tangents[0] / (1 + np.exp(-primals[0]))))
    >>> grad(log1pexp)(0.0)
    array(0.5)
    """

    functions = ("fun", "rule")

    def __init__(self, fun: Fn) -> None:
        super().__init__(fun)
        self.rule: Fn | None = None

    def defjvp(self, rule: Fn) -> None:
        """Give the rule: of the tuples of arguments and tangents, it returns the value and its tangent."""
        if not callable(rule):
            raise TypeError(f"defjvp takes a function; met {rule!r}")
        self.rule = rule

    def push(self, call: Call, saved: list[Any], tangents: list[Any]) -> Sequence[Any]:
        """Apply the rule."""
        if self.rule is None:
            raise TypeError(f"{self.name} has no rule yet: write {self.name}.defjvp(rule)")
        every = [np.zeros(x.shape, x.dtype) if hasattr(x, "dtype") else x for x in saved]
        for i, t in zip(call.where, tangents, strict=True):
            every[i] = given(t)
        args = tuple(call.rebuild([given(x) for x in saved]))
        pair = self.rule(args, tuple(call.rebuild(every)), **call.kwargs)
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"The rule of {self.name} has to return a pair (value, tangent); it returned {pair!r}")
        leaves = flatten(pair[1])[0]
        if len(leaves) != len(call.shapes):
            raise ValueError(
                f"The rule of {self.name} returned a tangent of another structure than its value: {pair[1]!r}"
            )
        for i in call.floating:
            if np.shape(leaves[i]) != call.shapes[i][0]:
                raise ValueError(
                    f"The rule of {self.name} returned a tangent of shape {np.shape(leaves[i])} for a value of shape "
                    f"{call.shapes[i][0]}"
                )
        return [leaves[i] for i in call.floating]

    def pull(self, call: Call, saved: list[Any], cts: list[Any]) -> Sequence[Any]:
        """Transpose the rule, which is linear in the tangents: its pullback."""
        zeros = [np.zeros(saved[i].shape, saved[i].dtype) for i in call.where]
        return list(vjp(lambda *ts: list(self.push(call, saved, list(ts))), *zeros)[1](cts))
