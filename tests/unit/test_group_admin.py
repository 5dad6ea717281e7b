"""What people are told of consumer groups, and what a reset does to them, on the fake cluster."""

from collections.abc import Iterable

import pytest
from confluent_kafka import TopicPartition

from harness.backends.fake.kafka.consumer import FakeConsumer
from harness.backends.fake.stack import FakeStack
from harness.engine.commands import groups
from harness.engine.commands.group_reset import place_of
from harness.kit.errors import HarnessError, UsageError
from harness.model.ports.groups import Moment
from harness.model.topology import Topology
from harness.model.workload import Topic
from harness.systems.kafka.offsets_log import OFFSETS_TOPIC, Entry, GroupEntry, entry_of, record_of
from harness.workloads.resetting import Offset


@pytest.fixture
def stack() -> FakeStack:
    """Ten records, one a second, in each of two partitions."""
    made = FakeStack(Topology(), seed=1)
    made.kafka.create_topic(Topic(name="orders", partitions=2))
    producer = made.kafka.producer({})
    for number in range(10):
        for partition in range(2):
            producer.produce("orders", b"%d" % number, None, partition)
        assert producer.flush(5) == 0
        made.clock.pause(1)
    return made


def member(stack: FakeStack) -> FakeConsumer:
    """One that has taken all and committed six of the first log, none of the other."""
    found = stack.kafka.consumer(
        {
            "group.id": "billing",
            "client.id": "billing-0",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    found.subscribe(["orders"])
    found.consume(100, 0)
    found.commit(offsets=[TopicPartition("orders", 0, 6)], asynchronous=False)
    return found


def lag(stack: FakeStack) -> list[str]:
    return list(groups.lag_lines("billing", groups.lag(stack.kafka, "billing", stack.clock)))


def reset(
    stack: FakeStack, place: Moment | Offset, *topics: str, really: bool = True
) -> Iterable[str]:
    return list(groups.reset(stack.kafka, "billing", place, topics, really=really))


def committed(stack: FakeStack) -> dict[int, int]:
    return {log[1]: offset for log, offset in stack.kafka.groups.committed("billing").items()}


def test_a_group_is_listed_and_described_with_what_its_members_hold(stack: FakeStack) -> None:
    found = member(stack)
    assert list(groups.listing(stack.kafka)) == ["billing: stable"]
    lines = list(groups.description(stack.kafka, "billing", stack.clock))
    assert lines[0] == "billing: stable, generation unknown, 1 members"
    assert lines[1].endswith("strategy range")
    assert lines[2].endswith("): orders-0, orders-1")
    found.close()
    assert list(groups.listing(stack.kafka)) == ["billing: empty"]


def test_a_group_that_is_not_there_is_a_sentence(stack: FakeStack) -> None:
    with pytest.raises(UsageError, match="unknown group shipping"):
        list(groups.description(stack.kafka, "shipping", stack.clock))


def test_lag_is_between_what_is_committed_and_the_end(stack: FakeStack) -> None:
    member(stack)
    assert lag(stack) == [
        "billing: 4 behind in 1 logs",
        "  orders-0: at 6 of 10, 4 behind",
        "  orders-1: nothing committed of 10",
    ]


def test_where_coordinator_and_log_disagree_both_are_shown(stack: FakeStack) -> None:
    member(stack)
    producer = stack.kafka.producer({})
    for partition, offset in ((0, 9), (1, 3)):
        key, value = record_of(Entry("billing", "orders", partition, offset))
        producer.produce(OFFSETS_TOPIC, value, key, 0)
    assert producer.flush(5) == 0
    assert lag(stack)[1:] == [
        "  orders-0: at 6 of 10, 4 behind; yet __consumer_offsets says 9",
        "  orders-1: nothing committed of 10; yet __consumer_offsets says 3",
    ]


@pytest.mark.parametrize(
    ("place", "stands"),
    [("earliest", {0: 0}), ("latest", {0: 10}), (Offset(4), {0: 4}), (Offset(99), {0: 10})],
)
def test_a_reset_moves_what_was_committed(
    stack: FakeStack, place: Moment | Offset, stands: dict[int, int]
) -> None:
    member(stack).close()
    reset(stack, place)
    assert committed(stack) == stands


def test_a_reset_to_a_time_goes_to_the_first_record_from_then_on(stack: FakeStack) -> None:
    member(stack).close()
    (first,) = stack.kafka.groups.offsets_at([("orders", 0)], "earliest").values()
    reader = stack.kafka.consumer({"group.id": "reader"})
    reader.assign([TopicPartition("orders", 0, first)])
    times = [message.timestamp()[1] for message in reader.consume(10, 0)]
    reset(stack, times[7])
    assert committed(stack) == {0: 7}
    reset(stack, times[9] + 1)
    assert committed(stack) == {0: 10}


def test_topics_that_are_named_are_reset_whole(stack: FakeStack) -> None:
    member(stack).close()
    assert reset(stack, "earliest", "orders") == [
        "billing: done",
        "  orders-0: from 6 to 0, 6 offsets again",
        "  orders-1: from no offset to 0",
    ]
    with pytest.raises(UsageError, match="unknown topic refunds"):
        reset(stack, "earliest", "refunds")


def test_a_dry_run_says_the_same_and_changes_nothing(stack: FakeStack) -> None:
    member(stack).close()
    said = reset(stack, "latest", really=False)
    assert committed(stack) == {0: 6}
    assert said == [
        "billing: plan only; --execute carries it out",
        "  orders-0: from 6 to 10, skips 4 offsets",
    ]


@pytest.mark.parametrize("really", [False, True])
def test_a_group_with_members_is_not_reset_and_told_why(stack: FakeStack, *, really: bool) -> None:
    member(stack)
    with pytest.raises(HarnessError, match=r"1 members \(billing-0\).*end them"):
        reset(stack, "earliest", really=really)
    assert committed(stack) == {0: 6}


def test_a_group_that_never_committed_needs_topics(stack: FakeStack) -> None:
    with pytest.raises(UsageError, match="--topic"):
        reset(stack, "earliest")


NOW_MS = 1_790_000_000_000


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("earliest",), "earliest"),
        (("latest",), "latest"),
        (("offset", "12"), Offset(12)),
        (("time", "90"), NOW_MS - 90_000),
        (("time", "0.5"), NOW_MS - 500),
        (("time", "1970-01-01T00:01:00"), 60_000),
        (("time", "1970-01-01T01:00:00.250+01:00"), 250),
    ],
)
def test_a_place_is_named_in_words(words: tuple[str, ...], place: Moment | Offset) -> None:
    assert place_of(words, NOW_MS) == place


@pytest.mark.parametrize(
    "words",
    [(), ("offset",), ("offset", "-1"), ("time",), ("time", "soon"), ("then",), ("latest", "3")],
)
def test_any_other_words_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r"is not a valid offset|is not a time"):
        place_of(words, NOW_MS)


def test_a_generation_is_read_from_an_entry_about_the_group() -> None:
    key = b"\x00\x02\x00\x07billing"
    value = b"\x00\x03\x00\x08consumer\x00\x00\x00\x05\x00\x05range"
    assert entry_of(key, value) == GroupEntry("billing", 5)
    assert entry_of(key, None) == GroupEntry("billing", None)
    assert entry_of(key, b"\x00\x04" + value[2:]) == GroupEntry("billing", None)
