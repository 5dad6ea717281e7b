"""Who keeps the cluster's metadata does so while a minority of them is gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends.docker.stack import DockerStack
from harness.engine.catalogue.scenarios import scenarios
from harness.engine.cluster import on_cluster
from harness.engine.run import Run, run_scenario
from harness.engine.stacks.opening import open_stacks
from harness.engine.stacks.pool import StackPool
from harness.kit.errors import FaultError
from harness.kit.waits import NotYet, wait_until
from harness.model.ports.powers import Disks, Network
from harness.model.ports.stack import Stack
from harness.model.roles import Controller
from harness.model.topology import Topology
from harness.model.workload import Topic
from tests.docker.conftest import booted

pytestmark = [pytest.mark.docker, pytest.mark.slow]

KRAFT = Topology(metadata="kraft")
CONTROLLER = Controller()


@pytest.fixture(scope="module")
def ensemble() -> Iterator[DockerStack]:
    """One broker on three ZooKeepers."""
    yield from booted(Topology(brokers=1, zookeepers=3))


@pytest.fixture(scope="module")
def pool() -> Iterator[StackPool]:
    """Where all tests of the module find the same KRaft cluster."""
    with open_stacks("docker", kept=False, tell=lambda _line: None) as stacks:
        yield stacks


@pytest.fixture
def kraft(pool: StackPool) -> Iterator[Stack]:
    """Three brokers and three controllers; each test leaves them as it found them."""
    with pool.environment(KRAFT, seed=1) as environment:
        yield environment.stack
        wait_healthy(environment.stack)


def wait_healthy(stack: Stack) -> None:
    wait_until(
        "the stack to be healthy",
        lambda: NotYet(missing) if (missing := stack.unhealthy()) else True,
        limit_s=60,
        interval_s=0.2,
    )


def wait_for_successor(stack: Stack, former: str) -> str:
    """Wait until another than `former` is the controller."""

    def successor() -> str | NotYet:
        (now,) = stack.resolve(CONTROLLER)
        return NotYet(f"it is still {now}") if now == former else now

    return wait_until("another controller", successor, limit_s=30, retry_on=(FaultError,))


def test_a_killed_broker_comes_back_although_the_first_zookeeper_is_gone(
    ensemble: DockerStack,
) -> None:
    ensemble.services.kill("zookeeper-1")
    ensemble.services.kill("broker-1")
    ensemble.services.start("broker-1")

    def serves() -> bool | NotYet:
        return NotYet(missing) if (missing := ensemble.services.ready("broker-1")) else True

    wait_until("the broker to serve", serves, limit_s=60, interval_s=0.2)
    assert b"waiting for ZooKeeper to forget /brokers/ids/1" in ensemble.services.logs("broker-1")


def test_a_killed_controller_is_succeeded_and_comes_back_as_a_follower(kraft: Stack) -> None:
    (killed,) = kraft.resolve(CONTROLLER)
    kraft.services.kill(killed)
    successor = wait_for_successor(kraft, killed)
    assert {killed, successor} < set(kraft.topology.controller_names)
    kraft.kafka.create_topic(Topic(name="decided-by-two"))
    assert killed in (kraft.unhealthy() or "")
    kraft.services.start(killed)
    wait_healthy(kraft)
    kraft.kafka.delete_topic("decided-by-two")


def test_a_controller_that_is_cut_off_does_not_count_although_it_thinks_it_leads(
    kraft: Stack,
) -> None:
    (lonely,) = kraft.resolve(CONTROLLER)
    others = [name for name in kraft.topology.nodes.values() if name != lonely]
    kraft.power(Network).cut(lonely, others)
    try:
        wait_for_successor(kraft, lonely)
        assert kraft.power(Network).dropped(lonely, others) > 0
    finally:
        kraft.power(Network).mend(lonely, others)


def test_a_wiped_broker_is_formatted_for_the_cluster_again_and_catches_up(kraft: Stack) -> None:
    kraft.kafka.create_topic(Topic(name="catches-up"))
    kraft.services.kill("broker-2")
    kraft.power(Disks).wipe("broker-2")
    kraft.services.start("broker-2")
    wait_healthy(kraft)
    (state,) = kraft.kafka.describe(["catches-up"])["catches-up"]
    assert sorted(state.isr) == [1, 2, 3]
    kraft.kafka.delete_topic("catches-up")


def test_acks_decide_over_loss_on_kraft_as_well(pool: StackPool, tmp_path: Path) -> None:
    def run(name: str) -> Run:
        scenario = on_cluster(scenarios()[name], metadata="kraft", kafka_version=None)
        return run_scenario(scenario, 1, pool, tmp_path, tell=lambda _line: None)

    run("k-ack1").must_be_valid()
    run("k-ack1-bad").must_show("lost-write")
