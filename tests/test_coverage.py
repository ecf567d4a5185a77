"""No function without a verdict: a new NumPy fails here, instead of detaching silently."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd import verdict
from autograd.coverage import KINDS, markdown, public_functions

PAGE = Path(__file__).parent.parent / "docs" / "ops.md"
EVERY = list(public_functions())


def test_the_walk_meets_what_it_should() -> None:
    names = {(section, name) for section, name, _ in EVERY}
    sections = {section for section, _ in names}
    assert {"numpy", "numpy.linalg", "numpy.fft", "scipy.special"} <= sections
    for known in (("numpy", "exp"), ("numpy.linalg", "svd"), ("numpy.fft", "irfftn"), ("scipy.special", "erf")):
        assert known in names
    assert len(names) > 800


@pytest.mark.parametrize("section", dict.fromkeys(section for section, _, _ in EVERY))
def test_every_function_has_a_verdict(section: str) -> None:
    unknown = [name for place, name, function in EVERY if place == section and verdict(function).kind not in KINDS]
    assert unknown == []


def test_what_is_no_op_has_a_reason() -> None:
    for _, name, function in EVERY:
        found = verdict(function)
        assert found.family or found.note, f"{name}: {found.kind} without a reason"


@pytest.mark.parametrize("section", dict.fromkeys(section for section, _, _ in EVERY))
def test_the_page_names_every_function(section: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    part = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `([^`]+)` \|", part, re.M))
    assert {name for place, name, _ in EVERY if place == section} <= listed, "run make docs"


def test_what_costs_more_than_six_times_the_value_says_why() -> None:
    page = (PAGE.parent / "ops-cost.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+)` \| [\d.]+ \| ([\d.]+)x \| (.*?) ?\|$", page, re.M)
    assert len(rows) > 500
    assert [name for name, ratio, why in rows if float(ratio) > 6 and not why] == []


def test_the_page_is_what_the_declarations_say() -> None:
    def rows(text: str) -> dict[str, str]:
        return {line.split("|")[1]: line for line in text.splitlines() if line.startswith("| `")}

    written, now = rows(PAGE.read_text(encoding="utf-8")), rows(markdown())
    # Another version of a library may have fewer or more names; the rows of those it has are the same.
    stale = [name for name in written if name in now and written[name] != now[name]]
    assert stale == [], "run make docs"


def test_a_verdict_reads_as_a_line() -> None:
    assert str(verdict(np.exp)) == "exp: differentiable (elementwise; x: g * ans)"
    assert str(verdict(np.argmax)).startswith("argmax: constant (")
    assert verdict(np.save).note.startswith("a file holds numbers")
    assert verdict(print).kind == "unknown"


def test_asking_needs_no_scipy() -> None:
    code = "import sys; sys.modules['scipy'] = None; import numpy as np, autograd; print(autograd.verdict(np.i0).kind)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "differentiable"
