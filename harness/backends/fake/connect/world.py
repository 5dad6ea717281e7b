"""What Connect's workers find around them in a stack."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.links import Links
from harness.backends.fake.process import Process
from harness.backends.fake.seams import Seams
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
    clock: VirtualClock
    links: Links
    processes: dict[str, Process]
    """All of the stack; workers are added."""
    seams: Seams
    random: Random
    registry: Callable[[], SchemaRegistry]
    """As workers reach it."""
    database: Callable[[], DatabaseServer]
