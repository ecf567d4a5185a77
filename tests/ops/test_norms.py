"""Norms of every order at points by hand: ties of singular values, complex numbers, forms of the call, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp

INF = np.inf
VECTOR = np.array([1.3, -0.4, 2.1, -0.9])
TURNED = VECTOR * np.exp(1j * np.arange(4))
MATRIX = np.array([[1.3, -0.4, 0.2], [-0.9, 2.1, 0.7]])
COMPLEX = MATRIX * np.exp(1j * np.arange(6).reshape(2, 3))
ROTATION = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]])


def leaf(data: Any) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


@pytest.mark.parametrize("ord", [None, 1, -1, 2, -2, 3, 4, 0.5, -1.5, 2.5, INF, -INF])
@pytest.mark.parametrize("x", [VECTOR, TURNED], ids=["real", "complex"])
def test_orders_of_vectors(ord: Any, x: Any) -> None:
    check_grads(lambda x: np.linalg.norm(x, ord), x, kinks="fail")
    check_grads(lambda x: np.linalg.vector_norm(x, ord=2 if ord is None else ord), x, kinks="fail")


@pytest.mark.parametrize("ord", [None, "fro", "f", "nuc", 1, -1, 2, -2, INF, -INF])
@pytest.mark.parametrize("x", [MATRIX, MATRIX.T, COMPLEX, MATRIX[:, :1]], ids=["wide", "tall", "complex", "column"])
def test_orders_of_matrices(ord: Any, x: Any) -> None:
    check_grads(lambda x: np.linalg.norm(x, ord), x, kinks="fail")
    if ord != "f":
        check_grads(lambda x: np.linalg.matrix_norm(x, ord="fro" if ord is None else ord), x, kinks="fail")


@pytest.mark.parametrize("ord", ["fro", "nuc", 1, -1, 2, -2, INF, -INF])
@pytest.mark.parametrize("axis", [(0, 1), (1, 0), (0, 2), (-1, 0), (1, -1), (2, 1)])
def test_matrices_along_any_two_axes(ord: Any, axis: Any) -> None:
    x = np.random.default_rng(3).standard_normal((2, 3, 4))
    rest = ({0, 1, 2} - {a % 3 for a in axis}).pop()
    weights = np.array([1.0, -2.0, 0.5, 3.0])[: x.shape[rest]]
    found = grad(lambda x: np.sum(weights * np.linalg.norm(x, ord, axis=axis)))(x)
    kept = grad(lambda x: np.sum(weights * np.squeeze(np.linalg.norm(x, ord, axis, True))))(x)
    np.testing.assert_array_equal(kept, found)
    for i, weight in enumerate(weights):
        one = np.moveaxis(x, (*axis, rest), (0, 1, 2))[..., i]
        expected = weight * grad(lambda m: np.linalg.norm(m, ord))(one)
        np.testing.assert_allclose(np.moveaxis(found, (*axis, rest), (0, 1, 2))[..., i], expected, atol=1e-14)


@pytest.mark.parametrize("ord", [1, 2, 3, INF])
@pytest.mark.parametrize("axis", [0, -1, (0,), np.int64(1)])
def test_vectors_along_an_axis(ord: Any, axis: Any) -> None:
    check_grads(lambda x: np.linalg.norm(x, ord, axis), MATRIX, kinks="fail")
    value = np.linalg.norm(leaf(MATRIX), ord, axis, True)
    np.testing.assert_array_equal(value.data, np.linalg.norm(MATRIX, ord, axis, True), strict=True)


TIED = [("nuc", (1, 1, 1)), ("nuc", (3, 1, 1)), (2, (3, 1, 1)), (-2, (3, 3, 1)), ("nuc", (2, 2, 0.5))]


@pytest.mark.parametrize(("ord", "values"), TIED)
def test_curvature_where_singular_values_tie_that_weigh_the_same(ord: Any, values: Any) -> None:
    for x in (ROTATION * values, (ROTATION * values) @ np.diag(np.exp(1j * np.arange(3)))):
        check_grads(lambda x: np.linalg.norm(x, ord), x, kinks="fail")


def test_the_gradient_of_the_nuclear_norm_is_the_polar_factor() -> None:
    u, s, vh = np.linalg.svd(COMPLEX, full_matrices=False)
    np.testing.assert_allclose(grad(lambda x: np.linalg.norm(x, "nuc"))(COMPLEX), np.conj(u @ vh), atol=1e-15)
    found = grad(lambda x: np.linalg.norm(x, 2))(COMPLEX)
    np.testing.assert_allclose(found, np.conj(np.outer(u[:, 0], vh[0])), atol=1e-15)
    assert s[0] > s[1]


def test_a_singular_value_that_is_0_to_rounding_does_not_weigh() -> None:
    x = np.outer([1.0, 2, 3], [0.3, 0.1, 0.7])
    expected = x / np.linalg.norm(x)
    np.testing.assert_allclose(grad(lambda x: np.linalg.norm(x, "nuc"))(x), expected, atol=1e-15)
    # Below as many roundings of the largest as the matrix is long.
    for scale in (1, 2.0**20):
        found = grad(lambda x: np.linalg.norm(x, "nuc"))(scale * np.diag([1, 1.5 * float(np.finfo(float).eps)]))
        np.testing.assert_array_equal(found, np.diag([1, 0]))


def test_curvature_where_singular_values_differ_by_1() -> None:
    t = np.array([[0.0, 1], [-1, 0]])
    found = jvp(grad(lambda x: np.linalg.norm(x, "nuc")), (np.diag([2.0, 1]),), (t,))[1]
    np.testing.assert_allclose(found, t * 2 / 3, rtol=1e-15)


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("p", [2, 4])
def test_derivatives_at_an_element_0_are_exact_to_any_order(p: int, order: int) -> None:
    def power(x: Any) -> Any:
        return np.linalg.norm(np.stack([x, np.array(1.0)]), p) ** p

    for _ in range(order):
        power = grad(power)
    expected = {(2, 2): 2, (4, 4): 24}.get((p, order), 0)
    np.testing.assert_allclose(power(0.0), expected, atol=1e-13)


def test_order_0_is_connected_with_gradient_0() -> None:
    for fun in (lambda x: np.linalg.norm(x, 0), lambda x: np.linalg.vector_norm(x, ord=0)):
        x = leaf([0.0, 2, -3])
        value = fun(x)
        value.backward()
        assert (value.item(), value.dtype) == (2, np.float64)
        np.testing.assert_array_equal(x.grad, np.zeros(3))


def test_complex_zeros() -> None:
    for ord in (None, 1, 1.5, 3, 0.5, INF, -INF, 0):
        found = grad(lambda x, ord=ord: np.linalg.norm(x, ord))(np.zeros(2, complex))
        np.testing.assert_array_equal(found, np.zeros(2, complex), strict=True)
    for ord, expected in ((1, [0, -1j]), (3, [0, -1j]), (1.5, [0, -1j]), (INF, [0, -1j]), (0.5, [0, -1j])):
        found = grad(lambda x, ord=ord: np.linalg.norm(x, ord))(np.array([0, 2j]))
        np.testing.assert_allclose(found, expected, atol=1e-15)


def test_curvature_at_a_complex_zero() -> None:
    z, t = np.array([0, 3 + 4j]), np.array([1 + 0j, 0])
    np.testing.assert_array_equal(jvp(grad(lambda z: np.linalg.norm(z, 3)), (z,), (t,))[1], [0, 0])


def test_a_nan_stays_one_and_does_not_warn() -> None:
    x = np.array([np.nan, 1.0])
    for ord in (None, 1, 2, 3, INF, -INF):
        assert np.isnan(grad(lambda x, ord=ord: np.linalg.norm(x, ord))(x)[0])


def test_ties_of_float16_are_counted_beyond_its_range() -> None:
    x = np.ones(70_000, np.float16)
    found = vjp(lambda x: np.linalg.norm(x, INF), x)[1](np.array(1000, np.float16))[0]
    np.testing.assert_array_equal(found, np.full(70_000, 1 / 70, np.float16), strict=True)


WRONG = [
    (VECTOR, {"ord": "fro"}), (VECTOR, {"ord": "nuc"}), (MATRIX, {"ord": 3}), (MATRIX, {"ord": "no"}),
    (MATRIX, {"ord": 0}),
    (MATRIX, {"axis": 2}), (MATRIX, {"axis": (0, 0)}), (MATRIX, {"axis": "x"}), (MATRIX, {"axis": (0, 1, 1)}),
    (np.ones((2, 2, 2)), {"ord": 2}), (np.ones(0), {"ord": -INF}), (np.ones((0, 2)), {"ord": -2}),
    (MATRIX.astype(np.float16), {"ord": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("x", "options"), WRONG)
def test_what_numpy_refuses_is_refused(x: Any, options: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as expected:
        np.linalg.norm(x, **options)
    with pytest.raises(expected.type if expected.type in (ValueError, TypeError) else (ValueError, TypeError)):
        np.linalg.norm(leaf(x), **options)


def test_matrix_norms_need_two_axes() -> None:
    with pytest.raises((ValueError, IndexError)):
        np.linalg.matrix_norm(leaf(VECTOR))
    with pytest.raises(ValueError):
        np.linalg.matrix_norm(leaf(MATRIX), ord="no")


# Condition numbers


@pytest.mark.parametrize("p", [None, 2, -2, 1, -1, INF, -INF, "fro", "nuc"])
def test_cond(p: Any) -> None:
    for x in (MATRIX[:, :2], COMPLEX[:, 1:], np.stack([MATRIX[:, :2], MATRIX[:, 1:]])):
        check_grads(lambda x: np.linalg.cond(x, p), x, kinks="fail")
    if p in (None, 2, -2):
        check_grads(lambda x: np.linalg.cond(x, p), MATRIX, kinks="fail")


def test_cond_of_a_singular_matrix_does_not_disturb_its_neighbours() -> None:
    x = np.stack([np.ones((2, 2)), MATRIX[:, :2]])
    x[0, 1] = 0
    for p in (None, 2, 1, "fro"):
        t = leaf(x)
        value = np.linalg.cond(t, p)
        np.testing.assert_array_equal(value.data, np.linalg.cond(x, p), strict=True)
        assert np.isinf(value.data[0])
        value[1].backward()
        expected = grad(lambda x, p=p: np.linalg.cond(x, p))(x[1])
        np.testing.assert_allclose(t.grad[1], expected, rtol=1e-13)
        np.testing.assert_array_equal(grad(lambda x, p=p: np.sum(np.linalg.cond(x, p)))(x)[0], np.zeros((2, 2)))
    np.testing.assert_array_equal(grad(lambda x: np.linalg.cond(x, -2))(np.zeros((2, 2))), np.zeros((2, 2)))


def test_cond_refuses_what_numpy_refuses() -> None:
    for x, p in ((MATRIX, 1), (np.ones((0, 0)), None)):
        with pytest.raises(np.linalg.LinAlgError):
            np.linalg.cond(leaf(x), p)


def test_a_rank_is_a_count() -> None:
    rank = np.linalg.matrix_rank(leaf(MATRIX))
    assert rank == 2 and not isinstance(rank, Tensor)


def test_forward_mode_of_a_complex_norm_is_real() -> None:
    value, tangent = jvp(np.linalg.norm, (TURNED,), (1j * TURNED,))
    assert tangent.dtype == value.dtype == np.float64
    # Along a turn of the phase it does not change.
    np.testing.assert_allclose(tangent, 0, atol=1e-15)
