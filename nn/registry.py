"""Make objects from their settings, as `config()` gives them, or from their name alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from inspect import isabstract, signature
from typing import Any

from nn.suggest import nearest

#: What others derive from: it has no settings of its own.
_BASES = ("Configurable", "Configured", "Kept")
#: The modules whose classes are found by name.
_ROOMS = ("layers", "activations", "losses", "regularizers", "optimizers", "schedules", "clipping", "metrics", "model")


def from_config(config: Any, *, classes: Iterable[type] = (), rng: Any = None) -> Any:
    """Make the object that settings describe: a layer, a whole model, a loss, an optimizer, a metric.

    Parameters
    ----------
    config : dict or str
        What `config()` gave, or such a dict read from a file: the class's `name`, and its settings, those that are as
        by default at will. Or the name alone. Names may be written as classes are or in small letters with
        underscores: "ReLU", "relu", "mean_squared_error".
    classes : iterable of classes
        Your own, to be found by their names as well.
    rng : numpy.random.Generator, optional
        What layers that take one draw from.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        If a name or a setting is unknown (the nearest one is suggested), or as the class itself does.
    TypeError
        If it is neither a dict with a name nor a name, a setting is missing, or as the class itself does.

    Examples
    --------
    >>> from_config({"name": "Sequential", "layers": [{"name": "Dropout", "rate": 0.1}, "relu"]})
    Sequential(Dropout(0.1), ReLU())
    >>> from_config("rellu")
    Traceback (most recent call last):
    ...
    ValueError: nn has nothing that is called 'rellu'. Did you mean 'ReLU'?
    """
    known = {**_known(), **{_bare(one.__name__): one for one in classes}}
    return _made(config, known, rng)


def _made(config: Any, known: Mapping[str, type], rng: Any) -> Any:
    name = config if isinstance(config, str) else config.get("name") if isinstance(config, Mapping) else None
    if not isinstance(name, str):
        raise TypeError(f"from_config takes a dict with the name of a class, or a name; met {config!r}.")
    kind = known.get(_bare(name))
    if kind is None:
        raise ValueError(
            f"nn has nothing that is called {name!r}. {nearest(name, [one.__name__ for one in known.values()])}"
        )
    given = {} if isinstance(config, str) else {key: value for key, value in config.items() if key != "name"}
    settings = {key: _value(value, known, rng) for key, value in given.items()}
    if kind.__name__ == "Sequential":
        return kind(*[_made(layer, known, rng) for layer in _layers(given)])
    parameters = signature(kind).parameters
    for key in settings:
        if key not in parameters:
            raise ValueError(f"{kind.__name__} has no setting {key!r}. {nearest(key, set(parameters) - {'rng'})}")
    missing = [key for key, p in parameters.items() if p.default is p.empty and key not in settings]
    if missing:
        raise TypeError(f"{kind.__name__}: the settings {missing} are missing in {config!r}.")
    if rng is not None and "rng" in parameters:
        settings["rng"] = rng
    return kind(**settings)


def _layers(given: Mapping[str, Any]) -> Any:
    layers = given.get("layers", ())
    wrong = sorted(set(given) - {"layers"})
    if wrong:
        raise ValueError(f"Sequential has no setting {wrong[0]!r}. {nearest(wrong[0], ['layers'])}")
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"Sequential: layers is a list; met {layers!r}.")
    return layers


def _value(value: Any, known: Mapping[str, type], rng: Any) -> Any:
    """Make what stands within settings: objects are the dicts that have a name."""
    if isinstance(value, Mapping):
        if "name" in value:
            return _made(value, known, rng)
        return {key: _value(item, known, rng) for key, item in value.items()}
    return [_value(item, known, rng) for item in value] if isinstance(value, (list, tuple)) else value


def _bare(name: str) -> str:
    """Give what all spellings of a name have in common."""
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


@cache
def _known() -> dict[str, type]:
    # Needed when something is made from its name, and no earlier.
    from importlib.util import find_spec

    rooms = [import_module(f"nn.{room}") for room in _ROOMS if find_spec(f"nn.{room}")]
    return {
        _bare(name): thing
        for room in rooms
        for name, thing in vars(room).items()
        if isinstance(thing, type) and thing.__module__.startswith("nn.") and hasattr(thing, "config")
        and not name.startswith("_") and name not in _BASES and not isabstract(thing)
    }  # fmt: skip
