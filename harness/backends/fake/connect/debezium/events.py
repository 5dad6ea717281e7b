"""The records that Debezium makes of changes, and those that it writes for itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.backends.fake.connect.data import INT64, TEXT, Part, Record, Schema, struct
from harness.backends.fake.connect.debezium.options import Options
from harness.backends.fake.connect.debezium.shapes import VERSION, Shape, Shapes
from harness.backends.fake.data.rows import Change, Logged, Row
from harness.model.rows import Position

BEGAN = struct(
    "io.debezium.connector.common.TransactionMetadataValue",
    status=TEXT,
    id=TEXT,
    event_count=INT64.or_null(),
    data_collections=Schema(
        "array",
        items=struct("event.collection", data_collection=TEXT, event_count=INT64),
        optional=True,
    ),
    ts_ms=INT64,
)
BEGAN_KEY = struct("io.debezium.connector.common.TransactionMetadataKey", id=TEXT)
HEARTBEAT = struct("io.debezium.connector.common.Heartbeat", ts_ms=INT64)
HEARTBEAT_KEY = struct("io.debezium.connector.common.ServerNameKey", serverName=TEXT)
DDL = struct(
    "io.debezium.connector.mysql.SchemaChangeValue",
    ts_ms=INT64,
    databaseName=TEXT,
    schemaName=TEXT.or_null(),
    ddl=TEXT,
    tableChanges=Schema("array", items=TEXT),
)
DDL_KEY = struct("io.debezium.connector.mysql.SchemaChangeKey", databaseName=TEXT)
NEW_KEY, OLD_KEY = "__debezium.newkey", "__debezium.oldkey"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the log a change stands, for its event's `source`."""

    at: Position
    at_ms: int
    row: int = 0
    gtid: str | None = None
    snapshot: str = "false"


class Events:
    """Makes records; none says yet how far the source has been read."""

    def __init__(self, options: Options, shapes: Shapes) -> None:
        self._options = options
        self._shapes = shapes
        self._tombstones = options.flag("tombstones.on.delete", default=True)

    def of_row(self, database: str, table: str, shape: Shape, row: Row, origin: Origin) -> Record:
        """A row that a snapshot has read."""
        after = shape.image(row)
        assert after is not None  # noqa: S101 - a row is one
        source = self._source(database, table, origin)
        return self._event(shape, "r", None, after, source)

    def of_change(
        self, change: Change, shape: Shape, origin: Origin, block: dict[str, Any] | None
    ) -> Iterator[Record]:
        """The event of a change, and its tombstone; a new key makes two of it."""
        before, after = shape.image(change.before), shape.image(change.after)
        source = self._source(change.database, change.table, origin)
        moved = before and after and any(before[name] != after[name] for name in shape.keys)
        if before is not None and after is not None and not moved:
            if "u" not in self._options.skipped:
                yield self._event(shape, "u", before, after, source, block)
            return
        if before is not None and "d" not in self._options.skipped:
            told = {NEW_KEY: shape.key_of(after)} if after is not None else {}
            removal = self._event(shape, "d", before, None, source, block, told)
            yield removal
            if self._tombstones:
                yield Record(topic=shape.topic, key=removal.key, headers=told)
        if after is not None and "c" not in self._options.skipped:
            told = {OLD_KEY: shape.key_of(before)} if before is not None else {}
            yield self._event(shape, "c", None, after, source, block, told)

    def of_truncation(self, database: str, table: str, shape: Shape, origin: Origin) -> Record:
        """The end of all rows of a table, which has no key."""
        source = self._source(database, table, origin)
        value = self._value("t", None, None, source, None)
        return Record(topic=shape.topic, value=Part(shape.envelope, value))

    def heartbeat(self, now_ms: int) -> Record:
        """A sign that it is there."""
        options = self._options
        name = options.text("topic.heartbeat.prefix", "__debezium-heartbeat")
        return Record(
            topic=f"{name}{options.delimiter}{options.prefix}",
            key=Part(HEARTBEAT_KEY, {"serverName": options.prefix}),
            value=Part(HEARTBEAT, {"ts_ms": now_ms}),
        )

    def began(self, logged: Logged) -> Record:
        """The beginning of a transaction."""
        return self._of_transaction(logged, "BEGIN", {})

    def ended(self, logged: Logged, counts: dict[str, int]) -> Record:
        """The end of a transaction, with how many events there were of each table."""
        return self._of_transaction(logged, "END", counts)

    def definition(self, database: str, table: str, now_ms: int) -> Record:
        """What is said of a table's schema."""
        value = {
            "ts_ms": now_ms,
            "databaseName": database,
            "schemaName": None,
            "ddl": f"CREATE TABLE `{table}`",
            "tableChanges": [f"{database}.{table}"],
        }
        key = Part(DDL_KEY, {"databaseName": database})
        return Record(topic=self._options.prefix, key=key, value=Part(DDL, value), partition=0)

    def _of_transaction(self, logged: Logged, status: str, counts: dict[str, int]) -> Record:
        ended = status == "END"
        value = {
            "status": status,
            "id": logged.name,
            "event_count": sum(counts.values()) if ended else None,
            "data_collections": [
                {"data_collection": name, "event_count": count} for name, count in counts.items()
            ]
            if ended
            else None,
            "ts_ms": logged.at_ms,
        }
        name = self._options.text("topic.transaction", "transaction")
        topic = f"{self._options.prefix}{self._options.delimiter}{name}"
        return Record(
            topic=topic, key=Part(BEGAN_KEY, {"id": logged.name}), value=Part(BEGAN, value)
        )

    def _event(
        self,
        shape: Shape,
        operation: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
        source: dict[str, Any],
        block: dict[str, Any] | None = None,
        headers: dict[str, Part] | None = None,
    ) -> Record:
        row = after or before
        assert row is not None  # noqa: S101 - an event has an image
        value = self._value(operation, before, after, source, block)
        return Record(
            topic=shape.topic,
            key=shape.key_of(row),
            value=Part(shape.envelope, value),
            headers=headers or {},
        )

    def _value(
        self,
        operation: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
        source: dict[str, Any],
        block: dict[str, Any] | None,
    ) -> dict[str, Any]:
        at_ms = source["ts_ms"]
        return {
            "before": before,
            "after": after,
            "source": source,
            "transaction": block,
            "op": operation,
            "ts_ms": at_ms,
            "ts_us": at_ms * 1_000,
            "ts_ns": at_ms * 1_000_000,
        }

    def _source(self, database: str, table: str, origin: Origin) -> dict[str, Any]:
        file, pos = origin.at
        return {
            "version": VERSION,
            "connector": "mysql",
            "name": self._options.prefix,
            "ts_ms": origin.at_ms,
            "snapshot": origin.snapshot,
            "db": database,
            "sequence": None,
            "ts_us": origin.at_ms * 1_000,
            "ts_ns": origin.at_ms * 1_000_000,
            "table": table,
            "server_id": 0 if origin.snapshot != "false" else 1,
            "gtid": origin.gtid,
            "file": file,
            "pos": pos,
            "row": origin.row,
            "thread": None,
            "query": None,
        }
