"""A source's task in its worker: it polls, transforms, converts, sends, and notes how far it is."""

from collections.abc import Sequence
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException

from harness.backends.fake.connect.data import Record, RetryError, TaskError
from harness.backends.fake.connect.offsets import read_places
from harness.backends.fake.connect.reading import below
from harness.backends.fake.connect.senders import Outgoing, Places, Sender
from harness.backends.fake.connect.work import Work
from harness.model.workload import Topic

AGAIN_S = 0.005
IDLE_S = 0.2
CREATION = "topic.creation.default."
LATER = {KafkaError._TIMED_OUT, KafkaError._TRANSPORT}  # noqa: SLF001 - librdkafka's own errors


class SourceTask(Protocol):
    """What a connector's task does."""

    def start(self, places: Places) -> None:
        """Read on from there."""

    def poll(self) -> Sequence[Record]:
        """What has come; nothing when there is nothing.

        Raises:
            RetryError: it will, later.
            TaskError: it never will.
        """

    @property
    def interval_s(self) -> float:
        """In how many seconds to ask again when nothing has come."""


class SourceRun:
    """One task of a source.

    Args:
        work: of the task.
        task: reads the source.
        sender: where records go.
    """

    def __init__(self, work: Work, task: SourceTask, sender: Sender) -> None:
        self._work = work
        self._task = task
        self._sender = sender
        self._flush_at_ns = work.clock.now_ns() + work.flush_ns
        self._begun = False
        self._flushed = False
        self._pending: list[Outgoing] = []
        self._places: Places = {}

    def step(self) -> float:
        """Begin, or wait for what was sent, or poll."""
        if not self._begun:
            return self._begin()
        if not self._sender.takes_more():
            return AGAIN_S
        if self._work.clock.now_ns() >= self._flush_at_ns:
            self._flush_at_ns = self._work.clock.now_ns() + self._work.flush_ns
            self._sender.flush()
        if self._pending or self._places:
            return self._send()
        return IDLE_S if self._work.paused() else self._poll()

    def _poll(self) -> float:
        if self._work.seams.gives_up():
            raise TaskError("the task has given up")
        try:
            records = self._task.poll()
        except RetryError as error:
            return error.wait_s
        if not records:
            return self._task.interval_s
        self._convert(records)
        return self._send()

    def end(self) -> bool:
        """When all that was sent is acknowledged, write offsets and end."""
        if not self._begun:
            return True
        if self._sender.settled() and not self._flushed:
            self._flushed = True
            self._sender.flush()
        return self._flushed and self._sender.flushed()

    def drop(self) -> None:
        """Nothing that waits leaves any more."""
        self._sender.drop()

    def fail(self) -> None:
        """The same: nobody writes how far it came."""
        self.drop()

    def _begin(self) -> float:
        places = (
            read_places(self._work.kafka, self._work.connector) if self._sender.ready() else None
        )
        if places is None:
            return AGAIN_S
        self._task.start(places)
        self._begun = True
        return AGAIN_S

    def _convert(self, records: Sequence[Record]) -> None:
        places = dict(self._places)
        for record in records:
            try:
                changed = self._work.chain.apply(record)
                if changed is not None:
                    self._pending.append(self._outgoing(changed))
            except TaskError:
                if not self._work.tolerant:
                    raise
            if record.place is not None:
                places[record.place[0]] = record.place[1]
        self._places = places

    def _outgoing(self, record: Record) -> Outgoing:
        key, of_key = self._work.key.write(record.topic, record.key)
        value, of_value = self._work.value.write(record.topic, record.value)
        own = {name: str(part.value).encode() for name, part in record.headers.items()}
        value = self._work.seams.write(value)
        headers = {**own, **of_key, **of_value}
        return Outgoing(record.topic, key, value, record.partition, headers)

    def _send(self) -> float:
        if not all(map(self._is_there, dict.fromkeys(each.topic for each in self._pending))):
            return IDLE_S
        records, self._pending = self._pending, []
        places, self._places = self._places, {}
        self._sender.send(records, places)
        return AGAIN_S

    def _is_there(self, topic: str) -> bool:
        """Whether a topic is there, which Connect makes when it is not; False: ask again."""
        if topic in self._work.topics:
            return True
        try:
            if topic not in self._work.kafka.topics.names():
                self._work.kafka.topics.create(self._made(topic))
        except KafkaException as error:
            problem = error.args[0]
            if problem.code() in LATER:
                return False
            raise TaskError(f"topic {topic} cannot be created: {problem.str()}") from error
        self._work.topics.add(topic)
        return True

    def _made(self, name: str) -> Topic:
        own = below(self._work.settings, CREATION)
        return Topic(
            name=name,
            partitions=int(own.pop("partitions", 1)),
            replicas=int(own.pop("replication.factor", 1)),
            settings=own,
        )
