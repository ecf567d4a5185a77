"""The Tensor as an array: made, shown, computed with, compared, and indexed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad

A = np.arange(1.0, 7.0).reshape(2, 3)


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def equal(found: Any, expected: Any) -> None:
    assert isinstance(found, Tensor)
    np.testing.assert_array_equal(found.data, expected, strict=True)


# Making one


def test_it_takes_an_array_by_reference() -> None:
    assert Tensor(A).data is A
    assert Tensor(A, requires_grad=True).data is A
    assert Tensor(A).numpy() is A


@pytest.mark.parametrize(
    ("data", "dtype"),
    [(1.5, float), (2, int), (True, bool), (1j, complex), ([1.0, 2], float), ((1, 2), int), (np.float32(1), "f4")],
)
def test_it_takes_what_numpy_takes(data: Any, dtype: Any) -> None:
    t = Tensor(data)
    assert type(t.data) is np.ndarray
    assert t.dtype == dtype
    assert t.shape == np.shape(data)
    assert not t.requires_grad and t.grad is None


def test_a_tensor_of_a_tensor_loses_nothing() -> None:
    x = leaf()
    Tensor(x * 2).sum().backward()
    np.testing.assert_array_equal(x.grad, np.full((2, 3), 2.0))
    with pytest.raises(ValueError, match=r"on the tape already; write t\.detach\(\)"):
        Tensor(x, requires_grad=True)


@pytest.mark.parametrize(
    "data", [np.array(["a"]), np.array([object()]), "a", None, [[1.0], [1.0, 2.0]], np.array([1, 2], "M8[s]")]
)
def test_what_is_not_numeric_is_refused(data: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"holds numbers .*met dtype|inhomogeneous"):
        Tensor(data)


def test_object_arrays_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"met dtype object\. Convert it first, .* np\.array\(data, dtype=float"):
        Tensor(np.array([1, None]))


def test_masked_arrays_are_refused() -> None:
    with pytest.raises(TypeError, match=r"lose its mask; write np\.where"):
        Tensor(np.ma.array([1.0], mask=[True]))


@pytest.mark.parametrize("data", [np.arange(3), True, np.array([True]), [1, 2], np.uint8(3)])
def test_integers_and_booleans_have_no_gradient(data: Any) -> None:
    with pytest.raises(TypeError, match=r"needs a floating or complex dtype, met \w+.*x\.astype\(float\)"):
        Tensor(data, requires_grad=True)


@pytest.mark.parametrize(
    ("t", "text"),
    [
        (Tensor(3.0), "Tensor(3., dtype=float64)"),
        (Tensor([1, 2]), "Tensor([1, 2], dtype=int64)"),
        (Tensor(np.float32([1.5]), requires_grad=True), "Tensor([1.5], dtype=float32, requires_grad=True)"),
        (leaf([1.0]) * 2, "Tensor([2.], dtype=float64, requires_grad=True)"),
        (Tensor([[1.0, 2], [3, 4]]), "Tensor([[1., 2.],\n        [3., 4.]], dtype=float64)"),
        (Tensor(np.zeros((0, 2))), "Tensor([], dtype=float64)"),
    ],
)
def test_repr_shows_values_dtype_and_requires_grad(t: Tensor, text: str) -> None:
    assert repr(t) == text
    assert str(t)


def test_formatting() -> None:
    assert f"{leaf(1.25):.1f} {Tensor(1.25):8.3f}" == "1.2    1.250"
    assert f"{Tensor(2.0)}" == str(Tensor(2.0))


def test_what_an_array_has() -> None:
    x = leaf()
    assert (x.shape, x.ndim, x.size, x.dtype, x.nbytes, len(x)) == (A.shape, 2, 6, A.dtype, 48, 2)
    assert x.tolist() == A.tolist()
    assert leaf(2.5).item() == 2.5 and type(leaf(2.5).item()) is float
    assert x.item(1, 2) == 6.0
    equal(x.T, A.T)
    equal(leaf(A[None]).mT, A.T[None])
    equal(Tensor(1 + 2j).real, np.array(1.0))
    equal(Tensor(1 + 2j).imag, np.array(2.0))
    assert 3.0 in x and 7.0 not in x
    assert x.is_leaf and not (x * 1).is_leaf
    with pytest.raises(TypeError, match=r"0-d|unsized"):
        len(leaf(1.0))


def test_a_name_that_does_not_exist_is_an_error() -> None:
    x = leaf()
    with pytest.raises(AttributeError, match="requires_gard"):
        x.requires_gard = False
    with pytest.raises(AttributeError, match="nope"):
        x.nope  # noqa: B018


# Operators

BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
}


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("other", [2, 2.0, True, np.float32(2), np.float64(2), np.int64(2), A[0], [1.0, 2, 3]])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_operators_with_anything_on_either_side(name: str, other: Any, dtype: Any) -> None:
    fun, x = BINARY[name], A.astype(dtype)
    for t in (Tensor(x), leaf(x)):
        for found, expected in ((fun(t, other), fun(x, other)), (fun(other, t), fun(other, x))):
            equal(found, expected)
            assert found.requires_grad is t.requires_grad


@pytest.mark.parametrize("name", BINARY)
def test_operators_between_tensors(name: str) -> None:
    fun = BINARY[name]
    equal(fun(leaf(), Tensor(A[0])), fun(A, A[0]))
    equal(fun(Tensor(A[0]), leaf()), fun(A[0], A))
    assert not fun(Tensor(A), Tensor(A)).requires_grad


def test_other_operators() -> None:
    x = leaf()
    equal(x @ A.T, A @ A.T)
    equal(A.T @ x, A.T @ A)
    equal([[1.0, 2.0]] @ x, np.array([[1.0, 2.0]]) @ A)
    equal(-x, -A)
    equal(+x, A)
    equal(abs(-x), A)
    quotient, rest = divmod(x, 4)
    equal(quotient, A // 4)
    equal(rest, A % 4)


def test_divmod_with_a_number_on_the_left() -> None:
    quotient, rest = divmod(7, leaf())
    equal(quotient, 7 // A)
    equal(rest, 7 % A)


def test_an_integer_tensor_computes_as_numpy_does() -> None:
    i = Tensor([1, 2, 3])
    for found, expected in ((i + 1, [2, 3, 4]), (i // 2, [0, 1, 1]), (i**2, [1, 4, 9])):
        equal(found, np.array(expected))
    equal(i / 2, np.array([0.5, 1, 1.5]))


@pytest.mark.parametrize("other", ["a", None, object(), np.array([None, 1, 2])])
def test_what_is_no_number_is_refused_as_an_operand(other: Any) -> None:
    x = leaf()
    for attempt in (lambda: x + other, lambda: other + x, lambda: np.multiply(x, other)):
        with pytest.raises(TypeError, match=r"computes with numbers; met|unsupported operand"):
            attempt()
    np.testing.assert_array_equal(x.data, A)


@pytest.mark.parametrize(
    ("fun", "name"),
    [(lambda x, y: x + y, "add"), (lambda x, y: np.maximum(x, y), "maximum"), (lambda x, y: x @ y, "matmul"),
     (lambda x, y: np.where(True, x, y), "where"), (lambda x, y: np.dot(x, y), "dot"),
     (lambda x, y: np.concatenate([x, y[None]]), "concatenate"), (lambda x, y: np.stack([x, y]), "stack"),
     (lambda x, y: np.einsum("ij,ij->", x, y[None, :2]), "einsum")],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_named_with_the_op(fun: Any, name: str) -> None:
    x, y = leaf(), leaf(np.ones(4))
    with pytest.raises(ValueError, match=rf"^{name}: .*\(2, 3\).*\((4|1, 4|1, 2),?\)"):
        fun(x, y)
    assert x.grad is None and y.grad is None


@pytest.mark.parametrize("fun", [lambda x, y: x == y, lambda x, y: x != y, lambda x, y: x < y, lambda x, y: x <= y,
                                 lambda x, y: x > y, lambda x, y: x >= y])  # fmt: skip
def test_comparisons_give_plain_arrays(fun: Any) -> None:
    x = leaf()
    for one, other in ((x, 2), (2.0, x), (x, A), (A, x), (x, leaf(A[::-1])), (x, [1.0, 2.0, 3.0])):
        found = fun(one, other)
        plain = [t.data if isinstance(t, Tensor) else t for t in (one, other)]
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, fun(*map(np.asarray, plain)), strict=True)
    assert isinstance(fun(leaf(1.0), 2.0), np.bool_ | np.ndarray)


def test_tensors_are_hashed_by_identity() -> None:
    x, y = leaf(1.0), leaf(1.0)
    assert {x: "x", y: "y"}[x] == "x" and hash(x) != hash(y)


def test_plain_numbers_from_a_tensor() -> None:
    x = leaf(2.0)
    assert (float(x), int(x), complex(x), bool(x)) == (2.0, 2, 2 + 0j, True)
    assert [type(v) for v in (float(x), int(x), complex(x), bool(x))] == [float, int, complex, bool]
    assert math.exp(x) == math.exp(2.0)
    assert "abc"[Tensor(1)] == "b" and list(range(Tensor(2))) == [0, 1]
    assert (1 if x > 1 else 0) == 1
    with pytest.raises(ValueError, match="ambiguous"):
        bool(leaf())
    with pytest.raises(TypeError, match="integer"):
        range(leaf(1.0))


# The methods of an ndarray

METHODS = {
    "sum": [(), (0,), {"axis": -1, "keepdims": True}, ((0, 1),), {"axis": None}],
    "mean": [(), (1,), {"axis": (0, 1)}],
    "max": [(), (0,), {"axis": 1, "keepdims": True}],
    "min": [(), (0,)],
    "prod": [(), (0,)],
    "var": [(), (0,), {"ddof": 1}, {"axis": 1, "ddof": 1, "keepdims": True}],
    "std": [(), (0,), {"ddof": 1}],
    "reshape": [(3, 2), ((3, 2),), (-1,), {"order": "F", "shape": None}],
    "ravel": [(), ("F",)],
    "flatten": [(), ("F",)],
    "transpose": [(), (1, 0), ((1, 0),), (None,)],
    "swapaxes": [(0, 1)],
    "squeeze": [()],
    "clip": [(2, 4), (None, 3), {"min": 2, "max": 3}],
    "round": [(), (1,)],
    "copy": [()],
    "conj": [()],
    "conjugate": [()],
    "astype": [(np.float32,), ("float64",)],
    "take": [([0, 2],), ([1], 0), {"indices": [0], "axis": 1}],
    "dot": [(A.T,), (np.ones(3),), (2.0,)],
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_as_ndarray_has_them(name: str) -> None:
    for call in METHODS[name]:
        args, kwargs = ((), dict(call)) if isinstance(call, dict) else (call, {})
        if "shape" in kwargs:
            del kwargs["shape"]
            args = (3, 2)
        for t in (Tensor(A), leaf()):
            found = getattr(t, name)(*args, **kwargs)
            equal(found, np.asarray(getattr(A, name)(*args, **kwargs)))
            assert found.requires_grad is t.requires_grad


CONSTANT = [("argmax", ()), ("argmax", (1,)), ("argmin", (0,)), ("argsort", (1,)), ("all", ()), ("any", (0,))]


@pytest.mark.parametrize(("name", "args"), [*CONSTANT, ("nonzero", ())])
def test_methods_without_a_derivative_give_plain_arrays(name: str, args: Any) -> None:
    found = getattr(leaf(), name)(*args)
    assert not isinstance(found, Tensor)
    np.testing.assert_array_equal(found, getattr(A, name)(*args))


@pytest.mark.parametrize(
    ("name", "args"), [("cumsum", ()), ("cumprod", (0,)), ("diagonal", (1,)), ("trace", ()), ("repeat", (2, 1))]
)
def test_methods_of_the_rarer_functions(name: str, args: Any) -> None:
    found = getattr(leaf(), name)(*args)
    assert isinstance(found, Tensor)
    assert found.requires_grad
    np.testing.assert_array_equal(found.data, getattr(A, name)(*args))
    assert leaf(A[0]).searchsorted(2) == A[0].searchsorted(2)


def test_a_cast_to_integers_is_a_constant() -> None:
    x = leaf([1.5])
    assert not x.astype(int).requires_grad
    equal(x.astype(int), np.array([1]))
    assert x.astype(float, copy=False) is x


# Iteration and reading by index


def test_iteration_stays_on_the_tape() -> None:
    x = leaf()
    first, second = x
    equal(first, A[0])
    (first * second).sum().backward()
    np.testing.assert_array_equal(x.grad, A[::-1])
    assert [float(v) for v in x.flat] == A.ravel().tolist()
    equal(list(x.flat)[4], A.flat[4].reshape(()))
    with pytest.raises(TypeError, match="0-d"):
        iter(leaf(1.0))


INDEXES = [0, -1, (1, 2), slice(None, None, -1), (..., 0), (None, 1), ([0, 1], [2, 0]), A > 2, (0, A[0] > 1), [1, 0, 1],
           np.array([[0, 1], [1, 0]]), np.int64(1), (slice(0, 0),), (), Ellipsis, np.array(True)]  # fmt: skip


@pytest.mark.parametrize("index", INDEXES, ids=str)
def test_reading_by_index(index: Any) -> None:
    x = leaf()
    found = x[index]
    equal(found, np.asarray(A[index]))
    found.sum().backward()
    counts = np.zeros((2, 3))
    np.add.at(counts, index, 1.0)
    np.testing.assert_array_equal(x.grad, counts)


def test_an_index_may_be_a_tensor_of_integers_or_booleans() -> None:
    x = leaf()
    equal(x[Tensor([1, 0])], A[[1, 0]])
    equal(x[x > 2], A[A > 2])
    equal(x[:, Tensor(1)], A[:, 1])
    equal(x[x.argmax(axis=0), [0, 1, 2]], A.max(axis=0))
    for index in (leaf([0.0]), (0, Tensor(1.0))):
        with pytest.raises(TypeError, match=r"integer or boolean, met a Tensor of float64; write t\.astype"):
            x[index]


def test_an_index_out_of_range() -> None:
    with pytest.raises(IndexError, match="out of bounds"):
        leaf()[2]


def test_constants_are_ordinary_where_numpy_asks_for_an_index() -> None:
    assert A[Tensor(1)].tolist() == A[1].tolist()
    np.testing.assert_array_equal(np.asarray(A[Tensor([1, 0])]), A[[1, 0]])


def test_plain_numpy_differentiates() -> None:
    """Promise one: a program that knows nothing of Tensors."""

    def loss(w: Any, x: np.ndarray) -> Any:
        h = np.tanh(np.dot(x, w[:3]) + w[3])
        return np.mean((h - np.sin(x[:, 0])) ** 2) + 0.1 * np.abs(w).sum()

    w, x = np.array([0.1, -0.2, 0.3, 0.4]), A / 3
    found = grad(loss)(w, x)
    step = 1e-6
    for i in range(4):
        d = np.eye(4)[i] * step
        # A central difference: step^2 and eps / step, both below 1e-9.
        assert abs(found[i] - (loss(w + d, x) - loss(w - d, x)) / (2 * step)) < 1e-8
