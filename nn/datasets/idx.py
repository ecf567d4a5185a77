"""Read MNIST and Fashion-MNIST from their official files, and any other file of that format, compressed or not."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: What the third byte of a file says of its numbers.
_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


class _Set:
    """A data set of four files: what it is called, where it is found, and the MD5 of each, compressed and not."""

    # No dataclass: making one would be half of what it takes to import this package.
    def __init__(self, title: str, reader: str, source: str, md5: dict[str, str]) -> None:
        self.title, self.reader, self.source, self.md5 = title, reader, source, md5


_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

_MNIST = _Set(
    "MNIST",
    "mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    {
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
)

_FASHION = _Set(
    "Fashion-MNIST",
    "fashion_mnist",
    "https://github.com/zalandoresearch/fashion-mnist (data/fashion)",
    {
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
        "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
        "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    },
)


def mnist(
    folder: str | os.PathLike[str], *, checksum: bool | Mapping[str, str] = True
) -> tuple[Array, Array, Array, Array]:
    """Read MNIST, handwritten digits, from its four official files.

    Parameters
    ----------
    folder : path
        Where `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
        `t10k-labels-idx1-ubyte` lie, each as it is or compressed, with `.gz` after its name.
    checksum : bool or dict
        Whether the files are to be the official ones, by the MD5 of the file as it lies or of its content, so that one
        that was compressed anew is known too. A dict gives other checksums, hexadecimal, by the names of files; a file
        that it does not name is not checked.

    Returns
    -------
    X : ndarray of uint8
        Shape (60000, 28, 28), from 0 (background) to 255.
    y : ndarray of uint8
        0 to 9, shape (60000,).
    X_test, y_test : ndarray of uint8
        The same, of 10000 samples.

    Raises
    ------
    FileNotFoundError
        If files are missing; it names them, the folder, and where they are to be had.
    ValueError
        If a file is of another format, truncated, or not the official one, or images and labels do not fit.
    """
    return _read(_MNIST, folder, checksum)


def fashion_mnist(
    folder: str | os.PathLike[str], *, checksum: bool | Mapping[str, str] = True
) -> tuple[Array, Array, Array, Array]:
    """Read Fashion-MNIST, pictures of clothes, from its four official files.

    The classes: 0 T-shirt/top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle
    boot. For the folders of PNG files that *Neural Networks from Scratch in Python* uses (Kinsley and Kukieła, chapter
    19), see `image_folder`.

    Parameters
    ----------
    folder, checksum
        As for `mnist`; the files have the same names.

    Returns
    -------
    X, y, X_test, y_test : ndarray of uint8
        As from `mnist`.

    Raises
    ------
    FileNotFoundError, ValueError
        As `mnist` does.
    """
    return _read(_FASHION, folder, checksum)


def read_idx(path: str | os.PathLike[str]) -> Array:
    r"""Read a file of the format of MNIST: one array, with a header that gives its type and shape.

    Parameters
    ----------
    path : path
        Compressed by gzip or not, whatever it is called.

    Returns
    -------
    ndarray
        In the machine's byte order.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    ValueError
        If it is of another format, truncated, or longer than its header says.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "numbers-idx1-short")
    ...     _ = path.write_bytes(b"\0\0\x0b\1" + b"\0\0\0\2" + b"\0\7" + b"\1\0")
    ...     read_idx(path)
    array([  7, 256], dtype=int16)
    """
    path = Path(path)
    return _parse(path, _unpacked(path, path.read_bytes()))


def _read(
    which: _Set, folder: str | os.PathLike[str], checksum: bool | Mapping[str, str]
) -> tuple[Array, Array, Array, Array]:
    folder = Path(folder)
    if isinstance(checksum, Mapping):
        sums = dict(checksum)
        for name in sums:
            if name not in which.md5:
                raise ValueError(
                    f"{which.reader}: checksum names {name!r}; the files are {', '.join(_NAMES)}, each with or without "
                    f".gz.{_nearest(name, which.md5)}"
                )
    else:
        sums = which.md5 if checksum else {}
    paths = _find(which, folder)
    X, y, X_test, y_test = (_file(which, path, name, sums) for name, path in zip(_NAMES, paths, strict=True))
    _fit(which, folder, X, y)
    _fit(which, folder, X_test, y_test)
    return X, y, X_test, y_test


def _find(which: _Set, folder: Path) -> list[Path]:
    """Give the paths of the four files, uncompressed where there are both."""
    found = [next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None) for name in _NAMES]
    missing = [name for name, path in zip(_NAMES, found, strict=True) if path is None]
    if not missing:
        return [path for path in found if path is not None]
    message = (
        f"{which.title}: {', '.join(missing)} (with or without .gz) not found in {folder.absolute()}"
        f"{'' if folder.is_dir() else ', which is not a folder'}. The files are at {which.source}; put all four there."
    )
    if (folder / "train").is_dir():
        message += " This folder has the layout of images in folders: nn.datasets.image_folder reads it."
    raise FileNotFoundError(message)


def _file(which: _Set, path: Path, name: str, sums: Mapping[str, str]) -> Array:
    """Read one of the four files: its format first, which tells more than that its checksum is wrong."""
    raw = path.read_bytes()
    content = _unpacked(path, raw)
    array = _parse(path, content)
    known = {sums[key].lower() for key in (name, f"{name}.gz") if key in sums}
    if known:
        digests = [_md5(raw)] if content is raw else [_md5(raw), _md5(content)]
        if known.isdisjoint(digests):
            _foreign(which, path, name, digests)
    return array


def _foreign(which: _Set, path: Path, name: str, digests: list[str]) -> NoReturn:
    for other in (_MNIST, _FASHION):
        if other is not which and (other.md5[name] in digests or other.md5[f"{name}.gz"] in digests):
            raise ValueError(f"{path} belongs to {other.title}: nn.datasets.{other.reader} reads it.")
    raise ValueError(
        f"{path} is not the file of {which.title} that it is called: its MD5 is {digests[0]}. Get it again from "
        f"{which.source}; if it is meant to differ, write checksum=False."
    )


def _fit(which: _Set, folder: Path, X: Array, y: Array) -> None:
    if X.ndim != 3 or y.shape != X.shape[:1] or X.dtype != np.uint8 or y.dtype != np.uint8:
        raise ValueError(
            f"{which.title}: in {folder.absolute()} images have the shape (samples, rows, columns), labels the shape "
            f"(samples,), and both are bytes; met {X.shape} {X.dtype} and {y.shape} {y.dtype}."
        )
    if y.size and y.max() > 9:
        i = int(y.argmax())
        raise ValueError(f"{which.title}: in {folder.absolute()} labels are 0 to 9; met {y[i]} at sample {i}.")


def _nearest(name: str, names: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, names, 1)
    return f" Is {near[0]} meant?" if near else ""


def _md5(content: bytes) -> str:
    import hashlib

    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _unpacked(path: Path, raw: bytes) -> bytes:
    """Give the content of a file that may be compressed, which its first bytes tell."""
    if raw[:2] != b"\x1f\x8b":
        return raw
    import gzip
    import zlib

    try:
        return gzip.decompress(raw)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path} is truncated or damaged: {error}") from error


def _parse(path: Path, content: bytes) -> Array:
    """Read type and shape, and then the array, which is to fill the rest exactly."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _DTYPES:
        raise ValueError(
            f"{path} is no idx file, which starts with two zero bytes and the type of its numbers; "
            f"met {content[:4].hex(' ') or 'an empty file'}."
        )
    dtype, dimensions = np.dtype(_DTYPES[content[2]]), content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise ValueError(f"{path} is truncated: its header of {start} bytes ends after {len(content)}.")
    shape = tuple(int.from_bytes(content[at : at + 4]) for at in range(4, start, 4))
    needed, met = math.prod(shape) * dtype.itemsize, len(content) - start
    if met != needed:
        what = "is truncated" if met < needed else "is longer than it says"
        raise ValueError(f"{path} {what}: its shape {shape} takes {needed} bytes after the header; met {met}.")
    return np.frombuffer(content, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))
