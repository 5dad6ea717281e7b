"""One process with a transactional id: it begins, sends, commits or aborts, and records it all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from confluent_kafka import KafkaException

from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.history.tables import FUNCTIONS, OUTCOMES, SEQUENCE_BITS
from harness.kit.clock import Clock
from harness.model.ports.clients import Report, TransactionalProducer
from harness.systems.error_table import Outcome
from harness.systems.kafka.errors import name_of, outcome_of
from harness.systems.kafka.transaction_errors import commit_outcome, next_after
from harness.workloads.payload import KEY_CYCLE, key_bytes
from harness.workloads.transactions.reader import TransactionReader

BEGIN_LIMIT_S = 5.0
COMMIT_LIMIT_S = 20.0
"""Longer than a failover: a client whose commit takes longer aborts, without knowing what became
of it."""
ABORT_LIMIT_S = 5.0
ABORTED = "application:ABORTED"
STOPPED = "application:STOPPED"
NOT_DELIVERED = "application:NOT_DELIVERED"


@dataclass(frozen=True, slots=True)
class Payloads:
    """What records of a producer look like: a form for values, and the key of each in turn."""

    form: bytes
    keys: Sequence[int]


@dataclass(slots=True)
class _Open:
    """The transaction that is open."""

    operation: int
    doomed: bool
    """The application will abort it."""
    sent: int = 0
    undelivered: bool = False
    commit_asked: bool = False
    outcome: Outcome = "fail"
    """What it is, should it not be committed: definite until a commit was asked for."""
    error: str = ABORTED


@dataclass(slots=True)
class _Rows:
    """What is not in the journal yet."""

    operations: list[tuple[int, int, int]] = field(default_factory=list)
    completions: list[tuple[int, int, int, int]] = field(default_factory=list)
    sends: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    deliveries: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)


class TransactionalProcess:
    """A client of its own, and at most one open transaction.

    `stage` says what its next call is: `new` (no epoch yet), `ready`, `open`, `committing`,
    `aborting`, `over` (it failed for good, or was stopped).

    Args:
        process: its number in the journal.
        topics: real name of each topic that it sends to → the scenario's name, in order.
        reader: what it polls while a transaction is open.
    """

    def __init__(
        self,
        client: TransactionalProducer,
        process: int,
        topics: dict[str, str],
        payloads: Payloads,
        *,
        reader: TransactionReader | None = None,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self.stage: Literal["new", "ready", "open", "committing", "aborting", "over"] = "new"
        self.committed = 0
        """Records in transactions that were committed."""
        self.superseded = False
        """Another process has taken over the id: what is not committed by now never will be."""
        self._client = client
        self._reader = reader
        self._real_names = tuple(topics)
        self._topics = topics
        self._numbers = {name: journal.topic(name, 0) for name in topics.values()}
        self._payloads = payloads
        self._journal = journal
        self._clock = clock
        self._next = process << SEQUENCE_BITS
        self._open: _Open | None = None
        self._rows = _Rows()

    @property
    def sent(self) -> int:
        """Records sent in the open transaction."""
        return 0 if self._open is None else self._open.sent

    @property
    def delivered(self) -> bool:
        """Whether every record sent so far has its delivery report."""
        return len(self._client) == 0

    def initialise(self) -> None:
        """Ask for an epoch, which fences whoever had the id before and aborts what it left open."""
        if self._call(self._client.init_transactions, BEGIN_LIMIT_S) is None:
            self.stage = "ready"

    def begin(self, *, doomed: bool) -> None:
        """Begin a transaction; one that is `doomed` will be aborted in the end."""
        began_ns = self._clock.now_ns()
        if self._call(self._client.begin_transaction) is None:
            self._open = _Open(self._next, doomed)
            self._next += 1
            self._rows.operations.append((self._open.operation, FUNCTIONS.index("txn"), began_ns))
            self.stage = "open"

    def send(self, count: int) -> int:
        """Send up to `count` records in the open transaction; return how many."""
        assert self._open is not None  # noqa: S101 - callers look at the stage
        before = self._open.sent
        operation = self._open.operation
        for _ in range(count):
            if self.stage != "open" or not self._send_one(self._open):
                break
        self._call(self._client.poll, 0)
        if self._reader is not None and self._open is not None:
            self._reader.poll(operation)
        return self.sent - before

    def end(self) -> None:
        """Let the open transaction end once all is delivered: aborted if doomed or incomplete."""
        self._call(self._client.poll, 0)
        if self._open is not None and self.stage == "open" and self.delivered:
            if self._open.undelivered:
                self._open.error = NOT_DELIVERED
            spoiled = self._open.doomed or self._open.undelivered or not self._open.sent
            self.stage = "aborting" if spoiled else "committing"

    def finish(self) -> None:
        """Commit or abort, as the stage says."""
        assert self._open is not None  # noqa: S101 - callers look at the stage
        if self.stage == "committing":
            self._open.commit_asked = True
            if self._call(self._client.commit_transaction, COMMIT_LIMIT_S) is None:
                self.committed += self._open.sent
                self._complete("ok", None)
        elif self._call(self._client.abort_transaction, ABORT_LIMIT_S) is None:
            self._complete(self._open.outcome, self._open.error)

    def stop(self) -> None:
        """End as a process that is gone: it leaves open what is open."""
        if self._open is not None:
            asked = self._open.commit_asked
            self._give_up("info" if asked else "fail", STOPPED)
        self.stage = "over"
        self._client.purge()
        self.leave()

    def leave(self) -> None:
        """Read no more; what was recorded is in the journal then."""
        if self._reader is not None:
            self._reader.close()
        self.flush()

    def _send_one(self, transaction: _Open) -> bool:
        value = self._next
        real = self._real_names[transaction.sent % len(self._real_names)]
        key = self._payloads.keys[value % KEY_CYCLE]
        began_ns = self._clock.now_ns()

        def produce() -> None:
            self._client.produce(
                real, self._payloads.form % value, key_bytes(key), -1, self._reported
            )

        try:
            if self._call(produce) is not None:
                return False
        except BufferError:
            return False
        self._next += 1
        transaction.sent += 1
        topic = self._numbers[self._topics[real]]
        self._rows.sends.append((value, transaction.operation, topic, key, began_ns))
        return True

    def _reported(self, error: Any, report: Report) -> None:  # noqa: ANN401 - KafkaError | None
        value = int((report.value() or b"")[:16], 16)
        if error is not None and self._open is not None and value > self._open.operation:
            self._open.undelivered = True
        partition, offset = report.partition(), report.offset()
        known = partition is not None and partition >= 0
        topic = self._topics[report.topic()]
        self._rows.deliveries.append(
            (
                value,
                self._journal.log(topic, partition) if known and partition is not None else NOTHING,
                NOTHING if offset is None else offset,
                OUTCOMES.index(outcome_of(error) if error else "ok"),
                self._journal.error(name_of(error)) if error else 0,
                self._clock.now_ns(),
            )
        )

    def _call(self, call: Callable[..., Any], *arguments: float) -> KafkaException | None:
        """Make a call on the client; on an error go to the stage that it demands, and return it."""
        try:
            call(*arguments)
        except KafkaException as problem:
            self._went_wrong(problem)
            return problem
        return None

    def _went_wrong(self, problem: KafkaException) -> None:
        error = problem.args[0]
        transaction = self._open
        if transaction is not None:
            transaction.error = name_of(error)
            if self.stage == "committing" and not self.superseded:
                definite = commit_outcome(error) == "fail" and transaction.outcome == "fail"
                transaction.outcome = "fail" if definite else "info"
        match next_after(error):
            case "again":
                return
            case "abort" if transaction is not None and self.stage != "aborting":
                self.stage = "aborting"
            case _:
                self._give_up(transaction.outcome if transaction else "fail", name_of(error))
                self.stage = "over"

    def _give_up(self, outcome: Outcome, error: str) -> None:
        if self._open is not None:
            self._complete(outcome, error)

    def _complete(self, outcome: Outcome | Literal["ok"], error: str | None) -> None:
        assert self._open is not None  # noqa: S101 - callers look
        code = self._journal.error(error) if error else 0
        self._rows.completions.append(
            (self._open.operation, OUTCOMES.index(outcome), code, self._clock.now_ns())
        )
        if self._reader is not None:
            self._reader.end(committed=outcome == "ok")
        self._open = None
        self.stage = "ready"

    def flush(self) -> None:
        """Move all that is there into the journal, as columns."""
        rows, self._rows = self._rows, _Rows()
        for table, names, found in (
            ("operations", ("id", "f", "time_ns"), rows.operations),
            ("sends", ("value", "operation", "topic", "key", "time_ns"), rows.sends),
            (
                "deliveries",
                ("value", "log", "offset", "outcome", "error", "time_ns"),
                rows.deliveries,
            ),
            ("completions", ("id", "outcome", "error", "time_ns"), rows.completions),
        ):
            if found:
                columns = zip(*found, strict=True)
                self._journal.append(table, dict(zip(names, columns, strict=True)))
        if self._reader is not None:
            self._reader.flush()
