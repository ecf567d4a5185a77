"""Layers: what they compute, what they start with, and what they refuse."""

import numpy as np
import pytest

import nn
from autograd import Tape, Tensor, check_grads


def rng():
    return np.random.default_rng(0)


def test_dense_is_a_product_and_a_sum():
    layer = nn.Dense(4, 3, rng=rng())
    layer.biases.data = np.array([[1.0, 2.0, 3.0]])
    x = rng().standard_normal((5, 4))
    by_hand = [[sum(x[s, i] * layer.weights.data[i, n] for i in range(4)) + n + 1 for n in range(3)] for s in range(5)]
    # Four products and sums of order one: a few units of rounding.
    np.testing.assert_allclose(layer(x).numpy(), by_hand, rtol=0, atol=10 * np.finfo(float).eps)


def test_dense_starts_as_the_book_does():
    layer = nn.Dense(200, 300, rng=rng())
    np.testing.assert_array_equal(layer.weights.data, 0.01 * rng().standard_normal((200, 300)))
    np.testing.assert_array_equal(layer.biases.data, np.zeros((1, 300)))
    assert layer.weights.requires_grad and layer.biases.requires_grad


def test_dense_without_a_generator_draws_fresh_weights():
    assert np.all(nn.Dense(3, 3).weights.data != nn.Dense(3, 3).weights.data)


def test_dense_keeps_float32_forward_and_back():
    layer = nn.Dense(4, 3, rng=rng(), dtype=np.float32)
    output = nn.Softmax()(nn.ReLU()(layer(np.ones((2, 4), dtype=np.float32))))
    loss = nn.CategoricalCrossentropy()(output, [0, 1])
    loss.backward()
    assert {array.dtype for array in (output.numpy(), loss.numpy(), layer.weights.grad, layer.biases.grad)} == {
        np.dtype(np.float32)
    }


@pytest.mark.parametrize("x", [[[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), Tensor([[1.0, 2.0], [3.0, 4.0]])])
def test_dense_takes_lists_integers_and_tensors(x):
    layer = nn.Dense(2, 3, rng=rng())
    np.testing.assert_array_equal(layer(x).numpy(), np.array([[1.0, 2.0], [3.0, 4.0]]) @ layer.weights.data)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Dense(0, 3), ValueError, "n_inputs is at least 1; met 0"),
        (lambda: nn.Dense(3, -1), ValueError, "n_neurons is at least 1; met -1"),
        (lambda: nn.Dense(2.0, 3), TypeError, "n_inputs is an integer; met 2.0"),
        (lambda: nn.Dense(2, True), TypeError, "n_neurons is an integer; met True"),
        (lambda: nn.Dense(2, 3, rng=0), TypeError, r"met 0. Make one, rng = np.random.default_rng\(0\)"),
        (
            lambda: nn.Dense(2, 3, dtype=int),
            TypeError,
            "dtype is floating, such as np.float64 or np.float32; met int64",
        ),
        (
            lambda: nn.Dense(2, 3)(np.ones((5, 4))),
            ValueError,
            r"Dense\(2, 3\) takes inputs of shape \(samples, 2\); met shape \(5, 4\)",
        ),
        (lambda: nn.Dense(2, 3)(1.0), ValueError, r"met shape \(\)"),
        (lambda: nn.Sequential(nn.ReLU(), 3), TypeError, "layer 1 cannot be called; met 3"),
    ],
)
def test_bad_input_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_relu_has_derivative_0_at_0():
    x = Tensor([-1.0, -0.0, 0.0, 2.0], requires_grad=True)
    y = nn.ReLU()(x)
    np.testing.assert_array_equal(y.numpy(), [0, 0, 0, 2])
    y.backward(np.array([5.0, 6.0, 7.0, 8.0]))
    np.testing.assert_array_equal(x.grad, [0, 0, 0, 8])


def test_softmax_gives_probabilities_however_large_the_scores():
    x = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1.0, 2.0, 3.0]])
    p = nn.Softmax()(x).numpy()
    e = np.exp([1.0, 2.0, 3.0])
    np.testing.assert_allclose(p, [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], e / e.sum()], rtol=4 * np.finfo(float).eps)


def test_softmax_is_differentiated_to_the_second_order():
    check_grads(nn.Softmax(), rng().standard_normal((3, 4)), order=2)


def test_softmax_keeps_the_shift_off_the_tape():
    names = [entry.name for entry in Tape.of(nn.Softmax()(Tensor([[1.0, 2.0]], requires_grad=True))).entries]
    assert names == ["subtract", "exp", "sum", "divide"]


def test_softmax_takes_one_sample_alone():
    np.testing.assert_array_equal(nn.Softmax()([0.0, 0.0]).numpy(), [0.5, 0.5])


def test_sequential_takes_layers_or_one_list_of_them():
    layers = [nn.Dense(2, 4, rng=rng()), nn.ReLU(), nn.Dense(4, 3, rng=rng())]
    x = rng().standard_normal((5, 2))
    expected = layers[2](layers[1](layers[0](x))).numpy()
    for model in (nn.Sequential(*layers), nn.Sequential(layers), nn.Sequential(tuple(layers))):
        np.testing.assert_array_equal(model(x).numpy(), expected)
        assert list(model) == layers and len(model) == 3 and model[0] is layers[0] and model[-1] is layers[2]


def test_sequential_slices_are_models_of_the_same_layers():
    model = nn.Sequential(nn.Dense(2, 4), nn.ReLU(), nn.Dense(4, 3))
    assert isinstance(model[:2], nn.Sequential) and list(model[:2]) == model.layers[:2]


def test_sequential_takes_any_callable():
    assert nn.Sequential(np.exp, lambda x: x + 1)(Tensor(0.0)).item() == 2.0


def test_layers_show_what_they_are():
    model = nn.Sequential(nn.Dense(2, 4), nn.ReLU(), nn.Dense(4, 3), nn.Softmax())
    assert repr(model) == "Sequential(Dense(2, 4), ReLU(), Dense(4, 3), Softmax())"
