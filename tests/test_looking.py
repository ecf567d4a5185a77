"""Looking at a tape: the table, the graph, the picture, and what a notebook shows."""

from __future__ import annotations

import sys
import types
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Tape, Tensor, debug
from autograd.extend import elementwise
from autograd.looking import MOST_ROWS

A = np.array([1.0, 2.0, 3.0])
NASTY = 'a<b> & "c"\\d'


def leaf(data: Any = A) -> Tensor:
    return Tensor(np.array(data), requires_grad=True)


# The table


def test_the_table_tells_what_each_entry_keeps() -> None:
    x, w = leaf(), leaf(np.ones((3, 100), np.float32))
    y = np.exp(x @ w)
    assert str(Tape.of((y * y).sum())).splitlines() == [
        "  #  op        inputs  shape     dtype      saved",
        "  0  input             (3,)      float64",
        "  1  input             (3, 100)  float32",
        "  2  matmul    0 1     (100,)    float64  1.22 kB",
        "  3  exp       2       (100,)    float64    800 B",
        "  4  multiply  3 3     (100,)    float64    800 B",
        "  5  sum       4       ()        float64",
    ]


def test_what_was_released_says_so() -> None:
    x = leaf()
    tape = Tape.of(np.exp(x).sum())
    tape.pullback([np.array(1.0)], release=True)
    assert [line.split()[-1] for line in str(tape).splitlines()[2:]] == ["released", "released"]


def test_under_debug_the_table_has_the_lines() -> None:
    x = leaf()
    with debug():
        y = np.exp(x)
        z = y.sum()
    lines = str(Tape.of(z * 2)).splitlines()
    assert lines[0].endswith("saved  line")
    first = test_under_debug_the_table_has_the_lines.__code__.co_firstlineno
    assert lines[2].endswith(f"24 B  {__file__}:{first + 3}") and lines[3].endswith(f"{__file__}:{first + 4}")
    # What was recorded outside has none.
    assert lines[4].split()[-1] == "float64"


def test_several_outputs_are_a_row_each() -> None:
    w, v = np.linalg.eigh(leaf(np.eye(2)))
    rows = str(Tape.of([w, v])).splitlines()
    assert [row.split()[1] for row in rows[1:]] == ["input", "eigh", "eigh.eigenvalues", "eigh.eigenvectors"]


def test_an_empty_tape() -> None:
    empty = Tape.of(Tensor(A))
    assert str(empty).splitlines() == ["  #  op  inputs  shape  dtype  saved"]
    assert empty.to_dot().startswith("digraph tape {")


# The graph


def test_to_dot() -> None:
    x = leaf()
    tape = Tape.of((x * x).sum())
    assert tape.to_dot().splitlines()[2:] == [
        '  n0 [label="input\\n(3,) float64", shape=ellipse];',
        '  n1 [label="multiply\\n(3,) float64", shape=box];',
        '  n2 [label="sum\\n() float64", shape=box];',
        # Twice an input, two arrows.
        "  n0 -> n1;",
        "  n0 -> n1;",
        "  n1 -> n2;",
        "}",
    ]


def test_names_are_quoted() -> None:
    nasty = elementwise(lambda x: x + 0.0, name=NASTY, x=lambda g: g)
    assert '[label="a<b> & \\"c\\"\\\\d\\n(3,)' in Tape.of(nasty(leaf())).to_dot()


class Drawn:
    """Stands in for the graphviz package."""

    ExecutableNotFound = type("ExecutableNotFound", (RuntimeError,), {})
    installed = True

    def __init__(self, source: str) -> None:
        self.source = source

    def pipe(self, format: str) -> bytes:
        """Give what a test can recognise."""
        if not self.installed:
            raise self.ExecutableNotFound
        return f"{format} of {self.source}".encode()


@pytest.fixture
def graphviz(monkeypatch: pytest.MonkeyPatch) -> type[Drawn]:
    module: Any = types.ModuleType("graphviz")
    module.Source, module.ExecutableNotFound = Drawn, Drawn.ExecutableNotFound
    monkeypatch.setitem(sys.modules, "graphviz", module)
    return Drawn


@pytest.mark.parametrize(("name", "form"), [("tape.svg", "svg"), ("tape.PNG", "png")])
def test_draw_writes_the_format_that_the_name_tells(
    graphviz: type[Drawn], tmp_path: Path, name: str, form: str
) -> None:
    tape = Tape.of(np.exp(leaf()))
    tape.draw(str(tmp_path / name))
    assert (tmp_path / name).read_text() == f"{form} of {tape.to_dot()}"


def test_draw_without_the_package_names_the_extra_and_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(ImportError, match=r"pip install 'gradtape\[draw\]', or write tape\.to_dot\(\)"):
        Tape.of(np.exp(leaf())).draw(tmp_path / "tape.svg")


def test_draw_without_the_program_says_what_is_missing(
    graphviz: type[Drawn], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(graphviz, "installed", False)
    with pytest.raises(ImportError, match=r"no program dot: install Graphviz itself, or write tape\.to_dot\(\)"):
        Tape.of(np.exp(leaf())).draw(tmp_path / "tape.svg")
    assert not list(tmp_path.iterdir())


def test_draw_needs_a_format(graphviz: type[Drawn], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a file whose name tells the format, such as tape\.svg"):
        Tape.of(np.exp(leaf())).draw(tmp_path / "tape")


# The notebook


class Balanced(HTMLParser):
    """Sees to it that what is opened is closed; collects the text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(source)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Remember it."""
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Compare it with what was opened."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect it."""
        self.text += data


def test_a_tape_in_a_notebook() -> None:
    nasty = elementwise(lambda x: x + 0.0, name=NASTY, x=lambda g: g)
    found = Balanced(Tape.of(nasty(leaf()))._repr_html_())
    assert found.tags.count("tr") == 3 and found.tags.count("td") == 14 and NASTY in found.text


def test_a_long_tape_stays_small() -> None:
    y = leaf()
    for _ in range(5000):
        y = y * 1.0
    found = Balanced(Tape.of(y)._repr_html_())
    assert found.tags.count("tr") == MOST_ROWS + 2 and "… 4941 more …" in found.text and "4999" in found.text


@pytest.mark.parametrize("value", [A, np.float32(2.0), np.zeros((1000, 1000)), np.zeros((0, 3)), np.zeros((9,) * 5)])
def test_a_tensor_in_a_notebook(value: Any) -> None:
    t = Tensor(value)
    source = t._repr_html_()
    found = Balanced(source)
    assert f"Tensor {t.shape} {t.dtype}, constant" in found.text and len(source) < 3000


def test_a_tensor_in_a_notebook_says_where_it_stands() -> None:
    nasty = elementwise(lambda x: x + 0.0, name=NASTY, x=lambda g: g)
    assert "on the tape: input" in leaf()._repr_html_()
    assert f"on the tape: {NASTY}" in Balanced(nasty(leaf())._repr_html_()).text
