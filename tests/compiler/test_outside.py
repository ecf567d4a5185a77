"""What a compiled function reads and changes besides its arguments: nothing is frozen unseen."""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from agreement import same

import nn
from autograd import Tensor, compile, grad, is_compiling, jvp

pytestmark = pytest.mark.usefixtures("each_backend")

RNG = np.random.default_rng(0)


SCALE = 2.0
TABLE = np.arange(3.0)
HELD = {"weights": [np.ones(3), np.ones(3)], "by": 2.0}


def test_a_number_outside_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compile(lambda x: x * SCALE)
    assert made(np.ones(1)) == 2
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    assert made(np.ones(1)) == 3
    assert made.programs[1].reason == "SCALE went from 2.0 to 3.0"


def test_a_number_among_the_arguments_that_changes() -> None:
    made = compile(lambda x, n: x * n)
    assert [float(made(np.ones(()), n)) for n in (2.0, 3.0, True, 1)] == [2, 3, 1, 1]


def test_an_array_in_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HELD, "weights", [np.ones(3), np.ones(3)])
    made = compile(lambda x: x * HELD["weights"][1] * HELD["by"])
    same(made(np.ones(3)), np.full(3, 2.0))
    HELD["weights"][1][0] = 7.0  # type: ignore[index]
    same(made(np.ones(3)), np.array([14.0, 2, 2]))
    monkeypatch.setitem(HELD, "weights", [np.ones(3), np.zeros(3)])
    same(made(np.ones(3)), np.zeros(3))
    monkeypatch.setitem(HELD, "by", 4.0)
    monkeypatch.setitem(HELD, "weights", [np.ones(3), np.ones(3)])
    same(made(np.ones(3)), np.full(3, 4.0))


def test_an_array_mutated_or_rebound_between_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compile(lambda x: x + TABLE * 2 + np.sum(TABLE))
    same(made(np.zeros(3)), np.array([3.0, 5, 7]))
    monkeypatch.setitem(globals(), "TABLE", np.array([1.0, 1, 1]))
    same(made(np.zeros(3)), np.full(3, 5.0))
    TABLE[:] = 0
    same(made(np.zeros(3)), np.zeros(3))
    monkeypatch.setitem(globals(), "TABLE", np.ones(1, np.float32))
    same(made(np.zeros(3)), np.full(3, 3.0))
    assert "TABLE went from float64[3] to float32[1]" in made.programs[-1].reason


def test_indices_outside_are_read_by_value() -> None:
    index = np.array([2, 0])
    made = compile(lambda x: x.reshape(index[0] + 1, -1)[index])
    x = np.arange(6.0)
    same(made(x), x.reshape(3, 2)[[2, 0]])
    index[1] = 1
    same(made(x), x.reshape(3, 2)[[2, 1]])


def test_a_closure_over_a_tensor_is_read_through_its_shell() -> None:
    w = Tensor(np.ones(2), requires_grad=True)
    made = compile(lambda x: x * w)
    same(made(np.ones(2)), np.ones(2))
    w.data = np.full(2, 3.0)
    same(made(np.ones(2)), np.full(2, 3.0))
    w.data[0] = 4.0
    same(made(np.ones(2)), np.array([4.0, 3.0]))


def test_updates_of_tensors_are_effects_in_order() -> None:
    w = Tensor(np.ones(2), requires_grad=True)
    seen = []

    def step(x: Any) -> Any:
        loss = (w * w * x).sum()
        loss.backward()
        w.data = w.data - 0.1 * w.grad  # type: ignore[operator]
        w.data *= 2.0
        w.grad = None
        return loss

    made = compile(step)
    expected = np.ones(2)
    for _ in range(3):
        seen.append(float(made(np.ones(2))))
        expected = (expected - 0.2 * expected) * 2
        same(w.data, expected)
        assert w.grad is None
    assert seen[0] == 2 and len(made.programs) == 1


def test_gradients_add_up_as_they_do_eagerly() -> None:
    w = Tensor(np.ones(2), requires_grad=True)

    def step(x: Any) -> None:
        (w * x).sum().backward()

    made = compile(lambda x: (step(x), x)[1])
    made(np.ones(2))
    made(np.full(2, 2.0))
    made(np.full(2, 3.0))
    same(w.grad, np.full(2, 6.0))


def test_an_assignment_that_the_result_does_not_depend_on() -> None:
    w = Tensor(np.zeros(2))

    def keep(x: Any) -> Any:
        w.data = x * 2
        return x + 1

    made = compile(keep)
    for value in (1.0, 5.0):
        made(np.full(2, value))
        same(w.data, np.full(2, 2 * value))


def test_aliased_arguments() -> None:
    made = compile(lambda x, y: (x * y, x + y))
    x = np.arange(3.0)
    found = made(x, x)
    same(found[0], x * x)
    found = made(x[:2], x[1:])
    same(found[1], np.array([1.0, 3]))


def test_an_argument_returned_unchanged_is_a_copy() -> None:
    made = compile(lambda x: x)
    x = np.ones(2)
    found = made(x)
    found[0] = 5
    assert x[0] == 1


def test_dtype_or_layout_that_changes() -> None:
    made = compile(lambda x: np.sum(x, axis=0) + x.reshape(-1)[:3])
    x = RNG.standard_normal((4, 3))
    for layout in (x, np.asfortranarray(x), x[::-1], np.repeat(x, 2, axis=1)[:, ::2], x.astype(np.float32)):
        same(made(layout), np.sum(layout, axis=0) + layout.reshape(-1)[:3], rtol=1e-6)
    assert len(made.programs) == 2


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 0), (1,)])
def test_zero_size_and_0d(shape: Any) -> None:
    made = compile(lambda x: (np.sum(np.exp(x) * 2, axis=-1) if shape else x * 2, np.mean(x, keepdims=True), x.T))
    x = np.ones(shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for found, expected in zip(
            made(x), (np.sum(np.exp(x) * 2, axis=-1) if shape else x * 2, np.mean(x, keepdims=True), x.T), strict=True
        ):
            same(found, np.asarray(expected))


def test_a_function_that_returns_different_trees() -> None:
    made = compile(lambda x, more: (x, x) if more else x)
    assert isinstance(made(np.ones(1), True), tuple)
    assert isinstance(made(np.ones(1), False), np.ndarray)


def test_an_error_while_recording_leaves_nothing_behind() -> None:
    w = Tensor(np.ones(2), requires_grad=True)
    held = {"a": np.ones(2)}

    def fail(x: Any) -> Any:
        w.data = w.data * x
        held["a"] + x
        raise KeyError("mine")

    before = w.data, held["a"]
    for _ in range(2):
        with pytest.raises(KeyError, match="mine"):
            compile(fail)(np.ones(2))
    assert w.data is before[0] and held["a"] is before[1] and not is_compiling()


def test_two_threads_at_once() -> None:
    made = compile(lambda x: np.sum(np.exp(x) * np.sin(x) + x @ x))
    inputs = [RNG.standard_normal((60, 60)) for _ in range(8)]
    expected = [np.sum(np.exp(x) * np.sin(x) + x @ x) for x in inputs]
    wrong: list[Any] = []

    def work(i: int) -> None:
        for _ in range(50):
            if abs(made(inputs[i]) - expected[i]) > 1e-9 * abs(expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_recursion_over_static_arguments() -> None:
    @compile(static="n")
    def power(x: Any, n: int) -> Any:
        return x * power(x, n - 1) if n else x

    same(power(np.full(2, 3.0), 3), np.full(2, 81.0))


class Mode:
    """What an object may hold that is not in its own dictionary at first."""

    training = True

    def __call__(self, x: Any) -> Any:
        """Double while training."""
        return x * 2 if self.training else x


@dataclass(slots=True)
class Slotted:
    """Attributes without a dictionary."""

    by: float
    w: Tensor


def test_what_objects_hold_is_watched_wherever_it_stands() -> None:
    space, mode, slotted = SimpleNamespace(by=2.0), Mode(), Slotted(2.0, Tensor(np.ones(2)))
    many, some = [1.0] * 2000, {1.0, 2.0}
    inner = compile(lambda x: x * space.by)
    made = compile(lambda x: inner(x) + mode(x) + x * slotted.by * slotted.w + x * many[7] + x * sum(some))
    plain = made.fn
    x = np.ones(2)
    same(made(x), np.full(2, 2.0 + 2 + 2 + 1 + 3))

    def changes() -> Iterator[None]:
        space.by = 5.0
        yield
        mode.training = False
        yield
        slotted.by = 3.0
        yield
        slotted.w.data = np.full(2, 2.0)
        yield
        many[7] = 4.0
        yield
        some.add(10.0)
        yield

    for _ in changes():
        same(made(x), plain(Tensor(x)).data)
    with pytest.raises(TypeError, match=r"2000 items.*too many to follow"):
        held = [np.ones(1)] * 2000
        compile(lambda x: x * held[0])(x)


def test_updates_of_arrays_outside_are_effects() -> None:
    state = SimpleNamespace(mean=np.zeros(2))
    buffer = np.zeros(2)

    def normalise(x: Any) -> Any:
        state.mean = 0.9 * state.mean + 0.1 * x
        buffer[:] = x * 2
        return x - state.mean

    made = compile(normalise)
    expected = np.zeros(2)
    for value in (1.0, 3.0, 5.0):
        expected = 0.9 * expected + 0.1 * value
        same(made(np.full(2, value)), value - expected)
        same(state.mean, expected)
        same(buffer, np.full(2, 2 * value))
    assert len(made.programs) == 1


def test_an_array_that_the_function_makes_and_writes_into() -> None:
    def rows(x: Any) -> Any:
        e, found = np.zeros(2), []
        for i in range(2):
            e[:] = 0
            e[i] = 1
            found.append(np.sum(x * e))
        return np.stack(found)

    same(compile(rows)(np.array([3.0, 4.0])), np.array([3.0, 4.0]))


def test_an_enclosing_transform_reaches_tensors_outside() -> None:
    def outer(w: Any) -> Any:
        return compile(lambda x: np.sum(x * w))(w) + compile(lambda x: np.sum(x * w))(np.ones(2))

    w = np.full(2, 3.0)
    same(grad(outer)(w), np.full(2, 7.0))
    same(jvp(outer, (w,), (np.ones(2),))[1], np.array(14.0))


def test_methods_have_programs_of_their_own() -> None:
    class Two:
        by = 2.0

        @compile
        def one(self, x: Any) -> Any:
            return x * self.by

        @compile
        def other(self, x: Any) -> Any:
            return x * 5

    class Derived(Two):
        @compile
        def one(self, x: Any) -> Any:
            return super().one(x) + 1

    a, x = Two(), np.ones(1)
    assert (a.one(x), a.other(x)) == (2, 5)
    b = copy.copy(a)
    b.by = 7.0
    assert (b.one(x), a.one(x), Derived().one(x)) == (7, 2, 3)
    with pytest.raises(TypeError, match="__dict__"):
        SlottedMethod().apply(x)


class SlottedMethod:
    """An object that cannot keep programs."""

    __slots__ = ()

    @compile
    def apply(self, x: Any) -> Any:
        """Do nothing."""
        return x


def test_static_values_of_another_type_are_other_ones() -> None:
    made = compile(lambda x, n: x * n, static="n")
    found = [made(np.arange(2), n) for n in (2, 2.0, True, (1, 2)[1])]
    assert [array.dtype.kind for array in found] == ["i", "f", "i", "i"]
    signed = compile(lambda x, n: x / n, static="n")
    with np.errstate(divide="ignore"):
        assert (signed(np.ones(1), 0.0), signed(np.ones(1), -0.0)) == (np.inf, -np.inf)


def test_equal_results_are_arrays_of_their_own() -> None:
    one, other = compile(lambda x: (np.exp(x), np.exp(x)))(np.ones(3))
    assert not np.shares_memory(one, other)


def test_subclasses_whose_functions_mean_something_else_are_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = np.asmatrix([[1.0]])
    for array in (np.ma.masked_array([1.0, 2], [True, False]), matrix):
        with pytest.raises(TypeError, match="plain arrays"):
            compile(lambda x: x * x)(array)


SCALED: ContextVar[Any] = ContextVar("SCALED", default=2.0)
UNSET: ContextVar[Any] = ContextVar("UNSET")


def test_what_a_context_variable_holds_is_watched() -> None:
    made = compile(lambda x: x * SCALED.get() * UNSET.get(1.0))
    assert made(np.ones(1)) == 2
    token = SCALED.set(3.0)
    assert made(np.ones(1)) == 3
    SCALED.reset(token)
    assert made(np.ones(1)) == 2
    token = UNSET.set(5.0)
    assert made(np.ones(1)) == 10
    UNSET.reset(token)
    assert len(made.programs) == 3 and made.programs[1].reason == "SCALED.get() went from 2.0 to 3.0"


def test_an_array_in_a_context_variable_is_read_anew() -> None:
    made = compile(lambda x: x * SCALED.get())
    token = SCALED.set(np.full(1, 4.0))
    assert made(np.ones(1)) == 4
    SCALED.get()[0] = 5.0
    assert made(np.ones(1)) == 5
    assert isinstance(SCALED.get(), np.ndarray) and len(made.programs) == 1
    SCALED.reset(token)


def test_layers_are_looked_into_where_the_package_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nn.layers, "__file__", "/usr/lib/python3/site-packages/nn/layers.py")
    model = nn.Sequential(nn.Dense(2, 3, rng=np.random.default_rng(0)))
    made = compile(lambda x: model(x))
    before = made(np.ones((1, 2)))
    model[0].weights.data = 2 * model[0].weights.data
    same(made(np.ones((1, 2))), 2 * before)


class Plain:
    """A class whose insides the function looks at."""

    by = 2.0


def test_what_python_keeps_of_a_class_is_not_watched() -> None:
    made = compile(lambda x: x * Plain.by * len(Plain.__mro__) * ("by" in Plain.__dict__))
    assert made(np.ones(1)) == made(np.ones(1)) == 4
    assert len(made.programs) == 1
