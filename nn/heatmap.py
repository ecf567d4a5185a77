"""Draw how far tape and formula are apart, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np

#: The difference that is drawn darkest and that which is drawn lightest, as powers of ten of the formula's largest.
_FROM, _TO = -17.0, 0.0


def drawn(rows: Sequence[Any], path: str | PathLike[str]) -> None:
    """Draw the differences of each parameter as a panel of a picture.

    A cell is an element of the parameter. Its colour is the difference, divided by the largest element of the formula's
    gradient, on a logarithmic scale from rounding, 1e-17, to all of it, 1; white is no difference at all, red NaN.

    Parameters
    ----------
    rows : sequence of Difference
        `nn.compare(...).rows`.
    path : str or path-like
        Where the picture goes; its ending says of which kind it is.

    Raises
    ------
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> from nn import Dense, Sequential, compare
    >>> compare(Sequential(Dense(2, 3)), np.eye(2), [0, 1]).draw("differences.png")  # doctest: +SKIP
    """
    try:
        from matplotlib import colormaps
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("Drawing needs matplotlib: pip install 'gradtape[draw]'.") from error
    colours = colormaps["viridis"].with_extremes(bad="red", under="white")
    # Weights beside their biases; a parameter of many rows is not drawn taller than it can be seen.
    heights = [min(max(row.tape.reshape(-1, row.tape.shape[-1]).shape[0] / 16, 0.35), 3.0) for row in rows]
    figure = Figure(figsize=(9, sum(heights) + 0.75 * len(rows) + 0.4), layout="constrained")
    panels = figure.subplots(len(rows), 1, squeeze=False, height_ratios=heights)[:, 0]
    scale = Normalize(_FROM, _TO)
    for panel, row in zip(panels, rows, strict=True):
        panel.imshow(_exponents(row), cmap=colours, norm=scale, aspect="auto", interpolation="nearest")
        panel.set_title(f"{row.parameter} {row.shape}: at most {row.relative:.1e}", fontsize=9, loc="left")
        panel.set_xticks([])
        panel.set_yticks([])
    bar = figure.colorbar(ScalarMappable(scale, colours), ax=list(panels), extend="min")
    bar.set_label("difference / largest element of the formula's gradient, log₁₀ (white: none)")
    figure.savefig(path, dpi=150)


def _exponents(row: Any) -> Any:
    """Give the powers of ten of the differences, relative to the formula's largest element."""
    scale = np.max(np.abs(row.formula))
    distance = np.abs(row.tape - row.formula).reshape(-1, row.tape.shape[-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(distance == 0, _FROM - 1, np.clip(np.log10(distance / scale), _FROM, _TO))
