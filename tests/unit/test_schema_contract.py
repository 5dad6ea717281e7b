"""Schemas that change while a feed writes: encoder, decoder, and the fault that changes them."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from harness.faults.fault import FAULTS, Injection
from harness.faults.schema import RegisterSettings
from harness.kit.clock import REAL
from harness.model.avro import columns, row_types
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.feeds.log_feed import Told, envelope
from harness.workloads.pipeline.topics import events_schema
from harness.workloads.pipeline.topics.decoding import Event
from harness.workloads.pipeline.topics.encoding import Encoder, Record
from tests.unit.change_records import decoder, message
from tests.unit.registry_server import RegistryServer, registry_server

TOPIC = "run.main.src.orders"
VALUE = f"{TOPIC}-value"
ORIGIN = {"gtid": None, "file": "binlog.000001", "pos": 4}
UPDATE = envelope(Told("orders", "u", 5, 6, 1), ORIGIN)


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with registry_server() as server:
        yield server


def stack(server: RegistryServer) -> Stack:
    return cast("Stack", SimpleNamespace(registry=server.client))


def encoder(server: RegistryServer) -> Encoder:
    return Encoder(stack(server), [TOPIC], events_schema.ENVELOPE, UPDATE)


def decoded(server: RegistryServer, record: Record) -> Event:
    """What a reader that begins now makes of it."""
    found = message(record.key, record.value, topic=TOPIC)
    return decoder(stack(server), {TOPIC: "orders"}).event(found)


def injection(server: RegistryServer, change: str) -> Injection[RegisterSettings]:
    settings = RegisterSettings(topic=TOPIC, change=change)  # type: ignore[arg-type]
    return Injection(stack=stack(server), targets=("registry",), settings=settings, clock=REAL)


def test_rows_are_found_wherever_a_schema_defines_them() -> None:
    (row,) = row_types(json.loads(events_schema.ENVELOPE))
    assert columns(row) == {"id": "long", "version": "long"}
    assert [each["name"] for each in row_types(json.loads(events_schema.FLAT_ROW))] == ["Row"]
    assert list(row_types(json.loads(events_schema.KEY))) == []


def test_a_schema_that_the_registry_takes_is_followed_until_it_is_deleted(
    server: RegistryServer,
) -> None:
    feed, fault = encoder(server), injection(server, "version-as-text")
    assert decoded(server, feed.record(TOPIC, 1, UPDATE)).version == 6
    FAULTS["schema.register"].inject(fault)
    assert "gave it id" in str(FAULTS["schema.register"].witness(fault))
    assert decoded(server, feed.record(TOPIC, 1, UPDATE)).version == 6, "nobody has looked yet"
    feed.follow()
    assert decoded(server, feed.record(TOPIC, 1, UPDATE)).kind == "unreadable"
    FAULTS["schema.register"].heal(fault)
    FAULTS["schema.register"].heal(fault)
    feed.follow()
    assert decoded(server, feed.record(TOPIC, 1, UPDATE)).version == 6
    assert len(server.subjects[VALUE]) == 1


def test_a_schema_that_the_registry_refuses_changes_nothing(server: RegistryServer) -> None:
    feed, fault = encoder(server), injection(server, "version-as-text")
    server.strict = True
    FAULTS["schema.register"].inject(fault)
    assert "refused it with 409" in str(FAULTS["schema.register"].witness(fault))
    feed.follow()
    assert decoded(server, feed.record(TOPIC, 1, UPDATE)).version == 6
    FAULTS["schema.register"].heal(fault)
    assert len(server.subjects[VALUE]) == 1


def test_columns_in_another_order_are_read_as_what_they_are(server: RegistryServer) -> None:
    feed = encoder(server)
    FAULTS["schema.register"].inject(injection(server, "columns-reversed"))
    feed.follow()
    event = decoded(server, feed.record(TOPIC, 1, UPDATE))
    assert (event.before, event.version, event.kind) == (5, 6, "update")


def test_what_a_registry_has_lost_is_registered_anew(server: RegistryServer) -> None:
    feed = encoder(server)
    FAULTS["schema.register"].inject(injection(server, "columns-reversed"))
    feed.follow()
    old = feed.record(TOPIC, 1, UPDATE)
    server.forget()
    assert decoded(server, old).kind == "unreadable"
    feed.follow()
    assert decoded(server, feed.record(TOPIC, 1, UPDATE)).version == 6


def test_a_registry_that_starts_is_asked_again_later(server: RegistryServer) -> None:
    feed = encoder(server)
    record = feed.record(TOPIC, 1, UPDATE)
    server.starting = True
    feed.follow()
    assert feed.record(TOPIC, 1, UPDATE) == record
    server.starting = False
    FAULTS["schema.register"].inject(injection(server, "columns-reversed"))
    feed.follow()
    assert feed.record(TOPIC, 1, UPDATE) != record


def test_an_id_that_means_another_schema_gives_another_row(server: RegistryServer) -> None:
    feed = encoder(server)
    old = feed.record(TOPIC, 1, UPDATE)
    FAULTS["schema.register"].inject(injection(server, "columns-reversed"))
    feed.follow()
    server.forget()
    feed.follow()
    event = decoded(server, old)
    assert (event.before, event.version) == (1, 1), "the key is taken for the version"


def test_a_tombstone_has_no_schema(server: RegistryServer) -> None:
    assert encoder(server).record(TOPIC, 1, None).value is None


def test_without_a_registry_a_feed_goes_on_as_it_was(server: RegistryServer) -> None:
    feed = encoder(server)
    record = feed.record(TOPIC, 1, UPDATE)
    server.shutdown()
    server.server_close()
    feed.follow()
    assert feed.record(TOPIC, 1, UPDATE) == record
