"""``python -m benchmarks.native``: what the native kernels reach beside what the machine can do.

It measures the roof of one core, each workload below it, threads, an unrolled LSTM, first calls with and without
kernels kept on disk, and BLAS on one thread and on two. All that goes into the record of ``python -m benchmarks``, from
which the page and its plots are drawn anew.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from benchmarks import native_report, record
from benchmarks.__main__ import FULL, QUICK, names, write
from benchmarks.measure import environment, say
from benchmarks.native_parts import Pace
from benchmarks.peers import ROOT

Found = dict[str, Any]


class Processes:
    """Starts parts in processes of their own.

    Attributes
    ----------
    pace : Pace
    repeats : int
        How many processes are started for what is measured once in each.
    cores : list of int
        Those that may be used, the ones to take first in front; empty where the system cannot pin.
    """

    def __init__(self, pace: Pace, repeats: int) -> None:
        self.pace, self.repeats = pace, repeats
        # The first core is the one that most systems give their interrupts to.
        self.cores = sorted(os.sched_getaffinity(0), reverse=True) if hasattr(os, "sched_getaffinity") else []

    def part(self, *words: str, cores: int = 1, rounds: int | None = None, **variables: str) -> Any:
        """Measure a part of `benchmarks.native_parts` on so many cores, with environment variables, and return it."""
        rounds = rounds or self.pace.rounds
        name, *arguments = words
        command = [sys.executable, "-m", "benchmarks.native_parts", name]
        command += [str(rounds), str(self.pace.seconds), *arguments]
        with tempfile.TemporaryDirectory() as scratch:
            env = environment(True, scratch) | variables
            if self.cores:
                # A child begins on the cores of its parent, so that BLAS, when it is loaded, sees no others.
                os.sched_setaffinity(0, self.cores[:cores])
            try:
                run = subprocess.run(command, cwd=scratch, env=env, stdout=subprocess.PIPE, text=True, check=True)
            finally:
                if self.cores:
                    os.sched_setaffinity(0, self.cores)
        return json.loads(run.stdout.splitlines()[-1])


def roofline(start: Processes) -> Found:
    """Measure the machine and the workloads."""
    return start.part("roofline")


def threads(start: Processes) -> Found:
    """Measure blackscholes on one thread and two, with freed memory given back, and kept."""
    return {keep: start.part("threads", keep, cores=2) for keep in ("give", "keep")}


def lstm(start: Processes) -> Found:
    """Measure the unrolled LSTM."""
    return start.part("unrolled")


def first(start: Processes) -> Found:
    """Measure first calls in fresh processes: on NumPy, natively, and natively with kernels that are on disk."""
    found: Found = {}
    for name in ("book64", "lstm"):
        with tempfile.TemporaryDirectory() as kernels:
            times: dict[str, list[float]] = {"numpy": [], "native": [], "kept": []}
            written = start.part("first", name, "native", GRADTAPE_KERNELS=kernels)
            for _ in range(start.repeats):
                times["numpy"].append(start.part("first", name, "numpy"))
                times["native"].append(start.part("first", name, "native"))
                times["kept"].append(start.part("first", name, "native", GRADTAPE_KERNELS=kernels))
        found[name] = {"written": written, **times}
    return found


def blas(start: Processes) -> Found:
    """Measure products on one thread of BLAS and on two, in processes by turns."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(start.repeats):
        for count in ("1", "2"):
            variables = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), count)
            taken = start.part("blas", cores=2, rounds=max(1, start.pace.rounds // 5), **variables)
            for name, seconds in taken.items():
                found.setdefault(name, {"1": [], "2": []})[count].append(seconds)
    return found


PARTS: dict[str, Callable[[Processes], Found]] = {
    "roofline": roofline,
    "threads": threads,
    "lstm": lstm,
    "first": first,
    "blas": blas,
}
#: What two cores are needed for.
WIDE = ("threads", "blas")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.native", description=__doc__)
    parser.add_argument(
        "--only",
        metavar="PART,...",
        type=lambda text: names(PARTS, text),
        default=list(PARTS),
        help=f"of {', '.join(PARTS)}; what is recorded of the others stays",
    )
    parser.add_argument("--quick", action="store_true", help="few short rounds; written only with --out")
    parser.add_argument("--rounds", type=int, help=f"how often each step is timed (default: {FULL['rounds']})")
    parser.add_argument("--round-ms", type=float, help=f"one step's turn (default: {FULL['round_ms']:g})")
    parser.add_argument("--out", type=Path, help="page to write, the rest beside it (default: docs/benchmarks.md)")
    return parser.parse_args(arguments)


def measured(start: Processes, parts: Collection[str]) -> Found:
    """Measure parts, each with the facts of its run; one that fails, or for which cores are missing, is left out."""
    found: Found = {}
    for part in parts:
        if part in WIDE and len(start.cores) == 1:
            say(f"{part}: not measured, it takes two cores")
            continue
        say(part)
        try:
            found[part] = {"run": record.describe_run(*start.pace), "found": PARTS[part](start)}
        except subprocess.CalledProcessError:
            # What it said is on stderr.
            say(f"{part}: failed")
    return found


def main() -> int:
    """Measure what is asked for; return 1 if a part failed."""
    options = parse()
    base = QUICK if options.quick else FULL
    pace = Pace(options.rounds or int(base["rounds"]), (options.round_ms or base["round_ms"]) / 1000)
    page = options.out or (None if options.quick else ROOT / "docs" / "benchmarks.md")
    found = measured(Processes(pace, repeats=2 if options.quick else 7), options.only)
    failed = int(len(found) < len(options.only))
    if page is None:
        print(native_report.section(found, None))
        return failed
    # Read only now: a run of the others may have been written meanwhile.
    kept = record.load(page.with_suffix(".json"))
    write({**kept, "native": {**kept.get("native", {}), **found}}, page)
    return failed


if __name__ == "__main__":
    sys.exit(main())
