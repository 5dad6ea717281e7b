"""Columns of MySQL as Connect's connectors write them, and back again in a sink."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from harness.backends.fake.connect.data import DECIMAL, TIMESTAMP, Schema, TaskError
from harness.backends.fake.data.rows import Value
from harness.systems.mysql.table_schema import Column

TIME, DATA, CONNECT = (
    "io.debezium.time",
    "io.debezium.data",
    "org.apache.kafka.connect.data",
)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the database's moments have no zone
MILLI, MICRO = timedelta(milliseconds=1), timedelta(microseconds=1)
Encode: TypeAlias = Callable[[Any], Any]
SIZES = {"tinyint": 16, "smallint": 16, "mediumint": 32, "int": 32, "bigint": 64}


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a connector writes what MySQL's types hold.

    `adaptive` keeps of a moment what its column keeps, in types of Debezium's; without it moments
    are Connect's own, which end at milliseconds.
    """

    adaptive: bool = True
    decimals: str = "precise"
    """`precise`, `string` or `double`."""

    def column(self, column: Column) -> tuple[Schema, Encode]:
        """The schema of a column, and how a value that is not NULL is written.

        Raises:
            TaskError: there is no such type here.
        """
        schema, encode = self._typed(column)
        return schema.or_null() if column.nullable else schema, encode

    def _typed(self, column: Column) -> tuple[Schema, Encode]:
        if column.kind in SIZES:
            wide = SIZES[column.kind] * (2 if column.unsigned and column.kind != "tinyint" else 1)
            return Schema(f"int{min(wide, 64)}"), int
        if column.kind == "decimal":
            return self._decimal(column)
        if column.kind in {"datetime", "timestamp", "date", "time"}:
            return (_adaptive if self.adaptive else _connects)(column)
        if column.kind == "bit" and column.precision in {None, 1}:
            return Schema("boolean"), bool
        if column.kind in PLAIN:
            return PLAIN[column.kind]
        raise TaskError(f"the fake Connect does not map columns of type {column.declared}")

    def _decimal(self, column: Column) -> tuple[Schema, Encode]:
        if self.decimals == "string":
            return Schema("string"), lambda value: f"{value:f}"
        if self.decimals == "double":
            return Schema("float64"), float
        parameters = (
            ("scale", str(column.scale or 0)),
            ("connect.decimal.precision", str(column.precision or 10)),
        )
        return Schema("bytes", DECIMAL, parameters=parameters), lambda value: Decimal(str(value))


TEXT = (Schema("string"), str)
BYTES = (Schema("bytes"), bytes)
PLAIN: dict[str, tuple[Schema, Encode]] = {
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext"), TEXT),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), BYTES),
    **dict.fromkeys(("float", "double"), (Schema("float64"), float)),
    "year": (Schema("int32", f"{TIME}.Year"), int),
    "json": (Schema("string", f"{DATA}.Json"), str),
    "enum": (Schema("string", f"{DATA}.Enum"), str),
    "set": (Schema("string", f"{DATA}.EnumSet"), str),
    "bit": (Schema("bytes", f"{DATA}.Bits"), lambda value: int(value).to_bytes(8, "little")),
}


def _since(step: timedelta) -> Encode:
    return lambda value: (value - EPOCH) // step


def _days(value: date) -> int:
    return (value - EPOCH.date()).days


def _zoned(value: datetime) -> str:
    return f"{value.isoformat()}Z"


def _adaptive(column: Column) -> tuple[Schema, Encode]:
    if column.kind == "timestamp":
        return Schema("string", f"{TIME}.ZonedTimestamp"), _zoned
    if column.kind == "date":
        return Schema("int32", f"{TIME}.Date"), _days
    if column.kind == "time":
        return Schema("int64", f"{TIME}.MicroTime"), lambda value: value // MICRO
    digits = int(column.declared.partition("(")[2].rstrip(")") or 0)
    if digits <= 3:
        return Schema("int64", f"{TIME}.Timestamp"), _since(MILLI)
    return Schema("int64", f"{TIME}.MicroTimestamp"), _since(MICRO)


def _connects(column: Column) -> tuple[Schema, Encode]:
    if column.kind == "date":
        return Schema("int32", f"{CONNECT}.Date"), _days
    if column.kind == "time":
        return Schema("int32", f"{CONNECT}.Time"), lambda value: value // MILLI
    return Schema("int64", TIMESTAMP), _since(MILLI)


def _from_zoned(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)


DECODE: dict[str, Callable[[Any], Value]] = {
    f"{TIME}.ZonedTimestamp": _from_zoned,
    f"{TIME}.Timestamp": lambda value: EPOCH + value * MILLI,
    f"{TIME}.MicroTimestamp": lambda value: EPOCH + value * MICRO,
    f"{TIME}.Date": lambda value: EPOCH.date() + timedelta(days=value),
    f"{TIME}.MicroTime": lambda value: value * MICRO,
    TIMESTAMP: lambda value: EPOCH + value * MILLI,
    f"{CONNECT}.Date": lambda value: EPOCH.date() + timedelta(days=value),
    f"{CONNECT}.Time": lambda value: value * MILLI,
    f"{DATA}.Bits": lambda value: int.from_bytes(value, "little"),
}
"""By the name of a schema: what a sink writes into a column."""


def decoded(schema: Schema | None, value: Any) -> Value:  # noqa: ANN401 - as its schema says
    """A value as a database takes it."""
    if isinstance(value, bool):
        return int(value)
    decode = DECODE.get(schema.name or "") if schema is not None else None
    if value is None or decode is None:
        return value  # type: ignore[no-any-return]
    return decode(value)


DECLARED = {
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "float64": "double",
    "string": "longtext",
    "bytes": "longblob",
    "boolean": "bit(1)",
}


def declared(schema: Schema) -> str:
    """The type that a sink gives a column that its table lacks."""
    if schema.name == DECIMAL:
        told = dict(schema.parameters)
        return f"decimal({told.get('connect.decimal.precision', '38')},{told['scale']})"
    named = {
        f"{TIME}.ZonedTimestamp": "datetime(6)",
        f"{TIME}.MicroTimestamp": "datetime(6)",
        f"{TIME}.Timestamp": "datetime(3)",
        TIMESTAMP: "datetime(3)",
        f"{TIME}.Date": "date",
        f"{TIME}.MicroTime": "time(6)",
        f"{DATA}.Json": "json",
    }
    return named.get(schema.name or "", DECLARED[schema.kind])
