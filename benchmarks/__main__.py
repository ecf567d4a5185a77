"""``python -m benchmarks``: measure, verify, and write the page, the plot and the raw numbers."""

import argparse
import os
import sys
from pathlib import Path

from benchmarks import measure, peers, plot, record, report, roofline
from benchmarks.engines import ENGINES
from benchmarks.workloads import WORKLOADS

QUICK = {"rounds": 5, "round_ms": 20.0}
FULL = {"rounds": 30, "round_ms": 50.0}


def names(choices: dict[str, object], text: str) -> list[str]:
    """Return the names in a comma-separated list, in the order of the choices."""
    asked = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in asked if name not in choices]
    if unknown or not asked:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; choose from {', '.join(choices)}")
    return [name for name in choices if name in asked]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        metavar="WORKLOAD,...",
        type=lambda text: names(WORKLOADS, text),
        default=list(WORKLOADS),
        help=f"of {', '.join(WORKLOADS)}; what is recorded of the others stays",
    )
    parser.add_argument(
        "--engines",
        metavar="ENGINE,...",
        type=lambda text: names(ENGINES, text),
        default=list(ENGINES),
        help=f"of {', '.join(ENGINES)}; ratios need numpy among them",
    )
    parser.add_argument("--quick", action="store_true", help="few short rounds; written only with --out")
    parser.add_argument("--rounds", type=int, help=f"how often each engine is timed (default: {FULL['rounds']})")
    parser.add_argument("--round-ms", type=float, help=f"one engine's turn (default: {FULL['round_ms']:g})")
    parser.add_argument("--core", type=int, help="core the workers are pinned to (default: the last one)")
    parser.add_argument(
        "--peers-python",
        type=Path,
        default=peers.PYTHON,
        help="interpreter that has the other libraries (default: that of .venv-peers)",
    )
    parser.add_argument("--out", type=Path, help="page to write, the rest beside it (default: docs/benchmarks.md)")
    parser.add_argument("--redraw", action="store_true", help="measure nothing; write page and plot from the .json")
    return parser.parse_args(arguments)


def settings_of(options: argparse.Namespace) -> measure.Settings:
    """Return how to measure."""
    base = QUICK if options.quick else FULL
    core = options.core
    if core is None and hasattr(os, "sched_getaffinity"):
        # The first core is the one that most systems give their interrupts to.
        core = max(os.sched_getaffinity(0))
    return measure.Settings(
        rounds=options.rounds or int(base["rounds"]),
        round_seconds=(options.round_ms or base["round_ms"]) / 1000,
        core=core,
        # Not resolved: the interpreter of a virtual environment is a link, and following it leaves the environment.
        peers_python=options.peers_python.absolute(),
    )


def write(kept: record.Record, page: Path) -> None:
    """Write page, plots and raw numbers."""
    page.parent.mkdir(parents=True, exist_ok=True)
    # First what cannot be had again.
    record.save(kept, page.with_suffix(".json"))
    picture = page.with_suffix(".png")
    if not plot.draw(kept, picture):
        measure.say("no plot: it needs matplotlib, and ratios to numpy")
    below = page.with_name("roofline.png")
    roofline.draw(kept.get("native", {}), below)
    pictures = [found.name if found.exists() else None for found in (picture, below)]
    page.write_text(report.markdown(kept, *pictures))
    measure.say(f"wrote {page}, and {picture.suffix} and .json beside it")


def main() -> int:
    """Measure what is asked for; return 1 if an engine failed or computed something else."""
    options = parse()
    page = options.out or (None if options.quick else peers.ROOT / "docs" / "benchmarks.md")
    kept = record.load(page.with_suffix(".json")) if page is not None else record.empty()
    if options.redraw:
        page = page or peers.ROOT / "docs" / "benchmarks.md"
        write(record.load(page.with_suffix(".json")), page)
        return 0
    settings = settings_of(options)
    if not settings.peers_python.exists():
        measure.say("the other libraries are not installed: `make bench-peers` creates their environment")
    results = {}
    for workload in options.only:
        measure.say(workload)
        results[workload] = measure.measure(workload, options.engines, settings)
    measure.say("imports")
    imports = measure.import_times(settings) if "gradtape" in options.engines else {}
    run = record.describe_run(settings.rounds, settings.round_seconds)
    kept = record.merge(kept, run, results, imports)
    if page is None:
        print(report.markdown(kept, None))
    else:
        write(kept, page)
    failed = [entry for entries in results.values() for entry in entries.values() if entry["status"] == "failed"]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
