"""Solve a differential equation by a network: the pendulum u'' = -sin u, let go at 90°, against the exact solution.

The network is never shown the solution. Its loss is the equation itself: its own second derivative in time is taken
through the tape, and the loss is differentiated once more in the weights. All of it is compiled into the step.

Run `python examples/ode.py`; see `--help` for the options. It ends with exit code 1 if the network is further from the
exact solution than 0.005 (with `--quick`, up to half a swing, 0.02) anywhere.
"""

import sys
import time
from typing import Any

import numpy as np
import picture
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray
from scipy.special import ellipj

import nn
from autograd import elementwise_grad

Array = NDArray[Any]

EPOCHS, QUICK_EPOCHS = 10_000, 2_000
#: In units of √(length / gravity). Small swings take 2π, these 7.416.
TIME, QUICK_TIME = 8.0, 3.5
WANTED_ERROR, QUICK_ERROR = 0.005, 0.02
START = np.pi / 2


class Pendulum:
    """The equation's residual u'' + sin u at times t, as a layer of a model: 0 where the equation holds.

    The angle is START + tanh²(t) N(t) with a network N: whatever N is, it begins at START and at rest.
    """

    def __init__(self, network: nn.Sequential, end: float) -> None:
        self.network, self.end = network, end

    def angle(self, t: Any) -> Any:
        """Give u at times t, shape (samples, 1)."""
        return START + np.tanh(t) ** 2 * self.network(2 * t / self.end - 1)

    def acceleration(self, t: Any) -> Any:
        """Give u'' at times t: each angle depends on its own time only."""
        return elementwise_grad(elementwise_grad(self.angle))(t)

    def __call__(self, t: Any) -> Any:
        """Give u'' + sin u."""
        return self.acceleration(t) + np.sin(self.angle(t))


def exact(t: Array) -> Array:
    """Give the solution, by Jacobi's elliptic functions: sin(u / 2) = k cd(t, k) with k = sin(START / 2)."""
    k = np.sin(START / 2)
    _, cn, dn, _ = ellipj(t, k**2)
    return 2 * np.arcsin(k * cn / dn)


def train(epochs: int, end: float) -> tuple[Pendulum, nn.History]:
    """Bring the residual to 0 at 200 times."""
    rng = np.random.default_rng(0)
    network = nn.Sequential(
        nn.Dense(1, 32, weight_initializer="glorot_normal", rng=rng),
        nn.Tanh(),
        nn.Dense(32, 32, weight_initializer="glorot_normal", rng=rng),
        nn.Tanh(),
        nn.Dense(32, 1, weight_initializer="glorot_normal", rng=rng),
    )
    pendulum = Pendulum(network, end)
    model = nn.Model([pendulum], loss="mean_squared_error", optimizer=nn.Adam(nn.schedules.Cosine(0.01, steps=epochs)))
    t = np.linspace(0, end, 200)[:, None]
    # What happens early decides on what happens late. Without weights the network finds the other way to make the
    # residual small: to swing up to the top, and to stay there.
    weights = np.exp(-0.5 * t[:, 0])
    start = time.perf_counter()
    history = model.fit(t, np.zeros_like(t), epochs=epochs, sample_weight=weights)
    print(f"{epochs:,} epochs in {time.perf_counter() - start:.1f} s, loss {history['loss'][-1]:.1e}")
    return pendulum, history


def draw(pendulum: Pendulum, history: nn.History, options: Any) -> float:
    """Save both solutions, how far they are apart, and the loss; return the largest difference."""
    t = np.linspace(0, pendulum.end, 801)[:, None]
    u, true = pendulum.angle(t).numpy(), exact(t)
    error = np.abs(u - true)
    about = (
        "The pendulum u'' + sin u = 0, let go at 90°; the loss is the left side, squared, "
        f"and u'' the network's own second derivative; {len(history.epochs):,} epochs"
    )
    figure = picture.begin(12, 6.4, "A differential equation, solved by a network", about)
    grid = figure.add_gridspec(2, 2, width_ratios=(1.5, 1), left=0.065, right=0.965, top=0.82, bottom=0.09, hspace=0.45)
    swing = picture.tidy(figure.add_subplot(grid[:, 0]), "Angle")
    swing.plot(t, true, color=picture.FAINT, lw=7, alpha=0.5, label="exact, by elliptic functions")
    swing.plot(t, u, color=picture.BLUE, lw=2, label="the network")
    swing.plot(t, START * np.cos(t), color=picture.RED, lw=1.2, ls=(0, (4, 3)), label="small swings, sin u ≈ u")
    swing.yaxis.set_major_locator(FixedLocator([-np.pi / 2, -np.pi / 4, 0, np.pi / 4, np.pi / 2]))
    swing.yaxis.set_major_formatter(lambda angle, _: f"{np.degrees(angle):.0f}°")
    swing.set(xlim=(0, pendulum.end), ylim=(-1.75, 2.45), xlabel="time")
    swing.legend(frameon=False, labelcolor=picture.QUIET, loc="upper center")

    apart = picture.tidy(figure.add_subplot(grid[0, 1]), "Distance from the exact", f"{error.max():.1e} at most")
    apart.plot(t[1:], error[1:], color=picture.BLUE, lw=1.2)
    apart.set(yscale="log", xlim=(0, pendulum.end), ylim=(1e-6, None), xlabel="time")

    loss = picture.tidy(figure.add_subplot(grid[1, 1]), "Loss", f"{history['loss'][-1]:.1e}")
    loss.plot(history.epochs, history["loss"], color=picture.INK, lw=0.8)
    loss.set(yscale="log", xlim=(0, len(history.epochs)), xlabel="epoch")
    loss.xaxis.set_major_formatter("{x:,.0f}")
    picture.save(figure, options.out / "ode.png")
    return float(error.max())


def main() -> int:
    """Train, compare, draw, and return the exit code."""
    options = picture.parse(__doc__)
    epochs, end = (QUICK_EPOCHS, QUICK_TIME) if options.quick else (EPOCHS, TIME)
    pendulum, history = train(epochs, end)
    t = np.linspace(0, end, 9)[:, None]
    u, true = pendulum.angle(t).numpy(), exact(t)
    print(f"\n{'time':>6}{'network':>11}{'exact':>11}{'apart':>10}")
    for row in np.concatenate([t, u, true, np.abs(u - true)], axis=1):
        print("{:>6.2f}{:>11.5f}{:>11.5f}{:>10.1e}".format(*row))
    error = draw(pendulum, history, options)
    print(f"largest error {error:.1e}")
    wanted = QUICK_ERROR if options.quick else WANTED_ERROR
    return picture.finish({f"the largest error is {error:.4f}, above {wanted}": error <= wanted})


if __name__ == "__main__":
    sys.exit(main())
