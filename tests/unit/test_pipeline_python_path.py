"""The Python path of a pipeline, without containers: shapes, order, and what is safe to commit."""

import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import fastavro
import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient

from harness.history.history import NOTHING
from harness.kit.errors import UsageError
from harness.model.ports.stack import Stack
from harness.model.rows import Committed, Image, RowChange, Truncation
from harness.systems.mysql.dialect import MYSQL
from harness.systems.sql_sessions import Connect, RowApplier
from harness.workloads.lanes import Dealer, Progress
from harness.workloads.pipeline.copies.lanes import Partition, Placed, apply
from harness.workloads.pipeline.feeds.log_feed import (
    RETRY_S,
    LogFeedSettings,
    LogFeedWorker,
    Told,
    envelope,
    told_of,
)
from harness.workloads.pipeline.feeds.python_settings import split
from harness.workloads.pipeline.topics import events_schema
from harness.workloads.pipeline.topics.decoding import Event
from harness.workloads.pipeline.topics.encoding import Record
from harness.workloads.pipeline.topics.outbox import Outbox
from harness.workloads.pipeline.topics.wires import RegistryLostError
from tests.unit.change_records import decoder, message

ORIGIN = {"gtid": None, "file": "binlog.000001", "pos": 4}


def event(key: int, *, version: int = 1, before: int = NOTHING, kind: str = "update") -> Event:
    return Event(table="orders", key=key, version=version, before=before, kind=kind)


def updated(before: Image, after: Image) -> Committed:
    return Committed((RowChange("orders", before, after), Truncation("orders")))


def placed(offset: int) -> Placed:
    return Placed(("topic", 0), offset, event(offset))


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (Told("orders", "r", None, 5, 1), None, {"id": 1, "version": 5}),
        (Told("orders", "u", 5, 6, 1), {"id": 1, "version": 5}, {"id": 1, "version": 6}),
        (Told("orders", "d", 6, None, 1), {"id": 1, "version": 6}, None),
    ],
)
def test_an_envelope_survives_its_schema(change: Told, before: object, after: object) -> None:
    schema = fastavro.parse_schema(json.loads(events_schema.ENVELOPE))
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, schema, envelope(change, ORIGIN))
    buffer.seek(0)
    found = fastavro.schemaless_reader(buffer, schema, None)
    assert found == {"before": before, "after": after, "source": ORIGIN, "op": change.op}


def test_an_update_of_the_key_is_a_delete_and_an_insert() -> None:
    found = list(told_of(updated(Image(1, 5), Image(2, 6))))
    assert found == [
        Told("orders", "d", 5, None, 1),
        Told("orders", "c", None, 6, 2),
    ]


def test_an_update_of_another_column_is_one_change() -> None:
    found = list(told_of(updated(Image(1, 5), Image(1, 6))))
    assert found == [Told("orders", "u", 5, 6, 1)]


def test_all_events_of_a_row_go_to_one_lane_and_rows_to_several() -> None:
    dealer = Dealer(4, per_key=True)
    events = [event(key, version=version) for version in range(3) for key in range(8)]
    lanes = {key: {dealer.lane(each.key) for each in events if each.key == key} for key in range(8)}
    assert all(len(found) == 1 for found in lanes.values())
    assert set.union(*lanes.values()) == {0, 1, 2, 3}


def test_without_lanes_per_key_events_of_a_row_go_to_different_ones() -> None:
    dealer = Dealer(4, per_key=False)
    assert [dealer.lane(1) for _ in range(5)] == [0, 1, 2, 3, 0]


def test_nothing_is_safe_beyond_the_lowest_that_is_not_applied() -> None:
    progress: Progress[Partition] = Progress()
    for offset in (7, 8, 9):
        progress.read(placed(offset))
    progress.applied([placed(8)])
    assert progress.safe() == {("topic", 0): 7}
    assert progress.unfinished() == 2
    progress.applied([placed(7)])
    assert progress.safe() == {("topic", 0): 9}
    progress.applied([placed(9)])
    assert progress.safe() == {("topic", 0): 10}


def test_what_is_applied_of_a_partition_that_was_taken_away_is_not_safe() -> None:
    progress: Progress[Partition] = Progress()
    progress.read(placed(7))
    progress.forget()
    progress.applied([placed(7)])
    assert progress.safe() == {}


def applied(each: Event, *, versioned: bool) -> list[tuple[str, tuple[int, ...]]]:
    """What MySQL is told of an event."""
    told: list[tuple[str, tuple[int, ...]]] = []
    cursor = SimpleNamespace(execute=lambda *statement: told.append(statement))
    connection = SimpleNamespace(cursor=lambda: cursor)
    connect = cast("Connect", lambda: connection)
    apply(each, RowApplier(connect, MYSQL, versioned=versioned))
    return told


@pytest.mark.parametrize("kind", ["tombstone", "unreadable"])
def test_an_event_that_says_nothing_of_a_row_changes_nothing(kind: str) -> None:
    assert applied(event(1, version=NOTHING, kind=kind), versioned=True) == []


def test_a_versioned_delete_spares_what_is_newer() -> None:
    gone = event(1, version=NOTHING, before=5, kind="delete")
    ((sql, arguments),) = applied(gone, versioned=True)
    assert "version <= %s" in sql
    assert arguments == (1, 5)
    ((sql, arguments),) = applied(gone, versioned=False)
    assert "version" not in sql
    assert arguments == (1,)


def test_settings_are_ours_or_the_clients() -> None:
    ours, client = split(
        LogFeedSettings,
        {"snapshot.mode": "no_data", "producer.override.acks": 1, "linger.ms": 0},
        "feed of python",
    )
    assert ours.snapshot == "no_data"
    assert client == {"acks": 1, "linger.ms": 0}


def test_a_setting_that_does_not_fit_says_whose_it_is() -> None:
    with pytest.raises(UsageError, match="feed of python"):
        split(LogFeedSettings, {"snapshot.mode": "sometimes"}, "feed of python")


class Producer:
    """Reports at each poll what was produced since the last; the third record ever fails."""

    def __init__(self, log: list[str]) -> None:
        self._log = log
        self._reports: list[Callable[[], None]] = []

    def produce(
        self, topic: str, value: bytes, *, key: bytes, on_delivery: Callable[[Any, Any], None]
    ) -> None:
        self._log.append(f"{topic} {key.decode()} {value and value.decode()}")
        error = "lost" if len(self._log) == 3 else None
        self._reports.append(lambda: on_delivery(error, None))

    def poll(self, _timeout_s: float) -> int:
        reports, self._reports = self._reports, []
        for report in reports:
            report()
        return len(reports)


def settled(*, tolerant: bool) -> list[str]:
    """What is sent until all is acknowledged."""
    log: list[str] = []
    stack = SimpleNamespace(kafka=SimpleNamespace(producer=lambda _settings: Producer(log)))
    outbox = Outbox(cast("Stack", stack), {}, tolerant=tolerant)
    outbox.put(Record("t", b"k", value) for value in (b"1", b"2", b"3", None))
    for _ in range(10):
        if outbox.settle(0.0):
            return log
    raise AssertionError("it never settles")


def test_a_batch_of_which_a_record_failed_is_sent_again_in_its_order() -> None:
    batch = ["t k 1", "t k 2", "t k 3", "t k None"]
    assert settled(tolerant=False) == batch + batch


def test_a_tolerant_outbox_drops_what_failed() -> None:
    assert settled(tolerant=True) == ["t k 1", "t k 2", "t k 3", "t k None"]


def test_a_registry_that_is_not_there_makes_no_record_unreadable() -> None:
    nowhere = SchemaRegistryClient({"url": "http://127.0.0.1:1", "timeout": 1, "max.retries": 0})
    stack = SimpleNamespace(registry=SimpleNamespace(client=lambda: nowhere))
    reads = decoder(stack, {"topic": "orders"})
    with pytest.raises(RegistryLostError):
        reads.event(message(b"\0\0\0\0\x01\x02", None))


def test_a_feed_outlives_a_source_that_does_not_take_its_confirmation() -> None:
    def lost() -> None:
        raise ConnectionError("the server closed the connection")

    feed = SimpleNamespace(
        name="feed",
        _outbox=SimpleNamespace(settle=lambda _limit_s: True),
        _settings=LogFeedSettings(),
        _encoder=SimpleNamespace(),
        _log=SimpleNamespace(confirm=lost),
        _errors=(ConnectionError,),
    )
    assert LogFeedWorker.step(cast("LogFeedWorker", feed)) == RETRY_S
