"""Who has a role now, asked of the cluster itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from confluent_kafka import KafkaException

from harness.kit.errors import FaultError
from harness.model.fault import Role
from harness.model.ports.stack import PartitionState
from harness.model.topology import Topology
from harness.systems.kafka.offsets_log import OFFSETS_TOPIC, partition_of
from harness.systems.kafka.wire_transactions import TRANSACTIONS_TOPIC


class Cluster(Protocol):
    """The part of `harness.model.ports.stack.Kafka` that roles ask."""

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[PartitionState, ...]]: ...  # noqa: D102
    def controller(self) -> int | None: ...  # noqa: D102


def _nobody_works(connector: str, task: int) -> str:
    raise FaultError(f"nobody runs task {task} of {connector}: there is no Connect")


def resolve(
    role: Role,
    cluster: Cluster,
    topology: Topology,
    services: tuple[str, ...],
    worker_of: Callable[[str, int], str] = _nobody_works,
) -> tuple[str, ...]:
    """Names of the services that have `role` now.

    Args:
        role: to be resolved.
        cluster: who leads what.
        topology: which brokers there are.
        services: all that there are.
        worker_of: who runs a task of a connector; raises FaultError when nobody does.

    Raises:
        FaultError: nobody has; says what was seen.
    """
    try:
        if role.kind == "task":
            return (worker_of(role.name or "", role.index or 0),)
        return _resolve(role, cluster, topology, services)
    except KafkaException as error:
        raise FaultError(f"nobody can be found as {role}: {error.args[0].str()}") from error


def _resolve(
    role: Role, cluster: Cluster, topology: Topology, services: tuple[str, ...]
) -> tuple[str, ...]:
    match role.kind:
        case "leader" | "transaction-coordinator":
            find = _partition if role.kind == "leader" else _coordinating
            return (_service(topology, find(role, cluster).leader, role),)
        case "followers":
            found = _followers(topology, _partition(role, cluster), role)
            return found if role.index is None else found[role.index : role.index + 1]
        case "controller" | "coordinator":
            by_controller = role.kind == "controller"
            node = cluster.controller() if by_controller else _coordinator(role, cluster)
            return (_service(topology, node, role),)
        case "broker":
            index = role.index
            if index is None or not 0 <= index < topology.brokers:
                raise FaultError(f"no {role} among {topology.brokers} brokers")
            return (topology.broker_names[index],)
        case "brokers" | "metadata":
            return topology.broker_names if role.kind == "brokers" else topology.metadata_names
        case "service":
            if role.name not in services:
                raise FaultError(f"no service {role.name!r}; there are {', '.join(services)}")
            return (role.name,)
        case _:
            raise FaultError(f"{role}: only the run knows what an earlier step resolved to")


def _coordinating(role: Role, cluster: Cluster) -> PartitionState:
    """The partition that holds the transactional id `role.name`."""
    found = cluster.describe([TRANSACTIONS_TOPIC]).get(TRANSACTIONS_TOPIC, ())
    if not found:
        raise FaultError(f"nobody is {role}: no transaction has been begun yet")
    number = partition_of(role.name or "", len(found))
    return next(state for state in found if state.partition == number)


def _coordinator(role: Role, cluster: Cluster) -> int | None:
    """Whoever leads the partition of the offsets' topic that the group's name belongs to."""
    found = cluster.describe([OFFSETS_TOPIC]).get(OFFSETS_TOPIC, ())
    if not found:
        raise FaultError(f"nobody is {role}: there has been no group yet")
    number = partition_of(role.name or "", len(found))
    return next((each.leader for each in found if each.partition == number), None)


def _partition(role: Role, cluster: Cluster) -> PartitionState:
    topic = role.topic or ""
    found = cluster.describe([topic]).get(topic, ())
    for state in found:
        if state.partition == role.partition:
            return state
    raise FaultError(f"nobody is {role}: the topic has {len(found)} partitions")


def _followers(topology: Topology, seen: PartitionState, role: Role) -> tuple[str, ...]:
    if seen.leader is None or set(seen.replicas) == {seen.leader}:
        raise FaultError(f"nobody is {role} now: {seen}")
    others = sorted(set(seen.replicas) - {seen.leader})
    return tuple(_service(topology, replica, role) for replica in others)


def _service(topology: Topology, node: int | None, role: Role) -> str:
    if node is None:
        raise FaultError(f"nobody is {role} now")
    return topology.nodes[node]
