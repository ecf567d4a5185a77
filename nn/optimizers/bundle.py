"""Parameters laid end to end, so that an optimizer updates them all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn.flat import EndToEnd

Array = NDArray[Any]
State = tuple[Array, ...]
#: How many elements are updated at once: a dozen arrays of them stay in the processor's cache, and each is smaller than
#: what the C library maps anew each time (128 kB).
BLOCK = 8192


class Bundle(EndToEnd):
    """Parameters of one dtype as a single flat array: ten NumPy calls a step instead of ten for each parameter.

    That is the same arithmetic, because an update works element by element.
    """

    def __init__(self, params: list[Tensor], states: list[State]) -> None:
        super().__init__(params)
        self.state = tuple(np.concatenate(arrays, axis=None) for arrays in zip(*states, strict=True))
        self.flat: Array | None = None
        #: The parts of `flat` that were handed out as the parameters' data.
        self.views: list[Array] = []

    def states(self) -> list[tuple[Tensor, State]]:
        """Give each parameter with its part of the state."""
        parts = [self.parts(array) for array in self.state]
        return [(param, tuple(part[i] for part in parts)) for i, param in enumerate(self.tensors)]

    def gradient(self) -> Array:
        """Give the gradients end to end, as a new array."""
        return np.concatenate([param.grad for param in self.tensors], axis=None)

    def updated(self, gradient: Array, update: Callable[..., Any], iteration: int) -> tuple[Array, State]:
        """Compute the new values and the new state; nothing changes yet."""
        flat = self.flat
        if flat is None or any(p.data is not view for p, view in zip(self.tensors, self.views, strict=True)):
            flat = self.now()
        if flat.size <= BLOCK:
            new, state = update(flat, gradient, self.state, iteration)
            return new, state
        # Block by block, what is computed in between stays in the cache.
        new, state = np.empty_like(flat), tuple(np.empty_like(array) for array in self.state)
        for start in range(0, flat.size, BLOCK):
            at = slice(start, start + BLOCK)
            parts = tuple(array[at] for array in self.state)
            new[at], changed = update(flat[at], gradient[at], parts, iteration)
            for whole, part in zip(state, changed, strict=True):
                whole[at] = part
        return new, state

    def accept(self, flat: Array, state: State) -> None:
        """Hand the new values out, and clear the gradients."""
        self.flat, self.state, self.views = flat, state, self.parts(flat)
        for param, view in zip(self.tensors, self.views, strict=True):
            param.data = view
            param.grad = None
