"""An observer of where logs start, while retention removes records from them."""

from collections.abc import Mapping

from confluent_kafka import KafkaException

from harness.engine.notes import Notes
from harness.model.facts import StartEvent
from harness.model.ports import Kafka


class StartObserver:
    """Asks for the start of every log of some topics and records every change.

    Args:
        topics: the scenario's name of each topic → its real name.
        notes: where every change is noted.
    """

    name = "start-observer"
    EVERY_S = 0.25

    def __init__(self, kafka: Kafka, topics: Mapping[str, str], notes: Notes) -> None:
        self._kafka = kafka
        self._topics = topics
        self._notes = notes
        self._last: dict[str, int] = {}

    def step(self) -> float:
        """Ask once; of a log whose leader does not answer there is nothing to record."""
        for name, real in self._topics.items():
            try:
                for state in self._kafka.describe([real]).get(real, ()):
                    start, _ = self._kafka.watermarks(real, state.partition)
                    self._note(f"{name}-{state.partition}", start)
            except KafkaException:
                continue
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""

    def _note(self, log: str, start: int) -> None:
        if self._last.get(log) == start:
            return
        self._last[log] = start
        event = StartEvent(time_ns=self._notes.since_start_ns(), log=log, start=start)
        self._notes.starts.append(event)
