"""Processors: topics that are there, no circle among them, and threads that can commit."""

from harness.engine.validation.problems import Problems, unless_known
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """What is wrong with the processors of a log workload."""
    workload = scenario.log_workload
    topics = [topic.name for topic in workload.topics]
    for spec in workload.processors:
        for name in (spec.source, spec.sink):
            yield from unless_known("topic", name, f"processor {spec.name!r}", topics)
        if spec.threads > 1 and (spec.progress != "after" or spec.is_transactional):
            yield (
                f"processor {spec.name!r} has {spec.threads} threads, which commit only offsets "
                f"that all threads have processed: progress must be 'after', without transactions"
            )
    ways = [(spec.source, spec.sink) for spec in workload.processors]
    for spec in workload.processors:
        if spec.source in _reached_from(spec.sink, ways):
            yield (
                f"processor {spec.name!r} processes its own results: what it sends to "
                f"{spec.sink!r} comes back "
                f"to {spec.source!r}; give it another sink"
            )
    fed = {topic for each in workload.producers for topic in each.destinations}
    fed |= {sink for _, sink in ways}
    for spec in workload.processors:
        if spec.source in topics and spec.source not in fed:
            yield f"processor {spec.name!r} reads {spec.source!r}, to which no producer sends"


def _reached_from(topic: str, ways: list[tuple[str, str]]) -> set[str]:
    """`topic`, and every topic that records of it come to."""
    reached = {topic}
    while more := {sink for source, sink in ways if source in reached} - reached:
        reached |= more
    return reached
