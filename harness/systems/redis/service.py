"""Redis: a cache, and a replica of it that connects through the proxy."""

from functools import partial

from harness.model.topology import Topology
from harness.model.value import Settings
from harness.network.tcp import answer_ms
from harness.systems.blueprint import (
    HARNESS,
    SERVICE_KINDS,
    Blueprint,
    LinkSpec,
    ServiceKind,
    ServiceSpec,
    host_links,
    properties,
)
from harness.systems.redis import client as redis

NAME = "redis"
REPLICA = "redis-replica"
PORT = 6379
DATA = "/data"

# How soon a replica has its data and notices a lost link; Redis waits 5, 10 and 60 seconds.
SETTINGS: Settings = {
    "repl-diskless-sync-delay": 0,
    "repl-ping-replica-period": 1,
    "repl-timeout": 5,
}


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """From the host to each server, and from the replica to the master."""
    if not topology.redis:
        return ()
    found = host_links(NAME, PORT, client=16379, harness=26379)
    if topology.redis_replica:
        found += host_links(REPLICA, PORT, client=16380, harness=26380)
        found += (LinkSpec(traffic=REPLICA, service=NAME, port=PORT, listen=46379),)
    return found


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """The server, and its replica."""
    topology = blueprint.topology
    found: list[ServiceSpec] = []
    if topology.redis:
        found.append(_server(blueprint, NAME, {}))
    if topology.redis_replica:
        host, port = blueprint.address(REPLICA, NAME)
        found.append(_server(blueprint, REPLICA, {"replicaof": f"{host} {port}"}))
    return tuple(found)


def _server(blueprint: Blueprint, name: str, own: Settings) -> ServiceSpec:
    settings = {**SETTINGS, **own, **blueprint.topology.redis_settings}
    ready = redis.replica_ready if name == REPLICA else redis.ready
    return ServiceSpec(
        name=name,
        image="redis",
        command=(),
        environment={"REDIS_SETTINGS": properties(settings, between=" ", yes="yes", no="no")},
        data=DATA,
        memory_mb=256,
        ready=partial(ready, blueprint.address(HARNESS, name)),
        settings=partial(redis.settings, blueprint.address(HARNESS, name)),
        round_trip_ms=partial(answer_ms, request=b"PING\r\n"),
    )


def told(blueprint: Blueprint, _password: str) -> dict[str, str]:
    """Where clients find it."""
    return {"REDIS_URL": f"redis://{blueprint.place(NAME)}"} if blueprint.topology.redis else {}


SERVICE_KINDS.add(NAME, ServiceKind(services=services, links=links, told=told))
