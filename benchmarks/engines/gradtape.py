"""gradtape, eager, as its README shows it; variant ``memory`` throws the switch that keeps freed memory."""

import numpy as np
from numpy import ndarray

import autograd
import nn
from autograd import Tensor, value_and_grad
from benchmarks.engines import Run, formulas
from benchmarks.workloads import Chain, Options, Training


def prepare(variant: str) -> None:
    """Throw the switch for variant ``memory``."""
    if variant == "memory":
        autograd.keep_memory()


def train(data: Training, variant: str) -> Run:
    """Return the training loop of the README, one iteration a step."""
    prepare(variant)
    X, y = data.X, data.y
    layers: list[nn.Dense | nn.ReLU] = []
    for weights, _ in data.layers:
        layers += [nn.Dense(*weights.shape, rng=np.random.default_rng(0)), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    params = model.parameters()
    for param, initial in zip(params, (array for layer in data.layers for array in layer), strict=True):
        param.data = initial.reshape(param.shape)
    optimizer = nn.Adam(learning_rate=data.learning_rate, decay=data.decay)

    def step() -> None:
        loss = nn.softmax_cross_entropy(model(X), y)
        loss.backward()
        optimizer.step(params)

    def numbers() -> list[ndarray]:
        loss = nn.softmax_cross_entropy(model(X), y)
        loss.backward()
        grads = [param.grad for param in params]
        for param in params:
            param.grad = None
        return [loss.data, *grads]

    return Run(step, numbers, lambda: [param.data for param in params])


def chain(data: Chain, variant: str) -> Run:
    """Return `value_and_grad` of the formula."""
    prepare(variant)
    fun = value_and_grad(lambda x: formulas.chain(np, x, data.repeats))

    def step() -> tuple[ndarray, ndarray]:
        return fun(data.x)

    return Run(step, step)


def blackscholes(data: Options, variant: str) -> Run:
    """Return prices and the gradient of their sum, by `Tensor.backward`."""
    from scipy.special import erf

    prepare(variant)

    def step() -> list[ndarray]:
        S, t, v = (Tensor(array, requires_grad=True) for array in (data.S, data.t, data.v))
        price = formulas.black_scholes(np, erf, S, data.K, t, v, data.r)
        price.sum().backward()
        return [price.data, S.grad, t.grad, v.grad]

    return Run(step, step)
