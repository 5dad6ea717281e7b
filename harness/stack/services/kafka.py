"""Kafka brokers on ZooKeeper.

Two listeners each: INTERNAL for the other brokers and for tools run inside a container, and CLIENT,
which advertises the proxy's published address, or clients would walk around the proxy.
"""

from harness.clients import wire
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.stack.services import zookeeper
from harness.stack.specs import (
    SERVICE_KINDS,
    Blueprint,
    LinkSpec,
    ServiceKind,
    ServiceSpec,
    properties,
)

INTERNAL_PORT = 9092
CLIENT_PORT = 9093
DATA = "/var/lib/kafka"


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """For each broker one link for clients and one for the harness's own questions."""
    return tuple(
        LinkSpec(traffic=traffic, service=name, port=CLIENT_PORT, listen=base + number)
        for traffic, base in (("client", 19090), ("harness", 29090))
        for number, name in enumerate(topology.broker_names, start=1)
    )


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """One service per broker."""
    return tuple(
        _broker(blueprint, number, name)
        for number, name in enumerate(blueprint.topology.broker_names, start=1)
    )


def _broker(blueprint: Blueprint, number: int, name: str) -> ServiceSpec:
    host, port = blueprint.address("client", name)
    settings = {
        "broker.id": number,
        "listeners": f"INTERNAL://0.0.0.0:{INTERNAL_PORT},CLIENT://0.0.0.0:{CLIENT_PORT}",
        "advertised.listeners": f"INTERNAL://{name}:{INTERNAL_PORT},CLIENT://{host}:{port}",
        **baseline(blueprint.topology.brokers),
        **blueprint.topology.broker_settings,
    }
    own_link = blueprint.address("harness", name)
    return ServiceSpec(
        name=name,
        image="kafka",
        command=("broker",),
        environment={
            "SERVER_PROPERTIES": properties(settings),
            "HEAP_MB": "384",
            # A restarted broker may have another address; Java would believe the old one for 30 s.
            "JAVA_OPTS": "-Dsun.net.inetaddr.ttl=1 -Dsun.net.inetaddr.negative.ttl=0",
        },
        data=DATA,
        memory_mb=1024,
        ready=lambda: ready(own_link, number),
    )


def baseline(brokers: int) -> Settings:
    """The harness's broker settings: good practice for safety, fast where that changes no promise.

    Args:
        brokers: how many there are, at least 1.
    """
    replicas = min(3, brokers)
    in_sync = min(2, replicas)
    return {
        "listener.security.protocol.map": "INTERNAL:PLAINTEXT,CLIENT:PLAINTEXT",
        "inter.broker.listener.name": "INTERNAL",
        "log.dirs": f"{DATA}/data",
        # Safety.
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "unclean.leader.election.enable": False,
        "auto.create.topics.enable": False,
        "auto.leader.rebalance.enable": False,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        # Failover. Short enough for a test, long enough for a slow and noisy machine.
        "zookeeper.connect": f"{zookeeper.NAME}:{zookeeper.PORT}",
        "zookeeper.session.timeout.ms": 6000,
        "zookeeper.connection.timeout.ms": 30000,  # all services start at once
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
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        # Housekeeping that would otherwise begin after the run is over.
        "log.initial.task.delay.ms": 100,
        "log.retention.check.interval.ms": 500,
        "log.segment.delete.delay.ms": 0,
        "log.cleaner.backoff.ms": 500,
        "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
    }


def ready(address: tuple[str, int], broker_id: int) -> str | None:
    """Ask for metadata: a broker serves once the controller has told it about itself."""
    try:
        view = wire.cluster_view(address)
    except OSError as error:
        return f"no answer: {error}"
    return None if broker_id in view.brokers else "the controller has not taken it in yet"


SERVICE_KINDS.add("kafka", ServiceKind(services=services, links=links))
