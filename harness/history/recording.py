"""From a journal on disk to its tables, as they were written."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
import polars as pl
import pyarrow as pa

from harness.history.frames import NOTE, Frame, read_frames
from harness.history.journal import CODEC, FILE
from harness.history.journal_notes import AnyName, AnyNote, Begin, End, TableColumns
from harness.history.tables import TABLES
from harness.kit.errors import DamagedError, RunFolderError

NEVER_CLOSED = (
    "the journal was never closed: its harness was killed, or could not write any more, so what "
    "came last is missing"
)
N = TypeVar("N", bound=AnyName)


@dataclass(frozen=True, slots=True)
class Recording:
    """What a journal holds."""

    path: Path
    run: str
    origin_ns: int
    names: tuple[AnyName, ...]
    tables: dict[str, pl.DataFrame]
    """Every one of TABLES."""
    closed: bool

    def only(self, kind: type[N]) -> list[N]:
        """Names of one kind, in order."""
        return [name for name in self.names if isinstance(name, kind)]


def read_recording(folder: Path) -> Recording:
    """The recording in `folder`, also when its writer was killed: then up to the last whole batch.

    Raises:
        DamagedError: it is not what was written.
        RunFolderError: there is no journal, or nothing was written to it.
    """
    path = folder / FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunFolderError(f"cannot read the journal {path}: {error.strerror}") from error
    reader = _Reader(path, len(data))
    for frame in read_frames(memoryview(data), path):
        reader.add(frame)
    return reader.finish()


class _Reader:
    def __init__(self, path: Path, length: int) -> None:
        self._path = path
        self._length = length
        self._begin: Begin | None = None
        self._end: End | None = None
        self._names: list[AnyName] = []
        self._tables: dict[int, TableColumns] = {}
        self._batches: dict[str, list[pa.RecordBatch]] = {table: [] for table in TABLES}

    def add(self, frame: Frame) -> None:
        if self._end is not None:
            raise self._damaged(frame, "it comes after the end")
        if frame.table != NOTE:
            self._take_batch(frame)
            return
        try:
            note = msgspec.json.decode(frame.body, type=AnyNote)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._damaged(frame, f"it does not fit its format: {error}") from error
        if (self._begin is None) is not isinstance(note, Begin):
            raise self._damaged(frame, "the journal must start with its run, exactly once")
        match note:
            case Begin():
                self._begin = note
            case TableColumns():
                self._name_table(frame, note)
            case End():
                self._check_end(frame, note)
                self._end = note
            case _:
                self._names.append(note)

    def finish(self) -> Recording:
        if self._begin is None:
            raise RunFolderError(f"the journal {self._path} is empty: its run recorded nothing")
        return Recording(
            path=self._path,
            run=self._begin.run,
            origin_ns=self._begin.origin_ns,
            names=tuple(self._names),
            tables={table: self._frame(table) for table in TABLES},
            closed=self._end is not None,
        )

    def _damaged(self, frame: Frame, what: str) -> DamagedError:
        return DamagedError(self._path, f"batch {frame.sequence}: {what}")

    def _name_table(self, frame: Frame, note: TableColumns) -> None:
        table = TABLES.get(note.table)
        known = tuple(
            column.name
            for column in (table.columns if table else ())
            if column.name in note.columns or not column.added
        )
        if table is None or known != note.columns:
            raise self._damaged(
                frame,
                f"table {note.table!r} has the columns {', '.join(note.columns)}; this harness "
                f"knows {', '.join(known or ('no such table',))}",
            )
        if note.number in self._tables or note.table in {
            each.table for each in self._tables.values()
        }:
            raise self._damaged(frame, f"table {note.table!r} is numbered twice")
        self._tables[note.number] = note

    def _take_batch(self, frame: Frame) -> None:
        note = self._tables.get(frame.table)
        if note is None or self._begin is None:
            raise self._damaged(frame, f"table {frame.table} has no name")
        table = TABLES[note.table]
        try:
            packed = pa.py_buffer(frame.body)
            message = pa.decompress(packed, decompressed_size=frame.unpacked, codec=CODEC)
            batch = pa.ipc.read_record_batch(message, table.arrow(note.columns))
            batch.validate(full=True)
        except (pa.ArrowException, OSError, MemoryError) as error:
            raise self._damaged(
                frame, f"it is no batch of table {table.name!r}: {error}"
            ) from error
        there = dict(zip(note.columns, batch.columns, strict=True))
        absent = [
            column.name
            for column in table.columns
            if column.name in there and there[column.name].null_count and not column.is_text
        ]
        if absent:
            raise self._damaged(frame, f"table {table.name!r} has no number in {', '.join(absent)}")
        columns = [there.get(each.name, each.absent(batch.num_rows)) for each in table.columns]
        self._batches[table.name].append(pa.record_batch(columns, schema=table.arrow()))

    def _check_end(self, frame: Frame, end: End) -> None:
        there = Counter(
            {table: sum(each.num_rows for each in found) for table, found in self._batches.items()}
        )
        for table in {*there, *end.rows}:
            if there[table] != end.rows.get(table, 0):
                raise self._damaged(
                    frame,
                    f"table {table!r} has {there[table]:,} rows of {end.rows.get(table, 0):,}",
                )
        if len(self._names) != end.names:
            raise self._damaged(frame, f"there are {len(self._names)} names of {end.names}")
        if frame.end != self._length:
            raise self._damaged(frame, "something comes after the end")

    def _frame(self, table: str) -> pl.DataFrame:
        rows = pa.Table.from_batches(self._batches[table], schema=TABLES[table].arrow())
        frame = pl.from_arrow(rows)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table of columns is a frame
        return frame
