"""What the numbers in a journal may be: words that are known, names that were given, sane times."""

from collections.abc import Iterator

import polars as pl

from harness.history.journal import EVENT_KINDS, FUNCTIONS, OUTCOMES, SEQUENCE_BITS
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
from harness.kit.errors import DamagedError
from harness.model.administration import ASPECTS

FAR = 1 << 61
"""Further from zero than any clock or offset gets; sums and differences still fit."""
CHANGE_KINDS = EVENT_KINDS[:3]
_NAMED: tuple[tuple[type[AnyName], str, int], ...] = (
    (ProcessName, "process", 0),
    (LogName, "log", 0),
    (ErrorName, "error", 1),
    (TableName, "table", 0),
    (PlaceName, "place", 0),
    (SubjectName, "subject", 0),
)


def check_bounds(recording: Recording) -> None:
    """Refuse numbers that no journal holds.

    Raises:
        DamagedError: a name is given twice or out of turn, or a number means nothing.
    """
    counts = {what: _count(recording, kind, what, first) for kind, what, first in _NAMED}
    for table, frame in recording.tables.items():
        for column, least, most in _bounds(table, frame.columns, counts):
            wrong = frame.filter(~pl.col(column).is_between(least, most))
            if len(wrong):
                raise DamagedError(
                    recording.path,
                    f"table {table!r} holds {column}={wrong[column][0]}, which means nothing: it "
                    f"must be from {least} to {most}",
                )


def _count(recording: Recording, kind: type[AnyName], what: str, first: int) -> int:
    """How many names of a kind there are; they are numbered in order."""
    names = [name for name in recording.names if isinstance(name, kind)]
    for due, name in enumerate(names, start=first):
        if getattr(name, what) != due:
            raise DamagedError(
                recording.path, f"{what} {name.name!r} has number {getattr(name, what)}, not {due}"
            )
    return len(names)


def _bounds(
    table: str, columns: list[str], counts: dict[str, int]
) -> Iterator[tuple[str, int, int]]:
    """Column, least and most of what a table holds; -1 stands for nothing where it may."""
    kinds = CHANGE_KINDS if table in {"writes", "changes"} else EVENT_KINDS
    known = {
        "f": (0, len(FUNCTIONS) - 1),
        "outcome": (0, len(OUTCOMES) - 1),
        "kind": (0, len(kinds) - 1),
        "aspect": (0, len(ASPECTS) - 1),
        "time_ns": (-FAR, FAR),
        "offset": (-FAR, FAR),
        "error": (0, counts["error"]),
        "log": (-1, counts["log"] - 1),
        "table": (-1, counts["table"] - 1),
        "place": (0, counts["place"] - 1),
        "subject": (0, counts["subject"] - 1),
        "id": (0, (counts["process"] << SEQUENCE_BITS) - 1),
        "operation": (0, (counts["process"] << SEQUENCE_BITS) - 1),
    }
    for column in columns:
        if column in known:
            yield column, *known[column]
