"""Kafka Connect: distributed workers that reach all other services through the proxy."""

from functools import partial

from harness.model.defaults.brokers import replication
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.network.tcp import answer_ms
from harness.systems.blueprint import (
    HARNESS,
    PROXY,
    SERVICE_KINDS,
    Blueprint,
    LinkSpec,
    ServiceKind,
    ServiceSpec,
    host_links,
    properties,
)
from harness.systems.connect import client as connect
from harness.systems.kafka import service as kafka

PROVIDER = "harness"
SETTINGS: Settings = {
    # What a connector does with it is for its own settings to say.
    "exactly.once.source.support": "enabled",
    "connector.client.config.override.policy": "All",
    # Tasks of a worker that is gone move at once; Kafka's own waits for it for five minutes.
    "scheduled.rebalance.max.delay.ms": 0,
    "session.timeout.ms": 4000,
    "heartbeat.interval.ms": 1000,
    "rebalance.timeout.ms": 10000,
    # Of the groups of sinks: a task that moved waits so long for the member that died.
    "consumer.session.timeout.ms": 6000,
    "consumer.heartbeat.interval.ms": 1500,
    # offset.flush.interval.ms stays at Kafka's minute: what a crash repeats depends on it.
}
"""The harness's own for workers, which a topology's are laid over."""
SECRETS = "/etc/kafka-chaos-harness/secrets.properties"


def links(topology: Topology) -> tuple[LinkSpec, ...]:
    """From the host to each worker. Links from the workers stand with what they lead to."""
    return tuple(
        link
        for number, name in enumerate(topology.worker_names, start=1)
        for link in host_links(name, connect.PORT, client=18090 + number, harness=28090 + number)
    )


def services(blueprint: Blueprint) -> tuple[ServiceSpec, ...]:
    """One service per worker."""
    return tuple(_worker(blueprint, name) for name in blueprint.topology.worker_names)


def _worker(blueprint: Blueprint, name: str) -> ServiceSpec:
    topology = blueprint.topology
    settings = {
        "rest.advertised.host.name": name,
        "rest.advertised.port": connect.PORT,
        **baseline(blueprint),
        **topology.connect_settings,
        **_provider(topology),
    }
    nodes = topology.broker_ids.items()
    brokers = {node: blueprint.address(HARNESS, broker) for node, broker in nodes}
    return ServiceSpec(
        name=name,
        image="connect",
        command=("connect",),
        environment={
            "WORKER_PROPERTIES": properties(settings),
            "HEAP_MB": "320",
            "JAVA_OPTS": kafka.JAVA_OPTS,
        },
        secrets={SECRETS: f"password={blueprint.password}\n"},
        memory_mb=1024,
        after=(PROXY,),
        ready=partial(connect.ready, blueprint.address(HARNESS, name), name, brokers),
        round_trip_ms=partial(answer_ms, request=b"GET / HTTP/1.0\r\n\r\n"),
    )


def _provider(topology: Topology) -> Settings:
    """Lets a connector's configuration name a secret, since Connect shows and logs it."""
    own = topology.connect_settings.get("config.providers")
    return {
        "config.providers": PROVIDER if own is None else f"{PROVIDER},{own}",
        f"config.providers.{PROVIDER}.class": (
            "org.apache.kafka.common.config.provider.FileConfigProvider"
        ),
        f"config.providers.{PROVIDER}.param.allowed.paths": SECRETS,
    }


def reference(secret: str) -> str:
    """What stands for a secret in a connector's configuration; workers put its value there."""
    return f"${{{PROVIDER}:{SECRETS}:{secret}}}"


def baseline(blueprint: Blueprint) -> Settings:
    """The harness's worker settings: fast where that changes no promise."""
    addresses = (blueprint.address(kafka.CONNECT, name) for name in blueprint.topology.broker_names)
    replicas, _ = replication(blueprint.topology)
    return {
        "bootstrap.servers": ",".join(f"{host}:{port}" for host, port in addresses),
        "group.id": connect.GROUP,
        "config.storage.topic": "connect-configs",
        "offset.storage.topic": "connect-offsets",
        "status.storage.topic": connect.STATUS_TOPIC,
        "config.storage.replication.factor": replicas,
        "offset.storage.replication.factor": replicas,
        "status.storage.replication.factor": replicas,
        "offset.storage.partitions": 1,
        "status.storage.partitions": 1,
        **SETTINGS,
    }


def told(blueprint: Blueprint, _password: str) -> dict[str, str]:
    """Where clients find it."""
    names = blueprint.topology.worker_names
    return {"CONNECT_URL": f"http://{blueprint.place(names[0], HARNESS)}"} if names else {}


SERVICE_KINDS.add("connect", ServiceKind(services=services, links=links, told=told))
