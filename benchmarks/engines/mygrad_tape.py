"""MyGrad with the layers and the loss it brings, its memory guard left on as it comes."""

from typing import Any

import mygrad as mg
import numpy as np
from mygrad.nnet.activations import relu
from mygrad.nnet.losses import softmax_crossentropy
from mygrad.operation_base import Operation
from numpy import ndarray
from scipy.special import erf as scipy_erf

from benchmarks.engines import Run, formulas
from benchmarks.engines.adam import Adam
from benchmarks.workloads import Chain, Options, Training


class Erf(Operation):
    """The error function, which MyGrad lacks, declared the way its documentation says."""

    def __call__(self, x: mg.Tensor) -> ndarray:
        """Return the values."""
        self.variables = (x,)
        return scipy_erf(x.data)

    def backward_var(self, grad: ndarray, index: int, **_: Any) -> ndarray:
        """Return the gradient, 2 exp(-x²) / √π."""
        x = self.variables[index].data
        return grad * (2 / np.pi**0.5) * np.exp(-(x**2))


def erf(x: mg.Tensor) -> mg.Tensor:
    """Return the error function of a tensor."""
    return mg.Tensor._op(Erf, x)


def train(data: Training, variant: str) -> Run:
    """Return a training loop; Adam is written out."""
    X, y = data.X, data.y
    arrays = [array for layer in data.layers for array in layer]
    params = [mg.tensor(array, copy=False) for array in arrays]
    optimizer = Adam(arrays, data)

    def loss_of() -> mg.Tensor:
        h = X
        for weights, biases in zip(params[:-2:2], params[1:-2:2], strict=True):
            h = relu(mg.matmul(h, weights) + biases)
        return softmax_crossentropy(mg.matmul(h, params[-2]) + params[-1], y)

    def step() -> None:
        loss = loss_of()
        loss.backward()
        optimizer.step([param.grad for param in params])
        for param in params:
            param.null_grad()

    def numbers() -> list[ndarray]:
        loss = loss_of()
        loss.backward()
        return [loss.data, *(param.grad.copy() for param in params)]

    return Run(step, numbers, lambda: arrays)


def chain(data: Chain, variant: str) -> Run:
    """Return value and gradient by backward."""
    x = mg.tensor(data.x)

    def step() -> list[ndarray]:
        value = formulas.chain(mg, data, x)
        value.backward()
        return [value.data, x.grad]

    return Run(step, step)


def blackscholes(data: Options, variant: str) -> Run:
    """Return prices and the gradient of their sum by backward."""
    S, t, v = (mg.tensor(array) for array in (data.S, data.t, data.v))

    def step() -> list[ndarray]:
        price = formulas.black_scholes(mg, erf, S, data.K, t, v, data.r)
        price.sum().backward()
        return [price.data, S.grad, t.grad, v.grad]

    return Run(step, step)
