"""A running stack: what workloads, faults and the engine ask, what back ends give."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from harness.model.ports.connect import Connect
from harness.model.ports.databases import MySql, Redis
from harness.model.ports.kafka import Consoles, Kafka
from harness.model.ports.powers import Services
from harness.model.ports.registry import SchemaRegistry
from harness.model.ports.source import Source
from harness.model.ports.store import Cache, Tables
from harness.model.roles import Role
from harness.model.topology import Topology

P = TypeVar("P")


class Stack(Protocol):
    """A running stack, real or fake."""

    @property
    def services(self) -> Services:
        """Its processes."""

    def power(self, kind: type[P]) -> P:
        """A power over it, by its protocol (see `harness.model.ports.powers`).

        Raises:
            UsageError: the back end has no such power.
        """

    @property
    def topology(self) -> Topology:
        """What it consists of."""

    @property
    def kafka(self) -> Kafka:
        """Its Kafka cluster, seen by clients."""

    @property
    def consoles(self) -> Consoles:
        """Console tools beside its brokers."""

    @property
    def mysql(self) -> MySql:
        """Its MySQL servers."""

    @property
    def redis(self) -> Redis:
        """Its Redis servers."""

    def source(self, name: str, database: str) -> Source:
        """A namespace of the system of that name, as the database that a pipeline begins at."""

    def tables(self, name: str, database: str) -> Tables:
        """A namespace of the system of that name, as a copy in tables."""

    def cache(self, name: str, prefix: str) -> Cache:
        """What the keys of a system begin with, as a cache."""

    @property
    def connect(self) -> Connect:
        """Its Connect workers."""

    @property
    def registry(self) -> SchemaRegistry:
        """Its schema registry."""

    def address(self, service: str, traffic: str = "client") -> tuple[str, int]:
        """Host and port where `client`, `harness` or `connect` reaches `service`.

        The last is what the configuration of a connector has to say.
        """

    def password(self, traffic: str = "client") -> str:
        """What a caller logs in to databases with; for `connect` what workers read it by."""

    def resolve(self, role: Role) -> tuple[str, ...]:
        """Names of the services that have `role` now; raises FaultError when nobody has."""

    def sessions(self) -> Mapping[str, int]:
        """For how many milliseconds the session of each broker outlives it; none with KRaft."""

    def unhealthy(self) -> str | None:
        """None when every service runs and every partition is fully replicated; else why not."""
