"""The jobs of workers, with the numbers that the run's journal has for their partitions.

Apart from `job`, which every worker's process imports: that one needs no journal.
"""

from collections.abc import Mapping

from harness.history.journal import Journal
from harness.model.workload import Processors
from harness.workloads.processing.job import Job


def job_of(
    spec: Processors,
    name: str,
    group: str,
    places: Mapping[str, tuple[str, int]],
    journal: Journal,
) -> Job:
    """The part of the worker `name`; `places` has real name and partitions of each topic."""

    def logs(topic: str) -> tuple[int, ...]:
        return tuple(journal.log(topic, each) for each in range(places[topic][1]))

    return Job(
        spec=spec,
        name=name,
        source=places[spec.source][0],
        sink=places[spec.sink][0],
        group=group,
        source_logs=logs(spec.source),
        sink_logs=logs(spec.sink),
        sink_topic=journal.topic(spec.sink, places[spec.sink][1]),
    )
