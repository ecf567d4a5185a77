"""Read handwritten digits: scikit-learn's 1797 images of 8 by 8 pixels, a quarter of them never seen in training.

Run `python examples/digits.py`; see `--help` for the options. It ends with exit code 1 if fewer than 97 % of the test
images are read right (with `--quick` 94 %).
"""

import sys
import time
from typing import Any

import numpy as np
import picture
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

import nn

Array = NDArray[Any]

EPOCHS, QUICK_EPOCHS = 200, 12
WANTED_ACCURACY, QUICK_ACCURACY = 0.97, 0.94
#: As many misread images as there is room for.
SHOWN = 12


def train(epochs: int) -> tuple[nn.Model, nn.History, tuple[Array, Array]]:
    """Train until the validation loss has not fallen for 30 epochs; give the model of the best, and the test set."""
    X, y = nn.datasets.digits()
    (X, y), validation, test = nn.split(X / 16, y, 0.65, 0.1, seed=0, stratify=y)
    rng = np.random.default_rng(0)
    model = nn.Model(
        [
            nn.Dense(64, 256, weight_initializer="he_normal", rng=rng),
            nn.ReLU(),
            nn.Dropout(0.3, rng=rng),
            nn.Dense(256, 128, weight_initializer="he_normal", rng=rng),
            nn.ReLU(),
            nn.Dropout(0.3, rng=rng),
            nn.Dense(128, 10, rng=rng),
        ],
        loss=nn.CategoricalCrossentropy(from_logits=True),
        optimizer=nn.AdamW(0.002, weight_decay=0.05),
        metrics=["accuracy"],
    )
    print(model.summary())
    stop = nn.EarlyStopping("val_loss", patience=30, restore_best=True)
    start = time.perf_counter()
    history = model.fit(X, y, epochs=epochs, batch_size=32, validation_data=validation, callbacks=[stop], seed=0)
    seconds = time.perf_counter() - start
    print(f"\n{len(X)} images, {len(history.epochs)} epochs in {seconds:.1f} s; kept is epoch {stop.best_epoch}")
    return model, history, test


def draw(model: nn.Model, history: nn.History, test: tuple[Array, Array], options: Any) -> None:
    """Save the confusion matrix, what was misread, and the accuracy over the epochs."""
    X, y = test
    probabilities = nn.Softmax()(model.predict(X))
    read = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(read != y)
    # The one that it was surest of comes first.
    wrong = wrong[np.argsort(-probabilities[wrong, read[wrong]])]
    about = (
        f"A network 64 → 256 → 128 → 10 with dropout; {len(y)} test images that it was not trained on, "
        f"{len(wrong)} of them misread"
    )
    figure = picture.begin(12, 7.3, f"Handwritten digits: {(read == y).mean():.1%} read right", about)
    grid = figure.add_gridspec(
        2, 2, width_ratios=(1.35, 1), height_ratios=(1.9, 1), left=0.06, right=0.975, top=0.845, bottom=0.08,
        wspace=0.14, hspace=0.38,
    )  # fmt: skip
    draw_matrix(figure.add_subplot(grid[:, 0]), nn.confusion_matrix(probabilities, y))
    draw_misread(figure.add_subplot(grid[0, 1]), X[wrong], y[wrong], probabilities[wrong])
    draw_curves(picture.tidy(figure.add_subplot(grid[1, 1]), "Images read right in each epoch"), history)
    picture.save(figure, options.out / "digits.png")


def draw_matrix(axes: Axes, matrix: Array) -> None:
    """Draw what each digit was read as: right in green, wrong in red."""
    right = LinearSegmentedColormap.from_list("right", [picture.PAPER, picture.GREEN])
    wrong = LinearSegmentedColormap.from_list("wrong", ["#fbd9cd", picture.RED])
    off = matrix * (1 - np.eye(10))
    colours = right(0.75 * matrix / matrix.max())
    colours[off > 0] = wrong(off / max(float(off.max()), 1.0))[off > 0]
    axes.imshow(colours)
    for row, column in np.argwhere(matrix):
        axes.text(column, row, str(matrix[row, column]), ha="center", va="center", fontsize=10.5)
    axes.set_title("Each row a digit, each column what it was read as", loc="left", fontsize=11, fontweight="bold")
    axes.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="digit")
    axes.set_xticks(np.arange(9) + 0.5, minor=True)
    axes.set_yticks(np.arange(9) + 0.5, minor=True)
    axes.grid(which="minor", color=picture.FAINT, alpha=0.25, linewidth=0.7)
    axes.tick_params(which="both", length=0, labelcolor=picture.QUIET)
    axes.spines[:].set_color(picture.FAINT)


def draw_misread(axes: Axes, X: Array, y: Array, probabilities: Array) -> None:
    """Draw the images that were misread, with how sure the network was, in rows below each other."""
    ink = LinearSegmentedColormap.from_list("ink", ["white", picture.INK])
    more = f" (the {SHOWN} surest)" if len(y) > SHOWN else ""
    axes.set_title(f"Misread{more}: digit → what was read, how surely", loc="left", fontsize=11, fontweight="bold")
    axes.set_axis_off()
    columns, rows = (4, 3) if len(y) > 6 else (3, 2)
    for number in range(min(len(y), SHOWN)):
        row, column = divmod(number, columns)
        cell = axes.inset_axes((column / columns, 1 - (row + 0.94) / rows, 0.92 / columns, 0.78 / rows))
        cell.imshow(X[number].reshape(8, 8), cmap=ink, vmin=0, vmax=1)
        cell.set(xticks=[], yticks=[], anchor="W")
        cell.spines[:].set_color(picture.FAINT)
        read = probabilities[number].argmax()
        cell.set_title(f"{y[number]} → {read}   {probabilities[number, read]:.0%}", loc="left", fontsize=10, pad=4)


def draw_curves(axes: Axes, history: nn.History) -> None:
    """Draw the accuracy, with dropout in training and without it on the validation images."""
    for name, label, colour in (
        ("accuracy", "training, with dropout", picture.FAINT),
        ("val_accuracy", "validation", picture.BLUE),
    ):
        axes.plot(history.epochs, history[name], color=colour, lw=1.6, label=label)
    axes.set(xlim=(1, len(history.epochs)), ylim=(0.85, 1.005), xlabel="epoch")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(frameon=False, loc="lower right", labelcolor=picture.QUIET)


def main() -> int:
    """Train, print what came out, draw, and return the exit code."""
    options = picture.parse(__doc__)
    model, history, test = train(QUICK_EPOCHS if options.quick else EPOCHS)
    found = model.evaluate(*test)
    print(f"test loss {found['loss']:.4f}, test accuracy {found['accuracy']:.4f}")
    draw(model, history, test, options)
    wanted = QUICK_ACCURACY if options.quick else WANTED_ACCURACY
    return picture.finish(
        {f"the test accuracy is {found['accuracy']:.3f}, below {wanted}": found["accuracy"] >= wanted}
    )


if __name__ == "__main__":
    sys.exit(main())
