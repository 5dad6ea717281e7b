"""Targets: somebody has the role, and the fault can act on such a one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from harness.engine.validation.faults import partitions_of
from harness.engine.validation.problems import Problems, unless_known
from harness.engine.validation.steps import faults_of
from harness.model.fault import FaultSpec, Role, Step
from harness.model.pipeline import connector_places
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.systems.blueprint import CLIENT, Blueprint
from harness.workloads.pipeline.feeds.own_programs import own_programs

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
    before: dict[str, Step] = {}
    services = _services(scenario)
    for step in scenario.steps:
        for spec in faults_of(step):
            where = f"step {step.name!r}"
            yield from _role(spec.target, where, scenario, before, services)
            yield from _fits(spec, where, before)
            yield from _links(spec, where, scenario, services)
        before[step.name] = step


def _services(scenario: Scenario) -> tuple[str, ...]:
    """Every service that a run of the scenario has."""
    workers = (name for spec in scenario.log_workload.processors for name in spec.names)
    return (*_blueprint(scenario).services, *workers, *own_programs(scenario.pipeline))


def _blueprint(scenario: Scenario) -> Blueprint:
    """The services and links of its stack, at ports that nobody has."""
    return Blueprint(topology=scenario.topology, ports=defaultdict(int))


def _role(
    role: Role, where: str, scenario: Scenario, before: dict[str, Step], services: tuple[str, ...]
) -> Problems:
    match role.kind:
        case "leader" | "followers":
            yield from _partition(role, where, scenario)
        case "coordinator" | "member":
            yield from _consumers(role, where, scenario)
        case "broker" | "brokers" | "controller" | "metadata":
            yield from _of_cluster(role, where, scenario.topology)
        case _:
            noun, known = _named(role.kind, scenario, before, services)
            yield from unless_known(noun, role.name or "", f"the target of {where}", known)


def _named(
    kind: str, scenario: Scenario, before: dict[str, Step], services: tuple[str, ...]
) -> tuple[str, Iterable[str]]:
    """What a role of that kind names, and all such names."""
    if kind == "transaction-coordinator":
        senders = [each for each in scenario.log_workload.producers if each.transactions]
        names = [f"{each.name}-{number}" for each in senders for number in range(each.count)]
        return "transactional producer", names
    if kind == "task":
        return "connector", connector_places(scenario.pipeline)
    if kind == "same":
        return "step", [name for name, step in before.items() if faults_of(step)]
    return "service", services


def _of_cluster(role: Role, where: str, topology: Topology) -> Problems:
    if not topology.brokers:
        yield f"{where} targets the {role.kind} of a cluster, and the topology has no brokers"
    elif role.kind == "broker" and role.index is not None and role.index >= topology.brokers:
        yield (
            f"{where} targets broker({role.index}), and the topology has {topology.brokers} "
            "brokers, numbered from 0"
        )


def _partition(role: Role, where: str, scenario: Scenario) -> Problems:
    known = partitions_of(scenario)
    yield from unless_known("topic", role.topic or "", f"the target of {where}", known)
    replicas = {topic.name: topic.replicas for topic in scenario.log_workload.topics}
    followers = replicas.get(role.topic or "", 3) - 1
    if role.kind == "followers" and followers < 1:
        yield f"{where} targets a follower of {role.topic!r}, which has one replica"
    elif role.index is not None and role.index >= followers:
        yield f"{where} targets follower {role.index} of {role.topic!r}, which has {followers}"


def _consumers(role: Role, where: str, scenario: Scenario) -> Problems:
    workload = scenario.log_workload
    counts = {each.name: each.count for each in workload.consumers if each.mode != "console"}
    yield from unless_known("consumer", role.name or "", f"the target of {where}", counts)
    count = counts.get(role.name or "", 1)
    if role.index is not None and role.index >= count:
        yield f"{where} targets member {role.index} of {role.name!r}, which has {count} members"


def _fits(spec: FaultSpec, where: str, before: dict[str, Step]) -> Problems:
    """Members of groups live in the harness: only their own faults reach them."""
    for role in _meant(spec.target, before):
        of_members = spec.kind.startswith(OF_MEMBERS)
        if of_members != (role.kind == "member"):
            wanted = "member(...)" if of_members else "a service, not a member of a group"
            yield f"{where}: {spec.kind} targets {wanted}, got {role}"
        only = ONLY_ON.get(spec.kind)
        if only and not (role.kind == "service" and (role.name or "").startswith(only)):
            yield f"{where}: {spec.kind} targets service({only!r}), got {role}"
        if spec.kind == "disk.cut-power" and role.kind in ("service", "task", "metadata"):
            yield f"{where}: {spec.kind} targets brokers, got {role}"


def _meant(role: Role, before: dict[str, Step]) -> Iterator[Role]:
    """The role itself, or those of the step that it says the same as."""
    if role.kind != "same":
        yield role
        return
    earlier = dict(before)
    step = earlier.pop(role.name or "", None)
    for spec in faults_of(step) if step else ():
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
    for target in _candidates(spec.target, scenario):
        through = blueprint.link(caller, target) is not None
        if not (through or (caller in services and spec.kind == "network.cut-link")):
            yield f"{where}: nothing links {caller} to {target}"
            return


def _candidates(role: Role, scenario: Scenario) -> tuple[str, ...]:
    """One service of each kind that may have the role."""
    topology = scenario.topology
    match role.kind:
        case "service":
            return (role.name or "",)
        case "task":
            return topology.worker_names[:1]
        case "controller":
            return (topology.controller_names or topology.broker_names)[:1]
        case "metadata":
            return topology.metadata_names[:1]
        case "member" | "same":
            return ()
        case _:
            return topology.broker_names[:1]
