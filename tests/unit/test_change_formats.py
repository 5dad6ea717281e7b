"""Records of other shapes, bytes and routes than the harness's own feed writes."""

import base64
import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Self

import pytest

from harness.history.history import NOTHING
from harness.model.pipeline.feed_format import FeedFormat
from harness.model.pipeline.paths import Feed, Path
from harness.model.ports.clients import Message
from harness.model.value import Settings
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.decoding import MOVED, Decoder, Event
from harness.workloads.pipeline.topics.routes import Routes
from tests.unit.change_records import columns, decoder, message

NAMING = Naming.of("run")
TOPICS = {"a.orders": "orders", "a.items": "items"}
JSON: Settings = {
    f"{part}.converter": "org.apache.kafka.connect.json.JsonConverter" for part in ("key", "value")
}
UNWRAP: Settings = {
    **JSON,
    "transforms": "unwrap",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
}
HANDLING = "transforms.unwrap.delete.tombstone.handling.mode"
LONG_KEY: Settings = {**JSON, "key.converter": "org.apache.kafka.connect.converters.LongConverter"}
TEXT_KEY: Settings = {**JSON, "key.converter": "org.apache.kafka.connect.storage.StringConverter"}


def reader(settings: Settings, topics: dict[str, str] = TOPICS) -> Decoder:
    return decoder(SimpleNamespace(), topics, feed=Feed(kind="debezium", settings=settings))


def record(key: object, value: object, topic: str = "a.orders", **headers: str) -> Message:
    texts = [None if each is None else json.dumps(each).encode() for each in (key, value)]
    pairs = [(name, text.encode()) for name, text in headers.items()]
    return message(*texts, topic=topic, headers=pairs)


def envelope(op: str, before: object, after: object, table: str = "orders") -> dict[str, Any]:
    return {"op": op, "before": before, "after": after, "source": {"table": table}}


def row(key: int, version: int, **more: object) -> dict[str, object]:
    return {"id": key, "version": version, **more}


def facts(event: Event) -> tuple[str, str, int, int, int]:
    return event.kind, event.table, event.key, event.version, event.before


def read(settings: Settings, *messages: Message) -> list[tuple[str, str, int, int, int]]:
    reads = reader(settings)
    return [facts(reads.event(each)) for each in messages]


KEY = {"id": 1}
UPDATE = envelope("u", row(1, 5), row(1, 6))


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (JSON, b'{"id": 1}'),
        (JSON, b'{"schema": {"type": "int64"}, "payload": 1}'),
        (JSON, b'{"covered": {"id": 1}}'),
        (JSON, b'"1"'),
        (LONG_KEY, b"\0\0\0\0\0\0\0\1"),
        (TEXT_KEY, b"1"),
    ],
)
def test_a_key_is_read_as_its_converter_writes_it(settings: Settings, key: bytes) -> None:
    reads = reader(settings)
    updated = message(key, json.dumps(UPDATE).encode(), topic="a.orders")
    assert facts(reads.event(updated)) == ("update", "orders", 1, 6, 5)
    alone = message(key, None, topic="a.orders")
    assert facts(reader(settings).event(alone)) == ("tombstone", "orders", 1, NOTHING, NOTHING)


def test_json_with_its_schema_is_read_by_it() -> None:
    fields = [
        {"field": "id", "type": "int64"},
        {"field": "version", "type": "int64"},
        {
            "field": "amount", "type": "bytes", "optional": True,
            "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": "4"},
        },
        {"field": "placed", "type": "int64", "name": "io.debezium.time.MicroTimestamp"},
        {"field": "seen", "type": "int64", "name": "org.apache.kafka.connect.data.Timestamp"},
        {"field": "raw", "type": "bytes"},
    ]  # fmt: skip
    payload = row(
        1,
        6,
        amount=base64.b64encode((-125_000).to_bytes(4, "big", signed=True)).decode(),
        placed=1_577_880_000_123_456,
        seen=1_577_880_000_123,
        raw=base64.b64encode(b"\1\2").decode(),
    )
    value = {"schema": {"type": "struct", "fields": fields}, "payload": payload}
    wanted = {
        "orders": columns(
            amount="decimal(12,4)", placed="datetime(6)", seen="datetime(3)",
            raw="varbinary(9)", left_out="int",
        )
    }  # fmt: skip
    reads = decoder(SimpleNamespace(), TOPICS, wanted, feed=Feed(kind="debezium", settings=UNWRAP))
    event = reads.event(record(KEY, value))
    assert facts(event) == ("row", "orders", 1, 6, NOTHING)
    assert {each.column: each.text for each in reads.cells(event)} == {
        "amount": "-12.5",
        "placed": "2020-01-01 12:00:00.123456",
        "seen": "2020-01-01 12:00:00.123",
        "raw": "0102",
        "left_out": None,
    }


def test_json_without_a_schema_tells_no_types() -> None:
    wanted = {"orders": columns(amount="int")}
    reads = decoder(SimpleNamespace(), TOPICS, wanted, feed=Feed(kind="debezium", settings=UNWRAP))
    event = reads.event(record(KEY, row(1, 6, amount=7)))
    assert event.version == 6
    assert list(reads.cells(event)) == []


@pytest.mark.parametrize(
    ("handling", "removed", "found"),
    [
        ("tombstone", [None], [("removal", NOTHING)]),
        ("tombstone", [{"schema": {"type": "struct", "fields": []}, "payload": None}],
         [("removal", NOTHING)]),
        ("rewrite", [row(1, 5, __deleted="true")], [("delete", 5)]),
        ("rewrite-with-tombstone", [row(1, 5, __deleted="true"), None],
         [("delete", 5), ("tombstone", NOTHING)]),
    ],
)  # fmt: skip
def test_a_removal_is_what_unwrapping_makes_of_it(
    handling: str, removed: Sequence[object], found: object
) -> None:
    written = [row(1, 5, __deleted="false"), *removed]
    events = read({**UNWRAP, HANDLING: handling}, *(record(KEY, each) for each in written))
    assert events[0] == ("row", "orders", 1, 5, NOTHING)
    assert [(kind, before) for kind, _, _, _, before in events[1:]] == found


def test_a_row_may_say_what_happened_to_it() -> None:
    added = [
        record(KEY, row(1, 5, __op="r")),
        record(KEY, row(1, 6, __op="u")),
        record({"id": 2}, row(2, 7, __op="c")),
        record({"id": 3}, row(3, 8), __op="c"),
    ]
    kinds = [kind for kind, *_ in read(UNWRAP, *added)]
    assert kinds == ["snapshot", "row", "insert", "insert"]


SHARED: Settings = {
    **JSON,
    "transforms": "route",
    "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "transforms.route.regex": r".*\.(orders|items)",
    "transforms.route.replacement": "all",
}


def shared(settings: Settings) -> Decoder:
    """A reader of two tables, as the settings send them."""
    found = FeedFormat(Feed(kind="debezium", settings=settings))
    topics = {table: found.topic("p", "src", table) or "?" for table in ("orders", "items")}
    routes = Routes.of(found, topics, "p", "src")
    return Decoder(SimpleNamespace(), found, routes)


@pytest.mark.parametrize("before", [None, {"id": 7, "version": 0}, {"id": 7, "version": None}])
def test_an_event_that_says_only_the_key_of_what_was_says_less(before: object) -> None:
    decode = reader(JSON)
    updated = {"op": "u", "before": before, "after": {"id": 7, "version": 12}}
    event = decode.event(record({"id": 7}, updated))
    assert (event.kind, event.key, event.version, event.before) == ("row", 7, 12, NOTHING)
    if before is not None:
        event = decode.event(record({"id": 7}, {"op": "d", "before": before, "after": None}))
        found = (event.kind, event.key, event.version, event.before)
        assert found == ("removal", 7, NOTHING, NOTHING)


def test_tables_that_share_a_topic_are_told_apart_by_their_events() -> None:
    reads = shared(SHARED)
    found = [
        facts(reads.event(record(KEY, value, "all")))
        for value in (envelope("d", row(1, 5), None, "items"), None, UPDATE, None)
    ]
    assert found == [
        ("delete", "items", 1, NOTHING, 5),
        ("tombstone", "items", 1, NOTHING, NOTHING),
        ("update", "orders", 1, 6, 5),
        ("tombstone", "orders", 1, NOTHING, NOTHING),
    ]


def test_a_row_in_a_shared_topic_that_does_not_say_its_table_is_opaque() -> None:
    unwrapped = {**SHARED, **UNWRAP, "transforms": "unwrap,route"}
    assert shared(unwrapped).event(record(KEY, row(1, 5), "all")).kind == "opaque"
    told = shared(unwrapped).event(record(KEY, row(1, 5, __table="items"), "all"))
    assert facts(told) == ("row", "items", 1, 5, NOTHING)


def test_a_key_may_say_which_table_it_is_of() -> None:
    settings: Settings = {
        **UNWRAP,
        "transforms": "route,unwrap",
        "transforms.route.type": "io.debezium.transforms.ByLogicalTableRouter",
        "transforms.route.topic.regex": r"(.*)\.(orders|items)",
        "transforms.route.topic.replacement": "$1.all",
        "transforms.route.key.field.name": "shard",
        "transforms.route.key.field.regex": r".*\.(\w+)",
        "transforms.route.key.field.replacement": "of-$1",
    }
    reads = shared(settings)
    for shard, table in (("of-orders", "orders"), ("of-items", "items")):
        event = reads.event(record({"id": 1, "shard": shard}, row(1, 5), "p.src.all"))
        assert facts(event) == ("row", table, 1, 5, NOTHING)
        gone = reads.event(record({"id": 1, "shard": shard}, None, "p.src.all"))
        assert facts(gone) == ("removal", table, 1, NOTHING, NOTHING)


def test_a_key_of_other_columns_does_not_say_which_row_a_tombstone_is_of() -> None:
    reads = reader({**JSON, "message.key.columns": "src.orders:customer"})
    key = {"customer": 9}
    assert reads.event(record(key, None)).kind == "opaque"
    assert reads.event(record(key, envelope("d", row(1, 5), None))).key == 1
    assert reads.event(record(key, None)).key == 1
    moved = record(key, envelope("c", None, row(1, 6)), __debezium_oldkey="9")
    assert reads.event(moved).kind == "insert"
    named = message(moved.key(), moved.value(), topic="a.orders", headers=[(MOVED, b"{}")])
    assert facts(reads.event(named)) == ("row", "orders", 1, 6, NOTHING)


@pytest.mark.parametrize(
    "value",
    [
        {"ts_ms": 1},
        {"status": "BEGIN", "id": "x:1", "event_count": None, "data_collections": None},
        {"source": {"table": ""}, "databaseName": "src", "ddl": "…", "tableChanges": []},
        envelope("c", None, {"id": "signal-1", "type": "execute-snapshot"}, "signals"),
        {"op": "m", "message": {}, "source": {}},
    ],
)
def test_what_a_connector_writes_for_itself_is_no_event(value: object) -> None:
    assert read(JSON, record(KEY, value))[0][0] == "control"


def test_a_record_of_an_outbox_is_the_row_that_its_headers_name() -> None:
    outbox: Settings = {
        **JSON,
        "transforms": "outbox",
        "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
    }
    (found,) = read(outbox, record("customer-7", {"version": 12}, "outbox.event.order", id="3"))
    assert found[0] == "opaque", "two tables: it does not say of which"
    reads = reader(outbox, {"a.outbox": "outbox"})
    event = reads.event(record("customer-7", {"version": 12}, "outbox.event.order", id="3"))
    assert facts(event) == ("row", "outbox", 3, 12, NOTHING)
    bare = reads.event(record("customer-7", {"total": 12}, "outbox.event.order", id="3"))
    assert bare.kind == "opaque"


@pytest.mark.parametrize("value", [b"\0\0\0\0\1\2", b"{", b"\xff\xfe"])
def test_bytes_that_the_converter_does_not_write_are_unreadable(value: bytes) -> None:
    assert reader(UNWRAP).event(message(b"1", value, topic="a.orders")).kind == "unreadable"


def test_a_row_without_its_version_is_opaque_only_where_somebody_shaped_it() -> None:
    assert read(UNWRAP, record(KEY, {"id": 1}))[0][0] == "opaque"
    assert read(JSON, record(KEY, {"id": 1}))[0][0] == "unreadable"


def test_a_programs_row_without_a_value_is_what_came_before_it_says() -> None:
    reads = decoder(
        SimpleNamespace(registry=SimpleNamespace(client=NoRegistry)),
        TOPICS,
        feed=Feed(kind="program"),
    )
    assert reads.event(record(KEY, row(1, 5))).kind == "row"
    assert reads.event(record(KEY, None)).kind == "removal"
    other = {"id": 2}
    assert reads.event(record(other, envelope("d", row(2, 5), None))).kind == "delete"
    assert reads.event(record(other, None)).kind == "tombstone"


class NoRegistry:
    """A client that nobody asks."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to hang up."""


MATCHES = "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"
ROUTER = "org.apache.kafka.connect.transforms.RegexRouter"


@pytest.mark.parametrize(
    ("settings", "topic"),
    [
        ({}, "run.cdc.src_run.orders"),
        ({"topic.prefix": "shop"}, "shop.src_run.orders"),
        ({"topic.prefix": "${TOPIC_PREFIX}.x"}, "run.cdc.x.src_run.orders"),
        ({"topic.delimiter": "-"}, "run.cdc-src_run-orders"),
        (
            {"transforms": "a", "transforms.a.type": ROUTER,
             "transforms.a.regex": r"([^.]+)\.(?<rest>.*)",
             "transforms.a.replacement": "x.${rest}"},
            "x.cdc.src_run.orders",
        ),
        (
            {"transforms": "a", "transforms.a.type": ROUTER,
             "transforms.a.regex": "cdc", "transforms.a.replacement": "x"},
            "run.cdc.src_run.orders",
        ),
        (
            {"transforms": "a", "transforms.a.type": ROUTER, "transforms.a.predicate": "some",
             "predicates.some.type": MATCHES,
             "predicates.some.pattern": ".*items", "transforms.a.regex": ".*",
             "transforms.a.replacement": "x"},
            "run.cdc.src_run.orders",
        ),
    ],
)  # fmt: skip
def test_a_topic_is_where_the_settings_send_a_table(settings: Settings, topic: str) -> None:
    path = Path(name="cdc", feed=Feed(kind="debezium", settings=settings))
    assert NAMING.topic(path, "orders") == topic


def test_where_the_clock_decides_no_topic_is_foreseen() -> None:
    settings: Settings = {
        "transforms": "a",
        "transforms.a.type": "org.apache.kafka.connect.transforms.TimestampRouter",
    }
    assert FeedFormat(Feed(kind="debezium", settings=settings)).topic("p", "s", "t") is None


def test_a_connector_of_ones_own_writes_what_its_workers_do() -> None:
    found = FeedFormat(Feed(kind="debezium", connector={"name": "mine"}))
    assert (found.wire("key"), found.wire("value")) == ("json", "json")
    assert FeedFormat(Feed(kind="debezium")).wire("value") == "avro"
    odd = Feed(kind="debezium", settings={"value.converter": "com.acme.ProtobufConverter"})
    assert FeedFormat(odd).wire("value") is None


def test_tables_that_share_a_topic_and_their_keys_are_told_apart_where_a_value_is_gone() -> None:
    shared = {"topic": "a.all", "__table": "items"}
    orders = {"topic": "a.all", "__table": "orders"}
    found = read(
        UNWRAP,
        record(KEY, row(1, 5), **shared),
        record(KEY, row(1, 6), **orders),
        record(KEY, None, **shared),
        record(KEY, None, **orders),
    )
    assert [(kind, table) for kind, table, *_ in found] == [
        ("row", "items"),
        ("row", "orders"),
        ("removal", "items"),
        ("removal", "orders"),
    ]


def test_a_removal_that_may_be_of_either_table_is_of_none() -> None:
    rows = [record(KEY, row(1, 5, __table=table), "a.all") for table in ("items", "orders")]
    found = read(UNWRAP, *rows, record(KEY, None, "a.all"))
    assert found[-1][0] == "opaque"
