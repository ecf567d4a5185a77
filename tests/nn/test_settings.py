"""Initialisers, regularisers, and settings: what a layer is made of, and how it is made again."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, check_grads, compile
from nn import initializers
from nn.regularizers import Sum


def seeded() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("name", "variance", "limit"),
    [
        ("book", 1e-4, math.inf),
        ("glorot_uniform", 2 / 500, math.sqrt(6 / 500)),
        ("glorot_normal", 2 / 500, math.inf),
        ("he_uniform", 2 / 200, math.sqrt(6 / 200)),
        ("he_normal", 2 / 200, math.inf),
    ],
)
def test_initializers_have_their_variance(name: str, variance: float, limit: float) -> None:
    weights = nn.Dense(200, 300, weight_initializer=name, rng=seeded()).weights.data
    n = weights.size
    assert abs(weights.mean()) < 5 * math.sqrt(variance / n)
    # Of the variance, for a normal distribution; for a uniform one it is less.
    assert abs(weights.var() / variance - 1) < 5 * math.sqrt(2 / n)
    assert np.abs(weights).max() <= limit
    np.testing.assert_array_equal(initializers.NAMES[name](seeded(), (200, 300)), weights)


def test_zeros_and_functions() -> None:
    layer = nn.Dense(
        2, 3, weight_initializer="zeros", bias_initializer=lambda rng, shape: np.full(shape, 2), rng=seeded()
    )
    assert not layer.weights.data.any() and (layer.biases.data == 2).all() and layer.biases.dtype == np.float64


def test_zeros_draw_nothing() -> None:
    rng = seeded()
    nn.Dense(2, 3, weight_initializer="zeros", rng=rng)
    assert rng.random() == seeded().random()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Dense(2, 3, weight_initializer="he_norm"), ValueError, "'he_norm'. Did you mean 'he_normal'"),
        (lambda: nn.Dense(2, 3, bias_initializer="?"), ValueError, "bias_initializer: there is .* Known are book, g"),
        (lambda: nn.Dense(2, 3, weight_initializer=3), TypeError, "weight_initializer is one of book, .*; met 3"),
        (lambda: nn.Dense(2, 3, weight_initializer=lambda rng, shape: np.ones(3)), ValueError,
         r"numbers of shape \(2, 3\); it gave shape \(3,\)"),
        (lambda: nn.Dense(2, 3, weight_initializer=lambda rng, shape: np.full(shape, np.nan)), ValueError, "NaN or"),
        (lambda: nn.Dense(2, 3, weight_regularizer=0.1), TypeError, "is a regulariser or None; met 0.1"),
        (lambda: nn.L2(-1), ValueError, "L2: strength is at least 0 and finite; met -1"),
        (lambda: nn.L1(math.inf), ValueError, "L1: strength is at least 0 and finite; met inf"),
        (lambda: nn.L1("a"), TypeError, "L1: strength is a number; met 'a'"),
        (lambda: Sum([]), ValueError, "at least one part"),
        (lambda: Sum([3]), TypeError, "the parts are regularisers; met 3"),  # type: ignore[list-item]
        (lambda: nn.L1(1) + 3, TypeError, "unsupported operand"),
    ],
)  # fmt: skip
def test_bad_settings_are_named(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_penalties_are_the_books() -> None:
    w = np.array([[1.0, -2.0], [0.0, 3.0]])
    assert nn.L1(0.1)(w).item() == pytest.approx(0.6, rel=1e-15)
    assert nn.L2(0.1)(w).item() == pytest.approx(1.4, rel=1e-15)
    assert (nn.L1(0.1) + nn.L2(0.1) + nn.L2(1.0))(w).item() == pytest.approx(16, rel=1e-15)
    for regularizer in (nn.L1(0.1), nn.L2(0.1), nn.L1(0.2) + nn.L2(0.1)):
        check_grads(regularizer, w + 0.5, order=2)
        assert regularizer(w.astype(np.float32)).dtype == np.float32


def model() -> nn.Sequential:
    return nn.Sequential(
        nn.Dense(2, 4, weight_regularizer=nn.L2(0.5), bias_regularizer=nn.L1(0.25) + nn.L2(1), rng=seeded()),
        nn.ReLU(),
        nn.Sequential(nn.Dropout(0.1, rng=seeded()), nn.Dense(4, 3, weight_regularizer=nn.L1(2.0), rng=seeded())),
    )  # fmt: skip


def test_the_walk_sums_the_penalties_of_every_layer_once() -> None:
    made = model()
    made[0].biases.data = np.array([[1.0, -1.0, 0.0, 2.0]])
    expected = 0.5 * np.sum(made[0].weights.data ** 2) + 0.25 * 4 + 6 + 2 * np.sum(np.abs(made[2][1].weights.data))
    assert nn.regularization_loss(made).item() == pytest.approx(expected, rel=1e-14)
    assert nn.regularization_loss({"a": [made, made]}).item() == pytest.approx(expected, rel=1e-14)
    with pytest.raises(TypeError, match="missing"):
        nn.from_config({"name": "L2"})
    assert nn.regularization_loss([]) == 0.0


@pytest.mark.usefixtures("each_backend")
def test_penalties_are_compiled_with_the_step() -> None:
    made = model()

    def loss(x: Any) -> Any:
        return np.sum(made(x) ** 2) + nn.regularization_loss(made)

    x = np.ones((5, 2))
    compiled = compile(loss)
    np.testing.assert_allclose(compiled(x), loss(x).item(), rtol=1e-13)
    made[0].weights.data = made[0].weights.data * 2
    np.testing.assert_allclose(compiled(x), loss(x).item(), rtol=1e-13)
    assert len(compiled.programs) == 1
    with nn.training():
        assert compiled(x) > 0


EACH = [
    nn.Dense(2, 3), nn.Dense(2, 3, dtype=np.float32, weight_initializer="he_normal", bias_regularizer=nn.L1(0.5)),
    nn.Dense(2, 3, weight_regularizer=nn.L1(0.1) + nn.L2(0.2)), nn.Dropout(0.25), nn.Flatten(), nn.Linear(), nn.ReLU(),
    nn.LeakyReLU(), nn.LeakyReLU(0.5), nn.Sigmoid(), nn.Tanh(), nn.Softmax(), nn.LogSoftmax(), nn.GELU(),
    nn.GELU(approximate=True), nn.CategoricalCrossentropy(), nn.CategoricalCrossentropy(from_logits=True),
    nn.BinaryCrossentropy(), nn.BinaryCrossentropy(from_logits=True), nn.MeanSquaredError(), nn.MeanAbsoluteError(),
    nn.Huber(), nn.Huber(delta=0.5), nn.L1(0.1), nn.L2(5e-4), nn.L1(0.1) + nn.L2(0.2), model(), nn.Sequential(),
]  # fmt: skip


@pytest.mark.parametrize("thing", EACH, ids=repr)
def test_settings_and_repr_make_the_same_again(thing: Any) -> None:
    config = thing.config()
    assert json.loads(json.dumps(config)) == config
    for made in (nn.from_config(config), eval(repr(thing), vars(nn))):
        assert type(made) is type(thing) and repr(made) == repr(thing) and made.config() == config


def test_reprs_are_short() -> None:
    assert [repr(thing) for thing in EACH[:4]] == [
        "Dense(2, 3)",
        "Dense(2, 3, weight_initializer='he_normal', bias_regularizer=L1(0.5), dtype='float32')",
        "Dense(2, 3, weight_regularizer=L1(0.1) + L2(0.2))",
        "Dropout(0.25)",
    ]


def test_names_are_found_in_any_spelling_and_numbers_are_drawn_from_what_is_given() -> None:
    for name in ("LeakyReLU", "leaky_relu", "leakyrelu", "leaky-relu"):
        assert repr(nn.from_config(name)) == "LeakyReLU()"
    assert repr(nn.from_config({"name": "mean_squared_error"})) == "MeanSquaredError()"
    config = nn.Sequential(nn.Dense(2, 3), nn.Dropout(0.5), nn.Dense(3, 1)).config()
    one, other = (nn.from_config(config, rng=seeded()) for _ in range(2))
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(a.data, b.data)
    assert isinstance(one.parameters()[0], Tensor)


class Scale(nn.Configurable):
    """A layer of one's own."""

    def __init__(self, by: float) -> None:
        self.by = by

    def __call__(self, x: Any) -> Any:
        """Scale."""
        return self.by * x


def test_classes_of_ones_own_are_made_by_name() -> None:
    config = nn.Sequential(nn.ReLU(), Scale(2.0)).config()
    assert repr(nn.from_config(config, classes=[Scale])) == "Sequential(ReLU(), Scale(2.0))"


def test_settings_without_a_plain_value_are_refused() -> None:
    layer = nn.Dense(2, 3, weight_initializer=lambda rng, shape: np.ones(shape))
    with pytest.raises(TypeError, match=r"Dense: weight_initializer is <function .*cannot be written down"):
        layer.config()
    with pytest.raises(TypeError, match="layer 1, <ufunc 'exp'>, cannot be written down"):
        nn.Sequential(nn.ReLU(), np.exp).config()


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ("rellu", ValueError, "nothing that is called 'rellu'. Did you mean 'ReLU'?"),
        ("binary_crossentopy", ValueError, "Did you mean 'BinaryCrossentropy'?"),
        ("Configurable", ValueError, "nothing that is called 'Configurable'"),
        ("Loss", ValueError, "nothing that is called 'Loss'"),
        (
            {"name": "Dense", "n_inputs": 2, "n_neurones": 3},
            ValueError,
            "no setting 'n_neurones'. Did you mean 'n_neurons'",
        ),
        ({"name": "Dense", "n_inputs": 2}, TypeError, r"Dense: the settings \['n_neurons'\] are missing"),
        ({"name": "Dropout", "rate": 2}, ValueError, "met 2"),
        ({"name": "Sequential", "layer": []}, ValueError, "Sequential has no setting 'layer'. Did you mean 'layers'?"),
        ({"name": "Sequential", "layers": "relu"}, TypeError, "layers is a list; met 'relu'"),
        ({"rate": 2}, TypeError, "a dict with the name of a class, or a name; met {'rate': 2}"),
        (3, TypeError, "met 3"),
        ({"name": "Sequential", "layers": [3]}, TypeError, "met 3"),
    ],
)
def test_bad_configs_are_named(config: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message.replace("?", r"\?").replace("{", r"\{") if "[" not in message else message):
        nn.from_config(config)


def test_flatten_keeps_samples() -> None:
    assert nn.Flatten()(np.ones((0, 2, 3))).shape == (0, 6)
    assert nn.Flatten()(np.ones(4)).shape == (4, 1)
    check_grads(nn.Flatten(), np.ones((2, 2, 2)))
    with pytest.raises(ValueError, match="met the shape of one number"):
        nn.Flatten()(1.0)
