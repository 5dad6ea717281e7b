"""Debezium's JDBC sink: rows of a table, by the keys of records."""

import re
from collections.abc import Sequence
from typing import Any

import pymysql

from harness.backends.fake.connect.columns import declared, decoded
from harness.backends.fake.connect.data import Part, Record, RetryError, TaskError
from harness.backends.fake.connect.transforms.unwrapping import is_event
from harness.backends.fake.connect.world import CALLER, World
from harness.backends.fake.data import ddl
from harness.backends.fake.data.rows import Value
from harness.backends.fake.data.table import Table
from harness.backends.fake.data.transaction import Transaction
from harness.backends.fake.door import Door
from harness.kit.waits import NS_PER_S
from harness.model.value import Settings, is_on

ANSWER_LIMIT_NS = 10 * NS_PER_S
"""`socketTimeout` of the harness's URLs."""
LOOK_AGAIN_S = 0.1
INSERT, UPSERT = "insert", "upsert"


class JdbcSink:
    """A `SinkTask`. What is put together is committed together.

    It gives up when it cannot reach the database, as the real one does when it cannot ask whether
    its table is there.
    """

    def __init__(self, settings: Settings, world: World) -> None:
        self._settings = settings
        self._world = world
        url = str(settings["connection.url"])
        self._database = url.partition("?")[0].rpartition("/")[2]
        self._mode = str(settings.get("insert.mode", INSERT))
        if self._mode not in {INSERT, UPSERT}:
            raise TaskError(f"the fake JDBC sink has no insert.mode {self._mode}")
        self._keyed = str(settings.get("primary.key.mode", "none")) != "none"
        self._deletes = is_on(settings.get("delete.enabled", False))
        self._truncates = is_on(settings.get("truncate.enabled", False))
        self._evolves = settings.get("schema.evolution", "none") == "basic"
        self._silent_ns: int | None = None

    def put(self, records: Sequence[Record]) -> None:
        """Write all of them in one transaction."""
        self._wait_out_silence()
        if self._door().is_shut:
            raise TaskError("the sink cannot reach its database\nCaused by: SQLException")
        server = self._world.database()
        transaction = server.begin()
        try:
            for record in records:
                self._write(transaction, record)
            transaction.commit()
        except pymysql.Error as error:
            cause = f"Caused by: {type(error).__name__}: {error}"
            raise TaskError(f"Failed to process a sink record\n{cause}") from error
        finally:
            server.end(transaction)

    def _door(self) -> Door:
        return Door(CALLER, self._world.database(), self._world.links)

    def _wait_out_silence(self) -> None:
        """Wait as long as the driver does for a server that does not answer."""
        now_ns = self._world.clock.now_ns()
        if not self._door().is_silent:
            self._silent_ns = None
            return
        self._silent_ns = now_ns if self._silent_ns is None else self._silent_ns
        if now_ns - self._silent_ns < ANSWER_LIMIT_NS:
            raise RetryError("the database does not answer", LOOK_AGAIN_S)
        raise TaskError("the database did not answer\nCaused by: SocketTimeoutException")

    def _write(self, transaction: Transaction, record: Record) -> None:
        name = self._table_name(record)
        if name is None:
            return
        table = self._world.database().table(self._database, name)
        if record.value.value is None or _is_removal(record):
            self._remove(transaction, table, record)
            return
        if is_event(record) and record.value.value["op"] == "t":
            if self._truncates:
                transaction.truncate(table)
            return
        self._put_row(transaction, table, record)

    def _remove(self, transaction: Transaction, table: Table, record: Record) -> None:
        key = self._key(record, table) if self._deletes else None
        if key is not None and self._world.seams.removes(key):
            transaction.delete(table, key)

    def _put_row(self, transaction: Transaction, table: Table, record: Record) -> None:
        row = _row(record)
        if row.schema is None:
            raise TaskError(f"a record of {record.topic} has no schema, which the sink needs")
        values: dict[str, Value] = {}
        for name, value in row.value.items():
            schema = row.schema.field(name)
            if name not in table.schema.columns:
                if not self._evolves or schema is None:
                    raise TaskError(f"table {table.name} has no column {name}")
                _add_column(table, name, declared(schema))
            values[name] = decoded(schema, value)
        if self._keyed and "id" not in values:
            values["id"] = self._key(record, table)
        write = transaction.upsert if self._mode == UPSERT and self._keyed else transaction.insert
        for each in self._world.seams.rows(values):
            write(table, each)

    def _key(self, record: Record, table: Table) -> int:
        key = record.key.value
        named = str(self._settings.get("primary.key.fields", "")).split(",")[0]
        column = named or next(iter(table.schema.primary), "id")
        found = key.get(column) if isinstance(key, dict) else key
        if not isinstance(found, int):
            raise TaskError(f"the key of a record of {record.topic} has no field {column}")
        return found

    def _table_name(self, record: Record) -> str | None:
        """The table that a record is of; None for what tells of no table."""
        form = str(self._settings.get("collection.name.format", "${topic}"))
        value = record.value.value
        if "${source." not in form:
            return form.replace("${topic}", record.topic.replace(".", "_"))
        if value is None or "source" not in value:
            return None  # a tombstone, whose removal has come before it

        def told(found: re.Match[str]) -> str:
            return str(value["source"][found[1]])

        return re.sub(r"\$\{source\.(\w+)\}", told, form).replace("${topic}", record.topic)


def _add_column(table: Table, name: str, kind: str) -> None:
    """As a statement of its own, which commits by itself."""
    schema = ddl.altered(table.schema, f"ADD COLUMN `{name}` {kind}")
    table.alter(schema, {name: None})


def _is_removal(record: Record) -> bool:
    value = record.value.value
    if is_event(record):
        return bool(value["op"] == "d")
    return str(value.get("__deleted", "false")).lower() == "true"


def _row(record: Record) -> Part:
    """The row that a record tells of."""
    part = record.value
    if not is_event(record):
        return part
    schema: Any = part.schema.field("after") if part.schema is not None else None
    return Part(schema, part.value["after"])
