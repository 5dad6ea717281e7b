"""What producers and consumers do, on the fake and on the real thing alike."""

import binascii
from typing import Any

import pytest
from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_END,
    KafkaException,
    TopicPartition,
)

from harness.kit.errors import UsageError
from harness.model.ports.clients import Report
from tests.contract.bench import LIMIT_S, Bench, values


def test_what_was_acknowledged_is_read_back_in_order(bench: Bench) -> None:
    topic = bench.topic()
    reports = bench.send(topic, values(100))
    assert [error for error, _ in reports] == [None] * 100
    assert [sent.offset() for _, sent in reports] == list(range(100))
    reader = bench.reader()
    reader.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    taken = bench.take(reader, 100)
    reader.close()
    assert [message.value() for message in taken] == values(100)
    assert [message.offset() for message in taken] == list(range(100))


def test_a_key_chooses_its_partition_by_checksum(bench: Bench) -> None:
    topic = bench.topic(partitions=3)
    producer = bench.kafka.producer({})
    chosen: dict[bytes, int | None] = {}

    def report(error: Any, sent: Report) -> None:
        assert error is None
        chosen[sent.key() or b""] = sent.partition()

    keys = values(8)
    for key in keys:
        producer.produce(topic, b"value", key, -1, report)
    assert bench.flushed(producer)
    assert chosen == {key: binascii.crc32(key) % 3 for key in keys}


def test_a_report_comes_only_when_it_is_asked_for(bench: Bench) -> None:
    topic = bench.topic()
    producer = bench.kafka.producer({})
    reports: list[Any] = []
    producer.produce(topic, b"value", None, 0, lambda error, _sent: reports.append(error))
    bench.clock.pause(1.0)
    assert reports == []
    # The real client counts a record that waits for its report twice.
    assert len(producer) > 0
    bench.wait("a report", lambda: producer.poll(0))
    assert reports == [None]
    assert len(producer) == 0


def test_a_report_holds_the_record_that_was_sent(bench: Bench) -> None:
    topic = bench.topic(partitions=2)
    ((_, sent),) = bench.send(topic, [b"value"], partition=1)
    assert (sent.topic(), sent.partition(), sent.value(), sent.key()) == (topic, 1, b"value", None)


@pytest.mark.parametrize("acks", ["0", "1", "all"])
def test_every_kind_of_acknowledgement_is_reported(bench: Bench, acks: str) -> None:
    topic = bench.topic()
    ((error, sent),) = bench.send(topic, [b"value"], acks=acks)
    assert error is None
    # Nobody answers to acks=0, so nobody tells an offset.
    assert sent.offset() == (None if acks == "0" else 0)


def test_a_record_that_is_too_large_is_refused_at_once(bench: Bench) -> None:
    producer = bench.kafka.producer({"message.max.bytes": 2000})
    with pytest.raises(KafkaException) as refusal:
        producer.produce(bench.topic(), b"." * 3000)
    assert refusal.value.args[0].name() == "MSG_SIZE_TOO_LARGE"
    assert len(producer) == 0


def test_a_full_queue_refuses_at_once(bench: Bench) -> None:
    topic = bench.topic()
    producer = bench.kafka.producer({"queue.buffering.max.messages": 5, "linger.ms": 5000})
    for value in values(5):
        producer.produce(topic, value)
    with pytest.raises(BufferError):
        producer.produce(topic, b"one too many")
    assert bench.flushed(producer)
    producer.produce(topic, b"there is room again")
    assert bench.flushed(producer)


def test_a_purged_queue_is_reported_and_was_not_sent(bench: Bench) -> None:
    topic = bench.topic()
    producer = bench.kafka.producer({"linger.ms": 5000})
    reports: list[Any] = []
    for value in values(3):
        producer.produce(topic, value, None, 0, lambda error, _sent: reports.append(error))
    producer.purge()
    bench.wait("all reports", lambda: (producer.poll(0), len(producer) == 0)[1])
    assert [error.name() for error in reports] == ["_PURGE_QUEUE"] * 3
    assert bench.kafka.watermarks(topic, 0) == (0, 0)


@pytest.mark.parametrize(
    "settings", [{"acks": "1"}, {"max.in.flight.requests.per.connection": 6}], ids=str
)
def test_an_idempotent_producer_refuses_what_it_cannot_work_with(
    bench: Bench, settings: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        bench.kafka.producer({"enable.idempotence": True, **settings})


def test_a_consumer_needs_a_group(bench: Bench) -> None:
    with pytest.raises(UsageError):
        bench.kafka.consumer({})


def test_an_unknown_topic_fails_the_delivery(bench: Bench) -> None:
    reports = bench.send("nobody-created-this", [b"value"], message_timeout_ms=1500)
    assert [error.name() for error, _ in reports] in (
        ["_UNKNOWN_TOPIC"],
        ["UNKNOWN_TOPIC_OR_PART"],
        ["_MSG_TIMED_OUT"],
    )


def test_an_unknown_partition_fails_the_delivery(bench: Bench) -> None:
    reports = bench.send(bench.topic(), [b"value"], partition=7)
    assert [error.name() for error, _ in reports] == ["_UNKNOWN_PARTITION"]
    assert [(sent.partition(), sent.offset()) for _, sent in reports] == [(7, None)]


def test_watermarks_are_start_and_end(bench: Bench) -> None:
    topic = bench.topic(partitions=2)
    bench.send(topic, values(7), partition=1)
    assert bench.kafka.watermarks(topic, 0) == (0, 0)
    bench.wait("the end", lambda: bench.kafka.watermarks(topic, 1) == (0, 7))


def test_the_stable_end_is_where_an_open_transaction_begins(bench: Bench) -> None:
    topic = bench.topic()
    bench.send(topic, values(3))
    producer = bench.kafka.transactional_producer({"transactional.id": bench.group()})
    producer.init_transactions(LIMIT_S)
    producer.begin_transaction()
    for value in values(2):
        producer.produce(topic, value, None, 0)
    assert bench.flushed(producer)
    # A follower may have the records a moment later than their delivery is reported.
    bench.wait("all to be replicated", lambda: bench.kafka.watermarks(topic, 0) == (0, 5))
    assert bench.kafka.stable_end(topic, 0) == 3
    producer.commit_transaction(LIMIT_S)
    bench.wait("the marker", lambda: bench.kafka.stable_end(topic, 0) == 6)


def test_a_new_topic_is_fully_replicated(bench: Bench) -> None:
    topic = bench.topic(partitions=3)
    states = bench.kafka.describe([topic, "nobody-created-this"])
    assert list(states) == [topic]
    for number, state in enumerate(states[topic]):
        assert state.partition == number
        assert state.leader in state.replicas
        assert set(state.isr) == set(state.replicas) == {1, 2, 3}


def test_a_deleted_topic_is_gone_and_may_be_deleted_again(bench: Bench) -> None:
    topic = bench.topic()
    bench.kafka.delete_topic(topic)
    bench.wait("the topic to be gone", lambda: topic not in bench.kafka.describe([topic]))
    bench.kafka.delete_topic(topic)


def test_more_replicas_than_brokers_are_refused(bench: Bench) -> None:
    with pytest.raises(UsageError):
        bench.topic(replicas=4)


@pytest.mark.parametrize(
    ("begin", "expected"), [(OFFSET_BEGINNING, 0), (4, 4), (OFFSET_END, 10)], ids=str
)
def test_an_assignment_says_where_to_begin(bench: Bench, begin: int, expected: int) -> None:
    topic = bench.topic()
    bench.send(topic, values(10))
    reader = bench.reader(enable_partition_eof=True)
    reader.assign([TopicPartition(topic, 0, begin)])
    first = bench.take(reader, 1)[0]
    reader.close()
    assert first.offset() == expected
    assert (first.error() is None) == (expected < 10)


@pytest.mark.parametrize(("reset", "expected"), [("earliest", 0), ("latest", 5)])
def test_without_a_commit_the_reset_says_where_to_begin(
    bench: Bench, reset: str, expected: int
) -> None:
    topic = bench.topic()
    bench.send(topic, values(5))
    reader = bench.reader(auto_offset_reset=reset, enable_partition_eof=True)
    reader.assign([TopicPartition(topic, 0)])
    if reset == "latest":
        assert bench.take(reader, 1)[0].error().name() == "_PARTITION_EOF"
        bench.send(topic, [b"later"])
    assert bench.take(reader, 1)[0].offset() == expected
    reader.close()


def test_without_a_commit_a_reset_to_error_is_an_error(bench: Bench) -> None:
    topic = bench.topic()
    reader = bench.reader(auto_offset_reset="error")
    reader.assign([TopicPartition(topic, 0)])
    assert bench.take(reader, 1)[0].error().name() == "_AUTO_OFFSET_RESET"
    reader.close()


def test_an_offset_beyond_the_end_is_reset(bench: Bench) -> None:
    topic = bench.topic()
    bench.send(topic, values(5))
    reader = bench.reader()
    reader.assign([TopicPartition(topic, 0, 100)])
    assert bench.take(reader, 1)[0].offset() == 0
    reader.close()


def test_the_end_is_told_behind_the_last_record(bench: Bench) -> None:
    topic = bench.topic()
    bench.send(topic, values(3))
    reader = bench.reader(enable_partition_eof=True)
    reader.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    *records, end = bench.take(reader, 4)
    assert [record.offset() for record in records] == [0, 1, 2]
    assert (end.error().name(), end.partition(), end.offset()) == ("_PARTITION_EOF", 0, 3)
    bench.nothing_comes(reader)
    reader.close()


def test_a_closed_consumer_refuses(bench: Bench) -> None:
    reader = bench.reader()
    reader.close()
    with pytest.raises(RuntimeError):
        reader.consume(1, 0)
