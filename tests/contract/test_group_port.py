"""What the members of a group are given and commit, on the fake and on the real thing alike."""

from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_INVALID,
    OFFSET_STORED,
    KafkaException,
    TopicPartition,
)

from harness.model.ports.clients import Consumer
from tests.contract.bench import LIMIT_S, Bench, values


class Held:
    """What a member holds, by its callbacks."""

    def __init__(self) -> None:
        self.partitions: set[int] = set()
        self.revoked = 0

    @property
    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {"on_assign": self._assigned, "on_revoke": self._revoked}

    def _assigned(self, _consumer: Any, partitions: list[TopicPartition]) -> None:
        self.partitions |= {each.partition for each in partitions}

    def _revoked(self, _consumer: Any, partitions: list[TopicPartition]) -> None:
        self.partitions -= {each.partition for each in partitions}
        self.revoked += 1


def poll_until(bench: Bench, members: list[Consumer], holds: Callable[[], bool]) -> None:
    def probe() -> bool:
        for member in members:
            member.consume(10, 0.05)
        return holds()

    bench.wait("the group to settle", probe)


def offsets(bench: Bench, group: str, topic: str) -> int:
    reader: Any = bench.reader(group)
    (known,) = reader.committed([TopicPartition(topic, 0)], timeout=10)
    reader.close()
    return int(known.offset)


def test_members_share_the_partitions_evenly(bench: Bench) -> None:
    topic, group = bench.topic(partitions=5), bench.group()
    held = [Held(), Held()]
    members = [bench.reader(group) for _ in held]
    members[0].subscribe([topic], **held[0].callbacks)
    poll_until(bench, members[:1], lambda: held[0].partitions == {0, 1, 2, 3, 4})
    members[1].subscribe([topic], **held[1].callbacks)
    poll_until(bench, members, lambda: all(0 < len(each.partitions) < 5 for each in held))
    # Who gets the larger share depends on the names that the coordinator gives to members.
    assert sorted(sorted(each.partitions) for each in held) == [[0, 1, 2], [3, 4]]
    assert held[0].revoked == 1
    members[1].close()
    assert held[1].partitions == set()
    poll_until(bench, members[:1], lambda: held[0].partitions == {0, 1, 2, 3, 4})
    members[0].close()


def test_a_group_goes_on_where_it_committed(bench: Bench) -> None:
    topic, group = bench.topic(), bench.group()
    bench.send(topic, values(10))
    first = bench.reader(group)
    first.subscribe([topic])
    bench.take(first, 4)
    first.commit(asynchronous=False)
    first.close()
    assert offsets(bench, group, topic) == 4
    second = bench.reader(group)
    second.subscribe([topic])
    assert bench.take(second, 1)[0].offset() == 4
    second.close()


def test_a_committed_message_is_the_last_done(bench: Bench) -> None:
    topic, group = bench.topic(), bench.group()
    bench.send(topic, values(3))
    reader = bench.reader(group)
    reader.subscribe([topic])
    message = bench.take(reader, 1)[0]
    (committed,) = reader.commit(message=message, asynchronous=False)
    assert committed.offset == 1
    reader.close()
    assert offsets(bench, group, topic) == 1


def test_nothing_stored_is_nothing_to_commit(bench: Bench) -> None:
    topic = bench.topic()
    reader: Any = bench.reader()
    reader.subscribe([topic])
    bench.nothing_comes(reader, 2.0)
    with pytest.raises(KafkaException) as refusal:
        reader.commit(asynchronous=False)
    assert refusal.value.args[0].name() == "_NO_OFFSET"
    (known,) = reader.committed([TopicPartition(topic, 0)], timeout=10)
    assert known.offset == OFFSET_INVALID
    reader.close()


def test_handing_out_stores_and_closing_commits(bench: Bench) -> None:
    topic, group = bench.topic(), bench.group()
    bench.send(topic, values(6))
    reader = bench.reader(group, enable_auto_commit=True)
    reader.subscribe([topic])
    bench.take(reader, 6)
    reader.close()
    assert offsets(bench, group, topic) == 6


def test_without_auto_store_only_what_is_stored_is_committed(bench: Bench) -> None:
    topic, group = bench.topic(), bench.group()
    bench.send(topic, values(6))
    reader: Any = bench.reader(group, enable_auto_commit=True, enable_auto_offset_store=False)
    reader.subscribe([topic])
    taken = bench.take(reader, 6)
    reader.store_offsets(message=taken[1])
    reader.close()
    assert offsets(bench, group, topic) == 2


def test_auto_commit_comes_by_itself(bench: Bench) -> None:
    topic, group = bench.topic(), bench.group()
    bench.send(topic, values(6))
    reader: Any = bench.reader(group, enable_auto_commit=True, auto_commit_interval_ms=100)
    reader.subscribe([topic])
    bench.take(reader, 6)

    def committed() -> bool:
        reader.consume(1, 0.05)
        (known,) = reader.committed([TopicPartition(topic, 0)], timeout=10)
        return bool(known.offset == 6)

    bench.wait("the commit", committed)
    reader.close()


def test_position_is_behind_the_last_record_taken(bench: Bench) -> None:
    topic = bench.topic()
    bench.send(topic, values(4))
    reader: Any = bench.reader()
    reader.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    assert reader.position([TopicPartition(topic, 0)])[0].offset == OFFSET_INVALID
    bench.take(reader, 3)
    assert reader.position([TopicPartition(topic, 0)])[0].offset == 3
    reader.close()


@pytest.mark.parametrize(("commit", "expected"), [(True, 2), (False, 0)])
def test_while_a_transaction_is_open_nobody_is_told_its_offsets(
    bench: Bench, *, commit: bool, expected: int
) -> None:
    topic, group = bench.topic(), bench.group()
    bench.send(topic, values(4))
    reader = bench.reader(group)
    producer = bench.kafka.transactional_producer({"transactional.id": group})
    producer.init_transactions(LIMIT_S)
    producer.begin_transaction()
    producer.send_offsets_to_transaction(
        [TopicPartition(topic, 0, 2)], reader.consumer_group_metadata(), LIMIT_S
    )
    reader.assign([TopicPartition(topic, 0, OFFSET_STORED)])
    bench.nothing_comes(reader)
    (producer.commit_transaction if commit else producer.abort_transaction)(LIMIT_S)
    assert bench.take(reader, 1)[0].offset() == expected
    reader.close()
