"""`debug` and `explain`: what is found, what is told of it, where it holds, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tape, Tensor, compile, debug, explain, grad, jvp, no_grad, vjp
from autograd import compose as compose_room
from autograd.extend import elementwise, op
from autograd.operators import Operators
from autograd.ops import elementwise as ew
from autograd.record import around, declared
from autograd.watch import Changed, NonFinite

A = np.array([1.0, 2.0, 3.0])
NEGATIVE = np.array([1.0, -2.0, 3.0])

wrong = elementwise(lambda x: x + 0.0, name="wrong", x=lambda g: g * np.nan)
large = elementwise(lambda x: x + 0.0, name="large", x=lambda g: g / np.zeros_like(g))
second = elementwise(lambda x: x * x, name="second", x=lambda g, x: g * wrong(2 * x))


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


def caught(run: Callable[[], Any], inf: bool = False) -> NonFinite:
    with pytest.raises(NonFinite) as found, debug(inf=inf):
        run()
    return found.value


def here(offset: int = 0) -> int:
    return sys._getframe(1).f_lineno + offset


# Outputs


def test_the_first_nan_is_told_with_op_line_shapes_and_values() -> None:
    x = leaf(NEGATIVE)
    error = caught(lambda: np.log(x * 2) + 1)
    assert (error.op, error.what, error.kind, error.index, error.count) == ("log", "output", "NaN", (1,), 1)
    assert (error.file, error.line, error.walked, error.came_in) == (__file__, here(-2), None, None)
    (operand,) = error.operands
    assert (operand.name, operand.shape, operand.dtype) == ("x", (3,), "float64")
    assert (operand.index, operand.value) == ((1,), -4.0)
    assert str(error).splitlines() == [
        "log gave NaN at index (1,).",
        f"  recorded at {__file__}:{here(-8)}",
        "  x: shape (3,) float64, at (1,): -4.0",
    ]
    assert isinstance(error, FloatingPointError)


@pytest.mark.parametrize(
    ("run", "name"),
    [
        (lambda x: x - np.inf + np.inf, "add"),
        (lambda x: np.inf - x - np.inf, "subtract"),
        (lambda x: x**0.5, "sqrt"),
        (lambda x: x**0.3, "power"),
        (lambda x: 0 / (x - 1), "divide"),
        (lambda x: (np.inf * x).sum(), "sum"),
        (lambda x: np.dot(x, np.full(3, np.inf)), "dot"),
        (lambda x: np.arccos(x), "arccos"),
        (lambda x: np.concatenate([x, [np.nan]]), "concatenate"),
        (lambda x: np.where(x > 0, x, np.nan), "where"),
        (lambda x: np.average(x, weights=[np.inf, 1, 1]), "average"),
        (lambda x: np.linalg.norm(x * np.nan), "multiply"),
        (lambda x: np.add.reduce(x, initial=np.nan), "add"),
    ],
)
@pytest.mark.parametrize("tracked", [True, False])
def test_in_whatever_form_an_op_is_called(run: Callable[[Any], Any], name: str, tracked: bool) -> None:
    x = Tensor(NEGATIVE, requires_grad=tracked)
    error = caught(lambda: run(x))
    assert error.op.startswith(name) and error.file == __file__


def test_item_assignment_and_out() -> None:
    def assign() -> None:
        y = leaf() * 1
        y[1] = np.nan

    assert caught(assign).op == "put"
    target = Tensor(np.zeros(3))
    assert caught(lambda: np.log(leaf(NEGATIVE), out=target)).op == "log"


def test_values_are_those_that_met_at_the_index() -> None:
    x, y = leaf(np.arange(6.0).reshape(2, 3)), leaf([[1.0], [0.0]])
    error = caught(lambda: np.power(x - 4.5, y + 0.5))
    assert error.index == (0, 0) and error.count == 5
    assert [(o.name, o.index, o.value) for o in error.operands] == [("x", (0, 0), -4.5), ("y", (0, 0), 1.5)]
    # Where elements are mixed no one is named, but what is infinite.
    error = caught(lambda: np.matmul(np.array([[1.0, 1.0]]), leaf([[np.inf, 1.0], [-np.inf, 2.0]])))
    assert [(o.index, o.value) for o in error.operands] == [(None, None), ((0, 0), np.inf)]


def test_infinities_only_if_asked() -> None:
    zero = leaf([1.0, 0.0])
    with debug(), np.errstate(divide="ignore"):
        assert np.log(zero).data[1] == -np.inf
    error = caught(lambda: np.log(zero), inf=True)
    assert (error.kind, error.index) == ("inf", (1,)) and "log gave inf at index (1,)" in str(error)
    assert caught(lambda: np.log(-zero), inf=True).kind == "NaN"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64, np.complex128])
def test_every_floating_type(dtype: Any) -> None:
    x = leaf(np.array([0, np.nan], dtype))
    assert caught(lambda: x * 2).operands[0].dtype == np.dtype(dtype).name


def test_integers_and_the_empty_pass() -> None:
    with debug(inf=True):
        assert (Tensor([1, 2]) * 2).data.tolist() == [2, 4]
        assert np.exp(leaf(np.zeros((0, 3)))).shape == (0, 3)


# What was bad before


@pytest.mark.parametrize(
    ("run", "name", "origin"),
    [
        (lambda: leaf([np.nan, 1.0]) * 2, "x", "a leaf"),
        (lambda: Tensor([np.nan, 1.0]) * 2, "x", "a constant Tensor"),
        (lambda: leaf() + np.array([1.0, np.nan, 1.0]), "y", "a plain array or number"),
        (lambda: np.nan * leaf(), "x", "a plain array or number"),
        (lambda: grad(lambda x: x * 2)(np.nan), "x", "an argument of the function that is differentiated"),
    ],
)
def test_a_nan_that_was_in_the_inputs_is_named_as_such(run: Callable[[], Any], name: str, origin: str) -> None:
    error = caught(run)
    assert error.came_in is not None and (error.came_in.name, error.came_in.origin) == (name, origin)
    assert f"It came in with {name}, {origin}." in str(error)


def test_a_nan_from_before_the_block_has_no_line() -> None:
    with np.errstate(invalid="ignore"):
        y = np.log(leaf(NEGATIVE))
    error = caught(lambda: y * 2)
    assert error.came_in.origin == "the result of log, recorded before debug() was entered"


def test_functions_that_pass_over_nan_pass() -> None:
    x = leaf([1.0, np.nan, 3.0])
    with debug():
        np.nanmean(x).backward()
        np.where(np.isnan(x.data), 0.0, x).sum().backward()
    np.testing.assert_array_equal(x.grad, [1.5, 0.0, 1.5])


def test_what_is_singular_and_masked_inside_passes() -> None:
    x = leaf([0.0, 1.0])
    with debug(), np.errstate(divide="ignore"):
        np.where(x.data > 0, np.log(x), 0.0).sum().backward()
        assert grad(np.linalg.norm)(np.zeros(3)).tolist() == [0, 0, 0]
        assert grad(grad(lambda x: np.hypot(x, 0.0 * x)))(0.0) == 0
    assert x.grad.tolist() == [0, 1]


# Derivatives


def test_a_cotangent() -> None:
    x = leaf()
    with debug():
        y = wrong(x * 2)
        line = here(-1)
        z = np.exp(y).sum()
        with pytest.raises(NonFinite) as found:
            z.backward()
        walked = here(-1)
    error = found.value
    assert (error.op, error.what, error.kind, error.index, error.count) == ("wrong", "cotangent", "NaN", (0,), 3)
    assert (error.line, error.walked) == (line, (__file__, walked))
    assert [(o.name, o.index) for o in error.operands] == [("g", (0,))]
    assert error.operands[0].value == np.exp(2.0)
    assert str(error).startswith("The gradient of wrong in x is NaN at index (0,), 3 in all.")
    assert x.grad is None


def test_a_cotangent_that_is_infinite() -> None:
    with np.errstate(divide="ignore"):
        large(leaf()).sum().backward()
    error = caught(lambda: large(leaf()).sum().backward(), inf=True)
    assert (error.op, error.kind) == ("large", "inf")


def test_infinities_that_meet() -> None:
    def run() -> None:
        x = leaf()
        with np.errstate(divide="ignore"):
            (large(x) - large(x)).sum().backward()

    error = caught(run)
    assert error.op == "large" and "in x, added to what had arrived there, is NaN" in str(error)


def test_a_tangent() -> None:
    error = caught(lambda: jvp(lambda x: wrong(x * 2), (A,), (A,)))
    assert (error.op, error.what, error.file) == ("wrong", "tangent", __file__)
    assert [(o.name, o.value) for o in error.operands] == [("the tangent of x", 2.0)]


@pytest.mark.parametrize(
    "run",
    [
        lambda: grad(grad(second))(3.0),
        lambda: jvp(grad(second), (3.0,), (1.0,)),
        lambda: grad(lambda x: jvp(second, (x,), (1.0,))[1])(3.0),
    ],
)
def test_a_derivative_of_second_order(run: Callable[[], Any]) -> None:
    with debug():
        assert grad(second)(3.0) == 6
    error = caught(run)
    assert error.op == "wrong" and error.what in ("cotangent", "tangent") and error.file == __file__
    assert "of second" in str(error).splitlines()[1]


def test_an_op_with_several_outputs() -> None:
    def back(g: Any, x: Any) -> Any:
        return sum(part for part in g if part is not None) * np.nan

    twice = op(
        lambda x: (x + 0.0, x * 2.0), name="twice", outputs=("a", "b"), vjp={"x": back},
        jvp={"x": lambda g, x: (g * np.nan, g * 2)},
    )  # fmt: skip
    assert caught(lambda: twice(leaf())[1].sum().backward()).op == "twice"
    assert caught(lambda: jvp(lambda x: twice(x)[0], (A,), (A,))).op == "twice"
    assert caught(lambda: twice(leaf([np.nan]))).op == "twice"


@pytest.mark.parametrize(
    ("run", "what"),
    [
        (lambda: (leaf() * 2).backward(np.array([1.0, np.nan, 1.0])), "cotangent"),
        (lambda: vjp(np.exp, A)[1](np.array([1.0, np.nan, 1.0])), "cotangent"),
        (lambda: jvp(np.exp, (A,), (np.array([1.0, np.nan, 1.0]),)), "tangent"),
    ],
)
def test_what_is_given_to_a_walk(run: Callable[[], Any], what: str) -> None:
    error = caught(run)
    assert (error.what, error.index) == (what, (1,)) and error.came_in is not None
    assert str(error).startswith(f"The {what} given for ")


@pytest.mark.parametrize("where", ["leaf", "result"])
def test_what_a_hook_returns(where: str) -> None:
    x = leaf()
    y = np.exp(x)
    (x if where == "leaf" else y).register_hook(lambda g: g * np.nan)
    error = caught(lambda: y.sum().backward())
    assert error.op == ("input" if where == "leaf" else "exp") and str(error).startswith("A hook on ")


# Arrays that change


def test_an_array_that_was_changed_in_between() -> None:
    x, y = leaf(), leaf()
    with debug():
        z = x * y
        line = here(-1)
        z = z.sum()
        x.data[1] = 7.0
        with pytest.raises(Changed) as found:
            z.backward()
        walked = here(-1)
    error = found.value
    assert (error.op, error.name) == ("multiply", "x")
    assert (error.recorded, error.walked) == ((__file__, line), (__file__, walked))
    assert f"recorded at {__file__}:{line}" in str(error) and f"walked from {__file__}:{walked}" in str(error)
    assert "assign a new array (x.data = v)" in str(error)


def test_an_output_that_was_changed_and_an_array_of_indices() -> None:
    index = np.array([0, 2])
    with debug():
        y = np.exp(leaf())
        y.data[0] = 0.0
        with pytest.raises(Changed, match="its output, which exp saved"):
            y.sum().backward()
        y = leaf()[index]
        index[0] = 1
        with pytest.raises(Changed, match="index, which getitem saved"):
            y.sum().backward()


def test_a_change_is_found_in_forward_mode_and_in_a_second_walk() -> None:
    c = A.copy()
    with debug():
        x = leaf()
        tape = Tape.of(x * c, x)
        tape.pushforward([A])
        tape.pullback([A])
        c[0] = 5.0
        for walk in (tape.pushforward, tape.pullback):
            with pytest.raises(Changed, match="y, which multiply saved"):
                walk([A])


def test_what_may_change_may() -> None:
    x, w = leaf(), leaf()
    with debug():
        for _ in range(3):
            loss = np.sum(np.tanh(x.detach() * w) ** 2)
            loss.backward()
            # After the walk, or what no rule reads.
            w.data -= 0.1 * w.grad
            w.grad = None
        y = x + w
        x.data[0] = 9.0
        y.sum().backward()


# Where it holds


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


# explain


@pytest.fixture
def under_debug() -> Iterator[None]:
    with debug():
        yield


def test_explain_leaves() -> None:
    x = leaf()
    assert explain(x).startswith("A leaf (shape (3,), float64)") and "None has arrived yet" in explain(x)
    x.sum().backward()
    assert "It has one." in explain(x)


def test_explain_results() -> None:
    x, w = leaf(), leaf()
    y = np.exp(x) * w
    assert "the result of multiply. It depends on 2 leaves, where backward()" in explain(y)
    assert "t.register_hook(print)" in explain(y)
    z = y.sum()
    z.backward()
    assert "let go of its tape" in explain(z) and "retain_graph=True" in explain(z)
    assert "let go of the tape behind it, at sum" in explain(z * 2)


def test_explain_results_that_are_flat() -> None:
    x = leaf()
    assert "every way back leads through sign, floor," in explain(np.sign(x) + np.floor(x) * 2)
    assert "It depends on 1 leaf" in explain(np.sign(x) * x)
    # Of a complex number the sign turns.
    assert "It depends on 1 leaf" in explain(np.sign(leaf(1j)))


def test_explain_arguments() -> None:
    told: list[str] = []

    def f(x: Any) -> Any:
        told.extend([explain(x), explain(x * leaf())])
        return x * x

    grad(f)(2.0)
    assert told[0].startswith("The argument (shape (), float64) of a function that is being differentiated")
    assert "1 leaf, where backward() leaves gradients, and on 1 argument of functions being diff" in told[1]


def test_explain_under_no_grad() -> None:
    x = leaf()
    with no_grad():
        assert "Recording is off here (no_grad)" in explain(x)


@pytest.mark.usefixtures("under_debug")
def test_explain_says_what_took_it_off_the_tape_and_where() -> None:
    x = leaf()
    detached, cast, position, plain = x.detach(), x.astype(int), np.argsort(x), x.numpy()
    line = here(-1)
    with no_grad():
        silent = np.exp(x)
    assert f"taken off the tape by t.detach() at {__file__}:{line}." in explain(detached)
    assert f"made by astype of a Tensor on the tape: an integer has no derivative, at {__file__}:{line}" in explain(
        cast
    )
    assert f"made by argsort of a Tensor on the tape: a position or a count, at {__file__}:{line}" in explain(position)
    assert f"taken off the tape by t.numpy() at {__file__}:{line}" in explain(plain)
    assert f"computed by exp under no_grad at {__file__}:{line + 3}" in explain(silent)
    # And what was computed from these.
    assert f"t.detach() at {__file__}:{line}" in explain(np.exp(detached) * 2)
    assert f"under no_grad at {__file__}:{line + 3}" in explain(silent.sum())
    assert explain(x).startswith("A leaf")
    assert f"the result of exp at {__file__}:{here()}" in explain(np.exp(x))


def test_explain_without_debug_says_what_it_may_be() -> None:
    x = leaf()
    assert "Run it under autograd.debug() to learn which" in explain(x.detach())
    assert "Write t.astype(float)" in explain(x.astype(int))
    assert explain(x > 2).startswith("A plain array (bool), and no Tensor")
    assert explain(3.0).startswith("A plain number (float64), and no Tensor")
    assert explain(x.numpy()).startswith("A plain array (float64)")


@pytest.mark.parametrize("what", ["text", None, [1.0], np.exp])
def test_explain_takes_what_may_have_been_a_tensor(what: Any) -> None:
    with pytest.raises(TypeError, match="explain takes a Tensor, an array or a number; met"):
        explain(what)


def test_explain_while_compiling() -> None:
    told: list[str] = []

    def f(x: Any) -> Any:
        told.append(explain(x))
        return x * 2

    compile(f)(A)
    assert told[0].startswith("A constant (shape (3,), float64) of a program that is being recorded")
