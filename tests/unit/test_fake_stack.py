"""The fake cluster under faults: who leads, who is in sync, what survives."""

import pytest

from harness.backends.fake.stack import FakeStack
from harness.kit.errors import FaultError
from harness.model.ports.kafka import PartitionState
from harness.model.ports.powers import Disks, Network, PowerSupply
from harness.model.roles import Controller, Followers, Leader
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import Topic

SESSION_S = 6.0
LAG_S = 30.0


def stack_with_topic(settings: Settings | None = None, *, replicas: int = 3) -> FakeStack:
    stack = FakeStack(Topology(), seed=3)
    stack.kafka.create_topic(Topic(name="orders", replicas=replicas, settings=settings or {}))
    stack.clock.pause(0.1)
    return stack


def state(stack: FakeStack) -> PartitionState:
    return stack.kafka.describe(["orders"])["orders"][0]


def leader(stack: FakeStack) -> str:
    return stack.resolve(Leader(topic="orders"))[0]


def followers(stack: FakeStack) -> tuple[str, ...]:
    return stack.resolve(Followers(topic="orders"))


def send(stack: FakeStack, count: int, limit_s: float = 5.0, **settings: str) -> int:
    """Send records and return how many were acknowledged within the limit."""
    given: Settings = {name.replace("_", "."): value for name, value in settings.items()}
    producer = stack.kafka.producer(given)
    acked: list[object] = []
    for number in range(count):
        producer.produce("orders", b"%016x" % number, None, 0, lambda error, _: acked.append(error))
    producer.flush(limit_s)
    producer.purge()
    return acked.count(None)


def end(stack: FakeStack) -> int:
    return stack.kafka.watermarks("orders", 0)[1]


def test_a_dead_leader_is_replaced_when_its_session_ends() -> None:
    stack = stack_with_topic()
    dead = leader(stack)
    stack.services.kill(dead)
    stack.clock.pause(SESSION_S - 0.1)
    assert leader(stack) == dead
    stack.clock.pause(0.2)
    assert leader(stack) != dead
    assert len(state(stack).isr) == 2
    assert stack.unhealthy() == f"{dead} is exited"
    stack.services.start(dead)
    stack.clock.pause(5)
    assert stack.unhealthy() is None


def test_a_frozen_leader_that_is_back_in_time_stays() -> None:
    stack = stack_with_topic()
    frozen = leader(stack)
    stack.services.pause(frozen)
    stack.clock.pause(SESSION_S - 0.5)
    stack.services.resume(frozen)
    stack.clock.pause(SESSION_S)
    assert leader(stack) == frozen


def test_a_zombie_leader_takes_what_waited_and_loses_it() -> None:
    stack = stack_with_topic()
    assert send(stack, 5) == 5
    zombie = leader(stack)
    producer = stack.kafka.producer({"acks": "1", "linger.ms": 0, "socket.timeout.ms": 60_000})
    errors: list[object] = []
    producer.produce("orders", b"in time", None, 0)
    producer.flush(1)
    stack.clock.pause(0.1)
    stack.services.pause(zombie)
    producer.produce("orders", b"into the socket", None, 0, lambda error, _: errors.append(error))
    stack.clock.pause(SESSION_S + 1)
    assert leader(stack) != zombie
    stack.services.resume(zombie)
    stack.clock.pause(2)
    producer.poll(0)
    assert errors == [None]
    assert end(stack) == 6
    assert stack.unhealthy() is None


def test_without_zookeeper_data_flows_and_nobody_is_elected() -> None:
    stack = stack_with_topic()
    stack.services.kill("zookeeper")
    assert send(stack, 5) == 5
    stack.services.kill(leader(stack))
    stack.clock.pause(3 * SESSION_S)
    assert send(stack, 1, acks="1") == 0
    stack.services.start("zookeeper")
    stack.clock.pause(SESSION_S + 1)
    assert send(stack, 1, acks="1") == 1


def test_a_follower_leaves_the_isr_only_when_it_lacks_something_for_long() -> None:
    stack = stack_with_topic()
    (slow, _) = followers(stack)
    stack.power(Network).cut(slow, [name for name in stack.topology.broker_names if name != slow])
    stack.clock.pause(3 * LAG_S)
    assert len(state(stack).isr) == 3
    assert send(stack, 1, limit_s=1) == 0
    stack.clock.pause(LAG_S)
    assert len(state(stack).isr) == 2
    assert send(stack, 1) == 1
    stack.power(Network).mend(slow, list(stack.topology.broker_names))
    stack.clock.pause(1)
    assert len(state(stack).isr) == 3


def test_a_leader_cut_off_from_zookeeper_is_replaced_and_comes_back() -> None:
    stack = stack_with_topic()
    assert send(stack, 5) == 5
    alone = leader(stack)
    peers = [*(name for name in stack.topology.broker_names if name != alone), "zookeeper"]
    stack.power(Network).cut(alone, peers)
    stack.clock.pause(SESSION_S + 1)
    assert leader(stack) != alone
    assert stack.power(Network).dropped(alone, peers) > 0
    assert send(stack, 5) == 5
    stack.power(Network).mend(alone, peers)
    stack.clock.pause(2)
    assert stack.unhealthy() is None
    assert end(stack) == 10


@pytest.mark.parametrize(("unclean", "survive"), [(False, 15), (True, 10)])
def test_the_last_replica_is_waited_for_unless_an_unclean_leader_may_be_elected(
    *, unclean: bool, survive: int
) -> None:
    stack = stack_with_topic({"min.insync.replicas": 1, "unclean.leader.election.enable": unclean})
    assert send(stack, 10) == 10
    first, behind = leader(stack), followers(stack)
    for follower in behind:
        stack.services.stop(follower)
    assert send(stack, 5) == 5
    stack.services.kill(first)
    for follower in behind:
        stack.services.start(follower)
    stack.clock.pause(SESSION_S + 5)
    assert (state(stack).leader is None) == (not unclean)
    stack.services.start(first)
    stack.clock.pause(SESSION_S)
    assert stack.unhealthy() is None
    assert end(stack) == survive


def test_a_bounced_controller_with_an_empty_disk_leads_nothing() -> None:
    stack = stack_with_topic()
    assert send(stack, 5) == 5
    (controller,) = stack.resolve(Controller())
    stack.services.kill(controller)
    stack.power(Disks).wipe(controller)
    stack.services.start(controller)
    stack.clock.pause(SESSION_S)
    assert stack.unhealthy() is None
    assert end(stack) == 5


def test_a_process_takes_only_what_its_state_allows() -> None:
    stack = FakeStack(Topology(), seed=1)
    with pytest.raises(FaultError):
        stack.power(Disks).wipe("broker-1")
    stack.services.kill("broker-1")
    stack.services.kill("broker-1")
    with pytest.raises(FaultError):
        stack.services.pause("broker-1")
    before = stack.services.incarnation("broker-1")
    stack.services.start("broker-1")
    stack.services.start("broker-1")
    assert stack.services.incarnation("broker-1") != before
    assert stack.services.ready("broker-1") is not None
    stack.clock.pause(3)
    assert stack.services.ready("broker-1") is None
    assert stack.services.state("nobody") == "missing"


def test_one_seed_one_story() -> None:
    def story(seed: int) -> list[tuple[int, int | None]]:
        stack = FakeStack(Topology(), seed=seed)
        stack.kafka.create_topic(Topic(name="orders", partitions=3))
        stack.services.kill("broker-1")
        stack.clock.pause(8)
        stack.services.start("broker-1")
        seen = []
        while stack.unhealthy() is not None:
            stack.clock.pause(0.001)
            seen.append((stack.clock.now_ns(), state(stack).leader))
        return seen

    assert story(5) == story(5)
    assert story(5) != story(6)


@pytest.mark.parametrize(("settings", "left"), [({}, 0), ({"flush.messages": 1}, 10)])
def test_a_power_cut_takes_what_is_not_synced(settings: Settings, left: int) -> None:
    stack = FakeStack(Topology(own_disks=True), seed=3)
    stack.kafka.create_topic(Topic(name="orders", settings=settings))
    stack.clock.pause(0.1)
    assert send(stack, 10, acks="all") == 10
    for broker in stack.topology.broker_names:
        assert stack.power(PowerSupply).cut_power(broker) > 0
        assert stack.services.state(broker) == "exited"
    for broker in stack.topology.broker_names:
        stack.services.start(broker)
    stack.clock.pause(20)
    assert stack.kafka.watermarks("orders", 0) == (0, left)


def test_a_power_cut_needs_a_disk_of_its_own() -> None:
    with pytest.raises(FaultError, match="own_disks"):
        stack_with_topic().power(PowerSupply).cut_power("broker-1")
