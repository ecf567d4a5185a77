"""Keep what was measured: ``merge(record, run, ...)`` adds a run to a record, ``ratio`` compares two engines in it.

A record is what ``docs/benchmarks.json`` holds. A run of a few workloads or engines replaces only their entries. Each
entry names the run it comes from, and ratios are taken only within one run, round by round, because times of different
days are not comparable to a few per cent.
"""

import datetime
import json
import os
import platform
import re
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

Record = dict[str, Any]
# What others are compared with. Ratios are kept with each entry, so that they outlive a later run of the base alone.
BASES = ("gradtape", "numpy", "numpy+memory", "torch", "jax", "hips")


class Spread(NamedTuple):
    """Median and quartiles."""

    low: float
    median: float
    high: float


def spread(values: list[float]) -> Spread:
    """Return median and quartiles of some values."""
    return Spread(*quantiles(values, n=4, method="inclusive")) if len(values) > 1 else Spread(*values * 3)


def empty() -> Record:
    """Return a record of nothing."""
    return {"runs": {}, "workloads": {}, "imports": {}}


def load(path: Path) -> Record:
    """Return the record in a file, or an empty one where there is no file."""
    return json.loads(path.read_text()) if path.exists() else empty()


def save(record: Record, path: Path) -> None:
    """Write the record, one list of times a line."""
    text = json.dumps(record, indent=1)
    # A number a line would make a diff of thousands of lines out of each run.
    text = re.sub(r"\[\n[-+\d.e,\s]+\]", lambda found: found[0].replace("\n", "").replace("  ", ""), text)
    path.write_text(text + "\n")


def machine() -> dict[str, str]:
    """Describe the machine by what matters for speed; nothing that says whose it is."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = re.findall(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.MULTILINE)
        model = names[0] if names else model
    described = {"processor": model, "cores": str(os.cpu_count()), "system": platform.system()}
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        described["memory"] = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    libc, version = platform.libc_ver()
    if libc:
        described["libc"] = f"{libc} {version}"
    described["python"] = platform.python_version()
    return described


def describe_run(rounds: int, round_seconds: float) -> dict[str, Any]:
    """Return the facts of a run that starts now."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {"date": today, "machine": machine(), "rounds": rounds, "round_seconds": round_seconds}


def merge(
    record: Record,
    run: dict[str, Any],
    results: dict[str, dict[str, dict[str, Any]]],
    imports: dict[str, list[float]],
) -> Record:
    """Return the record with a run added.

    Parameters
    ----------
    record : dict
        As `load` returns it; not modified.
    run : dict
        As `describe_run` returns it.
    results : dict
        For each workload what `benchmarks.measure.measure` returned.
    imports : dict
        What `benchmarks.measure.import_times` returned; empty where it was not measured.

    Returns
    -------
    dict
        Entries that this run measured are replaced, and what other scripts recorded stays. A measured entry is not
        replaced by one that says "not installed".
    """
    number = str(max((int(key) for key in record["runs"]), default=0) + 1)
    workloads = {name: dict(entries) for name, entries in record["workloads"].items()}
    for workload, entries in results.items():
        kept, ratios = workloads.setdefault(workload, {}), ratios_of(entries)
        for engine, entry in entries.items():
            if entry["status"] == "not installed" and kept.get(engine, {}).get("status") == "measured":
                continue
            facts = {key: value for key, value in entry.items() if key != "checksums"}
            kept[engine] = {"run": number, **facts, "ratios": ratios.get(engine, {})}
    merged_imports = {"run": number, **imports} if imports else record["imports"]
    used = {entry["run"] for entries in workloads.values() for entry in entries.values()}
    used |= {merged_imports["run"]} if merged_imports else set()
    runs = {key: value for key, value in {**record["runs"], number: run}.items() if key in used}
    return {**record, "runs": runs, "workloads": workloads, "imports": merged_imports}


def measured(record: Record, workload: str, engine: str) -> dict[str, Any] | None:
    """Return the entry of an engine that was timed on a workload, or None."""
    entry = record["workloads"].get(workload, {}).get(engine)
    return entry if entry is not None and entry["status"] == "measured" else None


def ratios_of(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Spread]]:
    """Return for each engine of one run the time over that of each base, taken round by round."""
    seconds = {name: entry["seconds"] for name, entry in entries.items() if entry["status"] == "measured"}
    return {
        name: {
            base: Spread(
                *(round(value, 4) for value in spread([a / b for a, b in zip(ours, seconds[base], strict=True)]))
            )
            for base in BASES
            if base in seconds
        }
        for name, ours in seconds.items()
    }


def ratio(record: Record, workload: str, engine: str, base: str = "numpy") -> Spread | None:
    """Return the time of an engine over that of a base; None unless one run measured both."""
    entry = measured(record, workload, engine)
    return Spread(*entry["ratios"][base]) if entry is not None and base in entry["ratios"] else None
