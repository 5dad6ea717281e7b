"""The final read of a path's topics: all logs together, each from its start to its end."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from confluent_kafka import TopicPartition

from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.facts import LogEnd
from harness.model.pipeline.hops import topic_place
from harness.model.pipeline.paths import Path
from harness.model.ports.clients import Message
from harness.model.ports.kafka import Kafka
from harness.model.ports.stack import Stack
from harness.model.rows import Columns
from harness.model.value import Settings
from harness.workloads.bounds import log_bounds
from harness.workloads.pipeline.final import FinalReads
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.decoding import decoder_of
from harness.workloads.pipeline.topics.written import written_by

READ_BATCH = 5_000
POLL_S = 0.5
CONSUMER: Settings = {
    "enable.auto.commit": False,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
    "enable.partition.eof": True,
}


@dataclass(slots=True)
class _Log:
    start: int
    end: int
    read_to: int


class TopicReader:
    """Records what is in change topics.

    Args:
        reads: takes what is found.
        deadline: when to stop reading.
    """

    def __init__(self, stack: Stack, clock: Clock, reads: FinalReads, deadline: Deadline) -> None:
        self._stack = stack
        self._kafka: Kafka = stack.kafka
        self._clock = clock
        self._reads = reads
        self._deadline = deadline

    def read(self, path: Path, naming: Naming, tables: Mapping[str, Columns]) -> list[LogEnd]:
        """Record all events of a path, and what the last one of each row tells of its columns.

        Args:
            path: whose topics are read.
            naming: of the run.
            tables: of the source, with the columns that are wanted.

        Returns:
            How far each log was read: to its end, unless the deadline passed.

        Raises:
            KafkaException: a log has no leader.
            HarnessError: Connect does not say where the feed wrote to.
            RegistryLostError: the registry did not say what a schema is.
        """
        topics = written_by(path, naming, list(tables), self._stack)
        names = {each.topic: each.name for each in topics}
        for each in topics:
            if not each.foreseen:
                self._reads.announce(each.name, each.partitions)
        logs = {
            (topic, partition): _Log(start, end, start)
            for topic, count in ((each.topic, each.partitions) for each in topics)
            for partition in range(count)
            for start, end in (log_bounds(self._kafka, topic, partition, self._deadline),)
        }
        consumer = self._kafka.consumer({**CONSUMER, "group.id": f"{naming.prefix(path)}-final"})
        with (
            closing(consumer),
            closing(decoder_of(path, naming, list(tables), self._stack, tables)) as decoder,
        ):
            consumer.assign([TopicPartition(*log, seen.start) for log, seen in logs.items()])
            while any(log.read_to < log.end for log in logs.values()) and not self._deadline.passed:
                began_ns = self._clock.now_ns()
                messages = consumer.consume(READ_BATCH, min(POLL_S, self._deadline.left_s))
                for topic, name in names.items():
                    records: list[Message] = [
                        each for each in messages if each.topic() == topic and each.error() is None
                    ]
                    if records:
                        self._reads.events(topic_place(path), name, records, decoder, began_ns)
                for message in messages:
                    _advance(logs, message)
            self._reads.cells(topic_place(path), decoder)
        return [
            LogEnd(
                log=f"{names[topic]}-{partition}",
                start=log.start,
                end=log.end,
                read_to=min(log.read_to, log.end),
            )
            for (topic, partition), log in logs.items()
        ]


def _advance(logs: dict[tuple[str, int], _Log], message: Message) -> None:
    """Note how far a log was read; an error without a log, such as a lost broker, says nothing."""
    log = logs.get((message.topic(), message.partition()))
    if log is not None and message.offset() >= 0:
        # The end of partition event stands behind markers that hold no record.
        log.read_to = max(log.read_to, message.offset() + (message.error() is None))
