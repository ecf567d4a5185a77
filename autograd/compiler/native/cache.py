"""Object code kept on disk, for those who ask for it: a second process need not compile what the first has.

An entry is named by all on which it depends, and begins with the digest of what follows: what is cut short, changed or
not ours is no entry, and is written anew.
"""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = b"gradtape kernel 1\n"
_DIGEST = 32
#: Set to a directory, or to 1 for the user's own, it keeps kernels from the start.
VARIABLE = "GRADTAPE_KERNELS"


class _Where:
    """The directory; None while nothing is kept."""

    path: Path | None = None


def keep_kernels(directory: str | os.PathLike[str] | bool = True) -> Path | None:
    """Keep compiled kernels on disk, so that other processes start without compiling them.

    The environment variable `GRADTAPE_KERNELS` does the same: a directory, or 1.

    Parameters
    ----------
    directory : path or bool
        Where; True for the user's cache directory, as `platformdirs` tells it; False to keep none from now on.

    Returns
    -------
    Path or None
        The directory.

    Raises
    ------
    ImportError
        For True, without platformdirs.

    Examples
    --------
    >>> import tempfile
    >>> keep_kernels(tempfile.mkdtemp()).is_dir()
    True
    >>> keep_kernels(False)
    """
    from pathlib import Path

    if directory is True:
        try:
            from platformdirs import user_cache_dir
        except ImportError as error:
            raise ImportError(
                "The user's cache directory is found by platformdirs: pip install 'gradtape[native]', or name one: "
                "keep_kernels('directory')"
            ) from error
        directory = user_cache_dir("gradtape", appauthor=False)
    _Where.path = None if directory is False else Path(directory)
    return _Where.path


def from_environment() -> None:
    """Do what the environment variable says."""
    said = os.environ.get(VARIABLE, "")
    if said and said != "0":
        try:
            keep_kernels(True if said == "1" else said)
        except ImportError as error:
            warnings.warn(f"{VARIABLE}={said}: {error}. None are kept.", stacklevel=2)


def key_of(*parts: str) -> str:
    """Name an entry by what it depends on."""
    return _sha256("\0".join(parts).encode()).hex()


def found(key: str) -> bytes | None:
    """Give what is kept under a name; None if there is nothing, or not what was written."""
    if _Where.path is None:
        return None
    try:
        data = (_Where.path / key).read_bytes()
    except OSError:
        return None
    start = len(_HEAD) + _DIGEST
    head, digest, code = data[: len(_HEAD)], data[len(_HEAD) : start], data[start:]
    return code if head == _HEAD and digest == _digest(key, code) else None


def _digest(key: str, code: bytes) -> bytes:
    """Give what tells that code was written under a name, whole."""
    return _sha256(key.encode() + b"\n" + code)


def _sha256(data: bytes) -> bytes:
    # Not before it is needed: what it loads takes longer than all of the package.
    import hashlib

    return hashlib.sha256(data).digest()


def kept(key: str, code: bytes) -> None:
    """Keep something under a name: at once or not at all."""
    if _Where.path is None:
        return
    import tempfile

    try:
        _Where.path.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=_Where.path, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_HEAD + _digest(key, code) + code)
            os.replace(name, _Where.path / key)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        warnings.warn(f"Kernels cannot be kept in {_Where.path}: {error}. None are from now on.", stacklevel=2)
        _Where.path = None
