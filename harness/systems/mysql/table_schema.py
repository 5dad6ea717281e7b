"""What a table is made of, as its server says."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from harness.model.ports.databases import Cursor, MySql


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; lengths are in characters or bytes, as its type has them."""

    name: str
    kind: str
    """Its type without anything: `decimal`."""
    declared: str
    """Its type as it was declared: `decimal(12,4) unsigned`."""
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    nullable: bool = True
    default: str | None = None
    extra: str = ""
    spatial_system: int | None = None

    @property
    def unsigned(self) -> bool:
        """Whether its numbers have no sign."""
        return "unsigned" in self.declared

    @property
    def generated(self) -> bool:
        """Whether the server computes it from other columns."""
        return " GENERATED" in self.extra

    @property
    def kept(self) -> bool:
        """Whether a row that does not name it gets a value that was declared for that."""
        return self.default is not None or "DEFAULT_GENERATED" in self.extra


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: columns of a table that name a row of another."""

    name: str
    columns: tuple[str, ...]
    table: str
    """Of the same database."""
    referenced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns that are unique together, each with the length of what is looked at of it."""

    name: str
    columns: tuple[tuple[str, int | None], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of its columns."""
        return tuple(name for name, _ in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A table with its constraints."""

    name: str
    engine: str
    columns: dict[str, Column]
    """In order; none when there is no such table."""
    primary: tuple[str, ...]
    unique: tuple[Unique, ...]
    references: tuple[Reference, ...]
    checks: tuple[str, ...]
    """The condition of each CHECK that is enforced."""


def read(mysql: MySql, database: str, table: str) -> Schema:
    """Ask for a table; one that does not exist has no columns.

    Raises:
        pymysql.Error, OSError: the server does not answer.
    """
    with closing(mysql.connection(autocommit=True)) as connection:
        cursor = connection.cursor()
        keys = _keys(cursor, database, table)
        primary = next((each.names for each in keys if each.name == "PRIMARY"), ())
        return Schema(
            name=table,
            engine=_engine(cursor, database, table),
            columns=_columns(cursor, database, table),
            primary=primary,
            unique=tuple(each for each in keys if each.name != "PRIMARY"),
            references=_references(cursor, database, table),
            checks=_checks(cursor, database, table),
        )


def _engine(cursor: Cursor, *of: str) -> str:
    query = "SELECT engine FROM information_schema.tables WHERE table_schema=%s AND table_name=%s"
    return str(next((engine for (engine,) in _asked(cursor, query, *of)), ""))


def _columns(cursor: Cursor, *of: str) -> dict[str, Column]:
    query = (
        "SELECT column_name, data_type, column_type, character_maximum_length, numeric_precision, "
        "numeric_scale, is_nullable, column_default, extra, srs_id FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"
    )
    return {
        name: Column(
            name=name,
            kind=_text(kind).lower(),
            declared=_text(declared),
            length=length,
            precision=precision,
            scale=scale,
            nullable=nullable == "YES",
            default=None if default is None else _text(default),
            extra=extra or "",
            spatial_system=system,
        )
        for name, kind, declared, length, precision, scale, nullable, default, extra, system in (
            _asked(cursor, query, *of)
        )
    }


def _keys(cursor: Cursor, *of: str) -> tuple[Unique, ...]:
    query = (
        "SELECT index_name, column_name, sub_part FROM information_schema.statistics WHERE "
        "table_schema = %s AND table_name = %s AND NOT non_unique ORDER BY index_name, seq_in_index"
    )
    found: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for name, column, part in _asked(cursor, query, *of):
        found[name].append((column or "", part))  # an expression has no column
    return tuple(Unique(name, tuple(columns)) for name, columns in found.items())


def _references(cursor: Cursor, *of: str) -> tuple[Reference, ...]:
    query = (
        "SELECT constraint_name, column_name, referenced_table_name, referenced_column_name FROM "
        "information_schema.key_column_usage WHERE table_schema = %s AND table_name = %s AND "
        "referenced_table_name IS NOT NULL ORDER BY constraint_name, ordinal_position"
    )
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for name, column, table, referenced in _asked(cursor, query, *of):
        found[name, table].append((column, referenced))
    return tuple(
        Reference(name, tuple(own for own, _ in pairs), table, tuple(theirs for _, theirs in pairs))
        for (name, table), pairs in found.items()
    )


def _checks(cursor: Cursor, *of: str) -> tuple[str, ...]:
    query = (
        "SELECT c.check_clause FROM information_schema.check_constraints c JOIN "
        "information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema AND "
        "t.constraint_name = c.constraint_name WHERE t.table_schema = %s AND t.table_name = %s AND "
        "t.constraint_type = 'CHECK' AND t.enforced = 'YES' ORDER BY c.constraint_name"
    )
    # Quotes are escaped there, which no statement wants.
    return tuple(_text(clause).replace("\\'", "'") for (clause,) in _asked(cursor, query, *of))


def _asked(cursor: Cursor, query: str, *of: str) -> Sequence[Any]:
    cursor.execute(query, of)
    return cursor.fetchall()


def _text(value: str | bytes) -> str:
    """Long texts of the dictionary come as bytes from some versions."""
    return value.decode() if isinstance(value, bytes) else value
