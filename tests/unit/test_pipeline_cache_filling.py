"""The consumer that feeds a cache, without containers: when the cache counts as filled."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from confluent_kafka import KafkaError, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient

from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.ports.stack import Stack
from harness.systems.redis.cache import RedisCache
from harness.workloads.pipeline.copies.cache_copy import CacheWorker
from harness.workloads.pipeline.naming import Naming

NAMING = Naming.of("run")
PATH = Path(name="main", feed=Feed(kind="binlog", partitions=1))
TOPIC = NAMING.topic(PATH, "orders")
PREFIX = NAMING.entries("main/cache")
STATE = f"{PREFIX}state"


class Record:
    """A record that tells of no row, or the end of its partition."""

    def __init__(self, offset: int, *, ends: bool = False) -> None:
        self._offset = offset
        self._ends = ends

    def error(self) -> KafkaError | None:
        return KafkaError(KafkaError._PARTITION_EOF) if self._ends else None

    def topic(self) -> str:
        return TOPIC

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes:
        return b"not Avro"

    value = key

    def headers(self) -> None:
        return None


class Servers:
    """A topic and a Redis, as far as the state of a cache takes them."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.batches: list[list[Record]] = []
        self.begun = 0
        self.state: str | None = None

    def stack(self) -> Stack:
        registry = SchemaRegistryClient({"url": "http://127.0.0.1:9"})
        found = SimpleNamespace(
            kafka=SimpleNamespace(consumer=lambda _: self, watermarks=lambda *_: (0, self.end)),
            redis=SimpleNamespace(client=lambda: self),
            registry=SimpleNamespace(client=lambda: registry),
        )
        return cast("Stack", found)

    def empty(self) -> None:
        """Lose every key."""
        self.state = None

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        assert [(each.topic, each.partition) for each in partitions] == [(TOPIC, 0)]
        self.begun += 1

    def consume(self, _number: int, _timeout: float) -> list[Record]:
        return self.batches.pop(0) if self.batches else []

    def execute_command(self, command: str, key: str, *arguments: Any) -> Any:
        assert key == STATE
        if command == "EXISTS":
            return int(self.state is not None)
        value, *how = arguments
        if not how or self.state is not None:
            self.state = value
        return None

    def close(self) -> None:
        """Nothing to hang up."""


def worker(servers: Servers, **settings: bool) -> CacheWorker:
    copy = Copy(kind="redis", name="cache", settings=dict(settings))
    stack = servers.stack()
    cache = RedisCache(stack, PREFIX)
    return CacheWorker(PATH, copy, NAMING, ["orders"], stack=stack, cache=cache, reads=lambda: 0)


def test_a_cache_is_filled_when_what_was_there_is_applied_though_more_comes() -> None:
    servers = Servers(end=3)
    servers.batches = [[Record(0), Record(1)], [Record(2), Record(3)]]
    cache = worker(servers)
    cache.step()
    assert servers.state == "filling"
    cache.step()
    assert servers.state == "filled"
    cache.close()


def test_a_topic_that_ends_in_the_mark_of_a_transaction_is_read_to_its_end() -> None:
    servers = Servers(end=3)
    servers.batches = [[Record(0), Record(1)], [Record(3, ends=True)]]
    cache = worker(servers)
    cache.step()
    assert servers.state == "filling"
    cache.step()
    assert servers.state == "filled"
    cache.close()


def test_a_cache_that_was_emptied_is_begun_anew_and_an_empty_topic_fills_it_at_once() -> None:
    servers = Servers(end=0)
    cache = worker(servers)
    cache.step()
    assert servers.state == "filled"
    begun, servers.end = servers.begun, 2
    servers.empty()
    servers.batches = [[Record(0)], [Record(1)]]
    cache.step()
    assert servers.state == "filling"
    assert servers.begun == begun + 1
    cache.step()
    assert servers.state == "filled"
    cache.close()


def test_one_that_is_not_rebuilt_does_not_mind() -> None:
    servers = Servers(end=0)
    cache = worker(servers, rebuild=False)
    cache.step()
    assert (servers.state, servers.begun) == (None, 1)
    cache.close()
