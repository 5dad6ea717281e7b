"""What console tools, and consumers by the protocol of KIP-848, do not have or need."""

from collections.abc import Iterator

from harness.engine.validation.problems import Problems
from harness.model.defaults.dialects import BY_BROKERS
from harness.model.scenario import Scenario
from harness.model.topology import Topology, line_of
from harness.model.value import Settings
from harness.model.workload import Consumers, Producers

FIRST_WITH_CONSUMER_PROTOCOL = (4, 0)
OF_THE_TOOL = (
    *("bootstrap.servers", "key.serializer", "value.serializer"),
    *("key.deserializer", "value.deserializer", "transactional.id", "group.instance.id"),
)
ELSEWHERE = {
    "session.timeout.ms": "group.consumer.session.timeout.ms in topology.broker_settings",
    "heartbeat.interval.ms": "group.consumer.heartbeat.interval.ms in topology.broker_settings",
    "partition.assignment.strategy": "group.remote.assignor",
}
"""Where to say with the consumer protocol what brokers decide."""


def problems(scenario: Scenario) -> Problems:
    """What is asked of a client that it does not have."""
    workload = scenario.log_workload
    for producers in workload.producers:
        if producers.client == "console":
            who = f"producer {producers.name!r}"
            yield from _of_tool(who, _asked_of_producer(producers), producers.settings)
    for consumers in workload.consumers:
        who = f"consumer {consumers.name!r}"
        if consumers.mode == "console":
            yield from _of_tool(who, _asked_of_consumer(consumers), consumers.settings)
        yield from _of_protocol(who, consumers.settings, scenario.topology)
    for processors in workload.processors:
        who = f"processor {processors.name!r}"
        yield from _of_protocol(who, processors.consumer, scenario.topology)


def _asked_of_producer(producers: Producers) -> Iterator[str]:
    plain = Producers(topic=producers.topic)
    for field in ("transactions", "delete_every", "belief", "ending"):
        if getattr(producers, field) != getattr(plain, field):
            yield field


def _asked_of_consumer(consumers: Consumers) -> Iterator[str]:
    plain = Consumers(topic=consumers.topic)
    for field in ("count", "commit", "static", "late", "start", "within_ms", "stall"):
        if getattr(consumers, field) != getattr(plain, field):
            yield field
    reset = consumers.settings.get("auto.offset.reset", "earliest")
    if reset != "earliest":
        yield f"auto.offset.reset={reset}"


def _of_tool(who: str, asked: Iterator[str], settings: Settings) -> Problems:
    for field in asked:
        yield (
            f"{who} is a console tool and does not support {field}: the producer sends plain "
            f"records batch by batch and waits for each, the consumer reads its topic once from "
            f"the "
            f"beginning; leave {field} out, or use a Python client"
        )
    for setting in OF_THE_TOOL:
        if setting in settings:
            yield f"{who} is a console tool, and the harness sets its {setting}; leave it out"


def _of_protocol(who: str, settings: Settings, topology: Topology) -> Problems:
    if str(settings.get("group.protocol", "classic")).lower() != "consumer":
        return
    if not _has_consumer_protocol(topology):
        yield (
            f"{who} has group.protocol=consumer, which needs Kafka 4.0 or later: use "
            'topology=Topology(metadata="kraft"), or run it with --metadata kraft'
        )
    for setting in BY_BROKERS:
        if setting in settings:
            yield (
                f"{who} has group.protocol=consumer, under which the broker determines {setting}: "
                f"leave it out, or set {ELSEWHERE[setting]}"
            )


def _has_consumer_protocol(topology: Topology) -> bool:
    if topology.metadata != "kraft":
        return False
    version = topology.kafka_version
    return version is None or line_of(version) >= FIRST_WITH_CONSUMER_PROTOCOL
