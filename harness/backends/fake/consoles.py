"""What Kafka's console tools do, by clients with the settings that the Java client has."""

from collections.abc import Sequence
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.kafka.clients import FakeKafka
from harness.backends.fake.kafka.record import FakeMessage
from harness.model.defaults.dialects import console, sending
from harness.model.value import Settings

LIMIT_S = 10.0


class FakeConsoles:
    """Implements `harness.model.ports.stack.Consoles`."""

    def __init__(self, kafka: FakeKafka, clock: VirtualClock, version: str | None) -> None:
        self._java = console(version)
        self._kafka = kafka
        self._clock = clock

    def produce(
        self, topic: str, records: Sequence[tuple[bytes, bytes]], settings: Settings
    ) -> str | None:
        """Send records and let virtual time pass until all are answered."""
        problems: list[str] = []

        def reported(error: Any, _report: object) -> None:  # noqa: ANN401 - as the real one
            if error is not None:
                problems.append(str(error))

        java = self._java.of_producer(settings)
        java["enable.idempotence"] = sending(self._java, settings).idempotent
        producer = self._kafka.producer(java)
        for key, value in records:
            producer.produce(topic, value, key, -1, reported)
        left = producer.flush(LIMIT_S)
        return "; ".join([*problems, *([f"{left} left"] if left else [])]) or None

    def consume(self, topic: str, count: int, settings: Settings) -> Sequence[FakeMessage]:
        """Read and let virtual time pass until there are so many, or no more come."""
        java = self._java.of_consumer(settings)
        reader = self._kafka.consumer({"group.id": f"{topic}-console", **java})
        partitions = len(self._kafka.describe([topic])[topic])
        reader.assign([TopicPartition(topic, each, OFFSET_BEGINNING) for each in range(partitions)])
        messages: list[FakeMessage] = []

        def enough() -> bool:
            messages.extend(reader.consume(count - len(messages), 0))
            return len(messages) >= count

        self._clock.pause_until(enough, LIMIT_S)
        reader.close()
        return messages
