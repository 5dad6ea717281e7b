"""The final read: every partition from its log start to its end, after everything has settled.

It holds what is committed: a transaction that is still open bounds it as it bounds all readers.
"""

from collections.abc import Iterator, Sequence

from confluent_kafka import KafkaException, TopicPartition

from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.facts import LogEnd
from harness.model.ports.clients import Message
from harness.model.ports.kafka import Kafka
from harness.workloads.bounds import log_bounds
from harness.workloads.consuming import ReadLog
from harness.workloads.workplace import Workplace

READ_BATCH = 5_000


def drain(
    topics: dict[str, tuple[str, int]], workplace: Workplace, limit_s: float
) -> tuple[LogEnd, ...]:
    """Read every log of `topics` to its end and record it as `drain` operations.

    Args:
        topics: the scenario's name of each topic → its real name and number of partitions.
        workplace: where to read and to record.
        limit_s: when to stop; a log that was not read to its end then says so.

    Returns:
        For every log where it starts, ends, and how far it was read (equal to end: complete).
    """
    journal, clock = workplace.journal, workplace.clock
    deadline = Deadline(limit_s, clock)
    process = journal.process("final-reader", "drain", "final-reader")
    log = ReadLog(journal, process, {real: name for name, (real, _) in topics.items()}, clock)
    ends = tuple(
        _drain_log(name, real, partition, workplace, log, deadline)
        for name, (real, partitions) in topics.items()
        for partition in range(partitions)
    )
    log.flush()
    return ends


def _drain_log(
    name: str,
    real: str,
    partition: int,
    workplace: Workplace,
    log: ReadLog,
    deadline: Deadline,
) -> LogEnd:
    kafka, clock = workplace.kafka, workplace.clock
    label = f"{name}-{partition}"
    try:
        start, end = log_bounds(kafka, real, partition, deadline, clock)
    except KafkaException:
        return LogEnd(log=label, start=0, end=0, read_to=-1)
    read_to = start
    for began_ns, messages in read_log(kafka, real, partition, (start, end), clock, deadline):
        log.took("drain", began_ns, messages)
        log.flush_when_due()
        read_to = max([read_to, *(next_offset(message) for message in messages)])
    try:
        # Retention does not wait for the reader: what it took meanwhile was not there to be read.
        start = log_bounds(kafka, real, partition, deadline, clock)[0]
    except KafkaException:
        return LogEnd(log=label, start=start, end=end, read_to=-1)
    return LogEnd(log=label, start=start, end=end, read_to=min(read_to, end))


def read_log(
    kafka: Kafka,
    real: str,
    partition: int,
    bounds: tuple[int, int],
    clock: Clock,
    deadline: Deadline,
) -> Iterator[tuple[int, Sequence[Message]]]:
    """Read a log between two offsets, with the events of its end, until then or the deadline.

    Yields:
        When a poll began on the clock, and what it brought.
    """
    read_to, end = bounds
    reader = kafka.consumer(
        {
            "group.id": f"{real}-final",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "check.crcs": True,
        }
    )
    try:
        reader.assign([TopicPartition(real, partition, read_to)])
        # The end of partition event moves the reader over offsets that hold no record.
        while read_to < end and not deadline.passed:
            began_ns = clock.now_ns()
            messages = reader.consume(READ_BATCH, min(0.5, deadline.left_s))
            yield began_ns, messages
            if not messages:
                clock.pause(0.01)  # a fake poll returns at once
            read_to = max([read_to, *(next_offset(message) for message in messages)])
    finally:
        reader.close()


def next_offset(message: object) -> int:
    """The first offset after what `message` stands for: a record, or the end of the partition."""
    offset: int = message.offset()  # type: ignore[attr-defined]
    return offset + 1 if message.error() is None else offset  # type: ignore[attr-defined]
