"""The backward pass derived by hand: one function for each layer, activation, loss and regulariser, as in the book.

Each function takes `dvalues`, the derivative of the loss with respect to the layer's output, and gives the one with
respect to its input. Plain arrays go in and come out; nothing here knows of the tape, which is why the tape can be
compared with it (`nn.compare`). The formulas are those of *Neural Networks from Scratch in Python* (Kinsley and
Kukieła, chapters 9 and 14 to 17); where the book has none they are derived in its manner. In five places the book's are
not the derivative of its forward pass, and these are kept:

1. `softmax_categorical_crossentropy` and `categorical_crossentropy` ignore that the loss clips probabilities at 1e-7.
2. `categorical_crossentropy` divides by the probability itself, which for an impossible wrong class is 0/0.
3. `binary_crossentropy` clips in its denominators only, where the derivative is 0.
4. `l1` takes λ at 0.
5. `mean_absolute_error` has the opposite sign.
"""

from nn.analytic.activations import approximate_gelu as approximate_gelu
from nn.analytic.activations import gelu as gelu
from nn.analytic.activations import leaky_relu as leaky_relu
from nn.analytic.activations import linear as linear
from nn.analytic.activations import log_softmax as log_softmax
from nn.analytic.activations import relu as relu
from nn.analytic.activations import sigmoid as sigmoid
from nn.analytic.activations import softmax as softmax
from nn.analytic.activations import softmax_jacobian as softmax_jacobian
from nn.analytic.activations import tanh as tanh
from nn.analytic.layers import dense as dense
from nn.analytic.layers import dropout as dropout
from nn.analytic.layers import flatten as flatten
from nn.analytic.losses import binary_crossentropy as binary_crossentropy
from nn.analytic.losses import categorical_crossentropy as categorical_crossentropy
from nn.analytic.losses import huber as huber
from nn.analytic.losses import mean_absolute_error as mean_absolute_error
from nn.analytic.losses import mean_squared_error as mean_squared_error
from nn.analytic.losses import sigmoid_binary_crossentropy as sigmoid_binary_crossentropy
from nn.analytic.losses import softmax_categorical_crossentropy as softmax_categorical_crossentropy
from nn.analytic.regularizers import l1 as l1
from nn.analytic.regularizers import l2 as l2
