"""What ufuncs reduce, with every keyword, and between indices: against differences and against NumPy's definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp

RNG = np.random.default_rng(0)
X = RNG.permutation(np.linspace(0.5, 1.5, 24)).reshape(2, 3, 4)
KEEP = RNG.random((3, 4)) < 0.6
ANY_AXES = [np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2, np.hypot]
ONE_AXIS = [np.subtract, np.divide, np.float_power]

every_ufunc = pytest.mark.parametrize("ufunc", ANY_AXES + ONE_AXIS, ids=lambda ufunc: ufunc.__name__)


def holds(ufunc: Any, x: Any, **options: Any) -> None:
    """Assert the value, and the derivatives to second order."""
    tracked = ufunc.reduce(Tensor(x, requires_grad=True), **options)
    np.testing.assert_array_equal(tracked.data, np.asarray(ufunc.reduce(x, **options)), strict=True)
    check_grads(lambda x: ufunc.reduce(x, **options), x)


@every_ufunc
@pytest.mark.parametrize("options", [
    {}, {"axis": 1}, {"axis": -1, "keepdims": True}, {"axis": 2, "dtype": np.float64}, {"axis": (1,)},
    {"axis": 1, "initial": 0.9}, {"axis": -1, "initial": 0.9, "where": KEEP, "keepdims": True},
    {"axis": 0, "initial": 0.9, "where": KEEP},
], ids=str)  # fmt: skip
def test_reduce_along_one_axis(ufunc: Any, options: Any) -> None:
    holds(ufunc, X, **options)


@pytest.mark.parametrize("ufunc", ANY_AXES, ids=lambda ufunc: ufunc.__name__)
@pytest.mark.parametrize("options", [
    {"axis": None}, {"axis": (0, -1)}, {"axis": ()}, {"axis": (0, 2), "initial": 0.9, "where": KEEP, "keepdims": True},
    {"axis": None, "initial": 0.9}, {"axis": (1, 2), "initial": None},
], ids=str)  # fmt: skip
def test_reduce_along_several_axes(ufunc: Any, options: Any) -> None:
    holds(ufunc, X, **options)


@every_ufunc
def test_reduce_of_very_little(ufunc: Any) -> None:
    holds(ufunc, np.array([1.25]))
    holds(ufunc, np.array(1.25), axis=None)
    holds(ufunc, np.array([[1.25, 0.75]]), axis=0, keepdims=True)
    x = Tensor(np.ones((0, 2)), requires_grad=True)
    ufunc.reduce(x, axis=0, initial=2.0).backward(np.ones(2))
    assert x.grad.shape == (0, 2)


@every_ufunc
def test_the_initial_value_is_none_of_float32s_business(ufunc: Any) -> None:
    x = Tensor(X.astype(np.float32), requires_grad=True)
    out = ufunc.reduce(x, axis=1, initial=np.float64(0.9))
    assert out.dtype == (np.float64 if ufunc is np.float_power else np.float32)
    out.backward(np.ones(out.shape, out.dtype))
    assert x.grad.dtype == np.float32 and np.any(x.grad != 0)


@every_ufunc
@pytest.mark.parametrize("indices", [[0], [0, 1, 2], [0, 2], [1, 2], [2, 0, 1], [1, 1, 0, 2, 2]], ids=str)
@pytest.mark.parametrize("axis", [1, -2])
def test_reduceat(ufunc: Any, axis: int, indices: Any) -> None:
    """Each segment is reduced by itself; where an index is not less than the next, it names one element."""

    def by_definition(x: Any) -> Any:
        stops = [*indices[1:], 3]
        parts = [x[:, i : max(j, i + 1)] for i, j in zip(indices, stops, strict=True)]
        return np.stack([ufunc.reduce(part, axis=1) for part in parts], axis=1)

    index = np.array(indices, int)
    out, pullback = vjp(lambda x: ufunc.reduceat(x, index, axis=axis), X)
    np.testing.assert_array_equal(out, ufunc.reduceat(X, index, axis=axis), strict=True)
    g, t = RNG.standard_normal(out.shape), RNG.standard_normal(X.shape)
    pushed = jvp(lambda x: ufunc.reduceat(x, index, axis=axis), (X,), (t,))[1]
    np.testing.assert_allclose(pullback(g)[0], vjp(by_definition, X)[1](g)[0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(pushed, jvp(by_definition, (X,), (t,))[1], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("ufunc", ANY_AXES, ids=lambda ufunc: ufunc.__name__)
def test_no_segments(ufunc: Any) -> None:
    out, pullback = vjp(lambda x: ufunc.reduceat(x, np.array([], int), axis=1), X)
    assert out.shape == (2, 0, 4)
    np.testing.assert_array_equal(pullback(out)[0], np.zeros_like(X))


@every_ufunc
def test_reduceat_at_second_order(ufunc: Any) -> None:
    check_grads(lambda x: ufunc.reduceat(x * x, [0, 3, 4, 2], axis=0, dtype=np.float64), X.reshape(6, 4))


@pytest.mark.parametrize("zeros", [(), (2,), (2, 3), (0, 9, 11)])
def test_products_of_segments(zeros: Any) -> None:
    """∂/∂x[j] is the product of the others of its segment."""
    x, begins = np.linspace(0.5, 2, 12), [0, 1, 2, 7]
    x[list(zeros)] = 0
    expected = []
    for i, j in zip(begins, [1, 2, 7, 12], strict=True):
        expected += [np.prod(np.delete(x[i:j], k)) for k in range(j - i)]
    found = grad(lambda x: np.sum(np.multiply.reduceat(x, begins)))(x)
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=0)


def test_many_segments() -> None:
    """As many as elements: nothing is done for each by itself, or this would take its time."""
    x = RNG.standard_normal(200_000)
    begins = np.flatnonzero(RNG.random(x.size) < 0.5)
    g = RNG.standard_normal(begins.size)
    sizes = np.diff(begins, append=x.size)
    found = vjp(lambda x: np.maximum.reduceat(x, begins), x)[1](g)[0]
    largest = np.repeat(np.maximum.reduceat(x, begins), sizes)
    np.testing.assert_array_equal(found[begins[0] :], np.where(x[begins[0] :] == largest, np.repeat(g, sizes), 0))
    found = vjp(lambda x: np.logaddexp.reduceat(x, begins), x)[1](g)[0]
    np.testing.assert_allclose(np.add.reduceat(found, begins), g, rtol=1e-12)


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.maximum, np.subtract, np.divide])
def test_complex_numbers(ufunc: Any) -> None:
    z = X[0] + 1j * X[1]
    check_grads(lambda z: ufunc.reduce(z, axis=1, initial=0.5), z)
    check_grads(lambda z: ufunc.accumulate(z, axis=1), z)
    check_grads(lambda z: ufunc.reduceat(z, [0, 2, 1], axis=1), z)


@pytest.mark.parametrize(
    ("fun", "error"),
    [
        (lambda x: np.subtract.reduce(x, axis=(0, 1)), ValueError),
        (lambda x: np.maximum.reduce(x, where=KEEP), ValueError),
        (lambda x: np.hypot.reduce(x, axis=3), ValueError),
        (lambda x: np.add.reduceat(x, [0, 5]), IndexError),
        (lambda x: np.add.reduceat(x, [-1]), IndexError),
        (lambda x: np.fmax.reduce(x[:0]), ValueError),
        (lambda x: np.logaddexp.reduce(x * 1j), TypeError),
    ],
)
def test_errors_are_numpys(fun: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        fun(X)
    with pytest.raises(error):
        fun(Tensor(X, requires_grad=True))
