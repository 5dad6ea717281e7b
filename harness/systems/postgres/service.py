"""PostgreSQL: a source of changes and a target of sinks, in one database with schemas of each run.

MySQL calls databases what are schemas here: one connector follows the schemas of one database.
"""

from functools import partial

from harness.model.topology import Topology
from harness.model.value import Scalar, Settings
from harness.network.tcp import answer_ms
from harness.systems.blueprint import (
    HARNESS,
    PASSWORD_FILE,
    SERVICE_KINDS,
    Blueprint,
    LinkSpec,
    ServiceKind,
    ServiceSpec,
    host_links,
)
from harness.systems.kafka import service as kafka
from harness.systems.postgres import client as postgres

NAME = "postgres"
PORT = 5432
DATA = "/var/lib/postgresql"
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""The one thing a server answers before it knows who asks: whether it would encrypt."""


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """From the host and from Connect."""
    if not topology.postgres:
        return ()
    found = host_links(NAME, PORT, client=15432, harness=25432)
    if topology.connect_workers:
        found += (LinkSpec(traffic=kafka.CONNECT, service=NAME, port=PORT, listen=35432),)
    return found


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """The server."""
    topology = blueprint.topology
    if not topology.postgres:
        return ()
    access = (blueprint.address(HARNESS, NAME), blueprint.password)
    return (
        ServiceSpec(
            name=NAME,
            image="postgres",
            command=(),
            environment={"POSTGRES_SETTINGS": configuration(topology.postgres_settings)},
            secrets={PASSWORD_FILE: blueprint.password},
            data=DATA,
            memory_mb=512,
            ready=partial(postgres.ready, *access),
            settings=partial(postgres.settings, *access),
            round_trip_ms=partial(answer_ms, request=SSL_REQUEST),
        ),
    )


def configuration(settings: Settings) -> str:
    """`settings` as lines of a postgresql.conf, every value in quotes."""
    return "".join(f"{name} = '{_written(value)}'\n" for name, value in settings.items())


def _written(value: Scalar) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value).replace("'", "''")


def told(blueprint: Blueprint, password: str) -> dict[str, str]:
    """Where clients find it."""
    if not blueprint.topology.postgres:
        return {}
    return {
        "POSTGRES_URL": f"postgresql://{blueprint.place(NAME)}/{postgres.DATABASE}",
        "POSTGRES_USER": postgres.USER,
        "POSTGRES_PASSWORD": password,
    }


SERVICE_KINDS.add(NAME, ServiceKind(services=services, links=links, told=told))
