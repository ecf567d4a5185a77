"""The table of special values, row by row: reverse and forward mode, second order, warnings, dtypes, the docs."""

from __future__ import annotations

import array as typed
import importlib
import math
import pkgutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from special_values import COMPLEX, HALVES, MANY, REAL_ROWS, Special

from autograd import Tensor, grad, jvp, relu, vjp

# Rooms of the calculus keep theirs in files of their own.
for found in pkgutil.iter_modules([str(Path(__file__).parent / "edges")]):
    REAL_ROWS += importlib.import_module(f"edges.{found.name}").ROWS

rows = pytest.mark.parametrize("row", REAL_ROWS, ids=lambda row: row.case)
forward_rows = pytest.mark.parametrize("row", [r for r in REAL_ROWS if r.forward], ids=lambda row: row.case)
second_rows = pytest.mark.parametrize("row", [r for r in REAL_ROWS if r.second is not None], ids=lambda row: row.case)

#: A handful of roundings; 0 and infinity must be met exactly.
RTOL = 16 * float(np.finfo(np.float64).eps)


def same(found: Any, expected: Any, like: Any) -> None:
    assert type(found) is np.ndarray
    assert (found.shape, found.dtype) == (like.shape, like.dtype)
    np.testing.assert_allclose(found, np.broadcast_to(expected, like.shape), rtol=RTOL, atol=0)


def forth(row: Special) -> Any:
    """Let NumPy warn where it does for plain arrays."""
    return np.errstate(all="ignore" if row.warns else None)


def twice(row: Special) -> Any:
    """Let both warn: the walk of a first derivative is what is differentiated."""
    return np.errstate(all="ignore" if row.warns or row.infinite else None)


def back(row: Special) -> Any:
    """Let a derivative that is infinite say so, and no other."""
    return np.errstate(all="ignore" if row.infinite else None)


def points(row: Special) -> tuple[Any, ...]:
    """Give read-only inputs."""
    views = tuple(a[...] for a in row.at)
    for view in views:
        view.flags.writeable = False
    return views


def units(at: tuple[Any, ...]) -> Any:
    """Give for each element of each argument the tangents that point along it."""
    for i, array in enumerate(at):
        for index in np.ndindex(array.shape):
            tangents = [np.zeros(a.shape) for a in at]
            tangents[i][index] = 1
            yield i, index, tuple(tangents)


@rows
def test_reverse_mode(row: Special) -> None:
    at = points(row)
    with forth(row):
        out, pullback = vjp(row.fun, *at)
    with back(row):
        found = pullback(np.ones(out.shape))
    for g, expected, point in zip(found, row.grad, at, strict=True):
        same(g, expected, point)


@rows
def test_backward(row: Special) -> None:
    leaves = [Tensor(array, requires_grad=True) for array in points(row)]
    with forth(row):
        out = row.fun(*leaves)
    with back(row):
        out.backward(np.ones(out.shape))
    for leaf, expected in zip(leaves, row.grad, strict=True):
        same(leaf.grad, expected, leaf)


@rows
def test_a_cotangent_of_0_gives_0(row: Special) -> None:
    with forth(row):
        out, pullback = vjp(row.fun, *points(row))
    for g, array in zip(pullback(np.zeros(out.shape)), row.at, strict=True):
        same(g, 0, array)


@forward_rows
def test_forward_mode(row: Special) -> None:
    at = points(row)
    for i, index, tangents in units(at):
        with np.errstate(all="ignore" if row.warns or row.infinite else None):
            _, tangent = jvp(row.fun, at, tangents)
        expected = np.broadcast_to(row.grad[i], at[i].shape)[index]
        np.testing.assert_allclose(np.sum(tangent), expected, rtol=RTOL, atol=0)


def gradients(row: Special) -> Any:
    """Make the function that gives the gradients of the row's sum."""
    return lambda *at: vjp(lambda *x: np.sum(row.fun(*x)), *at)[1](1.0)


@second_rows
def test_second_order_reverse_over_reverse(row: Special) -> None:
    at = points(row)
    with twice(row):
        out, pullback = vjp(gradients(row), *at)
    with back(row):
        found = pullback(tuple(np.ones(array.shape) for array in out))
    for g, expected, point in zip(found, row.second, at, strict=True):
        same(g, expected, point)


@second_rows
def test_second_order_forward_over_reverse(row: Special) -> None:
    """The Hessian is symmetric: its product with ones is the gradient of the gradient's sum."""
    at = points(row)
    with twice(row):
        _, tangents = jvp(gradients(row), at, tuple(np.ones(array.shape) for array in at))
    for g, expected, point in zip(tangents, row.second, at, strict=True):
        same(g, expected, point)


@second_rows
def test_second_order_reverse_over_forward(row: Special) -> None:
    at = points(row)

    def slope(*x: Any) -> Any:
        return jvp(lambda *x: np.sum(row.fun(*x)), x, tuple(np.ones(array.shape) for array in at))[1]

    with twice(row):
        _, pullback = vjp(slope, *at)
    with back(row):
        found = pullback(1.0)
    for g, expected, point in zip(found, row.second, at, strict=True):
        same(g, expected, point)


@rows
def test_inputs_are_not_modified(row: Special) -> None:
    at = tuple(np.array(array) for array in row.at)
    with np.errstate(all="ignore"):
        out, pullback = vjp(row.fun, *at)
        pullback(np.ones(out.shape))
    for array, before in zip(at, row.at, strict=True):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize(("name", "fun", "at", "expected"), COMPLEX, ids=[case[0] for case in COMPLEX])
def test_complex_convention(name: str, fun: Any, at: complex, expected: complex, dtype: Any) -> None:
    z = np.array(at, dtype=dtype)
    found = grad(fun)(z)
    assert (found.shape, found.dtype) == ((), dtype)
    scale = 16 * float(np.finfo(dtype).eps) * max(abs(expected), 1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=scale)
    # Forward: with the tangent t the change is Re(gradient t).
    for t in (1, 1j):
        _, tangent = jvp(fun, (z,), (np.array(t, dtype=dtype),))
        assert tangent.dtype == np.zeros(0, dtype).real.dtype
        np.testing.assert_allclose(tangent, (expected * t).real, rtol=0, atol=scale)


@pytest.mark.parametrize(("name", "fun", "at", "expected"), HALVES, ids=[case[0] for case in HALVES])
def test_sums_of_float16_are_not_lost(name: str, fun: Any, at: Any, expected: float) -> None:
    x = at.astype(np.float16)
    out, pullback = vjp(fun, x)
    (found,) = pullback(np.ones(out.shape, np.float16))
    assert found.dtype == np.float16
    np.testing.assert_array_equal(found, np.full(x.shape, expected, np.float16))


def test_sums_of_float16_do_not_overflow_on_the_way() -> None:
    x = Tensor(np.ones(2, np.float16), requires_grad=True)
    g = np.full((MANY, 2), 64, np.float16)
    g[MANY // 2 :] = -64
    (x * np.ones((MANY, 2), np.float16)).backward(g)
    np.testing.assert_array_equal(x.grad, np.zeros(2, np.float16))


def test_what_a_boolean_index_did_not_choose_is_never_looked_at() -> None:
    x = np.array([-1.0, 0.0, 2.0])

    def fun(x: Any) -> Any:
        with np.errstate(all="ignore"):
            y = np.log(x)
        return np.sum(y[x > 0] ** 2)

    np.testing.assert_allclose(grad(fun)(x), [0, 0, math.log(2)], rtol=RTOL)
    with np.errstate(all="ignore"):
        tangent = jvp(grad(fun), (x,), (np.ones(3),))[1]
    np.testing.assert_allclose(tangent, [0, 0, (1 - math.log(2)) / 2], rtol=RTOL)


def test_what_was_overwritten_is_never_looked_at() -> None:
    x = np.array([-1.0, 0.0, 2.0])

    def fun(x: Any) -> Any:
        with np.errstate(all="ignore"):
            y = np.sqrt(x)
        y[x <= 0] = 0.0
        return np.sum(y)

    np.testing.assert_allclose(grad(fun)(x), [0, 0, 2**-1.5], rtol=RTOL)


def test_std_of_equal_values_whose_mean_is_rounded() -> None:
    np.testing.assert_array_equal(grad(np.std)(np.full(3, 0.1)), np.zeros(3))


def test_mixed_second_derivative_of_a_power_at_exponent_0() -> None:
    """∂²(x^y)/∂x∂y = x^(y-1) (1 + y ln x), in either order."""
    by_x = grad(lambda y: grad(lambda x: x**y)(2.0))(0.0)
    by_y = grad(lambda x: grad(lambda y: x**y)(np.array(0.0)))(2.0)
    np.testing.assert_allclose([by_x, by_y], 0.5, rtol=RTOL)


def test_expm1_is_exact_where_its_value_is_nearly_minus_1() -> None:
    np.testing.assert_allclose(grad(np.expm1)(-40.0), math.exp(-40), rtol=RTOL)


@pytest.mark.parametrize("kind", [list, tuple, range, lambda i: typed.array("l", i)])
def test_a_repeated_index_in_any_sequence_accumulates(kind: Any) -> None:
    index = kind([0, 0]) if kind is not range else range(0, 1)
    x = np.ones(3)
    index = index if kind is not tuple else (list(index),)
    weights = np.arange(1.0, 1 + np.size(x[index if kind is not tuple else index[0]]))
    found = grad(lambda x: np.sum(x[index] * weights))(x)
    np.testing.assert_array_equal(found, [weights.sum(), 0, 0])


DTYPES = [np.float16, np.float32, np.float64, np.complex64, np.complex128]
ARITHMETIC = [np.add, np.subtract, np.multiply, np.divide, np.power, np.matmul, np.logaddexp, np.maximum]


@pytest.mark.parametrize("fun", ARITHMETIC, ids=lambda fun: fun.__name__)
def test_mixed_dtypes_promote_and_each_gradient_is_cast_back(fun: Any) -> None:
    real_only = fun in (np.logaddexp, np.maximum)
    for one in DTYPES:
        for other in DTYPES:
            if real_only and "c" in (np.dtype(one).kind, np.dtype(other).kind):
                continue
            x = Tensor(np.ones((2, 2), one), requires_grad=True)
            y = Tensor(np.full((2, 2), 2, other), requires_grad=True)
            out = fun(x, y)
            assert out.dtype == np.result_type(one, other)
            out.backward(np.ones(out.shape, out.dtype))
            assert (x.grad.dtype, y.grad.dtype) == (one, other)
            assert np.isfinite(x.grad).all() and np.isfinite(y.grad).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_python_scalar_does_not_widen(dtype: Any) -> None:
    def fun(x: Any) -> Any:
        return np.sum(np.exp(2 * x / 3) ** 1.5 - np.where(x > 0, 1.0, x) + np.maximum(x, 0.0) + np.clip(x, -1.0, 1.0))

    out, pullback = vjp(fun, np.ones(3, dtype))
    assert out.dtype == dtype
    assert pullback(np.ones((), dtype))[0].dtype == dtype


SCALARS = [np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, lambda x: x @ x, lambda x: np.dot(x, x),
           lambda x: x[0], lambda x: np.exp(x[1]) * 2, lambda x: np.einsum("i,i", x, x), lambda x: np.clip(x[0], 0, 1),
           lambda x: abs(-x[0]) ** 2, lambda x: x.sum().reshape(()), lambda x: np.squeeze(x[:1])]  # fmt: skip


@pytest.mark.parametrize("fun", SCALARS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_scalar_result_is_a_0d_array(fun: Any, dtype: Any) -> None:
    x = np.array([1, 2, 4], dtype)
    tracked, constant = fun(Tensor(x, requires_grad=True)), fun(Tensor(x))
    value, pullback = vjp(fun, x)
    _, tangent = jvp(fun, (x,), (np.ones_like(x),))
    one = Tensor(np.ones((), dtype), requires_grad=True)
    fun(x * one).backward()
    for scalar in (tracked.data, constant.data, value, tangent, pullback(np.ones((), dtype))[0][0, ...], one.grad):
        assert type(scalar) is np.ndarray
        assert (scalar.shape, scalar.dtype) == ((), dtype)


@pytest.mark.filterwarnings("ignore:What .* does not depend on")
def test_a_leaf_that_took_no_part() -> None:
    x, y = Tensor(1.0, requires_grad=True), Tensor([1.0, 2.0], requires_grad=True)
    (x * 2).backward()
    assert y.grad is None
    unused = grad(lambda x, y: x * 2, argnum=1)(1.0, np.array([1, 2], np.float32))
    np.testing.assert_array_equal(unused, np.zeros(2, np.float32), strict=True)


COLUMNS = ("case", "function", "at", "here", "PyTorch", "JAX", "HIPS autograd")


def documented() -> list[tuple[str, ...]]:
    """Read the rows of the user's table that have a function and a point."""
    text = (Path(__file__).parents[1] / "docs" / "conventions.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    assert cells[0] == COLUMNS
    return [row for row in cells[2:] if row[1]]


@pytest.mark.parametrize("row", documented(), ids=lambda row: row[0])
def test_the_docs_say_what_is(row: tuple[str, ...]) -> None:
    _, source, at, here, *_ = row
    names = {"np": np, "relu": relu, "grad": grad}
    fun = eval(f"lambda x: {source.strip('`')}", names)  # our own file
    point = np.array(eval(at.strip("`"), {"inf": math.inf, "nan": math.nan}))
    with np.errstate(all="ignore"):
        out, pullback = vjp(fun, point)
        (found,) = pullback(np.ones(out.shape, out.dtype))
    expected = eval(here, {"inf": math.inf, "nan": math.nan})
    np.testing.assert_allclose(found, np.array(expected), rtol=1e-4, atol=0)
