"""A running stack in Docker: what scenarios, faults and the engine hold in their hands."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import confluent_kafka

from harness.backends.docker import archive, containers
from harness.backends.docker.consoles import ConsoleTools
from harness.backends.docker.engine import Api, translated
from harness.backends.docker.execution import OnOutput, execute
from harness.backends.docker.images.versions import pinned
from harness.backends.docker.labels import Identity
from harness.backends.docker.lease import Lease
from harness.backends.docker.links import Links
from harness.backends.docker.one_shot import OneShot
from harness.backends.docker.processes import Processes
from harness.backends.docker.programs import Programs
from harness.backends.docker.readiness import clients_of
from harness.backends.docker.terminal import Terminal
from harness.backends.docker.worker_secrets import WorkerSecrets
from harness.backends.roles import RoleCluster
from harness.kit import secrets
from harness.model.pipeline.program import Program
from harness.model.ports.powers import ServiceState
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
from harness.systems.postgres import service as postgres
from harness.systems.postgres.client import PostgresClients
from harness.systems.redis import service as redis
from harness.systems.redis.client import RedisClients
from harness.systems.registry import service as registry
from harness.systems.registry.client import Registry
from harness.systems.stores import Stores
from harness.systems.zookeeper import client as zookeeper

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
        self._programs = Programs(api, identity.labels(blueprint), identity.stack)
        self._links = Links(blueprint, self._processes, beside)
        self._kafka = clients_of(blueprint)
        self._consoles = ConsoleTools(
            self, blueprint.topology.broker_names, lambda each: self.state(each) == "running"
        )
        databases, caches = (mysql.NAME, mysql.REPLICA), (redis.NAME, redis.REPLICA)
        self._mysql = MySqlClients(self._addresses(CLIENT, databases), blueprint.password)
        self._postgres = PostgresClients(
            self._addresses(CLIENT, (postgres.NAME,)), blueprint.password
        )
        self._redis = RedisClients(
            self._addresses(CLIENT, caches), self._addresses(HARNESS, caches)
        )
        workers = blueprint.topology.worker_names
        self._connect = ConnectClients(
            self._addresses(HARNESS, workers),
            WorkerSecrets(api, [identity.container(worker) for worker in workers]),
        )
        schemas = self._addresses(CLIENT, (registry.NAME,))
        self._registry = Registry(schemas.get(registry.NAME))

    @property
    def topology(self) -> Topology:
        """What it consists of."""
        return self.blueprint.topology

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

    @property
    def services(self) -> tuple[str, ...]:
        """Names of its services, and of the programs that run beside them."""
        return (*self.blueprint.services, *self._programs.names)

    def read_ledger(self) -> bytes:
        """The undo ledger, which lies in the stack: whoever uses it next finds it there."""
        return archive.read(self._api, self._processes.name(PROXY), LEDGER) or b""

    def write_ledger(self, whole: bytes) -> None:
        """Replace the undo ledger."""
        archive.write(self._api, self._processes.name(PROXY), LEDGER, whole)

    # Services

    def state(self, service: str) -> ServiceState:
        """Whether the process runs, is paused, has exited, or has no container."""
        return self._whose(service).state(service)

    def incarnation(self, service: str) -> str:
        """A token that changes with every start of the service's process."""
        return self._whose(service).incarnation(service)

    def kill(self, service: str) -> None:
        """SIGKILL."""
        self._whose(service).kill(service)

    def stop(self, service: str) -> None:
        """SIGTERM, with a limit."""
        self._whose(service).stop(service)

    def start(self, service: str) -> None:
        """Start a service that has exited; cuts and delays are in force again afterwards."""
        if service in self._programs:
            self._programs.start(service)
        elif self.state(service) == "exited":
            self._processes.start(service)
            self._links.restarted(service)

    def pause(self, service: str) -> None:
        """Freeze it."""
        self._whose(service).pause(service)

    def resume(self, service: str) -> None:
        """Let it go on."""
        self._whose(service).resume(service)

    def stored_files(self, service: str) -> int:
        """How many files the data directory of a service that does not run holds."""
        return self._processes.stored_files(service)

    def wipe(self, service: str) -> None:
        """Empty the data directory of a service that does not run."""
        self._processes.wipe(service)

    def cut_power(self, service: str) -> int:
        """Kill a service and take from its own disk what it has not synced; how many bytes."""
        return self._processes.cut_power(service)

    def ready(self, service: str) -> str | None:
        """None when the service answers its protocol; otherwise what is missing."""
        state = self.state(service)
        if state != "running":
            return f"it is {state}"
        return None if service in self._programs else self.blueprint.services[service].ready()

    # Network

    def cut(self, service: str, peers: Sequence[str]) -> None:
        """Drop every packet between `service` and each of `peers`."""
        self._links.cut(service, peers)

    def mend(self, service: str, peers: Sequence[str]) -> None:
        """Undo `cut`."""
        self._links.mend(service, peers)

    def dropped(self, service: str, peers: Sequence[str]) -> int:
        """Packets dropped by the cut so far."""
        return self._links.dropped(service, peers)

    def delay_link(self, service: str, latency_ms: int) -> None:
        """Delay what clients receive from `service` by `latency_ms`; 0 undoes it."""
        self._links.delay(service, latency_ms)

    def round_trip_ms(self, service: str) -> float:
        """Measured round trip of one request through the client link of `service`."""
        return self._links.round_trip_ms(service)

    def cut_link(self, caller: str, callee: str) -> None:
        """Refuse or drop what `caller` sends to `callee`."""
        self._links.cut_link(caller, callee)

    def mend_link(self, caller: str, callee: str) -> None:
        """Undo `cut_link`."""
        self._links.mend_link(caller, callee)

    def link_fails(self, caller: str, callee: str) -> str | None:
        """A measurement that nothing comes through the link; None when something does."""
        return self._links.link_fails(caller, callee)

    # The whole

    def resolve(self, role: Role) -> tuple[str, ...]:
        """Names of the services that have `role` now; raises FaultError when nobody has."""
        workers = self._connect.worker_of
        return RoleCluster(self._kafka, self.topology, self.services, workers).resolve(role)

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
        for service in self.services:
            if missing := self.ready(service):
                return f"{service}: {missing}"
        return self._kafka.shortcoming()

    def status(self) -> tuple[StatusRow, ...]:
        """One row per service."""
        names = {port: name for name, port in self.blueprint.ports.items()}
        return tuple(
            StatusRow(
                service=service,
                state=self.state(service),
                health=self.ready(service) or "ready",
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

    def logs(self, service: str) -> bytes:
        """Everything the service printed, over all its lives, since the page was turned."""
        return self._whose(service).logs(service)

    def turn_page(self) -> None:
        """Begin the logs of the next run: what services printed before belongs to others."""
        self._processes.turn_page()

    # Someone's own programs

    def run_program(self, name: str, program: Program, environment: Mapping[str, str]) -> None:
        """Start `program` as the service `name`; it runs by itself."""
        brokers = self._addresses(CLIENT, self.topology.broker_names).values()
        bootstrap = ",".join(f"{host}:{port}" for host, port in brokers)
        own = {name: secrets.revealed(value) for name, value in environment.items()}
        told = {"KAFKA_BOOTSTRAP_SERVERS": bootstrap, **own}
        self._programs.run(name, program, told)

    def program_folder(self, name: str) -> Path | None:
        """The folder that a function shares with the harness."""
        return self._programs.folder(name)

    def supervise_programs(self) -> tuple[str, ...]:
        """Start programs that have ended by themselves; names of those."""
        return self._programs.supervise()

    def finish_programs(self) -> None:
        """Tell all programs to end, wait until they have, and start none again."""
        self._programs.finish_all()

    def remove_programs(self) -> None:
        """End and forget all of them."""
        self._programs.remove_all()

    def _whose(self, service: str) -> Processes | Programs:
        return self._programs if service in self._programs else self._processes

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
