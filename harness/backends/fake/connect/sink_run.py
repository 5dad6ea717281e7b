"""A sink's task in its worker: a member of a group that reads, converts, transforms and puts.

What was put is committed once a minute and when the task ends, so a worker that dies has it put
again. A record that cannot be converted or transformed ends the task, or is passed over where
errors are tolerated; then it is put into the queue for dead letters, if there is one.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from confluent_kafka import KafkaException, TopicPartition

from harness.backends.fake.connect.data import Part, Record, RetryError, TaskError
from harness.backends.fake.connect.reading import below, listed
from harness.backends.fake.connect.senders import PRODUCER
from harness.backends.fake.connect.work import Work
from harness.backends.fake.kafka.record import FakeMessage, Log
from harness.model.value import Settings, is_on

POLL_S = 0.01
PUT_S = 0.005
POLLED_MAX = 500
QUEUE = "errors.deadletterqueue.topic.name"
CONTEXT = "errors.deadletterqueue.context.headers.enable"
ORIGIN = "__connect.errors."
OVERRIDE = "consumer.override."


class SinkTask(Protocol):
    """What a connector's task does."""

    def put(self, records: Sequence[Record]) -> None:
        """Write these.

        Raises:
            RetryError: all of them are to be put again, later.
            TaskError: it never will.
        """


class SinkRun:
    """One task of a sink.

    Args:
        work: of the task.
        task: writes.
        consumer: settings that the worker gives every consumer.
    """

    def __init__(self, work: Work, task: SinkTask, consumer: Settings) -> None:
        self._work = work
        self._task = task
        self._flush_at_ns = work.clock.now_ns() + work.flush_ns
        self._queue = str(work.settings.get(QUEUE) or "")
        self._letters = work.kafka.producer(PRODUCER) if self._queue else None
        own = below(work.settings, OVERRIDE)
        group: Settings = {"group.id": f"connect-{work.connector}", **consumer, **own}
        self._polled_max = int(own.get("max.poll.records", POLLED_MAX))
        self._consumer = work.kafka.consumer(group)
        read = listed(work.settings.get("topics", ""))
        work.topics.update(read)
        self._consumer.subscribe(read, on_revoke=self._revoked)
        self._batch: list[Record] = []
        self._read: dict[Log, int] = {}
        self._put: dict[Log, int] = {}
        self._committed: dict[Log, int] = {}

    def step(self) -> float:
        """Put what was read; then commit if it is time, and read on."""
        if self._letters is not None:
            self._letters.poll(0)
            if len(self._letters):
                return POLL_S  # offsets of letters are committed when those are in their queue
        if self._batch:
            try:
                self._task.put(self._work.seams.put(self._batch))
            except RetryError as error:
                return error.wait_s
            self._batch = []
        self._put = {**self._put, **self._read}
        if self._work.clock.now_ns() >= self._flush_at_ns:
            self._flush_at_ns = self._work.clock.now_ns() + self._work.flush_ns
            self._commit()
        return self._poll()

    def end(self) -> bool:
        """Commit what was put, and leave the group."""
        self._commit()
        self._consumer.close()
        return True

    def drop(self) -> None:
        """The group finds out by itself."""
        if self._letters is not None:
            self._letters.purge()

    def fail(self) -> None:
        """Commit what was put, and leave the group."""
        self.drop()
        self._consumer.close()

    def _poll(self) -> float:
        held = self._consumer.assignment()
        (self._consumer.pause if self._work.paused() else self._consumer.resume)(held)
        messages = self._consumer.consume(self._polled_max, 0)
        for message in messages:
            if message.error() is None:
                self._take(message)
        return PUT_S if self._batch else POLL_S

    def _take(self, message: FakeMessage) -> None:
        self._read[message.log] = message.offset() + 1
        try:
            record = self._work.chain.apply(self._converted(message))
        except TaskError as error:
            if not self._work.tolerant:
                raise TaskError(
                    f"Tolerance exceeded in error handler\nCaused by: {error}"
                ) from error
            self._dead(message, error)
            return
        if record is not None:
            self._batch.append(record)

    def _converted(self, message: FakeMessage) -> Record:
        headers = dict(message.headers() or ())
        topic = message.topic()
        return Record(
            topic=topic,
            partition=message.partition(),
            offset=message.offset(),
            key=self._work.key.read(topic, message.key(), headers),
            value=self._work.value.read(topic, message.value(), headers),
            headers={name: Part(None, value) for name, value in headers.items()},
        )

    def _dead(self, message: FakeMessage, error: TaskError) -> None:
        if self._letters is None or not self._work.seams.queues:
            return
        headers: dict[str, bytes] = {}
        if is_on(self._work.settings.get(CONTEXT, False)):
            told = {
                "topic": message.topic(),
                "partition": message.partition(),
                "offset": message.offset(),
                "exception.message": error,
            }
            headers = {f"{ORIGIN}{name}": str(each).encode() for name, each in told.items()}
        self._letters.produce(self._queue, message.value(), message.key(), headers=headers)

    def _commit(self) -> None:
        new = {log: at for log, at in self._put.items() if self._committed.get(log) != at}
        if not new:
            return
        try:
            offsets = [TopicPartition(*log, at) for log, at in new.items()]
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException:
            return  # the next commit says more
        self._committed |= new

    def _revoked(self, *_: Any) -> None:  # noqa: ANN401 - the client's own types
        self._commit()
        self._batch, self._read, self._put, self._committed = [], {}, {}, {}
