"""Who keeps the cluster's metadata does so while a minority of them is gone."""

from collections.abc import Iterator

import pytest

from harness.kit.waits import NotYet, wait_until
from harness.model.topology import Topology
from harness.stack.docker_stack import DockerStack
from tests.docker.conftest import booted

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def ensemble() -> Iterator[DockerStack]:
    """One broker on three ZooKeepers."""
    yield from booted(Topology(brokers=1, zookeepers=3))


def test_a_killed_broker_comes_back_although_the_first_zookeeper_is_gone(
    ensemble: DockerStack,
) -> None:
    ensemble.kill("zookeeper-1")
    ensemble.kill("broker-1")
    ensemble.start("broker-1")

    def serves() -> bool | NotYet:
        return NotYet(missing) if (missing := ensemble.ready("broker-1")) else True

    wait_until("the broker to serve", serves, limit_s=60, interval_s=0.2)
    assert b"waiting for ZooKeeper to forget /brokers/ids/1" in ensemble.logs("broker-1")
