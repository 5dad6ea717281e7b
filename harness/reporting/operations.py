"""Operations in words: what each asked, of which log and offset, and how it ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from harness.history.history import NOTHING, History
from harness.kit.counts import counted
from harness.model.verdict import Anomaly
from harness.reporting.flow_operations import flow_parts
from harness.reporting.topic_operations import topic_parts
from harness.reporting.words import listed, moment

COLUMNS = (
    "op",
    "process",
    "asked",
    "what",
    "log@offset",
    "invoked",
    "completed",
    "outcome",
    "error",
)
"""What the texts of an operation are."""
_PARTS_MAX = 4
_NOTHING = {"poll": ("no record",), "drain": ("no record",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRow:
    """One operation as people read it; times are on the run's clock."""

    op: int
    process: str
    f: str
    what: str
    """Keys and values sent, how much was read, the logs held, the offsets committed."""
    where: str
    """`log@offset`, or a range of offsets; empty when the client was told nothing."""
    invoke_ns: int
    complete_ns: int | None
    outcome: str
    error: str
    places: Mapping[int, list[str]] = field(default_factory=dict)
    """Of values that were asked about: where among all that it read this operation read them."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The operation as the cells of a table, one for each of `COLUMNS`."""
        return (
            str(self.op),
            self.process,
            self.f,
            self.what,
            self.where,
            moment(self.invoke_ns, 6),
            moment(self.complete_ns, 6),
            self.outcome,
            self.error,
        )

    def pointing(self, values: Iterable[int]) -> "OperationRow":
        """The same operation, with those of `values` that it read named among what it read."""
        pointed = [
            f"value {value} at {listed(self.places[value], _PARTS_MAX)}"
            for value in values
            if value in self.places
        ]
        return replace(self, what="; ".join([self.what, *pointed[:_PARTS_MAX]]))


def describe(
    history: History, operations: Iterable[int], values: Iterable[int] = ()
) -> dict[int, OperationRow]:
    """The given operations in words, by index; an index that the history lacks is left out.

    Args:
        history: where they happened.
        operations: indices.
        values: records that `OperationRow.pointing` will be asked about.
    """
    height = history.operations.height
    wanted = pl.Series("op", sorted({op for op in operations if 0 <= op < height}), pl.UInt32)
    named = pl.Series("value", sorted(set(values)), pl.Int64)
    what, where = _parts(history, wanted, named)
    places = _places(history, wanted, named)
    names = dict(history.processes.select("process", "name").iter_rows())
    rows = history.operations[wanted.to_list()] if wanted.len() else history.operations.clear()
    return {
        row["op"]: OperationRow(
            op=row["op"],
            process=names.get(row["process"], f"process {row['process']}"),
            f=row["f"],
            what="; ".join(what.get(row["op"], _NOTHING.get(row["f"], ()))),
            where=listed(where.get(row["op"], ()), _PARTS_MAX),
            invoke_ns=row["invoke_ns"],
            complete_ns=row["complete_ns"],
            outcome=row["outcome"],
            error=history.errors[row["error"]] if row["error"] < len(history.errors) else "",
            places=places.get(row["op"], {}),
        )
        for row in rows.iter_rows(named=True)
    }


def named_by(anomalies: Iterable[Anomaly]) -> tuple[set[int], set[int]]:
    """The operations and the values that `anomalies` name."""
    operations: set[int] = set()
    values: set[int] = set()
    for anomaly in anomalies:
        operations.update(anomaly.operations)
        values.update(anomaly.values)
    return operations, values


def around(history: History, anomaly: Anomaly, n: int) -> tuple[OperationRow, ...]:
    """The operations that `anomaly` names and, of each, up to `n` neighbours before and after it.

    Neighbours are operations that touched the anomaly's log (sends that may have reached it among
    them), or any operation when the anomaly has no log.
    """
    touching = _touching(history, anomaly.log)
    chosen = set(anomaly.operations)
    for op in anomaly.operations:
        place = int(touching.search_sorted(op))
        chosen.update(touching[max(0, place - n) : place + n + 1].to_list())
    rows = describe(history, chosen, anomaly.values)
    return tuple(rows[op].pointing(anomaly.values) for op in sorted(rows))


def _touching(history: History, log_name: str | None) -> pl.Series:
    """Indices of the operations that touched a log, in order."""
    log = history.logs.filter(pl.col("name") == (log_name or ""))
    if log.is_empty():
        return history.operations["op"]
    number, topic = log.select("log", "topic").row(0)
    by_log = pl.col("log") == number
    may_have = by_log | (pl.col("log").is_null() & (pl.col("topic") == topic))
    return (
        pl.concat(
            [
                history.sends.filter(may_have)["op"],
                history.reads.filter(by_log)["op"],
                history.assignments.filter(by_log)["op"],
                history.commits.filter(by_log)["op"],
            ]
        )
        .unique()
        .sort()
    )


Parts = Mapping[int, list[str]]


def _parts(history: History, wanted: pl.Series, named: pl.Series) -> tuple[Parts, Parts]:
    """What each operation did and where, in pieces."""
    what: dict[int, list[str]] = {}
    where: dict[int, list[str]] = {}
    logs = dict(history.logs.select("log", "name").iter_rows())
    _sent(history, wanted, named, what, where)
    _read(history, wanted, logs, what, where)
    held = history.assignments.filter(pl.col("op").is_in(wanted.implode()))
    for op, numbers in held.group_by("op", maintain_order=True).agg("log").iter_rows():
        what.setdefault(op, []).append(listed([logs[number] for number in numbers], 8))
    commits = history.commits.filter(pl.col("op").is_in(wanted.implode()))
    for op, number, offset in commits.select("op", "log", "offset").iter_rows():
        where.setdefault(op, []).append(f"{logs[number]}@{offset}")
    for op, did, place in (*flow_parts(history, wanted), *topic_parts(history, wanted)):
        what.setdefault(op, []).append(did)
        if place:
            where.setdefault(op, []).append(place)
    return what, where


def _sent(
    history: History,
    wanted: pl.Series,
    named: pl.Series,
    what: dict[int, list[str]],
    where: dict[int, list[str]],
) -> None:
    """A few records of each operation, those that an anomaly names first."""
    logs = dict(history.logs.select("log", "name").iter_rows())
    topics = {
        topic: name.rpartition("-")[0]
        for topic, name in history.logs.select("topic", "name").iter_rows()
    }
    sends = history.sends.filter(pl.col("op").is_in(wanted.implode()))
    named_first = sends.sort(
        pl.col("value").is_in(named.implode()), descending=True, maintain_order=True
    )
    left_out: dict[int, int] = {}
    for op, topic, key, value, log, offset in named_first.iter_rows():
        pieces = what.setdefault(op, [])
        if len(pieces) >= _PARTS_MAX:
            left_out[op] = left_out.get(op, 0) + 1
            continue
        pieces.append(f"value {value}" + ("" if key == NOTHING else f", key {key}"))
        if log is None:
            where.setdefault(op, []).append(
                f"{topics.get(topic, f'topic {topic}')}, offset unknown"
            )
        else:
            offset_word = "?" if offset is None else offset
            where.setdefault(op, []).append(f"{logs[log]}@{offset_word}")
    for op, number in left_out.items():
        what[op].append(f"{number} more")


def _read(
    history: History,
    wanted: pl.Series,
    logs: Mapping[int, str],
    what: dict[int, list[str]],
    where: dict[int, list[str]],
) -> None:
    reads = history.reads.filter(pl.col("op").is_in(wanted.implode()))
    ranges = reads.group_by("op", "log", maintain_order=True).agg(
        first=pl.col("offset").min(), last=pl.col("offset").max(), records=pl.len()
    )
    records: dict[int, int] = {}
    for op, log, first, last, number in ranges.iter_rows():
        span = f"{first}" if first == last else f"{first}\u2013{last}"
        where.setdefault(op, []).append(f"{logs[log]}@{span}")
        records[op] = records.get(op, 0) + number
    for op, number in records.items():
        also = what.setdefault(op, [])
        also.append(("read " if also else "") + counted(number, "record"))


def _places(
    history: History, wanted: pl.Series, values: pl.Series
) -> dict[int, dict[int, list[str]]]:
    """By operation and value, where the operation read the value."""
    found: dict[int, dict[int, list[str]]] = {}
    pointed = history.reads.filter(
        pl.col("op").is_in(wanted.implode()) & pl.col("value").is_in(values.implode())
    )
    for op, log, offset, value in pointed.select("op", "log", "offset", "value").iter_rows():
        place = f"{history.log_name(log)}@{offset}"
        found.setdefault(op, {}).setdefault(value, []).append(place)
    return found
