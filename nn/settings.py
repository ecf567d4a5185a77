"""Settings of optimizers and schedules: checked with their names, shown by repr, and given as plain values."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np


class Configured:
    """An object whose constructor's arguments are attributes of the same names: repr and config follow from that."""

    def config(self) -> dict[str, Any]:
        """Give the settings as plain values, as JSON has them, from which an equal object can be made.

        Returns
        -------
        dict
            The class under "name", and each argument of the constructor that is not None.

        Raises
        ------
        TypeError
            If a setting is a function or another object that a file cannot hold.

        Examples
        --------
        >>> from nn import SGD
        >>> SGD(learning_rate=0.1, clip_norm=1).config()
        {'name': 'SGD', 'learning_rate': 0.1, 'decay': 0.0, 'momentum': 0.0, 'nesterov': False, 'clip_norm': 1.0}
        """
        name = type(self).__name__
        values = {key: getattr(self, key) for key in inspect.signature(type(self)).parameters}
        return {"name": name} | {key: _plain(name, key, value) for key, value in values.items() if value is not None}

    def __repr__(self) -> str:
        """Show the call that makes an equal object, with the names of `nn`."""
        # A subclass that keeps an argument under another name can still be shown.
        values = {key: getattr(self, key, None) for key in inspect.signature(type(self)).parameters}
        settings = ", ".join(f"{key}={value!r}" for key, value in values.items() if value is not None)
        return f"{type(self).__name__}({settings})"


def number(owner: str, key: str, value: Any, *, positive: bool = False, below: float = math.inf) -> float:
    """Check a setting, and give it as a Python float, which does not change the dtype of what it is multiplied with."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{owner}: {key} is a number; met {value!r}.") from None
    if not 0 <= found < below or (positive and found == 0):
        least = "above 0" if positive else "at least 0"
        most = f"below {below:g}" if below < math.inf else "finite"
        raise ValueError(f"{owner}: {key} is {least} and {most}; met {found}.")
    return found


def count(owner: str, key: str, value: Any, least: int = 1) -> int:
    """Check a setting that counts steps, and give it as a Python int."""
    try:
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        whole = -1
    if np.ndim(value) or whole != value or whole < least:
        raise ValueError(f"{owner}: {key} is a whole number of steps, {least} or more; met {value!r}.")
    return whole


def _plain(owner: str, key: str, value: Any) -> Any:
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Configured):
        return value.config()
    raise TypeError(
        f"{owner}: {key} is {value!r}, which a file cannot hold. Give a number, or an object with a config, "
        "such as one of nn.schedules."
    )
