"""The classes and calls of *Neural Networks from Scratch in Python* (Kinsley and Kukieła), differentiated by the tape.

A script of the book runs with only its imports changed, `from nn.book import *`; weights are drawn from
`np.random.randn`, so after `nnfs.init()` the numbers are the book's. Each `backward` walks back over what `forward`
computed: no derivative is written here. See docs/book.md.

>>> import numpy as np
>>> from nn.book import Activation_ReLU, Layer_Dense
>>> dense, relu = Layer_Dense(2, 3), Activation_ReLU()
>>> dense.weights = np.array([[0.2, 0.8, -0.5], [0.5, -0.9, 0.3]])
>>> dense.forward(np.array([[1.0, 2.0]]))
>>> relu.forward(dense.output)
>>> relu.backward(np.array([[1.0, 1.0, 1.0]]))
>>> dense.backward(relu.dinputs)
>>> relu.output.round(2), dense.dweights
(array([[1.2, 0. , 0.1]]), array([[1., 0., 1.],
       [2., 0., 2.]]))
"""

from nn.book.accuracy import Accuracy as Accuracy
from nn.book.accuracy import Accuracy_Categorical as Accuracy_Categorical
from nn.book.accuracy import Accuracy_Regression as Accuracy_Regression
from nn.book.activations import Activation_Linear as Activation_Linear
from nn.book.activations import Activation_ReLU as Activation_ReLU
from nn.book.activations import Activation_Sigmoid as Activation_Sigmoid
from nn.book.activations import Activation_Softmax as Activation_Softmax
from nn.book.layers import Layer_Dense as Layer_Dense
from nn.book.layers import Layer_Dropout as Layer_Dropout
from nn.book.layers import Layer_Input as Layer_Input
from nn.book.losses import (
    Activation_Softmax_Loss_CategoricalCrossentropy as Activation_Softmax_Loss_CategoricalCrossentropy,
)
from nn.book.losses import Loss as Loss
from nn.book.losses import Loss_BinaryCrossentropy as Loss_BinaryCrossentropy
from nn.book.losses import Loss_CategoricalCrossentropy as Loss_CategoricalCrossentropy
from nn.book.losses import Loss_MeanAbsoluteError as Loss_MeanAbsoluteError
from nn.book.losses import Loss_MeanSquaredError as Loss_MeanSquaredError
from nn.book.model import Model as Model
from nn.book.optimizers import Optimizer_Adagrad as Optimizer_Adagrad
from nn.book.optimizers import Optimizer_Adam as Optimizer_Adam
from nn.book.optimizers import Optimizer_RMSprop as Optimizer_RMSprop
from nn.book.optimizers import Optimizer_SGD as Optimizer_SGD

#: What `from nn.book import *` gives: the classes, and not the modules in which they stand.
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
