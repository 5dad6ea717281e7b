"""A replica: truncation to a leader's log, sequences of producers, marks over time."""

import pytest

from harness.backends.fake.kafka.record import Record
from harness.backends.fake.kafka.replica import Replica

LOG = ("orders", 0)


def record(value: int, *, sequence: int | None = None, epoch: int = 1) -> Record:
    identity = None if sequence is None else (7, 0)
    return Record(None, b"%d" % value, 0, identity, sequence or 0, epoch)


def replica(*records: Record) -> Replica:
    made = Replica(LOG, 1)
    for each in records:
        made.add(each)
    return made


def test_a_follower_drops_what_its_leader_does_not_have() -> None:
    shared = [record(1), record(2)]
    follower = replica(*shared, record(3), record(4))
    leader = replica(*shared, record(5))
    follower.high_watermark = 4
    follower.follow(leader)
    assert follower.records == leader.records
    assert follower.high_watermark == 2


def test_a_follower_that_only_lacks_records_keeps_all_it_has() -> None:
    shared = [record(1), record(2)]
    follower, leader = replica(shared[0]), replica(*shared)
    follower.follow(leader)
    assert follower.records == shared


def test_a_truncated_sequence_may_be_written_again() -> None:
    log = replica(record(1, sequence=0), record(2, sequence=1), record(3, sequence=2))
    assert log.expected_sequence((7, 0)) == 3
    log.truncate(1)
    assert log.expected_sequence((7, 0)) == 1
    assert log.offset_of((7, 0), 0) == 0
    assert log.offset_of((7, 0), 1) is None


@pytest.mark.parametrize(("epoch", "end"), [(1, 2), (2, 2), (3, 4), (9, 4)])
def test_the_end_of_an_epoch_is_behind_its_last_record(epoch: int, end: int) -> None:
    log = replica(record(1), record(2), record(3, epoch=3), record(4, epoch=3))
    assert log.end_of_epoch(epoch) == end


def test_the_mark_of_an_earlier_time_is_remembered() -> None:
    log = replica(record(1), record(2))
    log.raise_mark(1, now_ns=100)
    log.raise_mark(2, now_ns=200)
    assert [log.mark_at(time) for time in (50, 100, 199, 200)] == [0, 1, 1, 2]


def test_older_news_from_a_controller_is_not_believed() -> None:
    log = replica()
    assert log.take_role(version=2, leader=1, epoch=2, isr=(1,))
    assert not log.take_role(version=1, leader=3, epoch=1, isr=(3,))
    assert log.leads
