"""The final read of a log from which retention takes records meanwhile."""

from contextlib import closing
from pathlib import Path

import pytest

from harness.backends.fake.kafka.clients import FakeKafka
from harness.backends.fake.stack import FakeStack
from harness.history.journal import Journal
from harness.history.load import load
from harness.model.facts import LogEnd
from harness.model.topology import Topology
from harness.model.workload import Topic
from harness.workloads.draining import drain
from harness.workloads.workplace import Workplace

RETENTION_S = 10.0


@pytest.fixture
def stack() -> FakeStack:
    """A cluster with ten records, of which five are to go in a while."""
    stack = FakeStack(Topology(), seed=3)
    topic = Topic(name="orders", settings={"retention.ms": int(RETENTION_S * 1000)})
    stack.kafka.create_topic(topic)
    producer = stack.kafka.producer({})
    for half in range(2):
        for number in range(5):
            producer.produce("orders", b"%016x" % (5 * half + number), None, 0)
        producer.flush(5)
        stack.clock.pause(RETENTION_S * 0.6 * (1 - half))
    return stack


def test_what_retention_takes_during_the_final_read_was_not_there_to_be_read(
    stack: FakeStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = FakeKafka.watermarks

    def and_then_time_passes(kafka: FakeKafka, topic: str, partition: int) -> tuple[int, int]:
        monkeypatch.undo()
        bounds = asked(kafka, topic, partition)
        assert bounds == (0, 10)
        stack.clock.pause(RETENTION_S * 0.6)
        return bounds

    monkeypatch.setattr(FakeKafka, "watermarks", and_then_time_passes)
    with closing(Journal(tmp_path, origin_ns=0)) as journal:
        journal.topic("orders", 1)
        workplace = Workplace(stack.kafka, journal, stack.clock)
        ends = drain({"orders": ("orders", 1)}, workplace, limit_s=60)
    assert ends == (LogEnd(log="orders-0", start=5, end=10, read_to=10),)
    assert load(tmp_path).reads["offset"].to_list() == [5, 6, 7, 8, 9]
