"""What brokers run with: Kafka's own defaults, the harness's, and those of a topology over both.

As far as a promise depends on it. The template of the brokers (`stack.services.kafka`) takes the
harness's settings from here, and tests compare the rest with brokers that run.
"""

from harness.model.defaults.sessions import BROKER
from harness.model.topology import Topology
from harness.model.value import Scalar, Settings

LONGER_THAN_A_RUN_MS = 3_600_000
NEVER = 9_223_372_036_854_775_807

TOPIC_DEFAULTS: Settings = {
    "cleanup.policy": "delete",
    "retention.ms": 604_800_000,
    "retention.bytes": -1,
    "delete.retention.ms": 86_400_000,
    "flush.messages": NEVER,
}
"""Kafka's own for a topic of which neither it nor its brokers say otherwise, by topics' names."""

KAFKA: Settings = {
    "offsets.retention.minutes": 10_080,
}
"""Kafka's own for a broker, where the harness sets none."""

_AS_BROKERS_HAVE_THEM = {
    "log.cleanup.policy": "cleanup.policy",
    "log.retention.ms": "retention.ms",
    "log.retention.bytes": "retention.bytes",
    "log.cleaner.delete.retention.ms": "delete.retention.ms",
    "log.flush.interval.messages": "flush.messages",
    "min.insync.replicas": "min.insync.replicas",
    "unclean.leader.election.enable": "unclean.leader.election.enable",
}
"""Settings of brokers that are the defaults of topics, and the names that topics have for them."""
_LONGER_UNITS = {"log.retention.minutes": 60_000, "log.retention.hours": 3_600_000}
"""Other names of `log.retention.ms`, in order of precedence, and their milliseconds."""


def replication(topology: Topology) -> tuple[int, int]:
    """How many replicas a topic of the system has, and how many must be in sync."""
    replicas = min(3, topology.brokers)
    return replicas, min(2, replicas)


def safety(topology: Topology) -> Settings:
    """The harness's own broker settings that decide a promise: safe by good practice."""
    replicas, in_sync = replication(topology)
    return {
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "unclean.leader.election.enable": False,
        "auto.create.topics.enable": False,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
        # Of members by the consumer protocol (KIP-848), for which their client has no say.
        "group.consumer.min.session.timeout.ms": 1000,
        "group.consumer.session.timeout.ms": 6000,
        "group.consumer.min.heartbeat.interval.ms": 500,
        "group.consumer.heartbeat.interval.ms": 1000,
        **(BROKER if topology.metadata == "zookeeper" else {}),
    }


def broker_settings(topology: Topology) -> Settings:
    """What the brokers of `topology` run with."""
    return {**KAFKA, **safety(topology), **topology.broker_settings}


def topic_settings(topology: Topology, own: Settings) -> Settings:
    """What a topic with its `own` settings has on the brokers of `topology`, by topics' names."""
    return {**TOPIC_DEFAULTS, **_of_brokers(broker_settings(topology)), **own}


def _of_brokers(settings: Settings) -> Settings:
    found: dict[str, Scalar] = {
        name: settings[known] for known, name in _AS_BROKERS_HAVE_THEM.items() if known in settings
    }
    for name, unit_ms in _LONGER_UNITS.items():
        if name in settings and "retention.ms" not in found:
            found["retention.ms"] = int(settings[name]) * unit_ms
    return found
