"""What Connect's workers find around them in a stack."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.connect.seams import ConnectSeams
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.links import Links
from harness.model.ports.registry import SchemaRegistry
from harness.model.topology import Topology

CALLER = "connect"
"""By this name all workers' links are cut."""


@dataclass(frozen=True, slots=True)
class World:
    """The rest of the stack.

    `registry` and `database` raise UsageError where the stack has none.
    """

    topology: Topology
    cluster: Cluster
    registry: Callable[[], SchemaRegistry]
    """As workers reach it."""
    database: Callable[[], DatabaseServer]

    @property
    def clock(self) -> VirtualClock:
        """Of all of it."""
        return self.cluster.clock

    @property
    def seams(self) -> ConnectSeams:
        """Where planted bugs step in."""
        return self.cluster.seams.connect

    @property
    def links(self) -> Links:
        """Between all services."""
        return self.cluster.links
