"""What tables hold: rows by key and version, and the texts of further columns.

A copy that a connector fills from what a connector wrote must hold the columns that its table has
in common with the source's, as far as both are of a family. Other programs may keep what they like,
and our own know nothing but keys and versions; `Copy.columns` says what must be held all the same.
A column that was altered while the run went on is left out, since that changes rows in silence.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

from harness.kit.errors import UsageError
from harness.model.pipeline import CONNECTORS, Copy, Path, PipelineWorkload
from harness.model.ports.stack import MySql
from harness.model.texts import canonical
from harness.workloads.pipeline.source import own_tables
from harness.workloads.pipeline.source.texts import (
    FAMILIES,
    asked_for,
    family_of,
    type_of,
)

Columns: TypeAlias = Mapping[str, str]
"""How each further column of a table is declared."""


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

    rows: Sequence[tuple[int, int]]
    cells: Sequence[Cell] = ()


def columns(mysql: MySql, database: str, table: str) -> Columns:
    """The further columns of a table whose values can be compared."""
    return {
        name: declared
        for name, declared in own_tables.columns(mysql, database, table)
        if name not in own_tables.NEEDED and family_of(declared) is not None
    }


def unaltered(before: Columns, now: Columns) -> Columns:
    """The columns that are what they were."""
    return {name: declared for name, declared in now.items() if before.get(name) == declared}


def compares(path: Path, copy: Copy) -> bool:
    """Whether any columns of a copy are held to the source's."""
    connected = copy.kind in CONNECTORS and path.feed.kind in CONNECTORS
    return connected if copy.columns is None else bool(copy.columns)


def owed(path: Path, copy: Copy, source: Columns, there: Columns) -> Columns:
    """The columns of the source that a copy must hold, whose table has those that are `there`."""
    if copy.columns is not None:
        return {name: source[name] for name in copy.columns if name in source}
    if not compares(path, copy):
        return {}
    return {
        name: declared
        for name, declared in source.items()
        if name in there and family_of(there[name]) is family_of(declared)
    }


def check(workload: PipelineWorkload, tables: Mapping[str, Columns]) -> None:
    """Refuse copies that are to hold what cannot be compared.

    Raises:
        UsageError: a copy in Redis has `columns`, or no table of the source has one of them.
    """
    known = {name for source in tables.values() for name in source}
    for copy in (copy for path in workload.paths for copy in path.copies):
        if copy.columns is None:
            continue
        if copy.in_redis:
            raise UsageError(f"copy {copy.name}: of entries in Redis only the version is compared")
        for name in copy.columns:
            if name not in known:
                raise UsageError(
                    f"copy {copy.name}: no table of the source has a column {name!r} that can be "
                    f"compared; there are: {', '.join(sorted(known)) or 'none'}"
                )


def read(mysql: MySql, database: str, table: str, wanted: Columns) -> Contents:
    """All rows of a table with the texts of the `wanted` columns, as they are at one moment.

    Raises:
        pymysql.Error: it cannot be read, or lacks one of the columns.
    """
    asked = ", ".join(["id", "version", *(asked_for(*column) for column in wanted.items())])
    with closing(mysql.connection(autocommit=True, answer_limit_s=30.0)) as connection:
        cursor = connection.cursor()
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute(f"SELECT {asked} FROM `{database}`.`{table}`")  # noqa: S608 - our names
        found = cursor.fetchall()
    families = {name: FAMILIES[type_of(declared)] for name, declared in wanted.items()}
    return Contents(
        rows=[(key, version) for key, version, *_ in found],
        cells=[
            Cell(key, version, name, None if text is None else canonical(text, family))
            for key, version, *texts in found
            for (name, family), text in zip(families.items(), texts, strict=True)
        ],
    )
