"""The tables of a history, each declared once: columns, types, what numbers refer to.

From a declaration follow the columns of the journal and what its reader refuses, the table of a
loaded history and which of its rows are malformed, the builder for tests, and the tables' section
of docs/catalogue.md. Another recorded column is a line here and one where a worker records it.
If it is `optional` nobody else has to, and if it is `added`, recordings from before stay readable.

A journal holds integers of 64 bits and text, and -1 for numbers that are absent. It knows
operations by their ids, and words by their places; a history has `op` and enumerations instead.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from types import UnionType
from typing import Any, Literal, TypeAlias

import msgspec
import polars as pl
import pyarrow as pa

from harness.history.journal_notes import (
    AnyName,
    LogName,
    PlaceName,
    ProcessName,
    SubjectName,
    TableName,
)
from harness.model.administration import ASPECTS, CHANGES, LOOKS

SEQUENCE_BITS = 40
FUNCTIONS = (
    *("send", "poll", "subscribe", "assign", "revoke", "commit", "drain", "txn"),
    *("write", "read", *CHANGES, *LOOKS),
)
EVENT_KINDS = (
    *("insert", "update", "delete", "snapshot", "tombstone", "unreadable"),
    *("row", "removal", "opaque"),
)
OUTCOMES = ("ok", "fail", "info")

Kind: TypeAlias = Literal["operation", "log", "error", "table", "place", "subject"]


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    type: pl.DataType = pl.Int64()  # noqa: RUF009 - it cannot be changed
    """In a history."""
    about: str = ""
    to: Kind | None = None
    """What its number is the number of."""
    words: tuple[str, ...] = ()
    """What its number is a place in."""
    least: int | None = None
    """Where rows with less are malformed."""
    summed: bool = False
    """Whether it is a time or an offset, of which sums must fit into 64 bits."""
    optional: bool = False
    """Whether it may be absent."""
    added: bool = False
    """Whether there are recordings from before it; in them it is absent, so it is optional."""

    @property
    def known_as(self) -> str:
        """Its name in a history."""
        return "op" if self.name == "operation" else self.name

    @cached_property
    def dtype(self) -> pl.DataType:
        """Its type in a history."""
        return pl.Enum(self.words) if self.words else self.type

    @property
    def is_text(self) -> bool:
        """Whether a journal has text in it."""
        return self.type == pl.Utf8

    def absent(self, rows: int) -> "pa.Array[Any]":
        """So many rows of a journal without it."""
        return pa.nulls(rows, pa.string()) if self.is_text else pa.array([-1] * rows, pa.int64())


@dataclass(frozen=True)
class Table:
    """A table."""

    name: str
    about: str
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of its columns in a journal."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def schema(self) -> pl.Schema:
        """Its columns in a history."""
        return pl.Schema({column.known_as: column.dtype for column in self.columns})

    def arrow(self, names: tuple[str, ...] | None = None) -> pa.Schema:
        """Its columns in a journal, all or those of `names`."""
        return pa.schema(
            [
                (column.name, pa.string() if column.is_text else pa.int64())
                for column in self.columns
                if names is None or column.name in names
            ]
        )


def _optional(column: Column) -> Column:
    return replace(column, optional=True, least=None)


_ID = Column("id", to="operation")
_OP = Column("operation", pl.UInt32(), to="operation")
_F = Column("f", words=FUNCTIONS, about="what was asked")
_OUTCOME = Column("outcome", words=OUTCOMES)
_ERROR = Column("error", pl.Int32(), "0: none", to="error")
_TIME = Column("time_ns", summed=True)
_TOPIC = Column("topic", pl.Int32())
_LOG = Column("log", pl.Int32(), to="log")
_OFFSET = Column("offset", least=0, summed=True)
_KEY = Column("key")
_VALUE = Column("value")
_TABLE = Column("table", pl.Int32(), to="table", least=-1)
_PLACE = Column("place", pl.Int32(), to="place")
_VERSION = Column("version")
_BEFORE = Column("before")
_CHANGE = Column("kind", words=EVENT_KINDS[:3])
_ROW = (_OP, _PLACE, _TABLE, _KEY, _VERSION)

TABLES = {
    table.name: table
    for table in (
        Table("operations", "an operation that was invoked", (_ID, _F, _TIME)),
        Table("completions", "an operation that ended", (_ID, _OUTCOME, _ERROR, _TIME)),
        Table("sends", "a record that was sent", (_VALUE, _OP, _TOPIC, _KEY, _TIME)),
        Table(
            "deliveries",
            "what a client was told of a record that it sent",
            (_VALUE, _optional(_LOG), _optional(_OFFSET), _OUTCOME, _ERROR, _TIME),
        ),
        Table(
            "reads",
            "a record polled or read, in the order in which records were handed out",
            (_OP, _LOG, _OFFSET, _KEY, _VALUE),
        ),
        Table(
            "assignments",
            "a log in the new assignment of an `assign`, or lost by a `revoke`",
            (_OP, _LOG),
        ),
        Table("commits", "a committed offset: the next one to read", (_OP, _LOG, _OFFSET)),
        Table(
            "origins",
            "a record that was made from another one",
            (_VALUE, Column("origin", about="value of that other one")),
        ),
        Table(
            "generations",
            "an `assign` of a member that knew the generation of its group",
            (_OP, Column("generation", pl.Int32())),
        ),
        Table(
            "offsets",
            "an entry about a group in `__consumer_offsets`, in order of that log",
            (_OP, _LOG, replace(_OFFSET, least=-1, about="-1: the coordinator forgot it")),
        ),
        Table("tombstones", "a send of a record without a value, which deletes its key", (_VALUE,)),
        Table(
            "aspects",
            "an aspect of a topic that an administrator asked for, or saw",
            (
                _OP,
                Column("subject", pl.Int32(), to="subject"),
                Column("aspect", words=ASPECTS),
                replace(
                    _VALUE,
                    about="`exists` 0 or 1; `cleanup.policy` a place in POLICIES, -1 for any other",
                ),
            ),
        ),
        Table(
            "writes",
            "a row that a writer asked the source for, or a cache's writer its cache",
            (_OP, _TABLE, _KEY, _VERSION, _CHANGE),
        ),
        Table("sightings", "what a reader of a table or cache saw while traffic ran", _ROW),
        Table("rows", "a row in the end, of the source, a sink table or a cache", _ROW),
        Table(
            "cells",
            "a further column of such a row; of a change topic what its last event says",
            (
                *_ROW,
                Column("column", pl.Utf8()),
                Column("text", pl.Utf8(), "one for one value, in any place", optional=True),
            ),
        ),
        Table(
            "changes",
            "what the source committed, from its binary log, in order of commit",
            (Column("txn", pl.Int32()), _TABLE, _KEY, _VERSION, _BEFORE, _CHANGE),
        ),
        Table(
            "events",
            "a record of a change topic, from the final read, in order of log and offset",
            (
                *(_OP, _PLACE, _LOG, _OFFSET, _TABLE, _KEY, _VERSION, _BEFORE),
                Column("kind", words=EVENT_KINDS),
                Column("schema", pl.Int32(), "id in the registry", optional=True),
            ),
        ),
    )
}
"""Of the journal."""
FLOW = ("changes", "events", "rows", "cells", "writes", "sightings")
"""Those about rows of a pipeline."""

OPERATIONS = Table(
    "operations",
    "an operation, in order of invocation",
    (
        _OP,
        Column("process", pl.Int32()),
        _F,
        Column("invoke_ns"),
        Column("complete_ns", optional=True),
        _OUTCOME,
        _ERROR,
    ),
)
SENDS = Table(
    "sends",
    "a record sent, in order of invocation within its operation; `log` and `offset` as told",
    (_OP, _TOPIC, _KEY, _VALUE, _optional(_LOG), _optional(_OFFSET)),
)
NAMES: dict[str, type[AnyName]] = {
    "processes": ProcessName,
    "logs": LogName,
    "subjects": SubjectName,
    "tables": TableName,
    "places": PlaceName,
}


def _of_names(table: str, kind: type[AnyName]) -> Table:
    """The table that lists what numbers of a kind mean."""
    columns = tuple(
        Column(
            field.name,
            pl.Int32() if field.type is int else pl.Utf8(),
            optional=isinstance(field.type, UnionType),
        )
        for field in msgspec.structs.fields(kind)
    )
    return Table(table, (kind.__doc__ or "").partition("\n")[0].rstrip(".").lower(), columns)


HISTORY = {
    "operations": OPERATIONS,
    "sends": SENDS,
    **{
        name: table
        for name, table in TABLES.items()
        if name not in {"operations", "completions", "sends", "deliveries"}
    },
    **{name: _of_names(name, kind) for name, kind in NAMES.items()},
}
"""Of a history that has been loaded."""
SCHEMAS = {name: table.schema for name, table in HISTORY.items()}
