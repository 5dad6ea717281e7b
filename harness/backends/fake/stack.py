"""A whole stack in memory, on its own virtual clock."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from harness.backends.fake.bugs.bug import BUGS, Dice
from harness.backends.fake.connect.client import FakeConnect
from harness.backends.fake.connect.world import CALLER, World
from harness.backends.fake.consoles import FakeConsoles
from harness.backends.fake.data.database import MemorySource, MemoryTables
from harness.backends.fake.data.operations import MemoryOperations
from harness.backends.fake.data.redis import MemoryRedis
from harness.backends.fake.kafka.cleanup import Cleanup
from harness.backends.fake.kafka.clients import FakeKafka
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.programs import FakePrograms
from harness.backends.fake.registry.client import MemoryRegistry
from harness.backends.fake.seams import Seams
from harness.backends.fake.servers import Servers
from harness.backends.fake.services import POWERS, FakeServices
from harness.backends.roles import RoleCluster
from harness.kit.errors import UsageError
from harness.kit.rng import stream
from harness.model.ports.databases import MySql
from harness.model.ports.powers import OwnPrograms, TableOperations
from harness.model.ports.store import Cache
from harness.model.roles import Role
from harness.model.topology import Topology
from harness.systems.stores import CACHES

P = TypeVar("P")


class FakeStack:
    """Implements `model.ports.Stack`. Nothing in it blocks, sleeps or runs by itself.

    Args:
        topology: how many brokers, and their settings.
        seed: the same seed and the same calls give the same run.
        bugs: names of bugs to plant (see `harness.backends.fake.bugs`).

    Raises:
        UsageError: the topology is of KRaft, which the fakes do not play.
    """

    def __init__(self, topology: Topology, *, seed: int, bugs: Iterable[str] = ()) -> None:
        if topology.metadata != "zookeeper":
            raise UsageError("the fake cluster runs on ZooKeeper; run KRaft with --stack=docker")
        self.topology = topology
        seams = Seams()
        for name in sorted(bugs):
            BUGS[name].plant(seams, Dice(stream(seed, f"bug/{name}")))
        self._cluster = Cluster(topology, seed=seed, seams=seams)
        self.clock = self._cluster.clock
        self.kafka = FakeKafka(self._cluster)
        self._servers = Servers(topology, self._cluster)
        self.services = FakeServices(self._cluster, topology)
        self._powers: Mapping[type[Any], Any] = {
            **dict.fromkeys(POWERS, self.services),
            OwnPrograms: FakePrograms(self._cluster),
            TableOperations: MemoryOperations(self._servers.connector),
        }
        self.connect = FakeConnect(
            World(
                topology=topology,
                cluster=self._cluster,
                registry=partial(self._servers.registry_of, CALLER),
                database=lambda: self._servers.database,
            )
        )
        Cleanup(self._cluster)

    def power(self, kind: type[P]) -> P:
        """A power over it, by its protocol; raises UsageError when the fakes have none such."""
        if kind not in self._powers:
            raise UsageError(f"the fake stack has no {kind.__name__}")
        found: P = self._powers[kind]
        return found

    @property
    def consoles(self) -> FakeConsoles:
        """What console tools do."""
        return FakeConsoles(self.kafka, self.clock, self.topology.kafka_version)

    def source(self, name: str, database: str) -> MemorySource:
        """A database as the source of a pipeline."""
        return MemorySource(self, database, self._servers.connector(name))

    def tables(self, name: str, database: str) -> MemoryTables:
        """A database as a copy."""
        return MemoryTables(self, database, self._servers.connector(name))

    def cache(self, name: str, prefix: str) -> Cache:
        """Keys of a cache, by the client of the real one."""
        return CACHES[name](self, prefix)

    @property
    def mysql(self) -> MySql:
        """Nothing in memory speaks SQL."""
        raise UsageError("nothing on the fake stack speaks SQL; run this with --stack=docker")

    @property
    def redis(self) -> MemoryRedis:
        """The cache."""
        return self._servers.redis

    @property
    def registry(self) -> MemoryRegistry:
        """The registry."""
        return self._servers.registry

    def address(self, service: str, traffic: str = "client") -> tuple[str, int]:  # noqa: ARG002 - the same for all
        """By its name it is found in memory, and nowhere else."""
        return service, 1

    def password(self, traffic: str = "client") -> str:
        """Nobody asks for it."""
        return f"password-of-{traffic}"

    def resolve(self, role: Role) -> tuple[str, ...]:
        """Names of the services that have `role` now.

        Raises:
            FaultError: nobody has it.
        """
        return RoleCluster(
            self.kafka, self.topology, self.services.names, self.connect.worker_of
        ).resolve(role)

    def sessions(self) -> Mapping[str, int]:
        """For how many milliseconds the session of each broker outlives it."""
        granted = round(self._cluster.membership.session_s * 1e3)
        return dict.fromkeys(self.topology.broker_names, granted)

    def unhealthy(self) -> str | None:
        """None when every service runs and every log is fully replicated; else why not."""
        for service in self.services.names:
            if missing := self.services.ready(service):
                return missing
        for (topic, number), partition in self._cluster.partitions.items():
            if self._cluster.readable((topic, number)) is None:
                return f"{topic}-{number} has no leader"
            if len(partition.isr) < len(partition.replicas):
                return f"{topic}-{number} has the ISR {partition.isr} of {partition.replicas}"
        return None
