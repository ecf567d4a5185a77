"""``python -m benchmarks.transforms``: what a product with the Hessian costs, in gradients of the same function.

Both are eager, on one core with one thread of BLAS, by turns. It goes into the record of ``python -m benchmarks``, from
which the page is drawn anew.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograd import grad, hvp
from benchmarks import record, transforms_report
from benchmarks.__main__ import FULL, QUICK, write
from benchmarks.engines import formulas
from benchmarks.measure import environment, say
from benchmarks.native_parts import Pace, Step, interleaved
from benchmarks.peers import ROOT
from benchmarks.workloads import WORKLOADS, Chain

Found = dict[str, Any]


def network(name: str) -> tuple[Callable[[Any], Any], Any]:
    """Return a training workload's loss, and its layers."""
    data: Any = WORKLOADS[name].data()

    def loss(layers: Any) -> Any:
        h = data.X
        for weights, biases in layers[:-1]:
            h = np.tanh(h @ weights + biases)
        weights, biases = layers[-1]
        z = h @ weights + biases
        s = z - np.max(z, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(s), axis=1)) - s[np.arange(len(data.y)), data.y])

    return loss, data.layers


def chain(name: str) -> tuple[Callable[[Any], Any], Any]:
    """Return a chain of small ops, and where it starts."""
    data = WORKLOADS[name].data()
    assert isinstance(data, Chain)
    return lambda x: formulas.chain(np, data, x), data.x


def rosenbrock(size: int) -> tuple[Callable[[Any], Any], Any]:
    """Return Rosenbrock's function of so many variables (1960), and where it is usually started."""

    def fun(x: Any) -> Any:
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    return fun, np.resize([-1.2, 1.0], size)


CASES: dict[str, Callable[[], tuple[Callable[[Any], Any], Any]]] = {
    "book64, tanh": lambda: network("book64"),
    "book512, tanh": lambda: network("book512"),
    "mnist, tanh": lambda: network("mnist"),
    "chain": lambda: chain("chain"),
    "scalar": lambda: chain("scalar"),
    "Rosenbrock, 10": lambda: rosenbrock(10),
    "Rosenbrock, 1,000": lambda: rosenbrock(1_000),
    "Rosenbrock, 1,000,000": lambda: rosenbrock(1_000_000),
}


def steps_of(fun: Callable[[Any], Any], x: Any) -> dict[str, Step]:
    """Return gradient and Hessian product at a point, in a direction of ones."""
    gradient, product = grad(fun), hvp(fun)
    ones = [tuple(map(np.ones_like, layer)) for layer in x] if isinstance(x, list) else np.ones_like(x)
    return {"gradient": lambda: gradient(x), "product": lambda: product(x, ones)}


def main() -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transforms", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few short rounds; written only with --out")
    parser.add_argument("--out", type=Path, help="page to write, the rest beside it (default: docs/benchmarks.md)")
    options = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # BLAS reads it when it is loaded: the same again, with one thread.
        with tempfile.TemporaryDirectory() as scratch:
            env = environment(True, scratch)
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.transforms", *sys.argv[1:]], env)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    base = QUICK if options.quick else FULL
    pace = Pace(int(base["rounds"]), base["round_ms"] / 1000)
    found: Found = {"run": record.describe_run(*pace), "found": {}}
    for name, make in CASES.items():
        say(name)
        found["found"][name] = interleaved(steps_of(*make()), pace)
    page = options.out or (None if options.quick else ROOT / "docs" / "benchmarks.md")
    if page is None:
        print(transforms_report.section(found))
    else:
        write({**record.load(page.with_suffix(".json")), "transforms": found}, page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
