"""Creation and deletion of topics, repeated while no controller answers."""

from collections.abc import Callable, Container

from confluent_kafka import KafkaError, KafkaException

from harness.kit.errors import HarnessError, UsageError
from harness.kit.waits import NotYet, wait_until
from harness.model.workload import Topic
from harness.systems.kafka import cluster
from harness.systems.kafka.topics import TopicAdmin, said

TOPIC_LIMIT_S = 30.0

_WRONG_REQUEST = {
    "INVALID_CONFIG",
    "INVALID_PARTITIONS",
    "INVALID_REPLICATION_FACTOR",
    "TOPIC_EXCEPTION",
}
_OLD_CONTROLLER = {
    "NOT_CONTROLLER",
    "_DESTROY_BROKER",  # it has left the client's view of the cluster
}
"""After a failover the client asks the old one first."""
_NO_CONTROLLER = {
    *_OLD_CONTROLLER,
    "UNKNOWN",  # of a controller that loses its office meanwhile
    "_TIMED_OUT",
}
"""Said as well of a request that was heard, and may be carried out."""


class TopicSetup:
    """Makes the topics of a run, and removes them.

    Args:
        topics: asks the cluster once.
        views: what every broker says of the cluster now; raises KafkaException when none answers.
        brokers: how many brokers the cluster has.
    """

    def __init__(
        self, topics: TopicAdmin, views: Callable[[], cluster.Views], brokers: int
    ) -> None:
        self._topics = topics
        self._views = views
        self._brokers = brokers

    def create(self, topic: Topic) -> None:
        """As `KafkaClients.create_topic`."""
        # Of brokers that are there, one may have lost its session just now, and will be back.
        absent = {"INVALID_REPLICATION_FACTOR"} if topic.replicas <= self._brokers else set()
        try:
            self._administer(
                lambda: self._topics.create(topic),
                unanswered=_NO_CONTROLLER | absent,
                done="TOPIC_ALREADY_EXISTS",
            )
        except KafkaException as error:
            kind = UsageError if error.args[0].name() in _WRONG_REQUEST else HarnessError
            raise kind(f"cannot create topic {topic.name!r}: {said(error)}") from error
        wait_until(
            f"topic {topic.name} to be fully replicated",
            lambda: self._lacks_topic(topic),
            limit_s=TOPIC_LIMIT_S,
            retry_on=(KafkaException,),
        )

    def delete(self, name: str) -> None:
        """As `KafkaClients.delete_topic`."""
        try:
            self._administer(lambda: self._topics.delete(name), unanswered=_OLD_CONTROLLER)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise HarnessError(f"cannot delete topic {name!r}: {said(error)}") from error

    def _administer(
        self, ask: Callable[[], None], *, unanswered: Container[str], done: str | None = None
    ) -> None:
        """Ask until the controller answers.

        Args:
            ask: raises KafkaException.
            unanswered: names of errors that mean that it did not.
            done: the name of the answer when an earlier request, unanswered, was carried out.
        """
        again = False

        def probe() -> NotYet | bool:
            nonlocal again
            try:
                ask()
            except KafkaException as error:
                name = error.args[0].name()
                if again and name == done:
                    return True
                if name not in unanswered:
                    raise
                again = True
                return NotYet(said(error))
            return True

        wait_until("the client to find the controller", probe, limit_s=TOPIC_LIMIT_S)

    def _lacks_topic(self, topic: Topic) -> NotYet | bool:
        for broker, view in cluster.answered(self._views()).items():
            partitions = view.topics.get(topic.name, ())
            if len(partitions) < topic.partitions:
                return NotYet(f"broker {broker} sees {len(partitions)} partitions of it")
            if short := cluster.short_partition(topic.name, partitions):
                return NotYet(f"broker {broker} sees {short}")
        return True
