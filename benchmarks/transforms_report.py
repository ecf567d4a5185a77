"""Write the section on Hessian products: ``section(found)``, from what ``benchmarks.transforms`` recorded."""

from typing import Any

from benchmarks.record import spread
from benchmarks.text import duration, kept, spread_of, table, times

#: At most so many gradients is a Hessian product.
HVP_TARGET = 4.0


def section(found: dict[str, Any]) -> str:
    """Return the part of the page."""
    if not found:
        return ""
    rows = []
    for name, taken in found["found"].items():
        ratio = spread([a / b for a, b in zip(taken["product"], taken["gradient"], strict=True)])
        said = f"{spread_of(ratio, times)} {kept(ratio.median <= HVP_TARGET)}"
        rows.append([name, *(spread_of(spread(taken[what]), duration) for what in ("gradient", "product")), said])
    head = ["", "gradient", "`hvp`", f"in gradients (at most {HVP_TARGET:g})"]
    return "\n".join(
        [
            "\n## Hessian products\n",
            "Written by `make bench-transforms`. `hvp` walks forth over a recorded gradient; eager, on one core.\n",
            table(head, rows),
            f"\nMeasured {found['run']['date']}: {found['run']['machine']['processor']}.\n",
        ]
    )
