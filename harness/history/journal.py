"""The journal: a history while it is being written, on disk up to its last flush.

One file, `journal`, of numbered and checksummed frames (`harness.history.frames`), appended in the
order in which workers flush. What has been flushed survives a kill -9 of the harness: a reader
takes every whole frame and stops at a torn last one. A frame holds either

    a note      as JSON: `begin` (identity of the run, zero of its clock) comes first; a name gives
                a small number its meaning (process, log, error, …); `columns` gives a table its
                number; `end`, the last, says how many rows each table has and how many names
                there are
    a batch     rows of one table: an Arrow record batch, compressed with zstd

A journal without its `end` was never closed: its harness was killed, or its disk was full. Its
history is not whole, so no run can be VALID by it.

An operation is known by its id, `process << 40 | sequence`, so that no counter is shared between
threads; a record sent carries such an id as its value, and a send of one record is the operation of
that same id. Indices in order of invocation are given when a history is loaded.

Its tables are declared in `harness.history.tables`. A client's clock readings are
monotonic nanoseconds as they were taken, and the origin of the run's clock is subtracted when a
history is loaded.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np
import pyarrow as pa

from harness.history.frames import NOTE, FrameWriter
from harness.history.journal_notes import (
    AnyName,
    AnyNote,
    Begin,
    End,
    ErrorName,
    LogName,
    PlaceName,
    ProcessName,
    SubjectName,
    TableColumns,
    TableName,
)
from harness.history.tables import TABLES, Column
from harness.kit.errors import HarnessError

FILE = "journal"
CODEC = "zstd"
END_MARK = "end-mark"
"""The process that writes the last rows of a pipeline's run: where they arrive, all has arrived."""
Numbers: TypeAlias = Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]]
Columns: TypeAlias = Mapping[str, Numbers]
Texts: TypeAlias = Sequence[str | None]
_Numbered: TypeAlias = ErrorName | TableName | PlaceName | SubjectName


class Journal:
    """Appends to the tables of one run; safe to share between threads.

    Args:
        folder: an existing, empty folder.
        origin_ns: the zero of the run's clock.
        run: the identity of the run.

    Raises:
        NoDiskError: the disk is full; also of everything that writes, from then on.
        RunFolderError: the file cannot be written.
    """

    def __init__(self, folder: Path, *, origin_ns: int, run: str = "") -> None:
        self._lock = threading.Lock()
        self._frames = FrameWriter(folder / FILE)
        self._numbers: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._names = 0
        self._logs: dict[tuple[str, int], int] = {}
        self._topics: dict[str, int] = {}
        self._known: dict[tuple[type[_Numbered], str], int] = {}
        self._counts: Counter[type[_Numbered]] = Counter()
        self._processes = 0
        self._closed = False
        self._note(Begin(run=run, origin_ns=origin_ns))

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
        return self._number_of(ErrorName, name, first=1)

    def table(self, name: str) -> int:
        """The number of a table of the source."""
        return self._number_of(TableName, name)

    def place(self, name: str) -> int:
        """The number of a place."""
        return self._number_of(PlaceName, name)

    def subject(self, name: str) -> int:
        """The number of a topic that administrators change."""
        return self._number_of(SubjectName, name)

    def append(self, table: str, columns: Mapping[str, Numbers | Texts]) -> None:
        """Append rows given as columns; they are in the file when this returns.

        Args:
            table: one of TABLES.
            columns: all of that table's that are not optional, equally long.
        """
        declared = TABLES[table]
        rows = len(next(iter(columns.values())))
        if not rows:
            return
        batch = pa.record_batch(
            [_array(column, columns, rows) for column in declared.columns], schema=declared.arrow()
        )
        message = batch.serialize()
        body = pa.compress(message, codec=CODEC, asbytes=True)
        with self._lock:
            if not self._closed:
                self._frames.write(self._number(table), body, message.size)
                self._rows[table] = self._rows.get(table, 0) + batch.num_rows

    def close(self) -> bool:
        """Write the end; what comes later is dropped, since its run has been captured.

        Answers whether the journal is whole: nothing of it could not be written.
        """
        with self._lock:
            if self._closed:
                return False
            self._closed = True
            try:
                self._note(End(rows=self._rows, names=self._names))
            except HarnessError:
                return False
            finally:
                self._frames.close()
            return True

    def _number_of(self, kind: type[_Numbered], name: str, first: int = 0) -> int:
        with self._lock:
            if (kind, name) not in self._known:
                number = self._known[kind, name] = first + self._counts[kind]
                self._counts[kind] += 1
                self._name(kind(number, name))
            return self._known[kind, name]

    def _number(self, table: str) -> int:
        if table not in self._numbers:
            number = NOTE + 1 + len(self._numbers)
            self._note(TableColumns(number, table, TABLES[table].names))
            self._numbers[table] = number
        return self._numbers[table]

    def _name(self, name: AnyName) -> None:
        if not self._closed:
            self._note(name)
            self._names += 1

    def _note(self, note: AnyNote) -> None:
        body = msgspec.json.encode(note)
        self._frames.write(NOTE, body, len(body))


def _array(column: Column, columns: Mapping[str, Numbers | Texts], rows: int) -> "pa.Array[Any]":
    if column.optional and column.name not in columns:
        return column.absent(rows)
    values = columns[column.name]
    if column.is_text:
        return pa.array(values, pa.string())
    return pa.array(np.asarray(values, dtype=np.int64))
