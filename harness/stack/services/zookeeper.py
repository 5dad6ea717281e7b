"""ZooKeeper: one server; brokers keep their sessions there."""

import socket

from harness.model.topology import Topology
from harness.model.value import Settings
from harness.stack.specs import (
    SERVICE_KINDS,
    Blueprint,
    LinkSpec,
    ServiceKind,
    ServiceSpec,
    properties,
)

NAME = "zookeeper"
PORT = 2181
DATA = "/var/lib/zookeeper"

# A session can be no shorter than two ticks.
SETTINGS: Settings = {"clientPort": PORT, "dataDir": DATA, "tickTime": 1000, "maxClientCnxns": 0}


def links(_topology: Topology) -> tuple[LinkSpec, ...]:
    """One link, for the harness's own questions."""
    return (LinkSpec(traffic="harness", service=NAME, port=PORT, listen=22181),)


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """One server."""
    address = blueprint.address("harness", NAME)
    return (
        ServiceSpec(
            name=NAME,
            image="kafka",
            command=("zookeeper",),
            environment={"SERVER_PROPERTIES": properties(SETTINGS), "HEAP_MB": "128"},
            data=DATA,
            memory_mb=512,
            ready=lambda: ready(address),
        ),
    )


def ready(address: tuple[str, int]) -> str | None:
    """Ask with the four-letter word `srvr`; only a server that serves names its mode."""
    try:
        with socket.create_connection(address, timeout=1) as connection:
            connection.sendall(b"srvr")
            answer = connection.recv(4096)
            while chunk := connection.recv(4096):
                answer += chunk
    except OSError as error:
        return f"no answer: {error}"
    return None if b"Mode:" in answer else f"answers {answer.decode(errors='replace').strip()!r}"


SERVICE_KINDS.add(NAME, ServiceKind(services=services, links=links))
