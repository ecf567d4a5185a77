"""Activations: values by hand, derivatives of both orders, and nothing lost at extreme arguments."""

from __future__ import annotations

import builtins
import math
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

import nn
from autograd import Tensor, check_grads, compile, grad

EPS = np.finfo(float).eps
EACH = [nn.Linear(), nn.ReLU(), nn.LeakyReLU(), nn.LeakyReLU(0.3), nn.Sigmoid(), nn.Tanh(), nn.Softmax(),
        nn.LogSoftmax(), nn.GELU(), nn.GELU(approximate=True)]  # fmt: skip
every = pytest.mark.parametrize("activation", EACH, ids=repr)
SCORES = np.array([[-2.0, 0.5, 1.5], [0.25, -0.75, 3.0]])


def by_hand(activation: Any, x: float) -> float:
    match activation:
        case nn.Linear():
            return x
        case nn.ReLU():
            return max(x, 0.0)
        case nn.LeakyReLU():
            return x if x > 0 else activation.slope * x
        case nn.Sigmoid():
            return 1 / (1 + math.exp(-x))
        case nn.Tanh():
            return math.tanh(x)
        case nn.GELU(approximate=False):
            return x * (1 + math.erf(x / math.sqrt(2))) / 2
        case _:
            return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@every
def test_values_are_those_of_the_formula(activation: Any) -> None:
    if isinstance(activation, (nn.Softmax, nn.LogSoftmax)):
        p = [[math.exp(x) / sum(map(math.exp, row)) for x in row] for row in SCORES]
        expected = np.log(p) if isinstance(activation, nn.LogSoftmax) else np.array(p)
    else:
        expected = np.array([[by_hand(activation, x) for x in row] for row in SCORES])
    np.testing.assert_allclose(activation(SCORES).numpy(), expected, rtol=32 * EPS)


@every
def test_differentiates_to_the_second_order_and_at_0_where_it_is_smooth(activation: Any) -> None:
    check_grads(activation, SCORES, order=2)
    if not isinstance(activation, (nn.ReLU, nn.LeakyReLU)):
        check_grads(activation, np.array([[0.0, 1.0, 0.0]]), order=2)


@every
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_and_shape_stay(activation: Any, dtype: Any) -> None:
    x = Tensor(SCORES.astype(dtype), requires_grad=True)
    y = activation(x)
    y.backward(np.ones(y.shape, dtype))
    assert y.dtype == x.grad.dtype == dtype and y.shape == x.shape
    assert activation([[1, 2]]).shape == (1, 2) and activation(np.ones((2, 2, 3))).shape == (2, 2, 3)


@every
@pytest.mark.usefixtures("each_backend")
def test_compiled_is_eager(activation: Any) -> None:
    x = np.array([[-1e4, -1.0, 0.0, 1e-3, 2.0, 1e4]])
    weights = np.arange(1.0, 7.0)
    for fn in (activation, grad(lambda x: np.sum(weights * activation(x)))):
        expected = np.asarray(fn(x).numpy() if isinstance(fn(x), Tensor) else fn(x))
        np.testing.assert_allclose(compile(lambda x, fn=fn: fn(x))(x), expected, rtol=1e-12, atol=1e-300)


@every
@given(st.data())
def test_nothing_warns_or_is_nan_from_ten_thousand_to_the_largest_float(activation: Any, data: st.DataObject) -> None:
    x = data.draw(hnp.arrays(np.float64, (2, 3), elements=st.floats(-1e4, 1e4) | st.sampled_from([-1e300, 1e300, 0])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = activation(x).numpy()
        slope = grad(lambda x: np.sum(activation(x)))(x)
    assert not np.isnan(y).any() and np.isfinite(slope).all()


@given(hnp.arrays(np.float64, 8, elements=st.floats(-700, 700)))
def test_both_tails_of_the_sigmoid_and_its_slope_are_exact(x: Any) -> None:
    small = np.exp(-np.abs(x))
    expected = np.where(x >= 0, 1 / (1 + small), small / (1 + small))
    np.testing.assert_allclose(nn.Sigmoid()(x).numpy(), expected, rtol=4 * EPS)
    np.testing.assert_allclose(grad(lambda x: np.sum(nn.Sigmoid()(x)))(x), small / (1 + small) ** 2, rtol=16 * EPS)


@given(hnp.arrays(np.float64, 8, elements=st.floats(-37, 37)))
def test_both_tails_of_gelu_are_exact(x: Any) -> None:
    np.testing.assert_allclose(nn.GELU()(x).numpy(), x * special.ndtr(x), rtol=1e-13, atol=5e-324)
    # The slope passes through 0 near -0.75, where it is exact against the terms that cancel.
    terms = special.ndtr(x), x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    found = grad(lambda x: np.sum(nn.GELU()(x)))(x)
    assert np.all(np.abs(found - sum(terms)) <= 1e-12 * (np.abs(terms[0]) + np.abs(terms[1])) + 1e-307)


def test_the_approximation_of_gelu_is_near_and_its_tails_hold() -> None:
    x = np.linspace(-40, 40, 2001)
    found, exact = nn.GELU(approximate=True)(x).numpy(), nn.GELU()(x).numpy()
    assert 1e-5 < np.max(np.abs(found - exact)) < 5e-4
    np.testing.assert_array_equal(nn.GELU(approximate=True)([-1e4, 1e4]).numpy(), [0, 1e4])


def test_log_softmax_is_exact_where_probabilities_vanish() -> None:
    np.testing.assert_array_equal(nn.LogSoftmax()([[1e4, 0.0, -1e4]]).numpy(), [[0, -1e4, -2e4]])
    x = Tensor([[1e4, 0.0, -1e4]], requires_grad=True)
    nn.LogSoftmax()(x)[0, 1].backward()
    np.testing.assert_array_equal(x.grad, [[-1, 1, 0]])


def test_slopes_at_0() -> None:
    def slope(activation: Any) -> float:
        return float(grad(lambda x: np.sum(activation(x)))(np.zeros((1, 1)))[0, 0])

    smooth = [nn.Sigmoid(), nn.Tanh(), nn.GELU(), nn.GELU(approximate=True), nn.Linear()]
    assert [slope(each) for each in smooth] == [0.25, 1, 0.5, 0.5, 1]
    assert [slope(each) for each in (nn.ReLU(), nn.LeakyReLU(0.3))] == [0, 0.3]


def test_gelu_without_scipy_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "scipy.special")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'gradtape\[scipy\]'. GELU\(approximate=True\) does without"):
        nn.GELU()
    assert nn.GELU(approximate=True)([0.0]).numpy() == 0


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.LeakyReLU(-0.1), ValueError, "LeakyReLU: slope is from 0 to below 1; met -0.1"),
        (lambda: nn.LeakyReLU(math.nan), ValueError, "met nan"),
        (lambda: nn.GELU(1), TypeError, "approximate is True or False; met 1"),
        (lambda: nn.Softmax()(1.0), ValueError, r"Softmax\(\) takes scores of shape \(samples, classes\); met"),
        (lambda: nn.LogSoftmax()(1.0), ValueError, r"LogSoftmax\(\) takes scores of shape"),
    ],
)
def test_bad_input_is_named(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()
