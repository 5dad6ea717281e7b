"""Values as columns keep them: rounded, cut to what fits, given by default."""

import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from pymysql.err import DataError, IntegrityError, OperationalError

from harness.backends.fake.data.rows import Row, Value
from harness.backends.fake.data.table import Table
from harness.systems.mysql.table_schema import Column

BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
MICRO = 1_000_000


def completed(table: Table, given: Mapping[str, Value], before: Row | None, now: Value) -> Row:
    """A row of `table` with what is given, what it was, and what the table adds.

    Raises:
        pymysql.Error: a column is unknown, a value is missing or does not fit.
    """
    for name in given:
        if name not in table.schema.columns:
            raise OperationalError(1054, f"Unknown column '{name}' in 'field list'")
    columns = table.schema.columns
    row = {
        name: stored(column, given[name]) if name in given else _kept(column, before, now)
        for name, column in columns.items()
    }
    key, version = row.get("id"), row.get("version")
    if isinstance(key, int) and isinstance(version, int):
        for name, filler in table.fillers.items():
            row[name] = stored(columns[name], filler(key, version))
    if before is not None and row != before:
        row |= {
            name: stored(column, now)
            for name, column in columns.items()
            if "on update" in column.extra and name not in given
        }
    for name, column in columns.items():
        if row[name] is None and not column.nullable:
            raise IntegrityError(1048, f"Column '{name}' cannot be null")
    return row


def _kept(column: Column, before: Row | None, now: Value) -> Value:
    """What a column that nobody names holds: what it did, or in a new row its default."""
    return default(column, now) if before is None else before[column.name]


def default(column: Column, now: Value) -> Value:
    """What a column of a new row holds when nobody says it."""
    if column.default == "CURRENT_TIMESTAMP":
        return stored(column, now)
    if column.default is not None:
        return stored(column, column.default)
    return None


def stored(column: Column, value: Value) -> Value:
    """A value as a column keeps it.

    Raises:
        pymysql.err.DataError: it does not fit.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        value = int(value)  # as connectors have a BIT(1)
    if column.kind in BITS:
        return _whole(column, int(str(value)))
    if column.kind == "decimal":
        step = Decimal(1).scaleb(-(column.scale or 0))
        number = Decimal(str(value)).quantize(step, ROUND_HALF_UP)
        if abs(number) >= 10 ** ((column.precision or 10) - (column.scale or 0)):
            raise DataError(1264, f"Out of range value for column '{column.name}'")
        return number
    if column.kind == "float" and isinstance(value, float):
        (single,) = struct.unpack("f", struct.pack("f", value))
        return float(single)
    if column.kind in ("datetime", "timestamp") and isinstance(value, datetime):
        return _rounded(value, _digits(column))
    if isinstance(value, str | bytes) and column.length and len(value) > column.length:
        raise DataError(1406, f"Data too long for column '{column.name}'")
    return value


def _whole(column: Column, value: int) -> int:
    bits = BITS[column.kind]
    lowest = 0 if column.unsigned else -(1 << bits - 1)
    if not lowest <= value < lowest + (1 << bits):
        raise DataError(1264, f"Out of range value for column '{column.name}'")
    return value


def _digits(column: Column) -> int:
    """How many digits of a second a moment keeps."""
    _, _, digits = column.declared.rstrip(")").partition("(")
    return int(digits or 0)


def _rounded(moment: datetime, digits: int) -> datetime:
    step = 10 ** (6 - digits)
    micros = (moment.microsecond + step // 2) // step * step
    return moment.replace(microsecond=0) + timedelta(microseconds=micros)
