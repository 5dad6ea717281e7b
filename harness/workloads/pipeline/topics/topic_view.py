"""What the topics of a path have shown so far, while the run goes on."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from harness.history.history import NOTHING
from harness.kit.errors import HarnessError
from harness.model.pipeline.paths import Path
from harness.model.ports.clients import Consumer
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.decoding import Decoder, decoder_of
from harness.workloads.pipeline.topics.wires import RegistryLostError
from harness.workloads.pipeline.topics.written import written_by

READ_BATCH = 2_000


class TopicView:
    """Reads the topics of a path from their beginning, as far as they go, at each look."""

    def __init__(self, path: Path, naming: Naming, tables: Sequence[str], stack: Stack) -> None:
        self._group = f"{naming.prefix(path)}-view"
        self._topics = dict.fromkeys(naming.topics(path, tables), path.feed.partitions)
        self._written = partial(written_by, path, naming, tables, stack)
        self._stack = stack
        self._decoder = partial(decoder_of, path, naming, tables, stack)
        self._open: tuple[Consumer, Decoder] | None = None
        self._shown: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def look(self) -> dict[str, dict[int, int]]:
        """Table → key → the version that was shown last.

        Raises:
            KafkaException: the topics cannot be read.
        """
        consumer, decoder = self._opened()
        while messages := consumer.consume(READ_BATCH, 0.0):
            for message in messages:
                if message.error() is None:
                    try:
                        event = decoder.event(message)
                    except RegistryLostError:
                        self.close()  # and from the beginning, when the registry is there again
                        return self._shown
                    if event.version != NOTHING:
                        self._shown[event.table][event.key] = event.version
        return self._shown

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            for each in self._open:
                each.close()
            self._open = None

    def _look_for_topics(self) -> None:
        """Begin anew when the feed has written to a topic that nobody foresaw."""
        try:
            topics = {each.topic: each.partitions for each in self._written()}
        except HarnessError:
            return  # Connect does not say now
        if topics != self._topics:
            self.close()
            self._topics = topics

    def _opened(self) -> tuple[Consumer, Decoder]:
        self._look_for_topics()
        if self._open is None:
            consumer = self._stack.kafka.consumer(
                {
                    "group.id": self._group,
                    "enable.auto.commit": False,
                    "isolation.level": "read_committed",
                }
            )
            consumer.assign(
                [
                    TopicPartition(topic, partition, OFFSET_BEGINNING)
                    for topic, partitions in self._topics.items()
                    for partition in range(partitions)
                ]
            )
            self._open = consumer, self._decoder()
        return self._open
