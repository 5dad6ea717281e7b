"""The schema registry: Apicurio, which speaks the API of Confluent's at /apis/ccompat/v7.

It keeps its schemas in a topic and reads them at every start, over the brokers' inner listener.
"""

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
from harness.systems.kafka import service as kafka
from harness.systems.registry.client import ready

NAME = "registry"
CONFLUENT_API = "/apis/ccompat/v7"
PORT = 8080


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """From the host, and from Connect."""
    if not topology.registry:
        return ()
    found = host_links(NAME, PORT, client=18081, harness=28081)
    if topology.connect_workers:
        found += (LinkSpec(traffic=kafka.CONNECT, service=NAME, port=PORT, listen=38081),)
    return found


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """One node."""
    if not blueprint.topology.registry:
        return ()
    names = blueprint.topology.broker_names
    brokers = ",".join(f"{name}:{kafka.INTERNAL_PORT}" for name in names)
    settings: Settings = {
        "apicurio.kafkasql.bootstrap.servers": brokers,
        **blueprint.topology.registry_settings,
    }
    return (
        ServiceSpec(
            name=NAME,
            image="registry",
            command=(),
            environment={
                "SERVER_PROPERTIES": properties(settings),
                "HEAP_MB": "256",
                "JAVA_OPTS": kafka.JAVA_OPTS,
            },
            memory_mb=1024,
            after=names,
            ready=partial(ready, blueprint.address(HARNESS, NAME)),
            round_trip_ms=partial(answer_ms, request=b"GET / HTTP/1.0\r\n\r\n"),
        ),
    )


def told(blueprint: Blueprint, _password: str) -> dict[str, str]:
    """Where clients find it."""
    if not blueprint.topology.registry:
        return {}
    return {"SCHEMA_REGISTRY_URL": f"http://{blueprint.place(NAME)}{CONFLUENT_API}"}


SERVICE_KINDS.add(NAME, ServiceKind(services=services, links=links, told=told))
