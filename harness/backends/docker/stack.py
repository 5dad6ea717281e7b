"""A running stack in Docker: what scenarios, faults and the engine hold in their hands."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, TypeVar

import confluent_kafka

from harness.backends.docker import archive, containers
from harness.backends.docker.consoles import ConsoleTools
from harness.backends.docker.engine import Api, translated
from harness.backends.docker.execution import OnOutput, execute
from harness.backends.docker.images.versions import pinned
from harness.backends.docker.labels import Identity
from harness.backends.docker.lease import Lease
from harness.backends.docker.links import DockerLinks
from harness.backends.docker.one_shot import OneShot
from harness.backends.docker.processes import Processes
from harness.backends.docker.programs import Programs
from harness.backends.docker.readiness import clients_of
from harness.backends.docker.services import DockerServices
from harness.backends.docker.terminal import Terminal
from harness.backends.docker.worker_secrets import WorkerSecrets
from harness.backends.roles import RoleCluster
from harness.kit import secrets
from harness.kit.errors import UsageError
from harness.model.ports.powers import (
    Disks,
    Links,
    Network,
    OwnPrograms,
    PowerSupply,
    ServiceState,
    SlotOperations,
    TableOperations,
)
from harness.model.roles import Role
from harness.model.topology import Topology
from harness.model.value import Value
from harness.systems.blueprint import CLIENT, HARNESS, PROXY, Address, Blueprint
from harness.systems.connect.client import ConnectClients
from harness.systems.connect.service import reference
from harness.systems.kafka.client import KafkaClients
from harness.systems.kafka.service import CONNECT
from harness.systems.mysql import service as mysql
from harness.systems.mysql.client import MySqlClients
from harness.systems.mysql.operations import MySqlOperations
from harness.systems.postgres import service as postgres
from harness.systems.postgres.client import PostgresClients
from harness.systems.postgres.slots import PostgresSlots
from harness.systems.redis import service as redis
from harness.systems.redis.client import RedisClients
from harness.systems.registry import service as registry
from harness.systems.registry.client import Registry
from harness.systems.stores import Stores
from harness.systems.zookeeper import client as zookeeper

P = TypeVar("P")
POWERS = (Disks, PowerSupply, Network, Links, OwnPrograms, TableOperations, SlotOperations)
"""Besides that over processes, which every back end has."""
LEDGER = "/var/lib/kafka-chaos-harness/ledger.jsonl"


class StatusRow(Value, frozen=True, kw_only=True):
    """One service as `harness status` shows it."""

    service: str
    state: ServiceState
    health: str
    """`ready`, or what is missing."""
    ports: tuple[str, ...]
    """`name=host port` for each port that it publishes."""


class DockerStack(Stores):
    """A stack of containers; implements `harness.model.ports.stack.Stack`.

    Args:
        api: the engine.
        identity: whose stack it is.
        blueprint: what it consists of.
        lease: makes it ours alone until `close` or `remove`; None for one that is only looked at
            while another process may use it.
    """

    def __init__(
        self, api: Api, identity: Identity, blueprint: Blueprint, lease: Lease | None
    ) -> None:
        self.identity = identity
        self.blueprint = blueprint
        self._api = api
        self._lease = lease
        secrets.hide(blueprint.password)
        beside = OneShot(api, identity.labels(blueprint))
        self._processes = Processes(api, identity, blueprint, beside)
        brokers = self._addresses(CLIENT, blueprint.topology.broker_names).values()
        told = {"KAFKA_BOOTSTRAP_SERVERS": ",".join(f"{host}:{port}" for host, port in brokers)}
        programs = Programs(api, identity.labels(blueprint), identity.stack, told)
        self._links = DockerLinks(blueprint, self._processes, beside)
        self.services = DockerServices(blueprint, self._processes, programs, self._links)
        self._kafka = clients_of(blueprint)
        names, state = blueprint.topology.broker_names, self.services.state
        self._consoles = ConsoleTools(self, names, lambda each: state(each) == "running")
        databases, caches = (mysql.NAME, mysql.REPLICA), (redis.NAME, redis.REPLICA)
        self._mysql = MySqlClients(self._addresses(CLIENT, databases), blueprint.password)
        servers = self._addresses(CLIENT, (postgres.NAME,))
        self._postgres = PostgresClients(servers, blueprint.password)
        self._powers: Mapping[type[Any], Any] = {
            **dict.fromkeys((Disks, PowerSupply), self._processes),
            **dict.fromkeys((Network, Links), self._links),
            OwnPrograms: programs,
            TableOperations: MySqlOperations(self._mysql),
            SlotOperations: PostgresSlots(self._postgres),
        }
        self._redis = RedisClients(
            self._addresses(CLIENT, caches), self._addresses(HARNESS, caches)
        )
        workers = blueprint.topology.worker_names
        self._connect = ConnectClients(
            self._addresses(HARNESS, workers),
            WorkerSecrets(api, [identity.container(worker) for worker in workers]),
        )
        self._registry = Registry(self._addresses(CLIENT, (registry.NAME,)).get(registry.NAME))

    @property
    def topology(self) -> Topology:
        """What it consists of."""
        return self.blueprint.topology

    def power(self, kind: type[P]) -> P:
        """A power over it, by its protocol; raises UsageError when containers have none such."""
        if kind not in self._powers:
            raise UsageError(f"containers have no {kind.__name__}")
        found: P = self._powers[kind]
        return found

    @property
    def kafka(self) -> KafkaClients:
        """Its Kafka cluster, seen by clients."""
        return self._kafka

    @property
    def consoles(self) -> ConsoleTools:
        """Console tools beside its brokers."""
        return self._consoles

    @property
    def mysql(self) -> MySqlClients:
        """Its MySQL servers."""
        return self._mysql

    @property
    def postgres(self) -> PostgresClients:
        """Its PostgreSQL server."""
        return self._postgres

    @property
    def redis(self) -> RedisClients:
        """Its Redis servers."""
        return self._redis

    @property
    def connect(self) -> ConnectClients:
        """Its Connect workers."""
        return self._connect

    @property
    def registry(self) -> Registry:
        """Its schema registry."""
        return self._registry

    def address(self, service: str, traffic: str = CLIENT) -> Address:
        """Host and port where a caller reaches `service`; raises UsageError when it has no link."""
        return self.blueprint.address(traffic, service)

    def password(self, traffic: str = CLIENT) -> str:
        """What a caller logs in to databases with; for `connect` what stands for it."""
        return reference("password") if traffic == CONNECT else self.blueprint.password

    def read_ledger(self) -> bytes:
        """The undo ledger, which lies in the stack: whoever uses it next finds it there."""
        return archive.read(self._api, self._processes.name(PROXY), LEDGER) or b""

    def write_ledger(self, whole: bytes) -> None:
        """Replace the undo ledger."""
        archive.write(self._api, self._processes.name(PROXY), LEDGER, whole)

    # The whole

    def resolve(self, role: Role) -> tuple[str, ...]:
        """Names of the services that have `role` now; raises FaultError when nobody has."""
        workers = self._connect.worker_of
        return RoleCluster(self._kafka, self.topology, self.services.names, workers).resolve(role)

    def sessions(self) -> Mapping[str, int]:
        """For how many milliseconds the session of each broker outlives it; none with KRaft.

        Raises:
            OSError: ZooKeeper does not answer.
        """
        servers = self._addresses(HARNESS, self.topology.zookeeper_names)
        granted = zookeeper.broker_sessions(servers.values())
        return {self.topology.broker_ids[number]: each for number, each in granted.items()}

    def unhealthy(self) -> str | None:
        """None when every service runs and every partition is fully replicated; else why not.

        A stack that another process has taken since is not healthy for us, whatever it does.
        """
        if self._lease is not None and (lost := self._lease.lost):
            return lost
        for service in self.services.names:
            if missing := self.services.ready(service):
                return f"{service}: {missing}"
        return self._kafka.shortcoming()

    def status(self) -> tuple[StatusRow, ...]:
        """One row per service."""
        names = {port: name for name, port in self.blueprint.ports.items()}
        return tuple(
            StatusRow(
                service=service,
                state=self.services.state(service),
                health=self.services.ready(service) or "ready",
                ports=tuple(f"{names[port]}={port}" for port in spec.published.values()),
            )
            for service, spec in self.blueprint.services.items()
        )

    def exec_in(
        self,
        service: str,
        argv: Sequence[str],
        on_output: OnOutput,
        *,
        stdin: int | None = None,
        terminal: Terminal | None = None,
    ) -> int:
        """Run a command in the container of a service; its exit status.

        Args:
            service: where.
            argv: the command and its arguments.
            on_output: gets what the command prints, as it comes.
            stdin: file descriptor whose content the command reads; None for nothing.
            terminal: the terminal that the command gets; None for none.
        """
        container = self._processes.name(service)
        return execute(self._api, container, argv, on_output, stdin=stdin, terminal=terminal)

    def turn_page(self) -> None:
        """Begin the logs of the next run: what services printed before belongs to others."""
        self._processes.turn_page()

    def image_tags(self) -> dict[str, str]:
        """The image of each service, as `tag id`."""
        found = {}
        for service in self.blueprint.services:
            inspected = self._processes.inspect(service)
            if inspected is not None:
                found[service] = f"{inspected['Config']['Image']} {inspected['Image']}"
        return found

    def versions(self) -> dict[str, str]:
        """Versions of what runs."""
        with translated("ask the engine for its version"):
            engine = self._api.version()["Version"]
        return {
            "docker": engine,
            **pinned(self.blueprint.services.values()),
            "toxiproxy": self._links.proxy.version(),
            "confluent-kafka": version("confluent-kafka"),
            "librdkafka": confluent_kafka.libversion()[0],
        }

    def _addresses(self, traffic: str, services: Sequence[str]) -> dict[str, Address]:
        """Where a caller reaches each of `services` that the stack has."""
        return {
            service: self.blueprint.address(traffic, service)
            for service in services
            if service in self.blueprint.services
        }

    def close(self) -> None:
        """Let others use the stack, or remove it when it is ours and not kept. Idempotent."""
        self._kafka.close()
        if self._lease is None:
            return
        if self.identity.kept or self._lease.lost:
            self._lease.release()
        else:
            self.remove()

    def remove(self) -> None:
        """Remove everything that belongs to the stack. Idempotent."""
        self._kafka.close()
        if self._lease is not None:
            self._lease.stop()
        containers.remove_all(self._api, self.identity.stack)
