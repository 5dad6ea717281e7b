"""Sends results and waits until each is reported; several of a life's threads do so at once."""

from collections import deque
from collections.abc import Iterator, Sequence
from threading import RLock
from typing import Any

from confluent_kafka import KafkaException

from harness.model.ports.clients import Producer, Report
from harness.workloads.processing.job import Job, result_payload
from harness.workloads.processing.record import Input, LifeRecord

POLL_S = 0.1
WAITING_STEP_S = 0.001


class Sender:
    """Sends for one thread.

    Args:
        job: whose results they are.
        log: where they are recorded.
        producer: of the whole life; whoever polls it may be handed the reports of others.
        turn: held from a result's number to its place in the producer's queue, so that results
            are numbered in the order in which the producer has them.
    """

    def __init__(self, job: Job, log: LifeRecord, producer: Producer, turn: RLock) -> None:
        self._job = job
        self._log = log
        self._producer = producer
        self._turn = turn
        # A poll of another thread's may have taken a report of ours: nobody then waits in his own.
        self._poll_s = POLL_S if job.spec.threads == 1 else 0.0
        self._reports: deque[tuple[Report, Any]] = deque()

    def send(self, inputs: Sequence[Input], transaction: int | None = None) -> Iterator[float]:
        """Send the result of every input; return when all are reported.

        Raises:
            KafkaException: one of them failed.
        """
        with self._turn:
            values = self._log.take(len(inputs))
            self._log.sends(transaction, values, inputs)
            for value, each in zip(values, inputs, strict=True):
                yield from self._produce(result_payload(value, each.value), each.raw_key)
        errors = []
        unreported = len(inputs)
        while unreported:
            self._producer.poll(self._poll_s)
            # Another thread's poll may add to them meanwhile.
            reports = [self._reports.popleft() for _ in range(len(self._reports))]
            if reports:
                self._log.delivered(reports)
                errors += [error for _, error in reports if error is not None]
                unreported -= len(reports)
            yield WAITING_STEP_S
        if errors:
            raise KafkaException(errors[0])

    def _produce(self, payload: bytes, key: bytes | None) -> Iterator[float]:
        while True:
            try:
                self._producer.produce(self._job.sink, payload, key, -1, self._report)
            except BufferError:
                self._producer.poll(POLL_S)
                yield WAITING_STEP_S
            else:
                return

    def _report(self, error: Any, report: Report) -> None:  # noqa: ANN401 - KafkaError | None
        self._reports.append((report, error))
