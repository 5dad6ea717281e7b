"""How a source's task hands its records to Kafka: in transactions, or as they come.

Either is stepped and never waits. With exactly-once support the records of one poll and how far the
source has read are one transaction; without it offsets are written once a minute, so that a task
whose worker dies sends again what came since.
"""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias

from confluent_kafka import KafkaException

from harness.backends.fake.connect.data import Place, TaskError
from harness.backends.fake.kafka.clients import FakeKafka
from harness.model.defaults.dialects import CONNECT_PRODUCER
from harness.model.value import Settings

OFFSETS_TOPIC = "connect-offsets"
QUEUED_MAX = 5_000
ENDLESS_MS = 2_147_483_647
PRODUCER: Settings = {
    "partitioner": "murmur2_random",
    "linger.ms": 0,
    "message.timeout.ms": ENDLESS_MS,
    "socket.timeout.ms": 30_000,
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record as it goes to a topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None
    headers: Mapping[str, bytes]


Places: TypeAlias = Mapping[str, Place]
"""By what a source reads from, as JSON: how far it has read."""


class Sender(Protocol):
    """Where the records of one task go."""

    def ready(self) -> bool:
        """Whether it may send.

        Raises:
            TaskError: it never will.
        """

    def send(self, records: Sequence[Outgoing], places: Places) -> None:
        """Send these, after which the source has read up to `places`."""

    def takes_more(self) -> bool:
        """Whether more may be sent.

        Raises:
            TaskError: what was sent before cannot be.
        """

    def settled(self) -> bool:
        """Whether all that was sent is acknowledged; raises as `takes_more`."""

    def flush(self) -> None:
        """Write how far the source has read."""

    def flushed(self) -> bool:
        """Whether that is written."""

    def drop(self) -> None:
        """Its process is gone: nothing that waits leaves any more."""


@dataclass(slots=True, eq=False)
class _Batch:
    """Records of one poll that are not all acknowledged, and how far the source has read then."""

    left: int
    places: Places


class PlainSender:
    """Sends as records come, and does not wait; `flush` writes offsets.

    Args:
        kafka: of the worker.
        connector: whose.
        settings: of the producer, over those of Connect.
    """

    def __init__(self, kafka: FakeKafka, connector: str, settings: Settings) -> None:
        self._producer = kafka.producer({**PRODUCER, **CONNECT_PRODUCER, **settings})
        self._offsets = kafka.producer({**PRODUCER, **CONNECT_PRODUCER})
        self._connector = connector
        self._problem: object = None
        self._batches: deque[_Batch] = deque()
        self._acknowledged: dict[str, Place] = {}

    def ready(self) -> bool:
        """At once."""
        return True

    def send(self, records: Sequence[Outgoing], places: Places) -> None:
        """Into the producer's queue."""
        batch = _Batch(len(records), places)
        self._batches.append(batch)
        for each in records:
            _produce(self._producer, each, partial(self._reported, batch))

    def takes_more(self) -> bool:
        """Until the producer's queue is full."""
        self._look()
        return len(self._producer) < QUEUED_MAX

    def settled(self) -> bool:
        """Whether every report has come."""
        self._look()
        return not self._batches

    def flush(self) -> None:
        """Write up to the first record that is not acknowledged."""
        for source, place in self._acknowledged.items():
            key, value = offset_record(self._connector, source, place)
            self._offsets.produce(OFFSETS_TOPIC, value, key, 0)

    def flushed(self) -> bool:
        """Whether every report of offsets has come."""
        self._offsets.poll(0)
        return not len(self._offsets)

    def drop(self) -> None:
        """Purge the queues."""
        self._producer.purge()
        self._offsets.purge()

    def _look(self) -> None:
        self._producer.poll(0)
        self._offsets.poll(0)
        if self._problem is not None:
            raise TaskError(f"a record could not be sent: {self._problem}")
        while self._batches and not self._batches[0].left:
            self._acknowledged |= self._batches.popleft().places

    def _reported(self, batch: _Batch, error: Any, _report: Any) -> None:  # noqa: ANN401 - clients
        batch.left -= 1
        if error is not None:
            self._problem = error


class TransactionalSender:
    """Sends each poll in a transaction of its own, with the offsets that belong to it."""

    def __init__(
        self, kafka: FakeKafka, connector: str, transactional_id: str, settings: Settings
    ) -> None:
        self._producer = kafka.stepped_producer(
            {**PRODUCER, **settings, "transactional.id": transactional_id}
        )
        self._connector = connector
        self._is_open = False
        self._ending = False
        self._producer.ask_for_epoch()

    def ready(self) -> bool:
        """Once whoever had the id before is fenced."""
        self._is_open = self._is_open or self._answered()
        return self._is_open

    def send(self, records: Sequence[Outgoing], places: Places) -> None:
        """Begin a transaction of all of it."""
        self._producer.begin_transaction()
        for each in records:
            _produce(self._producer, each, None)
        for source, place in places.items():
            key, value = offset_record(self._connector, source, place)
            self._producer.produce(OFFSETS_TOPIC, value, key, 0)
        self._producer.hurry()
        self._ending = False
        self._is_open = False

    def takes_more(self) -> bool:
        """When the transaction is committed."""
        return self.settled()

    def settled(self) -> bool:
        """Whether the transaction is committed."""
        if self._is_open:
            return True
        self._producer.poll(0)
        if len(self._producer):
            return False
        if not self._ending:
            if self._producer.failures:
                raise TaskError("a record of the transaction could not be sent")
            self._ending = True
            self._producer.ask_to_end(commit=True)
        self._is_open = self._answered()
        return self._is_open

    def flush(self) -> None:
        """Nothing is left to write."""

    def flushed(self) -> bool:
        """Always: offsets are part of what was sent."""
        return True

    def drop(self) -> None:
        """Purge the queue; the coordinator aborts what is open."""
        self._producer.purge()

    def _answered(self) -> bool:
        try:
            return self._producer.has_answer()
        except KafkaException as error:
            raise TaskError(f"the transaction has failed: {error.args[0].str()}") from error


def offset_record(connector: str, source: str, place: Place) -> tuple[bytes, bytes]:
    """Key and value by which Connect writes how far a source has read."""
    key = f"[{json.dumps(connector)},{source}]"
    return key.encode(), json.dumps(place).encode()


def _produce(producer: Any, record: Outgoing, reported: Any) -> None:  # noqa: ANN401 - clients
    try:
        producer.produce(
            record.topic,
            record.value,
            record.key,
            -1 if record.partition is None else record.partition,
            reported,
            headers=record.headers or None,
        )
    except (KafkaException, BufferError) as error:
        raise TaskError(f"a record cannot be sent: {error}") from error
