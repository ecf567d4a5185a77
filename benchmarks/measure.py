"""Run the workers and time them in turn: ``measure(workload, engines, settings)`` returns one entry an engine.

Engines are started one after the other, checked against each other, and then timed in rounds: in each round every
engine runs once, in shuffled order, so that whatever else the machine does meets all of them. Only one worker computes
at a time.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.engines import ENGINES, Engine
from benchmarks.peers import PYTHON as PEERS_PYTHON
from benchmarks.peers import ROOT
from benchmarks.workloads import disagreement

TOLERANCE = 1e-6
WORKER = ROOT / "benchmarks" / "worker.py"


@dataclass(frozen=True)
class Settings:
    """How to measure.

    Attributes
    ----------
    rounds : int
        How often each engine is timed.
    round_seconds : float
        About how long one engine computes in one round.
    timeout : float
        Seconds after which a silent worker is given up; the longest silence is a compilation.
    core : int or None
        The core every worker is pinned to; None where the system cannot pin.
    peers_python : Path
        Interpreter of the environment of the peers.
    """

    rounds: int = 30
    round_seconds: float = 0.05
    timeout: float = 900.0
    core: int | None = None
    peers_python: Path = PEERS_PYTHON


class WorkerError(Exception):
    """A worker ended or fell silent; the message is the last line it wrote to stderr."""


def environment(project: bool, scratch: str) -> dict[str, str]:
    """Return the environment variables of a worker: one thread everywhere, no caches, no path but its own."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    env = {**os.environ, **dict.fromkeys(threads, "1")}
    env.pop("PYTHONPATH", None)
    # An import is timed as it is everywhere but the first time: from compiled files.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    if project:
        env["PYTHONPATH"] = str(ROOT)
    env["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    env["JAX_PLATFORMS"] = "cpu"
    env["CUDA_VISIBLE_DEVICES"] = ""
    # What torch.compile and our kernels find in a cache of an earlier run would make a first call look short.
    env.pop("GRADTAPE_KERNELS", None)
    env["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"
    env["TORCHINDUCTOR_CACHE_DIR"] = scratch
    return env


class Worker:
    """One engine on one workload in a process of its own."""

    def __init__(self, engine: Engine, workload: str, settings: Settings, scratch: str) -> None:
        self.timeout = settings.timeout
        self.errors = tempfile.TemporaryFile("w+", errors="replace")
        python = sys.executable if engine.project else str(settings.peers_python)
        core = [] if settings.core is None else [str(settings.core)]
        self.process = subprocess.Popen(
            [python, "-P", str(WORKER), engine.name, workload, *core],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            cwd=scratch,
            env=environment(engine.project, scratch),
        )

    def listen(self) -> dict[str, Any]:
        """Return the next answer.

        Raises
        ------
        WorkerError
            When the worker has ended, or was silent for longer than the timeout.
        """
        assert self.process.stdout is not None
        given_up = threading.Event()
        watchdog = threading.Timer(self.timeout, lambda: (given_up.set(), self.process.kill()))
        watchdog.start()
        line = self.process.stdout.readline()
        watchdog.cancel()
        if given_up.is_set():
            raise WorkerError(f"silent for {self.timeout:g} s")
        if not line:
            raise WorkerError(self.last_words())
        return json.loads(line)

    def round(self, repeats: int) -> dict[str, float]:
        """Run ``repeats`` steps and return the wall-clock and the processor seconds they took."""
        assert self.process.stdin is not None
        try:
            print("round", repeats, file=self.process.stdin, flush=True)
        except OSError as error:
            raise WorkerError(self.last_words()) from error
        return self.listen()

    def last_words(self) -> str:
        """Return the last line on stderr without the folders in it, which mean nothing on another machine."""
        code = self.process.wait()
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        return re.sub(r"(?:/[\w.+-]+)+/", "", lines[-1])[:200] if lines else f"ended with code {code}"

    def close(self) -> None:
        """End the process."""
        try:
            self.process.communicate("quit\n", timeout=10)
        except (subprocess.TimeoutExpired, ValueError, OSError):
            self.process.kill()
            self.process.wait()
        self.errors.close()


def repeats_for(worker: Worker, seconds: float) -> int:
    """Return how many steps take about ``seconds``, after warming the worker up for about that long."""
    repeats = 1
    while True:
        took = worker.round(repeats)["seconds"]
        if took >= seconds / 2:
            return max(1, round(repeats * seconds / took))
        repeats = max(repeats + 1, min(10 * repeats, int(repeats * seconds / max(took, 1e-9))))


def say(text: str) -> None:
    """Tell the person who waits."""
    print(text, file=sys.stderr, flush=True)


def start(engine: Engine, workload: str, settings: Settings, scratch: str) -> tuple[Worker | None, dict[str, Any]]:
    """Start one worker and return it with the beginning of its entry, or None with the reason why not."""
    if not engine.project and not settings.peers_python.exists():
        return None, {"status": "not installed"}
    worker = Worker(engine, workload, settings, scratch)
    try:
        entry = worker.listen()
    except WorkerError as error:
        worker.close()
        return None, {"status": "failed", "message": str(error)}
    if entry["status"] == "ready":
        return worker, entry
    worker.close()
    return None, entry


def verify(entries: dict[str, dict[str, Any]]) -> None:
    """Mark every engine whose numbers are not those of the first one that is ready (NumPy, where it takes part)."""
    ready = [name for name, entry in entries.items() if entry["status"] == "ready"]
    if not ready:
        return
    reference = entries["numpy" if "numpy" in ready else ready[0]]["checksums"]
    for name in ready:
        error = disagreement(entries[name]["checksums"], reference)
        entries[name]["disagreement"] = error
        if error > TOLERANCE:
            message = f"its numbers differ by {error:.1e}, so it was not timed"
            entries[name].update(status="failed", message=message)


def measure(workload: str, names: Sequence[str], settings: Settings) -> dict[str, dict[str, Any]]:
    """Time the named engines on one workload.

    Parameters
    ----------
    workload : str
        Key of `benchmarks.workloads.WORKLOADS`.
    names : sequence of str
        Keys of `benchmarks.engines.ENGINES`.
    settings : Settings
        How to measure.

    Returns
    -------
    dict
        For each engine its status (``measured``, ``not installed`` or ``failed``) and, when measured, the seconds of
        one step in each round. Entries with the same index belong to the same round.
    """
    entries: dict[str, dict[str, Any]] = {}
    workers: dict[str, Worker] = {}
    with tempfile.TemporaryDirectory() as scratch:
        try:
            for name in names:
                worker, entries[name] = start(ENGINES[name], workload, settings, scratch)
                if worker is not None:
                    workers[name] = worker
                say(f"  {name:16} {describe(entries[name])}")
            verify(entries)
            for name in [name for name in workers if entries[name]["status"] == "failed"]:
                say(f"  {name:16} {entries[name]['message']}")
                workers.pop(name).close()
            time_in_turn(workers, entries, settings)
        finally:
            for worker in workers.values():
                worker.close()
    return entries


def describe(entry: dict[str, Any]) -> str:
    """Say in a line how the start went."""
    if entry["status"] == "ready":
        return f"import {entry['import_seconds']:.2f} s, first call {entry['first_seconds']:.3f} s"
    return ": ".join(filter(None, (entry["status"], entry.get("message"))))


def time_in_turn(workers: dict[str, Worker], entries: dict[str, dict[str, Any]], settings: Settings) -> None:
    """Fill in the times of every worker, round by round; one that dies is marked and taken out."""
    repeats: dict[str, int] = {}
    shares: dict[str, list[float]] = {}
    order = random.Random(0)

    def attempt(name: str, action: Any) -> Any:
        try:
            return action(workers[name])
        except WorkerError as error:
            entries[name].update(status="failed", message=str(error))
            workers.pop(name).close()
            say(f"  {name:16} {describe(entries[name])}")
            return None

    for name in list(workers):
        count = attempt(name, lambda worker: repeats_for(worker, settings.round_seconds))
        if count is not None:
            repeats[name] = count
            shares[name] = []
            entries[name].update(repeats=count, seconds=[])
    for index in range(settings.rounds):
        say(f"  round {index + 1} of {settings.rounds}") if index % 10 == 9 else None
        # Shuffled, so that no engine always finds the caches as the same neighbour left them.
        for name in order.sample(list(workers), len(workers)):
            took = attempt(name, lambda worker, name=name: worker.round(repeats[name]))
            if took is not None:
                entries[name]["seconds"].append(float(f"{took['seconds'] / repeats[name]:.5g}"))
                shares[name].append(took["cpu_seconds"] / took["seconds"])
    for name in workers:
        entries[name].update(status="measured", processor_share=round(median(shares[name]), 3))


def import_times(settings: Settings, repeats: int = 15) -> dict[str, list[float]]:
    """Time ``import numpy`` and ``import autograd`` in fresh interpreters, in turn; autograd's includes NumPy's."""
    program = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
    pin = "" if settings.core is None else f"import os; os.sched_setaffinity(0, {{{settings.core}}}); "
    times: dict[str, list[float]] = {"numpy": [], "autograd": []}
    with tempfile.TemporaryDirectory() as scratch:
        # The first pair finds the files cold and writes the bytecode: it is not counted.
        for index in range(repeats + 1):
            for package, values in times.items():
                command = [sys.executable, "-P", "-c", pin + program.format(package)]
                run = subprocess.run(
                    command, cwd=scratch, env=environment(True, scratch), capture_output=True, text=True, check=False
                )
                if run.returncode:
                    return {}
                if index:
                    values.append(round(float(run.stdout), 5))
    return times
