"""Kafka brokers, with ZooKeeper or KRaft controllers.

Two listeners each: INTERNAL for the other brokers and for tools run inside a container, and CLIENT,
which advertises the proxy's published address, or clients would walk around the proxy. Where there
are Connect workers there is a third, CONNECT, which for the same reason advertises the proxy's
address in the stack's own network.
"""

from typing import Any

from harness.model.defaults import brokers
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.systems import own_disk, pins
from harness.systems.blueprint import (
    CLIENT,
    HARNESS,
    SERVICE_KINDS,
    Blueprint,
    LinkSpec,
    ServiceKind,
    ServiceSpec,
    properties,
)
from harness.systems.kafka import wire
from harness.systems.zookeeper import service as zookeeper

INTERNAL_PORT = 9092
CLIENT_PORT = 9093
CONNECT_PORT = 9094
CONTROLLER_PORT = 9095
CONNECT = "connect"
CONTROLLER = "CONTROLLER"
CLUSTER_ID = "kafka-chaos-harnessAAA"  # 16 bytes in base 64; a stack's network is its own
DATA = "/var/lib/kafka"
OWN_DISK = "/var/lib/kafka-disk"
# A restarted service may have another address; Java would believe the old one for 30 s.
JAVA_OPTS = "-Dsun.net.inetaddr.ttl=1 -Dsun.net.inetaddr.negative.ttl=0"


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """For each broker one link for clients, one for the harness's questions, one for Connect."""
    callers = [(CLIENT, CLIENT_PORT, 19090), (HARNESS, CLIENT_PORT, 29090)]
    if topology.connect_workers:
        callers.append((CONNECT, CONNECT_PORT, 39090))
    return tuple(
        LinkSpec(traffic=traffic, service=name, port=port, listen=base + number)
        for traffic, port, base in callers
        for number, name in enumerate(topology.broker_names, start=1)
    )


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """One service per broker."""
    return tuple(
        _broker(blueprint, number, name) for number, name in blueprint.topology.broker_ids.items()
    )


def _broker(blueprint: Blueprint, number: int, name: str) -> ServiceSpec:
    topology = blueprint.topology
    settings = {
        **_membership(topology, number),
        **_listeners(blueprint, name),
        **baseline(topology),
        **topology.broker_settings,
    }
    own_link = blueprint.address(HARNESS, name)
    return ServiceSpec(
        name=name,
        versions=pins.kafka(topology.metadata, topology.kafka_version),
        **_disk(topology),
        environment={
            "SERVER_PROPERTIES": properties(settings),
            **({"CLUSTER_ID": CLUSTER_ID} if topology.metadata == "kraft" else {}),
            "HEAP_MB": "384",
            "JAVA_OPTS": JAVA_OPTS,
        },
        memory_mb=1024,
        ready=lambda: ready(own_link, number),
        round_trip_ms=lambda address, limit_s: wire.round_trip_ms(address, limit_s=limit_s),
    )


def _disk(topology: Topology) -> dict[str, Any]:
    """The fields of a service that say where it keeps its data, and what it does for that."""
    if not topology.own_disks:
        return {"image": "kafka", "command": ("broker",), "data": DATA}
    command = own_disk.mounted(OWN_DISK, DATA, "/opt/kafka/bin/entrypoint broker")
    return {"image": "kafka-disk", "command": command, "data": OWN_DISK, "own_disk": True}


def _membership(topology: Topology, number: int) -> Settings:
    if topology.metadata == "kraft":
        return {"process.roles": "broker", "node.id": number}
    return {"broker.id": number}


def _listeners(blueprint: Blueprint, name: str) -> Settings:
    listeners = {
        "INTERNAL": (INTERNAL_PORT, (name, INTERNAL_PORT)),
        "CLIENT": (CLIENT_PORT, blueprint.address(CLIENT, name)),
    }
    if blueprint.topology.connect_workers:
        listeners["CONNECT"] = (CONNECT_PORT, blueprint.address(CONNECT, name))
    return {
        "inter.broker.listener.name": "INTERNAL",
        "listeners": ",".join(f"{each}://0.0.0.0:{port}" for each, (port, _) in listeners.items()),
        "advertised.listeners": ",".join(
            f"{each}://{host}:{port}" for each, (_, (host, port)) in listeners.items()
        ),
        "listener.security.protocol.map": ",".join(
            f"{each}:PLAINTEXT" for each in (*listeners, *_controller_listener(blueprint.topology))
        ),
    }


def _controller_listener(topology: Topology) -> tuple[str, ...]:
    """The listener that only controllers have, and which brokers must know how to speak to."""
    return (CONTROLLER,) if topology.metadata == "kraft" else ()


def baseline(topology: Topology) -> Settings:
    """The harness's broker settings: safe by good practice, fast where that changes no promise."""
    return {
        "log.dirs": f"{DATA}/data",
        **brokers.safety(topology),
        "auto.leader.rebalance.enable": False,
        # Failover. Short enough for a test, long enough for a slow and noisy machine.
        **_sessions(topology),
        "replica.lag.time.max.ms": 30000,  # Kafka's own: a stalled follower stays in sync so long
        "replica.fetch.wait.max.ms": 100,
        "replica.fetch.backoff.ms": 200,
        "controller.socket.timeout.ms": 5000,
        "controlled.shutdown.max.retries": 1,
        "controlled.shutdown.retry.backoff.ms": 500,
        "num.recovery.threads.per.data.dir": 2,
        # Groups and transactions.
        "offsets.topic.num.partitions": 3,
        "transaction.state.log.num.partitions": 3,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        # Housekeeping that would otherwise begin after the run is over.
        "log.initial.task.delay.ms": 100,
        "log.retention.check.interval.ms": 500,
        # Longer than the flush of a rolled segment may be late: one that finds the file deleted
        # takes the whole broker down (KAFKA-19571).
        "log.segment.delete.delay.ms": 10000,
        "log.cleaner.backoff.ms": 500,
        "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
    }


def _sessions(topology: Topology) -> Settings:
    """With whom brokers keep their sessions, and how long one outlives a broker."""
    if topology.metadata == "kraft":
        quorum = topology.controller_ids.items()
        return {
            "controller.quorum.voters": ",".join(
                f"{node}@{name}:{CONTROLLER_PORT}" for node, name in quorum
            ),
            "controller.listener.names": CONTROLLER,
            "broker.session.timeout.ms": 6000,
            "broker.heartbeat.interval.ms": 1000,
        }
    return {
        "zookeeper.connect": zookeeper.addresses(topology),
        "zookeeper.connection.timeout.ms": 30000,  # all services start at once
    }


def ready(address: tuple[str, int], broker_id: int) -> str | None:
    """Ask for metadata: a broker serves once the controller has told it about itself."""
    try:
        view = wire.cluster_view(address)
    except OSError as error:
        return f"no answer: {error}"
    return None if broker_id in view.brokers else "the controller has not taken it in yet"


def told(blueprint: Blueprint, _password: str) -> dict[str, str]:
    """Where clients find it."""
    names = blueprint.topology.broker_names
    return {"KAFKA_BOOTSTRAP_SERVERS": ",".join(map(blueprint.place, names))} if names else {}


SERVICE_KINDS.add("kafka", ServiceKind(services=services, links=links, told=told))
