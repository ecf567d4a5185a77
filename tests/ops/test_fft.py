"""Fourier transforms: closed forms, the bins that stand for one, forms of the call, precision, what is refused."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp

RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, 4))
Z = X + 1j * RNG.standard_normal((3, 4))


def leaf(data: Any) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


@pytest.mark.parametrize(("norm", "factor"), [(None, 4), ("backward", 4), ("ortho", 1), ("forward", 0.25)])
@pytest.mark.parametrize("x", [X, Z], ids=["real", "complex"])
def test_the_energy_of_a_spectrum_is_that_of_the_signal(norm: Any, factor: float, x: Any) -> None:
    """Parseval: Σ|fft(x)|² = n Σ|x|², and the gradient of Σ|x|² is 2 x*."""
    for transform, scale in ((np.fft.fft, factor), (np.fft.ifft, 1 / factor)):
        found = grad(lambda x, f=transform: np.sum(np.abs(f(x, norm=norm)) ** 2))(x)
        np.testing.assert_allclose(found, 2 * scale * np.conj(x), atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 4, 5])
@pytest.mark.parametrize("transform", [np.fft.irfft, np.fft.hfft])
def test_what_the_bins_that_stand_for_one_do_not_look_at(transform: Any, n: int) -> None:
    """The imaginary part of bin 0, and for an even n of bin n / 2, does not reach the signal: its derivative is 0."""
    weights = np.arange(1.0, n + 1)
    z = Z[0, : n // 2 + 1]
    found = grad(lambda z: np.sum(weights * transform(z, n)))(z)
    alone = [0, n // 2] if n % 2 == 0 else [0]
    np.testing.assert_array_equal(found.imag[alone], 0)
    tangent = jvp(lambda z: transform(z, n), (z,), (1j * np.ones_like(z),))[1]
    assert tangent.dtype == np.float64
    np.testing.assert_allclose(np.sum(weights * tangent), -np.sum(found.imag), atol=1e-13)


@pytest.mark.parametrize("n", [4, 5])
def test_a_signal_comes_back_and_its_gradient_too(n: int) -> None:
    x, w = RNG.standard_normal(n), RNG.standard_normal(n)
    for there, back in ((np.fft.rfft, np.fft.irfft), (np.fft.ihfft, np.fft.hfft)):
        found = grad(lambda x, there=there, back=back: np.sum(w * back(there(x), n)))(x)
        np.testing.assert_allclose(found, w, atol=1e-15)


def test_the_convolution_theorem() -> None:
    a, b = X[0], X[1]
    shifted = np.stack([np.roll(b[::-1], i + 1) for i in range(4)])

    def by_fft(a: Any, b: Any) -> Any:
        return np.fft.irfft(np.fft.rfft(a) * np.fft.rfft(b))

    np.testing.assert_allclose(by_fft(a, b), shifted @ a, atol=1e-14)
    _, pullback = vjp(by_fft, a, b)
    np.testing.assert_allclose(pullback(X[2])[0], shifted.T @ X[2], atol=1e-14)
    check_grads(by_fft, (a, b), order=3)


ONE = [np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft]
MANY = [np.fft.fftn, np.fft.ifftn, np.fft.rfftn, np.fft.irfftn]


@pytest.mark.parametrize("transform", ONE)
@pytest.mark.parametrize("options", [{"n": 7}, {"n": 2}, {"n": np.int64(5), "axis": 0}, {"axis": -2, "norm": "ortho"}])
def test_cropped_and_padded(transform: Any, options: Any) -> None:
    check_grads(lambda x: transform(x, **options), X)
    if transform not in (np.fft.rfft, np.fft.ihfft):
        check_grads(lambda x: transform(x, **options), Z)


def same(found: Any, expected: Any, x: Any) -> None:
    """Assert that two functions have the same value and gradient."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        (one, back), (other, forth) = vjp(found, x), vjp(expected, x)
        np.testing.assert_array_equal(one, other, strict=True)
        g = np.ones(one.shape, one.dtype)
        np.testing.assert_allclose(back(g)[0], forth(g)[0], rtol=1e-14)


@pytest.mark.parametrize("transform", MANY)
def test_forms_of_the_call_in_several_dimensions(transform: Any) -> None:
    x = RNG.standard_normal((2, 3, 4))
    same(lambda x: transform(x, (2, 5)), lambda x: transform(x, s=[2, 5], axes=[1, 2]), x)
    same(lambda x: transform(x, (-1, 3), (0, 1)), lambda x: transform(x, (2, 3), (0, 1)), x)
    same(lambda x: transform(x, np.array([3, 3]), np.array([0, -1])), lambda x: transform(x, (3, 3), (0, -1)), x)
    points = 6 if transform is np.fft.irfftn else 4
    same(lambda x: transform(x, (3, None), (0, 2)), lambda x: transform(x, (3, points), (0, 2)), x)


def test_no_axes_at_all() -> None:
    for transform in (np.fft.fftn, np.fft.ifftn):
        x = leaf(X)
        out = transform(x, axes=())
        np.testing.assert_array_equal(out.data, X, strict=True)
        out.backward(X)
        np.testing.assert_array_equal(x.grad, X, strict=True)


def test_an_axis_named_twice_is_transformed_twice() -> None:
    for axes, s in (((0, 0), None), ((1, 0, 1), None), ((0, 0), (2, 5)), ((0, 0), (5, 2))):
        for transform in MANY:
            check_grads(lambda x, f=transform, s=s, axes=axes: f(x, s, axes), X, order=1)


def test_by_keywords() -> None:
    same(lambda x: np.fft.fft(a=x, n=5, axis=0), lambda x: np.fft.fft(x, 5, 0), Z)
    same(lambda x: np.fft.rfft(x, norm="ortho", axis=0), lambda x: np.fft.rfft(x, None, 0, "ortho"), X)
    same(lambda x: np.fft.fftshift(x=x, axes=[0, -1]), lambda x: np.fft.fftshift(x), X)
    same(lambda x: np.fft.ifftshift(np.fft.fftshift(x)), lambda x: x * 1, X)


@pytest.mark.parametrize("transform", ONE)
def test_single_precision_stays(transform: Any) -> None:
    for dtype in (np.float16, np.float32, np.complex64):
        if transform in (np.fft.rfft, np.fft.ihfft) and dtype == np.complex64:
            continue
        x = leaf(X.astype(dtype))
        out = transform(x)
        assert out.dtype == transform(X.astype(dtype)).dtype
        out.backward(np.ones(out.shape, out.dtype))
        assert x.grad.dtype == dtype


def test_the_factor_of_float16_is_not_rounded() -> None:
    """NumPy computes the factor of `norm` in the dtype of what comes in, and 1 / n of 60,000 is rounded in half."""
    x = leaf(np.zeros(3, np.float16))
    np.fft.hfft(x, 60_000, norm="forward").backward(np.ones(60_000, np.float16))
    np.testing.assert_array_equal(x.grad, np.array([1, 0, 0], np.float16), strict=True)


def test_writing_the_result_into_a_tensor() -> None:
    x = leaf(Z)
    buffer = Tensor(np.zeros((3, 4), complex))
    assert np.fft.fft(x, out=buffer) is buffer
    np.sum(np.abs(buffer) ** 2).backward()
    np.testing.assert_allclose(x.grad, 8 * np.conj(Z), atol=1e-13)
    with pytest.raises(TypeError, match="plain array"):
        np.fft.fft(x, out=np.zeros((3, 4), complex))


WRONG = [
    (np.fft.fft, X, {"n": 0}), (np.fft.fft, X, {"norm": "no"}), (np.fft.fft, X, {"axis": 2}),
    (np.fft.fft, np.ones(()), {}),
    (np.fft.rfft, Z, {}), (np.fft.ihfft, Z, {}), (np.fft.irfft, np.ones(1), {}), (np.fft.fft, np.ones((2, 0)), {}),
    (np.fft.fftn, X, {"s": (1, 2), "axes": (0,)}), (np.fft.fft2, np.ones(3), {}), (np.fft.fftn, X, {"axes": (3,)}),
    (np.fft.rfftn, X, {"axes": ()}), (np.fft.fftshift, np.ones(()), {}), (np.fft.fftshift, X, {"axes": 5}),
]  # fmt: skip


@pytest.mark.parametrize(("transform", "x", "options"), WRONG)
def test_what_numpy_refuses_is_refused(transform: Any, x: Any, options: Any) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)) as expected:
        transform(x, **options)
    kinds = tuple(kind for kind in (ValueError, TypeError, IndexError) if issubclass(expected.type, kind))
    with pytest.raises(kinds):
        transform(leaf(x), **options)


def test_a_deprecated_form_warns_as_numpy_does() -> None:
    with pytest.warns(DeprecationWarning, match="axes"):
        np.fft.fftn(leaf(X), (2, 2))
