"""The transforms at their edges: results own their memory, constants, bad inputs, threads, and exceptions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, jvp, no_grad, value_and_grad, vjp

A = np.array([1.0, 2.0, 3.0])


def same(found: Any, expected: Any) -> None:
    """Demand the plain array expected, of its shape and dtype: no Tensor, no NumPy scalar."""
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, np.asarray(expected), strict=True)


def test_bytes_in_the_other_order_are_numbers() -> None:
    swapped = A.astype(A.dtype.newbyteorder("S"))
    for x, t in ((A, swapped), (swapped, A), (swapped, swapped)):
        same(jvp(np.sin, (x,), (t,))[1], np.cos(A) * A)
        same(vjp(np.sin, x)[1](t)[0], np.cos(A) * A)


# What comes out aliases nothing

ALIASING: dict[str, Callable[..., Any]] = {
    "the argument itself": lambda x, y: x,
    "both arguments": lambda x, y: (x, y),
    "the argument twice": lambda x, y: [x, x],
    "a view": lambda x, y: x[1:],
    "a reshape": lambda x, y: np.reshape(x, (3, 1)),
    "a sum": lambda x, y: x + y,
    "a sum twice": lambda x, y: (x + y, x + y),
    "a broadcast": lambda x, y: np.broadcast_to(x, (2, 3)),
    "a constant": lambda x, y: A,
    "a result twice": lambda x, y: (lambda h: (h, h))(x * y),
    "a result and its view": lambda x, y: (lambda h: (h, h[::-1]))(x * y),
}


def leaves(tree: Any) -> list[Any]:
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, (list, tuple)) else [tree]


@pytest.mark.parametrize("name", ALIASING)
def test_results_alias_nothing(name: str) -> None:
    fun, x, y = ALIASING[name], A.copy(), A + 1

    out, pullback = vjp(fun, x, y)
    shapes = [np.shape(leaf) for leaf in leaves(out)]
    cotangents = [np.ones(shape) for shape in shapes]
    structured = cotangents[0] if len(cotangents) == 1 else type(out)(cotangents)
    gradients = pullback(structured)
    tx, ty = np.ones(3), np.ones(3)
    value, tangent = jvp(fun, (x, y), (tx, ty))
    for results in ([*leaves(out), *gradients], [*leaves(value), *leaves(tangent)]):
        given = [x, y, tx, ty, A, *cotangents]
        for i, one in enumerate(results):
            assert type(one) is np.ndarray and one.flags.writeable
            for other in [*results[i + 1 :], *given]:
                assert not np.shares_memory(one, other)


def test_mutating_a_result_does_not_change_the_next() -> None:
    x = A.copy()
    out, pullback = vjp(lambda x: np.exp(x), x)
    (first,) = pullback(np.ones(3))
    expected = first.copy()
    first[:] = -1
    out[:] = -1
    (second,) = pullback(np.ones(3))
    same(second, expected)
    same(x, A)


def test_a_pullback_is_callable_many_times() -> None:
    _, pullback = vjp(lambda x: x * x, A)
    for scale in (1.0, 2.0, 0.0):
        same(pullback(np.full(3, scale))[0], 2 * A * scale)


def test_changing_the_argument_afterwards_does_not_change_the_value() -> None:
    x = A.copy()
    out, _ = vjp(lambda x: x, x)
    x[:] = 0
    same(out, A)


def test_dicts_are_matched_by_key_and_not_by_order() -> None:
    _, pullback = vjp(lambda x: {"a": x, "b": 10 * x}, 1.0)
    same(pullback({"b": 0.0, "a": 1.0})[0], 1.0)
    primals = ({"a": 1.0, "b": 1.0},)
    same(jvp(lambda p: p["a"] * 2 + p["b"] * 3, primals, ({"b": 0.0, "a": 1.0},))[1], 2.0)


def test_backward_inside_a_transform_is_refused() -> None:
    w = Tensor(2.0, requires_grad=True)
    with pytest.raises(RuntimeError, match="would leave the outer derivative out; write grad or vjp"):
        grad(lambda x: (w * x * x).backward())(3.0)
    assert w.grad is None
    # What does not depend on the argument may.
    grad(lambda x: (w * w).backward() or x)(3.0)
    same(w.grad, 4.0)


def test_a_released_tape_says_so_to_every_walk() -> None:
    w = Tensor(2.0, requires_grad=True)
    out, pullback = vjp(lambda x: x * w, 3.0)
    out.backward()
    with pytest.raises(RuntimeError, match=r"released.*retain_graph=True"):
        pullback(1.0)


# Constants, and arguments that take no part


@pytest.mark.filterwarnings("ignore:What .* does not depend on")
def test_constants() -> None:
    for constant in (3.0, np.array(3.0), Tensor(3.0), np.float64(3.0), 3):
        same(grad(lambda x, c=constant: c)(A), np.zeros(3))
        value, tangent = jvp(lambda x, c=constant: c, (A,), (A,))
        same(value, constant.data if isinstance(constant, Tensor) else constant)
        same(tangent, np.zeros((), value.dtype))
    _, pullback = vjp(lambda x: (x, 5.0), A)
    same(pullback((np.ones(3), 1.0))[0], np.ones(3))


def test_an_unused_argument_has_zeros() -> None:
    found = grad(lambda x, y: np.sum(x), argnum=(0, 1))(A, {"w": np.float32([1, 2]), "b": (1j,)})
    same(found[1]["w"], np.zeros(2, np.float32))
    same(found[1]["b"][0], np.zeros((), complex))
    same(vjp(lambda x, y: x, 1.0, A)[1](1.0)[1], np.zeros(3))


@pytest.mark.filterwarnings("ignore:What .* does not depend on")
def test_piecewise_constant_functions_and_comparisons() -> None:
    same(grad(lambda x: np.sum(np.where(x > 1, x, 0)))(A), np.array([0.0, 1, 1]))
    same(grad(lambda x: np.sum(x > 1) * 1.0)(A), np.zeros(3))
    same(grad(lambda x: x[np.argmax(x)])(A), np.array([0.0, 0, 1]))
    same(grad(lambda x: np.floor(x))(1.5), 0.0)


def test_a_function_that_does_not_depend_on_its_argument_is_named() -> None:
    def forgotten(x: Any) -> Any:
        return np.sum(np.ones(3))

    with pytest.warns(UserWarning, match="What forgotten returned does not depend on what it is differentiated in"):
        same(grad(forgotten)(A), np.zeros(3))


# Bad input


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (3, r"at 3\. Write 3\.0\."),
        (True, r"at True\. Write 1\.0\."),
        (np.arange(3), r"an array of int64\. Write x\.astype\(float\)"),
        (np.array([True]), r"an array of bool\. Write x\.astype\(float\)"),
        ([1.0, 2], r"at 2 \(in its argument at \[1\]\)\. Write 2\.0"),
        ({"w": np.int32(1)}, r"int32 \(in its argument at \['w'\]\).*x\.astype\(float\)"),
        (Tensor([1, 2]), r"int64.*x\.astype\(float\)"),
    ],
)
def test_integers_and_booleans_have_no_derivative(x: Any, text: str) -> None:
    def f(x: Any) -> Any:
        raise AssertionError("f must not be called")

    for attempt in (lambda: grad(f)(x), lambda: value_and_grad(f)(x), lambda: vjp(f, x), lambda: jvp(f, (x,), (x,))):
        with pytest.raises(TypeError, match="^Integers and booleans have no derivative: f was .*" + text):
            attempt()


@pytest.mark.parametrize("x", ["a", None, np.array([object()]), np.array(["a"])])
def test_what_is_no_number_is_refused(x: Any) -> None:
    with pytest.raises(TypeError, match="which is neither a number nor an array of numbers"):
        grad(lambda x: x)(x)


@pytest.mark.parametrize(
    ("fun", "text"),
    [
        (lambda x: x, r"needs a function that returns a scalar; <lambda> returned shape \(3,\).*np\.sum.*vjp"),
        (lambda x: x[:0], r"returned shape \(0,\)"),
        (lambda x: (np.sum(x), np.sum(x)), r"needs a function that returns a scalar"),
        (lambda x: {"loss": np.sum(x)}, r"needs a function that returns a scalar"),
        (lambda x: np.sum(x) * 1j, r"needs a real scalar; <lambda> returned a complex one.*np\.real"),
    ],
)
def test_grad_of_what_is_no_real_scalar(fun: Callable[..., Any], text: str) -> None:
    for transform in (grad, value_and_grad):
        with pytest.raises(TypeError, match=text):
            transform(fun)(A)


def test_one_number_in_an_array_is_one_number() -> None:
    value, gradient = value_and_grad(lambda x: np.sum(x * x, keepdims=True))(np.array([[1.0, 2.0]]))
    assert value.shape == (1, 1)
    np.testing.assert_array_equal(gradient, [[2.0, 4.0]])


@pytest.mark.parametrize("result", [None, "a", object()])
def test_grad_of_what_returns_no_number(result: Any) -> None:
    """A forgotten return is the commonest of them."""
    with pytest.raises(TypeError, match=r"<lambda> returned (None|'a'|<object|str|object|an? )"):
        grad(lambda x: result)(A)


def test_cotangents_that_do_not_fit() -> None:
    _, pullback = vjp(lambda x: x * 2, A)
    for wrong, error, text in (
        (np.ones(2), ValueError, r"cotangent has shape \(2,\), the output \(3,\)"),
        (1.0, ValueError, r"cotangent has shape \(\), the output \(3,\)"),
        (np.ones(3, np.float32), TypeError, r"cotangent has dtype float32, the output float64: write \.astype"),
        ((np.ones(3),), TypeError, r"cotangent's structure .* is not that of the output"),
        ({"a": np.ones(3)}, TypeError, r"cotangent's structure"),
    ):
        with pytest.raises(error, match=text):
            pullback(wrong)
    same(pullback(np.ones(3))[0], np.full(3, 2.0))


def test_tangents_that_do_not_fit() -> None:
    def f(x: Any) -> Any:
        return x

    for primals, tangents, error, text in (
        ((A,), (np.ones(2),), ValueError, r"tangent has shape \(2,\), the primal \(3,\)"),
        ((A,), (np.ones(3, np.float32),), TypeError, r"tangent has dtype float32, the primal float64"),
        ((A,), (A, A), TypeError, r"tangents' structure .* is not that of the primals"),
        (({"w": A},), ({"v": A},), TypeError, r"tangents' structure"),
        (A, A, TypeError, r"as tuples: jvp\(f, \(x,\), \(t,\)\)"),
    ):
        with pytest.raises(error, match=text):
            jvp(f, primals, tangents)


def test_exceptions_in_the_function_come_through_as_they_are() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            raise KeyError("mine")

    for attempt in (lambda: grad(f)(1.0), lambda: vjp(f, 1.0), lambda: jvp(f, (1.0,), (1.0,))):
        with pytest.raises(KeyError, match="mine"):
            attempt()
    # Recording is on again, and off again inside no_grad.
    assert (Tensor(1.0, requires_grad=True) * 2).requires_grad
    with no_grad():
        with pytest.raises(KeyError):
            grad(f)(1.0)
        assert not (Tensor(1.0, requires_grad=True) * 2).requires_grad


def test_a_failing_walk_leaves_everything_as_it_was() -> None:
    before = np.geterr()
    w = Tensor(1.0, requires_grad=True)
    _, pullback = vjp(lambda x: np.where(x > 1, x, 0) + np.sqrt(x), np.zeros(2))
    with pytest.raises(RuntimeWarning):
        pullback(np.ones(2))
    assert np.geterr() == before
    same(pullback(np.zeros(2))[0], np.zeros(2))
    (w * 2).backward()
    same(w.grad, 2.0)


# Threads


def test_eight_threads_at_once() -> None:
    def work(seed: int) -> None:
        try:
            rng = np.random.default_rng(seed)
            barrier.wait()
            for _ in range(30):
                x = rng.standard_normal(5)
                found = grad(lambda x: np.sum(grad(lambda y: np.sum(np.sin(y) * x))(x)))(x)
                np.testing.assert_allclose(found, np.cos(x) - x * np.sin(x), rtol=1e-12, atol=1e-14)
                leaf = Tensor(x, requires_grad=True)
                with no_grad():
                    assert not (leaf * shared).requires_grad
                np.sum(leaf * shared).backward()
                np.testing.assert_array_equal(leaf.grad, np.full(5, 3.0))
        except BaseException as error:
            failures.append(error)

    shared = Tensor(3.0)
    failures: list[BaseException] = []
    barrier = threading.Barrier(8)
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_no_grad_in_one_thread_does_not_reach_another() -> None:
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append((Tensor(1.0, requires_grad=True) * 2).requires_grad))
        thread.start()
        thread.join()
    assert seen == [True]
