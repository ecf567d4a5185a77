"""Networks as compositions of the engine's ops: layers, losses, optimizers, and the formulas derived by hand.

>>> import nn
>>> import numpy as np
>>> model = nn.Sequential(nn.Dense(2, 8, rng=np.random.default_rng(0)), nn.ReLU(), nn.Dense(8, 3))
>>> loss = nn.softmax_cross_entropy(model(np.ones((4, 2))), [0, 1, 2, 0])
>>> loss.backward()
>>> nn.SGD(learning_rate=0.1).step(model.parameters())
"""

from nn import analytic as analytic
from nn import datasets as datasets
from nn.comparison import Comparison as Comparison
from nn.comparison import Difference as Difference
from nn.comparison import compare as compare
from nn.data import Loader as Loader
from nn.data import one_hot as one_hot
from nn.layers import Dense as Dense
from nn.layers import ReLU as ReLU
from nn.layers import Sequential as Sequential
from nn.layers import Softmax as Softmax
from nn.losses import CategoricalCrossentropy as CategoricalCrossentropy
from nn.losses import softmax_cross_entropy as softmax_cross_entropy
from nn.metrics import accuracy as accuracy
from nn.optimizers import SGD as SGD
from nn.optimizers import Adam as Adam
from nn.scaling import MinMax as MinMax
from nn.scaling import Standardizer as Standardizer
from nn.splits import k_fold as k_fold
from nn.splits import split as split
from nn.step import Step as Step
from nn.step import make_step as make_step
from nn.walk import named_parameters as named_parameters
from nn.walk import parameters as parameters
