"""A producer with a transactional id: what it asks of the coordinator, and how it fails."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.groups import GroupMetadata
from harness.backends.fake.kafka.lane import Lane
from harness.backends.fake.kafka.producer import ANY_PARTITION, FakeProducer
from harness.backends.fake.kafka.record import Identity, Log
from harness.kit.errors import UsageError
from harness.model.value import Settings

WAY_S = 0.001
AGAIN_S = 0.02
FENCING = {KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH}
TIMED_OUT = KafkaError._TIMED_OUT  # noqa: SLF001 - librdkafka's own error
INCONSISTENT = KafkaError._INCONSISTENT  # noqa: SLF001 - librdkafka's own error
STATE = KafkaError._STATE  # noqa: SLF001 - librdkafka's own error
Answer: TypeAlias = tuple[int, Identity]


class FakeTransactionalProducer(FakeProducer):
    """Stands in for a `confluent_kafka.Producer` with a `transactional.id`."""

    def __init__(self, settings: Settings, cluster: Cluster, caller: str | None = None) -> None:
        super().__init__(settings, cluster, caller)
        self._id = self._settings.text("transactional.id")
        if not self._id:
            raise UsageError("a transactional producer needs a transactional.id")
        cluster.begin_transactions()
        self._identity: Identity = None
        self._in_transaction = False
        self._failures = 0

    def init_transactions(self, timeout: float) -> None:
        """Get an epoch, which fences whoever had the id before.

        Raises:
            KafkaException: no coordinator answers in time.
        """
        timeout_s = self._settings.seconds("transaction.timeout.ms")
        self._identity = self._ask(
            lambda: self._cluster.transactions.initialise(self._id, timeout_s), timeout
        )

    def begin_transaction(self) -> None:
        """Begin a transaction.

        Raises:
            KafkaException: there is no epoch, or a transaction is open.
        """
        if self._identity is None or self._in_transaction:
            raise KafkaException(KafkaError(STATE, fatal=self._identity is None))
        self._in_transaction = True
        self._failures = 0
        for lane in self._lanes.values():
            lane.begin(self._identity)

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
        """Take a record of the open transaction into the queue.

        Raises:
            BufferError: the queue is full.
            KafkaException: no transaction is open, or the record is too large.
        """
        if not self._in_transaction:
            raise KafkaException(KafkaError(STATE))

        def report(error: KafkaError | None, message: Any) -> None:  # noqa: ANN401 - as the real one
            self._failures += error is not None
            if on_delivery is not None:
                on_delivery(error, message)

        super().produce(topic, value, key, partition, report, headers=headers)

    def send_offsets_to_transaction(
        self,
        positions: Sequence[TopicPartition],
        group_metadata: object,
        timeout: float,
    ) -> None:
        """Let a group's offsets be committed with the open transaction.

        Raises:
            KafkaException: no transaction is open, another process has the id, or the member is of
                an older generation.
        """
        identity = self._identity
        if identity is None or not self._in_transaction:
            raise KafkaException(KafkaError(STATE))
        assert isinstance(group_metadata, GroupMetadata)  # noqa: S101 - only fakes give it
        if not group_metadata.is_current:
            error = KafkaError(KafkaError.ILLEGAL_GENERATION, txn_requires_abort=True)
            raise KafkaException(error)
        offsets = {(each.topic, each.partition): each.offset for each in positions}
        transactions, group = self._cluster.transactions, group_metadata.group
        self._ask(lambda: transactions.add_offsets(identity, group, offsets), timeout)

    def commit_transaction(self, timeout: float) -> None:
        """Deliver what is queued, then commit.

        Raises:
            KafkaException: it has to be aborted, another process has the id, or it took too long.
        """
        if self.flush(timeout):
            raise KafkaException(KafkaError(TIMED_OUT, retriable=True))
        if self._failures:
            raise KafkaException(KafkaError(INCONSISTENT, txn_requires_abort=True))
        self._end(timeout, commit=True)

    def abort_transaction(self, timeout: float) -> None:
        """Wait for what is on its way, then abort.

        Raises:
            KafkaException: another process has the id, or it took too long.
        """
        if self.flush(timeout):
            raise KafkaException(KafkaError(TIMED_OUT, retriable=True))
        self._end(timeout, commit=False)

    def _lane(self, log: Log) -> Lane:
        if log not in self._lanes:
            super()._lane(log).begin(self._identity)
        return super()._lane(log)

    def _end(self, timeout: float, *, commit: bool) -> None:
        identity = self._identity
        if identity is None or not self._in_transaction:
            raise KafkaException(KafkaError(STATE))
        transactions = self._cluster.transactions
        self._identity = self._ask(lambda: transactions.end(identity, commit=commit), timeout)
        self._in_transaction = False

    def _ask(self, ask: Callable[[], Answer], timeout_s: float) -> Identity:
        """Ask the coordinator until it answers; what it answers, or the error that it raises."""
        answers = self._begin_to_ask(ask)
        self._clock.pause_until(lambda: bool(answers), timeout_s)
        if not answers:
            raise KafkaException(KafkaError(TIMED_OUT, retriable=True))
        return identity_in(answers[0])

    def _begin_to_ask(self, ask: Callable[[], Answer]) -> list[Answer]:
        """Ask the coordinator until it answers; where its answer will be."""
        answers: list[Answer] = []

        def attempt() -> None:
            if not self._cluster.transactions.available():
                self._clock.call_after(AGAIN_S, attempt)
                return
            answer = ask()
            if answer[0] == KafkaError.CONCURRENT_TRANSACTIONS:
                self._clock.call_after(AGAIN_S, attempt)
            else:
                self._clock.call_after(WAY_S, lambda: answers.append(answer))

        self._clock.call_after(WAY_S, attempt)
        return answers


def identity_in(answer: Answer) -> Identity:
    """The identity that a coordinator has given, or the error that it raises."""
    error, identity = answer
    if error:
        raise KafkaException(KafkaError(error, fatal=error in FENCING))
    return identity
