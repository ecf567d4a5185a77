"""Where `debug` holds: calls from layers and programs, threads, tasks, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from contextvars import copy_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_numbers import NEGATIVE, A, caught, here, leaf, second

import nn
from autograd import Tape, Tensor, compile, debug, grad
from autograd import compose as compose_room
from autograd.extend import elementwise
from autograd.operators import Operators
from autograd.ops import elementwise as ew
from autograd.record import around, declared
from autograd.watch import NonFinite


def test_a_layer_tells_the_line_that_called_it() -> None:
    model = nn.Sequential([nn.Dense(3, 4), nn.ReLU(), nn.Dense(4, 2)])
    nn.parameters(model)[0].data[...] = np.nan
    error = caught(lambda: model(A[None]))
    assert (error.op, error.file, error.line) == ("matmul", __file__, here(-1))


def test_a_training_step_is_the_same() -> None:
    def run() -> list[Any]:
        model = nn.Sequential([nn.Dense(3, 4), nn.ReLU(), nn.Dense(4, 2)])
        for k, p in enumerate(nn.parameters(model)):
            p.data[...] = np.sin(np.arange(p.size) + k).reshape(p.shape)
        nn.softmax_cross_entropy(model(np.outer(A, A)), np.array([0, 1, 1])).backward()
        return [p.grad for p in nn.parameters(model)]

    plainly = run()
    with debug(inf=True):
        for a, b in zip(run(), plainly, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_a_compiled_function_is_looked_at_from_outside(backend: str) -> None:
    if backend == "native":
        pytest.importorskip("llvmlite")
    f = compile(lambda x: np.sum(np.log(x)), backend=backend)
    with debug(), np.errstate(invalid="ignore"):
        assert f(A) == np.sum(np.log(A))
    error = caught(lambda: f(NEGATIVE))
    assert (error.op, error.file, error.line) == ("the compiled <lambda>", __file__, here(-1))
    assert error.operands[0].shape == (3,) and error.came_in is None
    error = caught(lambda: f(np.array([np.nan, 1.0, 1.0])))
    assert error.came_in is not None and error.came_in.name == "argument 0"


def test_what_is_compiled_under_debug_is_the_same_program() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.where(x > 0, np.log(x), 0.0) ** 2)

    with debug():
        under = compile(grad(f))
        found = under(A)
    plain = compile(grad(f))
    np.testing.assert_array_equal(found, plain(A))
    assert under.source == plain.source


def test_it_holds_in_this_thread_alone() -> None:
    seen: list[Any] = []
    inside, done = threading.Event(), threading.Event()

    def other() -> None:
        inside.wait(10)
        with np.errstate(invalid="ignore"):
            seen.append(np.isnan(np.log(leaf(NEGATIVE)).data).sum())
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with debug():
        inside.set()
        assert done.wait(10)
        with pytest.raises(NonFinite):
            np.log(leaf(NEGATIVE))
    thread.join()
    assert seen == [1]


def test_a_copied_context_takes_it_along() -> None:
    seen: list[BaseException] = []

    def other() -> None:
        try:
            np.log(leaf(NEGATIVE))
        except NonFinite as error:
            seen.append(error)

    with debug():
        thread = threading.Thread(target=copy_context().run, args=(other,))
        thread.start()
        thread.join()
    assert len(seen) == 1


def test_eight_threads_come_and_go() -> None:
    failed: list[Any] = []

    def run(k: int) -> None:
        try:
            for i in range(30):
                if (i + k) % 2:
                    with debug():
                        with pytest.raises(NonFinite):
                            np.log(leaf(NEGATIVE))
                        np.testing.assert_allclose(grad(lambda x: np.sum(np.exp(x)))(A), np.exp(A))
                else:
                    with np.errstate(invalid="ignore"):
                        assert np.isnan(np.log(leaf(NEGATIVE)).data[1])
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_tasks_do_not_share_it() -> None:
    async def strict() -> str:
        with debug():
            await asyncio.sleep(0)
            try:
                np.log(leaf(NEGATIVE))
            except NonFinite:
                return "found"
        return "missed"

    async def lenient() -> str:
        await asyncio.sleep(0)
        with np.errstate(invalid="ignore"):
            np.log(leaf(NEGATIVE))
        return "passed"

    async def both() -> list[str]:
        return list(await asyncio.gather(strict(), lenient(), strict()))

    assert asyncio.run(both()) == ["found", "passed", "found"]


def test_nested_the_inner_one_counts_and_the_outer_comes_back() -> None:
    zero = leaf([0.0])
    with debug(inf=True), np.errstate(divide="ignore"):
        with debug():
            np.log(zero)
        with pytest.raises(NonFinite):
            np.log(zero)
        with pytest.raises(ZeroDivisionError), debug():
            raise ZeroDivisionError
        with pytest.raises(NonFinite):
            np.log(zero)


def test_after_an_error_in_a_walk_outputs_are_looked_at_again() -> None:
    with debug():
        for _ in range(2):
            with pytest.raises(NonFinite):
                grad(grad(second))(3.0)
            assert caught(lambda: np.log(leaf(NEGATIVE))).op == "log"


def test_a_decorator() -> None:
    @debug()
    def f(x: Any) -> Any:
        return np.log(x)

    for _ in range(2):
        with pytest.raises(NonFinite):
            f(leaf(NEGATIVE))
    with np.errstate(invalid="ignore"):
        np.log(leaf(NEGATIVE))


def found_it(x: Any) -> str:
    try:
        with np.errstate(invalid="ignore"):
            np.log(x)
    except NonFinite:
        return "found"
    return "missed"


def test_a_decorated_coroutine_is_looked_at_to_its_end() -> None:
    @debug()
    async def strict() -> list[str]:
        before = found_it(leaf(NEGATIVE))
        await asyncio.sleep(0)
        return [before, found_it(leaf(NEGATIVE))]

    async def lenient() -> str:
        await asyncio.sleep(0)
        return found_it(leaf(NEGATIVE))

    async def both() -> list[Any]:
        return list(await asyncio.gather(strict(), lenient()))

    assert asyncio.run(both()) == [["found", "found"], "missed"]
    assert not around


def test_a_decorated_generator_is_looked_at_and_who_runs_it_is_not() -> None:
    @debug()
    def numbers(n: int) -> Iterator[Any]:
        for _ in range(n):
            try:
                got = yield found_it(leaf(NEGATIVE))
                assert got in (None, "sent")
            except KeyError:
                yield "thrown"
        return "returned"

    seen = []
    for told in numbers(2):
        seen += [told, found_it(leaf(NEGATIVE))]
    assert seen == ["found", "missed"] * 2
    generator: Any = numbers(1)
    next(generator)
    with pytest.raises(StopIteration) as end:
        generator.send("sent")
    assert end.value.value == "returned"
    generator = numbers(3)
    next(generator)
    assert generator.throw(KeyError()) == "thrown"
    generator.close()
    assert not around


def test_a_decorated_asynchronous_generator() -> None:
    @debug()
    async def numbers() -> AsyncIterator[str]:
        for _ in range(2):
            await asyncio.sleep(0)
            yield found_it(leaf(NEGATIVE))

    async def run() -> list[str]:
        return [item async for told in numbers() for item in (told, found_it(leaf(NEGATIVE)))]

    assert asyncio.run(run()) == ["found", "missed"] * 2
    assert not around


def test_closed_in_another_context_it_is_over_all_the_same() -> None:
    def opened() -> Iterator[None]:
        with debug():
            yield

    before = standing()
    context, generator = copy_context(), opened()
    context.run(next, generator)
    generator.close()
    assert all(a is b for a, b in zip(standing(), before, strict=True))
    # Nor does the context that it was begun in look on, where somebody else does.
    with debug(inf=True):
        assert context.run(found_it, leaf(NEGATIVE)) == "missed"
        assert found_it(leaf(NEGATIVE)) == "found"


def test_a_copied_context_looks_no_longer_than_the_block() -> None:
    with debug():
        context = copy_context()
        assert context.run(found_it, leaf(NEGATIVE)) == "found"
    with debug():
        assert context.run(found_it, leaf(NEGATIVE)) == "missed"


def test_numpys_own_errors_stay_as_they_were() -> None:
    before = np.geterr()
    with pytest.raises(NonFinite), debug():
        np.log(leaf(NEGATIVE))
    assert np.geterr() == before
    with debug(), np.errstate(all="ignore"):
        grad(np.exp)(0.0)
        assert set(np.geterr().values()) == {"ignore"}


def test_inf_is_true_or_false() -> None:
    with pytest.raises(TypeError, match=r"debug\(inf=\) is True or False; met 3"), debug(3):  # type: ignore[arg-type]
        pass
    with pytest.raises(TypeError, match=r"write @debug\(\)"):
        debug(found_it)  # type: ignore[arg-type]


# Nothing stays


def standing() -> list[Any]:
    ops = sorted(declared, key=lambda one: (one.name, id(one)))
    return [
        *[one.call for one in ops],
        *[vars(Operators)[name] for name in sorted(vars(Operators))],
        Tape.pullback, Tape.pushforward, Tensor.detach, Tensor.numpy, compose_room._composed, *around,
    ]  # fmt: skip


def test_outside_of_it_everything_is_what_it_was() -> None:
    with debug():
        # What is opened on demand is open now.
        np.nanmean(leaf())
    before = standing()
    for _ in range(2):
        with debug():
            assert Operators.__add__ is ew.add.call
            assert all(hasattr(one.call, "__wrapped__") for one in declared)
            with debug(inf=True):
                pass
        assert all(a is b for a, b in zip(standing(), before, strict=True))
    assert not any(hasattr(one, "__wrapped__") for one in before)
    assert not around


def test_entries_recorded_outside_have_nothing_beside_them() -> None:
    with debug():
        pass
    y = np.exp(leaf()) * 2
    assert y.entry.params is None


def test_an_op_declared_inside_is_looked_at_and_is_plain_afterwards() -> None:
    with debug():
        mine = elementwise(lambda x: x - np.inf + np.inf, name="mine", x=lambda g: g)
        with pytest.raises(NonFinite, match="mine gave NaN"):
            mine(leaf())
    assert not hasattr(mine.call, "__wrapped__")
    with np.errstate(invalid="ignore"):
        assert np.isnan(mine(leaf()).data).all()


def test_nothing_is_kept_alive() -> None:
    gc.collect()
    gc.disable()
    try:
        with debug():
            x = leaf()
            h = np.exp(x)
            y = np.sin(h).sum()
            d = x.detach()
            was = [weakref.ref(h.data), weakref.ref(y.data)]
            y.backward()
            del h, y, d
            assert all(one() is None for one in was)
    finally:
        gc.enable()


# The environment


def run(code: str, value: str | None) -> subprocess.CompletedProcess[str]:
    environment = {key: text for key, text in os.environ.items() if key != "GRADTAPE_DEBUG"}
    if value is not None:
        environment["GRADTAPE_DEBUG"] = value
    root = Path(__file__).parent.parent
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, env=environment)


PROGRAM = """
import threading, numpy as np
from autograd import Tensor, debug
np.seterr(all="ignore")
def look(x):
    try:
        np.nanmax(np.log(Tensor(x, requires_grad=True)))
        print("passed")
    except FloatingPointError as error:
        print(error.kind)
def both():
    look([0.0, 1.0])
    look([-1.0, 1.0])
both()
thread = threading.Thread(target=both); thread.start(); thread.join()
with debug():
    both()
both()
"""


@pytest.mark.parametrize(
    ("value", "printed"),
    [(None, "passed passed"), ("", "passed passed"), ("0", "passed passed"), ("1", "passed NaN"), ("inf", "inf NaN")],
)
def test_the_environment_switches_it_on_for_all_threads(value: str | None, printed: str) -> None:
    done = run(PROGRAM, value)
    assert done.stdout.split() == f"{printed} {printed} passed NaN {printed}".split(), done.stderr


def test_a_value_that_means_nothing_is_an_error() -> None:
    assert "GRADTAPE_DEBUG='yes': write 1 to look for NaN, inf to look for infinities too" in run(PROGRAM, "yes").stderr
