"""Numbers as the pages show them: ``duration(seconds)``, ``times(ratio)``, ``spread_of(values, text)``, and tables."""

from collections.abc import Callable, Iterable

from benchmarks.record import Spread


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table, numbers to the right."""
    head = list(head)
    lines = [head, [":--"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def duration(seconds: float) -> str:
    """Return a time with three digits and the unit that suits it."""
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1 or unit == "µs":
            break
    value = seconds * scale
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def times(value: float) -> str:
    """Return a ratio with the digits that mean something."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:.{digits}f}"


def spread_of(values: Spread, text: Callable[[float], str]) -> str:
    """Return median and quartiles."""
    return f"{text(values.median)} <sub>{text(values.low)} to {text(values.high)}</sub>"


def kept(promise: bool) -> str:
    """Say whether a promise is kept."""
    return "yes" if promise else "**no**"
