"""Every formula derived by hand, held against the tape; and the five places where the book's is not the derivative."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nn
from autograd import Tensor, grad, vjp
from autograd.extend import standing_in
from nn import analytic, byhand

EPS = np.finfo(float).eps
#: The roundings of a formula of some ten operations on numbers of the size of what arrives.
FEW = 32 * EPS

values = st.floats(-30, 30)
small = st.floats(-8, 8)


def tables(elements: Any = values, least: int = 1) -> Any:
    return hnp.arrays(
        np.float64, hnp.array_shapes(min_dims=2, max_dims=2, min_side=least, max_side=5), elements=elements
    )


def pulled(layer: Any, dvalues: Any, *inputs: Any) -> Any:
    """Give what the tape makes of `dvalues`."""
    return vjp(layer, *inputs)[1](dvalues)


def near(found: Any, expected: Any, scale: Any) -> None:
    assert found.shape == expected.shape and found.dtype == expected.dtype
    # The smallest floats have fewer digits.
    assert np.all(np.abs(found - expected) <= FEW * scale + np.finfo(float).tiny)


@given(data=st.data(), samples=st.integers(1, 4), wide=st.integers(1, 4), neurons=st.integers(1, 4))
def test_dense(data: st.DataObject, samples: int, wide: int, neurons: int) -> None:
    layer = nn.Dense(wide, neurons)
    shapes = (samples, neurons), (samples, wide), (wide, neurons), (1, neurons)
    d, x, w, b = (data.draw(hnp.arrays(np.float64, shape, elements=values)) for shape in shapes)

    def forward(x: Any, w: Any, b: Any) -> Any:
        with standing_in([layer.weights, layer.biases], [w, b]):
            return layer(x)

    for found, expected in zip(analytic.dense(d, x, w), pulled(forward, d, x, w, b), strict=True):
        near(found, expected, 4 * 30 * 30)


ACTIVATIONS = [
    nn.Linear(), nn.ReLU(), nn.LeakyReLU(), nn.LeakyReLU(0.4), nn.Sigmoid(), nn.Tanh(), nn.Softmax(), nn.LogSoftmax(),
    nn.GELU(), nn.GELU(approximate=True), nn.Flatten(),
]  # fmt: skip


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
@given(data=st.data())
def test_activations(activation: Any, data: st.DataObject) -> None:
    x = data.draw(tables(small | st.just(0.0)))
    d = data.draw(hnp.arrays(np.float64, x.shape, elements=values))
    way = byhand.way_of(activation)
    assert way is not None
    output, needed = way.forth(activation, x)
    near(output, activation(x).numpy(), np.maximum(1, np.abs(x)))
    found = getattr(analytic, way.formula)(d, *needed)
    # A row of softmax adds up as many as it is long; GELU's slope is the sum of terms up to 2.
    near(found, pulled(activation, d, x)[0], (1 + np.abs(x)) * np.abs(d).sum())


@given(d=tables(), rate=st.floats(0.1, 0.9), seed=st.integers(0, 9))
def test_dropout(d: Any, rate: float, seed: int) -> None:
    mask = nn.Dropout(rate, rng=np.random.default_rng(seed)).mask(d.shape)
    with nn.training():
        expected = pulled(nn.Dropout(rate, rng=np.random.default_rng(seed)), d, np.ones_like(d))[0]
    np.testing.assert_array_equal(analytic.dropout(d, mask), expected)


def test_flatten_of_pictures() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    d = np.arange(24.0).reshape(2, 12)
    np.testing.assert_array_equal(analytic.flatten(d, x), pulled(nn.Flatten(), d, x)[0])


def weighted(data: st.DataObject, samples: int) -> Any:
    weights = hnp.arrays(np.float64, samples, elements=st.floats(0.125, 8))
    return data.draw(st.none() | weights)


@given(data=st.data(), z=tables(small, least=2))
def test_losses_of_classes(data: st.DataObject, z: Any) -> None:
    samples, classes = z.shape
    y = data.draw(hnp.arrays(np.int64, samples, elements=st.integers(0, classes - 1)))
    w = weighted(data, samples)
    p = byhand.softmax(z)
    separate = grad(lambda p: nn.CategoricalCrossentropy()(p, y, w))(p)
    # Where the loss clips they part.
    clipped = np.any(p[np.arange(samples), y] > 1 - 1e-7)
    if not clipped:
        near(analytic.categorical_crossentropy(p, y, w), separate, 1 / p)
    near(
        analytic.softmax_categorical_crossentropy(p, y, w),
        grad(lambda z: nn.CategoricalCrossentropy(from_logits=True)(z, y, w))(z),
        1,
    )
    near(analytic.softmax(analytic.categorical_crossentropy(p, y, w), p),
         analytic.softmax_categorical_crossentropy(p, y, w), classes)  # fmt: skip


@given(data=st.data(), z=tables(small))
def test_losses_of_probabilities(data: st.DataObject, z: Any) -> None:
    y = data.draw(hnp.arrays(np.float64, z.shape, elements=st.floats(0, 1)))
    w = weighted(data, len(z))
    p = 1 / (1 + np.exp(-z))
    near(
        analytic.binary_crossentropy(p, y, w), grad(lambda p: nn.BinaryCrossentropy()(p, y, w))(p), 1 / p + 1 / (1 - p)
    )
    combined = analytic.sigmoid_binary_crossentropy(p, y, w)
    near(combined, grad(lambda z: nn.BinaryCrossentropy(from_logits=True)(z, y, w))(z), 1)
    near(analytic.sigmoid(analytic.binary_crossentropy(p, y, w), p), combined, 1)


@given(data=st.data(), p=tables(), delta=st.floats(0.125, 8))
def test_losses_of_numbers(data: st.DataObject, p: Any, delta: float) -> None:
    y = data.draw(hnp.arrays(np.float64, p.shape, elements=values))
    w = weighted(data, len(p))
    near(analytic.mean_squared_error(p, y, w), grad(lambda p: nn.MeanSquaredError()(p, y, w))(p), np.abs(p - y))
    huber = grad(lambda p: nn.Huber(delta=delta)(p, y, w))(p)
    near(analytic.huber(p, y, delta, w), huber, np.abs(p - y) + delta)


@given(w=tables(st.floats(-30, 30).filter(bool)), strength=st.floats(0, 4))
def test_regularisers(w: Any, strength: float) -> None:
    near(analytic.l1(w, strength), grad(nn.L1(strength))(w), strength)
    near(analytic.l2(w, strength), grad(nn.L2(strength))(w), strength * np.abs(w))
    for regularizer in (nn.L1(strength), nn.L2(strength) + nn.L1(1.0)):
        value, gradient = byhand.penalty(regularizer, w)
        assert value == pytest.approx(regularizer(w).item(), rel=1e-13)
        near(gradient, grad(regularizer)(w), (1 + strength) * (1 + np.abs(w)))


def formulas() -> list[str]:
    return [name for name, thing in vars(analytic).items() if inspect.isfunction(thing)]


def test_every_layer_loss_and_regulariser_has_its_formula() -> None:
    kinds = {name: thing for name, thing in vars(nn).items() if isinstance(thing, type)}
    activations = [kind for kind in kinds.values() if kind.__module__ == "nn.activations"]
    for kind in [nn.Dense, nn.Dropout, nn.Flatten, *activations]:
        made = {nn.Dense: lambda: nn.Dense(1, 1), nn.Dropout: lambda: nn.Dropout(0.5)}.get(kind, kind)()
        way = byhand.way_of(made)
        assert way is not None and way.formula in formulas()
    for kind in kinds.values():
        if issubclass(kind, nn.Loss) and kind is not nn.Loss:
            start = byhand.start_of(kind())
            assert start is not None and start.formula in formulas()
    assert {"l1", "l2"} <= set(formulas())


@pytest.mark.parametrize("name", formulas())
def test_the_formula_stands_in_the_docstring(name: str) -> None:
    assert "=" in (inspect.getdoc(getattr(analytic, name)) or "").partition("Parameters")[0]


def test_inputs_are_left_alone_and_float32_stays() -> None:
    d, p = np.ones((2, 3), np.float32), np.full((2, 3), 0.25, np.float32)
    y, w = np.ones((2, 3), np.float32), np.array([1.0, 2.0])
    for array in (d, p, y, w):
        array.setflags(write=False)
    found = [
        analytic.linear(d), analytic.leaky_relu(d, p, 0.1), analytic.sigmoid(d, p), analytic.tanh(d, p),
        analytic.log_softmax(d, p), analytic.gelu(d, p), analytic.approximate_gelu(d, p), analytic.dropout(d, p),
        analytic.flatten(d, p), analytic.binary_crossentropy(p, y), analytic.binary_crossentropy(p, y, w),
        analytic.sigmoid_binary_crossentropy(p, y, w), analytic.mean_squared_error(p, y, w),
        analytic.huber(p, y, 0.5, w),
        analytic.mean_absolute_error(p, y, w), analytic.softmax_categorical_crossentropy(p, [0, 1], w),
        analytic.categorical_crossentropy(p, [0, 1], w), analytic.l1(p, 0.1), analytic.l2(p, 0.1),
    ]  # fmt: skip
    assert {array.dtype for array in found} == {np.dtype(np.float32)}


# Where the book's backward is not the derivative of its forward (docs/conventions.md). The first two have their tests
# in test_losses.py.


def test_part_3_the_binary_formula_clips_in_its_denominators_only() -> None:
    """Where the loss clips, the tape gives 0; the book's formula ∓1e7."""
    p, y = np.array([[0.0], [1.0], [0.25]]), np.array([[1.0], [0.0], [1.0]])
    found = grad(lambda p: nn.BinaryCrossentropy()(p, y))(p)
    formula = analytic.binary_crossentropy(p, y)
    np.testing.assert_array_equal(found[:2], [[0], [0]])
    np.testing.assert_allclose(formula[:2], [[-1e7 / 3], [1e7 / 3]], rtol=1e-8)
    np.testing.assert_allclose(found[2], formula[2], rtol=4 * EPS)


def test_part_4_of_l1_at_0_the_book_takes_plus_1() -> None:
    """The tape gives the derivative of least norm, 0."""
    w = np.array([-1.0, -0.0, 0.0, 1.0])
    np.testing.assert_array_equal(analytic.l1(w, 0.5), [-0.5, 0.5, 0.5, 0.5])
    np.testing.assert_array_equal(grad(nn.L1(0.5))(w), [-0.5, 0, 0, 0.5])


@given(data=st.data(), p=tables())
def test_part_5_the_formula_of_the_absolute_error_has_the_opposite_sign(data: st.DataObject, p: Any) -> None:
    """The tape's is the derivative: against it the error falls."""
    y = data.draw(hnp.arrays(np.float64, p.shape, elements=values))
    w = weighted(data, len(p))
    found = grad(lambda p: nn.MeanAbsoluteError()(p, y, w))(p)
    near(found, -analytic.mean_absolute_error(p, y, w), 1)
    x = Tensor(p, requires_grad=True)
    nn.MeanAbsoluteError()(x, y).backward()
    np.testing.assert_array_equal(np.sign(x.grad), np.sign(p - y))
    assert math.isfinite(float(np.sum(found)))
