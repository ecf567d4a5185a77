"""Write the section on native kernels: ``section(native, picture)``, from what ``benchmarks.native`` recorded."""

from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

from benchmarks.record import spread
from benchmarks.text import duration, kept, spread_of, table, times
from benchmarks.workloads import WORKLOADS

#: By how much a second thread speeds blackscholes up, and the seconds of the first call of the LSTM.
THREADS_TARGET, LSTM_TARGET = 1.7, 1.5


class Point(NamedTuple):
    """A workload below the roof.

    Attributes
    ----------
    name : str
    seconds : float
        Median of a step.
    flops, bytes : int
        Of a step.
    """

    name: str
    seconds: float
    flops: int
    bytes: int

    @property
    def intensity(self) -> float:
        """Operations for each byte that is moved."""
        return self.flops / self.bytes

    @property
    def speed(self) -> float:
        """Operations in a second."""
        return self.flops / self.seconds

    def share(self, peak: float, bandwidth: float) -> float:
        """Return the speed over what the machine allows at this intensity."""
        return self.speed / min(peak, self.intensity * bandwidth)


def points_of(native: dict[str, Any]) -> list[Point]:
    """Return the workloads that were measured."""
    found = native.get("roofline", {}).get("found", {}).get("workloads", {})
    return [
        Point(name, median(found[name]["seconds"]), found[name]["flops"], found[name]["bytes"])
        for name in WORKLOADS
        if name in found
    ]


def count(value: float) -> str:
    """Return a number with three digits and a prefix."""
    prefix, scale = next(unit for unit in (("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0)) if value >= unit[1])
    return f"{value / scale:.3g} {prefix}".strip()


def billions(value: float) -> str:
    """Return billions in a second."""
    return f"{value / 1e9:.3g}"


def share(value: float) -> str:
    """Return per cent."""
    return f"{100 * value:.0f} %"


def roof(found: dict[str, Any]) -> str:
    """Say what the machine can do."""
    side, memory, cache = found["side"], found["memory_bytes"] >> 20, found["cache_bytes"] >> 10
    return (
        f"One core computes {billions(found['flops'])} GFlop/s in the product of two {side}x{side} float64 matrices; "
        f"reads and writes taken together, it moves {billions(found['memory'])} GB/s where an array of {memory} MB is "
        f"copied, and {billions(found['cache'])} GB/s where one of {cache} kB is, which stays in the cache."
    )


def roofline(found: dict[str, Any], native: dict[str, Any]) -> str:
    """Compare the workloads with the roof."""
    top, seconds = found["roof"], found["workloads"]
    rows = []
    for point in points_of(native):
        shares = [share(point.share(top["flops"], top[what])) for what in ("memory", "cache")]
        rows.append(
            [
                point.name,
                spread_of(spread(seconds[point.name]["seconds"]), duration),
                count(point.flops),
                count(point.bytes),
                f"{point.intensity:.2g}",
                billions(point.speed),
                billions(point.bytes / point.seconds),
                *shares,
            ]
        )
    head = ["", "a step", "flops", "bytes", "flops a byte", "GFlop/s", "GB/s", "of the roof", "of the cache's"]
    return f"""\
{roof(top)}

The roof over a workload is the smaller of that speed and of its flops a byte times a bandwidth: that of memory, and
that of the cache, where small workloads stay. Flops are one for each element that is made or summed, and two for each
product in a matrix product. **An elementary function counts as one**, whatever it costs: `erf` and
`sin` are dozens of instructions, so that what is made of them stays far below the roof. Bytes are those of the arrays
that each kernel and each call of NumPy's reads and writes, each array once.

{table(head, rows)}"""


def threads(found: dict[str, Any], _: dict[str, Any]) -> str:
    """Compare one thread with two."""
    rows = []
    for keep, name in (("give", "as it is"), ("keep", "after `autograd.keep_memory()`")):
        one, two = (spread(found[keep][number]) for number in ("1", "2"))
        faster = one.median / two.median
        said = f"{times(faster)}x {kept(faster >= THREADS_TARGET)}"
        rows.append([name, spread_of(one, duration), spread_of(two, duration), said])
    head = ["blackscholes", "1 thread", "2 threads", f"faster (at least {THREADS_TARGET}x)"]
    return f"""\
Threads. Without `keep_memory` glibc gives the memory of the results back at each step, and the next one faults it in
again, page by page.

{table(head, rows)}"""


def lstm(found: dict[str, Any], native: dict[str, Any]) -> str:
    """Say what an unrolled loop costs."""
    native_step, numpy_step = (spread(found["seconds"][backend]) for backend in ("native", "numpy"))
    calls = native.get("first", {}).get("found", {}).get("lstm", {}).get("native")
    said = ""
    if calls:
        seconds = median(calls)
        promise = f"at most {duration(LSTM_TARGET)}: {kept(seconds <= LSTM_TARGET)}"
        said = f" Its first call takes {duration(seconds)} ({promise})."
    return (
        f"An unrolled LSTM of {found['turns']} turns, batch {found['batch']}, {found['hidden']} hidden and "
        f"{found['inputs']} inputs; value and gradient in all parameters.{said} It runs {found['kernels']} kernels, of "
        f"which {found['distinct']} differ and are compiled. A step takes {spread_of(native_step, duration)}, and "
        f"{spread_of(numpy_step, duration)} on the NumPy backend, a ratio of "
        f"{times(native_step.median / numpy_step.median)}."
    )


def first(found: dict[str, Any], _: dict[str, Any]) -> str:
    """Compare first calls."""
    rows = [
        [
            name,
            *(spread_of(spread(calls[mode]), duration) for mode in ("numpy", "native")),
            duration(calls["written"]),
            spread_of(spread(calls["kept"]), duration),
        ]
        for name, calls in found.items()
    ]
    head = ["first call", "NumPy backend", "native", "kernels written to disk", "kernels found on disk"]
    return f"""\
Each first call is that of a fresh process. `GRADTAPE_KERNELS` keeps kernels on disk for the next one.

{table(head, rows)}"""


def blas(found: dict[str, Any], _: dict[str, Any]) -> str:
    """Compare one thread of BLAS with two."""
    rows, wins = [], 0
    for name, seconds in found.items():
        one, two = (spread(seconds[number]) for number in ("1", "2"))
        wins += one.median <= two.median
        rows.append([name, spread_of(one, duration), spread_of(two, duration), times(two.median / one.median)])
    head = ["", "1 thread", "2 threads", "two over one"]
    return f"""\
Threads of BLAS: the products of `book512` and `mnist` as calls of NumPy's (native kernels compute those of `book512`
themselves), and the native steps, whose kernels run on one thread. One thread is no slower in {wins} of {len(rows)}
rows.

{table(head, rows)}"""


#: In the order of the page: what is made of what was found, and of all.
PARTS: dict[str, Callable[[dict[str, Any], dict[str, Any]], str]] = {
    "roofline": roofline,
    "threads": threads,
    "lstm": lstm,
    "first": first,
    "blas": blas,
}


def runs(native: dict[str, Any]) -> str:
    """Say when, where and with which settings each part was measured."""
    found: dict[str, list[str]] = {}
    for part in PARTS:
        if part in native:
            run = native[part]["run"]
            machine = ", ".join(run["machine"].values())
            pace = f"{run['rounds']} rounds of about {1000 * run['round_seconds']:.0f} ms"
            found.setdefault(f"{run['date']}: {machine}; {pace}", []).append(part)
    several = len(found) > 1
    return "\n".join(
        f"Measured {run}{' (' + ', '.join(parts) + ')' if several else ''}." for run, parts in found.items()
    )


def section(native: dict[str, Any], picture: str | None) -> str:
    """Return the section, and a blank line; nothing where nothing was measured.

    Parameters
    ----------
    native : dict
        For each part of `benchmarks.native` its ``run`` and what was ``found``.
    picture : str or None
        Name of the plot beside the page.
    """
    texts = {part: text(native[part]["found"], native) for part, text in PARTS.items() if part in native}
    if not texts:
        return ""
    if picture and "roofline" in texts:
        texts["roofline"] += f"\n\n![Flops a second over flops a byte, below the roof]({picture})"
    body = "\n\n".join(texts.values())
    return f"""## Native kernels

Written by `make bench-native`: on one core and with one thread of BLAS, where nothing else is said.

{body}

{runs(native)}

"""
