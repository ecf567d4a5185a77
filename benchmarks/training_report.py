"""Write the section on whole training runs: ``section(found)``, from what ``benchmarks.training`` recorded."""

from statistics import median
from typing import Any

from benchmarks.record import spread
from benchmarks.text import duration, kept, spread_of, table, times

NAMES = {"book": "the book's script", "gradtape": "**gradtape**", "pytorch": "PyTorch", "jax_jit": "JAX `jit`"}
TASKS = {
    "chapter10": "Chapter 10's run, start to end of the process: 10,001 epochs, 300x2 → 64 → 3",
    "mnist": "An epoch of 60,000x784 → 128 → 128 → 10, batch 128",
}
#: At most so many times as long as each of the others.
TARGETS = {"chapter10": {"book": 0.35, "jax_jit": 0.5, "pytorch": 0.2}, "mnist": {"pytorch": 0.9, "book": 0.5}}
OVERHEAD_TARGET = 5e-6


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Return how many times as long it takes, the median of the rounds."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def section(found: dict[str, Any]) -> str:
    """Return the part of the page."""
    if not found:
        return ""
    runs, ends, pairs = (found["found"][key] for key in ("runs", "ends", "overhead"))
    parts = [
        "\n## Whole training runs\n",
        "Written by `make bench-training`. Each is a program of its own (benchmarks/scripts), on one core; float64. "
        "Losses and accuracies at the end differ as the initial weights do.\n",
    ]
    for task, about in TASKS.items():
        rows = []
        for name, seconds in runs[task].items():
            limit = TARGETS[task].get(name)
            said = ""
            if name != "gradtape":
                quotient = ratio(runs[task]["gradtape"], seconds)
                said = times(quotient)
                said += "" if limit is None else f" (at most {limit:g}) {kept(quotient <= limit)}"
            end = ends[task][name]
            figures = f"{end['loss']:.3f}", f"{end['accuracy']:.3f}"
            rows.append([NAMES[name], spread_of(spread(seconds), duration), said, *figures])
        parts += [f"{about}:\n", table(["", "time", "gradtape over it", "loss", "accuracy"], rows), ""]
    beyond = spread([epoch - step for epoch, step in pairs])
    step = spread([step for _, step in pairs])
    parts.append(
        f"`fit` takes {spread_of(beyond, duration)} a step beyond the compiled step's {spread_of(step, duration)} "
        f"(at most {duration(OVERHEAD_TARGET)}) {kept(beyond.median <= OVERHEAD_TARGET)}.\n"
    )
    run = found["run"]
    parts.append(f"Measured {run['date']}: {run['machine']['processor']}; {run['rounds']} rounds.\n")
    return "\n".join(parts)
