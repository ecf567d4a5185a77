"""Metrics: plain numbers, the same over batches as at once, compiled or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nn
from autograd import Tensor, compile

SCORES = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
RNG = np.random.default_rng(0)
TARGETS = RNG.standard_normal((40, 2)) + 5
NEAR = TARGETS + 0.01 * RNG.standard_normal((40, 2))
#: A metric, predictions and targets that fit.
CASES: list[tuple[Any, Any, Any]] = [
    (nn.Accuracy(), RNG.random((40, 3)), RNG.integers(0, 3, 40)),
    (nn.Accuracy(), RNG.random((40, 3)), np.eye(3)[RNG.integers(0, 3, 40)]),
    (nn.Accuracy(), RNG.random((40, 1)), RNG.integers(0, 2, (40, 1))),
    (nn.Accuracy(from_logits=True), RNG.standard_normal(40), RNG.integers(0, 2, 40)),
    (nn.Accuracy(binary=True), RNG.random((40, 3)), RNG.integers(0, 2, (40, 3))),
    (nn.ConfusionMatrix(), RNG.random((40, 3)), RNG.integers(0, 3, 40)),
    (nn.ConfusionMatrix(from_logits=True), RNG.standard_normal((40, 1)), RNG.integers(0, 2, 40)),
    (nn.RegressionAccuracy(), NEAR, TARGETS),
    (nn.RegressionAccuracy(0.02), NEAR, TARGETS),
    (nn.R2(), NEAR, TARGETS),
    (nn.R2(), NEAR[:, 0], TARGETS[:, 0]),
]
every = pytest.mark.parametrize(("metric", "pred", "true"), CASES, ids=[repr(case[0]) for case in CASES])


@pytest.mark.parametrize("labels", [[0, 1, 1, 0], np.array([0, 1, 1, 0], dtype=np.uint8), np.eye(3)[[0, 1, 1, 0]]])
@pytest.mark.parametrize("scores", [SCORES, SCORES.tolist(), Tensor(SCORES), Tensor(SCORES, requires_grad=True)])
def test_accuracy_is_the_fraction_that_is_right(scores: Any, labels: Any) -> None:
    result = nn.accuracy(scores, labels)
    assert result == 0.5 and type(result) is float


def test_first_class_wins_a_tie() -> None:
    assert nn.accuracy([[1.0, 1.0]], [0]) == 1.0 and nn.accuracy([[1.0, 1.0]], [1]) == 0.0


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_a_single_output_is_class_1_above_a_half_or_above_0(shape: tuple[int, ...]) -> None:
    p, y = np.reshape([0.2, 0.5, 0.6, 0.9], shape), np.array([0, 0, 0, 1])
    assert nn.accuracy(p, y) == nn.accuracy(p, y.reshape(4, 1)) == 0.75
    assert nn.accuracy(p, y, from_logits=True) == 0.25
    np.testing.assert_array_equal(nn.confusion_matrix(p, y), [[2, 1], [0, 1]])
    np.testing.assert_array_equal(nn.confusion_matrix(p, y, from_logits=True), [[0, 3], [0, 1]])


def test_several_binary_outputs_are_counted_each() -> None:
    assert nn.Accuracy(binary=True)([[0.9, 0.1], [0.9, 0.9]], [[1, 1], [1, 1]]) == 0.75


@given(st.data())
def test_the_confusion_matrix_counts(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(1, 12)), data.draw(st.integers(2, 4))
    true, guess = (data.draw(hnp.arrays(np.int64, n, elements=st.integers(0, k - 1))) for _ in range(2))
    expected = np.zeros((k, k), int)
    for t, g in zip(true, guess, strict=True):
        expected[t, g] += 1
    found = nn.confusion_matrix(np.eye(k)[guess], true)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int64 and np.trace(found) / n == pytest.approx(nn.accuracy(np.eye(k)[guess], true))


@given(hnp.arrays(np.float64, (2, 8, 2), elements=st.floats(-1e3, 1e3)), st.floats(-1e6, 1e6))
def test_r2_is_its_formula_also_far_from_0(both: Any, shift: float) -> None:
    p, y = both + shift
    spread = np.sum((y - y.mean(axis=0)) ** 2, axis=0)
    if np.any(spread < 1):
        return
    expected = np.mean(1 - np.sum((y - p) ** 2, axis=0) / spread)
    assert nn.r2_score(p, y) == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_r2_at_its_edges() -> None:
    y = np.array([1.0, 2.0, 6.0])
    assert nn.r2_score(y, y) == 1 and nn.r2_score(np.full(3, 3.0), y) == 0 and nn.r2_score(-y, y) < 0
    for constant in (0.1, 1e9 + 0.1):
        equal = np.full(7, constant)
        assert nn.r2_score(equal, equal) == 1 and nn.r2_score(equal + 1, equal) == 0


def test_regression_accuracy_takes_its_precision_from_all_targets() -> None:
    y = np.array([[0.0], [1.0], [2.0], [3.0]])
    metric = nn.RegressionAccuracy().prepare(y)
    assert metric.precision == np.std(y) / 250
    p = y + np.array([[0.0], [0.9], [1.1], [-0.9]]) * metric.precision
    assert metric(p, y) == nn.RegressionAccuracy()(p, y) == 0.75
    # A batch is held against the precision of all.
    assert metric(p[:1], y[:1]) == 1 and metric.prepare(y[:2]) is metric


def test_regression_accuracy_of_equal_targets_asks_for_equality() -> None:
    for y in (np.array([[3.0]]), np.full((7, 1), 0.1)):
        assert nn.RegressionAccuracy()(y, y) == 1 and nn.RegressionAccuracy()(y + 1e-9, y) == 0
    metric = nn.RegressionAccuracy().prepare(np.full(7, 0.1))
    assert metric.precision == 0 and repr(nn.from_config(metric.config())) == repr(metric)


def test_r2_of_a_constant_output_beside_another() -> None:
    y = np.stack([np.linspace(-1e6, 1e6, 50), np.full(50, 0.1)], axis=1)
    assert nn.r2_score(y, y) == 1
    assert nn.r2_score(y + np.array([0, 1]), y) == 0.5
    # As in validation: equal targets, and the centre is that of others.
    metric = nn.R2().prepare(y)
    for value in (0.1, 0.3, 1e3 + 0.1):
        other = np.full((1000, 2), value)
        for sums in (metric.sums, compile(metric.sums)):
            assert metric.result(sums(other, other)) == 1
            assert metric.result(sums(other + 1, other)) == 0
    assert vars(metric) == vars(nn.R2().prepare(y))


@pytest.mark.parametrize("kind", [nn.Accuracy, nn.ConfusionMatrix])
def test_from_logits_is_as_the_loss_says(kind: Any) -> None:
    scores, y = np.array([[0.3], [-0.3], [0.8]]), [1, 0, 1]
    bound = kind().for_loss(nn.BinaryCrossentropy(from_logits=True))
    assert bound.from_logits is True and bound.binary is None and kind().from_logits is None
    np.testing.assert_array_equal(bound(scores, y), kind(from_logits=True)(scores, y))
    np.testing.assert_array_equal(kind()(scores, y), kind(from_logits=False)(scores, y))
    for said in (kind(False), kind(True)):
        assert said.for_loss(nn.BinaryCrossentropy(not said.from_logits)) is said
    assert kind(binary=True).for_loss(nn.BinaryCrossentropy()).binary is True
    # A loss that says nothing, or none at all.
    for loss in (nn.MeanSquaredError(), None):
        assert not kind().for_loss(loss).from_logits
    assert nn.R2().for_loss(nn.MeanSquaredError()).name == "r2"


@every
def test_fitting_targets_are_accepted(metric: Any, pred: Any, true: Any) -> None:
    assert metric.check(true, pred.shape) is None


@pytest.mark.parametrize(
    ("metric", "targets", "shape", "error", "message"),
    [
        (nn.Accuracy(), [[0.2, 0.8]], (1, 2), ValueError, r"^accuracy: .*single 1.*Accuracy\(binary=True\)"),
        (nn.Accuracy(), [0, 2], (2, 2), ValueError, r"^accuracy: .*0 to 1; met 2 at sample 1"),
        (nn.Accuracy(), [0.0, 1.0], (2, 2), TypeError, "^accuracy: Class numbers are integers"),
        (nn.Accuracy(), [0.0, 2.0], (2, 1), ValueError, "^accuracy: Targets are from 0 to 1; met 2.0 at sample 1"),
        (nn.Accuracy(binary=True), [[0, 2]], (1, 2), ValueError, "^accuracy: Targets are from 0 to 1"),
        (nn.ConfusionMatrix(), [0], (2, 2), ValueError, "^confusion_matrix: There are 2 predictions and 1 labels"),
        (nn.RegressionAccuracy(), [np.nan], (1, 1), ValueError, "^regression_accuracy: Targets are finite"),
        (nn.R2(), [1.0, 2.0], (2, 2), ValueError, r"^r2: Targets have the shape of the predictions, \(2, 2\)"),
        (nn.R2(), ["a"], (1,), TypeError, "^r2: Targets are real numbers"),
    ],
)
def test_targets_that_do_not_fit(metric: Any, targets: Any, shape: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        metric.check(targets, shape)


@every
@given(cut=st.integers(1, 39))
def test_sums_over_batches_are_those_of_all(metric: Any, pred: Any, true: Any, cut: int) -> None:
    prepared = metric.prepare(true)
    parts = [prepared.sums(pred[at], true[at]) for at in (slice(cut), slice(cut, None))]
    found = prepared.result([a + b for a, b in zip(*parts, strict=True)])
    np.testing.assert_allclose(found, metric(pred, true), rtol=1e-12)


@every
@pytest.mark.usefixtures("each_backend")
def test_sums_are_compiled(metric: Any, pred: Any, true: Any) -> None:
    prepared = metric.prepare(true)
    compiled = compile(lambda p, y: prepared.sums(p, y))
    for _ in range(2):
        found = compiled(pred, true)
        np.testing.assert_allclose(prepared.result(found), metric(pred, true), rtol=1e-12)
    wide = tuple(np.asarray(part).dtype for part in prepared.sums(pred.astype(np.float32), true))
    assert set(wide) == {np.dtype(np.float64)} == {part.dtype for part in found}


@every
def test_settings_make_the_same_again(metric: Any, pred: Any, true: Any) -> None:
    for made in (nn.from_config(metric.config()), eval(repr(metric), vars(nn))):
        assert repr(made) == repr(metric)
        np.testing.assert_array_equal(made(pred, true), metric(pred, true))
    assert isinstance(metric.name, str)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.accuracy(SCORES, [3, 0, 0, 0]), ValueError, "met 3 at sample 0"),
        (lambda: nn.accuracy([[0.5]], [2]), ValueError, "Targets are from 0 to 1; met 2 at sample 0"),
        (lambda: nn.accuracy(SCORES, [np.nan, 0, 0, 0]), TypeError, "Class numbers are integers"),
        (lambda: nn.accuracy([0.5, 0.5], [np.nan, 0]), ValueError, "Targets are finite; met nan at sample 0"),
        (lambda: nn.accuracy(1.0, 1), ValueError, r"met shape \(\)"),
        (lambda: nn.confusion_matrix(SCORES, [0, 1]), ValueError, "4 predictions and 2 labels"),
        (lambda: nn.r2_score([1.0, 2.0], [1.0, np.nan]), ValueError, "Targets are finite; met nan at sample 1"),
        (lambda: nn.r2_score([1.0, 2.0], [1.0, 2.0, 3.0]), ValueError, r"\(2,\); met shape \(3,\)"),
        (lambda: nn.RegressionAccuracy(-1), ValueError, "precision is at least 0 and finite; met -1"),
        (lambda: nn.RegressionAccuracy().sums([1.0], [1.0]), ValueError, r"take metric.prepare\(y\)"),
        (lambda: nn.Accuracy(1), TypeError, "from_logits is True, False or None; met 1"),  # type: ignore[arg-type]
        (lambda: nn.Accuracy(binary=1), TypeError, "binary is True, False or None"),  # type: ignore[arg-type]
        (lambda: nn.from_config("acuracy"), ValueError, "Did you mean 'Accuracy'"),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
