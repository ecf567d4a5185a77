"""Running results, differences and integrals beyond the generic tests: long arrays, coordinates, forms of call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp
from autograd.ops.recurrence import recurrence

RNG = np.random.default_rng(0)
LONG = RNG.permutation(np.geomspace(0.5, 2, 3001))


def transposed(fun: Any, x: Any) -> None:
    """Assert that both modes are each other's transpose."""
    out, pullback = vjp(fun, x)
    g, t = RNG.standard_normal(out.shape), RNG.standard_normal(x.shape)
    pushed = jvp(fun, (x,), (t,))[1]
    size = np.sum(np.abs(g * pushed))
    assert size > 0
    np.testing.assert_allclose(np.sum(pullback(g)[0] * t), np.sum(g * pushed), atol=1e-12 * size)


@pytest.mark.parametrize("zeros", [(), (7,), (0, 9), (3, 4, 11)])
@pytest.mark.parametrize("shape", [(12,), (4, 12), (2, 12, 3)])
def test_cumprod_is_exact_with_any_number_of_zeros(shape: Any, zeros: Any) -> None:
    """∂ans[k]/∂x[j] is the product of all up to k but j: multiplied out by hand."""
    axis = shape.index(12)
    x = RNG.permutation(np.linspace(0.5, 2, int(np.prod(shape)))).reshape(shape)
    rows = np.moveaxis(x, axis, -1)
    rows[..., list(zeros)] = 0
    g = RNG.standard_normal(shape)
    expected = np.zeros_like(rows)
    for j in range(12):
        for k in range(j, 12):
            others = np.prod(np.delete(rows[..., : k + 1], j, axis=-1), axis=-1)
            expected[..., j] += np.moveaxis(g, axis, -1)[..., k] * others
    found = np.moveaxis(vjp(lambda x: np.cumprod(x, axis=axis), x)[1](g)[0], axis, -1)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("zeros", [0, 2])
def test_long_cumprod(zeros: int) -> None:
    x = LONG.copy()
    x[1000 : 1000 + zeros] = 0
    transposed(np.cumprod, x)
    # Reverse mode again, in steps
    slope, expected = 0.0, np.zeros_like(x)
    before = np.concatenate([[1.0], np.cumprod(x)[:-1]])
    for j in reversed(range(len(x))):
        slope = 1 + (x[j + 1] * slope if j + 1 < len(x) else 0)
        expected[j] = before[j] * slope
    np.testing.assert_allclose(grad(lambda x: np.sum(np.cumprod(x)))(x), expected, rtol=1e-11)


def test_cumprod_whose_gradient_overflows_on_the_way() -> None:
    """The product of the cotangent and the result is infinite, the gradient is not."""
    x, g = np.array([1e100, 1e150, 1e-60]), np.array([0.0, 1e100, 0.0])
    np.testing.assert_allclose(vjp(np.cumprod, x)[1](g)[0], [1e250, 1e200, 0], rtol=1e-14)


@pytest.mark.parametrize("size", [1, 2, 15, 16, 17, 33, 1000])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("columns", [(), (2,), (300,)])
def test_recurrence_step_by_step(columns: Any, reverse: bool, size: int) -> None:
    a, b = RNG.uniform(-1.2, 1.2, (2, size, *columns))
    expected = np.zeros_like(b)
    last: Any = 0
    for j in reversed(range(size)) if reverse else range(size):
        last = expected[j] = a[j] * last + b[j]
    np.testing.assert_allclose(recurrence(a, b, axis=0, reverse=reverse), expected, rtol=1e-9, atol=1e-12)
    turned = recurrence(np.moveaxis(a, 0, -1), np.moveaxis(b, 0, -1), reverse=reverse)
    np.testing.assert_allclose(np.moveaxis(turned, -1, 0), expected, rtol=1e-9, atol=1e-12)


def test_recurrence_through_coefficients_whose_product_overflows() -> None:
    a, b = np.full(40, 1e200), np.zeros(40)
    b[38] = 1.0
    np.testing.assert_array_equal(recurrence(a, b)[-3:], [0, 1, 1e200])
    a[:] = np.where(np.arange(40) % 8 < 4, 1e80, 1e-80)
    b[0] = 1e-150
    np.testing.assert_allclose(recurrence(a[:36], b[:36])[[0, 3, 7, 35]], [1e-150, 1e90, 1e-230, 1e90], rtol=1e-12)
    assert np.isposinf(recurrence(np.full(40, 1e200), np.ones(40))[-1])


@pytest.mark.parametrize("ufunc", [np.maximum, np.minimum, np.fmax, np.fmin])
@pytest.mark.parametrize("kind", ["walk", "ties", "rising", "NaN"])
def test_running_extremes(ufunc: Any, kind: str) -> None:
    """Each ans[k] gives to the elements up to k that are equal to it, by definition."""
    x = {
        "walk": np.cumsum(RNG.standard_normal(60)), "ties": RNG.integers(0, 4, 60).astype(float),
        "rising": np.arange(60.0), "NaN": np.where(RNG.random(60) < 0.2, np.nan, RNG.standard_normal(60)),
    }[kind].reshape(2, 30)  # fmt: skip
    out, pullback = vjp(lambda x: ufunc.accumulate(x, axis=1), x)
    np.testing.assert_array_equal(out, ufunc.accumulate(x, axis=1))
    g, t = RNG.standard_normal((2, *x.shape))
    expected, pushed = np.zeros_like(x), np.zeros_like(x)
    for i in range(2):
        for k in range(30):
            ties = x[i, : k + 1] == out[i, k]
            if ties.any():
                expected[i, : k + 1] += g[i, k] * ties / ties.sum()
                pushed[i, k] = t[i, : k + 1][ties].mean()
    np.testing.assert_allclose(pullback(g)[0], expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(
        jvp(lambda x: ufunc.accumulate(x, axis=1), (x,), (t,))[1], pushed, rtol=1e-12, atol=1e-14
    )


def test_a_running_extreme_of_a_square_at_second_order() -> None:
    x = np.array([1.0, -3.0, 2.0, 3.5])

    def fun(x: Any) -> Any:
        return np.sum(np.maximum.accumulate(x * x) * np.array([1.0, 2, 3, 4]))

    np.testing.assert_allclose(grad(fun)(x), [2, -30, 0, 28], rtol=1e-15)
    np.testing.assert_allclose(grad(lambda x: np.sum(grad(fun)(x)))(x), [2, 10, 0, 8], rtol=1e-15)


STEPWISE = [np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power]
STEPWISE += [np.logaddexp, np.logaddexp2, np.hypot, np.arctan2]


@pytest.mark.parametrize("ufunc", STEPWISE, ids=lambda ufunc: ufunc.__name__)
def test_accumulate(ufunc: Any) -> None:
    x = RNG.permutation(np.linspace(0.5, 1.5, 24)).reshape(2, 3, 4)
    for axis in (0, 1, -1):
        np.testing.assert_array_equal(
            ufunc.accumulate(Tensor(x, requires_grad=True), axis=axis).data, ufunc.accumulate(x, axis=axis)
        )
        check_grads(lambda x, axis=axis: ufunc.accumulate(x, axis=axis), x)
    check_grads(lambda x: ufunc.accumulate(x, 1, np.float64), x[0])


@pytest.mark.parametrize("ufunc", [*STEPWISE, np.maximum, np.fmin], ids=lambda ufunc: ufunc.__name__)
def test_accumulate_in_another_type(ufunc: Any) -> None:
    x = Tensor(RNG.uniform(0.5, 1.5, 20).astype(np.float32), requires_grad=True)
    out = ufunc.accumulate(x, dtype=np.float64)
    assert out.dtype == np.float64
    out.backward(np.ones(20))
    assert x.grad.dtype == np.float32
    expected = vjp(ufunc.accumulate, x.data.astype(float))[1](np.ones(20))[0]
    np.testing.assert_allclose(x.grad, expected, rtol=1e-6, atol=1e-7)


def test_long_logaddexp_accumulate() -> None:
    """∂ans[k]/∂x[j] = exp(x[j] - ans[k])."""
    x = RNG.standard_normal(400) * 30
    g = RNG.standard_normal(400)
    out = np.logaddexp.accumulate(x)
    expected = np.sum(np.tril(g[:, None] * np.exp(np.minimum(x - out[:, None], 0))), axis=0)
    np.testing.assert_allclose(vjp(np.logaddexp.accumulate, x)[1](g)[0], expected, rtol=1e-11, atol=1e-14)
    transposed(np.logaddexp.accumulate, LONG)


@pytest.mark.parametrize("n", range(5))
@pytest.mark.parametrize("axis", [0, 1])
def test_differences_of_any_order(n: int, axis: int) -> None:
    x = RNG.standard_normal((3, 4))
    matrix = np.diff(np.eye(x.shape[axis]), n=n, axis=0)
    out, pullback = vjp(lambda x: np.diff(x, n=n, axis=axis), x)
    g = RNG.standard_normal(out.shape)
    expected = matrix.T @ g if axis == 0 else g @ matrix
    np.testing.assert_allclose(pullback(g)[0], expected, rtol=1e-13, atol=1e-13)


def test_what_is_put_beside_differences_may_be_tracked_alone() -> None:
    x = np.array([1.0, 2.0, 4.0])
    before, after = Tensor(0.5, requires_grad=True), Tensor([5.0, 7.0], requires_grad=True)
    np.diff(x, prepend=before, append=after).backward(np.array([1.0, 2, 3, 4, 5]))
    assert before.grad == -1
    np.testing.assert_array_equal(after.grad, [-1, 5])
    end = Tensor(3.0, requires_grad=True)
    np.ediff1d(x, to_end=end).backward(np.array([1.0, 2.0, 3.0]))
    assert end.grad == 3


@pytest.mark.parametrize("edge_order", [1, 2])
@pytest.mark.parametrize("axis", [0, 1])
def test_gradient_in_the_coordinates(axis: int, edge_order: Any) -> None:
    f = RNG.standard_normal((5, 4))
    x = np.array([0.0, 0.7, 1.1, 2.3, 2.9])[: f.shape[axis]]
    check_grads(lambda f, x: np.gradient(f, x, axis=axis, edge_order=edge_order), (f, x))


def test_gradient_in_all_forms() -> None:
    f = RNG.standard_normal((3, 4))
    x, y = np.array([0.0, 1.0, 2.5]), np.array([0.0, 0.5, 2.0, 2.25])
    check_grads(lambda f, x, y: np.gradient(f, x, y), (f, x, y))
    check_grads(lambda f, h, y: np.gradient(f, h, y), (f, np.array(0.5), y))
    check_grads(lambda f, y, x: np.gradient(f, y, x, axis=(1, 0)), (f, y, x))
    check_grads(lambda x: np.gradient(f, x, y, edge_order=2)[0], x)
    # At even steps NumPy takes its short way, the derivative stays that of the long one.
    even = np.arange(4.0)
    check_grads(lambda y: np.gradient(f * f, y + 0.01 * y * y, axis=1), even)
    found = grad(lambda y: np.sum(np.gradient(f, y, axis=1) * f))(even)
    near = grad(lambda y: np.sum(np.gradient(f, y, axis=1) * f))(even + 1e-9 * np.array([0, 1, -1, 0]))
    np.testing.assert_allclose(found, near, rtol=1e-7, atol=1e-7)
    assert type(np.gradient(Tensor(f, requires_grad=True))) is type(np.gradient(f))


def test_trapezoid_in_the_coordinates_alone() -> None:
    """∂/∂x[j] = (y[j-1] - y[j+1]) / 2, and the sums of two at the ends."""
    y = np.array([1.0, 4.0, 2.0, 5.0])
    found = grad(lambda x: np.trapezoid(y, x))(np.array([0.0, 1.0, 3.0, 4.0]))
    np.testing.assert_allclose(found, [-2.5, -0.5, -0.5, 3.5], rtol=1e-15)


@pytest.mark.parametrize(
    ("fun", "error"),
    [
        (lambda x: np.cumsum(x, axis=2), ValueError),
        (lambda x: np.cumulative_sum(x), ValueError),
        (lambda x: np.diff(x, n=-1), ValueError),
        (lambda x: np.diff(x[0, 0]), ValueError),
        (lambda x: np.diff(x, prepend=np.ones((1, 7))), ValueError),
        (lambda x: np.gradient(x, edge_order=3), ValueError),
        (lambda x: np.gradient(x, 1.0, 2.0, 3.0), TypeError),
        (lambda x: np.gradient(x, np.arange(9.0), axis=0), ValueError),
        (lambda x: np.gradient(x[:1], axis=0), ValueError),
        (lambda x: np.add.accumulate(x[0, 0]), TypeError),
        (lambda x: np.maximum.accumulate(x, axis=5), ValueError),
    ],
)
def test_errors_are_numpys(fun: Any, error: type[Exception]) -> None:
    x = np.ones((2, 3))
    with pytest.raises(error):
        fun(x)
    with pytest.raises(error):
        fun(Tensor(x, requires_grad=True))


@pytest.mark.parametrize("fun", [np.cumsum, np.nancumsum, np.cumulative_sum, np.add.accumulate])
def test_sums_of_float16_are_not_lost(fun: Any) -> None:
    x = np.zeros(4001, np.float16)
    found = vjp(fun, x)[1](np.ones(4001, np.float16))[0]
    np.testing.assert_array_equal(found, np.arange(4001, 0, -1).astype(np.float16), strict=True)
