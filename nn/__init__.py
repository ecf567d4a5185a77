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
from nn import initializers as initializers
from nn import schedules as schedules
from nn.activations import GELU as GELU
from nn.activations import LeakyReLU as LeakyReLU
from nn.activations import Linear as Linear
from nn.activations import LogSoftmax as LogSoftmax
from nn.activations import ReLU as ReLU
from nn.activations import Sigmoid as Sigmoid
from nn.activations import Softmax as Softmax
from nn.activations import Tanh as Tanh
from nn.callbacks import Callback as Callback
from nn.callbacks import CSVLog as CSVLog
from nn.callbacks import EarlyStopping as EarlyStopping
from nn.callbacks import NaNStop as NaNStop
from nn.callbacks import ProgressBar as ProgressBar
from nn.checkpoints import Checkpoint as Checkpoint
from nn.comparison import Comparison as Comparison
from nn.comparison import Difference as Difference
from nn.comparison import compare as compare
from nn.configurable import Configurable as Configurable
from nn.data import Loader as Loader
from nn.data import one_hot as one_hot
from nn.fitting import Run as Run
from nn.history import History as History
from nn.layers import Dense as Dense
from nn.layers import Dropout as Dropout
from nn.layers import Flatten as Flatten
from nn.layers import Sequential as Sequential
from nn.losses import BinaryCrossentropy as BinaryCrossentropy
from nn.losses import CategoricalCrossentropy as CategoricalCrossentropy
from nn.losses import Huber as Huber
from nn.losses import Loss as Loss
from nn.losses import MeanAbsoluteError as MeanAbsoluteError
from nn.losses import MeanSquaredError as MeanSquaredError
from nn.losses import softmax_cross_entropy as softmax_cross_entropy
from nn.metrics import R2 as R2
from nn.metrics import Accuracy as Accuracy
from nn.metrics import ConfusionMatrix as ConfusionMatrix
from nn.metrics import Metric as Metric
from nn.metrics import RegressionAccuracy as RegressionAccuracy
from nn.mode import is_training as is_training
from nn.mode import training as training
from nn.model import Model as Model
from nn.optimizers import SGD as SGD
from nn.optimizers import AdaGrad as AdaGrad
from nn.optimizers import Adam as Adam
from nn.optimizers import AdamW as AdamW
from nn.optimizers import RMSProp as RMSProp
from nn.registry import from_config as from_config
from nn.regularizers import L1 as L1
from nn.regularizers import L2 as L2
from nn.regularizers import Regularizer as Regularizer
from nn.regularizers import regularization_loss as regularization_loss
from nn.scaling import MinMax as MinMax
from nn.scaling import Standardizer as Standardizer
from nn.scores import accuracy as accuracy
from nn.scores import confusion_matrix as confusion_matrix
from nn.scores import r2_score as r2_score
from nn.splits import k_fold as k_fold
from nn.splits import split as split
from nn.step import Step as Step
from nn.step import make_step as make_step
from nn.walk import named_parameters as named_parameters
from nn.walk import parameters as parameters
