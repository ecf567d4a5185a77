"""Logistic regression by SciPy's optimizers, with all derivatives from the tape: tumours told apart by 30 measures.

Nothing but the loss is written: `autograd.optimize.minimize` takes gradients and products with the Hessian from the
tape, over the parameters as they are, a dict. Run `python examples/logistic.py`; see `--help` for the options. It ends
with exit code 1 if fewer than 95 % of the test samples (with `--quick` 90 %) are told right, if a method does not come
to the minimum, or if scikit-learn finds other weights.
"""

import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import picture
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

import nn
from autograd.optimize import minimize

Array = NDArray[Any]
Params = dict[str, Any]

METHODS = {"CG": "#e09f3e", "BFGS": picture.GREEN, "L-BFGS-B": picture.BLUE, "Newton-CG": picture.RED}
QUICK_SAMPLES = 150
WANTED_ACCURACY, QUICK_ACCURACY = 0.95, 0.9
#: A gradient of 1e-6 leaves weights off by that over the smallest curvature, which the penalty keeps above 1 / samples.
SMALL_GRADIENT, SAME_WEIGHTS = 1e-6, 1e-3


def loss(params: Params, X: Array, y: Array) -> Any:
    """Give the mean cross-entropy and the penalty w² / 2n, both as scikit-learn has them for C = 1."""
    z = X @ params["weights"] + params["bias"]
    return np.mean(np.logaddexp(0, z) - y * z) + np.sum(params["weights"] ** 2) / (2 * len(y))


@dataclass
class Found:
    """What a method came to."""

    params: Params
    values: list[float]
    slope: float
    seconds: float


def fit(method: str, X: Array, y: Array) -> Found:
    """Minimize the loss from zeros, and take down its value at each iteration."""
    zeros = {"weights": np.zeros(X.shape[1]), "bias": 0.0}
    values = [float(loss(zeros, X, y))]

    def look(params: Params, *_: Any) -> None:
        values.append(float(loss(params, X, y)))

    # L-BFGS-B stops by its own tolerances: the values' relative change, and the gradient.
    strict: dict[str, Any] = {"ftol": 0.0, "gtol": 1e-7} if method == "L-BFGS-B" else {}
    start = time.perf_counter()
    found = minimize(loss, zeros, (X, y), method=method, callback=look, tol=None if strict else 1e-9, options=strict)
    seconds = time.perf_counter() - start
    slope = max(float(np.abs(part).max()) for part in found.jac.values())
    return Found(found.x, values, slope, seconds)


def draw(found: dict[str, Found], names: Array, test: tuple[Array, Array], path: Any) -> None:
    """Save how each method came to the minimum, the weights, and the test samples by their score."""
    params = found["Newton-CG"].params
    X, y = test
    scores = X @ params["weights"] + params["bias"]
    right = float(np.mean((scores > 0) == y))
    about = (
        f"Logistic regression by autograd.optimize.minimize: {len(y)} test samples of the breast cancer data of "
        "scikit-learn, not seen in training"
    )
    figure = picture.begin(12, 7.3, f"Tumours told apart by 30 measures: {right:.1%} right", about)
    grid = figure.add_gridspec(
        2, 2, width_ratios=(1.25, 1), left=0.065, right=0.975, top=0.84, bottom=0.08, hspace=0.42, wspace=0.42
    )
    draw_ways(picture.tidy(figure.add_subplot(grid[0, 0]), "Loss above its minimum"), found)
    spread = picture.tidy(figure.add_subplot(grid[1, 0]), "Test samples by their score")
    edges = np.linspace(scores.min(), scores.max(), 41)
    for kind, label, colour in ((0, "malignant", picture.RED), (1, "benign", picture.GREEN)):
        spread.hist(scores[y == kind], edges, color=colour, alpha=0.7, label=label)
    spread.axvline(0, color=picture.INK, lw=1)
    spread.set(xlabel="score: the logarithm of the odds for benign", ylabel="samples")
    spread.yaxis.set_major_locator(MaxNLocator(integer=True))
    spread.legend(frameon=False, labelcolor=picture.QUIET)
    draw_weights(picture.tidy(figure.add_subplot(grid[:, 1]), "Weight of each measure"), params, names)
    picture.save(figure, path)


def draw_ways(axes: Axes, found: dict[str, Found]) -> None:
    """Draw how far above the minimum each method is, by its iterations."""
    lowest = min(min(one.values) for one in found.values())
    for method, one in found.items():
        above = np.array(one.values) - lowest
        # Below this it is rounding.
        above = above[: int(np.argmax(above < 1e-13)) or len(above)]
        axes.plot(above, color=METHODS[method], lw=1.8, label=f"{method}, {len(one.values) - 1} iterations")
    axes.set(yscale="log", xlim=(0, None), ylim=(1e-13, 2), xlabel="iteration")
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.legend(frameon=False, labelcolor=picture.QUIET)


def draw_weights(axes: Axes, params: Params, names: Array) -> None:
    """Draw the weights by size: below 0 they speak for malignant."""
    order = np.argsort(params["weights"])[::-1]
    weights = params["weights"][order]
    axes.barh(range(len(weights)), weights, color=[picture.GREEN if w > 0 else picture.RED for w in weights], alpha=0.8)
    axes.set(yticks=range(len(weights)), yticklabels=names[order], ylim=(-0.7, len(weights) - 0.3))
    axes.tick_params(axis="y", labelsize=8, length=0)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color=picture.FAINT, alpha=0.25, linewidth=0.7)
    axes.axvline(0, color=picture.FAINT, lw=0.8)
    axes.xaxis.set_major_locator(FixedLocator([-1, -0.5, 0, 0.5]))
    axes.set_xlabel("change of the score by one standard deviation")


def main() -> int:
    """Minimize by each method, compare with scikit-learn, draw, and return the exit code."""
    options = picture.parse(__doc__)
    data = load_breast_cancer()
    (X, y), (X_test, y_test) = nn.split(data.data, data.target, 0.75, seed=0, stratify=data.target)
    if options.quick:
        X, y = X[:QUICK_SAMPLES], y[:QUICK_SAMPLES]
    scaler = nn.Standardizer().fit(X)
    X, X_test = scaler.transform(X), scaler.transform(X_test)
    found = {method: fit(method, X, y) for method in METHODS}
    print(f"{'method':<10}{'iterations':>11}{'loss':>16}{'gradient':>11}{'time':>9}")
    for method, one in found.items():
        print(
            f"{method:<10}{len(one.values) - 1:>11}{one.values[-1]:>16.12f}{one.slope:>11.1e}"
            f"{1000 * one.seconds:>6.0f} ms"
        )
    params = found["Newton-CG"].params
    accuracy = float(np.mean((X_test @ params["weights"] + params["bias"] > 0) == y_test))
    other = LogisticRegression(C=1.0, tol=1e-9, max_iter=10_000).fit(X, y)
    apart = float(np.abs(other.coef_[0] - params["weights"]).max())
    print(f"test accuracy {accuracy:.4f}; weights at most {apart:.1e} from those of scikit-learn")
    draw(found, data.feature_names, (X_test, y_test), options.out / "logistic.png")
    wanted = QUICK_ACCURACY if options.quick else WANTED_ACCURACY
    return picture.finish(
        {
            f"the test accuracy is {accuracy:.3f}, below {wanted}": accuracy >= wanted,
            f"scikit-learn's weights differ by {apart:.1e}": apart <= SAME_WEIGHTS,
        }
        | {
            f"{method} leaves a gradient of {one.slope:.1e}": one.slope <= SMALL_GRADIENT
            for method, one in found.items()
        }
    )


if __name__ == "__main__":
    sys.exit(main())
