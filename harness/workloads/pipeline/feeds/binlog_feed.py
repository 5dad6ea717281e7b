"""A feed in Python: follows the source's binary log and writes what Debezium would.

It remembers where the last transaction ended of which every record was acknowledged, and reads on
from there, over a connection of its own for each look.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec
import pymysql
from pymysqlreplication.row_event import DeleteRowsEvent, UpdateRowsEvent

from harness.model.pipeline import Path
from harness.model.ports.stack import MySql, Stack
from harness.workloads.pipeline.feeds.python_settings import split
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.source import database as source
from harness.workloads.pipeline.source.log_reader import LogReader, Position, RowsEvent, Xid
from harness.workloads.pipeline.topics import events_schema
from harness.workloads.pipeline.topics.encoding import Encoder, Record
from harness.workloads.pipeline.topics.outbox import OutboxSettings, outbox

log = logging.getLogger(__name__)

LOOK_S = 0.05
RETRY_S = 0.5
CHANGES_PER_LOOK = 1_000
Row: TypeAlias = dict[str, Any]


class BinlogSettings(OutboxSettings, frozen=True, kw_only=True):
    """How the feed works; whatever else its settings say is for its producer."""

    snapshot: Literal["initial", "no_data"] = msgspec.field(default="initial", name="snapshot.mode")
    skipped: str = msgspec.field(default="t", name="skipped.operations")
    """Letters of operations that are left out, with commas between."""
    tombstones: bool = msgspec.field(default=True, name="tombstones.on.delete")
    newest: bool = msgspec.field(default=False, name="use.latest.version")
    """Write by the newest schema that the registry has, also when it changes."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """What an event tells of one row."""

    table: str
    op: str
    before: int | None
    after: int | None
    key: int


class BinlogFeedWorker:
    """Reads the binary log and writes each change of a row into the topic of its table.

    The rows that are there when it is made are its snapshot.

    Raises:
        UsageError: a setting does not fit.
        pymysql.Error: the source cannot be read.
    """

    def __init__(self, path: Path, naming: Naming, tables: Sequence[str], *, stack: Stack) -> None:
        self.name = naming.feed(path)
        settings, producer = split(BinlogSettings, path.feed.settings, f"feed of {path.name}")
        self._settings = settings
        self._stack = stack
        self._database = naming.source
        self._tables = tables
        self._topics = {table: naming.topic(path, table) for table in tables}
        self._server_id = naming.server_id(self.name)
        self._prepared: dict[Xid, tuple[RowsEvent, ...]] = {}
        origin = {"gtid": None, "file": "", "pos": 0}
        sample = {"before": None, "after": None, "source": origin, "op": "c"}
        self._encoder = Encoder(stack, self._topics.values(), events_schema.ENVELOPE, sample)
        self._outbox = outbox(stack, settings, producer)
        self._position = self._read_to = source.position(stack.mysql)
        if settings.snapshot == "initial":
            changes, position = snapshot(stack.mysql, self._database, tables)
            self._position = self._read_to = position
            self._put(changes, None)

    def step(self) -> float:
        """Wait for what is on its way, then look for more."""
        if not self._outbox.settle(LOOK_S):
            return 0.0
        self._position = self._read_to
        if self._settings.newest:
            self._encoder.follow()
        try:
            return 0.0 if self._look() else LOOK_S
        except (pymysql.Error, OSError) as error:
            # What was put before the connection broke are whole transactions; they are being sent.
            log.warning("%s lost the binary log: %s", self.name, error)
            return RETRY_S

    def close(self) -> None:
        """Wait a moment for what is on its way."""
        self._outbox.close()

    def _look(self) -> bool:
        """Read some transactions; whether there were any."""
        found = 0
        with closing(self._reader()) as reader:
            for transaction in reader:
                self._read_to = reader.position
                changes = [change for event in transaction.rows for change in row_changes(event)]
                self._put(changes, transaction.gtid)
                found += len(changes)
                if found >= CHANGES_PER_LOOK:
                    break
        return found > 0

    def _reader(self) -> LogReader:
        return LogReader(
            self._stack,
            self._server_id,
            self._position,
            database=self._database,
            tables=self._tables,
            prepared=self._prepared,
        )

    def _put(self, changes: Sequence[RowChange], gtid: str | None) -> None:
        file, offset = self._read_to
        origin = {"gtid": gtid, "file": file, "pos": offset}
        for change in changes:
            if change.op not in self._settings.skipped:
                self._outbox.put(self._records(change, origin))

    def _records(self, change: RowChange, origin: dict[str, Any]) -> Iterator[Record]:
        topic = self._topics[change.table]
        yield self._encoder.record(topic, change.key, envelope(change, origin))
        if change.op == "d" and self._settings.tombstones:
            yield self._encoder.record(topic, change.key, None)


def envelope(change: RowChange, origin: dict[str, Any]) -> dict[str, Any]:
    """The value of an event, as Debezium shapes it."""

    def image(version: int | None) -> Row | None:
        return None if version is None else {"id": change.key, "version": version}

    return {
        "before": image(change.before),
        "after": image(change.after),
        "source": origin,
        "op": change.op,
    }


def row_changes(event: RowsEvent) -> Iterator[RowChange]:
    """The changes in an event; an update of the key is a delete and an insert."""
    table = str(event.table)
    for row in event.rows:
        if isinstance(event, UpdateRowsEvent):
            yield from split_update(table, row["before_values"], row["after_values"])
        elif isinstance(event, DeleteRowsEvent):
            yield RowChange(table, "d", row["values"]["version"], None, row["values"]["id"])
        else:
            yield RowChange(table, "c", None, row["values"]["version"], row["values"]["id"])


def split_update(table: str, before: Row, after: Row) -> Iterator[RowChange]:
    """An update, or the two changes that it is when the key changes."""
    if before["id"] == after["id"]:
        yield RowChange(table, "u", before["version"], after["version"], after["id"])
        return
    yield RowChange(table, "d", before["version"], None, before["id"])
    yield RowChange(table, "c", None, after["version"], after["id"])


def snapshot(
    mysql: MySql, database: str, tables: Sequence[str]
) -> tuple[list[RowChange], Position]:
    """All rows, and where the binary log stood when they were like that.

    Raises:
        pymysql.Error: they cannot be read.
    """
    with closing(mysql.connection(database=database, answer_limit_s=30.0)) as connection:
        cursor = connection.cursor()
        # A commit is in the log before it is in the tables; only the lock holds both still.
        cursor.execute("FLUSH TABLES WITH READ LOCK")
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        position = source.position(mysql)
        cursor.execute("UNLOCK TABLES")
        changes = []
        for table in tables:
            cursor.execute(f"SELECT id, version FROM `{table}` ORDER BY id")  # noqa: S608
            changes += [
                RowChange(table, "r", None, version, key) for key, version in cursor.fetchall()
            ]
        return changes, position
