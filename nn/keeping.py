"""A model's parameters by name, and its file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nn import files
from nn.layers import Sequential
from nn.registry import from_config
from nn.walk import named_parameters

Array = NDArray[Any]


class Kept:
    """What has a network with parameters, and settings that make it anew: it can be kept in a file."""

    network: Sequential

    def config(self) -> dict[str, Any]:
        """Give the settings as plain values, from which `nn.from_config` makes it anew."""
        raise NotImplementedError

    def get_parameters(self) -> dict[str, Array]:
        """Give the parameters by name, copied.

        Examples
        --------
        >>> import nn
        >>> nn.Model([nn.Dense(1, 1)]).get_parameters()["layers.0.biases"]
        array([[0.]])
        """
        return {name: param.data.copy() for name, param in named_parameters(self.network).items()}

    def set_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Set the parameters by name: all of them, or none.

        Raises
        ------
        ValueError
            If a name is missing or unknown, or a shape or data type is another; then nothing is changed.
        """
        arrays = self.check_parameters(parameters, "Model.set_parameters")
        for name, param in named_parameters(self.network).items():
            param.data = arrays[name].copy()

    def check_parameters(self, parameters: Mapping[str, Any], where: str) -> dict[str, Array]:
        """Give parameters as arrays if they fit, or raise a ValueError that says which do not."""
        named = named_parameters(self.network)
        missing, unknown = sorted(named.keys() - parameters.keys()), sorted(parameters.keys() - named.keys())
        if missing or unknown:
            said = [
                f"{', '.join(names)} {what}" for names, what in ((missing, "missing"), (unknown, "unknown")) if names
            ]
            raise ValueError(f"{where}: of the parameters {' and '.join(said)}; nothing was changed.")
        arrays = {name: np.asarray(array) for name, array in parameters.items()}
        for name, param in named.items():
            array = arrays[name]
            if array.shape != param.shape or array.dtype != param.dtype:
                raise ValueError(
                    f"{where}: {name} has shape {param.shape} and dtype {param.dtype} in this model; met shape "
                    f"{array.shape} and dtype {array.dtype}. Nothing was changed."
                )
        return arrays

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model, its architecture included, to a file.

        The file is put in place as a whole: if that fails, an old one is as it was.

        Parameters
        ----------
        path : path
            Ends in `.safetensors` (the package safetensors is needed) or `.npz`.

        Raises
        ------
        ValueError
            If the name ends otherwise.
        TypeError
            If a layer or a setting cannot be written down, such as a function of yours.
        OSError
            If the disk is full, or the folder cannot be written to.

        Examples
        --------
        >>> import tempfile
        >>> import nn
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     nn.Model([nn.Dense(2, 3), nn.ReLU()]).save(f"{folder}/model.npz")
        ...     nn.Model.load(f"{folder}/model.npz").layers
        [Dense(2, 3), ReLU()]
        """
        files.write(path, self.get_parameters(), {"kind": "model", "model": self.config()})

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, classes: Iterable[type] = ()) -> Self:
        """Make the model that a file holds; a checkpoint is one too.

        Parameters
        ----------
        path : path
        classes : iterable of classes
            Layers, losses and so on of your own, to be found by their names.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is truncated, foreign, of a newer version, or its arrays do not fit its architecture.
        """
        arrays, found = files.read(path)
        if not isinstance(found, dict) or "model" not in found:
            raise ValueError(f"{path} holds no model.")
        try:
            model = from_config(found["model"], classes=classes)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{path}: its model cannot be made. {error} Classes of your own are given as classes=[...]."
            ) from error
        if not isinstance(model, cls):
            raise ValueError(f"{path} holds no model, but {model!r}.")
        model.set_parameters(_parameters_of(arrays))
        return model

    def load_parameters(self, path: str | os.PathLike[str]) -> None:
        """Take the parameters from a file, of this architecture; if they do not fit nothing is changed.

        Raises
        ------
        FileNotFoundError, ValueError
            As `load`, and if names, shapes or data types are others.
        """
        arrays, _ = files.read(path)
        self.check_parameters(_parameters_of(arrays), str(path))
        self.set_parameters(_parameters_of(arrays))


def _parameters_of(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Give the parameters among what a file holds: of a checkpoint there is more."""
    prefix = "parameters/"
    found = {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
    return found or dict(arrays)
