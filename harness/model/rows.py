"""Rows of a pipeline in whatever system: reserved keys, contents, changes in a log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from harness.model.texts import Family

ROWS_REFERRED_TO = 8
"""Rows of a table that foreign keys refer to: keys 1 to this, which no writer touches."""
TRIED_KEY = ROWS_REFERRED_TO + 1
"""The row by which a table is tried; it is rolled back."""
WRITTEN_KEYS = 16
"""Rows with keys from here on are the writers'; 0 is none, since AUTO_INCREMENT replaces it."""
OLD_KEYS = 1 << 29
"""Rows with keys from here on were there before any feed looked."""
FIRST_KEYS = OLD_KEYS - 1_000
"""Rows with keys from here to those show that someone's own programs are at work."""
MARK_KEYS = 1 << 30
"""Rows with keys from here on are end marks. All keys fit 32 bits with a sign."""

Rows: TypeAlias = Sequence[tuple[int, int]]
"""Key and version of rows of one table."""
Position: TypeAlias = tuple[str, int]
"""Where a source's log is read: a file, empty where the log has none, and an offset in it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose values can be compared."""

    declared: str
    """Its type in the words of its system: `decimal(12,4) unsigned`."""
    family: Family


Columns: TypeAlias = Mapping[str, Column]
"""The columns of a table besides `id` and `version` whose values can be compared, by name."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column of a row holds; `text` is None for NULL."""

    key: int
    version: int
    column: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """Key and version of every row of a table, and its cells."""

    rows: Rows
    cells: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """A row before or after a change, as far as a log says it: None for what it leaves out."""

    key: int | None
    version: int | None


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a log says of one row: an insert has no `before`, a delete no `after`."""

    table: str
    before: Image | None
    after: Image | None


@dataclass(frozen=True, slots=True)
class Truncation:
    """The end of all rows of a table, of which a log names the table only."""

    table: str


@dataclass(frozen=True, slots=True)
class Committed:
    """What one transaction changed in the tables of a run, in order; maybe nothing."""

    changes: tuple[RowChange | Truncation, ...] = ()
    name: str | None = None
    """What its source calls it, such as a GTID."""
