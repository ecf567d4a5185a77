"""Optimizers: pure functions of a parameter, its gradient and a state, and a step that applies them to many.

`update` is the formula, on one array, changing nothing it is given. `step` is the convenience: it takes the gradients
that `backward` left, updates every parameter, and clears the gradients for the next pass.
"""

from nn.optimizers.base import Optimizer as Optimizer
from nn.optimizers.rules import SGD as SGD
from nn.optimizers.rules import AdaGrad as AdaGrad
from nn.optimizers.rules import Adam as Adam
from nn.optimizers.rules import AdamW as AdamW
from nn.optimizers.rules import RMSProp as RMSProp
