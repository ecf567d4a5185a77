"""`np.vectorize`, for functions of Tensors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compose import class_in, data_of
from autograd.dropin.numpy.lists import asarray


class vectorize(np.vectorize):
    """`np.vectorize`, whose function may be given Tensors: element by element, or row by row with a signature.

    Examples
    --------
    >>> from autograd import grad
    >>> grad(lambda x: vectorize(lambda a, b: a * b)(x, 3.0).sum())(np.ones(2))
    array([3., 3.])
    >>> rows = vectorize(np.sum, signature="(n)->()")
    >>> grad(lambda x: rows(x)[1])(np.ones((2, 3)))
    array([[0., 0., 0.],
           [1., 1., 1.]])
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function for each part of the broadcast arguments, and join what it gives."""
        if class_in((args, kwargs)) is None:
            return super().__call__(*args, **kwargs)
        given: dict[Any, Any] = {**dict(enumerate(args)), **kwargs}
        varied = {key: asarray(x) for key, x in given.items() if key not in self.excluded}
        own = _own_axes(self.signature, len(varied))
        outer = [np.shape(x)[: np.ndim(x) - n] for x, n in zip(varied.values(), own, strict=True)]
        shape = np.broadcast_shapes(*outer)
        if 0 in shape:
            # Nothing is called; NumPy says what it gives, or that it cannot know.
            return super().__call__(*data_of(args), **data_of(kwargs))
        columns = [_parts(x, shape, n) for x, n in zip(varied.values(), own, strict=True)]
        outs = []
        for parts in zip(*columns, strict=True):
            here = {**given, **dict(zip(varied, parts, strict=True))}
            outs.append(self.pyfunc(*[here.pop(i) for i in range(len(args))], **here))
        if isinstance(outs[0], tuple):
            types = self.otypes or [None] * len(outs[0])
            joined = zip(zip(*outs, strict=True), types, strict=True)
            return tuple(_joined(list(part), shape, dtype) for part, dtype in joined)
        return _joined(outs, shape, self.otypes[0] if self.otypes else None)


def _own_axes(signature: str | None, count: int) -> Sequence[int]:
    """Tell how many axes the function takes of each argument."""
    if signature is None:
        return [0] * count
    groups = re.findall(r"\(([^)]*)\)", signature.partition("->")[0])
    if len(groups) != count:
        raise TypeError(f"wrong number of positional arguments: expected {len(groups)}, got {count}")
    return [len([name for name in group.split(",") if name.strip()]) for group in groups]


def _parts(x: Any, shape: tuple[int, ...], own: int) -> Any:
    """List what the function is called with, over the axes that are broadcast."""
    last = np.shape(x)[np.ndim(x) - own :]
    whole = np.broadcast_to(x, shape + last)
    return np.reshape(whole, (-1, *last))


def _joined(outs: list[Any], shape: tuple[int, ...], dtype: Any) -> Any:
    joined = asarray(np.stack([asarray(out) for out in outs]), dtype)
    return np.reshape(joined, shape + joined.shape[1:])
