"""How far a group is behind its logs, by its coordinator and by what that has written.

What a coordinator says and what `__consumer_offsets` holds are two answers to one question. A group
may commit while both are asked, so the coordinator is asked before the log is read and after it;
the log must come to lie between the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.kit.clock import REAL, Clock
from harness.kit.waits import Deadline
from harness.model.ports.groups import GroupState, LogPlace
from harness.model.ports.kafka import Kafka
from harness.systems.kafka.offsets_log import OFFSETS_TOPIC, Entry, GroupEntry, partition_of
from harness.workloads.bounds import log_bounds
from harness.workloads.offsets_log import read_entries

READ_LIMIT_S = 30.0
_NOWHERE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Where a group stands in one log."""

    log: LogPlace
    committed: int | None
    """The next offset to read, by the coordinator; None where it knows none."""
    end: int | None
    """The log's high watermark, asked for after that; None when its topic is gone."""
    written: int | None
    """The next offset to read by `__consumer_offsets`; None where that holds none."""
    agrees: bool
    """Whether it is one that the coordinator may have meant, or was not read to its end."""

    @property
    def behind(self) -> int | None:
        """Offsets between what is committed and the end; None unless both are known."""
        return None if self.committed is None or self.end is None else self.end - self.committed


@dataclass(frozen=True, slots=True)
class Written:
    """What `__consumer_offsets` says of one group in the end."""

    offsets: Mapping[LogPlace, int | None]
    """None where the coordinator forgot it."""
    generation: int | None


def written_of(kafka: Kafka, group: str, clock: Clock = REAL) -> Written | None:
    """What the log says of `group`; None when it cannot be read to its end.

    Raises:
        KafkaException: no broker answers.
    """
    count = len(kafka.describe([OFFSETS_TOPIC]).get(OFFSETS_TOPIC, ()))
    if not count:
        return Written({}, None)
    partition, deadline = partition_of(group, count), Deadline(READ_LIMIT_S, clock)
    start, _ = log_bounds(kafka, OFFSETS_TOPIC, partition, deadline, clock)
    entries = read_entries(kafka, partition, start, deadline, clock)
    if entries is None:
        return None
    offsets: dict[LogPlace, int | None] = {}
    generation = None
    for entry in entries:
        match entry:
            case Entry(group=name, topic=topic, partition=number) if name == group:
                offsets[topic, number] = entry.offset
            case GroupEntry(group=name) if name == group:
                generation = entry.generation
    return Written(offsets, generation)


def lags_of(kafka: Kafka, group: str, state: GroupState, clock: Clock = REAL) -> Iterator[Lag]:
    """Every log that the group has committed of, or that a member of it is assigned, in order.

    Args:
        kafka: the cluster.
        group: its name.
        state: the group as its coordinator sees it.
        clock: whose time counts.

    Raises:
        KafkaException: no coordinator answers, or a log has no leader.
    """
    before = kafka.groups.committed(group)
    written = written_of(kafka, group, clock)
    after = kafka.groups.committed(group)
    offsets = {} if written is None else written.offsets
    held = {log for log, offset in offsets.items() if offset is not None}
    assigned = {log for member in state.members for log in member.logs}
    logs = sorted({*before, *after, *held, *assigned})
    topics = set(kafka.topics.names())
    ends = kafka.groups.offsets_at([log for log in logs if log[0] in topics], "latest")
    for log in logs:
        said = sorted(each.get(log, _NOWHERE) for each in (before, after))
        offset = offsets.get(log)
        place = _NOWHERE if offset is None else offset
        yield Lag(
            log=log,
            committed=after.get(log),
            end=ends.get(log),
            written=offset,
            agrees=written is None or said[0] <= place <= said[1],
        )
