"""Draw a record: ``draw(record, path)`` saves one panel a workload with one bar an engine.

The scale is logarithmic around NumPy by hand.
"""

from pathlib import Path
from typing import Any

from benchmarks.record import Record, ratio
from benchmarks.report import NAMES, OURS, workloads_of
from benchmarks.text import times

OURS_COLOR, THEIRS_COLOR, INK, FAINT = "#d1495b", "#8fa3b5", "#22303c", "#c9d1d8"
PALE = 0.55


def panel(axes: Any, record: Record, workload: str, engines: list[str], limits: tuple[float, float]) -> None:
    """Draw the bars of one workload; they start at 1, so that faster points left and slower points right."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    for row, engine in enumerate(engines):
        found = ratio(record, workload, engine)
        ours = engine in OURS
        if found is None:
            axes.text(1.06, row, "not measured", va="center", fontsize=8, color=THEIRS_COLOR)
            continue
        low, middle, high = found
        color = OURS_COLOR if ours else THEIRS_COLOR
        alpha = PALE if engine.endswith("+memory") else 1
        axes.barh(row, middle - 1, left=1, height=0.62, color=color, alpha=alpha, zorder=2)
        axes.plot([low, high], [row, row], color=INK, linewidth=1.1, solid_capstyle="butt", zorder=3)
        faster = middle < 1
        axes.text(
            min(low, middle) / 1.06 if faster else max(high, middle) * 1.06,
            row,
            times(middle),
            ha="right" if faster else "left",
            va="center",
            fontsize=8.5,
            color=OURS_COLOR if ours else INK,
            fontweight="bold" if ours else "normal",
        )
    axes.axvline(1, color=INK, linewidth=1, zorder=4)
    axes.set(xscale="log", xlim=limits, ylim=(len(engines) - 0.4, -0.6))
    ticks = [tick for tick in (0.001, 0.01, 0.1, 1, 10, 100, 1000) if limits[0] <= tick <= limits[1]]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}x"))
    axes.set_yticks(range(len(engines)), [NAMES[engine].translate({ord("*"): "", ord("`"): ""}) for engine in engines])
    axes.tick_params(length=0, labelsize=8.5, colors=INK)
    for label, engine in zip(axes.get_yticklabels(), engines, strict=True):
        if engine in OURS:
            label.set(color=OURS_COLOR, fontweight="bold")
    axes.grid(axis="x", color=FAINT, linewidth=0.6, zorder=0)
    axes.set_title(workload, loc="left", fontsize=11, fontweight="bold", color=INK)
    for side in axes.spines.values():
        side.set_visible(False)


def key(axes: Any) -> None:
    """Explain the colours where a panel is free."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    axes.set_axis_off()
    axes.legend(
        handles=[
            Patch(color=OURS_COLOR, label="gradtape"),
            Patch(color=OURS_COLOR, alpha=PALE, label="told to keep freed memory"),
            Patch(color=THEIRS_COLOR, label="others"),
            Line2D([], [], color=INK, linewidth=1.1, label="quartiles over the rounds"),
        ],
        loc="center left",
        frameon=False,
        fontsize=9,
        labelcolor=INK,
    )


def draw(record: Record, path: Path) -> bool:
    """Save the picture and return whether there was something to draw and matplotlib to draw it with."""
    try:
        import matplotlib
    except ModuleNotFoundError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot

    workloads = workloads_of(record)
    found = {
        (workload, engine): ratio(record, workload, engine)
        for workload in workloads
        for engine in NAMES
        if engine != "numpy"
    }
    values = [value for triple in found.values() if triple is not None for value in triple]
    if not values:
        return False
    engines = [name for name in NAMES if any(found.get((workload, name)) for workload in workloads)]
    # One scale for all panels, or bars of different workloads could not be compared; room at both ends for the numbers.
    limits = (min(*values, 0.5) / 3.5, max(*values, 2) * 3)
    columns = min(3, len(workloads))
    rows = -(-len(workloads) // columns)
    figure, grid = pyplot.subplots(
        rows,
        columns,
        figsize=(1.6 + 3.7 * columns, 0.9 + rows * (0.8 + 0.27 * len(engines))),
        squeeze=False,
        layout="constrained",
    )
    for axes in grid.flat[len(workloads) :]:
        key(axes)
    for axes, workload in zip(grid.flat, workloads, strict=False):
        panel(axes, record, workload, engines, limits)
        if axes not in grid[:, 0]:
            axes.tick_params(labelleft=False)
    figure.suptitle(
        "Time of one step over hand-derived NumPy (line at 1; left is faster; one core, float64)",
        x=0.01,
        ha="left",
        fontsize=12,
        color=INK,
    )
    figure.savefig(path, dpi=150, facecolor="white")
    pyplot.close(figure)
    return True
