"""The Tensor on the tape: backward and what it leaves, leaving the tape, assignment, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, no_grad

A = np.arange(1.0, 7.0).reshape(2, 3)


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def same(found: Any, expected: Any) -> None:
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, expected, strict=True)


# backward


def test_gradients_add_up_over_calls() -> None:
    x = leaf([1.0, 2.0])
    (x * 3).sum().backward()
    (x * x).sum().backward()
    same(x.grad, np.array([5.0, 7.0]))
    x.grad = None
    (x * 2).sum().backward()
    same(x.grad, np.array([2.0, 2.0]))


def test_adding_up_does_not_change_a_gradient_already_taken() -> None:
    x = leaf([1.0, 2.0])
    (x * 3).sum().backward()
    first = x.grad
    (x * 3).sum().backward()
    same(first, np.array([3.0, 3.0]))


def test_a_leaf_on_its_own() -> None:
    x = leaf(2.0)
    x.backward()
    same(x.grad, np.array(1.0))
    x.backward()
    same(x.grad, np.array(2.0))


def test_an_output_of_one_element_needs_no_gradient() -> None:
    x = leaf([[2.0]])
    (x * 3).backward()
    same(x.grad, np.array([[3.0]]))


def test_backward_with_a_gradient() -> None:
    for make in (np.asarray, lambda g: Tensor(g), lambda g: np.asfortranarray(g)):
        x = leaf()
        (x * 2).backward(make(A))
        same(x.grad, 2 * A)
    x = leaf(1.0)
    (x * 2).backward(3)
    same(x.grad, np.array(6.0))


def test_a_non_scalar_needs_a_gradient() -> None:
    x = leaf()
    y = x * 2
    with pytest.raises(ValueError, match=r"shape \(2, 3\) needs a gradient .*np\.ones_like\(t\).*t\.sum\(\)\.backward"):
        y.backward()
    assert x.grad is None
    y.backward(np.ones((2, 3)))
    same(x.grad, np.full((2, 3), 2.0))


@pytest.mark.parametrize(
    ("gradient", "error", "text"),
    [
        (np.ones((3, 2)), ValueError, r"gradient has shape \(3, 2\); the Tensor has \(2, 3\)"),
        (np.ones(3), ValueError, r"gradient has shape \(3,\); the Tensor has \(2, 3\)"),
        (1.0, ValueError, r"gradient has shape \(\); the Tensor has \(2, 3\)"),
        (np.ones((2, 3), np.float32), TypeError, r"dtype float32; the Tensor has float64.*astype\(np\.float64\)"),
        (np.ones((2, 3), int), TypeError, r"dtype int64; the Tensor has float64"),
        (np.ones((2, 3), complex), TypeError, r"dtype complex128; the Tensor has float64"),
    ],
)
def test_a_gradient_of_the_wrong_shape_or_dtype(gradient: Any, error: type[Exception], text: str) -> None:
    x = leaf()
    y = x * 2
    with pytest.raises(error, match=text):
        y.backward(gradient)
    assert x.grad is None
    # The tape has not been released by the attempt.
    y.backward(A)
    same(x.grad, 2 * A)


def test_a_second_backward_over_a_released_tape() -> None:
    x = leaf(2.0)
    y = x * x
    z = y * 3
    z.backward()
    for again in (z, y, y + 1):
        with pytest.raises(RuntimeError, match=r"was released.*retain_graph=True"):
            again.backward()
    same(x.grad, np.array(12.0))
    assert z.item() == 12.0


def test_retain_graph() -> None:
    x = leaf(2.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    same(x.grad, np.array(12.0))
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()


def test_a_shared_part_is_released_too() -> None:
    x = leaf(2.0)
    shared = np.exp(x)
    (shared * 2).backward()
    before = x.grad.copy()
    with pytest.raises(RuntimeError, match="released"):
        (shared * 3).backward()
    same(x.grad, before)


@pytest.mark.parametrize("make", [lambda: Tensor(1.0), lambda: leaf(1.0).detach(), lambda: Tensor(3)])
def test_backward_of_a_constant(make: Callable[[], Tensor]) -> None:
    with pytest.raises(RuntimeError, match="requires_grad"):
        make().backward()


def test_a_failing_rule_leaves_gradients_as_they_were() -> None:
    x, y = leaf(0.0), leaf(1.0)
    out = np.sqrt(x) + y * 2
    with pytest.raises(FloatingPointError), np.errstate(divide="raise"):
        out.backward()
    assert x.grad is None and y.grad is None


def test_the_op_is_named_when_a_rule_fails() -> None:
    x = leaf(0.0)
    out = np.sqrt(x)
    with pytest.raises(FloatingPointError) as failure, np.errstate(divide="raise"):
        out.backward()
    assert any("sqrt" in note for note in failure.value.__notes__)


# Gradients own their memory

SHARING: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "concatenate": lambda x, y: np.concatenate([x, y]),
    "stack": lambda x, y: np.stack([x, y]),
    "where": lambda x, y: np.where(True, x, y) + np.where(False, x, y),
    "reshape": lambda x, y: np.reshape(x, -1) + np.reshape(y, -1),
    "transpose": lambda x, y: x.T + y.T,
    "indexing": lambda x, y: x[...] + y[:],
    "assignment": lambda x, y: assigned(x * 1, y),
    "sum": lambda x, y: np.sum(x) + np.sum(y),
    "the same": lambda x, y: (x + y) + (y + x),
}


def assigned(t: Tensor, value: Any) -> Tensor:
    t[...] = value
    return t + t


@pytest.mark.parametrize("name", SHARING)
@pytest.mark.parametrize("retain", [False, True])
def test_a_gradient_is_nobody_elses(name: str, retain: bool) -> None:
    x, y = leaf(), leaf(A + 1)
    out = SHARING[name](x, y)
    g = np.cos(np.arange(out.size)).reshape(out.shape)
    held = g.copy()
    out.backward(g, retain_graph=retain)
    arrays = [x.grad, y.grad, x.data, y.data, g, out.data]
    for i, one in enumerate(arrays):
        for other in arrays[i + 1 :]:
            assert not np.shares_memory(one, other)
    before = y.grad.copy()
    x.grad *= -7
    same(y.grad, before)
    same(g, held)
    same(x.data, A)
    assert y.grad.base is None and y.grad.flags.writeable


def test_mutating_a_gradient_between_two_walks_changes_no_other() -> None:
    x, y = leaf(), leaf()
    out = x + y
    g = np.ones((2, 3))
    out.backward(g, retain_graph=True)
    x.grad[...] = 100
    out.backward(g)
    same(y.grad, np.full((2, 3), 2.0))
    same(x.grad, np.full((2, 3), 101.0))


def test_the_gradient_given_to_a_leaf_itself_is_copied() -> None:
    x, g = leaf(), np.ones((2, 3))
    x.backward(g)
    assert not np.shares_memory(x.grad, g)


def test_grad_setter() -> None:
    x = leaf([1.0, 2.0])
    x.grad = np.array([1.0, 1.0])
    (x * 2).sum().backward()
    same(x.grad, np.array([3.0, 3.0]))
    with pytest.raises(ValueError, match=r"gradient has shape \(3,\)"):
        x.grad = np.ones(3)
    with pytest.raises(TypeError, match="gradient has dtype float32"):
        x.grad = np.ones(2, np.float32)
    same(x.grad, np.array([3.0, 3.0]))
    for other in (x * 2, Tensor(1.0)):
        with pytest.raises(RuntimeError, match=r"Only a leaf, .* has a gradient"):
            other.grad = np.ones(2)


def test_an_intermediate_result_has_no_grad() -> None:
    x = leaf(1.0)
    y = x * 2
    (y * 3).backward()
    assert y.grad is None


# Leaving the tape


def test_detach() -> None:
    x = leaf()
    y = (x * 2).detach()
    assert not y.requires_grad and y.is_leaf is False
    (y * x).sum().backward()
    same(x.grad, 2 * A)
    assert x.detach().data is x.data


def test_no_grad() -> None:
    x = leaf()
    with no_grad():
        y = x * 2
        z = np.exp(x)
        assert not y.requires_grad and not z.requires_grad
        with no_grad():
            assert not (x + 1).requires_grad
        assert not (x + 1).requires_grad
    assert (x * 2).requires_grad
    assert x.requires_grad


def test_no_grad_as_a_decorator() -> None:
    @no_grad()
    def update(x: Tensor) -> Tensor:
        return x * 2

    x = leaf()
    assert not update(x).requires_grad
    assert not update(x).requires_grad
    assert (x * 2).requires_grad


def test_no_grad_does_not_decorate_what_begins_later() -> None:
    async def later() -> None: ...

    def items() -> Any:
        yield

    for fun, kind in ((later, "coroutine"), (items, "generator")):
        with pytest.raises(TypeError, match=f"does not reach into the {kind} {fun.__name__}; write 'with no_grad"):
            no_grad(fun)


def test_gradients_that_arrive_at_the_same_time_are_all_added() -> None:
    x = Tensor(np.zeros(2000), requires_grad=True)
    begin = threading.Barrier(8)

    def run() -> None:
        begin.wait()
        for _ in range(100):
            np.sum(x * 1.0).backward()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(x.grad, np.full(2000, 800.0))


def test_an_exception_inside_no_grad_turns_recording_on_again() -> None:
    x = leaf()
    with pytest.raises(ZeroDivisionError), no_grad(), no_grad():
        raise ZeroDivisionError
    assert (x * 2).requires_grad


def test_a_leaf_made_inside_no_grad_is_a_leaf() -> None:
    with no_grad():
        x = leaf(2.0)
    (x * 3).backward()
    same(x.grad, np.array(3.0))


def test_requires_grad_setter() -> None:
    x = Tensor(A)
    x.requires_grad = True
    (x * 2).sum().backward()
    same(x.grad, np.full((2, 3), 2.0))
    x.requires_grad = True
    same(x.grad, np.full((2, 3), 2.0))
    x.requires_grad = False
    assert x.grad is None and not (x * 2).requires_grad
    y = leaf() * 2
    with pytest.raises(RuntimeError, match=r"Only a leaf can stop .*t\.detach\(\)"):
        y.requires_grad = False
    assert y.requires_grad
    i = Tensor([1, 2])
    with pytest.raises(TypeError, match=r"floating or complex dtype, met int64"):
        i.requires_grad = True
    assert not i.requires_grad


def test_data_setter() -> None:
    x = leaf([1.0, 2.0])
    fresh = np.array([5.0, 6.0])
    x.data = fresh
    assert x.data is fresh
    (x * x).sum().backward()
    same(x.grad, np.array([10.0, 12.0]))
    for wrong in (np.ones(3), np.ones(2, np.float32), 1.0):
        with pytest.raises(ValueError, match=r"leaf of shape \(2,\) and dtype float64 cannot take data of shape"):
            x.data = wrong
    with pytest.raises(TypeError, match="holds numbers"):
        x.data = np.array([None, None])
    assert x.data is fresh
    y = x * 2
    with pytest.raises(RuntimeError, match=r"result of multiply: its value belongs to the tape.*t\.detach\(\)"):
        y.data = fresh
    c = Tensor(1.0)
    c.data = np.ones(3)
    assert c.shape == (3,)


def test_updating_a_leaf_in_place_trains() -> None:
    w = leaf(5.0)
    for _ in range(60):
        w.grad = None
        ((w - 2) ** 2).backward()
        w.data -= 0.2 * w.grad
    # The distance shrinks by 0.6 in each step: 3 * 0.6**60 < 1e-12.
    assert abs(w.item() - 2) < 1e-12
