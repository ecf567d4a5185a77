"""What a network gives in use, as fast as it can be had."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, compile
from nn.layers import Sequential
from nn.mode import training

Array = NDArray[Any]
#: Samples at a time, where nothing else is asked for.
_SIZE = 1024


class Outputs:
    """A network's outputs as they are in use: whole batches by a compiled program, the rest as it is written.

    So predictions for many different numbers of samples compile one program, and the same call gives the same bits.
    """

    def __init__(self, network: Sequential) -> None:
        self.network = network
        self._compiled = compile(self._of)

    def _of(self, X: Any) -> Any:
        with training(False):
            return self.network(X)

    def __call__(self, X: Array, size: int | None) -> Array:
        """Give them as an array."""
        size = size or _SIZE
        parts = []
        for start in range(0, len(X), size):
            part = X[start : start + size]
            # What a program returned is its own from call to call.
            parts.append(self._compiled(part) if len(part) == size else np.array(self._of(Tensor(part)).numpy()))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)
