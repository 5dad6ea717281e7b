"""Bugs of a leader that removes records: from the start of its log, or from its middle."""

from harness.backends.fake.bugs.bug import Dice, bug
from harness.backends.fake.kafka.record import Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.seams import Seams

FEW = 5


@bug("remove-early", "early-removal")
def remove_early(seams: Seams, dice: Dice) -> None:
    """Retention removes all but the last few records."""
    proceed = seams.start

    def start(leader: Replica, right: int) -> int:
        right = proceed(leader, right)
        left = leader.high_watermark - FEW
        return left if right and left > right and dice.strikes() else right

    seams.start = start


@bug("move-start-back", "start-moved-back")
def move_start_back(seams: Seams, dice: Dice) -> None:
    """The start of a partition moves back to an earlier offset."""
    proceed = seams.start

    def start(leader: Replica, right: int) -> int:
        right = proceed(leader, right)
        return right - FEW if right >= FEW and dice.strikes() else right

    seams.start = start


@bug("clean-latest", "lost-latest")
def clean_latest(seams: Seams, dice: Dice) -> None:
    """The cleaner removes the last record of a key."""
    proceed = seams.clean

    def clean(record: Record, is_latest: bool, may_go: bool) -> bool:  # noqa: FBT001 - of the seam
        may_go = proceed(record, is_latest, may_go)
        return may_go or (is_latest and record.value is not None and dice.strikes())

    seams.clean = clean


@bug("bury-early", "early-burial")
def bury_early(seams: Seams, dice: Dice) -> None:
    """The cleaner removes a tombstone that it should keep for a while."""
    proceed = seams.clean

    def clean(record: Record, is_latest: bool, may_go: bool) -> bool:  # noqa: FBT001 - of the seam
        may_go = proceed(record, is_latest, may_go)
        return may_go or (is_latest and record.value is None and dice.strikes())

    seams.clean = clean
