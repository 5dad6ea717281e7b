"""Clients and administration of a fake cluster."""

from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException

from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.consumer import FakeConsumer
from harness.backends.fake.kafka.group_admin import FakeGroups
from harness.backends.fake.kafka.producer import FakeProducer
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.kafka.stepped_producer import SteppedProducer
from harness.backends.fake.kafka.topics import FakeTopics
from harness.backends.fake.kafka.transactional_producer import FakeTransactionalProducer
from harness.backends.fake.process import Life, Process
from harness.model.defaults.dialects import EVERY_CONSUMER, EVERY_PRODUCER
from harness.model.ports.groups import OnCommit
from harness.model.ports.kafka import PartitionState
from harness.model.value import Settings
from harness.model.workload import Topic
from harness.systems.kafka.settings import laid_over


class FakeKafka:
    """Implements `model.ports.Kafka`.

    Args:
        cluster: where clients go.
        process: whose clients they are, if it is not the harness itself: they end with it.
        caller: by what name links between them and brokers are cut; None where none of theirs are.
    """

    failures = (KafkaException,)

    def __init__(
        self, cluster: Cluster, process: Process | None = None, caller: str | None = None
    ) -> None:
        self._cluster = cluster
        self._process = process
        self._caller = caller
        self.topics = FakeTopics(cluster)

    def producer(self, settings: Settings) -> FakeProducer:
        """A producer with the settings that the harness gives every producer.

        Raises:
            UsageError: settings that librdkafka, or the fake, refuses.
        """
        if "transactional.id" in settings:
            return self.transactional_producer(settings)
        return FakeProducer(laid_over(EVERY_PRODUCER, settings), self._cluster, self._caller)

    def transactional_producer(self, settings: Settings) -> FakeTransactionalProducer:
        """A producer as above, with a `transactional.id`.

        Raises:
            UsageError: settings that librdkafka, or the fake, refuses.
        """
        merged = laid_over(EVERY_PRODUCER, settings)
        return FakeTransactionalProducer(merged, self._cluster, self._caller)

    def stepped_producer(self, settings: Settings) -> SteppedProducer:
        """A producer with a `transactional.id` for whoever is stepped and may not wait."""
        merged = laid_over(EVERY_PRODUCER, settings)
        return SteppedProducer(merged, self._cluster, self._caller)

    def consumer(self, settings: Settings, on_commit: OnCommit | None = None) -> FakeConsumer:
        """A consumer with the settings that the harness gives every consumer.

        Args:
            settings: librdkafka's.
            on_commit: told what the client committed by itself.

        Raises:
            UsageError: settings that librdkafka, or the fake, refuses.
        """
        merged = laid_over(EVERY_CONSUMER, settings)
        return FakeConsumer(merged, self._cluster, self._life(), on_commit, self._caller)

    def create_topic(self, topic: Topic) -> None:
        """Create `topic` with a leader and a full ISR everywhere."""
        self._cluster.create(topic)

    def delete_topic(self, name: str) -> None:
        """Delete a topic if it is there."""
        self._cluster.delete(name)

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[PartitionState, ...]]:
        """Partitions of each of `topics` that exists, as the controller sees them now."""
        known = [topic for topic in topics if topic in self._cluster.topics]
        return {topic: self._describe(topic) for topic in known}

    def elect(self, topic: str, partition: int) -> None:
        """Elect any live replica as leader of a partition without one, in sync or not.

        Raises:
            KafkaException: it has one, or no replica lives.
        """
        if not self._cluster.membership.elect((topic, partition)):
            raise KafkaException(KafkaError(KafkaError.ELIGIBLE_LEADERS_NOT_AVAILABLE))

    def settings(self, broker: int) -> Settings:  # noqa: ARG002 - all have the same
        """All settings that a broker runs with."""
        return self._cluster.settings

    def controller(self) -> int | None:
        """The id of the broker that is controller now."""
        return self._cluster.membership.controller

    def watermarks(self, topic: str, partition: int) -> tuple[int, int]:
        """Log start offset and high watermark now.

        Raises:
            KafkaException: no leader answers.
        """
        leader = self._leader(topic, partition)
        return self._cluster.partitions[topic, partition].start, leader.high_watermark

    def stable_end(self, topic: str, partition: int) -> int:
        """The last stable offset now.

        Raises:
            KafkaException: no leader answers.
        """
        leader = self._leader(topic, partition)
        return leader.transactions.stable(leader.high_watermark)

    def _leader(self, topic: str, partition: int) -> Replica:
        leader = self._cluster.readable((topic, partition))
        if leader is None:
            raise KafkaException(KafkaError(KafkaError.LEADER_NOT_AVAILABLE))
        return leader

    def _life(self) -> Life:
        """Whether the process that makes a client now still runs, later."""
        process = self._process
        if process is None:
            return lambda: True
        start = process.starts
        return lambda: process.active and process.starts == start

    @property
    def groups(self) -> FakeGroups:
        """Administration of consumer groups."""
        return FakeGroups(self._cluster)

    @property
    def group_views(self) -> FakeGroups:
        """What observers see of them."""
        return FakeGroups(self._cluster)

    def _describe(self, topic: str) -> tuple[PartitionState, ...]:
        numbers = range(self._cluster.topics[topic])
        return tuple(self._cluster.partitions[topic, number].state for number in numbers)
