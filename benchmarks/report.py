"""Write ``docs/benchmarks.md`` from a record: ``markdown(record, picture)`` returns the page."""

from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks import native_report, training_report, transforms_report
from benchmarks.engines import ENGINES
from benchmarks.record import Record, Spread, measured, ratio, spread
from benchmarks.text import duration, kept, spread_of, table, times
from benchmarks.workloads import WORKLOADS

# The promises of the project: workload, against whom, at most how many times as long.
TARGETS = (
    ("book64", "numpy", 1.15), ("book512", "numpy", 1.0), ("chain", "torch", 0.55), ("book64", "hips", 0.4),
    ("book512", "hips", 0.4), ("mnist", "hips", 0.4), ("chain", "hips", 0.25), ("scalar", "hips", 0.345),
    ("blackscholes", "hips", 0.4),
)  # fmt: skip
#: The same for compiled programs, and how long compiling, a first call less one step, may take beside JAX's first call.
COMPILED_TARGETS = (
    ("book64", "numpy", 0.75), ("book512", "numpy", 0.6), ("mnist", "numpy", 0.55), ("chain", "gradtape", 0.3),
    ("blackscholes", "hips", 0.6),
)  # fmt: skip
COMPILE_TARGET = 0.2
COMPILED = "gradtape+compiled"
#: And for machine code: at most how many times as long as each of the bases, in their order.
NATIVE_BASES = ("numpy", "jax", "torch")
NATIVE_TARGETS = {
    "book64": (0.2, 0.4, 0.13), "book512": (0.35, 0.45, 0.3), "mnist": (0.45, 0.9, 0.75), "chain": (None, 0.6, 0.02),
    "blackscholes": (None, 0.35, 0.4),
}  # fmt: skip
NATIVE_FIRST_TARGET = 0.15
NATIVE = "gradtape+native"
IMPORT_TARGET = 0.030
OURS = ("gradtape", "gradtape+memory", COMPILED, NATIVE)
NAMES = {
    "numpy": "NumPy by hand",
    "numpy+memory": "NumPy by hand, memory kept",
    "gradtape": "**gradtape**",
    "gradtape+memory": "**gradtape**, memory kept",
    "gradtape+compiled": "**gradtape**, compiled",
    "gradtape+native": "**gradtape**, native",
    "torch": "PyTorch",
    "torch.compile": "`torch.compile`",
    "jax": "JAX `jit`",
    "hips": "HIPS autograd",
    "mygrad": "MyGrad",
}


def engines_of(record: Record) -> list[str]:
    """Return the engines that the record speaks of, in the order of the table of engines."""
    return [name for name in ENGINES if any(name in entries for entries in record["workloads"].values())]


def workloads_of(record: Record) -> list[str]:
    """Return the workloads that the record speaks of, in their order."""
    return [name for name in WORKLOADS if name in record["workloads"]]


def why_not(record: Record, workload: str, engine: str) -> str:
    """Say why a cell is empty."""
    return str(record["workloads"].get(workload, {}).get(engine, {}).get("status", "not run"))


def grid(record: Record, cell: Callable[[str, str], str]) -> str:
    """Return a table of engines by workloads."""
    names = workloads_of(record)
    rows = ([NAMES[engine], *(cell(workload, engine) for workload in names)] for engine in engines_of(record))
    return table(["", *names], rows)


def mark(record: Record, entry: dict[str, Any]) -> str:
    """Return which run an entry is from, where there is more than one."""
    return f" ({entry['run']})" if len(record["runs"]) > 1 else ""


def ratio_cell(record: Record, workload: str, engine: str) -> str:
    """Return the ratio to NumPy by hand."""
    entry, found = measured(record, workload, engine), ratio(record, workload, engine)
    if entry is None:
        return why_not(record, workload, engine)
    if found is None:
        return "no NumPy in its run" + mark(record, entry)
    return ("1" if engine == "numpy" else spread_of(found, times)) + mark(record, entry)


def time_cell(record: Record, workload: str, engine: str) -> str:
    """Return the time of a step."""
    entry = measured(record, workload, engine)
    if entry is None:
        return why_not(record, workload, engine)
    return spread_of(spread(entry["seconds"]), duration) + mark(record, entry)


def first_cell(record: Record, workload: str, engine: str) -> str:
    """Return the time of the first call."""
    entry = measured(record, workload, engine)
    return duration(entry["first_seconds"]) if entry is not None else why_not(record, workload, engine)


def import_seconds(record: Record) -> Spread | None:
    """Return by how much ``import autograd`` takes longer than ``import numpy``."""
    imports = record["imports"]
    if not imports:
        return None
    return spread([ours - theirs for ours, theirs in zip(imports["autograd"], imports["numpy"], strict=True)])


def verdict(record: Record, workload: str, engine: str, base: str, limit: float) -> str:
    """Return a ratio and whether it is what was promised."""
    found = ratio(record, workload, engine, base)
    return "not measured" if found is None else f"{spread_of(found, times)} {kept(found.median <= limit)}"


def first_verdict(record: Record, workload: str, engine: str, limit: float) -> str:
    """Return what a first call takes longer than a step, over JAX's first call, and whether that was promised."""
    ours, theirs = measured(record, workload, engine), measured(record, workload, "jax")
    if ours is None or theirs is None:
        return "not measured"
    compiling = ours["first_seconds"] - spread(ours["seconds"]).median
    quotient = compiling / theirs["first_seconds"]
    return f"{duration(compiling)}, {times(quotient)} {kept(quotient <= limit)}"


def targets(record: Record) -> str:
    """Return the promises beside what was measured."""
    rows = []
    for workload, base, limit in TARGETS:
        cells = [verdict(record, workload, engine, base, limit) for engine in OURS[:2]]
        # The switch is glibc's and helps NumPy by hand as well: the fair third number throws it for both.
        cells.append(verdict(record, workload, OURS[1], "numpy+memory", limit) if base == "numpy" else "")
        rows.append([workload, NAMES[base], f"{limit}x", *cells])
    found = import_seconds(record)
    said = "not measured"
    if found is not None:
        said = f"+{spread_of(found, duration)} {kept(found.median <= IMPORT_TARGET)}"
    rows.append(["`import autograd`", "`import numpy`", f"+{duration(IMPORT_TARGET)}", said, "", ""])
    eager = table(["", "against", "at most", "gradtape", "gradtape, memory kept", "both, memory kept"], rows)
    return "\n\n".join([eager, compiled_targets(record), native_targets(record)])


def compiled_targets(record: Record) -> str:
    """Return the promises for compiled programs beside what was measured."""
    rows = [
        [
            workload,
            NAMES[base],
            f"{limit}x",
            verdict(record, workload, COMPILED, base, limit),
            first_verdict(record, workload, COMPILED, COMPILE_TARGET),
        ]
        for workload, base, limit in COMPILED_TARGETS
    ]
    head = ["compiled", "against", "at most", "gradtape", f"compiling, of JAX's first call (at most {COMPILE_TARGET}x)"]
    return table(head, rows)


def native_targets(record: Record) -> str:
    """Return the promises for machine code beside what was measured."""
    rows = []
    for workload, limits in NATIVE_TARGETS.items():
        cells = [
            "" if limit is None else f"at most {limit}x: {verdict(record, workload, NATIVE, base, limit)}"
            for base, limit in zip(NATIVE_BASES, limits, strict=True)
        ]
        rows.append([workload, *cells, first_verdict(record, workload, NATIVE, NATIVE_FIRST_TARGET)])
    head = [f"against {NAMES[base]}" for base in NATIVE_BASES]
    return table(["native", *head, f"compiling, of JAX's first call (at most {NATIVE_FIRST_TARGET}x)"], rows)


def import_table(record: Record) -> str:
    """Return the import time of each library, as its workers met it."""
    rows = []
    for engine in engines_of(record):
        found = [measured(record, workload, engine) for workload in workloads_of(record)]
        seconds = [entry["import_seconds"] for entry in found if entry is not None]
        if seconds and not ENGINES[engine].variant:
            rows.append([NAMES[engine], f"`{ENGINES[engine].package}`", duration(median(seconds))])
    return table(["", "package", "import"], rows)


def versions(record: Record) -> str:
    """Return which version of each library was measured, and on which NumPy and Python."""
    rows = []
    for engine in engines_of(record):
        found = [measured(record, workload, engine) for workload in workloads_of(record)]
        entries = [entry["versions"] for entry in found if entry is not None]
        if entries and not ENGINES[engine].variant:
            cells = [
                ", ".join(dict.fromkeys(entry[key] for entry in entries))
                for key in (ENGINES[engine].distribution, "numpy", "python")
            ]
            rows.append([NAMES[engine], *cells])
    return table(["", "version", "NumPy", "Python"], rows)


def failures(record: Record) -> str:
    """List what went wrong."""
    lines = [
        f"- {workload}, {NAMES[engine]}: {entry['message']}"
        for workload in workloads_of(record)
        for engine, entry in record["workloads"][workload].items()
        if entry.get("message")
    ]
    return "\n".join(["", "Failed:", "", *lines, ""]) if lines else ""


def runs(record: Record) -> str:
    """Describe the machine and the settings of each run that the tables draw on."""
    lines = []
    for number, run in record["runs"].items():
        facts = run["machine"]
        parts = [facts["processor"], f"{facts['cores']} cores (one used)"]
        parts += [facts[key] for key in ("memory", "system", "libc") if key in facts]
        share = [
            entry["processor_share"]
            for entries in record["workloads"].values()
            for entry in entries.values()
            if entry["run"] == number and "processor_share" in entry
        ]
        had = f" The workers had their core for {100 * median(share):.0f} % of the time." if share else ""
        lines.append(
            f"{number}. {run['date']}: {', '.join(parts)}. "
            f"{run['rounds']} rounds of about {1000 * run['round_seconds']:.0f} ms.{had}"
        )
    return "\n".join(lines)


def markdown(record: Record, picture: str | None, roofline: str | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    record : dict
        As `benchmarks.record.merge` returns it.
    picture : str or None
        Name of the plot beside the page.
    roofline : str or None
        Name of the plot of the native kernels.

    Returns
    -------
    str
        Markdown, generated anew as a whole.
    """
    several = " The number in brackets is the run." if len(record["runs"]) > 1 else ""
    workloads = "\n".join(f"- **{name}** {WORKLOADS[name].about}" for name in workloads_of(record))
    engines = "\n".join(f"- {NAMES[name]}: {ENGINES[name].about}" for name in engines_of(record))
    transforms = transforms_report.section(record.get("transforms", {}))
    training = training_report.section(record.get("training", {}))
    image = f"\n![Time of each engine over NumPy by hand]({picture})\n" if picture else ""
    return f"""# Benchmarks

Written by `make bench`; do not edit. `make bench-peers` makes the environment of the other libraries, and
`python -m benchmarks --help` lists the options. Medians, with the quartiles in small.

## Promised and measured

Time of gradtape over the time of the other.

{targets(record)}

## Ratios

Time over that of NumPy by hand: below 1 is faster than the formulas derived and written by hand.{several}

{grid(record, lambda workload, engine: ratio_cell(record, workload, engine))}
{image}
## Times

One step, once everything is warm.

{grid(record, lambda workload, engine: time_cell(record, workload, engine))}

## First call and import

The first call includes compiling, where there is something to compile. It was measured once.

{grid(record, lambda workload, engine: first_cell(record, workload, engine))}

Import as a user meets it, NumPy and all that the package needs included:

{import_table(record)}
{failures(record)}
{training}{transforms}
{native_report.section(record.get("native", {}), roofline)}## What is measured

{workloads}

{engines}

Everything is float64. Each engine has a process of its own, pinned to the same core with one thread for BLAS, OpenMP,
PyTorch and XLA, and only one computes at a time. All get the same arrays. After the first step the value, the gradients
and the updated parameters of each are compared with NumPy's, to 10⁻⁶ of the norm of each array; an engine that differs
is not timed. Then rounds are interleaved in shuffled order; a ratio is taken within each round, and the median is over
the rounds.

## Where and with what

{runs(record)}

{versions(record)}
"""
