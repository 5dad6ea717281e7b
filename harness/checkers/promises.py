"""What the settings of a scenario permit, and therefore what they promise.

Each rule reads the settings of a client, a topic or the brokers and says which kinds of anomaly
they permit, and why. Defaults are librdkafka's, which differ from the Java client's (idempotence is
off, any number of requests may be in flight), under the harness's own baseline for brokers.

A permission holds for the whole scenario: where two kinds of producers or consumers differ, what
the looser one permits is permitted to both, since findings are counted by kind of anomaly alone. A
scenario that must tell them apart names its claims.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from harness.checkers import group_permissions
from harness.checkers.claims import CLAIMS
from harness.checkers.cleanup_permissions import cleanup_permissions
from harness.checkers.key_permissions import key_permissions
from harness.checkers.log_claims import log_claims
from harness.checkers.metadata_permissions import metadata_permissions
from harness.checkers.permission import Permission
from harness.checkers.pipeline.permissions import pipeline_permissions
from harness.checkers.pipeline.promised import pipeline_claims
from harness.checkers.power_permissions import power_permissions
from harness.checkers.processor_permissions import processor_permissions
from harness.checkers.transaction_permissions import open_transaction_permissions
from harness.model.pipeline import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Scalar, Settings
from harness.model.workload import Consumers, LogWorkload, Producers, Topic, reads_uncommitted

BROKER_BASELINE: Settings = {
    "min.insync.replicas": 2,
    "unclean.leader.election.enable": False,
    "auto.create.topics.enable": False,
}
"""The harness's own broker settings that decide a promise; logs are never flushed on purpose."""

PRODUCER_DEFAULTS: Settings = {
    "acks": "all",
    "enable.idempotence": False,
    "max.in.flight": 1_000_000,
    "retries": 2_147_483_647,
}
JAVA_PRODUCER: Settings = {"enable.idempotence": True, "max.in.flight": 5}
"""What is different in the Java client, which the console tools use."""
CONSUMER_DEFAULTS: Settings = {
    "isolation.level": "read_committed",
    "auto.offset.reset": "earliest",  # the harness's; librdkafka's own is largest
    "enable.auto.commit": True,
    "enable.auto.offset.store": True,
    "max.poll.interval.ms": 300_000,
    "session.timeout.ms": 6_000,  # the harness's; librdkafka's own is 45 s
}
SYNONYMS = {
    "request.required.acks": "acks",
    "max.in.flight.requests.per.connection": "max.in.flight",
    "message.send.max.retries": "retries",
}

# A record vanishes: its offset is given to another, later ones move forward, and until then
# readers see a gap where the sender was told a place.
LOSS = (
    "lost-write",
    "unseen",
    "inconsistent-offsets",
    "nonmonotonic-send",
    "realtime-order",
    "poll-skip",
    "int-poll-skip",
)
# A log goes back behind what readers have seen: they saw what is gone, and go back themselves.
ROLLBACK = (
    *LOSS,
    "ghost",
    "forked-offset",
    "nonmonotonic-poll",
    "int-nonmonotonic-poll",
    "group-skip",
    "duplicate-processing",
    "uncommitted-skip",
    "committed-repeat",
    "torn-commit",
    "double-processing",
)
# What a reader sees that does not wait for transactions to end.
DIRTY = ("G1a", "precommitted-read", "torn-commit", "G1c", "G1c-process", "G1c-realtime")


def permissions(scenario: Scenario) -> tuple[Permission, ...]:
    """Everything that the settings of `scenario` permit, each thing once."""
    return tuple(dict.fromkeys(_permissions(scenario)))


def permitted(
    scenario: Scenario, hops: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> dict[str, tuple[str, ...]]:
    """For each kind of anomaly that something permits: the sentences that say so.

    A kind that happened in `hops` of a pipeline is permitted when it is in each of them.
    """
    reasons: dict[str, tuple[Permission, ...]] = {}
    for permission in permissions(scenario):
        for kind in permission.kinds:
            reasons[kind] = (*reasons.get(kind, ()), permission)
    return {
        kind: tuple(dict.fromkeys(each.sentence for each in found if _speaks_of(each, hops, kind)))
        for kind, found in reasons.items()
        if all(any(each.covers(hop) for each in found) for hop in hops.get(kind, ()))
    }


def promised(scenario: Scenario) -> tuple[str, ...]:
    """The claims that the settings of `scenario` promise: nothing permits what contradicts them."""
    allowed = permitted(scenario)
    return tuple(
        name
        for name in _claims_about(scenario)
        if not any(kind in allowed for kind in CLAIMS[name].contradicted_by)
    )


def _claims_about(scenario: Scenario) -> tuple[str, ...]:
    match scenario.workload:
        case LogWorkload():
            return log_claims(scenario)
        case PipelineWorkload() as workload:
            return pipeline_claims(workload)


def _permissions(scenario: Scenario) -> Iterator[Permission]:
    match scenario.workload:
        case LogWorkload() as workload:
            yield from _of_logs(workload, scenario)
            yield from key_permissions(scenario)
        case PipelineWorkload() as workload:
            yield from pipeline_permissions(workload, scenario.topology)
    yield from metadata_permissions(scenario.topology)
    for step in scenario.steps:
        if step.fault is not None and step.fault.kind == "topic.poison":
            yield Permission(
                setting=f"step {step.name}",
                reason="the run itself sends a record that nobody can decode",
                kinds=("undecodable", "phantom"),
            )


def _speaks_of(permission: Permission, hops: Mapping[str, tuple[str, ...]], kind: str) -> bool:
    where = hops.get(kind, ())
    return not where or any(permission.covers(hop) for hop in where)


def _of_logs(workload: LogWorkload, scenario: Scenario) -> Iterator[Permission]:
    yield from group_permissions.of_retained_offsets(scenario.topology)
    for topic in workload.topics:
        yield from _of_topic(topic, scenario.topology)
        yield from cleanup_permissions(scenario, topic)
        yield from power_permissions(scenario, topic, ROLLBACK)
    for producers in workload.producers:
        yield from _of_producers(producers)
    for consumers in workload.consumers:
        yield from _of_consumers(consumers)
        yield from open_transaction_permissions(consumers, workload, scenario.topology)
    for processors in workload.processors:
        yield from _of_sends(processors.sending)
        yield from processor_permissions(processors)


def _of_topic(topic: Topic, topology: Topology) -> Iterator[Permission]:
    settings = {**BROKER_BASELINE, **topology.broker_settings, **topic.settings}
    if topic.replicas == 1:
        yield Permission(
            setting=f"replicas=1 of {topic.name}",
            reason="the only copy is lost with its broker's disk",
            kinds=ROLLBACK,
        )
    elif int(settings["min.insync.replicas"]) < 2:
        yield Permission(
            setting=f"min.insync.replicas={settings['min.insync.replicas']} of {topic.name}",
            reason="a record is acknowledged, and read, while the leader alone has it; it is lost "
            "when that broker is",
            kinds=ROLLBACK,
        )
    if _is_on(settings["unclean.leader.election.enable"]):
        yield Permission(
            setting="unclean.leader.election.enable=true",
            reason="a replica that lacks records may become leader, and all others drop them",
            kinds=ROLLBACK,
        )


def _of_producers(producers: Producers) -> Iterator[Permission]:
    java = JAVA_PRODUCER if producers.client == "console" else {}
    safe: Settings = {"enable.idempotence": True} if producers.transactions else {}
    yield from _of_sends({**java, **producers.settings, **safe})
    if producers.belief == "enqueue":
        yield Permission(
            setting=f"belief=enqueue of {producers.name}",
            reason="the application takes a record as sent when produce() returns; it may still "
            "be in the client's queue, time out there, or be dropped",
            kinds=("unsent",),
        )


def _of_sends(given: Settings) -> Iterator[Permission]:
    settings = {**PRODUCER_DEFAULTS, **_renamed(given)}
    idempotent = _is_on(settings["enable.idempotence"])
    acks = "all" if idempotent or str(settings["acks"]) in {"-1", "all"} else str(settings["acks"])
    if acks == "0":
        yield Permission(
            setting="acks=0",
            reason="a record counts as delivered once it is written to a socket; no broker need "
            "have it",
            kinds=LOSS,
        )
    elif acks != "all":
        yield Permission(
            setting=f"acks={acks}",
            reason="only the leader has the record when it is acknowledged; it is lost when the "
            "leader dies before a follower copied it",
            kinds=LOSS,
        )
    if not idempotent:
        yield from _of_retries(settings)


def _of_retries(settings: Settings) -> Iterator[Permission]:
    if int(settings["retries"]) == 0:
        return
    yield Permission(
        setting="enable.idempotence=false",
        reason="a batch whose acknowledgement got lost is sent and appended again",
        kinds=("duplicate",),
    )
    if int(settings["max.in.flight"]) > 1:
        yield Permission(
            setting=f"enable.idempotence=false with max.in.flight={settings['max.in.flight']}",
            reason="a batch that is sent again comes behind one that was sent after it",
            kinds=(
                "nonmonotonic-send",
                "int-nonmonotonic-send",
                "reordered-result",
                "stale-result",
            ),
        )


def _of_consumers(consumers: Consumers) -> Iterator[Permission]:
    settings = {**CONSUMER_DEFAULTS, **consumers.settings}
    group = consumers.mode == "group"
    if consumers.commit == "application":
        settings["enable.auto.commit"] = False
    if group:
        yield group_permissions.of_subscription(consumers.name)
        yield group_permissions.of_membership(consumers.name, settings)
    if (
        group
        and _is_on(settings["enable.auto.commit"])
        and _is_on(settings["enable.auto.offset.store"])
    ):
        yield Permission(
            setting="enable.auto.commit with enable.auto.offset.store",
            reason="an offset may be committed before its record is processed; a member that dies "
            "in between leaves it to nobody",
            kinds=("group-skip",),
        )
    reset = str(settings["auto.offset.reset"])
    if reset in {"latest", "largest", "end"}:
        yield Permission(
            setting=f"auto.offset.reset={reset}",
            reason="a reader without a valid position jumps to the end of its log",
            kinds=("poll-skip", "int-poll-skip", "group-skip", "uncommitted-skip"),
        )
    if reads_uncommitted(settings):
        yield Permission(
            setting="isolation.level=read_uncommitted",
            reason="records are handed out before their transactions commit, and of aborted ones",
            kinds=DIRTY,
        )


def _renamed(settings: Settings) -> Settings:
    return {SYNONYMS.get(name, name): value for name, value in settings.items()}


def _is_on(value: Scalar) -> bool:
    return str(value).lower() in {"true", "1"}
