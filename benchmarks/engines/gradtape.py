"""gradtape as its README shows it: eager; ``memory`` keeps freed memory; ``compiled`` and ``native`` are backends."""

import os
from typing import Any

import numpy as np
from numpy import ndarray

import autograd
import nn
from autograd import Tensor, value_and_grad, vjp
from benchmarks.engines import Run, formulas
from benchmarks.workloads import Chain, Options, Training

#: The backend of each variant that is compiled.
BACKENDS = {"compiled": "numpy", "native": "native"}


def prepare(variant: str) -> None:
    """Throw the switch for variant ``memory``; choose the backend of what is compiled from now on."""
    if variant == "memory":
        autograd.keep_memory()
    if variant in BACKENDS:
        os.environ["GRADTAPE_BACKEND"] = BACKENDS[variant]
        autograd.set_num_threads(1)


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
    if variant in BACKENDS:
        return compiled_training(model, optimizer, X, y)

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


def compiled_training(model: nn.Sequential, optimizer: nn.Adam, X: ndarray, y: ndarray) -> Run:
    """Return the step that `nn.make_step` compiles."""
    train = nn.make_step(model, nn.softmax_cross_entropy, optimizer)
    held = list(train.init())
    gradient = autograd.compile(value_and_grad(train.loss))

    def step() -> None:
        _, _, held[0], held[1] = train(*held, (X, y))

    def numbers() -> list[ndarray]:
        loss, grads = gradient(held[0], (X, y))
        return [loss, *grads.values()]

    return Run(step, numbers, lambda: list(held[0].values()), train.compiled)


def chain(data: Chain, variant: str) -> Run:
    """Return `value_and_grad` of the formula."""
    prepare(variant)
    fun = value_and_grad(lambda x: formulas.chain(np, data, x))
    if variant in BACKENDS:
        fun = autograd.compile(fun)

    def step() -> tuple[ndarray, ndarray]:
        return fun(data.x)

    return Run(step, step, compiled=fun if variant in BACKENDS else None)


def blackscholes(data: Options, variant: str) -> Run:
    """Return prices and the gradient of their sum, by `Tensor.backward`."""
    from scipy.special import erf

    prepare(variant)
    if variant in BACKENDS:
        compiled = autograd.compile(lambda S, K, t, v: vjp_of_price(erf, S, K, t, v, data.r))

        def run() -> list[ndarray]:
            return compiled(data.S, data.K, data.t, data.v)

        return Run(run, run, compiled=compiled)

    def step() -> list[ndarray]:
        S, t, v = (Tensor(array, requires_grad=True) for array in (data.S, data.t, data.v))
        price = formulas.black_scholes(np, erf, S, data.K, t, v, data.r)
        price.sum().backward()
        return [price.data, S.grad, t.grad, v.grad]

    return Run(step, step)


def vjp_of_price(erf: Any, S: Any, K: Any, t: Any, v: Any, r: float) -> list[Any]:
    """Give prices, and the gradient of their sum."""
    price, pullback = vjp(lambda S, t, v: formulas.black_scholes(np, erf, S, K, t, v, r), S, t, v)
    return [price, *pullback(np.ones_like(price))]
