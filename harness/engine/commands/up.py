"""Boots a stack that stays, and says how clients of the user's own reach it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.backends.docker import lifecycle
from harness.engine.stacks import repair
from harness.model.topology import Topology
from harness.systems.blueprint import CLIENT, HARNESS, links_of, listeners_of
from harness.systems.mysql import service as mysql
from harness.systems.mysql.client import USER
from harness.systems.postgres import service as postgres
from harness.systems.postgres.client import DATABASE
from harness.systems.redis import service as redis
from harness.systems.registry import service as registry
from harness.workloads.pipeline.feeds.wiring import CONFLUENT_API

if TYPE_CHECKING:
    from harness.systems.blueprint import Blueprint


def up(
    topology: Topology, *, first_port: int | None, tell: Callable[[str], None]
) -> tuple[str, dict[str, str]]:
    """Leave a stack of that topology running; its id, and what `addresses` says of it.

    One that runs already will do, unless ports are asked for.

    Raises:
        PortTakenError: a port from `first_port` on is taken.
    """
    stack = None
    if first_port is None:
        stack = lifecycle.attach(topology, repair=repair, on_progress=tell)
    if stack is None:
        ports = None if first_port is None else ports_from(first_port, topology)
        stack = lifecycle.boot(topology, kept=True, ports=ports, on_progress=tell)
    stack.close()
    return stack.identity.stack, addresses(stack.identity.stack, stack.blueprint)


def ports_from(first: int, topology: Topology) -> dict[str, int]:
    """Ports of the host in a row, by listener: the brokers' for clients, other clients', ours."""
    of_clients = [link.name for link in links_of(topology) if link.traffic == CLIENT]
    of_brokers = [f"{CLIENT}-{broker}" for broker in topology.broker_names]
    order = dict.fromkeys((*of_brokers, *of_clients, *listeners_of(topology)))
    return {name: first + place for place, name in enumerate(order)}


def addresses(stack: str, blueprint: "Blueprint") -> dict[str, str]:
    """What a client needs, by the names that a scenario's own programs get.

    The password is a command that a shell replaces by it, since output ends up in logs.
    """
    topology = blueprint.topology

    def place(service: str, traffic: str = CLIENT) -> str:
        host, port = blueprint.address(traffic, service)
        return f"{host}:{port}"

    found: dict[str, str] = {}
    if topology.brokers:
        found["KAFKA_BOOTSTRAP_SERVERS"] = ",".join(map(place, topology.broker_names))
    if topology.registry:
        found["SCHEMA_REGISTRY_URL"] = f"http://{place(registry.NAME)}{CONFLUENT_API}"
    if topology.connect_workers:
        found["CONNECT_URL"] = f"http://{place(topology.worker_names[0], HARNESS)}"
    if topology.mysql:
        found["MYSQL_URL"] = f"mysql://{place(mysql.NAME)}"
        found["MYSQL_USER"] = USER
        found["MYSQL_PASSWORD"] = f"$(harness password {stack})"
    if topology.postgres:
        found["POSTGRES_URL"] = f"postgresql://{place(postgres.NAME)}/{DATABASE}"
        found["POSTGRES_USER"] = USER
        found["POSTGRES_PASSWORD"] = f"$(harness password {stack})"
    if topology.redis:
        found["REDIS_URL"] = f"redis://{place(redis.NAME)}"
    return found
