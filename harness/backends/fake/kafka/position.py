"""Where a consumer stands in one log, and what it finds there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_END,
    OFFSET_INVALID,
    KafkaError,
    TopicPartition,
)

from harness.backends.fake.kafka.partition import Partition
from harness.backends.fake.kafka.record import FakeMessage, Log
from harness.backends.fake.kafka.replica import Replica

EARLIEST: Final = frozenset({"earliest", "smallest", "beginning"})
LATEST: Final = frozenset({"latest", "largest", "end"})
AUTO_OFFSET_RESET = KafkaError._AUTO_OFFSET_RESET  # noqa: SLF001 - librdkafka's own error
PARTITION_EOF = KafkaError._PARTITION_EOF  # noqa: SLF001 - librdkafka's own error


@dataclass(slots=True)
class Position:
    """The next offset to read; negative while it has to be looked up first."""

    log: Log
    offset: int
    reset: str
    """`auto.offset.reset`."""
    read_epoch: int | None = None
    """The leader epoch of the record read last."""
    leader_epoch: int = 0
    """The leader epoch in which the position was validated."""
    stored: int | None = None
    """The offset to commit."""
    paused: bool = False
    told_end: int | None = None
    """The end that was told as an event, so that it is told once."""

    def read(
        self,
        leader: Replica,
        partition: Partition,
        visible: int,
        limit: int,
        *,
        committed: bool,
    ) -> list[FakeMessage]:
        """Take what is left of `limit` offsets below the mark `visible`, and move behind them.

        Markers, and for readers of what is `committed` records of aborted transactions, are passed.

        A position that cannot be is reset first, or answered with an error.
        """
        problem = self._settle(leader, partition.start)
        if problem is not None:
            return [problem]
        first, last = self.offset, min(visible, self.offset + limit)
        if first >= last:
            return []
        records = leader.records[first:last]
        self.offset, self.read_epoch = last, records[-1].epoch
        hides = leader.transactions.hides
        return [
            FakeMessage(self.log, offset, record)
            for offset, record in enumerate(records, first)
            if offset not in partition.removed and not hides(record, offset, committed=committed)
        ]

    def at_end(self, visible: int) -> FakeMessage | None:
        """The event that the end was reached, once for each end."""
        if self.offset < visible or self.told_end == self.offset:
            return None
        self.told_end = self.offset
        return FakeMessage(self.log, self.offset, None, KafkaError(PARTITION_EOF))

    def _settle(self, leader: Replica, start: int) -> FakeMessage | None:
        if self.leader_epoch != leader.epoch:
            # Another leader: what was read last must be part of its log, or the log was cut.
            self.leader_epoch = leader.epoch
            if self.read_epoch is not None:
                self.offset = min(self.offset, leader.end_of_epoch(self.read_epoch))
        if self.offset == OFFSET_BEGINNING:
            self.offset = start
        elif self.offset == OFFSET_END:
            self.offset = leader.high_watermark
        elif self.offset == OFFSET_INVALID or not start <= self.offset <= leader.end:
            return self._reset(leader, start)
        return None

    def _reset(self, leader: Replica, start: int) -> FakeMessage | None:
        if self.reset in EARLIEST:
            self.offset = start
        elif self.reset in LATEST:
            self.offset = leader.high_watermark
        else:
            return FakeMessage(self.log, self.offset, None, KafkaError(AUTO_OFFSET_RESET))
        return None


def named(
    message: FakeMessage | None, offsets: Sequence[TopicPartition] | None
) -> list[tuple[Log, int]]:
    """What a caller names: the offset behind a message, or offsets."""
    if message is not None:
        return [(message.log, message.offset() + 1)]
    return [((each.topic, each.partition), each.offset) for each in offsets or ()]
