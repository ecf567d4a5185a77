"""Hooks: functions that see the cotangent of a Tensor when a walk arrives there, and may replace it.

Here one writes `t.register_hook(fn)`. A walk asks once whether any hook is registered anywhere; if there is one on its
tape, it takes its entries from `attended`, which calls the hooks just before the entry is passed. So a tape without
hooks pays for none.

A hook belongs to the innermost function being differentiated in which it was registered, of those on whose arguments
its Tensor depends. An outer differentiation passes it by: what flows there is of second order, and what it is to find
is the derivative of what the inner one found with the hook.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd.entry import Array, Aside, Entry, Leaf, Shell, Variable, aside_of, make_aside, next_number
from autograd.looking import in_order

Hook = Callable[[Array], Any]

#: The entries that have hooks, by their number, for as long as they live. A hook is its Tensor's, as `grad` is, in
#: whatever context a walk comes by: this is a register of Tensors, and no state of a context.
HOOKED: dict[int, weakref.ref[Aside]] = {}


class Handle:
    """What `register_hook` returns, to take the hook away again; as a context manager it does so at the end.

    It does not keep the Tensor alive.
    """

    __slots__ = ("_aside", "_key", "_number")

    def __init__(self, aside: Aside, number: int, key: int) -> None:
        self._aside = weakref.ref(aside)
        self._number = number
        self._key = key

    def remove(self) -> None:
        """Take the hook away; a second time does nothing."""
        aside = self._aside()
        if aside is not None and aside.hooks.pop(self._key, None) is not None and not aside.hooks:
            HOOKED.pop(self._number, None)

    def __enter__(self) -> Handle:
        """Give itself."""
        return self

    def __exit__(self, *error: Any) -> None:
        """Take the hook away."""
        self.remove()

    def __repr__(self) -> str:
        """Tell whether the hook is still there."""
        aside = self._aside()
        return f"<Handle: {'registered' if aside is not None and self._key in aside.hooks else 'removed'}>"


class Hookable(Shell):
    """A shell whose cotangent can be looked at."""

    __slots__ = ()

    def register_hook(self, fn: Hook) -> Handle:
        """Let a function see this Tensor's cotangent in each walk back that arrives here, and replace it if it wants.

        It is called when all that flows here has been added up, by `backward`, `grad` and `vjp` alike; several hooks
        in the order in which they were registered, each with what the one before returned. On a leaf the result is what
        is added to `grad`. Where derivatives are nested, it is called by the innermost whose function it was registered
        in; forward mode knows no cotangents, and calls none.

        Parameters
        ----------
        fn : callable
            Takes the cotangent: an array of this Tensor's shape and dtype, which cannot be written into (copy it to
            keep it), or a Tensor where the walk is recorded, for a higher derivative. Returns None to leave it as it
            is, or what replaces it, of the same shape and dtype.

        Returns
        -------
        Handle
            With the method `remove`.

        Raises
        ------
        RuntimeError
            For a constant: no cotangent arrives there.
        TypeError
            If `fn` is not callable; in the walk, if it returns another dtype, no array, or a Tensor on the tape where
            the walk is not recorded.
        ValueError
            In the walk, if it returns another shape.

        Examples
        --------
        >>> from autograd import Tensor
        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> handle = x.register_hook(lambda g: g.clip(-3, 3))
        >>> (x * x * x).sum().backward()
        >>> x.grad
        array([3., 3.])
        >>> handle.remove()
        """
        if not callable(fn):
            raise TypeError(f"register_hook takes a function of the cotangent; met {fn!r}")
        entry = self.entry
        if entry is None:
            raise RuntimeError(
                "register_hook on a constant: no cotangent arrives at a Tensor that is not on the tape. "
                "autograd.explain(t) says why it is not."
            )
        aside = make_aside(entry)
        number, key = entry.number, next_number()
        aside.hooks[key] = fn
        if number not in HOOKED:
            HOOKED[number] = weakref.ref(aside, lambda _: HOOKED.pop(number, None))
        return Handle(aside, number, key)


def attended(
    entries: Sequence[Entry], inputs: Sequence[Entry], pending: dict[Entry, Array], recorded: bool
) -> Iterator[Entry]:
    """Give the entries of a walk back in its order; before one with hooks is passed, these see its cotangent.

    Parameters
    ----------
    entries, inputs : sequence of Entry
        Those of the tape. The hooks of the inputs come last.
    pending : dict
        The walk's own: what has arrived so far.
    recorded : bool
        Whether the walk is recorded itself, so that what a hook returns may be on the tape.
    """
    hooked = [entry for entry in (*entries, *inputs) if entry.number in HOOKED]
    if not hooked:
        return reversed(entries)
    return _attended(entries, inputs, pending, recorded, _inner(hooked, inputs))


def _attended(
    entries: Sequence[Entry],
    inputs: Iterable[Entry],
    pending: dict[Entry, Array],
    recorded: bool,
    inner: dict[Entry, float],
) -> Iterator[Entry]:
    for entry in reversed(entries):
        if entry.number in HOOKED:
            _call(entry, pending, recorded, inner.get(entry, -1))
        yield entry
    for entry in dict.fromkeys(inputs):
        if entry.number in HOOKED:
            _call(entry, pending, recorded, inner.get(entry, -1))


def _inner(hooked: Sequence[Entry], inputs: Sequence[Entry]) -> dict[Entry, float]:
    """Tell for entries that depend on arguments of differentiations inside of this one, when the last of these closed.

    Hooks that were registered before that are theirs.
    """
    # What was opened before the inputs is outside; a leaf is inside of nothing.
    has_leaf = any(isinstance(entry, Leaf) for entry in inputs)
    ends = {entry for entry in inputs if not (has_leaf and isinstance(entry, Variable) and not entry.running)}
    since = -1 if has_leaf else max([entry.number for entry in inputs], default=-1)
    found, stack = set(hooked), list(hooked)
    while stack:
        entry = stack.pop()
        if entry not in ends:
            fresh = {edge[0] for edge in entry.edges or () if edge[0].number > since} - found
            found |= fresh
            stack += fresh
    closed: dict[Entry, float] = {}
    for entry in in_order(found):
        if entry in ends:
            continue
        last = max([closed.get(edge[0], -1) for edge in entry.edges or ()], default=-1)
        if isinstance(entry, Variable) and entry.number > since:
            last = max(last, float("inf") if entry.closed is None else entry.closed)
        if last >= 0:
            closed[entry] = last
    return closed


def _call(entry: Entry, pending: dict[Entry, Array], recorded: bool, inner: float) -> None:
    aside, g = aside_of(entry), pending.get(entry)
    if aside is None or g is None:
        return
    for registered, fn in list(aside.hooks.items()):
        if registered < inner:
            continue
        replaced = fn(_shown(g))
        if replaced is not None:
            g = pending[entry] = _checked(replaced, g, fn, entry, recorded)


def _shown(g: Array) -> Array:
    """Give a view that cannot be written into: the same memory may be on its way to another entry."""
    if isinstance(g, np.generic):
        g = np.asarray(g)
    if type(g) is np.ndarray:
        g = g.view()
        g.flags.writeable = False
    return g


def _checked(replaced: Any, g: Array, fn: Hook, entry: Entry, recorded: bool) -> Array:
    """Give what a hook returned as an array of its own, or say why it does not fit."""
    if isinstance(replaced, (int, float, complex, np.generic)):
        number = not isinstance(replaced, np.generic)
        replaced = np.asarray(replaced, dtype=g.dtype if number else None)
    name = getattr(fn, "__name__", type(fn).__name__)
    if isinstance(replaced, Shell) and not recorded:
        if replaced.entry is not None:
            raise TypeError(
                f"The hook {name} on {entry.name} returned a Tensor that is on the tape, in a walk that is not "
                "recorded: its derivative would be lost. Leave the tape in the hook: g * w.detach()."
            )
        replaced = replaced._value
    met = f"The hook {name} on {entry.name} (shape {entry.shape}, dtype {entry.dtype}) returned "
    if not hasattr(replaced, "shape") or not hasattr(replaced, "dtype"):
        raise TypeError(f"{met}{replaced!r}: return an array like the cotangent, or None to leave it as it is.")
    if replaced.shape != g.shape:
        raise ValueError(f"{met}shape {replaced.shape}: the cotangent's is {g.shape}, and they must be equal.")
    if replaced.dtype != g.dtype:
        raise TypeError(f"{met}dtype {replaced.dtype}: write .astype(np.{g.dtype}).")
    # The walk goes on with it, and may give it to the user as a gradient: it must not be an array that the hook keeps.
    return replaced.copy() if isinstance(replaced, np.ndarray) else replaced
