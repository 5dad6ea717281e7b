"""What a bug is, the registry of all of them, and the dice that makes them rare but certain."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from harness.backends.fake.kafka.record import Log, Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.seams import Messages, Reader, Seams
from harness.kit.registry import Registry

Plant: TypeAlias = Callable[[Seams, "Dice"], None]
Append: TypeAlias = Callable[[list[Record]], list[int]]
"""Appends records at a leader and returns their offsets."""


@dataclass(frozen=True, slots=True)
class Bug:
    """A way to be wrong.

    `shows` are the kinds of anomaly that must be found, each in traffic that meets the bug in that
    way; there may be others beside it.
    """

    about: str
    shows: tuple[str, ...]
    plant: Plant


BUGS: Registry[Bug] = Registry("bug", "harness.backends.fake.bugs")


def bug(name: str, *shows: str) -> Callable[[Plant], Plant]:
    """Register the function as the bug of that name; its docstring says what goes wrong."""

    def register(plant: Plant) -> Plant:
        BUGS.add(name, Bug(about=(plant.__doc__ or "").strip(), shows=shows, plant=plant))
        return plant

    return register


def change_append(
    seams: Seams,
    change: Callable[[Replica, list[Record], Append], list[int]],
) -> None:
    """Let `change` append in place of the leader; its third argument is how it should be done."""
    proceed = seams.append

    def append(leader: Replica, records: list[Record]) -> list[int]:
        return change(leader, records, lambda right: proceed(leader, right))

    seams.append = append


def append_swapped(records: list[Record], proceed: Append) -> list[int]:
    """Append the first two of `records` in the wrong order; the offsets, in the right one."""
    one, two, *rest = records
    one.sequence, two.sequence = two.sequence, one.sequence
    of_two, of_one, *others = proceed([two, one, *rest])
    return [of_one, of_two, *others]


def change_polls(seams: Seams, change: Callable[[Reader, Log, Messages], Messages]) -> None:
    """Let `change` alter what a poll brings from one log, when it brings something."""
    proceed = seams.hand_out

    def hand_out(reader: Reader, log: Log, messages: Messages) -> Messages:
        messages = proceed(reader, log, messages)
        return change(reader, log, messages) if messages else messages

    seams.hand_out = hand_out


class Dice:
    """Says yes to one chance in about fifty, and to the first one soon.

    A chance is a place where the bug could strike; a bug asks only where it would be seen.
    """

    FIRST = (5, 20)
    NEXT = (30, 70)

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left = random.randint(*self.FIRST)

    def strikes(self) -> bool:
        """Whether the bug strikes at this chance."""
        self._left -= 1
        if self._left > 0:
            return False
        self._left = self._random.randint(*self.NEXT)
        return True
