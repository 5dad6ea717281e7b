"""What a stack consists of: the one value that containers and the compose file come from."""

import hashlib
from typing import Literal

import msgspec

from harness.kit.errors import UsageError
from harness.model.value import Settings, Value


class Topology(Value, frozen=True, kw_only=True):
    """A stack to run scenarios on: only what it asks for is started.

    Two scenarios with equal topologies may share one warm stack.

    Raises:
        UsageError: a replica is asked for without the server that it copies, or what speaks to
            brokers without brokers.
    """

    brokers: int = 3
    """With none there is no ZooKeeper either: a stack without Kafka."""
    zookeepers: Literal[1, 3] = 1
    """One server, or an ensemble that does without any one of its three."""
    kafka_version: str | None = None
    """Another version than the pinned one; None is the pinned one."""
    registry: bool = False
    """A schema registry."""
    connect_workers: int = 0
    mysql: bool = False
    mysql_replica: bool = False
    redis: bool = False
    redis_replica: bool = False
    broker_settings: Settings = {}
    """Laid over the harness's own broker settings, by Kafka's names; so are the next three."""
    connect_settings: Settings = {}
    mysql_settings: Settings = {}
    """Of the server and of its replica."""
    redis_settings: Settings = {}
    """Of the server and of its replica."""

    def __post_init__(self) -> None:
        for server in ("mysql", "redis"):
            if getattr(self, f"{server}_replica") and not getattr(self, server):
                raise UsageError(f"topology: {server}_replica=True needs {server}=True as well")
        if not self.brokers and (self.registry or self.connect_workers):
            raise UsageError("topology: a registry and Connect workers need brokers")

    @property
    def broker_names(self) -> tuple[str, ...]:
        """`broker-1` to `broker-N`; broker N has `broker.id` N."""
        return tuple(f"broker-{number}" for number in range(1, self.brokers + 1))

    @property
    def zookeeper_names(self) -> tuple[str, ...]:
        """`zookeeper`, or `zookeeper-1` to `zookeeper-3` of an ensemble; none without brokers."""
        if not self.brokers:
            return ()
        if self.zookeepers == 1:
            return ("zookeeper",)
        return tuple(f"zookeeper-{number}" for number in range(1, self.zookeepers + 1))

    @property
    def worker_names(self) -> tuple[str, ...]:
        """`connect-1` to `connect-N`."""
        return tuple(f"connect-{number}" for number in range(1, self.connect_workers + 1))

    @property
    def digest(self) -> str:
        """Twelve hex digits that differ when anything about the topology does."""
        data = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(data).hexdigest()[:12]
