"""The same by JAX, each step one `jit`."""

import itertools
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from data import images, spiral
from report import finished

jax.config.update("jax_enable_x64", True)


def parameters(sizes, scale):
    """Make weights and biases, and the state of Adam."""
    rng = np.random.default_rng(0)
    pairs = itertools.pairwise(sizes)
    params = [
        (jnp.asarray(rng.standard_normal((a, b)) * (scale or (2 / a) ** 0.5)), jnp.zeros((1, b))) for a, b in pairs
    ]
    zeros = jax.tree.map(jnp.zeros_like, params)
    return params, (zeros, zeros, jnp.zeros(()))


def stepping(learning_rate, decay):
    """Make the step."""

    def loss_of(params, X, y):
        h = X
        for weights, biases in params[:-1]:
            h = jax.nn.relu(h @ weights + biases)
        scores = h @ params[-1][0] + params[-1][1]
        logs = jax.nn.log_softmax(scores)
        accuracy = jnp.mean(jnp.argmax(scores, axis=1) == y)
        return -jnp.mean(jnp.take_along_axis(logs, y[:, None], axis=1)), accuracy

    @jax.jit
    def step(params, state, X, y):
        (loss, accuracy), gradients = jax.value_and_grad(loss_of, has_aux=True)(params, X, y)
        m, v, n = state
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
        rate = learning_rate / (1 + decay * n)
        a, b = 1 - 0.9 ** (n + 1), 1 - 0.999 ** (n + 1)
        params = jax.tree.map(lambda p, m, v: p - rate * (m / a) / (jnp.sqrt(v / b) + 1e-7), params, m, v)
        return loss, accuracy, params, (m, v, n + 1)

    return step


def chapter10(epochs):
    """Train the spiral."""
    X, y = map(jnp.asarray, spiral())
    params, state = parameters((2, 64, 3), 0.01)
    step = stepping(0.05, 5e-7)
    for epoch in range(epochs):
        loss, accuracy, params, state = step(params, state, X, y)
        if not epoch % 100:
            print(f"epoch: {epoch}, acc: {accuracy:.3f}, loss: {loss:.3f}, lr: {0.05 / (1 + 5e-7 * epoch)}")
    finished(loss, accuracy)


def mnist(epochs):
    """Train on the images."""
    X, y = images()
    params, state = parameters((784, 128, 128, 10), 0)
    step, rng, seconds = stepping(0.001, 1e-3), np.random.default_rng(0), []
    for _ in range(epochs):
        start = time.perf_counter()
        order, total = rng.permutation(len(X)), np.zeros(2)
        for i in range(0, len(X), 128):
            at = order[i : i + 128]
            loss, accuracy, params, state = step(params, state, X[at], y[at])
            total += len(at) * np.array([loss, accuracy])
        loss, accuracy = total / len(X)
        seconds.append(time.perf_counter() - start)
    finished(loss, accuracy, seconds)


{"chapter10": chapter10, "mnist": mnist}[sys.argv[1]](int(sys.argv[2]))
