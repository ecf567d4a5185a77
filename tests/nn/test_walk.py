"""Parameters are found wherever they stand, each once, under a name that leads there."""

import numpy as np
import pytest

import nn
from autograd import Tensor


def leaf(*shape):
    return Tensor(np.zeros(shape), requires_grad=True)


class Block:
    """An object with parameters in every kind of place, and with what is no parameter."""

    def __init__(self):
        self.scale = leaf(1)
        self.parts = {"first": [leaf(2), (leaf(3), nn.Dense(2, 2))], 7: leaf(4)}
        self.constant = Tensor(np.zeros(5))
        self.result = self.scale * 2
        self.array = np.zeros(6)
        self.text = "text"
        self.function = np.tanh
        self.module = np
        self.cls = nn.Dense
        self.nothing = None


def test_names_lead_through_attributes_lists_tuples_and_dicts():
    assert {name: param.shape for name, param in nn.named_parameters(Block()).items()} == {
        "scale": (1,),
        "parts.first.0": (2,),
        "parts.first.1.0": (3,),
        "parts.first.1.1.weights": (2, 2),
        "parts.first.1.1.biases": (1, 2),
        "parts.7": (4,),
    }


def test_order_is_that_of_the_attributes():
    model = nn.Sequential(nn.Dense(2, 4), nn.ReLU(), nn.Dense(4, 3))
    dense1, _, dense2 = model
    expected = [dense1.weights, dense1.biases, dense2.weights, dense2.biases]
    for found in (nn.parameters(model), model.parameters(), nn.parameters([dense1, dense2])):
        assert len(found) == 4 and all(a is b for a, b in zip(found, expected, strict=True))


def test_shared_parameter_is_counted_once():
    dense = nn.Dense(3, 3)
    tied = nn.Dense(3, 3)
    tied.weights = dense.weights
    assert list(nn.named_parameters(nn.Sequential(dense, nn.ReLU(), dense, tied))) == [
        "layers.0.weights",
        "layers.0.biases",
        "layers.3.biases",
    ]


def test_frozen_parameter_is_left_out():
    dense = nn.Dense(2, 3)
    dense.weights.requires_grad = False
    assert list(nn.named_parameters(dense)) == ["biases"]


def test_objects_that_refer_to_each_other():
    parent, child = Block(), Block()
    parent.child, child.parent = child, parent
    assert len(nn.parameters(parent)) == 12


def test_attributes_in_slots():
    class Slotted:
        __slots__ = ("empty", "weights")

    class Further(Slotted):
        __slots__ = "biases"

    layer = Further()
    layer.weights, layer.biases = leaf(2), leaf(3)
    assert sorted(nn.named_parameters(layer)) == ["biases", "weights"]


def test_model_of_any_depth():
    model = leaf(1)
    for _ in range(20_000):
        model = [model]
    assert len(nn.parameters(model)) == 1


def test_a_tensor_is_its_own_parameter():
    param = leaf(2)
    assert nn.parameters(param)[0] is param


def test_two_parameters_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"Two parameters are called 'layers\.1': give the dict keys"):
        nn.parameters({"layers": {1: leaf(1), "1": leaf(2)}})


def test_the_parameters_that_an_optimizer_keeps_are_not_its_own():
    """Names stay the same when a model holds its optimizer and a step has been made."""

    class Trained:
        def __init__(self):
            self.optimizer = nn.Adam()
            self.layer = nn.Dense(2, 3)

    model = Trained()
    names = list(nn.named_parameters(model))
    for param in nn.parameters(model):
        param.grad = np.ones(param.shape)
    model.optimizer.step(nn.parameters(model))
    assert list(nn.named_parameters(model)) == names == ["layer.weights", "layer.biases"]
