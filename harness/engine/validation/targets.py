"""Targets: somebody has the role, and the fault can act on such a one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from harness.engine.validation.faults import partitions_of
from harness.engine.validation.problems import Problems, unless_known
from harness.faults.fault import FAULTS
from harness.model.fault import FaultSpec, Step, meant
from harness.model.pipeline.hops import connector_places
from harness.model.roles import Role
from harness.model.scenario import Scenario
from harness.systems.blueprint import Blueprint
from harness.workloads.pipeline.feeds.own_programs import own_programs

REPLICAS = 3
"""Of the topics of a pipeline."""


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the targets of faults."""
    known = _known(scenario)
    before: list[Step] = []
    for step in scenario.steps:
        for spec in step.faults:
            where = f"step {step.name!r}"
            yield from _role(spec.target, where, scenario, known)
            yield from _fits(spec, where, before)
            yield from _links(spec, where, scenario, tuple(known["service"]))
        before.append(step)
        if step.faults:
            known["step"] = {**known["step"], step.name: 1}


def _known(scenario: Scenario) -> dict[str, Mapping[str, int]]:
    """By noun, the names that a role may speak of, each with its size: replicas, or members."""
    workload = scenario.log_workload
    replicas = dict.fromkeys(partitions_of(scenario), REPLICAS)
    replicas |= {topic.name: topic.replicas for topic in workload.topics}
    members = {each.name: each.count for each in workload.consumers if each.mode != "console"}
    senders = [each for each in workload.producers if each.transactions]
    return {
        "topic": replicas,
        "consumer": members,
        "transactional producer": {
            f"{each.name}-{number}": 1 for each in senders for number in range(each.count)
        },
        "connector": dict.fromkeys(connector_places(scenario.pipeline), 1),
        "service": dict.fromkeys(_services(scenario), 1),
        "step": {},
    }


def _role(
    role: Role, where: str, scenario: Scenario, known: Mapping[str, Mapping[str, int]]
) -> Problems:
    names = known.get(role.noun, {})
    if role.noun:
        yield from unless_known(role.noun, role.subject, f"the target of {where}", names)
    problem = role.misfit(scenario.topology, names.get(role.subject, 1))
    if problem is not None:
        yield f"{where} targets {problem}"


def _services(scenario: Scenario) -> tuple[str, ...]:
    """Every service that a run of the scenario has."""
    workers = (name for spec in scenario.log_workload.processors for name in spec.names)
    return (*_blueprint(scenario).services, *workers, *own_programs(scenario.pipeline))


def _blueprint(scenario: Scenario) -> Blueprint:
    """The services and links of its stack, at ports that nobody has."""
    return Blueprint(topology=scenario.topology, ports=defaultdict(int))


def _fits(spec: FaultSpec, where: str, before: Sequence[Step]) -> Problems:
    """The fault can act on what has the role."""
    for role in meant(spec.target, before):
        wanted = FAULTS[spec.kind].wanted(role)
        if wanted is not None:
            yield f"{where}: {spec.kind} targets {wanted}, got {role}"


def _links(spec: FaultSpec, where: str, scenario: Scenario, services: tuple[str, ...]) -> Problems:
    """Links that are cut or delayed: their two ends are there, and a way between them."""
    need = FAULTS[spec.kind].link(spec)
    if need is None:
        return
    blueprint = _blueprint(scenario)
    callers = {link.traffic for link in blueprint.links} | set(services)
    if need.caller not in callers:
        yield from unless_known("caller", need.caller, where, callers)
        return
    for target in spec.target.candidates(scenario.topology):
        through = blueprint.link(need.caller, target) is not None
        if not through and (need.proxied or need.caller not in services):
            yield f"{where}: no link from {need.caller} to {target}"
            return
