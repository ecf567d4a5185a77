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
        (lambda: nn.RegressionAccuracy(0), ValueError, "precision is above 0 and finite; met 0"),
        (lambda: nn.RegressionAccuracy()([1.0], [1.0]), ValueError, "all targets are equal"),
        (lambda: nn.RegressionAccuracy().sums([1.0], [1.0]), ValueError, r"take metric.prepare\(y\)"),
        (lambda: nn.Accuracy(1), TypeError, "from_logits is True or False; met 1"),  # type: ignore[arg-type]
        (lambda: nn.Accuracy(binary=1), TypeError, "binary is True, False or None"),  # type: ignore[arg-type]
        (lambda: nn.from_config("acuracy"), ValueError, "Did you mean 'Accuracy'"),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
