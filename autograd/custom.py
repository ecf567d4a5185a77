"""Functions with a derivative that is given by hand, as cotangents or as tangents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.entry import Abstract, Shell, recording
from autograd.transforms import vjp
from autograd.tree import flatten, leaves_like
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
        with recording(True):
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
                f"returned {met}. For an argument without a derivative write None."
            )
        if not lifted([*saved, *cts]):
            self.refuse_outer(found, "bwd of ")
        return self._fitting(found, saved, call)

    def _fitting(self, found: Sequence[Any], saved: list[Any], call: Call) -> list[Any]:
        """Give a cotangent for each floating leaf of the arguments, of its shape and dtype."""
        numbered = call.rebuild(list(range(len(saved))))
        every: dict[int, Any] = {}
        for k, (ct, tree) in enumerate(zip(found, numbered, strict=True)):
            positions = flatten(tree)[0]
            leaves = [None] * len(positions) if ct is None else leaves_like(tree, ct)
            if leaves is None:
                raise ValueError(
                    f"bwd of {self.name} returned for argument {k} a tree of another structure: {ct!r}. It is built as "
                    "the argument is, with arrays in the place of its arrays; or None for none."
                )
            for i, leaf in zip(positions, leaves, strict=True):
                if i in call.where:
                    said = f"bwd of {self.name} returned for argument {k} a cotangent", "the argument"
                    every[i] = _like(leaf, saved[i].shape, saved[i].dtype, *said)
        return [every[i] for i in call.where]

    def push(self, call: Call, saved: list[Any], tangents: list[Any]) -> Sequence[Any]:
        """Transpose the rule, which has to be linear in the cotangent: its own pullback.

        Raises
        ------
        TypeError
            If it is not: then there is reverse mode only.
        """
        zeros = [np.zeros(*call.shapes[i]) for i in call.floating]
        found = self._transposed(call, saved, zeros, tangents)
        if not lifted([*saved, *tangents, *found]):
            far = [z + 1e9 for z in zeros]
            if any(
                not np.array_equal(a, b, equal_nan=True)
                for a, b in zip(found, self._transposed(call, saved, far, tangents), strict=True)
            ):
                raise TypeError(
                    f"bwd of {self.name} is not linear in the cotangent, so it has no forward mode. Use reverse mode: "
                    "grad, vjp, jacobian(..., mode='reverse')."
                )
        return found

    def _transposed(self, call: Call, saved: list[Any], at: list[Any], tangents: list[Any]) -> list[Any]:
        return list(vjp(lambda *cts: list(self.pull(call, saved, list(cts))), *at)[1](tangents))


def _like(derivative: Any, shape: Any, dtype: Any, what: str, of: str) -> Any:
    """Bring what a rule returned to the dtype it has to have; None is zero."""
    if derivative is None:
        return np.zeros(shape, dtype)
    value: Any = derivative if isinstance(derivative, (Shell, Abstract)) else np.asarray(derivative)
    if value.shape != shape:
        raise ValueError(f"{what} of shape {value.shape}; {of} has shape {shape}, and they must be equal.")
    if value.dtype != dtype and not np.can_cast(value.dtype, dtype, "same_kind"):
        raise TypeError(f"{what} of dtype {value.dtype}; {of} has {dtype}: write .astype(np.{dtype}).")
    return value if value.dtype == dtype else value.astype(dtype)


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
        leaves = leaves_like(call.rebuild_out(range(len(call.shapes))), pair[1])
        if leaves is None:
            raise ValueError(
                f"The rule of {self.name} returned a tangent of another structure than its value: {pair[1]!r}. It is "
                "built as the value is."
            )
        if not lifted([*saved, *tangents]):
            self.refuse_outer(leaves, "The rule of ")
        said = f"The rule of {self.name} returned a tangent", "the value"
        return [_like(leaves[i], *call.shapes[i], *said) for i in call.floating]

    def pull(self, call: Call, saved: list[Any], cts: list[Any]) -> Sequence[Any]:
        """Transpose the rule, which is linear in the tangents: its pullback."""
        zeros = [np.zeros(saved[i].shape, saved[i].dtype) for i in call.where]
        found = list(vjp(lambda *ts: list(self.push(call, saved, list(ts))), *zeros)[1](cts))
        if not lifted([*saved, *cts]):
            self.refuse_outer(found, "The rule of ")
        return found
