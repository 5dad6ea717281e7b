"""Bugs of a coordinator of transactions, and of leaders that show what is not over."""

from harness.backends.fake.bugs.bug import Append, Dice, append_swapped, bug, change_append
from harness.backends.fake.kafka.record import Log, Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.seams import Seams


@bug("tear-commit", "torn-commit")
def tear_commit(seams: Seams, dice: Dice) -> None:
    """One partition of a committed transaction gets an abort marker."""
    proceed = seams.decision

    def decide(log: Log, commit: bool) -> bool:  # noqa: FBT001 - as the seam
        return proceed(log, commit) and not dice.strikes()

    seams.decision = decide


@bug("keep-aborted", "G1a")
def keep_aborted(seams: Seams, dice: Dice) -> None:
    """One partition of an aborted transaction gets a commit marker."""
    proceed = seams.decision

    def decide(log: Log, commit: bool) -> bool:  # noqa: FBT001 - as the seam
        return proceed(log, commit) or dice.strikes()

    seams.decision = decide


@bug("show-open", "G1a", "precommitted-read", "G1c", "G1c-process", "G1c-realtime")
def show_open(seams: Seams, _dice: Dice) -> None:
    """Readers of what is committed are shown transactions that are open: others' and their own."""
    seams.stable = lambda _leader, mark: mark


@bug("forget-offsets", "double-processing")
def forget_offsets(seams: Seams, _dice: Dice) -> None:
    """A transaction is committed without the offsets of its group."""
    seams.settles = lambda _commit: False


@bug("keep-offsets", "unprocessed")
def keep_offsets(seams: Seams, _dice: Dice) -> None:
    """The offsets of an aborted transaction are committed."""
    seams.settles = lambda _commit: True


@bug("forget-fencing", "torn-commit")
def forget_fencing(seams: Seams, _dice: Dice) -> None:
    """A process goes on with its transaction after another has got its transactional id."""
    seams.fences = False


@bug("swap-in-transaction", "int-nonmonotonic-send")
def swap_in_transaction(seams: Seams, dice: Dice) -> None:
    """The leader appends two records of a transaction in the wrong order."""

    def append(_leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        if len(records) < 2 or records[0].transaction is None or not dice.strikes():
            return proceed(records)
        return append_swapped(records, proceed)

    change_append(seams, append)
