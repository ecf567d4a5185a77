"""`autograd.numpy` is NumPy, and sees the Tensors in lists."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.test_util import check_grads
from autograd.tracer import getval, isbox
from faces import X, close

import autograd
from autograd import Tensor, grad

pytestmark = pytest.mark.usefixtures("seeded")


@pytest.mark.parametrize(
    "fun",
    [
        lambda x, y: anp.array([[x, 1.0], [y, x * y]]),
        lambda x, y: anp.array([x, y], ndmin=2),
        lambda x, y: anp.asarray([x, (y)]),
        lambda x, y: anp.full((2, 3), x * y),
        lambda x, y: anp.full(2, [x, y]),
        lambda x, y: anp.r_[x, 1.0:3.0, y],
        lambda x, y: anp.c_[anp.array([x, y]), anp.array([y, 1.0])],
        lambda x, y: anp.concatenate([[x], [y, x]]),
        lambda x, y: anp.vstack([[x, y], [1.0, x]]),
        lambda x, y: anp.hstack([x, [y, x]]),
        lambda x, y: anp.sum([x, y * y]),
        lambda x, y: anp.mean((x, y)),
        lambda x, y: anp.std([x, y, 1.0]),
        lambda x, y: anp.max([x, y]),
        lambda x, y: anp.dot([x, y], [2.0, y]),
        lambda x, y: anp.diag([x, y]),
        lambda x, y: anp.linalg.norm([x, y]),
        lambda x, y: anp.where(np.array([True, False]), [x, y], 0.0),
        lambda x, y: anp.append([x], y),
        lambda x, y: anp.make_diagonal(anp.array([x, y]), 0, -1, -2),
        lambda x, y: anp.sum(a=[x, y * y]),
        lambda x, y: anp.stack(arrays=[[x, y], [y, 1.0]]),
        lambda x, y: anp.select([np.array([True, False])], [[x, y]], default=2.0),
        lambda x, y: anp.select([np.array([True, False]), np.array(True)], [[x, y], y]),
        lambda x, y: anp.block([[anp.array([x, y]), 1.0], [y, anp.array([x, x])]]),
        lambda x, y: anp.linalg.multi_dot([anp.array([[x, y, 1.0]]), anp.array([[x], [y], [x]]), [[y]]]),
        lambda x, y: anp.full_like(np.ones(3), x * y),
        lambda x, y: anp.full_like([1.0, 2.0], [x, y]),
        lambda x, y: anp.full_like(np.ones(3), x + y, shape=(2, 2)),
        lambda x, y: anp.vectorize(lambda a, b: a * b + y)(np.ones((2, 1)) * x, [1.0, 2.0]),
        lambda x, y: anp.ascontiguousarray(x * y),
        lambda x, y: anp.asanyarray([x, y]),
        lambda x, y: copy.deepcopy(x * y),
    ],
)
def test_lists_in_which_tensors_stand(fun: Callable[..., Any]) -> None:
    check_grads(fun, (0, 1))(1.5, 0.5)
    assert not isinstance(fun(1.5, 0.5), Tensor)


def test_plain_calls_are_numpys() -> None:
    assert anp.exp is np.exp
    assert anp.pi == np.pi
    assert anp.bool_ is np.bool_
    assert type(anp.where(True, 1, 2)) is int
    assert anp.where([True, False], [1.0, 2.0], [3.0, 4.0]) == [1.0, 4.0]
    with pytest.raises(ValueError, match="both or neither"):
        anp.where(True, 1)
    with pytest.raises(NotImplementedError):
        anp.make_diagonal(X)
    np.testing.assert_array_equal(anp.r_[1:3, 5], np.r_[1:3, 5])


def test_boxes() -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append((isinstance(x, ArrayBox), isbox(x), autograd.isinstance(x, float), autograd.type(x)))
        return getval(x) * x

    close(grad(f)(2.0), 2.0)
    assert seen == [(True, True, True, np.float64)]
    assert getval(2.0) == 2.0
    assert not isbox(2.0)


def test_containers_are_pythons() -> None:
    found = grad(lambda d: autograd.dict(a=d["a"], b=d["b"][0])["a"] ** 2)({"a": 3.0, "b": [1.0]})
    assert found == {"a": 6.0, "b": [0.0]}


def test_arrays_are_taken_as_numpys_functions_take_them() -> None:
    seen = []

    def f(x: Any) -> Any:
        turned = anp.ascontiguousarray(x.T)
        seen.append((turned.flags.c_contiguous, anp.asfortranarray(x).flags.f_contiguous, x.T.flags.c_contiguous))
        return np.sum(turned[0] * np.arange(2.0))

    close(grad(f)(np.ones((2, 3))), [[0, 0, 0], [1, 0, 0]])
    assert seen == [(True, True, False)]
    assert anp.ascontiguousarray(np.ones((2, 3)).T).flags.c_contiguous
    assert anp.asfortranarray(np.ones((2, 3))).flags.f_contiguous
    assert anp.ascontiguousarray(1.0).shape == (1,)
    assert anp.ascontiguousarray(Tensor(1.0)).shape == anp.asfortranarray(Tensor(1.0)).shape == (1,)
    masked = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    assert anp.asanyarray(masked) is masked
    assert type(anp.asarray(masked)) is np.ndarray


def test_a_traced_number_is_a_scalar() -> None:
    seen = []
    grad(lambda x: seen.append((anp.isscalar(x), anp.isscalar(x * anp.ones(2)))) or x)(2.0)
    assert seen == [(True, False)]
    assert anp.isscalar(3.0)
    assert not anp.isscalar([3.0])


def test_vectorize() -> None:
    f = anp.vectorize(lambda a, k, b=1.0: (a * k, b), excluded={"b"})
    x = np.arange(3.0)
    close(grad(lambda x: np.sum(f(x, 2, b=x[0])[0]))(x), [2.0, 2.0, 2.0])
    cast = anp.vectorize(lambda a: a, otypes=[np.float32])
    assert cast(Tensor(x)).dtype == np.float32
    assert cast(Tensor(np.ones((0, 2)))).shape == (0, 2)
    close(anp.vectorize(lambda a: a + 1)(x), x + 1)
    rows = anp.vectorize(lambda m, v: (m @ v, np.sum(v)), signature="(k,n),(n)->(k),()")
    matrices, vectors = np.arange(24.0).reshape(4, 2, 3) / 24, np.arange(12.0).reshape(4, 3) / 12
    for found, expected in zip(rows(Tensor(matrices), vectors), rows(matrices, vectors), strict=True):
        close(found, expected)
    check_grads(lambda m, v: rows(m, v)[0], (0, 1))(matrices, vectors[0])
    with pytest.raises(TypeError, match="expected 2, got 1"):
        rows(Tensor(x))
    with pytest.raises(ValueError, match="otypes"):
        anp.vectorize(lambda a: a)(Tensor(np.ones(0)))


FORMER: dict[str, Any] = {
    "float_": np.float64, "complex_": np.complex128, "Inf": np.inf, "infty": np.inf, "PINF": np.inf, "NINF": -np.inf,
    "bool8": np.bool_,
}  # fmt: skip


@pytest.mark.parametrize("name", FORMER)
def test_dropped_constants_and_types_warn(name: str) -> None:
    with pytest.warns(DeprecationWarning, match=name):
        assert getattr(anp, name) == FORMER[name]


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("product", ([2.0, 3.0],), 6.0),
        ("cumproduct", ([2.0, 3.0],), [2.0, 6.0]),
        ("alltrue", ([True, False],), False),
        ("sometrue", ([True, False],), True),
        ("round_", (1.26, 1), 1.3),
        ("trapz", ([1.0, 3.0],), 2.0),
        ("in1d", ([[1, 2], [3, 4]], [2, 3]), [False, True, True, False]),
        ("asfarray", ([1, 2],), [1.0, 2.0]),
        ("msort", ([[3.0, 1.0], [2.0, 4.0]],), [[2.0, 1.0], [3.0, 4.0]]),
    ],
)
def test_dropped_functions_warn(name: str, args: tuple[Any, ...], expected: Any) -> None:
    with pytest.warns(DeprecationWarning, match=name):
        close(getattr(anp, name)(*args), expected)


def test_dropped_functions_take_tensors() -> None:
    with pytest.warns(DeprecationWarning):
        from autograd.numpy import msort, product, trapz
    close(grad(lambda x: product([x, x]))(3.0), 6.0)
    close(grad(lambda x: trapz(x))(X), [0.5, 1.0, 0.5])
    close(grad(lambda x: msort(x)[0])(X), [0.0, 1.0, 0.0])
    assert not hasattr(anp, "no_such_name")
