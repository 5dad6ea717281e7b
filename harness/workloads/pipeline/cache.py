"""A copy in Redis, kept by a Python consumer that applies change events.

A delete leaves a mark, so that an event that comes again cannot bring the row back.
"""

from collections.abc import Sequence

import msgspec
import redis
from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition

from harness.history.history import NOTHING
from harness.kit.errors import UsageError
from harness.model.pipeline import Copy, Path, copy_place
from harness.model.ports import Message, Stack
from harness.model.value import Value
from harness.workloads.pipeline.decoding import Decoder, Event, RegistryLostError
from harness.workloads.pipeline.entries import Entries, order_of
from harness.workloads.pipeline.naming import Naming

POLL_S = 0.1
RETRY_S = 0.2


class CacheSettings(Value, frozen=True, kw_only=True):
    """How the consumer applies events."""

    versioned: bool = True
    """Compare and set by order, atomically in the server."""
    tombstones: bool = True
    """A removal leaves a mark of its order."""
    ttl_s: float = 0.0
    """How long an entry, or a mark, lives; 0 is for ever."""


class CacheWorker:
    """Reads a path's topics from the beginning and applies every event to Redis, in order.

    It commits nothing and starts over when it is made anew: what it has applied is in Redis.
    """

    def __init__(
        self,
        path: Path,
        copy: Copy,
        naming: Naming,
        tables: Sequence[str],
        *,
        stack: Stack,
    ) -> None:
        self.name = f"{path.name}-{copy.name}"
        self._naming = naming
        self._place = copy_place(path, copy)
        settings = cache_settings(copy)
        self._decoder = Decoder(stack, {naming.topic(path, table): table for table in tables})
        self._entries = Entries(
            stack.redis.client(),
            versioned=settings.versioned,
            ttl_s=settings.ttl_s,
            marks=settings.tombstones,
        )
        self._consumer = stack.kafka.consumer(
            {
                "group.id": naming.connector(path, copy),
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
            }
        )
        self._consumer.assign(
            [
                TopicPartition(naming.topic(path, table), partition, OFFSET_BEGINNING)
                for table in tables
                for partition in range(path.feed.partitions)
            ]
        )
        self._waiting: list[Message] = []

    def step(self) -> float:
        """Apply what waits, or poll for more."""
        if not self._waiting:
            try:
                messages = self._consumer.consume(200, POLL_S)
            except KafkaException:
                return RETRY_S
            self._waiting = [message for message in messages if message.error() is None]
        try:
            while self._waiting:
                self._apply(self._decoder.event(self._waiting[0]))
                self._waiting.pop(0)
        except (redis.RedisError, RegistryLostError, OSError):
            # What was not answered may have been applied; applying it again changes nothing.
            return RETRY_S
        return 0.0

    def close(self) -> None:
        """Hang up."""
        self._consumer.close()
        self._entries.close()
        self._decoder.close()

    def _apply(self, event: Event) -> None:
        if event.kind == "tombstone":
            return
        entry = f"{self._naming.key(self._place, event.table)}{event.key}"
        if event.version == NOTHING:
            self._entries.remove(entry, order_of(NOTHING, event.before))
        else:
            self._entries.put(entry, event.version)


def cache_settings(copy: Copy) -> CacheSettings:
    """The settings of a cache.

    Raises:
        UsageError: a setting is unknown or does not fit.
    """
    try:
        return msgspec.convert(copy.settings, type=CacheSettings)
    except msgspec.ValidationError as error:
        raise UsageError(f"copy {copy.name}: {error}") from error
