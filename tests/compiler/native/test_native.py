"""The native backend as one meets it: what becomes one kernel, threads, what is kept on disk, what it refuses."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from agreement import same

import autograd
import nn
from autograd import Tensor, compile, get_num_threads, grad, keep_kernels, set_num_threads, value_and_grad
from autograd.compiler import backends
from autograd.compiler.native import cache
from autograd.compiler.native.pool import Job, pool
from autograd.compiler.program import Program

pytestmark = pytest.mark.skipif(bool(backends.missing()), reason=backends.missing())

RNG = np.random.default_rng(5)
NATIVE = Path(autograd.__file__).parent / "compiler" / "native"


def kernels(made: Any) -> list[Any]:
    """Give the kernels of the latest program."""
    program: Program = made.programs[-1].lowered
    return [node.fn for node in program.nodes if hasattr(node.fn, "nest")]


# What becomes one kernel


def labels_of(rows: int) -> Any:
    return np.arange(rows) % 3


def test_softmax_cross_entropy_and_its_gradient_are_one_kernel_but_for_the_mean() -> None:
    y = labels_of(50)

    def loss(z: Any) -> Any:
        z = z - np.max(z, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(50), y])

    for width in (3, 10, 100):
        z = RNG.standard_normal((50, width))
        made = compile(value_and_grad(loss), backend="native")
        for ours, eager in zip(made(z), value_and_grad(loss)(z), strict=True):
            same(ours, eager)
        assert len(kernels(made)) == 2, made.explain()


def test_layer_norm_and_its_gradient_are_one_kernel() -> None:
    def norm(x: Any, scale: Any, shift: Any) -> Any:
        centred = x - np.mean(x, axis=-1, keepdims=True)
        return centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-5) * scale + shift

    x, scale, shift, g = (RNG.standard_normal(shape) for shape in ((40, 64), 64, 64, (40, 64)))
    made = compile(lambda x, scale, shift, g: autograd.vjp(norm, x, scale, shift)[1](g), backend="native")
    for ours, eager in zip(made(x, scale, shift, g), autograd.vjp(norm, x, scale, shift)[1](g), strict=True):
        same(ours, eager)
    assert len(kernels(made)) == 1, made.explain()


def test_bias_relu_and_the_sum_of_its_gradient_are_one_kernel() -> None:
    def fn(h: Any, b: Any, g: Any) -> Any:
        return autograd.vjp(lambda h, b: np.maximum(h + b, 0), h, b)[1](g)

    made = compile(fn, backend="native")
    h, b, g = RNG.standard_normal((60, 40)), RNG.standard_normal(40), RNG.standard_normal((60, 40))
    for ours, eager in zip(made(h, b, g), fn(h, b, g), strict=True):
        same(ours, eager)
    assert len(kernels(made)) == 1, made.explain()


def test_adam_over_all_parameters_is_one_kernel_and_one_for_its_numbers() -> None:
    model = nn.Sequential(nn.Dense(4, 40), nn.ReLU(), nn.Dense(40, 40), nn.ReLU(), nn.Dense(40, 3))
    step = nn.make_step(model, nn.softmax_cross_entropy, nn.Adam())
    params, state = step.init()
    step(params, state, (RNG.standard_normal((30, 4)), labels_of(30)))
    found = [kernel.calls for kernel in kernels(step.compiled)]
    assert sum("sqrt, add, divide, subtract" in calls for calls in found) == 1


def test_what_is_cheap_is_computed_again() -> None:
    def loss(ws: Any, x: Any) -> Any:
        return np.sum(np.tanh(np.maximum(x @ ws[0] + ws[1], 0) @ ws[2]))

    # Not so far out that 1 - tanh² loses its digits.
    rng = np.random.default_rng(2)
    x, ws = rng.standard_normal((300, 2)), [0.2 * rng.standard_normal(s) for s in ((2, 64), (64,), (64, 3))]
    made = compile(grad(loss), backend="native")
    for ours, eager in zip(made(ws, x), grad(loss)(ws, x), strict=True):
        same(ours, eager)
    assert all(out.shape != (300, 64) for node in made.programs[0].lowered.nodes for out in node.outs)


def test_the_turns_of_a_loop_are_the_same_kernels() -> None:
    from autograd.compiler.native import jit

    def chain(x: Any, turns: int) -> Any:
        h = x
        for _ in range(turns):
            h = np.sin(h) * 1.01 + x * 0.125
        return np.sum(h)

    x = RNG.standard_normal(11)
    made = compile(value_and_grad(chain), static="turns", backend="native")
    before = len(jit._kernels)
    for ours, eager in zip(made(x, 40), value_and_grad(chain)(x, 40), strict=True):
        same(ours, eager)
    after = len(jit._kernels)
    assert after - before < 12 and len(kernels(made)) > 60
    made(x, 80)
    assert len(jit._kernels) - after <= 2
    assert "run0(" in made.programs[-1].text and "run1(" not in made.programs[-1].text


def test_an_unrolled_lstm_compiles_a_few_kernels() -> None:
    """Fifty steps; how long that takes stands in docs/benchmarks.md."""
    from autograd.compiler.native import jit

    def sigmoid(x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    def lstm(ws: Any, xs: Any) -> Any:
        h, c = np.zeros((8, 20)), np.zeros((8, 20))
        for x in xs:
            z = x @ ws[0] + h @ ws[1] + ws[2]
            i, f, o, g = (z[:, k * 20 : (k + 1) * 20] for k in range(4))
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        return np.sum(h * h)

    ws = [0.1 * RNG.standard_normal(shape) for shape in ((5, 80), (20, 80), (80,))]
    xs = RNG.standard_normal((50, 8, 5))
    made = compile(value_and_grad(lstm), backend="native")
    before = len(jit._kernels)
    value, found = made(ws, xs)
    expected, gradient = value_and_grad(lstm)(ws, xs)
    same(value, expected, 1e-10)
    for ours, eager in zip(found, gradient, strict=True):
        same(ours, eager, 1e-9)
    assert len(jit._kernels) - before < 30


# Threads


@pytest.fixture
def threads() -> Iterator[None]:
    before = get_num_threads()
    yield
    set_num_threads(before)


def large(x: Any, b: Any) -> Any:
    """Many rows with sums over them, over lanes, over all, and products summed over rows."""
    y = np.exp(x * b)
    return [y, np.sum(y, axis=0), np.sum(y), np.max(x, axis=0), np.sum(y, axis=1), x[:, :3].T @ y]


@pytest.mark.usefixtures("threads")
def test_results_do_not_depend_on_the_threads() -> None:
    x, b = RNG.standard_normal((9001, 67)), RNG.standard_normal(67)
    made = compile(large, backend="native")
    found = []
    for count in (1, 2, 3, 8):
        set_num_threads(count)
        assert get_num_threads() == count
        found += [made(x, b), made(x, b)]
    assert any(kernel.is_large for kernel in kernels(made))
    for ours, eager in zip(found[0], large(x, b), strict=True):
        same(ours, eager, 1e-11)
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.usefixtures("threads")
def test_several_threads_may_call_at_once() -> None:
    set_num_threads(2)
    xs = [RNG.standard_normal(250_001) for _ in range(4)]
    made = compile(lambda x: [np.sin(x) * np.exp(x), np.sum(np.cos(x))], backend="native")
    expected = [made(x) for x in xs]
    assert kernels(made)[0].is_large
    wrong: list[int] = []

    def work(i: int) -> None:
        for _ in range(20):
            wrong.extend(i for one, two in zip(made(xs[i]), expected[i], strict=True) if not np.array_equal(one, two))

    several = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in several:
        thread.start()
    for thread in several:
        thread.join()
    assert wrong == []


def test_bad_numbers_of_threads() -> None:
    with pytest.raises(ValueError, match="at least one thread; met 0"):
        set_num_threads(0)
    with pytest.raises(TypeError):
        set_num_threads(1.5)  # type: ignore[arg-type]
    assert get_num_threads() >= 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_process_has_threads_of_its_own() -> None:
    code = (
        "import os, sys, numpy as np\n"
        "from autograd import compile, set_num_threads\n"
        "set_num_threads(2)\n"
        "f = compile(lambda x: np.sum(np.exp(np.sin(x))))\n"
        "x = np.linspace(0, 1, 600_000)\n"
        "a = f(x)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(int(f(x) != a))\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], timeout=60, check=False).returncode == 0


# On disk


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    keep_kernels(tmp_path / "kernels")
    yield tmp_path / "kernels"
    keep_kernels(False)


STEP = (
    "import sys, numpy as np\n"
    "from autograd import compile\n"
    "from autograd.compiler.native import jit\n"
    "made = []\n"
    "whole = jit._compiled\n"
    "jit._compiled = lambda text: (made.append(text), whole(text))[1]\n"
    "f = compile(lambda x: np.sum(np.tanh(x) * 2.5))\n"
    "print(float(f(np.arange(7.0))), len(made))\n"
)


def test_a_second_process_need_not_compile(tmp_path: Path) -> None:
    environment = {**os.environ, cache.VARIABLE: str(tmp_path), backends.VARIABLE: "native"}
    said = [
        subprocess.run([sys.executable, "-c", STEP], env=environment, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    (value, count), (again, none) = (text.split() for text in said)
    assert value == again and int(count) > 0 and int(none) == 0


@pytest.mark.parametrize("harm", [lambda data: data[:-9], lambda data: b"foreign", lambda data: data[:60] + b"x" * 90])
def test_a_spoilt_entry_is_written_anew(directory: Path, harm: Any) -> None:
    cache.kept("key", b"code")
    entry = directory / "key"
    whole = entry.read_bytes()
    assert cache.found("key") == b"code" and cache.found("other") is None
    entry.write_bytes(harm(whole))
    assert cache.found("key") is None
    cache.kept("key", b"code")
    assert entry.read_bytes() == whole and list(directory.iterdir()) == [entry]


def test_where_nothing_can_be_written_it_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    keep_kernels(tmp_path / "file" / "below")
    try:
        with pytest.warns(UserWarning, match="Kernels cannot be kept in"):
            cache.kept("key", b"code")
        cache.kept("key", b"code")
        assert cache.found("key") is None
    finally:
        keep_kernels(False)


def test_without_platformdirs_a_directory_has_to_be_named() -> None:
    with mock.patch.dict(sys.modules, {"platformdirs": None}), pytest.raises(ImportError, match="or name one"):
        keep_kernels()
    assert keep_kernels() is not None and keep_kernels(False) is None


# Which backend


def test_the_representation_says_which_backend() -> None:
    assert "backend 'native'" in repr(compile(lambda x: x * 2, backend="native"))
    assert "backend 'numpy'" in repr(compile(lambda x: x * 2, backend="numpy"))


def test_without_llvmlite_everything_works_but_native() -> None:
    code = (
        "import sys\n"
        "sys.modules['llvmlite'] = None\n"
        "import numpy as np\n"
        "from autograd import compile, grad\n"
        "f = compile(grad(lambda x: np.sum(np.exp(x) * 2)))\n"
        "assert 'numpy' in repr(f) and f(np.zeros(2)).tolist() == [2, 2]\n"
        "try:\n"
        "    compile(grad, backend='native')\n"
        "except ImportError as error:\n"
        "    assert \"pip install 'gradtape[native]'\" in str(error)\n"
        "else:\n"
        "    raise SystemExit('it was to be refused')\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != backends.VARIABLE}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)


def test_a_kernel_that_cannot_be_compiled_is_left_to_numpy() -> None:
    from autograd.compiler.native import jit

    made = compile(lambda x: np.sum(np.exp(x) * 7.25), backend="native")
    with (
        mock.patch.object(jit, "_compiled", side_effect=RuntimeError("no such instruction")),
        pytest.warns(UserWarning, match=r"kernel\[.*exp.*\] could not be compiled \(no such instruction\); NumPy"),
    ):
        found = made(np.arange(6.0))
    same(found, np.sum(np.exp(np.arange(6.0)) * 7.25))
    assert kernels(made) == []


def test_nothing_is_left_to_the_platform() -> None:
    """Outside of what asks LLVM for the processor, no module names a processor or an operating system."""
    for path in NATIVE.rglob("*.py"):
        names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        assert not names & {"machine", "processor", "uname"} or path.name == "jit.py", path
        assert "fast" not in {
            word for line in path.read_text().splitlines() if "emit(" in line for word in line.split()
        }


# Values


def test_arrays_of_other_layouts_and_kinds_are_copied() -> None:
    class Mine(np.ndarray):
        pass

    made = compile(lambda x, y: [np.exp(x) + y, np.sum(x * y, axis=0)], backend="native")
    x, y = RNG.standard_normal((6, 8)), RNG.standard_normal((6, 8))
    expected = made(x, y)
    space = np.empty(8 * 48 + 1, np.uint8)[1:].view(np.float64).reshape(6, 8)
    space[...] = x
    for one in (np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2], x.view(Mine), Tensor(x), space):
        for ours, theirs in zip(made(one, y), expected, strict=True):
            same(ours, theirs)


def test_a_bad_label_changes_nothing() -> None:
    def step(w: Any, x: Any, y: Any) -> Any:
        def loss(w: Any) -> Any:
            z = x @ w
            return np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(len(x)), y])

        value, gradient = value_and_grad(loss)(w)
        return value, w - 0.1 * gradient

    made = compile(step, donate="w", backend="native")
    w, x, y = np.ones((4, 3)), RNG.standard_normal((9, 4)), labels_of(9)
    _, w = made(w, x, y)
    before = w.copy()
    y[4] = 3
    with pytest.raises(IndexError, match="index 3 is out of bounds for axis 1 with size 3"):
        made(w, x, y)
    np.testing.assert_array_equal(w, before)


def test_explain_tells_kernels_calls_and_why_they_end() -> None:
    def fn(x: Any, w: Any) -> Any:
        h = np.exp(x @ w)
        return h / np.sum(h), np.sort(x, axis=0)

    made = compile(fn, backend="native")
    with pytest.raises(RuntimeError, match="no program yet"):
        made.explain()
    made(RNG.standard_normal((30, 40)), RNG.standard_normal((40, 50)))
    said = made.explain()
    assert "fn: 2 kernels, 2 calls of NumPy, backend 'native'" in said
    assert "numpy matmul" in said and "120 k" in said and "numpy sort" in said
    assert "begins here: matmul comes before it" in said
    assert "begins here: it reads what is known after the last row" in said
    plain = compile(fn, backend="numpy")
    plain(RNG.standard_normal((30, 40)), RNG.standard_normal((40, 50)))
    assert "0 kernels" in plain.explain() and "numpy exp" in plain.explain()


def test_kernels_do_not_warn_and_do_not_change_how_numpy_does() -> None:
    made = compile(lambda x: np.log(x) / x, backend="native")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same(made(np.array([0.0, 1.0])), np.array([-np.inf, 0.0]))


@pytest.mark.usefixtures("threads")
def test_an_interrupted_call_waits_for_the_other_threads() -> None:
    set_num_threads(3)
    at_work: list[int] = []

    def run(piece: int) -> int:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        at_work.append(piece)
        time.sleep(0.02)
        at_work.remove(piece)
        return 0

    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            pool.run(Job(run, 50), 50)
        assert at_work == []


# What a reviewer found


def test_what_is_computed_again_may_be_read_in_other_ways_too() -> None:
    rng = np.random.default_rng(4)
    x, w = rng.standard_normal((100, 2)), rng.standard_normal((2, 100))

    def transposed(x: Any, w: Any) -> Any:
        h = x @ w
        return np.sum((h * 2) * (h.T + np.sum(h)), axis=1)

    def turned(x: Any, w: Any) -> Any:
        h = x @ w
        return np.sum((h * 2) * (h[::-1] + np.sum(h)))

    def twice(x: Any, w: Any) -> Any:
        h = x @ w
        a = h * 2.0
        return np.sum(a * (h + np.sum(a)), axis=1)

    for fn in (transposed, turned, twice):
        same(compile(fn, backend="native")(x, w), fn(x, w), 1e-10)


def test_the_first_call_may_come_from_several_threads() -> None:
    code = (
        "import threading, numpy as np\n"
        "from autograd import compile\n"
        "f = compile(lambda x: [np.exp(x) * 2, np.sum(x, axis=0), np.sum(np.tanh(x))], backend='native')\n"
        "def work(i):\n"
        "    for _ in range(5):\n"
        "        f(np.ones((300 + i, 40)))\n"
        "several = [threading.Thread(target=work, args=(i,)) for i in range(6)]\n"
        "[t.start() for t in several], [t.join() for t in several]\n"
        "print('well')\n"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stdout) == (0, "well\n"), done.stderr


def test_an_entry_under_another_name_is_none(directory: Path) -> None:
    cache.kept("one", b"code")
    (directory / "two").write_bytes((directory / "one").read_bytes())
    assert cache.found("one") == b"code" and cache.found("two") is None


def test_a_donated_array_that_is_not_aligned_is_copied() -> None:
    w = np.empty(8 * 40 + 1, np.uint8)[1:].view(float)
    w[:] = 1
    made = compile(lambda w: w + 1, donate="w", backend="native")
    same(made(w), np.full(40, 2.0))


def test_a_refused_label_leaves_what_was_given_up() -> None:
    def fn(w: Any, x: Any, y: Any) -> Any:
        return w * 2, np.sum(np.exp(x)[np.arange(9), y])

    for backend in ("native", "numpy"):
        made = compile(fn, donate="w", backend=backend)
        w, x, y = np.ones(9), RNG.standard_normal((9, 3)), np.zeros(9, int)
        same(made(w, x, y)[0], np.full(9, 2.0))
        y[4], w = 3, np.ones(9)
        with pytest.raises(IndexError, match="index 3 is out of bounds"):
            made(w, x, y)
        np.testing.assert_array_equal(w, 1)
    computed = compile(lambda x, y: x[np.arange(9), y + 1] * 2.0, backend="native")
    with pytest.raises(IndexError, match="out of bounds"):
        computed(RNG.standard_normal((9, 3)), np.full(9, 2))


def test_whole_numbers_have_extremes() -> None:
    a = np.arange(-3, 5)
    for dtype in (np.int64, np.int32):
        made = compile(lambda a: [np.maximum(a, 0) * 2, np.minimum(a, 1), np.max(a), np.min(a)], backend="native")
        for ours, theirs in zip(made(a.astype(dtype)), [np.maximum(a, 0) * 2, np.minimum(a, 1), 4, -3], strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_numbers_beyond_the_range_of_a_dtype() -> None:
    a = np.array([-1, 0, 2.5], np.float32)
    with np.errstate(all="ignore"):
        for fn in (lambda a: a * 1e300, lambda a: np.minimum(a, 1e300), lambda a: np.where(a > 0, a, -1e300)):
            np.testing.assert_array_equal(compile(fn, backend="native")(a), fn(a), strict=True)
    i = np.arange(5, dtype=np.int32)
    for fn in (lambda a: a < 2**40, lambda a: a >= -(2**40)):
        np.testing.assert_array_equal(compile(fn, backend="native")(i), fn(i), strict=True)


def test_pieces_of_wide_rows_have_little_for_themselves() -> None:
    x = np.ones((400, 40000))

    def fn(x: Any) -> Any:
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        return np.sum(e / np.sum(e, axis=1, keepdims=True), axis=0)

    made = compile(fn, backend="native")
    same(made(x), np.full(40000, 0.01), 1e-9)
    for kernel in kernels(made):
        assert -(-kernel.rows // kernel.piece) * kernel.own <= 2 << 23


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_may_compile_though_another_thread_did() -> None:
    code = (
        "import os, sys, threading, numpy as np\n"
        "from autograd import compile\n"
        "from autograd.compiler import recording\n"
        "from autograd.compiler.native import jit\n"
        "held, go = threading.Event(), threading.Event()\n"
        "def hold():\n"
        "    with recording._lock, jit.lock:\n"
        "        held.set()\n"
        "        go.wait(60)\n"
        "threading.Thread(target=hold, daemon=True).start()\n"
        "held.wait()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(int(compile(lambda x: np.sum(x * 2.5), backend='native')(np.ones(3)) != 7.5))\n"
        "code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "go.set()\n"
        "sys.exit(code)\n"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], timeout=50, check=False).returncode == 0


def test_environment_variables_that_say_nonsense() -> None:
    with mock.patch.dict(os.environ, {backends.VARIABLE: "cuda"}):
        with pytest.raises(ValueError, match="GRADTAPE_BACKEND is 'auto', 'numpy' or 'native'; met 'cuda'"):
            compile(lambda x: x)
    with mock.patch.dict(os.environ, {backends.VARIABLE: ""}):
        assert compile(lambda x: x).backend in ("numpy", "native")
    with mock.patch.dict(os.environ, {cache.VARIABLE: "1"}), mock.patch.dict(sys.modules, {"platformdirs": None}):
        with pytest.warns(UserWarning, match=r"GRADTAPE_KERNELS=1: .* None are kept"):
            cache.from_environment()
