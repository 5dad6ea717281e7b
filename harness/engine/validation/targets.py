"""Targets: somebody has the role, and the fault can act on such a one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from harness.engine.validation.faults import partitions_of
from harness.engine.validation.problems import Problems, unless_known
from harness.model.fault import FaultSpec, Step
from harness.model.pipeline import connector_places
from harness.model.roles import Member, Metadata, Role, SameAs, Service, Task
from harness.model.scenario import Scenario
from harness.systems.blueprint import CLIENT, Blueprint
from harness.workloads.pipeline.feeds.own_programs import own_programs

REPLICAS = 3
"""Of the topics of a pipeline."""
OF_MEMBERS = ("member.", "group.")
ONLY_ON = {
    "redis.flush": "redis",
    "schema.register": "registry",
    "table.alter": "mysql",
    "table.remove-unlogged": "mysql",
}
"""Faults that speak to one kind of service."""


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the targets of faults."""
    known = _known(scenario)
    before: dict[str, Step] = {}
    for step in scenario.steps:
        for spec in step.faults:
            where = f"step {step.name!r}"
            yield from _role(spec.target, where, scenario, known)
            yield from _fits(spec, where, before)
            yield from _links(spec, where, scenario, tuple(known["service"]))
        before[step.name] = step
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


def _fits(spec: FaultSpec, where: str, before: dict[str, Step]) -> Problems:
    """Members of groups live in the harness: only their own faults reach them."""
    for role in _meant(spec.target, before):
        of_members = spec.kind.startswith(OF_MEMBERS)
        if of_members != isinstance(role, Member):
            wanted = "member(...)" if of_members else "a service, not a member of a group"
            yield f"{where}: {spec.kind} targets {wanted}, got {role}"
        only = ONLY_ON.get(spec.kind)
        if only and not (isinstance(role, Service) and role.name.startswith(only)):
            yield f"{where}: {spec.kind} targets service({only!r}), got {role}"
        if spec.kind == "disk.cut-power" and isinstance(role, Service | Task | Metadata):
            yield f"{where}: {spec.kind} targets brokers, got {role}"


def _meant(role: Role, before: dict[str, Step]) -> Iterator[Role]:
    """The role itself, or those of the step that it says the same as."""
    if not isinstance(role, SameAs):
        yield role
        return
    earlier = dict(before)
    step = earlier.pop(role.step, None)
    for spec in step.faults if step else ():
        yield from _meant(spec.target, earlier)


def _links(spec: FaultSpec, where: str, scenario: Scenario, services: tuple[str, ...]) -> Problems:
    """Links that are cut or delayed: their two ends are there, and a way between them."""
    if spec.kind not in ("network.cut-link", "network.delay"):
        return
    blueprint = _blueprint(scenario)
    caller = str(spec.settings.get("caller", CLIENT))
    callers = {link.traffic for link in blueprint.links} | set(services)
    if caller not in callers:
        yield from unless_known("caller", caller, where, callers)
        return
    for target in spec.target.candidates(scenario.topology):
        through = blueprint.link(caller, target) is not None
        if not (through or (caller in services and spec.kind == "network.cut-link")):
            yield f"{where}: nothing links {caller} to {target}"
            return
