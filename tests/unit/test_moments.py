"""When the moment of a step has come, on a cluster in memory."""

from types import SimpleNamespace
from typing import Any

from harness.backends.fake.stack import FakeStack
from harness.engine.moments import Moments
from harness.model.conditions import Alone, Reads
from harness.model.roles import Followers
from harness.model.topology import Topology
from harness.model.workload import Topic


def moments(stack: FakeStack) -> tuple[Moments, Any]:
    """The moments of a traffic whose counts are set by hand."""
    counts = dict.fromkeys(("acked", "sent", "results", "changes", "reads"), 0)
    traffic: Any = SimpleNamespace(topics={"orders": "orders"}, **counts)
    return Moments(traffic, stack, stack.clock), traffic


def test_reads_are_counted_from_when_the_wait_begins() -> None:
    seen, traffic = moments(FakeStack(Topology(), seed=3))
    traffic.reads = 7
    probe = Reads(count=5).probe(seen)
    traffic.reads = 11
    assert probe() == "11 of 12 read records"
    traffic.reads = 12
    assert probe() is None


def test_a_leader_is_alone_once_its_followers_have_left_the_isr() -> None:
    stack = FakeStack(Topology(), seed=3)
    stack.kafka.create_topic(Topic(name="orders"))
    stack.clock.pause(0.1)
    probe = Alone(topic="orders").probe(moments(stack)[0])
    assert probe() is not None
    for follower in stack.resolve(Followers(topic="orders")):
        stack.services.kill(follower)
    assert probe() is not None
    stack.clock.pause(30)
    assert probe() is None
