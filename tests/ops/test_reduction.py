"""Reductions beyond the generic tests: forms of call, many elements, complex edges, verdicts, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp
from autograd.ops import reduction

RNG = np.random.default_rng(0)
KEEP = np.array([[True, False, True, True], [False, True, True, False], [True, True, False, True]])
ROWS = RNG.permutation(np.linspace(0.7, 1.4, 12) ** 2).reshape(3, 4)
#: More elements than it takes for ties to be written one by one
MANY = RNG.permutation(np.arange(9000.0)).reshape(90, 100)


def unit(x: Any, index: Any, value: Any = 1.0) -> Any:
    made = np.zeros_like(x)
    made[index] = value
    return made


@pytest.mark.parametrize("fun", [np.sum, np.prod, np.max, np.amax, np.min, np.amin, np.mean, np.var, np.std, np.ptp])
def test_what_is_left_out_may_be_written_out(fun: Any) -> None:
    x = Tensor(ROWS, requires_grad=True)
    fun(x, 1, keepdims=np._NoValue).backward(np.ones(3))
    by_default, x.grad = x.grad, None
    if fun in (np.sum, np.prod):
        fun(x, 1, None, None, False, np._NoValue, True).backward(np.ones(3))
    elif fun is np.mean:
        fun(x, 1, None, None, False, where=True).backward(np.ones(3))
    elif fun in (np.var, np.std):
        fun(x, 1, None, None, 0, False, where=True, mean=np._NoValue, correction=np._NoValue).backward(np.ones(3))
    elif fun is np.ptp:
        fun(x, 1, None, False).backward(np.ones(3))
    else:
        fun(x, 1, None, False, None, True).backward(np.ones(3))
    np.testing.assert_allclose(x.grad, by_default, rtol=1e-15)


@pytest.mark.parametrize("where", [KEEP, KEEP.tolist(), Tensor(KEEP)], ids=["array", "list", "Tensor"])
@pytest.mark.parametrize("fun", [np.sum, np.prod, np.mean, np.var, np.std])
def test_where_may_be_anything_boolean(fun: Any, where: Any) -> None:
    expected = grad(lambda x: fun(x, where=KEEP))(ROWS)
    assert np.all((expected != 0) == KEEP) and np.all(np.isfinite(expected))
    np.testing.assert_array_equal(grad(lambda x: fun(x, where=where))(ROWS), expected)


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("fun", [np.sum, np.prod, np.mean, np.var, np.std])
def test_a_mask_is_a_choice_of_elements(fun: Any, axis: Any) -> None:
    out, pullback = vjp(lambda x: fun(x, axis=axis, where=KEEP), ROWS)
    parts = {None: [np.s_[:]], 0: [np.s_[:, j] for j in range(4)], 1: [np.s_[j] for j in range(3)]}[axis]
    expected = np.zeros_like(ROWS)
    for part in parts:
        inner = np.zeros_like(ROWS[part])
        inner[KEEP[part]] = grad(fun)(ROWS[part][KEEP[part]])
        expected[part] = inner
    np.testing.assert_allclose(pullback(np.ones(out.shape))[0], expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("fun", "pick"), [(np.max, np.argmax), (np.min, np.argmin)])
def test_extremes_of_many(fun: Any, pick: Any) -> None:
    g = RNG.standard_normal(90)
    _, pullback = vjp(lambda x: fun(x, axis=1), MANY)
    expected = unit(MANY, (np.arange(90), pick(MANY, axis=1)), g)
    np.testing.assert_array_equal(pullback(g)[0], expected)
    t = RNG.standard_normal(MANY.shape)
    np.testing.assert_array_equal(
        jvp(lambda x: fun(x, axis=1), (MANY,), (t,))[1], np.sum(expected != 0) * 0 + t[expected != 0]
    )
    np.testing.assert_array_equal(grad(fun)(MANY), unit(MANY, np.unravel_index(pick(MANY), MANY.shape)))
    tied = MANY // 4
    np.testing.assert_array_equal(grad(fun)(tied), np.where(tied == fun(tied), 0.25, 0))
    tied = tied.astype(np.float16)
    assert grad(fun)(tied).dtype == np.float16


def test_extremes_of_many_with_nan_and_ties() -> None:
    """One row has two winners and one has none: as many as there are rows all the same."""
    x = MANY.copy()
    x[0, 0] = np.nan
    x[1, :2] = 1e6
    (found,) = vjp(lambda x: np.max(x, axis=1), x)[1](np.ones(90))
    np.testing.assert_array_equal(found[:2], [np.zeros(100), unit(x[1], slice(2), 0.5)])
    np.testing.assert_array_equal(found.sum(axis=1)[2:], np.ones(88))


def test_extremes_of_many_at_second_order() -> None:
    def weighted(x: Any) -> Any:
        return np.sum(grad(lambda x: np.max(x * x))(x) * x)

    # x d(x²)/dx at the largest, and 4x there again
    np.testing.assert_array_equal(grad(weighted)(MANY), unit(MANY, MANY == 8999, 4 * 8999.0))


def test_max_of_many_and_initial() -> None:
    x = np.minimum(MANY, 8990)
    (found, own) = vjp(lambda x, i: np.max(x, initial=i), x, 8990.0)[1](1.0)
    np.testing.assert_allclose(found, np.where(x == 8990, 1 / 11, 0), rtol=1e-15)
    np.testing.assert_allclose(own, 1 / 11, rtol=1e-15)


SEVEN = np.array([0.5, 2.0, -3.0, 1.5, 2.5, -1.0, 4.0])


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_products_of_others(zeros: int) -> None:
    x = np.array([SEVEN, SEVEN])
    x[0, :zeros] = 0
    expected = [[np.prod(np.delete(row, i)) for i in range(7)] for row in x]
    np.testing.assert_allclose(grad(lambda x: np.sum(np.prod(x, axis=1)))(x), expected, rtol=1e-14, atol=0)
    check_grads(lambda x: np.prod(x, axis=1), x)


@pytest.mark.parametrize("scale", [1e50, 1e-50], ids=["infinite", "0"])
def test_products_of_others_where_that_of_all_is_not_to_be_divided(scale: float) -> None:
    """All seven over- or underflow, six do not; with two zeros nothing matters."""
    x = np.array([SEVEN * scale, SEVEN * scale])
    x[1, :2] = 0
    with np.errstate(over="ignore", under="ignore"):
        out, pullback = vjp(lambda x: np.prod(x, axis=1), x)
    assert out[0] == (0 if scale < 1 else np.inf)
    expected = [[np.prod(np.delete(SEVEN, i) * scale) for i in range(7)], np.zeros(7)]
    np.testing.assert_allclose(pullback(np.ones(2))[0], expected, rtol=1e-14, atol=0)


def test_the_larger_of_two_complex_numbers_is_that_of_the_larger_real_part() -> None:
    z = np.array([1 + 5j, 2 - 1j, 2 - 3j])
    np.testing.assert_array_equal(vjp(np.max, z)[1](1 + 1j)[0], [0, 1 + 1j, 0])
    np.testing.assert_array_equal(vjp(np.min, z)[1](1 + 1j)[0], [1 + 1j, 0, 0])
    np.testing.assert_array_equal(vjp(lambda z: np.max(z, initial=2 - 1j), z)[1](2j)[0], [0, 1j, 0])


@pytest.mark.parametrize("where", [True, np.array([True, True, True])], ids=["plain", "where"])
def test_complex_spread_is_real(where: Any) -> None:
    """∂var/∂z = 2 conj(z - mean) / n, in the convention ∂/∂Re - i ∂/∂Im; std that by 2 std."""
    z = np.array([1 + 2j, -1j, 3 + 1j])
    off = np.conj(z - z.mean())
    np.testing.assert_allclose(grad(lambda z: np.var(z, where=where))(z), 2 * off / 3, rtol=1e-14)
    np.testing.assert_allclose(grad(lambda z: np.std(z, where=where))(z), off / 3 / np.std(z), rtol=1e-14)
    equal = np.full(3, 0.1 + 0.7j)
    np.testing.assert_array_equal(grad(lambda z: np.std(z, where=where))(equal), np.zeros(3))


def test_mean_rounds_as_numpy_does() -> None:
    for x in (
        RNG.standard_normal(7) + 1j * RNG.standard_normal(7),
        RNG.standard_normal((3, 7)).astype(np.float32),
        np.broadcast_to(np.float32(0.1), (1 << 24) + 3),
    ):
        for dtype in (x.dtype, np.result_type(x.dtype, np.complex64)) if x.size < 100 else (x.dtype,):
            same = x.astype(dtype) if x.dtype != dtype else x
            np.testing.assert_array_equal(reduction.mean.fn(same), np.mean(same))
            assert reduction.mean.fn(same).dtype == np.mean(same).dtype
    z = (RNG.standard_normal((40, 3)) + 1j).astype(np.complex64)
    np.testing.assert_array_equal(np.mean(Tensor(z), axis=0).data, np.mean(z, axis=0), strict=True)


@pytest.mark.parametrize("fun", [np.mean, lambda x: np.mean(x, where=x >= 0), np.max, lambda x: np.max(x, initial=0)])
def test_counts_of_float16_are_not_lost(fun: Any) -> None:
    x = np.ones(70000, np.float16)
    found = grad(fun)(x)
    assert found.dtype == np.float16
    np.testing.assert_array_equal(found, np.full(70000, 1 / 70000).astype(np.float16))


def test_nothing_to_average() -> None:
    x = Tensor(ROWS, requires_grad=True)
    nothing = np.zeros((3, 4), bool)
    with np.errstate(invalid="ignore"), pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        out = np.mean(x, axis=0, where=nothing)
    assert np.all(np.isnan(out.data))
    out.backward(np.ones(4))
    np.testing.assert_array_equal(x.grad, np.zeros((3, 4)))


def test_no_degrees_of_freedom_left() -> None:
    """The value is no number, and neither is the slope: it does not pass for a stationary point."""
    x = Tensor([1.0, 2.0], requires_grad=True)
    for options in ({"ddof": 2}, {"ddof": 3}, {"correction": 2}, {"ddof": 2, "where": np.array([True, True])}):
        x.grad = None
        with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="Degrees of freedom"):
            out = np.var(x, **options)
        assert not np.isfinite(out.data)
        out.backward()
        assert np.all(np.isnan(x.grad))


def test_the_mean_may_be_what_is_differentiated() -> None:
    """∂var/∂m = -2 Σ (x - m) / n."""
    m = np.array([[1.0], [0.5], [2.0]])
    found = grad(lambda m: np.sum(np.var(ROWS, axis=1, mean=m)))(m)
    np.testing.assert_allclose(found, -2 * np.sum(ROWS - m, axis=1, keepdims=True) / 4, rtol=1e-14)


def test_into_a_tensor() -> None:
    x, out = Tensor(ROWS, requires_grad=True), Tensor(np.zeros(4))
    np.sum(x, axis=0, where=KEEP, out=out)
    (out * np.arange(4.0)).sum().backward()
    np.testing.assert_array_equal(x.grad, KEEP * np.arange(4.0))


def test_integers_come_out_as_constants() -> None:
    x = Tensor(ROWS, requires_grad=True)
    assert not np.sum(x, dtype=int).requires_grad
    assert not np.sum(np.array([1, 2]), initial=3).dtype.kind == "f"


@pytest.mark.parametrize(
    ("fun", "error"),
    [
        (lambda x: np.max(x, where=KEEP), ValueError),
        (lambda x: np.sum(x, axis=2), ValueError),
        (lambda x: np.mean(x, axis=(0, 0)), ValueError),
        (lambda x: np.var(x, correction=1, ddof=1), ValueError),
        (lambda x: np.max(x[:0], axis=0), ValueError),
        (lambda x: np.sum(x, where=np.ones((2, 4), bool)), ValueError),
        (lambda x: np.sum(x, wher=KEEP), TypeError),
        (lambda x: np.ptp(x[:0]), ValueError),
    ],
)
def test_errors_are_numpys(fun: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        fun(ROWS)
    with pytest.raises(error):
        fun(Tensor(ROWS, requires_grad=True))


@pytest.mark.parametrize("fun", [np.all, np.any, np.count_nonzero, np.argmax, np.nanargmin])
def test_verdicts(fun: Any) -> None:
    found = fun(Tensor(ROWS, requires_grad=True), axis=0)
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, fun(ROWS, axis=0))
