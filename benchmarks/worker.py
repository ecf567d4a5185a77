"""One engine in one process: ``python -P worker.py ENGINE WORKLOAD [CORE]``, driven line by line through its pipes.

It says hello with its import time, the time of the first call and the checksums of what it computed; then each line
``round K`` on stdin runs K steps and is answered with the seconds they took, and ``quit`` ends it. Answers are JSON.

It is started outside the project's folder and without that folder on the path, because in the environment of the peers
``import autograd`` must find HIPS autograd and not the folder of that name in the project.
"""

import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


def load_package() -> None:
    """Make ``benchmarks`` importable without making the project's folder importable."""
    spec = importlib.util.spec_from_file_location(
        "benchmarks", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec is not None and spec.loader is not None
    sys.modules["benchmarks"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


def version_of(distribution: str) -> str:
    """Return the version of what is installed, or say that it is the working tree."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "working tree"


def timed(function: Any) -> tuple[Any, float]:
    """Return what a function returns and the seconds it took."""
    start = time.perf_counter()
    ans = function()
    return ans, round(time.perf_counter() - start, 5)


def prepare(engine_name: str, workload_name: str) -> tuple[Any, dict[str, Any]]:
    """Import the engine, run the first step, and return the step and the hello."""
    from benchmarks.engines import ENGINES

    engine = ENGINES[engine_name]
    try:
        package, import_seconds = timed(lambda: importlib.import_module(engine.package))
    except ModuleNotFoundError as error:
        if error.name != engine.package:
            raise
        return None, {"status": "not installed"}
    ours = Path(package.__file__).resolve().parent == FOLDER.parent / "autograd"
    if ours != (engine.distribution == "gradtape"):
        raise RuntimeError(f"{engine_name} imported the wrong {engine.package}: two packages have that name")

    import numpy as np

    from benchmarks.workloads import WORKLOADS, checksums

    workload = WORKLOADS[workload_name]
    adapter = importlib.import_module(f"benchmarks.engines.{engine.adapter}")
    run = getattr(adapter, workload.task)(workload.data(), engine.variant)
    _, first_seconds = timed(run.step)
    # Adam's first step hides the scale of the gradient; the gradient where that step has led does not.
    arrays = [np.array(array) for array in (*run.numbers(), *run.parameters())]
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    versions[engine.distribution] = version_of(engine.distribution)
    return run.step, {
        "status": "ready",
        "import_seconds": import_seconds,
        "first_seconds": first_seconds,
        "checksums": checksums(arrays),
        "versions": versions,
    }


def main() -> None:
    """Answer until told to quit or until the parent is gone."""
    engine_name, workload_name, *core = sys.argv[1:]
    if core and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core[0])})
    # Libraries print what they like to stdout; the parent must read only our lines.
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**message: Any) -> None:
        channel.write(json.dumps(message) + "\n")

    load_package()
    step, hello = prepare(engine_name, workload_name)
    answer(**hello)
    if step is None:
        return
    for line in sys.stdin:
        command, *arguments = line.split()
        if command != "round":
            break
        repeats = range(int(arguments[0]))
        cpu, start = time.process_time(), time.perf_counter()
        for _ in repeats:
            step()
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
        answer(seconds=seconds, cpu_seconds=cpu_seconds)


if __name__ == "__main__":
    main()
