"""Clients of a real cluster, and the way their traffic takes."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import KafkaException, TopicPartition

from harness.backends.docker.stack import DockerStack
from harness.kit.errors import UsageError
from harness.kit.waits import NotYet, wait_until
from harness.model.workload import Topic
from harness.systems.kafka import wire_transactions
from harness.systems.kafka.errors import name_of, outcome_of

pytestmark = [pytest.mark.docker, pytest.mark.slow]

SENDS = 50


@pytest.fixture
def topic(stack: DockerStack, request: pytest.FixtureRequest) -> Iterator[str]:
    name = request.node.name
    stack.kafka.create_topic(Topic(name=name, partitions=2, settings={"retention.ms": 600000}))
    yield name
    stack.kafka.delete_topic(name)


def send(stack: DockerStack, topic: str, **settings: Any) -> list[Any]:
    """Send SENDS records to partition 0; the error of each delivery report, None for none."""
    reports: list[Any] = []
    producer = stack.kafka.producer({"acks": "all", **settings})
    for number in range(SENDS):
        producer.produce(
            topic, b"%d" % number, partition=0, on_delivery=lambda error, _: reports.append(error)
        )
    producer.flush(20)
    return reports


def test_what_is_sent_is_read_and_bounds_say_so(stack: DockerStack, topic: str) -> None:
    assert send(stack, topic) == [None] * SENDS
    assert stack.kafka.watermarks(topic, 0) == (0, SENDS)
    assert stack.kafka.watermarks(topic, 1) == (0, 0)
    consumer = stack.kafka.consumer({"group.id": topic, "enable.auto.commit": False})
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        read: list[bytes | None] = []
        while len(read) < SENDS and (batch := consumer.consume(SENDS, 20.0)):
            read += [message.value() for message in batch]
    finally:
        consumer.close()
    assert read == [b"%d" % number for number in range(SENDS)]


def test_a_closed_client_link_stops_clients_and_not_the_harness(
    stack: DockerStack, topic: str
) -> None:
    proxy = stack._links.proxy
    links = [f"client-{name}" for name in stack.topology.broker_names]
    try:
        for link in links:
            proxy.enable(link, enabled=False)
        reports = send(stack, topic, **{"message.timeout.ms": 2000})
        assert stack.unhealthy() is None
    finally:
        for link in links:
            proxy.enable(link, enabled=True)
    assert len(reports) == SENDS
    assert {name_of(error) for error in reports} == {"kafka:_MSG_TIMED_OUT"}
    assert {outcome_of(error) for error in reports} == {"info"}
    assert send(stack, topic) == [None] * SENDS


def test_brokers_send_clients_to_the_proxy(stack: DockerStack, topic: str) -> None:
    """A client that is shown one open link must not find a way around the closed ones."""
    leader = stack.kafka.describe([topic])[topic][0].leader
    proxy = stack._links.proxy
    proxy.enable(f"client-broker-{leader}", enabled=False)
    try:
        reports = send(stack, topic, **{"message.timeout.ms": 2000})
    finally:
        proxy.enable(f"client-broker-{leader}", enabled=True)
    assert {name_of(error) for error in reports} == {"kafka:_MSG_TIMED_OUT"}


def test_topics_that_cannot_be_are_the_callers_mistake(stack: DockerStack) -> None:
    with pytest.raises(UsageError, match="larger than available brokers"):
        stack.kafka.create_topic(Topic(name="too-many", replicas=9))
    with pytest.raises(UsageError, match="nonsense"):
        stack.kafka.create_topic(Topic(name="odd", settings={"nonsense": 1}))


def test_a_topic_waits_for_a_broker_that_is_away(stack: DockerStack) -> None:
    stack.services.kill("broker-3")
    try:
        # Its session must have ended, or the topic is created at once and waits for replicas.
        wait_until(
            "the others to miss it",
            lambda: True if "does not see 3" in (stack.kafka.shortcoming() or "") else NotYet(""),
            limit_s=30,
        )
        back = threading.Timer(1, stack.services.start, ["broker-3"])
        back.start()
        stack.kafka.create_topic(Topic(name="waits", replicas=3))
        back.join()
    finally:
        stack.services.start("broker-3")
        stack.kafka.delete_topic("waits")


def test_a_topic_that_is_not_there_is_deleted_described_and_measured(stack: DockerStack) -> None:
    stack.kafka.delete_topic("never-was")
    assert stack.kafka.describe(["never-was"]) == {}
    with pytest.raises(KafkaException):
        stack.kafka.watermarks("never-was", 0)
    assert stack.kafka.controller() in (1, 2, 3)


def test_each_partition_of_the_transaction_log_has_one_coordinator(stack: DockerStack) -> None:
    producer = stack.kafka.transactional_producer({"transactional.id": "first"})
    producer.init_transactions(30)
    wait_until(
        "every coordinator to have loaded",
        lambda: NotYet(why) if (why := stack.kafka.transactions_shortcoming()) else True,
        limit_s=30,
    )
    brokers = stack.kafka._brokers
    topic = wire_transactions.TRANSACTIONS_TOPIC
    partitions = stack.kafka.describe([topic])[topic]
    takers = [
        [broker for broker, why in said.items() if not why]
        for name in wire_transactions.probes(len(partitions))
        for said in [wire_transactions.refusals(brokers, name, limit_s=5)]
    ]
    assert sorted(takers) == sorted([each.leader] for each in partitions)
