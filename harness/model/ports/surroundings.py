"""What roles and wait conditions look at: a run under way, its traffic, and the cluster."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

from harness.model.ports.kafka import PartitionState
from harness.model.topology import Topology

if TYPE_CHECKING:
    from harness.model.roles import Role

Probe: TypeAlias = Callable[[], str | None]
"""None when it has come; else what was seen last."""

Names: TypeAlias = Mapping[str, Mapping[str, str]]
"""Noun → a scenario's name of such a thing → its real name in a run."""


class Cluster(Protocol):
    """What a role asks of a running stack; nodes are ids. Any of it may raise FaultError."""

    @property
    def topology(self) -> Topology: ...
    @property
    def services(self) -> tuple[str, ...]: ...
    def partition(self, topic: str, number: int) -> PartitionState: ...
    def controller(self) -> int | None: ...
    def coordinator(self, group: str) -> int | None: ...
    def transaction_coordinator(self, transactional_id: str) -> int | None: ...
    def worker_of(self, connector: str, task: int) -> str: ...


class Underway(Protocol):
    """What a role asks of a run: `targets` are what the steps so far resolved to, by step."""

    @property
    def names(self) -> Names: ...
    @property
    def targets(self) -> Mapping[str, tuple[str, ...]]: ...
    def members_of(self, consumers: str) -> tuple[str, ...]: ...
    def on_stack(self, role: "Role") -> tuple[str, ...]: ...


class Surroundings(Protocol):
    """What conditions look at: traffic and cluster. Topics and groups have their names in steps."""

    @property
    def acked(self) -> int: ...
    @property
    def sent(self) -> int: ...
    @property
    def results(self) -> int: ...
    @property
    def reads(self) -> int: ...
    @property
    def changes(self) -> int: ...
    @property
    def removed(self) -> int:
        """Where all partitions start, added up; asks the cluster, as all below does."""

    @property
    def offsets(self) -> int:
        """Where all partitions end, added up."""

    def now_ns(self) -> int: ...

    def first_partition(self, topic: str) -> PartitionState | None:
        """None when it is not there, or no broker answers."""

    def members(self, group: str) -> tuple[bool, frozenset[str]]:
        """Whether a group has settled, and its members: none while no broker tells."""

    def unhealthy(self) -> str | None: ...
    def uncleaned(self) -> Probe: ...
