"""Faults: known kinds, settings that fit, on parts of the workload that are there."""

from harness.engine.validation.problems import Problems, unknown, unless_known
from harness.engine.validation.shape import misfits
from harness.faults.fault import FAULTS
from harness.kit.errors import UsageError
from harness.model.cleanup import ADD_PARTITIONS
from harness.model.codec import convert
from harness.model.fault import FaultSpec
from harness.model.pipeline.hops import connector_places, topic_names
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the kinds and settings of faults."""
    for step in scenario.steps:
        for spec in step.faults:
            where = f"step {step.name!r}"
            if spec.kind not in FAULTS:
                yield unknown("fault", spec.kind, where, FAULTS)
                continue
            yield from _settings(spec, where)
            yield from _names(spec, where, scenario)
            for problem in FAULTS[spec.kind].problems(spec, scenario):
                yield f"{where}: {problem}"


def _settings(spec: FaultSpec, where: str) -> Problems:
    try:
        settings = convert(spec.settings, FAULTS[spec.kind].settings, what=where)
    except UsageError as error:
        yield str(error)
        return
    for misfit in misfits(settings, type(settings)):
        yield f"{where}: {misfit}"


def _names(spec: FaultSpec, where: str, scenario: Scenario) -> Problems:
    """Settings by which faults name topics, tables, connectors and groups of the workload."""
    workload = scenario.log_workload
    groups = [each.name for each in workload.consumers if each.mode == "group"]
    known = {
        "topic": ("topic", tuple(partitions_of(scenario))),
        "table": ("table", tuple(table.name for table in scenario.pipeline.tables)),
        "connector": ("connector", connector_places(scenario.pipeline)),
        "consumers": ("group", tuple(groups)),
    }
    for setting, (noun, names) in known.items():
        if setting in spec.settings:
            yield from unless_known(noun, str(spec.settings[setting]), where, names)
    yield from _partitions(spec, where, scenario)


def _partitions(spec: FaultSpec, where: str, scenario: Scenario) -> Problems:
    topic = str(spec.settings.get("topic"))
    count = partitions_of(scenario).get(topic)
    if count is None:
        return
    if spec.kind == ADD_PARTITIONS and int(spec.settings.get("total", count)) < count:
        yield f"{where}: {topic!r} has {count} partitions; Kafka cannot remove partitions"
    # Steps before it may have added some.
    if int(spec.settings.get("partition", 0)) >= count and not _grows(topic, scenario):
        yield f"{where}: {topic!r} has {count} partitions, numbered from 0"


def _grows(topic: str, scenario: Scenario) -> bool:
    specs = [spec for step in scenario.steps for spec in step.faults]
    return any(
        each.kind == ADD_PARTITIONS and each.settings.get("topic") == topic for each in specs
    )


def partitions_of(scenario: Scenario) -> dict[str, int]:
    """How many partitions each topic of a workload begins with, by the names that steps use."""
    pipeline = scenario.pipeline
    by_path = {path.name: path.feed.partitions for path in pipeline.paths}
    return {
        **{name: by_path[name.partition("/")[0]] for name in topic_names(pipeline)},
        **{topic.name: topic.partitions for topic in scenario.log_workload.topics},
    }
