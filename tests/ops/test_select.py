"""Choosing and writing: functions that write into a Tensor, what they refuse, and choices in all forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, no_grad

A = np.arange(1.0, 7.0).reshape(2, 3)


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


#: Functions that write, each with what comes before the values and what after.
WRITERS: list[tuple[Any, tuple[Any, ...], Any, tuple[Any, ...], dict[str, Any]]] = [
    (np.copyto, (), A * 2, (), {}),
    (np.copyto, (), np.ones(3), (), {"where": np.array([[True], [False]])}),
    (np.copyto, (), np.ones(3, np.float32), ("safe",), {}),
    (np.put, ([0, -1, 4],), np.ones(2), (), {}),
    (np.put, (7,), np.ones(1), ("wrap",), {}),
    (np.put, (np.array([[7, -9]]),), np.ones(2), (), {"mode": "clip"}),
    (np.putmask, (A > 2,), np.arange(6.0), (), {}),
    (np.putmask, (A.ravel() > 2,), np.ones(4), (), {}),
    (np.place, (A > 2,), np.ones(3), (), {}),
    (np.place, (np.array([1, 0, 1]),), np.ones(1), (), {}),
    (np.put_along_axis, (np.array([[0], [2]]),), np.ones((2, 1)), (1,), {}),
    (np.put_along_axis, (np.array([[0, 1, -1]]),), np.ones(1), (0,), {}),
    (np.put_along_axis, (np.array([0, 5, 5]),), np.ones(3), (None,), {}),
    (np.fill_diagonal, (), np.ones(2), (), {}),
    (np.fill_diagonal, (), np.ones(()), (True,), {}),
]
writers = pytest.mark.parametrize(("function", "before", "values", "after", "options"), WRITERS)


def target(function: Any) -> Any:
    return np.arange(3.0) if function is np.place else A


@writers
def test_a_write_into_a_tensor(function: Any, before: Any, values: Any, after: Any, options: Any) -> None:
    a = target(function) if np.shape(before[-1:]) != (1, 2, 3) else A
    expected = np.copy(a)
    function(expected, *before, values, *after, **options)

    def fun(x: Any, v: Any) -> Any:
        y = x * 1
        assert function(y, *before, v, *after, **options) is None
        return y**2

    y = leaf(a) * 1
    earlier = y[0]
    function(y, *before, leaf(values), *after, **options)
    np.testing.assert_array_equal(y.data, expected, strict=True)
    np.testing.assert_array_equal(earlier.data, a[0], strict=True)
    # What is written over all of it leaves nothing of the first.
    wholly = function is np.copyto and not options
    check_grads(lambda v: fun(a + 0 * np.sum(v), v), values) if wholly else check_grads(fun, (a, values))


@writers
def test_a_plain_array_takes_no_tracked_value(
    function: Any, before: Any, values: Any, after: Any, options: Any
) -> None:
    a = np.array(A if np.shape(before[-1:]) == (1, 2, 3) else target(function))
    was = np.copy(a)
    with pytest.raises(TypeError, match="tape"):
        function(a, *before, leaf(values), *after, **options)
    np.testing.assert_array_equal(a, was)
    if function is not np.fill_diagonal:
        # A constant may be written, and where nothing is recorded everything is one.
        function(a, *before, Tensor(values), *after, **options)
        expected = np.copy(was)
        function(expected, *before, values, *after, **options)
        np.testing.assert_array_equal(a, expected)
        with no_grad():
            function(was, *before, leaf(values), *after, **options)
        np.testing.assert_array_equal(was, expected)


@writers
def test_a_leaf_and_integers_are_written_as_by_item(
    function: Any, before: Any, values: Any, after: Any, options: Any
) -> None:
    a = A if np.shape(before[-1:]) == (1, 2, 3) else target(function)
    with pytest.raises(RuntimeError, match="leaf"):
        function(leaf(a), *before, values, *after, **options)
    # NumPy's copyto, place and putmask cast nothing down.
    if function in (np.put, np.put_along_axis, np.fill_diagonal):
        whole = Tensor(a.astype(int))
        with pytest.raises(TypeError, match="float"):
            function(whole, *before, leaf(values), *after, **options)
        function(whole, *before, values, *after, **options)
        assert whole.dtype == int and not whole.requires_grad


def test_a_constant_tensor_that_is_written_to_is_tracked() -> None:
    v, buf = leaf(2.0), Tensor(np.zeros((2, 2)))
    np.fill_diagonal(buf, v * 3)
    assert buf.requires_grad
    buf.sum().backward()
    assert v.grad == 6


def test_what_numpy_refuses_to_write_changes_nothing() -> None:
    for function, args in (
        (np.put, ([9], 1.0)),
        (np.putmask, ([True], 1.0)),
        (np.place, (A > 0, [])),
        (np.copyto, (np.ones(4),)),
        (np.copyto, (np.ones(3, complex),)),
        (np.put_along_axis, (np.array([0]), 1.0, 1)),
    ):
        plain, y = np.array(A), leaf() * 1
        for a in (plain, y):
            with pytest.raises((ValueError, IndexError, TypeError)):
                function(a, *args)
        np.testing.assert_array_equal(y.data, A)
    with pytest.raises(ValueError, match="2-d"):
        np.fill_diagonal(leaf(np.ones(3)) * 1, 1.0)
    with pytest.raises(ValueError, match="equal length"):
        np.fill_diagonal(leaf(np.ones((1, 2, 3))) * 1, 1.0)


def test_np_full_of_a_tensor_says_what_to_write_instead() -> None:
    with pytest.raises(TypeError, match="broadcast_to"):
        np.full((2, 2), leaf(1.0), dtype=float)
    with pytest.raises(TypeError, match="broadcast_to"):
        np.full_like(A, leaf(1.0))


# Choices


def test_conditions_and_positions_may_be_tensors() -> None:
    x = leaf(np.array([1.0, 2, 3]))
    mask, places = Tensor(np.array([True, False, True])), Tensor(np.array([2, 0]))
    results = [
        (np.compress(mask, x), [1, 3]),
        (np.extract(mask, x), [1, 3]),
        (np.delete(x, places), [2]),
        (np.delete(x, mask), [2]),
        (np.insert(x, places, 9.0), [9, 1, 2, 9, 3]),
        (np.select([mask], [x], 0.0), [1, 0, 3]),
        (np.choose(Tensor(np.array([1, 0, 1])), [x, 10 * x]), [10, 2, 30]),
        (np.take(x, places), [3, 1]),
        (np.piecewise(x, [mask], [np.square]), [1, 0, 9]),
    ]
    for out, expected in results:
        np.testing.assert_array_equal(out.data, np.array(expected, dtype=float), strict=True)
        assert out.requires_grad


def test_a_choice_among_rows_of_a_tensor() -> None:
    check_grads(lambda x: np.choose([0, 1, 1], x) ** 2, A)
    check_grads(lambda x: np.choose(np.array([[5, -1, 0]]), x, mode="wrap") ** 2, A)


def test_a_choice_into_a_tensor() -> None:
    x, out = leaf(np.array([1.0, 2])), Tensor(np.zeros(2))
    np.choose([1, 0], [x, 3 * x], out=out)
    np.testing.assert_array_equal(out.data, [3, 2])
    np.compress([False, True], x, out=out[:1] * 1)
    out.sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 1])


def test_mixed_types_promote_and_insert_casts() -> None:
    x = leaf(np.ones(2, np.float32))
    assert np.select([[True, False]], [x], 0.0).dtype == np.float32
    assert np.select([[True, False]], [x], np.float64(0)).dtype == np.float64
    assert np.choose([0, 1], [x, np.ones(2)]).dtype == np.float64
    v = leaf(2.0)
    out = np.insert(x, 1, v)
    assert out.dtype == np.float32
    out.sum().backward()
    assert v.grad.dtype == np.float64 and v.grad == 1
    plain = np.insert(np.ones(2), 1, v)
    plain.sum().backward()
    assert v.grad == 2


def test_what_numpy_refuses_to_choose() -> None:
    for function, a in (
        (lambda x: np.select([[1, 0, 1]], [x]), A),
        (lambda x: np.select([], []), A),
        (lambda x: np.select([x > 0], [x, x]), A),
        (lambda x: np.choose([0, 2, 0], x), A),
        (lambda x: np.choose([0.5], x), A),
        (lambda x: np.compress([[True]], x), A),
        (lambda x: np.compress([False] * 6 + [True], x), A),
        (lambda x: np.extract([False] * 6 + [True], x), A),
        (lambda x: np.delete(x, 6), A),
        (lambda x: np.delete(x, [True, False], axis=1), A),
        (lambda x: np.insert(x, 9, 1.0), A),
        (lambda x: np.insert(x, [0, 9], 1.0), A),
        (lambda x: np.insert(x, 0, np.ones(4), axis=0), A),
        (lambda x: np.insert(x, [[0, 1]], 1.0), A),
        (lambda x: np.ix_(x), A),
    ):
        for x in (a, leaf(a)):
            with pytest.raises((ValueError, IndexError, TypeError)):
                function(x)


def test_positions_are_plain_arrays() -> None:
    x = leaf(np.ones((3, 3)))
    for found in (np.tril_indices_from(x), np.triu_indices_from(x, k=1), np.diag_indices_from(x)):
        assert all(type(part) is np.ndarray for part in found)
        assert x[found].requires_grad
    i = Tensor(np.array([4, 5]))
    assert [part.tolist() for part in np.unravel_index(i, (2, 3))] == [[1, 1], [1, 2]]
    assert np.ravel_multi_index((i, i), (9, 9)).tolist() == [40, 50]
    assert np.packbits(Tensor(np.array([True, False]))).tolist() == [128]
    assert [part.tolist() for part in np.ix_(Tensor(np.array([True, False, True])), [1])] == [[[0], [2]], [[1]]]
