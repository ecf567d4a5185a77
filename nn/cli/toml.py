"""Read settings from a TOML file: each is asked for by name and kind, and what nobody asked for is an error.

What is wrong is said with its place in the file.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nn.suggest import nearest

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*[=.]""")
_KINDS = {
    int: "a whole number", float: "a number", str: "a text", bool: "true or false", Path: "a path", list: "a list",
}  # fmt: skip
#: Stands for a setting that has to be there.
NEEDED: Any = object()


class ConfigError(ValueError):
    """What is wrong in a file of settings, and where."""


class Table:
    r"""A table of the file.

    Parameters
    ----------
    path : path
        Of the file; paths in it are seen from its folder.
    text : str
        Its text, in which lines are looked for.
    name : str
        Such as "train", or nothing for the file as a whole.
    values : mapping
    number : int, optional
        Of a list of tables of this name: which, from 0.

    Examples
    --------
    >>> table = Table(Path("a.toml"), "[train]\nepoch = 5", "train", {"epoch": 5})
    >>> table.take("epochs", int, 100)
    100
    >>> table.done()
    Traceback (most recent call last):
    ...
    nn.cli.toml.ConfigError: a.toml, line 2, [train]: there is no setting 'epoch'. Did you mean 'epochs'?
    """

    def __init__(self, path: Path, text: str, name: str, values: Any, number: int | None = None) -> None:
        self.path, self.text, self.name, self.number = path, text, name, number
        self._asked: list[str] = []
        self.values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
        if not isinstance(values, Mapping):
            raise self.error(f"is a table; met {values!r}.")

    def __contains__(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self.values

    def take(self, key: str, kind: type, default: Any = NEEDED, *, least: float | None = None) -> Any:
        """Give a setting.

        Parameters
        ----------
        key : str
        kind : int, float, str, bool, Path, or object for any
        default : optional
            What it is when it is not there.
        least : float, optional
            The smallest value that it may have.
        """
        self._asked.append(key)
        if key not in self.values:
            if default is NEEDED:
                there = ", ".join(map(repr, self.values)) or "none"
                raise self.error(f"the setting {key!r} is missing; there are: {there}.")
            return default
        value = self.values[key]
        fits = {
            int: isinstance(value, int) and not isinstance(value, bool),
            float: isinstance(value, (int, float)) and not isinstance(value, bool),
            Path: isinstance(value, str) and bool(value),
        }.get(kind, isinstance(value, kind))
        if not fits:
            raise self.error(f"{key} is {_KINDS[kind]}; met {value!r}.", key)
        if least is not None and not value >= least:
            raise self.error(f"{key} is at least {least}; met {value!r}.", key)
        if kind is Path:
            return self.path.parent / value
        return float(value) if kind is float else value

    def table(self, key: str) -> Table:
        """Give a table within this one, an empty one where there is none."""
        value = self.take(key, object, {})
        return Table(self.path, self.text, f"{self.name}.{key}" if self.name else key, value)

    def tables(self, key: str) -> list[Table]:
        """Give a list of tables; what stands there as a name alone becomes a table of it."""
        values = self.take(key, list)
        name = f"{self.name}.{key}" if self.name else key
        named = [{"name": value} if isinstance(value, str) else value for value in values]
        return [Table(self.path, self.text, name, value, i) for i, value in enumerate(named)]

    def done(self) -> None:
        """Refuse what nobody asked for."""
        for key in self.values:
            if key not in self._asked:
                what = "setting" if self.name else "table"
                raise self.error(f"there is no {what} {key!r}. {nearest(key, self._asked)}", key)

    def error(self, message: str, key: str | None = None) -> ConfigError:
        """Make the error that says where it is."""
        line = self._line(key)
        place = [str(self.path)] + ([f"line {line}"] if line else [])
        if self.name:
            place.append(f"[{self.name}]" if self.number is None else f"[[{self.name}]] number {self.number + 1}")
        return ConfigError(f"{', '.join(place)}: {message}")

    def blame(self, error: Exception, otherwise: str | None = None) -> ConfigError:
        """Make the error of what was raised, at the setting that it speaks of."""
        said = str(error)
        return self.error(
            said, next((key for key in self.values if f"{key!r}" in said or f": {key} " in said), otherwise)
        )

    def _line(self, key: str | None) -> int | None:
        """Find the line of a key; or else of the table, however it is written; or else of the first table below."""
        here = self.name, self.number or 0
        parent, _, last = self.name.rpartition(".")
        places = list(_places(self.text))
        ways: tuple[Callable[[tuple[str, int], str | None], bool], ...] = (
            lambda table, found: table == here and found == key,
            lambda table, found: table == here and found is None,
            lambda table, found: table[0] == parent and found == last,
            lambda table, found: table[0].split(".")[0] == key and found is None,
        )
        for fits in ways:
            for line, table, found in places:
                if fits(table, found):
                    return line
        return None


def _places(text: str) -> Iterator[tuple[int, tuple[str, int], str | None]]:
    """Go through headers and keys: line, table with its number among those of its name, and key, None for a header."""
    table, counts = ("", 0), Counter[str]()
    for line, content in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(content):
            name = ".".join(part.strip(" \t\"'") for part in header[1].split("."))
            table = name, counts[name]
            counts[name] += 1
            yield line, table, None
        elif key := _KEY.match(content):
            yield line, table, key[1]


def read(path: str) -> Table:
    """Read a file as a table.

    Raises
    ------
    ConfigError
        If it cannot be read, or is no TOML: with line and column.
    """
    file = Path(path)
    try:
        # Some editors begin a text with a mark of its encoding.
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no text in UTF-8: {error}.") from error
    except OSError as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise ConfigError(f"{path}: {why}. gradtape train --example > spiral.toml writes one to begin with.") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f'{path} is no TOML: {error}. Texts stand in quotes, as in name = "spiral".') from error
    return Table(file, text, "", values)
