"""Measure the elementary functions of kernels, and write the table of docs/trust.md. Run by `make accuracy`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from points import ELEMENTARY, arity, judged, points

PAGE = Path(__file__).parents[3] / "docs" / "trust.md"
BEGIN, END = "<!-- accuracy -->\n", "<!-- end -->"
#: Points of each kind, how many are looked at together, and how many of those are judged by mpmath.
SIZE, TOGETHER, COUNT = 1_000_000, 1 << 22, 4_000
#: Of float32's numbers every one of so many is tried: a prime, so that all endings of the mantissa come.
STEP = 61


def samples(name: str, dtype: Any, size: int) -> Iterator[tuple[Any, ...]]:
    """Give the points in parts; of one float32 these are also its numbers in order."""
    arrays = points(name, dtype, size, np.random.default_rng(2024))
    for start in range(0, arrays[0].size, TOGETHER):
        yield tuple(x[start : start + TOGETHER] for x in arrays)
    if dtype is np.float32 and arity(name) == 1:
        step = STEP * SIZE // size
        for start in range(0, 1 << 32, step * TOGETHER):
            stop = min(start + step * TOGETHER, 1 << 32)
            yield (np.arange(start, stop, step, dtype=np.uint64).astype(np.uint32).view(np.float32),)


def worst(name: str, dtype: Any, size: int) -> tuple[float, str, int, int]:
    """Give the largest error and where it is, and how many points were looked at and judged by mpmath."""
    largest, place, looked, by_mpmath = -1.0, "", 0, 0
    for arrays in samples(name, dtype, size):
        errors, where = judged(name, arrays, COUNT)
        looked += arrays[0].size
        by_mpmath += errors.size
        i = int(np.argmax(errors))
        if errors[i] > largest:
            largest, place = float(errors[i]), ", ".join(str(x[i]) for x in where)
    return largest, place, looked, by_mpmath


def table(size: int) -> tuple[str, bool]:
    """Measure all, and say whether every error is within its bound."""
    lines = [
        "| function | float64: largest error | where | float32: largest error | where | bound |",
        "|---|---|---|---|---|---|",
    ]
    looked, by_mpmath, fine = {np.float64: 0, np.float32: 0}, 0, True
    for name, facts in ELEMENTARY.items():
        cells = []
        for dtype in (np.float64, np.float32):
            largest, place, more, judged_more = worst(name, dtype, size)
            cells += [f"{largest:.3f}" if largest else "0", place if largest else ""]
            looked[dtype] += more
            by_mpmath += judged_more
            fine &= largest <= facts.bound
        lines.append(f"| `{name}` | {' | '.join(cells)} | {facts.bound:g} |")
        print(lines[-1], flush=True)
    double, single = (round(looked[dtype] / 1e6) for dtype in (np.float64, np.float32))
    lines += [
        "",
        f"Tried at {double:,} million points in float64 and {single:,} million in float32, of which mpmath judged",
        f"{by_mpmath:,}.",
        "",
    ]
    return "\n".join(lines), fine


def main() -> int:
    """Measure, and write unless only a smaller sample was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fraction", type=int, default=1, help="take one of so many points, and write nothing")
    options = parser.parse_args()
    started = time.monotonic()
    text, fine = table(SIZE // options.fraction)
    print(f"{text}\n{time.monotonic() - started:.0f} s")
    if options.fraction == 1:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}{text}{rest[rest.index(END) :]}", encoding="utf-8")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
