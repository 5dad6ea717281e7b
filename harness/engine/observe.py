"""Observers: workers that watch the stack and the harness itself while traffic runs."""

from collections.abc import Mapping

from confluent_kafka import KafkaException

from harness.engine.notes import Notes
from harness.kit.clock import Clock
from harness.model.facts import LeaderEvent
from harness.model.ports import Kafka, PartitionState


class LeaderObserver:
    """Asks the cluster who leads each log and records every change.

    Args:
        topics: the scenario's name of each topic → its real name.
        notes: where every change is noted.
    """

    name = "leader-observer"
    EVERY_S = 0.25

    def __init__(self, kafka: Kafka, topics: Mapping[str, str], notes: Notes) -> None:
        self._kafka = kafka
        self._names = {real: name for name, real in topics.items()}
        self._notes = notes
        self._last: dict[str, PartitionState] = {}

    def step(self) -> float:
        """Ask once; while the cluster does not answer there is nothing to record."""
        try:
            seen = self._kafka.describe(sorted(self._names))
        except KafkaException:
            return self.EVERY_S
        for topic, states in seen.items():
            for state in states:
                self._note(f"{self._names[topic]}-{state.partition}", state)
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""

    def _note(self, log: str, state: PartitionState) -> None:
        if self._last.get(log) == state:
            return
        self._last[log] = state
        time_ns = self._notes.since_start_ns()
        event = LeaderEvent(time_ns=time_ns, log=log, leader=state.leader, isr=state.isr)
        self._notes.leaders.append(event)


class HostTicker:
    """Measures how long the harness itself is held up: a stalled host looks like a fault."""

    name = "host-ticker"
    EVERY_S = 0.05

    def __init__(self, clock: Clock, notes: Notes) -> None:
        self._clock = clock
        self._notes = notes
        self._last_ns: int | None = None

    def step(self) -> float:
        """Compare when this step came with when it was due."""
        now = self._clock.now_ns()
        if self._last_ns is not None:
            late_ms = (now - self._last_ns) / 1e6 - self.EVERY_S * 1e3
            self._notes.stall_ms_max = max(self._notes.stall_ms_max, round(late_ms, 1))
        self._last_ns = now
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""
