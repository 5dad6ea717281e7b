"""One life of a worker: the application's loop, from its first poll until it ends or fails.

It is crash-only: whatever goes wrong ends the life, and the next one goes on from what was
committed. The loop is a generator that yields wherever others may step in: at the points where a
worker can be held, and while it waits. So a process of its own runs it to its end, and a stack in
memory steps it.
"""

from collections.abc import Callable, Iterator, Sequence
from threading import RLock
from typing import Any, cast

from confluent_kafka import KafkaException, TopicPartition

from harness.kit.barrier import Barrier
from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.ports.clients import MemberConsumer, Message, TransactionalProducer
from harness.model.ports.kafka import Kafka
from harness.model.workload import Point
from harness.systems.kafka.errors import name_of
from harness.workloads.consuming import is_end
from harness.workloads.operation_rows import Records
from harness.workloads.processing.job import Job
from harness.workloads.processing.pool import HELD_STEP_S, Pool
from harness.workloads.processing.record import Input, LifeRecord, inputs_of
from harness.workloads.processing.sending import POLL_S, WAITING_STEP_S, Sender

REQUEST_LIMIT_S = 15.0
BEGINNING_STEP_S = 0.05

Reached = Callable[[int, int], None]


class Life:
    """One life, under a process of its own in the journal.

    Args:
        job: what to do.
        process: the number of this life.
        reached: told a partition and an offset when everything before that is done with.
    """

    def __init__(
        self,
        job: Job,
        process: int,
        *,
        kafka: Kafka,
        records: Records,
        barrier: Barrier,
        clock: Clock,
        reached: Reached,
    ) -> None:
        self._job = job
        self._spec = job.spec
        self._barrier = barrier
        self._clock = clock
        self._reached = reached
        self._kafka = kafka
        self._log = LifeRecord(job, records, clock, process)
        self._held: set[int] = set()
        self._transaction: int | None = None
        self._ending = False
        self._consumer = cast("MemberConsumer", kafka.consumer(job.consumer_settings))
        self._producer = cast("TransactionalProducer", kafka.producer(job.producer_settings))
        turn = RLock()
        self._sender = Sender(job, self._log, self._producer, turn)
        self._pool: Pool | None = None
        if self._spec.threads > 1:
            senders = [
                Sender(job, self._log, self._producer, turn) for _ in range(job.spec.threads)
            ]
            self._pool = Pool(senders, barrier, per_key=self._spec.lanes)
        self._ends: dict[int, int] = {}

    @property
    def lanes(self) -> tuple[Iterator[float], ...]:
        """What runs beside it until it ends, each in a thread of its own or stepped like it."""
        return () if self._pool is None else self._pool.runs

    def end(self) -> None:
        """Stop when the batch in hand is done."""
        self._ending = True

    def run(self) -> Iterator[float]:
        """Live; yields the seconds to wait before it is stepped again.

        What fails is recorded and ends the life; its clients are closed then, as they would be by
        an application that leaves its main loop.
        """
        try:
            if self._spec.is_transactional:
                yield from self._asked(self._producer.init_transactions)
            yield from self._start_exists()
            operation = self._log.begin("subscribe")
            self._consumer.subscribe(
                [self._job.source],
                on_assign=self._assigned,
                on_revoke=self._revoked,
                on_lost=self._revoked,
            )
            self._log.end(operation)
            while not self._ending:
                yield from self._poll()
        except KafkaException as problem:
            self._fail(problem)
        if self._pool is not None:
            self._pool.end()
        self._consumer.close()

    def _poll(self) -> Iterator[float]:
        if self._pool is not None:
            self._commit_done(self._pool)
            if self._pool.is_full:
                yield WAITING_STEP_S
                return
        began_ns = self._clock.now_ns()
        polled = self._consumer.consume(self._spec.batch, POLL_S)
        # Taken now, not when it is used: a member that was thrown out meanwhile must be refused.
        membership = self._consumer.consumer_group_metadata() if self._in_one else None
        inputs = inputs_of([message for message in polled if message.error() is None])
        if inputs and not self._in_one:
            operation = self._log.begin("poll", began_ns=began_ns)
            self._log.reads(operation, inputs)
            self._log.end(operation)
        if self._pool is not None:
            self._pool.deal(inputs)
        elif inputs:
            yield from self._process(inputs, membership)
        self._look_at_events(polled, began_ns)
        yield 0.0 if inputs else WAITING_STEP_S

    @property
    def _in_one(self) -> bool:
        """Whether what is polled, sent and committed is one transaction."""
        return self._spec.progress == "transaction"

    def _process(self, inputs: Sequence[Input], membership: object) -> Iterator[float]:
        """Make and send the results of a batch, and remember it in the order of `progress`."""
        positions = sorted({each.partition: each.offset + 1 for each in inputs}.items())
        if self._spec.progress == "before":
            self._commit(positions)
        yield from self._stop_at("before-produce")
        if self._spec.is_transactional:
            self._transaction = self._log.begin("txn")
            if self._in_one:
                self._log.reads(self._transaction, inputs)
                self._log.commits(self._transaction, positions)
            self._producer.begin_transaction()
        yield from self._sender.send(inputs, self._transaction)
        if self._spec.is_transactional:
            yield from self._stop_at("in-transaction")
            if self._in_one:
                yield from self._asked(
                    lambda limit_s: self._producer.send_offsets_to_transaction(
                        self._partitions(positions), membership, limit_s
                    )
                )
        yield from self._stop_at("before-commit")
        if self._transaction is not None:
            yield from self._asked(self._producer.commit_transaction)
            self._log.end(self._transaction)
            self._transaction = None
        if self._spec.progress == "after":
            self._commit(positions)
        elif self._spec.stores_itself:
            self._consumer.store_offsets(offsets=self._partitions(positions))

    def _commit(self, positions: Sequence[tuple[int, int]]) -> None:
        """Commit, as an application that goes on when that fails: it will commit more soon.

        One that commits before it processes must not go on, or it would process at least once.

        Raises:
            KafkaException: with `before` alone, nobody knows whether it is committed.
        """
        operation = self._log.begin("commit")
        self._log.commits(operation, positions)
        try:
            self._consumer.commit(offsets=self._partitions(positions), asynchronous=False)
        except KafkaException as problem:
            self._log.end(operation, "info", name_of(problem))
            if self._spec.progress == "before":
                raise
        else:
            self._log.end(operation)

    def _commit_done(self, pool: Pool) -> None:
        """Commit up to the first record that no lane is done with.

        Raises:
            KafkaException: a lane failed.
        """
        if pool.problem is not None:
            raise pool.problem
        positions = pool.moved()
        if positions:
            self._commit(positions)
        if pool.is_idle:
            for partition, offset in self._ends.items():
                self._reached(partition, offset)
            self._ends = {}

    def _start_exists(self) -> Iterator[float]:
        """Wait until every log reaches to where the group is to begin."""
        partitions = range(len(self._job.source_logs))
        while self._spec.start and any(self._end(each) < self._spec.start for each in partitions):
            yield BEGINNING_STEP_S

    def _end(self, partition: int) -> int:
        try:
            return self._kafka.watermarks(self._job.source, partition)[1]
        except KafkaException:
            return 0  # It has no leader now; asked again.

    def _asked(self, call: Callable[[float], None]) -> Iterator[float]:
        """Ask until it is done; right after a fail-over a first answer may be "try again".

        Raises:
            KafkaException: it failed for good, or for longer than REQUEST_LIMIT_S.
        """
        deadline = Deadline(REQUEST_LIMIT_S, self._clock)
        while True:
            try:
                call(max(1.0, deadline.left_s))
            except KafkaException as problem:
                if deadline.passed or not problem.args[0].retriable():
                    raise
                yield WAITING_STEP_S
            else:
                return

    def _fail(self, problem: KafkaException) -> None:
        """Record how the open transaction ended, which is aborted if that can still be done."""
        if self._transaction is None:
            return
        outcome = "info"
        if not problem.args[0].fatal():
            try:
                self._producer.abort_transaction(REQUEST_LIMIT_S)
                outcome = "fail"
            except KafkaException:
                pass  # Nobody knows, then: the coordinator may still commit or abort it.
        self._log.end(self._transaction, outcome, name_of(problem))

    def _stop_at(self, point: Point) -> Iterator[float]:
        while self._barrier.stands(point):
            yield HELD_STEP_S

    def _look_at_events(self, polled: Sequence[Message], began_ns: int) -> None:
        """Tell of ends that were reached, and record the errors that a poll brought."""
        for message in polled:
            if message.error() is None:
                continue
            if is_end(message):
                self._at_end(message.partition(), message.offset())
            else:
                operation = self._log.begin("poll", began_ns=began_ns)
                self._log.end(operation, "fail", name_of(message.error()))

    def _at_end(self, partition: int, offset: int) -> None:
        """All that was polled is done with, but for what lanes have in hand."""
        if self._pool is None:
            self._reached(partition, offset)
        else:
            self._ends[partition] = offset

    def _partitions(self, positions: Sequence[tuple[int, int]]) -> list[TopicPartition]:
        return [TopicPartition(self._job.source, *position) for position in positions]

    def _assigned(self, client: Any, partitions: Sequence[TopicPartition]) -> None:  # noqa: ANN401
        if self._spec.start:
            known = client.committed(list(partitions), timeout=REQUEST_LIMIT_S)
            client.assign([self._beginning(each) for each in known])
        self._held |= {each.partition for each in partitions}
        self._log.holds("assign", sorted(self._held))

    def _beginning(self, known: TopicPartition) -> TopicPartition:
        at = known.offset if known.offset >= 0 else self._spec.start
        return TopicPartition(known.topic, known.partition, at)

    def _revoked(self, _client: Any, partitions: Sequence[TopicPartition]) -> None:  # noqa: ANN401
        lost = {each.partition for each in partitions}
        self._held -= lost
        if self._pool is not None:
            # Whoever has them next begins at what was committed.
            self._pool.forget()
            self._ends = {}
        self._log.holds("revoke", sorted(lost))
        for partition in sorted(lost):
            self._reached(partition, 0)
