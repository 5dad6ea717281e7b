"""A consumer: a member of a group, or a reader with partitions assigned by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition

from harness.clients.errors import name_of
from harness.history.journal import FUNCTIONS, OUTCOMES, SEQUENCE_BITS, Journal
from harness.kit.clock import Clock
from harness.kit.waits import NS_PER_S
from harness.model.ports import Kafka, Message
from harness.model.value import Settings
from harness.model.workload import Consumers
from harness.workloads.payload import keys_of, values_of

FLUSH_EVERY_NS = NS_PER_S // 4
POLL_S = 0.1


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

    def operation(self, function: str, began_ns: int, *, error: str | None = None) -> int:
        """Record an operation that began at `began_ns` and has just ended; return its id."""
        operation, self._next = self._next, self._next + 1
        self._operations.append((operation, FUNCTIONS.index(function), began_ns))
        outcome = OUTCOMES.index("fail" if error else "ok")
        code = self._journal.error(error) if error else 0
        self._completions.append((operation, outcome, code, self._clock.now_ns()))
        return operation

    def took(self, function: str, began_ns: int, messages: Sequence[Message]) -> None:
        """Record what a poll or a final read brought; errors are operations of their own."""
        records = [message for message in messages if message.error() is None]
        if records:
            self._reads.append((self.operation(function, began_ns), records))
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
                else:
                    self.operation(function, began_ns, error=name_of(message.error()))

    def holds(self, function: str, began_ns: int, logs: Sequence[int]) -> None:
        """Record an `assign` or `revoke` of `logs`."""
        operation = self.operation(function, began_ns)
        rows = {"operation": [operation] * len(logs), "log": logs}
        self._journal.append("assignments", rows)

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
                    "value": values_of([message.value() for message in messages]),
                },
            )
        self._operations, self._completions, self._reads = [], [], []


class ConsumerWorker:
    """One consumer of a kind.

    Args:
        number: which of its kind it is, from 0.
        topic: the topic's real name.
        partitions: how many it has; readers share them round robin.
        group: the group's real name.
    """

    def __init__(  # noqa: PLR0913 - all but the first four are keyword options
        self,
        spec: Consumers,
        number: int,
        topic: str,
        partitions: int,
        *,
        group: str,
        kafka: Kafka,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self.name = f"{spec.name}-{number}"
        self.kind = spec.name
        self.topic = spec.topic
        self._spec = spec
        self._clock = clock
        member = spec.mode == "group"
        process = journal.process(self.name, "consumer", spec.name, group if member else None)
        self.log = ReadLog(journal, process, {topic: spec.topic}, clock)
        self._held: set[int] = set()
        settings: Settings = {
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            **spec.settings,
        }
        self._client = kafka.consumer(settings)
        began_ns = clock.now_ns()
        if member:
            self._client.subscribe(
                [topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked
            )
            self.log.operation("subscribe", began_ns)
        else:
            mine = range(number, partitions, spec.count)
            self._client.assign([TopicPartition(topic, each, OFFSET_BEGINNING) for each in mine])
            self.log.holds("assign", began_ns, [self.log.log(topic, each) for each in mine])

    def step(self) -> float:
        """Poll once."""
        began_ns = self._clock.now_ns()
        try:
            messages = self._client.consume(self._spec.batch, POLL_S)
        except KafkaException as problem:
            self.log.operation("poll", began_ns, error=name_of(problem.args[0]))
            messages = ()
        if messages:
            self.log.took("poll", began_ns, messages)
        self.log.flush_when_due()
        # A real poll waits for records by itself; a fake one returns at once.
        return 0.0 if messages else 0.001

    def close(self) -> None:
        """Leave the group, or just stop reading."""
        self._client.close()
        self.log.flush()

    def _assigned(self, _client: Any, partitions: Sequence[TopicPartition]) -> None:  # noqa: ANN401
        began_ns = self._clock.now_ns()
        self._held |= {self.log.log(each.topic, each.partition) for each in partitions}
        self.log.holds("assign", began_ns, sorted(self._held))

    def _revoked(self, _client: Any, partitions: Sequence[TopicPartition]) -> None:  # noqa: ANN401
        began_ns = self._clock.now_ns()
        lost = {self.log.log(each.topic, each.partition) for each in partitions}
        self._held -= lost
        self.log.holds("revoke", began_ns, sorted(lost))


def is_end(message: Message) -> bool:
    """Whether `message` only says that the end of a partition was reached."""
    return name_of(message.error()) == "kafka:_PARTITION_EOF"


def _columns(names: tuple[str, ...], rows: Sequence[tuple[int, ...]]) -> dict[str, Sequence[int]]:
    return dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
