"""Each example runs at reduced size, from the command line, and comes to what it promises."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: What each prints, and the range in which the number after it is to be.
PROMISES = {
    "optimizers": (r"^Adam +(\S+)", 0.0, 0.6),
    "digits": (r"test accuracy (\S+)", 0.94, 1.0),
    "sine": (r"largest error (\S+)", 0.0, 0.2),
    "ode": (r"largest error (\S+)", 0.0, 0.02),
    "logistic": (r"test accuracy (\S+);", 0.9, 1.0),
}


def run(name, *options):
    """Run an example in a process of its own, on one core."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / f"{name}.py"), *options]
    return subprocess.run(command, capture_output=True, env=env, encoding="utf-8")


@pytest.mark.parametrize("name", PROMISES)
def test_the_example_keeps_its_promise(name, tmp_path):
    done = run(name, "--quick", "--out", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    pattern, low, high = PROMISES[name]
    assert low <= float(re.search(pattern, done.stdout, re.M)[1].rstrip(",")) <= high
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.png"]
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_is_not_there_is_refused_before_anything_is_trained(tmp_path):
    done = run("sine", "--out", str(tmp_path / "nowhere"))
    assert done.returncode == 2 and "there is no folder" in done.stderr and done.stdout == ""


def test_a_broken_promise_ends_with_exit_code_1(monkeypatch, tmp_path, capsys):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    spec = importlib.util.spec_from_file_location("sine", ROOT / "examples" / "sine.py")
    sine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sine)
    monkeypatch.setattr(sine, "QUICK_ERROR", 0.001)
    monkeypatch.setattr(sys, "argv", ["sine.py", "--quick", "--out", str(tmp_path)])
    assert sine.main() == 1
    assert re.fullmatch(r"FAILED: the largest error is 0\.\d+, above 0.001\n", capsys.readouterr().err)
