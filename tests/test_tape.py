"""The tape itself: what it collects and prints, its two walks, what it keeps, and that it lets go."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from autograd import Tape, Tensor, grad, jvp, no_grad, relu, value_and_grad, vjp
from autograd.extend import elementwise

A = np.array([1.0, 2.0, 3.0])


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


# Collecting and printing


def test_print() -> None:
    x, w = leaf(), leaf(np.ones((3, 2), np.float32))
    hidden = np.tanh(x @ w)
    assert str(Tape.of((hidden * hidden).sum())).splitlines() == [
        "  #  op        inputs  shape   dtype    saved",
        "  0  input             (3,)    float64",
        "  1  input             (3, 2)  float32",
        "  2  matmul    0 1     (2,)    float64   48 B",
        "  3  tanh      2       (2,)    float64   16 B",
        "  4  multiply  3 3     (2,)    float64   16 B",
        "  5  sum       4       ()      float64",
    ]


def test_print_between_inputs_and_outputs() -> None:
    x, w = leaf(), leaf()
    h = x * 2
    y = np.exp(h) * w
    assert str(Tape.of(y, h)).splitlines() == [
        "  #  op        inputs  shape  dtype    saved",
        # Where the tape starts, what came before is not shown.
        "  0  multiply          (3,)   float64",
        "  1  exp       0       (3,)   float64   24 B",
        "  2  multiply  1 -     (3,)   float64   48 B",
    ]


def test_only_what_leads_from_the_inputs_to_the_outputs_is_collected() -> None:
    x, w = leaf(), leaf()
    a = x * 2
    np.exp(a)  # leads to no output
    b = np.sin(w)  # comes from no input
    y = a + b
    tape = Tape.of(y, x)
    assert [entry.name for entry in tape.entries] == ["multiply", "add"] and len(tape) == 2
    assert tape.inputs == [x.entry] and tape.outputs == [y.entry]
    assert [entry.name for entry in Tape.of(y).entries] == ["multiply", "sin", "add"]
    assert set(Tape.of(y).inputs) == {x.entry, w.entry}


def test_entries_are_in_the_order_of_recording() -> None:
    x = leaf()
    h = x
    for _ in range(20):
        h = h * np.cos(h) + x
    numbers = [entry.number for entry in Tape.of(h).entries]
    assert numbers == sorted(numbers) and len(numbers) == 60


def test_several_outputs_and_inputs() -> None:
    x, w = leaf(), leaf(2.0)
    y, z = x * w, np.exp(w)
    tape = Tape.of([y, z], (x, w))
    found = tape.pullback([np.ones(3), np.array(10.0)])
    np.testing.assert_allclose(found[0], np.full(3, 2.0))
    np.testing.assert_allclose(found[1], A.sum() + 10 * np.exp(2.0))
    pushed = tape.pushforward([A, np.array(1.0)])
    np.testing.assert_allclose(pushed[0], A * 2 + A)
    np.testing.assert_allclose(pushed[1], np.exp(2.0))


def test_an_output_that_is_an_input() -> None:
    x = leaf()
    tape = Tape.of([x, x * 2], x)
    np.testing.assert_array_equal(tape.pullback([A, np.ones(3)])[0], A + 2)
    first, second = tape.pushforward([A])
    np.testing.assert_array_equal(first, A)
    np.testing.assert_array_equal(second, 2 * A)


def test_no_path_is_none_and_not_zeros() -> None:
    x, w = leaf(), leaf()
    tape = Tape.of(x * 2, [x, w])
    assert tape.pullback([A])[1] is None
    assert Tape.of([x * 2, w * 2], x).pushforward([A])[1] is None
    assert len(Tape.of(Tensor(A))) == 0


def test_a_pullback_with_respect_to_an_intermediate_result() -> None:
    x = leaf()
    h = np.exp(x)
    (found,) = Tape.of((h * h).sum(), h).pullback([np.array(1.0)])
    np.testing.assert_array_equal(found, 2 * np.exp(A))


def test_constants_are_not_recorded() -> None:
    assert (Tensor(A) * 2).entry is None
    with no_grad():
        assert (leaf() * 2).entry is None
    assert (leaf() > 2).sum() == 1
    assert leaf().astype(int).entry is None


def test_an_entry_says_what_it_is() -> None:
    y = np.exp(leaf())
    assert repr(y.entry) == f"<Entry {y.entry.number}: exp (3,) float64>"
    assert leaf().entry.name == "input"


# Long chains


def test_a_chain_of_a_million_operations() -> None:
    x = leaf(0.0)
    y = x
    for _ in range(1_000_000):
        y = y + x
    y.backward()
    assert x.grad == 1_000_001
    # Its end is freed without recursion.
    del y


def test_a_long_chain_that_was_never_walked_is_freed(collector_off: None) -> None:
    y = leaf(np.ones(4))
    first = weakref.ref(y.data)
    for _ in range(200_000):
        y = -y
    del y
    assert first() is None


def test_a_long_chain_in_forward_mode_and_nested() -> None:
    count = 3_000

    def f(x: Any) -> Any:
        for _ in range(count):
            x = x + 1.0 / count
        return x * x

    # Each step rounds once, to half an ulp of 3.
    value = 2 * (1.5 + 1)
    for found, expected in ((grad(f)(1.5), value), (jvp(f, (1.5,), (1.0,))[1], value), (grad(grad(f))(1.5), 2.0)):
        assert abs(found - expected) < count * 3 * np.finfo(float).eps


# What is kept


@pytest.fixture
def collector_off() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


KEPT: dict[str, tuple[Callable[..., Any], bool, bool]] = {
    # A function of two fresh results h and c, of which the first is tracked: are h and the output kept?
    "a constant factor": (lambda h: h * 3.0, False, False),
    "a sum": (lambda h: h + 1.0, False, False),
    "division by a constant": (lambda h: h / 3.0, False, False),
    "exp": (np.exp, False, True),
    "tanh": (np.tanh, False, True),
    "sqrt": (np.sqrt, False, True),
    "relu": (relu, False, True),
    "log": (np.log, True, False),
    "sin": (np.sin, True, False),
    "square": (np.square, True, False),
    "abs": (np.abs, True, False),
    "h times itself": (lambda h: h * h, True, False),
    "add up": (np.sum, False, False),
    "mean": (np.mean, False, False),
    "max": (np.max, True, True),
    "reshape": (lambda h: np.reshape(h, (3, 1)), False, False),
    "an index array": (lambda h: h[[0, 2]], False, False),
    "product with a constant matrix": (lambda h: h @ np.ones((3, 2)), False, False),
    "concatenate": (lambda h: np.concatenate([h, h]), False, False),
    "where": (lambda h: np.where([True, False, True], h, 0.0), False, False),
    "floor": (np.floor, False, False),
    "a cast": (lambda h: h.astype(np.float32), False, False),
}


@pytest.mark.parametrize("name", KEPT)
def test_an_entry_keeps_what_its_rule_names_and_nothing_else(name: str, collector_off: None) -> None:
    fun, keeps_input, keeps_output = KEPT[name]
    h = leaf() + 0.0
    out = fun(h)
    entry = out.entry
    was_input, was_output = weakref.ref(h.data), weakref.ref(out.data)
    del h, out
    assert (was_input() is not None, was_output() is not None) == (keeps_input, keeps_output)
    assert entry.edges


def test_multiplying_by_a_constant_keeps_only_the_constant(collector_off: None) -> None:
    h, c = leaf() + 0.0, np.ones(3)
    was_h, was_c = weakref.ref(h.data), weakref.ref(c)
    out = h * c
    del h, c
    assert was_h() is None and was_c() is not None
    del out
    assert was_c() is None


def test_a_product_of_two_tracked_keeps_both_and_a_constant_factor_one(collector_off: None) -> None:
    a, b, c = leaf() + 0.0, leaf() + 0.0, Tensor(np.ones(3))
    was_a, was_b, was_c = (weakref.ref(t.data) for t in (a, b, c))
    both, one = a * b, a * c
    del a, b, c
    assert all(was() is not None for was in (was_a, was_b, was_c))
    del both
    assert was_b() is None and was_a() is None and was_c() is not None
    del one
    assert was_c() is None


# What is let go


def test_backward_lets_go_of_what_was_saved(collector_off: None) -> None:
    x = leaf()
    h = np.exp(x)
    y = np.sin(h).sum()
    was = weakref.ref(h.data)
    del h
    assert was() is not None
    y.backward()
    assert was() is None
    assert y.item() == np.sin(np.exp(A)).sum()


def test_backward_lets_go_while_it_walks(collector_off: None) -> None:
    seen: list[bool] = []

    def rule(g: Any, x: Any) -> Any:
        seen.append(later() is None)
        return g

    probe = elementwise(lambda x: x + 0.0, name="probe", x=rule)
    x = leaf()
    h = np.exp(probe(x))
    later = weakref.ref(h.data)
    y = (np.sin(h) * 2).sum()
    del h
    y.backward(retain_graph=True)
    y.backward()
    assert seen == [False, True]


def test_retain_graph_keeps_it(collector_off: None) -> None:
    h = np.exp(leaf())
    y = np.sin(h).sum()
    was = weakref.ref(h.data)
    del h
    y.backward(retain_graph=True)
    assert was() is not None
    del y
    assert was() is None


def test_memory_falls_during_backward() -> None:
    count, size = 40, 10_000
    held = []

    def rule(g: Any, x: Any) -> Any:
        held.append(tracemalloc.get_traced_memory()[0])
        return g

    probe = elementwise(lambda x: x + 0.0, name="probe", x=rule)
    tracemalloc.start()
    try:
        h = probe(leaf(np.ones(size)))
        for _ in range(count):
            h = np.sin(h)
        y = h.sum()
        del h
        before, _ = tracemalloc.get_traced_memory()
        y.backward()
    finally:
        tracemalloc.stop()
    array = 8 * size
    assert before > count * array
    # At the far end of the walk a few arrays are left: the input, two cotangents.
    assert held[0] < 6 * array


def run_backward() -> Any:
    x = leaf()
    for _ in range(3):
        x.grad = None
        y = np.tanh(x @ np.ones((3, 3))) * x
        y[0] = x[1]
        np.concatenate([y, x]).sum().backward()
    return x.data


def run_grad() -> Any:
    x = A.copy()
    value_and_grad(lambda x: np.sum(np.tanh(x) ** 2))(x)
    grad(lambda x: np.sum(grad(lambda x: np.sum(x**3))(x)))(x)
    return x


def run_vjp() -> Any:
    x = A.copy()
    _, pullback = vjp(np.tanh, x)
    pullback(np.ones(3))
    return x


def run_unwalked() -> Any:
    x = leaf()
    y = np.exp(x) * x
    y[1] = 2.0
    return y.data


def run_failing() -> Any:
    x = leaf()
    try:
        np.exp(x) @ np.ones(7)
    except ValueError:
        pass
    return x.data


RUNS = [run_backward, run_grad, run_vjp, run_unwalked, run_failing]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.__name__)
def test_nothing_waits_for_the_cyclic_collector(run: Callable[[], Any], collector_off: None) -> None:
    run()
    gc.collect()
    was = weakref.ref(run())
    assert was() is None
    # No cycle was left: the collector finds nothing to do.
    assert gc.collect() == 0


def test_training_steps_do_not_grow(collector_off: None) -> None:
    w = leaf(np.ones((50, 50)))

    def step() -> None:
        w.grad = None
        np.mean(np.tanh(w @ w.data) ** 2).backward()
        w.data -= 0.01 * w.grad

    step()
    tracemalloc.start()
    try:
        step()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            step()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Less than one array of a step, 20 kB, over twenty of them.
    assert after - before < 10_000


def test_a_result_outlives_its_tensor_and_a_leaf_its_results() -> None:
    x = leaf()
    data = (x * 2).data
    (x * x).sum().backward()
    np.testing.assert_array_equal(data, 2 * A)
    np.testing.assert_array_equal(x.grad, 2 * A)


@pytest.mark.parametrize(
    ("given", "met"),
    [
        (np.ones(2), "met ndarray"),
        (None, "met NoneType"),
        (3.0, "met float"),
        ({"a": Tensor(1.0, requires_grad=True)}, "met dict"),
        ([Tensor(1.0), np.ones(2)], "met ndarray in a list"),
    ],
)
def test_what_has_no_tape_is_refused_by_name(given: Any, met: str) -> None:
    with pytest.raises(TypeError, match=rf"Tape\.of takes a Tensor, an Entry, or a sequence of these; {met}\."):
        Tape.of(given)
    if given is not None:
        with pytest.raises(TypeError, match=met):
            Tape.of(Tensor(1.0, requires_grad=True) * 2, given)
