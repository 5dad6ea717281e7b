"""The final read of `__consumer_offsets`: what coordinators have written about groups, in order."""

from collections.abc import Mapping

from confluent_kafka import KafkaException

from harness.history.history import NOTHING
from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.ports.kafka import Kafka
from harness.systems.kafka.offsets_log import (
    OFFSETS_TOPIC,
    Entry,
    GroupEntry,
    entry_of,
    partition_of,
)
from harness.workloads.bounds import log_bounds
from harness.workloads.consuming import ReadLog
from harness.workloads.draining import next_offset, read_log
from harness.workloads.workplace import Workplace

OPEN_LIMIT_S = 10.0


class OffsetsLog:
    """The entries of a run's groups.

    Args:
        groups: the scenario's name of each kind of consumers → the real name of its group.
        topics: the real name of each topic → the scenario's.
    """

    def __init__(
        self, groups: Mapping[str, str], topics: Mapping[str, str], workplace: Workplace
    ) -> None:
        self._groups = groups
        self._topics = dict(topics)
        self._kafka = workplace.kafka
        self._journal = workplace.journal
        self._clock = workplace.clock
        # What earlier runs wrote need not be read; before the first group there is no topic.
        deadline = Deadline(OPEN_LIMIT_S, self._clock)
        partitions = range(self._count()) if groups else ()
        self._starts = {
            each: log_bounds(self._kafka, OFFSETS_TOPIC, each, deadline, self._clock)[1]
            for each in partitions
        }

    def record(self, deadline: Deadline) -> None:
        """Record the entries of every group; of one whose log cannot be read to its end, none."""
        count = self._count()
        read: dict[int, list[Entry | GroupEntry] | None] = {}
        for kind, group in self._groups.items():
            began_ns = self._clock.now_ns()
            partition = partition_of(group, count) if count else None
            if partition is not None and partition not in read:
                start = self._starts.get(partition, 0)
                read[partition] = read_entries(self._kafka, partition, start, deadline, self._clock)
            found = [] if partition is None else read[partition]
            if found is not None:
                mine = [e for e in found if isinstance(e, Entry) and e.group == group]
                self._record(kind, group, mine, began_ns)

    def _count(self) -> int:
        return len(self._kafka.describe([OFFSETS_TOPIC]).get(OFFSETS_TOPIC, ()))

    def _record(self, kind: str, group: str, entries: list[Entry], began_ns: int) -> None:
        name = f"coordinator of {kind}"
        process = self._journal.process(name, "coordinator", kind, group)
        log = ReadLog(self._journal, process, self._topics, self._clock)
        operation = log.operation("drain", began_ns)
        log.flush()
        known = [each for each in entries if each.topic in self._topics]
        self._journal.append(
            "offsets",
            {
                "operation": [operation] * len(known),
                "log": [log.log(each.topic, each.partition) for each in known],
                "offset": [NOTHING if each.offset is None else each.offset for each in known],
            },
        )


def read_entries(
    kafka: Kafka, partition: int, start: int, deadline: Deadline, clock: Clock
) -> list[Entry | GroupEntry] | None:
    """All entries of a partition from `start` on; None when they cannot all be read in time.

    A transaction that is still open hides what stands behind it.
    """
    try:
        end = log_bounds(kafka, OFFSETS_TOPIC, partition, deadline, clock)[1]
    except KafkaException:
        return None
    at, entries = start, list[Entry | GroupEntry]()
    bounds = (start, end)
    for _, messages in read_log(kafka, OFFSETS_TOPIC, partition, bounds, clock, deadline):
        for message in messages:
            at = max(at, next_offset(message))
            if message.error() is None:
                entry = entry_of(message.key(), message.value())
                entries += [entry] if entry is not None else []
    return entries if at >= end else None
