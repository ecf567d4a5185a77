# ruff: noqa: D101, D102 - what each class does is the book's to say, and its names are the book's.
"""The classes of *Neural Networks from Scratch*, derivatives written out, in NumPy alone: what `nn.book` is held to.

They follow Kinsley and Kukieła, chapters 3 to 22, formula by formula and call by call, where the order of operations
shows in the numbers. Nothing here is checked, nothing is imported from this project.
"""

import copy
import pickle

import numpy as np

__all__ = [
    "Accuracy",
    "Accuracy_Categorical",
    "Accuracy_Regression",
    "Activation_Linear",
    "Activation_ReLU",
    "Activation_Sigmoid",
    "Activation_Softmax",
    "Activation_Softmax_Loss_CategoricalCrossentropy",
    "Layer_Dense",
    "Layer_Dropout",
    "Layer_Input",
    "Loss",
    "Loss_BinaryCrossentropy",
    "Loss_CategoricalCrossentropy",
    "Loss_MeanAbsoluteError",
    "Loss_MeanSquaredError",
    "Model",
    "Optimizer_Adagrad",
    "Optimizer_Adam",
    "Optimizer_RMSprop",
    "Optimizer_SGD",
]


class Layer_Dense:
    def __init__(
        self,
        n_inputs,
        n_neurons,
        weight_regularizer_l1=0,
        weight_regularizer_l2=0,
        bias_regularizer_l1=0,
        bias_regularizer_l2=0,
    ):
        self.weights = 0.01 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))
        self.weight_regularizer_l1 = weight_regularizer_l1
        self.weight_regularizer_l2 = weight_regularizer_l2
        self.bias_regularizer_l1 = bias_regularizer_l1
        self.bias_regularizer_l2 = bias_regularizer_l2

    def forward(self, inputs, training=True):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        for param, gradient, l1, l2 in (
            (self.weights, self.dweights, self.weight_regularizer_l1, self.weight_regularizer_l2),
            (self.biases, self.dbiases, self.bias_regularizer_l1, self.bias_regularizer_l2),
        ):
            if l1 > 0:
                sign = np.ones_like(param)
                sign[param < 0] = -1
                gradient += l1 * sign
            if l2 > 0:
                gradient += 2 * l2 * param
        self.dinputs = np.dot(dvalues, self.weights.T)

    def get_parameters(self):
        return self.weights, self.biases

    def set_parameters(self, weights, biases):
        self.weights, self.biases = weights, biases


class Layer_Dropout:
    def __init__(self, rate):
        self.rate = 1 - rate

    def forward(self, inputs, training=True):
        self.inputs = inputs
        if not training:
            self.output = inputs.copy()
            return
        self.binary_mask = np.random.binomial(1, self.rate, size=inputs.shape) / self.rate
        self.output = inputs * self.binary_mask

    def backward(self, dvalues):
        self.dinputs = dvalues * self.binary_mask


class Layer_Input:
    def forward(self, inputs, training=True):
        self.output = inputs


class Activation_ReLU:
    def forward(self, inputs, training=True):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0

    def predictions(self, outputs):
        return outputs


class Activation_Softmax:
    def forward(self, inputs, training=True):
        self.inputs = inputs
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)

    def backward(self, dvalues):
        self.dinputs = np.empty_like(dvalues)
        for index, (single_output, single_dvalues) in enumerate(zip(self.output, dvalues, strict=True)):
            column = single_output.reshape(-1, 1)
            jacobian = np.diagflat(column) - np.dot(column, column.T)
            self.dinputs[index] = np.dot(jacobian, single_dvalues)

    def predictions(self, outputs):
        return np.argmax(outputs, axis=1)


class Activation_Sigmoid:
    def forward(self, inputs, training=True):
        self.inputs = inputs
        self.output = 1 / (1 + np.exp(-inputs))

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output) * self.output

    def predictions(self, outputs):
        return (outputs > 0.5) * 1


class Activation_Linear:
    def forward(self, inputs, training=True):
        self.inputs = inputs
        self.output = inputs

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()

    def predictions(self, outputs):
        return outputs


class Loss:
    accumulated_sum = 0
    accumulated_count = 0

    def remember_trainable_layers(self, trainable_layers):
        self.trainable_layers = trainable_layers

    def regularization_loss(self, layer=None):
        total = 0
        for one in self.trainable_layers if layer is None else [layer]:
            for param, l1, l2 in (
                (one.weights, one.weight_regularizer_l1, one.weight_regularizer_l2),
                (one.biases, one.bias_regularizer_l1, one.bias_regularizer_l2),
            ):
                if l1 > 0:
                    total += l1 * np.sum(np.abs(param))
                if l2 > 0:
                    total += l2 * np.sum(param * param)
        return total

    def calculate(self, output, y, *, include_regularization=False):
        sample_losses = self.forward(output, y)
        data_loss = np.mean(sample_losses)
        self.accumulated_sum += np.sum(sample_losses)
        self.accumulated_count += len(sample_losses)
        return (data_loss, self.regularization_loss()) if include_regularization else data_loss

    def calculate_accumulated(self, *, include_regularization=False):
        data_loss = self.accumulated_sum / self.accumulated_count
        return (data_loss, self.regularization_loss()) if include_regularization else data_loss

    def new_pass(self):
        self.accumulated_sum = 0
        self.accumulated_count = 0


class Loss_CategoricalCrossentropy(Loss):
    def forward(self, y_pred, y_true):
        samples = len(y_pred)
        clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        if len(y_true.shape) == 1:
            confidences = clipped[range(samples), y_true]
        else:
            confidences = np.sum(clipped * y_true, axis=1)
        return -np.log(confidences)

    def backward(self, dvalues, y_true):
        if len(y_true.shape) == 1:
            y_true = np.eye(len(dvalues[0]))[y_true]
        self.dinputs = -y_true / dvalues / len(dvalues)


class Loss_BinaryCrossentropy(Loss):
    def forward(self, y_pred, y_true):
        clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        return np.mean(-(y_true * np.log(clipped) + (1 - y_true) * np.log(1 - clipped)), axis=-1)

    def backward(self, dvalues, y_true):
        clipped = np.clip(dvalues, 1e-7, 1 - 1e-7)
        self.dinputs = -(y_true / clipped - (1 - y_true) / (1 - clipped)) / len(dvalues[0]) / len(dvalues)


class Loss_MeanSquaredError(Loss):
    def forward(self, y_pred, y_true):
        return np.mean((y_true - y_pred) ** 2, axis=-1)

    def backward(self, dvalues, y_true):
        self.dinputs = -2 * (y_true - dvalues) / len(dvalues[0]) / len(dvalues)


class Loss_MeanAbsoluteError(Loss):
    def forward(self, y_pred, y_true):
        return np.mean(np.abs(y_true - y_pred), axis=-1)

    def backward(self, dvalues, y_true):
        self.dinputs = np.sign(y_true - dvalues) / len(dvalues[0]) / len(dvalues)


class Activation_Softmax_Loss_CategoricalCrossentropy:
    def __init__(self):
        self.activation = Activation_Softmax()
        self.loss = Loss_CategoricalCrossentropy()

    def forward(self, inputs, y_true):
        self.activation.forward(inputs)
        self.output = self.activation.output
        return self.loss.calculate(self.output, y_true)

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        if len(y_true.shape) == 2:
            y_true = np.argmax(y_true, axis=1)
        self.dinputs = dvalues.copy()
        self.dinputs[range(samples), y_true] -= 1
        self.dinputs = self.dinputs / samples


class _Optimizer:
    kept = ()

    def __init__(self, learning_rate, decay):
        self.learning_rate = self.current_learning_rate = learning_rate
        self.decay = decay
        self.iterations = 0

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1.0 / (1.0 + self.decay * self.iterations))

    def update_params(self, layer):
        for params, what in (("weights", "weight"), ("biases", "bias")):
            param, gradient = getattr(layer, params), getattr(layer, "d" + params)
            for kept in self.kept:
                if not hasattr(layer, f"{what}_{kept}"):
                    setattr(layer, f"{what}_{kept}", np.zeros_like(param))
            param += self.update(layer, what, gradient)

    def post_update_params(self):
        self.iterations += 1


class Optimizer_SGD(_Optimizer):
    def __init__(self, learning_rate=1.0, decay=0.0, momentum=0.0):
        super().__init__(learning_rate, decay)
        self.momentum = momentum
        self.kept = ("momentums",) if momentum else ()

    def update(self, layer, what, gradient):
        updates = -self.current_learning_rate * gradient
        if self.momentum:
            updates = self.momentum * getattr(layer, f"{what}_momentums") + updates
            setattr(layer, f"{what}_momentums", updates)
        return updates


class Optimizer_Adagrad(_Optimizer):
    kept = ("cache",)

    def __init__(self, learning_rate=1.0, decay=0.0, epsilon=1e-7):
        super().__init__(learning_rate, decay)
        self.epsilon = epsilon

    def update(self, layer, what, gradient):
        cache = getattr(layer, f"{what}_cache") + gradient**2
        setattr(layer, f"{what}_cache", cache)
        return -self.current_learning_rate * gradient / (np.sqrt(cache) + self.epsilon)


class Optimizer_RMSprop(_Optimizer):
    kept = ("cache",)

    def __init__(self, learning_rate=0.001, decay=0.0, epsilon=1e-7, rho=0.9):
        super().__init__(learning_rate, decay)
        self.epsilon, self.rho = epsilon, rho

    def update(self, layer, what, gradient):
        cache = self.rho * getattr(layer, f"{what}_cache") + (1 - self.rho) * gradient**2
        setattr(layer, f"{what}_cache", cache)
        return -self.current_learning_rate * gradient / (np.sqrt(cache) + self.epsilon)


class Optimizer_Adam(_Optimizer):
    kept = ("momentums", "cache")

    def __init__(self, learning_rate=0.001, decay=0.0, epsilon=1e-7, beta_1=0.9, beta_2=0.999):
        super().__init__(learning_rate, decay)
        self.epsilon, self.beta_1, self.beta_2 = epsilon, beta_1, beta_2

    def update(self, layer, what, gradient):
        momentums = self.beta_1 * getattr(layer, f"{what}_momentums") + (1 - self.beta_1) * gradient
        cache = self.beta_2 * getattr(layer, f"{what}_cache") + (1 - self.beta_2) * gradient**2
        setattr(layer, f"{what}_momentums", momentums)
        setattr(layer, f"{what}_cache", cache)
        momentums_corrected = momentums / (1 - self.beta_1 ** (self.iterations + 1))
        cache_corrected = cache / (1 - self.beta_2 ** (self.iterations + 1))
        return -self.current_learning_rate * momentums_corrected / (np.sqrt(cache_corrected) + self.epsilon)


class Accuracy:
    accumulated_sum = 0
    accumulated_count = 0

    def calculate(self, predictions, y):
        comparisons = self.compare(predictions, y)
        self.accumulated_sum += np.sum(comparisons)
        self.accumulated_count += len(comparisons)
        return np.mean(comparisons)

    def calculate_accumulated(self):
        return self.accumulated_sum / self.accumulated_count

    def new_pass(self):
        self.accumulated_sum = 0
        self.accumulated_count = 0


class Accuracy_Categorical(Accuracy):
    def __init__(self, *, binary=False):
        self.binary = binary

    def init(self, y):
        pass

    def compare(self, predictions, y):
        if not self.binary and len(y.shape) == 2:
            y = np.argmax(y, axis=1)
        return predictions == y


class Accuracy_Regression(Accuracy):
    precision = None

    def init(self, y, reinit=False):
        if self.precision is None or reinit:
            self.precision = np.std(y) / 250

    def compare(self, predictions, y):
        return np.absolute(predictions - y) < self.precision


class Model:
    def __init__(self):
        self.layers = []
        self.softmax_classifier_output = None

    def add(self, layer):
        self.layers.append(layer)

    def set(self, *, loss=None, optimizer=None, accuracy=None):
        self.loss = loss or getattr(self, "loss", None)
        self.optimizer = optimizer or getattr(self, "optimizer", None)
        self.accuracy = accuracy or getattr(self, "accuracy", None)

    def finalize(self):
        self.input_layer = Layer_Input()
        row = [self.input_layer, *self.layers, self.loss]
        for i, layer in enumerate(self.layers, 1):
            layer.prev, layer.next = row[i - 1], row[i + 1]
        self.output_layer_activation = self.layers[-1]
        self.trainable_layers = [layer for layer in self.layers if hasattr(layer, "weights")]
        if self.loss is not None:
            self.loss.remember_trainable_layers(self.trainable_layers)
        if isinstance(self.layers[-1], Activation_Softmax) and isinstance(self.loss, Loss_CategoricalCrossentropy):
            self.softmax_classifier_output = Activation_Softmax_Loss_CategoricalCrossentropy()

    def train(self, X, y, *, epochs=1, batch_size=None, print_every=1, validation_data=None):
        self.accuracy.init(y)
        steps = 1 if batch_size is None else -(-len(X) // batch_size)
        for epoch in range(1, epochs + 1):
            if batch_size is not None:
                print(f"epoch: {epoch}")
            self.loss.new_pass()
            self.accuracy.new_pass()
            for step in range(steps):
                size = batch_size or len(X)
                batch_X, batch_y = X[step * size : (step + 1) * size], y[step * size : (step + 1) * size]
                output = self.forward(batch_X, training=True)
                data_loss, regularization_loss = self.loss.calculate(output, batch_y, include_regularization=True)
                loss = data_loss + regularization_loss
                predictions = self.output_layer_activation.predictions(output)
                accuracy = self.accuracy.calculate(predictions, batch_y)
                self.backward(output, batch_y)
                self.optimizer.pre_update_params()
                for layer in self.trainable_layers:
                    self.optimizer.update_params(layer)
                self.optimizer.post_update_params()
                what = f"epoch: {epoch}" if batch_size is None else f"step: {step}"
                at = epoch if batch_size is None else step
                if not at % print_every or (batch_size is not None and step == steps - 1):
                    print(
                        f"{what}, acc: {accuracy:.3f}, loss: {loss:.3f} (data_loss: {data_loss:.3f}, "
                        f"reg_loss: {regularization_loss:.3f}), lr: {self.optimizer.current_learning_rate}"
                    )
            if batch_size is not None:
                data_loss, regularization_loss = self.loss.calculate_accumulated(include_regularization=True)
                accuracy = self.accuracy.calculate_accumulated()
                print(
                    f"training, acc: {accuracy:.3f}, loss: {data_loss + regularization_loss:.3f} "
                    f"(data_loss: {data_loss:.3f}, reg_loss: {regularization_loss:.3f}), "
                    f"lr: {self.optimizer.current_learning_rate}"
                )
                if validation_data is not None:
                    self.evaluate(*validation_data, batch_size=batch_size)
        if validation_data is not None and batch_size is None:
            self.evaluate(*validation_data)

    def evaluate(self, X_val, y_val, *, batch_size=None):
        size = batch_size or len(X_val)
        self.loss.new_pass()
        self.accuracy.new_pass()
        for start in range(0, len(X_val), size):
            output = self.forward(X_val[start : start + size], training=False)
            self.loss.calculate(output, y_val[start : start + size])
            predictions = self.output_layer_activation.predictions(output)
            self.accuracy.calculate(predictions, y_val[start : start + size])
        loss, accuracy = self.loss.calculate_accumulated(), self.accuracy.calculate_accumulated()
        print(f"validation, acc: {accuracy:.3f}, loss: {loss:.3f}")

    def predict(self, X, *, batch_size=None):
        size = batch_size or len(X)
        return np.vstack([self.forward(X[i : i + size], training=False) for i in range(0, len(X), size)])

    def forward(self, X, training):
        self.input_layer.forward(X, training)
        for layer in self.layers:
            layer.forward(layer.prev.output, training)
        return layer.output

    def backward(self, output, y):
        layers = self.layers
        if self.softmax_classifier_output is not None:
            self.softmax_classifier_output.backward(output, y)
            layers[-1].dinputs = self.softmax_classifier_output.dinputs
            layers = layers[:-1]
        else:
            self.loss.backward(output, y)
        for layer in reversed(layers):
            layer.backward(layer.next.dinputs)

    def get_parameters(self):
        return [layer.get_parameters() for layer in self.trainable_layers]

    def set_parameters(self, parameters):
        for parameter_set, layer in zip(parameters, self.trainable_layers, strict=True):
            layer.set_parameters(*parameter_set)

    def save_parameters(self, path):
        with open(path, "wb") as file:
            pickle.dump(self.get_parameters(), file)

    def load_parameters(self, path):
        with open(path, "rb") as file:
            self.set_parameters(pickle.load(file))

    def save(self, path):
        model = copy.deepcopy(self)
        model.loss.new_pass()
        model.accuracy.new_pass()
        with open(path, "wb") as file:
            pickle.dump(model, file)

    @staticmethod
    def load(path):
        with open(path, "rb") as file:
            return pickle.load(file)
