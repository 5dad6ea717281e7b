"""Roles of brokers, and of the nodes that keep the cluster's metadata."""

from typing import TYPE_CHECKING, ClassVar

import msgspec

from harness.kit.errors import FaultError
from harness.model.ports.kafka import PartitionState
from harness.model.ports.surroundings import Cluster, Names
from harness.model.ranges import Index
from harness.model.roles.role import RoleBase
from harness.model.topology import Topology

if TYPE_CHECKING:
    from harness.model.roles import Role


class _OfPartition(RoleBase, frozen=True, kw_only=True):
    noun: ClassVar[str] = "topic"
    topic: str
    partition: Index = 0

    @property
    def subject(self) -> str:
        return self.topic

    def real(self, names: Names) -> "Role":
        return msgspec.structs.replace(self, topic=names["topic"][self.topic])  # type: ignore[return-value]

    def _state(self, cluster: Cluster) -> PartitionState:
        return cluster.partition(self.topic, self.partition)


class Leader(_OfPartition, frozen=True, kw_only=True, tag="leader"):
    """The broker that leads a partition."""

    def __str__(self) -> str:
        return f"leader of {self.topic}-{self.partition}"

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """The leader."""
        return (self.on_node(cluster, self._state(cluster).leader),)


class Followers(_OfPartition, frozen=True, kw_only=True, tag="followers"):
    """The brokers that follow a partition's leader: all, or one of them in order of id."""

    index: Index | None = None

    def __str__(self) -> str:
        return f"followers of {self.topic}-{self.partition}"

    def misfit(self, _topology: Topology, size: int) -> str | None:
        """It has a follower of that index."""
        if size < 2:
            return f"a follower of {self.topic!r}, which has one replica"
        if self.index is not None and self.index >= size - 1:
            return f"follower {self.index} of {self.topic!r}, which has {size - 1}"
        return None

    def at_most(self, _topology: Topology, replicas: int) -> int:
        """All of them, or one."""
        return replicas - 1 if self.index is None else 1

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """The followers, while there is a leader."""
        seen = self._state(cluster)
        others = sorted(set(seen.replicas) - {seen.leader})
        if seen.leader is None or not others:
            raise FaultError(f"no service is {self} now: {seen}")
        found = tuple(self.on_node(cluster, replica) for replica in others)
        return found if self.index is None else found[self.index : self.index + 1]


class _OfCluster(RoleBase, frozen=True, kw_only=True):
    def misfit(self, topology: Topology, _size: int) -> str | None:
        """There is a cluster."""
        if not topology.brokers:
            return f"the {self} of a cluster, and the topology has no brokers"
        return None


class Controller(_OfCluster, frozen=True, kw_only=True, tag="controller"):
    """The controller: a broker, or with KRaft a service of its own."""

    def __str__(self) -> str:
        return "controller"

    def candidates(self, topology: Topology) -> tuple[str, ...]:
        """With KRaft no broker."""
        return (topology.controller_names or topology.broker_names)[:1]

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """The active controller."""
        return (self.on_node(cluster, cluster.controller()),)


class Broker(_OfCluster, frozen=True, kw_only=True, tag="broker"):
    """The broker of that index in order of name; the seed draws one when it is None."""

    index: Index | None = None

    def __str__(self) -> str:
        return f"broker number {'?' if self.index is None else self.index}"

    def misfit(self, topology: Topology, size: int) -> str | None:
        """There is one of that index."""
        if topology.brokers and self.index is not None and self.index >= topology.brokers:
            return (
                f"broker({self.index}), and the topology has {topology.brokers} brokers, "
                "numbered from 0"
            )
        return _OfCluster.misfit(self, topology, size)

    def drawn(self, index: int) -> "Role":
        """That broker, unless one is named."""
        return Broker(index=index) if self.index is None else self

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """That broker."""
        names = cluster.topology.broker_names
        if self.index is None or self.index >= len(names):
            raise FaultError(f"no {self} among {len(names)} brokers")
        return (names[self.index],)


class Brokers(_OfCluster, frozen=True, kw_only=True, tag="brokers"):
    """All brokers."""

    def __str__(self) -> str:
        return "brokers"

    def at_most(self, topology: Topology, _replicas: int) -> int:
        """All of them."""
        return topology.brokers

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """All, in order of name."""
        return cluster.topology.broker_names


class Metadata(_OfCluster, frozen=True, kw_only=True, tag="metadata"):
    """The metadata quorum: all ZooKeeper servers, or all KRaft controllers."""

    def __str__(self) -> str:
        return "metadata"

    def candidates(self, topology: Topology) -> tuple[str, ...]:
        """Nodes of the quorum."""
        return topology.metadata_names[:1]

    def at_most(self, topology: Topology, _replicas: int) -> int:
        """All of them."""
        return len(topology.metadata_names)

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """All, in order of name."""
        return cluster.topology.metadata_names


class Coordinator(RoleBase, frozen=True, kw_only=True, tag="coordinator"):
    """The broker that coordinates the group of those consumers."""

    noun: ClassVar[str] = "consumer"
    consumers: str

    def __str__(self) -> str:
        return f"coordinator of {self.consumers}"

    @property
    def subject(self) -> str:
        """The consumers."""
        return self.consumers

    def real(self, names: Names) -> "Role":
        """With the name of the group."""
        return Coordinator(consumers=names.get("group", {}).get(self.consumers, self.consumers))

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """The leader of the partition of the offsets topic that the group belongs to."""
        return (self.on_node(cluster, cluster.coordinator(self.consumers)),)


class TransactionCoordinator(RoleBase, frozen=True, kw_only=True, tag="transaction-coordinator"):
    """The broker that coordinates the transactions of a producer, such as `producer-0`."""

    noun: ClassVar[str] = "transactional producer"
    producer: str

    def __str__(self) -> str:
        return f"transaction coordinator of {self.producer}"

    @property
    def subject(self) -> str:
        """The producer."""
        return self.producer

    def real(self, names: Names) -> "Role":
        """With the transactional id."""
        return TransactionCoordinator(producer=names["transactional-id"][self.producer])

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """The leader of the partition of the transaction log that the id belongs to."""
        return (self.on_node(cluster, cluster.transaction_coordinator(self.producer)),)
