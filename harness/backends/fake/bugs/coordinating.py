"""Bugs of a group's coordinator: offsets that it loses or confuses, logs that it gives twice."""

from harness.backends.fake.bugs.bug import Dice, bug, change_polls
from harness.backends.fake.kafka.record import Log
from harness.backends.fake.seams import Messages, Reader, Seams


@bug("drop-commit", "lost-commit")
def drop_commit(seams: Seams, dice: Dice) -> None:
    """The coordinator acknowledges a commit and does not write it."""
    seams.commit = lambda _log, offset: [] if dice.strikes() else [offset]


@bug("commit-backwards", "commit-regression")
def commit_backwards(seams: Seams, dice: Dice) -> None:
    """The coordinator writes, behind a commit, an earlier one of the same log once more."""
    last: dict[Log, int] = {}

    def commit(log: Log, offset: int) -> list[int | None]:
        before = last.get(log, offset)
        last[log] = offset
        return [offset, before] if before < offset and dice.strikes() else [offset]

    seams.commit = commit


@bug("forget-commit", "forgotten-commit")
def forget_commit(seams: Seams, dice: Dice) -> None:
    """The coordinator forgets an offset that it has just written."""
    seams.commit = lambda _log, offset: [offset, None] if dice.strikes() else [offset]


@bug("resume-behind", "committed-repeat")
def resume_behind(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - members seldom ask: always
    """A member gets a committed offset that is three records too low."""
    seams.resume = lambda _log, offset: max(0, offset - 3) if offset >= 0 else offset


@bug("resume-ahead", "uncommitted-skip")
def resume_ahead(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - as above
    """A member gets a committed offset that is one record too high."""
    seams.resume = lambda _log, offset: offset + 1 if offset >= 0 else offset


@bug("resume-at-handed", "reordered-result")
def resume_at_handed(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - as above
    """A member gets a committed offset beyond all records that members received."""
    behind: dict[Log, int] = {}

    def note(reader: Reader, log: Log, messages: Messages) -> Messages:
        if reader.member:
            behind[log] = messages[-1].offset() + 1
        return messages

    change_polls(seams, note)
    seams.resume = lambda log, offset: max(offset, behind.get(log, offset))


@bug("give-twice", "shared-ownership")
def give_twice(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - there are few generations
    """The coordinator assigns one partition to two members of a generation."""

    def share(shares: dict[int, list[Log]]) -> None:
        owners = [logs for logs in shares.values() if logs]
        if len(owners) > 1:
            owners[1].append(owners[0][0])

    seams.share = share


@bug("give-early", "overlapping-ownership")
def give_early(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - as above
    """The coordinator assigns partitions to new members before old ones have revoked them."""
    seams.gathers = False
