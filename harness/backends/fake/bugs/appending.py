"""Bugs of a leader that appends."""

from dataclasses import replace

from harness.backends.fake.bugs.bug import Append, Dice, append_swapped, bug, change_append
from harness.backends.fake.kafka.record import Log, Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.seams import Seams

LATE_BY = 40
"""Records that come before one that is appended late."""


def _alone(record: Record) -> Record:
    """A copy that no idempotent producer is known by."""
    return replace(record, identity=None)


@bug("append-twice", "duplicate")
def append_twice(seams: Seams, dice: Dice) -> None:
    """The leader appends a record and, right behind it, appends it again."""

    def append(leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        offsets = proceed(records)
        if dice.strikes():
            leader.add(_alone(records[-1]))
        return offsets

    change_append(seams, append)


@bug("swap-appends", "nonmonotonic-send")
def swap_appends(seams: Seams, dice: Dice) -> None:
    """The leader appends the first two records of a batch in the wrong order."""

    def append(_leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        if len(records) < 2 or not dice.strikes():
            return proceed(records)
        return append_swapped(records, proceed)

    change_append(seams, append)


@bug("append-late", "realtime-order")
def append_late(seams: Seams, dice: Dice) -> None:
    """A leader acknowledges a record at once and appends it behind others that come later."""
    held: list[tuple[Log, int, Record]] = []
    struck: set[Log] = set()

    def append(leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        # Once a run: a record that is held when the traffic ends would be lost, not late.
        if not struck and dice.strikes():
            struck.add(leader.log)
            target = leader.end + len(records) + LATE_BY
            held.append((leader.log, target, _alone(records[-1])))
            offsets = proceed(records[:-1])
            leader.note(records[-1], target)
            return [*offsets, target]
        offsets = []
        for record in records:
            if held and held[0][0] == leader.log and leader.end >= held[0][1]:
                leader.add(held.pop()[2])
            offsets += proceed([record])
        return offsets

    change_append(seams, append)


@bug("flip-bits", "phantom")
def flip_bits(seams: Seams, dice: Dice) -> None:
    """The leader stores a record with a bit of its value flipped."""

    def append(_leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        record = records[-1]
        if record.value and dice.strikes():
            record.value = bytes([record.value[0] ^ 1]) + record.value[1:]
        return proceed(records)

    change_append(seams, append)


@bug("tell-one-offset-twice", "inconsistent-offsets")
def tell_one_offset_twice(seams: Seams, dice: Dice) -> None:
    """The leader tells the sender the same offset for two records of a batch."""

    def append(_leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        offsets = proceed(records)
        if len(offsets) >= 2 and dice.strikes():
            offsets[1] = offsets[0]
        return offsets

    change_append(seams, append)


@bug("wrong-partition", "misrouted")
def wrong_partition(seams: Seams, dice: Dice) -> None:
    """The leader appends a record to another partition of its topic than it says."""
    _misroute(seams, dice, same_topic=True)


@bug("wrong-topic", "misrouted")
def wrong_topic(seams: Seams, dice: Dice) -> None:
    """The leader appends a record to a partition of another topic."""
    _misroute(seams, dice, same_topic=False)


def _misroute(seams: Seams, dice: Dice, *, same_topic: bool) -> None:
    leaders: dict[Log, Replica] = {}

    def append(leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        leaders[leader.log] = leader
        others = [
            each
            for log, each in leaders.items()
            if each is not leader and each.leads and (log[0] == leader.log[0]) == same_topic
        ]
        if not others or not dice.strikes():
            return proceed(records)
        *right, stray = records
        offset = others[0].add(replace(stray, identity=None, epoch=others[0].epoch))
        offsets = proceed(right)
        leader.note(stray, offset)
        return [*offsets, offset]

    change_append(seams, append)
