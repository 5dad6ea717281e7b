"""A transactional producer of somebody who is stepped: it asks, and later looks for the answer."""

from harness.backends.fake.kafka.transactional_producer import (
    Answer,
    FakeTransactionalProducer,
    identity_in,
)


class SteppedProducer(FakeTransactionalProducer):
    """Never lets time pass."""

    _answers: list[Answer] | None = None

    def ask_for_epoch(self) -> None:
        """Ask for an epoch, which fences whoever had the id before."""
        limit_s = self._settings.seconds("transaction.timeout.ms")
        transactions = self._cluster.transactions
        self._answers = self._begin_to_ask(lambda: transactions.initialise(self._id, limit_s))

    def ask_to_end(self, *, commit: bool) -> None:
        """Ask for the end of the transaction, of which every record is reported."""
        identity = self._identity
        assert identity is not None  # noqa: S101 - a transaction is open
        transactions = self._cluster.transactions
        self._in_transaction = False
        self._answers = self._begin_to_ask(lambda: transactions.end(identity, commit=commit))

    @property
    def failures(self) -> int:
        """Records of the transaction whose reports say that they failed."""
        return self._failures

    def hurry(self) -> None:
        """Let nothing linger any more."""
        for lane in self._lanes.values():
            lane.hurry()

    def has_answer(self) -> bool:
        """Whether the coordinator has answered what was asked last.

        Raises:
            KafkaException: it refuses.
        """
        if not self._answers:
            return False
        answer, self._answers = self._answers[0], None
        self._identity = identity_in(answer)
        return True
