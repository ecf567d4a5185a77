"""Losses of probabilities, scores and numbers: by hand, with weights, at extremes, and what is said of bad targets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nn
from autograd import Tensor, check_grads, compile, grad, value_and_grad

EPS = np.finfo(float).eps
Y = np.array([[0.0, 1.0], [1.0, 0.25], [0.5, 1.0]])
P = np.array([[0.1, 0.7], [0.9, 0.4], [0.6, 0.2]])
Z = np.array([[-2.0, 0.5], [0.7, -3.0], [1.5, -0.25]])
CLASSES = np.array([1, 0, 1])
#: A loss, predictions and targets that fit.
CASES = [
    (nn.CategoricalCrossentropy(), P, CLASSES),
    (nn.CategoricalCrossentropy(from_logits=True), Z, CLASSES),
    (nn.BinaryCrossentropy(), P, Y),
    (nn.BinaryCrossentropy(from_logits=True), Z, Y),
    (nn.MeanSquaredError(), Z, Y),
    (nn.MeanAbsoluteError(), Z, Y),
    (nn.Huber(), Z, Y),
    (nn.Huber(delta=0.5), Z, Y),
]
every = pytest.mark.parametrize(("loss", "pred", "true"), CASES, ids=[repr(case[0]) for case in CASES])


def by_hand(loss: Any, p: float, y: float) -> float:
    match loss:
        case nn.BinaryCrossentropy(from_logits=False):
            return -(y * math.log(p) + (1 - y) * math.log(1 - p))
        case nn.BinaryCrossentropy():
            return math.log(1 + math.exp(p)) - y * p
        case nn.MeanSquaredError():
            return (p - y) ** 2
        case nn.MeanAbsoluteError():
            return abs(p - y)
        case _:
            d = abs(p - y)
            return d * d / 2 if d <= loss.delta else loss.delta * (d - loss.delta / 2)


@every
def test_samples_are_those_of_the_formula(loss: Any, pred: Any, true: Any) -> None:
    if isinstance(loss, nn.CategoricalCrossentropy):
        p = np.exp(pred) / np.exp(pred).sum(axis=1, keepdims=True) if loss.from_logits else pred
        expected = [-math.log(p[i, k]) for i, k in enumerate(true)]
    else:
        expected = [np.mean([by_hand(loss, *pair) for pair in zip(*row, strict=True)])
                    for row in zip(pred, true, strict=True)]  # fmt: skip
    found = loss.samples(pred, true)
    assert found.shape == (3,)
    np.testing.assert_allclose(found.numpy(), expected, rtol=16 * EPS)
    assert loss(pred, true).item() == pytest.approx(np.mean(expected), rel=16 * EPS)
    weights = np.array([1, 0, 3])
    assert loss(pred, true, weights).item() == pytest.approx((expected[0] + 3 * expected[2]) / 4, rel=16 * EPS)


@every
@given(factor=st.floats(1e-3, 1e3))
def test_weights_count_by_their_ratios_alone(loss: Any, pred: Any, true: Any, factor: float) -> None:
    weights = np.array([0.5, 2.0, 1.0])
    assert loss(pred, true, factor * weights).item() == pytest.approx(loss(pred, true, weights).item(), rel=16 * EPS)
    assert loss(pred, true, np.full(3, factor)).item() == pytest.approx(loss(pred, true).item(), rel=16 * EPS)
    twice = np.concatenate([pred, pred[1:2]]), np.concatenate([true, true[1:2]])
    assert loss(*twice).item() == pytest.approx(loss(pred, true, [1, 2, 1]).item(), rel=16 * EPS)


@every
def test_differentiates_to_the_second_order_with_and_without_weights(loss: Any, pred: Any, true: Any) -> None:
    check_grads(lambda x: loss(x, true), pred, order=2)
    check_grads(lambda x, w: loss(x, true, w), (pred, np.array([0.5, 2.0, 1.0])), order=2)


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_that_of_the_predictions(loss: Any, pred: Any, true: Any, dtype: Any) -> None:
    x = Tensor(pred.astype(dtype), requires_grad=True)
    for result in (loss(x, true), loss(x, true, [1, 2, 3]), loss(x, true, np.ones(3))):
        result.backward()
        assert result.dtype == x.grad.dtype == dtype and result.shape == ()
        x.grad = None


@every
@pytest.mark.usefixtures("each_backend")
def test_compiled_is_eager_and_targets_may_be_prepared(loss: Any, pred: Any, true: Any) -> None:
    weights = np.array([0.5, 2.0, 1.0])
    compiled = compile(value_and_grad(lambda x, y, w: loss(x, y, w)))
    prepared = loss.prepare(true, pred.shape)
    assert isinstance(prepared, np.ndarray)
    np.testing.assert_array_equal(loss.prepare(prepared, pred.shape), prepared)
    for y in (true, prepared):
        value, gradient = compiled(pred, y, weights)
        np.testing.assert_allclose(value, loss(pred, y, weights).item(), rtol=1e-14)
        np.testing.assert_allclose(gradient, grad(lambda x, y=y: loss(x, y, weights))(pred), rtol=1e-13, atol=1e-16)


def test_one_hot_rows_are_prepared_as_class_numbers() -> None:
    found = nn.CategoricalCrossentropy().prepare(np.eye(2)[CLASSES], (3, 2))
    np.testing.assert_array_equal(found, CLASSES)


@pytest.mark.parametrize("case", CASES[2:], ids=lambda case: repr(case[0]))
def test_one_output_may_be_a_column_or_none(case: Any) -> None:
    loss, pred, true = case
    flat = loss(pred[:, 0], true[:, 0]).item()
    for p, y in ((pred[:, :1], true[:, 0]), (pred[:, :1], true[:, :1]), (pred[:, 0], true[:, :1])):
        assert loss(p, y).item() == flat
    assert loss.samples(pred[:, :1], true[:, 0]).shape == (3,)


def test_targets_are_differentiated_too() -> None:
    check_grads(lambda p, y: nn.MeanSquaredError()(p, y), (Z, Y))
    check_grads(lambda y: nn.BinaryCrossentropy()(P, y), np.clip(Y, 0.1, 0.9))


@given(hnp.arrays(np.float64, 6, elements=st.floats(-1e4, 1e4)), hnp.arrays(np.bool_, 6))
def test_binary_scores_are_exact_in_both_tails(z: Any, y: Any) -> None:
    loss = nn.BinaryCrossentropy(from_logits=True)
    signed = np.where(y, -z, z)
    expected = np.maximum(signed, 0) + np.log1p(np.exp(-np.abs(z)))
    np.testing.assert_allclose(loss.samples(z, y).numpy(), expected, rtol=4 * EPS, atol=4 * EPS)
    small = np.exp(-np.abs(z))
    wrong = np.where(signed >= 0, 1 / (1 + small), small / (1 + small))
    found = grad(lambda z: np.sum(loss.samples(z, y)))(z)
    np.testing.assert_allclose(found, np.where(y, -wrong, wrong), rtol=0, atol=4 * EPS)


def test_probabilities_of_0_and_1_are_clipped() -> None:
    x = Tensor([[0.0], [1.0]], requires_grad=True)
    loss = nn.BinaryCrossentropy()(x, [1, 0])
    loss.backward()
    # 1 - (1 - 1e-7) is off by half a unit of 1.
    assert loss.item() == pytest.approx(-math.log(1e-7), rel=EPS / 1e-7)
    np.testing.assert_array_equal(x.grad, [[0], [0]])


def test_huber_is_smooth_where_it_turns_and_takes_no_large_squares() -> None:
    def slope(x: float) -> float:
        return float(grad(lambda x: nn.Huber(delta=2.0)(x, np.zeros(1)))(np.array([x]))[0])

    assert [slope(x) for x in (-1e200, -2.0, -1.0, 0.0, 1.0, 2.0, 1e200)] == [-2, -2, -1, 0, 1, 2, 2]
    assert nn.Huber(delta=2.0)([1e200], [0.0]).item() == 2e200


def test_the_slope_of_an_absolute_error_of_0_is_0() -> None:
    np.testing.assert_array_equal(grad(lambda x: nn.MeanAbsoluteError()(x, [0.0, 0.0]))(np.array([0.0, 3.0])), [0, 0.5])


NAN = float("nan")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.MeanSquaredError()(Z, Y[:2]), ValueError, r"of the predictions, \(3, 2\); met shape \(2, 2"),
        (lambda: nn.MeanSquaredError()(Z, Y[:, 0]), ValueError, r"met shape \(3,\)"),
        (lambda: nn.Huber()(Z, Y.astype(str)), TypeError, "Targets are real numbers; met dtype <U32"),
        (lambda: nn.Huber()(Z, Y * 1j), TypeError, "met dtype complex128"),
        (lambda: nn.MeanAbsoluteError()(Z, np.where(Y == 0.25, NAN, Y)), ValueError,
         r"Targets are finite; met nan at sample 1, output \[1\] \(1 of 6 are wrong\)"),
        (lambda: nn.MeanAbsoluteError()([[1.0]], [[np.inf]]), ValueError, r"met inf at sample 0 \("),
        (lambda: nn.BinaryCrossentropy()(P, Y + 1), ValueError, "Targets are from 0 to 1; met 2.0 at sample 0"),
        (lambda: nn.BinaryCrossentropy(True)(P, -Y), ValueError, r"Targets are from 0 to 1; met -1.0"),
        (lambda: nn.BinaryCrossentropy()(P, Y * NAN), ValueError, r"Targets are finite; met nan at sample 0"),
        (lambda: nn.MeanSquaredError()(np.ones((0, 2)), np.ones((0, 2))), ValueError, "at least one of each"),
        (lambda: nn.MeanSquaredError()(1.0, 1.0), ValueError, r"met shape \(\)"),
        (lambda: nn.CategoricalCrossentropy()(P, CLASSES * NAN), TypeError, "Class numbers are integers; met"),
        (lambda: nn.CategoricalCrossentropy().prepare([0, 2], (2, 2)), ValueError, "are 0 to 1; met 2 at sample 1"),
        (lambda: nn.MeanSquaredError().prepare([NAN], (1, 1)), ValueError, "Targets are finite"),
        (lambda: nn.MeanSquaredError()(Z, Y, [1, 2]), ValueError, r"3 samples, and sample weights of shape \(2,\)"),
        (lambda: nn.MeanSquaredError()(Z, Y, [1, -2, 0]), ValueError, "finite and at least 0; met -2 at sample 1"),
        (lambda: nn.MeanSquaredError()(Z, Y, [1, NAN, 0]), ValueError, "at least 0; met nan at sample 1"),
        (lambda: nn.MeanSquaredError()(Z, Y, [0, 0, 0]), ValueError, "all are 0"),
        (lambda: nn.MeanSquaredError()(Z, Y, ["a", "b", "c"]), TypeError, "Sample weights are real numbers; met"),
        (lambda: nn.Huber(0), ValueError, "delta is above 0 and finite; met 0"),
        (lambda: nn.BinaryCrossentropy(1), TypeError, "from_logits is True or False; met 1"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_bad_input_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
