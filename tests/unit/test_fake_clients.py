"""The fake clients where the real ones would take too long, or chance, to show the same."""

import itertools

import pytest
from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from harness.backends.fake.bugs.bug import Dice
from harness.backends.fake.stack import FakeStack
from harness.kit.errors import UsageError
from harness.kit.rng import stream
from harness.model.ports.powers import Links
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import Topic

READER: Settings = {"group.id": "billing", "auto.offset.reset": "earliest"}


@pytest.fixture
def stack() -> FakeStack:
    made = FakeStack(Topology(), seed=1)
    made.kafka.create_topic(Topic(name="orders"))
    return made


def fill(stack: FakeStack, count: int) -> None:
    producer = stack.kafka.producer({})
    for number in range(count):
        producer.produce("orders", b"%016x" % number, None, 0)
    assert producer.flush(5) == 0


def test_a_member_that_does_not_poll_loses_its_partitions(stack: FakeStack) -> None:
    lost: list[int] = []
    member = stack.kafka.consumer({**READER, "max.poll.interval.ms": 6000})
    member.subscribe(["orders"], on_lost=lambda _, held: lost.append(len(held)))
    member.consume(1, 0)
    assert len(member.assignment()) == 1
    stack.clock.pause(7)
    (event,) = member.consume(1, 0)
    problem = event.error()
    assert problem is not None
    assert problem.name() == "_MAX_POLL_EXCEEDED"
    assert lost == [1]
    stack.clock.pause(1)
    member.consume(1, 0)
    assert len(member.assignment()) == 1


def test_without_a_coordinator_a_closed_member_stays_until_its_session_ends(
    stack: FakeStack,
) -> None:
    first = stack.kafka.consumer({**READER, "session.timeout.ms": 4000})
    first.subscribe(["orders"])
    first.consume(1, 0)
    for broker in stack.topology.broker_names:
        stack.services.pause(broker)
    first.close()
    for broker in stack.topology.broker_names:
        stack.services.resume(broker)
    second = stack.kafka.consumer(READER)
    second.subscribe(["orders"])
    second.consume(1, 0)
    assert second.assignment() == []
    stack.clock.pause(4.1)
    second.consume(1, 0)
    assert len(second.assignment()) == 1


def test_a_reader_of_a_cut_log_goes_on_where_the_logs_agree(stack: FakeStack) -> None:
    stack.kafka.create_topic(
        Topic(
            name="cut", settings={"min.insync.replicas": 1, "unclean.leader.election.enable": True}
        )
    )
    producer = stack.kafka.producer({"acks": "1"})
    reader = stack.kafka.consumer(READER)
    reader.assign([TopicPartition("cut", 0, OFFSET_BEGINNING)])
    values: list[bytes | None] = []

    def send_and_read(value: bytes) -> None:
        producer.produce("cut", value, None, 0)
        assert producer.flush(20) == 0
        stack.clock.pause(0.1)
        values.extend(message.value() for message in reader.consume(10, 0))

    send_and_read(b"everywhere")
    first = stack.kafka.describe(["cut"])["cut"][0].leader
    others = [name for name in stack.topology.broker_names if name != f"broker-{first}"]
    for name in others:
        stack.services.stop(name)
    send_and_read(b"only here")
    stack.services.kill(f"broker-{first}")
    for name in others:
        stack.services.start(name)
    stack.clock.pause(10)
    send_and_read(b"instead")
    assert values == [b"everywhere", b"only here", b"instead"]
    assert reader.position([TopicPartition("cut", 0)])[0].offset == 2


def test_a_slow_link_shows_records_later(stack: FakeStack) -> None:
    for name in stack.topology.broker_names:
        stack.power(Links).delay(name, 500)
    reader = stack.kafka.consumer(READER)
    reader.assign([TopicPartition("orders", 0, OFFSET_BEGINNING)])
    producer = stack.kafka.producer({})
    producer.produce("orders", b"value", None, 0)
    stack.clock.pause(0.4)
    assert producer.poll(0) == 0
    assert reader.consume(1, 0) == []
    stack.clock.pause(0.2)
    assert producer.poll(0) == 1
    assert len(reader.consume(1, 0)) == 1


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_message_that_times_out_leaves_a_gap_and_the_rest_goes_on(
    stack: FakeStack, *, idempotent: bool
) -> None:
    producer = stack.kafka.producer(
        {"enable.idempotence": idempotent, "message.timeout.ms": 2000, "linger.ms": 0}
    )
    errors: list[str | None] = []

    def produce(value: bytes) -> None:
        producer.produce(
            "orders", value, None, 0, lambda error, _: errors.append(error and error.name())
        )

    produce(b"before")
    producer.flush(1)
    for name in stack.topology.broker_names:
        stack.services.pause(name)
    produce(b"during")
    stack.clock.pause(4)
    for name in stack.topology.broker_names:
        stack.services.resume(name)
    produce(b"after")
    assert producer.flush(5) == 0
    assert errors == [None, "_MSG_TIMED_OUT", None]


def test_what_the_fake_cannot_do_is_refused(stack: FakeStack) -> None:
    with pytest.raises(UsageError):
        stack.kafka.producer({"partitioner": "fnv1a"})


def test_the_dice_strike_soon_and_then_rarely() -> None:
    dice = Dice(stream(1, "bug"))
    strikes = [chance for chance in range(500) if dice.strikes()]
    assert strikes[0] < 20
    assert 5 <= len(strikes) <= 18
    assert all(later - earlier >= 30 for earlier, later in itertools.pairwise(strikes))
