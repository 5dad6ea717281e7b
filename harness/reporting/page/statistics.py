"""Numbers of a whole run: operations by outcome, errors, latency, records per log."""

from dataclasses import dataclass

import polars as pl

from harness.history.flow import Flow
from harness.history.history import History
from harness.reporting.entry import Entry
from harness.reporting.words import NS_PER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How many operations of one kind ended how."""

    f: str
    ok: int
    fail: int
    info: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCount:
    """One error as clients reported it."""

    name: str
    f: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Latency of acknowledged sends, or writes of a pipeline, in milliseconds."""

    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCount:
    """Records of one log: acknowledged, handed to consumers, seen by the final read."""

    log: str
    acked: int
    polled: int
    drained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCount:
    """What one place of a pipeline held in the end, and what readers saw of it on the way."""

    place: str
    events: int
    rows: int
    sightings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Everything that the page says in numbers."""

    entry: Entry
    outcomes: tuple[Outcomes, ...]
    errors: tuple[ErrorCount, ...]
    latency: Latency | None
    logs: tuple[LogCount, ...]
    places: tuple[PlaceCount, ...]

    def total(self, f: str, outcome: str) -> int:
        """Operations of kind `f` that ended in `outcome`."""
        return sum(getattr(row, outcome) for row in self.outcomes if row.f == f)


def statistics(history: History, entry: Entry) -> Statistics:
    """The statistics of one run."""
    return Statistics(
        entry=entry,
        outcomes=_outcomes(history),
        errors=_errors(history),
        latency=_latency(history, entry),
        logs=_logs(history),
        places=_places(history.flow),
    )


def _outcomes(history: History) -> tuple[Outcomes, ...]:
    found = (
        history.operations.group_by("f")
        .agg((pl.col("outcome") == word).sum().alias(word) for word in ("ok", "fail", "info"))
        .sort("f")
    )
    return tuple(Outcomes(**row) for row in found.iter_rows(named=True))


def _errors(history: History) -> tuple[ErrorCount, ...]:
    found = (
        history.operations.filter(pl.col("error") != 0)
        .group_by("error", "f", "outcome")
        .len("count")
        .sort(["count", "error", "f", "outcome"], descending=[True, False, False, False])
    )
    return tuple(
        ErrorCount(name=history.errors[error], f=f, outcome=outcome, count=count)
        for error, f, outcome, count in found.iter_rows()
    )


def _latency(history: History, entry: Entry) -> Latency | None:
    span = (pl.col("complete_ns") - pl.col("invoke_ns")) / NS_PER_MS
    p50, p99, p999, most = (
        history.operations.lazy()
        .filter((pl.col("f") == entry) & (pl.col("outcome") == "ok"))
        .select(
            p50=span.quantile(0.5),
            p99=span.quantile(0.99),
            p999=span.quantile(0.999),
            most=span.max(),
        )
        .collect()
        .row(0)
    )
    if most is None:
        return None
    return Latency(p50_ms=p50, p99_ms=p99, p999_ms=p999, max_ms=most)


def _logs(history: History) -> tuple[LogCount, ...]:
    functions = history.operations.lazy().select("op", "f", "outcome")
    acked = (
        history.sends.lazy()
        .filter(pl.col("log").is_not_null())
        .join(functions.filter(pl.col("outcome") == "ok"), on="op")
        .group_by("log")
        .agg(acked=pl.len())
    )
    final = pl.col("f") == "drain"
    read = (
        pl.concat(
            [each.lazy().select("op", "log") for each in (history.reads, history.flow.events)]
        )
        .join(functions, on="op")
        .group_by("log")
        .agg(polled=(~final).sum(), drained=final.sum())
    )
    found = (
        history.logs.lazy()
        .select("log", name="name")
        .join(acked, on="log", how="left")
        .join(read, on="log", how="left")
        .sort("log")
        .with_columns(pl.col("acked", "polled", "drained").fill_null(0))
        .collect()
    )
    return tuple(
        LogCount(log=name, acked=acked, polled=polled, drained=drained)
        for _, name, acked, polled, drained in found.iter_rows()
    )


def _places(flow: Flow) -> tuple[PlaceCount, ...]:
    found = flow.places.lazy()
    for name in ("events", "rows", "sightings"):
        frame: pl.DataFrame = getattr(flow, name)
        found = found.join(frame.lazy().group_by("place").len(name), on="place", how="left")
    return tuple(
        PlaceCount(place=name, events=events, rows=rows, sightings=sightings)
        for _, name, events, rows, sightings in found.sort("place")
        .with_columns(pl.col("events", "rows", "sightings").fill_null(0))
        .collect()
        .iter_rows()
    )
