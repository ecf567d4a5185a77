"""Draw the roofline: ``draw(native, path)`` saves flops a second over flops a byte, with a point for each workload."""

import math
from pathlib import Path
from typing import Any

from benchmarks.native_report import Point, points_of
from benchmarks.plot import FAINT, INK, OURS_COLOR, THEIRS_COLOR

#: Where a name may stand: how far from its point, and which way it is aligned.
SIDES = ((8, 0, "left", "center"), (-8, 0, "right", "center"), (0, -8, "center", "top"), (0, 8, "center", "bottom"))


def limits(values: list[float], room: float) -> tuple[float, float]:
    """Return the ends of a logarithmic axis, with room at both."""
    return min(values) / room, max(values) * room


def lines(axes: Any, roof: dict[str, Any], ends: tuple[float, float]) -> None:
    """Draw the bandwidths up to where they meet the peak, and the peak from there on."""
    peak = roof["flops"]
    for what, style in (("memory", "-"), ("cache", "--")):
        bandwidth = roof[what]
        xs = [ends[0], min(peak / bandwidth, ends[1])]
        axes.plot(xs, [x * bandwidth for x in xs], style, color=THEIRS_COLOR, linewidth=1.6, zorder=2)
    # The bandwidth of the cache meets the peak first.
    start = min(peak / roof["cache"], peak / roof["memory"])
    axes.plot([max(ends[0], start), ends[1]], [peak, peak], color=THEIRS_COLOR, linewidth=1.6, zorder=2)


def names_of_lines(axes: Any, roof: dict[str, Any], ends: tuple[float, float]) -> list[Any]:
    """Write above each line what it is; the bandwidths rise at one angle, which the size of the picture decides."""
    texts = []
    style = {"fontsize": 8.5, "color": INK, "textcoords": "offset points"}
    low, high = axes.transData.transform([(1, 1), (10, 10)])
    angle = math.degrees(math.atan2(high[1] - low[1], high[0] - low[0]))
    for what in ("memory", "cache"):
        said, at = f"{what}: {roof[what] / 1e9:.3g} GB/s", (ends[0] * 1.15, ends[0] * 1.15 * roof[what])
        texts.append(axes.annotate(said, at, xytext=(0, 5), rotation=angle, rotation_mode="anchor", **style))
    said, at = f"product of matrices: {roof['flops'] / 1e9:.3g} GFlop/s", (ends[1], roof["flops"])
    return [*texts, axes.annotate(said, at, xytext=(-4, 5), ha="right", **style)]


def label(axes: Any, points: list[Point], written: list[Any]) -> None:
    """Name each point, on the first of its sides where no other point and nothing written is."""
    spots = [axes.transData.transform((point.intensity, point.speed)) for point in points]
    taken = [text.get_window_extent() for text in written]
    for index, point in enumerate(points):
        texts = [name(axes, point, *side) for side in SIDES]
        boxes = [text.get_window_extent().padded(2) for text in texts]
        others = spots[:index] + spots[index + 1 :]
        free = [
            at
            for at, box in enumerate(boxes)
            if not any(box.overlaps(one) for one in taken) and not any(box.contains(*spot) for spot in others)
        ]
        chosen = free[0] if free else 0
        taken.append(boxes[chosen])
        for at, text in enumerate(texts):
            if at != chosen:
                text.remove()


def name(axes: Any, point: Point, dx: float, dy: float, ha: str, va: str) -> Any:
    """Write the name of a point beside it."""
    return axes.annotate(
        point.name,
        (point.intensity, point.speed),
        xytext=(dx, dy),
        textcoords="offset points",
        ha=ha,
        va=va,
        fontsize=9.5,
        fontweight="bold",
        color=OURS_COLOR,
        zorder=4,
    )


def draw(native: dict[str, Any], path: Path) -> bool:
    """Save the picture and return whether there was something to draw and matplotlib to draw it with."""
    points = points_of(native)
    if not points:
        return False
    roof = native["roofline"]["found"]["roof"]
    try:
        import matplotlib
    except ModuleNotFoundError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter

    figure, axes = pyplot.subplots(figsize=(7.6, 4.8), layout="constrained")
    ends = limits([*(point.intensity for point in points), roof["flops"] / roof["memory"]], 3)
    heights = limits([*(point.speed for point in points), roof["flops"]], 2.5)
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=heights)
    lines(axes, roof, ends)
    axes.plot([p.intensity for p in points], [p.speed for p in points], "o", color=OURS_COLOR, markersize=7, zorder=3)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1e9:g}"))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("flops for each byte read or written", color=INK)
    axes.set_ylabel("GFlop/s", color=INK)
    axes.set_title("Native kernels below the roof of one core", loc="left", fontsize=11, fontweight="bold", color=INK)
    axes.grid(color=FAINT, linewidth=0.6, zorder=0)
    axes.tick_params(length=0, which="both", labelsize=8.5, colors=INK)
    for side in axes.spines.values():
        side.set_visible(False)
    # Where things are is known once they are drawn.
    figure.canvas.draw()
    label(axes, points, names_of_lines(axes, roof, ends))
    figure.savefig(path, dpi=150, facecolor="white")
    pyplot.close(figure)
    return True
