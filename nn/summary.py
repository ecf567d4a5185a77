"""The table of a network's layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor
from nn.layers import Dense, Sequential
from nn.mode import training
from nn.table import aligned
from nn.walk import named_parameters


def table(network: Sequential, input_shape: tuple[int, ...] | None = None) -> str:
    """Give each layer with its output's shape, its parameters, and their memory; without an input shape "?" for shapes.

    Examples
    --------
    >>> from nn import ReLU
    >>> print(table(Sequential(ReLU())))
    layer   output  parameters  memory
    ReLU()  ?                0     0 B
    all                      0     0 B
    """
    return aligned(rows(network, input_shape), left=2)


def rows(network: Sequential, input_shape: tuple[int, ...] | None = None) -> list[tuple[str, ...]]:
    """Give the table's cells, the names of the columns first and the sums last."""
    first = network.layers[0] if network.layers else None
    if input_shape is None and isinstance(first, Dense):
        input_shape = (first.n_inputs,)
    params = network.parameters()
    x: Any = None
    if input_shape is not None:
        x = Tensor(np.zeros((1, *input_shape), params[0].dtype if params else np.float64))
    found = []
    seen: set[int] = set()
    with training(False):
        for layer in network.layers:
            x = None if x is None else layer(x)
            # A layer that stands there twice has its parameters once.
            new = [param for param in named_parameters(layer).values() if id(param) not in seen]
            seen.update(map(id, new))
            said = "?" if x is None else f"(samples, {', '.join(map(str, x.shape[1:]))})"
            found.append((repr(layer), said, *_size(new)))
    return [("layer", "output", "parameters", "memory"), *found, ("all", "", *_size(params))]


def _size(params: list[Tensor]) -> tuple[str, str]:
    """Count parameters, and write down their memory."""
    size, units = float(sum(param.nbytes for param in params)), ["B", "kB", "MB", "GB"]
    while size >= 1000 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{sum(param.size for param in params):,}", f"{size:.{0 if units[0] == 'B' else 1}f} {units[0]}"
