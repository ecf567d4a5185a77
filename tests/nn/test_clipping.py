"""Gradient clipping: by value and by the norm over all gradients together, as PyTorch's, at every size of number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor


def torchs_norm_clip(gradients, most):
    """Do what torch.nn.utils.clip_grad_norm_ documents."""
    total = float(np.linalg.norm([np.linalg.norm(g.ravel()) for g in gradients]))
    return [g * min(1.0, most / (total + 1e-6)) for g in gradients]


@given(
    st.lists(st.lists(st.floats(-1e3, 1e3), max_size=5), min_size=1, max_size=4),
    st.floats(1e-3, 1e4),
    st.sampled_from([np.float64, np.float32]),
)
def test_clipping_by_norm_is_pytorchs(lists, most, dtype):
    gradients = [np.array(values, dtype) for values in lists]
    copies = [g.copy() for g in gradients]
    found = nn.SGD(clip_norm=most).clip(gradients)
    # A dozen roundings; squares that are subnormal are lost in the formula that is compared with.
    tolerance = 12 * np.finfo(dtype).eps
    for mine, g, copy, other in zip(found, gradients, copies, torchs_norm_clip(gradients, most), strict=True):
        assert mine.dtype == dtype and mine.shape == g.shape
        np.testing.assert_allclose(mine, other, rtol=tolerance, atol=np.finfo(dtype).tiny)
        np.testing.assert_array_equal(g, copy)


@given(st.lists(st.floats(), max_size=5), st.floats(1e-3, 1e4), st.sampled_from([np.float64, np.float32]))
def test_clipping_by_value_is_numpys_clip(values, most, dtype):
    with np.errstate(over="ignore"):
        gradient = np.array(values).astype(dtype)
    (found,) = nn.SGD(clip_value=most).clip([gradient])
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, np.clip(gradient, dtype(-most), dtype(most)))


def test_below_the_limit_nothing_changes_a_bit():
    gradient = np.random.default_rng(0).standard_normal(100)
    for optimizer in (nn.SGD(clip_norm=1e3), nn.SGD(clip_value=1e3), nn.SGD()):
        np.testing.assert_array_equal(optimizer.clip([gradient])[0], gradient)


def test_without_clipping_nothing_is_computed():
    gradients = [np.ones(3)]
    assert nn.Adam().clip(gradients) is gradients


def test_value_comes_before_norm():
    (found,) = nn.SGD(clip_value=3.0, clip_norm=1.0).clip([np.array([100.0, 4.0, 0.0])])
    np.testing.assert_allclose(found, [0.5**0.5, 0.5**0.5, 0.0], rtol=1e-6)


@pytest.mark.parametrize(("dtype", "size"), [(np.float64, 1e200), (np.float32, 1e30), (np.float32, 3e38)])
def test_gradients_whose_squares_overflow_are_scaled_down(dtype, size):
    found = nn.SGD(clip_norm=1.0).clip([np.array([size, 0.0], dtype), np.array([[-size]], dtype)])
    np.testing.assert_allclose(np.concatenate(found, axis=None), [0.5**0.5, 0.0, -(0.5**0.5)], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_gradients_of_nothing_stay(dtype):
    tiny = np.finfo(dtype).smallest_subnormal
    gradients = [np.zeros((2, 2), dtype), np.zeros(0, dtype), np.array(tiny, dtype), np.array([tiny], dtype)]
    for mine, gradient in zip(nn.SGD(clip_norm=1.0).clip(gradients), gradients, strict=True):
        assert mine.dtype == dtype and mine.shape == gradient.shape
        np.testing.assert_array_equal(mine, gradient)


def test_a_nan_makes_all_nan_and_an_infinity_does_as_pytorchs():
    with np.errstate(invalid="ignore"):
        for others in ([1.0, 2.0], [np.inf, 0.0]):
            found = nn.SGD(clip_norm=1.0).clip([np.array([np.nan]), np.array(others)])
            assert all(np.isnan(g).all() for g in found)
        found = nn.SGD(clip_norm=1.0).clip([np.array([np.inf, 1.0]), np.array([2.0])])
    np.testing.assert_array_equal(found[0], [np.nan, 0.0])
    np.testing.assert_array_equal(found[1], [0.0])


@pytest.mark.parametrize("sizes", [(3, 5), (20_000, 40_000, 1)])
def test_the_norm_of_a_step_is_over_all_parameters_of_all_types(sizes):
    """Large ones are updated block by block, and each type in an array of its own."""
    draw = np.random.default_rng(0)
    params = [Tensor(np.zeros(n, dtype), requires_grad=True) for n in sizes for dtype in (np.float64, np.float32)]
    gradients = [draw.standard_normal(param.shape).astype(param.dtype) for param in params]
    for param, gradient in zip(params, gradients, strict=True):
        param.grad = gradient
    dtypes = [param.dtype for param in params]
    nn.SGD(learning_rate=1.0, clip_norm=0.25).step(params)
    for param, expected in zip(params, torchs_norm_clip(gradients, 0.25), strict=True):
        np.testing.assert_allclose(param.data, -expected, rtol=1e-6, atol=1e-9)
    assert [param.dtype for param in params] == dtypes
    length = np.sqrt(sum(np.sum(param.data.astype(float) ** 2) for param in params))
    assert length == pytest.approx(0.25, rel=1e-5)
