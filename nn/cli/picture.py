"""Draw what `gradtape demo` has learnt: the plane by class with the points on it, and the curves beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.model import Model

Array = NDArray[Any]

_COLOURS = ("#c2452d", "#2f6db5", "#3a8f4d")
_INK, _QUIET = "#2b2b2b", "#8a8a8a"
#: Points a side of the plane.
_SIDE = 320


def draw(model: Model, X: Array, y: Array, path: Path) -> None:
    """Draw a model of three classes in the plane, and its history.

    Parameters
    ----------
    model : Model
        Gives scores, shape (samples, 3).
    X, y : ndarray
        Shapes (samples, 2) and (samples,).
    path : path
        Its ending says of which kind it is.

    Raises
    ------
    ImportError
        If matplotlib is missing.
    ValueError
        If nothing of this ending can be written.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullFormatter

    figure = Figure(figsize=(10, 5.2), layout="constrained")
    plane, *curves = figure.subplot_mosaic([["plane", "loss"], ["plane", "accuracy"]], width_ratios=(1.15, 1)).values()
    reach = 1.08 * float(np.abs(X).max())
    ticks = np.linspace(-reach, reach, _SIDE)
    scores = model.predict(np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2))
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = (weights / weights.sum(axis=1, keepdims=True)).reshape(_SIDE, _SIDE, -1)
    colours = np.array([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in _COLOURS])
    paper = 1 - 0.45 * (1 - probabilities @ colours)
    plane.imshow(paper, extent=(-reach, reach, -reach, reach), origin="lower", interpolation="bilinear")
    for number, colour in enumerate(_COLOURS):
        plane.scatter(X[y == number, 0], X[y == number, 1], s=22, color=colour, edgecolor="white", linewidth=0.6)
    plane.set(xticks=[], yticks=[])
    plane.spines[:].set_visible(False)
    plane.set_title("What it takes each point of the plane for", loc="left", fontsize=11, color=_INK)
    for axes, name in zip(curves, ("loss", "accuracy"), strict=True):
        axes.plot(model.history.epochs, model.history[name], color=_INK, linewidth=1)
        axes.set_title(name, loc="left", fontsize=11, color=_INK)
        axes.set_title(f"{model.history[name][-1]:.3g}", loc="right", fontsize=11, color=_INK)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(which="both", labelcolor=_QUIET, color=_QUIET)
    curves[0].set_yscale("log")
    curves[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    curves[0].yaxis.set_major_formatter("{x:g}")
    curves[0].yaxis.set_minor_formatter(NullFormatter())
    curves[1].set_xlabel("epoch", color=_QUIET)
    figure.savefig(path, dpi=130)
