"""The parameters of a model end to end in one array: an update is a dozen calls, not a dozen for each parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.walk import named_parameters

Array = NDArray[Any]


class Flat:
    """Where each parameter of a model lies, end to end.

    Parameters
    ----------
    owner : str
        Who asks, for messages.
    model : object
        With parameters, all of one dtype.

    Attributes
    ----------
    names : list of str
        As `named_parameters` gives them.
    tensors : list of Tensor
    places : list of (slice, shape)

    Raises
    ------
    ValueError, TypeError
        If there are no parameters, or some of another dtype.

    Examples
    --------
    >>> from nn import Dense
    >>> flat = Flat("example", Dense(2, 3))
    >>> flat.names, flat.now().shape, [part.shape for part in flat.parts(np.arange(9.0))]
    (['weights', 'biases'], (9,), [(2, 3), (1, 3)])
    """

    def __init__(self, owner: str, model: Any) -> None:
        named = named_parameters(model)
        if not named:
            raise ValueError(f"{owner}: {model!r} has no parameters, so there is nothing to train.")
        dtypes = {param.dtype for param in named.values()}
        if len(dtypes) > 1:
            raise TypeError(f"{owner}: the parameters are of one dtype; met {sorted(map(str, dtypes))}.")
        self.names, self.tensors = list(named), list(named.values())
        ends = np.cumsum([param.size for param in self.tensors]).tolist()
        self.places = [(slice(end - p.size, end), p.shape) for end, p in zip(ends, self.tensors, strict=True)]

    def now(self) -> Array:
        """Give the parameters as they are now, copied."""
        return np.concatenate([param.data for param in self.tensors], axis=None)

    def parts(self, flat: Any) -> list[Any]:
        """Give each parameter's part of an array, in its shape: views."""
        return [flat[at].reshape(shape) for at, shape in self.places]
