"""Connect in memory: what converters write they read, columns keep their values, transforms act."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from harness.backends.fake.connect.columns import Mapping, declared, decoded
from harness.backends.fake.connect.converters import converter
from harness.backends.fake.connect.data import (
    INT64,
    NULL,
    TEXT,
    Part,
    Record,
    Schema,
    TaskError,
    struct,
)
from harness.backends.fake.connect.transforms.chain import Chain
from harness.backends.fake.data import ddl
from harness.backends.fake.data.rows import Value
from harness.model.ports.registry import SchemaRegistry
from harness.model.value import Settings
from tests.fake.small_connect import AVRO, MemorySchemas

KAFKA, DEBEZIUM = "org.apache.kafka.connect", "io.debezium.transforms"
MOMENT = datetime(2024, 2, 29, 23, 59, 59, 123_456)  # noqa: DTZ001 - as tables have it
ROW = struct("shop.Value", id=INT64, version=INT64, customer=TEXT.or_null())
EVENT = struct("shop.Envelope", before=ROW.or_null(), after=ROW.or_null(), op=TEXT)
AMOUNT = Schema("bytes", "org.apache.kafka.connect.data.Decimal", parameters=(("scale", "4"),))
PARTS = (
    Part(ROW, {"id": 1, "version": -2, "customer": None}),
    Part(EVENT, {"before": None, "after": {"id": 1, "version": 2, "customer": "Ü"}, "op": "c"}),
    Part(struct("shop.Amount", amount=AMOUNT), {"amount": Decimal("-12.3400")}),
    NULL,
)


def registry() -> SchemaRegistry:
    return cast("SchemaRegistry", SCHEMAS)


SCHEMAS = MemorySchemas()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "settings",
    [
        AVRO,
        {**AVRO, "value.converter.apicurio.registry.as-confluent": False},
        {**AVRO, "value.converter.apicurio.registry.headers.enabled": True},
        {"value.converter": f"{KAFKA}.json.JsonConverter"},
    ],
)
def test_what_a_converter_writes_it_reads(settings: Settings, part: Part) -> None:
    made = converter("value", settings, registry)
    data, headers = made.write("orders", part)
    assert made.read("orders", data, headers).value == part.value


@pytest.mark.parametrize("data", [b"", b"\xff\0\0\0\1", b"\0\0", b"{"])
@pytest.mark.parametrize("settings", [AVRO, {}])
def test_bytes_of_somebody_else_are_refused(settings: Settings, data: bytes) -> None:
    with pytest.raises(TaskError):
        converter("value", settings, registry).read("orders", data, {})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("TINYINT UNSIGNED", 255),
        ("INT UNSIGNED", 4_294_967_295),
        ("BIGINT", -(1 << 63)),
        ("DECIMAL(12, 4)", Decimal("-1.2500")),
        ("DOUBLE", 0.1),
        ("VARCHAR(40)", "text"),
        ("VARBINARY(40)", b"\0\xff"),
        ("JSON", '{"a": 1}'),
        ("YEAR", 2024),
        ("BIT(12)", 0xABC),
        ("DATE", date(1969, 12, 31)),
        ("DATETIME(6)", MOMENT),
        ("TIMESTAMP(6)", MOMENT),
        ("TIME(6)", timedelta(hours=-30, microseconds=1)),
    ],
)
def test_a_column_keeps_its_value(kind: str, value: Value) -> None:
    (column,) = ddl.parse(f"CREATE TABLE t (c {kind})").columns.values()
    schema, encode = Mapping().column(column)
    assert decoded(schema, encode(value)) == value
    assert schema.optional
    assert ddl.parse(f"CREATE TABLE t (c {declared(schema)})").columns["c"].kind


def test_connect_s_own_moments_end_at_milliseconds() -> None:
    (column,) = ddl.parse("CREATE TABLE t (c DATETIME(6))").columns.values()
    schema, encode = Mapping(adaptive=False).column(column)
    assert decoded(schema, encode(MOMENT)) == MOMENT.replace(microsecond=123_000)


def event(operation: str) -> Record:
    """An event of a row of two versions."""
    row = {"id": 7, "version": 1, "customer": "one"}
    image = {
        "before": None if operation == "c" else row,
        "after": None if operation == "d" else {**row, "version": 2},
    }
    key = Part(struct("shop.Key", id=INT64), {"id": 7})
    return Record(topic="shop.orders", key=key, value=Part(EVENT, {**image, "op": operation}))


TOMBSTONE = Record(topic="shop.orders", key=Part(None, {"id": 7}))


def applied(record: Record, **settings: Any) -> Record | None:
    """What one transform makes of a record; underscores stand for dots."""
    named = {f"transforms.t.{name.replace('_', '.')}": each for name, each in settings.items()}
    return Chain({"transforms": "t", **named}).apply(record)


@pytest.mark.parametrize(
    ("mode", "removal", "tombstone"),
    [
        ("drop", "gone", "gone"),
        ("tombstone", None, "gone"),
        ("rewrite", "true", "gone"),
        ("rewrite-with-tombstone", "true", None),
    ],
)
def test_unwrapping_makes_of_a_removal_what_it_is_told(
    mode: str, removal: str | None, tombstone: str | None
) -> None:
    def of(record: Record) -> object:
        made = applied(
            record,
            type=f"{DEBEZIUM}.ExtractNewRecordState",
            delete_tombstone_handling_mode=mode,
        )
        if made is None:
            return "gone"
        return None if made.value.value is None else made.value.value.get("__deleted")

    assert (of(event("d")), of(TOMBSTONE)) == (removal, tombstone)


def test_unwrapping_leaves_the_row_and_what_is_added() -> None:
    unwrap = f"{DEBEZIUM}.ExtractNewRecordState"
    made = applied(event("u"), type=unwrap, add_fields="op", route_by_field="customer")
    assert made is not None
    assert made.topic == "one"
    assert made.value.value == {"id": 7, "version": 2, "customer": "one", "__op": "u"}
    assert made.value.schema is not None
    assert made.value.schema.field("__op") == TEXT


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"type": f"{KAFKA}.transforms.ExtractField$Key", "field": "id"}, 7),
        ({"type": f"{KAFKA}.transforms.HoistField$Key", "field": "of"}, {"of": {"id": 7}}),
        ({"type": f"{KAFKA}.transforms.ValueToKey", "fields": "op"}, {"op": "u"}),
    ],
)
def test_keys_are_made_of_keys_and_values(settings: dict[str, str], key: object) -> None:
    made = applied(event("u"), **settings)
    assert made is not None
    assert made.key.value == key


def test_a_predicate_says_what_a_transform_touches() -> None:
    settings: Settings = {
        "transforms": "t",
        "transforms.t.type": f"{KAFKA}.transforms.Filter",
        "transforms.t.predicate": "p",
        "predicates.p.type": f"{KAFKA}.transforms.predicates.RecordIsTombstone",
    }
    chain = Chain(settings)
    assert (chain.apply(TOMBSTONE), chain.apply(event("u"))) == (None, event("u"))


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(TaskError, match="has no transform Guess"):
        applied(event("u"), type="com.example.Guess")
    with pytest.raises(TaskError, match="has no converter ProtobufConverter"):
        converter("value", {"value.converter": "io.confluent.ProtobufConverter"}, registry)
