"""Reductions that pass over NaN, against the plain ones on what is left when NaN is taken out."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, vjp

RNG = np.random.default_rng(0)
NAN = np.nan
PAIRS = [(np.nansum, np.sum), (np.nanprod, np.prod), (np.nanmean, np.mean), (np.nanvar, np.var), (np.nanstd, np.std),
         (np.nanmax, np.max), (np.nanmin, np.min)]  # fmt: skip
HOLES = RNG.permutation(np.linspace(-1, 2, 24)).reshape(2, 3, 4)
HOLES[RNG.random(HOLES.shape) < 0.3] = NAN
KEEP = RNG.random(HOLES.shape) < 0.7

pairs = pytest.mark.parametrize(("fun", "plain"), PAIRS, ids=lambda fun: fun.__name__)


@pairs
@pytest.mark.parametrize("complex_", [False, True])
@pytest.mark.parametrize("where", [False, True])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
def test_as_if_nan_were_not_there(fun: Any, plain: Any, axis: Any, where: bool, complex_: bool) -> None:
    x = HOLES * (1 + 0.5j) + 0.25j * KEEP if complex_ else HOLES
    extreme = fun in (np.nanmax, np.nanmin)
    options: Any = {"where": KEEP, **({"initial": 0.5} if extreme else {})} if where else {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        out, pullback = vjp(lambda x: fun(x, axis=axis, **options), x)
    g = np.asarray(RNG.standard_normal(out.shape), dtype=out.dtype)
    (found,) = pullback(g)
    counts = ~np.isnan(x) & (KEEP if where else True)
    axes = tuple(range(3)) if axis is None else tuple(a % 3 for a in (axis if isinstance(axis, tuple) else (axis,)))
    expected = np.zeros_like(x)
    for index in np.ndindex(out.shape):
        rest = iter(index)
        part = tuple(slice(None) if a in axes else next(rest) for a in range(3))
        inner = np.zeros_like(x[part])
        chosen = x[part][counts[part]]
        if chosen.size:
            begin = {"initial": 0.5} if extreme and where else {}
            inner[counts[part]] = vjp(lambda x, begin=begin: plain(x, **begin), chosen)[1](g[index])[0]
        expected[part] = inner
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    t = RNG.standard_normal(x.shape).astype(x.dtype)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        _, pushed = jvp(lambda x: fun(x, axis=axis, **options), (x,), (t,))
    np.testing.assert_allclose(np.sum(np.real(pushed * g)), np.sum(np.real(found * t)), rtol=1e-12)


@pytest.mark.parametrize("fun", [np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin])
def test_a_slice_of_nan_only(fun: Any) -> None:
    """NumPy says so and gives NaN; the gradient is 0 there, and what it is elsewhere."""
    x = Tensor([[NAN, NAN], [1.0, 3.0]], requires_grad=True)
    with pytest.warns(RuntimeWarning):
        out = fun(x, axis=1)
    np.testing.assert_array_equal(np.isnan(out.data), [True, False])
    out.backward(np.ones(2))
    np.testing.assert_array_equal(x.grad[0], [0, 0])
    np.testing.assert_allclose(x.grad[1], grad(lambda x: fun(x))(np.array([1.0, 3.0])), rtol=1e-15)


@pytest.mark.parametrize("fun", [np.nanvar, np.nanstd])
@pytest.mark.parametrize("options", [{"ddof": 1}, {"correction": 1}, {"ddof": 1, "where": np.array([True] * 3)}])
def test_too_few_are_not_nan(fun: Any, options: Any) -> None:
    x = Tensor([NAN, 2.0, NAN], requires_grad=True)
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        out = fun(x, **options)
    assert np.isnan(out.data)
    out.backward()
    np.testing.assert_array_equal(x.grad, np.zeros(3))


@pytest.mark.filterwarnings("ignore:What .* does not depend on")
@pairs
def test_second_order_beside_nan(fun: Any, plain: Any) -> None:
    x, at = np.array([NAN, 0.5, NAN, 2.0, 1.25]), [1, 3, 4]
    expected = np.zeros(5)
    expected[at] = grad(lambda y: np.sum(grad(plain)(y) ** 2))(x[at])
    np.testing.assert_allclose(grad(lambda x: np.sum(grad(fun)(x) ** 2))(x), expected, rtol=1e-12, atol=1e-14)


@pairs
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64])
def test_narrow_types(fun: Any, plain: Any, dtype: Any) -> None:
    x = np.array([NAN, 0.5, 2.0, 1.25], dtype)
    out, pullback = vjp(fun, x)
    (found,) = pullback(np.ones((), out.dtype))
    assert found.dtype == dtype
    expected = vjp(plain, x[1:].astype(np.result_type(dtype, float)))[1](1.0)[0]
    np.testing.assert_allclose(found, [0, *expected], rtol=8 * float(np.finfo(dtype).eps))


def test_counts_of_float16_are_not_lost() -> None:
    x = np.ones(70001, np.float16)
    x[0], x[1::2] = NAN, -1
    np.testing.assert_array_equal(grad(np.nanmean)(x)[1:], np.full(70000, np.float16(1 / 70000)))


def test_no_warning_of_a_derivative() -> None:
    """What NumPy has warned of once is not said again on the way back."""
    with pytest.warns(RuntimeWarning):
        _, pullback = vjp(lambda x: np.nanstd(x, axis=1), np.full((2, 2), NAN))
    np.testing.assert_array_equal(pullback(np.ones(2))[0], np.zeros((2, 2)))


@pytest.mark.parametrize("fun", [np.nanargmax, np.nanargmin])
def test_positions_are_constants(fun: Any) -> None:
    found = fun(Tensor(HOLES, requires_grad=True), axis=1)
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, fun(HOLES, axis=1))


def test_errors_are_numpys() -> None:
    x = Tensor([[NAN, NAN], [1.0, 2.0]], requires_grad=True)
    with pytest.raises(ValueError, match="All-NaN"):
        np.nanargmax(x, axis=1)
    with pytest.raises(ValueError, match="axis"):
        np.nansum(x, axis=3)
    with pytest.raises(ValueError, match="identity"):
        np.nanmax(x[:0])
    with pytest.raises(ValueError, match="identity"):
        np.nanmax(x, where=np.array([True, False]))
