"""Topics for people: what is said of one, and settings that are none."""

import pytest

from harness.backends.fake.stack import FakeStack
from harness.engine.commands import topics
from harness.kit.errors import UsageError
from harness.model.topology import Topology


def test_a_topic_is_described_with_its_settings_and_partitions() -> None:
    kafka = FakeStack(Topology(), seed=1).kafka
    topics.create(kafka, "orders", partitions=2, replicas=3, settings=["retention.ms=60000"])
    topics.configure(kafka, "orders", ["cleanup.policy=compact"])
    head, *lines = topics.description(kafka, "orders")
    assert head == "orders: 2 partitions"
    assert lines[:2] == ["  cleanup.policy=compact", "  retention.ms=60000"]
    assert [line.partition(": ")[0] for line in lines[2:]] == ["  orders-0", "  orders-1"]
    assert all(line.endswith("replicas 1,2,3, in sync 1,2,3") for line in lines[2:])


def test_a_setting_without_a_value_changes_nothing() -> None:
    kafka = FakeStack(Topology(), seed=1).kafka
    with pytest.raises(UsageError, match="use name=value"):
        topics.create(kafka, "orders", partitions=1, replicas=3, settings=["retention.ms"])
    assert "orders" not in kafka.topics.names()
