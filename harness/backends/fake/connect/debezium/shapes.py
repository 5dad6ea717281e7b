"""The schemas of what is written about a table: its key, its rows, and the events around them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from harness.backends.fake.connect.data import INT32, INT64, TEXT, Part, Schema, TaskError, struct
from harness.backends.fake.connect.debezium.options import Options
from harness.backends.fake.data.rows import Row
from harness.systems.mysql.table_schema import Column

VERSION = "3.6.1.Final"
SOURCE = struct(
    "io.debezium.connector.mysql.Source",
    version=TEXT,
    connector=TEXT,
    name=TEXT,
    ts_ms=INT64,
    snapshot=TEXT.or_null(),
    db=TEXT,
    sequence=TEXT.or_null(),
    ts_us=INT64.or_null(),
    ts_ns=INT64.or_null(),
    table=TEXT.or_null(),
    server_id=INT64,
    gtid=TEXT.or_null(),
    file=TEXT,
    pos=INT64,
    row=INT32,
    thread=INT64.or_null(),
    query=TEXT.or_null(),
)
TRANSACTION = struct(
    "event.block", id=TEXT, total_order=INT64, data_collection_order=INT64
).or_null()


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of one table, as it was at one time, are written."""

    topic: str
    columns: tuple[tuple[str, Callable[[Any], Any]], ...]
    row: Schema
    keys: tuple[str, ...]
    key: Schema
    envelope: Schema

    def image(self, row: Row | None) -> dict[str, Any] | None:
        """A row; None for none."""
        if row is None:
            return None
        return {
            name: None if row[name] is None else encode(row[name]) for name, encode in self.columns
        }

    def key_of(self, image: dict[str, Any]) -> Part:
        """The key of a row."""
        if not self.keys:
            return Part(None, None)
        return Part(self.key, {name: image[name] for name in self.keys})


class Shapes:
    """The shapes of all tables: a table that is altered gets another one.

    As Debezium's history of the schema they know columns that are there no more.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._columns: dict[tuple[str, str], dict[str, Column]] = {}
        self._made: dict[tuple[str, str, tuple[str, ...]], Shape] = {}

    def learn(self, database: str, table: str, columns: dict[str, Column]) -> None:
        """Take in the columns that a table has now."""
        self._columns.setdefault((database, table), {}).update(columns)

    def of(self, database: str, table: str, primary: tuple[str, ...], row: Row) -> Shape:
        """The shape of a table that has such rows.

        Raises:
            TaskError: a column cannot be written.
        """
        known = (database, table, tuple(row))
        if known not in self._made:
            self._made[known] = self._make(database, table, primary, row)
        return self._made[known]

    def topic(self, database: str, table: str) -> str:
        """Where changes of a table go."""
        return self._options.delimiter.join((self._options.prefix, database, table))

    def _make(self, database: str, table: str, primary: tuple[str, ...], row: Row) -> Shape:
        options, topic = self._options, self.topic(database, table)
        columns = {name: self._columns[database, table][name] for name in row}
        fields: list[tuple[str, Schema]] = []
        encoders: list[tuple[str, Callable[[Any], Any]]] = []
        for name, column in columns.items():
            place = f"{database}.{table}.{name}"
            if options.hides(place):
                continue
            schema, encode = options.mapping.column(column)
            mask = options.mask(place)
            if mask is not None:
                schema, encode = replace(TEXT, optional=schema.optional), _masked(mask)
            fields.append((name, schema))
            encoders.append((name, encode))
        rows = Schema("struct", f"{topic}.Value", fields=tuple(fields))
        keys = options.key_columns(database, table) or primary
        missing = [name for name in keys if rows.field(name) is None]
        if missing:
            raise TaskError(f"the key of {topic} has no column {', '.join(missing)}")
        key = Schema("struct", f"{topic}.Key", fields=tuple((n, rows.field(n)) for n in keys))  # type: ignore[misc]
        envelope = struct(
            f"{topic}.Envelope",
            before=rows.or_null(),
            after=rows.or_null(),
            source=SOURCE,
            transaction=TRANSACTION,
            op=TEXT,
            ts_ms=INT64.or_null(),
            ts_us=INT64.or_null(),
            ts_ns=INT64.or_null(),
        )
        return Shape(topic, tuple(encoders), rows, keys, key, envelope)


def _masked(mask: str) -> Callable[[Any], Any]:
    return lambda _: mask
