"""What a ufunc does besides being called: methods and keywords, with NumPy's own value and true derivatives."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from scipy import special

from autograd import Tensor, check_grads, grad, no_grad, vjp
from autograd.extend import elementwise

A = np.array([1.3, 2.1, 0.7, 3.2])
B = np.array([[1.4, 2.2, 0.8], [1.05, 1.7, 2.7]])
#: Newer versions of NumPy say that what is left out is not initialised.
WARNS = np.lib.NumpyVersion(np.__version__) >= "2.4.0"
MASK = np.array([True, False, True, False])


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def same(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found, expected, strict=True)


def proven(fun: Callable[..., Any], *args: Any) -> None:
    """Assert that a function of arrays gives the same on the tape, to the bit, and that its derivatives are true."""
    expected = fun(*args)
    found = fun(*[Tensor(a, requires_grad=True) for a in args])
    assert isinstance(found, Tensor)
    assert found.requires_grad
    same(found.data, np.asarray(expected))
    check_grads(fun, args)


BINARY = ["add", "subtract", "multiply", "divide", "maximum", "minimum", "fmax", "fmin", "logaddexp", "hypot",
          "logaddexp2", "float_power"]  # fmt: skip
ufuncs = pytest.mark.parametrize("ufunc", [getattr(np, name) for name in BINARY], ids=BINARY)


@ufuncs
def test_reduce(ufunc: Any) -> None:
    proven(ufunc.reduce, A)
    if ufunc not in (np.subtract, np.divide, np.float_power):
        # Only those that may be reordered reduce over several axes.
        proven(lambda x: ufunc.reduce(x, axis=None), B)
        proven(lambda x: ufunc.reduce(x, axis=(0, 1), keepdims=True), B)
        proven(lambda x: ufunc.reduce(x, axis=1, where=np.array([True, False, True]), initial=1.1), B)
    proven(lambda x: ufunc.reduce(x, axis=-1), B)
    proven(lambda x: ufunc.reduce(x, axis=0, keepdims=True), B)
    proven(lambda x: ufunc.reduce(x, initial=1.1), A)


@ufuncs
def test_accumulate(ufunc: Any) -> None:
    proven(ufunc.accumulate, A)
    proven(lambda x: ufunc.accumulate(x, axis=1), B)
    proven(lambda x: ufunc.accumulate(x, axis=-2), B)
    same(ufunc.accumulate(leaf(np.zeros((0, 2)))).data, ufunc.accumulate(np.zeros((0, 2))))


@ufuncs
def test_reduceat(ufunc: Any) -> None:
    for indices in ([0, 2], [0, 2, 1, 3], [1], [3, 0], [0, 1, 2, 3], [2, 2]):
        proven(lambda x, indices=indices: ufunc.reduceat(x, indices), A)
    proven(lambda x: ufunc.reduceat(x, [0, 2, 1], axis=1), B)


@ufuncs
def test_outer(ufunc: Any) -> None:
    proven(ufunc.outer, A, B)
    proven(lambda x: ufunc.outer(x, [0.4, 1.9]), A)
    proven(lambda x: ufunc.outer(1.7, x), A)


@ufuncs
def test_where_and_out(ufunc: Any) -> None:
    buffer = np.full(4, 1.9)

    def masked(x: Any, y: Any) -> Any:
        out = Tensor(buffer.copy()) if isinstance(x, Tensor) else buffer.copy()
        return ufunc(x, y, where=MASK, out=out)

    proven(masked, A, np.array([0.9, 1.4, 1.6, 2.3]))
    y = leaf() * 1
    result = ufunc(y, 0.6, out=y)
    assert result is y
    same(y.data, ufunc(A, 0.6))


def test_where_without_out_has_a_derivative_where_it_computes() -> None:
    x = leaf()
    with pytest.warns(UserWarning, match="'where' used without 'out'") if WARNS else nullcontext():
        out = np.multiply(x, x, where=MASK)
    same(out.data[MASK], (A * A)[MASK])
    out.backward(np.ones(4))
    same(x.grad, np.where(MASK, 2 * A, 0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtype_casts_the_inputs(dtype: Any) -> None:
    x = leaf(A.astype(np.float32))
    for fun in (
        lambda x: np.multiply(x, 2.5, dtype=dtype, casting="unsafe"),
        lambda x: np.exp(x, dtype=dtype),
        lambda x: np.add.reduce(x, dtype=dtype),
        lambda x: np.multiply.accumulate(x, dtype=dtype),
        lambda x: np.add.reduceat(x, [0, 2], dtype=dtype),
        lambda x: np.subtract.outer(x, x, dtype=dtype),
        lambda x: np.sum(x, dtype=dtype),
    ):
        out = fun(x)
        same(out.data, np.asarray(fun(x.data)))
        x.grad = None
        out.backward(np.ones(out.shape, dtype=dtype))
        assert x.grad.dtype == np.float32


def test_signature_and_other_keywords() -> None:
    proven(lambda x: np.add(x, 1.0, signature="dd->d"), A)
    proven(lambda x: np.add(x, 1.0, signature=(None, None, np.float64)), A)
    proven(lambda x: np.add(x, 1.0, casting="safe", order="F", subok=False), A)
    with pytest.raises(TypeError):
        np.add(leaf(), 1.0, nonsense=True)


def test_what_numpy_refuses_is_refused() -> None:
    x = leaf(B)
    for attempt in (
        lambda x: np.subtract.reduce(x, axis=(0, 1)),
        lambda x: np.maximum.reduce(x[:0]),
        lambda x: np.add.reduce(x, axis=2),
        lambda x: np.exp.reduce(x),
        lambda x: np.add.reduceat(x, [7]),
        lambda x: np.add.accumulate(x, axis=5),
        lambda x: np.add(x, 1.0, dtype=int),
        lambda x: np.add(x, np.ones(7)),
    ):
        with pytest.raises((ValueError, TypeError, IndexError)) as plain:
            attempt(x.data)
        with pytest.raises(type(plain.value)):
            attempt(x)


@pytest.mark.parametrize("ufunc", [np.power, np.arctan2], ids=lambda ufunc: ufunc.__name__)
def test_a_method_that_numpy_gets_wrong_is_refused(ufunc: Any) -> None:
    proven(ufunc.accumulate, A)
    proven(ufunc.outer, A, B)
    # That of the first and the last, in NumPy 2.4.
    if ufunc.reduce(A) == ufunc.accumulate(A)[-1]:
        proven(ufunc.reduce, A)
    else:
        with pytest.raises(TypeError, match=r"np\.\w+\.reduce gives .* step by step it is"):
            ufunc.reduce(leaf())


def test_reductions_of_a_number_and_of_nothing() -> None:
    x = Tensor(1.5, requires_grad=True)
    for ufunc in (np.add, np.float_power, np.divide):
        same(ufunc.reduce(x, axis=0).data, np.asarray(ufunc.reduce(x.data, axis=0)))
        found = ufunc.reduceat(leaf(), np.array([], int))
        same(found.data, ufunc.reduceat(A, np.array([], int)))


# at: in place, each place as often as it is named


@pytest.mark.parametrize(
    ("ufunc", "index", "value"),
    [
        (np.add, [0, 0, 2], [1.5, 2.5, 0.5]),
        (np.subtract, [0, 0, 2], 0.7),
        (np.add, (slice(1, 3),), [1.1, 2.2]),
        (np.multiply, [0, 0, 2], [1.5, 2.5, 0.5]),
        (np.multiply, [1, 1, 1, 3], 1.2),
        (np.divide, [3, 0, 3], [1.5, 2.5, 0.5]),
        (np.power, [2, 2], [1.5, 0.5]),
        (np.maximum, [0, 0, 2], [1.5, 2.5, 0.5]),
        (np.add, MASK, [1.1, 2.2]),
        (np.multiply, [-1, 3], [2.0, 3.0]),
    ],
)
def test_at(ufunc: Any, index: Any, value: Any) -> None:
    def fun(x: Any, v: Any) -> Any:
        y = x * 1.0
        assert ufunc.at(y, index, v) is None
        return y

    proven(fun, A, np.asarray(value, dtype=float))


def test_at_with_one_operand_and_in_two_dimensions() -> None:
    def negated(x: Any) -> Any:
        y = x * 1.0
        np.negative.at(y, [0, 0, 1])
        return y

    def spread(x: Any, v: Any) -> Any:
        y = x * 1.0
        np.add.at(y, ([0, 1, 1], [2, 0, 0]), v)
        np.multiply.at(y, (slice(None), [0, 0]), 1.5)
        return y

    proven(negated, A)
    proven(spread, B, np.array([0.5, 1.5, 2.5]))


def test_at_refuses_a_leaf_and_a_plain_array() -> None:
    x = leaf()
    with pytest.raises(RuntimeError, match="Assignment into a leaf"):
        np.add.at(x, [0], 1.0)
    same(x.data, A)
    plain = A.copy()
    with pytest.raises(TypeError, match="cannot be written into a plain array"):
        np.add.at(plain, [0], x[0])
    same(plain, A)
    np.add.at(plain, [0, 0], Tensor(1.0))
    assert plain[0] == A[0] + 2


# Off the tape


@pytest.mark.parametrize("ufunc", [np.hypot, special.voigt_profile, special.elliprj, special.nrdtrisd], ids=str)
def test_lists_beside_a_tensor_are_arrays(ufunc: Any) -> None:
    lists = [[0.4, 0.6], [1.2, 1.6], [0.5, 2.0], [1.5, 0.8]][: ufunc.nin]
    arrays = [np.array(given) for given in lists]
    for i in range(ufunc.nin):
        found = grad(lambda x, i=i: np.sum(ufunc(*lists[:i], x, *lists[i + 1 :])))(arrays[i])
        same(found, grad(lambda x, i=i: np.sum(ufunc(*arrays[:i], x, *arrays[i + 1 :])))(arrays[i]))


def test_a_function_that_has_an_op_gets_no_other() -> None:
    with pytest.raises(ValueError, match="sin has an op already"):
        elementwise(np.sin, x=lambda g: g)
    with pytest.raises(ValueError, match="cumsum has an op already"):
        elementwise(lambda x: x, name="mine", numpy=(np.cumsum,), x=lambda g: g)
    same(grad(np.sin)(0.5), np.cos(np.array(0.5)))


def test_constants_stay_constants() -> None:
    t = Tensor(A)
    for out in (np.add.accumulate(t), np.add.reduce(t), np.arctan2(t, t), np.hypot.outer(t, t), np.exp(t, where=True)):
        assert isinstance(out, Tensor)
        assert not out.requires_grad
    same(np.add(t, 1.0, where=MASK, out=np.zeros(4)), np.where(MASK, A + 1, 0))
    assert not isinstance(np.logical_and.reduce(leaf()), Tensor)
    with no_grad():
        assert not np.multiply.accumulate(leaf()).requires_grad
        buffer = np.zeros(4)
        assert np.add(leaf(), 1.0, out=buffer) is buffer


def test_ufuncs_with_two_outputs() -> None:
    x = leaf(np.array([2.7, -1.2]))
    fraction, whole = np.modf(x)
    same(fraction.data, np.modf(x.data)[0])
    fraction.backward(np.ones(2))
    same(x.grad, np.ones(2))
    quotient, rest = np.divmod(x, 0.8)
    same(rest.data, np.divmod(x.data, 0.8)[1])
    same(quotient.data, np.divmod(x.data, 0.8)[0])
    same(whole.data, np.modf(x.data)[1])


# Into a Tensor, with a mask


SOME = np.array([True, False])


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda x, y: np.divide([1.0, 1.0], [2.0, 0.0], out=y, where=SOME), [0, 3]),
        (lambda x, y: np.greater(x, 0, out=y, where=SOME), [0, 3]),
        (lambda x, y: np.clip(x, 0, 6, out=y, where=SOME), [1, 3]),
        (lambda x, y: x.clip(0, 6, out=y, where=SOME), [1, 3]),
        (lambda x, y: np.exp(x * 0, out=y, where=SOME), [0, 3]),
    ],
)  # fmt: skip
def test_what_a_mask_leaves_out_keeps_its_gradient(write: Any, expected: Any) -> None:
    def f(x: Any) -> Any:
        y = x * 3
        write(x, y)
        return y.sum()

    x = np.array([5.0, 7.0])
    np.testing.assert_array_equal(grad(f)(x), expected)
    np.testing.assert_array_equal(vjp(f, x)[0], f(x))


def test_reductions_of_nothing_from_an_initial_number() -> None:
    for ufunc in (np.fmod, np.floor_divide, np.copysign):
        found = ufunc.reduce(Tensor(np.zeros((0, 3)), requires_grad=True), initial=1.0)
        np.testing.assert_array_equal(found, np.ones(3))


def test_a_matrix_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = np.asmatrix([[1.0, 2.0, 3.0]])
    with pytest.raises(TypeError, match=r"np\.matrix.*np\.asarray"):
        matrix * Tensor(np.ones((3, 1)), requires_grad=True)
