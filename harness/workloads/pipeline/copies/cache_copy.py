"""A copy in a cache, kept by a Python consumer that applies change events.

A delete leaves a mark, so that an event that comes again cannot bring the row back. A cache that
was emptied is filled again from the beginning of the topics, and shows nothing until it is: on the
way it would show what rows have been. That a server came back with an old snapshot it cannot tell.
"""

from collections.abc import Callable, Sequence

from confluent_kafka import OFFSET_BEGINNING, KafkaError, KafkaException, TopicPartition

from harness.history.history import NOTHING
from harness.model.codec import convert
from harness.model.pipeline.paths import Copy, Path
from harness.model.ports.clients import Message
from harness.model.ports.stack import Stack
from harness.model.ports.store import Cache
from harness.model.value import Value
from harness.workloads.pipeline.copies.replaying import Replay
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.decoding import SILENT, Event, decoder_of
from harness.workloads.pipeline.topics.wires import RegistryLostError
from harness.workloads.worker import IDLE_S

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
    rebuild: bool = True
    """Notice that the cache was emptied, and fill it again."""
    replay_after: int = 0
    """After so many events, once, begin anew, as a group does whose offsets were reset; half-way it
    waits for readers to look. 0: never."""


class CacheWorker:
    """Reads a path's topics from the beginning and applies every event to the cache, in order.

    It commits nothing and starts over when it is made anew: what it has applied is there.

    Args:
        cache: where it is.
        reads: how often readers have looked so far.
    """

    def __init__(
        self,
        path: Path,
        copy: Copy,
        naming: Naming,
        tables: Sequence[str],
        *,
        stack: Stack,
        cache: Cache,
        reads: Callable[[], int],
    ) -> None:
        self.name = f"{path.name}-{copy.name}"
        settings = cache_settings(copy)
        self._rebuild = settings.rebuild
        self._decoder = decoder_of(path, naming, tables, stack)
        self._errors: tuple[type[Exception], ...] = (
            KafkaException,
            RegistryLostError,
            *cache.errors,
        )
        self._entries = cache.entries(
            versioned=settings.versioned,
            ttl_s=settings.ttl_s,
            marks=settings.tombstones,
            rebuilt=True,
        )
        self._kafka = stack.kafka
        self._consumer = self._kafka.consumer(
            {
                "group.id": naming.connector(path, copy),
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            }
        )
        self._partitions = [
            (topic, partition)
            for topic in naming.topics(path, tables)
            for partition in range(path.feed.partitions)
        ]
        self._replay = Replay(settings.replay_after, reads)
        self._waiting: list[Message] = []
        self._behind: dict[tuple[str, int], int] = {}
        self._filled = False
        self._start_over()

    def step(self) -> float:
        """Apply what waits, or poll for more."""
        try:
            if self._rebuild and self._entries.is_lost:
                self._fill()
            if not self._waiting:
                self._waiting = list(self._consumer.consume(200, POLL_S))
            idle = not self._waiting
            while self._waiting:
                if self._replay.waits():
                    return RETRY_S
                self._take(self._waiting[0])
                self._waiting.pop(0)
                if self._replay.begins():
                    self._start_over()
            if self._rebuild and not self._behind and not self._filled:
                self._entries.end()
                self._filled = True
        except self._errors:
            # What was not answered may have been applied; applying it again changes nothing.
            return RETRY_S
        # The real poll has waited already, a fake one has not.
        return IDLE_S if idle else 0.0

    def close(self) -> None:
        """Hang up."""
        self._consumer.close()
        self._entries.close()
        self._decoder.close()

    def _fill(self) -> None:
        """Start over, and show nothing before everything that is in the topics now is applied."""
        spans = {each: self._kafka.watermarks(*each) for each in self._partitions}
        self._behind = {each: end for each, (start, end) in spans.items() if start < end}
        self._filled = False
        self._start_over()
        self._entries.begin()

    def _start_over(self) -> None:
        self._waiting = []
        beginning = [TopicPartition(*each, OFFSET_BEGINNING) for each in self._partitions]
        self._consumer.assign(beginning)

    def _take(self, message: Message) -> None:
        error = message.error()
        if error is None:
            self._apply(self._decoder.event(message))
            self._replay.applied()
        elif error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
            return
        # An end of partition stands behind marks of transactions, which are no records.
        partition = (message.topic(), message.partition())
        if message.offset() + (error is None) >= self._behind.get(partition, 0):
            self._behind.pop(partition, None)

    def _apply(self, event: Event) -> None:
        if event.kind in SILENT or event.key == NOTHING:
            return  # It follows a removal, or tells of no row.
        if event.version == NOTHING:
            self._entries.remove(event.table, event.key, event.before)
        else:
            self._entries.put(event.table, event.key, event.version)


def cache_settings(copy: Copy) -> CacheSettings:
    """The settings of a cache.

    Raises:
        UsageError: a setting is unknown or does not fit.
    """
    return convert(copy.settings, CacheSettings, what=f"copy {copy.name}", strict=True)
