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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.special

import autograd
from autograd.op import Op, Real, composites, functions, ufuncs
from autograd.protocols import open_rooms

ROOT = Path(__file__).resolve().parent.parent
#: One thread: what several do depends on what else the machine does.
THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
N = 1000
PROMISE = 6.0
SECONDS = 0.3
SLOWEST = 20

rng = np.random.default_rng(0)
#: A vector and a square of a million distinct numbers each, and integers to index with.
V = rng.permutation(N * N) / (N * N) + 0.25
M = V.reshape(N, N)
INDEX = rng.integers(0, N * N, N * N)
ROWS = rng.integers(0, N, N)
MASK = V > 0.7
T = rng.standard_normal((100, 100, 100))
#: Matrices of 300 for what costs the cube.
SQUARE = rng.standard_normal((300, 300)) + 20 * np.eye(300)
POSITIVE = SQUARE @ SQUARE.T / 300 + np.eye(300)
TALL = rng.standard_normal((600, 200))
SIGNAL, KERNEL = rng.standard_normal(100_000), rng.standard_normal(100)
POLY = rng.standard_normal(20)

Case = tuple[Callable[..., Any], tuple[Any, ...]]


def of(fun: Callable[..., Any], *args: Any) -> Case:
    """Write a row: a function and the arguments in which it is differentiated."""
    return fun, args


def written_into(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make the function that copies an array, writes into the copy, and gives it."""

    def run(x: Any) -> Any:
        y = x * 1.0
        write(y)
        return y

    return run


CASES: dict[str, Case] = {
    # Moving about
    "numpy.reshape": of(lambda x: np.reshape(x, (N // 2, 2 * N)), M),
    "numpy.transpose": of(lambda x: np.transpose(x) * 1.0, M),
    "numpy.concatenate": of(lambda x, y: np.concatenate([x, y], axis=1), M, M),
    "numpy.stack": of(lambda x, y: np.stack([x, y], axis=1), M, M),
    "numpy.split": of(lambda x: np.split(x, 4, axis=1), M),
    "numpy.roll": of(lambda x: np.roll(x, 3, axis=1), M),
    "numpy.rot90": of(lambda x: np.rot90(x) * 1.0, M),
    "numpy.flip": of(lambda x: np.flip(x, 1) * 1.0, M),
    "numpy.tile": of(lambda x: np.tile(x, (2, 2)), M),
    "numpy.repeat": of(lambda x: np.repeat(x, 2, axis=1), M),
    "numpy.repeat by counts": of(lambda x: np.repeat(x, rng.integers(1, 3, N), axis=0), M),
    "numpy.pad constant": of(lambda x: np.pad(x, 2), M),
    "numpy.pad reflect": of(lambda x: np.pad(x, 2, mode="reflect"), M),
    "numpy.pad wrap": of(lambda x: np.pad(x, 2, mode="wrap"), M),
    "numpy.pad mean": of(lambda x: np.pad(x, 2, mode="mean"), M),
    "numpy.append": of(lambda x, y: np.append(x, y), M, M),
    "numpy.insert": of(lambda x: np.insert(x, [3, 500], 1.0, axis=0), M),
    "numpy.delete": of(lambda x: np.delete(x, [3, 500], axis=0), M),
    "numpy.block": of(lambda x: np.block([[x, x], [x, x]]), M),
    "numpy.vstack": of(lambda x: np.vstack([x, x]), M),
    "numpy.diag": of(lambda x: np.diag(x), V[:N]),
    "numpy.diagonal": of(lambda x: np.diagonal(x) * 1.0, M),
    "numpy.tril": of(np.tril, M),
    "numpy.meshgrid": of(lambda x: np.meshgrid(x, x), V[:N]),
    "numpy.broadcast_to": of(lambda x: np.broadcast_to(x, (N, N)) * 1.0, V[:N]),
    "sliding_window_view": of(lambda x: np.lib.stride_tricks.sliding_window_view(x, 5, axis=1) * 1.0, M),
    # Choosing and writing
    "x[integers]": of(lambda x: x[INDEX], V),
    "x[rows]": of(lambda x: x[ROWS], M),
    "x[slice]": of(lambda x: x[:, 1:-1] * 1.0, M),
    "x[mask]": of(lambda x: x[MASK], V),
    "numpy.take": of(lambda x: np.take(x, ROWS, axis=1), M),
    "numpy.take_along_axis": of(lambda x: np.take_along_axis(x, INDEX.reshape(N, N) % N, axis=1), M),
    "numpy.where": of(lambda x, y: np.where(MASK, x, y), V, V),
    "numpy.select": of(lambda x: np.select([x > 0.9, x > 0.5], [x * 2.0, x * 3.0], 0.0), V),
    "numpy.choose": of(lambda x, y: np.choose(MASK.astype(int), [x, y]), V, V),
    "numpy.compress": of(lambda x: np.compress(MASK, x), V),
    "numpy.extract": of(lambda x: np.extract(MASK, x), V),
    "numpy.clip": of(lambda x: np.clip(x, 0.5, 1.0), V),
    "x[slice] = v": of(lambda x, v: written_into(lambda y: y.__setitem__(slice(10, None), v))(x), V, V[10:]),
    "x[integers] = v": of(lambda x, v: written_into(lambda y: y.__setitem__(INDEX, v))(x), V, V),
    # Reductions by their keywords, scans
    "numpy.sum where": of(lambda x: np.sum(x, where=MASK), V),
    "numpy.mean axis 0": of(lambda x: np.mean(x, axis=0), M),
    "numpy.max axis 1": of(lambda x: np.max(x, axis=1), M),
    "numpy.prod axis 1": of(lambda x: np.prod(x, axis=1), M),
    "numpy.var axis 1": of(lambda x: np.var(x, axis=1), M),
    "numpy.std axis 1": of(lambda x: np.std(x, axis=1), M),
    "numpy.nansum": of(np.nansum, V),
    "numpy.nanmean": of(np.nanmean, V),
    "numpy.nanvar": of(np.nanvar, V),
    "numpy.nanmax": of(np.nanmax, V),
    "numpy.nanprod": of(lambda x: np.nanprod(x, axis=1), M),
    "numpy.cumsum": of(lambda x: np.cumsum(x, axis=1), M),
    "numpy.cumprod": of(lambda x: np.cumprod(x, axis=1), M),
    "numpy.diff": of(lambda x: np.diff(x, axis=1), M),
    "numpy.ediff1d": of(np.ediff1d, V),
    "numpy.gradient": of(lambda x: np.gradient(x, axis=1), M),
    "numpy.trapezoid": of(lambda x: np.trapezoid(x, axis=1), M),
    "numpy.maximum.accumulate": of(lambda x: np.maximum.accumulate(x, axis=1), M),
    "numpy.add.reduceat": of(lambda x: np.add.reduceat(x, np.arange(0, N * N, 7)), V),
    "numpy.logaddexp.reduce": of(lambda x: np.logaddexp.reduce(x, axis=1), M),
    "numpy.add.at": of(lambda x, v: written_into(lambda y: np.add.at(y, INDEX, v))(x), V, V),
    # Order and statistics
    "numpy.sort": of(lambda x: np.sort(x, axis=1), M),
    "numpy.partition": of(lambda x: np.partition(x, 500, axis=1), M),
    "numpy.median": of(lambda x: np.median(x, axis=1), M),
    "numpy.quantile": of(lambda x: np.quantile(x, [0.2, 0.7], axis=1), M),
    "numpy.nanmedian": of(lambda x: np.nanmedian(x, axis=0), M),
    "numpy.unique": of(np.unique, V),
    "numpy.average": of(lambda x, w: np.average(x, axis=1, weights=w), M, M),
    "numpy.cov": of(lambda x: np.cov(x), TALL.T),
    "numpy.corrcoef": of(lambda x: np.corrcoef(x), TALL.T),
    "numpy.bincount": of(lambda w: np.bincount(INDEX, weights=w), V),
    "numpy.histogram": of(lambda w: np.histogram(V, bins=100, weights=w)[0], V),
    "numpy.interp": of(lambda x, fp: np.interp(x, np.linspace(0, 2, N), fp), V, V[:N]),
    "numpy.convolve": of(np.convolve, SIGNAL, KERNEL),
    "numpy.correlate": of(lambda x, y: np.correlate(x, y, "same"), SIGNAL, KERNEL),
    "numpy.polyval": of(np.polyval, POLY, V),
    "numpy.vander": of(lambda x: np.vander(x, 10), V[:100_000]),
    "numpy.polyfit": of(lambda y: np.polyfit(V[:N], y, 5), V[:N]),
    "numpy.roots": of(np.roots, POLY),
    # Products
    "numpy.matmul": of(np.matmul, M, M),
    "numpy.dot": of(np.dot, M, M),
    "numpy.inner": of(np.inner, M, M),
    "numpy.vdot": of(np.vdot, V, V),
    "numpy.outer": of(np.outer, V[:N], V[:N]),
    "numpy.tensordot": of(lambda x, y: np.tensordot(x, y, 2), T, T),
    "numpy.kron": of(np.kron, V[:N].reshape(20, 50), V[:N].reshape(50, 20)),
    "numpy.cross": of(np.cross, V[:999_999].reshape(-1, 3), V[1:].reshape(-1, 3)),
    "numpy.vecdot": of(lambda x, y: np.linalg.vecdot(x, y), M, M),
    "numpy.einsum product": of(lambda x, y: np.einsum("ij,jk->ik", x, y), SQUARE, SQUARE),
    "numpy.einsum batched": of(lambda x, y: np.einsum("bij,bjk->bik", x, y), T, T),
    "numpy.einsum diagonal": of(lambda x: np.einsum("ii->i", x) * 1.0, M),
    "numpy.einsum row products": of(lambda x, y: np.einsum("ij,ij->i", x, y), M, M),
    "numpy.linalg.multi_dot": of(lambda x, y, z: np.linalg.multi_dot([x, y, z]), SQUARE, SQUARE, SQUARE),
    "numpy.linalg.matrix_power": of(lambda x: np.linalg.matrix_power(x, 5), SQUARE),
    "numpy.trace": of(np.trace, M),
    # Norms, solves, decompositions
    "numpy.linalg.norm": of(np.linalg.norm, M),
    "numpy.linalg.norm 1": of(lambda x: np.linalg.norm(x, 1), M),
    "numpy.linalg.norm 3 of rows": of(lambda x: np.linalg.norm(x, 3, axis=1), M),
    "numpy.linalg.norm nuc": of(lambda x: np.linalg.norm(x, "nuc"), SQUARE),
    "numpy.linalg.cond": of(np.linalg.cond, SQUARE),
    "numpy.linalg.det": of(np.linalg.det, SQUARE / 20),
    "numpy.linalg.slogdet": of(lambda x: np.linalg.slogdet(x)[1], SQUARE),
    "numpy.linalg.inv": of(np.linalg.inv, SQUARE),
    "numpy.linalg.pinv": of(np.linalg.pinv, TALL),
    "numpy.linalg.solve": of(np.linalg.solve, SQUARE, SQUARE),
    "numpy.linalg.lstsq": of(lambda x, b: np.linalg.lstsq(x, b)[0], TALL, TALL[:, 0]),
    "numpy.linalg.cholesky": of(np.linalg.cholesky, POSITIVE),
    "numpy.linalg.qr": of(lambda x: np.linalg.qr(x), TALL),
    "numpy.linalg.eigh": of(lambda x: np.linalg.eigh(x), POSITIVE),
    "numpy.linalg.eigvalsh": of(np.linalg.eigvalsh, POSITIVE),
    "numpy.linalg.eig": of(lambda x: np.linalg.eig(x), SQUARE),
    "numpy.linalg.eigvals": of(np.linalg.eigvals, SQUARE),
    "numpy.linalg.svd": of(lambda x: np.linalg.svd(x, full_matrices=False), TALL),
    "numpy.linalg.svdvals": of(np.linalg.svdvals, TALL),
    # Fourier transforms
    "numpy.fft.fft": of(lambda x: np.fft.fft(x), M),
    "numpy.fft.ifft": of(lambda x: np.fft.ifft(x), M + 0.5j * M),
    "numpy.fft.rfft": of(lambda x: np.fft.rfft(x), M),
    "numpy.fft.irfft": of(lambda x: np.fft.irfft(x), M + 0.5j * M),
    "numpy.fft.fft2": of(lambda x: np.fft.fft2(x), M),
    "numpy.fft.rfft2": of(lambda x: np.fft.rfft2(x), M),
    "numpy.fft.irfft2": of(lambda x: np.fft.irfft2(x), M + 0.5j * M),
    "numpy.fft.fftshift": of(lambda x: np.fft.fftshift(x), M),
    # SciPy's functions that are no ufuncs
    "scipy.special.polygamma": of(lambda x: scipy.special.polygamma(1, x), V),
}  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What one row cost: milliseconds of the value alone, and the ratio to it of value and gradient."""

    name: str
    forward: float
    ratio: float


def drawn(sample: Any) -> Any:
    """Draw a million numbers from a sample."""
    values = sample.low + (sample.high - sample.low) * rng.random(N * N)
    for point in sample.avoid:
        values = np.where(np.abs(values - point) < 0.05, point + 0.1, values)
    return values


def rows() -> dict[str, Case]:
    """Give every row: those above, and each elementwise op and reduction from its declaration."""
    open_rooms()
    found = dict(CASES)
    for function, op in {**ufuncs, **functions}.items():
        name = name_of(function)
        if op.family == "elementwise" and not op.outputs:
            case = case_of(function, op)
            if case is not None:
                found.setdefault(name, case)
        elif op.family == "reduction":
            found.setdefault(name, of(function, drawn(op.sample.get("x", Real())).reshape(N, N)))
    return found


def name_of(function: Any) -> str:
    """Write a library's function as a user does."""
    name = str(function.__name__)
    if isinstance(function, np.ufunc):
        return f"numpy.{name}" if getattr(np, name, None) is function else f"scipy.special.{name}"
    return f"{function.__module__}.{name}"


def case_of(function: Any, op: Op) -> Case | None:
    """Give the row of an elementwise op, if it needs no more than its inputs; what has no rule is a whole number."""
    # SciPy's functions can take a microsecond an element and more.
    size = N * N if getattr(np, function.__name__, None) is function else N * N // 10
    arrays = [drawn(op.sample.get(key, Real()))[:size] for key in op.inputs]
    chosen = [i for i, rule in enumerate(op.rules) if rule is not None]
    held = [a if i in chosen else np.rint(np.abs(a)).astype(int) for i, a in enumerate(arrays)]

    def run(*floats: Any) -> Any:
        inputs: list[Any] = list(held)
        for i, x in zip(chosen, floats, strict=True):
            inputs[i] = x
        return function(*inputs)

    try:
        run(*[held[i] for i in chosen])
    except (TypeError, ValueError):
        return None
    return of(run, *[held[i] for i in chosen])


def uncovered(names: dict[str, Case]) -> list[str]:
    """Tell which functions have no row, by whatever name."""
    words = {word for name in names for word in name.replace(".", " ").split()}
    every = {name_of(function) for function in (*ufuncs, *functions, *composites) if not isinstance(function, str)}
    return sorted(name for name in every if name.split(".")[-1] not in words)


def cost(name: str, case: Case) -> Cost:
    """Time one row."""
    fun, args = case

    def both() -> None:
        out, pullback = autograd.vjp(fun, *args)
        pullback(ones(out))

    both()
    pairs: list[tuple[float, float]] = []
    end = time.perf_counter() + SECONDS
    while len(pairs) < 3 or (time.perf_counter() < end and len(pairs) < 50):
        start = time.perf_counter()
        fun(*args)
        middle = time.perf_counter()
        both()
        pairs.append((middle - start, time.perf_counter() - middle))
    return Cost(name, 1e3 * statistics.median(a for a, _ in pairs), statistics.median(b / a for a, b in pairs))


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
    costs = []
    for done, (name, case) in enumerate(chosen.items()):
        if done % 50 == 0:
            print(f"{done} of {len(chosen)}", file=sys.stderr, flush=True)
        try:
            costs.append(cost(name, case))
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

The median of all {count} is {median:.2f}. The promise is at most {promise:g}, except where [the table of ops](ops.md)
says why. `make bench-ops` measures.

| function | value alone, ms | value and gradient |
|---|---|---|
{rows}
"""


def page(costs: list[Cost]) -> str:
    """Write docs/ops-cost.md."""
    return PAGE.format(
        n=N,
        count=len(costs),
        median=statistics.median(c.ratio for c in costs),
        promise=PROMISE,
        rows="\n".join(f"| `{c.name}` | {c.forward:.3f} | {c.ratio:.2f}x |" for c in costs),
    )


if __name__ == "__main__":
    sys.exit(main())
