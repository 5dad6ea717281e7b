"""A scenario as it ran: with the settings that its servers and topics said they run with.

Promises follow from these, never from what a template was believed to set. A recording that is
older than these facts is judged by the scenario as it was declared. Brokers that differ in a
setting keep the declared one, and `differing` says so, which makes the run UNKNOWN.
"""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from harness.model.facts import Facts
from harness.model.scenario import Scenario
from harness.model.value import Settings
from harness.model.workload import LogWorkload

_OF_SERVERS = ("mysql", "postgres", "redis")


def as_run(scenario: Scenario, facts: Facts) -> Scenario:
    """`scenario` with what is known of the settings it ran with."""
    if not facts.settings:
        return scenario
    read: dict[str, Settings] = {each.of: dict(each.values) for each in facts.settings}
    topology = scenario.topology
    agreed: Settings = {
        name: next(iter(values))
        for name, values in _of_brokers(scenario, facts).items()
        if len(values) == 1
    }
    changed = {
        "broker_settings": {**topology.broker_settings, **agreed},
        **{
            f"{server}_settings": {**getattr(topology, f"{server}_settings"), **read[server]}
            for server in _OF_SERVERS
            if server in read
        },
    }
    workload = scenario.workload
    if isinstance(workload, LogWorkload):
        topics = tuple(
            msgspec.structs.replace(
                topic, settings={**topic.settings, **read.get(f"topic {topic.name}", {})}
            )
            for topic in workload.topics
        )
        workload = msgspec.structs.replace(workload, topics=topics)
    return msgspec.structs.replace(
        scenario, topology=msgspec.structs.replace(topology, **changed), workload=workload
    )


def differing(scenario: Scenario, facts: Facts) -> Iterator[str]:
    """Settings in which brokers differ, each as a reason for UNKNOWN."""
    for name, values in _of_brokers(scenario, facts).items():
        if len(values) > 1:
            said = ", ".join(f"{who} has {value}" for value, who in values.items())
            yield f"brokers run with different values of {name}: {said}"


def _of_brokers(scenario: Scenario, facts: Facts) -> dict[str, dict[str, str]]:
    """Setting → each value → the first broker that runs with it."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for each in facts.settings:
        if each.of in scenario.topology.broker_names:
            for name, value in each.values.items():
                found[name].setdefault(value, each.of)
    return found
