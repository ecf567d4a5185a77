"""A model's parameters by name, and its file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from nn import files
from nn.initializers import at_most
from nn.layers import Sequential
from nn.registry import from_config
from nn.walk import named_parameters, objects

Array = NDArray[Any]


class Kept:
    """What has a network with parameters, and settings that make it anew: it can be kept in a file."""

    network: Sequential

    def config(self) -> dict[str, Any]:
        """Give the settings as plain values, from which `nn.from_config` makes it anew."""
        raise NotImplementedError

    def get_parameters(self) -> dict[str, Array]:
        """Give the parameters by name, copied; those that are frozen (`requires_grad = False`) too.

        Examples
        --------
        >>> import nn
        >>> nn.Model([nn.Dense(1, 1)]).get_parameters()["layers.0.biases"]
        array([[0.]])
        """
        return {name: param.data.copy() for name, param in _kept(self.network).items()}

    def set_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Set the parameters by name: all that are not frozen, or none; and those frozen ones that are given.

        Raises
        ------
        ValueError
            If a name is missing or unknown, or a shape or data type is another; then nothing is changed.
        """
        arrays = self.check_parameters(parameters, "Model.set_parameters")
        self._take(arrays)

    def _take(self, arrays: Mapping[str, Array]) -> None:
        for name, param in _kept(self.network).items():
            if name in arrays:
                param.data = arrays[name].copy()

    def check_parameters(self, parameters: Mapping[str, Any], where: str) -> dict[str, Array]:
        """Give parameters as arrays if they fit, or raise a ValueError that says which do not."""
        named = _kept(self.network)
        needed = named_parameters(self.network).keys()
        missing, unknown = sorted(needed - parameters.keys()), sorted(parameters.keys() - named.keys())
        if missing or unknown:
            said = [
                f"{', '.join(names)} {what}" for names, what in ((missing, "missing"), (unknown, "unknown")) if names
            ]
            raise ValueError(f"{where}: of the parameters {' and '.join(said)}; nothing was changed.")
        arrays = {name: np.asarray(array) for name, array in parameters.items()}
        for name, param in named.items():
            array = arrays.get(name)
            if array is not None and (array.shape != param.shape or array.dtype != param.dtype):
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
            If the name ends otherwise, or layers share a parameter without being the same layer.
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
        _check_apart(self.network)
        frozen = sorted(_kept(self.network).keys() - named_parameters(self.network).keys())
        described = {**self.config(), "layers": self._layers_config()}
        files.write(path, self.get_parameters(), {"kind": "model", "model": described, "frozen": frozen})

    def _layers_config(self) -> Any:
        """Give the settings of the layers; of a network of your own its own."""
        found = self.network.config()
        return found["layers"] if type(self.network) is Sequential else found

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
            raise ValueError(f"{path} holds no model.{_of_the_book(found)}")
        given = _parameters_of(arrays)
        try:
            with at_most(max((array.size for array in given.values()), default=0)):
                model = from_config(found["model"], classes=classes)
        # Of a stranger's description a constructor may raise whatever it likes.
        except Exception as error:
            why = "It is nested too deeply." if isinstance(error, RecursionError) else str(error) or repr(error)
            raise ValueError(f"{path}: its model cannot be made. {why}") from error
        if not isinstance(model, cls):
            raise ValueError(f"{path} holds no model, but {model!r}.")
        model._take(model.check_parameters(given, str(path)))
        frozen = found.get("frozen", [])
        for name in frozen if isinstance(frozen, list) else []:
            tensor = _kept(model.network).get(name) if isinstance(name, str) else None
            if tensor is None:
                raise ValueError(f"{path}: {name!r} is to be frozen, and is no parameter of its model.")
            tensor.requires_grad = False
        return model

    def load_parameters(self, path: str | os.PathLike[str]) -> None:
        """Take the parameters from a file, of this architecture; if they do not fit nothing is changed.

        Raises
        ------
        FileNotFoundError, ValueError
            As `load`, and if names, shapes or data types are others.
        """
        arrays, found = files.read(path)
        if hint := _of_the_book(found):
            raise ValueError(f"{path} holds no parameters of an nn.Model.{hint}")
        self._take(self.check_parameters(_parameters_of(arrays), str(path)))


def _kept(network: Any) -> dict[str, Tensor]:
    """Name all Tensors of a network that are given and not computed: its parameters, and those that are frozen."""
    return {
        name: part
        for name, part in objects(network)
        if isinstance(part, Tensor) and (part.is_leaf or not part.requires_grad)
    }


def _of_the_book(found: Any) -> str:
    """Tell who reads a file that `nn.book` wrote; of others nothing."""
    content = found.get("content") if isinstance(found, dict) else None
    readers = {"model of nn.book": "nn.book.Model.load", "parameters of nn.book": "load_parameters of an nn.book.Model"}
    return f" It holds the {content}: {readers[content]} reads it." if content in readers else ""


def _check_apart(network: Sequential) -> None:
    """Raise if different layers share a parameter: made again each would have its own."""
    owners: dict[int, tuple[str, str]] = {}
    for where, layer in _apart(network):
        for name, part in objects(layer):
            if not isinstance(part, Tensor):
                continue
            other = owners.setdefault(id(part), (where, name))
            if other[0] != where:
                raise ValueError(
                    f"Model.save: {where}.{name} is also {'.'.join(other)}, which a file cannot say. Let the same "
                    "layer stand in both places."
                )


def _apart(network: Sequential) -> Iterator[tuple[str, Any]]:
    """Go through the layers, those of inner networks too, each once."""
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", network)]
    while stack:
        where, part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Sequential):
            stack += [(f"{where}.layers.{i}".lstrip("."), layer) for i, layer in enumerate(part.layers)][::-1]
        else:
            yield where, part


def _parameters_of(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Give the parameters among what a file holds: of a checkpoint there is more."""
    prefix = "parameters/"
    found = {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
    return found or dict(arrays)
