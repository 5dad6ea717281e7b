"""Transactions of producers: they name topics that are there, and bring their own settings."""

from harness.engine.validation.problems import Problems, unless_known
from harness.model.scenario import Scenario

THEIR_OWN = ("transactional.id", "enable.idempotence")


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the transactions of a log workload."""
    topics = [topic.name for topic in scenario.log_workload.topics]
    for producers in scenario.log_workload.producers:
        rules = producers.transactions
        if rules is None:
            continue
        who = f"producer {producers.name!r}"
        for topic in rules.topics:
            yield from unless_known("topic", topic, f"transactions of {who}", topics)
        for topic in rules.polls:
            yield from unless_known("topic", topic, f"polls of {who}", topics)
        for name in THEIR_OWN:
            if name in producers.settings:
                yield f"{who} sets {name}, which its transactions imply; leave it out"
        if producers.client == "console":
            yield f"{who} has transactions, which console tools do not support; use client='python'"
