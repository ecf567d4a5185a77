"""The main job: check chapter 9 cell by cell, train its network on the spiral through the tape, and draw the result.

Run `python examples/spiral.py`; see `--help` for the options. It ends with exit code 1 if a cell of the chapter is not
reproduced, tape and formulas disagree, or the accuracy stays below 0.95 with the default options.
"""

import argparse
import copy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import chapter9
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter
from nnfs.datasets import spiral_data
from numpy.typing import NDArray
from tqdm import tqdm

import nn
from autograd import Tensor, no_grad

Array = NDArray[Any]

EPOCHS, HIDDEN, SEED = 10_001, 64, 0
WANTED_ACCURACY = 0.95
#: Tape and formula round differently, by 1e-16 of terms that may nearly cancel: as a part of the gradient, and, where
#: that is all but zero, absolutely.
AGREEMENT, ROUNDING = 1e-10, 1e-14

CLASSES = [to_rgb(colour) for colour in ("#e4572e", "#2a9d8f", "#4361ee")]
INK, QUIET, FAINT, PAPER = "#22223b", "#6c6c84", "#a9a9bb", "#fbfaf7"


def main() -> int:
    """Do all of it, and return the exit code."""
    options = parse()
    print("Chapter 9, cell by cell\n")
    failures = check_chapter()
    print("\nSoftmax and cross-entropy: forward and backward, separate against combined\n")
    print(loss_times())

    np.random.seed(options.seed)
    X, y = spiral_data(samples=100, classes=3)
    rng = np.random.default_rng(options.seed)
    model = nn.Sequential(nn.Dense(2, options.hidden, rng=rng), nn.ReLU(), nn.Dense(options.hidden, 3, rng=rng))
    print("\nTape against formula, before training\n")
    before = nn.compare(model, X, y)
    print(f"\n{step_times(model, X, y)}")
    print(f"\nTraining 2 → {options.hidden} → 3 on {len(X)} points with Adam for {options.epochs:,} epochs\n")
    losses, accuracies = train(model, X, y, options.epochs)
    best = int(losses.argmin())
    print(f"\nlast epoch: loss {losses[-1]:.4f}, accuracy {accuracies[-1]:.3f}")
    print(f"kept, epoch {best + 1:,}: loss {losses[best]:.4f}, accuracy {accuracies[best]:.3f}")
    print("\nTape against formula, after training\n")
    after = nn.compare(model, X, y)
    for table, when in ((before, "before"), (after, "after")):
        for row in table.rows:
            if not (row.absolute <= ROUNDING or row.relative <= AGREEMENT):
                failures.append(f"{row.parameter}: tape and formula differ by {row.relative:.1e} {when} training")
    default = (options.epochs, options.hidden, options.seed) == (EPOCHS, HIDDEN, SEED)
    if default and accuracies[best] < WANTED_ACCURACY:
        failures.append(f"the accuracy is {accuracies[best]:.3f}, below {WANTED_ACCURACY}")

    draw(model, X, y, losses, accuracies, options.out)
    print(f"\nThe picture is {options.out}")
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if failures else 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=positive, default=EPOCHS, help=f"training steps, default {EPOCHS}")
    parser.add_argument("--hidden", type=positive, default=HIDDEN, help=f"hidden neurons, default {HIDDEN}")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of data and initial weights, default {SEED}")
    parser.add_argument("--out", type=Path, default=Path("spiral.png"), help="the picture, default spiral.png")
    options = parser.parse_args()
    if not 0 <= options.seed < 2**32:
        parser.error(f"argument --seed: from 0 to {2**32 - 1}; met {options.seed}")
    if not options.out.absolute().parent.is_dir():
        parser.error(f"argument --out: there is no folder {options.out.parent}")
    return options


def positive(text: str) -> int:
    """Read a number that is at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number of at least 1; met {text!r}")
    return int(text)


def check_chapter() -> list[str]:
    """Print each cell's printed and computed value; return what failed."""
    rows: list[tuple[str, ...]] = [("cell", "printed", "tape", "")]
    failures = []
    for heading, section in chapter9.sections.items():
        rows.append((heading, "", "", ""))
        for cell in section():
            rows.append((f"  {cell.name}", brief(cell.printed), brief(cell.tape), "pass" if cell.passed else "FAIL"))
            if not cell.passed:
                failures.append(f"{heading}: {cell.name}")
    print(aligned(rows))
    return failures


def brief(array: Array) -> str:
    """Show the first three numbers."""
    flat = array.ravel()
    return " ".join(f"{value:.8g}" for value in flat[:3]) + (" …" if flat.size > 3 else "")


def aligned(rows: list[tuple[str, ...]]) -> str:
    """Lay rows out in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def loss_times() -> str:
    """Time the loss and its gradient, combined and separate, through the tape and by the formulas.

    The chapter times the formulas' backward only, on three samples, and finds the separate one 8.4 times slower.
    """
    return aligned([("samples", "", "separate", "combined", "ratio"), *times_for(3), *times_for(300)])


def times_for(samples: int) -> list[tuple[str, ...]]:
    """Give two rows of the table: the chapter's three samples, repeated until there are as many as asked for."""
    probabilities = np.tile(chapter9.PROBABILITIES, (samples // 3, 1))
    targets = np.tile(chapter9.TARGETS, samples // 3)
    scores = Tensor(np.log(probabilities), requires_grad=True)
    softmax, cross_entropy, formula = nn.Softmax(), nn.CategoricalCrossentropy(), nn.analytic
    rows: list[tuple[str, ...]] = []
    for name, separate, combined in (
        (
            "tape, forward and backward",
            lambda: cross_entropy(softmax(scores), targets).backward(),
            lambda: nn.softmax_cross_entropy(scores, targets).backward(),
        ),
        (
            "formulas, backward",
            lambda: formula.softmax(formula.categorical_crossentropy(probabilities, targets), probabilities),
            lambda: formula.softmax_categorical_crossentropy(probabilities, targets),
        ),
    ):
        slow, fast = microseconds(separate), microseconds(combined)
        rows.append((str(samples), name, f"{slow:,.0f} µs", f"{fast:,.0f} µs", f"{slow / fast:.1f}x"))
    return rows


def microseconds(function: Callable[[], Any], repeats: int = 30) -> float:
    """Time one call: the median of seven means."""
    means = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(repeats):
            function()
        means.append((time.perf_counter() - start) / repeats * 1e6)
    return median(means)


def train(model: nn.Sequential, X: Array, y: Array, epochs: int) -> tuple[Array, Array]:
    """Train on the whole data at each epoch, compiled, and keep the parameters of the epoch with the smallest loss.

    The loss of Adam at this rate shoots up now and then for some epochs, and the last one may be among them.

    Returns
    -------
    losses, accuracies : ndarray
        One of each for each epoch.
    """
    optimizer = adam()
    step = nn.make_step(model, nn.softmax_cross_entropy, optimizer)
    parameters, state = step.init()
    losses, accuracies = np.empty(epochs), np.empty(epochs)
    least, kept = np.inf, parameters
    with tqdm(total=epochs, unit="epoch") as bar:
        for epoch in range(epochs):
            before = {name: array.copy() for name, array in parameters.items()}
            loss, scores, parameters, state = step(parameters, state, (X, y))
            losses[epoch], accuracies[epoch] = loss, nn.accuracy(scores, y)
            if loss < least:
                least, kept = loss, before
            if (epoch + 1) % 100 == 0 or epoch + 1 == epochs:
                bar.set_postfix_str(
                    f"loss {losses[epoch]:.4f}, accuracy {accuracies[epoch]:.3f}, "
                    f"learning rate {optimizer.rate(epoch):.5f}",
                    refresh=False,
                )
                bar.update(epoch + 1 - bar.n)
    step.load(kept)
    return losses, accuracies


def adam() -> nn.Adam:
    """Make the chapter's optimizer."""
    return nn.Adam(learning_rate=0.05, decay=5e-7)


def step_times(model: nn.Sequential, X: Array, y: Array) -> str:
    """Time one training step through the tape and compiled, on a copy of the model."""
    dense, _, last = copy.deepcopy(model.layers)
    twin = nn.Sequential(dense, nn.ReLU(), last)
    optimizer, params = adam(), twin.parameters()

    def eager() -> None:
        loss = nn.softmax_cross_entropy(twin(X), y)
        loss.backward()
        optimizer.step(params)

    step = nn.make_step(twin, nn.softmax_cross_entropy, adam())
    held = list(step.init())

    def compiled() -> None:
        _, _, held[0], held[1] = step(*held, (X, y))

    start = time.perf_counter()
    compiled()
    first = time.perf_counter() - start
    slow, fast = microseconds(eager), microseconds(compiled)
    return aligned(
        [
            ("one step", "eager", "compiled", "ratio", "compiling"),
            ("", f"{slow:,.0f} µs", f"{fast:,.0f} µs", f"{fast / slow:.2f}x", f"{1000 * first:.0f} ms, once"),
        ]
    )


def draw(model: nn.Sequential, X: Array, y: Array, losses: Array, accuracies: Array, out: Path) -> None:
    """Save the decision regions with the points, and the two curves."""
    plt.rcParams.update({"font.family": "sans-serif", "font.size": 10, "text.color": INK, "axes.labelcolor": INK})
    figure = plt.figure(figsize=(12, 7), facecolor=PAPER)
    grid = figure.add_gridspec(
        2, 2, width_ratios=(1.13, 1), hspace=0.34, wspace=0.13, left=0.035, right=0.965, top=0.85, bottom=0.075
    )
    best = int(losses.argmin())
    figure.text(0.035, 0.935, "The spiral, learnt through the tape", fontsize=18, fontweight="bold")
    hidden = model[0].weights.shape[1]
    about = f"{len(X)} points, a network 2 → {hidden} → 3, Adam, {len(losses):,} epochs; shown is epoch {best + 1:,}"
    figure.text(0.035, 0.895, about, color=QUIET)
    draw_regions(figure.add_subplot(grid[:, 0]), model, X, y)
    top, bottom = figure.add_subplot(grid[0, 1], facecolor=PAPER), figure.add_subplot(grid[1, 1], facecolor=PAPER)
    draw_curve(top, losses, "Loss", f"{losses[best]:.3f}")
    top.set_yscale("log")
    top.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    top.yaxis.set_major_formatter("{x:g}")
    top.yaxis.set_minor_formatter(NullFormatter())
    draw_curve(bottom, accuracies, "Accuracy", f"{accuracies[best]:.1%}")
    bottom.set_ylim(min(0.5, float(accuracies.min())), 1.02)
    bottom.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    bottom.set_xlabel("epoch")
    figure.savefig(out, dpi=150, facecolor=PAPER)
    plt.close(figure)


def draw_regions(axes: Axes, model: nn.Sequential, X: Array, y: Array) -> None:
    """Colour the plane by class, paler where the network is less sure, and put the points on it."""
    reach = 1.08 * float(np.abs(X).max())
    ticks = np.linspace(-reach, reach, 600)
    plane = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    with no_grad():
        probabilities = nn.Softmax()(model(plane)).numpy().reshape(600, 600, 3)
    # 0 where all classes are as likely, 1 where one is certain.
    certainty = (probabilities.max(axis=-1, keepdims=True) - 1 / 3) * 1.5
    colours = 1 - (1 - probabilities @ np.array(CLASSES)) * (0.08 + 0.4 * certainty)
    axes.imshow(colours, extent=(-reach, reach, -reach, reach), origin="lower", interpolation="bilinear")
    for number, colour in enumerate(CLASSES):
        lead = probabilities[..., number] - np.delete(probabilities, number, axis=-1).max(axis=-1)
        if lead.min() < 0 < lead.max():
            axes.contour(ticks, ticks, lead, levels=[0], colors="white", linewidths=1.2)
        axes.scatter(
            X[y == number, 0], X[y == number, 1], s=32, color=[colour], edgecolor="white", linewidth=0.8, zorder=3
        )
    axes.set(xticks=[], yticks=[], xlim=(-reach, reach), ylim=(-reach, reach), anchor="W")
    axes.spines[:].set_visible(False)


def draw_curve(axes: Axes, values: Array, title: str, result: str) -> None:
    """Draw one quantity over the epochs: every value faintly, the median of its neighbourhood clearly."""
    count = len(values)
    centres = np.unique(np.geomspace(1, count, 400).astype(int)) - 1
    centres = np.union1d(centres, np.linspace(0, count - 1, 200).astype(int))
    reach = [min(150, int(c), count - 1 - int(c)) for c in centres]
    middle = [np.median(values[c - r : c + r + 1]) for c, r in zip(centres, reach, strict=True)]
    axes.plot(np.arange(1, count + 1), values, color=FAINT, linewidth=0.6, alpha=0.6)
    axes.plot(centres + 1, middle, color=INK, linewidth=2)
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold")
    axes.set_title(result, loc="right", fontsize=12, color=INK)
    axes.set_xlim(1, max(2, count))
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(which="both", colors=FAINT, labelcolor=QUIET)
    axes.grid(axis="y", color=FAINT, alpha=0.25, linewidth=0.7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter("{x:,.0f}")


if __name__ == "__main__":
    sys.exit(main())
