"""`nn.compare` of every layer, loss and regulariser; its notes, its picture, and the formula beside the source."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn import analytic

EPS64 = np.finfo(np.float64).eps
#: Sums of a hundred float64 products, compared with the largest of them.
AGREES = 1e-12


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def network(*between: Any, last: Any = (), dtype: Any = np.float64, **settings: Any) -> nn.Sequential:
    he: Any = {"weight_initializer": "he_normal", "rng": rng(), "dtype": dtype}
    return nn.Sequential(nn.Dense(4, 6, **he, **settings), *between, nn.Dense(6, 3, **he), *last)


X = rng().standard_normal((12, 4))
CLASSES = rng().integers(0, 3, 12)
NUMBERS = rng().standard_normal((12, 3))
BINARY = rng().integers(0, 2, (12, 3))
LOSSES = [
    (nn.CategoricalCrossentropy(from_logits=True), CLASSES, ()),
    (nn.CategoricalCrossentropy(), CLASSES, (nn.Softmax(),)),
    (nn.BinaryCrossentropy(from_logits=True), BINARY, ()), (nn.BinaryCrossentropy(), BINARY, (nn.Sigmoid(),)),
    (nn.MeanSquaredError(), NUMBERS, ()), (nn.MeanSquaredError(), NUMBERS, (nn.LogSoftmax(),)),
    (nn.Huber(), NUMBERS, ()), (nn.Huber(delta=0.1), NUMBERS, (nn.Linear(),)),
]  # fmt: skip
BETWEEN = [
    nn.Linear(), nn.ReLU(), nn.LeakyReLU(0.2), nn.Sigmoid(), nn.Tanh(), nn.Softmax(), nn.LogSoftmax(), nn.GELU(),
    nn.GELU(approximate=True), nn.Flatten(), nn.Dropout(0.4, rng=rng()), nn.Dropout(0.0),
    nn.Sequential(nn.Tanh(), nn.Sequential(nn.Dropout(0.2, rng=rng()))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "y", "last"), LOSSES, ids=lambda part: repr(part) if isinstance(part, nn.Loss) else ""
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_loss(loss: Any, y: Any, last: Any, dtype: Any) -> None:
    model = network(nn.Tanh(), last=last, dtype=dtype)
    table = nn.compare(model, X.astype(dtype), y, loss)
    assert table.relative < AGREES * np.finfo(dtype).eps / EPS64 and len(table.rows) == 4 and table.notes == ()


@pytest.mark.parametrize("layer", BETWEEN, ids=repr)
def test_every_layer(layer: Any) -> None:
    assert nn.compare(network(layer), X, NUMBERS, nn.MeanSquaredError()).relative < AGREES


def test_pictures_are_flattened() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Dense(6, 3, rng=rng()))
    assert nn.compare(model, rng().standard_normal((12, 2, 3)), CLASSES).relative < AGREES


def test_regularisers_are_added_on_both_sides() -> None:
    plain = network(nn.ReLU(), bias_initializer=lambda rng, shape: rng.standard_normal(shape))
    priced = network(
        nn.ReLU(), bias_initializer=lambda rng, shape: rng.standard_normal(shape),
        weight_regularizer=nn.L1(0.3) + nn.L2(0.2), bias_regularizer=nn.L2(0.1),
    )  # fmt: skip
    without, found = (nn.compare(model, X, NUMBERS, nn.MeanSquaredError()) for model in (plain, priced))
    assert found.relative < AGREES and found.notes == ()
    weights, biases = priced[0].weights.data, priced[0].biases.data
    for side in ("tape", "formula"):
        added = [getattr(a, side) - getattr(b, side) for a, b in zip(found.rows, without.rows, strict=True)]
        np.testing.assert_allclose(added[0], 0.3 * np.sign(weights) + 0.4 * weights, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(added[1], 0.2 * biases, rtol=1e-12, atol=1e-14)
        assert not added[2].any()


def test_a_layer_that_stands_twice_pays_once() -> None:
    middle = nn.Dense(6, 6, rng=rng(), weight_initializer="he_normal", weight_regularizer=nn.L2(0.5))
    model = network(middle, nn.Tanh(), middle)
    assert nn.compare(model, X, NUMBERS, nn.MeanSquaredError()).relative < AGREES


def test_masks_are_the_same_and_generators_are_left_where_they_were() -> None:
    shared = rng()
    model = network(nn.Dropout(0.5, rng=shared), nn.Tanh(), nn.Dropout(0.3, rng=shared), nn.Dropout(0.1, rng=rng()))
    before = shared.bit_generator.state
    table = nn.compare(model, X, NUMBERS, nn.MeanSquaredError())
    assert table.relative < AGREES and shared.bit_generator.state == before and not nn.is_training()
    with nn.training():
        loss = nn.MeanSquaredError()(model(X), NUMBERS)
    loss.backward()
    np.testing.assert_allclose(table.rows[0].tape, model[0].weights.grad, rtol=1e-12)


def test_masks_of_float32_are_the_same() -> None:
    draw = rng()
    model = nn.Sequential(nn.Dense(4, 6, rng=draw, dtype=np.float32), nn.Dropout(0.5, rng=draw),
                          nn.Dense(6, 3, rng=draw, dtype=np.float32))  # fmt: skip
    assert nn.compare(model, X.astype(np.float32), CLASSES).relative < 1e-3


@pytest.mark.parametrize(
    "name",
    ["dense", "dropout", "gelu", "sigmoid", "binary_crossentropy", "l1", "l2"],
)
def test_a_wrong_formula_shows(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    right = getattr(analytic, name)

    def wrong(*args: Any) -> Any:
        result = right(*args)
        return tuple(1.001 * part for part in result) if isinstance(result, tuple) else 1.001 * result

    monkeypatch.setattr(analytic, name, wrong)
    model = network(
        nn.Dropout(0.2, rng=rng()), nn.GELU(), last=[nn.Sigmoid()], weight_regularizer=nn.L1(1.0) + nn.L2(1.0)
    )
    assert nn.compare(model, X, BINARY, nn.BinaryCrossentropy()).relative > 1e-4


def test_a_model_with_layers_and_a_loss_is_taken() -> None:
    class Model:
        layers = network(nn.Tanh()).layers
        loss = nn.MeanSquaredError()

    table = nn.compare(Model(), X, NUMBERS)
    assert table.relative < AGREES and table.rows[0].parameter == "layers.0.weights"


def far(scale: float, *last: Any) -> nn.Sequential:
    model = network(last=last)
    model[1].weights.data = scale * model[1].weights.data
    return model


@pytest.mark.filterwarnings("ignore:divide by", "ignore:invalid value", "ignore:overflow")
@pytest.mark.parametrize(
    ("number", "call"),
    [
        (1, lambda: nn.compare(far(60.0, nn.Softmax()), X, CLASSES)),
        (2, lambda: nn.compare(far(1e3, nn.Softmax()), X, CLASSES)),
        (3, lambda: nn.compare(far(20.0, nn.Sigmoid()), X, BINARY, nn.BinaryCrossentropy())),
        (4, lambda: nn.compare(network(bias_regularizer=nn.L1(0.1)), X, CLASSES)),
        (5, lambda: nn.compare(network(), X, NUMBERS, nn.MeanAbsoluteError())),
    ],
)
def test_where_the_book_parts_from_the_derivative_a_note_says_so(number: int, call: Any) -> None:
    table = call()
    assert not table.relative < AGREES
    assert any(note.endswith(f"({number}).") for note in table.notes)
    assert str(table).splitlines()[-1] == f"note: {table.notes[-1]}"


def test_the_absolute_error_is_the_negative_and_nothing_else() -> None:
    for row in nn.compare(network(nn.Tanh()), X, NUMBERS, nn.MeanAbsoluteError()).rows:
        np.testing.assert_allclose(row.tape, -row.formula, rtol=1e-10, atol=1e-15)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    table = nn.compare(network(nn.Tanh()), X, CLASSES)
    for name in ("differences.png", "differences.svg"):
        table.draw(tmp_path / name)
    assert (tmp_path / "differences.png").read_bytes().startswith(b"\x89PNG")
    svg = (tmp_path / "differences.svg").read_text()
    assert "<svg" in svg and len(list(tmp_path.iterdir())) == 2


def test_the_picture_tells_equal_from_rounding_and_nan() -> None:
    from nn.comparison import Difference
    from nn.heatmap import _exponents

    formula = np.array([[1.0, -2.0, 0.0, 4.0]])
    row = Difference("w", (1, 4), 0.0, 0.0, formula + np.array([[0, 4e-10, 4, np.nan]]), formula)
    np.testing.assert_allclose(_exponents(row), [[-18, -10, 0, np.nan]], atol=1e-6)


def test_drawing_without_matplotlib_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = nn.compare(network(), X, CLASSES)
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'gradtape\[draw\]'"):
        table.draw(tmp_path / "x.png")


def test_the_formula_stands_beside_the_source_of_each_kind_of_layer(capsys: pytest.CaptureFixture[str]) -> None:
    model = network(nn.ReLU(), nn.Dense(6, 6, rng=rng()), nn.Dropout(0.5, rng=rng()), weight_regularizer=nn.L2(0.1))
    table = nn.compare(model, X, CLASSES, source=True)
    assert capsys.readouterr().out == f"{table}\n" and table.sources in str(table)
    blocks = [block.splitlines() for block in table.sources.strip("\n").split("\n\n")]
    assert [block[0] for block in blocks] == [
        "softmax_cross_entropy", "Dense(6, 3, weight_initializer='he_normal')", "Dropout(0.5)", "ReLU()", "L2(0.1)",
    ]  # fmt: skip
    assert "dX = D Wᵀ, dW = Xᵀ D" in blocks[1][1] and "dz = (P - y) / n" in "\n".join(blocks[0])
    columns = [line for line in blocks[1] if "|" in line]
    pairs = [[cell.strip() for cell in line.split("|")] for line in columns]
    assert pairs[0] == ["nn.analytic.dense", "derived from the tape"]
    assert pairs[1] == ["def dense(dvalues, inputs, weights):", "def backward(dvalues, inputs, weights, biases):"]
    assert "d_inputs = dvalues @ weights.T" in [pair[1] for pair in pairs]
    assert len({line.index("|") for line in columns}) == 1
    assert ["return dvalues * mask", "d_inputs = dvalues * mask"] in [
        [cell.strip() for cell in line.split("|")] for line in blocks[2][2:]
    ]
    assert nn.compare(model, X, CLASSES).sources == ""


@pytest.mark.parametrize("layer", BETWEEN[:-2], ids=repr)
@pytest.mark.parametrize("case", LOSSES[::2], ids=lambda case: repr(case[0]))
def test_every_layer_and_loss_has_a_source(layer: Any, case: Any) -> None:
    loss, y, last = case
    text = nn.compare(network(layer, last=last), X, y, loss, source=True).sources
    assert repr(layer) in text and repr(loss) in text and text.count("def backward(") >= 3
    assert isinstance(layer(Tensor(X)), Tensor)
