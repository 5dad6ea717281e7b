"""Administration of a fake cluster's topics."""

from collections.abc import Callable

from confluent_kafka import KafkaError, KafkaException

from harness.fakes.cluster import Cluster
from harness.model.value import Settings, as_text
from harness.model.workload import Topic

UNKNOWN_TOPIC = KafkaError.UNKNOWN_TOPIC_OR_PART
TIMED_OUT = KafkaError._TIMED_OUT  # noqa: SLF001 - librdkafka's own error


class FakeTopics:
    """Implements `model.ports.Topics`; a request is carried out at once, or not at all."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def create(self, topic: Topic) -> None:
        """Create `topic` with a leader and a full ISR everywhere."""
        self._refuse_if(topic.name in self._cluster.topics, KafkaError.TOPIC_ALREADY_EXISTS)
        alive = self._cluster.registered
        self._refuse_if(topic.replicas > len(alive), KafkaError.INVALID_REPLICATION_FACTOR)
        self._carry_out(lambda: self._cluster.create(topic))

    def add_partitions(self, name: str, total: int) -> None:
        """Let a topic have `total` partitions."""
        self._require(name)
        self._refuse_if(total <= self._cluster.topics[name], KafkaError.INVALID_PARTITIONS)
        replicas = len(self._cluster.partitions[name, 0].replicas)
        self._refuse_if(
            replicas > len(self._cluster.registered), KafkaError.INVALID_REPLICATION_FACTOR
        )
        self._carry_out(lambda: self._cluster.grow(name, total))

    def configure(self, name: str, settings: Settings) -> None:
        """Change settings of a topic."""
        self._require(name)
        own = self._cluster.settings_of(name)
        self._carry_out(lambda: own.update(settings))

    def delete(self, name: str) -> None:
        """Delete a topic."""
        self._require(name)
        self._carry_out(lambda: self._cluster.delete(name))

    def names(self) -> tuple[str, ...]:
        """Every topic that there is."""
        return tuple(sorted(self._cluster.topics))

    def settings(self, name: str) -> Settings:
        """The settings that a topic has of its own."""
        self._require(name)
        return {key: as_text(value) for key, value in self._cluster.settings_of(name).items()}

    def _carry_out(self, request: Callable[[], None]) -> None:
        """Let the controller do it."""
        self._refuse_if(self._cluster.membership.controller is None, TIMED_OUT)
        self._cluster.seams.administer(request)

    def _require(self, name: str) -> None:
        self._refuse_if(name not in self._cluster.topics, UNKNOWN_TOPIC)

    @staticmethod
    def _refuse_if(refused: bool, code: int) -> None:  # noqa: FBT001 - a condition, read as one
        if refused:
            raise KafkaException(KafkaError(code))
