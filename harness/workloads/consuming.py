"""What one reading process asked and was given, as it goes into the journal."""

from collections.abc import Iterable, Sequence

import numpy as np
from confluent_kafka import TopicPartition

from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.history.tables import FUNCTIONS, OUTCOMES, SEQUENCE_BITS
from harness.kit.clock import Clock
from harness.kit.waits import NS_PER_S
from harness.model.ports.clients import KafkaErrorLike, Message
from harness.systems.kafka.errors import name_of
from harness.workloads.payload import keys_of, payload_of, values_of

OUT_OF_RANGE = "kafka:_AUTO_OFFSET_RESET"
FLUSH_EVERY_NS = NS_PER_S // 4
NOT_COMMITTED = frozenset(
    {
        "ILLEGAL_GENERATION",
        "UNKNOWN_MEMBER_ID",
        "REBALANCE_IN_PROGRESS",
        "FENCED_INSTANCE_ID",
        "STALE_MEMBER_EPOCH",
        "OFFSET_METADATA_TOO_LARGE",
        "GROUP_AUTHORIZATION_FAILED",
    }
)
"""Answers of a coordinator to a commit that it has not written; any other may hide that it has."""


class ReadLog:
    """Records what one reading process asked and was given.

    A poll that brings nothing is not recorded: it says nothing about any record, and an idle reader
    would fill the journal with it.
    """

    def __init__(
        self, journal: Journal, process: int, topics: dict[str, str], clock: Clock
    ) -> None:
        self._journal = journal
        self._next = process << SEQUENCE_BITS
        self._names = topics
        self._clock = clock
        self._flushed_ns = clock.now_ns()
        self._operations: list[tuple[int, int, int]] = []
        self._completions: list[tuple[int, int, int, int]] = []
        self._reads: list[tuple[int, Sequence[Message]]] = []
        self.position: dict[int, int] = {}
        """The next offset of every log read so far."""
        self.halted: set[int] = set()
        """Logs of which nothing more comes: what it should read next is gone, and it says so."""
        self.taken = 0
        """Records read so far."""

    def operation(
        self,
        function: str,
        began_ns: int,
        *,
        error: str | None = None,
        outcome_of_error: str = "fail",
    ) -> int:
        """Record an operation that began at `began_ns` and has just ended; return its id."""
        operation, self._next = self._next, self._next + 1
        self._operations.append((operation, FUNCTIONS.index(function), began_ns))
        outcome = OUTCOMES.index(outcome_of_error if error else "ok")
        code = self._journal.error(error) if error else 0
        self._completions.append((operation, outcome, code, self._clock.now_ns()))
        return operation

    def took(self, function: str, began_ns: int, messages: Sequence[Message]) -> None:
        """Record what a poll or a final read brought; errors are operations of their own."""
        records = [message for message in messages if message.error() is None]
        if records:
            self._reads.append((self.operation(function, began_ns), records))
            self.taken += len(records)
            for message in records:
                log = self.log(message.topic(), message.partition())
                self.position[log] = message.offset() + 1
        if len(records) < len(messages):
            for message in messages:
                if message.error() is None:
                    continue
                if is_end(message):
                    # Behind the last record there may be offsets that hold none.
                    self.position[self.log(message.topic(), message.partition())] = message.offset()
                    continue
                error = name_of(message.error())
                self.operation(function, began_ns, error=error)
                if error == OUT_OF_RANGE:
                    self.halted.add(self.log(message.topic(), message.partition()))

    def holds(
        self, function: str, began_ns: int, logs: Sequence[int], generation: int = NOTHING
    ) -> None:
        """Record an `assign` or `revoke` of `logs`, with the generation where it is known."""
        operation = self.operation(function, began_ns)
        rows = {"operation": [operation] * len(logs), "log": logs}
        self._journal.append("assignments", rows)
        if generation != NOTHING:
            self._journal.append(
                "generations", {"operation": [operation], "generation": [generation]}
            )

    def committed(
        self, began_ns: int, offsets: Iterable[TopicPartition], error: KafkaErrorLike | None
    ) -> None:
        """Record a commit of `offsets` that began no earlier than `began_ns` and has just ended."""
        known = [each for each in offsets if each.offset >= 0]
        problem = error or next((each.error for each in known if each.error), None)
        name = name_of(problem) if problem else None
        outcome = "fail" if name and name.partition(":")[2] in NOT_COMMITTED else "info"
        operation = self.operation("commit", began_ns, error=name, outcome_of_error=outcome)
        self._journal.append(
            "commits",
            {
                "operation": [operation] * len(known),
                "log": [self.log(each.topic, each.partition) for each in known],
                "offset": [each.offset for each in known],
            },
        )

    def log(self, topic: str, partition: int) -> int:
        """The number of a log by its topic's real name."""
        return self._journal.log(self._names[topic], partition)

    def flush_when_due(self) -> None:
        """Move what is there into the journal, a few times a second."""
        if self._clock.now_ns() - self._flushed_ns >= FLUSH_EVERY_NS:
            self.flush()

    def flush(self) -> None:
        """Move all that is there into the journal, as columns."""
        self._flushed_ns = self._clock.now_ns()
        self._journal.append("operations", _columns(("id", "f", "time_ns"), self._operations))
        self._journal.append(
            "completions", _columns(("id", "outcome", "error", "time_ns"), self._completions)
        )
        messages = [message for _, polled in self._reads for message in polled]
        if messages:
            counts = [len(polled) for _, polled in self._reads]
            self._journal.append(
                "reads",
                {
                    "operation": np.repeat([operation for operation, _ in self._reads], counts),
                    "log": [self.log(m.topic(), m.partition()) for m in messages],
                    "offset": [message.offset() for message in messages],
                    "key": keys_of([message.key() for message in messages]),
                    "value": values_of([payload_of(message) for message in messages]),
                },
            )
        self._operations, self._completions, self._reads = [], [], []


def is_end(message: Message) -> bool:
    """Whether `message` only says that the end of a partition was reached."""
    return name_of(message.error()) == "kafka:_PARTITION_EOF"


def _columns(names: tuple[str, ...], rows: Sequence[tuple[int, ...]]) -> dict[str, Sequence[int]]:
    return dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
