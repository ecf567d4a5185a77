"""The state of an optimizer as plain arrays by name, to be written to a file and read back.

The iterations stand under "iterations", and the i-th array of a parameter's state under "<parameter>.<i>", in the
parameter's shape. A step that is compiled and one that is not write the same, so each can go on from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nn.optimizers.bundle import Array, State
from nn.settings import count


def write(iterations: int, states: Mapping[str, State]) -> dict[str, Any]:
    """Name the arrays, copied: what steps do later does not change them."""
    arrays = {f"{name}.{i}": array.copy() for name, state in states.items() for i, array in enumerate(state)}
    return {"iterations": iterations} | arrays


def read(
    owner: str, init: Callable[[Array], State], params: Mapping[str, Array], saved: Mapping[str, Any]
) -> tuple[int, dict[str, State]]:
    """Give the iterations and each parameter's state, copied, or say what does not fit."""
    like = {name: init(param) for name, param in params.items()}
    expected = {f"{name}.{i}": array for name, state in like.items() for i, array in enumerate(state)}
    reason = "It is of another model, or of an optimizer with other settings."
    for key in ("iterations", *expected):
        if key not in saved:
            raise ValueError(f"{owner}: the saved state has no {key!r}. {reason}")
    for key, found in saved.items():
        if key == "iterations":
            continue
        if key not in expected:
            raise ValueError(f"{owner}: the saved state has {key!r}, which belongs to no parameter. {reason}")
        array, found = expected[key], np.asarray(found)
        if found.shape != array.shape or found.dtype != array.dtype:
            raise ValueError(
                f"{owner}: the saved state {key!r} has shape {found.shape} and dtype {found.dtype}; "
                f"the parameter needs shape {array.shape} and dtype {array.dtype}."
            )
    iterations = count(owner, "the saved 'iterations'", saved["iterations"], least=0)
    states = {name: tuple(np.array(saved[f"{name}.{i}"]) for i in range(len(state))) for name, state in like.items()}
    return iterations, states
