"""Whether the log cleaner has done its work, as a reader of the logs sees it."""

from collections.abc import Callable, Mapping

from confluent_kafka import KafkaException

from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.ports.kafka import Kafka
from harness.workloads.bounds import log_bounds
from harness.workloads.draining import read_log

LIMIT_S = 10.0
SOON_MS = 60_000
"""Tombstones that are kept for longer are not waited for."""


def uncleaned(kafka: Kafka, topics: Mapping[str, int], clock: Clock) -> Callable[[], str | None]:
    """A probe that complains while something is left of what logs hold now that is to go.

    That is every record whose key has a later one, and every tombstone, where they go soon.

    Args:
        kafka: the cluster.
        topics: real names of compacted topics → `delete.retention.ms`.
        clock: whose time counts.
    """
    deadline = Deadline(LIMIT_S, clock)
    ends = {
        (topic, state.partition): log_bounds(kafka, topic, state.partition, deadline, clock)[1]
        for topic, states in kafka.describe(sorted(topics)).items()
        for state in states
    }

    def probe() -> str | None:
        for (topic, partition), end in ends.items():
            try:
                left = _left(kafka, topic, partition, end, clock, buries=topics[topic] < SOON_MS)
            except KafkaException as error:
                return f"{topic}-{partition} cannot be read: {error}"
            if left:
                return f"{topic}-{partition} holds {left} records that the cleaner should remove"
        return None

    return probe


def _left(kafka: Kafka, topic: str, partition: int, end: int, clock: Clock, *, buries: bool) -> int:
    """How many records of a log are to go."""
    deadline = Deadline(LIMIT_S, clock)
    bounds = log_bounds(kafka, topic, partition, deadline, clock)
    seen = 0
    keys: set[bytes | None] = set()
    for _, messages in read_log(kafka, topic, partition, bounds, clock, deadline):
        for message in messages:
            if message.error() is None and message.offset() < end:
                seen += 1
                if not (buries and message.value() is None):
                    keys.add(message.key())
    return seen - len(keys)
