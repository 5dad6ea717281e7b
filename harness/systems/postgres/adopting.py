"""A table that was declared for MySQL, in PostgreSQL's words."""

import re
from collections.abc import Iterator

import msgspec

from harness.kit.errors import UsageError
from harness.model.pipeline.paths import Path
from harness.model.pipeline.traffic import SourceTable

_TYPE = re.compile(r"(\w+)\s*(\([^)]*\))?\s*((?:NOT )?NULL)?", re.IGNORECASE)
TYPES = {
    "TINYINT": "SMALLINT",
    "SMALLINT": "SMALLINT",
    "MEDIUMINT": "INTEGER",
    "INT": "INTEGER",
    "INTEGER": "INTEGER",
    "BIGINT": "BIGINT",
    "DECIMAL": "NUMERIC",
    "FLOAT": "REAL",
    "DOUBLE": "DOUBLE PRECISION",
    "CHAR": "CHAR",
    "VARCHAR": "VARCHAR",
    **dict.fromkeys(("TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT"), "TEXT"),
    **dict.fromkeys(("TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"), "BYTEA"),
    "JSON": "JSONB",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "TIMESTAMP": "TIMESTAMPTZ",
    "TIME": "TIME",
}
"""What MySQL calls a type, and PostgreSQL."""
SIZED = ("NUMERIC", "CHAR", "VARCHAR")
MOMENTS = ("TIMESTAMP", "TIMESTAMPTZ", "TIME")


def adopted(table: SourceTable) -> SourceTable:
    """The same table in PostgreSQL's words.

    Raises:
        UsageError: it says what can only be said to MySQL.
    """
    if table.ddl is not None or table.fills:
        raise UsageError(f"table {table.name} is declared in MySQL's own words")
    columns = {name: _type(table.name, name, text) for name, text in table.columns.items()}
    fills = {
        name: f"(ARRAY[{members}])[1 + NEW.version / 2 % {members.count(',') + 1}]"
        for name, text in table.columns.items()
        if (members := _members(text))
    }
    return msgspec.structs.replace(table, columns=columns, fills=fills)


def misfits(path: Path) -> Iterator[str]:
    """Settings with which a sink writes what a column here does not take."""
    mode = path.feed.settings.get("decimal.handling.mode")
    if mode == "string" and any(copy.kind == "jdbc" for copy in path.copies):
        yield f"a sink of path {path.name} writes decimals as texts, which columns do not accept"


def _members(text: str) -> str:
    """What an ENUM may be: texts in quotes, with commas between."""
    found = re.fullmatch(r"ENUM\s*\((.*)\)", text, re.IGNORECASE)
    return found[1] if found else ""


def _type(table: str, column: str, text: str) -> str:
    if _members(text):
        return "TEXT"
    found = _TYPE.fullmatch(text)
    if found is None or found[1].upper() not in TYPES:
        raise UsageError(f"column {column} of table {table} is of MySQL's own type {text}")
    kind, size = TYPES[found[1].upper()], found[2] or ""
    if kind in MOMENTS:
        size = size or "(0)"  # MySQL keeps whole seconds unless told
    elif kind not in SIZED:
        size = ""
    zone = size + " WITH TIME ZONE" if kind == "TIMESTAMPTZ" else size
    return f"{kind.removesuffix('TZ')}{zone} {found[3] or ''}".strip()
