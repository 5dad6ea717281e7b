"""How numbers, times and settings are written, on the page and in the terminal alike."""

from collections.abc import Iterator, Mapping, Sequence

from harness.model.value import Scalar
from harness.model.verdict import Verdict

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


def count(number: int) -> str:
    """`1,234,567`."""
    return f"{number:,}"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a table whose columns stand below one another."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def seconds(span_s: float) -> str:
    """A span of time as people say it: `12.345 s`, `3 min 20 s`, `2 h 5 min`."""
    if span_s < 120:
        return f"{span_s:.3f} s"
    whole = round(span_s)
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def headline(verdict: Verdict) -> str:
    """The headline without the word of the verdict, for where that word stands beside it."""
    return verdict.headline.removeprefix(f"{verdict.validity.value}: ")


def moment(time_ns: int | None, digits: int = 3) -> str:
    """A time on the run's clock; `never` for what did not happen."""
    return "never" if time_ns is None else f"{time_ns / NS_PER_S:,.{digits}f} s"


def milliseconds(span_ms: float) -> str:
    """A latency: three digits that mean something."""
    if span_ms >= 10_000:
        return f"{span_ms / 1000:,.1f} s"
    return f"{span_ms:.3g} ms" if span_ms < 100 else f"{span_ms:,.0f} ms"


def listed(names: Sequence[str], limit: int = 4) -> str:
    """`a, b, c and 7 more`."""
    if len(names) <= limit:
        return ", ".join(names)
    return f"{', '.join(names[:limit])} and {count(len(names) - limit)} more"


def settings(values: Mapping[str, Scalar]) -> str:
    """`acks=1, linger.ms=5`, in order of name; booleans as Kafka writes them."""
    return ", ".join(f"{name}={scalar(value)}" for name, value in sorted(values.items()))


def scalar(value: Scalar) -> str:
    """One setting's value as Kafka writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
