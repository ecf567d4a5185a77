"""The cells of chapter 9 whose outputs are printed, each computed through the tape and held against the print.

`sections` maps a heading of the chapter to a function that gives its `Cell`s. `spiral.py` prints them, the tests assert
them. The chapter is "Backpropagation" of *Neural Networks from Scratch in Python* (Kinsley and Kukieła).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import nnfs
import numpy as np
from nnfs.datasets import spiral_data
from numpy.typing import NDArray

import nn
from autograd import Tensor, grad, relu

Array = NDArray[Any]

#: The prints have eight digits: half a unit of the last one is at most 7.5e-7 of the smallest number, 0.00666667.
DIGITS = 1e-6


@dataclass(frozen=True)
class Cell:
    """One printed output of the chapter.

    Attributes
    ----------
    name : str
    printed : ndarray
        What the chapter shows.
    tape : ndarray
        What the tape gives.
    allowed : ndarray
        How far the two may be apart, element by element.
    """

    name: str
    printed: Array
    tape: Array
    allowed: Array

    @property
    def passed(self) -> bool:
        """Whether every element is as close as allowed; NaN is not."""
        return self.printed.shape == self.tape.shape and bool(np.all(np.abs(self.tape - self.printed) <= self.allowed))


def cell(name: str, printed: Any, tape: Any, rounding: Any = 0.0) -> Cell:
    """Make a cell; beyond the printed digits `rounding` is allowed, absolutely."""
    printed = np.asarray(printed, dtype=float)
    tape = tape.numpy() if isinstance(tape, Tensor) else np.asarray(tape)
    return Cell(name, printed, tape, np.broadcast_to(DIGITS * np.abs(printed) + rounding, printed.shape))


def leaf(values: Any) -> Tensor:
    """Make a Tensor to differentiate with respect to."""
    return Tensor(np.array(values, dtype=float), requires_grad=True)


# What several cells of the chapter share.
DVALUES = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [3.0, 3.0, 3.0]])
INPUTS = np.array([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])
WEIGHTS = np.array([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]]).T
BIASES = np.array([[2.0, 3.0, 0.5]])
PROBABILITIES = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
TARGETS = np.array([0, 1, 1])


def neuron() -> list[Cell]:
    """Take one neuron with three inputs, its derivatives, and the update with a rate of 0.001."""
    x, w, b = leaf([1, -2, 3]), leaf([-3, -1, 2]), leaf(1)

    def output() -> Any:
        return relu(np.sum(x * w) + b)

    y = output()
    y.backward()
    assert x.grad is not None and w.grad is not None
    cells = [
        cell("output", 6.0, y),
        cell("derivative of ReLU", 1.0, grad(relu)(6.0)),
        cell("derivatives of the sum", [1, 1, 1, 1], grad(np.sum)(np.array([-3.0, 2.0, 6.0, 1.0]))),
        cell("dx0 dw0 dx1 dw1 dx2 dw2", [-3, 1, -1, -2, 2, 3], np.stack([x.grad, w.grad], axis=1).ravel()),
        cell("derivative of the bias", 1.0, b.grad),
    ]
    nn.SGD(learning_rate=0.001).step([w, b])
    return [
        *cells,
        cell("updated weights", [-3.001, -0.998, 1.997], w),
        cell("updated bias", 0.999, b),
        cell("updated output", 5.985, output()),
    ]


def layer() -> list[Cell]:
    """Take a layer of three neurons with four inputs: the derivatives one by one, then with ReLU and an update."""
    inputs, weights, biases = leaf(INPUTS), leaf(WEIGHTS), leaf(BIASES)
    (np.dot(inputs, weights) + biases).backward(DVALUES)
    z = leaf([[1, 2, -3, -4], [2, -7, -1, 3], [-1, 2, 5, -1]])
    relu(z).backward(np.arange(1.0, 13.0).reshape(3, 4))
    cells = [
        cell(
            "dinputs", [[0.44, -0.38, -0.07, 1.37], [0.88, -0.76, -0.14, 2.74], [1.32, -1.14, -0.21, 4.11]], inputs.grad
        ),
        cell("dweights", np.outer([0.5, 20.1, 10.9, 4.1], [1, 1, 1]), weights.grad),
        cell("dbiases", [[6, 6, 6]], biases.grad),
        cell("drelu", [[1, 2, 0, 0], [5, 0, 0, 8], [0, 10, 11, 0]], z.grad),
    ]
    weights, biases = leaf(WEIGHTS), leaf(BIASES)
    outputs = relu(np.dot(INPUTS, weights) + biases)
    # The chapter takes the outputs themselves for what comes back from the next layer.
    outputs.backward(outputs.numpy())
    nn.SGD(learning_rate=0.001).step([weights, biases])
    updated = [
        [0.179515, 0.5003665, -0.262746],
        [0.742093, -0.9152577, -0.2758402],
        [-0.510153, 0.2529017, 0.1629592],
        [0.971328, -0.5021842, 0.8636583],
    ]
    return [
        *cells,
        cell("updated weights", updated, weights),
        cell("updated biases", [[1.98489, 2.997739, 0.497389]], biases),
    ]


def loss() -> list[Cell]:
    """Differentiate softmax and cross-entropy, combined and separate, at scores with the chapter's probabilities."""
    combined, separate = leaf(np.log(PROBABILITIES)), leaf(np.log(PROBABILITIES))
    nn.softmax_cross_entropy(combined, TARGETS).backward()
    nn.CategoricalCrossentropy()(nn.Softmax()(separate), TARGETS).backward()
    third = [0.00666667, -0.03333333, 0.02666667]
    return [
        cell(
            "combined",
            [[-0.1, 0.03333333, 0.06666667], [0.03333333, -0.16666667, 0.13333333], third],
            combined.grad,
        ),
        cell(
            "separate",
            [[-0.09999999, 0.03333334, 0.06666667], [0.03333334, -0.16666667, 0.13333334], third],
            separate.grad,
        ),
    ]


def everything() -> list[Cell]:
    """Put the network 2-3-3 on the spiral, in nnfs's float32: loss, accuracy, and the gradients of all parameters.

    The gradients are taken twice. First layer by layer as the chapter does, `backward` being given the chapter's own
    dvalues at the scores; this reproduces every printed digit. Then from the loss, all the way through the tape: there
    the dvalues differ in their last bits, and a bias's gradient, 300 such numbers that nearly cancel, shows it. Each
    addition in float32 rounds by 2⁻²⁴ of the running sum, at random, so √300 of these are allowed for.
    """
    with nnfs_numpy():
        X, y = spiral_data(samples=100, classes=3)
        params = [0.01 * np.random.randn(2, 3), np.zeros((1, 3)), 0.01 * np.random.randn(3, 3), np.zeros((1, 3))]
        weights1, biases1, weights2, biases2 = leaves = [Tensor(array, requires_grad=True) for array in params]
        # The chapter's lines, on Tensors; np.dot is the one that nnfs has put there.
        hidden = relu(np.dot(X, weights1) + biases1)
        scores = np.dot(hidden, weights2) + biases2
        probabilities = nn.Softmax()(scores)
        data_loss = nn.CategoricalCrossentropy()(probabilities, y)
        cells = [
            cell("probabilities of the first five", PRINTED_PROBABILITIES, probabilities[:5]),
            cell("loss", 1.0986104, data_loss),
            cell("accuracy", 0.34, nn.accuracy(probabilities, y)),
        ]
        dvalues = nn.analytic.softmax_categorical_crossentropy(probabilities.numpy(), y)
        scores.backward(dvalues, retain_graph=True)
        names = ("dense1.dweights", "dense1.dbiases", "dense2.dweights", "dense2.dbiases")
        for name, printed, param in zip(names, PRINTED_GRADIENTS, leaves, strict=True):
            cells.append(cell(f"{name}, layer by layer", printed, param.grad))
            param.grad = None
        nn.softmax_cross_entropy(scores, y).backward()
        into_hidden = (dvalues @ weights2.numpy().T) * (hidden.numpy() > 0)
        for name, printed, param, terms in zip(
            names, PRINTED_GRADIENTS, leaves, (None, into_hidden, None, dvalues), strict=True
        ):
            rounding = 0.0 if terms is None else 2**-24 * 300**0.5 * np.abs(np.cumsum(terms, axis=0)).max(axis=0)
            cells.append(cell(f"{name}, from the loss", printed, param.grad, rounding))
        return cells


PRINTED_PROBABILITIES = [
    [0.33333334, 0.33333334, 0.33333334],
    [0.3333332, 0.3333332, 0.33333364],
    [0.3333329, 0.33333293, 0.3333342],
    [0.3333326, 0.33333263, 0.33333477],
    [0.33333233, 0.3333324, 0.33333528],
]
PRINTED_GRADIENTS = [
    [[1.5766357e-04, 7.8368583e-05, 4.7324400e-05], [1.8161038e-04, 1.1045573e-05, -3.3096312e-05]],
    [[-3.60553473e-04, 9.66117223e-05, -1.03671395e-04]],
    [
        [5.44109462e-05, 1.07411419e-04, -1.61822361e-04],
        [-4.07913431e-05, -7.16780924e-05, 1.12469446e-04],
        [-5.30112993e-05, 8.58172934e-05, -3.28059905e-05],
    ],
    [[-1.0729185e-05, -9.4610732e-06, 2.0027859e-05]],
]

sections: dict[str, Callable[[], list[Cell]]] = {
    "One neuron": neuron,
    "A layer of neurons": layer,
    "Softmax and cross-entropy": loss,
    "Combine everything": everything,
}


@contextmanager
def nnfs_numpy() -> Iterator[None]:
    """Call `nnfs.init()`, and afterwards give NumPy its functions, and its random numbers their state, back."""
    replaced = [(np, "dot"), (np, "zeros"), (np, "eye"), (np.random, "randn")]
    originals = [getattr(module, name) for module, name in replaced]
    state = np.random.get_state()
    try:
        nnfs.init()
        yield
    finally:
        for (module, name), original in zip(replaced, originals, strict=True):
            setattr(module, name, original)
        np.random.set_state(state)
