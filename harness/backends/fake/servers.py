"""What a stack in memory has beside Kafka: a database, a cache and a registry."""

import math
from collections.abc import Callable
from functools import partial

from harness.backends.fake.data.connection import Connection
from harness.backends.fake.data.redis import MemoryRedis, RedisServer
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.door import Door
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.process import Process
from harness.backends.fake.registry.client import MemoryRegistry
from harness.backends.fake.registry.server import RegistryServer
from harness.kit.errors import UsageError
from harness.kit.rng import stream
from harness.model.topology import Topology


class Servers:
    """The servers that a topology asks for; each is a process of its cluster.

    Args:
        topology: which there are.
        cluster: has the clock, the links and the processes.
    """

    def __init__(self, topology: Topology, cluster: Cluster) -> None:
        self._clock = cluster.clock
        self._links = cluster.links
        self._random = stream(cluster.seed, "commits")
        seams = cluster.seams.data
        self.database = DatabaseServer("mysql", self._clock, seams)
        self._redis = RedisServer("redis", self._clock)
        self._registry = RegistryServer("registry", self._clock, seams, _kept_s(topology))
        asked = {"mysql": topology.mysql, "redis": topology.redis, "registry": topology.registry}
        self._there: dict[str, Process] = {
            each.name: each
            for each in (self.database, self._redis, self._registry)
            if asked[each.name]
        }
        cluster.processes |= self._there

    def connector(self, name: str, caller: str = "client") -> Callable[[], Connection]:
        """What makes connections to a database.

        Args:
            name: of its service.
            caller: whose they are.

        Raises:
            UsageError: there is no such database.
        """
        door = self._door(name, caller)
        return partial(Connection, self.database, door, self._clock, self._random)

    @property
    def redis(self) -> MemoryRedis:
        """The cache."""
        return MemoryRedis(partial(self._door, "redis"), self._redis, self._clock)

    @property
    def registry(self) -> MemoryRegistry:
        """The registry."""
        return self.registry_of("client")

    def registry_of(self, caller: str) -> MemoryRegistry:
        """The registry, as it is reached by somebody."""
        return MemoryRegistry(self._registry, self._door("registry", caller), self._clock)

    def _door(self, name: str, caller: str) -> Door:
        if name not in self._there:
            raise UsageError(f"the fake stack has no {name}; it has {', '.join(self._there)}")
        return Door(caller, self._there[name], self._links)


def _kept_s(topology: Topology) -> float:
    """For how many seconds the journal of the registry keeps what it holds."""
    kept_ms = topology.registry_settings.get("apicurio.kafkasql.topic.retention.ms")
    return math.inf if kept_ms is None else float(kept_ms) / 1e3
