"""The same by `nn.Model`."""

import itertools
import sys
import time

import numpy as np
from data import images, spiral
from report import finished

import nn


class Print(nn.Callback):
    """Prints every hundredth epoch, as the book does."""

    def end_epoch(self, run):
        """Print."""
        if not (run.epoch - 1) % 100:
            logs = run.logs
            print(
                f"epoch: {run.epoch - 1}, acc: {logs['accuracy']:.3f}, loss: {logs['loss']:.3f}, "
                f"lr: {logs['learning_rate']}"
            )


class Clock(nn.Callback):
    """Takes the time of each epoch."""

    def __init__(self):
        self.seconds = []

    def begin_epoch(self, run):
        """Start."""
        self.start = time.perf_counter()

    def end_epoch(self, run):
        """Stop."""
        self.seconds.append(time.perf_counter() - self.start)


def model(sizes, optimizer, initializer):
    """Make the network."""
    rng = np.random.default_rng(0)
    layers = []
    for n_inputs, n_neurons in itertools.pairwise(sizes):
        layers += [nn.Dense(n_inputs, n_neurons, rng=rng, weight_initializer=initializer), nn.ReLU()]
    loss = nn.CategoricalCrossentropy(from_logits=True)
    return nn.Model(layers[:-1], loss=loss, optimizer=optimizer, metrics=["accuracy"])


def chapter10(epochs):
    """Train the spiral."""
    X, y = spiral()
    history = model((2, 64, 3), nn.Adam(0.05, decay=5e-7), "book").fit(X, y, epochs=epochs, callbacks=[Print()])
    finished(history["loss"][-1], history["accuracy"][-1])


def mnist(epochs):
    """Train on the images."""
    X, y = images()
    clock = Clock()
    history = model((784, 128, 128, 10), nn.Adam(decay=1e-3), "he_normal").fit(
        X, y, epochs=epochs, batch_size=128, seed=0, callbacks=[clock]
    )
    finished(history["loss"][-1], history["accuracy"][-1], clock.seconds)


if __name__ == "__main__":
    {"chapter10": chapter10, "mnist": mnist}[sys.argv[1]](int(sys.argv[2]))
