"""What the settings of a scenario permit, and therefore what they promise.

Each rule reads what a client, a topic or the brokers run with, the defaults of all who say nothing
among it (`model.dialects`, `model.brokers`), and says which kinds of anomaly that permits, and why.

A permission holds for the whole scenario: where two kinds of producers or consumers differ, what
the looser one permits is permitted to both, since findings are counted by kind of anomaly alone. A
scenario that must tell them apart names its claims.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from harness.checkers.permissions.permission import RULES, Permission
from harness.checkers.verdict.claims import CLAIMS
from harness.checkers.verdict.log_claims import log_claims
from harness.checkers.verdict.pipeline_claims import pipeline_claims
from harness.model.scenario import Scenario


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
        for name in claims_about(scenario)
        if not any(kind in allowed for kind in CLAIMS[name].contradicted_by)
    )


def claims_about(scenario: Scenario) -> tuple[str, ...]:
    """Every claim about something that the workload of `scenario` has."""
    return (
        *(log_claims(scenario) if scenario.has_log else ()),
        *(pipeline_claims(scenario.pipeline) if scenario.has_pipeline else ()),
    )


def _permissions(scenario: Scenario) -> Iterator[Permission]:
    for part in _parts(scenario):
        for rule in RULES.values():
            if isinstance(part, rule.part):
                yield from rule.permits(part, scenario)


def _parts(scenario: Scenario) -> Iterator[object]:
    """Whatever may permit something, in the order in which reasons are said."""
    log, pipeline = scenario.log_workload, scenario.pipeline
    if scenario.has_log:
        yield log
        yield from log.topics
    if scenario.has_pipeline:
        yield pipeline
        yield from pipeline.paths
        yield from pipeline.caches
    yield from scenario.steps
    yield from log.producers
    yield from log.consumers
    yield from log.processors
    yield scenario.topology


def _speaks_of(permission: Permission, hops: Mapping[str, tuple[str, ...]], kind: str) -> bool:
    where = hops.get(kind, ())
    return not where or any(permission.covers(hop) for hop in where)
