"""The book's own NumPy: chapter 10's script, and the epochs of its chapter 19."""

import sys
import time

import numpy as np
from data import images, spiral
from report import finished


class Layer_Dense:
    """Chapters 3 and 9."""

    def __init__(self, n_inputs, n_neurons, scale=0.01):
        self.weights = scale * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        """Compute ``output``."""
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        """Compute the gradients."""
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class Activation_ReLU:
    """Chapters 4 and 9."""

    def forward(self, inputs):
        """Compute ``output``."""
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        """Compute ``dinputs``."""
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


class Activation_Softmax_Loss_CategoricalCrossentropy:
    """Chapter 9."""

    def forward(self, inputs, y_true):
        """Compute ``output`` and return the mean loss."""
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)
        clipped = np.clip(self.output, 1e-7, 1 - 1e-7)
        return np.mean(-np.log(clipped[range(len(clipped)), y_true]))

    def backward(self, dvalues, y_true):
        """Compute ``dinputs``."""
        samples = len(dvalues)
        self.dinputs = dvalues.copy()
        self.dinputs[range(samples), y_true] -= 1
        self.dinputs = self.dinputs / samples


class Optimizer_Adam:
    """Chapter 10."""

    def __init__(self, learning_rate=0.001, decay=0.0, epsilon=1e-7, beta_1=0.9, beta_2=0.999):
        self.learning_rate = self.current_learning_rate = learning_rate
        self.decay, self.iterations, self.epsilon = decay, 0, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2

    def pre_update_params(self):
        """Set the rate."""
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1.0 / (1.0 + self.decay * self.iterations))

    def update_params(self, layer):
        """Update a layer."""
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

    def post_update_params(self):
        """Count."""
        self.iterations += 1


def step(layers, end, optimizer, X, y):
    """Make a step, and return loss and accuracy."""
    output = X
    for layer in layers:
        layer.forward(output)
        output = layer.output
    loss = end.forward(output, y)
    predictions = np.argmax(end.output, axis=1)
    accuracy = np.mean(predictions == y)
    end.backward(end.output, y)
    dvalues = end.dinputs
    for layer in reversed(layers):
        layer.backward(dvalues)
        dvalues = layer.dinputs
    optimizer.pre_update_params()
    for layer in layers:
        if hasattr(layer, "weights"):
            optimizer.update_params(layer)
    optimizer.post_update_params()
    return loss, accuracy


def chapter10(epochs):
    """Train the spiral."""
    np.random.seed(0)
    X, y = spiral()
    layers = [Layer_Dense(2, 64), Activation_ReLU(), Layer_Dense(64, 3)]
    end, optimizer = Activation_Softmax_Loss_CategoricalCrossentropy(), Optimizer_Adam(0.05, decay=5e-7)
    for epoch in range(epochs):
        loss, accuracy = step(layers, end, optimizer, X, y)
        if not epoch % 100:
            print(f"epoch: {epoch}, acc: {accuracy:.3f}, loss: {loss:.3f}, lr: {optimizer.current_learning_rate}")
    finished(loss, accuracy)


def mnist(epochs):
    """Train on the images."""
    np.random.seed(0)
    X, y = images()
    layers = [Layer_Dense(784, 128, 0.05), Activation_ReLU(), Layer_Dense(128, 128, 0.1), Activation_ReLU(),
              Layer_Dense(128, 10, 0.1)]  # fmt: skip
    end, optimizer = Activation_Softmax_Loss_CategoricalCrossentropy(), Optimizer_Adam(decay=1e-3)
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        for i in range(0, len(X), 128):
            loss, accuracy = step(layers, end, optimizer, X[i : i + 128], y[i : i + 128])
        seconds.append(time.perf_counter() - start)
    finished(loss, accuracy, seconds)


{"chapter10": chapter10, "mnist": mnist}[sys.argv[1]](int(sys.argv[2]))
