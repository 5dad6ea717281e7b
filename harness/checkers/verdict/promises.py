"""What the settings of a scenario permit, and therefore what they promise.

Each rule reads what a client, a topic or the brokers run with, the defaults of all who say nothing
among it (`model.dialects`, `model.brokers`), and says which kinds of anomaly that permits, and why.

A permission holds for the whole scenario: where two kinds of producers or consumers differ, what
the looser one permits is permitted to both, since findings are counted by kind of anomaly alone. A
scenario that must tell them apart names its claims.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from harness.checkers.permissions import groups as group_permissions
from harness.checkers.permissions.cleanup import cleanup_permissions
from harness.checkers.permissions.consumers import consumer_permissions
from harness.checkers.permissions.coordinators import system_permissions
from harness.checkers.permissions.keys import key_permissions
from harness.checkers.permissions.metadata import metadata_permissions
from harness.checkers.permissions.permission import Permission
from harness.checkers.permissions.pipelines import pipeline_permissions
from harness.checkers.permissions.power import power_permissions
from harness.checkers.permissions.processors import processor_permissions
from harness.checkers.permissions.producers import of_sends, producer_permissions
from harness.checkers.permissions.redis import redis_permissions
from harness.checkers.permissions.topics import ROLLBACK, topic_permissions
from harness.checkers.permissions.transactions import open_transaction_permissions
from harness.checkers.verdict.claims import CLAIMS
from harness.checkers.verdict.log_claims import log_claims
from harness.checkers.verdict.pipeline_claims import pipeline_claims
from harness.model.dialects import LIBRDKAFKA, sending
from harness.model.pipeline import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.workload import LogWorkload


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
            yield from redis_permissions(scenario)
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
    topology = scenario.topology
    yield from group_permissions.of_retained_offsets(topology)
    yield from system_permissions(workload, topology)
    for topic in workload.topics:
        yield from topic_permissions(topic, topology)
        yield from cleanup_permissions(scenario, topic)
        yield from power_permissions(scenario, topic, ROLLBACK)
    for producers in workload.producers:
        yield from producer_permissions(producers, topology)
    for consumers in workload.consumers:
        yield from consumer_permissions(consumers, topology)
        yield from open_transaction_permissions(consumers, workload, topology)
    for processors in workload.processors:
        yield from of_sends(sending(LIBRDKAFKA, processors.sending))
        yield from processor_permissions(processors)
