"""Scripts of *Neural Networks from Scratch*, chapter by chapter, as a reader has them: `SCRIPTS[chapter]`.

Of each only the line with the library differs from run to run (LIBRARY), and the number of epochs (EPOCHS) is smaller
than the book's. `run` executes them with a library, in a process of its own, and keeps all numbers that they leave.
"""

import contextlib
import io
import json
import os
import sys
import types
from pathlib import Path

import numpy as np

DATA = """
import numpy as np
import nnfs
from nnfs.datasets import spiral_data, sine_data
from LIBRARY import *

nnfs.init()
"""

TWO_LAYERS = """
X, y = spiral_data(samples=100, classes=3)
dense1 = Layer_Dense(2, 64)
activation1 = Activation_ReLU()
dense2 = Layer_Dense(64, 3)
loss_activation = Activation_Softmax_Loss_CategoricalCrossentropy()
"""

LOOP = """
for epoch in range(EPOCHS):
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    loss = loss_activation.forward(dense2.output, y)
    predictions = np.argmax(loss_activation.output, axis=1)
    if len(y.shape) == 2:
        y = np.argmax(y, axis=1)
    accuracy = np.mean(predictions == y)
    if not epoch % 100:
        print(f'epoch: {epoch}, ' + f'acc: {accuracy:.3f}, ' + f'loss: {loss:.3f}, ' +
              f'lr: {optimizer.current_learning_rate}')
    loss_activation.backward(loss_activation.output, y)
    dense2.backward(loss_activation.dinputs)
    activation1.backward(dense2.dinputs)
    dense1.backward(activation1.dinputs)
    optimizer.pre_update_params()
    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
    optimizer.post_update_params()
"""

VALIDATION = """
X_test, y_test = spiral_data(samples=100, classes=3)
dense1.forward(X_test)
activation1.forward(dense1.output)
dense2.forward(activation1.output)
loss = loss_activation.forward(dense2.output, y_test)
predictions = np.argmax(loss_activation.output, axis=1)
if len(y_test.shape) == 2:
    y_test = np.argmax(y_test, axis=1)
accuracy = np.mean(predictions == y_test)
print(f'validation, acc: {accuracy:.3f}, loss: {loss:.3f}')
"""

REGULARIZED = """
for epoch in range(EPOCHS):
    dense1.forward(X)
    activation1.forward(dense1.output)
    DROPPED
    dense2.forward(dropout1.output)
    data_loss = loss_activation.forward(dense2.output, y)
    regularization_loss = \\
        loss_activation.loss.regularization_loss(dense1) + \\
        loss_activation.loss.regularization_loss(dense2)
    loss = data_loss + regularization_loss
    predictions = np.argmax(loss_activation.output, axis=1)
    accuracy = np.mean(predictions == y)
    if not epoch % 100:
        print(f'epoch: {epoch}, ' + f'acc: {accuracy:.3f}, ' + f'loss: {loss:.3f} (' +
              f'data_loss: {data_loss:.3f}, ' + f'reg_loss: {regularization_loss:.3f}), ' +
              f'lr: {optimizer.current_learning_rate}')
    loss_activation.backward(loss_activation.output, y)
    dense2.backward(loss_activation.dinputs)
    BACK
    dense1.backward(activation1.dinputs)
    optimizer.pre_update_params()
    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
    optimizer.post_update_params()
"""

MODEL = """
model = Model()
model.add(Layer_Dense(X.shape[1], 16, weight_regularizer_l2=5e-4, bias_regularizer_l2=5e-4))
model.add(Activation_ReLU())
LAYERS
model.set(
    loss=Loss_LOSS(),
    optimizer=Optimizer_Adam(learning_rate=0.005, decay=1e-3),
    accuracy=ACCURACY
)
model.finalize()
"""

CATEGORICAL = (
    MODEL.replace("LAYERS", "model.add(Layer_Dense(16, 3))\nmodel.add(Activation_Softmax())")
    .replace("LOSS", "CategoricalCrossentropy")
    .replace("ACCURACY", "Accuracy_Categorical()")
)

FASHION = (
    """
import os
import cv2

def load_mnist_dataset(dataset, path):
    labels = os.listdir(os.path.join(path, dataset))
    X = []
    y = []
    for label in sorted(labels):
        for file in sorted(os.listdir(os.path.join(path, dataset, label))):
            image = cv2.imread(os.path.join(path, dataset, label, file), cv2.IMREAD_UNCHANGED)
            X.append(image)
            y.append(label)
    return np.array(X), np.array(y).astype('uint8')

def create_data_mnist(path):
    X, y = load_mnist_dataset('train', path)
    X_test, y_test = load_mnist_dataset('test', path)
    return X, y, X_test, y_test

X, y, X_test, y_test = create_data_mnist('fashion_mnist_images')
keys = np.array(range(X.shape[0]))
np.random.shuffle(keys)
X = X[keys]
y = y[keys]
X = (X.reshape(X.shape[0], -1).astype(np.float32) - 127.5) / 127.5
X_test = (X_test.reshape(X_test.shape[0], -1).astype(np.float32) - 127.5) / 127.5
"""
    + CATEGORICAL
)

SCRIPTS = {
    "9": DATA
    + """
X, y = spiral_data(samples=100, classes=3)
dense1 = Layer_Dense(2, 3)
activation1 = Activation_ReLU()
dense2 = Layer_Dense(3, 3)
loss_activation = Activation_Softmax_Loss_CategoricalCrossentropy()
dense1.forward(X)
activation1.forward(dense1.output)
dense2.forward(activation1.output)
loss = loss_activation.forward(dense2.output, y)
print(loss_activation.output[:5])
predictions = np.argmax(loss_activation.output, axis=1)
if len(y.shape) == 2:
    y = np.argmax(y, axis=1)
accuracy = np.mean(predictions == y)
loss_activation.backward(loss_activation.output, y)
dense2.backward(loss_activation.dinputs)
activation1.backward(dense2.dinputs)
dense1.backward(activation1.dinputs)
""",
    "9, separately": DATA
    + """
softmax_outputs = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
class_targets = np.array([0, 1, 1])
softmax_loss = Activation_Softmax_Loss_CategoricalCrossentropy()
softmax_loss.backward(softmax_outputs, class_targets)
dvalues1 = softmax_loss.dinputs
activation = Activation_Softmax()
activation.output = softmax_outputs
loss = Loss_CategoricalCrossentropy()
loss.backward(softmax_outputs, class_targets)
activation.backward(loss.dinputs)
dvalues2 = activation.dinputs
""",
    **{
        f"10, {optimizer.partition('(')[0]}{i}": DATA + TWO_LAYERS + f"optimizer = Optimizer_{optimizer}\n" + LOOP
        for i, optimizer in enumerate(
            (
                "SGD()",
                "SGD(learning_rate=.85)",
                "SGD(decay=1e-2)",
                "SGD(decay=1e-3, momentum=0.9)",
                "Adagrad(decay=1e-4)",
                "RMSprop(learning_rate=0.02, decay=1e-5, rho=0.999)",
                "Adam(learning_rate=0.02, decay=1e-5)",
            )
        )
    },
    "11": DATA + TWO_LAYERS + "optimizer = Optimizer_Adam(learning_rate=0.05, decay=5e-7)\n" + LOOP + VALIDATION,
    "14": DATA
    + TWO_LAYERS.replace("(2, 64)", "(2, 64, weight_regularizer_l2=5e-4, bias_regularizer_l2=5e-4)")
    + "optimizer = Optimizer_Adam(learning_rate=0.02, decay=5e-7)\ndropout1 = activation1\n"
    + REGULARIZED.replace("DROPPED", "").replace("BACK", "activation1.backward(dense2.dinputs)")
    + VALIDATION,
    "15": DATA
    + TWO_LAYERS.replace("(2, 64)", "(2, 64, weight_regularizer_l2=5e-4, bias_regularizer_l2=5e-4)")
    + "optimizer = Optimizer_Adam(learning_rate=0.05, decay=5e-5)\ndropout1 = Layer_Dropout(0.1)\n"
    + REGULARIZED.replace("DROPPED", "dropout1.forward(activation1.output)").replace(
        "BACK", "dropout1.backward(dense2.dinputs)\n    activation1.backward(dropout1.dinputs)"
    )
    + VALIDATION,
    "16": DATA
    + """
X, y = spiral_data(samples=100, classes=2)
y = y.reshape(-1, 1)
dense1 = Layer_Dense(2, 64, weight_regularizer_l2=5e-4, bias_regularizer_l2=5e-4)
activation1 = Activation_ReLU()
dense2 = Layer_Dense(64, 1)
activation2 = Activation_Sigmoid()
loss_function = Loss_BinaryCrossentropy()
optimizer = Optimizer_Adam(decay=5e-7)
for epoch in range(EPOCHS):
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    activation2.forward(dense2.output)
    data_loss = loss_function.calculate(activation2.output, y)
    regularization_loss = loss_function.regularization_loss(dense1) + loss_function.regularization_loss(dense2)
    loss = data_loss + regularization_loss
    predictions = (activation2.output > 0.5) * 1
    accuracy = np.mean(predictions == y)
    loss_function.backward(activation2.output, y)
    activation2.backward(loss_function.dinputs)
    dense2.backward(activation2.dinputs)
    activation1.backward(dense2.dinputs)
    dense1.backward(activation1.dinputs)
    optimizer.pre_update_params()
    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
    optimizer.post_update_params()
""",
    "17": DATA
    + """
X, y = sine_data()
dense1 = Layer_Dense(1, 64)
activation1 = Activation_ReLU()
dense2 = Layer_Dense(64, 64)
activation2 = Activation_ReLU()
dense3 = Layer_Dense(64, 1)
activation3 = Activation_Linear()
loss_function = Loss_MeanSquaredError()
optimizer = Optimizer_Adam(learning_rate=0.005, decay=1e-3)
accuracy_precision = np.std(y) / 250
for epoch in range(EPOCHS):
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    activation2.forward(dense2.output)
    dense3.forward(activation2.output)
    activation3.forward(dense3.output)
    data_loss = loss_function.calculate(activation3.output, y)
    regularization_loss = loss_function.regularization_loss(dense1) + loss_function.regularization_loss(dense2) + \\
        loss_function.regularization_loss(dense3)
    loss = data_loss + regularization_loss
    predictions = activation3.output
    accuracy = np.mean(np.absolute(predictions - y) < accuracy_precision)
    loss_function.backward(activation3.output, y)
    activation3.backward(loss_function.dinputs)
    dense3.backward(activation3.dinputs)
    activation2.backward(dense3.dinputs)
    dense2.backward(activation2.dinputs)
    activation1.backward(dense2.dinputs)
    dense1.backward(activation1.dinputs)
    optimizer.pre_update_params()
    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
    optimizer.update_params(dense3)
    optimizer.post_update_params()
""",
    "18, regression": DATA
    + "X, y = sine_data()\n"
    + MODEL.replace("LAYERS", "model.add(Layer_Dense(16, 1))\nmodel.add(Activation_Linear())")
    .replace("LOSS", "MeanSquaredError")
    .replace("ACCURACY", "Accuracy_Regression()")
    + "model.train(X, y, epochs=EPOCHS, print_every=100)\n",
    "18, binary": DATA
    + "X, y = spiral_data(samples=100, classes=2)\nX_test, y_test = spiral_data(samples=100, classes=2)\n"
    + "y = y.reshape(-1, 1)\ny_test = y_test.reshape(-1, 1)\n"
    + MODEL.replace("LAYERS", "model.add(Layer_Dense(16, 1))\nmodel.add(Activation_Sigmoid())")
    .replace("LOSS", "BinaryCrossentropy")
    .replace("ACCURACY", "Accuracy_Categorical(binary=True)")
    + "model.train(X, y, validation_data=(X_test, y_test), epochs=EPOCHS, print_every=100)\n",
    "18, categorical": DATA
    + "X, y = spiral_data(samples=100, classes=3)\nX_test, y_test = spiral_data(samples=100, classes=3)\n"
    + CATEGORICAL.replace(
        "model.add(Layer_Dense(16, 3))", "model.add(Layer_Dropout(0.1))\nmodel.add(Layer_Dense(16, 3))"
    )
    + "model.train(X, y, validation_data=(X_test, y_test), epochs=EPOCHS, print_every=100)\n",
    "19 and 20": DATA
    + FASHION
    + "model.train(X, y, validation_data=(X_test, y_test), epochs=EPOCHS // 10 + 1, batch_size=16, print_every=2)\n"
    + "model.evaluate(X_test, y_test)\nmodel.evaluate(X, y, batch_size=7)\n",
    "21": DATA
    + FASHION
    + "model.train(X, y, epochs=EPOCHS // 10 + 1, batch_size=16, print_every=100)\n"
    + "parameters = model.get_parameters()\n"
    + CATEGORICAL
    + "model.set_parameters(parameters)\nmodel.evaluate(X_test, y_test)\n"
    + "model.save_parameters('fashion_mnist.parms')\n"
    + CATEGORICAL
    + "model.load_parameters('fashion_mnist.parms')\nmodel.evaluate(X_test, y_test)\n"
    + "model.save('fashion_mnist.model')\nmodel = Model.load('fashion_mnist.model')\n"
    + "model.evaluate(X_test, y_test)\n",
    "22": DATA
    + """
import cv2

fashion_mnist_labels = {0: 'T-shirt/top', 1: 'Trouser', 2: 'Pullover'}
image_data = cv2.imread('tshirt.png', cv2.IMREAD_GRAYSCALE)
image_data = 255 - image_data
image_data = (image_data.reshape(1, -1).astype(np.float32) - 127.5) / 127.5
model = Model.load('fashion_mnist.model')
confidences = model.predict(image_data)
predictions = model.output_layer_activation.predictions(confidences)
prediction = fashion_mnist_labels[predictions[0]]
print(prediction)
""",
}


def images(folder: Path) -> None:
    """Put a few images where chapters 19 and 22 look for them, and go there."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for part, count in (("train", 14), ("test", 5)):
        for label in range(3):
            place = folder / "fashion_mnist_images" / part / str(label)
            place.mkdir(parents=True)
            for i in range(count):
                pixels = rng.integers(0, 128, (6, 6)) + 120 * (np.arange(6) // 2 == label)
                Image.fromarray(pixels.astype(np.uint8)).save(place / f"{i:04}.png")
    Image.fromarray(255 - pixels.astype(np.uint8)).save(folder / "tshirt.png")
    os.chdir(folder)


def stand_in() -> types.ModuleType:
    """Give what the scripts use of OpenCV."""
    from PIL import Image

    module = types.ModuleType("cv2")
    module.IMREAD_UNCHANGED, module.IMREAD_GRAYSCALE = -1, 0
    module.imread = lambda path, flags: np.asarray(Image.open(path))
    return module


def left_by(space: dict) -> dict:
    """Give the numbers in the variables of a script, and in the layers among them."""
    found = {}
    objects = {**space, **{f"model.{i}": layer for i, layer in enumerate(getattr(space.get("model"), "layers", []))}}
    for name, value in objects.items():
        if isinstance(value, (float, np.floating, np.ndarray)) and name not in ("X", "X_test", "y", "y_test"):
            found[name] = np.asarray(value)
        for held in ("output", "dinputs", "dweights", "dbiases", "weights", "biases"):
            array = getattr(value, held, None)
            if isinstance(array, np.ndarray) and hasattr(value, "forward"):
                found[f"{name}.{held}"] = array
    return found


def main(library: str, precision: str, folder: str) -> None:
    """Run all scripts, with one epoch and, in double precision, with some hundred; leave arrays and what was printed.

    In single precision, that of `nnfs.init()`, any two orders of the same operations part after a hundred epochs.
    """
    sys.modules["cv2"] = stand_in()
    images(Path(folder))
    printed, arrays = {}, {}
    for epochs in (1,) if precision == "float32" else (1, 201):
        for chapter, script in SCRIPTS.items():
            text = script.replace("LIBRARY", library).replace("EPOCHS", str(epochs))
            if precision != "float32":
                text = text.replace("nnfs.init()", "np.random.seed(0)")
            space: dict = {}
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(text, f"chapter {chapter}", "exec"), space)
            printed[f"{chapter}, {epochs}"] = out.getvalue()
            arrays |= {f"{chapter}, {epochs}: {name}": array for name, array in left_by(space).items()}
    Path("printed.json").write_text(json.dumps(printed))
    np.savez("arrays.npz", **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
