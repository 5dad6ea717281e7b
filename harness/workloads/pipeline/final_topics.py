"""The final read of a path's topics: every log from its start to its end."""

from collections.abc import Sequence
from contextlib import closing

from confluent_kafka import TopicPartition

from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.facts import LogEnd
from harness.model.pipeline import Path, topic_place
from harness.model.ports import Kafka, Message, Stack
from harness.workloads.pipeline.decoding import Decoder
from harness.workloads.pipeline.final import FinalReads
from harness.workloads.pipeline.naming import Naming

READ_BATCH = 5_000


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

    def read(self, path: Path, naming: Naming, tables: Sequence[str]) -> list[LogEnd]:
        """Record all events of a path.

        Returns:
            How far each log was read: to its end, unless the deadline passed.

        Raises:
            KafkaException: a log has no leader.
            RegistryLostError: the registry did not say what a schema is.
        """
        topics = {naming.topic(path, table): table for table in tables}
        with closing(Decoder(self._stack, topics)) as decoder:
            return [
                self._read_log(path, topic, partition, decoder, f"{path.name}/{table}")
                for topic, table in topics.items()
                for partition in range(path.feed.partitions)
            ]

    def _read_log(
        self, path: Path, topic: str, partition: int, decoder: Decoder, name: str
    ) -> LogEnd:
        start, end = self._kafka.watermarks(topic, partition)
        read_to = start
        consumer = self._kafka.consumer(
            {
                "group.id": f"{topic}-final",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            }
        )
        with closing(consumer):
            consumer.assign([TopicPartition(topic, partition, start)])
            while read_to < end and not self._deadline.passed:
                began_ns = self._clock.now_ns()
                messages = consumer.consume(READ_BATCH, min(0.5, self._deadline.left_s))
                records: list[Message] = [each for each in messages if each.error() is None]
                if records:
                    self._reads.events(topic_place(path), name, records, decoder, began_ns)
                for message in messages:
                    # The end of partition event stands behind markers that hold no record.
                    at = message.offset() + (message.error() is None)
                    read_to = max(read_to, at)
        return LogEnd(log=f"{name}-{partition}", start=start, end=end, read_to=min(read_to, end))
