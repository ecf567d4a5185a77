"""Settings of optimizers and schedules: checked with their names, shown by repr, and given as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from nn.configurable import Configurable, settings


class Configured(Configurable):
    """An optimizer or a schedule: every setting is shown with its name, and what is None is left out.

    Examples
    --------
    >>> from nn import SGD
    >>> SGD(learning_rate=0.1, clip_norm=1)
    SGD(learning_rate=0.1, decay=0.0, momentum=0.0, nesterov=False, clip_norm=1.0)
    >>> SGD(learning_rate=0.1, clip_norm=1).config()
    {'name': 'SGD', 'learning_rate': 0.1, 'decay': 0.0, 'momentum': 0.0, 'nesterov': False, 'clip_norm': 1.0}
    """

    def config(self) -> dict[str, Any]:
        """Give the settings as plain values, as JSON has them, from which an equal object can be made."""
        return {key: value for key, value in super().config().items() if value is not None}

    def _arguments(self) -> Iterator[str]:
        # A subclass that keeps an argument under another name can still be shown.
        values = {parameter.name: getattr(self, parameter.name, None) for parameter in settings(self)}
        return (f"{key}={value!r}" for key, value in values.items() if value is not None)


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
