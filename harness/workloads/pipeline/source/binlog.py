"""The oracle: what the source committed, read from its binary log after everything has settled.

It is independent of every path: another library, from the server itself, from where the log stood
before the first write.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pymysqlreplication.row_event import DeleteRowsEvent, WriteRowsEvent

from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.history.tables import EVENT_KINDS
from harness.workloads.pipeline.source.log_reader import LogReader, RowsEvent, Transaction

INSERT, UPDATE, DELETE = (EVENT_KINDS.index(kind) for kind in ("insert", "update", "delete"))

Tables: TypeAlias = defaultdict[str, dict[int, int]]
"""Rows of each table: key → version."""


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change of one row."""

    table: str
    key: int
    version: int
    before: int
    kind: int


def record_changes(reader: LogReader, journal: Journal) -> int:
    """Read the binary log to its end into the journal; nothing is recorded unless all can be read.

    Returns:
        How many changes there were.

    Raises:
        UnreadableLogError: an event is not understood.
        pymysql.Error, OSError: the server does not hand it out.
    """
    columns: dict[str, list[int]] = {
        name: [] for name in ("txn", "table", "key", "version", "before", "kind")
    }
    rows: Tables = defaultdict(dict)
    ours = (each for each in reader if each.rows or each.truncated)
    for number, transaction in enumerate(ours):
        for change in changes(transaction, rows):
            columns["txn"].append(number)
            columns["table"].append(journal.table(change.table))
            columns["key"].append(change.key)
            columns["version"].append(change.version)
            columns["before"].append(change.before)
            columns["kind"].append(change.kind)
    journal.append("changes", columns)
    return len(columns["txn"])


def changes(transaction: Transaction, rows: Tables) -> Iterator[Change]:
    """The changes of a transaction in order; each is applied to `rows` before the next.

    A truncation is the end of every row that is there.
    """
    if transaction.truncated is not None:
        table = transaction.truncated
        found = sorted(rows[table].items())
        yield from _kept([Change(table, key, NOTHING, old, DELETE) for key, old in found], rows)
    for event in transaction.rows:
        yield from _kept(_changes(event, rows), rows)


def _kept(found: Iterable[Change], rows: Tables) -> Iterator[Change]:
    """Hand on each change and bring what is in its table up to date."""
    for change in found:
        if change.version == NOTHING:
            rows[change.table].pop(change.key, None)
        else:
            rows[change.table][change.key] = change.version
        yield change


def _changes(event: RowsEvent, rows: Tables) -> Iterator[Change]:
    table = str(event.table)
    for row in event.rows:
        before = row["values"] if isinstance(event, DeleteRowsEvent) else row.get("before_values")
        after = row["values"] if isinstance(event, WriteRowsEvent) else row.get("after_values")
        old_key = before["id"] if before else NOTHING
        old = _old(before, rows[table]) if before else NOTHING
        # With binlog_row_image=MINIMAL an image holds the key, or what was changed, and no more.
        key = old_key if after is None or after["id"] is None else after["id"]
        if before and after and key == old_key:
            version = old if after["version"] is None else after["version"]
            yield Change(table, key, version, old, UPDATE)
            continue
        # An update of the key is a delete of the old one and an insert of the new one.
        if before:
            yield Change(table, old_key, NOTHING, old, DELETE)
        if after:
            version = old if after["version"] is None else after["version"]
            yield Change(table, key, version, NOTHING, INSERT)


def _old(before: Mapping[str, Any], rows: Mapping[int, int]) -> int:
    """The version before a change, as the event says it or else the changes before it."""
    version = before["version"]
    return rows.get(before["id"], NOTHING) if version is None else int(version)
