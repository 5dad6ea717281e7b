"""Roles of what is no broker: services, Connect workers, consumers, targets of earlier steps."""

from typing import TYPE_CHECKING, ClassVar

from harness.kit.errors import FaultError, UsageError
from harness.model.ports.surroundings import Cluster, Names, Underway
from harness.model.ranges import Index
from harness.model.roles.role import RoleBase
from harness.model.topology import Topology

if TYPE_CHECKING:
    from harness.model.roles import Role


class Member(RoleBase, frozen=True, kw_only=True, tag="member"):
    """One of those consumers, from 0, or all of them. They live in the harness's process."""

    noun: ClassVar[str] = "consumer"
    consumers: str
    index: Index | None = None

    def __str__(self) -> str:
        which = "every member" if self.index is None else f"member {self.index}"
        return f"{which} of {self.consumers}"

    @property
    def subject(self) -> str:
        """The consumers."""
        return self.consumers

    def misfit(self, _topology: Topology, size: int) -> str | None:
        """There is one of that index."""
        if self.index is not None and self.index >= size:
            return f"member {self.index} of {self.consumers!r}, which has {size} members"
        return None

    def candidates(self, _topology: Topology) -> tuple[str, ...]:
        """It is no service."""
        return ()

    def resolve(self, run: Underway) -> tuple[str, ...]:
        """The run knows its consumers."""
        found = run.members_of(self.consumers)
        return found if self.index is None else found[self.index : self.index + 1]


class Service(RoleBase, frozen=True, kw_only=True, tag="service"):
    """A service by name."""

    noun: ClassVar[str] = "service"
    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """Its name."""
        return self.name

    def candidates(self, _topology: Topology) -> tuple[str, ...]:
        """Itself."""
        return (self.name,)

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """Itself, when it is there."""
        if self.name not in cluster.services:
            raise FaultError(f"no service {self.name!r}; known: {', '.join(cluster.services)}")
        return (self.name,)


class Task(RoleBase, frozen=True, kw_only=True, tag="task"):
    """The Connect worker that runs a task of the connector in the place `connector`.

    Places are `PATH/topics` for the feed and `PATH/COPY` for a copy; tasks count from 0.
    """

    noun: ClassVar[str] = "connector"
    connector: str
    index: Index = 0

    def __str__(self) -> str:
        return f"worker of task {self.index} of {self.connector}"

    @property
    def subject(self) -> str:
        """The connector."""
        return self.connector

    def candidates(self, topology: Topology) -> tuple[str, ...]:
        """Workers."""
        return topology.worker_names[:1]

    def real(self, names: Names) -> "Role":
        """With the connector's own name."""
        real = names.get("connector", {}).get(self.connector, self.connector)
        return Task(connector=real, index=self.index)

    def find(self, cluster: Cluster) -> tuple[str, ...]:
        """The worker, as Connect tells it."""
        return (cluster.worker_of(self.connector, self.index),)


class SameAs(RoleBase, frozen=True, kw_only=True, tag="same"):
    """Whatever the step of that name resolved to."""

    noun: ClassVar[str] = "step"
    step: str

    def __str__(self) -> str:
        return f"same as {self.step}"

    @property
    def subject(self) -> str:
        """The step."""
        return self.step

    def candidates(self, _topology: Topology) -> tuple[str, ...]:
        """The step's role says it."""
        return ()

    def resolve(self, run: Underway) -> tuple[str, ...]:
        """The run remembers it."""
        try:
            return run.targets[self.step]
        except KeyError:
            raise UsageError(f"no step {self.step!r} has named its targets before") from None
