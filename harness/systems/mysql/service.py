"""MySQL: the source of changes and the target of sinks, and a replica of it.

A replica connects through the proxy, so its link can be closed.
"""

from functools import partial

from harness.model.topology import Topology
from harness.model.value import Settings
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
    properties,
)
from harness.systems.kafka import service as kafka
from harness.systems.mysql import client as mysql

NAME = "mysql"
REPLICA = "mysql-replica"
PORT = 3306
DATA = "/var/lib/mysql"
REPLICATE = "/etc/kafka-chaos-harness/replicate.sql"

REPLICA_SETTINGS: Settings = {
    "server-id": 2,
    "super_read_only": True,
    "skip_replica_start": True,
    "replica_net_timeout": 5,
}


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """From the host to each server, from Connect and from the replica to the primary."""
    if not topology.mysql:
        return ()
    found = host_links(NAME, PORT, client=13306, harness=23306)
    if topology.connect_workers:
        found += (LinkSpec(traffic=kafka.CONNECT, service=NAME, port=PORT, listen=33306),)
    if topology.mysql_replica:
        found += host_links(REPLICA, PORT, client=13307, harness=23307)
        found += (LinkSpec(traffic=REPLICA, service=NAME, port=PORT, listen=43306),)
    return found


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """The server, and its replica."""
    topology = blueprint.topology
    found: list[ServiceSpec] = []
    if topology.mysql:
        found.append(_server(blueprint, NAME, {}))
    if topology.mysql_replica:
        found.append(_server(blueprint, REPLICA, REPLICA_SETTINGS))
    return tuple(found)


def _server(blueprint: Blueprint, name: str, own: Settings) -> ServiceSpec:
    settings = {**own, **blueprint.topology.mysql_settings}
    is_replica = name == REPLICA
    ready = mysql.replica_ready if is_replica else mysql.ready
    return ServiceSpec(
        name=name,
        image="mysql",
        command=(),
        environment={"MYSQL_SETTINGS": properties(settings, between=" = ", yes="ON", no="OFF")},
        secrets={
            PASSWORD_FILE: blueprint.password,
            **({REPLICATE: _replicate(blueprint)} if is_replica else {}),
        },
        data=DATA,
        memory_mb=1024,
        ready=partial(ready, blueprint.address(HARNESS, name), blueprint.password),
        settings=partial(mysql.settings, blueprint.address(HARNESS, name), blueprint.password),
        round_trip_ms=partial(answer_ms, request=b""),
    )


def _replicate(blueprint: Blueprint) -> str:
    """One statement a line, for an init file; harmless when it has been executed before."""
    host, port = blueprint.address(REPLICA, NAME)
    source = {
        "HOST": f"'{host}'",
        "PORT": port,
        "USER": f"'{mysql.USER}'",
        "PASSWORD": f"'{blueprint.password}'",
        "CONNECT_RETRY": 1,
        "RETRY_COUNT": 86400,
        "AUTO_POSITION": 1,
        "HEARTBEAT_PERIOD": 1,
    }
    options = ", ".join(f"SOURCE_{name} = {value}" for name, value in source.items())
    return f"CHANGE REPLICATION SOURCE TO {options}, GET_SOURCE_PUBLIC_KEY = 1;\nSTART REPLICA;\n"


def told(blueprint: Blueprint, password: str) -> dict[str, str]:
    """Where clients find it."""
    if not blueprint.topology.mysql:
        return {}
    return {
        "MYSQL_URL": f"mysql://{blueprint.place(NAME)}",
        "MYSQL_USER": mysql.USER,
        "MYSQL_PASSWORD": password,
    }


SERVICE_KINDS.add(NAME, ServiceKind(services=services, links=links, told=told))
