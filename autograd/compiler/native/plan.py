"""Kernels as a program runs them: several with one call, and what is done when they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.native.nest import Kernel

#: The name of what runs some kernels, and each kernel with where its arrays lie.
Plan = tuple[str, list[tuple[Kernel, list[Any]]]]


def mended(refused: bool, run: Callable[..., Any], arrays: list[Any], labels: list[Any]) -> None:
    """Run kernels that refused on copies of what does not lie straight; or say which label is out of bounds.

    Raises
    ------
    IndexError
        For a label, or where addresses are checked.
    """
    if not refused:
        refused = run(*[np.require(x, requirements=("C", "A", "E")) for x in arrays]) is True
    if not refused:
        return
    for y, count in labels:
        wrong = (y < -count) | (y >= count)
        if wrong.any():
            raise IndexError(f"index {y[wrong][0]} is out of bounds for axis 1 with size {count}")
    raise IndexError("an index is out of bounds")


def runners(plans: list[Plan], arena: int) -> dict[str, Callable[..., Any]]:
    """Make what runs kernels on an arena."""
    from autograd.compiler.native.jit import kernel
    from autograd.compiler.native.runner import Call, runner
    from autograd.compiler.native.threads import parallel

    def address(place: Any) -> Any:
        where, what, on = place
        if where == "arena":
            return arena + what.offset + on
        return what.ctypes.data + on if where == "memory" else (what, on)

    found: dict[str, Callable[..., Any]] = {}
    for name, calls in plans:
        made, places = calls[0]
        if made.is_large:
            found[name] = parallel(made, [address(place) for place in places])
        else:
            found[name] = runner(
                [Call(kernel(one.nest), [address(place) for place in places], one.rows) for one, places in calls]
            )
    return found


def poisoned(run: Callable[..., Any], arena: Any) -> Callable[..., Any]:
    """Fill the arena with NaN before each run."""

    def filled(*arrays: Any) -> Any:
        arena.fill(255)
        return run(*arrays)

    return filled
