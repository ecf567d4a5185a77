"""The formulas derived by hand, held against differences of the forward pass: they, too, must be right."""

import numpy as np
import pytest

from nn import analytic

#: Central differences: the error is h²/6 times a third derivative and EPS/h times a value; this h balances them.
STEP = np.finfo(float).eps ** (1 / 3)
#: Values and third derivatives here are below 100.
ATOL = 100 * STEP**2


def rng():
    return np.random.default_rng(0)


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def differences(f, x):
    """Differentiate the scalar f at each element of x."""
    result = np.empty_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += STEP
        down[i] -= STEP
        result[i] = (f(up) - f(down)) / (2 * STEP)
    return result


def test_dense():
    x, w, b, g = (rng().standard_normal(shape) for shape in ((5, 4), (4, 3), (1, 3), (5, 3)))
    found = analytic.dense(g, x, w)
    expected = (
        differences(lambda x: np.sum(g * (x @ w + b)), x),
        differences(lambda w: np.sum(g * (x @ w + b)), w),
        differences(lambda b: np.sum(g * (x @ w + b)), b),
    )
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=0, atol=ATOL)


def test_relu_away_from_0_and_at_0():
    x, g = np.array([[-2.0, -0.0], [0.0, 3.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    np.testing.assert_array_equal(analytic.relu(g, x), [[0, 0], [0, 8]])
    np.testing.assert_array_equal(g, [[5, 6], [7, 8]])


def test_softmax_jacobian():
    z = rng().standard_normal(4)
    expected = [differences(lambda z, j=j: softmax(z)[j], z) for j in range(4)]
    np.testing.assert_allclose(analytic.softmax_jacobian(softmax(z)), expected, rtol=0, atol=ATOL)


def test_softmax():
    z, g = rng().standard_normal((5, 4)), rng().standard_normal((5, 4))
    expected = differences(lambda z: np.sum(g * softmax(z)), z)
    np.testing.assert_allclose(analytic.softmax(g, softmax(z)), expected, rtol=0, atol=ATOL)


@pytest.mark.parametrize("one_hot", [False, True])
def test_losses(one_hot):
    z, labels = rng().standard_normal((5, 4)), np.array([0, 3, 1, 1, 2])
    y = np.eye(4)[labels] if one_hot else labels

    def loss(p):
        return np.mean(-np.log(p[np.arange(5), labels]))

    by_probability = analytic.categorical_crossentropy(softmax(z), y)
    np.testing.assert_allclose(by_probability, differences(loss, softmax(z)), rtol=0, atol=ATOL * 100)
    combined = analytic.softmax_categorical_crossentropy(softmax(z), y)
    np.testing.assert_allclose(combined, differences(lambda z: loss(softmax(z)), z), rtol=0, atol=ATOL)
    # One step is the two steps.
    np.testing.assert_allclose(analytic.softmax(by_probability, softmax(z)), combined, rtol=0, atol=1e-15)


def test_inputs_are_left_alone():
    g, x, w = np.ones((2, 3)), np.full((2, 4), 2.0), np.ones((4, 3))
    p = np.full((2, 3), 1 / 3)
    for array in (g, x, w, p):
        array.setflags(write=False)
    analytic.dense(g, x, w)
    analytic.relu(g, p)
    analytic.softmax(g, p)
    analytic.categorical_crossentropy(p, [0, 1])
    analytic.softmax_categorical_crossentropy(p, [0, 1])


def test_float32_stays():
    p = np.full((2, 3), 1 / 3, dtype=np.float32)
    assert analytic.categorical_crossentropy(p, [0, 1]).dtype == np.float32
    assert analytic.softmax_categorical_crossentropy(p, [0, 1]).dtype == np.float32
    assert analytic.softmax(p, p).dtype == np.float32


def test_bad_labels_are_named():
    with pytest.raises(ValueError, match="met 3 at sample 1"):
        analytic.categorical_crossentropy(np.full((2, 3), 1 / 3), [0, 3])
