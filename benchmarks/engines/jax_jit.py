"""JAX in 64-bit mode, everything in one `jit`; each step waits until its results are in memory."""

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from benchmarks.engines import Run, formulas
from benchmarks.workloads import Chain, Options, Training

jax.config.update("jax_enable_x64", True)


def train(data: Training, variant: str) -> Run:
    """Return one jitted function of (parameters, Adam's state, batch)."""
    X, y = jnp.asarray(data.X), jnp.asarray(data.y)
    params = [(jnp.asarray(weights), jnp.asarray(biases)) for weights, biases in data.layers]
    zeros = jax.tree.map(jnp.zeros_like, params)
    state: Any = (params, zeros, zeros, jnp.zeros((), dtype=jnp.int64))

    def loss_of(params: Any, X: Array, y: Array) -> Array:
        h = X
        for weights, biases in params[:-1]:
            h = jax.nn.relu(h @ weights + biases)
        weights, biases = params[-1]
        log_probabilities = jax.nn.log_softmax(h @ weights + biases)
        return -jnp.take_along_axis(log_probabilities, y[:, None], axis=1).mean()

    @jax.jit
    def update(state: Any, X: Array, y: Array) -> tuple[Any, Array]:
        params, momentums, caches, iterations = state
        loss, grads = jax.value_and_grad(loss_of)(params, X, y)
        momentums = jax.tree.map(lambda m, g: data.beta_1 * m + (1 - data.beta_1) * g, momentums, grads)
        caches = jax.tree.map(lambda v, g: data.beta_2 * v + (1 - data.beta_2) * g**2, caches, grads)
        learning_rate = data.learning_rate / (1 + data.decay * iterations)
        steps = iterations + 1
        unbias_m, unbias_v = 1 - data.beta_1**steps, 1 - data.beta_2**steps

        def adam(param: Array, m: Array, v: Array) -> Array:
            return param - learning_rate * (m / unbias_m) / (jnp.sqrt(v / unbias_v) + data.eps)

        return (jax.tree.map(adam, params, momentums, caches), momentums, caches, steps), loss

    def step() -> None:
        nonlocal state
        state, _ = jax.block_until_ready(update(state, X, y))

    def numbers() -> list[Array]:
        loss, grads = jax.jit(jax.value_and_grad(loss_of))(state[0], X, y)
        return [loss, *jax.tree.leaves(grads)]

    return Run(step, numbers, lambda: jax.tree.leaves(state[0]))


def chain(data: Chain, variant: str) -> Run:
    """Return value and gradient of the loop; unrolled, it compiles ten times longer and runs slower."""
    x = jnp.asarray(data.x)

    @jax.jit
    @jax.value_and_grad
    def value_and_gradient(x: Array) -> Array:
        return jax.lax.fori_loop(0, data.repeats, lambda _, h: formulas.link(jnp, h, x, data.share), x).sum()

    def step() -> tuple[Array, Array]:
        return jax.block_until_ready(value_and_gradient(x))

    return Run(step, step)


def blackscholes(data: Options, variant: str) -> Run:
    """Return prices and the gradient of their sum."""
    S, K, t, v = (jnp.asarray(array) for array in data[:4])

    def total_and_prices(S: Array, t: Array, v: Array, K: Array) -> tuple[Array, Array]:
        prices = formulas.black_scholes(jnp, jax.scipy.special.erf, S, K, t, v, data.r)
        return prices.sum(), prices

    value_and_gradient = jax.jit(jax.value_and_grad(total_and_prices, argnums=(0, 1, 2), has_aux=True))

    def step() -> list[Array]:
        (_, prices), grads = jax.block_until_ready(value_and_gradient(S, t, v, K))
        return [prices, *grads]

    return Run(step, step)
