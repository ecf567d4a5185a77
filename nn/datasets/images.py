"""Read images that lie in folders, one folder a class, as *Neural Networks from Scratch* keeps Fashion-MNIST."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_SOURCE = "https://nnfs.io/datasets/fashion_mnist_images.zip"
#: Pillow's names for images of bytes: grey, colour, and colour with transparency.
_MODES = ("L", "RGB", "RGBA")


def image_folder(folder: str | os.PathLike[str]) -> tuple[Array, Array, Array, Array]:
    """Read PNG images from `folder/train/CLASS/NAME.png` and `folder/test/CLASS/NAME.png`.

    The layout of `fashion_mnist_images`, the data of *Neural Networks from Scratch in Python* (Kinsley and Kukieła,
    chapter 19). Images come by class and then by name, so shuffle them before training.

    Parameters
    ----------
    folder : path
        Its folders `train` and `test` hold one folder a class, called 0 to 255. Files that are no PNG, and folders
        whose names start with a dot, are passed over.

    Returns
    -------
    X : ndarray of uint8
        Shape (samples, rows, columns) of grey images, with a last axis for the channels of colour.
    y : ndarray of uint8
        The classes, shape (samples,).
    X_test, y_test : ndarray of uint8
        The same, of the folder `test`.

    Raises
    ------
    ImportError
        If Pillow is not installed.
    FileNotFoundError
        If a folder is missing or without images; it names it, and where the book's images are to be had.
    ValueError
        If a folder is not called by a class, a file cannot be read as an image, or images differ in size or kind.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "nn.datasets.image_folder reads images by Pillow: pip install 'gradtape[nn]'", name="PIL"
        ) from error
    folder = Path(folder)
    (X, y), (X_test, y_test) = _part(Image, folder / "train"), _part(Image, folder / "test")
    if X.shape[1:] != X_test.shape[1:]:
        raise ValueError(f"{folder}: train holds images of shape {X.shape[1:]}, test of shape {X_test.shape[1:]}.")
    return X, y, X_test, y_test


def _part(Image: Any, folder: Path) -> tuple[Array, Array]:
    """Read the images of a folder of classes."""
    if not folder.is_dir():
        raise FileNotFoundError(
            f"The folder {folder.absolute()} is missing: images are looked for at CLASS/NAME.png in it. "
            f"Those of the book are at {_SOURCE}; unpack them, and give the folder that holds train and test."
        )
    files = [(number, path) for number, place in _classes(folder) for path in sorted(place.iterdir()) if _is_png(path)]
    if not files:
        raise FileNotFoundError(
            f"There are no images at CLASS/NAME.png in {folder.absolute()}. Those of the book are at {_SOURCE}."
        )
    first = _image(Image, files[0][1])
    X = np.empty((len(files), *first.shape), np.uint8)
    for i, (_, path) in enumerate(files):
        image = _image(Image, path)
        if image.shape != first.shape:
            raise ValueError(f"{path} has the shape {image.shape}, {files[0][1]} the shape {first.shape}.")
        X[i] = image
    return X, np.array([number for number, _ in files], np.uint8)


def _classes(folder: Path) -> list[tuple[int, Path]]:
    """Give the folders of the classes, in the order of their numbers."""
    places = [place for place in folder.iterdir() if place.is_dir() and not place.name.startswith(".")]
    for place in places:
        if not (place.name.isascii() and place.name.isdigit() and int(place.name) < 256):
            raise ValueError(f"A folder of images is called by its class, 0 to 255; met {place}.")
    return sorted((int(place.name), place) for place in places)


def _is_png(path: Path) -> bool:
    return path.suffix.lower() == ".png" and not path.name.startswith(".")


def _image(Image: Any, path: Path) -> Array:
    try:
        with Image.open(path) as image:
            image.load()
            mode, pixels = image.mode, np.asarray(image)
    # Pillow says that a file is damaged by any of these.
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path} cannot be read as an image: {error}") from error
    if mode not in _MODES:
        raise ValueError(f"{path} is an image of the mode {mode}; those that are read are {', '.join(_MODES)}.")
    return pixels
