"""Charts over time: what is acknowledged and read, how long that takes, what consumers lag behind.

One function a chart; a chart that has nothing to show has no labels and is not drawn.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import polars as pl

from harness.history.history import History
from harness.model.facts import Facts
from harness.reporting.entry import OPERATIONS, Entry
from harness.reporting.page.axis import Axis
from harness.reporting.words import NS_PER_MS

SERIES_MAX = 6
ENDS = {"end": "high watermark", "stable": "last stable offset"}

Column = tuple[float | None, ...]


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Series over the buckets of the axis; None where there is nothing to say."""

    title: str
    unit: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]


def charts(axis: Axis, history: History, facts: Facts, entry: Entry) -> tuple[Chart, ...]:
    """Every chart of the page that has something to show."""
    found = (
        _throughput(axis, history, entry),
        _latency(axis, history, entry, f"Latency of acknowledged {entry}s"),
        _latency(axis, history, "txn", "Duration of committed transactions"),
        _lag(axis, history),
        _ends(axis, facts),
    )
    return tuple(chart for chart in found if chart.labels)


def _acknowledged(history: History, entry: Entry) -> pl.LazyFrame:
    """Operations by which data entered, that are ok."""
    return history.operations.lazy().filter(
        pl.col("f").is_in(OPERATIONS[entry])
        & (pl.col("outcome") == "ok")
        & pl.col("complete_ns").is_not_null()
    )


def _polled(history: History) -> pl.LazyFrame:
    """Operations by which consumers read; the final read is no consumer's."""
    return history.operations.lazy().filter(
        pl.col("f").is_in(["poll", "txn"]) & pl.col("complete_ns").is_not_null()
    )


def _throughput(axis: Axis, history: History, entry: Entry) -> Chart:
    entered = _acknowledged(history, entry)
    if entry == "send":
        # An operation may be a transaction, which sends many records or none.
        entered = history.sends.lazy().select("op").join(entered, on="op")
    rates = {f"acknowledged {entry}s": _rate(axis, entered, pl.len())}
    handed_out = history.reads.lazy().group_by("op").len("n").join(_polled(history), on="op")
    seen = history.operations.lazy().filter(f="read", outcome="ok")
    if not history.processes.filter(client="consumer").is_empty():
        rates["records read"] = _rate(axis, handed_out, pl.col("n").sum())
    if not history.processes.filter(client="reader").is_empty():
        rates["rows read"] = _rate(axis, seen, pl.len())
    return Chart(title="Throughput", unit="/s", labels=tuple(rates), columns=tuple(rates.values()))


def _rate(axis: Axis, operations: pl.LazyFrame, counted: pl.Expr) -> Column:
    """What `counted` gives of the operations that completed in each bucket, a second."""
    found = operations.group_by(axis.bucket("complete_ns")).agg(n=counted).collect()
    return rounded(filled(axis, found, "n") / axis.bucket_s)


def _latency(axis: Axis, history: History, f: str, title: str) -> Chart:
    latency_ms = (pl.col("complete_ns") - pl.col("invoke_ns")) / NS_PER_MS
    found = (
        history.operations.lazy()
        .filter(f=f, outcome="ok")
        .drop_nulls("complete_ns")
        .select(axis.bucket("complete_ns"), latency_ms=latency_ms)
        .group_by("bucket")
        .agg(
            p50=pl.col("latency_ms").quantile(0.5),
            p99=pl.col("latency_ms").quantile(0.99),
            max=pl.col("latency_ms").max(),
        )
        .collect()
    )
    labels = () if found.is_empty() else ("p50", "p99", "max")
    return Chart(
        title=title,
        unit="ms",
        labels=labels,
        columns=tuple(rounded(filled(axis, found, name, empty=np.nan)) for name in labels),
    )


def _lag(axis: Axis, history: History) -> Chart:
    """Acknowledged end minus the furthest record read, of each reader on each log it holds."""
    pairs = _readers(history)
    ends = _reached(
        axis,
        history.sends.lazy()
        .filter(pl.col("offset").is_not_null() & pl.col("log").is_not_null())
        .join(_acknowledged(history, "send").select("op", "complete_ns"), on="op")
        .with_columns(reader=pl.lit("")),
    )
    positions = _reached(
        axis,
        history.reads.lazy()
        .join(_polled(history).select("op", "process", "complete_ns"), on="op")
        .join(_named_readers(history).lazy(), on="process"),
    )
    labels, columns = [], []
    for label, logs in _series(history, pairs):
        total = np.zeros(axis.buckets)
        for reader, log in logs:
            end = _furthest(axis, ends.get(("", log)))
            total += np.maximum(0, end - _furthest(axis, positions.get((reader, log))))
        labels.append(label)
        columns.append(rounded(total))
    return Chart(title="Consumer lag", unit="records", labels=tuple(labels), columns=tuple(columns))


def _ends(axis: Axis, facts: Facts) -> Chart:
    """High watermark and last stable offset; between them lie transactions that are still open."""
    logs = sorted({event.log for event in facts.ends})
    series = {log: [log] for log in logs}
    if len(ENDS) * len(series) > SERIES_MAX:
        series = {f"sum over {len(logs)} partitions": logs}
    labels, columns = [], []
    for label, mine in series.items():
        for name, words in ENDS.items():
            total = np.zeros(axis.buckets)
            for log in mine:
                told = [event for event in facts.ends if event.log == log]
                buckets = [event.time_ns // axis.bucket_ns for event in told]
                total += _furthest(axis, (buckets, [getattr(event, name) for event in told]))
            labels.append(f"{label}, {words}")
            columns.append(tuple(total.tolist()))
    return Chart(
        title="High watermark and last stable offset of transactional partitions",
        unit="offset",
        labels=tuple(labels),
        columns=tuple(columns),
    )


def _named_readers(history: History) -> pl.DataFrame:
    """Readers: a consumer group counts as one, and so does a consumer without a group."""
    return history.processes.filter(pl.col("client") == "consumer").select(
        "process", reader=pl.when(pl.col("group").is_null()).then("name").otherwise("kind")
    )


def _readers(history: History) -> list[tuple[str, int]]:
    """Reader and log, for every log that a reader held or read."""
    touched = pl.concat(
        [
            history.assignments.lazy().select("op", "log").unique(),
            history.reads.lazy().select("op", "log").unique(),
        ]
    )
    found = (
        touched.join(history.operations.lazy().select("op", "process"), on="op")
        .join(_named_readers(history).lazy(), on="process")
        .select("reader", "log")
        .unique()
        .sort("reader", "log")
        .collect()
    )
    return list(found.iter_rows())


def _series(
    history: History, pairs: Sequence[tuple[str, int]]
) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """One series for each reader and partition; if too many, for each reader; if too many, one."""
    if len(pairs) <= SERIES_MAX:
        for reader, log in pairs:
            yield f"{reader}, {history.log_name(log)}", [(reader, log)]
        return
    readers = sorted({reader for reader, _ in pairs})
    if len(readers) <= SERIES_MAX:
        for reader in readers:
            mine = [pair for pair in pairs if pair[0] == reader]
            yield f"{reader}, sum over {len(mine)} partitions", mine
        return
    yield f"sum over {len(readers)} readers", list(pairs)


Reached = dict[tuple[str, int], tuple[list[int], list[int]]]


def _reached(axis: Axis, rows: pl.LazyFrame) -> Reached:
    """By reader and log: buckets, and the offset after the furthest record up to each."""
    found = (
        rows.group_by("reader", "log", axis.bucket("complete_ns"))
        .agg(end=pl.col("offset").max() + 1)
        .sort("reader", "log", "bucket")
        .group_by("reader", "log", maintain_order=True)
        .agg("bucket", "end")
        .collect()
    )
    return {(reader, log): (buckets, ends) for reader, log, buckets, ends in found.iter_rows()}


def _furthest(
    axis: Axis, reached: tuple[list[int], list[int]] | None
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The offset reached in each bucket, carried on to the next."""
    values = np.zeros(axis.buckets)
    if reached is not None:
        buckets, ends = reached
        values[buckets] = ends
    return np.maximum.accumulate(values)


def filled(
    axis: Axis, frame: pl.DataFrame, name: str, *, empty: float = 0.0
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The column `name` of `frame` by its buckets; `empty` where a bucket has no row."""
    values = np.full(axis.buckets, empty)
    values[frame["bucket"].to_numpy()] = frame[name].to_numpy()
    return values


def rounded(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Column:
    """Four digits that mean something; NaN becomes None."""
    return tuple(None if np.isnan(value) else float(f"{value:.4g}") for value in values)
