"""One text for one value: of MySQL's columns, and of each type that topics have for them."""

import io
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import fastavro
import pytest

from harness.model.texts import Family, canonical
from harness.systems.mysql.texts import asked_for, family_of
from harness.workloads.pipeline.topics.avro_texts import Type, columns_of, text_of

DATA, TIME, CONNECT = "io.debezium.data", "io.debezium.time", "org.apache.kafka.connect.data"
NOON = datetime(2020, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
MICROS = 1_577_880_000_123_456


def named(kind: str, name: str) -> Type:
    return {"type": kind, "connect.version": 1, "connect.name": name}


DECIMAL = named("bytes", f"{CONNECT}.Decimal")
MICRO_TIMESTAMP = named("long", f"{TIME}.MicroTimestamp")
NANO_TIMESTAMP = named("long", f"{TIME}.NanoTimestamp")
ZONED = named("string", f"{TIME}.ZonedTimestamp")


@pytest.mark.parametrize(
    ("declared", "family"),
    [
        ("decimal(12,4) unsigned", Family.NUMBER),
        ("bigint unsigned", Family.NUMBER),
        ("enum('a b','c')", Family.TEXT),
        ("varbinary(8)", Family.BYTES),
        ("json", Family.JSON),
        ("datetime(6)", Family.MOMENT),
        ("TIMESTAMP", Family.MOMENT),
        ("geometry", None),
    ],
)
def test_a_column_is_of_a_family(declared: str, family: Family | None) -> None:
    assert family_of(declared) is family


@pytest.mark.parametrize(
    ("declared", "asked"),
    [
        ("bit(8)", "CAST(`it` + 0 AS CHAR)"),
        ("float", "CAST(CAST(`it` AS DOUBLE) AS CHAR)"),
        ("blob", "CAST(HEX(`it`) AS CHAR)"),
        ("decimal(12,4)", "CAST(`it` AS CHAR)"),
    ],
)
def test_mysql_says_itself_what_a_column_holds(declared: str, asked: str) -> None:
    assert asked_for("it", declared) == asked


@pytest.mark.parametrize(
    ("family", "texts"),
    [
        (Family.NUMBER, ("12.5", "12.5000", "1.25e1", "12.50")),
        (Family.NUMBER, ("100", "100.0000", "1E+2")),
        (Family.NUMBER, ("0." + "1" * 30, "0." + "1" * 30 + "00")),
        (Family.JSON, ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}')),
        (Family.MOMENT, ("2020-01-01 12:00:00.12", "2020-01-01 12:00:00.120000")),
        (Family.MOMENT, ("2020-01-01 12:00:00", "2020-01-01 12:00:00.000")),
        (Family.TIME, ("-838:59:50", "-838:59:50.000000")),
    ],
)
def test_one_value_has_one_text(family: Family, texts: tuple[str, ...]) -> None:
    assert len({canonical(text, family) for text in texts}) == 1


@pytest.mark.parametrize(
    ("family", "one", "other"),
    [
        (Family.NUMBER, "12.3456", "12.3457"),
        (Family.NUMBER, "10", "1"),
        (Family.NUMBER, "0." + "1" * 30, "0." + "1" * 29),
        (Family.TEXT, "1.50", "1.5"),
        (Family.JSON, '{"a": 1}', '{"a": "1"}'),
        (Family.JSON, "{", "[]"),
        (Family.MOMENT, "2020-01-01 12:00:00.123456", "2020-01-01 12:00:00.123"),
        (Family.MOMENT, "2020-01-01 12:00:00", "2020-01-01 13:00:00"),
    ],
)
def test_other_values_have_other_texts(family: Family, one: str, other: str) -> None:
    assert canonical(one, family) != canonical(other, family)


@pytest.mark.parametrize(
    ("kind", "family", "value", "text"),
    [
        ("int", Family.NUMBER, 7, "7"),
        ({"type": "int", "connect.type": "int16"}, Family.NUMBER, 7, "7"),
        ("long", Family.NUMBER, 1 << 62, "4611686018427387904"),
        ("boolean", Family.NUMBER, True, "1"),
        ("double", Family.NUMBER, 1e20, "100000000000000000000"),
        ("float", Family.NUMBER, 1.100000023841858, "1.100000023841858"),
        ("string", Family.TEXT, "1.50", "1.50"),
        ("string", Family.NUMBER, "1.50", "1.5"),
        ("string", Family.JSON, '{"a":1}', '{"a": 1}'),
        ("bytes", Family.BYTES, b"\x00\xff", "00FF"),
        (DECIMAL, Family.NUMBER, Decimal("12.3400"), "12.34"),
        (named("int", f"{CONNECT}.Date"), Family.DAY, date(2020, 1, 1), "2020-01-01"),
        (named("int", f"{CONNECT}.Time"), Family.TIME, time(12, 0, 0, 120_000), "12:00:00.12"),
        (named("long", f"{CONNECT}.Timestamp"), Family.MOMENT, NOON, "2020-01-01 12:00:00.123456"),
        (named("int", f"{TIME}.Date"), Family.DAY, 18_262, "2020-01-01"),
        (named("int", f"{TIME}.Time"), Family.TIME, 43_200_120, "12:00:00.12"),
        (named("long", f"{TIME}.MicroTime"), Family.TIME, -3_020_399_000_001, "-838:59:59.000001"),
        (named("long", f"{TIME}.NanoTime"), Family.TIME, 1_000, "00:00:00.000001"),
        (named("long", f"{TIME}.Timestamp"), Family.MOMENT, -1, "1969-12-31 23:59:59.999"),
        (named("long", f"{TIME}.Timestamp"), Family.MOMENT, 0, "1970-01-01 00:00:00"),
        (MICRO_TIMESTAMP, Family.MOMENT, MICROS, "2020-01-01 12:00:00.123456"),
        (NANO_TIMESTAMP, Family.MOMENT, MICROS * 1000, "2020-01-01 12:00:00.123456"),
        (ZONED, Family.MOMENT, "2020-01-01T13:00:00.12+01:00", "2020-01-01 12:00:00.12"),
        (ZONED, Family.MOMENT, "2020-01-01T12:00:00Z", "2020-01-01 12:00:00"),
        (named("int", f"{TIME}.Year"), Family.NUMBER, 1999, "1999"),
        (named("string", f"{DATA}.Json"), Family.JSON, '{"b":1,"a":2}', '{"a": 2, "b": 1}'),
        (named("string", f"{DATA}.Enum"), Family.TEXT, "red", "red"),
        (named("string", f"{DATA}.EnumSet"), Family.TEXT, "a,b", "a,b"),
        (named("bytes", f"{DATA}.Bits"), Family.NUMBER, b"\x01\x02", "513"),
    ],
    ids=str,
)  # fmt: skip
def test_a_type_of_a_topic_says_what_mysql_says(
    kind: Type, family: Family, value: object, text: str
) -> None:
    assert text_of(value, kind, family) == text


@pytest.mark.parametrize(
    ("kind", "family", "value"),
    [
        ("long", Family.MOMENT, MICROS),
        ("string", Family.MOMENT, "2020-01-01"),
        ("string", Family.BYTES, "AP8="),
        (named("string", "my.Money"), Family.NUMBER, "1.5"),
        ({"type": "long", "logicalType": "timestamp-micros"}, Family.MOMENT, NOON),
        ({"type": "array", "items": "int"}, Family.TEXT, [1]),
        (DECIMAL, Family.NUMBER, b"\x01"),
        (named("long", f"{TIME}.Timestamp"), Family.MOMENT, 1 << 60),
        (ZONED, Family.MOMENT, "yesterday"),
    ],
    ids=str,
)
def test_what_nobody_here_can_read_is_not_guessed(
    kind: Type, family: Family, value: object
) -> None:
    assert text_of(value, kind, family) is None


def test_an_envelope_declares_its_row_once() -> None:
    row = {
        "type": "record",
        "name": "Value",
        "fields": [
            {"name": "id", "type": "long"},
            {"name": "at", "type": ["null", named("long", f"{TIME}.MicroTimestamp")]},
            {"name": "gone", "type": ["string", "null"]},
        ],
    }
    envelope = {
        "type": "record",
        "name": "Envelope",
        "fields": [
            {"name": "before", "type": ["null", row]},
            {"name": "after", "type": ["null", "Value"]},
            {"name": "op", "type": "string"},
        ],
    }
    columns = columns_of(json.dumps(envelope))
    assert columns == columns_of(json.dumps(row))
    assert columns["at"]["connect.name"] == f"{TIME}.MicroTimestamp"
    assert columns["gone"] == "string"


@pytest.mark.parametrize("schema", ['"string"', '{"type": "array", "items": "int"}', "[]"])
def test_a_schema_of_something_else_has_no_columns(schema: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        columns_of(schema)


@pytest.mark.parametrize(
    ("kind", "value", "family", "text"),
    [
        (
            {**DECIMAL, "scale": 4, "precision": 12, "logicalType": "decimal"},
            Decimal("12.3400"), Family.NUMBER, "12.34",
        ),
        (
            {**named("long", f"{CONNECT}.Timestamp"), "logicalType": "timestamp-millis"},
            NOON, Family.MOMENT, "2020-01-01 12:00:00.123",
        ),
        (
            {**named("int", f"{CONNECT}.Time"), "logicalType": "time-millis"},
            time(12, 0, 0, 123_000), Family.TIME, "12:00:00.123",
        ),
        (
            {**named("int", f"{CONNECT}.Date"), "logicalType": "date"},
            date(2020, 1, 1), Family.DAY, "2020-01-01",
        ),
    ],
    ids=str,
)  # fmt: skip
def test_connects_own_types_are_what_the_decoder_makes_of_them(
    kind: Type, value: object, family: Family, text: str
) -> None:
    record = {"type": "record", "name": "Row", "fields": [{"name": "it", "type": kind}]}
    schema = fastavro.parse_schema(record)
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, schema, {"it": value})
    buffer.seek(0)
    found: Any = fastavro.schemaless_reader(buffer, schema, None)
    assert text_of(found["it"], kind, family) == text
