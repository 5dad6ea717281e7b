"""A copy in Redis, kept by a Python consumer that applies change events.

An entry is a hash: `version`, and `order`, which says what may replace it. A delete leaves a marker
with an order and no version, so that an event that comes again cannot bring the row back. Set
`versioned` to false to write what comes as it comes: what many caches do.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing

import msgspec
import redis
from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition

from harness.history.history import NOTHING
from harness.kit.errors import UsageError
from harness.model.pipeline import Copy, Path
from harness.model.ports import Message, RedisClient, Stack
from harness.model.value import Value
from harness.workloads.pipeline.decoding import Decoder, Event, RegistryLostError
from harness.workloads.pipeline.naming import Naming

POLL_S = 0.1
RETRY_S = 0.2

# KEYS: entry. ARGV: order, version (empty for a delete). 1 when applied.
APPLY_VERSIONED = """
local held = redis.call('HGET', KEYS[1], 'order')
if held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'order', ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'version', ARGV[2]) end
return 1
"""


class CacheSettings(Value, frozen=True, kw_only=True):
    """How the consumer applies events."""

    versioned: bool = True
    """Compare and set by order, atomically in the server."""


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
        self._path = path
        self._copy = copy
        self._naming = naming
        self._settings = cache_settings(copy)
        self._decoder = Decoder(stack, {naming.topic(path, table): table for table in tables})
        self._redis = stack.redis.client()
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
        self._redis.close()
        self._decoder.close()

    def _apply(self, event: Event) -> None:
        if event.kind == "tombstone":
            return
        entry = self._naming.key(self._path, self._copy, event.table) + str(event.key)
        gone = event.version == NOTHING
        # A row's versions grow, as one writer numbers them all; its end comes right after its last.
        order = 2 * event.before + 1 if gone else 2 * event.version
        if self._settings.versioned:
            version = "" if gone else event.version
            self._redis.execute_command("EVAL", APPLY_VERSIONED, 1, entry, order, version)
        elif gone:
            self._redis.execute_command("DEL", entry)
        else:
            self._redis.execute_command("HSET", entry, "version", event.version)


def cache_settings(copy: Copy) -> CacheSettings:
    """The settings of a cache.

    Raises:
        UsageError: a setting is unknown or does not fit.
    """
    try:
        return msgspec.convert(copy.settings, type=CacheSettings)
    except msgspec.ValidationError as error:
        raise UsageError(f"copy {copy.name}: {error}") from error


def entries(stack: Stack, prefix: str) -> dict[int, int]:
    """Key and version of every entry below `prefix` that is not a marker."""
    with closing(stack.redis.client()) as client:
        found = {
            int(key.rpartition(":")[2]): client.execute_command("HGET", key, "version")
            for key in _keys(client, prefix)
        }
    return {key: int(version) for key, version in found.items() if version is not None}


def forget(stack: Stack, prefix: str) -> None:
    """Delete every entry below `prefix`."""
    with closing(stack.redis.client()) as client:
        for key in _keys(client, prefix):
            client.execute_command("DEL", key)


def _keys(client: RedisClient, prefix: str) -> Iterator[str]:
    cursor = "0"
    while True:
        scan = ("SCAN", cursor, "MATCH", f"{prefix}*", "COUNT", 1000)
        cursor, keys = client.execute_command(*scan)
        yield from keys
        if int(cursor) == 0:
            return
