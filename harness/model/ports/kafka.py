"""A Kafka cluster: its clients, its administration, and how it describes itself."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from harness.model.ports.clients import Consumer, Message, Producer, TransactionalProducer
from harness.model.ports.groups import HasGroups, OnCommit
from harness.model.ports.topics import Topics
from harness.model.value import Settings, Value
from harness.model.workload import Topic


class PartitionState(Value, frozen=True, kw_only=True):
    """One partition as the cluster describes it now."""

    partition: int
    leader: int | None
    isr: tuple[int, ...]
    replicas: tuple[int, ...]


class Kafka(HasGroups, Protocol):
    """Clients and administration of one Kafka cluster."""

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What clients raise when no broker does what they ask."""

    @property
    def topics(self) -> Topics:
        """Single requests to administer topics."""

    def producer(self, settings: Settings) -> Producer:
        """A producer whose traffic runs through the client links."""

    def transactional_producer(self, settings: Settings) -> TransactionalProducer:
        """A producer with a `transactional.id` whose traffic runs through the client links."""

    def consumer(self, settings: Settings, on_commit: OnCommit | None = None) -> Consumer:
        """A consumer over the client links; `on_commit` is told what it committed by itself."""

    def create_topic(self, topic: Topic) -> None:
        """Create `topic` and wait until every partition has a leader and a full ISR."""

    def delete_topic(self, name: str) -> None:
        """Delete a topic; a topic that is not there is no error."""

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[PartitionState, ...]]:
        """Partitions of each topic as the cluster sees them now."""

    def elect(self, topic: str, partition: int) -> None:
        """Let any replica that lives lead a partition without leader; raises when none can."""

    def settings(self, broker: int) -> Settings:
        """All settings that a broker runs with, by its id, as texts."""

    def controller(self) -> int | None:
        """The id of the node that is controller now: a broker's, or with KRaft a controller's."""

    def watermarks(self, topic: str, partition: int) -> tuple[int, int]:
        """Log start offset and end offset (high watermark) now; raises while there is no leader."""

    def stable_end(self, topic: str, partition: int) -> int:
        """The last stable offset now, where readers of what is committed stop; raises likewise."""


class Consoles(Protocol):
    """Kafka's own console tools, which use the Java client."""

    def produce(
        self, topic: str, records: Sequence[tuple[bytes, bytes]], settings: Settings
    ) -> str | None:
        """Send records of key and value; None when all are acknowledged, else the complaint."""

    def consume(self, topic: str, count: int, settings: Settings) -> Sequence[Message]:
        """Read `count` records from the beginning on, fewer when no more come."""
