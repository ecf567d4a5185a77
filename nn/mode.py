"""Whether a network is being trained: what some layers, as `Dropout`, ask before they compute.

>>> import nn
>>> with nn.training():
...     nn.is_training()
True
>>> nn.is_training()
False
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_training: ContextVar[bool] = ContextVar("training", default=False)


@contextmanager
def training(on: bool = True) -> Iterator[None]:
    """Let layers behave as they do in training, until the `with` block ends.

    It holds for this thread, or this asynchronous task, alone. A compiled function has a program for each mode.

    Parameters
    ----------
    on : bool
        False: as they do in use, also within a block that says otherwise.

    Raises
    ------
    TypeError
        If `on` is no bool.

    Examples
    --------
    >>> with training(), training(False):
    ...     is_training()
    False
    """
    if not isinstance(on, bool):
        raise TypeError(f"training: on is True or False; met {on!r}. Write `with nn.training(): ...`.")
    token = _training.set(on)
    try:
        yield
    finally:
        _training.reset(token)


def is_training() -> bool:
    """Tell whether layers are to behave as they do in training; at first they are not.

    Examples
    --------
    >>> is_training()
    False
    """
    return _training.get()
