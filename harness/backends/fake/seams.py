"""The few places where a planted bug may step in; without bugs each does the right thing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.backends.fake.connect.seams import ConnectSeams
from harness.backends.fake.data.seams import DataSeams
from harness.backends.fake.kafka.record import FakeMessage, Log, Record
from harness.backends.fake.kafka.replica import Replica

Messages: TypeAlias = list[FakeMessage]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: its number among all consumers of the stack, its group, whether a member of it."""

    number: int
    group: str
    member: bool


@dataclass(slots=True)
class Seams:
    """What bugs may wrap."""

    append: Callable[[Replica, list[Record]], list[int]] = field(
        default=lambda leader, records: [leader.add(record) for record in records]
    )
    """Store records at a leader; the offsets that the producer is told."""
    answer: Callable[[int], int] = field(default=lambda error: error)
    """The error code (0: none) that the producer is told."""
    hand_out: Callable[[Reader, Log, Messages], Messages] = field(
        default=lambda _reader, _log, messages: messages
    )
    """What a poll brings from one log, from what it should."""
    visible: Callable[[Replica, int], int] = field(default=lambda _leader, mark: mark)
    """The offset that readers are shown a leader's log to, from what it should be."""
    administer: Callable[[str, Callable[[], None]], None] = field(
        default=lambda _operation, request: request()
    )
    """Carry out a request to administer a topic, which is then answered as done."""
    refuse: Callable[[Callable[[], None]], None] = field(default=lambda _change: None)
    """What is done about a change of a topic that is about to be refused."""
    list_topics: Callable[[tuple[str, ...]], tuple[str, ...]] = field(default=lambda names: names)
    """The topics that are listed, from those that there are."""
    stable: Callable[[Replica, int], int] = field(
        default=lambda leader, mark: leader.transactions.stable(mark)
    )
    """The offset that readers of what is committed are shown a log to, from the high watermark."""
    decision: Callable[[Log, bool], bool] = field(default=lambda _log, commit: commit)
    """Whether a log is told that a transaction was committed, from what was decided."""
    settles: Callable[[bool], bool] = field(default=lambda commit: commit)
    """Whether the offsets in a transaction are committed, from what was decided."""
    fences: bool = True
    """Whether a producer is refused once another process has its transactional id."""
    commit: Callable[[Log, int], list[int | None]] = field(default=lambda _log, offset: [offset])
    """What a coordinator writes, in order, when a group commits an offset; None forgets it."""
    resume: Callable[[Log, int], int] = field(default=lambda _log, offset: offset)
    """Where a member is told that its group stands, from where it does; negative: nowhere."""
    share: Callable[[dict[int, list[Log]]], None] = field(default=lambda _shares: None)
    """Change the shares of a new generation, by number of member."""
    gathers: bool = True
    """Whether a new generation begins only when all members gave up what they held."""
    start: Callable[[Replica, int], int] = field(default=lambda _leader, start: start)
    """Where a log starts once retention has looked at it, from where it should."""
    clean: Callable[[Record, bool, bool], bool] = field(
        default=lambda _record, _is_latest, may_go: may_go
    )
    """Whether the cleaner removes a record: given whether it is its key's last, and may go."""
    waits: bool = True
    """Whether a leader waits for its in-sync replicas before it acknowledges to acks=all."""
    remembers: bool = True
    """Whether a leader knows what idempotent producers have written."""
    data: DataSeams = field(default_factory=DataSeams)
    """Of databases, caches and the registry."""
    connect: ConnectSeams = field(default_factory=ConnectSeams)
    """Of Kafka Connect."""
