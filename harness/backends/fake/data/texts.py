"""Values of columns as the texts by which copies are compared with their source."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from harness.backends.fake.data.rows import Row, Value
from harness.backends.fake.data.table import Table
from harness.model.rows import Cell, Column, Columns, Contents
from harness.model.texts import Family, canonical
from harness.systems.mysql.texts import family_of

NEEDED = ("id", "version")
_TEXTS: dict[type, Callable[[Value], str]] = {
    bytes: lambda value: value.hex().upper() if isinstance(value, bytes) else "",
    float: lambda value: f"{Decimal(str(value)):f}",
    timedelta: lambda value: _time(value) if isinstance(value, timedelta) else "",
}


def columns_of(table: Table) -> dict[str, Column]:
    """The columns that can be compared."""
    return {
        name: Column(column.declared, family)
        for name, column in table.schema.columns.items()
        if name not in NEEDED and (family := family_of(column.declared)) is not None
    }


def contents_of(rows: Iterable[Row], columns: Columns) -> Contents:
    """Key and version of rows, and their cells."""
    found = list(rows)
    return Contents(
        rows=versions(found),
        cells=[
            Cell(_whole(row["id"]), _whole(row["version"]), name, _text(row[name], column.family))
            for row in found
            for name, column in columns.items()
        ],
    )


def versions(rows: Iterable[Row]) -> Sequence[tuple[int, int]]:
    """Key and version of rows."""
    return [(_whole(row["id"]), _whole(row["version"])) for row in rows]


def _whole(value: Value) -> int:
    assert isinstance(value, int)  # noqa: S101 - `id` and `version` are whole and never NULL
    return value


def _text(value: Value, family: Family) -> str | None:
    if value is None:
        return None
    return canonical(_TEXTS.get(type(value), str)(value), family)


def _time(value: timedelta) -> str:
    """`-12:34:56.789`: hours go on behind 24."""
    sign = "-" if value < timedelta() else ""
    seconds, micros = divmod(round(abs(value) / timedelta(microseconds=1)), 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{sign}{hour:02}:{minute:02}:{second:02}" + (f".{micros:06}" if micros else "")
