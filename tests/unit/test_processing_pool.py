"""A worker's threads, stepped by hand: one is held, the others go on, and commits wait for it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import RLock

import pytest
from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from harness.backends.fake.stack import FakeStack
from harness.history.journal import Columns
from harness.kit.barrier import Barrier
from harness.model.topology import Topology
from harness.model.workload import Processors, Topic
from harness.workloads.lanes import READ_AHEAD
from harness.workloads.payload import key_bytes
from harness.workloads.processing.job import Job
from harness.workloads.processing.pool import Pool
from harness.workloads.processing.record import Input, LifeRecord
from harness.workloads.processing.sending import Sender

KEYS, RECORDS = 4, 20


class Notes:
    """Keeps which results were numbered, in that order."""

    def __init__(self) -> None:
        self.numbered: list[int] = []

    def append(self, table: str, columns: Columns) -> None:
        if table == "sends":
            self.numbered += columns["value"]

    def error(self, name: str) -> int:
        raise AssertionError(name)


class Bench:
    """A pool of two threads on a fake stack."""

    def __init__(self, folder: Path, *, per_key: bool) -> None:
        self.stack = FakeStack(Topology(), seed=1)
        self.stack.kafka.create_topic(Topic(name="enriched"))
        self.notes = Notes()
        self.barrier = Barrier(folder)
        job = Job(
            spec=Processors(source="orders", sink="enriched", threads=2),
            name="enrich-0",
            source="orders",
            sink="enriched",
            group="g",
            source_logs=(0,),
            sink_logs=(1,),
            sink_topic=1,
        )
        log = LifeRecord(job, self.notes, self.stack.clock, 1)
        producer, turn = self.stack.kafka.producer({}), RLock()
        senders = [Sender(job, log, producer, turn) for _ in range(2)]
        self.pool = Pool(senders, self.barrier, per_key=per_key)
        self._lanes: tuple[Iterator[float], ...] = self.pool.runs

    def go_on(self, until: Callable[[], object]) -> None:
        for _ in range(10_000):
            if until():
                return
            for lane in self._lanes:
                next(lane, None)
            self.stack.clock.pause(0.001)
        raise AssertionError("it did not come to that")

    def origins(self) -> list[int]:
        """What the results in the sink were made from, in order."""
        reader = self.stack.kafka.consumer({"group.id": "reader"})
        reader.assign([TopicPartition("enriched", 0, OFFSET_BEGINNING)])
        values = [message.value() or b"" for message in reader.consume(1000, 0)]
        return [int(value.split(b"<")[1], 16) for value in values]


def inputs() -> list[Input]:
    """Records of four keys in turn; the value of each is its offset."""
    return [
        Input(0, number, number % KEYS, number, key_bytes(number % KEYS))
        for number in range(RECORDS)
    ]


@pytest.mark.parametrize("per_key", [True, False])
def test_while_one_thread_is_held_the_others_go_on_and_nothing_behind_is_committed(
    tmp_path: Path, *, per_key: bool
) -> None:
    bench = Bench(tmp_path, per_key=per_key)
    bench.barrier.hold("before-produce")
    bench.pool.deal(inputs())
    bench.go_on(lambda: len(bench.origins()) == RECORDS // 2)
    assert bench.barrier.held_at == "before-produce"
    assert sorted(bench.origins()) == [n for n in range(RECORDS) if n % 2 == 1]
    assert bench.pool.moved() == [(0, 0)]
    assert not bench.pool.is_idle
    bench.barrier.release()
    bench.go_on(lambda: bench.pool.is_idle)
    assert bench.pool.moved() == [(0, RECORDS)]
    assert bench.pool.moved() == []
    assert bench.notes.numbered == sorted(bench.notes.numbered)


def test_lanes_by_key_keep_the_order_of_every_key(tmp_path: Path) -> None:
    bench = Bench(tmp_path, per_key=True)
    bench.barrier.hold("before-produce")
    bench.pool.deal(inputs())
    bench.go_on(lambda: len(bench.origins()) == RECORDS // 2)
    bench.barrier.release()
    bench.go_on(lambda: bench.pool.is_idle)
    for key in range(KEYS):
        mine = [origin for origin in bench.origins() if origin % KEYS == key]
        assert mine == sorted(mine)


def test_what_was_taken_away_is_neither_begun_nor_committed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, per_key=True)
    bench.pool.deal(inputs())
    bench.pool.forget()
    bench.go_on(lambda: bench.pool.is_idle)
    assert bench.origins() == []
    assert bench.pool.moved() == []


def test_no_more_is_read_than_lanes_may_lag_behind(tmp_path: Path) -> None:
    bench = Bench(tmp_path, per_key=True)
    bench.pool.deal([Input(0, number, 0, number, None) for number in range(READ_AHEAD - 1)])
    assert not bench.pool.is_full
    bench.pool.deal([Input(0, READ_AHEAD, 0, READ_AHEAD, None)])
    assert bench.pool.is_full
