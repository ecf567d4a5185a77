"""Data to learn with: the book's own, digits, and readers for MNIST and Fashion-MNIST in files of yours.

Nothing is ever downloaded. What is drawn or bundled comes as `X, y`; what has a test set as `X, y, X_test, y_test`.

>>> from nn import datasets
>>> X, y = datasets.spiral(samples=100, classes=3, seed=0)
>>> X.shape, y.shape
((300, 2), (300,))
"""

from nn.datasets.idx import fashion_mnist as fashion_mnist
from nn.datasets.idx import mnist as mnist
from nn.datasets.idx import read_idx as read_idx
from nn.datasets.images import image_folder as image_folder
from nn.datasets.small import digits as digits
from nn.datasets.small import sine as sine
from nn.datasets.small import spiral as spiral
from nn.datasets.small import vertical as vertical
