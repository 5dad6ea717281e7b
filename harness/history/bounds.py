"""What the numbers in a journal may be: words that are known, names that were given, sane times."""

import polars as pl

from harness.history.journal_notes import (
    AnyName,
    ErrorName,
    LogName,
    PlaceName,
    ProcessName,
    SubjectName,
    TableName,
)
from harness.history.recording import Recording
from harness.history.tables import SEQUENCE_BITS, TABLES, Column, Kind
from harness.kit.errors import DamagedError

FAR = 1 << 61
"""Further from zero than any clock or offset gets; sums and differences still fit."""


def check_bounds(recording: Recording) -> None:
    """Refuse numbers that no journal holds.

    Raises:
        DamagedError: a name is given twice or out of turn, or a number means nothing.
    """
    processes = _count(recording, ProcessName, "process")
    # What belongs to no log or table that has a name is -1.
    known: dict[Kind, tuple[int, int]] = {
        "operation": (0, (processes << SEQUENCE_BITS) - 1),
        "log": (-1, _count(recording, LogName, "log") - 1),
        "error": (0, _count(recording, ErrorName, "error", first=1)),
        "table": (-1, _count(recording, TableName, "table") - 1),
        "place": (0, _count(recording, PlaceName, "place") - 1),
        "subject": (0, _count(recording, SubjectName, "subject") - 1),
    }
    for table, frame in recording.tables.items():
        for column in TABLES[table].columns:
            if not (bounds := _bounds(column, known)):
                continue
            least, most = bounds
            wrong = frame.filter(~pl.col(column.name).is_between(least, most))
            if len(wrong):
                raise DamagedError(
                    recording.path,
                    f"table {table!r} holds {column.name}={wrong[column.name][0]}, which means "
                    f"nothing: it must be from {least} to {most}",
                )


def _bounds(column: Column, known: dict[Kind, tuple[int, int]]) -> tuple[int, int] | None:
    """Least and most of what a journal may hold; None where it may hold anything."""
    if column.to:
        return known[column.to]
    if column.words:
        return 0, len(column.words) - 1
    return (-FAR, FAR) if column.summed else None


def _count(recording: Recording, kind: type[AnyName], what: str, first: int = 0) -> int:
    """How many names of a kind there are; they are numbered in order."""
    names = [name for name in recording.names if isinstance(name, kind)]
    for due, name in enumerate(names, start=first):
        if getattr(name, what) != due:
            raise DamagedError(
                recording.path, f"{what} {name.name!r} has number {getattr(name, what)}, not {due}"
            )
    return len(names)
