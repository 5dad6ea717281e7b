"""What becomes of a topic in a run: its settings and partitions, and the steps that change them."""

from typing import NamedTuple

from harness.model.defaults.brokers import LONGER_THAN_A_RUN_MS, topic_settings
from harness.model.scenario import Scenario
from harness.model.value import Scalar
from harness.model.workload import Topic

CONFIGURE, ADD_PARTITIONS = "topic.configure", "topic.add-partitions"


class Setting(NamedTuple):
    """What a setting of a topic is, from the step of that name on; None: from the beginning on."""

    step: str | None
    value: Scalar


def values_of(scenario: Scenario, topic: Topic, setting: str) -> tuple[Setting, ...]:
    """What a setting of a topic is, one after the other."""
    settings = topic_settings(scenario.topology, topic.settings)
    changes = (
        Setting(step.name, step.fault.settings["value"])
        for step in scenario.steps
        if step.fault is not None
        and step.fault.kind == CONFIGURE
        and step.fault.settings["topic"] == topic.name
        and step.fault.settings["setting"] == setting
    )
    return (Setting(None, settings[setting]), *changes)


def is_ever(scenario: Scenario, topic: Topic, policy: str) -> bool:
    """Whether `delete` or `compact` is in the cleanup policy of a topic at any time."""
    return any(policy in str(each.value) for each in values_of(scenario, topic, "cleanup.policy"))


def loses_its_start(scenario: Scenario, topic: Topic) -> bool:
    """Whether retention may remove records of a topic while the run goes on."""
    by_age = values_of(scenario, topic, "retention.ms")
    by_size = values_of(scenario, topic, "retention.bytes")
    return is_ever(scenario, topic, "delete") and (
        any(0 <= int(each.value) < LONGER_THAN_A_RUN_MS for each in by_age)
        or any(int(each.value) >= 0 for each in by_size)
    )


def partitions_of(scenario: Scenario, topic: Topic) -> int:
    """How many partitions a topic has in the end."""
    totals = [
        int(step.fault.settings["total"])
        for step in scenario.steps
        if step.fault is not None
        and step.fault.kind == ADD_PARTITIONS
        and step.fault.settings["topic"] == topic.name
    ]
    return max([topic.partitions, *totals])
