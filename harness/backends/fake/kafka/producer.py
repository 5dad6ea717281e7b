"""A producer with librdkafka's behaviour: queue, batches, retries, delivery reports."""

from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.connections import Connections
from harness.backends.fake.kafka.lane import Lane, Pending
from harness.backends.fake.kafka.record import FakeReport, Log
from harness.backends.fake.kafka.settings import IDEMPOTENT_IN_FLIGHT_MAX, ClientSettings
from harness.kit.errors import UsageError
from harness.kit.partitioning import by_crc32, by_murmur2
from harness.kit.rng import stream
from harness.kit.waits import NS_PER_S
from harness.model.value import Settings

ANY_PARTITION = -1
UNKNOWN_TOPIC_LIMIT_S = 30.0
PARTITIONERS = {"consistent": by_crc32, "murmur2": by_murmur2}
NEVER_S = 1e9
"""What `message.timeout.ms` of 0 means: a record is never given up."""


class FakeProducer:
    """Stands in for `confluent_kafka.Producer`."""

    def __init__(self, settings: Settings, cluster: Cluster, caller: str | None = None) -> None:
        self._settings = ClientSettings(settings)
        _refuse_contradictions(self._settings)
        self._cluster = cluster
        self._clock = cluster.clock
        client = next(cluster.clients)
        random = stream(cluster.seed, f"producer-{client}")
        self._random: Random = random
        self._connections = Connections(client, cluster, self._settings, random, caller)
        self._queue_limit = self._settings.number("queue.buffering.max.messages")
        self._size_limit = self._settings.number("message.max.bytes")
        timeout_s = self._settings.seconds("message.timeout.ms") or NEVER_S
        self._timeout_ns = int(timeout_s * NS_PER_S)
        self._lanes: dict[Log, Lane] = {}
        self._unreported = 0
        self._reports: deque[tuple[Pending, KafkaError | None, FakeReport]] = deque()

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = ANY_PARTITION,
        on_delivery: Callable[[Any, Any], None] | None = None,
        *,
        headers: Mapping[str, bytes] | None = None,
    ) -> None:
        """Take a record into the queue.

        Raises:
            BufferError: the queue is full.
            KafkaException: the record is too large.
        """
        if self._unreported >= self._queue_limit:
            raise BufferError("Local: Queue full")
        if len(value or b"") + len(key or b"") > self._size_limit:
            raise KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE))
        partitions = self._cluster.topics.get(topic)
        place = self._partition(key, partition, partitions or 1)
        known = partitions is not None and place < partitions
        pending = Pending(
            (topic, place if known or partition != ANY_PARTITION else None),
            key,
            value,
            self._cluster.now_ms,
            self._clock.now_ns() + self._timeout_ns,
            on_delivery,
            headers=headers,
        )
        self._unreported += 1
        if known:
            self._lane((topic, place)).enqueue(pending)
        else:
            self._refuse_later(pending, unknown_topic=partitions is None)

    def poll(self, timeout: float = 0) -> int:  # noqa: ARG002 - the real one may wait
        """Serve the delivery reports that are there; return how many."""
        served = len(self._reports)
        for _ in range(served):
            pending, error, report = self._reports.popleft()
            self._unreported -= 1
            if pending.on_delivery is not None:
                pending.on_delivery(error, report)
        return served

    def flush(self, timeout: float) -> int:
        """Let virtual time pass until everything is reported; return what is left."""
        for lane in self._lanes.values():
            lane.hurry()
        self._clock.pause_until(self._all_reported, timeout)
        return self._unreported

    def purge(self) -> None:
        """Give up on everything not yet reported; the reports say so."""
        for lane in self._lanes.values():
            lane.purge()

    def __len__(self) -> int:
        """Records without a served delivery report."""
        return self._unreported

    def _all_reported(self) -> bool:
        self.poll(0)
        return self._unreported == 0

    def _lane(self, log: Log) -> Lane:
        lane = self._lanes.get(log)
        if lane is None:
            lane = self._lanes[log] = Lane(
                log, self._cluster, self._connections, self._settings, report=self._report
            )
        return lane

    def _partition(self, key: bytes | None, partition: int, partitions: int) -> int:
        if partition != ANY_PARTITION:
            return partition
        if not key:
            return self._random.randrange(partitions)
        name = self._settings.text("partitioner")
        return PARTITIONERS[name.removesuffix("_random")](key, partitions)

    def _refuse_later(self, pending: Pending, *, unknown_topic: bool) -> None:
        """Report a record that found no queue once the client has asked about its topic."""
        limit_s = min(UNKNOWN_TOPIC_LIMIT_S, self._timeout_ns / NS_PER_S)
        unknown_partition = KafkaError._UNKNOWN_PARTITION  # noqa: SLF001 - librdkafka's own
        error = KafkaError.UNKNOWN_TOPIC_OR_PART if unknown_topic else unknown_partition
        self._clock.call_after(limit_s, lambda: self._report(pending, error, None))

    def _report(self, pending: Pending, error: int, offset: int | None) -> None:
        problem = KafkaError(error) if error else None
        report = FakeReport(pending.record, pending.to, offset)
        self._reports.append((pending, problem, report))


def _refuse_contradictions(settings: ClientSettings) -> None:
    """Raise for what librdkafka raises for, and for what only the real client can do."""
    if settings.idempotent:
        if settings.acks != -1:
            raise UsageError("`acks` must be set to `all` when `enable.idempotence` is true")
        in_flight = "max.in.flight.requests.per.connection"
        if settings.given(in_flight) and settings.number(in_flight) > IDEMPOTENT_IN_FLIGHT_MAX:
            raise UsageError(f"`{in_flight}` must be at most 5 when `enable.idempotence` is true")
    if settings.text("partitioner").removesuffix("_random") not in PARTITIONERS:
        raise UsageError(f"the fake has no partitioner {settings.text('partitioner')!r}")
