"""Rows of the database in memory, and what its log says of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from harness.model.rows import Position

Value: TypeAlias = int | float | Decimal | str | bytes | datetime | date | timedelta | None
"""What a column holds: moments are naive and in UTC, times of day are spans, JSON is its text."""
Row: TypeAlias = Mapping[str, Value]
"""By column, in order of the table's columns."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it was and as it is: an insert has no `before`, a delete no `after`."""

    database: str
    table: str
    before: Row | None
    after: Row | None


@dataclass(frozen=True, slots=True)
class Truncated:
    """The end of all rows of a table; the log does not say which those were."""

    database: str
    table: str


@dataclass(frozen=True, slots=True)
class Logged:
    """One transaction in the binary log."""

    start: Position
    end: Position
    """Where the next one begins, unless that is in another file."""
    at_ms: int
    """When it was committed, by the server's wall clock."""
    name: str
    """Its GTID."""
    changes: tuple[Change | Truncated, ...]
