"""What ``python -m benchmarks.native`` measures, each part in a process of its own, whose last line on stdout is JSON.

``python -m benchmarks.native_parts PART ROUNDS SECONDS [ARGUMENT ...]``; the cores and the threads of BLAS are those
that the process is started with.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import value_and_grad
from autograd.compiler.explain import totals
from autograd.compiler.native.nest import Kernel
from benchmarks.engines import Run
from benchmarks.engines import gradtape as adapter
from benchmarks.workloads import WORKLOADS

Step = Callable[[], Any]
Times = dict[str, list[float]]

#: The side of the matrices whose product shows what the core can compute, float64.
SIDE = 2048
#: The bytes of the arrays whose copy shows what memory can bring, and what the cache can.
MEMORY, CACHE = 128 << 20, 128 << 10
#: Of the unrolled LSTM.
TURNS, BATCH, HIDDEN, INPUTS = 50, 32, 64, 16


class Pace(NamedTuple):
    """How often each step is timed, and for about how long."""

    rounds: int
    seconds: float


def seconds_of(step: Step, repeats: int) -> float:
    """Time some repeats."""
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return time.perf_counter() - start


def repeats_for(step: Step, seconds: float) -> int:
    """Return how many steps take about ``seconds``, after running them for about that long."""
    # The first one compiles.
    step()
    repeats = 1
    while (took := seconds_of(step, repeats)) < seconds / 2:
        repeats = max(repeats + 1, min(10 * repeats, int(repeats * seconds / max(took, 1e-9))))
    return max(1, round(repeats * seconds / took))


def interleaved(steps: dict[str, Step], pace: Pace) -> Times:
    """Time steps in rounds: in each round every step runs once, in shuffled order."""
    repeats = {name: repeats_for(step, pace.seconds) for name, step in steps.items()}
    found: Times = {name: [] for name in steps}
    order = random.Random(0)
    for _ in range(pace.rounds):
        for name in order.sample(list(steps), len(steps)):
            took = seconds_of(steps[name], repeats[name]) / repeats[name]
            found[name].append(float(f"{took:.5g}"))
    return found


def roof_steps() -> dict[str, Step]:
    """Return what shows the machine's roof: a product of large matrices, and copies."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, SIDE, SIDE))
    out = np.empty_like(a)
    steps: dict[str, Step] = {"product": lambda: np.matmul(a, b, out=out)}
    for name, nbytes in (("memory", MEMORY), ("cache", CACHE)):
        source, target = np.ones((2, nbytes // 8))
        steps[name] = lambda source=source, target=target: np.copyto(target, source)
    return steps


def roof_of(times: Times) -> dict[str, Any]:
    """Return what the machine can do: flops in a second, and bytes read and written in a second."""
    return {
        "flops": 2 * SIDE**3 / median(times["product"]),
        "memory": 2 * MEMORY / median(times["memory"]),
        "cache": 2 * CACHE / median(times["cache"]),
        "side": SIDE,
        "memory_bytes": MEMORY,
        "cache_bytes": CACHE,
    }


def ready(name: str, variant: str = "native") -> Run:
    """Prepare a workload, not yet run, as the engines of ``python -m benchmarks`` do."""
    workload = WORKLOADS[name]
    run: Run = getattr(adapter, workload.task)(workload.data(), variant)
    return run


def roofline(pace: Pace) -> dict[str, Any]:
    """Time the step of each workload by turns with the roof, and count its operations and the bytes that it moves."""
    runs = {name: ready(name) for name in WORKLOADS}
    times = interleaved(roof_steps() | {name: run.step for name, run in runs.items()}, pace)
    found = {}
    for name, run in runs.items():
        flops, nbytes = totals(run.compiled.programs[-1].lowered)
        found[name] = {"flops": flops, "bytes": nbytes, "seconds": times[name]}
    return {"roof": roof_of(times), "workloads": found}


def threads(pace: Pace, keep: str) -> dict[str, Any]:
    """Time blackscholes on one thread and on two; ``keep`` is ``keep`` to keep freed memory."""
    if keep == "keep":
        autograd.keep_memory()
    step = ready("blackscholes").step

    def on(count: int) -> Step:
        def run() -> Any:
            autograd.set_num_threads(count)
            return step()

        return run

    return interleaved({"1": on(1), "2": on(2)}, pace)


def sigmoid(x: Any) -> Any:
    """Return the logistic function."""
    return 1 / (1 + np.exp(-x))


def lstm(ws: Any, xs: Any, y: Any) -> Any:
    """Return the squared error of a linear output after all turns of an LSTM (Hochreiter and Schmidhuber 1997)."""
    h, c = np.zeros((BATCH, HIDDEN)), np.zeros((BATCH, HIDDEN))
    for x in xs:
        z = x @ ws[0] + h @ ws[1] + ws[2]
        i, f, o, g = (z[:, k * HIDDEN : (k + 1) * HIDDEN] for k in range(4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return np.mean((h @ ws[3] + ws[4] - y) ** 2)


def lstm_run(backend: str) -> Run:
    """Prepare value and gradient of the LSTM's loss in all its parameters."""
    rng = np.random.default_rng(0)
    autograd.set_num_threads(1)
    shapes = ((INPUTS, 4 * HIDDEN), (HIDDEN, 4 * HIDDEN), (4 * HIDDEN,), (HIDDEN, 1), (1,))
    ws = [0.1 * rng.standard_normal(shape) for shape in shapes]
    xs, y = rng.standard_normal((TURNS, BATCH, INPUTS)), rng.standard_normal((BATCH, 1))
    compiled = autograd.compile(value_and_grad(lstm), backend=backend)

    def step() -> Any:
        return compiled(ws, xs, y)

    return Run(step, step, compiled=compiled)


def unrolled(pace: Pace) -> dict[str, Any]:
    """Time the LSTM on both backends, and count its kernels and those of them that differ."""
    runs = {backend: lstm_run(backend) for backend in ("native", "numpy")}
    times = interleaved({backend: run.step for backend, run in runs.items()}, pace)
    lowered = runs["native"].compiled.programs[-1].lowered
    nests = [node.fn.nest for node in lowered.nodes if isinstance(node.fn, Kernel)]
    return {
        "turns": TURNS,
        "batch": BATCH,
        "hidden": HIDDEN,
        "inputs": INPUTS,
        "kernels": len(nests),
        "distinct": len(set(nests)),
        "seconds": times,
    }


def first(pace: Pace, name: str, backend: str) -> float:
    """Time the first call of a workload, or of the LSTM."""
    if name == "lstm":
        run = lstm_run(backend)
    else:
        run = ready(name, next(variant for variant, its in adapter.BACKENDS.items() if its == backend))
    return round(seconds_of(run.step, 1), 5)


def products_of(name: str) -> dict[str, Step]:
    """Return the matrix products of a training step as calls, layer by layer, there and back."""
    data: Any = WORKLOADS[name].data()
    rng = np.random.default_rng(0)
    found: dict[str, Step] = {}

    def add(a: Any, b: Any) -> None:
        out = np.empty((a.shape[0], b.shape[1]))
        found["{}x{} by {}x{}".format(*a.shape, *b.shape)] = lambda: np.matmul(a, b, out=out)

    x = data.X
    for layer, (weights, _) in enumerate(data.layers):
        g = rng.standard_normal((len(x), weights.shape[1]))
        add(x, weights)
        add(x.T, g)
        if layer:
            add(g, weights.T)
        x = g
    return found


def blas(pace: Pace) -> dict[str, Any]:
    """Time the products of two workloads by NumPy, and their steps, on as many threads as BLAS has here."""
    steps = {}
    for name in ("book512", "mnist"):
        steps |= {f"{name}: {product}": step for product, step in products_of(name).items()}
        steps[f"{name}: the whole step"] = ready(name).step
    return {name: median(times) for name, times in interleaved(steps, pace).items()}


PARTS: dict[str, Callable[..., Any]] = {
    "roofline": roofline,
    "threads": threads,
    "unrolled": unrolled,
    "first": first,
    "blas": blas,
}


def main() -> None:
    """Measure the part that is named, and print what was found."""
    part, rounds, seconds, *arguments = sys.argv[1:]
    print(json.dumps(PARTS[part](Pace(int(rounds), float(seconds)), *arguments)))


if __name__ == "__main__":
    main()
