"""Run the tests and examples of HIPS autograd 1.9.1 against this package: `make dropin`.

They are fetched as its source distribution from the package index into a temporary directory, as they are; the package
itself is taken out of it, so that `import autograd` finds ours. Needed: pytest, scipy; matplotlib for examples that
draw. Each failure is printed beside the reason that `docs/migrating.md` gives for it; the script fails if there is one
without a reason.

    python tests/dropin/run.py [path of a source distribution]
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DISTRIBUTION = "autograd==1.9.1"

#: Tests that fail, with the reason.
REASONS = {
    "test_fft.py::test_rfftn_odd_not_implemented": "demands a refusal; odd lengths are differentiated here",
    "test_graphs.py::test_assignment_raises_error": "demands a refusal; item assignment works here",
    "test_linalg.py::test_pinv": "calls linalg.T and linalg._dot, helpers that HIPS's own module happens to hold",
    "test_logic.py::test_nograd": "grad of a function that returns a truth value: zeros here",
    "test_misc.py::test_const_graph": "counts calls in a list it reads; const_graph records again when that changes",
    "test_misc.py::test_const_graph_args": "counts side effects; const_graph replays none",
    "test_numpy.py::test_cast_to_int": "np.int64(x) of a traced array; write x.astype(np.int64)",
    "test_wrappers.py::test_wrapped_name_and_docs": "compares the docstring of grad with HIPS's sentence",
}

#: Examples that are not run, or that fail, with the reason.
EXAMPLES = {
    "print_trace.py": "builds on trace and Node, HIPS's internals; print(Tape.of(x)) does the same",
    "dot_graph.py": "builds on trace and Node, HIPS's internals",
    "rkhs.py": "declares a vector space and a box of its own, HIPS's internals",
}
#: Modules of the examples.
_NOT_RUN = {"__init__.py", "data.py", "data_mnist.py"}
#: In place of digits from the network: noise of their shapes.
_DIGITS = """
import numpy as np

def mnist():
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 255, (n, 28, 28)).astype(np.uint8) for n in (1000, 200)]
    return images[0], rng.integers(0, 10, 1000), images[1], rng.integers(0, 10, 200)
"""
_SECONDS = 20


def main() -> int:
    """Fetch, run, report; 1 if something fails for which there is no reason."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = fetch(place, sys.argv[1] if len(sys.argv) > 1 else None)
        shutil.rmtree(source / "autograd")
        # Its options for pytest ask for plugins that measure coverage.
        (source / "pyproject.toml").unlink()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg"}
        unexplained = tests(source, environment)
        unexplained += examples(source, environment)
    return 1 if unexplained else 0


def fetch(place: Path, archive: str | None) -> Path:
    """Unpack the source distribution, and give the folder it is in."""
    if archive is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "autograd"]
        subprocess.run([*command, "--dest", str(place), DISTRIBUTION], check=True)
        archive = str(next(place.glob("autograd-*.tar.gz")))
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
    return next(path for path in place.glob("autograd-*") if path.is_dir())


def tests(source: Path, environment: dict[str, str]) -> int:
    """Run the tests; print the counts and each failure with its reason; give the number without one."""
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "-W", "ignore", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, timeout=600)
    lines = done.stdout.strip().splitlines()
    if not lines:
        print(done.stderr)
        return 1
    failed = sorted(set(re.findall(r"^(?:FAILED|ERROR) tests/(\S+)", done.stdout, re.MULTILINE)))
    print(f"{DISTRIBUTION}, its own tests: {lines[-1]}")
    for name in failed:
        print(f"  {name}: {REASONS.get(name, 'NO REASON')}")
    for name in REASONS.keys() - set(failed):
        print(f"  {name}: passes, though a reason is given")
    return sum(name not in REASONS for name in failed) if failed or done.returncode == 0 else 1


def examples(source: Path, environment: dict[str, str]) -> int:
    """Run each example for a while: what does not fail in that time counts as running."""
    unexplained = 0
    (source / "examples" / "data_mnist.py").write_text(_DIGITS)
    for path in sorted((source / "examples").rglob("*.py")):
        if path.name in _NOT_RUN:
            continue
        try:
            done = subprocess.run(
                [sys.executable, path.name], cwd=path.parent, timeout=_SECONDS, capture_output=True, text=True,
                env={**environment, "PYTHONPATH": f"{ROOT}{os.pathsep}{source}"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            print(f"  {path.name}: runs (stopped after {_SECONDS} s)")
            continue
        last = (done.stderr.strip().splitlines() or [""])[-1]
        if done.returncode == 0:
            print(f"  {path.name}: runs")
        else:
            print(f"  {path.name}: fails, {EXAMPLES.get(path.name, 'NO REASON')} ({last[:160]})")
            unexplained += path.name not in EXAMPLES
    return unexplained


if __name__ == "__main__":
    sys.exit(main())
