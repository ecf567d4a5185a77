"""Keep the book's models and parameters in files: arrays and plain values, whatever the file is called; no pickle."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nn import files
from nn.book.accuracy import Accuracy_Categorical, Accuracy_Regression
from nn.book.activations import Activation_Linear, Activation_ReLU, Activation_Sigmoid, Activation_Softmax
from nn.book.layers import Layer_Dense, Layer_Dropout
from nn.book.losses import (
    Loss_BinaryCrossentropy,
    Loss_CategoricalCrossentropy,
    Loss_MeanAbsoluteError,
    Loss_MeanSquaredError,
)
from nn.book.optimizers import Optimizer_Adagrad, Optimizer_Adam, Optimizer_RMSprop, Optimizer_SGD

#: What a file may name.
_LAYERS = (
    Layer_Dense,
    Layer_Dropout,
    Activation_ReLU,
    Activation_Softmax,
    Activation_Sigmoid,
    Activation_Linear,
)
_LOSSES = (Loss_CategoricalCrossentropy, Loss_BinaryCrossentropy, Loss_MeanSquaredError, Loss_MeanAbsoluteError)
_OPTIMIZERS = (Optimizer_SGD, Optimizer_Adagrad, Optimizer_RMSprop, Optimizer_Adam)
_ACCURACIES = (Accuracy_Categorical, Accuracy_Regression)
_MODEL, _PARAMETERS = "model of nn.book", "parameters of nn.book"
#: What changes while training, beside the parameters: of a layer, and of the rest.
_STATES = ("weight_momentums", "weight_cache", "bias_momentums", "bias_cache")
_COUNTS = ("iterations", "current_learning_rate", "precision", "rate")


def write_parameters(path: str | os.PathLike[str], parameters: Sequence[Sequence[Any]]) -> None:
    """Write what `Model.get_parameters` gives."""
    arrays = {f"{i}.{j}": np.asarray(array) for i, group in enumerate(parameters) for j, array in enumerate(group)}
    counts = [len(group) for group in parameters]
    files.write(path, arrays, {"content": _PARAMETERS, "counts": counts}, kind=_kind(path))


def read_parameters(path: str | os.PathLike[str]) -> list[tuple[Any, ...]]:
    """Read what `Model.set_parameters` takes."""
    arrays, description = _read(path, _PARAMETERS, "Model.load_parameters", "Model.load")
    try:
        return [tuple(arrays[f"{i}.{j}"] for j in range(n)) for i, n in enumerate(description["counts"])]
    except (KeyError, TypeError) as error:
        raise _damaged(path, error) from error


def write_model(path: str | os.PathLike[str], parts: dict[str, Any]) -> None:
    """Write layers, loss, optimizer and accuracy, with their state.

    Raises
    ------
    TypeError
        If one is of a class that is not the book's.
    """
    arrays: dict[str, Any] = {}
    for i, layer in enumerate(parts["layers"]):
        held = ("weights", "biases", *_STATES) if isinstance(layer, Layer_Dense) else ()
        arrays |= {f"{i}.{name}": getattr(layer, name) for name in held if hasattr(layer, name)}
    described = {
        "content": _MODEL,
        "layers": [_described(layer, _LAYERS) for layer in parts["layers"]],
        "loss": _described(parts["loss"], _LOSSES),
        "optimizer": _described(parts["optimizer"], _OPTIMIZERS),
        "accuracy": _described(parts["accuracy"], _ACCURACIES),
    }
    files.write(path, arrays, described, kind=_kind(path))


def read_model(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read layers, loss, optimizer and accuracy, with their state.

    Raises
    ------
    FileNotFoundError
        If there is no file.
    ValueError
        If it is a pickle, truncated, or holds something else.
    """
    arrays, found = _read(path, _MODEL, "Model.load", "Model.load_parameters")
    # A layer draws weights when it is made; those are not wanted, and the next ones are not to depend on it.
    state = np.random.get_state()
    try:
        layers = [_made(described, _LAYERS) for described in found["layers"]]
        parts = {
            "layers": layers,
            "loss": _made(found["loss"], _LOSSES),
            "optimizer": _made(found["optimizer"], _OPTIMIZERS),
            "accuracy": _made(found["accuracy"], _ACCURACIES),
        }
        for i, layer in enumerate(layers):
            if isinstance(layer, Layer_Dense):
                layer.set_parameters(arrays[f"{i}.weights"], arrays[f"{i}.biases"])
                for name in _STATES:
                    if f"{i}.{name}" in arrays:
                        setattr(layer, name, arrays[f"{i}.{name}"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _damaged(path, error) from error
    finally:
        np.random.set_state(state)
    return parts


def _described(part: Any, known: tuple[type, ...]) -> Any:
    if part is None:
        return None
    if type(part) not in known:
        raise TypeError(
            f"Model.save knows {', '.join(cls.__name__ for cls in known)}; met {part!r}. Save the parameters "
            "(save_parameters), and make the model again by its code."
        )
    counts = {name: getattr(part, name) for name in _COUNTS if hasattr(part, name)}
    return {"class": type(part).__name__, "settings": part.settings(), "state": counts}


def _made(described: Any, known: tuple[type, ...]) -> Any:
    if described is None:
        return None
    part = {cls.__name__: cls for cls in known}[described["class"]](**described["settings"])
    for name in _COUNTS:
        if name in described["state"]:
            setattr(part, name, described["state"][name])
    return part


def _read(path: str | os.PathLike[str], content: str, reader: str, other: str) -> tuple[dict[str, Any], Any]:
    path = Path(path)
    if path.is_file():
        _refuse_pickle(path)
    arrays, description = files.read(path, kind=_kind(path))
    description = description if isinstance(description, dict) else {}
    met = description.get("content")
    if met != content:
        hint = f" {other} reads it." if met in (_MODEL, _PARAMETERS) else ""
        if met is None and "model" in description:
            met, hint = "a model of nn, not of nn.book", " nn.Model.load reads it."
        raise ValueError(f"{reader}: {path} does not hold the {content}; it holds: {met or 'something else'}.{hint}")
    return arrays, description


def _refuse_pickle(path: Path) -> None:
    content = path.read_bytes()
    # From protocol 2 on a pickle begins with its number; the first two begin with a container or a name. No zip does.
    if content[:1] == b"\x80" or (content[:1] in (b"(", b"]", b"}", b"c") and content[-1:] == b"."):
        raise ValueError(
            f"{path} is a pickle, which is not read here: it may run any code when it is opened. In the program that "
            "wrote it write np.savez('parameters.npz', *[a for layer in model.get_parameters() for a in layer]), and "
            "give these arrays to Model.set_parameters."
        )


def _kind(path: str | os.PathLike[str]) -> str:
    return ".safetensors" if Path(path).suffix == ".safetensors" else ".npz"


def _damaged(path: str | os.PathLike[str], error: Exception) -> ValueError:
    return ValueError(f"{path} does not describe what nn.book can make: {error!r}")
