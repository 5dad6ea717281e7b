"""Topics, producers, consumers and administrators: what they name is there, and they are many."""

from harness.engine.validation.problems import Problems, unless_known, used_twice
from harness.model.administration import Administrators
from harness.model.scenario import Scenario
from harness.model.workload import Consumers, LogWorkload, Processors, Producers


def problems(scenario: Scenario) -> Problems:
    """What is wrong with a log workload."""
    workload = scenario.log_workload
    if not scenario.has_log:
        return
    if not (workload.producers or workload.administrators):
        yield "workload.producers: expected at least one; without traffic a run proves nothing"
    if not scenario.topology.brokers:
        yield "topology.brokers: expected at least 1 for a workload of topics, got 0"
    topics = [topic.name for topic in workload.topics]
    for producers in workload.producers:
        yield from unless_known("topic", producers.topic, f"producer {producers.name!r}", topics)
    for consumers in workload.consumers:
        yield from unless_known("topic", consumers.topic, f"consumer {consumers.name!r}", topics)
    yield from used_twice(topics, "topics")
    kinds = [each.name for each in _kinds(workload)]
    yield from used_twice(kinds, "producers, consumers, processors or administrators")
    writers = scenario.pipeline.writers
    beside = [f"{each.name}-{number}" for each in writers for number in range(each.count)]
    yield from used_twice([*_workers(workload), *beside], "workers")
    yield from _replicas(workload, scenario.topology.brokers)
    yield from _stalls(workload)


def _kinds(
    workload: LogWorkload,
) -> tuple[Producers | Consumers | Processors | Administrators, ...]:
    return (
        *workload.producers,
        *workload.consumers,
        *workload.processors,
        *workload.administrators,
    )


def _workers(workload: LogWorkload) -> list[str]:
    """Each worker by its own name: `a` with a number may be what another kind is called."""
    return [f"{each.name}-{number}" for each in _kinds(workload) for number in range(each.count)]


def _replicas(workload: LogWorkload, brokers: int) -> Problems:
    wanted = [(f"topic {each.name!r}", each.replicas) for each in workload.topics]
    wanted += [(f"administrator {each.name!r}", each.replicas) for each in workload.administrators]
    for what, replicas in wanted:
        if replicas > brokers:
            yield (
                f"{what} needs {replicas} replicas, but the topology has {brokers} brokers; lower "
                f"replicas or raise topology.brokers"
            )


def _stalls(workload: LogWorkload) -> Problems:
    partitions = {topic.name: topic.partitions for topic in workload.topics}
    for consumers in workload.consumers:
        if consumers.stall is None:
            continue
        if consumers.mode != "assigned":
            yield f"consumer {consumers.name!r} has a stall, which needs mode='assigned'"
        if outside := [
            number
            for number in consumers.stall.partitions
            if number >= partitions.get(consumers.topic, 0)
        ]:
            yield (
                f"consumer {consumers.name!r} stalls on partition {outside[0]} of "
                f"{consumers.topic!r}, which has {partitions.get(consumers.topic, 0)} partitions"
            )
