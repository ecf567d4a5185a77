"""An ndarray's methods and protocols on a Tensor, and what stands beside it as the other operand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_grads, no_grad

A = np.array([1.5, 0.5, 2.5, 1.0])


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def same(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found, expected, strict=True)


# Methods


@pytest.mark.parametrize("method", ["sort", "partition", "fill", "put"])
def test_methods_in_place_move_the_tensor(method: str) -> None:
    args = {"sort": (), "partition": (2,), "fill": (0.25,), "put": ([0, -1], [4.0, 5.0])}[method]

    def in_place(x: Any) -> Any:
        y = x * 1.0
        before = y[0]
        assert getattr(y, method)(*args) is None
        return y * np.arange(4.0) + before

    out = in_place(leaf())
    same(out.data, in_place(A))
    check_grads(in_place, A)
    with pytest.raises(RuntimeError, match="Assignment into a leaf"):
        getattr(leaf(), method)(*args)


def test_other_methods() -> None:
    x = leaf()
    same(x.compress([True, False, True]).data, A[[0, 2]])
    same(x.argpartition(1), A.argpartition(1))
    same(Tensor([0, 1]).choose([x[:2], x[2:]]).data, np.array([1.5, 1.0]))
    assert x.tobytes() == A.tobytes()
    assert x.itemsize == 8
    assert (x * 1).cumsum().requires_grad
    for refused in (x.view, x.resize, x.byteswap, x.tofile):
        with pytest.raises(TypeError, match=r"has no views.*t\.astype"):
            refused(np.int64)
    assert x.base is None
    assert x.to_device("cpu") is x
    with pytest.raises(ValueError, match="device"):
        x.to_device("gpu")
    with pytest.raises(TypeError, match="third argument"):
        pow(x, 2, 3)
    with pytest.raises(IndexError, match=r"whole number.*met 1\.5"):
        x[1.5]
    buffer = Tensor(0.0)
    same(x.dot(x, out=buffer).data, A.dot(A))
    assert buffer.requires_grad


def test_the_keywords_of_astype_and_reshape() -> None:
    x = leaf(np.arange(6.0).reshape(2, 3))
    assert x.astype(np.float32, order="F").data.flags.f_contiguous
    assert x.astype(np.float64, copy=False) is x
    same(x.astype(np.complex128, casting="safe").data, x.data.astype(complex))
    with pytest.raises(TypeError, match=r"Cannot cast Tensor data .* according to the rule 'safe'"):
        x.astype(np.float32, casting="safe")
    check_grads(lambda x: x.astype(np.complex128, "F") * x, x.data)
    if np.lib.NumpyVersion(np.__version__) >= "2.1.0":
        same(x.reshape(3, 2, copy=True).data, x.data.reshape(3, 2))
        same(x.reshape(6, copy=False).data, x.data.reshape(6))
        with pytest.raises(ValueError, match="Unable to avoid creating a copy"):
            x.T.reshape(6, copy=False)


def test_flat() -> None:
    def write(x: Any) -> Any:
        y = (x * x).reshape(2, 2)
        y.flat[::3] = x[1] * 3.0
        y.flat[1] = 0.5
        return y.flat[2] * y * len(y.flat)

    same(write(leaf()).data, write(A))
    check_grads(write, A)
    same(np.stack(list(leaf().flat)).data, A)
    with pytest.raises(RuntimeError, match="Assignment into a leaf"):
        leaf().flat[0] = 1.0


# Other libraries


def test_protocols_for_other_libraries_take_constants() -> None:
    t = Tensor(A.copy())
    same(np.from_dlpack(t), A)
    assert t.__dlpack_device__() == A.__dlpack_device__()
    assert t.__array_namespace__() is np
    assert t.__array_namespace__(api_version="2022.12") is np
    same(np.asarray(t), A)


def test_protocols_for_other_libraries_refuse_what_is_tracked() -> None:
    x = leaf()
    for attempt in (lambda: np.from_dlpack(x), x.__dlpack__, x.__array_namespace__, lambda: np.asarray(x)):
        with pytest.raises(TypeError, match=r"on the tape.*t\.detach\(\)"):
            attempt()


# Mixed operands


class Tagged(np.ndarray):
    """A subclass with no protocol of its own."""


@pytest.mark.parametrize(
    "other",
    [2, 2.5, True, np.float32(2.5), np.int8(3), np.array(2.5), [1.0, 2.0, 3.0, 4.0], (1, 2, 3, 4), A.view(Tagged),
     A.astype(np.float32), np.arange(4), A > 1, 1 + 2j, memoryview(A), range(4)],
    ids=lambda other: type(other).__name__,
)  # fmt: skip
def test_operands_of_every_kind_stand_on_either_side(other: Any) -> None:
    plain = np.asarray(other) if isinstance(other, (list, tuple, memoryview, range)) else other
    for fun in (lambda x, y: x * y, lambda x, y: y * x, lambda x, y: x - y, lambda x, y: y - x, np.add, np.maximum):
        x = leaf()
        out = fun(x, other)
        assert isinstance(out, Tensor)
        expected = np.asarray(fun(A, plain))
        same(out.data, expected)
        out.backward(np.ones(out.shape, out.dtype))
        assert (x.grad.shape, x.grad.dtype) == (A.shape, A.dtype)


def test_lists_that_hold_tensors_are_operands() -> None:
    def fun(x: Any) -> Any:
        a = x[:2] * [x[2], 3.0] + [1.0, x[3]] - np.maximum(x[:2], [x[3], 0.0])
        b = np.where([True, False, True], x[:3], [0.0, x[0] * x[1], 1.0])
        c = np.concatenate([[x[0] ** 2], x, [[x[1], 2.0][0]]])
        d = np.insert(x, [0, 2], [x[1] ** 2, 1.0])
        return [a, b, c, d]

    values = fun(leaf())
    x = A
    same(values[0].data, x[:2] * [x[2], 3.0] + [1.0, x[3]] - np.maximum(x[:2], [x[3], 0.0]))
    assert all(value.requires_grad for value in values)
    check_grads(fun, A)
    with pytest.raises(ValueError, match="inhomogeneous"):
        leaf() * [[leaf()[0]], [1.0, 2.0]]


def test_operands_that_are_no_numbers_are_refused() -> None:
    x = leaf()
    for other in ("a", object(), np.array(["a"] * 4), np.array([None] * 4), np.ma.array(A, mask=A > 1)):
        with pytest.raises(TypeError):
            x * other
    same(x.data, A)


def test_a_masked_array_does_not_take_the_values_out() -> None:
    x, masked = leaf(), np.ma.array(A, mask=A > 1)
    for attempt in (
        lambda: masked + x, lambda: masked * x, lambda: np.ma.exp(x), lambda: np.ma.getdata(x), lambda: np.ma.add(x, A),
        lambda: np.ma.where(A > 1, x, A),
    ):  # fmt: skip
        with pytest.raises(TypeError, match=r"tape|mask"):
            attempt()


def test_what_only_asks_how_memory_lies() -> None:
    x = leaf(np.ones((2, 3)))
    assert (x.strides, x.device, np.isfortran(x), np.isfortran(x.T.detach())) == ((24, 8), "cpu", False, True)
    assert x.flags.c_contiguous
    same(1 << Tensor(np.array([1, 2])), np.array([2, 4]))
    same(8 >> Tensor(np.array([1, 2])), np.array([4, 2]))


def test_without_recording_a_leaf_is_an_array() -> None:
    x = leaf()
    with no_grad():
        same(np.array(x), A)
        buffer = np.zeros(4)
        buffer[:] = x
        same(buffer, A)
    with pytest.raises(TypeError, match="on the tape"):
        np.array(x)
