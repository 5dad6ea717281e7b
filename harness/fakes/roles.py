"""Who has which role in a fake stack now."""

from harness.fakes.cluster import Cluster
from harness.kit.errors import FaultError
from harness.model.fault import Role


def services_with(role: Role, cluster: Cluster) -> tuple[str, ...]:
    """Names of the services that have `role`; empty when nobody has.

    Raises:
        FaultError: the role refers to an earlier step, which a stack does not know.
    """
    names = tuple(broker.name for broker in cluster.brokers.values())
    match role.kind:
        case "leader" | "followers":
            return _replicas(role, cluster)
        case "controller":
            controller = cluster.membership.controller
            return () if controller is None else (cluster.brokers[controller].name,)
        case "broker":
            index = role.index or 0
            return names[index : index + 1]
        case "brokers":
            return names
        case "service":
            return (role.name,) if role.name in cluster.processes else ()
        case "same":
            raise FaultError("whoever executes a plan knows what `same` was")


def _replicas(role: Role, cluster: Cluster) -> tuple[str, ...]:
    partition = cluster.partitions.get((role.topic or "", role.partition))
    if partition is None or partition.leader is None:
        return ()
    leads = role.kind == "leader"
    numbers = [n for n in partition.replicas if (n == partition.leader) == leads]
    return tuple(cluster.brokers[number].name for number in numbers)
