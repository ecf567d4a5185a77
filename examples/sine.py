"""Fit a sine by a network of straight pieces, the regression of the book's chapter 17, and watch it bend.

Run `python examples/sine.py`; see `--help` for the options. It ends with exit code 1 if the network is further from
the sine than 0.02 anywhere (with `--quick` 0.2).
"""

import sys
import time
from typing import Any

import numpy as np
import picture
from numpy.typing import NDArray

import nn
from nn import Run

Array = NDArray[Any]

EPOCHS, QUICK_EPOCHS = 10_000, 500
WANTED_ERROR, QUICK_ERROR = 0.02, 0.2
SHADES = ["#ffc8a2", "#f79d65", "#e4572e", "#8d2b55", picture.INK]


class Snapshots(nn.Callback):
    """Keeps what the model predicts for X after some epochs: a callback of one's own is a method or two."""

    def __init__(self, X: Array, epochs: list[int]) -> None:
        self.X, self.epochs = X, epochs
        self.curves: dict[int, Array] = {}

    def end_epoch(self, run: Run) -> None:
        """Look, if it is time to."""
        if run.epoch in self.epochs:
            self.curves[run.epoch] = run.model.predict(self.X)


def train(epochs: int) -> tuple[nn.Model, nn.History, dict[int, Array]]:
    """Train on the book's thousand points, all of them at each step."""
    X, y = nn.datasets.sine(1000)
    rng = np.random.default_rng(0)
    model = nn.Model(
        [
            nn.Dense(1, 64, weight_initializer="he_normal", rng=rng),
            nn.ReLU(),
            nn.Dense(64, 64, weight_initializer="he_normal", rng=rng),
            nn.ReLU(),
            nn.Dense(64, 1, weight_initializer="he_normal", rng=rng),
        ],
        loss="mean_squared_error",
        optimizer=nn.Adam(nn.schedules.Cosine(0.005, steps=epochs)),
        metrics=["regression_accuracy", "r2"],
    )
    snapshots = Snapshots(X, [1, 10, 50, 200, epochs])
    start = time.perf_counter()
    history = model.fit(X, y, epochs=epochs, callbacks=[snapshots])
    print(f"{epochs:,} epochs in {time.perf_counter() - start:.1f} s")
    return model, history, snapshots.curves


def draw(history: nn.History, curves: dict[int, Array], options: Any) -> None:
    """Save the curves as they come closer, what is left of the error, and the loss."""
    X, y = nn.datasets.sine(1000)
    final = max(curves)
    error = curves[final] - y
    about = (
        "By a network 1 → 64 → 64 → 1 with ReLU, whose curve is made of straight pieces; "
        f"{len(X):,} points, {final:,} epochs"
    )
    figure = picture.begin(12, 6.4, f"A sine, fitted to within {np.abs(error).max():.2g}", about)
    grid = figure.add_gridspec(2, 2, width_ratios=(1.5, 1), left=0.06, right=0.975, top=0.82, bottom=0.09, hspace=0.45)
    fit = picture.tidy(figure.add_subplot(grid[:, 0]), "What the network gives after some epochs")
    fit.plot(X, y, color=picture.FAINT, lw=6, alpha=0.45, label="the sine")
    for (epoch, curve), shade in zip(curves.items(), SHADES, strict=True):
        fit.plot(X, curve, color=shade, lw=1.8, label=f"{epoch:,} epoch{'s' * (epoch > 1)}")
    fit.set(xlim=(0, 1), xlabel="x")
    fit.legend(frameon=False, labelcolor=picture.QUIET)

    rest = picture.tidy(figure.add_subplot(grid[0, 1]), f"Error after {final:,} epochs")
    rest.axhline(0, color=picture.FAINT, lw=0.8)
    rest.plot(X, error, color=picture.INK, lw=1.2)
    rest.set(xlim=(0, 1), xlabel="x")

    loss = picture.tidy(figure.add_subplot(grid[1, 1]), "Mean squared error", f"{history['loss'][-1]:.1e}")
    loss.plot(history.epochs, history["loss"], color=picture.INK, lw=1.0)
    for epoch, shade in zip(curves, SHADES, strict=True):
        loss.plot(epoch, history["loss"][epoch - 1], "o", color=shade, markersize=7, markeredgecolor="white")
    loss.set(xscale="log", yscale="log", xlabel="epoch")
    loss.xaxis.set_major_formatter("{x:,.0f}")
    picture.save(figure, options.out / "sine.png")


def main() -> int:
    """Train, print what came out, draw, and return the exit code."""
    options = picture.parse(__doc__)
    model, history, curves = train(QUICK_EPOCHS if options.quick else EPOCHS)
    X, y = nn.datasets.sine(1000)
    found, error = model.evaluate(X, y), float(np.abs(model.predict(X) - y).max())
    print(f"loss {found['loss']:.2e}, R² {found['r2']:.6f}, largest error {error:.4f}")
    print(f"nearer than a 250th of the standard deviation, as the book counts: {found['regression_accuracy']:.1%}")
    draw(history, curves, options)
    wanted = QUICK_ERROR if options.quick else WANTED_ERROR
    return picture.finish({f"the largest error is {error:.4f}, above {wanted}": error <= wanted})


if __name__ == "__main__":
    sys.exit(main())
