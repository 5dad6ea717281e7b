"""A producer: asynchronous sends at a rate, each with a value of its own, each report recorded."""

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from confluent_kafka import KafkaException

from harness.history.history import NOTHING
from harness.history.tables import OUTCOMES, SEQUENCE_BITS
from harness.kit.waits import NS_PER_S
from harness.model.ports.clients import Report
from harness.model.workload import Producers
from harness.systems.kafka.errors import name_of, outcome_of
from harness.workloads.pace import Pace
from harness.workloads.payload import (
    KEY_CYCLE,
    TOMBSTONE_HEADER,
    Numbers,
    Tombstone,
    key_bytes,
    key_cycle,
    payload_form,
    values_of,
)
from harness.workloads.worker import IDLE_S
from harness.workloads.workplace import Workplace

FLUSH_EVERY_NS = NS_PER_S // 4
CLOSE_LIMIT_S = 5.0


class ProducerWorker:
    """One producer of a kind.

    The send path holds what a throughput of hundreds of thousands a second leaves room for: two
    clock readings and three list appends a record. All else happens when records are flushed.

    Args:
        number: which of its kind it is, from 0.
        topic: the topic's real name.
        seed: its own seed; decides the keys.
    """

    def __init__(
        self,
        spec: Producers,
        number: int,
        topic: str,
        workplace: Workplace,
        *,
        seed: int,
    ) -> None:
        self.name = f"{spec.name}-{number}"
        self.sent = 0
        self.acked = 0
        self._acked_and_flushed = 0
        self._spec = spec
        self._topic = topic
        self._kafka = workplace.kafka
        self._journal = workplace.journal
        self._clock = workplace.clock
        self._topic_number = self._journal.topic(spec.topic, 0)
        self._form = payload_form(spec.value_bytes)
        self._keys = key_cycle(seed, number, spec.keys)
        self._key_bytes = [key_bytes(key) for key in self._keys]
        self._pace = Pace(spec.rate_per_s, spec.batch, self._clock)
        self._quiet = False
        self._left = False
        self._flushed_ns = self._clock.now_ns()
        # Not yet in the journal: sends in order, and delivery reports as they came.
        # Arrays, not lists: numpy takes them over without looking at each number.
        self._send_times = array("q")
        self._reports: list[Report] = []
        self._report_times = array("q")
        self._failures: list[tuple[int, Any]] = []
        self._tombstones: list[int] = []
        self._report = self._reporter()
        self._open()

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way any more."""
        return self._quiet and (self._left or len(self._client) == 0)

    def quiet(self) -> None:
        """Begin no more sends; reports still come in."""
        self._quiet = True

    def step(self) -> float:
        """Send what the rate allows, up to one batch, and take in delivery reports."""
        wait_s = IDLE_S
        if self._is_fatal:
            self._reopen()
        elif not self._quiet:
            count, wait_s = self._pace.due(self.sent)
            if count:
                self._send(count)
            self._serve(self._client.poll, 0)
        elif self._spec.ending == "flush":
            self._serve(self._client.poll, 0)
        elif not self._left:
            self._leave()
        # Others read this number: it is set once a step, never while reports move to the journal.
        self.acked = self._acked_and_flushed + len(self._reports) - len(self._failures)
        if self._clock.now_ns() - self._flushed_ns >= FLUSH_EVERY_NS:
            self._flush()
        return wait_s

    def close(self) -> None:
        """Stop as the application would: flush and wait for reports, or leave at once."""
        if self._spec.ending == "flush":
            self._await_reports()
        elif not self._left:
            self._leave()
        self._flush()
        self.acked = self._acked_and_flushed

    def _open(self) -> None:
        """Begin as a new process with a client of its own."""
        self._client = self._kafka.producer(self._spec.settings)
        self._process = self._journal.process(self.name, "producer", self._spec.name)
        self._next = self._send_first = self._process << SEQUENCE_BITS
        self._is_fatal = False

    def _reopen(self) -> None:
        """Go on as an application must after a fatal error: take in the reports, begin anew."""
        self._await_reports()
        self._flush()
        self._open()

    def _leave(self) -> None:
        """End as a process that exits without a flush: what its queue held is gone, unreported."""
        self._left = True
        self._client.purge()

    def _await_reports(self) -> None:
        """Wait until every send has its report, within a limit."""
        # The client raises a fatal error once, from whatever call comes first.
        if not self._serve(self._client.flush, CLOSE_LIMIT_S):
            self._serve(self._client.flush, CLOSE_LIMIT_S)

    def _serve(self, call: Callable[[float], int], timeout_s: float) -> bool:
        """Let the client deliver its reports; False when it told of a fatal error instead."""
        try:
            call(timeout_s)
        except KafkaException as problem:
            if not problem.args[0].fatal():
                raise
            self._is_fatal = True
            return False
        return True

    def _send(self, count: int) -> None:
        """Begin `count` sends, fewer when the client's queue is full."""
        produce, now, began, report = (
            self._client.produce, self._clock.now_ns, self._send_times.append, self._report
        )  # fmt: skip
        topic, keys, form = self._topic, self._key_bytes, self._form
        first = self._next
        end = first + count
        every = self._spec.delete_every
        for value in range(first, end):
            began(now())
            try:
                if every and value % every == 0:
                    self._delete(value)
                else:
                    produce(topic, form % value, keys[value % KEY_CYCLE], -1, report)
            except BufferError:
                if self._spec.belief == "delivery":
                    # An application that looks waits for room and tries again: nothing was sent.
                    self._send_times.pop()
                    end = value
                    break
                self._refused(value, "kafka:_QUEUE_FULL")
            except KafkaException as problem:
                self._refused(value, name_of(problem.args[0]))
                self._is_fatal = problem.args[0].fatal()
                if self._is_fatal:
                    end = value + 1
                    break
        self._next = end
        self.sent += end - first

    def _delete(self, value: int) -> None:
        """Send a tombstone, and tell its report which one it is."""
        payload = b"%016x" % value
        self._client.produce(
            self._topic,
            None,
            self._key_bytes[value % KEY_CYCLE],
            -1,
            lambda error, message: self._report(error, Tombstone(message, payload)),
            headers={TOMBSTONE_HEADER: payload},
        )
        self._tombstones.append(value)

    def _refused(self, value: int, error: str) -> None:
        """The client did not take the record: certainly not sent."""
        self._journal.append(
            "deliveries",
            {
                "value": [value],
                "log": [NOTHING],
                "offset": [NOTHING],
                "outcome": [OUTCOMES.index("fail")],
                "error": [self._journal.error(error)],
                "time_ns": [self._clock.now_ns()],
            },
        )

    def _reporter(self) -> Callable[[Any, Report], None]:
        """The delivery callback: called once a record, so all it needs is bound beforehand."""
        now, keep, keep_time = self._clock.now_ns, self._reports.append, self._report_times.append
        failures, times = self._failures, self._report_times

        def report(error: Any, message: Report) -> None:  # noqa: ANN401 - KafkaError | None
            if error is not None:
                failures.append((len(times), error))
            keep_time(now())
            keep(message)

        return report

    def _flush(self) -> None:
        """Move sends and reports into the journal, as columns."""
        self._flushed_ns = self._clock.now_ns()
        first, count = self._send_first, len(self._send_times)
        values = np.arange(first, first + count, dtype=np.int64)
        self._journal.append(
            "sends",
            {
                "value": values,
                "operation": values,
                "topic": np.full(count, self._topic_number),
                "key": np.take(np.asarray(self._keys), values % KEY_CYCLE),
                "time_ns": np.array(self._send_times),
            },
        )
        self._journal.append("tombstones", {"value": self._tombstones})
        self._tombstones = []
        self._send_first = first + count
        del self._send_times[:]
        if self._reports:
            self._flush_reports()

    def _flush_reports(self) -> None:
        reports = self._reports
        partitions = told([report.partition() for report in reports])
        known = sorted({int(partition) for partition in partitions if partition >= 0})
        logs = np.full(len(reports), NOTHING, dtype=np.int64)
        for partition in known:
            logs[partitions == partition] = self._journal.log(self._spec.topic, partition)
        outcomes = np.zeros(len(reports), dtype=np.int64)
        codes = np.zeros(len(reports), dtype=np.int64)
        for place, error in self._failures:
            outcomes[place] = OUTCOMES.index(outcome_of(error))
            codes[place] = self._journal.error(name_of(error))
        self._journal.append(
            "deliveries",
            {
                "value": values_of([each.value() for each in reports]),
                "log": logs,
                "offset": told([report.offset() for report in reports]),
                "outcome": outcomes,
                "error": codes,
                "time_ns": np.array(self._report_times),
            },
        )
        self._acked_and_flushed += len(reports) - len(self._failures)
        self._reports.clear()
        self._failures.clear()
        del self._report_times[:]


def told(numbers: Sequence[int | None]) -> Numbers:
    """Numbers of reports; acks=0 is reported without an offset, and so is a failed send."""
    return np.array([NOTHING if each is None else each for each in numbers], dtype=np.int64)
