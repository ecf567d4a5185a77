"""``python -m benchmarks.ops``: what a gradient costs beside its function, for every op at a million elements.

For each function of the calculus tables the value alone, on plain arrays, is timed against value and gradient on the
tape (`vjp`, a cotangent of ones), in interleaved rounds on one core with one BLAS thread; the figure is the median of
the ratios of each round. The promise is at most six, except where docs/ops.md says why. The worst twenty are printed,
and all are written to docs/ops-cost.md.
"""

import argparse
import os
import statistics
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.special

import autograd
from autograd.coverage import verdict
from autograd.op import Composite, Op, Real, arguments, composites, functions, ufuncs
from autograd.ops import indexing
from autograd.protocols import open_rooms
from benchmarks.ops_cases import CASES, Case, N, of, rng

ROOT = Path(__file__).resolve().parent.parent
#: One thread: what several do depends on what else the machine does.
THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PROMISE = 6.0
SECONDS = 0.3
SLOWEST = 20


@dataclass(frozen=True)
class Cost:
    """What one row cost: milliseconds of the value alone, and the ratio to it of value and gradient."""

    name: str
    note: str
    forward: float
    ratio: float


def drawn(sample: Any) -> Any:
    """Draw a million numbers from a sample."""
    values = sample.low + (sample.high - sample.low) * rng.random(N * N)
    for point in sample.avoid:
        values = np.where(np.abs(values - point) < 0.05, point + 0.1, values)
    return values


def served() -> dict[Any, tuple[Any, ...]]:
    """Give every differentiable function, or its name where only that is known, with the op and composite it has."""
    open_rooms()
    tables: tuple[dict[Any, Any], ...] = (ufuncs, functions, composites)
    every = {function for table in tables for function in table}
    return {function: tuple(t[function] for t in tables if function in t) for function in sorted(every, key=name_of)}


def rows() -> dict[str, Case]:
    """Give every row: those of the table, and each elementwise function and reduction from its declaration."""
    found = dict(CASES)
    for function, (by, *_) in served().items():
        name = name_of(function)
        if name in found:
            continue
        family = getattr(by, "family", "")
        if family == "reduction":
            found[name] = of(function, drawn(by.sample.get("x", Real())).reshape(N, N))
        elif family == "elementwise" or isinstance(function, np.ufunc) or name.startswith("numpy.lib.scimath."):
            case = case_of(function, by)
            if case is not None:
                found[name] = case
    return found


def name_of(function: Any) -> str:
    """Write a library's function as a user does."""
    if isinstance(function, str):
        return function
    name = str(function.__name__)
    if isinstance(function, np.ufunc):
        special = name.startswith("_") or getattr(scipy.special, name, None) is function
        return f"scipy.special.{name}" if special else f"numpy.{name}"
    return ".".join([*(part for part in function.__module__.split(".") if part[0] != "_"), name])


def case_of(function: Any, by: Op | Composite) -> Case | None:
    """Give the row of an elementwise function, if it needs no more than its inputs; one with no rule is an integer."""
    # SciPy's functions can take a microsecond an element and more.
    size = N * N if name_of(function).startswith("numpy.") else N * N // 10
    inputs, rules = (by.inputs, by.rules) if isinstance(by, Op) else (arguments(by.body), None)
    arrays = [drawn(by.sample.get(key, Real()))[:size] for key in inputs]
    chosen = [i for i in range(len(inputs)) if rules is None or rules[i] is not None]
    held = [a if i in chosen else np.rint(np.abs(a)).astype(int) for i, a in enumerate(arrays)]

    def run(*floats: Any) -> Any:
        values: list[Any] = list(held)
        for i, x in zip(chosen, floats, strict=True):
            values[i] = x
        return function(*values)

    try:
        run(*[held[i] for i in chosen])
    except (TypeError, ValueError):
        return None
    return of(run, *[held[i] for i in chosen])


def uncovered(names: dict[str, Case]) -> list[str]:
    """Tell which functions have no row: none under their name, nor under another name of what serves them."""
    measured = {name.split()[0] for name in names}
    servers = {by for function, serving in served().items() if name_of(function) in measured for by in serving}
    return [name_of(function) for function, serving in served().items() if servers.isdisjoint(serving)]


def notes() -> dict[str, str]:
    """Give what docs/ops.md notes of each differentiable function, and of reading and writing by index."""
    own = {"x[integers]": indexing.getitem, "x[integers] = v": indexing.put}
    return {name_of(f): verdict(f).note for f in served() if callable(f)} | {n: op.note for n, op in own.items()}


def cost(name: str, case: Case, note: str) -> Cost:
    """Time one row."""
    fun, args = case
    cotangent = ones(fun(*args))

    def both() -> None:
        autograd.vjp(fun, *args)[1](cotangent)

    both()
    pairs: list[tuple[float, float]] = []
    end = time.perf_counter() + SECONDS
    while len(pairs) < 3 or (time.perf_counter() < end and len(pairs) < 50):
        start = time.perf_counter()
        fun(*args)
        middle = time.perf_counter()
        both()
        pairs.append((middle - start, time.perf_counter() - middle))
    return Cost(name, note, 1e3 * statistics.median(a for a, _ in pairs), statistics.median(b / a for a, b in pairs))


def ones(out: Any) -> Any:
    """Give a cotangent of ones for a tree of arrays."""
    if isinstance(out, (list, tuple)):
        parts = [ones(part) for part in out]
        return type(out)(*parts) if hasattr(out, "_fields") else type(out)(parts)
    return np.ones(np.shape(out), np.asarray(out).dtype)


def main() -> int:
    """Measure all rows, or those whose name contains one of the words given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ops", description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "ops-cost.md")
    options = parser.parse_args()
    if any(os.environ.get(key) != value for key, value in THREADS.items()):
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.ops", *sys.argv[1:]], {**os.environ, **THREADS})
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    table = rows()
    chosen = {n: c for n, c in table.items() if not options.words or any(word in n for word in options.words)}
    costs, why = [], notes()
    for done, (name, case) in enumerate(chosen.items()):
        if done % 50 == 0:
            print(f"{done} of {len(chosen)}", file=sys.stderr, flush=True)
        try:
            costs.append(cost(name, case, why.get(name, why.get(name.split()[0], ""))))
        except Exception as error:
            print(f"{name}: {error!r}"[:200], file=sys.stderr)
    costs.sort(key=lambda c: -c.ratio)
    print(f"{len(costs)} functions, {sum(c.ratio > PROMISE for c in costs)} above {PROMISE:g}; the worst:")
    for c in costs[:SLOWEST]:
        print(f"  {c.name:<36} {c.forward:>9.3f} ms  x {c.ratio:.2f}")
    if not options.words:
        options.out.write_text(page(costs), encoding="utf-8")
        print("without a row: " + ", ".join(uncovered(table)))
    return 0


PAGE = """# What a gradient costs

Value and gradient on the tape against the value alone on plain arrays, at a million elements; SciPy's functions at a
tenth. Arrays are {n} x {n}, matrices to decompose 300 x 300 and 600 x 200, signals to convolve 100,000 and 100; one
core, one BLAS thread, medians of interleaved rounds.

The median of all {count} is {median:.2f}. The promise is at most {promise:g}; what is above says why, as
[the table of ops](ops.md) does. `make bench-ops` measures.

| function | value alone, ms | value and gradient | why |
|---|---|---|---|
{rows}
"""


def page(costs: list[Cost]) -> str:
    """Write docs/ops-cost.md."""
    return PAGE.format(
        n=N,
        count=len(costs),
        median=statistics.median(c.ratio for c in costs),
        promise=PROMISE,
        rows="\n".join(
            f"| `{c.name}` | {c.forward:.3f} | {c.ratio:.2f}x | {c.note if c.ratio > PROMISE else ''} |" for c in costs
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
