"""Hooks: what they see, what they may give back, in which walks, and that a tape without them does not know of them."""

from __future__ import annotations

import gc
import threading
from typing import Any

import numpy as np
import pytest

from autograd import Tape, Tensor, compile, grad, jvp, no_grad, value_and_grad, vjp
from autograd.hooks import HOOKED

A = np.array([1.0, 2.0, 3.0])


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def test_a_hook_on_an_intermediate_sees_all_that_flows_there() -> None:
    x, seen = leaf(), []
    h = x * 2
    y = np.exp(h) + h * h
    # Registered after its uses: what counts is when the walk comes.
    h.register_hook(lambda g: seen.append(g.copy()))
    y.sum().backward()
    np.testing.assert_allclose(seen, [np.exp(2 * A) + 4 * A])
    np.testing.assert_allclose(x.grad, 2 * (np.exp(2 * A) + 4 * A))


def test_a_hook_on_a_leaf_sees_its_gradient_and_changes_what_is_added() -> None:
    x, seen = leaf(), []
    x.register_hook(lambda g: seen.append(g.copy()))
    x.register_hook(lambda g: g * 10)
    for _ in range(2):
        (x * x).sum().backward()
    np.testing.assert_array_equal(seen, [2 * A, 2 * A])
    np.testing.assert_array_equal(x.grad, 40 * A)


def test_a_hook_on_the_output() -> None:
    x = leaf(3.0)
    y = x * x
    y.register_hook(lambda g: g * 5)
    y.backward()
    assert x.grad == 30


def test_what_a_hook_returns_flows_on() -> None:
    x = leaf()
    h = np.sin(x)
    h.register_hook(lambda g: np.clip(g, 0, 3))
    (h * np.array([1.0, 5.0, -1.0])).sum().backward()
    np.testing.assert_allclose(x.grad, np.cos(A) * [1.0, 3.0, 0.0])


def test_several_run_in_order_each_on_what_the_one_before_returned() -> None:
    x = leaf(2.0)
    h, seen = x * 1.0, []
    h.register_hook(lambda g: g + 1)
    h.register_hook(lambda g: seen.append(float(g)))
    h.register_hook(lambda g: g * 10)
    h.backward()
    assert seen == [2.0] and x.grad == 20


def test_remove() -> None:
    x = leaf(2.0)
    first, second = x.register_hook(lambda g: g * 10), x.register_hook(lambda g: g + 1)
    first.remove()
    first.remove()
    assert repr(first) == "<Handle: removed>" and repr(second) == "<Handle: registered>"
    (x * x).backward()
    assert x.grad == 5
    with second:
        pass
    x.grad = None
    (x * x).backward()
    assert x.grad == 4 and x.entry.number not in HOOKED


def test_a_hook_may_remove_itself() -> None:
    x, seen = leaf(2.0), []

    def once(g: Any) -> None:
        seen.append(g)
        handle.remove()

    handle = x.register_hook(once)
    (x * x).backward()
    (x * x).backward()
    assert len(seen) == 1 and x.grad == 8


@pytest.mark.parametrize("transform", [grad, lambda f: lambda x: value_and_grad(f)(x)[1], None])
def test_grad_and_vjp_call_them_too(transform: Any) -> None:
    seen = []

    def f(x: Any) -> Any:
        h = x * x
        x.register_hook(lambda g: seen.append(("x", g.copy())))
        h.register_hook(lambda g: seen.append(("h", g.copy())))
        h.register_hook(lambda g: g * 10)
        return h * h * h

    found = transform(f)(2.0) if transform else vjp(f, 2.0)[1](1.0)[0]
    # 3 h^2 = 48, times ten, times 2 x.
    assert seen == [("h", 48.0), ("x", 1920.0)] and found == 1920


def test_of_a_tape_between_intermediates_the_hooks_of_its_inputs_come_last() -> None:
    x, seen = leaf(2.0), []
    h = x * x
    k = h * 3
    h.register_hook(lambda g: seen.append("h"))
    k.register_hook(lambda g: seen.append("k"))
    x.register_hook(lambda g: seen.append("x"))
    assert Tape.of(k * 2, [h, h]).pullback([np.array(1.0)]) == [6, 6]
    assert seen == ["k", "h"]


def test_forward_mode_has_no_cotangents() -> None:
    def f(x: Any) -> Any:
        x.register_hook(lambda g: 1 / 0)
        return x * x

    assert jvp(f, (3.0,), (1.0,))[1] == 6


def test_the_outputs_of_an_op_with_several() -> None:
    x, seen = leaf(np.diag(A)), []
    w, v = np.linalg.eigh(x)
    w.register_hook(lambda g: seen.append(g.copy()))
    (w * w).sum().backward()
    np.testing.assert_allclose(seen, [2 * A])
    v.register_hook(lambda g: seen.append(g))
    np.linalg.eigh(x)[0].sum().backward()
    assert len(seen) == 1


def test_a_hook_that_looks_leaves_a_branch_not_taken_out() -> None:
    x = leaf([0.0, 1.0])
    with np.errstate(all="ignore"):
        h = np.log(x)
    h.register_hook(lambda g: None)
    np.where(x.data > 0, h, 0.0).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 1.0])


def test_an_assigned_tensor_is_another_place() -> None:
    x, seen = leaf(), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.copy()))
    y[0] = 0.0
    y.sum().backward()
    np.testing.assert_array_equal(seen, [[0.0, 1.0, 1.0]])


def test_what_a_hook_sees_cannot_be_written_into_and_what_it_returns_stays_its_own() -> None:
    x, mine = leaf(), np.zeros(3)

    def write(g: Any) -> None:
        g[0] = 1.0

    handle = x.register_hook(write)
    with pytest.raises(ValueError, match="read-only"):
        x.sum().backward()
    handle.remove()
    x.register_hook(lambda g: mine)
    x.sum().backward()
    x.grad += 7
    assert not mine.any()


def test_under_compile_a_hook_is_part_of_the_program() -> None:
    def f(x: Any) -> Any:
        h = x * x
        h.register_hook(lambda g: g * 10)
        return np.sum(h)

    slope = compile(grad(f))
    for _ in range(2):
        np.testing.assert_array_equal(slope(A), 20 * A)


# Bad input


def test_a_constant_has_no_hooks() -> None:
    with no_grad():
        constant = leaf() * 2
    with pytest.raises(RuntimeError, match=r"register_hook on a constant.*autograd\.explain"):
        constant.register_hook(print)


def test_a_hook_is_a_function() -> None:
    with pytest.raises(TypeError, match="takes a function of the cotangent; met 3"):
        leaf().register_hook(3)  # type: ignore[arg-type]


def halved(g: Any) -> Any:
    return g[:1]


@pytest.mark.parametrize(
    ("hook", "error", "message"),
    [
        (halved, ValueError, r"hook halved on exp \(shape \(3,\), dtype float64\) returned shape \(1,\): .* is \(3,\)"),
        (lambda g: 2.0, ValueError, r"returned shape \(\)"),
        (lambda g: g.astype(np.float32), TypeError, r"returned dtype float32: write \.astype\(np\.float64\)"),
        (lambda g: g > 0, TypeError, "returned dtype bool"),
        (lambda g: "no", TypeError, "returned 'no': return an array like the cotangent, or None"),
        (lambda g: [1.0, 2.0, 3.0], TypeError, r"returned \[1.0, 2.0, 3.0\]"),
    ],
)
def test_what_a_hook_returns_must_fit(hook: Any, error: type[Exception], message: str) -> None:
    h = np.exp(leaf())
    h.register_hook(hook)
    with pytest.raises(error, match=message):
        h.sum().backward()


def test_a_hook_may_not_lose_a_derivative() -> None:
    x, w = leaf(), leaf()
    x.register_hook(lambda g: g * w)
    with pytest.raises(TypeError, match=r"on the tape, in a walk that is not recorded.*g \* w\.detach\(\)"):
        x.sum().backward()
    x = leaf()
    x.register_hook(lambda g: g * w.detach())
    x.sum().backward()
    np.testing.assert_array_equal(x.grad, A)


def test_a_number_fits_a_tensor_without_axes() -> None:
    x = leaf(np.float32(2.0))
    x.register_hook(lambda g: 7.0)
    (x * x).backward()
    assert x.grad == 7 and x.grad.dtype == np.float32


def test_an_error_in_a_hook_comes_through() -> None:
    x = leaf()
    x.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        x.sum().backward()
    assert x.grad is None


# What it costs


def test_a_walk_without_hooks_has_the_bare_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    x = leaf()
    y = np.exp(x).sum()
    gc.collect()
    assert not HOOKED
    monkeypatch.setattr("autograd.tape.attended", None)
    y.backward()
    np.testing.assert_array_equal(x.grad, np.exp(A))
    assert x.entry.params is None


def test_hooks_live_as_long_as_their_entry_and_no_longer() -> None:
    gc.collect()
    gc.disable()
    try:
        before = set(HOOKED)
        x = leaf()
        h = x * 2
        handle = h.register_hook(lambda g: None)
        assert len(HOOKED) == len(before) + 1
        del h
        assert set(HOOKED) == before
        handle.remove()
        assert repr(handle) == "<Handle: removed>"
    finally:
        gc.enable()


def test_in_eight_threads() -> None:
    failed: list[BaseException] = []

    def run(k: int) -> None:
        try:
            for _ in range(50):
                x, seen = leaf(float(k)), []
                h = x * x
                h.register_hook(lambda g, seen=seen: seen.append(float(g)))
                (h * k).backward()
                assert seen == [k] and x.grad == 2 * k * k
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
