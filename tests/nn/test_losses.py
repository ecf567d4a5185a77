"""Losses: values by hand, extremes, both forms of labels, and what is said of bad ones."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nn
from autograd import Tape, Tensor, check_grads
from nn import analytic

EPS = np.finfo(float).eps
PROBABILITIES = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
LABELS = np.array([0, 1, 1])


def probabilities_loss(p, y):
    return nn.CategoricalCrossentropy()(p, y)


LOSSES = [probabilities_loss, nn.softmax_cross_entropy]


def test_cross_entropy_is_the_mean_of_minus_log_of_the_true_class():
    loss = probabilities_loss(PROBABILITIES, LABELS)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(-(math.log(0.7) + math.log(0.5) + math.log(0.9)) / 3, rel=8 * EPS)


def test_softmax_cross_entropy_is_softmax_and_cross_entropy():
    scores = np.log(PROBABILITIES)
    assert nn.softmax_cross_entropy(scores, LABELS).item() == pytest.approx(
        probabilities_loss(PROBABILITIES, LABELS).item(), rel=16 * EPS
    )


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"])
def test_class_numbers_of_any_integer_type(loss, dtype):
    assert loss(PROBABILITIES, LABELS.astype(dtype)).item() == loss(PROBABILITIES, LABELS).item()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 1],
        Tensor(LABELS),
        np.repeat(LABELS, 2)[::2],
        LABELS.astype(">i4"),
        np.eye(3)[LABELS],
        np.eye(3, dtype=bool)[LABELS],
        np.eye(3, dtype=np.uint8)[LABELS].tolist(),
        Tensor(np.eye(3)[LABELS]),
    ],
)
def test_labels_in_every_form_mean_the_same(loss, labels):
    expected, x = Tensor(PROBABILITIES, requires_grad=True), Tensor(PROBABILITIES, requires_grad=True)
    first, second = loss(expected, LABELS), loss(x, labels)
    first.backward()
    second.backward()
    assert second.item() == first.item()
    np.testing.assert_array_equal(x.grad, expected.grad)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0, 1, 3], ValueError, "With 3 classes the labels are 0 to 2; met 3 at sample 2"),
        ([0, -1, 1], ValueError, "With 3 classes the labels are 0 to 2; met -1 at sample 1"),
        (np.array([0, 255, 1], dtype=np.uint8), ValueError, "met 255 at sample 1"),
        (np.array([0, -128, 1], dtype=np.int8), ValueError, "met -128 at sample 1"),
        ([0, 1], ValueError, "There are 3 predictions and 2 labels"),
        ([0.0, 1.0, 1.0], TypeError, r"Class numbers are integers; met dtype float64.*write y.astype\(int\)"),
        ([True, False, True], TypeError, "Class numbers are integers; met dtype bool"),
        (["a", "b", "c"], TypeError, "Class numbers are integers; met dtype <U1"),
        (1, ValueError, r"Labels have the shape \(3,\) for class numbers or \(3, 3\) for one-hot rows; met shape \(\)"),
        ([[0], [1], [1]], ValueError, r"met shape \(3, 1\)"),
        (np.zeros((3, 2)), ValueError, r"met shape \(3, 2\)"),
        (np.zeros((3, 3)), ValueError, r"a single 1 and zeros; met \[0.0, 0.0, 0.0\] at sample 0.*y.argmax\(axis=1\)"),
        ([[1, 0, 0], [0, 1, 1], [0, 0, 1]], ValueError, r"met \[0, 1, 1\] at sample 1"),
        ([[1, 0, 0], [0, 1, 0], [0, 2, 1]], ValueError, r"met \[0, 2, 1\] at sample 2"),
        ([[0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]], ValueError, r"met \[0.5, 0.5, 0.0\] at sample 0"),
        ([[1, 0, 0], [0, 1, 0], [0, np.nan, 1]], ValueError, r"met \[0.0, nan, 1.0\] at sample 2"),
        (np.eye(3).astype(str), TypeError, "One-hot rows are numbers; met dtype <U32"),
    ],
)
def test_bad_labels_are_named_and_nothing_changes(loss, labels, error, message):
    x = Tensor(PROBABILITIES, requires_grad=True)
    with pytest.raises(error, match=message):
        loss(x, labels)
    assert x.grad is None


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", [(3,), (0, 3), (3, 0), (2, 3, 4)])
def test_predictions_are_a_table(loss, shape):
    with pytest.raises(ValueError, match=r"Predictions have the shape \(samples, classes\)"):
        loss(np.ones(shape), np.zeros(shape[0], dtype=int))


def test_scores_of_ten_thousand_are_finite_and_exact():
    scores = Tensor([[1e4, -1e4, 0.0], [1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]], requires_grad=True)
    loss = nn.softmax_cross_entropy(scores, [0, 1, 2])
    loss.backward()
    assert loss.item() == pytest.approx((0 + 2e4 + math.log(3)) / 3, rel=4 * EPS)
    third = 1 / 3
    np.testing.assert_allclose(
        scores.grad,
        [[0, 0, 0], [third, -third, 0], [third / 3, third / 3, -2 * third / 3]],
        rtol=4 * EPS,
    )


@given(
    hnp.arrays(np.float64, (4, 3), elements=st.floats(-1e4, 1e4)), hnp.arrays(np.int64, 4, elements=st.integers(0, 2))
)
def test_gradient_is_the_combined_formula_for_any_scores(scores, labels):
    x = Tensor(scores, requires_grad=True)
    nn.softmax_cross_entropy(x, labels).backward()
    # Probabilities of at most 1, over 4 samples: the few roundings of a softmax are each at most EPS / 4.
    expected = analytic.softmax_categorical_crossentropy(nn.Softmax()(scores).numpy(), labels)
    np.testing.assert_allclose(x.grad, expected, rtol=0, atol=2 * EPS)


def test_losses_are_differentiated_to_the_second_order():
    check_grads(lambda x: nn.softmax_cross_entropy(x, LABELS), np.log(PROBABILITIES), order=2)
    check_grads(lambda p: probabilities_loss(p, LABELS), PROBABILITIES, order=2)


def test_softmax_cross_entropy_records_seven_operations():
    """It is in every training step: neither the shift by the largest score nor the labels are on the tape."""
    loss = nn.softmax_cross_entropy(Tensor(PROBABILITIES, requires_grad=True), LABELS)
    names = [entry.name for entry in Tape.of(loss).entries]
    assert names == ["subtract", "exp", "sum", "log", "getitem", "subtract", "mean"]


@pytest.mark.parametrize("loss", LOSSES)
def test_float32_stays(loss):
    x = Tensor(PROBABILITIES.astype(np.float32), requires_grad=True)
    result = loss(x, LABELS)
    result.backward()
    assert result.dtype == np.float32 and x.grad.dtype == np.float32


def test_the_clip_keeps_an_impossible_true_class_finite():
    loss = probabilities_loss([[0.0, 1.0]], [0])
    assert loss.item() == pytest.approx(-math.log(1e-7), rel=4 * EPS)


# Where the book's backward is not the derivative of its forward (docs/conventions.md).


def test_part_1_the_combined_formula_ignores_the_clip():
    """The tape gives 0 where the loss clips, the book's combined softmax and cross-entropy `(p - y) / n`."""
    scores = np.array([[20.0, 0.0], [0.0, 1.0]])
    p = nn.Softmax()(scores).numpy()
    assert p[0, 1] < 1e-7 < p[1, 0]
    x = Tensor(scores, requires_grad=True)
    probabilities_loss(nn.Softmax()(x), [1, 0]).backward()
    formula = analytic.softmax_categorical_crossentropy(p, [1, 0])
    np.testing.assert_array_equal(x.grad[0], [0, 0])
    np.testing.assert_allclose(formula[0], [0.5, -0.5], atol=1e-8)
    np.testing.assert_allclose(x.grad[1], formula[1], rtol=8 * EPS)
    # Without a clip in the forward pass, tape and formula are one.
    x.grad = None
    nn.softmax_cross_entropy(x, [1, 0]).backward()
    np.testing.assert_allclose(x.grad, formula, rtol=8 * EPS)


def test_part_2_the_standalone_formula_divides_by_unclipped_probabilities():
    """For a class with y = 0 and p = 0 the book has 0/0; the tape gives 0, and 0 too where it clips the true class."""
    p = np.array([[0.0, 1.0], [0.0, 1.0]])
    with pytest.warns(RuntimeWarning) as met:
        formula = analytic.categorical_crossentropy(p, [1, 0])
    assert sorted(str(warning.message) for warning in met) == [
        "divide by zero encountered in divide",
        "invalid value encountered in divide",
    ]
    np.testing.assert_array_equal(formula, [[np.nan, -0.5], [-np.inf, 0]])
    x = Tensor(p, requires_grad=True)
    probabilities_loss(x, [1, 0]).backward()
    np.testing.assert_array_equal(x.grad, [[0, 0], [0, 0]])
