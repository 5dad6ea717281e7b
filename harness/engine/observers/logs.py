"""Observers of logs: who leads them, where they start, where they end and for whom."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from confluent_kafka import KafkaException

from harness.engine.notes import Notes
from harness.model.facts import EndEvent, LeaderEvent, StartEvent
from harness.model.ports.kafka import Kafka, PartitionState

Seen = TypeVar("Seen")


class LogObserver(Generic[Seen]):
    """Looks at every log of some topics, and notes what it sees whenever that has changed.

    While the cluster, or the leader of a log, does not answer, there is nothing to note.

    Args:
        name: of the worker.
        topics: the scenario's name of each topic → its real name.
        look: what there is to see of a partition of a topic, by its real name.
        note: told the name of the log, and what was seen.
    """

    EVERY_S = 0.25

    def __init__(
        self,
        name: str,
        kafka: Kafka,
        topics: Mapping[str, str],
        *,
        look: Callable[[str, PartitionState], Seen],
        note: Callable[[str, Seen], None],
    ) -> None:
        self.name = name
        self._kafka = kafka
        self._names = {real: name for name, real in topics.items()}
        self._look = look
        self._note = note
        self._last: dict[str, Seen] = {}

    def step(self) -> float:
        """Look once."""
        try:
            known = self._kafka.describe(sorted(self._names))
        except KafkaException:
            return self.EVERY_S
        for topic, states in known.items():
            for state in states:
                self._compare(topic, state)
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""

    def _compare(self, topic: str, state: PartitionState) -> None:
        log = f"{self._names[topic]}-{state.partition}"
        try:
            seen = self._look(topic, state)
        except KafkaException:
            return
        if self._last.get(log) != seen:
            self._last[log] = seen
            self._note(log, seen)


def leaders(kafka: Kafka, topics: Mapping[str, str], notes: Notes) -> LogObserver[PartitionState]:
    """Notes who leads each log, and who is in sync."""

    def note(log: str, seen: PartitionState) -> None:
        event = LeaderEvent(
            time_ns=notes.since_start_ns(), log=log, leader=seen.leader, isr=seen.isr
        )
        notes.leaders.append(event)

    return LogObserver(
        "leader-observer", kafka, topics, look=lambda _topic, state: state, note=note
    )


def starts(kafka: Kafka, topics: Mapping[str, str], notes: Notes) -> LogObserver[int]:
    """Notes where each log starts, while retention removes records from it."""

    def look(topic: str, state: PartitionState) -> int:
        return kafka.watermarks(topic, state.partition)[0]

    def note(log: str, seen: int) -> None:
        notes.starts.append(StartEvent(time_ns=notes.since_start_ns(), log=log, start=seen))

    return LogObserver("start-observer", kafka, topics, look=look, note=note)


def ends(kafka: Kafka, topics: Mapping[str, str], notes: Notes) -> LogObserver[tuple[int, int]]:
    """Notes where each log ends, and where it ends for readers of what is committed."""

    def look(topic: str, state: PartitionState) -> tuple[int, int]:
        # In this order: a high watermark that is asked for later is never below.
        stable = kafka.stable_end(topic, state.partition)
        return stable, kafka.watermarks(topic, state.partition)[1]

    def note(log: str, seen: tuple[int, int]) -> None:
        stable, end = seen
        event = EndEvent(time_ns=notes.since_start_ns(), log=log, end=end, stable=stable)
        notes.ends.append(event)

    return LogObserver("end-observer", kafka, topics, look=look, note=note)
