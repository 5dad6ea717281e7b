"""KRaft controllers: a quorum separate from the brokers, as in production.

Brokers and controllers speak to each other over the controllers' one listener. The harness asks
there as well, over the proxy, who leads the quorum.
"""

from functools import partial

from harness.model.topology import Topology
from harness.model.value import Settings
from harness.systems import pins
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
from harness.systems.kafka import cluster, wire
from harness.systems.kafka import service as kafka


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """For each controller one link, for the harness's own questions."""
    return tuple(
        LinkSpec(traffic=HARNESS, service=name, port=kafka.CONTROLLER_PORT, listen=26090 + number)
        for number, name in enumerate(topology.controller_names, start=1)
    )


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """One service per controller."""
    topology = blueprint.topology
    nodes = topology.controller_ids
    quorum = {node: blueprint.address(HARNESS, name) for node, name in nodes.items()}
    return tuple(
        ServiceSpec(
            name=name,
            image="kafka",
            versions=pins.kafka(topology.metadata, topology.kafka_version),
            command=("controller",),
            environment={
                "SERVER_PROPERTIES": properties(_settings(topology, node, name)),
                "CLUSTER_ID": kafka.CLUSTER_ID,
                "HEAP_MB": "128",
                "JAVA_OPTS": kafka.JAVA_OPTS,
            },
            data=kafka.DATA,
            memory_mb=512,
            ready=partial(ready, quorum, node),
        )
        for node, name in nodes.items()
    )


def _settings(topology: Topology, node: int, name: str) -> Settings:
    return {
        "process.roles": "controller",
        "node.id": node,
        "listeners": f"{kafka.CONTROLLER}://{name}:{kafka.CONTROLLER_PORT}",
        "listener.security.protocol.map": f"{kafka.CONTROLLER}:PLAINTEXT",
        **kafka.baseline(topology),
        **topology.broker_settings,
    }


def ready(quorum: dict[int, Address], node: int) -> str | None:
    """Ask this controller whether it answers, and whoever leads whether it follows."""
    try:
        wire.round_trip_ms(quorum[node], limit_s=wire.LIMIT_S)
    except OSError as error:
        return f"no answer: {error}"
    return cluster.quorum_shortcoming(wire.quorum_view(quorum), [node])


SERVICE_KINDS.add("controller", ServiceKind(services=services, links=links))
