"""Where a log ends is asked again after an election, and not for ever."""

import pytest
from confluent_kafka import KafkaException

from harness.backends.fake.stack import FakeStack
from harness.kit.waits import Deadline
from harness.model.roles import Leader
from harness.model.topology import Topology
from harness.model.workload import Topic
from harness.workloads.bounds import log_bounds

SESSION_S = 6.0


@pytest.fixture
def stack() -> FakeStack:
    """A cluster whose topic has just lost its leader."""
    stack = FakeStack(Topology(), seed=3)
    stack.kafka.create_topic(Topic(name="orders"))
    stack.clock.pause(0.1)
    stack.services.kill(stack.resolve(Leader(topic="orders"))[0])
    return stack


def test_the_next_leader_is_waited_for(stack: FakeStack) -> None:
    with pytest.raises(KafkaException):
        stack.kafka.watermarks("orders", 0)
    deadline = Deadline(SESSION_S + 1, stack.clock)
    assert log_bounds(stack.kafka, "orders", 0, deadline, stack.clock) == (0, 0)


def test_a_log_without_a_leader_is_given_up(stack: FakeStack) -> None:
    with pytest.raises(KafkaException):
        log_bounds(stack.kafka, "orders", 0, Deadline(SESSION_S / 2, stack.clock), stack.clock)
