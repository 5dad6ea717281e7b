"""Bugs of a client that polls: it skips, repeats or mixes up what the broker showed it."""

from harness.backends.fake.bugs.bug import Dice, bug, change_polls
from harness.backends.fake.kafka.record import FakeMessage, Log
from harness.backends.fake.seams import Messages, Reader, Seams


@bug("skip-in-poll", "int-poll-skip")
def skip_in_poll(seams: Seams, dice: Dice) -> None:
    """A poll leaves out a record from its middle."""

    def change(_reader: Reader, _log: Log, messages: Messages) -> Messages:
        if len(messages) >= 3 and dice.strikes():
            messages = [messages[0], *messages[2:]]
        return messages

    change_polls(seams, change)


@bug("skip-between-polls", "poll-skip")
def skip_between_polls(seams: Seams, dice: Dice) -> None:
    """A reader goes on one record behind the place where its last poll ended."""
    begun: set[tuple[int, Log]] = set()

    def change(reader: Reader, log: Log, messages: Messages) -> Messages:
        if (reader.number, log) in begun and len(messages) >= 2 and dice.strikes():
            messages = messages[1:]
        begun.add((reader.number, log))
        return messages

    change_polls(seams, change)


@bug("rewind-between-polls", "nonmonotonic-poll")
def rewind_between_polls(seams: Seams, dice: Dice) -> None:
    """A reader is given again, first, what its last poll ended with."""
    last: dict[tuple[int, Log], FakeMessage] = {}

    def change(reader: Reader, log: Log, messages: Messages) -> Messages:
        before = last.get((reader.number, log))
        last[reader.number, log] = messages[-1]
        if before is not None and dice.strikes():
            messages = [before, *messages]
        return messages

    change_polls(seams, change)


@bug("rewind-in-poll", "int-nonmonotonic-poll")
def rewind_in_poll(seams: Seams, dice: Dice) -> None:
    """A poll brings a record twice."""

    def change(_reader: Reader, _log: Log, messages: Messages) -> Messages:
        if dice.strikes():
            messages = [messages[0], *messages]
        return messages

    change_polls(seams, change)


@bug("fork-offset", "forked-offset")
def fork_offset(seams: Seams, dice: Dice) -> None:
    """A reader is given, at one offset, another record than all others."""

    def change(_reader: Reader, log: Log, messages: Messages) -> Messages:
        if len(messages) >= 2 and dice.strikes():
            wrong = FakeMessage(log, messages[1].offset(), messages[0].record)
            messages = [messages[0], wrong, *messages[2:]]
        return messages

    change_polls(seams, change)


@bug("give-twice-to-group", "duplicate-processing")
def give_twice_to_group(seams: Seams, dice: Dice) -> None:
    """A member of a group is given a record that another member has been given before."""
    last: dict[str, tuple[int, FakeMessage]] = {}

    def change(reader: Reader, _log: Log, messages: Messages) -> Messages:
        if reader.member:
            number, message = last.get(reader.group, (reader.number, messages[-1]))
            if number != reader.number and dice.strikes():
                messages = [*messages, message]
            last[reader.group] = (reader.number, messages[0])
        return messages

    change_polls(seams, change)
