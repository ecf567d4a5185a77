"""What `compile` promises: the same numbers, nothing frozen unseen, and errors that say what to write."""

from __future__ import annotations

import copy
import gc
import threading
import tracemalloc
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd import Tensor, check_grads, compile, grad, is_compiling, jvp, value_and_grad, vjp

RNG = np.random.default_rng(0)


def same(found: Any, expected: Any, rtol: float = 1e-12) -> None:
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-14, strict=True)


# What it computes


def test_values_and_gradients_are_eagers() -> None:
    def loss(w: Any, x: Any) -> Any:
        return np.sum(np.tanh(x @ w) ** 2) + np.linalg.norm(w)

    w, x = RNG.standard_normal((3, 2)), RNG.standard_normal((5, 3))
    both = compile(value_and_grad(loss))
    for _ in range(3):
        found, expected = both(w, x), value_and_grad(loss)(w, x)
        same(found[0], expected[0])
        same(found[1], expected[1])
        w = w - 0.1 * expected[1]
    assert len(both.programs) == 1


def test_any_order_and_both_modes_inside() -> None:
    def f(x: Any) -> Any:
        return np.sin(x) * np.exp(x)

    third = compile(grad(grad(grad(f))))
    same(third(np.array(0.5)), grad(grad(grad(f)))(0.5))
    forward = compile(lambda x, t: jvp(grad(lambda x: np.sum(f(x))), (x,), (t,))[1])
    x, t = RNG.standard_normal(3), RNG.standard_normal(3)
    same(forward(x, t), jvp(grad(lambda x: np.sum(f(x))), (x,), (t,))[1])


def test_a_tree_comes_back_as_it_was_returned() -> None:
    class Pair(NamedTuple):
        one: Any
        two: Any

    made = compile(lambda x: {"a": [x + 1, (x, 2.5)], "b": Pair(x * 2, None), "c": "text"})
    found = made(np.ones(2))
    assert list(found) == ["a", "b", "c"] and isinstance(found["b"], Pair) and isinstance(found["a"][1], tuple)
    assert found["a"][1][1] == 2.5 and found["b"].two is None and found["c"] == "text"
    assert all(type(leaf) is np.ndarray for leaf in (found["a"][0], found["a"][1][0], found["b"].one))


def test_results_are_the_callers_to_keep() -> None:
    made = compile(lambda x: (x * 2, np.sum(x), x.T, x, x[1:]))
    x = RNG.standard_normal((3, 2))
    first = made(x)
    copies = [np.copy(part) for part in first]
    for part in first:
        assert part.flags.writeable and not np.shares_memory(part, x)
        part += 1
    made(x + 5)
    for part, before in zip(first, copies, strict=True):
        np.testing.assert_array_equal(part, before + 1)


def test_a_compiled_function_is_differentiable() -> None:
    def plain(x: Any, y: Any) -> Any:
        return np.sum(np.tanh(x) * y, axis=0), np.exp(x)

    made = compile(plain)
    x, y = RNG.standard_normal((2, 3)), RNG.standard_normal((2, 3))
    check_grads(made, (x, y))
    weights = RNG.standard_normal(3), RNG.standard_normal((2, 3))
    for a, b in zip(vjp(made, x, y)[1](weights), vjp(plain, x, y)[1](weights), strict=True):
        same(a, b)
    t = Tensor(x, requires_grad=True)
    made(t, y)[1].sum().backward()
    same(t.grad, np.exp(x))
    twice = grad(lambda x: np.sum(grad(lambda x: np.sum(made(x, y)[0] ** 2))(x) ** 2))
    same(twice(x), grad(lambda x: np.sum(grad(lambda x: np.sum(plain(x, y)[0] ** 2))(x) ** 2))(x), rtol=1e-10)


def test_compile_inside_compile_inlines() -> None:
    inner = compile(lambda x: np.exp(x) * 2)
    outer = compile(grad(lambda x: np.sum(inner(x))))
    same(outer(np.ones(2)), 2 * np.exp(np.ones(2)))
    assert inner.programs == ()


def test_as_a_decorator_with_options_and_on_a_method() -> None:
    @compile(static="n")
    def power(x: Any, n: int) -> Any:
        """Multiply."""
        for _ in range(n):
            x = x * x
        return x

    assert power.__name__ == "power" and power.__doc__ == "Multiply."
    same(power(np.full(2, 2.0), n=2), np.full(2, 16.0))

    class Scale:
        def __init__(self, by: float) -> None:
            self.by = by

        @compile
        def apply(self, x: Any) -> Any:
            return x * self.by

    one, two = Scale(2.0), Scale(3.0)
    assert (one.apply(np.ones(1)), two.apply(np.ones(1))) == (2, 3)
    one.by = 5.0
    assert one.apply(np.ones(1)) == 5


# Programs and their reasons


def test_a_program_for_each_signature_with_its_reason() -> None:
    made = compile(lambda x, scale: x["a"] * scale, static="scale")
    made({"a": np.ones((128, 3))}, 2)
    made({"a": np.ones((96, 3))}, 2)
    made({"a": np.ones((96, 3), np.float32)}, 2)
    made({"a": np.ones((96, 3))}, 3)
    made({"a": np.ones((128, 3))}, 2)
    reasons = [program.reason for program in made.programs]
    assert reasons[0] == "first call"
    assert reasons[1] == "axis 0 of x['a'] went from 128 to 96"
    assert reasons[2] == "x['a'] went from float64[96, 3] to float32[96, 3]"
    assert (len(reasons) == 4 and "scale went from 2 to 3" in reasons[3]) or "float32" in reasons[3]


def test_many_programs_warn_once_and_say_why() -> None:
    made = compile(lambda x, n: x * n)
    with pytest.warns(UserWarning, match=r"compiled 9 times.*n went from 7\.0 to 8\.0.*np\.asarray"):
        for n in range(9):
            made(np.ones(1), float(n))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made(np.ones(1), 100.0)


def test_the_cache_is_bounded() -> None:
    made = compile(lambda x, n: x * n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in range(70):
            same(made(np.ones(1), n), np.full(1, float(n)))
    assert len(made.programs) == 64


def test_memory_flops_and_program() -> None:
    made = compile(lambda x: np.sum(np.exp(x @ x)))
    with pytest.raises(RuntimeError, match="no program yet"):
        _ = made.memory
    program = made.program(np.ones((4, 4)))
    assert "exp" in str(program) and made.memory.arena >= 128 and made.flops == 2 * 64 + 16 + 16


# Nothing is frozen unseen

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


# Random numbers


def test_generators_draw_as_they_do_eagerly() -> None:
    def noisy(rng: np.random.Generator, x: Any) -> Any:
        mask = rng.random(x.shape) < 0.5
        return np.where(mask, x, 0) + rng.normal(0, 0.1, x.shape) * rng.integers(1, 4, x.shape)

    made, ours, plain = compile(noisy), np.random.default_rng(7), np.random.default_rng(7)
    x = RNG.standard_normal(5)
    for _ in range(3):
        same(made(ours, x), noisy(plain, x))
    assert ours.bit_generator.state == plain.bit_generator.state


def test_generators_held_by_objects_and_the_derivative_at_what_was_drawn() -> None:
    @dataclass
    class Dropout:
        rng: np.random.Generator

        def __call__(self, x: Any) -> Any:
            return np.where(self.rng.random(x.shape) < 0.5, 2 * x, 0)

    layer = Dropout(np.random.default_rng(3))
    made = compile(lambda x: np.sum(layer(x) ** 2))
    plain = np.random.default_rng(3)
    for _ in range(2):
        found = grad(made)(np.ones(6))
        same(found, np.where(plain.random(6) < 0.5, 8.0, 0))


def test_the_global_generator_is_refused() -> None:
    with pytest.raises(TypeError, match=r"global generator.*default_rng"):
        compile(lambda x: x * np.random.rand())(np.ones(1))


# Donation


def test_donated_arrays_are_used_again() -> None:
    made = compile(lambda w, g: w - 0.1 * g, donate="w")
    w, g = np.ones(3), np.ones(3)
    found = made(w, g)
    assert found is w
    same(w, np.full(3, 0.9))


def test_a_donated_input_that_is_used_twice() -> None:
    made = compile(lambda w: (w * 2, w + 1), donate="w")
    w = np.arange(3.0)
    one, two = made(w)
    same(one, np.arange(3.0) * 2)
    same(two, np.arange(3.0) + 1)


@pytest.mark.parametrize("which", [0, 1])
def test_a_donated_array_that_is_another_argument_too(which: int) -> None:
    made = compile(lambda w, x: w * 2 + x, donate="w")
    w = np.arange(4.0)
    with pytest.raises(ValueError, match=r"donated.*w.*shares.*copy"):
        made(*((w, w), (w[:2], w[1:3]))[which])
    same(w, np.arange(4.0))


def test_a_donated_array_that_cannot_be_written() -> None:
    made = compile(lambda w: w * 2, donate="w")
    w = np.arange(4.0)
    w.flags.writeable = False
    with pytest.raises(ValueError, match=r"donated.*read-only"):
        made(w)


def test_a_donated_array_on_the_tape_is_kept() -> None:
    made = compile(lambda w: w * w, donate="w")
    same(grad(lambda w: np.sum(made(w)))(np.array([3.0])), np.array([6.0]))


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda x: x[::-1], lambda x: np.repeat(x, 2, axis=1)[:, ::2]])
def test_a_donated_array_in_any_layout(layout: Any) -> None:
    made = compile(lambda w: np.exp(w) * 2 + w * w, donate="w")
    w = RNG.standard_normal((700, 400))
    same(
        made(layout(w).copy(order="K") if layout is np.asfortranarray else layout(w.copy())),
        np.exp(layout(w)) * 2 + layout(w) ** 2,
    )


# Bad input


def test_what_asks_for_values_names_the_line_and_the_way_out() -> None:
    def branches(x: Any) -> Any:
        if x.sum() > 0:
            return x
        return -x

    with pytest.raises(TypeError, match=r"test_compile\.py, line \d+: A truth value.*np\.where.*static"):
        compile(branches)(np.ones(2))
    for asks in (float, int, lambda x: x.item(), lambda x: x.tolist(), lambda x: [0, 1][x]):
        with pytest.raises(TypeError, match=r"line \d+: A number.*static"):
            compile(lambda x, asks=asks: asks(x[0]))(np.ones(2, int))
    with pytest.raises(TypeError, match="plain array"):
        compile(lambda x: np.asarray(x))(np.ones(2))


@pytest.mark.parametrize(
    "shapeless",
    [lambda x: x[x > 0], lambda x: np.nonzero(x), lambda x: np.unique(x), lambda x: np.where(x > 0),
     lambda x: np.compress(x > 0, x), lambda x: np.repeat(x, x.astype(int)), lambda x: np.argwhere(x)],
)  # fmt: skip
def test_shapes_that_depend_on_values_are_refused(shapeless: Any) -> None:
    with pytest.raises(TypeError, match="while compiling"):
        compile(shapeless)(np.ones(3))


def test_bad_arguments() -> None:
    made = compile(lambda x: x)
    with pytest.raises(TypeError, match="cannot tell what to do with <object"):
        made(object())
    with pytest.raises(TypeError, match="array of object"):
        made(np.array([None]))
    with pytest.raises(TypeError, match=r"'n' is not hashable, list.*tuple"):
        compile(lambda x, n: x, static="n")(np.ones(1), n=[1])
    with pytest.raises(TypeError, match=r"1 is not hashable"):
        compile(lambda x, n: x, static="n")(np.ones(1), [1])
    with pytest.raises(ValueError, match="no such parameter"):
        compile(lambda x: x, static="y")
    with pytest.raises(ValueError, match="1 parameters"):
        compile(lambda x: x, donate=1)
    with pytest.raises(ValueError, match="one or the other"):
        compile(lambda x: x, static="x", donate="x")
    with pytest.raises(TypeError, match="takes a function"):
        compile(3)
    with pytest.raises(ValueError, match="backend"):
        compile(lambda x: x, backend="cuda")


def test_what_cannot_be_returned() -> None:
    with pytest.raises(TypeError, match="returned nothing"):
        compile(lambda x: None)(np.ones(1))
    with pytest.raises(TypeError, match="arrays, numbers, and trees"):
        compile(lambda x: object())(np.ones(1))


# Memory


def test_replays_allocate_nothing_but_the_results() -> None:
    def step(w: Any, x: Any, y: Any) -> Any:
        def loss(w: Any) -> Any:
            h = np.maximum(x @ w, 0)
            return np.mean((h.sum(axis=1) - y) ** 2)

        value, gradient = value_and_grad(loss)(w)
        return value, w - 1e-5 * gradient

    made = compile(step, donate="w")
    w, x, y = RNG.standard_normal((20, 30)), RNG.standard_normal((50, 20)), RNG.standard_normal(50)
    _, w = made(w, x, y)
    gc.collect()
    tracemalloc.start()
    try:
        made(w, x, y)
        before = tracemalloc.get_traced_memory()[0]
        peak = 0
        for _ in range(1000):
            tracemalloc.reset_peak()
            start = tracemalloc.get_traced_memory()[0]
            _, w = made(w, x, y)
            peak = max(peak, tracemalloc.get_traced_memory()[1] - start)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 1000, f"{grown} bytes more after 1,000 replays"
    # All small objects of a call together; the least of the program's matrices has 4,800 bytes.
    assert peak < 2000, f"{peak} bytes at once"


@pytest.fixture(autouse=True)
def nothing_is_recording() -> Iterator[None]:
    yield
    assert not is_compiling()
