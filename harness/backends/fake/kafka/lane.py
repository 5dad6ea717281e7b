"""What a producer has for one log: its queue, what is in flight, what waits for another try."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaError

from harness.backends.fake.clock import Timer
from harness.backends.fake.kafka.broker import Broker
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.connections import Connections, Flight
from harness.backends.fake.kafka.record import FakeReport, Identity, Log, Record
from harness.backends.fake.kafka.request import ProduceRequest
from harness.backends.fake.kafka.settings import IDEMPOTENT_IN_FLIGHT_MAX, ClientSettings
from harness.kit.waits import NS_PER_S

LEAST_TIMEOUT_S = 0.1
RETRIABLE = frozenset(
    {
        KafkaError._TRANSPORT,  # noqa: SLF001 - librdkafka's own errors begin with an underscore
        KafkaError._TIMED_OUT,  # noqa: SLF001 - as above
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.NOT_ENOUGH_REPLICAS,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER,
    }
)
MSG_TIMED_OUT = KafkaError._MSG_TIMED_OUT  # noqa: SLF001 - as above


@dataclass(slots=True, eq=False)
class Pending:
    """A record that has no delivery report yet."""

    to: tuple[str, int | None]
    """Topic, and partition if one was chosen."""
    key: bytes | None
    value: bytes | None
    timestamp_ms: int
    deadline_ns: int
    on_delivery: Callable[[KafkaError | None, FakeReport], None] | None
    identity: Identity = None
    sequence: int = 0
    transactional: bool = False
    headers: Mapping[str, bytes] | None = None

    @property
    def record(self) -> Record:
        """The record as it goes over the wire, anew for every try."""
        transaction = self.identity if self.transactional else None
        return Record(
            self.key,
            self.value,
            self.timestamp_ms,
            self.identity,
            self.sequence,
            transaction=transaction,
            headers=self.headers,
        )


@dataclass(slots=True, eq=False)
class Batch:
    """Records that travel together; `ordinal` is their place in the order of the lane."""

    ordinal: int
    pending: list[Pending]
    tries: int = 0


class Lane:
    """The way from one producer to one log.

    In flight is limited for each lane, where the real client limits it for each connection.

    Args:
        report: told the fate of a record: error code (0: none) and offset, if there is one.
    """

    def __init__(
        self,
        log: Log,
        cluster: Cluster,
        connections: Connections,
        settings: ClientSettings,
        *,
        report: Callable[[Pending, int, int | None], None],
    ) -> None:
        self.log = log
        self._cluster = cluster
        self._clock = cluster.clock
        self._connections = connections
        self._settings = settings
        self._report = report
        self._idempotent = settings.idempotent
        self._in_flight_limit = settings.number("max.in.flight.requests.per.connection")
        if self._idempotent:
            self._in_flight_limit = min(IDEMPOTENT_IN_FLIGHT_MAX, self._in_flight_limit)
        self._batch_limit = settings.number("batch.num.messages")
        self._queue: deque[Pending] = deque()
        self._retries: list[Batch] = []
        self._flights: dict[Flight, Batch] = {}
        self._leader: int | None = None
        self._refresh_ns = 0
        self._lingering: Timer | None = None
        self._blocked: Timer | None = None
        self._next_ordinal = 0
        self._epoch = 0
        self._next_sequence = 0
        self._renumbering = False
        self._identity: Identity = None
        """What the coordinator of transactions gave; None is a producer without transactions."""

    def begin(self, identity: Identity) -> None:
        """Write under `identity` from now on; nothing is on its way when a transaction begins."""
        self._identity = identity
        self._next_sequence = 0

    def enqueue(self, pending: Pending) -> None:
        """Take a record to be sent when it has lingered, or a batch is full."""
        self._queue.append(pending)
        if len(self._queue) >= self._batch_limit:
            self.hurry()
        elif self._lingering is None:
            self._lingering = self._clock.call_after(
                self._settings.seconds("linger.ms"), self.hurry
            )

    def hurry(self) -> None:
        """Let nothing linger any more."""
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None
        self._pump()

    def purge(self) -> None:
        """Give up on everything; what is in flight may still arrive."""
        for flight, batch in list(self._flights.items()):
            self._connections.land(flight)
            self._report_all(batch.pending, KafkaError._PURGE_INFLIGHT)  # noqa: SLF001 - its name
        waiting = [each for batch in self._retries for each in batch.pending]
        self._report_all([*waiting, *self._queue], KafkaError._PURGE_QUEUE)  # noqa: SLF001 - its name
        self._flights.clear()
        self._retries.clear()
        self._queue.clear()

    def _pump(self) -> None:
        """Send whatever may be sent now."""
        self._expire()
        if self._renumbering and not self._flights:
            self._renumber()
        while (
            not (self._blocked or self._renumbering) and len(self._flights) < self._in_flight_limit
        ):
            if not self._retries and (not self._queue or self._lingering):
                return
            broker = self._broker()
            if broker is None:
                self._block(0)
                return
            self._send(self._retries.pop(0) if self._retries else self._new_batch(), broker)

    def _new_batch(self) -> Batch:
        size = min(len(self._queue), self._batch_limit)
        batch = Batch(self._next_ordinal, [self._queue.popleft() for _ in range(size)])
        self._next_ordinal += 1
        self._number(batch)
        return batch

    def _number(self, batch: Batch) -> None:
        """Give the records of an idempotent producer their sequences."""
        if self._idempotent:
            for pending in batch.pending:
                pending.identity = self._identity or (self._connections.client, self._epoch)
                pending.transactional = self._identity is not None
                pending.sequence = self._next_sequence
                self._next_sequence += 1

    def _renumber(self) -> None:
        """Begin a new epoch: there is a gap in the old one that the broker would never accept."""
        self._renumbering = False
        self._epoch += 1
        self._next_sequence = 0
        for batch in self._retries:
            self._number(batch)

    def _broker(self) -> Broker | None:
        """Whom to send to, by what this client last heard about the leader; None: wait and ask."""
        partition = self._cluster.partitions.get(self.log)
        now = self._clock.now_ns()
        if partition is not None and (self._leader is None or now >= self._refresh_ns):
            self._leader = partition.leader
            interval_s = self._settings.seconds("topic.metadata.refresh.interval.ms")
            self._refresh_ns = now + int(interval_s * NS_PER_S)
        if self._leader is None:
            return None
        broker = self._cluster.brokers[self._leader]
        if self._connections.open(broker):
            return broker
        self._leader = None
        return None

    def _send(self, batch: Batch, broker: Broker) -> None:
        acks = self._settings.acks
        batch.tries += 1
        left_s = (batch.pending[0].deadline_ns - self._clock.now_ns()) / NS_PER_S
        flight = Flight(broker.number, lambda error: self._failed(flight, error))
        limit_s = min(self._settings.seconds("socket.timeout.ms"), max(LEAST_TIMEOUT_S, left_s))
        self._flights[flight] = batch
        request = ProduceRequest(
            self.log,
            [pending.record for pending in batch.pending],
            acks,
            lambda error, offsets: self._connections.answer(
                flight, lambda: self._answered(flight, error, offsets)
            ),
        )
        self._connections.launch(flight, limit_s)
        self._connections.deliver(
            broker,
            lambda: broker.accept(
                request, lambda: self._cluster.replication.produce(broker, request)
            ),
        )
        if acks == 0:
            # Nobody answers: what has left counts as delivered.
            del self._flights[flight]
            self._connections.land(flight)
            for pending in batch.pending:
                self._report(pending, 0, None)

    def _answered(self, flight: Flight, error: int, offsets: list[int]) -> None:
        batch = self._flights.get(flight)
        if error:
            self._failed(flight, error)
        elif batch is not None:
            del self._flights[flight]
            self._connections.land(flight)
            for pending, offset in zip(batch.pending, offsets, strict=True):
                self._report(pending, 0, offset)
            self._pump()

    def _failed(self, flight: Flight, error: int) -> None:
        """A request failed, or nobody knows what became of it: ask who leads, and try again."""
        self._connections.land(flight)
        self._leader = None
        batch = self._flights.pop(flight, None)
        if batch is None:
            return
        if error not in RETRIABLE or batch.tries > self._settings.number("retries"):
            self._report_all(batch.pending, error)
        else:
            oldest = all(batch.ordinal <= other.ordinal for other in self._outstanding())
            if error == KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER and oldest:
                self._renumbering = self._identity is None
            self._retries.append(batch)
            self._retries.sort(key=lambda each: each.ordinal)
            self._block(batch.tries)
        self._pump()

    def _outstanding(self) -> list[Batch]:
        return [*self._flights.values(), *self._retries]

    def _block(self, tries: int) -> None:
        """Send nothing for a while that grows with the number of tries."""
        if self._blocked is None:
            self._blocked = self._clock.call_after(
                self._connections.backoff_s(tries), self._unblock
            )

    def _unblock(self) -> None:
        self._blocked = None
        self._pump()

    def _expire(self) -> None:
        """Give up on records that have waited too long."""
        now = self._clock.now_ns()
        late: list[Pending] = []
        for batch in self._retries:
            expired = [pending for pending in batch.pending if pending.deadline_ns <= now]
            late += expired
            if expired:
                # Later sequences would wait for these for ever.
                self._renumbering = self._idempotent and self._identity is None
                batch.pending = [each for each in batch.pending if each.deadline_ns > now]
        self._retries = [batch for batch in self._retries if batch.pending]
        while self._queue and self._queue[0].deadline_ns <= now:
            late.append(self._queue.popleft())
        self._report_all(late, MSG_TIMED_OUT)

    def _report_all(self, pending: list[Pending], error: int) -> None:
        for each in pending:
            self._report(each, error, None)
