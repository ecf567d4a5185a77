"""Products in all forms of the call: strings and lists of einsum, axes of ufuncs, vectors of the plane, powers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, grad, jvp, vjp
from autograd.op import present

RNG = np.random.default_rng(0)
A = RNG.standard_normal((2, 3))
B = RNG.standard_normal((3, 4))
V = RNG.standard_normal(3)
S = RNG.standard_normal((3, 3))
T = RNG.standard_normal((2, 3, 3))
C, D = RNG.standard_normal((6, 4)), RNG.standard_normal((2, 6))
Z = RNG.standard_normal((2, 3)) + 1j * RNG.standard_normal((2, 3))


def leaf(data: Any) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def proven(fun: Any, *args: Any) -> None:
    """Assert that the value is NumPy's own and the derivatives true, with all arguments tracked and with each alone."""
    expected = fun(*args)
    found = fun(*map(leaf, args))
    np.testing.assert_array_equal(found.data, expected, strict=isinstance(expected, np.ndarray))
    check_grads(fun, args)
    for i in range(len(args)):
        alone = fun(*[leaf(x) if j == i else x for j, x in enumerate(args)])
        np.testing.assert_array_equal(alone.data, expected)
        assert alone.requires_grad


# einsum

FORMS = [
    (lambda a, b: np.einsum("ij,jk->ik", a, b), (A, B)),
    (lambda a, b: np.einsum("ij,jk", a, b), (A, B)),
    (lambda a, b: np.einsum(" i j , j k -> k i ", a, b), (A, B)),
    (lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), (A, B)),
    (lambda a, b: np.einsum(a, [0, 1], b, [1, 2]), (A, B)),
    (lambda a, b: np.einsum(a, [30, 5], b, [5, 2]), (A, B)),
    (lambda a, b: np.einsum(a, [..., 0], b, (0, 1), [..., 1]), (T, B)),
    (lambda a, b: np.einsum(a, np.array([0, 1]), b, [1, Ellipsis]), (A, B)),
    (lambda a: np.einsum(a, [0, 1], []), (A,)),
    (lambda a: np.einsum(a, [0, 0]), (S,)),
    (lambda a: np.einsum("ba", a), (A,)),
    (lambda a: np.einsum("...ii->...i", a), (T,)),
    (lambda a: np.einsum("...ii", a), (T,)),
    (lambda a: np.einsum("iij->ji", a), (RNG.standard_normal((2, 2, 3)),)),
    (lambda a, v: np.einsum("...j,...", a, v), (A, RNG.standard_normal((2, 1)))),
    (lambda a, b: np.einsum("ij,ik,kl->", a, a, b), (A, B)),
    (lambda a, b: np.einsum("ij,jk,lk,il->i", a, b, C, D, optimize="greedy"), (A, B)),
    (lambda a, b: np.einsum("ij,jk", a, b, optimize=True), (A, B)),
    (lambda a, b: np.einsum("ij,jk", a, b, optimize=["einsum_path", (0, 1)]), (A, B)),
    (lambda a, b: np.einsum("ij,jk", a, b, optimize=("optimal", 1e6)), (A, B)),
    (lambda a, b: np.einsum("ij,jk", a, b, order="F"), (A, B)),
    (lambda a, b: np.einsum("ij,jk", a, b, dtype=complex), (A, B)),
    (lambda a: np.einsum("ij,", a, 2.0), (A,)),
    (lambda a: np.einsum("i,i,i,i->", a, a, a, a), (V,)),
]  # fmt: skip


@pytest.mark.parametrize(("fun", "args"), FORMS)
def test_forms_of_einsum(fun: Any, args: Any) -> None:
    proven(fun, *args)


@pytest.mark.parametrize("optimize", [False, True])
def test_large_einsums_go_back_by_fast_products(optimize: bool) -> None:
    """From some size on the rule lets NumPy choose the order: the same sums, to rounding."""
    a, b, c = (RNG.standard_normal(shape) for shape in ((30, 1, 20), (30, 20, 25), (25, 10)))
    out, pullback = vjp(lambda a, b, c: np.einsum("bij,bjk,kl->bil", a, b, c, optimize=optimize), a, b, c)
    g = RNG.standard_normal(out.shape)
    in_a, in_b, in_c = pullback(g)
    np.testing.assert_allclose(in_a, g @ (b @ c).swapaxes(1, 2), atol=1e-11)
    np.testing.assert_allclose(in_b, a.swapaxes(1, 2) @ g @ c.T, atol=1e-11)
    np.testing.assert_allclose(in_c, (a @ b)[:, 0].T @ g[:, 0], atol=1e-11)
    # Lengths of 1 that are repeated, summed and not.
    a, b = RNG.standard_normal((60, 1)), RNG.standard_normal((70, 50))
    for subscripts, summed in (("ij,kj->ik", "kj->k"), ("ij,kj->ijk", "kj->kj")):
        out, pullback = vjp(lambda a, b, s=subscripts: np.einsum(s, a, b, optimize=optimize), a, b)
        expected = np.broadcast_to(np.einsum(summed, b).sum(), (60, 1))
        np.testing.assert_allclose(pullback(np.ones(out.shape))[0], expected, rtol=1e-12)
        np.testing.assert_allclose(pullback(np.ones(out.shape))[1], np.full((70, 50), a.sum()), rtol=1e-10)


def test_einsum_into_a_tensor() -> None:
    x, buffer = leaf(A), Tensor(np.zeros(2))
    assert np.einsum("ij->i", x, out=buffer) is buffer
    np.sum(buffer * buffer).backward()
    np.testing.assert_allclose(x.grad, np.broadcast_to(2 * A.sum(1)[:, None], A.shape))
    with pytest.raises(TypeError, match="plain array"):
        np.einsum("ij->i", x, out=np.zeros(2))


WRONG_EINSUMS = [
    ("ij,jk", A), ("ij", V), ("ij->k", A), ("i->ii", V), ("ij,jk->ik", A, A), ("i.j", A), ("i1", A), (A, [0, 60]),
    (A, [0, -1]), (A, [0, 1.5]), (A, ["i", "j"]), (A, [0]), ("ii", A),
]  # fmt: skip


@pytest.mark.parametrize("operands", WRONG_EINSUMS)
def test_what_einsum_refuses(operands: Any) -> None:
    tracked = [leaf(x) if isinstance(x, np.ndarray) else x for x in operands]
    for given in (operands, tracked):
        with pytest.raises((ValueError, TypeError, IndexError)):
            np.einsum(*given)
    with pytest.raises(TypeError):
        np.einsum("ij", leaf(A), keepdims=True)
    with pytest.raises(ValueError, match="the label 52 is not one of 0 to 51"):
        np.einsum(leaf(A), [0, 52])


def test_a_path_is_a_plan() -> None:
    path, text = np.einsum_path("ij,jk->ik", leaf(A), B)
    assert path == ["einsum_path", (0, 1)] and "FLOP" in text


# dot, inner, outer, tensordot


def test_numbers_beside_tensors() -> None:
    for fun in (np.dot, np.inner, np.outer, np.kron, lambda x, y: np.tensordot(x, y, 0)):
        for number in (2.0, 2, np.float64(2), np.array(2.0)):
            for x in (A, V, np.array(3.0)):
                for one in (lambda x, f=fun, n=number: f(n, x), lambda x, f=fun, n=number: f(x, n)):
                    y = leaf(x)
                    out = one(y)
                    np.testing.assert_array_equal(out.data, one(x))
                    out.backward(np.ones(out.shape))
                    np.testing.assert_array_equal(y.grad, np.full(x.shape, 2.0))
    assert np.vdot(leaf(3.0), 2.0).item() == 6
    assert grad(lambda x: np.vdot(2, x))(3.0) == 2
    assert grad(lambda x: np.vdot(x, 2))(np.ones(1)) == 2


PAIRS = [(np.float32, np.float64), (np.float16, np.float32), (np.float64, np.complex64), (np.complex128, np.float16)]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_mixed_dtypes(one: Any, other: Any) -> None:
    a, b = A.astype(one), A.astype(other)
    for fun in (np.inner, np.vdot, np.vecdot, np.outer, np.kron, np.cross, np.tensordot,
                lambda a, b: np.dot(a, b.T), lambda a, b: np.einsum("ij,kj", a, b)):  # fmt: skip
        expected = fun(a, b)
        x, y = leaf(a), leaf(b)
        out = fun(x, y)
        np.testing.assert_array_equal(out.data, expected)
        assert out.dtype == expected.dtype
        out.backward(np.ones(out.shape, out.dtype))
        assert (x.grad.dtype, y.grad.dtype) == (one, other)


@pytest.mark.parametrize(
    "axes", [1, ([2], [1]), (2, 1), ([1, 2], [1, 0]), ((-1, -2), (0, 1)), [np.array([0, 1]), (2, 0)], ([], []), 0]
)
def test_axes_of_tensordot(axes: Any) -> None:
    b = RNG.standard_normal((3, 3, 2))
    for fun in (lambda x, y: np.tensordot(x, y, axes), lambda x, y: np.linalg.tensordot(x, y, axes=axes)):
        proven(fun, T, b)


def test_what_tensordot_refuses() -> None:
    for axes in (2, ([0], [1]), ([0, 0], [1, 1]), ([5], [0]), ([0, 1], [0])):
        with pytest.raises((ValueError, IndexError)):
            np.tensordot(leaf(A), B, axes)


def test_the_products_of_linalg() -> None:
    proven(np.linalg.matmul, A, B)
    proven(np.linalg.outer, V, np.arange(1.0, 3))
    proven(np.linalg.cross, A, V)
    proven(lambda x, y: np.linalg.cross(x, y, axis=0), A.T, S[:, :2])
    proven(np.linalg.vecdot, A, V)
    proven(lambda x, y: np.linalg.vecdot(x, y, axis=0), A, A + 1)
    for fun, x in ((np.linalg.outer, A), (np.linalg.cross, B), (np.linalg.cross, V[:2]), (np.linalg.matmul, A)):
        with pytest.raises(ValueError):
            fun(leaf(x), x)


def test_outer_into_a_tensor() -> None:
    x, buffer = leaf(V), Tensor(np.zeros((3, 2)))
    np.outer(x, [1.0, 2.0], out=buffer)
    np.sum(buffer).backward()
    np.testing.assert_array_equal(x.grad, np.full(3, 3.0))
    with pytest.raises(TypeError, match="plain array"):
        np.outer(x, V, np.zeros((3, 3)))


# Products with the conjugate of their first argument


def test_conjugated_products_of_complex_numbers() -> None:
    """For f = Re Σ a* b the gradient in a is b*, and in b is a*: with a = u + iv, Re f = u·Re b + v·Im b."""
    a, b = Z[0], Z[1] * 2j
    by_matrix = [lambda a, b, ufunc=ufunc: ufunc(a, b[:, None])[0] for ufunc in present(np, "vecmat")]
    for fun in (np.vdot, np.vecdot, np.linalg.vecdot, *by_matrix):
        _, pullback = vjp(lambda a, b, fun=fun: np.real(fun(a, b)), a, b)
        in_a, in_b = pullback(1.0)
        np.testing.assert_allclose(in_a, np.conj(b), rtol=1e-15)
        np.testing.assert_allclose(in_b, np.conj(a), rtol=1e-15)
        _, pullback = vjp(lambda a, b, fun=fun: np.imag(fun(a, b)), a, b)
        in_a, in_b = pullback(1.0)
        np.testing.assert_allclose(in_a, 1j * np.conj(b), rtol=1e-15)
        np.testing.assert_allclose(in_b, -1j * np.conj(a), rtol=1e-15)
        proven(fun, a, b)
    np.testing.assert_allclose(grad(lambda a: np.real(np.vdot(a, a)))(a), 2 * np.conj(a), rtol=1e-15)
    assert jvp(lambda a: np.vdot(a, a), (a,), (1j * a,))[1] == 0


UFUNCS = [
    (np.matmul, (A, B), {"axes": [(0, 1), (0, 1), (1, 0)]}),
    (np.matmul, (A.T, A.T), {"axes": [(1, 0), (0, 1), (0, 1)]}),
    (np.vecdot, (A, V[:2]), {"axis": 0}),
    (np.vecdot, (A, V), {"keepdims": True}),
    (np.vecdot, (A, A), {"axis": 0, "keepdims": True}),
    (np.vecdot, (A, V), {"dtype": np.float32}),
    *[(ufunc, (T, V), {"axes": [(2, 1), 0, 0]}) for ufunc in present(np, "matvec")],
    *[(ufunc, (V, T), {"axes": [(0,), (2, 1), (-2,)]}) for ufunc in present(np, "vecmat")],
]


@pytest.mark.parametrize(("ufunc", "args", "options"), UFUNCS)
def test_keywords_of_generalized_ufuncs(ufunc: Any, args: Any, options: Any) -> None:
    x = tuple(map(leaf, args))
    np.testing.assert_array_equal(ufunc(*x, **options).data, ufunc(*args, **options), strict=True)
    if "dtype" not in options:
        check_grads(lambda *x: ufunc(*x, **options), args)


def test_generalized_ufuncs_refuse_what_numpy_refuses() -> None:
    for ufunc, args, options, kind in (
        (np.matmul, (A, B), {"axis": 0}, TypeError),
        (np.matmul, (A, B), {"keepdims": True}, TypeError),
        (np.matmul, (A, B), {"axes": [(0, 1)]}, ValueError),
        (np.vecdot, (A, B), {}, ValueError),
        (np.vecdot, (A, np.array(1.0)), {}, ValueError),
        *[(ufunc, (A, B), {}, ValueError) for ufunc in present(np, "matvec")],
    ):
        with pytest.raises(kind):
            ufunc(*args, **options)
        with pytest.raises(kind):
            ufunc(leaf(args[0]), args[1], **options)


def test_a_generalized_ufunc_into_a_tensor() -> None:
    x, buffer = leaf(A), Tensor(np.zeros((1, 3)))
    assert np.vecdot(x, A, axis=0, keepdims=True, out=buffer) is buffer
    np.sum(buffer).backward()
    np.testing.assert_array_equal(x.grad, A)


# cross and kron


PLANE = [
    ((2,), (2,), {}), ((2,), (3,), {}), ((3,), (2,), {}), ((4, 2), (2,), {}), ((4, 2), (4, 3), {}),
    ((2, 4), (2, 4), {"axis": 0}),
    ((2, 4), (4, 3), {"axisa": 0, "axisc": 0}), ((3, 1), (4, 2), {"axisa": 0, "axisc": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "options"), PLANE)
def test_vectors_of_the_plane(one: Any, other: Any, options: Any) -> None:
    """NumPy warns of them; what is done for their gradients does not."""
    a, b = RNG.standard_normal(one), RNG.standard_normal(other)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        out, pullback = vjp(lambda a, b: np.cross(a, b, **options), a, b)
        np.testing.assert_array_equal(out, np.cross(a, b, **options))
        check_grads(lambda a, b: np.cross(a, b, **options), (a, b))
    pullback(np.ones(out.shape))


def test_cross_refuses_what_numpy_refuses() -> None:
    for a, b, options in ((V, 2.0, {}), (np.ones(4), V, {}), (A, V, {"axis": 3}), (A, B.T, {})):
        with pytest.raises((ValueError, IndexError)):
            np.cross(leaf(a), b, **options)


def test_blocks_of_a_kronecker_product() -> None:
    proven(np.kron, A, B)
    proven(np.kron, A, T)
    proven(np.kron, T, V)
    proven(np.kron, Z, np.array(2j))


# Chains and powers of matrices


def test_chains_of_matrices() -> None:
    proven(lambda a, b: np.linalg.multi_dot([a, b]), A, B)
    proven(lambda v, a, b: np.linalg.multi_dot((v, a.T, a, b)), V, A, B)
    proven(lambda v, a, b: np.linalg.multi_dot([v, a.T, a, b, b.T, v]), V, A, B)
    proven(lambda v, a: np.linalg.multi_dot([a, a.T, a, v]), V, A)
    for wrong in ([A], [A, T, B], [A, A], [A, A, B], [V, V, V]):
        with pytest.raises((ValueError, np.linalg.LinAlgError)) as expected:
            np.linalg.multi_dot(wrong)
        with pytest.raises(expected.type):
            np.linalg.multi_dot([leaf(wrong[0]), *wrong[1:]])


def test_a_chain_into_a_tensor() -> None:
    x, buffer = leaf(A), Tensor(np.zeros((2, 4)))
    np.linalg.multi_dot([x, S, B], out=buffer)
    np.sum(buffer).backward()
    np.testing.assert_allclose(x.grad, np.ones((2, 4)) @ (S @ B).T)


@pytest.mark.parametrize("n", [2, 3, 5, 8, -1, -4, np.int64(3), True])
def test_powers_of_matrices(n: Any) -> None:
    proven(lambda a: np.linalg.matrix_power(a, n), S + 2 * np.eye(3))
    proven(lambda a: np.linalg.matrix_power(a, n), T + 2j * np.eye(3))


def test_the_power_0_is_connected_with_gradient_0() -> None:
    x = leaf(np.full((2, 3, 3), np.nan))
    out = np.linalg.matrix_power(x, 0)
    np.testing.assert_array_equal(out.data, np.broadcast_to(np.eye(3), (2, 3, 3)))
    out.backward(np.ones((2, 3, 3)))
    np.testing.assert_array_equal(x.grad, np.zeros((2, 3, 3)))


def test_the_power_1_is_a_value_of_its_own() -> None:
    x = leaf(S)
    y = np.linalg.matrix_power(x, 1)
    y[0, 0] = 100.0
    np.testing.assert_array_equal(x.data, S)
    y.backward(np.ones((3, 3)))
    assert x.grad[0, 0] == 0 and x.grad.sum() == 8


def test_what_matrix_power_refuses() -> None:
    for a, n, kind in (
        (S, 1.5, TypeError),
        (S, "2", TypeError),
        (A, 2, np.linalg.LinAlgError),
        (V, 0, np.linalg.LinAlgError),
        (np.ones((2, 2)), -1, np.linalg.LinAlgError),
    ):
        for x in (a, leaf(a)):
            with pytest.raises(kind):
                np.linalg.matrix_power(x, n)
