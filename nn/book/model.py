"""The model of the book, chapters 18 to 22: layers with a loss, an optimizer and an accuracy, trained by one call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.book import keeping
from nn.book.activations import Activation_Softmax
from nn.book.layers import Layer_Input
from nn.book.losses import Activation_Softmax_Loss_CategoricalCrossentropy, Loss_CategoricalCrossentropy


class Model:
    """Layers in a row, trained and used as the book does it.

    Layers are the book's, or objects with `forward(inputs, training)`, `backward(dvalues)`, `output` and `dinputs`;
    those with `weights` are trained.

    Attributes
    ----------
    layers : list
    trainable_layers : list
    loss, optimizer, accuracy
        What `set` was given.
    input_layer : Layer_Input
    output_layer_activation
        The last layer, whose `predictions` turns outputs into predictions.

    Examples
    --------
    >>> from nn.book import *
    >>> layer = Layer_Dense(1, 1)
    >>> layer.weights = np.array([[0.0]])
    >>> model = Model()
    >>> model.add(layer)
    >>> model.add(Activation_Linear())
    >>> model.set(loss=Loss_MeanSquaredError(), optimizer=Optimizer_SGD(0.5), accuracy=Accuracy_Regression())
    >>> model.finalize()
    >>> X = np.array([[-1.0], [1.0]])
    >>> model.train(X, 3 * X, epochs=2)
    epoch: 1, acc: 0.000, loss: 9.000 (data_loss: 9.000, reg_loss: 0.000), lr: 0.5
    epoch: 2, acc: 1.000, loss: 0.000 (data_loss: 0.000, reg_loss: 0.000), lr: 0.5
    >>> model.predict([[2.0]])
    array([[6.]])
    """

    def __init__(self) -> None:
        self.layers: list[Any] = []
        self.loss: Any = None
        self.optimizer: Any = None
        self.accuracy: Any = None
        self.softmax_classifier_output: Activation_Softmax_Loss_CategoricalCrossentropy | None = None

    def __repr__(self) -> str:
        """Show the layers."""
        return f"Model({', '.join(map(repr, self.layers))})"

    def add(self, layer: Any) -> None:
        """Add a layer after the others."""
        self.layers.append(layer)

    def set(self, *, loss: Any = None, optimizer: Any = None, accuracy: Any = None) -> None:
        """Set loss, optimizer and accuracy; what is not given stays as it is."""
        for name, given in (("loss", loss), ("optimizer", optimizer), ("accuracy", accuracy)):
            if isinstance(given, type):
                raise TypeError(f"Model.set: {name} is an object; met the class {given.__name__}. Write its brackets.")
            if given is not None:
                setattr(self, name, given)

    def finalize(self) -> None:
        """Connect the layers; to be called once all are added and loss, optimizer and accuracy are set.

        Raises
        ------
        RuntimeError
            If there are no layers.
        """
        if not self.layers:
            raise RuntimeError("Model.finalize: there are no layers; add some.")
        self.input_layer = Layer_Input()
        row = [self.input_layer, *self.layers, self.loss]
        for before, layer, after in zip(row, row[1:], row[2:], strict=False):
            layer.prev, layer.next = before, after
        self.output_layer_activation = self.layers[-1]
        self.trainable_layers = [layer for layer in self.layers if hasattr(layer, "weights")]
        if self.loss is not None:
            self.loss.remember_trainable_layers(self.trainable_layers)
        self.softmax_classifier_output = None
        if isinstance(self.layers[-1], Activation_Softmax) and isinstance(self.loss, Loss_CategoricalCrossentropy):
            both = Activation_Softmax_Loss_CategoricalCrossentropy(formula=self.loss.formula)
            # It goes back from the scores that this layer was given.
            both.activation = self.layers[-1]
            self.softmax_classifier_output = both

    def train(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        print_every: int = 1,
        validation_data: tuple[Any, Any] | None = None,
    ) -> None:
        """Train, and print how it goes.

        Without a batch size an epoch is one step: every `print_every`-th is printed, and the validation at the end
        (chapter 18). With one, every `print_every`-th step of each epoch is printed, and after each epoch its mean and
        the validation (chapter 19).

        Parameters
        ----------
        X, y : ndarray
            Samples first.
        epochs, print_every : int
        batch_size : int, optional
            One that is larger than the data gives one batch, as in the book.
        validation_data : (X, y), optional

        Raises
        ------
        RuntimeError
            If the model is not finalized, or has no loss, optimizer or accuracy.
        ValueError
            If there are no samples, or not one target for each; if a number is no whole one from 1 on; or if the
            validation data do not fit. Then nothing is trained.
        """
        self._ready("train", "loss", "optimizer", "accuracy")
        _whole("Model.train", epochs=epochs, print_every=print_every)
        batches = _batches("Model.train", len(X), batch_size, len(y))
        if validation_data is not None:
            _check_validation(validation_data, X)
        self.accuracy.init(y)
        for epoch in range(1, epochs + 1):
            if batch_size is not None:
                print(f"epoch: {epoch}")
            self.loss.new_pass()
            self.accuracy.new_pass()
            for step, batch in enumerate(batches):
                data_loss, regularization_loss, accuracy = self._step(X[batch], y[batch])
                if batch_size is not None and (not step % print_every or step == len(batches) - 1):
                    self._print(f"step: {step}", accuracy, data_loss, regularization_loss)
            if batch_size is not None:
                data_loss, regularization_loss = self.loss.calculate_accumulated(include_regularization=True)
                self._print("training", self.accuracy.calculate_accumulated(), data_loss, regularization_loss)
            elif not epoch % print_every:
                self._print(f"epoch: {epoch}", accuracy, data_loss, regularization_loss)
            if validation_data is not None and (batch_size is not None or epoch == epochs):
                self.evaluate(*validation_data, batch_size=batch_size)

    def evaluate(self, X_val: Any, y_val: Any, *, batch_size: int | None = None) -> None:
        """Print loss and accuracy; `loss.calculate_accumulated()` and that of `accuracy` give the numbers.

        Raises
        ------
        RuntimeError, ValueError
            As `train` does.
        """
        self._ready("evaluate", "loss", "accuracy")
        self.loss.new_pass()
        self.accuracy.new_pass()
        for batch in _batches("Model.evaluate", len(X_val), batch_size, len(y_val)):
            output = self.forward(X_val[batch], training=False)
            self.loss.calculate(output, y_val[batch])
            self.accuracy.calculate(self.output_layer_activation.predictions(output), y_val[batch])
        loss, accuracy = self.loss.calculate_accumulated(), self.accuracy.calculate_accumulated()
        print(f"validation, acc: {accuracy:.3f}, loss: {loss:.3f}")

    def predict(self, X: Any, *, batch_size: int | None = None) -> Any:
        """Give the outputs for data, the batches one below the other.

        Raises
        ------
        RuntimeError, ValueError
            As `train` does.
        """
        self._ready("predict")
        batches = _batches("Model.predict", len(X), batch_size)
        return np.vstack([self.forward(X[batch], training=False) for batch in batches])

    def forward(self, X: Any, training: bool) -> Any:
        """Go through all layers, and give the output of the last."""
        self.input_layer.forward(X, training)
        both = self.softmax_classifier_output
        for layer in self.layers:
            # Back through a softmax under a cross-entropy goes another way.
            layer.forward(layer.prev.output, training and not (both and layer is both.activation))
        return self.layers[-1].output

    def backward(self, output: Any, y: Any) -> None:
        """Go back from the loss through all layers."""
        layers = self.layers
        if self.softmax_classifier_output is not None:
            self.softmax_classifier_output.backward(output, y)
            layers[-1].dinputs = self.softmax_classifier_output.dinputs
            layers = layers[:-1]
        else:
            self.loss.backward(output, y)
        for layer in reversed(layers):
            layer.backward(layer.next.dinputs)

    def get_parameters(self) -> list[Any]:
        """Give each trainable layer's weights and biases."""
        self._ready("get_parameters")
        return [layer.get_parameters() for layer in self.trainable_layers]

    def set_parameters(self, parameters: Sequence[Sequence[Any]]) -> None:
        """Set each trainable layer's weights and biases.

        Raises
        ------
        ValueError
            If their number or shapes are not those of the layers; then nothing is changed.
        """
        self._ready("set_parameters")
        has = [[np.shape(array) for array in group] for group in self.get_parameters()]
        met = [[np.shape(array) for array in group] for group in parameters]
        if has != met:
            raise ValueError(f"Model.set_parameters: the layers have parameters of shapes {has}; met {met}.")
        for layer, group in zip(self.trainable_layers, parameters, strict=True):
            layer.set_parameters(*group)

    def save_parameters(self, path: str | os.PathLike[str]) -> None:
        """Write the parameters to a file: safetensors if it is called so, else the content of an `.npz`; no pickle.

        Raises
        ------
        OSError
            If it cannot be written; then an old file is as it was.
        """
        keeping.write_parameters(path, self.get_parameters())

    def load_parameters(self, path: str | os.PathLike[str]) -> None:
        """Read parameters that `save_parameters` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no file.
        ValueError
            If it is a pickle, truncated, of something else, or of another model; then nothing is changed.
        """
        self._ready("load_parameters")
        self.set_parameters(keeping.read_parameters(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the whole model to a file, the state of the optimizer included: as `save_parameters` does.

        Raises
        ------
        TypeError
            If a layer, the loss, the optimizer or the accuracy is of a class that is not the book's.
        OSError
            If it cannot be written; then an old file is as it was.
        """
        self._ready("save")
        keeping.write_model(path, {name: getattr(self, name) for name in ("layers", "loss", "optimizer", "accuracy")})

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Model:
        """Read a model that `save` wrote, finalized.

        Raises
        ------
        FileNotFoundError
            If there is no file.
        ValueError
            If it is a pickle, truncated, or of something else.
        """
        model = Model()
        for name, part in keeping.read_model(path).items():
            setattr(model, name, part)
        model.finalize()
        return model

    def _step(self, X: Any, y: Any) -> tuple[Any, Any, Any]:
        """Make a step, and give both losses and the accuracy from before it."""
        output = self.forward(X, training=True)
        data_loss, regularization_loss = self.loss.calculate(output, y, include_regularization=True)
        accuracy = self.accuracy.calculate(self.output_layer_activation.predictions(output), y)
        self.backward(output, y)
        self.optimizer.pre_update_params()
        for layer in self.trainable_layers:
            self.optimizer.update_params(layer)
        self.optimizer.post_update_params()
        return data_loss, regularization_loss, accuracy

    def _print(self, what: str, accuracy: Any, data_loss: Any, regularization_loss: Any) -> None:
        print(
            f"{what}, acc: {accuracy:.3f}, loss: {data_loss + regularization_loss:.3f} "
            f"(data_loss: {data_loss:.3f}, reg_loss: {regularization_loss:.3f}), "
            f"lr: {self.optimizer.current_learning_rate}"
        )

    def _ready(self, method: str, *needed: str) -> None:
        if not hasattr(self, "trainable_layers"):
            raise RuntimeError(f"Model.{method}: call finalize first.")
        for name in needed:
            if getattr(self, name) is None:
                raise RuntimeError(f"Model.{method}: there is no {name}; write model.set({name}=...), then finalize.")


def _batches(who: str, samples: int, batch_size: int | None, targets: int | None = None) -> list[slice]:
    """Give the batches; without a size all samples are one."""
    if not samples:
        raise ValueError(f"{who}: there are no samples.")
    if targets is not None and targets != samples:
        raise ValueError(f"{who}: X has {samples} samples and y has {targets}; they need one target each.")
    if batch_size is not None:
        _whole(who, batch_size=batch_size)
    size = batch_size or samples
    return [slice(start, start + size) for start in range(0, samples, size)]


def _whole(who: str, **numbers: Any) -> None:
    """Raise if a number is not a whole one from 1 on."""
    for name, met in numbers.items():
        if not isinstance(met, (int, np.integer)) or isinstance(met, bool) or met < 1:
            raise ValueError(f"{who}: {name} is a whole number, 1 or more; met {met!r}.")


def _check_validation(data: Any, X: Any) -> None:
    """Raise if a validation at the end of the training would fail."""
    who = "Model.train: validation_data"
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise ValueError(f"{who} is a pair, (X_val, y_val); met {_brief(data)}.")
    X_val, y_val = data
    _batches(who, len(X_val), None, len(y_val))
    if np.shape(X_val)[1:] != np.shape(X)[1:]:
        raise ValueError(
            f"{who} has samples of shape {np.shape(X_val)[1:]}; those that are trained with have {np.shape(X)[1:]}."
        )


def _brief(data: Any) -> str:
    return f"{len(data)} of them" if isinstance(data, (tuple, list)) else type(data).__name__
