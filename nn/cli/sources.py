"""Where a command's data come from: the sets of `nn.datasets`, and `.npy` files."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn import datasets
from nn.cli.toml import ConfigError, Table
from nn.splits import split
from nn.suggest import nearest

Array = NDArray[Any]

_SMALL: dict[str, type] = {"samples": int, "classes": int, "seed": int, "dtype": str}
_SINE: dict[str, type] = {"samples": int, "dtype": str}
_FOLDER: dict[str, type] = {"path": Path, "checksum": bool}
#: What each set asks for. Those in files have a test set of their own.
SETS: Mapping[str, dict[str, type]] = {
    "spiral": _SMALL, "vertical": _SMALL, "sine": _SINE, "digits": {"dtype": str},
    "mnist": _FOLDER, "fashion_mnist": _FOLDER, "image_folder": {"path": Path},
}  # fmt: skip
#: Files up to this size are read as a whole.
_WHOLE = 1 << 26


@dataclass(frozen=True)
class Data:
    """Samples to train with, and to validate with if there are any."""

    X: Array
    y: Array
    validation: tuple[Array, Array] | None = None


def opened(path: Path) -> Array:
    """Read an array of samples from a `.npy` file; a large one is mapped.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is truncated or of another kind, or holds one number and no samples.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        if os.path.getsize(path) > _WHOLE:
            array: Array = np.lib.format.open_memmap(path, mode="r")
        else:
            with open(path, "rb") as file:
                array = np.lib.format.read_array(file, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path} is no whole .npy file of numbers, as np.save writes it: {error}") from error
    if not array.ndim:
        raise ValueError(f"{path} holds one number, of shape (); write an array whose first axis counts the samples.")
    return array


def data_of(table: Table, seed: int) -> Data:
    """Read the data that `[data]` asks for.

    Raises
    ------
    ConfigError
        If a setting is unknown or wrong, files are missing or damaged, or a package is.
    """
    own = "X" in table or "y" in table
    if own and "name" in table:
        raise table.error("give the name of a set, or paths as X and y; met both.", "name")
    if not own and "name" not in table:
        raise table.error('data are missing: write name = "spiral", or X = "X.npy" and y = "y.npy".')
    try:
        parts = _from_files(table) if own else _from_set(table, seed)
        found = _divided(table, parts, seed)
    except ConfigError:
        raise
    except (ValueError, TypeError, ImportError, OSError) as error:
        raise table.blame(error) from error
    table.done()
    return found


def _from_files(table: Table) -> tuple[Array, ...]:
    names = ["X", "y"]
    validated = "X_validation" in table or "y_validation" in table
    paths = [table.take(name, Path) for name in (*names, *(f"{name}_validation" for name in names if validated))]
    return tuple(map(opened, paths))


def _from_set(table: Table, seed: int) -> tuple[Array, ...]:
    name = table.take("name", str)
    if name not in SETS:
        raise table.error(f"there is no set {name!r}. {nearest(name, SETS)}", "name")
    settings = {key: table.take(key, kind) for key, kind in SETS[name].items() if key in table or key == "path"}
    for key in SETS[name]:
        table.take(key, object, None)
    if "seed" in SETS[name]:
        # Without a seed of its own a set is drawn from the seed of the run: a run that goes on needs the same data.
        settings.setdefault("seed", seed)
    folder = [settings.pop("path")] if "path" in settings else []
    found: tuple[Array, ...] = getattr(datasets, name)(*folder, **settings)
    return found


def _divided(table: Table, parts: tuple[Array, ...], seed: int) -> Data:
    """Scale the inputs, and take out those to validate with."""
    divisor = table.take("divide_by", float, 1.0)
    if not 0 < divisor < math.inf:
        raise table.error(f"divide_by is finite and above 0; met {divisor}.", "divide_by")
    X, y, *test = [array / divisor if i % 2 == 0 and divisor != 1 else array for i, array in enumerate(parts)]
    share = table.take("validation", object, None)
    if "X_validation" in table:
        if share is not None:
            raise table.error(
                "give a fraction as validation, or X_validation and y_validation; met both.", "validation"
            )
        share = "test"
    if share is None:
        return Data(X, y)
    if share == "test" and test:
        return Data(X, y, (test[0], test[1]))
    if not isinstance(share, float) or not 0 < share < 1:
        hint = ' or "test", for its own test set' if test else ""
        raise table.error(f"validation is a fraction between 0 and 1{hint}; met {share!r}.", "validation")
    stratify = y if y.ndim == 1 and y.dtype.kind in "iu" else None
    train, held = split(X, y, 1 - share, seed=seed, stratify=stratify)
    return Data(*train, held)
