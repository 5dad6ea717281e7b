"""A transaction that commits late: what was written after it is committed, and read, before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition

from harness.kit.waits import NS_PER_S
from harness.model.pipeline import PipelineWorkload
from harness.model.ports import SqlConnection, Stack
from harness.workloads.pipeline.decoding import Decoder, RegistryLostError
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.statement import Statement

READ_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class LateTransaction:
    """A transaction that has inserted a row and is open."""

    connection: SqlConnection
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
        self._tables = {
            naming.topic(path, table.name): table.name
            for path in workload.paths
            for table in workload.tables
        }
        self._highest = dict.fromkeys(self._tables, -1)
        self._decoder = Decoder(stack, self._tables)
        self._consumer = stack.kafka.consumer(
            {
                "group.id": f"{naming.run}-arrivals",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
            }
        )
        self._consumer.assign(
            [
                TopicPartition(naming.topic(path, table.name), partition, OFFSET_BEGINNING)
                for path in workload.paths
                for table in workload.tables
                for partition in range(path.feed.partitions)
            ]
        )

    def highest(self, table: str) -> int:
        """The highest key that the topics of every path have shown; -1 while there is none."""
        try:
            for message in self._consumer.consume(READ_BATCH, 0.0):
                if message.error() is None:
                    topic = message.topic()
                    key = self._decoder.event(message).key
                    self._highest[topic] = max(self._highest[topic], key)
        except (KafkaException, RegistryLostError):
            pass  # it has not come out, as far as anybody can tell
        return _lowest(self._tables, self._highest, table)

    def close(self) -> None:
        """Hang up."""
        self._consumer.close()
        self._decoder.close()


def _lowest(tables: Mapping[str, str], highest: Mapping[str, int], table: str) -> int:
    found: Sequence[int] = [highest[topic] for topic, name in tables.items() if name == table]
    return min(found)
