"""Making arrays: of nested lists, of a Tensor's shape, ranges; and what `like=` a Tensor gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, array, check_grads, grad, no_grad


def leaf(data: Any) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


# Nested lists

NESTED = [
    lambda x, y: [x, y],
    lambda x, y: (x, (2 * y), 1.0),
    lambda x, y: [[x, 1], [2, y]],
    lambda x, y: [[[x]], [[y]]],
    lambda x, y: [[x * np.ones(2), np.zeros(2)], [[y, 3], [4.5, x]]],
    lambda x, y: [x * np.ones((2, 2)), [[1, 2], [3, y]]],
    lambda x, y: [np.ones(3), [x, y, x]],
    lambda x, y: x * y,
    lambda x, y: [[x, y], [True, 2]],
    lambda x, y: [x, np.float32(2), 3, y],
]


@pytest.mark.parametrize("build", NESTED)
def test_an_array_of_nested_lists(build: Any) -> None:
    expected = np.array(build(np.array(2.0), np.array(3.0)))
    found = array(build(leaf(2.0), leaf(3.0)))
    np.testing.assert_array_equal(found.data, expected, strict=True)
    check_grads(lambda x, y: array(build(x, y)) ** 2, (2.0, 3.0))


def test_an_array_has_the_type_that_numpy_gives_it() -> None:
    x = leaf(np.float32(2))
    assert array([x, x]).dtype == np.float32
    assert array([x, np.float64(1)]).dtype == np.float64
    assert array([x, 1j]).dtype == np.array([x.numpy(), 1j]).dtype
    assert array([x, 1], dtype=np.float16).dtype == np.float16
    out = array([x, 1.5], dtype=np.complex128)
    assert out.dtype == np.complex128 and out.requires_grad
    whole = array([x, 1.5], dtype=int)
    assert whole.tolist() == [2, 1] and not whole.requires_grad


def test_an_array_of_many_tensors() -> None:
    n = 3000
    x = leaf(np.arange(float(n)))
    assert grad(lambda x: np.sum(array([x, *[x * i for i in range(n)]])))(1.0) == 1 + n * (n - 1) / 2
    out = array([*[x[i] for i in (0, 5, 5)], np.ones(())])
    out.sum().backward()
    assert x.grad[5] == 2 and x.grad.sum() == 3


def test_an_array_of_a_tensor_is_a_copy() -> None:
    x = leaf([1.0, 2.0]) * 1
    y = array(x)
    y[0] = 5.0
    assert x.tolist() == [1.0, 2.0] and y.tolist() == [5.0, 2.0] and y.requires_grad


def test_ragged_lists_are_numpys_error() -> None:
    x = leaf(1.0)
    for ragged in ([[x, 1], [2]], [x, [1, 2]], [leaf([1.0, 2]), [x]], [[x * np.ones(2)], [x, 2]]):
        with pytest.raises(ValueError, match="inhomogeneous"):
            array(ragged)


# Of a Tensor's shape


def test_full_like_is_a_tensor_if_the_value_is() -> None:
    a, v = Tensor(np.zeros((2, 3), np.float32)), leaf(2.0)
    plain = np.full_like(a, 7)
    assert type(plain) is np.ndarray and plain.dtype == np.float32 and plain.tolist() == [[7] * 3] * 2
    assert np.full_like(a, Tensor([7.0, 8, 9])).tolist() == [[7, 8, 9]] * 2
    out = np.full_like(a, v)
    assert out.dtype == np.float32 and out.requires_grad
    out.sum().backward()
    assert v.grad == 6 and v.grad.dtype == np.float64
    rows = np.full_like(a, [v, 0, v * v])
    rows.sum().backward()
    assert v.grad == 6 + 2 * (1 + 4)
    with no_grad():
        assert type(np.full_like(a, v)) is np.ndarray
    with pytest.raises(ValueError):
        np.full_like(a, v * np.ones(2))


def test_like_a_tensor_makes_a_plain_array_of_plain_numbers() -> None:
    t: Any = leaf([1.0, 2.0])
    for made in (
        np.zeros(3, like=t), np.ones((2, 2), like=t), np.empty(1, like=t), np.full(2, 7.0, like=t), np.eye(2, like=t),
        np.arange(4, like=t), np.identity(2, like=t), np.tri(2, like=t), np.array([1, 2], like=t),
        np.asarray([1.5], like=t), np.fromiter([1.0], float, like=t), np.frombuffer(b"\0" * 8, like=t),
        np.fromfunction(lambda i: i + 1, (2,), like=t), np.fromstring("1 2", sep=" ", like=t),
        np.zeros_like(t), np.ones_like(t), np.empty_like(t), np.full_like(t, 3.0),
    ):  # fmt: skip
        assert type(made) is np.ndarray


def test_a_function_of_places_may_close_over_a_tensor() -> None:
    t = leaf(2.0)
    made: Any = np.fromfunction(lambda i, j: t * i + j, (2, 2), like=t)
    made.sum().backward()
    assert t.grad == 2


# Ranges


def test_the_ends_of_a_range_by_any_name() -> None:
    x = leaf(2.0)
    for out in (
        np.linspace(x, 3, 5),
        np.linspace(stop=x, start=0.0, num=4),
        np.logspace(0, x, num=3),
        np.logspace(0, 2, base=x),
        np.geomspace(1.0, x, 4),
        np.geomspace(x, 3),
    ):
        assert out.requires_grad
    y, step = np.linspace(x, 4.0, 5, retstep=True)
    assert step.requires_grad and step.data == 0.5
    (y.sum() + step).backward()
    np.testing.assert_allclose(x.grad, 2.5 - 0.25)


def test_ranges_of_integers_and_of_negative_or_complex_ends() -> None:
    whole = np.linspace(leaf(1.2), 7.9, 4, dtype=int)
    assert whole.tolist() == np.linspace(1.2, 7.9, 4, dtype=int).tolist() and not whole.requires_grad
    for start, stop in ((-1.0, -8.0), (1j, 16j), (-1.0 + 0j, 2 + 3j), (1 + 1j, -4.0 + 0j)):
        at = (np.array(start), np.array(stop))
        np.testing.assert_array_equal(np.geomspace(*map(leaf, at), 5).data, np.geomspace(*at, 5), strict=True)
        check_grads(lambda a, b: np.geomspace(a, b, 5), at)
    check_grads(lambda a, b: np.linspace(a, b, 3), (np.array(1 + 2j), np.array(3.0)))


@pytest.mark.parametrize("function", [np.linspace, np.logspace, np.geomspace])
def test_ranges_refuse_what_numpy_refuses(function: Any) -> None:
    for start in (1.0, leaf(1.0)):
        with pytest.raises(ValueError, match="non-negative"):
            function(start, 2.0, num=-1)
        with pytest.raises(TypeError):
            function(start, 2.0, num=2.5)
    if function is np.geomspace:
        with pytest.raises(ValueError, match="zero"):
            function(leaf(0.0), 2.0)


def test_grids_of_tensors_and_lists() -> None:
    x = leaf([1.0, 2.0])
    for sparse in (False, True):
        for copy in (False, True):
            expected = np.meshgrid(x.numpy(), [3, 4, 5], sparse=sparse, copy=copy)
            found = np.meshgrid(x, [3, 4, 5], sparse=sparse, copy=copy)
            assert type(found) is type(expected)
            np.testing.assert_array_equal(found[0].data, expected[0], strict=True)
            np.testing.assert_array_equal(found[1], expected[1], strict=True)
    with pytest.raises(ValueError, match="indexing"):
        np.meshgrid(x, x, indexing="yx")


def test_an_array_of_rows_some_of_which_are_tensors() -> None:
    """What stands in the lists has several shapes: rows as a whole, and number by number."""
    t, a = leaf([1.0, 2.0]), leaf(3.0)
    made = array([t, [a, 4.0], [5.0, a * 2]])
    np.testing.assert_array_equal(made.data, [[1, 2], [3, 4], [5, 6]])
    (made * np.arange(6.0).reshape(3, 2)).sum().backward()
    np.testing.assert_array_equal(t.grad, [0, 1])
    assert a.grad == 2 + 2 * 5


def test_full_like_of_rows_some_of_which_are_tensors() -> None:
    t, a = leaf([1.0, 2.0]), leaf(3.0)
    made: Any = np.full_like(Tensor(np.zeros((2, 2))), [t, [a, 4.0]])
    np.testing.assert_array_equal(made.data, [[1, 2], [3, 4]])
    (made * np.arange(4.0).reshape(2, 2)).sum().backward()
    np.testing.assert_array_equal(t.grad, [0, 1])
    assert a.grad == 2


@pytest.mark.skipif(not hasattr(np, "astype"), reason="NumPy has it from 2.1 on")
def test_the_function_astype() -> None:
    t = leaf([1.0, 2.0])
    wide = np.astype(t, np.complex128)
    np.testing.assert_array_equal(wide.data, np.array([1.0, 2.0], complex), strict=True)
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.real(np.astype(x, np.complex128) * 3)))(t.data), [3, 3])
    assert np.astype(t, np.float64, copy=False) is t
    assert np.astype(t, np.float64) is not t


def test_a_copy_lies_as_numpys_does() -> None:
    turned = np.asfortranarray([[1.0, 2.0], [3.0, 4.0]])
    t = leaf(turned)
    t.data = turned
    for copied, plain in (
        (np.copy(t), np.copy(turned)), (np.copy(t, order="C"), np.copy(turned, order="C")),
        (t.copy(), turned.copy()), (t.copy("F"), turned.copy("F")), (t.copy("K"), turned.copy("K")),
    ):  # fmt: skip
        assert copied.data.strides == plain.strides
        np.testing.assert_array_equal(np.ravel(copied, order="K").data, np.ravel(plain, order="K"))
