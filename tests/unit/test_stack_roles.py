"""Roles resolve to names of services, or say who was seen instead."""

from collections.abc import Mapping, Sequence

import pytest
from confluent_kafka import KafkaError, KafkaException

from harness.backends.roles import RoleCluster
from harness.kit.errors import FaultError
from harness.model.ports.kafka import PartitionState
from harness.model.roles import (
    Broker,
    Brokers,
    Controller,
    Followers,
    Leader,
    Metadata,
    Role,
    SameAs,
    Service,
    Task,
)
from harness.model.topology import Topology


class Cluster:
    """As much of a Kafka as roles ask."""

    def __init__(self, leader: int | None = 2, controller: int | None = 3) -> None:
        self._leader = leader
        self._controller = controller

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[PartitionState, ...]]:
        state = PartitionState(partition=0, leader=self._leader, isr=(2,), replicas=(3, 2, 1))
        return {topic: (state,) for topic in topics if topic == "orders"}

    def controller(self) -> int | None:
        return self._controller


class Silent(Cluster):
    """A cluster of which no broker answers."""

    def controller(self) -> int | None:
        raise KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN, "nobody answers"))


def found(role: Role, cluster: Cluster | None = None) -> tuple[str, ...]:
    services = ("broker-1", "broker-2", "broker-3", "zookeeper")
    return RoleCluster(cluster or Cluster(), Topology(), services).resolve(role)


def test_roles_resolve_to_services() -> None:
    assert found(Leader(topic="orders")) == ("broker-2",)
    assert found(Followers(topic="orders")) == ("broker-1", "broker-3")
    assert found(Controller()) == ("broker-3",)
    assert found(Broker(index=0)) == ("broker-1",)
    assert found(Brokers()) == ("broker-1", "broker-2", "broker-3")
    assert found(Service(name="zookeeper")) == ("zookeeper",)


def test_with_kraft_the_controller_is_a_service_of_its_own() -> None:
    kraft = Topology(metadata="kraft")
    keepers = ("controller-1", "controller-2", "controller-3")
    asked = Cluster(controller=102)
    assert RoleCluster(asked, kraft, ()).resolve(Controller()) == ("controller-2",)
    assert RoleCluster(asked, kraft, ()).resolve(Metadata()) == keepers
    assert found(Metadata()) == ("zookeeper",)


def test_a_task_is_whoever_runs_it() -> None:
    asked: list[tuple[str, int]] = []

    def worker_of(connector: str, task: int) -> str:
        asked.append((connector, task))
        return "connect-2"

    role = Task(connector="cdc", index=1)
    assert RoleCluster(Cluster(), Topology(), (), worker_of).resolve(role) == ("connect-2",)
    assert asked == [("cdc", 1)]


@pytest.mark.parametrize(
    ("role", "cluster"),
    [
        (Leader(topic="orders"), Cluster(leader=None)),
        (Followers(topic="orders"), Cluster(leader=None)),
        (Leader(topic="orders", partition=7), Cluster()),
        (Leader(topic="nothing"), Cluster()),
        (Controller(), Cluster(controller=None)),
        (Controller(), Silent()),
        (Broker(index=3), Cluster()),
        (Broker(), Cluster()),
        (Service(name="moon"), Cluster()),
        (SameAs(step="first"), Cluster()),
        (Task(connector="cdc"), Cluster()),
    ],
)
def test_a_role_that_nobody_has_is_an_error(role: Role, cluster: Cluster) -> None:
    with pytest.raises(FaultError):
        found(role, cluster)
