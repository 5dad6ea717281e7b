"""One broker's copy of a log, and what that broker believes about it."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.backends.fake.kafka.log_transactions import LogTransactions
from harness.backends.fake.kafka.record import Identity, Log, Record

REMEMBERED_MARKS = 10_000


@dataclass(slots=True, eq=False)
class Waiting:
    """An answer held back until the high watermark reaches `required`."""

    required: int
    answer: Callable[[int], None]
    """Told an error code; 0 is success."""


class Replica:
    """A copy of `log` on broker number `broker`."""

    def __init__(self, log: Log, broker: int) -> None:
        self.log = log
        self.broker = broker
        self.records: list[Record] = []
        self.high_watermark = 0
        # What the controller told this broker last; 0 and None when it was told nothing.
        self.version = 0
        self.leader: int | None = None
        self.epoch = 0
        self.isr: tuple[int, ...] = ()
        # What a leader knows of its followers.
        self.follower_ends: dict[int, int] = {}
        self.caught_up_ns: dict[int, int] = {}
        self.waiting: list[Waiting] = []
        # What idempotent producers have written: the next sequence, and the offset of each.
        self._next_sequences: dict[Identity, int] = {}
        self._sequences: dict[tuple[Identity, int], int] = {}
        self._marks: deque[tuple[int, int]] = deque(maxlen=REMEMBERED_MARKS)
        self.transactions = LogTransactions()

    @property
    def end(self) -> int:
        """The offset that the next record gets."""
        return len(self.records)

    @property
    def leads(self) -> bool:
        """Whether this broker believes that it leads."""
        return self.leader == self.broker

    def add(self, record: Record) -> int:
        """Store `record` at the end and return its offset."""
        offset = len(self.records)
        self.records.append(record)
        self.note(record, offset)
        self.transactions.note(record, offset)
        return offset

    def note(self, record: Record, offset: int) -> None:
        """Remember that an idempotent producer's record has been taken."""
        if record.identity is not None:
            self._sequences[record.identity, record.sequence] = offset
            self._next_sequences[record.identity] = record.sequence + 1

    def truncate(self, end: int) -> None:
        """Drop everything from offset `end` on."""
        for record in self.records[end:]:
            if record.identity is not None:
                self._sequences.pop((record.identity, record.sequence), None)
                earliest = min(self._next_sequences[record.identity], record.sequence)
                self._next_sequences[record.identity] = earliest
        del self.records[end:]
        self.transactions = LogTransactions.of(self.records)
        self.high_watermark = min(self.high_watermark, end)

    def follow(self, leader: "Replica") -> None:
        """Become a prefix of the leader's log, then take over what it has more."""
        same = min(self.end, leader.end)
        while same and self.records[same - 1] is not leader.records[same - 1]:
            same -= 1
        if same < self.end:
            self.truncate(same)
        for record in leader.records[same:]:
            self.add(record)

    def offset_of(self, identity: Identity, sequence: int) -> int | None:
        """Where a record of an idempotent producer is stored, if it is."""
        return self._sequences.get((identity, sequence))

    def expected_sequence(self, identity: Identity) -> int:
        """The only sequence that may be appended next for that producer."""
        return self._next_sequences.get(identity, 0)

    def end_of_epoch(self, epoch: int) -> int:
        """The offset after the last record appended in `epoch` or before."""
        end = self.end
        while end and self.records[end - 1].epoch > epoch:
            end -= 1
        return end

    def raise_mark(self, mark: int, now_ns: int) -> None:
        """Let consumers read below `mark`, and answer who waited for it."""
        self.high_watermark = mark
        self._marks.append((now_ns, mark))
        reached = [each for each in self.waiting if each.required <= mark]
        self.waiting = [each for each in self.waiting if each.required > mark]
        for each in reached:
            each.answer(0)

    def mark_at(self, time_ns: int) -> int:
        """The high watermark as it was at `time_ns`."""
        later = [mark for since_ns, mark in self._marks if since_ns > time_ns]
        if not later:
            return self.high_watermark
        earlier = [mark for since_ns, mark in self._marks if since_ns <= time_ns]
        return min(earlier[-1] if earlier else 0, self.high_watermark)

    def give_up_waiting(self, error: int) -> None:
        """Answer everybody who still waits with `error`."""
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each.answer(error)

    def forget_role(self) -> None:
        """Know nothing any more but what is on disk: the process is gone."""
        self.version, self.leader, self.epoch, self.isr = 0, None, 0, ()
        self.waiting = []
        self._marks.clear()

    def take_role(
        self, *, version: int, leader: int | None, epoch: int, isr: Sequence[int]
    ) -> bool:
        """Believe what the controller says unless it is older news; return whether it was new."""
        if version <= self.version:
            return False
        if leader == self.broker and (not self.leads or epoch != self.epoch):
            self.follower_ends, self.caught_up_ns = {}, {}
        self.version, self.leader, self.epoch, self.isr = version, leader, epoch, tuple(isr)
        return True
