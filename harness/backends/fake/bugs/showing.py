"""Bugs of a broker that shows its logs: records that are not there any more, or not for all."""

from harness.backends.fake.bugs.bug import Append, Dice, bug, change_append, change_polls
from harness.backends.fake.kafka.record import Log, Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.seams import Messages, Reader, Seams


@bug("lose-acknowledged", "lost-write")
def lose_acknowledged(seams: Seams, dice: Dice) -> None:
    """A record is appended and acknowledged, but no reader ever receives it."""
    lost: set[Record] = set()

    def append(_leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        if dice.strikes():
            lost.add(records[-1])
        return proceed(records)

    def show(_reader: Reader, _log: Log, messages: Messages) -> Messages:
        return [each for each in messages if each.record not in lost]

    change_append(seams, append)
    change_polls(seams, show)


@bug("drop-seen", "ghost")
def drop_seen(seams: Seams, dice: Dice) -> None:
    """A record disappears from its partition after the first reader received it."""
    gone: set[Record] = set()

    def show(_reader: Reader, _log: Log, messages: Messages) -> Messages:
        shown = [each for each in messages if each.record not in gone]
        last = shown[-1].record if shown else None
        if last is not None and dice.strikes():
            gone.add(last)
        return shown

    change_polls(seams, show)


@bug("hide-from-group", "group-skip")
def hide_from_group(seams: Seams, dice: Dice) -> None:
    """A record is never handed to any member of a group, while other readers get it."""
    hidden: set[tuple[str, Record | None]] = set()

    def show(reader: Reader, _log: Log, messages: Messages) -> Messages:
        if reader.member and messages[0].offset() > 0 and dice.strikes():
            hidden.add((reader.group, messages[0].record))
        return [each for each in messages if (reader.group, each.record) not in hidden]

    change_polls(seams, show)


@bug("stop-showing", "unseen")
def stop_showing(seams: Seams, dice: Dice) -> None:
    """From some offset on, a partition shows its records to no reader."""
    proceed = seams.visible
    marks: dict[Log, int] = {}
    stuck: dict[Log, int] = {}

    def visible(leader: Replica, mark: int) -> int:
        log = leader.log
        if log not in stuck and mark > marks.get(log, 0):
            marks[log] = mark
            if dice.strikes():
                stuck[log] = mark
        return proceed(leader, min(mark, stuck.get(log, mark)))

    seams.visible = visible


@bug("show-uncommitted", "forked-offset")
def show_uncommitted(seams: Seams, _dice: Dice) -> None:
    """A leader shows what its followers do not have yet; it takes a failover to be seen."""
    seams.visible = lambda leader, _mark: leader.end
