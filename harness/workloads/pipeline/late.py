"""A transaction that commits late: what was written after it is committed, and read, before it."""

from dataclasses import dataclass

from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition

from harness.kit.waits import NS_PER_S
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.source import Session
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.choices import Statement
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.decoding import decoder_of
from harness.workloads.pipeline.topics.wires import RegistryLostError

READ_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class LateTransaction:
    """A transaction that has inserted a row and is open."""

    session: Session
    operation: int
    inserted: Statement
    since_ns: int

    def is_due(self, arrivals: "Arrivals", now_ns: int, open_s: float) -> bool:
        """Whether a row with a later key has come out of all feeds, or it was open too long."""
        passed = arrivals.highest(self.inserted.table) > self.inserted.key
        return passed or now_ns >= self.since_ns + int(open_s * NS_PER_S)


class Arrivals:
    """How far the keys of each table have come out of the topics of every path."""

    def __init__(self, workload: PipelineWorkload, naming: Naming, stack: Stack) -> None:
        tables = [table.name for table in workload.tables]
        self._highest = {(path.name, table): -1 for path in workload.paths for table in tables}
        self._paths = {
            topic: path.name for path in workload.paths for topic in naming.topics(path, tables)
        }
        self._decoders = {
            path.name: decoder_of(path, naming, tables, stack) for path in workload.paths
        }
        self._consumer = stack.kafka.consumer(
            {
                "group.id": f"{naming.run}-arrivals",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
            }
        )
        self._consumer.assign(
            [
                TopicPartition(topic, partition, OFFSET_BEGINNING)
                for path in workload.paths
                for topic in naming.topics(path, tables)
                for partition in range(path.feed.partitions)
            ]
        )

    def highest(self, table: str) -> int:
        """The highest key that the topics of every path have shown; -1 while there is none."""
        try:
            for message in self._consumer.consume(READ_BATCH, 0.0):
                if message.error() is None:
                    path = self._paths[message.topic()]
                    event = self._decoders[path].event(message)
                    row = (path, event.table)
                    self._highest[row] = max(self._highest[row], event.key)
        except (KafkaException, RegistryLostError):
            pass  # it has not come out, as far as anybody can tell
        return min(key for (_, name), key in self._highest.items() if name == table)

    def close(self) -> None:
        """Hang up."""
        self._consumer.close()
        for decoder in self._decoders.values():
            decoder.close()
