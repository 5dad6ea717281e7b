"""Columns of a table: what they are, what they are filled with, how their values become texts.

Fillers are SQL expressions of `NEW.version` and `NEW.id`. Each version of a row looks different, as
far as the type allows, and no value is 0, which looks like nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from harness.model.texts import Family
from harness.systems.postgres.client import Connection

LONG_ENOUGH = 20
"""Characters that hold every version in decimal digits, with a letter before them."""
PICK = "(NEW.version / 2)"
"""Takes turns, whatever there is to pick of: versions of one row are two or more apart."""
MICROS = "to_char({}, 'YYYY-MM-DD HH24:MI:SS.US')"
_MOMENT = "NEW.version % 1000 * interval '3600.123457 s'"
"""An hour and some microseconds further with each version, so that a lost digit shows."""
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    name: str
    kind: str
    """The server's own name of its type, `int8`; `enum` for types that are enumerations."""
    declared: str
    """As `format_type` writes it: `numeric(12,4)`."""
    nullable: bool
    kept: bool
    """Whether a row that does not name it gets a value that was declared for that."""
    generated: bool
    """Whether the server computes it from other columns."""

    @property
    def numbers(self) -> list[int]:
        """What its declaration has in parentheses."""
        return [int(each) for each in _NUMBERS.findall(self.declared.partition("(")[2])]


Filler: TypeAlias = Callable[[Column], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of columns."""

    family: Family | None
    """None: its values are not compared."""
    filler: Filler
    asked: str = "{}::text"
    """The SQL that answers with the text of a value."""


def columns_of(connection: Connection, schema: str, table: str) -> dict[str, Column]:
    """The columns of a table by name, in order; none when there is no such table."""
    found = connection.execute(
        "SELECT attname, CASE typtype WHEN 'e' THEN 'enum' ELSE typname END, "
        "format_type(atttypid, atttypmod), NOT attnotnull, "
        "atthasdef OR attidentity <> '', attgenerated <> '' "
        "FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid "
        "JOIN pg_class ON pg_class.oid = attrelid "
        "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE nspname = %s AND relname = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (schema, table),
    )
    return {
        name: Column(
            name=name,
            kind=kind,
            declared=declared,
            nullable=nullable,
            kept=kept and not generated,
            generated=generated,
        )
        for name, kind, declared, nullable, kept, generated in found.fetchall()
    }


def primary_key(connection: Connection, schema: str, table: str) -> list[str]:
    """The names of its columns."""
    found = connection.execute(
        "SELECT attname FROM pg_index JOIN pg_class ON pg_class.oid = indrelid "
        "JOIN pg_namespace ON pg_namespace.oid = relnamespace JOIN pg_attribute "
        "ON attrelid = indrelid AND attnum = ANY(indkey) "
        "WHERE nspname = %s AND relname = %s AND indisprimary ORDER BY attnum",
        (schema, table),
    )
    return [name for (name,) in found.fetchall()]


def _always(expression: str) -> Filler:
    return lambda _: expression


def _whole(bits: int) -> Filler:
    return _always(f"1 + NEW.version % {(1 << bits - 1) - 1}")


def _decimal(column: Column) -> str:
    digits, scale = (*column.numbers, 0)[:2] if column.numbers else (18, 4)
    number = f"(1 + NEW.version % {10 ** min(digits, 18) - 1})"
    return f"{number} * 0.{'0' * (scale - 1)}1" if scale else number


def _text(column: Column) -> str:
    """The whole version where it fits, else as many of its last hexadecimal digits as do."""
    length = (column.numbers or [LONG_ENOUGH])[0]
    if length >= LONG_ENOUGH:
        return "'v' || NEW.version"
    return f"right(lpad(to_hex(NEW.version), {LONG_ENOUGH}, '0'), {length})"


def _padded(column: Column) -> str:
    """As long as the column: blanks at its end would be nothing to some readers."""
    return f"rpad({_text(column)}, {(column.numbers or [1])[0]}, 'x')"


def _bits(column: Column) -> str:
    return f"(1 + NEW.version % 2)::bit({(column.numbers or [1])[0]})"


def _member(column: Column) -> str:
    members = f"enum_range(NULL::{column.declared})"
    return f"({members})[1 + {PICK} % cardinality({members})]"


_MOMENTS = {
    "timestamp": Kind(Family.MOMENT, _always(f"timestamp '2020-01-01' + {_MOMENT}"), MICROS),
    "timestamptz": Kind(
        Family.MOMENT,
        _always(f"timestamptz '2020-01-01 00:00:00+00' + {_MOMENT}"),
        MICROS.format("{} AT TIME ZONE 'UTC'"),
    ),
    "date": Kind(Family.DAY, _always("date '2020-01-01' + (NEW.version % 1000)::integer")),
    "time": Kind(
        Family.TIME,
        _always(
            "time '00:00' + (NEW.version % 86399 + NEW.version % 1000 * 0.001457) * interval '1 s'"
        ),
        "to_char({}, 'HH24:MI:SS.US')",
    ),
    "interval": Kind(None, _always("NEW.version % 1000 * interval '1 s'")),
}
_JSON = Kind(Family.JSON, _always("jsonb_build_object('version', NEW.version)"))
KINDS: dict[str, Kind] = {
    "int2": Kind(Family.NUMBER, _whole(16)),
    "int4": Kind(Family.NUMBER, _whole(32)),
    "int8": Kind(Family.NUMBER, _always("NEW.version")),
    "numeric": Kind(Family.NUMBER, _decimal),
    **dict.fromkeys(
        ("float4", "float8"),
        Kind(Family.NUMBER, _always("(1 + NEW.version % 990000) / 10000.0"), "{}::float8::text"),
    ),
    "bool": Kind(Family.NUMBER, _always(f"{PICK} % 2 = 1"), "{}::integer::text"),
    **dict.fromkeys(("text", "varchar"), Kind(Family.TEXT, _text)),
    "bpchar": Kind(Family.TEXT, _padded),
    "enum": Kind(Family.TEXT, _member),
    "uuid": Kind(Family.TEXT, _always("md5('v' || NEW.version)::uuid")),
    "bytea": Kind(
        Family.BYTES, _always("convert_to('v' || NEW.version, 'UTF8')"), "upper(encode({}, 'hex'))"
    ),
    **dict.fromkeys(("json", "jsonb"), _JSON),
    "bit": Kind(None, _bits),
    **_MOMENTS,
}
"""By the server's name of a type."""
