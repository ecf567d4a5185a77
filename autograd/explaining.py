"""Why a Tensor has a gradient, or has none: `explain(t)` says it in words.

What is on the tape the tape itself tells. What is not leaves no trace there; under `debug` it is written down
for an array, for as long as that lives, what took it off and at which line.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.entry import Abstract, Entry, Leaf, Shell, Variable, aside_of, is_recording
from autograd.lines import LAYERS, user_line, written
from autograd.ops import elementwise as ew

#: Recorded, with a derivative that is 0 wherever there is one.
FLAT = (ew.sign, ew.floor, ew.ceil, ew.trunc, ew.rint, ew.round_, ew.floor_divide)

#: By the array, for as long as it lives. What is told of an array holds in every context: this is no state of one.
_known: dict[int, tuple[weakref.ref[Any], str]] = {}


def remember(x: Any, reason: str) -> None:
    """Write down why an array, or a Tensor, is not on the tape; `reason` is completed by the user's line."""
    _write(x, f"{reason} at {written(user_line(LAYERS))}")


def inherit(x: Any, sources: Iterable[Any]) -> None:
    """Write down for what was computed of constants why they are such, if that is known of one."""
    reason = next((found for source in sources if (found := recalled(source))), "")
    if reason and not recalled(x):
        _write(x, reason)


def recalled(x: Any) -> str:
    """Give the reason that was written down; nothing if there is none."""
    array = _array(x)
    held = _known.get(id(array))
    return held[1] if held is not None and held[0]() is array else ""


def _write(x: Any, reason: str) -> None:
    array = _array(x)
    if not isinstance(array, np.ndarray):
        return
    if isinstance(x, Shell):
        # A view of its own: others have this array too, which did not come by here.
        array = x._value = array.view()
    key = id(array)
    _known[key] = (weakref.ref(array, lambda _: _known.pop(key, None)), reason)


def _array(x: Any) -> Any:
    return x._value if isinstance(x, Shell) else x


def explain(t: Any) -> str:
    """Say in words why a Tensor has a gradient, or why it has none.

    Parameters
    ----------
    t : Tensor, array, or number
        What is no Tensor is told where it may have left the tape.

    Returns
    -------
    str
        What happened before `debug` was entered has no lines.

    Raises
    ------
    TypeError
        For anything else.

    Examples
    --------
    >>> from autograd import Tensor, debug
    >>> x = Tensor(3.0, requires_grad=True)
    >>> print(explain(x))
    A leaf (shape (), float64): backward() leaves its gradient in t.grad. None has arrived yet: call backward() on a
    result that depends on it.
    >>> print(explain(x.detach()))  # doctest: +ELLIPSIS
    A constant (shape (), float64): no gradient arrives here. ...
    """
    if not isinstance(t, Shell):
        return _of_plain(t)
    what = f"(shape {tuple(t._value.shape)}, {t._value.dtype})"
    if isinstance(t._value, Abstract):
        what += " of a program that is being recorded"
    entry = t.entry
    if entry is None:
        return f"A constant {what}: no gradient arrives here. {_why_constant(t)}"
    if isinstance(entry, Leaf):
        text = f"A leaf {what}: backward() leaves its gradient in t.grad. {_of_leaf(entry)}"
    elif isinstance(entry, Variable):
        whose = "a function that is being differentiated" if entry.running else "a function that was differentiated"
        text = f"The argument {what} of {whose}: its derivative is what the transform returns; there is no t.grad."
    else:
        text = f"On the tape {what}, the result of {entry.name}{_at(entry)}. {_of_result(entry)}"
    if not is_recording():
        text += " Recording is off here (no_grad): what is computed from it now is a constant."
    return text


def _of_plain(x: Any) -> str:
    if not isinstance(x, (np.ndarray, np.generic, int, float, complex)) and not hasattr(x, "__array_function__"):
        raise TypeError(f"explain takes a Tensor, an array or a number; met {type(x).__name__}")
    kind = "array" if np.ndim(x) or isinstance(x, np.ndarray) else "number"
    text = f"A plain {kind} ({np.result_type(x)}), and no Tensor: only a Tensor has a gradient."
    if reason := recalled(x):
        return f"{text} It was {reason}."
    return (
        f"{text} If it was computed from one, it left the tape there: comparisons, positions and counts (np.argmax), "
        "float(t), t.item() and t.numpy() give plain numbers and arrays."
    )


def _why_constant(t: Any) -> str:
    if reason := recalled(t):
        return f"It was {reason}."
    if t._value.dtype.kind not in "fc":
        return (
            f"Integers and booleans have no derivative: if it was cast to {t._value.dtype}, the gradient ended there. "
            "Write t.astype(float) before what is to be differentiated."
        )
    return (
        "It was made without requires_grad=True, or computed of constants only, or under no_grad, or detached. "
        "Run it under autograd.debug() to learn which, and at what line."
    )


def _of_leaf(entry: Leaf) -> str:
    if entry.grad is not None:
        return "It has one."
    return "None has arrived yet: call backward() on a result that depends on it."


def _at(entry: Entry) -> str:
    aside = aside_of(entry)
    return f" at {written(aside.line)}" if aside is not None and aside.line else ""


def _of_result(entry: Entry) -> str:
    """Say what lies behind an entry that is no input."""
    if entry.edges is None:
        return (
            "A backward() that ran let go of its tape: no other can start from it. Call the first with "
            "retain_graph=True, or compute it again."
        )
    found, released, _ = _behind(entry, ())
    if released:
        return (
            f"A backward() that ran let go of the tape behind it, at {released[0].name}{_at(released[0])}: call that "
            "one with retain_graph=True."
        )
    leaves = sum(isinstance(one, Leaf) for one in found)
    steep, _, flat = _behind(entry, FLAT)
    if not steep:
        met = ", ".join(dict.fromkeys(f"{one.name}{_at(one)}" for one in flat))
        return (
            f"Its derivative is 0: every way back leads through {met}, which is constant piece by piece. Leave it out, "
            "or put something smooth in its place."
        )
    arguments = len(found) - leaves
    counted = [f"{leaves} {'leaf' if leaves == 1 else 'leaves'}, where backward() leaves gradients"] if leaves else []
    if arguments:
        counted.append(f"{arguments} {'argument' if arguments == 1 else 'arguments'} of functions being differentiated")
    return (
        f"It depends on {', and on '.join(counted)}. Its own is kept nowhere: look at it with "
        "t.register_hook(print), or differentiate with respect to it with grad."
    )


def _behind(entry: Entry, flat: tuple[Any, ...]) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Find the inputs behind an entry that are reached by no op of `flat`, what was released, and the flat ops met."""
    inputs, released, stopped = [], [], []
    seen, stack = {entry}, [entry]
    while stack:
        here = stack.pop()
        if here.edges is None:
            released.append(here)
        elif here.dtype.kind != "c" and any(here.op is op for op in flat):
            stopped.append(here)
        elif not here.edges:
            inputs.append(here)
        else:
            fresh = {edge[0] for edge in here.edges} - seen
            seen |= fresh
            stack += fresh
    return inputs, released, sorted(stopped, key=lambda one: one.number)
