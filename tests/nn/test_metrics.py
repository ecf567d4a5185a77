"""Accuracy: a plain number."""

import numpy as np
import pytest

import nn
from autograd import Tensor

SCORES = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])


@pytest.mark.parametrize("labels", [[0, 1, 1, 0], np.array([0, 1, 1, 0], dtype=np.uint8), np.eye(3)[[0, 1, 1, 0]]])
@pytest.mark.parametrize("scores", [SCORES, SCORES.tolist(), Tensor(SCORES), Tensor(SCORES, requires_grad=True)])
def test_accuracy_is_the_fraction_that_is_right(scores, labels):
    result = nn.accuracy(scores, labels)
    assert result == 0.5 and type(result) is float


def test_first_class_wins_a_tie():
    assert nn.accuracy([[1.0, 1.0]], [0]) == 1.0 and nn.accuracy([[1.0, 1.0]], [1]) == 0.0


def test_bad_labels_are_named():
    with pytest.raises(ValueError, match="met 3 at sample 0"):
        nn.accuracy(SCORES, [3, 0, 0, 0])
