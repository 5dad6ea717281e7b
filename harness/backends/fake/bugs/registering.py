"""Bugs of the schema registry, and of topics that carry its schemas' records."""

from harness.backends.fake.bugs.bug import Append, Dice, bug, change_append
from harness.backends.fake.kafka.record import Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.seams import Seams
from harness.systems.kafka.offsets_log import OFFSETS_TOPIC


@bug("let-all-in", "undecodable")
def let_all_in(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - it never does otherwise
    """The registry lets in schemas that readers cannot follow."""
    seams.data.lets_in = lambda _right: True


@bug("forget-schemas", "schema-id-changed", "aliased-record")
def forget_schemas(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - it never does otherwise
    """The registry starts without its journal, and gives its ids again."""
    seams.data.restores = False


@bug("forget-id", "schema-lost")
def forget_id(seams: Seams, dice: Dice) -> None:
    """The registry forgets an id that it assigned."""
    forgotten: set[int] = set()

    def knows(number: int) -> bool:
        if dice.strikes():
            forgotten.add(number)
        return number not in forgotten

    seams.data.knows = knows


@bug("drop-tombstone", "missing-tombstone")
def drop_tombstone(seams: Seams, dice: Dice) -> None:
    """A leader acknowledges a tombstone and does not append it."""

    def append(leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        is_offset = leader.log[0] == OFFSETS_TOPIC
        gone = {
            place
            for place, each in enumerate(records)
            if each.value is None and not is_offset and dice.strikes()
        }
        offsets = proceed([each for place, each in enumerate(records) if place not in gone])
        for place in sorted(gone):
            leader.note(records[place], leader.end)
            offsets.insert(place, leader.end)
        return offsets

    change_append(seams, append)
