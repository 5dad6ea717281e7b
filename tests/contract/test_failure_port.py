"""What clients see when brokers fail, on the fake and on the real thing alike."""

from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from harness.model.ports.clients import Report
from harness.model.ports.powers import Disks, Links
from harness.model.roles import Followers
from harness.model.value import Settings
from tests.contract.bench import Bench, values

SAFE: Settings = {"enable.idempotence": True}


@pytest.fixture
def broken(bench: Bench) -> Iterator[Bench]:
    """A bench on which things may be broken; everything is mended afterwards."""
    yield bench
    for broker in bench.stack.topology.broker_names:
        bench.stack.services.resume(broker)
        bench.stack.services.start(broker)
    bench.wait_healthy()


def all_values(bench: Bench, topic: str, count: int) -> list[bytes | None]:
    reader = bench.reader()
    reader.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    taken = bench.take(reader, count)
    bench.nothing_comes(reader)
    reader.close()
    return [message.value() for message in taken]


def test_a_frozen_leader_lets_records_time_out(broken: Bench) -> None:
    topic = broken.topic()
    producer = broken.kafka.producer({"message.timeout.ms": 1000})
    reports: list[Any] = []
    broken.send(topic, [b"before"])
    broken.stack.services.pause(broken.leader(topic))
    producer.produce(topic, b"value", None, 0, lambda error, _sent: reports.append(error))
    assert broken.flushed(producer)
    assert [error.name() for error in reports] == ["_MSG_TIMED_OUT"]


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_retry_lands_twice_unless_the_producer_is_idempotent(
    broken: Bench, *, idempotent: bool
) -> None:
    topic = broken.topic()
    producer = broken.kafka.producer(
        {"enable.idempotence": idempotent, "socket.timeout.ms": 1000, "linger.ms": 0}
    )
    producer.produce(topic, b"first", None, 0)
    assert broken.flushed(producer)
    leader = broken.leader(topic)
    broken.stack.services.pause(leader)
    producer.produce(topic, b"second", None, 0)
    broken.clock.pause(2.5)
    broken.stack.services.resume(leader)
    assert broken.flushed(producer)
    expected = [b"first", b"second"] if idempotent else [b"first", b"second", b"second"]
    assert all_values(broken, topic, len(expected)) == expected


def test_a_killed_leader_is_replaced_and_nothing_acknowledged_is_lost(broken: Bench) -> None:
    topic = broken.topic()
    producer = broken.kafka.producer(SAFE)
    reports: list[tuple[Any, Report]] = []
    killed = broken.leader(topic)
    for number, value in enumerate(values(200)):
        if number == 100:
            broken.stack.services.kill(killed)
        producer.produce(topic, value, None, 0, lambda error, sent: reports.append((error, sent)))
        producer.poll(0)
        broken.clock.pause(0.002)
    assert broken.flushed(producer)
    assert [error for error, _ in reports] == [None] * 200
    assert broken.leader(topic) != killed
    assert all_values(broken, topic, 200) == values(200)


def test_a_stopped_leader_hands_over_at_once(broken: Bench) -> None:
    topic = broken.topic()
    stopped = broken.leader(topic)
    broken.stack.services.stop(stopped)
    assert broken.leader(topic) not in {stopped, "broker-None"}
    ((error, _),) = broken.send(topic, [b"value"])
    assert error is None


def test_too_few_in_sync_replicas_refuse_until_they_are_back(broken: Bench) -> None:
    topic = broken.topic(min_insync_replicas=3)
    (follower, _) = broken.stack.resolve(Followers(topic=topic))
    broken.stack.services.stop(follower)
    broken.wait("the ISR to shrink", lambda: len(broken.kafka.describe([topic])[topic][0].isr) == 2)
    ((error, _),) = broken.send(topic, [b"refused"], message_timeout_ms=1500)
    assert error.name() == "_MSG_TIMED_OUT"
    ((error, _),) = broken.send(topic, [b"alone"], acks="1")
    assert error is None
    broken.stack.services.start(follower)
    broken.wait_healthy()
    ((error, _),) = broken.send(topic, [b"taken"])
    assert error is None


def test_min_in_sync_replicas_above_the_replicas_count_as_all(bench: Bench) -> None:
    topic = bench.topic(replicas=1, min_insync_replicas=2)
    ((error, _),) = bench.send(topic, [b"value"], message_timeout_ms=3000)
    assert error is None
    bench.wait("it to be readable", lambda: bench.kafka.watermarks(topic, 0) == (0, 1))


def test_readers_do_not_see_what_followers_lack(broken: Bench) -> None:
    topic = broken.topic()
    broken.send(topic, [b"everywhere"])
    followers = broken.stack.resolve(Followers(topic=topic))
    for follower in followers:
        broken.stack.services.pause(follower)
    ((error, _),) = broken.send(topic, [b"leader only"], acks="1")
    assert error is None
    assert all_values(broken, topic, 1) == [b"everywhere"]
    for follower in followers:
        broken.stack.services.resume(follower)
    assert all_values(broken, topic, 2) == [b"everywhere", b"leader only"]


def test_a_wiped_follower_gets_everything_back(broken: Bench) -> None:
    topic = broken.topic()
    broken.send(topic, values(20))
    (follower, _) = broken.stack.resolve(Followers(topic=topic))
    broken.stack.services.kill(follower)
    broken.stack.power(Disks).wipe(follower)
    assert broken.stack.power(Disks).stored_files(follower) == 0
    broken.stack.services.start(follower)
    broken.wait_healthy()
    assert all_values(broken, topic, 20) == values(20)


def test_a_slow_link_delays_answers(broken: Bench) -> None:
    broker = broken.stack.topology.broker_names[0]
    assert broken.stack.power(Links).round_trip_ms(broker) < 200
    broken.stack.power(Links).delay(broker, 300)
    try:
        assert broken.stack.power(Links).round_trip_ms(broker) >= 300
    finally:
        broken.stack.power(Links).delay(broker, 0)
    assert broken.stack.power(Links).round_trip_ms(broker) < 200
