"""A scenario as it ran: with the settings that its servers and topics said they run with.

Promises follow from these, never from what a template was believed to set. A recording that is
older than these facts is judged by the scenario as it was declared. Brokers that differ in a
setting keep the declared one, and `differing` says so, which makes the run UNKNOWN.
"""

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from harness.model.facts import Facts
from harness.model.scenario import Scenario
from harness.model.value import Settings

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
    ran = replace(scenario, topology=replace(topology, **changed))
    if not scenario.has_log:
        return ran
    log = scenario.log_workload
    topics = tuple(
        replace(topic, settings={**topic.settings, **read.get(f"topic {topic.name}", {})})
        for topic in log.topics
    )
    return ran.with_log(replace(log, topics=topics))


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
