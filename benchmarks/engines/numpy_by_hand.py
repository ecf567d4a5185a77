"""Hand-derived NumPy: the yardstick.

The network is written class by class as *Neural Networks from Scratch* (Kinsley and Kukieła, chapters 3 to 10) writes
it, including its ``np.dot``, its ``range`` indexing and its clip, because the promise is made against that code and not
against a faster one. Variant ``memory`` first throws the switch that gradtape offers.
"""

import numpy as np
from numpy import ndarray

from benchmarks.engines import Run, formulas
from benchmarks.workloads import Chain, Options, Training


def prepare(variant: str) -> None:
    """Throw the switch for variant ``memory``."""
    if variant == "memory":
        import autograd

        autograd.keep_memory()


class Layer_Dense:
    """Chapter 3, with the backward of chapter 9."""

    def __init__(self, weights: ndarray, biases: ndarray) -> None:
        self.weights, self.biases = weights, biases

    def forward(self, inputs: ndarray) -> None:
        """Compute ``output``."""
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues: ndarray) -> None:
        """Compute ``dweights``, ``dbiases`` and ``dinputs``."""
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class Activation_ReLU:
    """Chapter 4, with the backward of chapter 9."""

    def forward(self, inputs: ndarray) -> None:
        """Compute ``output``."""
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues: ndarray) -> None:
        """Compute ``dinputs``."""
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


class Activation_Softmax:
    """Chapter 4."""

    def forward(self, inputs: ndarray) -> None:
        """Compute ``output``."""
        self.inputs = inputs
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)


class Loss_CategoricalCrossentropy:
    """Chapter 5, for sparse labels and one-hot ones."""

    def calculate(self, output: ndarray, y: ndarray) -> float:
        """Return the mean loss."""
        return np.mean(self.forward(output, y))

    def forward(self, y_pred: ndarray, y_true: ndarray) -> ndarray:
        """Return the loss of each sample."""
        samples = len(y_pred)
        y_pred_clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        if len(y_true.shape) == 1:
            correct_confidences = y_pred_clipped[range(samples), y_true]
        elif len(y_true.shape) == 2:
            correct_confidences = np.sum(y_pred_clipped * y_true, axis=1)
        return -np.log(correct_confidences)


class Activation_Softmax_Loss_CategoricalCrossentropy:
    """Chapter 9, softmax and cross-entropy with their combined backward."""

    def __init__(self) -> None:
        self.activation = Activation_Softmax()
        self.loss = Loss_CategoricalCrossentropy()

    def forward(self, inputs: ndarray, y_true: ndarray) -> float:
        """Compute ``output`` and return the mean loss."""
        self.activation.forward(inputs)
        self.output = self.activation.output
        return self.loss.calculate(self.output, y_true)

    def backward(self, dvalues: ndarray, y_true: ndarray) -> None:
        """Compute ``dinputs``."""
        samples = len(dvalues)
        if len(y_true.shape) == 2:
            y_true = np.argmax(y_true, axis=1)
        self.dinputs = dvalues.copy()
        self.dinputs[range(samples), y_true] -= 1
        self.dinputs = self.dinputs / samples


class Optimizer_Adam:
    """Chapter 10."""

    def __init__(
        self,
        learning_rate: float = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
    ) -> None:
        self.learning_rate = learning_rate
        self.current_learning_rate = learning_rate
        self.decay = decay
        self.iterations = 0
        self.epsilon = epsilon
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def pre_update_params(self) -> None:
        """Decay the learning rate; called once before any parameter updates."""
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1.0 / (1.0 + self.decay * self.iterations))

    def update_params(self, layer: Layer_Dense) -> None:
        """Update weights and biases of one layer."""
        if not hasattr(layer, "weight_cache"):
            layer.weight_momentums = np.zeros_like(layer.weights)
            layer.weight_cache = np.zeros_like(layer.weights)
            layer.bias_momentums = np.zeros_like(layer.biases)
            layer.bias_cache = np.zeros_like(layer.biases)

        layer.weight_momentums = self.beta_1 * layer.weight_momentums + (1 - self.beta_1) * layer.dweights
        layer.bias_momentums = self.beta_1 * layer.bias_momentums + (1 - self.beta_1) * layer.dbiases
        weight_momentums_corrected = layer.weight_momentums / (1 - self.beta_1 ** (self.iterations + 1))
        bias_momentums_corrected = layer.bias_momentums / (1 - self.beta_1 ** (self.iterations + 1))

        layer.weight_cache = self.beta_2 * layer.weight_cache + (1 - self.beta_2) * layer.dweights**2
        layer.bias_cache = self.beta_2 * layer.bias_cache + (1 - self.beta_2) * layer.dbiases**2
        weight_cache_corrected = layer.weight_cache / (1 - self.beta_2 ** (self.iterations + 1))
        bias_cache_corrected = layer.bias_cache / (1 - self.beta_2 ** (self.iterations + 1))

        layer.weights += (
            -self.current_learning_rate * weight_momentums_corrected / (np.sqrt(weight_cache_corrected) + self.epsilon)
        )
        layer.biases += (
            -self.current_learning_rate * bias_momentums_corrected / (np.sqrt(bias_cache_corrected) + self.epsilon)
        )

    def post_update_params(self) -> None:
        """Count the step; called once after all parameter updates."""
        self.iterations += 1


def train(data: Training, variant: str) -> Run:
    """Return the book's training loop, one iteration a step."""
    prepare(variant)
    hidden = [(Layer_Dense(weights, biases), Activation_ReLU()) for weights, biases in data.layers[:-1]]
    last = Layer_Dense(*data.layers[-1])
    dense = [layer for layer, _ in hidden] + [last]
    loss_activation = Activation_Softmax_Loss_CategoricalCrossentropy()
    optimizer = Optimizer_Adam(data.learning_rate, data.decay, data.eps, data.beta_1, data.beta_2)

    def forward_and_backward() -> float:
        output = data.X
        for layer, activation in hidden:
            layer.forward(output)
            activation.forward(layer.output)
            output = activation.output
        last.forward(output)
        loss = loss_activation.forward(last.output, data.y)
        loss_activation.backward(loss_activation.output, data.y)
        last.backward(loss_activation.dinputs)
        dvalues = last.dinputs
        for layer, activation in reversed(hidden):
            activation.backward(dvalues)
            layer.backward(activation.dinputs)
            dvalues = layer.dinputs
        return loss

    def step() -> None:
        forward_and_backward()
        optimizer.pre_update_params()
        for layer in dense:
            optimizer.update_params(layer)
        optimizer.post_update_params()

    def numbers() -> list[ndarray]:
        loss = forward_and_backward()
        return [np.array(loss)] + [grad for layer in dense for grad in (layer.dweights, layer.dbiases)]

    return Run(step, numbers, lambda: [param for layer in dense for param in (layer.weights, layer.biases)])


def chain(data: Chain, variant: str) -> Run:
    """Return value and gradient with the reverse pass written out."""
    prepare(variant)

    def value_and_gradient() -> tuple[ndarray, ndarray]:
        x = h = data.x
        inputs = []
        for _ in range(data.repeats):
            inputs.append(h)
            h = formulas.link(np, h, x, data.share)
        dh, dx = np.ones_like(h), np.zeros_like(x)
        for before in reversed(inputs):
            if data.share:
                dx += dh * data.share
            dh = dh * 1.01 * np.cos(before)
        return h.sum(), dx + dh

    return Run(value_and_gradient, value_and_gradient)


def blackscholes(data: Options, variant: str) -> Run:
    """Return prices and the closed-form greeks delta, theta (in time to expiry) and vega."""
    from scipy.special import erf

    prepare(variant)

    def prices_and_greeks() -> tuple[ndarray, ...]:
        S, K, t, v, r = data
        root_t = np.sqrt(t)
        d1 = (np.log(S / K) + (r + 0.5 * v**2) * t) / (v * root_t)
        d2 = d1 - v * root_t
        delta = 0.5 * (1 + erf(d1 / 2**0.5))
        exercise = 0.5 * (1 + erf(d2 / 2**0.5))
        strike = K * np.exp(-r * t)
        density = S * np.exp(-0.5 * d1**2) / (2 * np.pi) ** 0.5
        price = S * delta - strike * exercise
        theta = density * v / (2 * root_t) + r * strike * exercise
        vega = density * root_t
        return price, delta, theta, vega

    return Run(prices_and_greeks, prices_and_greeks)
