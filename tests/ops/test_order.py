"""Sorting and sets beyond the generic tests: forms of call, verdicts, arrangements of NumPy's own, errors."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, vjp

RNG = np.random.default_rng(0)
MANY = RNG.standard_normal(5000)


def weights_by_value(out: Any, g: Any, x: Any) -> Any:
    """Give each element of `x` the weight of the place in `out` at which its value stands, 0 if at none."""
    where = {value: weight for value, weight in zip(out.tolist(), g.tolist(), strict=True)}
    return np.array([where.get(value, 0.0) for value in x.ravel().tolist()]).reshape(x.shape)


@pytest.mark.parametrize("kth", [2500, -1, (10, 2500), [0, 1, 2, 3]])
def test_partition_moves_as_numpys_own_arrangement_does(kth: Any) -> None:
    """Where argpartition arranges otherwise than partition, elements are still found."""
    out, pullback = vjp(lambda x: np.partition(x, kth), MANY)
    np.testing.assert_array_equal(out, np.partition(MANY, kth))
    g = np.arange(5000.0)
    np.testing.assert_array_equal(pullback(g)[0], weights_by_value(out, g, MANY))
    t = RNG.standard_normal(5000)
    _, pushed = jvp(lambda x: np.partition(x, kth), (MANY,), (t,))
    np.testing.assert_array_equal(pushed, weights_by_value(MANY, t, out))


def test_partition_of_many_equal_numbers() -> None:
    x = RNG.integers(0, 5, 999).astype(float)
    out, pullback = vjp(lambda x: np.partition(x, 500), x)
    np.testing.assert_array_equal(out, np.partition(x, 500))
    g = RNG.standard_normal(999)
    (found,) = pullback(g)
    assert np.ptp(found[x == out[500]]) < 1e-15
    for value in range(5):
        np.testing.assert_allclose(found[x == value].sum(), g[out == value].sum(), atol=1e-12)


@pytest.mark.parametrize("complex_", [False, True])
def test_unique_values_come_in_the_order_of_a_hash_table(complex_: bool) -> None:
    x = MANY[:300].round(1) + (1j * MANY[300:600].round(0) if complex_ else 0)
    out, pullback = vjp(np.unique_values, x)
    np.testing.assert_array_equal(out, np.unique_values(x))
    g = np.arange(1.0, len(out) + 1).astype(out.dtype)
    (found,) = pullback(g)
    first = np.unique(x, return_index=True)[1]
    expected = np.zeros_like(x)
    expected[first] = weights_by_value(out, g, x)[first]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("complex_", [False, True])
def test_unique_unsorted(complex_: bool) -> None:
    if "sorted" not in inspect.signature(np.unique).parameters:
        return
    x = MANY[:200] + (1j if complex_ else 0)
    out, pullback = vjp(lambda x: np.unique(x, sorted=False), x)
    np.testing.assert_array_equal(out, np.unique(x, sorted=False))
    g = np.arange(200.0).astype(x.dtype)
    np.testing.assert_array_equal(pullback(g)[0], weights_by_value(out, g, x))


@pytest.mark.parametrize("name", ["unique_all", "unique_counts", "unique_inverse"])
def test_what_stands_beside_the_values_is_plain_and_named(name: str) -> None:
    x = np.array([3.0, 1, 3])
    expected = getattr(np, name)(x)
    found = getattr(np, name)(Tensor(x, requires_grad=True))
    assert type(found) is type(expected)
    assert found.values.requires_grad
    for ours, theirs in zip(found[1:], expected[1:], strict=True):
        assert type(ours) is np.ndarray
        np.testing.assert_array_equal(ours, theirs)


def test_unique_with_everything() -> None:
    x = np.array([[3.0, 1], [1, 3]])
    expected = np.unique(x, True, True, True)
    found = np.unique(Tensor(x, requires_grad=True), True, True, True)
    for ours, theirs in zip(found[1:], expected[1:], strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)


def test_intersect1d_with_indices() -> None:
    found = np.intersect1d(Tensor([3.0, 1], requires_grad=True), [1.0, 5, 3], return_indices=True)
    for ours, theirs in zip(found, np.intersect1d([3.0, 1], [1.0, 5, 3], return_indices=True), strict=True):
        np.testing.assert_array_equal(ours.data if isinstance(ours, Tensor) else ours, theirs)


@pytest.mark.parametrize("function", [np.union1d, np.setxor1d, np.setdiff1d, np.intersect1d])
def test_sets_of_a_tensor_and_a_list_in_either_place(function: Any) -> None:
    x, y = np.array([2.0, 1, 4]), [4.0, 3]
    np.testing.assert_array_equal(function(Tensor(x, requires_grad=True), y).data, function(x, y))
    found = function(y, Tensor(x, requires_grad=True))
    np.testing.assert_array_equal(found.data if isinstance(found, Tensor) else found, function(y, x))


VERDICTS = [
    lambda x: np.argpartition(x, 1),
    lambda x: np.lexsort((x, -x)),
    lambda x: np.digitize(x, [0.0, 1.5]),
    lambda x: np.digitize([0.5], np.sort(x)),
    lambda x: np.searchsorted([0.0, 1.5], x),
    lambda x: np.isin(x, [1.0]),
    lambda x: np.isin([1.0], x),
]


@pytest.mark.parametrize("function", VERDICTS)
def test_positions_and_tests_are_plain_arrays(function: Any) -> None:
    x = np.array([3.0, 1, 2])
    found = function(Tensor(x, requires_grad=True))
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, function(x), strict=True)


@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": (0, -1), "trim": "b"}, {"axis": -1}, {"axis": ()}])
def test_trim_zeros_of_a_matrix(options: Any) -> None:
    if "axis" not in inspect.signature(np.trim_zeros).parameters:
        # NumPy before 2.2 trims vectors only.
        return
    x = np.array([[0.0, 0, 0, 0], [0, 1, 0, 2], [0, 0, 0, 0]])
    out, pullback = vjp(lambda x: np.trim_zeros(x, **options), x)
    np.testing.assert_array_equal(out, np.trim_zeros(x, **options))
    (found,) = pullback(np.ones(out.shape))
    assert found.sum() == out.size
    assert found[1, 1] == found[1, 3] == 1
    zero = 0 * x
    out, pullback = vjp(lambda x: np.trim_zeros(x, **options), zero)
    np.testing.assert_array_equal(out, np.trim_zeros(zero, **options))
    assert pullback(np.ones(out.shape))[0].sum() == out.size


def test_sort_by_position_and_by_keyword() -> None:
    x = np.array([[3.0, 1], [2, 4]])
    for found in (np.sort(Tensor(x, requires_grad=True), 0), np.sort(a=Tensor(x, requires_grad=True), axis=0)):
        np.testing.assert_array_equal(found.data, np.sort(x, 0))
        assert found.requires_grad


def test_a_tensor_of_integers_is_sorted_as_any() -> None:
    np.testing.assert_array_equal(np.sort(Tensor(np.array([3, 1, 2]))).data, [1, 2, 3])
    np.testing.assert_array_equal(np.unique(Tensor(np.array([3, 1, 3]))).data, [1, 3])


def test_sort_in_float16_shares_among_more_than_2048() -> None:
    x = np.ones(5000, np.float16)
    (found,) = vjp(lambda x: np.sort(x)[:1], x)[1](np.ones(1, np.float16))
    np.testing.assert_allclose(found, np.full(5000, 1 / 5000), rtol=1e-2)
    assert found.dtype == np.float16


def test_derivatives_of_a_sum_of_sorted_squares_are_of_any_order() -> None:
    x = np.array([2.0, 1, 2])
    third = grad(lambda x: np.sum(grad(lambda x: np.sum(grad(lambda x: np.sum(np.sort(x) ** 3))(x)))(x)))(x)
    np.testing.assert_array_equal(third, [6, 6, 6])


ERRORS = [
    (np.exceptions.AxisError, lambda x: np.sort(x, axis=1)),
    (ValueError, lambda x: np.sort(x, kind="none")),
    (TypeError, lambda x: np.sort(x, order="field")),
    (ValueError, lambda x: np.partition(x, 3)),
    (np.exceptions.AxisError, lambda x: np.unique(x, axis=1)),
    (ValueError, lambda x: np.trim_zeros(x, "x")),
    (TypeError, lambda x: np.sort(x, wrong=1)),
]


@pytest.mark.parametrize(("error", "function"), ERRORS)
def test_errors(error: Any, function: Any) -> None:
    with pytest.raises(error):
        function(Tensor([3.0, 1, 2], requires_grad=True))
