"""Administration of a fake cluster's topics."""

from collections.abc import Callable
from functools import partial

from confluent_kafka import KafkaError, KafkaException

from harness.backends.fake.kafka.broker import Broker
from harness.backends.fake.kafka.cluster import Cluster
from harness.model.value import Settings, as_text
from harness.model.workload import Topic

UNKNOWN_TOPIC = KafkaError.UNKNOWN_TOPIC_OR_PART
TIMED_OUT = KafkaError._TIMED_OUT  # noqa: SLF001 - librdkafka's own error
TRANSPORT = KafkaError._TRANSPORT  # noqa: SLF001 - as above
LEAST_RETENTION_MS = -1


class FakeTopics:
    """Implements `model.ports.Topics`; the controller carries requests out as they come.

    A frozen one does so when it wakes, if it is controller still, while who asked has long given up
    waiting.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def create(self, topic: Topic) -> None:
        """Create `topic` with a leader and a full ISR everywhere."""
        self._ask(partial(self._create, topic))

    def add_partitions(self, name: str, total: int) -> None:
        """Let a topic have `total` partitions."""
        self._ask(partial(self._add_partitions, name, total))

    def configure(self, name: str, settings: Settings) -> None:
        """Change settings of a topic."""
        self._ask(partial(self._configure, name, settings))

    def delete(self, name: str) -> None:
        """Delete a topic."""
        self._ask(partial(self._delete, name))

    def names(self) -> tuple[str, ...]:
        """Every topic that there is."""
        return self._cluster.seams.list_topics(tuple(sorted(self._cluster.topics)))

    def effective(self, name: str) -> Settings:
        """All settings that a topic runs with."""
        self._require(name)
        return self._cluster.effective(name)

    def settings(self, name: str) -> Settings:
        """The settings that a topic has of its own."""
        self._require(name)
        return {key: as_text(value) for key, value in self._cluster.settings_of(name).items()}

    def _ask(self, request: Callable[[], None]) -> None:
        number = self._cluster.membership.controller
        self._refuse_if(number is None, TIMED_OUT)
        assert number is not None  # noqa: S101 - refused otherwise
        controller = self._cluster.brokers[number]
        if controller.state == "paused":
            controller.post(partial(self._belated, controller, request))
            raise KafkaException(KafkaError(TIMED_OUT))
        self._refuse_if(not controller.active, TRANSPORT)
        request()

    def _belated(self, broker: Broker, request: Callable[[], None]) -> None:
        """Carry out what nobody waits for any more."""
        if self._cluster.membership.controller == broker.number:
            try:
                request()
            except KafkaException:
                return  # Refused, and nobody is there to be told.

    def _create(self, topic: Topic) -> None:
        self._refuse_if(topic.name in self._cluster.topics, KafkaError.TOPIC_ALREADY_EXISTS)
        alive = self._cluster.registered
        self._refuse_if(topic.replicas > len(alive), KafkaError.INVALID_REPLICATION_FACTOR)
        self._cluster.seams.administer("create", lambda: self._cluster.create(topic))

    def _add_partitions(self, name: str, total: int) -> None:
        self._require(name)
        self._refuse_if(total <= self._cluster.topics[name], KafkaError.INVALID_PARTITIONS)
        replicas = len(self._cluster.partitions[name, 0].replicas)
        self._refuse_if(
            replicas > len(self._cluster.registered), KafkaError.INVALID_REPLICATION_FACTOR
        )
        self._cluster.seams.administer("add-partitions", lambda: self._cluster.grow(name, total))

    def _configure(self, name: str, settings: Settings) -> None:
        self._require(name)
        own = self._cluster.settings_of(name)
        if int(settings.get("retention.ms", 0)) < LEAST_RETENTION_MS:
            self._cluster.seams.refuse(lambda: own.update(settings))
            raise KafkaException(KafkaError(KafkaError.INVALID_CONFIG))
        self._cluster.seams.administer("configure", lambda: own.update(settings))

    def _delete(self, name: str) -> None:
        self._require(name)
        self._cluster.seams.administer("delete", lambda: self._cluster.delete(name))

    def _require(self, name: str) -> None:
        self._refuse_if(name not in self._cluster.topics, UNKNOWN_TOPIC)

    @staticmethod
    def _refuse_if(refused: bool, code: int) -> None:  # noqa: FBT001 - a condition, read as one
        if refused:
            raise KafkaException(KafkaError(code))
