"""Functions of the user's along axes and by pieces: closures, results of any kind, how often they run, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad

A = np.arange(1.0, 7.0).reshape(2, 3)


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def test_a_function_along_an_axis_may_close_over_a_tensor() -> None:
    def fun(x: Any, y: Any) -> Any:
        return np.apply_along_axis(lambda v: y * np.sin(v) @ v, 1, x)

    check_grads(fun, (A, 2.0))


def test_a_function_along_an_axis_is_called_once_for_each_vector() -> None:
    seen: list[Any] = []

    def fun(v: Any, *args: Any, **options: Any) -> Any:
        seen.append((v, args, options))
        return v[0]

    np.apply_along_axis(fun, 0, leaf(), 1, two=2)
    assert [(type(v), v.tolist(), args, options) for v, args, options in seen] == [
        (Tensor, column, (1,), {"two": 2}) for column in A.T.tolist()
    ]


@pytest.mark.parametrize(
    "function",
    [
        lambda v: v[0],
        lambda v: 1,
        lambda v: int(v[0]),
        lambda v: np.argmax(v),
        lambda v: v > 2,
        lambda v: [v[0], 2.0],
        lambda v: v if v[0] < 2 else np.zeros(len(v)),
        lambda v: np.zeros((2, 0)),
        lambda v: v.sum() if v[0] < 2 else 7,
        lambda v: v if v[0] < 2 else v[:1],
        lambda v: 1 if v[0] < 2 else v[0] / 4,
    ],
)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_what_a_function_along_an_axis_may_give(function: Any, axis: int) -> None:
    expected = np.apply_along_axis(function, axis, A)
    found = np.apply_along_axis(function, axis, leaf())
    found = found.data if isinstance(found, Tensor) else found
    np.testing.assert_array_equal(found, expected, strict=True)


def test_a_function_may_write_into_its_vector() -> None:
    def fun(v: Any) -> Any:
        v = v * 1
        v[0] = v[1] ** 2
        return v

    check_grads(lambda x: np.apply_along_axis(fun, 1, x), A)


def test_many_vectors_cost_no_more_than_their_elements() -> None:
    """With a cotangent of the whole for each vector this would take a minute."""
    x = np.ones((1000, 2000))
    found = grad(lambda x: np.sum(np.apply_along_axis(lambda v: v[0] * 2, 1, x)))(x)
    np.testing.assert_array_equal(found[:, 0], np.full(1000, 2.0))
    assert found.sum() == 2000


@pytest.mark.parametrize("x", [A, leaf()], ids=["array", "Tensor"])
def test_what_is_refused(x: Any) -> None:
    with pytest.raises(ValueError, match="iteration dimensions"):
        np.apply_along_axis(np.sum, 1, x[:0])
    with pytest.raises(ValueError):
        np.apply_along_axis(np.sum, 2, x)
    with pytest.raises(ValueError):
        np.apply_along_axis(lambda v: v[: int(v[0])], 1, x)
    with pytest.raises(ValueError, match="correct shape"):
        np.apply_over_axes(lambda a, axis: np.sum(a), x, [0])
    with pytest.raises(ValueError, match="with 1 condition\\(s\\), either 1 or 2 functions are expected"):
        np.piecewise(x, [x > 2], [1, 2, 3])
    with pytest.raises((ValueError, IndexError)):
        np.piecewise(x, [np.array([True, False, True])], [1.0])


def test_axes_one_after_another() -> None:
    for axes in (0, [0], (1, 0), [-1, -2], np.array([1])):
        found = np.apply_over_axes(np.sum, leaf(), axes)
        np.testing.assert_array_equal(found.data, np.apply_over_axes(np.sum, A, axes), strict=True)
    check_grads(lambda x, y: np.apply_over_axes(lambda a, axis: np.sum(a * a * y, axis), x, [0, 1]), (A, 3.0))


def test_pieces_that_close_over_tensors_and_are_tensors() -> None:
    def fun(x: Any, y: Any, z: Any) -> Any:
        return np.piecewise(x, [x < 2.5, x > 4.5], [lambda v: y * v * v, z, lambda v: np.log(v) / y])

    check_grads(fun, (A, 2.0, 3.0))


def test_pieces_by_conditions_in_all_forms() -> None:
    x = np.array([-1.0, 0.5, 2.0])
    for conditions, functions in (
        ([x < 0, x >= 0], [np.negative, np.sqrt]),
        (x < 0, [np.negative, np.square]),
        ([x < 0], [5]),
        (np.array([x < 0, x > 1]), [1, np.square, np.exp]),
        ((x < 0).tolist(), [np.square]),
        ([[True, False, False], [True, True, False]], [np.square, np.exp]),
    ):
        found: Any = np.piecewise(leaf(x), conditions, functions)
        np.testing.assert_array_equal(found.data, np.piecewise(x, conditions, functions), strict=True)
    t = leaf(x)
    assert np.piecewise(t, [Tensor(x < 0)], [np.negative, np.square]).tolist() == [1.0, 0.25, 4.0]
    for at in (-1.0, 2.0):
        y = leaf(at)
        out: Any = np.piecewise(y, [y < 0, y >= 0], [lambda v: v**2, lambda v: 3 * v])
        assert out.shape == ()
        out.backward()
        assert y.grad == (2 * at if at < 0 else 3)


def test_pieces_are_not_called_where_there_is_nothing() -> None:
    def never(v: Any) -> Any:
        raise AssertionError("called on nothing")

    assert np.piecewise(leaf(), [A > 100], [never, 1.0]).tolist() == np.ones((2, 3)).tolist()


def test_vectorize_keeps_no_gradient_and_says_so() -> None:
    with pytest.raises(TypeError, match="tape"):
        np.vectorize(lambda v: v * 2)(leaf())
