"""The journal: a history while it is being written, on disk up to its last flush.

One Arrow IPC stream per table, appended batch by batch; what has been flushed survives a kill -9 of
the harness, since a reader takes every whole batch and stops at a torn one. Beside them
`names.jsonl` gives the small numbers a name: processes, logs, errors.

An operation is known by its id, `process << 40 | sequence`, so that no counter is shared between
threads; a record sent carries such an id as its value, and a send of one record is the operation of
that same id. Indices in order of invocation are given when a history is loaded.

    operations    id · f (index into FUNCTIONS) · time_ns
    completions   id · outcome (index into OUTCOMES) · error · time_ns
    sends         value · operation · topic · key · time_ns
    deliveries    value · log (-1 unknown) · offset (-1 unknown) · outcome · error · time_ns
    reads         operation · log · offset · key · value
    assignments   operation · log
    commits       operation · log · offset
    origins       value · origin
    generations   operation · generation
    offsets       operation · log · offset (-1 forgotten)
    tombstones    value
    aspects       operation · subject · aspect (index into ASPECTS) · value

and for a pipeline, as `harness.history.flow` explains them (kinds are indices into EVENT_KINDS):

    writes        operation · table · key · version · kind
    sightings     operation · place · table · key · version
    rows          operation · place · table · key · version
    cells         operation · place · table · key · version · column · text
    changes       txn · table · key · version · before · kind
    events        operation · place · log · offset · table · key · version · before · kind · schema

All columns are 64-bit integers, but for TEXTS; a client's clock readings are monotonic nanoseconds
as they were taken, and the origin of the run's clock is subtracted when a history is loaded.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np
import pyarrow as pa

from harness.model.administration import CHANGES, LOOKS

SEQUENCE_BITS = 40
END_MARK = "end-mark"
"""The process that writes the last rows of a pipeline's run: where they arrive, all has arrived."""
FUNCTIONS = (
    "send",
    "poll",
    "subscribe",
    "assign",
    "revoke",
    "commit",
    "drain",
    "txn",
    "write",
    "read",
    *CHANGES,
    *LOOKS,
)
EVENT_KINDS = ("insert", "update", "delete", "snapshot", "tombstone", "unreadable")
OUTCOMES = ("ok", "fail", "info")

Numbers: TypeAlias = Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]]
Columns: TypeAlias = Mapping[str, Numbers]
Texts: TypeAlias = Sequence[str | None]

TABLES: dict[str, tuple[str, ...]] = {
    "operations": ("id", "f", "time_ns"),
    "completions": ("id", "outcome", "error", "time_ns"),
    "sends": ("value", "operation", "topic", "key", "time_ns"),
    "deliveries": ("value", "log", "offset", "outcome", "error", "time_ns"),
    "reads": ("operation", "log", "offset", "key", "value"),
    "assignments": ("operation", "log"),
    "commits": ("operation", "log", "offset"),
    "origins": ("value", "origin"),
    "generations": ("operation", "generation"),
    "offsets": ("operation", "log", "offset"),
    "tombstones": ("value",),
    "aspects": ("operation", "subject", "aspect", "value"),
    "writes": ("operation", "table", "key", "version", "kind"),
    "sightings": ("operation", "place", "table", "key", "version"),
    "rows": ("operation", "place", "table", "key", "version"),
    "cells": ("operation", "place", "table", "key", "version", "column", "text"),
    "changes": ("txn", "table", "key", "version", "before", "kind"),
    "events": (
        "operation",
        "place",
        "log",
        "offset",
        "table",
        "key",
        "version",
        "before",
        "kind",
        "schema",
    ),
}

TEXTS = ("column", "text")
"""Columns that hold text, which may be absent."""


class Origin(msgspec.Struct, frozen=True, tag_field="what", tag="origin"):
    """The first line of names.jsonl: the zero of the run's clock."""

    origin_ns: int


class ProcessName(msgspec.Struct, frozen=True, tag_field="what", tag="process"):
    """A process: one incarnation of one worker."""

    process: int
    name: str
    client: str
    kind: str
    group: str | None


class LogName(msgspec.Struct, frozen=True, tag_field="what", tag="log"):
    """A partition of a topic."""

    log: int
    topic: int
    name: str
    partition: int


class ErrorName(msgspec.Struct, frozen=True, tag_field="what", tag="error"):
    """An error as `client:NAME`."""

    error: int
    name: str


class TableName(msgspec.Struct, frozen=True, tag_field="what", tag="table"):
    """A table of the source database."""

    table: int
    name: str


class PlaceName(msgspec.Struct, frozen=True, tag_field="what", tag="place"):
    """A place that row versions get to."""

    place: int
    name: str


class SubjectName(msgspec.Struct, frozen=True, tag_field="what", tag="subject"):
    """A topic that administrators create, change and delete."""

    subject: int
    name: str


AnyName: TypeAlias = (
    Origin | ProcessName | LogName | ErrorName | TableName | PlaceName | SubjectName
)


class Journal:
    """Appends to the tables of one run; safe to share between threads.

    Args:
        folder: an existing, empty folder.
        origin_ns: the zero of the run's clock.
    """

    def __init__(self, folder: Path, *, origin_ns: int) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._writers: dict[str, tuple[pa.OSFile, pa.ipc.RecordBatchStreamWriter]] = {}
        self._names = (folder / "names.jsonl").open("ab", buffering=0)
        self._logs: dict[tuple[str, int], int] = {}
        self._topics: dict[str, int] = {}
        self._errors: dict[str, int] = {}
        self._tables: dict[str, int] = {}
        self._places: dict[str, int] = {}
        self._subjects: dict[str, int] = {}
        self._processes = 0
        self._closed = False
        self._name(Origin(origin_ns=origin_ns))

    def process(self, name: str, client: str, kind: str, group: str | None = None) -> int:
        """The number of a new process of that name."""
        with self._lock:
            number = self._processes
            self._processes += 1
            self._name(ProcessName(number, name, client, kind, group))
        return number

    def topic(self, name: str, partitions: int) -> int:
        """The number of a topic; its partitions become known as logs, also when they grow."""
        with self._lock:
            topic = self._topics.setdefault(name, len(self._topics))
            for partition in range(partitions):
                if (name, partition) not in self._logs:
                    log = self._logs[name, partition] = len(self._logs)
                    self._name(LogName(log, topic, f"{name}-{partition}", partition))
        return topic

    def log(self, topic: str, partition: int) -> int:
        """The number of a partition of a topic announced before."""
        return self._logs[topic, partition]

    def error(self, name: str) -> int:
        """The number of an error of that name; never 0, which means none."""
        with self._lock:
            if name not in self._errors:
                self._errors[name] = len(self._errors) + 1
                self._name(ErrorName(self._errors[name], name))
            return self._errors[name]

    def table(self, name: str) -> int:
        """The number of a table of the source."""
        with self._lock:
            if name not in self._tables:
                self._tables[name] = len(self._tables)
                self._name(TableName(self._tables[name], name))
            return self._tables[name]

    def place(self, name: str) -> int:
        """The number of a place."""
        with self._lock:
            if name not in self._places:
                self._places[name] = len(self._places)
                self._name(PlaceName(self._places[name], name))
            return self._places[name]

    def subject(self, name: str) -> int:
        """The number of a topic that administrators change."""
        with self._lock:
            if name not in self._subjects:
                self._subjects[name] = len(self._subjects)
                self._name(SubjectName(self._subjects[name], name))
            return self._subjects[name]

    def append(self, table: str, columns: Mapping[str, Numbers | Texts]) -> None:
        """Append rows given as columns; they are in the file when this returns.

        Args:
            table: one of TABLES.
            columns: all of that table's, equally long.
        """
        names = TABLES[table]
        if len(columns[names[0]]) == 0:
            return
        batch = pa.record_batch(
            [_array(name, columns[name]) for name in names], schema=schema_of(table)
        )
        with self._lock:
            if not self._closed:
                self._writer(table).write_batch(batch)

    def close(self) -> None:
        """End every stream; what comes later is dropped, since its run has been captured."""
        with (
            self._lock,
            ExitStack() as closing,
        ):  # On a full disk one failure must not leave others.
            self._closed = True
            closing.callback(self._names.close)
            for file, writer in self._writers.values():
                closing.callback(file.close)
                closing.callback(writer.close)
            self._writers.clear()

    def _writer(self, table: str) -> pa.ipc.RecordBatchStreamWriter:
        if table not in self._writers:
            file = pa.OSFile(str(self._folder / f"{table}.arrows"), "wb")
            options = pa.ipc.IpcWriteOptions(compression="zstd")
            stream = pa.ipc.new_stream(file, schema_of(table), options=options)
            self._writers[table] = (file, stream)
        return self._writers[table][1]

    def _name(self, name: AnyName) -> None:
        self._names.write(msgspec.json.encode(name) + b"\n")


def schema_of(table: str) -> pa.Schema:
    """The columns of one of TABLES with their types."""
    return pa.schema(
        [(name, pa.string() if name in TEXTS else pa.int64()) for name in TABLES[table]]
    )


def _array(name: str, values: Numbers | Texts) -> "pa.Array[Any]":
    if name in TEXTS:
        return pa.array(values, pa.string())
    return pa.array(np.asarray(values, dtype=np.int64))
