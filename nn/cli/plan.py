"""What `gradtape train CONFIG.toml` is to do: data, model and run, all checked before anything begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from nn import files
from nn.callbacks import EarlyStopping
from nn.cli.sources import Data, data_of
from nn.cli.toml import NEEDED, ConfigError, Table, read
from nn.losses import Loss
from nn.model import Model
from nn.registry import from_config
from nn.suggest import nearest

#: The settings that say what is written.
_FILES = ("saved", "checkpoint", "csv", "picture")


@dataclass(frozen=True)
class Plan:
    """A file of settings, read.

    Attributes
    ----------
    path : Path
    data : Data
    model : Model
    epochs, batch_size, seed, shuffle, compiled
        As `Model.fit` takes them.
    early_stopping : EarlyStopping or None
    nan_stop : bool
    saved : Path
        Where the trained model goes.
    checkpoint : Path
    checkpoint_seconds : float
        How long the last state may be unwritten.
    csv, picture : Path or None
    about : dict
        What a run that goes on must have in common with the one before, beside the model.
    """

    path: Path
    data: Data
    model: Model
    epochs: int
    batch_size: int | None
    seed: int
    shuffle: bool
    compiled: bool
    early_stopping: EarlyStopping | None
    nan_stop: bool
    saved: Path
    checkpoint: Path
    checkpoint_seconds: float
    csv: Path | None
    picture: Path | None
    about: dict[str, Any]


def plan_of(path: str) -> Plan:
    """Read a file of settings.

    Raises
    ------
    ConfigError
        If it cannot be read, a name or setting is unknown or wrong, data are missing, or model and data do not fit.
    """
    file = read(path)
    train, model_table, data_table = file.table("train"), file.table("model"), file.table("data")
    file.done()
    # Names first: a typing error is said before large data are read.
    settings = _train(train)
    model = _model(model_table, settings["seed"])
    stopping = _early_stopping(train, model, "validation" in data_table or "X_validation" in data_table)
    train.done()
    data = data_of(data_table, settings["seed"])
    if stopping is not None and stopping.monitor.startswith("val_") and data.validation is None:
        raise data_table.error(f"early stopping watches {stopping.monitor}, and there are no validation data.")
    _fit_together(model, data, model_table, data_table)
    if settings["batch_size"] is not None and settings["batch_size"] > len(data.X):
        met = f"{len(data.X)} samples to train with; met {settings['batch_size']}"
        raise train.error(f"batch_size is at most the {met}.", "batch_size")
    about = {
        "data": dict(data_table.values), "seed": settings["seed"], "batch_size": settings["batch_size"],
        "shuffle": settings["shuffle"],
    }  # fmt: skip
    return Plan(file.path, data, model, early_stopping=stopping, about=about, **settings)


def _train(table: Table) -> dict[str, Any]:
    stem = table.path.with_suffix("")
    found = {
        "epochs": table.take("epochs", int, least=1),
        "batch_size": table.take("batch_size", int, None, least=1),
        "seed": table.take("seed", int, 0, least=0),
        "shuffle": table.take("shuffle", bool, True),
        "compiled": table.take("compiled", bool, True),
        "nan_stop": table.take("nan_stop", bool, True),
        "saved": table.take("model", Path, stem.with_name(f"{stem.name}.npz")),
        "checkpoint": table.take("checkpoint", Path, stem.with_name(f"{stem.name}.checkpoint.npz")),
        "checkpoint_seconds": table.take("checkpoint_seconds", float, 2.0, least=0),
        "csv": table.take("csv", Path, None),
        "picture": table.take("picture", Path, None),
    }
    if found["seed"] >= 2**32:
        raise table.error(f"seed is below 2³²; met {found['seed']}.", "seed")
    _check_files(table, {"model" if key == "saved" else key: path for key, path in found.items() if key in _FILES})
    return found


def _check_files(table: Table, paths: Mapping[str, Path | None]) -> None:
    """See that all can be written: after hours of training is no time to hear that it cannot."""
    for key, path in paths.items():
        if path is None:
            continue
        if not path.absolute().parent.is_dir():
            raise table.error(f"{key}: there is no folder {path.parent}.", key)
        if key in ("model", "checkpoint"):
            try:
                files.check_name(path)
            except ValueError as error:
                raise table.error(str(error), key) from error
        if key == "picture" and path.suffix not in (".png", ".svg", ".pdf"):
            raise table.error(f"picture ends in .png, .svg or .pdf; met {str(path)!r}.", key)
        package = "matplotlib" if key == "picture" else "safetensors" if path.suffix == ".safetensors" else None
        if package and find_spec(package) is None:
            raise table.error(f"{key}: {package} is needed, and missing: pip install 'gradtape[nn]'.", key)
    taken = {table.path.absolute(): "this file"}
    for key, path in paths.items():
        if path is not None and taken.setdefault(path.absolute(), key) != key:
            raise table.error(f"{key} is a file of its own; met {path}, which is {taken[path.absolute()]}.", key)


def _model(table: Table, seed: int) -> Model:
    """Make the model as one would by hand, with one Generator from which all layers draw."""
    rng = np.random.default_rng(seed)
    layers = [_layer(layer, rng) for layer in table.tables("layers")]
    if not layers:
        raise table.error('layers are missing: write [[model.layers]], and name = "Dense" and so on below it.')
    parts = {"loss": table.take("loss", object, NEEDED), "optimizer": table.take("optimizer", object, NEEDED)}
    metrics = table.take("metrics", list, [])
    table.done()
    for key, value in (*parts.items(), *(("metrics", metric) for metric in metrics)):
        if not isinstance(value, (str, Mapping)):
            raise table.error(f'{key}: write a name, or {{name = "...", ...}}; met {value!r}.', key)
        try:
            # One by one, so that the place of what is wrong is known.
            Model([], **{key: [value] if key == "metrics" else value})  # type: ignore[arg-type]
        except (ValueError, TypeError) as error:
            raise table.error(f"{key}: {error}", key) from error
    try:
        return Model(layers, metrics=metrics, **parts)
    except (ValueError, TypeError) as error:
        raise table.error(str(error)) from error


def _layer(table: Table, rng: np.random.Generator) -> Any:
    table.take("name", str)
    try:
        made = from_config(dict(table.values), rng=rng)
        if not callable(made) or isinstance(made, Loss):
            raise table.error(f"{made!r} is no layer.", "name")
        return made
    except ConfigError:
        raise
    except (ValueError, TypeError) as error:
        raise table.blame(error, "name") from error


def _early_stopping(train: Table, model: Model, validated: bool) -> EarlyStopping | None:
    if "early_stopping" not in train:
        train.take("early_stopping", object, None)
        return None
    table = train.table("early_stopping")
    prefixes = ("", "val_") if validated else ("",)
    names = ["loss", "data_loss", "regularization_loss", *(metric.name for metric in model.metrics)]
    known = [prefix + name for prefix in prefixes for name in names]
    monitor = table.take("monitor", str, "val_loss" if validated else "loss")
    if monitor not in known:
        raise table.error(f"{monitor!r} is not measured. {nearest(monitor, known)}", "monitor")
    settings = {
        "patience": table.take("patience", int, 10, least=0),
        "min_delta": table.take("min_delta", float, 0.0, least=0),
        "mode": table.take("mode", str, "auto"),
        "restore_best": table.take("restore_best", bool, False),
    }
    table.done()
    try:
        return EarlyStopping(monitor, **settings)
    except ValueError as error:
        raise table.error(str(error), "mode") from error


def _fit_together(model: Model, data: Data, model_table: Table, data_table: Table) -> None:
    """See that the first sample goes through the model, and that the targets are such as the loss takes."""
    parts = [("", data.X, data.y)] + ([] if data.validation is None else [("validation: ", *data.validation)])
    for what, X, y in parts:
        if X.ndim == 0 or y.ndim == 0 or len(X) != len(y) or not len(X):
            raise data_table.error(f"{what}X and y need a sample each, at least one; met shapes {X.shape}, {y.shape}.")
        try:
            shape = model(np.array(X[:1])).shape
        except (ValueError, TypeError) as error:
            raise model_table.error(f"{what}the model does not take the data: {error}", "layers") from error
        try:
            model.loss.prepare(y, (len(y), *shape[1:]))  # type: ignore[union-attr]
        except (ValueError, TypeError) as error:
            raise data_table.error(f"{what}{model.loss!r} does not take the targets: {error}") from error
