"""What a stack consists of: the one value that containers and the compose file come from."""

import hashlib
import re
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from harness.kit.errors import UsageError
from harness.model.value import Settings, Value

SERVERS = {"mysql": "MySQL", "postgres": "PostgreSQL", "redis": "Redis"}
"""Databases and caches that a stack may have, by the field that asks for them."""
Metadata: TypeAlias = Literal["zookeeper", "kraft"]

CONTROLLER_IDS_ABOVE = 100
_LAST_WITH_ZOOKEEPER = (3, 9)
_FIRST_WITH_KRAFT = (3, 3)  # the first in which it is said to be ready for production


class Topology(Value, frozen=True, kw_only=True):
    """A stack to run scenarios on: only what it asks for is started.

    Two scenarios with equal topologies may share one warm stack.

    Raises:
        UsageError: a replica is asked for without the server that it copies, what speaks to brokers
            without brokers, or a version of Kafka that cannot keep its metadata that way.
    """

    brokers: Annotated[int, Meta(ge=0, le=15)] = 3
    """With none nobody keeps metadata either: a stack without Kafka."""
    metadata: Metadata = "zookeeper"
    """Who keeps the cluster's metadata: ZooKeeper, or Kafka's own controllers."""
    zookeepers: Literal[1, 3] = 1
    """One server, or an ensemble that does without any one of its three."""
    controllers: Literal[1, 3] = 3
    """With KRaft, beside the brokers: one, or a quorum that does without any one of its three."""
    kafka_version: str | None = None
    """Of brokers and controllers; None is the version that is pinned for that metadata."""
    registry: bool = False
    """A schema registry."""
    own_disks: bool = False
    """Brokers keep their logs on disks of their own, of which a power cut takes what they have not
    synced. Each is a file on a loop device, which the engine's machine must have."""
    connect_workers: Annotated[int, Meta(ge=0, le=10)] = 0
    mysql: bool = False
    mysql_replica: bool = False
    postgres: bool = False
    redis: bool = False
    redis_replica: bool = False
    broker_settings: Settings = {}
    """Laid over the harness's own broker settings, by Kafka's names; so are those of others below.

    KRaft's controllers, who decide for the brokers, get them as well.
    """
    zookeeper_settings: Settings = {}
    """By ZooKeeper's names."""
    connect_settings: Settings = {}
    mysql_settings: Settings = {}
    """Of the server and of its replica."""
    postgres_settings: Settings = {}
    """By PostgreSQL's names."""
    redis_settings: Settings = {}
    """Of the server and of its replica."""
    registry_settings: Settings = {}
    """By Apicurio's names."""

    def __post_init__(self) -> None:
        for server in ("mysql", "redis"):
            if getattr(self, f"{server}_replica") and not getattr(self, server):
                raise UsageError(f"topology: {server}_replica=True needs {server}=True as well")
        if not self.brokers and (self.registry or self.connect_workers):
            raise UsageError("topology: a registry and Connect workers need brokers")
        if isinstance(self.kafka_version, str):
            _require_fit(self.kafka_version, self.metadata)

    @property
    def broker_names(self) -> tuple[str, ...]:
        """`broker-1` to `broker-N`; broker N has `broker.id` N."""
        return tuple(f"broker-{number}" for number in range(1, self.brokers + 1))

    @property
    def zookeeper_names(self) -> tuple[str, ...]:
        """`zookeeper`, or `zookeeper-1` to `-3` of an ensemble; none with KRaft or no brokers."""
        if self.metadata == "kraft" or not self.brokers:
            return ()
        if self.zookeepers == 1:
            return ("zookeeper",)
        return tuple(f"zookeeper-{number}" for number in range(1, self.zookeepers + 1))

    @property
    def controller_names(self) -> tuple[str, ...]:
        """`controller-1` to `controller-N` with KRaft; with ZooKeeper brokers do it themselves."""
        count = self.controllers if self.metadata == "kraft" and self.brokers else 0
        return tuple(f"controller-{number}" for number in range(1, count + 1))

    @property
    def metadata_names(self) -> tuple[str, ...]:
        """Whoever keeps the metadata: every ZooKeeper server, or every KRaft controller."""
        return self.zookeeper_names or self.controller_names

    @property
    def broker_ids(self) -> dict[int, str]:
        """Each broker by its node id: broker N has N."""
        return dict(enumerate(self.broker_names, start=1))

    @property
    def controller_ids(self) -> dict[int, str]:
        """Each controller by its node id: controller N has 100 + N."""
        return dict(enumerate(self.controller_names, start=CONTROLLER_IDS_ABOVE + 1))

    @property
    def nodes(self) -> dict[int, str]:
        """Each broker and controller by its node id."""
        return self.broker_ids | self.controller_ids

    @property
    def worker_names(self) -> tuple[str, ...]:
        """`connect-1` to `connect-N`."""
        return tuple(f"connect-{number}" for number in range(1, self.connect_workers + 1))

    @property
    def asks_password(self) -> bool:
        """Whether any of its servers has users that log in."""
        return self.mysql or self.postgres

    @property
    def digest(self) -> str:
        """Twelve hex digits that differ when anything about the topology does."""
        data = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(data).hexdigest()[:12]


def line_of(version: str) -> tuple[int, int]:
    """The first two numbers of a version of Kafka.

    Raises:
        UsageError: it is no version.
    """
    numbers = re.fullmatch(r"(\d+)\.(\d+)\.\d+", version)
    if numbers is None:
        raise UsageError(f"{version!r} is not a valid Kafka version; example: 3.9.2")
    return int(numbers[1]), int(numbers[2])


def _require_fit(version: str, metadata: Metadata) -> None:
    line = line_of(version)
    if metadata == "zookeeper" and line > _LAST_WITH_ZOOKEEPER:
        raise UsageError(
            f"Kafka {version} does not support ZooKeeper: use metadata kraft, or a version up to "
            f"3.9"
        )
    if metadata == "kraft" and line < _FIRST_WITH_KRAFT:
        raise UsageError(
            f"Kafka {version} is too old for KRaft: use metadata zookeeper, or version 3.3 or later"
        )
