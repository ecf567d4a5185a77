"""Training mode, and the layer that asks for it."""

from __future__ import annotations

import contextvars
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, check_grads, compile, value_and_grad


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_it_is_off_at_first_and_holds_for_the_block() -> None:
    assert not nn.is_training()
    with nn.training():
        assert nn.is_training()
        with nn.training(False):
            assert not nn.is_training()
        assert nn.is_training()
    with pytest.raises(KeyError), nn.training():
        raise KeyError
    assert not nn.is_training()


def test_another_thread_and_another_context_have_their_own() -> None:
    found: list[bool] = []
    with nn.training():
        thread = threading.Thread(target=lambda: found.append(nn.is_training()))
        thread.start()
        thread.join()
        contextvars.Context().run(lambda: found.append(nn.is_training()))
    assert found == [False, False]


def test_the_mode_is_a_bool() -> None:
    with pytest.raises(TypeError, match="on is True or False; met 1"), nn.training(1):  # type: ignore[arg-type]
        pass


@given(st.floats(0, 0.99), st.sampled_from([np.float64, np.float32]), st.integers(0, 5))
def test_dropout_leaves_out_or_scales_up(rate: float, dtype: Any, seed: int) -> None:
    x = seeded(9).standard_normal((7, 5)).astype(dtype)
    layer = nn.Dropout(rate, rng=seeded(seed))
    np.testing.assert_array_equal(layer(x).numpy(), x)
    with nn.training():
        found = layer(x).numpy()
    scaled = x * dtype(1 / (1 - rate))
    assert found.dtype == dtype and np.all((found == 0) | (found == scaled))
    np.testing.assert_array_equal(found, x * nn.Dropout(rate, rng=seeded(seed)).mask(x.shape, dtype) if rate else x)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_leaves_out_its_part_and_keeps_the_mean(rate: float) -> None:
    n = 100_000
    mask = nn.Dropout(rate, rng=seeded()).mask((n,))
    # Five standard deviations of a binomial count.
    assert abs(np.mean(mask == 0) - rate) < 5 * np.sqrt(rate * (1 - rate) / n)
    assert abs(mask.mean() - 1) < 5 * np.sqrt(rate / (1 - rate) / n)


def test_dropout_goes_back_through_its_mask() -> None:
    x = Tensor(np.ones((4, 5)), requires_grad=True)
    with nn.training():
        y = nn.Dropout(0.4, rng=seeded())(x)
        check_grads(lambda x: nn.Dropout(0.4, rng=seeded())(x), np.ones((4, 5)), order=2)
    y.backward(np.ones((4, 5)))
    np.testing.assert_array_equal(x.grad, y.numpy())


def test_integers_are_scaled_as_numbers() -> None:
    with nn.training():
        assert set(nn.Dropout(0.2, rng=seeded())(np.ones(50, int)).numpy()) == {0.0, 1.25}


@pytest.mark.usefixtures("each_backend")
def test_a_compiled_function_draws_anew_and_as_the_eager_one() -> None:
    x = seeded(1).standard_normal((6, 4))
    layer, twin = nn.Dropout(0.5, rng=seeded()), nn.Dropout(0.5, rng=seeded())
    compiled = compile(value_and_grad(lambda x: np.sum(layer(x) ** 2)))
    for mode in (True, True, False, True):
        with nn.training(mode):
            value, gradient = compiled(x)
            expected = twin(x).numpy()
        np.testing.assert_allclose(value, np.sum(expected**2), rtol=1e-14)
        np.testing.assert_allclose(gradient * x, 2 * expected**2, rtol=1e-14)
    assert [made.reason for made in compiled.programs] == ["first call", "training.get() went from True to False"]


def test_float32_is_kept_by_the_compiled_one() -> None:
    layer = nn.Dropout(0.5, rng=seeded())
    with nn.training():
        assert compile(lambda x: layer(x))(np.ones(3, np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Dropout(1), ValueError, "rate, the part that is left out, is from 0 to below 1; met 1"),
        (lambda: nn.Dropout(-0.1), ValueError, "met -0.1"),
        (lambda: nn.Dropout(float("nan")), ValueError, "met nan"),
        (lambda: nn.Dropout("0.1"), TypeError, "rate is a number; met '0.1'"),
        (lambda: nn.Dropout(0.1, rng=3), TypeError, "Dropout: rng is a Generator; met 3"),
    ],
)
def test_bad_settings_are_named(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.usefixtures("each_backend")
def test_a_compiled_step_with_masks_and_penalties_is_the_eager_one() -> None:
    x, y = seeded(1).standard_normal((50, 3)), seeded(2).integers(0, 2, (50, 1))

    def made() -> nn.Sequential:
        rng = seeded(5)
        return nn.Sequential(
            nn.Dense(3, 16, rng=rng, weight_regularizer=nn.L1(1e-3) + nn.L2(1e-3)), nn.GELU(),
            nn.Dropout(0.2, rng=seeded(7)), nn.Dense(16, 1, rng=rng, bias_regularizer=nn.L2(0.1)), nn.Sigmoid(),
        )  # fmt: skip

    model, twin, loss, optimizer = made(), made(), nn.BinaryCrossentropy(), nn.Adam(0.05)
    step = nn.make_step(model, lambda p, y: loss(p, y) + nn.regularization_loss(model), nn.Adam(0.05))
    parameters, state = step.init()
    for _ in range(5):
        with nn.training():
            value, _, parameters, state = step(parameters, state, (x, y))
            eager = loss(twin(x), y) + nn.regularization_loss(twin)
        eager.backward()
        optimizer.step(twin.parameters())
        np.testing.assert_allclose(value, eager.item(), rtol=1e-10)
    assert len(step.compiled.programs) == 1
