"""``python -m benchmarks.training``: whole training runs, each a program as a user of its library writes it.

Chapter 10 of the book is timed as a process, from its start to its end; epochs over images within one; and what `fit`
takes beyond its compiled step. All on one core with one thread, in rounds by turns.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import record, training_report
from benchmarks.__main__ import write
from benchmarks.measure import environment, say
from benchmarks.peers import PYTHON as PEERS
from benchmarks.peers import ROOT

SCRIPTS = ROOT / "benchmarks" / "scripts"
#: Each program, and whether it runs in the project's environment.
PROGRAMS = {"book": True, "gradtape": True, "pytorch": False, "jax_jit": False}
EPOCHS = {"chapter10": 10_001, "mnist": 3}

Found = dict[str, Any]


def run(program: str, task: str, count: int, project: bool, core: int | None) -> tuple[float, Found]:
    """Run a program, and return its seconds and what it says at its end."""
    python = sys.executable if project else str(PEERS.absolute())
    with tempfile.TemporaryDirectory() as scratch:
        command = [python, str(SCRIPTS / f"{program}.py"), task, str(count)]
        if core is not None:
            os.sched_setaffinity(0, {core})
        start = time.perf_counter()
        done = subprocess.run(
            command, env=environment(project, scratch), cwd=scratch, stdout=subprocess.PIPE, text=True, check=True
        )
        return time.perf_counter() - start, json.loads(done.stdout.splitlines()[-1])


def measured(rounds: int, core: int | None) -> Found:
    """Measure all of it; a program whose library is missing is left out."""
    programs = {name: project for name, project in PROGRAMS.items() if project or PEERS.exists()}
    found: Found = {task: {name: [] for name in programs} for task in EPOCHS}
    ends: Found = {task: {} for task in EPOCHS}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for task, epochs in EPOCHS.items():
            for name, project in programs.items():
                seconds, said = run(name, task, epochs, project, core)
                # The first epoch compiles, where there is something to compile.
                taken = [round(seconds, 4)] if said["seconds"] is None else [round(s, 4) for s in said["seconds"][1:]]
                found[task][name] += taken
                ends[task][name] = {key: said[key] for key in ("loss", "accuracy")}
    say("overhead")
    pairs = run("overhead", "overhead", 3 * rounds, True, core)[1]["pairs"]
    return {"runs": found, "ends": ends, "overhead": pairs}


def main() -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="one round; written only with --out")
    parser.add_argument("--out", type=Path, help="page to write, the rest beside it (default: docs/benchmarks.md)")
    options = parser.parse_args()
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    rounds = 1 if options.quick else options.rounds
    found = {"run": record.describe_run(rounds, 0.0), "found": measured(rounds, core)}
    page = options.out or (None if options.quick else ROOT / "docs" / "benchmarks.md")
    if page is None:
        print(training_report.section(found))
    else:
        write({**record.load(page.with_suffix(".json")), "training": found}, page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
