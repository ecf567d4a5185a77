"""Arranging elements: layouts in memory, many parts, padding in all forms and by functions, errors, verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from autograd import Tape, Tensor, check_grads, grad, jvp, vjp

A = np.arange(1.0, 7.0).reshape(2, 3)


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def refused(function: Callable[[Any], Any], a: Any, error: Any) -> None:
    """Assert that NumPy's error for an array is that for a Tensor."""
    for x in (np.asarray(a), leaf(a)):
        with pytest.raises(error):
            function(x)


# Reading memory in order


def layouts() -> list[Any]:
    """Make arrays that lie in memory in all ways: steps, turned axes, reversed, repeated."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(300):
        shape = tuple(rng.integers(1, 4, rng.integers(0, 5)))
        wide = rng.standard_normal([2 * n for n in shape])
        a = wide[tuple(slice(None, None, 2) if rng.random() < 0.4 else slice(n) for n in shape)]
        a = a.transpose(rng.permutation(a.ndim))
        a = a[tuple(slice(None, None, rng.choice([-1, 1])) for _ in shape)]
        if rng.random() < 0.4:
            a = np.broadcast_to(a[tuple(slice(0, 1) if rng.random() < 0.4 else slice(None) for _ in shape)], a.shape)
        made.append(a)
    return made


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
def test_ravel_reads_in_the_order_in_which_numpy_does(order: Any) -> None:
    for a in layouts():
        out, pullback = vjp(lambda x: np.ravel(x, order), a)
        np.testing.assert_array_equal(out, np.ravel(a, order), strict=True)
        # Where each element went, it comes back from.
        w = np.arange(float(a.size))
        back = np.copy(pullback(w)[0])
        np.testing.assert_array_equal(a.reshape(-1)[np.argsort(back, axis=None)], np.ravel(a, order))


def test_reshape_in_the_order_of_memory() -> None:
    x = Tensor(np.asfortranarray(A), requires_grad=True)
    np.testing.assert_array_equal(np.reshape(x, (3, 2), order="A").data, np.reshape(x.data, (3, 2), order="A"))
    np.testing.assert_array_equal(np.reshape(x, 6, order="F").data, np.reshape(x.data, 6, order="F"))
    refused(lambda a: np.reshape(a, (4, 2), order="A"), A, ValueError)
    refused(lambda a: np.reshape(a, (2, 3), order="Z"), A, ValueError)


@pytest.mark.skipif(not hasattr(np, "unstack"), reason="copy= came with NumPy 2.1")
def test_reshape_says_where_a_copy_is_needed() -> None:
    x = Tensor(np.asfortranarray(A), requires_grad=True)
    assert np.reshape(leaf(), 6, copy=False).shape == (6,)
    with pytest.raises(ValueError, match="copy"):
        np.reshape(x, 6, copy=False)


# Joining


def test_a_block_of_lists_in_lists() -> None:
    a, b, c, d = np.ones((2, 2)), np.full((2, 1), 2.0), np.full(3, 3.0), np.array(4.0)
    expected = np.block([[a, b], [c], [d, d, d]])
    x = [leaf(v) for v in (a, b, c, d)]
    found = np.block([[x[0], x[1]], [x[2]], [x[3], x[3], 4.0]])
    np.testing.assert_array_equal(found.data, expected)
    found.backward(np.arange(12.0).reshape(4, 3))
    np.testing.assert_array_equal(x[0].grad, [[0, 1], [3, 4]])
    np.testing.assert_array_equal(x[1].grad, [[2], [5]])
    np.testing.assert_array_equal(x[2].grad, [6, 7, 8])
    np.testing.assert_array_equal(x[3].grad, 19)
    check_grads(lambda a, b: np.block([[[a]], [[b]]]) ** 2, (np.ones((1, 2)), np.ones(2)))
    with pytest.raises(ValueError):
        np.block([x[0], [x[1]]])
    with pytest.raises(ValueError):
        np.block([[x[0]], [x[2]]])


@pytest.mark.parametrize("join", [np.hstack, np.vstack, np.dstack, np.column_stack, np.concatenate, np.stack])
def test_a_join_of_tensors_and_arrays(join: Any) -> None:
    x = leaf()
    found = join([A, x, 2 * x]) if join is not np.stack else join((A, x, x * 2), axis=1)
    plain = join([A, A, 2 * A]) if join is not np.stack else join((A, A, A * 2), axis=1)
    np.testing.assert_array_equal(found.data, plain, strict=True)
    found.backward(np.ones(found.shape))
    np.testing.assert_array_equal(x.grad, np.full((2, 3), 3.0))
    refused(lambda a: join([a, np.ones((7, 7))]), A, ValueError)


def test_a_join_of_a_tensors_layers() -> None:
    x = leaf()
    for join in (np.hstack, np.vstack, np.dstack, np.column_stack, np.concatenate, np.stack, np.block):
        np.testing.assert_array_equal(join(x).data, join(A), strict=True)


def test_a_join_casts_by_the_rule_that_is_given() -> None:
    x = leaf(np.ones(2))
    joined = np.concatenate([x, np.array([1, 2])], dtype=np.float32)
    assert joined.dtype == np.float32
    joined.sum().backward()
    assert x.grad.dtype == np.float64
    refused(lambda a: np.concatenate([a, a], dtype=np.float32, casting="safe"), A, TypeError)
    refused(lambda a: np.stack([a, a], dtype=int), A, TypeError)
    assert not np.concatenate([x, x], dtype=int, casting="unsafe").requires_grad


def test_a_join_into_a_tensor() -> None:
    x, out = leaf(np.ones(2)), Tensor(np.zeros(4))
    assert np.concatenate([x, 3 * x], out=out) is out
    out.sum().backward()
    np.testing.assert_array_equal(x.grad, [4, 4])


def test_atleast_gives_one_or_a_tuple() -> None:
    x = leaf(3.0)
    for function, ndim in ((np.atleast_1d, 1), (np.atleast_2d, 2), (np.atleast_3d, 3)):
        one, several = function(x), function(x, [1.0, 2.0], x)
        assert one.ndim == ndim and type(several) is tuple
        assert isinstance(several[1], np.ndarray) and several[2].requires_grad


# Splitting


def test_what_many_parts_cost_together_is_not_their_number_times_the_whole() -> None:
    """Add up the sizes of what the gradients of the parts are written into."""
    n = 256
    x = leaf(np.ones((n, 2)))
    total = sum(part * i for i, part in enumerate(np.split(x, n)))
    cuts = [entry for entry in Tape.of(total).entries if entry.name == "getitem"]
    written = sum(math.prod(edge[0].shape) for entry in cuts for edge in entry.edges)
    assert written <= 2 * x.size * (math.log2(n) + 1)
    total.sum().backward()
    np.testing.assert_array_equal(x.grad, np.repeat(np.arange(float(n)), 2).reshape(n, 2))


def test_indices_to_split_at_may_cross_and_overshoot() -> None:
    x = np.arange(20.0)
    for at in ([15, 5, 12], [-3, 30, 2], [0, 0, 20], list(range(0, 20, 2)), list(range(20, 0, -2)), [-30, 4]):
        found, expected = np.split(leaf(x), at), np.split(x, at)
        assert type(found) is list and len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a.data, b, strict=True)


def test_a_split_that_does_not_come_out_even() -> None:
    for split, a in ((np.split, A), (np.vsplit, A), (np.hsplit, A), (np.dsplit, np.ones((1, 1, 3)))):
        refused(lambda x, split=split: split(x, 4), a, ValueError)
        refused(lambda x, split=split: split(x, 0), a, (ValueError, ZeroDivisionError))
    refused(lambda x: np.array_split(x, 0), A, ValueError)
    for split in (np.hsplit, np.vsplit, np.dsplit):
        refused(lambda x, split=split: split(x, 1), 1.0, ValueError)
    refused(np.fliplr, np.ones(3), ValueError)
    refused(np.matrix_transpose, np.ones(3), ValueError)
    refused(np.diag, np.ones((1, 1, 1)), ValueError)
    refused(np.diagonal, np.ones(3), ValueError)


# Repeating


def test_repeats_by_a_tensor_of_integers() -> None:
    x = leaf(np.ones(3))
    np.repeat(x, Tensor(np.array([2, 0, 5]))).sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 0, 5])
    np.testing.assert_array_equal(np.roll(x * [1, 2, 3], Tensor(np.array(1))).data, [3, 1, 2])
    refused(lambda a: np.repeat(a, [1, 2]), np.ones(3), ValueError)
    refused(lambda a: np.repeat(a, -1), np.ones(3), ValueError)


def test_sums_over_copies_of_float16_are_not_lost() -> None:
    """Adding ones in float16 stops at 2048."""
    for function, count in (
        (lambda x: np.repeat(x, 4096), 4096),
        (lambda x: np.repeat(x, [4096, 0]), 4096),
        (lambda x: np.tile(x, (4096, 1)), 4096),
        (lambda x: np.resize(x, 8192), 4096),
        (lambda x: np.pad(x, (4095, 0), "edge"), 4096),
        (lambda x: np.pad(x, (8190, 0), "wrap"), 4096),
    ):
        found = vjp(function, np.ones(2, np.float16))
        ct = found[1](np.ones(found[0].shape, np.float16))[0]
        assert ct.dtype == np.float16 and ct[0] == count


def test_few_windows_that_are_large_are_added_up_too() -> None:
    x = np.random.default_rng(0).standard_normal((40, 30, 2))
    for shape, axis in (((39, 28), (0, 1)), ((28, 39), (1, 0)), ((30,), (1,)), ((40, 1), (0, -1)), ((20, 20), (0, 0))):

        def fun(x: Any, shape: Any = shape, axis: Any = axis) -> Any:
            return np.lib.stride_tricks.sliding_window_view(x, shape, axis)

        out, pullback = vjp(fun, x)
        g = np.random.default_rng(1).standard_normal(out.shape)
        t = np.random.default_rng(2).standard_normal(x.shape)
        np.testing.assert_allclose(np.sum(pullback(g)[0] * t), np.sum(g * jvp(fun, (x,), (t,))[1]), rtol=1e-10)
    refused(lambda a: np.lib.stride_tricks.sliding_window_view(a, 4, 0), A, ValueError)
    refused(lambda a: np.lib.stride_tricks.sliding_window_view(a, 2), A, ValueError)


# Padding

WIDTHS = [3, (1, 2), ((2, 0), (1, 4)), [[1], [2]], ((0, 0), (3, 3)), np.array([2, 1])]
MODES = ["constant", "edge", "reflect", "symmetric", "wrap", "mean", "maximum", "minimum", "median", "linear_ramp"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS, ids=str)
def test_padding_by_all_forms_of_a_width(mode: Any, width: Any) -> None:
    rng = np.random.default_rng(0)
    x = rng.permutation(12.0 + np.arange(12)).reshape(3, 4)

    def fun(x: Any) -> Any:
        return np.pad(x, width, mode)

    np.testing.assert_array_equal(fun(leaf(x)).data, np.pad(x, width, mode), strict=True)
    if isinstance(width, tuple) and width == ((2, 0), (1, 4)):
        check_grads(lambda x: np.sin(fun(x)), x)


@pytest.mark.parametrize("mode", ["reflect", "symmetric", "wrap"])
@pytest.mark.parametrize("kind", ["even", "odd"])
def test_padding_goes_round_as_often_as_it_must(mode: Any, kind: Any) -> None:
    options = {} if mode == "wrap" else {"reflect_type": kind}
    for n, width in ((2, (1, 200)), (3, (100, 7)), (5, (4, 4)), (5, (5, 5)), (4, (13, 0)), (1, (3, 2)), (7, (0, 13))):
        x = np.random.default_rng(0).standard_normal((n, 2))
        widths = (width, (0, 0))
        out, pullback = vjp(lambda x, widths=widths: np.pad(x, widths, mode, **options), x)
        np.testing.assert_array_equal(out, np.pad(x, widths, mode, **options))
        g = np.random.default_rng(1).standard_normal(out.shape)
        # What is linear is known by what it makes of each unit.
        units = np.stack([np.pad(u, widths, mode, **options) for u in np.eye(x.size).reshape(-1, *x.shape)])
        np.testing.assert_allclose(pullback(g)[0].ravel(), np.tensordot(units, g, 2), rtol=1e-11, atol=1e-11)


def test_padding_with_nothing_in_particular() -> None:
    out, pullback = vjp(lambda x: np.pad(x, ((1, 0), (2, 1)), "empty")[1:, 2:-1], A)
    np.testing.assert_array_equal(out, A, strict=True)
    np.testing.assert_array_equal(pullback(A)[0], A, strict=True)


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.4.0", reason="a dict came with NumPy 2.4")
def test_a_width_of_named_axes() -> None:
    for mode in ("constant", "edge", "maximum", "linear_ramp"):
        for width in ({-1: 2}, {0: (1, 3)}, {1: (0, 2), 0: 1}):
            np.testing.assert_array_equal(np.pad(leaf(), width, mode).data, np.pad(A, width, mode), strict=True)
        check_grads(lambda x, mode=mode: np.pad(x, {1: (0, 2), 0: 1}, mode) ** 2, A[:, :2])


def test_padding_with_tensors_among_the_constants() -> None:
    c = leaf(3.0)
    out = np.pad(leaf(), ((1, 0), (0, 2)), constant_values=((c, 0), (0, c * c)))
    np.testing.assert_array_equal(out.data, np.pad(A, ((1, 0), (0, 2)), constant_values=((3, 0), (0, 9))), strict=True)
    out.sum().backward()
    # Three in the row before, and six of the square, the later axis over the corner.
    np.testing.assert_array_equal(c.grad, 3 + 6 * 6)
    check_grads(lambda x, e: np.pad(x, 2, "linear_ramp", end_values=((1.0, e), (e * e, 0.0))) ** 2, (A, 2.0))
    check_grads(lambda x, e: np.pad(x, 1, constant_values=e) ** 2, (A, np.array([[1.0], [2.0]])))


def test_padding_by_a_function_that_closes_over_a_tensor() -> None:
    def fun(x: Any, scale: Any) -> Any:
        def write(vector: Any, width: Any, axis: int, options: Any) -> None:
            vector[: width[0]] = scale * vector[width[0]] ** options["power"]
            vector[len(vector) - width[1] :] = np.sum(vector) + axis

        return np.pad(x, ((1, 2), (2, 0)), write, power=2)

    expected = fun(A, 1.5)
    np.testing.assert_array_equal(fun(leaf(), leaf(1.5)).data, expected, strict=True)
    check_grads(fun, (A, 1.5))


def test_padding_refuses_what_numpy_refuses() -> None:
    for error, args, options in (
        (ValueError, (1, "sideways"), {}),
        (ValueError, (1, "edge"), {"constant_values": 1}),
        (ValueError, (1, "constant"), {"stat_length": 1}),
        (ValueError, (1, "mean"), {"reflect_type": "even"}),
        (ValueError, (-1, "edge"), {}),
        (ValueError, (-1, "maximum"), {}),
        (ValueError, (((1, 2), (3, 4), (5, 6)), "constant"), {"constant_values": 1}),
        (TypeError, (1.5, "constant"), {}),
        (ValueError, (1, "maximum"), {"stat_length": 0}),
    ):
        refused(lambda x, args=args, options=options: np.pad(x, *args, **options), A, error)
    refused(lambda x: np.pad(x, 1, "maximum"), np.ones((0, 2)), ValueError)
    refused(lambda x: np.pad(x, 1, "reflect"), np.ones((0, 2)), ValueError)


def test_a_tensor_among_the_constants_of_a_plain_array_is_refused() -> None:
    with pytest.raises(TypeError):
        np.pad(A, 1, constant_values=leaf(1.0))


# Verdicts


def test_what_does_not_go_through_numpys_protocol_does_not_lose_the_gradient() -> None:
    for function in (np.ascontiguousarray, np.asfortranarray, np.lib.stride_tricks.as_strided, np.require):
        with pytest.raises(TypeError, match="tape"):
            function(leaf())


def test_large_concatenations_keep_their_parts_apart() -> None:
    """Where each part begins is remembered between the edges of one concatenation, and no other."""
    x, y = leaf(np.ones(2)), leaf(np.ones(3))
    one, other = np.concatenate([x, y, x]), np.concatenate([y, x])
    rows = np.concatenate([np.stack([x, x]), np.stack([y, y], axis=1)[:2]], axis=0)
    total = (one * np.arange(7.0)).sum() + (other * np.arange(5.0)).sum() + (rows * np.arange(8.0).reshape(4, 2)).sum()
    total.backward()
    np.testing.assert_array_equal(x.grad, [0 + 5 + 3 + 0 + 2, 1 + 6 + 4 + 1 + 3])
    np.testing.assert_array_equal(y.grad, [2 + 0 + 4 + 5, 3 + 1 + 6 + 7, 4 + 2])


def test_pieces_follow_one_another() -> None:
    out = np.array_split(leaf(np.arange(23.0)), 10)
    edges = np.cumsum([0, *[len(part) for part in out]])
    assert edges[-1] == 23
    for part, (start, stop) in zip(out, pairwise(edges), strict=True):
        np.testing.assert_array_equal(part.data, np.arange(23.0)[start:stop])
    assert grad(lambda x: np.array_split(x, 10)[4][0] * 3)(np.arange(23.0)).tolist() == [0] * 11 + [3] + [0] * 11
