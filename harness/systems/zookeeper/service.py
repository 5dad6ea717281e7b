"""ZooKeeper: one server or an ensemble of three; brokers keep their sessions there."""

import socket
from functools import partial

from harness.model.defaults.sessions import DATA, server_settings
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.systems.blueprint import (
    HARNESS,
    SERVICE_KINDS,
    Address,
    Blueprint,
    LinkSpec,
    ServiceKind,
    ServiceSpec,
    properties,
)

PORT = 2181
PEER_PORT = 2888
ELECTION_PORT = 3888

# What is written outlives a killed process without being synced, and nobody cuts a server's power;
# but a disk that is busy with something else for six seconds (seen: 5.9) expires every session.
SETTINGS: Settings = {"clientPort": PORT, "maxClientCnxns": 0, "forceSync": "no"}
# In ticks. An address is looked up again when a peer does not answer: it may have another one.
ENSEMBLE_SETTINGS: Settings = {"initLimit": 10, "syncLimit": 5, "cnxTimeout": 1000}


def addresses(topology: Topology) -> str:
    """`host:port,…` of all servers, for whoever connects from within the network."""
    return ",".join(f"{name}:{PORT}" for name in topology.zookeeper_names)


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """For each server one link, for the harness's own questions."""
    return tuple(
        LinkSpec(traffic=HARNESS, service=name, port=PORT, listen=22180 + number)
        for number, name in enumerate(topology.zookeeper_names, start=1)
    )


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """One service per server."""
    names = blueprint.topology.zookeeper_names
    settings = SETTINGS | _ensemble(names) | server_settings(blueprint.topology)
    return tuple(
        ServiceSpec(
            name=name,
            image="kafka",
            command=("zookeeper",) if len(names) == 1 else _numbered(number),
            environment={
                "SERVER_PROPERTIES": properties(settings),
                "HEAP_MB": "128",
            },
            data=DATA,
            memory_mb=512,
            ready=partial(ready, blueprint.address(HARNESS, name)),
        )
        for number, name in enumerate(names, start=1)
    )


def _ensemble(names: tuple[str, ...]) -> Settings:
    if len(names) == 1:
        return {}
    peers = {
        f"server.{number}": f"{name}:{PEER_PORT}:{ELECTION_PORT}"
        for number, name in enumerate(names, start=1)
    }
    return {**ENSEMBLE_SETTINGS, **peers}


def _numbered(number: int) -> tuple[str, ...]:
    """The command of a member: its number stands in its data, which a fault may have wiped."""
    script = f"echo {number} >{DATA}/myid && exec /opt/kafka/bin/entrypoint zookeeper"
    return ("bash", "-c", script)


def ready(address: Address) -> str | None:
    """Ask with the four-letter word `srvr`.

    Only a server that serves names its mode, and one of an ensemble serves only under a leader.
    """
    try:
        with socket.create_connection(address, timeout=1) as connection:
            connection.sendall(b"srvr")
            answer = connection.recv(4096)
            while chunk := connection.recv(4096):
                answer += chunk
    except OSError as error:
        return f"no answer: {error}"
    return None if b"Mode:" in answer else f"answers {answer.decode(errors='replace').strip()!r}"


SERVICE_KINDS.add("zookeeper", ServiceKind(services=services, links=links))
