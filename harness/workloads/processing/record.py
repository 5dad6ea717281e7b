"""Records what one life of a worker did: each thing before it is done, and what came of it after.

Nothing is kept back: what a killed worker had begun is in the journal and lacks its end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeAlias

from harness.history.history import NOTHING
from harness.history.tables import OUTCOMES, SEQUENCE_BITS
from harness.kit.clock import Clock
from harness.model.ports.clients import Message, Report
from harness.systems.kafka.errors import name_of, outcome_of
from harness.workloads import operation_rows
from harness.workloads.payload import keys_of, values_of
from harness.workloads.processing.job import Job

Place: TypeAlias = tuple[int, int]
"""A partition of the source, and an offset in it."""


@dataclass(frozen=True, slots=True)
class Input:
    """A record of the source as a worker was handed it; `raw_key` is its key on the wire."""

    partition: int
    offset: int
    key: int
    value: int
    raw_key: bytes | None


def inputs_of(messages: Sequence[Message]) -> list[Input]:
    """The records among `messages`, none of which is an error."""
    keys = keys_of([message.key() for message in messages]).tolist()
    values = values_of([message.value() for message in messages]).tolist()
    return [
        Input(message.partition(), message.offset(), key, value, message.key())
        for message, key, value in zip(messages, keys, values, strict=True)
    ]


class LifeRecord:
    """What one life records, under a process of its own.

    Args:
        process: the number that the journal gave this life.
    """

    def __init__(
        self, job: Job, records: operation_rows.Records, clock: Clock, process: int
    ) -> None:
        self._job = job
        self._records = records
        self._clock = clock
        self._next = process << SEQUENCE_BITS
        self._taking = Lock()

    def take(self, count: int) -> range:
        """The next numbers of operations or values."""
        with self._taking:
            first, self._next = self._next, self._next + count
        return range(first, first + count)

    def begin(self, function: str, *, began_ns: int | None = None) -> int:
        """An operation that begins now, or began then; its number."""
        operation = self.take(1)[0]
        began_ns = self._clock.now_ns() if began_ns is None else began_ns
        operation_rows.began(self._records, operation, function, began_ns)
        return operation

    def end(self, operation: int, outcome: str = "ok", error: str | None = None) -> None:
        """The operation ends now."""
        operation_rows.ended(self._records, operation, self._clock.now_ns(), outcome, error)

    def holds(self, function: str, partitions: Iterable[int]) -> None:
        """An `assign` or `revoke` of partitions of the source, which has just happened."""
        operation = self.begin(function)
        logs = [self._job.source_logs[each] for each in partitions]
        self._records.append("assignments", {"operation": [operation] * len(logs), "log": logs})
        self.end(operation)

    def reads(self, operation: int, inputs: Sequence[Input]) -> None:
        """What an operation was handed."""
        self._records.append(
            "reads",
            {
                "operation": [operation] * len(inputs),
                "log": [self._job.source_logs[each.partition] for each in inputs],
                "offset": [each.offset for each in inputs],
                "key": [each.key for each in inputs],
                "value": [each.value for each in inputs],
            },
        )

    def commits(self, operation: int, positions: Iterable[Place]) -> None:
        """The offsets that an operation commits."""
        places = list(positions)
        self._records.append(
            "commits",
            {
                "operation": [operation] * len(places),
                "log": [self._job.source_logs[partition] for partition, _ in places],
                "offset": [offset for _, offset in places],
            },
        )

    def sends(self, operation: int | None, values: Sequence[int], inputs: Sequence[Input]) -> None:
        """Results that are about to be sent, each alone or all in a transaction."""
        now = self._clock.now_ns()
        made = {"value": values, "origin": [each.value for each in inputs]}
        self._records.append("origins", made)
        self._records.append(
            "sends",
            {
                "value": values,
                "operation": values if operation is None else [operation] * len(values),
                "topic": [self._job.sink_topic] * len(values),
                "key": [each.key for each in inputs],
                "time_ns": [now] * len(values),
            },
        )

    def delivered(self, reports: Sequence[tuple[Report, Any]]) -> None:
        """What became of results: the report on each, and its error if it has one."""
        logs = self._job.sink_logs
        partitions = [report.partition() for report, _ in reports]
        offsets = [report.offset() for report, _ in reports]
        self._records.append(
            "deliveries",
            {
                "value": values_of([report.value() for report, _ in reports]).tolist(),
                "log": [NOTHING if each is None or each < 0 else logs[each] for each in partitions],
                "offset": [NOTHING if each is None or each < 0 else each for each in offsets],
                "outcome": [
                    OUTCOMES.index(outcome_of(error) if error else "ok") for _, error in reports
                ],
                "error": [
                    self._records.error(name_of(error)) if error else 0 for _, error in reports
                ],
                "time_ns": [self._clock.now_ns()] * len(reports),
            },
        )
