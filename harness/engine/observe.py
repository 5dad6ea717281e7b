"""Observers: workers that watch the stack and the harness itself while traffic runs."""

from collections.abc import Callable, Mapping

from confluent_kafka import KafkaException

from harness.kit.clock import Clock
from harness.model.facts import LeaderEvent
from harness.model.ports import Kafka, PartitionState


class LeaderObserver:
    """Asks the cluster who leads each log and records every change.

    Args:
        topics: the real name of each topic → the scenario's name.
    """

    name = "leader-observer"
    EVERY_S = 0.25

    def __init__(
        self, kafka: Kafka, topics: Mapping[str, str], since_start_ns: Callable[[], int]
    ) -> None:
        self._kafka = kafka
        self._topics = topics
        self._since_start_ns = since_start_ns
        self._last: dict[str, PartitionState] = {}
        self.events: list[LeaderEvent] = []

    def step(self) -> float:
        """Ask once; while the cluster does not answer there is nothing to record."""
        try:
            seen = self._kafka.describe(sorted(self._topics))
        except KafkaException:
            return self.EVERY_S
        for topic, states in seen.items():
            for state in states:
                self._note(f"{self._topics[topic]}-{state.partition}", state)
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""

    def _note(self, log: str, state: PartitionState) -> None:
        if self._last.get(log) == state:
            return
        self._last[log] = state
        self.events.append(
            LeaderEvent(time_ns=self._since_start_ns(), log=log, leader=state.leader, isr=state.isr)
        )


class HostTicker:
    """Measures how long the harness itself is held up: a stalled host looks like a fault."""

    name = "host-ticker"
    EVERY_S = 0.05

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_ns: int | None = None
        self.stall_ms_max = 0.0

    def step(self) -> float:
        """Compare when this step came with when it was due."""
        now = self._clock.now_ns()
        if self._last_ns is not None:
            late_ms = (now - self._last_ns) / 1e6 - self.EVERY_S * 1e3
            self.stall_ms_max = max(self.stall_ms_max, round(late_ms, 1))
        self._last_ns = now
        return self.EVERY_S

    def close(self) -> None:
        """Nothing to hand back."""
