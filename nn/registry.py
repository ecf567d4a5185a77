"""Make objects from their settings, as `config()` gives them, or from their name alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import Parameter, isabstract, signature
from typing import Any

from nn.suggest import nearest

#: What others derive from: it has no settings of its own.
_BASES = ("Configurable", "Configured", "Kept")
#: Parameters that may well be given nothing.
_MANY = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
#: What may be asked for, and the modules where it stands.
_KINDS = {
    "layer": ("layers", "activations"),
    "loss": ("losses",),
    "regularizer": ("regularizers",),
    "optimizer": ("optimizers",),
    "schedule": ("schedules",),
    "metric": ("metrics",),
}
#: Short names that are in use everywhere.
_SHORT = {
    "mse": "meansquarederror",
    "mae": "meanabsoluteerror",
    "bce": "binarycrossentropy",
    "cce": "categoricalcrossentropy",
}
#: The modules whose classes are found by name.
_ROOMS = ("layers", "activations", "losses", "regularizers", "optimizers", "schedules", "clipping", "metrics", "model")


def from_config(config: Any, *, classes: Iterable[type] = (), rng: Any = None, kind: str = "") -> Any:
    """Make the object that settings describe: a layer, a whole model, a loss, an optimizer, a metric.

    Parameters
    ----------
    config : dict or str
        What `config()` gave, or such a dict read from a file: the class's `name`, and its settings, those that are as
        by default at will. Or the name alone. Names may be written as classes are or in small letters with
        underscores: "ReLU", "relu", "mean_squared_error"; the losses also as "mse", "mae", "bce" and "cce".
        Among layers `{"same_as": "layers.0"}` is the layer that stands there already, once more.
    classes : iterable of classes
        Your own, to be found by their names as well.
    rng : numpy.random.Generator, optional
        What layers that take one draw from.
    kind : str
        What is wanted: "layer", "loss", "regularizer", "optimizer", "schedule" or "metric"; by default anything.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        If a name or a setting is unknown (the nearest one of its kind is suggested), or as the class itself does.
    TypeError
        If it is neither a dict with a name nor a name, it is of another kind, a setting is missing, or as the class
        itself does.

    Examples
    --------
    >>> from_config({"name": "Sequential", "layers": [{"name": "Dropout", "rate": 0.1}, "relu"]})
    Sequential(Dropout(0.1), ReLU())
    >>> from_config("rellu")
    Traceback (most recent call last):
    ...
    ValueError: nn has nothing that is called 'rellu'. Did you mean 'ReLU'?
    """
    own = tuple(classes)
    return _made(config, _Making({**_known(), **{_bare(one.__name__): one for one in own}}, own, rng), kind)


@dataclass
class _Making:
    """What is made with: classes by name, those that are the caller's own, and a generator."""

    known: Mapping[str, type]
    own: tuple[type, ...]
    rng: Any

    def of(self, kind: str) -> list[type]:
        """List what is of a kind."""
        rooms = tuple(f"nn.{room}" for room in _KINDS[kind])
        return [one for one in self.known.values() if one in self.own or one.__module__.startswith(rooms)]

    def find(self, config: Any, kind: str, at: str) -> type:
        """Give the class that is named."""
        name = config if isinstance(config, str) else config.get("name") if isinstance(config, Mapping) else None
        where = f"{at}: " if at else ""
        if not isinstance(name, str):
            raise TypeError(
                f"{where}from_config takes a dict with the name of a class, or a name; met {config!r:.200}."
            )
        found = self.known.get(_bare(name)) or self.known.get(_SHORT.get(_bare(name), ""))
        if found is None:
            own = f" A class of your own is given as classes=[{name}]." if isinstance(config, Mapping) else ""
            there_is_none = f"there is no {kind} {name!r}" if kind else f"nn has nothing that is called {name!r}"
            raise ValueError(f"{where}{there_is_none}. {self.suggestion(name, kind)}{own}")
        if kind and found not in self.of(kind):
            raise TypeError(f"{where}{found.__name__} is no {kind}. {self.suggestion(name, kind)}")
        return found

    def suggestion(self, name: str, kind: str) -> str:
        """Say what may have been meant."""
        if kind:
            return nearest(name, [one.__name__ for one in self.of(kind)])
        said = nearest(name, [one.__name__ for one in self.known.values()])
        if not said.startswith("Known are"):
            return said
        return " ".join(
            f"Of the kind {kind} there are {', '.join(sorted(one.__name__ for one in self.of(kind)))}."
            for kind in _KINDS
        )


def _made(config: Any, making: _Making, kind: str = "", at: str = "", stood: dict[str, Any] | None = None) -> Any:
    """Make an object; as a layer, at a path among others, of which those before it have `stood` there."""
    made = making.find(config, kind, at)
    given = {} if isinstance(config, str) else {key: value for key, value in config.items() if key != "name"}
    parameters = signature(made).parameters
    several = next((key for key, p in parameters.items() if p.kind is p.VAR_POSITIONAL), None)
    for key in given:
        if key == "rng":
            raise ValueError(
                f"{made.__name__} has no setting 'rng': settings are plain values, and all that draw take one "
                "Generator, that of from_config(..., rng=rng)."
            )
        if key not in parameters:
            raise ValueError(f"{made.__name__} has no setting {key!r}. {nearest(key, set(parameters) - {'rng'})}")
    holds = _holds_layers(made)
    stood = {} if stood is None or not holds else stood
    settings: dict[str, Any] = {}
    for key, value in given.items():
        if holds and key == "layers" and not isinstance(value, Mapping):
            settings[key] = _layers(value, making, f"{at}.{key}" if at else key, stood, made.__name__)
        else:
            settings[key] = _value(value, making)
    missing = [k for k, p in parameters.items() if p.default is p.empty and k not in settings and p.kind not in _MANY]
    if missing:
        raise TypeError(f"{made.__name__}: the settings {missing} are missing in {config!r:.200}.")
    if making.rng is not None and "rng" in parameters:
        settings["rng"] = making.rng
    return made(*settings.pop(several, ()), **settings) if several else made(**settings)


def _holds_layers(made: type) -> bool:
    """Tell whether `layers` of a class are written by `Sequential.config`."""
    from nn.keeping import Kept
    from nn.layers import Sequential

    return issubclass(made, (Sequential, Kept))


def _layers(layers: Any, making: _Making, at: str, stood: dict[str, Any], whose: str) -> list[Any]:
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"{whose}: layers is a list; met {layers!r:.200}.")
    for i, layer in enumerate(layers):
        where = f"{at}.{i}"
        if isinstance(layer, Mapping) and "same_as" in layer:
            if layer["same_as"] not in stood:
                raise ValueError(f"{where}: it is to be the same as {layer['same_as']!r}, where no layer stands yet.")
            stood[where] = stood[layer["same_as"]]
        else:
            stood[where] = _made(layer, making, "layer", where, stood)
    return [stood[f"{at}.{i}"] for i in range(len(layers))]


def _value(value: Any, making: _Making) -> Any:
    """Make what stands within settings: objects are the dicts that have a name."""
    if isinstance(value, Mapping):
        return _made(value, making) if "name" in value else {key: _value(item, making) for key, item in value.items()}
    return [_value(item, making) for item in value] if isinstance(value, (list, tuple)) else value


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
