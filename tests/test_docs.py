"""What the documents show runs: each block of Python, and prints what is shown below it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md", "docs/tape.md", "docs/check.md", "docs/compile.md", "docs/debugging.md", "docs/migrating.md",
    "docs/transforms.md", "docs/data.md", "docs/training.md", "docs/examples.md", "docs/cli.md",
    "docs/book.md",
)  # fmt: skip


def blocks() -> list[tuple[str, str, str]]:
    """Give for each block of Python its name, its code, and what is shown directly below as its output, if anything."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        pairs = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", text, re.S)
        found += [(f"{page}-{i}", code, output) for i, (code, output) in enumerate(pairs)]
    return found


BLOCKS = blocks()


@pytest.mark.parametrize(("code", "output"), [block[1:] for block in BLOCKS], ids=[block[0] for block in BLOCKS])
def test_the_block_runs(code: str, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    # Scripts of the book draw from NumPy's global generator.
    state = np.random.get_state()
    exec(compile(code, "block", "exec"), {})
    np.random.set_state(state)
    printed = capsys.readouterr().out
    if output:
        assert printed == output


def test_blocks_and_an_output_are_found() -> None:
    assert len(BLOCKS) >= 4
    assert any(output for _, _, output in BLOCKS)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), f"{page} links to {target}"
