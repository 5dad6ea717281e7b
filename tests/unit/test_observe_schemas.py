"""What an observer writes down of a registry's answers."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from harness.engine.notes import Notes
from harness.engine.observers.schemas import SchemaObserver, fingerprint
from harness.model.facts import SchemaEvent
from tests.unit.registry_server import RegistryServer, registry_server

A, B = '{"type": "record", "name": "a"}', '{"type": "record", "name": "b"}'
SUBJECT = "orders-value"


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with registry_server() as server:
        yield server


def observer(server: RegistryServer, events: list[SchemaEvent]) -> SchemaObserver:
    notes = cast("Notes", SimpleNamespace(since_start_ns=lambda: 0, schemas=events))
    return SchemaObserver(server.client, ["orders"], notes)


def test_only_what_changes_is_noted(server: RegistryServer) -> None:
    events: list[SchemaEvent] = []
    watch = observer(server, events)
    watch.step()
    assert events == [], "the topic has no schema yet"
    server.client.register(SUBJECT, A)
    watch.step()
    watch.step()
    server.client.register(SUBJECT, B)
    watch.step()
    assert [(event.number, event.schema) for event in events] == [
        (1, fingerprint(A)),
        (2, fingerprint(B)),
    ]


def test_an_id_that_is_lost_and_given_again_is_noted(server: RegistryServer) -> None:
    events: list[SchemaEvent] = []
    watch = observer(server, events)
    server.client.register(SUBJECT, A)
    watch.step()
    server.forget()
    watch.step()
    server.client.register(SUBJECT, B)
    watch.step()
    assert [event.schema for event in events] == [fingerprint(A), "", fingerprint(B)]
    assert {event.number for event in events} == {1}


def test_a_registry_that_is_away_says_nothing(server: RegistryServer) -> None:
    events: list[SchemaEvent] = []
    watch = observer(server, events)
    server.client.register(SUBJECT, A)
    watch.step()
    server.shutdown()
    server.server_close()
    watch.step()
    assert len(events) == 1


def test_a_schema_is_the_same_however_it_is_written_and_not_in_another_order() -> None:
    assert fingerprint('{"a":1,"b":2}') == fingerprint('{ "a": 1, "b": 2 }')
    assert fingerprint('{"a":1,"b":2}') != fingerprint('{"b":2,"a":1}')
