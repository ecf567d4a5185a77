"""`nn.compare`: agreement where there is, disagreement shown where there is not, and nothing disturbed."""

import re

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn import analytic

#: Sums of a hundred float64 products, compared with the largest of them.
AGREES = 1e-12


def data(samples=20):
    rng = np.random.default_rng(0)
    return rng.standard_normal((samples, 2)), rng.integers(0, 3, samples)


def network(*last, dtype=np.float64):
    rng = np.random.default_rng(1)
    model = nn.Sequential(
        nn.Dense(2, 8, rng=rng, dtype=dtype), nn.ReLU(), nn.Dense(8, 8, rng=rng, dtype=dtype), nn.ReLU(),
        nn.Dense(8, 3, rng=rng, dtype=dtype), *last,
    )  # fmt: skip
    for param in model.parameters():
        param.data = param.data * 50
    return model


@pytest.mark.parametrize("last", [(), (nn.Softmax(),)], ids=["combined", "separate"])
@pytest.mark.parametrize("one_hot", [False, True])
def test_tape_and_formula_agree(last, one_hot):
    X, y = data()
    table = nn.compare(network(*last), X, np.eye(3)[y] if one_hot else y)
    assert [row.parameter for row in table.rows] == [
        f"layers.{i}.{kind}" for i in (0, 2, 4) for kind in ("weights", "biases")
    ]
    assert [row.shape for row in table.rows] == [(2, 8), (1, 8), (8, 8), (1, 8), (8, 3), (1, 3)]
    assert 0 <= table.relative == max(row.relative for row in table.rows) < AGREES
    assert table.time_tape > 0 and table.time_formula > 0


@pytest.mark.parametrize("name", ["dense", "relu", "softmax", "categorical_crossentropy"])
def test_a_wrong_formula_shows(monkeypatch, name):
    right = getattr(analytic, name)

    def wrong(*args):
        result = right(*args)
        return tuple(1.001 * part for part in result) if isinstance(result, tuple) else 1.001 * result

    monkeypatch.setattr(analytic, name, wrong)
    table = nn.compare(network(nn.Softmax()), *data())
    assert table.relative > 0.9e-3


def test_one_wrong_element_shows(monkeypatch):
    right = analytic.softmax_categorical_crossentropy

    def wrong(*args):
        result = right(*args)
        result[3, 1] = np.nan
        return result

    monkeypatch.setattr(analytic, "softmax_categorical_crossentropy", wrong)
    assert np.isnan(nn.compare(network(), *data()).relative)


def test_a_formula_of_zeros_does_not_hide_a_difference(monkeypatch):
    monkeypatch.setattr(analytic, "softmax_categorical_crossentropy", lambda p, y: 0 * p)
    table = nn.compare(network(), *data())
    assert all(row.relative == np.inf and 0 < row.absolute < np.inf for row in table.rows)


def test_dead_neurons_agree_on_zero():
    model = network()
    model[0].biases.data = np.full((1, 8), -1e3)
    rows = {row.parameter: row for row in nn.compare(model, *data()).rows}
    assert rows["layers.0.weights"].absolute == 0 and rows["layers.0.weights"].relative == 0


def test_float32_agrees_to_float32():
    X, y = data()
    table = nn.compare(network(dtype=np.float32), X.astype(np.float32), y)
    # As AGREES, scaled from the one precision to the other.
    assert 0 < table.relative < AGREES * np.finfo(np.float32).eps / np.finfo(np.float64).eps


def test_a_layer_that_stands_twice_gets_both_parts():
    rng = np.random.default_rng(1)
    middle = nn.Dense(8, 8, rng=rng)
    middle.weights.data = middle.weights.data * 50
    model = nn.Sequential(nn.Dense(2, 8, rng=rng), middle, nn.ReLU(), middle, nn.Dense(8, 3, rng=rng))
    table = nn.compare(model, *data())
    assert len(table.rows) == 6 and table.relative < AGREES


def test_frozen_parameters_are_not_compared():
    model = network()
    model[2].weights.requires_grad = False
    table = nn.compare(model, *data())
    assert "layers.2.weights" not in {row.parameter for row in table.rows} and table.relative < AGREES


def test_integer_and_tensor_inputs():
    X = np.array([[1, 2], [3, -4], [0, 1]])
    for inputs in (X, X.tolist(), Tensor(X)):
        assert nn.compare(network(), inputs, [0, 1, 2]).relative < AGREES


def test_model_and_data_are_left_as_they_were():
    X, y = data()
    model = network()
    params = model.parameters()
    params[0].grad = np.full((2, 8), 7.0)
    data_before, grads_before = [p.data for p in params], [p.grad for p in params]
    copies = [p.data.copy() for p in params]
    for array in (X, y, *data_before):
        array.setflags(write=False)
    assert nn.compare(model, X, y).relative < AGREES
    for param, array, copy, grad in zip(params, data_before, copies, grads_before, strict=True):
        assert param.data is array
        np.testing.assert_array_equal(array, copy)
        np.testing.assert_array_equal(param.grad, grad) if grad is not None else None
        assert (param.grad is None) == (grad is None)


def test_table_is_printed_and_aligned(capsys):
    table = nn.compare(network(), *data())
    assert capsys.readouterr().out == f"{table}\n"
    header, *rows, total = str(table).splitlines()
    assert re.split(r"  +", header) == [
        "parameter",
        "shape",
        "max abs diff",
        "max rel diff",
        "time tape",
        "time formula",
    ]
    assert len(rows) == 6 and total.startswith("all ")
    end = header.index("max rel diff") + len("max rel diff")
    for row, difference in zip(rows, table.rows, strict=True):
        assert row[:end].endswith(f"  {difference.relative:.1e}")
        assert re.split(r"  +", row)[:2] == [difference.parameter, str(difference.shape)]
        assert row.index("(") == header.index("shape")
    assert re.search(r"\d µs +[\d,]+ µs$", total) and len(total) == len(header)


class Twice:
    """A layer that nn has no formula for."""

    def __call__(self, x):
        """Double it."""
        return x * 2

    def __repr__(self):
        """Show a name to find in the message."""
        return "Twice()"


def inputs_with(value):
    X = np.ones((20, 2))
    X[3, 1] = value
    return X


def broken_network():
    model = network()
    model[2].weights.data[5, 6] = np.nan
    return model


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: nn.compare(network(), inputs_with(np.nan), data()[1]),
            ValueError,
            r"the inputs must be finite; met nan at \[3, 1\] \(1 of 40 elements are NaN or infinite\)",
        ),
        (lambda: nn.compare(network(), inputs_with(-np.inf), data()[1]), ValueError, r"met -inf at \[3, 1\]"),
        (
            lambda: nn.compare(broken_network(), *data()),
            ValueError,
            r"layers.2.weights must be finite; met nan at \[5, 6\]",
        ),
        (
            lambda: nn.compare(nn.Sequential(nn.Dense(2, 3), Twice()), *data()),
            TypeError,
            r"no formula for layer 1, Twice\(\); it knows Dense, Dropout, .*, LogSoftmax, GELU",
        ),
        (
            lambda: nn.compare(network(), *data(), loss=np.mean),
            TypeError,
            "no formula for the loss <function mean.*; it knows CategoricalCrossentropy, Binary",
        ),
        (
            lambda: nn.compare(network(), data()[0], np.full((20, 3), 2.0), loss=nn.BinaryCrossentropy()),
            ValueError,
            "Targets are from 0 to 1; met 2.0 at sample 0",
        ),
        (lambda: nn.compare(nn.Dense(2, 3), *data()), TypeError, "takes a Sequential; met Dense"),
        (lambda: nn.compare(nn.Sequential(nn.ReLU()), *data()), ValueError, "no parameter with requires_grad=True"),
        (lambda: nn.compare(network(), data()[0], data()[1] + 1), ValueError, "the labels are 0 to 2; met 3"),
        (lambda: nn.compare(network(), data()[0], data()[1][:5]), ValueError, "20 predictions and 5 labels"),
        (lambda: nn.compare(network(), data()[0], data()[1] * 1.0), TypeError, "Class numbers are integers"),
        (lambda: nn.compare(network(), np.ones(2), [0]), ValueError, r"shape \(samples, features\); met shape \(2,\)"),
        (lambda: nn.compare(network(), np.ones((2, 3)), [0, 1]), ValueError, r"Dense\(2, 8\) takes inputs of shape"),
        (lambda: nn.compare(network(), [["a", "b"]], [0]), TypeError, "inputs are real numbers; met dtype <U1"),
    ],
)
def test_bad_input_is_named_and_nothing_printed(call, error, message, capsys):
    with pytest.raises(error, match=message):
        call()
    assert capsys.readouterr().out == ""
