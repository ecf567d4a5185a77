"""Arrays and what describes them in one file: safetensors or `.npz`, written so that no half of one is ever found.

The description is JSON; it stands in the header of a safetensors file, and in an array of its own in an `.npz`. Neither
can hold code, so a file of a stranger's can be opened.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
#: The version of what is written here, and the highest that is read.
VERSION = 1
_KEY = "gradtape"
#: After so many seconds a file that was begun is not written any more.
_OLD = 3600
_SUFFIXES = (".safetensors", ".npz")


def write(
    path: str | os.PathLike[str],
    arrays: Mapping[str, Array],
    description: Mapping[str, Any],
    *,
    kind: str | None = None,
) -> None:
    """Write a file, or leave the old one as it is.

    Parameters
    ----------
    path : path
        Ends in `.safetensors` or `.npz`, unless the kind is given.
    arrays : mapping from name to ndarray
    description : mapping
        What JSON can hold.
    kind : str, optional
        ".safetensors" or ".npz", whatever the file is called.

    Raises
    ------
    ValueError
        If the name ends otherwise, or such a file cannot hold an array's data type.
    ImportError
        If the package safetensors is missing, for such a file.
    OSError
        If the disk is full, or the folder cannot be written to; then an old file is as it was.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/a.npz", {"w": np.ones(2)}, {"note": "two ones"})
    ...     read(f"{folder}/a.npz")
    ({'w': array([1., 1.])}, {'note': 'two ones'})
    """
    path = Path(path)
    header = json.dumps({"version": VERSION, "description": description})
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    if (kind or _suffix(path)) == ".npz":
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **{**plain, _KEY: np.frombuffer(header.encode(), np.uint8)})
        content = buffer.getvalue()
    else:
        content = _as_safetensors(path, plain, header)
    write_whole(path, content)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside the old one, see it on the disk, and put it in its place; a link stays, and leads to it.

    Raises
    ------
    OSError
        If it cannot be written; it names the path that was asked for.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "A file cannot be written where a folder is", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, f"There is no folder {path.parent} to write to", str(path))
    try:
        _replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, content: bytes) -> None:
    # A name of its own, and short: one that is as long as can be leaves no room for more.
    beside = f".gradtape-{hashlib.sha256(path.name.encode(errors='surrogateescape')).hexdigest()[:16]}-"
    _clear(path.parent, beside)
    handle, name = tempfile.mkstemp(prefix=beside, suffix=".tmp", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            # A new file is open to whom other new files are; mkstemp lets nobody else read its own.
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
        else:
            os.chmod(name, path.stat().st_mode & 0o777)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _see_folder(path.parent)


def _clear(folder: Path, beside: str) -> None:
    """Remove what earlier writes of a file left when they were killed; the young may be still at work."""
    for left in folder.glob(f"{beside}*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _OLD:
                left.unlink()


def _see_folder(folder: Path) -> None:
    """See the change of a name on the disk, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read(path: str | os.PathLike[str], *, kind: str | None = None) -> tuple[dict[str, Array], Any]:
    """Read a file that `write` wrote: the arrays, and the description.

    Parameters
    ----------
    path : path
    kind : str, optional
        As `write` took it.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is truncated, of another kind, of a newer version, or its name ends otherwise.
    ImportError
        As `write` does.
    """
    path = Path(path)
    suffix = kind or _suffix(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    arrays, header = _from_npz(path) if suffix == ".npz" else _from_safetensors(path)
    if header is None:
        raise ValueError(f"{path} is a {suffix} file, but not one that gradtape wrote: it describes no model.")
    try:
        found = json.loads(header)
        version, description = found["version"], found["description"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{path}: its description cannot be read: {error!r}") from error
    if not isinstance(version, int) or version > VERSION:
        raise ValueError(
            f"{path} was written by a newer version of gradtape (format {version}; this one reads up to {VERSION}): "
            "install a newer one."
        )
    return arrays, description


def _from_npz(path: Path) -> tuple[dict[str, Array], str | None]:
    try:
        # NumPy leaves a file of its own open if it is damaged.
        with open(path, "rb") as opened:
            file = np.load(opened, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise ValueError("it holds one array")
            with file:
                arrays = {name: file[name] for name in file.files}
                header = arrays.pop(_KEY, None)
                described = None if header is None else header.astype(np.uint8).tobytes().decode(errors="replace")
    # What a damaged one raises depends on where it is damaged: zipfile, zlib and NumPy have many errors.
    except Exception as error:
        raise ValueError(f"{path} is no whole .npz file of arrays: {error!r}") from error
    return arrays, described


def _from_safetensors(path: Path) -> tuple[dict[str, Array], str | None]:
    safetensors = _safetensors(path)
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, (file.metadata() or {}).get(_KEY)
    except Exception as error:
        raise ValueError(f"{path} is no whole .safetensors file of arrays: {error!r}") from error


def _as_safetensors(path: Path, arrays: dict[str, Array], header: str) -> bytes:
    safetensors = _safetensors(path)
    try:
        return bytes(safetensors.numpy.save(arrays, metadata={_KEY: header}))
    except (safetensors.SafetensorError, KeyError) as error:
        kinds = {str(array.dtype): name for name, array in arrays.items()}
        met = ", ".join(f"{kind} ({name})" for kind, name in kinds.items())
        raise ValueError(f"{path}: {error} Met {met}. A .npz file holds every number NumPy has.") from error


def _safetensors(path: Path) -> Any:
    try:
        import safetensors
        import safetensors.numpy
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{path}: the package safetensors is missing. Write pip install 'gradtape[nn]', or take a name that "
            "ends in .npz."
        ) from error
    return safetensors


def check_name(path: Path) -> None:
    """Raise a ValueError if a file cannot have this name."""
    _suffix(path)


def check_writer(path: Path) -> None:
    """Raise an ImportError if the package that writes such a file is missing."""
    if _suffix(path) == ".safetensors":
        _safetensors(path)


def _suffix(path: Path) -> str:
    if path.suffix not in _SUFFIXES:
        raise ValueError(f"{path}: a model's file ends in .safetensors or .npz.")
    return path.suffix
