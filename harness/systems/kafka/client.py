"""Kafka as clients see it: bare confluent-kafka producers and consumers, and administration.

Producers and consumers run over the client links. Questions about the cluster run over the
harness's own links and go to every broker, because during a fault brokers disagree.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast

import confluent_kafka
from confluent_kafka import ElectionType, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from harness.kit.errors import UsageError
from harness.kit.secrets import revealed
from harness.model.defaults.dialects import EVERY_CONSUMER, EVERY_PRODUCER
from harness.model.ports.clients import Consumer, Producer, TransactionalProducer
from harness.model.ports.groups import OnCommit
from harness.model.ports.kafka import PartitionState
from harness.model.value import Settings
from harness.model.workload import Topic
from harness.systems.kafka import cluster, wire, wire_transactions
from harness.systems.kafka.group_views import GroupViews
from harness.systems.kafka.groups import GroupClients
from harness.systems.kafka.settings import laid_over
from harness.systems.kafka.topic_setup import TopicSetup
from harness.systems.kafka.topics import TopicAdmin

T = TypeVar("T")

STRAGGLER_S = 0.2
BOUNDS_LIMIT_S = 5.0
"""Of one question where a log ends: who asks does so again while there is time."""

# librdkafka logs to standard error unless it is given a logger, and so does a logger that nobody
# listens to.
_LOG = logging.getLogger("harness.librdkafka")
_LOG.addHandler(logging.NullHandler())


class KafkaClients:
    """Clients and administration of one cluster.

    Args:
        bootstrap: `host:port,…` of the client links.
        brokers: where the harness's own questions reach each broker, by broker id.
        controllers: where they reach each KRaft controller, by node id; none with ZooKeeper.
    """

    failures = (KafkaException,)

    def __init__(
        self,
        bootstrap: str,
        brokers: Mapping[int, wire.Address],
        controllers: Mapping[int, wire.Address] | None = None,
    ) -> None:
        self._bootstrap = bootstrap
        self._brokers = dict(brokers)
        self._controllers = dict(controllers or {})
        self.topics = TopicAdmin(lambda: self._admin)
        self._setup = TopicSetup(self.topics, self._views, len(self._brokers))

    def producer(self, settings: Settings) -> Producer:
        """A producer over the client links.

        Raises:
            UsageError: librdkafka refuses a setting; says which.
        """
        return self.transactional_producer(settings)

    def transactional_producer(self, settings: Settings) -> TransactionalProducer:
        """A producer as above, with a `transactional.id` among its settings.

        Raises:
            UsageError: librdkafka refuses a setting; says which.
        """
        bare = _built(confluent_kafka.Producer, self._merged(EVERY_PRODUCER, settings))
        return cast("TransactionalProducer", bare)  # the port is the part of it that we use

    def consumer(self, settings: Settings, on_commit: OnCommit | None = None) -> Consumer:
        """A consumer over the client links.

        Args:
            settings: librdkafka's.
            on_commit: told what the client committed by itself.

        Raises:
            UsageError: librdkafka refuses a setting, or `group.id` is missing.
        """
        merged: dict[str, Any] = self._merged(EVERY_CONSUMER, settings)
        if on_commit is not None:
            merged["on_commit"] = on_commit
        bare = _built(confluent_kafka.Consumer, merged)
        return cast("Consumer", bare)  # as above

    def create_topic(self, topic: Topic) -> None:
        """Create `topic`, and wait until every broker sees it with leaders and full ISRs.

        Raises:
            UsageError: the cluster refuses the request as it stands.
            HarnessError: it fails otherwise.
            WaitTimeout: no controller answers, or it is not fully replicated in time.
        """
        self._setup.create(topic)

    def delete_topic(self, name: str) -> None:
        """Delete a topic; a topic that does not exist is no error.

        Raises:
            HarnessError: the cluster does not do it.
        """
        self._setup.delete(name)

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[PartitionState, ...]]:
        """Partitions of each of `topics` that exists, by the latest leader epoch any broker knows.

        Raises:
            KafkaException: no broker answers.
        """
        views = self._views()
        apart = bool(self._controllers)
        found = {
            topic: cluster.partitions_of(views, topic, controllers_apart=apart) for topic in topics
        }
        return {
            topic: tuple(
                PartitionState(
                    partition=seen.partition,
                    leader=seen.leader,
                    isr=seen.isr,
                    replicas=seen.replicas,
                )
                for seen in partitions
            )
            for topic, partitions in found.items()
            if partitions
        }

    def elect(self, topic: str, partition: int) -> None:
        """Elect any live replica as leader of a partition without one, in sync or not.

        Raises:
            KafkaException: it has one, no replica lives, or the controller does not answer.
        """
        place = TopicPartition(topic, partition)
        # Without a limit of its own: 2.16 cannot parse its keywords. The socket's limit holds.
        chosen = self._admin.elect_leaders(ElectionType.UNCLEAN, [place])
        problem = chosen.result()[place]
        if problem is not None:
            raise KafkaException(problem)

    def settings(self, broker: int) -> Settings:
        """All settings that a broker runs with, by its id, as texts; raises KafkaException."""
        return self.topics.of_broker(broker)

    def controller(self) -> int | None:
        """The id of the node that is controller now.

        With ZooKeeper it is the broker that most brokers name. With KRaft a broker names any other,
        since it forwards what it is asked; so controllers themselves are asked.

        Raises:
            KafkaException: no broker answers.
        """
        if not self._controllers:
            return cluster.controller_of(self._views())
        quorum = wire.quorum_view(self._controllers, straggler_s=STRAGGLER_S)
        return None if quorum is None else quorum.leader

    def watermarks(self, topic: str, partition: int) -> tuple[int, int]:
        """Log start offset and high watermark now.

        Raises:
            KafkaException: there is no leader, or it cannot say yet (OFFSET_NOT_AVAILABLE right
                after an election).
        """
        return _bounds(self._watermark_reader, topic, partition)

    def stable_end(self, topic: str, partition: int) -> int:
        """The last stable offset now.

        Raises:
            KafkaException: as above.
        """
        return _bounds(self._stable_reader, topic, partition)[1]

    @cached_property
    def groups(self) -> GroupClients:
        """Administration of consumer groups."""
        return GroupClients(lambda: self._admin)

    @property
    def group_views(self) -> GroupViews:
        """What observers see of consumer groups."""
        return GroupViews(self._brokers, both_protocols=bool(self._controllers))

    def shortcoming(self) -> str | None:
        """None when all brokers answer, agree, and have every partition fully replicated.

        KRaft's controllers must follow one of them, too.
        """
        apart = bool(self._controllers)
        missing = cluster.shortcoming(wire.cluster_views(self._brokers), controllers_apart=apart)
        if missing or not apart:
            return missing
        return cluster.quorum_shortcoming(wire.quorum_view(self._controllers), self._controllers)

    def transactions_shortcoming(self) -> str | None:
        """None when each partition of the transaction log, if there is one, takes producers."""
        views = wire.cluster_views(self._brokers)
        partitions = cluster.partitions_of(views, wire_transactions.TRANSACTIONS_TOPIC)
        for name in wire_transactions.probes(len(partitions)):
            said = wire_transactions.refusals(self._brokers, name, limit_s=wire.LIMIT_S)
            if all(said.values()):
                told = ", ".join(f"broker {broker}: {why}" for broker, why in sorted(said.items()))
                return f"no coordinator takes the transactional producer {name} ({told})"
        return None

    def close(self) -> None:
        """Close the clients that this object keeps for itself."""
        for name in ("_watermark_reader", "_stable_reader"):
            reader = self.__dict__.pop(name, None)
            if reader is not None:
                reader.close()
        self.__dict__.pop("_admin", None)

    @cached_property
    def _admin(self) -> AdminClient:
        return _built(AdminClient, self._merged({}, {}))

    @cached_property
    def _watermark_reader(self) -> confluent_kafka.Consumer:
        return self._bounds_reader("read_uncommitted")

    @cached_property
    def _stable_reader(self) -> confluent_kafka.Consumer:
        return self._bounds_reader("read_committed")

    def _bounds_reader(self, isolation: str) -> confluent_kafka.Consumer:
        """Whom to ask for bounds: its isolation says which end is meant."""
        settings: Settings = {"group.id": "harness-watermarks", "isolation.level": isolation}
        return _built(confluent_kafka.Consumer, self._merged(EVERY_CONSUMER, settings))

    def _merged(self, own: Settings, given: Settings) -> Settings:
        merged = {"bootstrap.servers": self._bootstrap, **laid_over(own, given)}
        return {
            name: revealed(value) if isinstance(value, str) else value
            for name, value in merged.items()
        }

    def _views(self) -> cluster.Views:
        views = wire.cluster_views(self._brokers, straggler_s=STRAGGLER_S)
        if not cluster.answered(views):
            seen = "; ".join(f"broker {broker}: {error}" for broker, error in views.items())
            raise KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN, seen))  # noqa: SLF001 - its public name
        return views


def _built(kind: Callable[..., T], settings: Mapping[str, Any]) -> T:
    try:
        return kind(settings, logger=_LOG)
    except KafkaException as error:
        raise UsageError(f"the client refuses its settings: {error.args[0].str()}") from error
    except (TypeError, ValueError) as error:
        raise UsageError(f"the client refuses its settings: {error}") from error


def _bounds(reader: confluent_kafka.Consumer, topic: str, partition: int) -> tuple[int, int]:
    low, high = reader.get_watermark_offsets(
        TopicPartition(topic, partition), timeout=BOUNDS_LIMIT_S, cached=False
    )
    return int(low), int(high)
