"""HIPS autograd, as its own examples write a network: one-hot targets, log-sum-exp, ``value_and_grad``."""

import autograd.numpy as np
from autograd.scipy.special import erf, logsumexp
from numpy import ndarray

from autograd import make_vjp, value_and_grad
from benchmarks.engines import Run, formulas
from benchmarks.engines.adam import Adam
from benchmarks.workloads import Chain, Options, Training


def train(data: Training, variant: str) -> Run:
    """Return a training loop; the library has no optimizer that keeps the book's constants, so Adam is written out."""
    X, targets = data.X, np.eye(data.layers[-1][0].shape[1])[data.y]
    params = [array for layer in data.layers for array in layer]
    optimizer = Adam(params, data)

    def loss_of(params: list[ndarray]) -> ndarray:
        h = X
        for weights, biases in zip(params[:-2:2], params[1:-2:2], strict=True):
            h = np.maximum(0, np.dot(h, weights) + biases)
        logits = np.dot(h, params[-2]) + params[-1]
        log_probabilities = logits - logsumexp(logits, axis=1, keepdims=True)
        return -np.sum(log_probabilities * targets) / len(X)

    loss_and_grads = value_and_grad(loss_of)

    def step() -> None:
        _, grads = loss_and_grads(params)
        optimizer.step(grads)

    def numbers() -> list[ndarray]:
        loss, grads = loss_and_grads(params)
        return [loss, *grads]

    return Run(step, numbers, lambda: params)


def chain(data: Chain, variant: str) -> Run:
    """Return `value_and_grad` of the formula."""
    fun = value_and_grad(lambda x: formulas.chain(np, data, x))

    def step() -> tuple[ndarray, ndarray]:
        return fun(data.x)

    return Run(step, step)


def blackscholes(data: Options, variant: str) -> Run:
    """Return prices and their vector-Jacobian product with ones."""

    def prices_of(S: ndarray, t: ndarray, v: ndarray) -> ndarray:
        return formulas.black_scholes(np, erf, S, data.K, t, v, data.r)

    ones = np.ones_like(data.S)

    def step() -> list[ndarray]:
        pullback, prices = make_vjp(prices_of, argnum=(0, 1, 2))(data.S, data.t, data.v)
        return [prices, *pullback(ones)]

    return Run(step, step)
