"""The oracle: what the source committed, read from its binary log after everything has settled.

It is independent of every path: another library, from the server itself, from where the log stood
before the first write.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from pymysqlreplication import BinLogStreamReader
from pymysqlreplication.event import QueryEvent, XidEvent
from pymysqlreplication.row_event import DeleteRowsEvent, UpdateRowsEvent, WriteRowsEvent

from harness.clients.mysql import PASSWORD, USER
from harness.history.history import NOTHING
from harness.history.journal import EVENT_KINDS, Journal

READER_SERVER_ID = 990_001
TRUNCATE = re.compile(r"TRUNCATE (?:TABLE )?(?:`?\w+`?\.)?`?(\w+)`?", re.IGNORECASE)
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


def record_changes(
    address: tuple[str, int], database: str, start: tuple[str, int], journal: Journal
) -> int:
    """Read the binary log of `database` from `start` to its end into the journal.

    Returns:
        How many changes there were.
    """
    columns: dict[str, list[int]] = {
        name: [] for name in ("txn", "table", "key", "version", "before", "kind")
    }
    for number, transaction in enumerate(_transactions(address, database, start)):
        for change in transaction:
            columns["txn"].append(number)
            columns["table"].append(journal.table(change.table))
            columns["key"].append(change.key)
            columns["version"].append(change.version)
            columns["before"].append(change.before)
            columns["kind"].append(change.kind)
    journal.append("changes", columns)
    return len(columns["txn"])


def _transactions(
    address: tuple[str, int], database: str, start: tuple[str, int]
) -> Iterator[list[Change]]:
    """Every transaction that changed a row of `database`, in order of commit."""
    host, port = address
    reader = BinLogStreamReader(
        connection_settings={"host": host, "port": port, "user": USER, "password": PASSWORD},
        server_id=READER_SERVER_ID,
        log_file=start[0],
        log_pos=start[1],
        resume_stream=True,
        only_schemas=[database],
        only_events=[WriteRowsEvent, UpdateRowsEvent, DeleteRowsEvent, XidEvent, QueryEvent],
    )
    rows: Tables = defaultdict(dict)
    try:
        transaction: list[Change] = []
        for event in reader:
            if isinstance(event, QueryEvent):
                ended = truncated(event, database, rows)
            elif isinstance(event, XidEvent):
                ended, transaction = transaction, []
            else:
                transaction += _changes(event)
                continue
            if ended:
                _keep(ended, rows)
                yield ended
    finally:
        reader.close()


def truncated(event: QueryEvent, database: str, rows: Tables) -> list[Change]:
    """The end of every row of a table that a statement emptied, a transaction by itself.

    Other statements are none of ours: BEGIN, and those that define tables.
    """
    match = TRUNCATE.match(event.query)
    if match is None or event.schema.decode() != database:
        return []
    table = match.group(1)
    found = sorted(rows[table].items())
    return [Change(table, key, NOTHING, version, DELETE) for key, version in found]


def _keep(transaction: Iterable[Change], rows: Tables) -> None:
    """Bring what is in each table up to date."""
    for change in transaction:
        if change.version == NOTHING:
            rows[change.table].pop(change.key, None)
        else:
            rows[change.table][change.key] = change.version


def _changes(event: WriteRowsEvent | UpdateRowsEvent | DeleteRowsEvent) -> Iterator[Change]:
    table = str(event.table)
    for row in event.rows:
        before = row.get("before_values") or (
            row["values"] if isinstance(event, DeleteRowsEvent) else None
        )
        after = row.get("after_values") or (
            row["values"] if isinstance(event, WriteRowsEvent) else None
        )
        old = before["version"] if before else NOTHING
        if before and after and before["id"] == after["id"]:
            yield Change(table, after["id"], after["version"], old, UPDATE)
            continue
        # An update of the key is a delete of the old one and an insert of the new one.
        if before:
            yield Change(table, before["id"], NOTHING, old, DELETE)
        if after:
            yield Change(table, after["id"], after["version"], NOTHING, INSERT)
