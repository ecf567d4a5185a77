"""Race all optimizers on the spiral: the same network from the same start, each with the settings of the book.

Run `python examples/optimizers.py`; see `--help` for the options. It ends with exit code 1 if the winner's accuracy
stays below 0.95 (with `--quick` 0.6), or an optimizer does not lower the loss.
"""

import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import picture
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator
from numpy.typing import NDArray

import nn

Array = NDArray[Any]

EPOCHS, QUICK_EPOCHS = 10_000, 300
WANTED_ACCURACY, QUICK_ACCURACY = 0.95, 0.6


@dataclass
class Run:
    """One racer at the goal."""

    name: str
    settings: str
    model: nn.Model
    losses: Array
    accuracy: float
    unseen: float
    seconds: float


def racers(epochs: int) -> dict[str, nn.SGD | nn.AdaGrad | nn.RMSProp | nn.Adam]:
    """Give the optimizers of chapter 10 with its settings, and three that the book does not have."""
    return {
        "SGD": nn.SGD(1.0, decay=1e-3),
        "SGD, momentum": nn.SGD(1.0, decay=1e-3, momentum=0.9),
        "SGD, Nesterov": nn.SGD(1.0, decay=1e-3, momentum=0.9, nesterov=True),
        "AdaGrad": nn.AdaGrad(1.0, decay=1e-4),
        "RMSProp": nn.RMSProp(0.02, decay=1e-5, rho=0.999),
        "Adam": nn.Adam(0.05, decay=5e-7),
        "AdamW": nn.AdamW(0.05, decay=5e-7),
        "Adam, cosine": nn.Adam(nn.schedules.Cosine(0.05, steps=epochs)),
    }


def race(epochs: int) -> list[Run]:
    """Train with each, and give them from the smallest final loss to the largest."""
    X, y = nn.datasets.spiral(100, 3, seed=0)
    unseen = nn.datasets.spiral(100, 3, seed=1)
    runs = []
    for name, optimizer in racers(epochs).items():
        rng = np.random.default_rng(0)
        model = nn.Model(
            [nn.Dense(2, 64, rng=rng), nn.ReLU(), nn.Dense(64, 3, rng=rng)],
            loss=nn.CategoricalCrossentropy(from_logits=True),
            optimizer=optimizer,
            metrics=[nn.Accuracy(from_logits=True)],
        )
        start = time.perf_counter()
        losses = np.array(model.fit(X, y, epochs=epochs)["loss"])
        seconds = time.perf_counter() - start
        accuracy, beyond = (model.evaluate(*data)["accuracy"] for data in ((X, y), unseen))
        runs.append(Run(name, brief(optimizer), model, losses, accuracy, beyond, seconds))
    return sorted(runs, key=lambda run: float(run.losses[-1]))


def brief(optimizer: nn.SGD | nn.AdaGrad | nn.RMSProp | nn.Adam) -> str:
    """Say at what rate it learns."""
    rate, decay = optimizer.learning_rate, optimizer.decay
    return f"rate {rate(0):g}, falling to 0" if callable(rate) else f"rate {rate:g}, decay {decay:g}"


def draw(runs: list[Run], options: Any) -> None:
    """Save a panel for each: the regions it has found, and its loss among those of the others."""
    X, y = nn.datasets.spiral(100, 3, seed=0)
    epochs = len(runs[0].losses)
    about = (
        f"The same network 2 → 64 → 3 from the same start, {len(X)} points, {epochs:,} epochs; "
        "in the order of the last loss. Percentages: points in the right region."
    )
    figure = picture.begin(12, 10.2, "Eight optimizers race on the spiral", about)
    outer = figure.add_gridspec(2, 4, hspace=0.2, wspace=0.12, left=0.045, right=0.98, top=0.885, bottom=0.055)
    curves = [smooth(run.losses) for run in runs]
    numbers = np.arange(1, epochs + 1)
    for place, run in enumerate(runs):
        grid = outer[place // 4, place % 4].subgridspec(2, 1, height_ratios=(2.55, 1), hspace=0.06)
        top, bottom = figure.add_subplot(grid[0]), picture.tidy(figure.add_subplot(grid[1]))
        draw_regions(top, run.model, X, y)
        top.set_title(f"{place + 1}  {run.name}", loc="left", fontsize=11, fontweight="bold", pad=18)
        top.set_title(f"{run.accuracy:.1%}", loc="right", fontsize=11, pad=18)
        top.text(0, 1.025, run.settings, transform=top.transAxes, color=picture.QUIET, fontsize=9)
        for curve in curves:
            bottom.plot(numbers, curve, color=picture.FAINT, lw=0.7, alpha=0.55)
        bottom.plot(numbers, curves[place], color=picture.INK, lw=2)
        bottom.set(xscale="log", yscale="log", xlim=(1, epochs), ylim=(0.85 * min(map(np.min, curves)), 2.5))
        bottom.yaxis.set_major_locator(FixedLocator([0.1, 0.2, 0.5, 1, 2]))
        bottom.yaxis.set_minor_locator(NullLocator())
        bottom.yaxis.set_major_formatter("{x:g}")
        bottom.xaxis.set_major_locator(FixedLocator([10, 100, 1000]))
        bottom.xaxis.set_major_formatter("{x:,.0f}")
        bottom.xaxis.set_minor_locator(NullLocator())
        bottom.tick_params(labelsize=8.5, labelleft=place % 4 == 0)
        if place % 4 == 0:
            bottom.set_ylabel("loss", fontsize=9)
        if place >= 4:
            bottom.set_xlabel("epoch", fontsize=9)
    picture.save(figure, options.out / "optimizers.png")


def smooth(losses: Array) -> Array:
    """Give the median of each epoch's neighbourhood, which is wider the later it is."""
    reach = [min(epoch // 12, 60, len(losses) - 1 - epoch) for epoch in range(len(losses))]
    return np.array([median(losses[e - r : e + r + 1].tolist()) for e, r in enumerate(reach)])


def draw_regions(axes: Axes, model: nn.Model, X: Array, y: Array) -> None:
    """Colour the plane by class, paler where the network is less sure, and put the points on it."""
    reach, size = 1.08 * float(np.abs(X).max()), 200
    ticks = np.linspace(-reach, reach, size)
    plane = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    probabilities = nn.Softmax()(model.predict(plane)).reshape(size, size, 3)
    certainty = (probabilities.max(axis=-1, keepdims=True) - 1 / 3) * 1.5
    colours = 1 - (1 - probabilities @ np.array(picture.CLASSES)) * (0.08 + 0.4 * certainty)
    axes.imshow(colours, extent=(-reach, reach, -reach, reach), origin="lower", interpolation="bilinear")
    for number, colour in enumerate(picture.CLASSES):
        mine = y == number
        axes.scatter(X[mine, 0], X[mine, 1], s=9, color=[colour], edgecolor="white", linewidth=0.4, zorder=3)
    axes.set(xticks=[], yticks=[], xlim=(-reach, reach), ylim=(-reach, reach))
    axes.spines[:].set_visible(False)


def main() -> int:
    """Race, print the table, draw, and return the exit code."""
    options = picture.parse(__doc__)
    runs = race(QUICK_EPOCHS if options.quick else EPOCHS)
    print(f"{'optimizer':<16}{'loss':>8}{'accuracy':>10}{'unseen':>9}{'time':>8}")
    for run in runs:
        print(f"{run.name:<16}{run.losses[-1]:>8.4f}{run.accuracy:>10.3f}{run.unseen:>9.3f}{run.seconds:>6.1f} s")
    draw(runs, options)
    wanted = QUICK_ACCURACY if options.quick else WANTED_ACCURACY
    return picture.finish(
        {f"the winner's accuracy is {runs[0].accuracy:.3f}, below {wanted}": runs[0].accuracy >= wanted}
        | {f"{run.name} does not lower the loss": run.losses[-1] < run.losses[0] for run in runs}
    )


if __name__ == "__main__":
    sys.exit(main())
