"""Objects that a few plain settings make: their `repr` is the call that makes them again, their `config` the settings.

A class that derives from `Configurable` keeps each parameter of its constructor under the same name. That is all; a
parameter `rng` is where numbers are drawn from, and no setting.
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import Parameter, signature
from typing import Any

import numpy as np


class Configurable:
    """What layers, losses, optimizers and the like have in common.

    Examples
    --------
    >>> from nn import Huber
    >>> Huber(delta=2.0)
    Huber(delta=2.0)
    >>> Huber(delta=2.0).config()
    {'name': 'Huber', 'delta': 2.0}
    """

    def config(self) -> dict[str, Any]:
        """Give the settings as plain values, from which `nn.from_config` makes the same object.

        Returns
        -------
        dict
            The class's `name` and each setting: numbers, texts, None, lists and dicts of them, as JSON has them.

        Raises
        ------
        TypeError
            If a setting is a function of yours: there is no text that gives it back.
        """
        name = type(self).__name__
        return {"name": name, **{p.name: _plain(getattr(self, p.name), f"{name}: {p.name}") for p in settings(self)}}

    def __repr__(self) -> str:
        """Show the call that makes it again, without what is as it is by default."""
        return f"{type(self).__name__}({', '.join(self._arguments())})"

    def _arguments(self) -> Iterator[str]:
        for parameter in settings(self):
            value = getattr(self, parameter.name)
            value = value.name if isinstance(value, np.dtype) else value
            if parameter.default is Parameter.empty:
                yield repr(value)
            elif not _same(value, parameter.default):
                yield f"{parameter.name}={value!r}"


def settings(thing: Configurable) -> list[Parameter]:
    """Give the parameters of the constructor that are settings."""
    return [parameter for name, parameter in signature(type(thing)).parameters.items() if name != "rng"]


def _same(value: Any, default: Any) -> bool:
    """Tell whether a setting is the default; a data type may be written in several ways."""
    if isinstance(default, type) and issubclass(default, np.generic):
        return bool(value == np.dtype(default).name)
    return type(value) is type(default) and bool(value == default)


def _plain(value: Any, what: str) -> Any:
    if isinstance(value, np.dtype):
        return value.name
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item, what) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item, what) for key, item in value.items()}
    if hasattr(value, "config"):
        return value.config()
    drawn = what.endswith("_initializer")
    raise TypeError(
        f"{what} is {value!r}, for which there is no plain value: it cannot be written down and made again. Take one "
        "of nn's own, or leave it out."
        + (f" The parameters are drawn already: before you save, write layer.{what.split()[-1]} = 'book'." * drawn)
    )
