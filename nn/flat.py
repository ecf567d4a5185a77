"""The parameters of a model end to end in one array: an update is a dozen calls, not a dozen for each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn.walk import named_parameters

Array = NDArray[Any]


class EndToEnd:
    """Where each of some Tensors of one dtype lies in an array that holds them all.

    Attributes
    ----------
    tensors : list of Tensor
    places : list of (slice, shape)

    Examples
    --------
    >>> laid = EndToEnd([Tensor(np.ones((2, 2))), Tensor(np.zeros(1))])
    >>> laid.now(), [part.shape for part in laid.parts(np.arange(5.0))]
    (array([1., 1., 1., 1., 0.]), [(2, 2), (1,)])
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self.tensors = list(tensors)
        ends = np.cumsum([tensor.size for tensor in tensors]).tolist()
        self.places = [(slice(end - t.size, end), t.shape) for end, t in zip(ends, tensors, strict=True)]

    def now(self) -> Array:
        """Give the Tensors' data as they are now, copied."""
        return np.concatenate([tensor.data for tensor in self.tensors], axis=None)

    def parts(self, flat: Any) -> list[Any]:
        """Give each Tensor's part of an array, in its shape: views."""
        return [flat[at].reshape(shape) for at, shape in self.places]

    def holds(self, tensors: Sequence[Tensor]) -> bool:
        """Tell whether it is of these very Tensors, in this order."""
        return [*map(id, self.tensors)] == [*map(id, tensors)]


class Flat(EndToEnd):
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
        super().__init__(list(named.values()))
        self.names = list(named)
