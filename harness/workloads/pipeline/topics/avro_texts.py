"""The text of a value in a change topic, by what its Avro schema says it is.

Connect's types have a logical type in Avro, which the decoder has applied already. Those of
Debezium have a name only, and reach us as the numbers or texts that stand for them.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from harness.model.texts import MICRO, Family, canonical

Type: TypeAlias = Any
"""A type as JSON spells Avro's: a name, or an object with `type` and maybe `connect.name`."""
Reader: TypeAlias = Callable[[Any], str]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BELOW_MICRO = 1000


def text_of(value: object, kind: Type, family: Family) -> str | None:
    """The text of a value that is not NULL.

    Args:
        value: as it was decoded.
        kind: its type in the writer's schema.
        family: of the source's column.

    Returns:
        None when nobody here knows how a value of that type stands for one of that family.
    """
    found, read = READERS.get(_name(kind), (None, str))
    # A number and JSON may be handed on as they are written.
    if found is not family and not (found is Family.TEXT and family in AS_TEXT):
        return None
    try:
        return canonical(read(value), family)
    except (TypeError, ValueError, OverflowError):
        return None  # not what its schema says, or out of the range of what we read it with


def columns_of(schema: str) -> Mapping[str, Type]:
    """The type of each column, by the schema of an event or of a flat row; NULL left out.

    Raises:
        KeyError: or TypeError, or ValueError: it is neither.
    """
    fields = {field["name"]: field["type"] for field in json.loads(schema)["fields"]}
    if "op" in fields:
        # The first image declares the row, the second one refers to it by its name.
        (row, *_) = (
            each for image in ("before", "after") if isinstance(each := _one(fields[image]), dict)
        )
        fields = {field["name"]: field["type"] for field in row["fields"]}
    return {name: _one(kind) for name, kind in fields.items()}


def _one(kind: Type) -> Type:
    """What a type is besides null."""
    return (
        next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
    )


def _name(kind: Type) -> str:
    if isinstance(kind, str):
        return kind
    return str(kind.get("connect.name") or kind.get("logicalType") or kind["type"])


def _decimal(value: Decimal) -> str:
    return f"{value:f}"


def _moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def _zoned(value: str) -> str:
    return _moment(datetime.fromisoformat(value))


def _after_epoch(per_second: int) -> Reader:
    """A moment from its distance to 1970, where a second has so many units."""

    def read(value: int) -> str:
        second, rest = divmod(value, per_second)
        fraction = f"{rest:0{len(str(per_second)) - 1}}"
        return f"{EPOCH + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}.{fraction}"

    return read


def _day(value: int | date) -> str:
    return str(value if isinstance(value, date) else EPOCH.date() + timedelta(days=value))


def _of_day(per_second: int) -> Reader:
    """A time from its distance to midnight, which in MySQL may be negative, or be days."""

    def read(value: int | time) -> str:
        if isinstance(value, time):
            return f"{value:%H:%M:%S.%f}"
        seconds, rest = divmod(abs(value), per_second)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        sign = "-" if value < 0 else ""
        fraction = f"{rest:0{len(str(per_second)) - 1}}"
        return f"{sign}{hours:02}:{minutes:02}:{seconds:02}.{fraction}"

    return read


def _bits(value: bytes) -> str:
    return str(int.from_bytes(value, "little"))


def _number(value: float) -> str:
    return repr(int(value) if isinstance(value, bool) else value)


def _hexadecimal(value: bytes) -> str:
    return value.hex().upper()


AS_TEXT = (Family.NUMBER, Family.JSON)
_CONNECT = "org.apache.kafka.connect.data"
_TIME = "io.debezium.time"
_DATA = "io.debezium.data"
READERS: dict[str, tuple[Family, Reader]] = {
    **dict.fromkeys(("boolean", "int", "long", "float", "double"), (Family.NUMBER, _number)),
    "string": (Family.TEXT, str),
    "bytes": (Family.BYTES, _hexadecimal),
    f"{_CONNECT}.Decimal": (Family.NUMBER, _decimal),
    f"{_CONNECT}.Date": (Family.DAY, _day),
    f"{_CONNECT}.Time": (Family.TIME, _of_day(1000)),
    f"{_CONNECT}.Timestamp": (Family.MOMENT, _moment),
    f"{_TIME}.Date": (Family.DAY, _day),
    f"{_TIME}.Time": (Family.TIME, _of_day(1000)),
    f"{_TIME}.MicroTime": (Family.TIME, _of_day(MICRO)),
    f"{_TIME}.NanoTime": (Family.TIME, _of_day(MICRO * BELOW_MICRO)),
    f"{_TIME}.Timestamp": (Family.MOMENT, _after_epoch(1000)),
    f"{_TIME}.MicroTimestamp": (Family.MOMENT, _after_epoch(MICRO)),
    f"{_TIME}.NanoTimestamp": (Family.MOMENT, _after_epoch(MICRO * BELOW_MICRO)),
    f"{_TIME}.ZonedTimestamp": (Family.MOMENT, _zoned),
    f"{_TIME}.Year": (Family.NUMBER, str),
    f"{_DATA}.Json": (Family.JSON, str),
    f"{_DATA}.Enum": (Family.TEXT, str),
    f"{_DATA}.EnumSet": (Family.TEXT, str),
    f"{_DATA}.Bits": (Family.NUMBER, _bits),
}
"""By the name of a type: what family its values are of, and how they are read."""
