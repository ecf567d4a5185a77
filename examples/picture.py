"""What the examples share: two options, the look of a picture, and an exit code that tells whether all came out."""

import argparse
import io
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

CLASSES = [to_rgb(colour) for colour in ("#e4572e", "#2a9d8f", "#4361ee")]
RED, GREEN, BLUE = "#e4572e", "#2a9d8f", "#4361ee"
INK, QUIET, FAINT, PAPER = "#22223b", "#6c6c84", "#a9a9bb", "#fbfaf7"


def parse(about: str | None) -> argparse.Namespace:
    """Read the command line: `quick` and `out`."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="at reduced size, in a few seconds")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder for the picture, default this one")
    options = parser.parse_args()
    if not options.out.is_dir():
        parser.error(f"argument --out: there is no folder {options.out}")
    return options


def begin(width: float, height: float, title: str, about: str) -> Figure:
    """Give a figure in inches, with what it shows written above, in the topmost 0.75 inches."""
    plt.rcParams.update({"font.family": "sans-serif", "font.size": 10, "text.color": INK, "axes.labelcolor": QUIET})
    figure = plt.figure(figsize=(width, height), facecolor=PAPER)
    figure.text(0.35 / width, 1 - 0.42 / height, title, fontsize=18, fontweight="bold")
    figure.text(0.35 / width, 1 - 0.70 / height, about, color=QUIET)
    return figure


def tidy(axes: Axes, title: str = "", result: str = "") -> Axes:
    """Give axes their look, a title at the left and a result at the right."""
    axes.set_facecolor(PAPER)
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    axes.set_title(result, loc="right", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(which="both", colors=FAINT, labelcolor=QUIET)
    axes.grid(axis="y", color=FAINT, alpha=0.25, linewidth=0.7)
    axes.set_axisbelow(True)
    return axes


def save(figure: Figure, path: Path) -> None:
    """Write the picture in 96 colours, a quarter of the bytes and the same to the eye, and say where."""
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=96, facecolor=PAPER)
    plt.close(figure)
    Image.open(buffer).convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"\nThe picture is {path}")


def finish(claims: dict[str, Any]) -> int:
    """Say which claims do not hold, and return the exit code."""
    failures = [claim for claim, holds in claims.items() if not holds]
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if failures else 0
