"""What a role is: a target by what it does for others, found when a step begins."""

from typing import TYPE_CHECKING, ClassVar

from harness.kit.errors import FaultError
from harness.model.ports.surroundings import Cluster, Names, Underway
from harness.model.topology import Topology
from harness.model.value import Value

if TYPE_CHECKING:
    from harness.model.roles import Role


class RoleBase(Value, frozen=True, kw_only=True, tag_field="kind"):
    """What is common to all kinds of `Role`; the defaults are those of a role of brokers."""

    noun: ClassVar[str] = ""
    """What `subject` names: a topic, a consumer, ...; empty: nothing."""

    @property
    def subject(self) -> str:
        """The name, in the scenario, of what it speaks of."""
        return ""

    def misfit(self, _topology: Topology, _size: int) -> str | None:
        """Why nothing can have it; the size is how many replicas or members its subject has."""
        return None

    def at_most(self, _topology: Topology, _replicas: int) -> int:
        """How many services have it at most; `replicas` of a partition that it is about."""
        return 1

    def drawn(self, _index: int) -> "Role":
        """The role in which nothing is left to chance, given the index of a broker."""
        return self  # type: ignore[return-value]

    def candidates(self, topology: Topology) -> tuple[str, ...]:
        """One service of each kind that may have it; none where it is not of a service."""
        return topology.broker_names[:1]

    def real(self, _names: Names) -> "Role":
        """The role in the names that a run gave to topics, groups and connectors."""
        return self  # type: ignore[return-value]

    def resolve(self, run: Underway) -> tuple[str, ...]:
        """What has it now; raises FaultError when nothing has."""
        return run.on_stack(self.real(run.names))

    def find(self, _cluster: Cluster) -> tuple[str, ...]:
        """The services that have it now; raises FaultError when none has."""
        raise FaultError(f"{self}: known only during the run")

    def on_node(self, cluster: Cluster, node: int | None) -> str:
        """The service of a node; raises FaultError when there is no node."""
        if node is None:
            raise FaultError(f"no service is {self} now")
        return cluster.topology.nodes[node]
