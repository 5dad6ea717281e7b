"""How far consumers and processors have come in the topics of a run."""

from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaException

from harness.history.journal import Journal
from harness.model.ports.kafka import Kafka
from harness.model.workload import LogWorkload
from harness.workloads.console import ConsoleConsumer
from harness.workloads.member import ConsumerWorker
from harness.workloads.processing.worker import ProcessorWorker

ENDLESS = 1 << 62
"""The position of a reader for which nothing waits any more."""


class Progress:
    """Compares the positions of readers with the ends of partitions.

    Args:
        kafka: knows where partitions end.
        journal: numbers partitions, as consumers do.
        workload: what was asked of the workers.
        places: real name and first number of partitions, by the topic's name.
        consumers: of every kind.
        processors: of every kind.

    Every question is answered with None, or with what it still waits for.
    """

    def __init__(
        self,
        kafka: Kafka,
        journal: Journal,
        workload: LogWorkload,
        places: Mapping[str, tuple[str, int]],
        consumers: Sequence[ConsumerWorker | ConsoleConsumer],
        processors: Sequence[ProcessorWorker],
    ) -> None:
        self._kafka = kafka
        self._journal = journal
        self._workload = workload
        self._places = places
        self._consumers = consumers
        self._processors = processors

    def partitions(self, real: str) -> int:
        """How many partitions a topic has now."""
        return len(self._kafka.describe([real]).get(real, ()))

    def unread(self, kind: str) -> str | None:
        """Whether no consumer of that kind has received a record yet."""
        workers = (each for each in self._consumers if isinstance(each, ConsumerWorker))
        handed = any(each.newest_ms for each in workers if each.kind == kind)
        return None if handed else "no member has received a record"

    def behind(self) -> str | None:
        """Which kind of consumer has not read which partition to its end."""
        for name, (real, _) in self._places.items():
            for partition in range(self.partitions(real)):
                try:
                    start, end = self._kafka.watermarks(real, partition)
                except KafkaException as error:
                    return f"{name}-{partition} has no known end offset: {error}"
                for kind, at in self._positions(name, partition).items():
                    if end > start and at < end - self._markers(name):
                        return f"{kind} has read {name}-{partition} up to {at} of {end}"
        return None

    def _markers(self, topic: str) -> int:
        """How many offsets at the end of a log may hold no record, but the ends of transactions.

        A client that has read the last record does not always say that it passed these as well.
        """
        writers = (each for each in self._workload.processors if each.sink == topic)
        return sum(spec.count for spec in writers if spec.is_transactional)

    def unprocessed(self) -> str | None:
        """Which processor has not processed which partition to its end."""
        for spec in self._workload.processors:
            real, partitions = self._places[spec.source]
            workers = [worker for worker in self._processors if worker.kind == spec.name]
            for partition in range(partitions):
                try:
                    _, end = self._kafka.watermarks(real, partition)
                except KafkaException as error:
                    return f"{spec.source}-{partition} has no known end offset: {error}"
                at = max(worker.reached.get(partition, 0) for worker in workers)
                if at < end:
                    return (
                        f"{spec.name} has processed {spec.source}-{partition} up to {at} of {end}"
                    )
        return None

    def _positions(self, topic: str, partition: int) -> dict[str, int]:
        number = self._journal.log(topic, partition)
        positions: dict[str, int] = {}
        for consumer in self._consumers:
            if consumer.topic == topic:
                at = ENDLESS if number in consumer.halted else consumer.position.get(number, 0)
                positions[consumer.kind] = max(positions.get(consumer.kind, 0), at)
        return positions
